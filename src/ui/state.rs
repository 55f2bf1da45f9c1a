//! What the page knows, and what a command does to it. Nothing here knows a browser.

use std::rc::Rc;

use ringside::cluster::NoEffect;
use ringside::cluster::observe::view::ProcessView;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::name::{Kind, NODES_MAX, Name, Roster};
use ringside::proto::lock::token::LockId;
use ringside::proto::replica::view::ShardId;
use ringside::scene::history::History;
use ringside::scene::pages::Row;
use ringside::scene::timebar::{Slice, Window};
use ringside::session::action::{Action, Refusal};
use ringside::session::cases::Case;
use ringside::session::doubt::Doubts;
use ringside::session::lens::{Lens, Lenses};
use ringside::session::link::{self, Opened};
use ringside::session::load::Traffic;
use ringside::session::playback::Playback;
use ringside::session::{Session, StepUnit};
use ringside::sim::time::Time;
use ringside::text::words;
use ringside::text::words::{ActionKind, Theme};
use ringside::text::{Lang, complaint};

pub use super::command::{Command, Dialog};
use super::room::Room;
use super::settings_form::SettingsForm;
use super::story::{Story, USUAL};

/// The instant of a first visit: every shard is served, a worker holds the lock, others wait.
pub const FIRST: Time = Time::from_millis(6_000);
/// How much slower the button makes a process.
pub const SLOWER: u16 = 10;

/// What the page knows.
#[derive(Debug)]
pub struct State {
    /// The run.
    pub session: Session,
    /// How fast it goes.
    pub playback: Playback,
    /// Whether it goes.
    pub playing: bool,
    /// What a step is.
    pub unit: StepUnit,
    /// The selected process.
    pub selected: Option<Name>,
    /// The second one.
    pub second: Option<Name>,
    /// Whether the next one selected is the other end of a cut.
    pub cutting: bool,
    /// The process under the pointer or the focus.
    pub hovered: Option<Name>,
    /// The page's language.
    pub lang: Lang,
    /// The page's theme.
    pub theme: Theme,
    /// Whether heartbeats are drawn.
    pub heartbeats: bool,
    /// Whether single keys act.
    pub single_keys: bool,
    /// The dialog that is open.
    pub dialog: Option<Dialog>,
    /// The room that stands in place of the stage. The run waits.
    pub away: Option<Room>,
    /// The recipe of the next run in the making.
    pub form: SettingsForm,
    /// Something that has to be said: a link that cannot be opened, an action that changes nothing.
    pub notice: Option<String>,
    /// Whether nobody has touched the run yet: the sentence then says what is to be seen and what to do.
    pub untouched: bool,
    /// The ready run of the lock that was opened, while nobody has touched it: the sentence then says what to watch.
    pub case: Option<Case>,
    /// What the panes beside the ring show.
    pub lenses: Lenses,
    /// Whose belief the lens Doubt looks at, and of whom, where the visitor has chosen.
    pub believer: Option<Name>,
    pub believed: Option<Name>,
    /// The lock that is shown.
    pub lock: LockId,
    /// How many of the link's actions up to now changed nothing.
    pub(super) refused: usize,
    pub(super) story: Story,
    pub(super) history: History,
    /// Read only while its lens is shown.
    pub(super) traffic: Traffic,
    pub(super) window: Window,
    /// Read only while its lens is shown.
    pub(super) doubts: Doubts,
}

impl State {
    /// The page as a fragment of an address opens it. One that cannot be opened opens the default run and says why.
    pub fn new(fragment: &str, lang: Lang, theme: Theme) -> State {
        let setup = Setup::new(link::DEFAULT_SEED);
        let roster = setup.roster;
        let mut state = State {
            form: SettingsForm::of(&setup),
            doubts: Doubts::new(&setup),
            session: Session::new(setup),
            playback: Playback::default(),
            playing: false,
            unit: StepUnit::Fact,
            selected: None,
            second: None,
            cutting: false,
            hovered: None,
            lang,
            theme,
            heartbeats: false,
            single_keys: true,
            dialog: None,
            away: None,
            notice: None,
            untouched: true,
            case: None,
            lenses: Lenses::default(),
            believer: None,
            believed: None,
            lock: LockId(0),
            refused: 0,
            story: Story::new(roster),
            history: History::new(USUAL, roster),
            traffic: Traffic::new(roster),
            window: Window::default(),
        };
        state.open(fragment);
        state
    }

    /// Carries out a command. `Err` says why nothing has changed.
    pub fn command(&mut self, command: Command) -> Result<(), String> {
        let done = self.carry_out(command);
        if let Err(why) = &done {
            self.notice = Some(why.clone());
        }
        self.tell_refused();
        done
    }

