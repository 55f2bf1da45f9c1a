//! The catalogue of the page around the stage: one record a language. A field that a language lacks does not compile.

use crate::cluster::property::Promise;
use crate::cluster::setup::config::{Ack, Reads, Spread};
use crate::cluster::setup::name::{Kind, Name};
use crate::cluster::setup::rules::Rule;
use crate::session::lens::{Lens, Pane};
pub use crate::text::action::ActionKind;

/// How a process fares, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fares {
    /// It runs.
    Up,
    /// It runs and is suspected.
    Suspected,
    /// It stands still.
    Frozen,
    /// It was killed.
    Down,
}

/// A theme of the page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Theme {
    /// As the system wants it.
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The words. Functions where a word has to be fitted to a figure or a name.
#[derive(Debug)]
pub struct Words {
    /// The other language, in its own words.
    pub other_language: &'static str,
    /// The sections that have no visible heading.
    pub history: &'static str,
    /// The controls of time.
    pub transport: &'static str,
    /// The line about the selected process.
    pub inspector: &'static str,
    /// The page's own controls.
    pub page: &'static str,
    /// The theme control, by the theme that is on.
    pub theme: fn(Theme) -> &'static str,
    /// A lens.
    pub lens: fn(Lens) -> &'static str,
    /// What a pane shows can be chosen.
    pub pane: fn(Pane) -> &'static str,
    /// The row of lenses where one is shown at a time.
    pub lenses: &'static str,
    /// Opens the list of keys.
    pub help: &'static str,
    /// Opens the recipe of the run.
    pub settings: &'static str,
    /// Opens the link.
    pub share: &'static str,
    /// Opens the placement room.
    pub placement: &'static str,
    /// Opens the textbook's lock.
    pub textbook: &'static str,
    /// A room could not be fetched.
    pub no_room: &'static str,
    /// Closes a dialog.
    pub close: &'static str,

    /// One step back.
    pub step_back: &'static str,
    /// One step on.
    pub step_on: &'static str,
    /// Lets time run.
    pub play: &'static str,
    /// Stops time.
    pub pause: &'static str,
    /// Before the two units.
    pub step_by: &'static str,
    /// The smaller unit.
    pub event: &'static str,
    /// The larger unit.
    pub fact: &'static str,
    /// Names the slider.
    pub speed: &'static str,
    /// Names the seed.
    pub seed: &'static str,
    /// Seconds, as the clock and the bill show them: `12.48 s`.
    pub seconds: fn(&str) -> String,
    /// The run has reached its end.
    pub run_ends: fn(&str) -> String,

    /// Heading of the bill.
    pub bill: &'static str,
    /// A figure that there is nothing to fill with.
    pub none_yet: &'static str,
    /// From fault to suspicion.
    pub detected_after: &'static str,
    /// The latest outage, when it is over.
    pub outage: &'static str,
    /// The same while it goes on.
    pub outage_open: &'static str,
    /// Shards that nobody serves.
    pub unserved: &'static str,
    /// Requests turned away and sent again.
    pub refused_retried: &'static str,
    /// Acknowledged writes that only one disk holds now, and those lost.
    pub at_risk_and_lost: &'static str,
    /// Lines of a document overwritten by somebody who had not read them.
    pub overwritten: &'static str,
    /// Reads that were answered with less than was acknowledged.
    pub stale_reads: &'static str,
    /// Copies moved, and the least that any placement could have moved.
    pub moved: &'static str,
    /// So many of so many planned, and the least that any placement could have moved; `{}` marks their places.
    pub moved_of: &'static str,
    /// Promises kept.
    pub promises_kept: &'static str,
    /// So many of so many.
    pub of: fn(u32, u32) -> String,
    /// A promise in a short sentence.
    pub promise: fn(Promise) -> &'static str,
    /// A promise that was broken, with the instant.
    pub promise_broken: fn(Promise, &str) -> String,
    /// A promise that holds.
    pub promise_kept: fn(Promise) -> String,

