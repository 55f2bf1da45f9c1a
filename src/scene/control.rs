//! The control plane as a picture: what each coordinator is, who leads, and their logs with equal indices on one line.

use crate::cluster::observe::view::{ClusterView, CoordinatorView, Office};
use crate::cluster::setup::name::Name;
use crate::proto::replica::view::Index;
use crate::scene::state;
use crate::sim::id::Pid;

/// How many lines of their logs are shown.
pub const LINES: u32 = 4;
/// Height of their table, in the units of the layout.
pub const HEIGHT: u32 = 204;

/// What a coordinator is, as the page shows it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Post {
    /// It leads, and surely so for a while.
    Leader,
    /// It believes that it leads, but has lost touch with the others: it may not extend leases.
    Unsure,
    /// It stands for election.
    Candidate,
    /// It asks whether it could win one.
    Asking,
    /// It follows.
    Follower,
    /// It has lost its disk and does not count yet.
    Newcomer,
    /// It was killed.
    Down,
}

impl Post {
    /// What a coordinator is.
    pub fn of(view: &ClusterView, it: &CoordinatorView) -> Post {
        match it.office {
            None => Post::Down,
            Some(_) if it.newcomer => Post::Newcomer,
            Some(Office::Leader) if it.sure.0 == 0 && view.coordinators.len() > 1 => Post::Unsure,
            Some(Office::Leader) => Post::Leader,
            Some(Office::Candidate) => Post::Candidate,
            Some(Office::Asking) => Post::Asking,
            Some(Office::Follower) => Post::Follower,
        }
    }

    /// Its word in `data-role`, if it has one.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Post::Leader | Post::Unsure => "leader",
            Post::Candidate => "candidate",
            Post::Asking => "asking",
            Post::Follower => "follower",
            Post::Newcomer => "newcomer",
            Post::Down => return None,
        })
    }

    /// Whether it leads, by its own belief.
    pub const fn leads(self) -> bool {
        matches!(self, Post::Leader | Post::Unsure)
    }
}

/// Whether more than half of the coordinators have their disks, dead or alive: enough to elect one of them and to readmit the others.
/// `without` one that is to lose its own.
pub fn has_majority(view: &ClusterView, without: Option<Pid>) -> bool {
    let whole = view.coordinators.iter().filter(|it| !it.newcomer && Some(it.pid) != without).count();
    whole > view.coordinators.len() / 2
}

/// The picture of a coordinator, if the process is one.
pub fn coordinator(view: &ClusterView, pid: Pid) -> Option<&CoordinatorView> {
    view.coordinators.iter().find(|it| it.pid == pid)
}

/// Everybody who believes to lead, the latest term first.
pub fn leaders(view: &ClusterView) -> Vec<&CoordinatorView> {
    let mut leaders = Vec::new();
    for it in view.coordinators.iter().filter(|it| Post::of(view, it).leads()) {
        let place = leaders.iter().take_while(|other: &&&CoordinatorView| other.term >= it.term).count();
        leaders.insert(place, it);
    }
    leaders
}

/// Who takes a process for dead: the coordinator that is selected, by its own ears; else whom the view names.
pub fn doubter(view: &ClusterView, selected: Option<Name>, pid: Pid) -> Option<Pid> {
    let asked = view.coordinators.iter().find(|it| selected.is_some() && state::name(view, it.pid) == selected);
    match asked {
        Some(it) => it.suspects.contains(&pid).then_some(it.pid),
        None => state::process(view, pid)?.suspected.map(|(by, _)| by),
    }
}

/// What one line of one coordinator's log says. The number is the term that wrote the entry.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Entry {
    /// It knows that the entry is committed.
    Committed(u32),
    /// It does not know that.
    Open(u32),
    /// The leader has another entry here: this one will be cut off.
    Stray(u32),
    /// A snapshot stands for it.
    Folded,
    /// The leader has an entry here, this one does not yet.
    Missing,
}

