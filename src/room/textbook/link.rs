//! A lesson as a readable text, for the address bar: `lease,seed:7,14:freeze:2,30:thaw:2,at:41`.
//!
//! The variant comes first, then the seed if it is not 1, then the actions, each with the number of steps before it, then the step.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::room::Room;
use crate::room::text::{excerpt, unescape};
use crate::room::textbook::machine::{Action, THREADS, ThreadId, Variant};
use crate::room::textbook::{Lesson, NoAction, SEED_MAX, STEPS_MAX};

/// The longest text that is read, in bytes: the most actions fit twice.
const LONGEST: usize = 1_024;

/// Why a text is no lesson. Parts are counted from 1; foreign text is an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LessonError {
    /// It is longer than 1,024 bytes: so many.
    TooLong(usize),
    /// A percent escape is broken or stands for no text.
    Escape,
    /// A variant that nobody knows.
    Variant(String),
    /// A part that means nothing here.
    Part(usize, String),
    /// A number is malformed or out of bounds: which part, its word, the smallest and the largest allowed.
    Number(usize, &'static str, u32, u32),
    /// The part is not where it belongs: seed, actions by their steps, step.
    Order(usize),
    /// The run does not come so far, or the action cannot be carried out there.
    Impossible(usize),
}

impl LessonError {
    /// What stands in the places of the sentence that tells it, in their order: the part, then what is named of it.
    pub fn names(&self) -> [String; 4] {
        let part = |part: &usize| part.to_string();
        let none = String::new;
        match self {
            LessonError::TooLong(len) => [part(len), LONGEST.to_string(), none(), none()],
            LessonError::Escape => [none(), none(), none(), none()],
            LessonError::Variant(word) => [word.clone(), none(), none(), none()],
            LessonError::Part(at, word) => [part(at), word.clone(), none(), none()],
            LessonError::Number(at, word, min, max) => [part(at), (*word).to_owned(), min.to_string(), max.to_string()],
            LessonError::Order(at) | LessonError::Impossible(at) => [part(at), none(), none(), none()],
        }
    }
}

impl Display for Lesson {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.variant().word())?;
        if self.seed != Lesson::default().seed {
            write!(f, ",seed:{}", self.seed)?;
        }
        for (at, action) in &self.actions {
            let (word, who) = match action {
                Action::Kill(who) => ("kill", who),
                Action::Freeze(who) => ("freeze", who),
                Action::Thaw(who) => ("thaw", who),
            };
            write!(f, ",{at}:{word}:{}", who.0)?;
        }
        if self.step > 0 { write!(f, ",at:{}", self.step) } else { Ok(()) }
    }
}

impl Room for Lesson {
    const WORD: &'static str = "textbook";
}

impl FromStr for Lesson {
    type Err = LessonError;

    /// Reads a lesson. An empty text is the textbook's lock at its beginning.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    fn from_str(text: &str) -> Result<Lesson, LessonError> {
        if text.len() > LONGEST {
            return Err(LessonError::TooLong(text.len()));
        }
        let text = unescape(text).ok_or(LessonError::Escape)?;
        let mut parts = text.split(',');
        let first = parts.next().unwrap_or_default();
        let variant = if text.is_empty() { Some(Variant::Textbook) } else { Variant::parse(first) };
        let mut lesson = Lesson::new(variant.ok_or_else(|| LessonError::Variant(excerpt(first)))?, 1);
        let mut at = 0;
        let mut ended = false;
        for (part, word) in (2..).zip(parts) {
            if ended {
                return Err(LessonError::Order(part));
            }
            match word.split_once(':') {
                Some(("seed", seed)) => {
                    if part != 2 {
                        return Err(LessonError::Order(part));
                    }
                    lesson = Lesson::new(lesson.variant(), number(part, "seed", seed, SEED_MAX)?);
                }
                Some(("at", step)) => {
                    ended = true;
                    at = number(part, "at", step, STEPS_MAX)?;
                    lesson.go(at);
                    if lesson.step < at {
                        return Err(LessonError::Impossible(part));
                    }
                }
                Some((step, rest)) if step.bytes().next().is_some_and(|byte| byte.is_ascii_digit()) => {
                    act(&mut lesson, part, step, rest, word)?
                }
                Some(_) | None => return Err(LessonError::Part(part, excerpt(word))),
            }
        }
        lesson.go(at);
        Ok(lesson)
    }
}

