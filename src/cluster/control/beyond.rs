//! What nodes tell of a control plane that has forgotten it, and begins anew: see `resume`, beside this file.

use crate::cluster::control::record::Version;
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::view::ViewNo;

/// What nodes tell of a control plane that has forgotten it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct Beyond {
    pub(super) version: Version,
    pub(super) view: ViewNo,
    pub(super) token: FencingToken,
}

impl Beyond {
    /// What one of them tells.
    pub(in crate::cluster) fn of(version: Version, (view, token): (ViewNo, FencingToken)) -> Beyond {
        Beyond { version, view, token }
    }

    /// A node or balancer knows so many decisions, this view, this token.
    pub(in crate::cluster) fn hear(&mut self, known: Version, (view, token): (ViewNo, FencingToken)) {
        self.version = self.version.max(known);
        self.view = self.view.max(view);
        self.token = self.token.max(token);
    }
}
