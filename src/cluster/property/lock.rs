//! The locks: first come, first served; tokens that only grow; at most one that believes; and effects in the order of the tokens.

use litemap::LiteMap;

use crate::cluster::note::{OpId, Text};
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::lock::token::{FencingToken, LockId, LockSession};
use crate::proto::replica::view::{Index, ShardId};
use crate::sim::id::Pid;
use crate::sim::sorted::Set;

/// What the lock service has said, and what came of it.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Lock {
    /// Who waits, for which lock; each lock's in order.
    queue: Vec<(LockId, LockSession)>,
    /// Who has what.
    held: Vec<(LockId, LockSession)>,
    last_token: FencingToken,
    /// Each lock's document.
    edits: Vec<Edited>,
    /// Edits seen, and where in the log: a new primary may apply (and tell) what the old one had applied.
    seen: Set<(OpId, Index)>,
    /// Who is at work under which lock.
    inside: Vec<(Pid, LockId)>,
    /// Shards whose copy an operator has chosen, and who is to lead each: what others still tell of it was given up.
    chosen: LiteMap<ShardId, Option<Pid>>,
    overwritten: u32,
}

/// The latest edit of a document that took effect.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Edited {
    latest: Option<OpId>,
    token: FencingToken,
    /// What it left.
    text: Text,
    shard: ShardId,
    /// An operator has given up what the chosen copy lacks of it: the next edit may start from anything.
    given_up: bool,
}

impl Lock {
    /// A session waits.
    pub(super) fn queued(&mut self, lock: LockId, session: LockSession) {
        self.queue.push((lock, session));
    }

    /// A session waits no more, and holds nothing.
    pub(super) fn ended(&mut self, session: LockSession) {
        self.queue.retain(|&(_, waiting)| waiting != session);
        self.held.retain(|&(_, holder)| holder != session);
    }

    /// The lock service has lost its memory, and every lease in it has ended.
    pub(super) fn forgotten(&mut self) {
        self.queue.clear();
        self.held.clear();
    }

    /// A session got a lock.
    pub(super) fn granted(&mut self, lock: LockId, session: LockSession, token: FencingToken, verdicts: &mut Verdicts) {
        if token <= self.last_token {
            verdicts.breaks(Promise::TokensGrow);
        }
        self.last_token = self.last_token.max(token);
        let first = self.queue.iter().find(|(waited_for, _)| *waited_for == lock).map(|&(_, first)| first);
        if first.is_some_and(|first| first != session) {
            verdicts.breaks(Promise::LockFifo);
        }
        self.ended(session);
        if self.held.iter().any(|&(held, _)| held == lock) {
            verdicts.breaks(Promise::OneGranted);
        }
        self.held.push((lock, session));
    }

    /// A worker takes a grant for true and begins.
    pub(super) fn begins(&mut self, who: Pid, lock: LockId) {
        self.stops(who);
        self.inside.push((who, lock));
    }

    /// A worker is done, refused or dead.
    pub(super) fn stops(&mut self, who: Pid) {
        self.inside.retain(|&(other, _)| other != who);
    }

    /// Whether two might believe that they hold one lock: only then it has to be asked who does.
    pub(super) fn is_crowded(&self) -> bool {
        twice(&self.inside)
    }

    /// Who believes, by its own clock.
    pub(super) fn believed(believers: &[(Pid, LockId)], verdicts: &mut Verdicts) {
        if twice(believers) {
            verdicts.breaks(Promise::OneBelieves);
        }
    }

    /// A write under a lock took effect at a primary; `again`: it had done so at another place in the log, and this is only told.
    /// Whether the document says something else since.
    pub(super) fn edited(
        &mut self,
        (op, index, again): (OpId, Index, bool),
        (who, lock, shard): (Pid, LockId, ShardId),
        token: FencingToken,
        text: &Text,
        verdicts: &mut Verdicts,
    ) -> bool {
        if self.chosen.get(&shard).is_some_and(|&primary| primary != Some(who)) {
            return false;
        }
        let row = usize::from(lock.0);
        if self.edits.len() <= row {
            self.edits.resize_with(row + 1, Default::default);
        }
        let told = again && self.seen.iter().any(|&(other, _)| other == op);
        if !self.seen.insert((op, index)) || told {
            return false;
        }
        let it = &mut self.edits[row];
        it.shard = shard;
        // Once more with nothing in between, it leaves what it had left.
        if it.latest.replace(op) == Some(op) {
            return false;
        }
        if !std::mem::take(&mut it.given_up) {
            let gone = gone(&it.text, text);
            if token < it.token || gone > 0 || text.len() != it.text.len() + 1 {
                verdicts.breaks(Promise::OneEffective);
            }
            self.overwritten += gone;
        }
        (it.token, it.text) = (token.max(it.token), text.clone());
        true
    }

