//! The lens Load as data: what each node has to do and does, how long clients wait, and where balancers send reads.

use crate::cluster::balancer::Choice;
use crate::cluster::observe::view::ClusterView;
use crate::cluster::setup::config::{Reads, Spread};
use crate::cluster::setup::name::{Kind, Name};
use crate::scene::state::{self, Look};
use crate::session::Session;
use crate::session::load::{EDGES, Load, Traffic};
use crate::sim::id::Pid;
use crate::sim::time::Span;

/// A node's row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Which.
    pub name: Name,
    /// Its state.
    pub look: Look,
    /// Where work takes time and it runs: requests at it, waiting or in service, and how many may be there.
    pub queued: Option<(u16, u16)>,
    /// Requests that it answered lately.
    pub answered: u32,
}

/// Who answers reads, where that leaves a choice.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// Each shard's primary.
    Primary,
    /// Any copy in sync, by this policy.
    Spread(Spread),
}

/// A balancer and the latest reads that it has spread, the newest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Door {
    /// Which.
    pub name: Name,
    /// Its choices.
    pub choices: Vec<Choice>,
}

/// All that the lens shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Picture {
    /// The figures.
    pub load: Load,
    /// The nodes that are there.
    pub rows: Vec<Row>,
    /// Whether work takes time, so that there are queues.
    pub queues: bool,
    /// How reads are spread.
    pub way: Way,
    /// The balancers.
    pub doors: Vec<Door>,
}

impl Picture {
    /// The picture of a session's instant. `traffic` has read its facts.
    pub fn of(session: &Session, traffic: &Traffic) -> Picture {
        let (view, config) = (session.view(), &session.setup().config);
        let nodes: Vec<Pid> = state::of_kind(&view, Kind::Node).map(|process| process.pid).collect();
        let load = traffic.at(session.now(), &nodes);
        let answered = |pid: Pid| load.by.iter().find(|(by, _)| *by == pid).map_or(0, |(_, n)| *n);
        let row = |process: &crate::cluster::observe::view::ProcessView| Row {
            name: process.name,
            look: Look::of(process),
            queued: process.queued,
            answered: answered(process.pid),
        };
        let rows = state::of_kind(&view, Kind::Node).map(row).collect();
        Picture {
            rows,
            queues: config.service > Span::ZERO,
            way: if config.reads == Reads::InSync { Way::Spread(config.spread) } else { Way::Primary },
            doors: doors(session, &view),
            load,
        }
    }

    /// The longest queue that a bar has room for: the longest there may be.
    pub fn longest(&self) -> u16 {
        self.rows.iter().filter_map(|row| row.queued).map(|(_, most)| most).max().unwrap_or(1)
    }

    /// A node's part of the answers in per cent, rounded.
    pub fn part(&self, row: &Row) -> u32 {
        (row.answered * 100 + self.load.answered / 2).checked_div(self.load.answered).unwrap_or(0)
    }
}

fn doors(session: &Session, view: &ClusterView) -> Vec<Door> {
    let door = |process: &crate::cluster::observe::view::ProcessView| Door {
        name: process.name,
        choices: session.cluster().choices(process.pid).iter().rev().cloned().collect(),
    };
    state::of_kind(view, Kind::Balancer).map(door).collect()
}

/// The columns of the histogram.
pub const COLUMNS: usize = EDGES.len() + 1;

/// How high each column of the histogram is, of `height`. What is there is seen, however little it is.
pub fn heights(histogram: &[u32; COLUMNS], height: f64) -> [f64; COLUMNS] {
    let most = histogram.iter().copied().max().unwrap_or(0).max(1);
    histogram.map(|n| if n == 0 { 0.0 } else { (height * f64::from(n) / f64::from(most)).max(1.5) })
}

/// In which column a latency stands.
pub fn column(took: Span) -> usize {
    EDGES.partition_point(|&edge| Span::millis(edge) <= took)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::link;

    #[test]
    fn the_picture_of_an_instant_has_every_node_and_its_part() {
        let link = "v=9&seed=3&clients=24&workers=0&balancers=2&reads=in-sync&spread=least&service=0.05&do=4:kill:B&at=9";
        let session = Session::open(link::parse(link).expect("a link"));
        let mut traffic = Traffic::new(session.setup().roster);
        traffic.read(session.facts());
        let picture = Picture::of(&session, &traffic);
        assert_eq!(picture.rows.len(), 6);
        assert!(picture.queues && picture.way == Way::Spread(Spread::Least));
        let b = &picture.rows[1];
        assert_eq!((b.look, b.queued), (Look::Down, None), "who is dead has no queue");
        assert_eq!(picture.longest(), 17);
        let parts: u32 = picture.rows.iter().map(|row| picture.part(row)).sum();
        assert!((97..=103).contains(&parts), "{parts} per cent in all, but for rounding");
        assert!(picture.doors.len() == 2 && picture.doors.iter().all(|door| door.choices.len() == 2));
    }

    #[test]
    fn a_column_is_as_high_as_it_has_answers_and_one_answer_is_seen() {
        let mut histogram = [0; COLUMNS];
        (histogram[3], histogram[4], histogram[9]) = (1_000, 500, 1);
        let heights = heights(&histogram, 60.0);
        assert_eq!((heights[0], heights[3], heights[4], heights[9]), (0.0, 60.0, 30.0, 1.5));
        assert_eq!([14, 15, 99, 100, 20_000].map(|ms| column(Span::millis(ms))), [0, 1, 5, 6, COLUMNS - 1]);
    }
}
