//! The page: owns the run, turns commands into changes, and draws what has changed.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use ringside::cluster::setup::name::Name;
use ringside::session::lens::{Lenses, Pane};
use ringside::session::playback::Speed;
use ringside::text::words::Theme;
use ringside::text::{Lang, words::ActionKind};
use wasm_bindgen::JsCast;
use yew::prelude::*;

use super::keys::{self, Focus, Meaning};
use super::panel::dialog_props::Copied;
use super::panel::timebar::Rows;
use super::state::{Command, Dialog, State};
use super::web::api::{Api, Shared};
use super::web::frame::{Painter, Sizes, Stats};
use super::web::listen::{self, Listener};
use super::web::page::{self, Copying};
use super::web::raf::Frames;
use super::web::resize::{self, Watch};
use super::web::{document, event, wall, window};

/// What reaches the page.
#[derive(Debug)]
pub enum Msg {
    /// A command.
    Command(Command),
    /// A script has changed something.
    Touched,
    /// A frame, at this time of the wall clock.
    Frame(f64),
    /// A section has another size.
    Resized,
    /// A key that means something, and what had the focus.
    Key(Meaning, Focus),
    /// A pointer on the time bar: so far along it.
    Scrub(f64),
    /// The speed's slider.
    Speed(InputEvent),
    /// A field of the settings.
    Write(Event),
    /// Another belief was chosen in the lens Doubt.
    Belief(Event),
    /// A lens was chosen by the heading of a pane.
    Lens(Event),
    /// A seed by chance.
    Random,
    /// The link is to be copied.
    Copy,
    /// It was, or was not.
    Copied(bool),
    /// The address bar has another fragment.
    Address,
    /// The browser has gone back or forth.
    Went,
    /// The address bar may follow.
    Follow,
    /// The system changed its theme or its wish for less motion.
    System,
    /// A dialog was closed by the browser.
    Closed,
}

/// Callbacks, built once: a callback is only ever equal to itself.
#[derive(Clone, Debug)]
pub struct Calls {
    /// A command.
    pub command: Callback<Command>,
    /// A process was chosen.
    pub select: Callback<Name>,
    /// A process is under the pointer or the focus.
    pub hover: Callback<Option<Name>>,
    /// A pointer on the time bar.
    pub pointer: Callback<PointerEvent>,
    /// The speed's slider.
    pub speed: Callback<InputEvent>,
    /// A field of the settings.
    pub write: Callback<Event>,
    /// A heading of a pane.
    pub lens: Callback<Event>,
    /// Another belief was chosen.
    pub belief: Callback<Event>,
    /// A seed by chance.
    pub random: Callback<MouseEvent>,
    /// Copy the link.
    pub copy: Callback<MouseEvent>,
    /// A dialog was closed.
    pub closed: Callback<Event>,
}

