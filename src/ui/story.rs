//! Which shard the story is about: a function of the facts up to now.

use ringside::cluster::Facts;
use ringside::cluster::note::{ControlNote, Note, ShardNote, ViewWhy};
use ringside::cluster::observe::chronicle::Chronicle;
use ringside::cluster::setup::name::Roster;
use ringside::proto::replica::view::ShardId;
use ringside::sim::journal::{Record, What};
use ringside::sim::time::{Span, Time};

/// The shard in the story while there is no better reason.
pub const USUAL: ShardId = ShardId(7);
/// Headlines closer together than this are one piece of news.
const NEWS: Span = Span::secs(3);

/// One headline about a shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Headline {
    /// How many facts there are once it is known.
    known_at: usize,
    at: Time,
    shard: ShardId,
    /// Whether it decides who leads.
    leads: bool,
    /// The shard in the story once it is known.
    told: ShardId,
}

/// The headlines about shards; reads each fact once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Story {
    roster: Roster,
    read: usize,
    headlines: Vec<Headline>,
    /// When the ring has changed, if nobody has failed since: then the story goes with the shards that move.
    moving: Option<Time>,
    told: Chronicle,
}

impl Story {
    /// Nothing read yet.
    pub fn new(roster: Roster) -> Story {
        Story { roster, read: 0, headlines: Vec::new(), moving: None, told: Chronicle::new(roster) }
    }

    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin anew.
    pub fn read(&mut self, facts: &Facts) {
        if facts.len() < self.read {
            *self = Story::new(self.roster);
        }
        for (i, fact) in facts.iter().enumerate().skip(self.read) {
            self.told.after(fact);
            self.follow(fact);
            if let Some((shard, leads)) = about(fact) {
                self.headlines.push(Headline { known_at: i + 1, at: fact.at, shard, leads, told: USUAL });
                let told = self.choose();
                self.headlines.iter_mut().rev().take(1).for_each(|last| last.told = told);
            }
        }
        self.read = facts.len();
    }

    /// Whether the news are of a ring that has changed, or of a failure.
    fn follow(&mut self, fact: &Record<Note>) {
        match &fact.what {
            What::Note(Note::Control(ControlNote::RingChanged { moves, .. })) => self.moving = (*moves > 0).then_some(fact.at),
            What::Note(Note::Shard(ShardNote::ViewChanged {
                why: ViewWhy::Promotion | ViewWhy::NoPrimary | ViewWhy::Orphaned, ..
            })) => {
                self.moving = None;
            }
            What::Note(_) | What::Fault(_) => {}
        }
    }

    /// The shard in the story after the last headline. While shards move: one until it has arrived and is led by whom the ring
    /// wants, then the one that began last, for it will be seen longest.
    fn choose(&mut self) -> ShardId {
        let [before @ .., last] = &self.headlines[..] else { return USUAL };
        let told = before.last().map_or(USUAL, |before| before.told);
        let Some(changed) = self.moving else { return self.in_the_news() };
        let quiet = before.last().map_or(changed, |before| before.at.max(changed)) + NEWS < last.at;
        let on_the_way = self.told.on_the_way();
        match on_the_way.last() {
            Some(_) if on_the_way.contains(&told) => told,
            Some(&latest) => latest,
            None if quiet => {
                self.moving = None;
                self.in_the_news()
            }
            None => told,
        }
    }

    /// The shard in the story when `known` facts have happened. A failure makes news about many shards at once: the usual
    /// one stays if it is among them, else the first that got a leader; so the story does not jump about.
    pub fn shard(&self, known: usize) -> ShardId {
        let past = &self.headlines[..self.headlines.partition_point(|headline| headline.known_at <= known)];
        past.last().map_or(USUAL, |last| last.told)
    }

    /// The shard in the news that came last.
    fn in_the_news(&self) -> ShardId {
        let Some(last) = self.headlines.last() else { return USUAL };
        let first = self.headlines.partition_point(|headline| headline.at + NEWS < last.at);
        let news = &self.headlines[first..];
        if news.iter().any(|headline| headline.shard == USUAL) {
            return USUAL;
        }
        news.iter().find(|headline| headline.leads).or(news.first()).map_or(USUAL, |headline| headline.shard)
    }
}

