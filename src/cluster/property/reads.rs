//! Reads of keys, judged from what clients asked for and were told, and from nothing else: could one copy of each key, asked by
//! one client after the other, have given these answers?
//!
//! No two writes write the same value. So the operations on a key fall into one *zone* for each value: its write, and the reads
//! that found it. A zone has two instants: when the first of its operations was over (`over`), and when the last of them began
//! (`began`). If one was over before another began, the value was the key's at least from `over` to `began`: the zone is
//! *forward*. Otherwise all of them went on at the same time, from `began` to `over`. There is an order if and only if no two
//! forward zones overlap, no other zone lies within a forward one, and no value is read before somebody asks to write it (Gibbons and
//! Korach, "Testing shared memories", 1997, theorem 4.1). This is exact, and looks only at the zones of one key.
//!
//! *What is forgotten.* A zone may go when another stands for all it could be in the way of: see [`Zone::covers`]. So a key has
//! about as many zones as clients that ask for it at a time. Writes of which a client has died stay, at most [`MOST`]; beyond that,
//! and where an operator has given up what others had, a value that nobody is known to have written is taken for an old one.

use crate::cluster::note::OpId;
use crate::cluster::property::{Promise, Verdicts};
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;
use crate::sim::sorted::SortedMap;

/// Zones that a key may have.
const MOST: usize = 64;

/// A place in the order of facts. 0 is before all of them.
pub(super) type Place = u64;

/// What clients asked for and were told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Reads {
    /// What each client waits for.
    open: SortedMap<Pid, Open>,
    keys: SortedMap<u16, Key>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Open {
    op: OpId,
    key: u16,
    put: Option<u64>,
    began: Place,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Key {
    shard: ShardId,
    zones: Vec<Zone>,
    /// Whether there may be values of which nothing is known any more.
    forgot: bool,
}

/// The operations that wrote or found one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Zone {
    value: u64,
    /// When the first of them was over; `None`: none is yet.
    over: Option<Place>,
    /// When the last of them began, of those that are over, and the write.
    began: Place,
}

impl Zone {
    /// Whether there can be no order in which both are right.
    fn contradicts(&self, other: &Zone) -> bool {
        let (Some(over), Some(others)) = (self.over, other.over) else { return false };
        // Two forward zones that overlap, or one that is not within a forward one. Of two others neither is true.
        over < other.began && others < self.began
    }

    /// Whether `old` need not be kept: whatever it could contradict from now on, this one contradicts too. For a read that began
    /// at `since` or later, and found the old value, would; and so would any zone that reaches into the old one.
    fn covers(&self, old: &Zone, since: Place) -> bool {
        let (Some(over), Some(olds)) = (self.over, old.over) else { return false };
        self.value != old.value && olds < self.began && old.began <= self.began && over < since
    }
}

impl Reads {
    /// A client asks. What it waited for until now it waits for no more.
    pub(super) fn invoked(&mut self, (shard, key): (ShardId, u16), op: OpId, put: Option<u64>, now: Place) {
        self.open.insert(op.client, Open { op, key, put, began: now });
        let it = self.key(shard, key);
        if let Some(value) = put {
            it.zones.push(Zone { value, over: None, began: now });
        }
    }

    /// A client is answered; a read found this value.
    pub(super) fn answered(&mut self, op: OpId, found: Option<u64>, now: Place, verdicts: &mut Verdicts) {
        let Some(open) = self.open.get(&op.client).filter(|open| open.op == op).cloned() else { return };
        self.open.remove(&op.client);
        let reads = self.open.values().filter(|other| other.key == open.key && other.put.is_none());
        let since = reads.map(|other| other.began).min().unwrap_or(now);
        let Some(value) = open.put.or(found) else { return };
        let Some(it) = self.keys.get_mut(&open.key) else { return };
        let at = it.zones.iter().position(|zone| zone.value == value);
        let at = match at {
            Some(at) => at,
            None if it.forgot => {
                it.zones.push(Zone { value, over: None, began: open.began });
                it.zones.len() - 1
            }
            // A write whose value was found, and overwritten, before it returned.
            None if open.put.is_some() => return,
            None => return verdicts.breaks(Promise::ReadsFresh),
        };
        let zone = &mut it.zones[at];
        zone.over = Some(zone.over.map_or(now, |over| over.min(now)));
        zone.began = zone.began.max(open.began);
        let zone = *zone;
        if it.zones.iter().any(|other| other.value != value && zone.contradicts(other)) {
            verdicts.breaks(Promise::ReadsFresh);
        }
        let all = it.zones.clone();
        it.zones.retain(|old| !all.iter().any(|new| new.covers(old, since)));
        if it.zones.len() > MOST {
            it.zones.remove(0);
            it.forgot = true;
        }
    }

