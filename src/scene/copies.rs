//! The table of copies: a row is a shard, a column a node, and in the shard of the story equal log indices share a line.

use crate::cluster::note::{Note, ShardNote};
use crate::cluster::observe::view::{ClusterView, ReplicaView, ShardView};
use crate::proto::replica::view::{Index, ShardId, ViewNo};
use crate::scene::state::{self, Fare};
use crate::sim::id::Pid;
use crate::sim::journal::{Record, What};
use crate::sim::time::{Span, Time};

/// How many log lines the shard in the story shows.
pub const LINES: u32 = 5;
/// Height of one log line.
pub const PITCH: f64 = 25.0;
/// Height of one row of a quiet shard.
pub const ROW: f64 = 26.0;
/// Left of the first column.
pub const GUTTER: f64 = 88.0;
/// Middle of the row of the shard in the story.
pub const STORY_Y: f64 = 58.0;
/// Top of the first log line.
pub const LOG_TOP: f64 = STORY_Y + 20.0;
/// Where the groups begin.
const GROUPS_TOP: f64 = LOG_TOP + PITCH * LINES as f64 + 20.0;
const TITLE: f64 = 27.0;
const GROUP_GAP: f64 = 8.0;
/// Room that the commit line's name takes when it stands under the log.
const NAME_BELOW: f64 = 18.0;
/// Room that the closing sentence and the line about writes take.
const CLOSING: f64 = 34.0;

/// The columns of a table.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Columns {
    /// Width of one.
    pub width: f64,
    /// Width of a log cell.
    pub cell: f64,
    /// The nodes that have one, as bits.
    nodes: u8,
}

impl Columns {
    /// The columns for these nodes (bit 0 is A) in a section of this width.
    pub fn new(width: u32, nodes: u8) -> Columns {
        let width = ((f64::from(width) - GUTTER) / f64::from(nodes.count_ones().max(1))).max(24.0);
        Columns { width, cell: (width - 8.0).clamp(20.0, 40.0), nodes }
    }

    /// A quiet shard's row: from the column's middle to the glyph's, to the first small cell's left, and from cell to cell.
    pub fn small(&self) -> (f64, f64, f64) {
        match self.width {
            narrow if narrow < 36.0 => (-9.0, -0.5, 5.0),
            narrow if narrow < 44.0 => (-10.5, 0.5, 5.6),
            _ => (-11.0, 2.0, 6.6),
        }
    }

    /// The middle of a node's column.
    pub fn x(&self, node: u8) -> f64 {
        GUTTER + self.width * (f64::from(state::rank(self.nodes, node)) + 0.5)
    }
}

/// What a log cell says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Cell {
    /// An entry that is committed, and the view that wrote it.
    Committed(ViewNo),
    /// An entry that is not, as far as anybody knows.
    Open(ViewNo),
    /// The shard's primary has an entry of another view here: this one will be cut off.
    Stray(ViewNo),
    /// An entry that a snapshot stands for: its effect is here, the entry itself is not.
    Folded,
    /// The primary has it, this copy does not yet.
    Missing,
}

/// One copy in the shard of the story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Copy {
    /// Its node.
    pub node: Pid,
    /// The cells, one a line; `None` where there is nothing to show.
    pub cells: [Option<Cell>; LINES as usize],
    /// Whether a snapshot stands for entries before these.
    pub folded: bool,
    /// The lines from which an entry was cut off lately.
    pub cut: std::ops::Range<u32>,
}

/// Entries of the shard in the story that a copy cut off from its log.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Cut {
    /// On which node.
    pub node: Pid,
    /// The first.
    pub from: Index,
    /// How many.
    pub dropped: u32,
}

/// For how long what was cut off is seen, in simulated time, if something else is told by then.
const SEEN: Span = Span::secs(1);

/// What was cut off lately from the logs of a shard: within the last second, or since the last headline. `facts` are in order.
pub fn cuts(facts: &[Record<Note>], story: ShardId, now: Time) -> Vec<Cut> {
    let (mut out, mut over) = (Vec::new(), false);
    for fact in facts.iter().rev() {
        if over && now.since(fact.at) > SEEN {
            break;
        }
        match &fact.what {
            What::Note(Note::Shard(ShardNote::Truncated { shard, from, dropped })) if *shard == story => {
                out.push(Cut { node: fact.who, from: *from, dropped: *dropped });
            }
            What::Note(note) => over |= note.is_headline(),
            What::Fault(_) => over = true,
        }
    }
    out
}

