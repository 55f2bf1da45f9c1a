//! What the page of the textbook's lock knows, and what a command does to it. Nothing here knows a browser.

use ringside::room::textbook::catalogue::textbook_words;
use ringside::room::textbook::catalogue::{count, fill, no_action, told};
use ringside::room::textbook::machine::{Action, Event, NAP, Op, THREADS, ThreadId, Variant};
use ringside::room::textbook::{Lesson, SEED_MAX, Story};
use ringside::sim::time::Time;
use ringside::text::Lang;

/// So often the textbook's loop goes round before a run that plays stops by itself.
const ROUNDS: u32 = 3;

/// What a visitor can command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// One step on.
    Step,
    /// On to the next step that shows outside.
    Fact,
    /// One step back.
    Back,
    /// Play, or pause.
    Toggle,
    /// To the beginning, all actions forgotten.
    Restart,
    /// Select a thread.
    Select(ThreadId),
    /// Kill the selected thread.
    Kill,
    /// Freeze it.
    Freeze,
    /// Thaw it.
    Thaw,
    /// Another variant, from its beginning.
    Variant(Variant),
    /// Another seed, so many further on.
    Seed(i32),
    /// A ready run.
    Story(Story),
    /// The run before, which had actions in it and was replaced.
    Undo,
}

/// What the page knows.
#[derive(Debug)]
pub struct State {
    /// The run.
    pub lesson: Lesson,
    /// The thread that keys and buttons are about.
    pub selected: ThreadId,
    /// Whether it goes on by itself.
    pub playing: bool,
    /// How often the textbook's loop went round while it played.
    rounds: u32,
    /// Why something was not done, or a link not read.
    pub notice: Option<String>,
    /// The latest run with actions in it that was replaced by another.
    replaced: Option<Lesson>,
    /// How many actions the latest command took from the run.
    gone: usize,
    /// The page's language.
    pub lang: Lang,
}

impl State {
    /// The run of a link; one that cannot be read opens the usual one and says why.
    pub fn new(text: &str, lang: Lang) -> State {
        let w = textbook_words(lang);
        let (lesson, notice) = match text.parse::<Lesson>() {
            Ok(lesson) => (lesson, None),
            Err(why) => (Lesson::default(), Some(fill(w.bad_link, &[fill((w.error)(&why), &why.names())]))),
        };
        let last = lesson.actions().last().map(|(_, action)| action.who());
        State { lesson, selected: last.unwrap_or(ThreadId(1)), playing: false, rounds: 0, notice, replaced: None, gone: 0, lang }
    }

    /// Carries out a command.
    pub fn command(&mut self, command: Command) {
        self.notice = None;
        let (variant, seed) = (self.lesson.variant(), self.lesson.seed());
        let before = self.own();
        self.gone = 0;
        if !matches!(command, Command::Toggle | Command::Select(_)) {
            self.playing = false;
        }
        match command {
            Command::Step => {
                self.lesson.forward();
            }
            Command::Fact => {
                self.lesson.to_fact();
            }
            Command::Back => {
                if !self.lesson.back() {
                    self.notice = Some(textbook_words(self.lang).at_start.to_owned());
                }
            }
            Command::Toggle => self.playing = !self.playing && self.lesson.stop().is_none(),
            Command::Restart => self.replace(Lesson::new(variant, seed), before),
            Command::Select(who) => self.selected = who,
            Command::Kill => self.act(Action::Kill(self.selected)),
            Command::Freeze => self.act(Action::Freeze(self.selected)),
            Command::Thaw => self.act(Action::Thaw(self.selected)),
            Command::Variant(variant) => self.replace(Lesson::new(variant, seed), before),
            Command::Seed(by) => self.replace(Lesson::new(variant, seed.saturating_add_signed(by).min(SEED_MAX)), before),
            Command::Story(story) => {
                self.replace(Lesson::story(variant, seed, story), before);
                self.selected = self.lesson.machine().event().who().unwrap_or(self.selected);
            }
            Command::Undo => {
                let w = textbook_words(self.lang);
                let said = match self.replaced.take() {
                    Some(lesson) => {
                        (self.lesson, self.replaced) = (lesson, before);
                        w.back_again
                    }
                    None => w.nothing_to_undo,
                };
                self.notice = Some(said.to_owned());
            }
        }
    }