/// An action, after so many steps.
fn act(lesson: &mut Lesson, part: usize, step: &str, rest: &str, word: &str) -> Result<(), LessonError> {
    let unknown = || LessonError::Part(part, excerpt(word));
    let at = number(part, "step", step, STEPS_MAX - 1)?;
    let (kind, who) = rest.split_once(':').ok_or_else(unknown)?;
    let action = match kind {
        "kill" => Action::Kill,
        "freeze" => Action::Freeze,
        "thaw" => Action::Thaw,
        _ => return Err(unknown()),
    };
    let who = ThreadId(number(part, "thread", who, THREADS.into())? as u8);
    // The run stands after the action before.
    if at < lesson.step {
        return Err(LessonError::Order(part));
    }
    lesson.go(at);
    let done = if lesson.step < at { Err(NoAction::Full) } else { lesson.act(action(who)) };
    done.map_err(|_| LessonError::Impossible(part))
}

/// Threads are counted from 1, all else from 0.
fn number(part: usize, word: &'static str, text: &str, max: u32) -> Result<u32, LessonError> {
    let min = u32::from(word == "thread");
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && (min..=max).contains(number));
    number.ok_or(LessonError::Number(part, word, min, max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::textbook::ACTIONS_MAX;

    fn parse(text: &str) -> Result<Lesson, LessonError> {
        text.parse()
    }

    fn same(text: &str) {
        assert_eq!(parse(text).map(|lesson| lesson.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn what_is_printed_is_read_again() {
        same("textbook");
        same("condition,at:40");
        same("lease,seed:7,14:freeze:2,30:thaw:2,at:41");
        same("token,seed:0,3:kill:1,4:freeze:2");
        assert_eq!(parse(""), Ok(Lesson::default()));
        assert_eq!(parse("lease%2Cseed%3a7%2C14:freeze:2"), parse("lease,seed:7,14:freeze:2"));
    }

    #[test]
    fn an_action_that_lies_ahead_is_kept() {
        let lesson = parse("lease,14:freeze:2,at:3").expect("it is possible");
        assert_eq!((lesson.step(), lesson.actions().len()), (3, 1));
        let mut there = lesson.clone();
        there.go(15);
        assert!(there.machine().thread(ThreadId(2)).is_some_and(|thread| thread.frozen));
        same("lease,14:freeze:2,at:3");
    }

    #[test]
    fn every_complaint_says_where() {
        let wrong = [
            ("lock", LessonError::Variant("lock".to_owned())),
            (",", LessonError::Variant(String::new())),
            ("lease,", LessonError::Part(2, String::new())),
            ("lease,kill", LessonError::Part(2, "kill".to_owned())),
            ("lease,3:stop:1", LessonError::Part(2, "3:stop:1".to_owned())),
            ("lease,3:kill", LessonError::Part(2, "3:kill".to_owned())),
            ("lease,3:kill:0", LessonError::Number(2, "thread", 1, 5)),
            ("lease,3:kill:6", LessonError::Number(2, "thread", 1, 5)),
            ("lease,2000:kill:1", LessonError::Number(2, "step", 0, 1_999)),
            ("lease,at:2001", LessonError::Number(2, "at", 0, 2_000)),
            ("lease,seed:+1", LessonError::Number(2, "seed", 0, 999_999)),
            ("lease,at:3,seed:1", LessonError::Order(3)),
            ("lease,3:kill:1,seed:1", LessonError::Order(3)),
            ("lease,9:freeze:1,3:freeze:2", LessonError::Order(3)),
            ("lease,3:kill:1,4:kill:1", LessonError::Impossible(3)),
            ("lease,3:thaw:1", LessonError::Impossible(2)),
            ("condition,at:2000", LessonError::Impossible(2)),
            ("condition,1900:kill:1", LessonError::Impossible(2)),
            ("lease%2", LessonError::Escape),
            ("lease%ff", LessonError::Escape),
        ];
        for (text, why) in wrong {
            assert_eq!((text, parse(text).map(|lesson| lesson.to_string())), (text, Err(why)));
        }
        assert_eq!(parse(&"x".repeat(2_000)), Err(LessonError::TooLong(2_000)));
        assert_eq!(parse(&"书".repeat(100)), Err(LessonError::Variant("书".repeat(11))));
    }

    #[test]
    fn the_longest_lesson_fits_into_its_own_link() {
        let mut lesson = Lesson::new(Variant::Textbook, SEED_MAX);
        lesson.go(STEPS_MAX - 100);
        for _ in 0..ACTIONS_MAX / 2 {
            lesson.act(Action::Freeze(ThreadId(5))).expect("it runs");
            lesson.act(Action::Thaw(ThreadId(5))).expect("it is frozen");
        }
        assert_eq!(lesson.act(Action::Freeze(ThreadId(5))), Err(NoAction::Full));
        lesson.go(STEPS_MAX);
        let text = lesson.to_string();
        assert!(text.len() <= LONGEST / 2, "{}", text.len());
        assert_eq!(parse(&text), Ok(lesson));
    }
}