/// The log of the shard in the story.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// Index of the first line.
    pub first: Index,
    /// Index of the last entry that any copy has.
    pub last: Index,
    /// Last committed index, as far as the shard's primary (or else anybody) knows.
    pub commit: Index,
    /// Every copy, in the order of pids.
    pub copies: Vec<Copy>,
}

impl Log {
    /// The log as the copies have it, and what was cut off from it lately.
    pub fn of(view: &ClusterView, shard: &ShardView, cuts: &[Cut]) -> Log {
        let lead = shard.view.primary.filter(|&node| !state::is_down(view, node));
        let lead = lead.and_then(|node| state::replica(shard, node));
        let ends = shard.replicas.iter().map(|replica| replica.last.0).chain(cuts.iter().map(|cut| cut.from.0 + cut.dropped - 1));
        let most = ends.max().unwrap_or(0);
        let commit =
            lead.map_or_else(|| shard.replicas.iter().map(|replica| replica.commit.0).max().unwrap_or(0), |replica| replica.commit.0);
        let first = most.saturating_sub(LINES - 1).max(1);
        let written = |tail: &[(Index, ViewNo)], index: u32| tail.iter().find(|&&(at, _)| at.0 == index).map(|&(_, no)| no);
        let cell = |copy: &ReplicaView, index: u32| {
            let ReplicaView { node, role, .. } = *copy;
            let tail = &copy.tail[..];
            let truth = lead.and_then(|lead| written(&lead.tail, index));
            match written(tail, index) {
                Some(no) if index <= commit && truth.is_none_or(|truth| truth == no) => Some(Cell::Committed(no)),
                Some(no) if truth.is_some_and(|truth| truth != no) => Some(Cell::Stray(no)),
                Some(no) => Some(Cell::Open(no)),
                None if index <= copy.base.0 || index <= copy.last.0 && index <= commit => Some(Cell::Folded),
                None => {
                    let expected = role.is_some() && truth.is_some() && !state::is_down(view, node);
                    expected.then_some(Cell::Missing)
                }
            }
        };
        let copies = shard.replicas.iter().map(|replica| {
            let cut = cuts.iter().find(|cut| cut.node == replica.node).map_or(0..0, |cut| {
                let from = cut.from.0.saturating_sub(first);
                from..(cut.from.0 + cut.dropped).saturating_sub(first).max(from)
            });
            let cells = std::array::from_fn(|i| cell(replica, first + i as u32));
            Copy { node: replica.node, cells, folded: replica.base.0 > 0, cut }
        });
        Log { first: Index(first), last: Index(most), commit: Index(commit), copies: copies.collect() }
    }

    /// Where the commit line runs, as a height in the section; at the top when it lies above what is shown.
    pub fn commit_y(&self) -> f64 {
        let lines = (self.commit.0 + 1).saturating_sub(self.first.0).min(LINES);
        LOG_TOP + PITCH * f64::from(lines) - 2.5
    }
}

/// Some quiet shards under one title.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// What they have in common.
    pub fare: Fare,
    /// Those that are shown.
    pub shards: Vec<ShardId>,
}

/// Every shard but the one in the story, sorted by need, as far as there is room.
#[derive(Clone, PartialEq, Debug)]
pub struct Groups {
    /// In the order of need; none is empty.
    pub groups: Vec<Group>,
    /// Shards in need for which there was no room.
    pub more: usize,
    /// Shards that want nothing.
    pub whole: usize,
    /// Shards whose copies will be moved, and are not yet.
    pub waiting: usize,
    /// Where the first title stands.
    top: f64,
}

impl Groups {
    /// The groups that fit a section of this height.
    pub fn of(view: &ClusterView, story: ShardId, size: (u32, u32)) -> Groups {
        let others = || view.shards.iter().filter(|shard| shard.id != story);
        let top = GROUPS_TOP + if named_below(view, story, size.0) { NAME_BELOW } else { 0.0 };
        let mut room = f64::from(size.1) - top - CLOSING;
        let mut out = Groups { groups: Vec::new(), more: 0, whole: 0, waiting: 0, top };
        for fare in [Fare::Choice, Fare::Waits, Fare::NoPrimary, Fare::BackupLost, Fare::Behind] {
            let mut shards: Vec<_> = others().filter(|s| state::fare(view, s) == fare).map(|s| s.id).collect();
            let fit = ((room - TITLE - GROUP_GAP) / ROW).floor().max(0.0) as usize;
            out.more += shards.len().saturating_sub(fit);
            shards.truncate(fit);
            if !shards.is_empty() {
                room -= TITLE + GROUP_GAP + ROW * shards.len() as f64;
                out.groups.push(Group { fare, shards });
            }
        }
        let whole = || others().filter(|s| state::fare(view, s) == Fare::Whole);
        out.waiting = whole().filter(|shard| state::waits(shard)).count();
        out.whole = whole().count() - out.waiting;
        out
    }