/// The lines that are shown: the first index, and the last that anybody has.
pub fn lines(view: &ClusterView) -> std::ops::RangeInclusive<u32> {
    let last = view.coordinators.iter().map(|it| it.last.0).max().unwrap_or(0);
    last.saturating_sub(LINES - 1).max(1)..=last
}

/// One line of a coordinator's log beside the leader's.
pub fn entry(view: &ClusterView, it: &CoordinatorView, index: u32) -> Option<Entry> {
    let written = |it: &CoordinatorView| it.tail.iter().find(|(at, _)| at.0 == index).map(|&(_, term)| term);
    let truth = leaders(view).first().and_then(|leader| written(leader));
    Some(match written(it) {
        Some(term) if Index(index) <= it.commit => Entry::Committed(term),
        Some(term) if truth.is_some_and(|truth| truth != term) => Entry::Stray(term),
        Some(term) => Entry::Open(term),
        None if Index(index) <= it.base => Entry::Folded,
        None if truth.is_some() && it.office.is_some() => Entry::Missing,
        None => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;

    fn posts(view: &ClusterView) -> [Post; 3] {
        std::array::from_fn(|i| Post::of(view, &view.coordinators[i]))
    }

    #[test]
    fn each_office_is_told_from_the_others() {
        assert_eq!(posts(&fixture::view()), [Post::Leader, Post::Follower, Post::Follower]);
        let mut view = fixture::election();
        assert_eq!(posts(&view), [Post::Unsure, Post::Leader, Post::Candidate]);
        assert_eq!(leaders(&view).iter().map(|it| it.term).collect::<Vec<_>>(), [9, 8], "the latest term first");
        (view.coordinators[0].office, view.coordinators[1].newcomer, view.coordinators[2].office) = (None, true, Some(Office::Asking));
        assert_eq!(posts(&view), [Post::Down, Post::Newcomer, Post::Asking]);
        assert_eq!(posts(&view).map(Post::word), [None, Some("newcomer"), Some("asking")]);
    }

    #[test]
    fn the_only_coordinator_is_sure_of_itself() {
        let mut view = fixture::view();
        view.coordinators.truncate(1);
        view.coordinators[0].sure = crate::sim::time::Span::ZERO;
        assert_eq!(Post::of(&view, &view.coordinators[0]), Post::Leader);
    }

    #[test]
    fn their_logs_are_read_beside_the_leaders() {
        let mut view = fixture::election();
        assert_eq!(lines(&view), 61..=64);
        let of = |view: &ClusterView, k: usize| lines(view).map(|i| entry(view, &view.coordinators[k], i)).collect::<Vec<_>>();
        let (sure, open, stray) = (|t| Some(Entry::Committed(t)), |t| Some(Entry::Open(t)), |t| Some(Entry::Stray(t)));
        assert_eq!(of(&view, 0), [sure(8), sure(8), stray(8), open(8)], "K2 has another entry at 63, and none at 64");
        assert_eq!(of(&view, 1), [sure(8), sure(8), open(9), None]);
        assert_eq!(of(&view, 2), [sure(8), open(8), Some(Entry::Missing), None]);
        let it = &mut view.coordinators[2];
        (it.base, it.last, it.commit, it.tail) = (Index(62), Index(62), Index(62), Vec::new());
        assert_eq!(of(&view, 2), [Some(Entry::Folded), Some(Entry::Folded), Some(Entry::Missing), None]);
        view.coordinators[2].office = None;
        assert_eq!(of(&view, 2)[2], None, "who is down expects nothing");
    }

    #[test]
    fn belief_is_the_selected_coordinators_own() {
        let view = fixture::election();
        let (c, d) = (fixture::pid("C"), fixture::pid("D"));
        let by = |selected: Option<&str>, pid| doubter(&view, selected.map(|name| name.parse().unwrap()), pid);
        assert_eq!(by(None, c), Some(fixture::pid("K1")), "as the view names it");
        assert_eq!(by(Some("A"), c), Some(fixture::pid("K1")));
        assert_eq!([by(Some("K2"), c), by(Some("K2"), d)], [None, Some(fixture::pid("K2"))]);
    }
}