    /// The run, if the visitor did something in it. What a ready run does is nobody's work.
    fn own(&self) -> Option<Lesson> {
        let (variant, seed, actions) = (self.lesson.variant(), self.lesson.seed(), self.lesson.actions());
        let ready = || Story::ALL.into_iter().any(|story| Lesson::story(variant, seed, story).actions() == actions);
        (!actions.is_empty() && !ready()).then(|| self.lesson.clone())
    }

    /// Another run. What the visitor did in the one before can be brought back.
    fn replace(&mut self, lesson: Lesson, before: Option<Lesson>) {
        self.lesson = lesson;
        if let Some(before) = before {
            self.gone = before.actions().len();
            self.replaced = Some(before);
        }
    }

    /// Whether there is a run to bring back.
    pub fn can_undo(&self) -> bool {
        self.replaced.is_some()
    }

    /// A step of a run that plays. It stops where nothing more can happen.
    pub fn tick(&mut self) {
        (self.notice, self.gone) = (None, 0);
        self.playing = self.lesson.forward() && self.lesson.stop().is_none();
        // The textbook's thread has said all that it will ever say: a third time round it need not be watched by itself.
        if self.lesson.variant() == Variant::Textbook && matches!(self.lesson.machine().event(), Event::Woke(_)) {
            self.rounds += 1;
            self.playing &= !self.rounds.is_multiple_of(ROUNDS);
        }
    }

    fn act(&mut self, action: Action) {
        if let Err(why) = self.lesson.act(action) {
            self.notice = Some(no_action(why, action, self.lang));
        }
    }

    /// The page speaks another language: what was said in the old one is withdrawn.
    pub fn speak(&mut self, lang: Lang) {
        if lang != self.lang {
            self.lang = lang;
            self.notice = None;
        }
    }

    /// Whether somebody has asked in vain whether the mutex is free: the textbook's fault has shown.
    pub fn has_looped(&self) -> bool {
        let machine = self.lesson.machine();
        machine.threads().any(|(_, thread)| machine.variant().line(thread.line).op == Op::Sleep(NAP)) || machine.now() > Time::ZERO
    }

    /// The one sentence: what the last step did, and why it does not go on.
    pub fn sentence(&self) -> String {
        let w = textbook_words(self.lang);
        if let Some(notice) = &self.notice {
            return notice.clone();
        }
        let mut said = told(self.lesson.machine(), self.lang);
        if let Some(stop) = self.lesson.stop() {
            if self.lang == Lang::En {
                said.push(' ');
            }
            said.push_str((w.stop)(stop));
        }
        if self.gone > 0 {
            let form = w.replaced[usize::from(self.gone > 1)];
            said = format!("{}{}{said}", count(form, &[self.gone as u64]), if self.lang == Lang::En { " " } else { "" });
        }
        said
    }
}

