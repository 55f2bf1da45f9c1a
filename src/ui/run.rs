//! How the page keeps up with the run: its frames, its clothes, its address, its voice.

use gloo_timers::callback::Timeout;
use ringside::text::words::Theme;
use yew::prelude::*;

use super::app::{App, Msg};
use super::describe;
use super::state::Dialog;
use super::web::{page, wall};

/// Events handled in one frame at most: a slow machine falls behind the chosen speed, it never stalls.
const BUDGET: u32 = 4_000;
/// With reduced motion play goes from fact to fact, one in so many milliseconds.
const FACT_EVERY: f64 = 1_500.0;
/// What only time changes (a lease that runs) is drawn again after so many milliseconds.
const REFRESH: f64 = 200.0;
/// While time runs, what facts change is drawn no more often than after so many milliseconds: nobody sees a tenth of a second (Nielsen), and
/// of facts that come together one picture is enough. What moves is painted in every frame.
const TOGETHER: f64 = 100.0;
/// A listener is told no more often than this.
const SPEAK: f64 = 1_500.0;

/// The dialogs with their elements.
const DIALOGS: [(&str, Dialog); 4] = [
    ("cases-dialog", Dialog::Cases),
    ("help-dialog", Dialog::Keys),
    ("settings-dialog", Dialog::Settings),
    ("share-dialog", Dialog::Share),
];

impl App {
    /// One frame: lets time pass, paints, and says whether anything else has changed.
    pub(super) fn on_frame(&mut self, at: f64) -> bool {
        self.frames.came();
        let began = wall();
        self.pass(at);
        let (revision, stale) = {
            let state = self.state.borrow();
            (state.session.revision(), state.window_is_stale())
        };
        let since = began - self.drawn.1;
        let news = (revision != self.drawn.0 || stale) && since > TOGETHER;
        let render = news || since > REFRESH || !self.state.borrow().playing;
        if render {
            self.rendering = Some(wall());
        } else {
            self.painter.paint(&self.state.borrow(), &self.sizes, self.reduced, false);
            self.go_on();
        }
        let ended = wall();
        self.stats.borrow_mut().frame(ended - began);
        render
    }

    fn pass(&mut self, at: f64) {
        let mut state = self.state.borrow_mut();
        if !state.playing {
            return;
        }
        let passed = (at - self.last_frame).clamp(0.0, 250.0);
        self.last_frame = at;
        if self.reduced {
            self.rested += passed;
            if self.rested >= FACT_EVERY {
                self.rested = 0.0;
                state.session.step(ringside::session::StepUnit::Fact);
            }
        } else {
            let span = state.playback.tick((at.max(0.0) * 1_000.0) as u64);
            state.session.advance(span, BUDGET);
        }
        state.tell_refused();
        if state.session.now() >= state.session.limit() {
            state.pause();
            state.notice = Some(state.at_the_end());
        }
    }

    /// Asks for another frame while time runs.
    pub(super) fn go_on(&mut self) {
        if self.state.borrow().playing {
            self.frames.ask();
        }
    }

    /// Language and theme, where they have changed.
    pub(super) fn dress(&mut self) {
        let (lang, theme, heartbeats, single_keys, lenses) = {
            let state = self.state.borrow();
            (state.lang, state.theme, state.heartbeats, state.single_keys, state.lenses)
        };
        let on = |on: bool| if on { "on" } else { "off" };
        if self.dressed != Some((lang, theme)) {
            page::dress(lang, theme);
            page::remember("lang", lang.tag());
            page::remember(
                "theme",
                match theme {
                    Theme::Auto => "auto",
                    Theme::Light => "light",
                    Theme::Dark => "dark",
                },
            );
            self.dressed = Some((lang, theme));
            self.painter.repaint();
        }
        if self.headed != Some(lenses) {
            page::head(lenses);
            self.headed = Some(lenses);
        }
        if self.kept != Some((heartbeats, single_keys)) {
            page::remember("heartbeats", on(heartbeats));
            page::remember("single-keys", on(single_keys));
            self.kept = Some((heartbeats, single_keys));
        }
    }

    /// Opens the dialog that is to be open, and closes the one that was.
    pub(super) fn ask(&mut self) {
        let dialog = self.state.borrow().dialog;
        if self.asking != dialog {
            for (id, each) in DIALOGS {
                page::set_dialog(id, dialog == Some(each));
            }
            self.asking = dialog;
        }
    }

    /// The address bar follows once nothing has changed for a moment; while time runs, now and then.
    pub(super) fn arm_follow(&mut self, ctx: &Context<App>) {
        let playing = self.state.borrow().playing;
        if playing && self.following.is_some() {
            return;
        }
        let link = ctx.link().clone();
        let wait = if playing { 5_000 } else { 350 };
        self.following = Some(Timeout::new(wait, move || link.send_message(Msg::Follow)));
    }

    pub(super) fn follow(&mut self) {
        self.following = None;
        let state = self.state.borrow();
        // A first visit keeps the address it came with.
        if state.untouched {
            return;
        }
        let fragment = state.link();
        if fragment != self.address {
            page::put_fragment(&fragment);
            self.address = fragment;
        }
    }

    /// Tells who listens what the sentence says, when it has changed and not too often.
    pub(super) fn speak(&mut self, ctx: &Context<App>) {
        let told = describe::plain(&describe::sentence(&mut self.state.borrow_mut()));
        let playing = self.state.borrow().playing;
        let due = !playing || wall() - self.spoke > SPEAK;
        if told != self.spoken && due {
            self.spoken = told;
            self.spoke = wall();
            ctx.link().send_message(Msg::Touched);
        }
    }
}