/// The page.
#[derive(Debug)]
pub struct App {
    pub(super) state: Shared,
    pub(super) sizes: Sizes,
    pub(super) calls: Calls,
    pub(super) clock: NodeRef,
    pub(super) copied: Copied,
    pub(super) spoken: String,
    pub(super) stats: Rc<RefCell<Stats>>,
    pub(super) painter: Painter,
    pub(super) frames: Frames,
    /// When the frame began whose virtual DOM is still to come.
    pub(super) rendering: Option<f64>,
    pub(super) drawn: (u64, f64),
    pub(super) rested: f64,
    pub(super) last_frame: f64,
    pub(super) spoke: f64,
    pub(super) reduced: bool,
    pub(super) address: String,
    pub(super) following: Option<Timeout>,
    copying: Option<Copying>,
    pub(super) dressed: Option<(Lang, Theme)>,
    pub(super) kept: Option<(bool, bool)>,
    pub(super) headed: Option<Lenses>,
    /// The dialog that is open.
    pub(super) asking: Option<Dialog>,
    watch: Option<Watch>,
    api: Option<Api>,
    _listeners: Vec<Listener>,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<App>) -> App {
        let lang = page::recall("lang").and_then(|tag| Lang::parse(&tag)).or_else(page::browser_lang).unwrap_or_default();
        let theme = match page::recall("theme").as_deref() {
            Some("light") => Theme::Light,
            Some("dark") => Theme::Dark,
            _ => Theme::Auto,
        };
        let fragment = page::fragment();
        let mut state = State::new(&fragment, lang, theme);
        state.heartbeats = page::recall("heartbeats").as_deref() == Some("on");
        state.single_keys = page::recall("single-keys").as_deref() != Some("off");
        state.away = page::wants_room();
        let state: Shared = Rc::new(RefCell::new(state));
        let link = ctx.link();
        let calls = Calls {
            command: link.callback(Msg::Command),
            select: link.callback(|name| Msg::Command(Command::Select(name))),
            hover: link.callback(|name| Msg::Command(Command::Hover(name))),
            pointer: link.batch_callback(|pointer: PointerEvent| event::scrub(&pointer).map(Msg::Scrub)),
            speed: link.callback(Msg::Speed),
            write: link.callback(Msg::Write),
            lens: link.callback(Msg::Lens),
            belief: link.callback(Msg::Belief),
            random: link.callback(|_| Msg::Random),
            copy: link.callback(|_| Msg::Copy),
            closed: link.callback(|_| Msg::Closed),
        };
        App {
            sizes: Sizes { thin: listen::media(THIN), ..Sizes::default() },
            calls,
            clock: NodeRef::default(),
            copied: Copied::NotYet,
            spoken: String::new(),
            stats: Rc::default(),
            painter: Painter::default(),
            frames: {
                let link = link.clone();
                Frames::new(move |at| link.send_message(Msg::Frame(at)))
            },
            rendering: None,
            drawn: (0, 0.0),
            rested: 0.0,
            last_frame: 0.0,
            spoke: 0.0,
            reduced: listen::media(CALM),
            address: fragment,
            following: None,
            copying: None,
            dressed: None,
            kept: None,
            headed: None,
            asking: None,
            watch: None,
            api: None,
            _listeners: listeners(ctx, &state),
            state,
        }
    }

    fn update(&mut self, ctx: &Context<App>, msg: Msg) -> bool {
        match msg {
            Msg::Frame(at) => return self.on_frame(at),
            Msg::Command(command) => return self.command(command),
            Msg::Touched => {}
            Msg::Resized => return self.measure(),
            Msg::Key(meaning, focus) => return self.key(meaning, focus),
            Msg::Scrub(along) => return self.scrub(along),
            Msg::Speed(input) => {
                let notch = event::field(&input).and_then(|(_, value, _)| value.parse::<usize>().ok());
                let Some(&speed) = notch.and_then(|notch| Speed::NOTCHES.get(notch)) else { return false };
                return self.command(Command::Speed(speed));
            }
            Msg::Write(changed) => {
                let Some((field, value, checked)) = event::field(&changed) else { return false };
                let news = self.command(Command::Write { field: field.clone(), value, checked });
                // What is no figure, or out of bounds, may have changed nothing: the field shows what holds all the same.
                if let Some(shown) = self.state.borrow().form.shown(&field) {
                    event::show(&changed, &shown);
                }
                return news;
            }
            Msg::Belief(chosen) => {
                let Some((observer, about)) = event::belief(&chosen) else { return false };
                return self.command(Command::Belief(observer, about));
            }
            Msg::Lens(chosen) => {
                let Some((pane, lens)) = event::lens(&chosen) else { return false };
                return self.command(Command::Lens(pane, lens));
            }
            Msg::Random => {
                let Ok(seed) = getrandom::u64() else { return false };
                let value = (seed % 1_000_000).to_string();
                return self.command(Command::Write { field: "seed".to_owned(), value, checked: false });
            }
            Msg::Copy => {
                let link = ctx.link().clone();
                let address = page::address(&self.state.borrow().link());
                self.copying = Some(Copying::begin(&address, move |done| link.send_message(Msg::Copied(done))));
                return false;
            }
            Msg::Copied(done) => {
                self.copied = if done { Copied::Yes } else { Copied::No };
                if !done {
                    page::select_text("link");
                }
            }
            Msg::Address => {
                let fragment = page::fragment();
                if fragment == self.address {
                    return false;
                }
                self.address.clone_from(&fragment);
                return self.command(Command::Open(fragment));
            }
            Msg::Went => {
                let room = page::went();
                let mut state = self.state.borrow_mut();
                if state.away != room {
                    state.away = room;
                    state.pause();
                }
            }
            Msg::Follow => {
                self.follow();
                return false;
            }
            Msg::System => {
                self.reduced = listen::media(CALM);
                self.dressed = None;
            }
            Msg::Closed => return self.command(Command::Dialog(None)),
        }
        true
    }

    fn view(&self, _ctx: &Context<App>) -> Html {
        self.draw()
    }

    fn rendered(&mut self, ctx: &Context<App>, first: bool) {
        self.dress();
        let link = ctx.link().clone();
        page::show_room(self.state.borrow().away, move || link.send_message(Msg::Command(Command::NoRoom)));
        if first {
            let link = ctx.link().clone();
            let resized = move || link.send_message(Msg::Resized);
            self.watch = Some(Watch::over(&["ring", "first-pic", "second-pic", "time"], resized));
        }
        self.ask();
        self.painter.paint(&self.state.borrow(), &self.sizes, self.reduced, true);
        self.drawn = (self.state.borrow().session.revision(), wall());
        if let Some(began) = self.rendering.take() {
            self.stats.borrow_mut().went_on(wall() - began);
        }
        if first {
            let link = ctx.link().clone();
            let poke = move || link.send_message(Msg::Touched);
            self.api = Some(Api::put_up(self.state.clone(), self.stats.clone(), poke));
        }
        self.go_on();
        self.arm_follow(ctx);
        self.speak(ctx);
    }
}

