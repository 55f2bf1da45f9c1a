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
//! about as many zones as requests for it at a time, and those of writes whose client has died or given up. Only a
//! read that is under way for long would let more and more pile up: once there are more than [`MOST`], the oldest such read is not
//! judged. All others are, and a value that is not known any more is always an old one.
//!
//! *What an operator gives up* is nobody's stale read. The choice is like a write, at that instant, of one value that nobody
//! knows yet; whatever was asked for before it and not answered is not judged. From there on everything is.

use litemap::LiteMap;

use crate::cluster::note::OpId;
use crate::cluster::property::promise::{Promise, Verdicts};
use crate::proto::replica::view::ShardId;
use crate::sim::id::Pid;

/// Zones that a key may have for the sake of a read under way.
const MOST: usize = 64;

/// A place in the order of facts. 0 is before all of them.
pub(super) type Place = u64;

/// What clients asked for and were told.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Reads {
    /// What clients wait for.
    open: LiteMap<OpId, Open>,
    keys: LiteMap<u16, Key>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Open {
    key: u16,
    put: Option<u64>,
    began: Place,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Key {
    shard: ShardId,
    zones: Vec<Zone>,
    /// When an operator chose last what it is.
    chosen: Option<Place>,
}

/// The operations that wrote or found one value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Zone {
    value: u64,
    /// When the first of them was over; `None`: none is yet.
    over: Option<Place>,
    /// When the last of them began, of those that are over, and the write.
    began: Place,
    /// Whether nobody was told that the write is done: it may take effect at any time.
    open: bool,
}

impl Zone {
    /// Whether there can be no order in which both are right.
    fn contradicts(&self, other: &Zone) -> bool {
        let (Some(over), Some(others)) = (self.over, other.over) else { return false };
        // Two forward zones that overlap, or one that is not within a forward one. Of two others neither is true.
        over < other.began && others < self.began
    }

    /// Whether `old` need not be kept: a read that began at `since` or later, and found the old value, would contradict this one.
    /// (Another zone that reaches beyond `since` and contradicts the old one is itself covered by that, or contradicts it already.)
    fn covers(&self, old: &Zone, since: Place) -> bool {
        let (Some(over), Some(olds)) = (self.over, old.over) else { return false };
        self.value != old.value && !old.open && olds < self.began && over < since
    }
}

impl Reads {
    /// A client asks.
    pub(super) fn invoked(&mut self, (shard, key): (ShardId, u16), op: OpId, put: Option<u64>, now: Place) {
        self.open.insert(op, Open { key, put, began: now });
        let it = self.key(shard, key);
        if let Some(value) = put {
            it.zones.push(Zone { value, over: None, began: now, open: true });
        }
    }

    /// A client is answered; a read found this value.
    pub(super) fn answered(&mut self, op: OpId, found: Option<u64>, now: Place, verdicts: &mut Verdicts) {
        let Some(open) = self.open.remove(&op) else { return };
        let Some(value) = open.put.or(found) else { return };
        let Some(it) = self.keys.get_mut(&open.key) else { return };
        let at = match (it.zones.iter().position(|zone| zone.value == value), it.chosen) {
            (Some(at), _) => at,
            // What was chosen, or so old that this contradicts what has been told since.
            (None, Some(chosen)) => {
                it.zones.push(Zone { value, over: Some(chosen), began: chosen, open: false });
                it.zones.len() - 1
            }
            (None, None) => return verdicts.breaks(Promise::ReadsFresh),
        };
        let zone = &mut it.zones[at];
        zone.over = Some(zone.over.map_or(now, |over| over.min(now)));
        zone.began = zone.began.max(open.began);
        zone.open &= open.put.is_none();
        let zone = *zone;
        if it.zones.iter().any(|other| other.value != value && zone.contradicts(other)) {
            verdicts.breaks(Promise::ReadsFresh);
        }
        self.forget(open.key, now);
    }

