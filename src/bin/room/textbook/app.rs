//! The page of the textbook's lock: owns the state, lets it play, draws it.

use gloo_timers::callback::Timeout;
use ringside::room::Room;
use ringside::room::textbook::Lesson;
use ringside::room::textbook::catalogue::textbook_words;
use yew::prelude::*;

use crate::head::{Head, head, keys_id};
use crate::web::listen::Listener;
use crate::web::page::{self, Watch};

use super::controls;
use super::state::{Command, State, key};
use super::{lock, program, threads};

/// Milliseconds from one step of a run that plays to the next: time enough to read the sentence.
const PACE: u32 = 900;

/// What reaches the room.
#[derive(Debug)]
pub enum Msg {
    /// A command.
    Command(Command),
    /// The next step of a run that plays.
    Tick,
    /// The page opened or closed a room, or has another language.
    Page,
}

/// The room.
pub struct Textbook {
    state: State,
    open: bool,
    /// The room was just opened: the focus goes to its sentence.
    entered: bool,
    ticking: Option<Timeout>,
    command: Callback<Command>,
    _watch: Watch,
    _keys: Listener,
}

/// A click commands this.
pub fn press(on: &Callback<Command>, command: Command) -> Callback<MouseEvent> {
    on.reform(move |_: MouseEvent| command)
}

impl Component for Textbook {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<Textbook>) -> Textbook {
        let link = ctx.link().clone();
        let watch = Watch::over(move || link.send_message(Msg::Page));
        let link = ctx.link().clone();
        let keys = page::keys(Lesson::WORD, move |event, name| {
            if name == "Escape" {
                page::press(Lesson::WORD);
            } else if name == "?" {
                page::show(&keys_id(Lesson::WORD));
            } else if let Some(command) = key(name)
                && page::single_keys()
            {
                event.prevent_default();
                link.send_message(Msg::Command(command));
            }
        });
        Textbook {
            state: State::new(&page::asked::<Lesson>(), page::lang()),
            open: page::is_open(Lesson::WORD),
            entered: false,
            ticking: None,
            command: ctx.link().callback(Msg::Command),
            _watch: watch,
            _keys: keys,
        }
    }

    fn update(&mut self, ctx: &Context<Textbook>, msg: Msg) -> bool {
        match msg {
            Msg::Command(command) => self.state.command(command),
            Msg::Tick => {
                self.ticking = None;
                self.state.tick();
            }
            Msg::Page => {
                self.state.speak(page::lang());
                let open = page::is_open(Lesson::WORD);
                if open != self.open {
                    self.open = open;
                    self.entered = open;
                    self.state.playing = false;
                    if !open {
                        page::focus("#textbook");
                    }
                }
            }
        }
        page::follow(self.open.then_some(&self.state.lesson));
        if !self.state.playing {
            self.ticking = None;
        } else if self.ticking.is_none() {
            let link = ctx.link().clone();
            self.ticking = Some(Timeout::new(PACE, move || link.send_message(Msg::Tick)));
        }
        true
    }

    fn view(&self, _ctx: &Context<Textbook>) -> Html {
        let state = &self.state;
        let (w, on) = (textbook_words(state.lang), &self.command);
        html! {
            <div class="room book" hidden={!self.open} data-variant={state.lesson.variant().word()}
                data-step={state.lesson.step().to_string()} data-stop={state.lesson.stop().map(|stop| stop.word())}
                data-playing={state.playing.to_string()}>
                { head(Head { lang: state.lang, id: "book-sentence", said: state.sentence(), aloud: !state.playing, title: w.title, back: Lesson::WORD, keys: w.keys }) }
                <main>
                    { controls::variants(state, on) }
                    { program::program(state) }
                    <div class="side">
                        { threads::threads(state, on) }
                        { lock::lock(state) }
                    </div>
                    { controls::dock(state, on) }
                </main>
            </div>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Textbook>, first: bool) {
        if first {
            self.entered = self.open;
            page::follow(self.open.then_some(&self.state.lesson));
        }
        if std::mem::take(&mut self.entered) {
            page::focus("#book-sentence");
        }
    }
}