/// One column below this width, as the stylesheet has it.
const THIN: &str = "(max-width: 69.99rem)";
/// A wish for less motion.
const CALM: &str = "(prefers-reduced-motion: reduce)";

fn listeners(ctx: &Context<App>, state: &Shared) -> Vec<Listener> {
    let link = ctx.link().clone();
    let state = state.clone();
    let keys = Listener::on(&document(), "keydown", move |event| {
        let Some(event) = event.dyn_ref::<KeyboardEvent>() else { return };
        let (name, code) = (event.key(), event.code());
        let key = event::key(event, &name, &code);
        let found = keys::meaning(&state.borrow(), key);
        if let Some(meaning) = found {
            event.prevent_default();
            link.send_message(Msg::Key(meaning, key.focus));
        }
    });
    let link = ctx.link().clone();
    let address = Listener::on(&window(), "hashchange", move |_| link.send_message(Msg::Address));
    let link = ctx.link().clone();
    let went = Listener::on(&window(), "popstate", move |_| link.send_message(Msg::Went));
    let mut all = vec![keys, address, went];
    for query in [CALM, "(prefers-color-scheme: dark)"] {
        let link = ctx.link().clone();
        all.extend(listen::media_list(query).map(|list| Listener::on(&list, "change", move |_| link.send_message(Msg::System))));
    }
    all
}

impl App {
    fn command(&mut self, command: Command) -> bool {
        if matches!(command, Command::Dialog(_)) {
            self.copied = Copied::NotYet;
        }
        if let Command::Hover(who) = &command
            && self.state.borrow().hovered == *who
        {
            return false;
        }
        // What went wrong is in the state, and is shown.
        let _ = self.state.borrow_mut().command(command);
        true
    }

    fn key(&mut self, meaning: Meaning, focus: Focus) -> bool {
        match (meaning, focus) {
            (Meaning::Neighbour(on), Focus::Process(name)) => {
                let found = page::focus_neighbour(&name.to_string(), on).and_then(|id| id.parse().ok());
                let choosing = self.state.borrow().cutting;
                // While a cut waits for its other end, only Enter chooses.
                found.filter(|_| !choosing).is_some_and(|name| self.command(Command::Select(name)))
            }
            (Meaning::Neighbour(_), _) => false,
            (Meaning::Command(command), focus) => {
                // A key pressed on a process is about that process.
                if let (Command::ActOnSelected(_), Focus::Process(name)) = (&command, focus) {
                    let chosen = [self.state.borrow().selected, self.state.borrow().second];
                    if !chosen.contains(&Some(name)) {
                        // Whoever does something else cuts no link.
                        self.state.borrow_mut().cutting &= matches!(command, Command::ActOnSelected(ActionKind::Cut));
                        self.command(Command::Select(name));
                    }
                }
                // What is selected has the focus, or keys would be about another.
                if let (Command::Select(name), Focus::Process(_)) = (&command, focus) {
                    page::focus_process(&name.to_string());
                }
                let again = matches!(command, Command::ActOnSelected(ActionKind::Cut));
                self.command(command) || again
            }
        }
    }

    fn scrub(&mut self, along: f64) -> bool {
        let rows = Rows::new(self.sizes.time, self.sizes.thin);
        let place = (along * f64::from(self.sizes.time.0) - rows.left) / rows.width;
        let to = self.state.borrow().window().instant(place);
        self.command(Command::Seek(to))
    }

    fn measure(&mut self) -> bool {
        let unit = resize::unit();
        let old = self.sizes;
        let size = |id: &str, old: (u32, u32)| resize::size(id, unit).unwrap_or(old);
        self.sizes = Sizes {
            ring: size("ring", old.ring),
            panes: Pane::ALL.map(|pane| size(pane.pic(), old.panes[pane as usize])),
            time: size("slider", old.time),
            thin: listen::media(THIN),
        };
        self.painter.fit(&self.sizes);
        page::settled();
        // The canvas was cleared, even if its size is the same as before.
        true
    }
}