    fn carry_out(&mut self, command: Command) -> Result<(), String> {
        match command {
            Command::Hover(who) => self.hovered = who,
            Command::Dialog(dialog) => {
                self.dialog = dialog;
                if dialog == Some(Dialog::Settings) {
                    self.form = SettingsForm::of(self.session.setup());
                }
            }
            Command::Language => self.lang = self.lang.other(),
            Command::Theme => {
                self.theme = match self.theme {
                    Theme::Auto => Theme::Light,
                    Theme::Light => Theme::Dark,
                    Theme::Dark => Theme::Auto,
                }
            }
            Command::Heartbeats(on) => self.heartbeats = on,
            Command::SingleKeys(on) => self.single_keys = on,
            Command::Unit(unit) => self.unit = unit,
            Command::Lens(pane, lens) => self.lenses = self.lenses.with(pane, lens),
            Command::NextLens(pane) => self.lenses = self.lenses.with(pane, self.lenses.next(pane)),
            Command::Belief(observer, about) => {
                self.believer = observer.or(self.believer);
                self.believed = about.or(self.believed);
            }
            Command::Lock(lock) => self.lock = lock,
            Command::Speed(speed) => self.playback.set_speed(speed),
            Command::Select(name) => return self.select(name),
            Command::Deselect => {
                self.notice = None;
                self.cutting = false;
                self.second = None;
                self.selected = None;
            }
            Command::ActOnSelected(kind) => return self.act_on_selected(kind),
            Command::Act(action) => return self.act(action),
            Command::Toggle if self.playing => self.pause(),
            Command::Play | Command::Toggle => self.play(),
            Command::Pause => self.pause(),
            Command::StepOn(unit) => {
                self.moves();
                if !self.session.step(unit.unwrap_or(self.unit)) {
                    return Err(self.at_the_end());
                }
            }
            Command::StepBack(unit) => {
                self.moves();
                self.session.step_back(unit.unwrap_or(self.unit));
            }
            Command::Seek(to) => {
                self.moves();
                self.session.seek(to);
            }
            Command::Write { field, value, checked } => self.form.write(&field, &value, checked),
            Command::Begin => {
                // What is wrong is said in the dialog, which stays open.
                if let Some(setup) = self.form.setup() {
                    self.notice = None;
                    self.dialog = None;
                    self.load(Opened { setup, at: FIRST, ..Opened::default() });
                    self.present();
                }
            }
            Command::Open(fragment) => self.open(&fragment),
            Command::NoRoom => {
                self.away = None;
                return Err(words(self.lang).no_room.to_owned());
            }
            Command::Room(room) => {
                self.pause();
                self.away = Some(room).filter(|room| self.away != Some(*room));
            }
        }
        Ok(())
    }

    fn play(&mut self) {
        self.notice = None;
        self.untouched = false;
        if self.session.now() < self.session.limit() {
            self.playing = true;
        } else {
            self.notice = Some(self.at_the_end());
        }
    }

    /// Stops time.
    pub fn pause(&mut self) {
        self.playing = false;
        self.playback.pause();
    }

    /// The visitor moves the clock: it does not run on by itself, and what was said is over.
    fn moves(&mut self) {
        self.pause();
        self.notice = None;
        self.untouched = false;
    }

    /// What there is to say where the run can go no further.
    pub fn at_the_end(&self) -> String {
        let limit = ringside::text::sentence::seconds(self.session.limit().since(Time::ZERO));
        (words(self.lang).run_ends)(&limit)
    }

    fn select(&mut self, name: Name) -> Result<(), String> {
        self.notice = None;
        if !self.is_there(name) {
            let known = self.session.setup().roster.pid(name).is_some();
            let refusal = if known { Refusal::NoEffect(name, NoEffect::Absent) } else { Refusal::Nobody(name) };
            return Err(complaint::refusal(&refusal, self.lang));
        }
        if self.cutting
            && let Some(first) = self.selected.filter(|&first| first != name)
        {
            self.cutting = false;
            self.second = Some(name);
            return self.act(Action::Cut(first, name));
        }
        self.cutting = false;
        self.second = None;
        self.selected = Some(name);
        Ok(())
    }

