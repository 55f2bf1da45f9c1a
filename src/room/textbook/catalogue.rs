//! Which words a language has.

use crate::room::textbook::machine::{Action, Event, Machine};
use crate::room::textbook::words::TextbookWords;
use crate::room::textbook::{NoAction, words_en, words_zh};
use crate::sim::time::Time;
use crate::text::{Lang, joined, pieces};

/// The words of a language.
pub const fn textbook_words(lang: Lang) -> &'static TextbookWords {
    match lang {
        Lang::En => &words_en::EN,
        Lang::Zh => &words_zh::ZH,
    }
}

/// Whole seconds: nothing in this run takes a part of one.
pub const fn secs(at: Time) -> u64 {
    at.0 / 1_000_000
}

/// A form with something in each of its places, in order. A place too many stays empty.
pub fn fill(form: &str, with: &[String]) -> String {
    let mut with = with.iter();
    let mut out = String::new();
    for (at, piece) in pieces(form).enumerate() {
        if at > 0 {
            out.push_str(with.next().map_or("", String::as_str));
        }
        out.push_str(piece);
    }
    out
}

/// The same with numbers.
pub fn count(form: &str, with: &[u64]) -> String {
    let with: Vec<String> = with.iter().map(u64::to_string).collect();
    fill(form, &with)
}

/// What the last step did: a sentence.
pub fn told(machine: &Machine, lang: Lang) -> String {
    let w = textbook_words(lang);
    let who = machine.event().who().map_or(0, |who| u64::from(who.0));
    let form = (w.told)(machine);
    let more = match machine.event() {
        Event::Clock(to) => return count(form, &[secs(to)]),
        Event::Wrote(_, lost) if lost > 0 => {
            let last = lost.ilog2() + 1;
            let others = joined((1..last).filter(|n| lost >> (n - 1) & 1 == 1).map(|n| n.to_string()), w.comma);
            return match others.is_empty() {
                true => fill(form, &[who.to_string(), last.to_string(), last.to_string()]),
                false => fill(form, &[who.to_string(), others, last.to_string()]),
            };
        }
        Event::Held(_, Some(ends)) => [secs(ends), 0],
        Event::Numbered(_, token) | Event::Returned(_, token) => [token.into(), 0],
        Event::Notified(_, Some(to)) => [to.0.into(), 0],
        Event::Read(_, lines) => [lines.into(), 0],
        Event::Refused(_, token, highest) => [token.into(), highest.into()],
        // Where a second place is, it is the same thread's.
        Event::Start
        | Event::Called(..)
        | Event::Took(..)
        | Event::Left(..)
        | Event::Said(..)
        | Event::Asked(..)
        | Event::Slept(..)
        | Event::Woke(_)
        | Event::Waited(_)
        | Event::Held(_, None)
        | Event::Mine(..)
        | Event::Freed(_)
        | Event::Notified(_, None)
        | Event::Wrote(..)
        | Event::Raised(_)
        | Event::Killed(..)
        | Event::Frozen(_)
        | Event::Thawed(_) => [who, 0],
    };
    count(form, &[who, more[0], more[1]])
}

/// Why an action was not carried out: a sentence.
pub fn no_action(why: NoAction, action: Action, lang: Lang) -> String {
    count((textbook_words(lang).no_action)(why), &[action.who().0.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::textbook::Story;
    use crate::room::textbook::machine::ThreadId;
    use crate::room::textbook::machine::{Doing, Variant};
    use crate::room::textbook::{Lesson, STEPS_MAX};

    /// All sentences of all ready runs.
    fn all_told(lang: Lang) -> Vec<String> {
        let mut out = Vec::new();
        for variant in Variant::ALL {
            for (seed, story) in (1..9).flat_map(|seed| Story::ALL.map(|story| (seed, story))) {
                let mut lesson = Lesson::story(variant, seed, story);
                lesson.go(0);
                out.push(told(lesson.machine(), lang));
                while lesson.step() < 200 && lesson.forward() {
                    out.push(told(lesson.machine(), lang));
                }
            }
        }
        out
    }

    #[test]
    fn a_form_is_filled_in_order_and_a_form_without_places_stays() {
        assert_eq!(count("{} of {}.", &[2, 5]), "2 of 5.");
        assert_eq!(count("all", &[2, 5]), "all");
        assert_eq!(fill("a {} b {}", &["x".to_owned()]), "a x b ");
    }

    #[test]
    fn every_step_is_told_in_one_sentence_of_its_language() {
        for line in all_told(Lang::En) {
            assert!(line.ends_with('.') && line.is_ascii() && !line.contains(['{', '}']) && !line.contains("  "), "{line}");
        }
        for line in all_told(Lang::Zh) {
            assert!(line.ends_with('。') && !line.contains(|c: char| c.is_ascii_lowercase()), "{line}");
        }
    }

    #[test]
    fn the_accidents_are_told_in_both_languages() {
        let mut lesson = Lesson::story(Variant::Lease, 1, Story::Sleeps);
        lesson.go(STEPS_MAX);
        let all = |lang| {
            let mut lesson = lesson.clone();
            let mut out = String::new();
            while lesson.back() {
                out.push_str(&told(lesson.machine(), lang));
            }
            out
        };
        let (en, zh) = (all(Lang::En), all(Lang::Zh));
        assert!(en.contains("is lost.") && en.contains("is frozen, and keeps what it has."), "{en}");
        assert!(zh.contains("就此丢失。") && zh.contains("被冻结"), "{zh}");
        let mut lesson = Lesson::story(Variant::Token, 1, Story::Sleeps);
        while lesson.forward() && !matches!(lesson.machine().event(), crate::room::textbook::machine::Event::Refused(..)) {}
        let said = told(lesson.machine(), Lang::En);
        assert!(said.starts_with("The document refuses thread") && said.contains("token 1 is below"), "{said}");
    }

    #[test]
    fn nothing_is_said_twice_in_one_list() {
        let all = [
            Doing::Starts,
            Doing::Blocked,
            Doing::Enters,
            Doing::Inside,
            Doing::Leaves,
            Doing::Loops,
            Doing::Waits,
            Doing::Woken,
            Doing::Reads,
            Doing::Works,
            Doing::Writes,
            Doing::Returns,
            Doing::Done,
            Doing::Dead,
            Doing::Refused,
            Doing::Raised,
        ];
        for lang in [Lang::En, Lang::Zh] {
            let w = textbook_words(lang);
            let mut said: Vec<&str> = all.into_iter().map(w.doing).chain(Variant::ALL.into_iter().flat_map(w.variant)).collect();
            let count = said.len();
            said.sort_unstable();
            said.dedup();
            assert_eq!(said.len(), count);
            let refused = crate::room::textbook::machine::Refusal::Frozen;
            let why = no_action(NoAction::Refused(refused), Action::Freeze(ThreadId(2)), lang);
            assert!(why.contains('2'), "{why}");
        }
    }
}