    /// For each group: the height of its title, and of its first row.
    pub fn tops(&self) -> Vec<(f64, f64)> {
        let mut y = self.top;
        let mut tops = Vec::with_capacity(self.groups.len());
        for group in &self.groups {
            tops.push((y, y + TITLE));
            y += TITLE + ROW * group.shards.len() as f64 + GROUP_GAP;
        }
        tops
    }

    /// The height of the closing sentence.
    pub fn closing(&self) -> f64 {
        let rows: usize = self.groups.iter().map(|group| group.shards.len()).sum();
        self.top + (TITLE + GROUP_GAP) * self.groups.len() as f64 + ROW * rows as f64
    }
}

/// Where the name of the commit line stands.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Naming {
    /// Right of the last copy, from here on.
    After(f64),
    /// Left of the first copy, up to here.
    Before(f64),
    /// Under the log: there is no room beside it.
    Below,
}

/// Where the commit line of a log ends, and where its name goes.
pub fn naming(columns: Columns, copies: &[u8]) -> (f64, Naming) {
    let (first, last) = (copies.iter().copied().min().unwrap_or(0), copies.iter().copied().max().unwrap_or(0));
    let end = columns.x(last) + columns.width / 2.0;
    let place = |n| f64::from(state::rank(columns.nodes, n));
    let room_after = columns.width * (f64::from(columns.nodes.count_ones()) - 1.0 - place(last));
    let room_before = columns.width * place(first);
    let needed = 82.0;
    if room_after >= needed {
        (end, Naming::After(end + 6.0))
    } else if room_before >= needed {
        (end, Naming::Before(columns.x(first) - columns.width / 2.0 - 6.0))
    } else {
        (end, Naming::Below)
    }
}

