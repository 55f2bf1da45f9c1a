//! The room's page: owns the state, asks for counts, draws what has changed.

use std::rc::Rc;

use ringside::room::Room;
use ringside::room::placement::PlacementRoom;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::job::Answer;
use ringside::room::placement::scene;
use yew::prelude::*;

use crate::head::{Head, head, keys_id};
use crate::placement::controls::Controls;
use crate::placement::dock::Dock;
use crate::placement::lane::Lane;
use crate::placement::state::{Command, State, key};
use crate::placement::table::Table;
use crate::web::crew::{Crew, Question, Told};
use crate::web::listen::Listener;
use crate::web::page::{self, Watch};
use crate::web::paint::{self, Palette, Sizes};
use crate::web::window;

/// The lanes' names in attributes.
pub const LANES: [char; 2] = ['a', 'b'];

/// What reaches the room.
#[derive(Debug)]
pub enum Msg {
    /// A command.
    Command(Command),
    /// Something was counted.
    Told(Told),
    /// The page opened or closed a room, or has another language or theme.
    Page,
    /// The window has another size.
    Resized,
}

/// The room.
pub struct App {
    state: State,
    crew: Crew,
    /// Of the newest question.
    id: u32,
    open: bool,
    /// The room was just opened: the focus goes to its sentence.
    entered: bool,
    /// The focus was on a bar of this lane, and follows the selection.
    refocus: Option<String>,
    palette: Option<Palette>,
    /// Of the canvases; measured anew when it is forgotten.
    sizes: Option<Sizes>,
    /// What stands in the table: the latest answers that were whole. It is long, and nobody reads it while it is counted.
    tabled: [Rc<Answer>; 2],
    /// What stands on the canvases now.
    painted: Option<Painted>,
    command: Callback<Command>,
    _watch: Watch,
    _listeners: [Listener; 2],
}

/// What the canvases were painted from.
struct Painted {
    answers: [Rc<Answer>; 2],
    /// Whether each node had its colour.
    few: bool,
    /// The node whose bar stands out.
    shown: u16,
    top: f64,
}

impl Component for App {
    type Message = Msg;
    type Properties = ();

    fn create(ctx: &Context<App>) -> App {
        let link = ctx.link().clone();
        let crew = Crew::start(move |told| link.send_message(Msg::Told(told)));
        let link = ctx.link().clone();
        let watch = Watch::over(move || link.send_message(Msg::Page));
        let link = ctx.link().clone();
        let keys = page::keys(PlacementRoom::WORD, move |event, name| {
            let lane = page::focus_lane();
            if name == "Escape" {
                page::press("placement");
            } else if name == "?" {
                page::show(&keys_id("placement"));
            } else if let Some(command) = key(name, lane.is_some())
                && (lane.is_some() && name.len() > 1 || page::single_keys())
            {
                event.prevent_default();
                link.send_message(Msg::Command(command));
            }
        });
        let link = ctx.link().clone();
        let resized = Listener::on(&window(), "resize", move |_| link.send_message(Msg::Resized));
        let state = State::new(&page::asked::<PlacementRoom>(), page::lang());
        App {
            state,
            crew,
            id: 0,
            open: page::is_open(PlacementRoom::WORD),
            entered: false,
            refocus: None,
            palette: None,
            sizes: None,
            tabled: Default::default(),
            painted: None,
            command: ctx.link().callback(Msg::Command),
            _watch: watch,
            _listeners: [keys, resized],
        }
    }

    fn update(&mut self, _ctx: &Context<App>, msg: Msg) -> bool {
        match msg {
            Msg::Command(command) => {
                let lane = page::focus_lane();
                let few = is_few(&self.state.room);
                if self.state.command(command) {
                    if few != is_few(&self.state.room) {
                        self.sizes = None;
                    }
                    self.count();
                    self.follow(true);
                }
                self.refocus = lane;
            }
            Msg::Told((id, lane, told)) => {
                if id != self.id {
                    return false;
                }
                // One lane after the other: two workers at a time would leave the page no core of its own on a small machine.
                let next = lane == 0 && told.as_ref().map_or(true, Answer::is_whole);
                match told {
                    Ok(answer) => {
                        let answer = Rc::new(answer);
                        if answer.is_whole() {
                            self.tabled[lane] = answer.clone();
                        }
                        self.state.answers[lane] = answer;
                    }
                    Err(why) => self.state.failed[lane] = Some(why),
                }
                if next {
                    self.ask(1);
                }
            }
            Msg::Page => {
                let open = page::is_open(PlacementRoom::WORD);
                if open != self.open {
                    self.open = open;
                    self.follow(open);
                    self.entered = open;
                    if !open {
                        page::focus("#placement");
                    }
                }
                self.state.speak(page::lang());
                self.palette = None;
                self.sizes = None;
                self.painted = None;
            }
            Msg::Resized => {
                self.sizes = None;
                self.painted = None;
                self.count();
            }
        }
        true
    }

