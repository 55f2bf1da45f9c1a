//! What the page looks like: the stage and its panels, in their places.

use std::rc::Rc;

use ringside::cluster::setup::name::Kind;
use ringside::cluster::setup::rules::Rule;
use ringside::scene::copies::cuts;
use ringside::scene::lock::latest_refusal;
use ringside::scene::state::moves as moves_of;
use ringside::session::lens::{Lens, Pane};
use yew::prelude::*;

use super::app::App;
use super::describe;
use super::panel::bill::{BillProps, bill};
use super::panel::dialogs::Dialogs;
use super::panel::hidden_tables::{TwinsProps, hidden_tables};
use super::panel::inspector::{InspectorProps, inspector};
use super::panel::lens_head::{LensHeadProps, lens_head};
use super::panel::lens_lines::{of_doubt, of_load};
use super::panel::locks::{LockTwinProps, lock_twin};
use super::panel::nav::{NavProps, nav};
use super::panel::sentence::{SentenceProps, sentence};
use super::panel::timebar::{TimeBarProps, time_bar};
use super::panel::transport::{TransportProps, transport};
use super::stage::load::{LoadProps, load_picture};
use super::stage::ring::SectionProps;
use super::stage::{DoubtProps, Ring, RingFigure, StageModel, copies, doubt, lock_picture};
use super::state::Dialog;
use super::web::page;

/// Rows of a document's history that are looked for.
const ROWS: usize = 24;

