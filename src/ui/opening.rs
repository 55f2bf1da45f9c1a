//! How a run comes onto the page: from a link, from the settings, or by itself on a first visit.

use ringside::proto::lock::token::LockId;
use ringside::scene::history::History;
use ringside::scene::timebar::Window;
use ringside::session::Session;
use ringside::session::cases::Case;
use ringside::session::doubt::Doubts;
use ringside::session::link::{self, Opened};
use ringside::session::load::Traffic;
use ringside::session::playback::{Playback, Speed};
use ringside::text::words;
use ringside::text::words::Theme;
use ringside::text::{Lang, complaint};

use super::state::{FIRST, State};
use super::story::{Story, USUAL};

impl State {
    /// Opens what a fragment of an address says. One that cannot be opened opens the default run and says why.
    pub(super) fn open(&mut self, fragment: &str) {
        let bare = fragment.trim_start_matches('#');
        match link::parse(bare) {
            Ok(opened) => {
                let page = opened.page.clone();
                self.lenses = opened.lenses;
                let first = opened.actions.is_empty() && !names_an_instant(bare);
                self.load(if first { Opened { at: FIRST, ..opened } } else { opened });
                self.untouched = first;
                if first {
                    self.present();
                }
                self.case = Case::ALL.into_iter().find(|case| case.link() == bare);
                self.untouched |= self.case.is_some();
                let unread: Vec<_> = page.iter().filter(|(key, value)| !self.look(key, value)).collect();
                let older = link::is_older(bare).then(|| words(self.lang).old_link.to_owned());
                let unread = unread.first().map(|(key, value)| (words(self.lang).unread)(key, value));
                self.say([older, unread]);
                self.tell_refused();
            }
            Err(error) => {
                self.load(Opened { at: FIRST, ..Opened::default() });
                self.present();
                self.notice = Some((words(self.lang).bad_link)(&complaint::link_error(&error, self.lang)));
            }
        }
    }

    /// Says which actions of the link have changed nothing since this was asked last: with the latest one's reason, if there are
    /// several. Going back makes it forget them, so that they are told again on the way forwards.
    pub(super) fn tell_refused(&mut self) {
        let before = std::mem::replace(&mut self.refused, self.session.refused().count());
        let new = self.refused.saturating_sub(before);
        let Some((no, at, action, why)) = self.session.refused().last().filter(|_| new > 0) else { return };
        let others = (new > 1).then(|| (words(self.lang).also_refused)(new - 1));
        let before = self.notice.take();
        self.say([before, Some(complaint::refused(no, at, action, why, self.lang)), others]);
    }

    /// Says these things, one after the other.
    fn say<const N: usize>(&mut self, told: [Option<String>; N]) {
        let told: Vec<String> = told.into_iter().flatten().collect();
        self.notice = (!told.is_empty()).then(|| told.join(if self.lang == Lang::En { " " } else { "" }));
    }

    /// A page's own key in a link: how the run is looked at. False: nobody can read it, and it is passed over.
    fn look(&mut self, key: &str, value: &str) -> bool {
        match key {
            "lang" => Lang::parse(value).map(|lang| self.lang = lang).is_some(),
            "theme" => {
                self.theme = match value {
                    "auto" => Theme::Auto,
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    _ => return false,
                };
                true
            }
            "sel" => {
                let known = value.parse().ok().filter(|&name| self.is_there(name));
                self.selected = known.or(self.selected);
                known.is_some()
            }
            "speed" => value.parse().map(|millionths| self.playback.set_speed(Speed(millionths))).is_ok(),
            _ => true,
        }
    }

    /// The link of this instant, with how the page looks at it.
    pub fn link(&self) -> String {
        let mut opened = self.session.recipe();
        opened.lenses = self.lenses;
        if let Some(name) = self.selected {
            opened.page.push(("sel".to_owned(), name.to_string()));
        }
        if self.playback.speed() != Playback::default().speed() {
            opened.page.push(("speed".to_owned(), self.playback.speed().0.to_string()));
        }
        link::print(&opened)
    }

    /// Begins another run.
    pub(super) fn load(&mut self, opened: Opened) {
        self.pause();
        self.session = Session::open(opened);
        self.story = Story::new(self.roster());
        self.history = History::new(USUAL, self.roster());
        self.traffic = Traffic::new(self.roster());
        self.doubts = Doubts::new(self.session.setup());
        (self.believer, self.believed) = (None, None);
        self.window = Window::default();
        self.refused = 0;
        self.untouched = true;
        self.case = None;
        self.lock = LockId(0);
        self.cutting = false;
        self.second = None;
        self.hovered = None;
        self.selected = self.selected.filter(|&name| self.is_there(name));
    }

    /// Selects the primary of the shard in the story, so that the one thing to do is one key away.
    pub(super) fn present(&mut self) {
        self.untouched = true;
        let view = self.session.view();
        let primary = view.shards.get(usize::from(USUAL.0)).and_then(|shard| shard.view.primary);
        self.selected = primary.map(|pid| self.session.setup().roster.name(pid));
    }
}

/// Whether a link was made by this page, or says when to open; else the instant is ours to choose.
fn names_an_instant(fragment: &str) -> bool {
    fragment.split('&').any(|part| part.starts_with("v=") || part.starts_with("at="))
}