fn about(fact: &Record<Note>) -> Option<(ShardId, bool)> {
    let What::Note(note) = &fact.what else { return None };
    match note {
        Note::Control(_) | Note::Belief(_) => None,
        Note::Shard(note) => match note {
            ShardNote::ViewChanged { shard, why, .. } => {
                Some((*shard, matches!(why, ViewWhy::Promotion | ViewWhy::NoPrimary | ViewWhy::Orphaned)))
            }
            ShardNote::Serving { shard, .. }
            | ShardNote::Stopped { shard, .. }
            | ShardNote::Truncated { shard, .. }
            | ShardNote::WritesLost { shard, .. }
            | ShardNote::StaleView { shard, .. }
            | ShardNote::SnapshotTaken { shard, .. }
            | ShardNote::LearnerReady { shard, .. } => Some((*shard, false)),
            ShardNote::SnapshotSent { .. }
            | ShardNote::Yielded { .. }
            | ShardNote::Dropped { .. }
            | ShardNote::Appended { .. }
            | ShardNote::Committed { .. }
            | ShardNote::Acknowledged { .. }
            | ShardNote::Trimmed { .. }
            | ShardNote::Applied { .. }
            | ShardNote::ReadServed { .. }
            | ShardNote::AnsweredAgain { .. }
            | ShardNote::Refused { .. } => None,
        },
        Note::Client(_) => None,
        Note::Lock(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringside::cluster::note::RingWhy;
    use ringside::cluster::setup::Setup;
    use ringside::proto::replica::view::{View, ViewNo};
    use ringside::sim::id::{Pid, Seq};

    fn story(news: &[(u64, u16)]) -> (Story, usize) {
        let fact = |(i, &(ms, shard)): (usize, &(u64, u16))| Record {
            seq: Seq(i as u64),
            at: Time::from_millis(ms),
            who: Pid(1),
            cause: None,
            what: What::Note(Note::Shard(ShardNote::Serving { shard: ShardId(shard), view: ViewNo(1) })),
        };
        let facts: Facts = news.iter().enumerate().map(fact).collect();
        let mut story = Story::new(Setup::new(1).roster);
        story.read(&facts);
        (story, facts.len())
    }

    #[test]
    fn the_usual_shard_stays_while_it_is_in_the_news() {
        let (story, n) = story(&[(10, 3), (11, 7), (2_900, 9)]);
        assert_eq!(story.shard(n), USUAL);
        assert_eq!(story.shard(0), USUAL, "before any news");
    }

    #[test]
    fn after_a_change_of_the_ring_the_story_goes_with_what_moves() {
        let view = |no, in_sync: &[u16], learners: &[u16]| View {
            no: ViewNo(no),
            primary: Some(Pid(in_sync[0])),
            in_sync: in_sync.iter().copied().map(Pid).collect(),
            learners: learners.iter().copied().map(Pid).collect(),
            level: false,
            unknown: false,
        };
        let changed = |shard, view, why| Note::Shard(ShardNote::ViewChanged { shard: ShardId(shard), view, why });
        let recruited = |shard| changed(shard, view(2, &[1, 2, 3], &[7]), ViewWhy::Recruited(Pid(7)));
        let arrived = |shard| changed(shard, view(3, &[1, 2, 7], &[]), ViewWhy::Dismissed);
        let mut waits = view(3, &[7, 1, 2], &[]);
        waits.primary = Some(Pid(1));
        let kept = |shard| changed(shard, view(2, &[1, 2], &[]), ViewWhy::Cancelled);
        let notes = [
            (kept(4), USUAL.0),
            (recruited(9), 9),
            (recruited(12), 9),
            (changed(9, waits, ViewWhy::Dismissed), 9),
            (recruited(15), 9),
            (changed(9, view(4, &[7, 1, 2], &[]), ViewWhy::HandedOver), 15),
            (arrived(12), 15),
            (arrived(15), 15),
        ];
        let joined = Note::Control(ControlNote::RingChanged { node: Pid(7), why: RingWhy::Joined, moves: 3, minimum: 3 });
        let fact = |(i, note): (usize, Note)| Record {
            seq: Seq(i as u64),
            at: Time::from_millis(5_000 + i as u64),
            who: Pid(0),
            cause: None,
            what: What::Note(note),
        };
        let facts: Facts = [joined].into_iter().chain(notes.iter().map(|(note, _)| note.clone())).enumerate().map(fact).collect();
        let mut story = Story::new(Setup::new(1).roster);
        story.read(&facts);
        for (i, (note, told)) in notes.iter().enumerate() {
            assert_eq!(story.shard(i + 2), ShardId(*told), "after {note:?}");
        }
    }

    #[test]
    fn news_about_others_alone_move_the_story_and_going_back_moves_it_back() {
        let (story, n) = story(&[(10, 7), (9_000, 15), (9_001, 3)]);
        assert_eq!(story.shard(n), ShardId(15));
        assert_eq!(story.shard(n - 1), ShardId(15), "it does not jump within one piece of news");
        assert_eq!(story.shard(1), USUAL);
    }
}