    fn view(&self, _ctx: &Context<App>) -> Html {
        let state = &self.state;
        let w = room_words(state.lang);
        let weights = state.room.now().weights();
        let top = scene::top(state.answers.iter().map(|answer| (&**answer, &weights[..answer.counts.len().min(weights.len())])));
        let (lang, room, command) = (state.lang, || state.room.clone(), || self.command.clone());
        let lanes = (0..2).map(|lane| {
            let (answer, failed) = (state.answers[lane].clone(), state.failed[lane].clone());
            let (selected, hovered) = (state.selected, state.hovered);
            html! { <Lane key={lane} {lane} {lang} room={room()} {answer} {failed} {top} {selected} {hovered} on_command={command()} /> }
        });
        html! {
            <div class="room" hidden={!self.open}>
                { head(Head { lang, id: "room-sentence", said: state.sentence(), aloud: true, title: w.title, back: "placement", keys: w.keys }) }
                <main>
                    <Controls {lang} room={room()} on_command={command()} />
                    <div class="lanes">{ for lanes }</div>
                    <Dock {lang} room={room()} selected={state.selected} on_command={command()} />
                    <Table {lang} room={room()} answers={self.tabled.clone()} row={state.row} on_command={command()} />
                </main>
            </div>
        }
    }

    fn rendered(&mut self, _ctx: &Context<App>, first: bool) {
        if first {
            self.entered = self.open;
            self.count();
            self.follow(self.open);
        }
        if std::mem::take(&mut self.entered) {
            page::focus("#room-sentence");
            self.painted = None;
        }
        if let Some(lane) = self.refocus.take() {
            page::focus(&format!("[data-lane={lane}] [data-node][tabindex='0']"));
        }
        if self.open {
            self.paint();
        }
    }
}

impl App {
    /// The room into the address, or out of it.
    fn follow(&self, open: bool) {
        page::follow(open.then_some(&*self.state.room));
    }

    /// Asks both lanes anew. What was counted before stays until then.
    fn count(&mut self) {
        self.id += 1;
        for lane in 0..2 {
            // A lane that is not counted yet must not pass for one that is.
            let mut old = (*self.state.answers[lane]).clone();
            old.done = old.done.min(old.keys.saturating_sub(1));
            self.state.answers[lane] = Rc::new(old);
        }
        self.crew.stop(1);
        self.ask(0);
    }

    fn ask(&mut self, lane: usize) {
        let sizes = *self.sizes.get_or_insert_with(Sizes::measure);
        self.crew.ask(Question { id: self.id, lane, cells: sizes.cells(lane), room: self.state.room.to_string() });
    }

    fn paint(&mut self) {
        let state = &self.state;
        let palette = self.palette.get_or_insert_with(Palette::read);
        let room: &PlacementRoom = &state.room;
        let (few, changed) = (is_few(room), !room.changes().is_empty());
        let weights = room.now().weights();
        let top = scene::top(state.answers.iter().map(|answer| (&**answer, &weights[..answer.counts.len().min(weights.len())])));
        let sizes = *self.sizes.get_or_insert_with(Sizes::measure);
        let shown = state.hovered.unwrap_or(state.selected);
        for (lane, answer) in state.answers.iter().enumerate() {
            let old = self.painted.as_ref();
            // Asked anew, an answer counts for unfinished, and its picture stays until there is another.
            if old.is_none_or(|old| old.few != few || !Rc::ptr_eq(&old.answers[lane].cells, &answer.cells)) {
                paint::keys(lane, &sizes, &answer.cells, few, changed, palette);
            }
            if !few && old.is_none_or(|old| old.shown != shown || old.top != top || !Rc::ptr_eq(&old.answers[lane], answer)) {
                let bars = scene::bars(answer, &weights, top);
                paint::bars(lane, &sizes, &bars, shown, changed, palette);
            }
        }
        self.painted = Some(Painted { answers: state.answers.clone(), few, shown, top });
    }
}

/// Whether letters and colours suffice for the nodes.
pub fn is_few(room: &PlacementRoom) -> bool {
    room.now().members().len() <= 8
}