    /// An operator has given up what others had of a shard: its keys begin anew, with whatever is there.
    pub(super) fn chosen(&mut self, shard: ShardId) {
        for (_, it) in self.keys.iter_mut().filter(|(_, it)| it.shard == shard) {
            it.zones.clear();
            it.forgot = true;
        }
    }

    fn key(&mut self, shard: ShardId, key: u16) -> &mut Key {
        // A key that nobody has written is 0.
        let first = Zone { value: 0, over: Some(0), began: 0 };
        self.keys.get_or_insert_with(key, || Key { shard, zones: vec![first], forgot: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::id::Boot;

    const KEY: (ShardId, u16) = (ShardId(3), 7);

    /// `(client, Some(value))`: a write begins, `(client, None)`: a read begins; with `Err`: what the client is told.
    type Event = (u16, Result<Option<u64>, Option<u64>>);

    fn asks(client: u16, put: Option<u64>) -> Event {
        (client, Ok(put))
    }

    fn told(client: u16, found: Option<u64>) -> Event {
        (client, Err(found))
    }

    fn is_broken(story: &[Event]) -> bool {
        let (mut reads, mut verdicts, mut n) = (Reads::default(), Verdicts::default(), [0; 9]);
        for (now, &(client, event)) in (1..).zip(story) {
            let count = &mut n[usize::from(client)];
            *count += u32::from(event.is_ok());
            let op = OpId { client: Pid(client), boot: Boot(1), n: *count };
            match event {
                Ok(put) => reads.invoked(KEY, op, put, now),
                Err(found) => reads.answered(op, found, now, &mut verdicts),
            }
        }
        verdicts != Verdicts::default()
    }

    #[test]
    fn a_read_finds_what_was_written_last() {
        let written = [asks(1, Some(5)), told(1, None)];
        let read = |value| [asks(2, None), told(2, Some(value))];
        assert!(!is_broken(&[&written[..], &read(5)].concat()));
        assert!(is_broken(&[&written[..], &read(0)].concat()), "it was overwritten before the read began");
        assert!(is_broken(&[&written[..], &read(6)].concat()), "nobody wrote it");
        assert!(!is_broken(&read(0)), "a key that nobody has written is 0");
    }

    #[test]
    fn while_a_write_goes_on_either_may_be_found_but_not_one_and_then_the_other_before() {
        let both =
            |first, second| [asks(1, Some(5)), asks(2, None), told(2, Some(first)), asks(2, None), told(2, Some(second)), told(1, None)];
        assert!(!is_broken(&both(0, 5)) && !is_broken(&both(0, 0)) && !is_broken(&both(5, 5)));
        assert!(is_broken(&both(5, 0)), "back to what was before");
    }

    #[test]
    fn a_write_that_nobody_was_told_of_may_be_found_late_and_then_stays() {
        let lost = [asks(1, Some(5)), asks(1, Some(6)), told(1, None)];
        let read = |value| [asks(2, None), told(2, Some(value))];
        assert!(!is_broken(&[&lost[..], &read(6), &read(5)].concat()), "it may take effect at any time");
        assert!(is_broken(&[&lost[..], &read(5), &read(6)].concat()), "6 was written before the first read");
    }

    #[test]
    fn a_write_that_returns_after_it_was_found_and_overwritten_was_in_time() {
        let read = |value| [asks(2, None), told(2, Some(value))];
        let other = [asks(3, Some(6)), told(3, None)];
        assert!(!is_broken(&[&[asks(1, Some(5))], &read(5)[..], &other, &read(6), &[told(1, None)], &read(6)].concat()));
        assert!(is_broken(&[&[asks(1, Some(5))], &read(5)[..], &other, &read(6), &[told(1, None)], &read(5)].concat()));
    }

    #[test]
    fn what_an_operator_has_given_up_may_be_missing() {
        let (mut reads, mut verdicts) = (Reads::default(), Verdicts::default());
        let op = |client, n| OpId { client: Pid(client), boot: Boot(1), n };
        reads.invoked(KEY, op(1, 1), Some(5), 1);
        reads.answered(op(1, 1), None, 2, &mut verdicts);
        reads.chosen(KEY.0);
        reads.invoked(KEY, op(2, 1), None, 3);
        reads.answered(op(2, 1), Some(0), 4, &mut verdicts);
        assert_eq!(verdicts, Verdicts::default());
        reads.invoked(KEY, op(1, 2), Some(6), 5);
        reads.answered(op(1, 2), None, 6, &mut verdicts);
        reads.invoked(KEY, op(2, 2), None, 7);
        reads.answered(op(2, 2), Some(0), 8, &mut verdicts);
        assert!(verdicts != Verdicts::default(), "what was written since is not");
    }
}
