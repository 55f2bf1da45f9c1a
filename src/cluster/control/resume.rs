//! What becomes of a control plane with one coordinator that loses its disk: the textbook's central server with nothing but itself.
//!
//! It has forgotten every decision, and begins with the operator's first configuration again. So that nodes take its word, its
//! count of decisions, its views and its tokens begin behind whatever nodes tell of the former ones. Before that it waits until every
//! lease that its former life may have given has ended, and answers nobody. Which copy has what, nobody knows: no shard is led
//! unless all of its first copies are there, and the new primary looks at all of them ([`View::unknown`]). The time this takes does not
//! depend on how old the cluster is.
//!
//! *Simplifications.* Copies that had been moved to other nodes are not searched for: what only they have is lost. A token that was
//! granted and has not reached the store is known to nobody; new ones begin [`TOKENS_UNSEEN`] behind the largest seen.
//!
//! [`View::unknown`]: crate::proto::replica::view::View::unknown

use crate::cluster::control::beyond::Beyond;
use crate::cluster::control::record::Version;
use crate::cluster::control::{Control, Decided};
use crate::cluster::note::ViewWhy;
use crate::cluster::setup::env::Env;
use crate::proto::lock::token::FencingToken;
use crate::proto::replica::view::ViewNo;
use crate::sim::time::Span;

/// More tokens than can have been granted, one a lease, without any of them reaching the store, as long as one holder in a hundred
/// gets there.
const TOKENS_UNSEEN: u64 = 100;

impl Control {
    /// Whether it began anew after its memory was lost.
    pub fn has_resumed(&self) -> bool {
        self.resumed
    }

    /// Whether a node or balancer that could not be heard then tells of more than it began behind.
    pub(in crate::cluster) fn is_behind(&self, known: Version, (view, token): (ViewNo, FencingToken)) -> bool {
        let latest = self.shards.iter().map(|record| record.view.no).max();
        self.resumed && (known > self.version || latest.is_some_and(|latest| view > latest) || token > self.locks.last_token())
    }

    /// Begins anew behind what nodes have told; or goes on behind what another tells later. Then views keep all but their numbers: a
    /// copy with a higher one would refuse what its primary sends.
    pub(super) fn resume(&mut self, beyond: Beyond, out: &mut Vec<Decided>) {
        let again = std::mem::replace(&mut self.resumed, true);
        self.version = self.version.max(beyond.version) + 1;
        if beyond.token > FencingToken(0) {
            self.locks.go_beyond(FencingToken(beyond.token.0 + TOKENS_UNSEEN));
        }
        for i in 0..self.shards.len() {
            let record = &mut self.shards[i];
            let mut view = record.view.clone();
            if again && view.no > beyond.view {
                continue;
            }
            view.no = view.no.max(beyond.view);
            if !again {
                record.settled = false;
                record.may_lack = record.view.in_sync.len() - 1;
                view.unknown = true;
            }
            self.install(i, view, if again { ViewWhy::Renumbered } else { ViewWhy::Resumed }, out);
        }
        assert!(self.version > beyond.version, "nodes know of more decisions than there are");
        assert!(self.shards.iter().all(|record| record.view.no > beyond.view), "nodes know of a higher view than the latest");
        assert!(self.locks.last_token() >= beyond.token, "a token that was given will be given again");
    }
}

impl Env {
    /// How long the only coordinator waits after it has lost its disk: until every lease of nodes and of locks has surely ended.
    pub(in crate::cluster) fn until_forgotten(&self) -> Span {
        let times = self.setup.config.lock_times();
        self.wait_out().max(times.lease + times.delay)
    }
}