    /// What a process is.
    pub kind: fn(Kind) -> &'static str,
    /// How it fares.
    pub fares: fn(Fares) -> &'static str,
    /// What is left of a node's lease.
    pub lease_left: fn(&str) -> String,
    /// It has none.
    pub no_lease: &'static str,
    /// In how many shards it leads and follows.
    pub roles: fn(usize, usize) -> String,
    /// A key of the page in a link that nobody can read: the key, its value.
    pub unread: fn(&str, &str) -> String,
    /// What it costs to wipe the only coordinator.
    pub wipe_alone: fn(&str) -> String,
    /// What it costs to wipe a coordinator without which too few have their disks.
    pub wipe_majority: fn(&str) -> String,
    /// Most coordinators have lost their disks.
    pub majority_lost: &'static str,
    /// What a field of the settings takes, from and to, whether in seconds; and what holds now.
    pub field_takes: fn(u64, u64, bool, &str) -> String,
    /// It catches up in so many shards.
    pub catching_up: fn(usize) -> String,
    /// It answers every request with an error.
    pub fails: &'static str,
    /// So many times slower.
    pub slowed: fn(u16) -> String,
    /// So many of its links are cut.
    pub links_cut: fn(usize) -> String,
    /// Its place in the queue.
    pub waits_at: fn(usize) -> String,
    /// Nothing is selected.
    pub select_anything: &'static str,
    /// A cut has one end: choose the other.
    pub cut_to_whom: fn(Name) -> String,
    /// The word on a button.
    pub action: fn(ActionKind) -> &'static str,
    /// What the button does, in a sentence.
    pub action_long: fn(ActionKind, &str) -> String,
    /// No letter is left for another node.
    pub no_more_nodes: &'static str,

    /// The first sentence of a first visit: shard, primary and backups follow in pieces; `{}` marks their places.
    pub opening: &'static str,
    /// The same when the shard has one backup.
    pub opening_one: &'static str,
    /// What to do then.
    pub opening_do: &'static str,
    /// The instant zero of a run without any fact.
    pub nothing_yet: &'static str,
    /// A link could not be opened: the reason, in English and technical, follows.
    pub bad_link: fn(&str) -> String,
    /// The link was made by an earlier version.
    pub old_link: &'static str,
    /// Besides the action just told, so many more of the link changed nothing.
    pub also_refused: fn(usize) -> String,

