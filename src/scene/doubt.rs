//! The lens Doubt as data: who believes whom dead, beside the truth; and for one pair why.

use crate::cluster::observe::beliefs::{Belief, Reason, Stance};
use crate::cluster::observe::view::{ClusterView, Health, Office, ProcessView};
use crate::cluster::setup::detection::Detection;
use crate::cluster::setup::name::{Kind, Name};
use crate::scene::state::Look;
use crate::session::Session;
use crate::session::doubt::{Doubts, Figures};
use crate::sim::time::{Span, Time};

/// Who believes something of whom: the observer, and of whom.
pub type Pair = (Name, Name);

/// A row or a column of the matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Side {
    /// Who.
    pub name: Name,
    /// The truth about it.
    pub look: Look,
}

/// What one believes of another, beside the truth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// What is believed; `None` for oneself, and of who does not run.
    pub stance: Option<Stance>,
    /// How that compares with the truth.
    pub so: So,
}

/// A belief and the truth.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum So {
    /// It is so, or nothing is believed.
    Right,
    /// It is suspected, and runs.
    Falsely,
    /// It is trusted, and does not run.
    NotYet,
}

/// All that the lens shows.
#[derive(Clone, PartialEq, Debug)]
pub struct Picture {
    /// By which detector.
    pub detection: Detection,
    /// The threshold of phi.
    pub phi: u8,
    /// The limit of the time-out.
    pub limit: Span,
    /// The instant.
    pub now: Time,
    /// Whose beliefs: the rows.
    pub observers: Vec<Side>,
    /// Of whom: the columns.
    pub about: Vec<Side>,
    /// One row an observer, one cell a column.
    pub cells: Vec<Vec<Cell>>,
    /// The pair that is looked at.
    pub pair: Option<(Pair, Option<Reason>)>,
    /// Who was suspected so far.
    pub figures: Figures,
}

impl Picture {
    /// The picture of a session's instant. `doubts` has read its facts; `chosen` is whose belief the visitor wants to look at, and of whom; without
    /// a choice it is whoever leads, and the process at hand or whom it holds for the deadest.
    pub fn of(session: &Session, doubts: &Doubts, chosen: (Option<Name>, Option<Name>), selected: Option<Name>) -> Picture {
        let (view, cluster, setup) = (session.view(), session.cluster(), session.setup());
        let (beliefs, config, roster) = (cluster.beliefs(), &setup.config, setup.roster);
        let about = about(&view, &beliefs);
        let observers = observers(&view, config.swim().is_some());
        let runs = |name: Name| look(&view, name).is_some_and(|process| process.health == Health::Up);
        let find = |(observer, about): Pair| {
            let pair = (roster.pid(observer)?, roster.pid(about)?);
            beliefs.iter().find(|it| (it.observer, it.about) == pair)
        };
        let cell = |observer: Name, about: Name| {
            let stance = find((observer, about)).map(|it| it.stance);
            let so = match stance {
                Some(Stance::Trusts) if !runs(about) => So::NotYet,
                Some(Stance::Doubts | Stance::Dead) if runs(about) => So::Falsely,
                Some(_) | None => So::Right,
            };
            Cell { stance, so }
        };
        let cells = observers.iter().map(|row| about.iter().map(|column| cell(row.name, column.name)).collect()).collect();
        let leader = view.coordinators.iter().filter(|it| it.office == Some(Office::Leader)).max_by_key(|it| it.term);
        let named = |sides: &[Side], name: Option<Name>| name.filter(|&name| sides.iter().any(|side| side.name == name));
        let observer = named(&observers, chosen.0)
            .or_else(|| leader.map(|it| roster.name(it.pid)))
            .or_else(|| observers.first().map(|side| side.name));
        let of_observer = |it: &&Belief| Some(roster.name(it.observer)) == observer;
        let deadest = || {
            let all = beliefs.iter().filter(of_observer);
            all.fold(None, |most: Option<&Belief>, it| Some(most.filter(|most| most.stance >= it.stance).unwrap_or(it)))
                .map(|it| roster.name(it.about))
        };
        let believed =
            named(&about, chosen.1).or_else(|| named(&about, selected)).or_else(deadest).or_else(|| about.first().map(|side| side.name));
        let pair = observer.zip(believed);
        let reason = |(observer, about): Pair| cluster.reason(roster.pid(observer)?, roster.pid(about)?);
        Picture {
            detection: config.detector,
            phi: config.phi,
            limit: config.suspect_after,
            now: session.now(),
            observers,
            about,
            cells,
            pair: pair.map(|pair| (pair, reason(pair))),
            figures: doubts.at(session.now()),
        }
    }

    /// Whether anybody suspects this one now.
    pub fn is_doubted(&self, who: Name) -> bool {
        let column = self.about.iter().position(|side| side.name == who);
        let doubts = |cell: &Cell| cell.stance.is_some_and(|stance| stance != Stance::Trusts);
        column.is_some_and(|column| self.cells.iter().any(|row| doubts(&row[column])))
    }
}

fn look(view: &ClusterView, name: Name) -> Option<&ProcessView> {
    view.processes.iter().find(|process| process.name == name)
}

fn side(process: &ProcessView) -> Side {
    Side { name: process.name, look: Look::of(process) }
}

/// Whoever has beliefs, dead or alive.
fn observers(view: &ClusterView, probing: bool) -> Vec<Side> {
    let has = |process: &&ProcessView| match process.name.kind {
        Kind::Coordinator => true,
        Kind::Node => probing,
        Kind::Balancer | Kind::Client => false,
    };
    view.present().filter(has).map(side).collect()
}

/// Of whom anybody believes anything.
fn about(view: &ClusterView, beliefs: &[Belief]) -> Vec<Side> {
    view.present().filter(|process| beliefs.iter().any(|it| it.about == process.pid)).map(side).collect()
}