    /// A shard's view has changed; `chosen`: an operator has chosen whose copy of it counts.
    pub(super) fn view(&mut self, shard: ShardId, primary: Option<Pid>, chosen: bool) {
        if chosen || self.chosen.contains_key(&shard) {
            self.chosen.insert(shard, primary);
        }
        for it in self.edits.iter_mut().filter(|it| chosen && it.shard == shard) {
            *it = Edited { shard, given_up: true, ..Edited::default() };
        }
    }

    /// Lines that somebody overwrote who had not read them.
    pub(super) fn overwritten(&self) -> u32 {
        self.overwritten
    }
}

fn twice(believers: &[(Pid, LockId)]) -> bool {
    (1..believers.len()).any(|i| believers[..i].iter().any(|(_, lock)| *lock == believers[i].1))
}

/// How many lines of `old` are gone from `new`, whose last line is its writer's own: those from the first on at which they
/// differ. Lines that either of them does not show count as equal.
fn gone(old: &Text, new: &Text) -> u32 {
    let line = |text: &Text, i: u32| {
        let shown = text.lines();
        shown.get((i as usize).checked_sub(text.len() as usize - shown.len())?).copied()
    };
    let common = old.len().min(new.len().saturating_sub(1));
    let differ = |&i: &u32| matches!((line(old, i), line(new, i)), (Some(a), Some(b)) if a != b);
    old.len() - (0..common).find(differ).unwrap_or(common)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::note::Line;
    use crate::sim::id::Boot;

    const ORDERS: LockId = LockId(0);

    fn session(client: u16) -> LockSession {
        LockSession { client: Pid(client), boot: Boot(1), n: 1 }
    }

    fn broken(story: impl FnOnce(&mut Lock, &mut Verdicts)) -> Vec<Promise> {
        let (mut lock, mut verdicts) = (Lock::default(), Verdicts::default());
        story(&mut lock, &mut verdicts);
        Promise::ALL.into_iter().filter(|&promise| verdicts.broken[promise as usize].is_some()).collect()
    }

    #[test]
    fn two_holders_of_one_lock_at_once_are_rejected_and_of_two_locks_are_not() {
        let grant = |lock: &mut Lock, which, client, token, verdicts: &mut Verdicts| {
            lock.granted(LockId(which), session(client), FencingToken(token), verdicts);
        };
        let twice = broken(|lock, verdicts| {
            grant(lock, 0, 1, 1, verdicts);
            grant(lock, 0, 2, 2, verdicts);
        });
        assert_eq!(twice, [Promise::OneGranted]);
        let in_turn = broken(|lock, verdicts| {
            grant(lock, 0, 1, 1, verdicts);
            grant(lock, 1, 2, 2, verdicts);
            lock.ended(session(1));
            grant(lock, 0, 3, 3, verdicts);
        });
        assert_eq!(in_turn, []);
        assert_eq!(broken(|lock, verdicts| (1..3).for_each(|_| grant(lock, 0, 1, 1, verdicts))), [Promise::TokensGrow]);
    }

    #[test]
    fn whoever_waited_longest_for_the_same_lock_is_next() {
        let story = |which: u8, next: u16| {
            broken(move |lock, verdicts| {
                lock.queued(ORDERS, session(1));
                lock.queued(LockId(1), session(2));
                lock.queued(ORDERS, session(3));
                lock.granted(LockId(which), session(next), FencingToken(1), verdicts);
            })
        };
        assert_eq!([story(0, 1), story(1, 2), story(0, 3)], [vec![], vec![], vec![Promise::LockFifo]]);
    }

    #[test]
    fn two_that_believe_break_a_promise_and_a_dead_belief_does_not() {
        let believed = |believers: &[(Pid, LockId)]| broken(|_, verdicts| Lock::believed(believers, verdicts));
        assert_eq!(believed(&[(Pid(1), ORDERS), (Pid(2), ORDERS)]), [Promise::OneBelieves]);
        assert_eq!(believed(&[(Pid(1), ORDERS), (Pid(2), LockId(1))]), []);
        let mut lock = Lock::default();
        let crowded: Vec<bool> = [(1, 0), (2, 1), (3, 1), (3, 0)]
            .map(|(who, which)| {
                lock.begins(Pid(who), LockId(which));
                lock.is_crowded()
            })
            .into();
        assert_eq!(crowded, [false, false, true, true]);
        lock.stops(Pid(1));
        assert!(!lock.is_crowded());
    }

    #[test]
    fn a_text_made_from_an_older_one_lacks_what_came_between() {
        let text = |tokens: &[u64]| {
            let line = |&token: &u64| Line { who: Pid(1), token: FencingToken(token) };
            tokens.iter().map(line).fold(Text::default(), |text, line| text.with(line))
        };
        let upto = |n: u64| (1..=n).collect::<Vec<_>>();
        let late = |n: u64| [upto(n), vec![99]].concat();
        for (old, new, lacks) in [
            (upto(0), upto(1), 0),
            (upto(23), upto(24), 0),
            (upto(60), upto(61), 0),
            (upto(4), late(2), 2),
            (upto(23), late(20), 3),
            (upto(30), late(20), 10),
            (upto(70), late(2), 68),
            (vec![1, 2, 3], vec![1, 9, 4], 2),
            (upto(4), upto(4), 1),
        ] {
            assert_eq!(gone(&text(&old), &text(&new)), lacks, "{old:?} {new:?}");
        }
    }

    #[test]
    fn an_edit_that_lacks_what_another_wrote_breaks_a_promise_and_is_counted_once() {
        let text = |tokens: &[u64]| {
            let line = |&token: &u64| Line { who: Pid(1), token: FencingToken(token) };
            tokens.iter().map(line).fold(Text::default(), |text, line| text.with(line))
        };
        let op = |n| OpId { client: Pid(1), boot: Boot(1), n };
        let story = |edits: &[&[u64]]| {
            let mut overwritten = 0;
            let broken = broken(|lock, verdicts| {
                for (edit, n) in edits.iter().zip(1..) {
                    let token = FencingToken(*edit.last().expect("a line"));
                    lock.edited((op(n), Index(n), false), (Pid(1), ORDERS, ShardId(0)), token, &text(edit), verdicts);
                    lock.edited((op(n), Index(n), false), (Pid(1), ORDERS, ShardId(0)), token, &text(edit), verdicts);
                    lock.edited((op(n), Index(n + 50), true), (Pid(1), ORDERS, ShardId(0)), token, &text(edit), verdicts);
                }
                overwritten = lock.overwritten();
            });
            (broken, overwritten)
        };
        assert_eq!(story(&[&[1], &[1, 2], &[1, 2, 3]]), (vec![], 0));
        assert_eq!(story(&[&[1], &[1, 2], &[1, 3]]), (vec![Promise::OneEffective], 1));
        let twice = broken(|lock, verdicts| {
            lock.edited((op(1), Index(1), false), (Pid(1), ORDERS, ShardId(0)), FencingToken(1), &text(&[1]), verdicts);
            lock.edited((op(1), Index(9), false), (Pid(1), ORDERS, ShardId(0)), FencingToken(1), &text(&[1]), verdicts);
            assert_eq!(verdicts.broken, Verdicts::default().broken, "with nothing in between");
            lock.edited((op(2), Index(2), false), (Pid(1), ORDERS, ShardId(0)), FencingToken(2), &text(&[1, 2]), verdicts);
            lock.edited((op(1), Index(3), false), (Pid(1), ORDERS, ShardId(0)), FencingToken(1), &text(&[1]), verdicts);
            assert_eq!(lock.overwritten(), 2, "both lines, the first of which it writes anew");
        });
        assert_eq!(twice, [Promise::OneEffective], "a retry that takes effect once more is another effect");
        let chosen = |shard| {
            broken(|lock, verdicts| {
                lock.edited((op(1), Index(1), false), (Pid(1), ORDERS, ShardId(3)), FencingToken(1), &text(&[1]), verdicts);
                lock.edited((op(2), Index(2), false), (Pid(1), ORDERS, ShardId(3)), FencingToken(2), &text(&[1, 2]), verdicts);
                lock.view(ShardId(shard), Some(Pid(1)), true);
                lock.edited((op(9), Index(2), false), (Pid(2), ORDERS, ShardId(shard)), FencingToken(1), &text(&[7]), verdicts);
                lock.edited((op(3), Index(2), false), (Pid(1), ORDERS, ShardId(3)), FencingToken(3), &text(&[1, 3]), verdicts);
                assert_eq!(lock.overwritten(), u32::from(shard != 3));
            })
        };
        assert_eq!([chosen(3), chosen(4)], [vec![], vec![Promise::OneEffective]], "an operator gave up the second line, or did not");
        assert_eq!(story(&[&[2], &[2, 1]]), (vec![Promise::OneEffective], 0), "nothing is lost, but 1 came after 2");
    }
}