    /// Heading of the settings.
    pub settings_title: &'static str,
    /// A run with these settings.
    pub new_run: &'static str,
    /// A seed by chance.
    pub random_seed: &'static str,
    /// Not a seed.
    pub bad_seed: &'static str,
    /// Rules heading.
    pub rules: &'static str,
    /// Badge of a run with rules switched off.
    pub modified: &'static str,
    /// How many of them are off, for the badge's long form.
    pub rules_off: fn(usize) -> String,
    /// A rule in a short sentence.
    pub rule: fn(Rule) -> &'static str,
    /// Opens a ready run in which the rule is off.
    pub see_it_break: &'static str,
    /// Cast heading.
    pub cast: &'static str,
    /// Counts of a kind.
    pub how_many: fn(Kind) -> &'static str,
    /// What so many coordinators are good for: 1, 3 or 5.
    pub coordinators: fn(u8) -> &'static str,
    /// Heading of what follows.
    pub writes: &'static str,
    /// Heading of the ways to acknowledge a write.
    pub acks: &'static str,
    /// A write is acknowledged when it is stored by...
    pub ack: fn(Ack) -> &'static str,
    /// So many copies must be in sync for a write.
    pub min_in_sync: &'static str,
    /// Heading of the ways to read.
    pub reads_from: &'static str,
    /// A read is answered by...
    pub reads: fn(Reads) -> &'static str,
    /// Heading of the ways to spread reads.
    pub spread_by: &'static str,
    /// Of the copies in sync a read goes to...
    pub spread: fn(Spread) -> &'static str,
    /// Heading of the laws of work, and the laws.
    pub law_by: &'static str,
    /// In the order of `LAWS`.
    pub laws: [&'static str; 3],
    /// Heading of the orders of service, and the orders.
    pub order_by: &'static str,
    /// In the order of `ORDERS`.
    pub orders: [&'static str; 2],
    /// Heading of what nodes' work takes.
    pub work: &'static str,
    /// Its figures: service time, queue.
    pub work_figures: [&'static str; 2],
    /// Requests at a node: how many, and how many may be there.
    pub at_work: fn(u16, u16) -> String,
    /// Heartbeats are drawn.
    pub heartbeats: &'static str,
    /// Single keys act.
    pub single_keys: &'static str,
    /// View heading of the settings.
    pub looks: &'static str,

    /// Heading of the list of keys.
    pub keys_title: &'static str,
    /// Keys and what they do.
    pub keys: &'static [(&'static str, &'static str)],
    /// Heading of the share dialog.
    pub share_title: &'static str,
    /// What the link carries.
    pub share_says: &'static str,
    /// Copies it.
    pub copy: &'static str,
    /// It was copied.
    pub copied: &'static str,
    /// It could not be: the text is selected.
    pub copy_failed: &'static str,

    /// Names a row of the time bar.
    pub shard: fn(u16) -> String,
    /// The lock's row.
    pub lock_row: fn(&str) -> String,
    /// A band's label.
    pub view_of: fn(u32, &str) -> String,
    /// The row of those who led the coordinators.
    pub control_row: &'static str,
    /// Who leads the coordinators in which term.
    pub term_of: fn(u32, &str) -> String,
    /// Marks on the time bar.
    pub mark_killed: fn(&str) -> String,
    /// It was emptied.
    pub mark_wiped: fn(&str) -> String,
    /// It was revived.
    pub mark_revived: fn(&str) -> String,
    /// It was asked to join.
    pub mark_joins: fn(&str) -> String,
    /// It was asked to leave.
    pub mark_leaves: fn(&str) -> String,
    /// "an operator serves with what E has".
    pub mark_salvages: fn(&str) -> String,
    /// It was frozen.
    pub mark_frozen: fn(&str) -> String,
    /// It goes on.
    pub mark_thawed: fn(&str) -> String,
    /// It fails whatever it is asked for.
    pub mark_fails: fn(&str) -> String,
    /// It serves again.
    pub mark_serves: fn(&str) -> String,
    /// It was slowed or sped up again.
    pub mark_slowed: fn(&str) -> String,
    /// A link was cut.
    pub mark_cut: fn(&str, &str) -> String,
    /// A link was healed.
    pub mark_healed: fn(&str, &str) -> String,
    /// A clock drifts.
    pub mark_drift: fn(&str) -> String,
    /// Several links of one process.
    pub mark_isolated: fn(&str) -> String,
    /// Who suspects whom.
    pub mark_suspected: fn(&str, &str) -> String,
    /// A process that was suspected is back.
    pub mark_returned: fn(&str) -> String,
    /// So many acknowledged writes of a shard were lost.
    pub mark_lost: fn(u16, u32) -> String,
    /// It was taken off the ring.
    pub mark_out: fn(&str) -> String,
    /// It holds nothing any more.
    pub mark_left: fn(&str) -> String,
    /// A span in which the holder stood still.
    pub frozen: &'static str,
    /// For a reader of the bar: the instant.
    pub instant: fn(&str) -> String,
    /// Names the table of history for who cannot see the bar.
    pub history_table: &'static str,
    /// Heading of the list of messages under way.
    pub in_flight: &'static str,
    /// No message is under way.
    pub no_messages: &'static str,
    /// One message: label, from, to, whether it will be lost.
    pub message: fn(&str, &str, &str, bool) -> String,
    /// And so many more.
    pub and_more: fn(usize) -> String,
    /// Heading of the list of copies on their way.
    pub on_the_move: &'static str,
    /// One of them: shard, from, to, per cent.
    pub moving: fn(u16, &str, &str, u8) -> String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{Lang, words};

    #[test]
    fn every_kind_of_action_has_a_key_of_its_own() {
        for (i, kind) in ActionKind::ALL.into_iter().enumerate() {
            assert!(ActionKind::ALL[..i].iter().all(|other| other.key() != kind.key()), "{kind:?}");
        }
    }

    #[test]
    fn chinese_is_chinese_and_english_is_not() {
        let han = |s: &str| s.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        let (en, zh) = (words(Lang::En), words(Lang::Zh));
        for (a, b) in [(en.bill, zh.bill), (en.opening, zh.opening), (en.share_says, zh.share_says), (en.none_yet, zh.none_yet)] {
            assert!(!han(a), "{a}");
            assert!(han(b), "{b}");
        }
        for kind in ActionKind::ALL {
            assert!(han((zh.action)(kind)) && !han((en.action)(kind)), "{kind:?}");
        }
        for rule in Rule::ALL {
            assert!(han((zh.rule)(rule)) && !han((en.rule)(rule)), "{rule:?}");
        }
        for promise in Promise::ALL {
            assert!(han((zh.promise)(promise)) && !han((en.promise)(promise)), "{promise:?}");
        }
    }

    #[test]
    fn both_languages_explain_the_same_keys() {
        let keys = |lang| words(lang).keys.iter().map(|(key, _)| *key).collect::<Vec<_>>();
        assert_eq!(keys(Lang::En).len(), keys(Lang::Zh).len());
        for lang in [Lang::En, Lang::Zh] {
            let w = words(lang);
            assert_eq!(w.opening.matches("{}").count(), 4, "shard, primary, two backups");
            assert_eq!(w.moved_of.split("{}").count(), 4, "moved, planned, minimum, and nothing after");
            assert!(w.moved_of.ends_with("{}"));
            assert_eq!(w.opening_one.matches("{}").count(), 3, "shard, primary, one backup");
        }
    }
}