    /// Drops what can contradict nothing any more.
    fn forget(&mut self, key: u16, now: Place) {
        loop {
            let reads = self.open.iter().filter(|(_, other)| other.key == key && other.put.is_none());
            let oldest = reads.map(|(&op, other)| (other.began, op)).min();
            let since = oldest.map_or(now, |(began, _)| began);
            let Some(it) = self.keys.get_mut(&key) else { return };
            // Neither does one cover anything of which nobody was told, nor may one go that is open: those of writes that were given up are
            // many where many ask for one key, and each costs one look.
            let told: Vec<Zone> = it.zones.iter().filter(|zone| zone.over.is_some()).copied().collect();
            it.zones.retain(|old| old.open || !told.iter().any(|new| new.covers(old, since)));
            let crowded = it.zones.iter().filter(|zone| !zone.open).count() > MOST;
            let Some((_, op)) = oldest.filter(|_| crowded) else { return };
            self.open.remove(&op); // it is judged no longer
        }
    }

    /// A client is no more: it waits for nothing.
    pub(super) fn dies(&mut self, client: Pid) {
        self.open.retain(|op, _| op.client != client);
    }

    /// A client waits for an operation no more. A read is over; a write may still take effect, once.
    pub(super) fn given_up(&mut self, op: OpId) {
        self.open.remove(&op);
    }

    /// An operator has given up what others had of a shard.
    pub(super) fn chosen(&mut self, shard: ShardId, now: Place) {
        for (_, it) in self.keys.iter_mut().filter(|(_, it)| it.shard == shard) {
            it.chosen = Some(now);
            // What nobody was told of may be chosen, or take effect later. All else is given up, or was chosen.
            it.zones.retain(|zone| zone.open);
            it.zones.iter_mut().for_each(|zone| zone.over = None);
        }
        let keys = &self.keys;
        let of_shard = |open: &Open| keys.get(&open.key).is_some_and(|key| key.shard == shard);
        let unjudged: Vec<OpId> = self.open.iter().filter(|(_, open)| of_shard(open)).map(|(&op, _)| op).collect();
        for op in &unjudged {
            self.open.remove(op);
        }
    }