impl App {
    /// The whole page. What seldom changes is a component whose properties say all that is to be seen (the ring above all: 300 elements),
    /// so that it is left alone; what changes with nearly every fact is a function, since each component weighs more than a kilobyte.
    pub(super) fn draw(&self) -> Html {
        let mut state = self.state.borrow_mut();
        let (lang, sizes, calls) = (state.lang, self.sizes, &self.calls);
        let doubts = state.doubt().map(|picture| {
            let roster = state.session.setup().roster;
            DoubtProps { lang, roster, picture, on_command: calls.command.clone(), on_choose: calls.belief.clone() }
        });
        let load = state.loads();
        let (slice, story, said) = (state.slice(), state.story(), describe::sentence(&mut state));
        let session = &state.session;
        let roster = session.setup().roster;
        let refused = latest_refusal(session.facts(), state.lock, session.now());
        let rows = state.rows(ROWS);
        let cuts = cuts(session.facts(), story, session.now());
        let config = &session.setup().config;
        let writes = (config.ack, config.min_in_sync, config.reads);
        let model = |size: (u32, u32)| {
            Rc::new(StageModel {
                view: session.view(),
                selected: state.selected,
                second: state.second,
                hovered: state.hovered,
                story,
                lock: state.lock,
                fenced: session.setup().rules.on(Rule::Fencing),
                lease: config.lock_lease,
                lines: rows.clone(),
                refused,
                cuts: cuts.clone(),
                writes,
                lang,
                thin: sizes.thin,
                size,
            })
        };
        let lit_node = state.hovered.filter(|name| name.kind == Kind::Node);
        let lit = lit_node.map(|name| AttrValue::from(name.to_string()));
        let (mut flights, mut moves) = (Vec::new(), Vec::new());
        if !state.playing {
            session.flights(&mut flights);
            moves = moves_of(&session.view());
        }
        // The link is long to write: only for who wants to read it.
        let link = if state.dialog == Some(Dialog::Share) { page::address(&state.link()) } else { String::new() };
        let (select, hover) = (calls.select.clone(), calls.hover.clone());
        let picture = |pane: Pane, lens: Lens| {
            let section = || SectionProps { model: model(sizes.panes[pane as usize]), on_select: select.clone(), on_hover: hover.clone() };
            match lens {
                Lens::Replicas => html! {
                    <div id="copies" key="replicas">{ copies(&section()) }</div>
                },
                Lens::Lock => html! {
                    <div id="lockpic" key="lock">{ lock_picture(&section()) }</div>
                },
                Lens::Doubt => html! {
                    <div id="doubtpic" key="doubt">{ for doubts.iter().map(doubt) }</div>
                },
                Lens::Load => html! {
                    <div id="loadpic" key="load">{ for load.iter().map(|(picture, _)| load_picture(&LoadProps { lang, roster, picture: picture.clone(), lit: lit_node, still: !state.playing })) }</div>
                },
            }
        };
        // Where the page is one column the first pane stands for both, and its heading is a row of all lenses.
        let section = |pane: Pane, foot: Html| {
            let lens = state.lenses.of(pane);
            let shown = pane == Pane::First || !sizes.thin;
            html! {
                <section id={pane.id()} class="pane" data-lens={lens.word()}>
                    if shown {
                        { lens_head(&LensHeadProps { lang, pane, lens, thin: sizes.thin, locks: (config.locks, state.lock), on_choose: calls.lens.clone(), on_command: calls.command.clone() }) }
                    } else {
                        <div class="pane-head"></div>
                    }
                    <div id={pane.pic()} class="pane-pic">{ for shown.then(|| picture(pane, lens)) }</div>
                    {foot}
                </section>
            }
        };
        let mut lines = Vec::new();
        if let Some((_, toll)) = &load {
            lines.extend(of_load(lang, *toll));
        }
        if let Some(it) = &doubts {
            // Beside the lines of the lens Load there is room for one; what the others say stands in the picture, but for the cost.
            let most = if load.is_some() { 1 } else { usize::MAX };
            lines.extend(of_doubt(lang, &it.picture.figures, session.now(), session.cluster().sent()).into_iter().take(most));
        }
        let foot = html! {
            <div class="foot">{ bill(&BillProps { lang, ack: config.ack, reads: config.reads, bill: session.bill(), lenses: lines, promises: session.promises() }) }</div>
        };
        html! {
            <>
                <header>
                    { sentence(&SentenceProps { said: Rc::new(said) }) }
                    { nav(&NavProps { lang, theme: state.theme, heartbeats: state.heartbeats, on_command: calls.command.clone() }) }
                </header>
                <main>
                    <section id="ring">
                        <Ring shown={RingFigure::of(&model(sizes.ring))} on_select={select.clone()} on_hover={hover.clone()} />
                        <canvas id="messages" class="flights" aria-hidden="true"></canvas>
                    </section>
                    { section(Pane::First, html! { <div class="foot"></div> }) }
                    { section(Pane::Second, foot) }
                </main>
                <div id="dock">
                    { inspector(&InspectorProps { lang, inspected: describe::inspect(&state), add: describe::adding(&state), notice: state.notice.clone(), cutting: state.cutting, on_command: calls.command.clone() }) }
                    { time_bar(&TimeBarProps { lang, roster, lenses: state.lenses, story: story.0, lock: state.lock, slice: slice.clone(), now: session.now(), horizon: session.horizon(), limit: session.limit(), size: sizes.time, thin: sizes.thin, lit, on_pointer: calls.pointer.clone() }) }
                    { transport(&TransportProps { lang, playing: state.playing, unit: state.unit, speed: state.playback.speed(), seed: session.setup().seed, rules_off: session.setup().rules.off().count(), clock: self.clock.clone(), on_command: calls.command.clone(), on_speed: calls.speed.clone() }) }
                </div>
                { hidden_tables(&TwinsProps { lang, roster, flights: Rc::new(flights), moves, slice, heartbeats: state.heartbeats }) }
                { lock_twin(&LockTwinProps { lang, still: !state.playing, view: session.view(), lock: state.lock, rows: rows.clone() }) }
                <p class="unseen" id="live" aria-live="polite">{self.spoken.clone()}</p>
                <Dialogs {lang} form={state.form.clone()} single_keys={state.single_keys} link={AttrValue::from(link)} copied={self.copied} on_write={calls.write.clone()} on_random={calls.random.clone()} on_copy={calls.copy.clone()} on_close={calls.closed.clone()} on_command={calls.command.clone()} />
            </>
        }
    }
}