    /// The action of this kind, for what is selected now. None: a cut that wants its other end.
    pub fn action_of(&self, kind: ActionKind, name: Name) -> Option<Action> {
        let pid = self.session.setup().roster.pid(name);
        let is = |so: fn(&ProcessView) -> bool| pid.is_some_and(|pid| self.session.view().processes.get(pid.index()).is_some_and(so));
        Some(match kind {
            ActionKind::Kill => Action::Kill(name),
            ActionKind::Revive => Action::Revive(name),
            ActionKind::Freeze => Action::Freeze(name),
            ActionKind::Thaw => Action::Thaw(name),
            ActionKind::Slow => Action::Slow(name, if is(|it| it.slow > 1) { 1 } else { SLOWER }),
            ActionKind::Isolate => Action::Isolate(name),
            ActionKind::Cut => Action::Cut(name, self.second?),
            ActionKind::Heal => self.second.map_or(Action::Rejoin(name), |second| Action::Heal(name, second)),
            ActionKind::Wipe => Action::Wipe(name),
            ActionKind::Drain => Action::Drain(name),
            ActionKind::Salvage => Action::Salvage(name),
            ActionKind::Fail if is(|it| it.fails) => Action::Mend(name),
            ActionKind::Fail => Action::Fail(name),
            ActionKind::Add => Action::Add(self.joiner()?),
        })
    }

    /// Who joins when a node is added: the selected one if it is leaving, has left or was taken off the ring, else the first
    /// letter that is not there. None: all are.
    pub fn joiner(&self) -> Option<Name> {
        let back = self.selected.filter(|&name| self.is_there(name) && self.session.admits(Action::Add(name)).is_ok());
        let free = || (0..NODES_MAX).map(|n| Name { kind: Kind::Node, n }).find(|&name| !self.is_there(name));
        back.or_else(free)
    }

    /// Whether this process is there: nodes that may still join are not.
    pub fn is_there(&self, name: Name) -> bool {
        let known = self.session.setup().roster.pid(name).is_some();
        known && (name.kind != Kind::Node || self.session.nodes() >> name.n & 1 == 1)
    }

    fn act_on_selected(&mut self, kind: ActionKind) -> Result<(), String> {
        if kind == ActionKind::Add {
            let w = words(self.lang);
            return self.joiner().map_or_else(|| Err(w.no_more_nodes.to_owned()), |name| self.act(Action::Add(name)));
        }
        let Some(name) = self.selected else {
            return Err(words(self.lang).select_anything.to_owned());
        };
        match self.action_of(kind, name) {
            Some(action) => self.act(action),
            None => {
                self.notice = None;
                self.cutting = !self.cutting;
                Ok(())
            }
        }
    }

    pub(super) fn roster(&self) -> Roster {
        self.session.setup().roster
    }

    fn act(&mut self, action: Action) -> Result<(), String> {
        match self.session.dispatch(action) {
            Ok(()) => {
                self.notice = None;
                self.untouched = false;
                self.cutting = false;
                self.story = Story::new(self.roster());
                self.history = History::new(self.history.story(), self.roster());
                self.doubts = Doubts::new(self.session.setup());
                self.traffic = Traffic::new(self.roster());
                Ok(())
            }
            Err(refusal) => Err(complaint::refusal(&refusal, self.lang)),
        }
    }

    /// Whether anything was done in this run.
    pub fn touched(&self) -> bool {
        !self.session.actions().is_empty()
    }

    /// The shard in the story.
    pub fn story(&mut self) -> ShardId {
        self.story.read(self.session.known());
        self.story.shard(self.session.facts().len())
    }

    /// What the time bar shows now. Reads what was not read yet.
    pub fn slice(&mut self) -> Rc<Slice> {
        let story = self.story();
        if self.history.story() != story {
            self.history = History::new(story, self.roster());
        }
        self.history.read(self.session.known());
        self.window = self.window.follow(self.session.now());
        let mut slice = self.history.slice(self.window, self.lock);
        if self.lenses.shows(Lens::Load) {
            self.traffic.read(self.session.known());
            slice.columns = self.traffic.columns(self.window.from, self.window.to());
        }
        if self.lenses.shows(Lens::Doubt) {
            self.doubts.read(self.session.known());
            slice.accusations = self.doubts.between(self.window.from, self.window.to()).to_vec();
        }
        Rc::new(slice)
    }

    /// The last rows of the shown lock's document, oldest first. `slice` has read what was not read yet.
    pub fn rows(&self, most: usize) -> Vec<Row> {
        self.history.pages().rows(self.session.facts().len(), self.lock, most)
    }

    /// The part of the run that the time bar shows.
    pub fn window(&self) -> Window {
        self.window
    }

    /// Whether the window has to move before the next picture.
    pub fn window_is_stale(&self) -> bool {
        self.window.follow(self.session.now()) != self.window
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