    fn key(&mut self, shard: ShardId, key: u16) -> &mut Key {
        // A key that nobody has written is 0.
        let first = Zone { value: 0, over: Some(0), began: 0, open: false };
        self.keys.entry(key).or_insert_with(|| Key { shard, zones: vec![first], chosen: None })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cluster::history::check::{Verdict, check};
    use crate::cluster::history::model::{Deed, Model, Word};
    use crate::cluster::history::{Op, Place as At};
    use crate::sim::id::Boot;
    use crate::sim::rng::{Rng, Stream};

    const KEY: (ShardId, u16) = (ShardId(3), 7);

    /// What happens to a client, or, of client 0, to the shard.
    type Event = (u16, Step);

    #[derive(Clone, Copy, Debug)]
    enum Step {
        /// A write begins, or a read.
        Asks(Option<u64>),
        /// It is answered: what a read found.
        Told(Option<u64>),
        /// It dies, and asks in its next life for something else.
        Dies,
        /// An operator chooses whose copy counts.
        Chosen,
    }

    const CHOICE: Event = (0, Step::Chosen);

    fn asks(client: u16, put: Option<u64>) -> Event {
        (client, Step::Asks(put))
    }

    fn told(client: u16, found: Option<u64>) -> Event {
        (client, Step::Told(found))
    }

    fn write(client: u16, value: u64) -> [Event; 2] {
        [asks(client, Some(value)), told(client, None)]
    }

    fn read(client: u16, value: u64) -> [Event; 2] {
        [asks(client, None), told(client, Some(value))]
    }

    fn is_broken(story: &[Event]) -> bool {
        judged(story).1 != Verdicts::default()
    }

    fn judged(story: &[Event]) -> (Reads, Verdicts) {
        let (mut reads, mut verdicts, mut n) = (Reads::default(), Verdicts::default(), [0; 9]);
        for (now, &(client, step)) in (1..).zip(story) {
            let count = &mut n[usize::from(client)];
            *count += u32::from(matches!(step, Step::Asks(_)));
            let op = OpId { client: Pid(client), boot: Boot(1), n: *count };
            match step {
                Step::Asks(put) => reads.invoked(KEY, op, put, now),
                Step::Told(found) => reads.answered(op, found, now, &mut verdicts),
                Step::Dies => reads.dies(Pid(client)),
                Step::Chosen => reads.chosen(KEY.0, now),
            }
        }
        (reads, verdicts)
    }

    /// What the search for an order says of a story without a choice.
    fn has_order(story: &[Event]) -> bool {
        let word = |value: u64| Some(if value == 0 { Word::from("") } else { Word::from(value.to_string()) });
        let mut open: BTreeMap<u16, (At, Option<u64>)> = BTreeMap::new();
        let mut ops = Vec::new();
        for (now, &(client, step)) in (1..).map(At).zip(story) {
            let before = open.remove(&client);
            match (step, before) {
                (Step::Told(found), Some((since, put))) => {
                    let deed = put.map_or_else(|| Deed::Read(word(found.expect("a read"))), |value| Deed::Write(word(value)));
                    ops.push(Op::answered(deed, since, now));
                }
                (_, before) => ops.extend(before.and_then(|(since, put)| Some(Op::open(Deed::Write(word(put?)), since)))),
            }
            if let Step::Asks(put) = step {
                open.insert(client, (now, put));
            }
        }
        ops.extend(open.into_values().filter_map(|(since, put)| Some(Op::open(Deed::Write(word(put?)), since))));
        match check(&ops, &Model::Kv.initial(), &mut 20_000_000) {
            Verdict::Linearizable(_) => true,
            Verdict::NotLinearizable => false,
            Verdict::Unknown => panic!("the steps ran out on {story:?}"),
        }
    }

    /// A register that forgets, hesitates and goes back, asked by four clients of which some die.
    fn random(seed: u64) -> Vec<Event> {
        let mut rng = Rng::stream(seed, Stream::Nemesis);
        let faulty = rng.below(4) as u16 * 100;
        let (mut story, mut values, mut due) = (Vec::new(), vec![0_u64], Vec::<u64>::new());
        let mut waits: [Option<Option<u64>>; 5] = [None; 5];
        for n in 0..4 + u64::from(rng.below(40)) {
            let client = 1 + rng.below(4) as u16;
            if !due.is_empty() && rng.per_mille(400) {
                values.push(due.remove(rng.below(due.len() as u32) as usize));
            }
            let wait = &mut waits[usize::from(client)];
            let step = match wait.take() {
                Some(_) if rng.per_mille(60) => Step::Dies,
                None if rng.per_mille(500) => Step::Asks(None),
                None => {
                    due.push(10 + n);
                    Step::Asks(Some(10 + n))
                }
                Some(None) => {
                    let back = if rng.per_mille(faulty) { 1 + rng.below(3) as usize } else { 0 };
                    Step::Told(Some(values[values.len().saturating_sub(1 + back)]))
                }
                Some(Some(value)) => {
                    if let Some(at) = due.iter().position(|&it| it == value).filter(|_| !rng.per_mille(faulty / 2)) {
                        values.push(due.remove(at));
                    }
                    Step::Told(None)
                }
            };
            if let Step::Asks(put) = step {
                *wait = Some(put);
            }
            story.push((client, step));
        }
        story
    }

    /// Kills: of two zones only one is asked; a read moves no zone; the latest end counts; zones go that a read under way still sees; an
    /// open write goes.
    ///
    /// Two checkers that share nothing. And the promise breaks at the very answer that leaves no order.
    #[test]
    fn zones_and_the_search_agree_on_random_stories_and_on_every_beginning() {
        let mut broken = 0;
        for seed in 0..20_000 {
            let story = random(seed);
            let first = (1..=story.len()).find(|&n| is_broken(&story[..n]));
            assert_eq!(first.is_none(), has_order(&story), "seed {seed}: {story:?}");
            if let Some(first) = first {
                broken += 1;
                assert!(has_order(&story[..first - 1]) && !has_order(&story[..first]), "seed {seed}: {story:?} at {first}");
            }
        }
        assert!((4_000..16_000).contains(&broken), "{broken} of 20000 have no order");
    }

    /// Kills: a zone is forgotten instead of the read for whose sake it is kept.
    #[test]
    fn a_read_under_way_while_many_values_pass_is_judged_no_longer_and_all_others_are() {
        let after = |n: usize, end: &[Event]| {
            let many = (0..n as u64).flat_map(|i| write(1, 20 + i));
            let story: Vec<Event> = write(1, 5).into_iter().chain([asks(2, None)]).chain(many).chain(end.iter().copied()).collect();
            is_broken(&story)
        };
        assert!(!after(MOST / 2, &[told(2, Some(5))]) && !after(MOST / 2, &[told(2, Some(25))]), "any value since it began");
        assert!(after(MOST / 2, &[told(2, Some(7))]), "and no other");
        assert!(!after(3 * MOST, &[told(2, Some(7))]));
        for old in [5, 21, 100, 7] {
            assert!(after(3 * MOST, &read(3, old)), "{old} was overwritten, or never written");
        }
        for killed in [&[asks(2, None), (2, Step::Dies)][..], &[asks(2, Some(9)), (2, Step::Dies)]] {
            let many = (0..3 * MOST as u64).flat_map(|i| write(1, 20 + i));
            let story: Vec<Event> = killed.iter().copied().chain(many).collect();
            assert!(is_broken(&[&story[..], &read(3, 21)].concat()) && !is_broken(&[&story[..], &[asks(3, None)], &read(4, 211)].concat()));
        }
    }

    /// Zones kept at the end of a story.
    fn kept(story: &[Event]) -> usize {
        judged(story).0.keys.get(&KEY.1).map_or(0, |key| key.zones.len())
    }

    /// Kills: what a dead client asked for is waited for.
    #[test]
    fn a_key_has_few_zones_however_long_a_run_and_one_for_each_client_that_died_writing() {
        let many = |n: u64| (0..n).flat_map(|i| [&write(1, 20 + i)[..], &read(2, 20 + i)].concat()).collect::<Vec<Event>>();
        assert!(kept(&many(500)) <= 2);
        assert!(kept(&[&[asks(3, None)][..], &many(500)].concat()) <= MOST + 1, "while one reads and reads");
        assert!(kept(&[&[asks(3, None), (3, Step::Dies)][..], &many(40)].concat()) <= 2, "a dead one does not");
        let writers: Vec<Event> = (3..8).flat_map(|client| [asks(client, Some(client.into())), (client, Step::Dies)]).collect();
        assert!((5..=7).contains(&kept(&[&writers[..], &many(500)].concat())));
    }

    /// Kills: a choice forgets open writes, keeps what was told, keeps reads under way, keeps ends; it is no write at its instant.
    #[test]
    fn from_an_operators_choice_on_reads_are_judged_anew() {
        let before = [write(1, 5), write(1, 6)].concat();
        let then = |end: &[&[Event]]| is_broken(&[&before[..], &[CHOICE], &end.concat()].concat());
        assert!(!then(&[&read(2, 5)]) && !then(&[&read(2, 0)]) && !then(&[&read(2, 6), &read(2, 6)]), "whatever was chosen");
        assert!(then(&[&read(2, 5), &read(2, 6)]), "one value was");
        assert!(then(&[&write(2, 7), &read(2, 5)]) && then(&[&read(2, 5), &write(2, 7), &read(2, 5)]), "and was overwritten");
        assert!(!then(&[&read(2, 5), &[CHOICE], &read(2, 6), &[CHOICE], &read(2, 5)]), "chosen again");
        let under_way = |end: &[&[Event]]| is_broken(&[&before[..], &[asks(2, None), asks(3, Some(8)), CHOICE], &end.concat()].concat());
        assert!(!under_way(&[&[told(2, Some(5))], &read(2, 6)]), "what was asked for before it is not judged");
        assert!(!under_way(&[&read(1, 5), &[told(3, None)], &read(1, 5)]), "it may have been given up, answered or not");
        assert!(!under_way(&[&read(1, 5), &[told(3, None)], &read(1, 8)]), "or take effect later");
        assert!(under_way(&[&read(1, 5), &read(1, 8), &read(1, 5)]), "but once");
        let again = [read(1, 5), read(1, 8)].concat();
        let found = [&before[..], &[asks(3, Some(8))], &read(1, 8), &[CHOICE], &again].concat();
        let finds = [&before[..], &[asks(3, Some(8)), asks(2, None), CHOICE, told(2, Some(8))], &again].concat();
        assert!(!is_broken(&found) && !is_broken(&finds), "what was given up with its effect may take effect again");
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
        reads.chosen(KEY.0, 3);
        reads.invoked(KEY, op(2, 1), None, 4);
        reads.answered(op(2, 1), Some(0), 5, &mut verdicts);
        assert_eq!(verdicts, Verdicts::default());
        reads.invoked(KEY, op(1, 2), Some(6), 6);
        reads.answered(op(1, 2), None, 7, &mut verdicts);
        reads.invoked(KEY, op(2, 2), None, 8);
        reads.answered(op(2, 2), Some(0), 9, &mut verdicts);
        assert!(verdicts != Verdicts::default(), "what was written since is not");
    }
}
