//! Which shard the story is about: a function of the facts up to now.

use ringside::cluster::Facts;
use ringside::cluster::note::{Note, ViewWhy};
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
}

/// The headlines about shards; reads each fact once.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Story {
    read: usize,
    headlines: Vec<Headline>,
}

impl Story {
    /// Reads the facts it has not read. `facts` continues what was read before: after a new branch, begin anew.
    pub fn read(&mut self, facts: &Facts) {
        if facts.len() < self.read {
            *self = Story::default();
        }
        for (i, fact) in facts.iter().enumerate().skip(self.read) {
            if let Some((shard, leads)) = about(fact) {
                self.headlines.push(Headline { known_at: i + 1, at: fact.at, shard, leads });
            }
        }
        self.read = facts.len();
    }

    /// The shard in the story when `known` facts have happened. A failure makes news about many shards at once: the usual
    /// one stays if it is among them, else the first that got a leader; so the story does not jump about.
    pub fn shard(&self, known: usize) -> ShardId {
        let past = &self.headlines[..self.headlines.partition_point(|headline| headline.known_at <= known)];
        let Some(last) = past.last() else { return USUAL };
        let first = past.partition_point(|headline| headline.at + NEWS < last.at);
        let news = &past[first..];
        if news.iter().any(|headline| headline.shard == USUAL) {
            return USUAL;
        }
        news.iter().find(|headline| headline.leads).or(news.first()).map_or(USUAL, |headline| headline.shard)
    }
}

fn about(fact: &Record<Note>) -> Option<(ShardId, bool)> {
    let What::Note(note) = &fact.what else { return None };
    match note {
        Note::ViewChanged { shard, why, .. } => Some((*shard, matches!(why, ViewWhy::Promotion | ViewWhy::NoPrimary))),
        Note::Serving { shard, .. }
        | Note::Stopped { shard, .. }
        | Note::Truncated { shard, .. }
        | Note::StaleView { shard, .. }
        | Note::SnapshotTaken { shard, .. }
        | Note::LearnerReady { shard, .. } => Some((*shard, false)),
        Note::Suspected { .. }
        | Note::Returned { .. }
        | Note::RingChanged { .. }
        | Note::Left { .. }
        | Note::SnapshotSent { .. }
        | Note::Yielded { .. }
        | Note::Dropped { .. }
        | Note::Appended { .. }
        | Note::Committed { .. }
        | Note::Acknowledged { .. }
        | Note::Refused { .. }
        | Note::Answered { .. }
        | Note::Retried { .. }
        | Note::LockQueued { .. }
        | Note::LockGranted { .. }
        | Note::LockReleased { .. }
        | Note::SessionEnded { .. }
        | Note::HoldBegins { .. }
        | Note::HoldEnds { .. }
        | Note::FencedWrite { .. }
        | Note::FenceRefused { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringside::proto::replica::view::ViewNo;
    use ringside::sim::id::{Pid, Seq};

    fn story(news: &[(u64, u16)]) -> (Story, usize) {
        let fact = |(i, &(ms, shard)): (usize, &(u64, u16))| Record {
            seq: Seq(i as u64),
            at: Time::from_millis(ms),
            who: Pid(1),
            cause: None,
            what: What::Note(Note::Serving { shard: ShardId(shard), view: ViewNo(1) }),
        };
        let facts: Facts = news.iter().enumerate().map(fact).collect();
        let mut story = Story::default();
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
    fn news_about_others_alone_move_the_story_and_going_back_moves_it_back() {
        let (story, n) = story(&[(10, 7), (9_000, 15), (9_001, 3)]);
        assert_eq!(story.shard(n), ShardId(15));
        assert_eq!(story.shard(n - 1), ShardId(15), "it does not jump within one piece of news");
        assert_eq!(story.shard(1), USUAL);
    }
}