/// Whether the commit line of the shard in the story has its name under the log.
fn named_below(view: &ClusterView, story: ShardId, width: u32) -> bool {
    let Some(shard) = state::shard(view, story) else { return false };
    let letters: Vec<u8> = shard.replicas.iter().filter_map(|it| state::name(view, it.node)).map(|name| name.n).collect();
    naming(Columns::new(width, state::nodes(view)), &letters).1 == Naming::Below
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::fixture;

    #[test]
    fn equal_indices_share_a_line_and_say_what_became_of_them() {
        let view = fixture::view();
        let log = Log::of(&view, &view.shards[7], &[]);
        assert_eq!((log.first, log.commit), (Index(120), Index(122)));
        let of = |name: &str| log.copies.iter().find(|copy| copy.node == fixture::pid(name)).unwrap().cells;
        let three = ViewNo(3);
        let (sure, open) = (Some(Cell::Committed(three)), Some(Cell::Open(three)));
        assert_eq!(of("B"), [sure, sure, sure, Some(Cell::Missing), None]);
        assert_eq!(of("C"), [sure, sure, sure, open, open]);
        assert_eq!(of("D"), [sure, sure, sure, open, None]);
    }

    #[test]
    fn an_entry_that_the_primary_does_not_have_is_never_committed() {
        let mut view = fixture::view();
        for (_, no) in &mut view.shards[7].replicas[0].tail {
            *no = ViewNo(2);
        }
        let log = Log::of(&view, &view.shards[7], &[]);
        assert!(log.copies[0].cells[..3].iter().all(|cell| *cell == Some(Cell::Stray(ViewNo(2)))));
    }

    #[test]
    fn what_was_cut_off_is_seen_until_the_next_headline_and_for_a_second() {
        let view = fixture::view();
        let (b, seven) = (fixture::pid("B"), ShardId(7));
        let fact = |(i, (ms, note)): (usize, (u64, Note))| Record {
            seq: crate::sim::id::Seq(i as u64),
            at: Time::from_millis(ms),
            who: b,
            cause: None,
            what: What::Note(note),
        };
        let cut = Note::Shard(ShardNote::Truncated { shard: seven, from: Index(123), dropped: 2 });
        let news = Note::Shard(ShardNote::Serving { shard: ShardId(3), view: ViewNo(9) });
        let facts: Vec<_> = [(5_000, cut), (5_100, news)].into_iter().enumerate().map(fact).collect();
        let at = |facts: &[Record<Note>], ms| cuts(facts, seven, Time::from_millis(ms)).len();
        assert_eq!([at(&facts[..1], 5_000), at(&facts[..1], 9_000)], [1, 1], "nothing else was told");
        assert_eq!([at(&facts, 5_900), at(&facts, 6_200)], [1, 0]);
        assert_eq!(cuts(&facts, ShardId(6), Time::from_millis(5_000)), []);
        let cut = cuts(&facts, seven, Time::from_millis(5_100));
        let log = Log::of(&view, &view.shards[7], &cut);
        assert_eq!(log.copies.iter().map(|copy| copy.cut.clone()).collect::<Vec<_>>(), [3..5, 0..0, 0..0]);
        let cut = [Cut { node: b, from: Index(123), dropped: 4 }];
        assert_eq!(Log::of(&view, &view.shards[7], &cut).last, Index(126), "there is room for what is gone");
    }

    #[test]
    fn what_came_in_a_snapshot_is_there_and_not_missing() {
        let mut view = fixture::view();
        let d = view.shards[7].replicas.iter_mut().find(|copy| copy.node == fixture::pid("D")).unwrap();
        d.tail.retain(|(index, _)| index.0 > 121);
        let log = Log::of(&view, &view.shards[7], &[]);
        let d = log.copies.iter().find(|copy| copy.node == fixture::pid("D")).unwrap();
        assert_eq!(d.cells[..2], [Some(Cell::Folded); 2]);
        assert!(matches!(d.cells[2], Some(Cell::Committed(_))));
    }

    #[test]
    fn every_other_shard_is_shown_or_counted_and_the_table_ends_in_its_section() {
        let view = fixture::view();
        for height in [200, 300, 400, 464, 478, 760, 2_000] {
            let groups = Groups::of(&view, ShardId(7), (352, height));
            let shown: usize = groups.groups.iter().map(|group| group.shards.len()).sum();
            assert_eq!(shown + groups.more + groups.whole + groups.waiting, 23, "{height}");
            assert!(groups.groups.iter().all(|group| !group.shards.is_empty()));
            if height >= 300 {
                assert!(groups.closing() + 14.0 <= f64::from(height), "{height}: {}", groups.closing());
            }
        }
        let tall = Groups::of(&view, ShardId(7), (352, 2_000));
        assert_eq!((tall.more, tall.groups.len()), (0, 2));
    }

    #[test]
    fn the_commit_line_is_named_where_there_is_room() {
        let columns = Columns::new(352, 0b11_1111);
        assert!(matches!(naming(columns, &[1, 2, 3]).1, Naming::After(_)));
        assert!(matches!(naming(columns, &[3, 4, 5]).1, Naming::Before(_)));
        assert_eq!(naming(columns, &[0, 2, 5]).1, Naming::Below);
    }

    #[test]
    fn a_joining_node_gets_the_next_column_whatever_its_letter() {
        let columns = Columns::new(352, state::nodes(&fixture::moving()));
        assert!((columns.x(7) - columns.x(5) - columns.width).abs() < 1e-9, "H stands right of F");
        assert!(columns.x(7) + columns.width / 2.0 <= 352.0 + 1e-9);
        for nodes in [0x3f, 0x7f, 0xff] {
            for width in [328, 352] {
                let columns = Columns::new(width, nodes);
                let (glyph, cells, pitch) = columns.small();
                let right = cells + 3.0 * pitch;
                assert!(right - (glyph - 6.0) <= columns.width, "{nodes:b} at {width}: a copy is wider than its column");
            }
        }
    }

    #[test]
    fn an_empty_log_is_drawn_without_a_fuss() {
        let mut view = fixture::view();
        for replica in &mut view.shards[7].replicas {
            replica.tail.clear();
            (replica.last, replica.commit) = (Index(0), Index(0));
        }
        let log = Log::of(&view, &view.shards[7], &[]);
        assert_eq!((log.first, log.last), (Index(1), Index(0)));
        assert_eq!(log.commit_y(), LOG_TOP - 2.5);
        assert!(log.copies.iter().all(|copy| copy.cells.iter().all(Option::is_none)));
    }
}