/// What a key commands, Escape and the page's own keys aside.
pub fn key(name: &str) -> Option<Command> {
    Some(match name {
        "." | "ArrowRight" => Command::Step,
        ">" => Command::Fact,
        "," | "ArrowLeft" => Command::Back,
        " " => Command::Toggle,
        "0" => Command::Restart,
        "-" => Command::Seed(-1),
        "=" | "+" => Command::Seed(1),
        "k" | "K" => Command::Kill,
        "f" | "F" => Command::Freeze,
        "t" | "T" => Command::Thaw,
        "d" | "D" => Command::Story(Story::Dies),
        "s" | "S" => Command::Story(Story::Sleeps),
        "u" | "U" => Command::Undo,
        _ => {
            let digit = name.parse().ok().filter(|n| (1..=THREADS).contains(n))?;
            Command::Select(ThreadId(digit))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ringside::room::textbook::Stop;

    #[test]
    fn a_step_and_a_step_back_leave_no_trace() {
        let mut state = State::new("condition", Lang::En);
        let before = (state.lesson.clone(), state.sentence());
        state.command(Command::Step);
        assert_ne!(state.sentence(), before.1);
        state.command(Command::Back);
        assert_eq!((state.lesson.clone(), state.sentence()), before);
        state.command(Command::Back);
        assert_eq!(state.sentence(), "This is the beginning.");
    }

    #[test]
    fn a_run_plays_until_nothing_more_can_happen_and_says_so() {
        let mut state = State::new("condition", Lang::En);
        state.command(Command::Toggle);
        let mut ticks = 0;
        while state.playing {
            state.tick();
            ticks += 1;
        }
        assert!(ticks > 80 && state.lesson.stop() == Some(Stop::Over), "{ticks}");
        assert!(state.sentence().ends_with("and is finished. All threads have ended."), "{}", state.sentence());
        state.command(Command::Toggle);
        assert!(!state.playing);
    }

    #[test]
    fn the_textbooks_loop_plays_three_times_round() {
        let mut state = State::new("", Lang::En);
        for times in 1..=2 {
            state.command(Command::Toggle);
            let mut ticks = 0;
            while state.playing {
                state.tick();
                ticks += 1;
            }
            assert!((9..40).contains(&ticks), "{ticks}");
            assert_eq!(state.rounds, 3 * times);
        }
        assert_eq!(state.lesson.stop(), None, "the visitor may play on");
    }

    #[test]
    fn from_the_accident_it_is_a_few_facts_to_what_came_of_it() {
        for (variant, told) in [("lease", "is lost."), ("token", "The document refuses")] {
            let mut state = State::new(variant, Lang::En);
            state.command(Command::Story(Story::Sleeps));
            let mut facts = 0;
            while !state.sentence().contains(told) {
                state.command(Command::Fact);
                facts += 1;
            }
            assert!(facts <= 16, "{variant}: {facts}");
        }
    }

    #[test]
    fn what_cannot_be_done_is_said_and_changes_nothing() {
        let mut state = State::new("", Lang::En);
        state.command(Command::Select(ThreadId(2)));
        state.command(Command::Thaw);
        assert_eq!((state.sentence(), state.lesson.step()), ("Thread 2 is not frozen.".to_owned(), 0));
        state.command(Command::Freeze);
        assert_eq!(state.sentence(), "Thread 2 is frozen, and keeps what it has.");
        state.command(Command::Variant(Variant::Lease));
        assert!(state.lesson.actions().is_empty() && state.lesson.seed() == 1);
    }

    #[test]
    fn what_the_visitor_did_is_not_lost_when_another_run_replaces_it() {
        let mut state = State::new("lease", Lang::En);
        state.command(Command::Step);
        state.command(Command::Kill);
        let mine = state.lesson.clone();
        for command in [Command::Story(Story::Sleeps), Command::Seed(1), Command::Restart, Command::Variant(Variant::Token)] {
            state.command(command);
            assert!(
                state.sentence().starts_with("Your action in the run before is gone; Undo (U) brings it back. "),
                "{}",
                state.sentence()
            );
            state.command(Command::Undo);
            assert_eq!((&state.lesson, state.can_undo()), (&mine, false), "{command:?}");
        }
        state.command(Command::Undo);
        assert_eq!(state.sentence(), "No run with actions of yours was replaced.");
        state.command(Command::Story(Story::Dies));
        state.command(Command::Story(Story::Sleeps));
        assert!(!state.sentence().contains("gone"), "what a ready run did is nobody's work: {}", state.sentence());
        state.command(Command::Undo);
        assert_eq!(state.lesson, mine);
    }

    #[test]
    fn a_bad_link_opens_the_usual_run_and_says_why() {
        let state = State::new("lock", Lang::En);
        assert_eq!(state.lesson, Lesson::default());
        assert!(state.sentence().contains("there is no variant “lock”"), "{}", state.sentence());
        assert_eq!(State::new("lease,3:kill:4", Lang::Zh).selected, ThreadId(4));
    }

    #[test]
    fn a_ready_run_selects_whom_it_is_about() {
        let mut state = State::new("lease", Lang::En);
        state.command(Command::Story(Story::Sleeps));
        assert_eq!(state.lesson.actions()[0].1, Action::Freeze(state.selected));
        state.command(Command::Seed(-5));
        assert_eq!((state.lesson.seed(), state.lesson.step()), (0, 0));
    }

    #[test]
    fn every_key_has_one_meaning() {
        assert_eq!(key("5"), Some(Command::Select(ThreadId(5))));
        assert_eq!([key("6"), key("b"), key("p"), key("Escape"), key("Tab")], [None; 5], "nobody's, or the page's own");
    }
}
