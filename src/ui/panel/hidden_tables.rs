//! What the canvas and the time bar show, as lists for who cannot see them. Not to be seen; filled while time stands.

use std::rc::Rc;

use ringside::cluster::observe::view::Flight;
use ringside::cluster::setup::name::Roster;
use ringside::cluster::wire::shape::Shape;
use ringside::scene::state::Move;
use ringside::scene::timebar::Slice;
use ringside::sim::time::Time;
use ringside::text::Lang;
use ringside::text::message_names::message_name;
use ringside::text::sentence::seconds;
use ringside::text::words;
use yew::prelude::*;

use super::timemarks::said;

/// The most messages that are listed.
const MOST: usize = 12;

/// What they list.
pub struct TwinsProps {
    /// The page's language.
    pub lang: Lang,
    /// Who takes part.
    pub roster: Roster,
    /// Messages under way; empty while time runs.
    pub flights: Rc<Vec<Flight>>,
    /// Copies on their way; empty while time runs.
    pub moves: Vec<Move>,
    /// The history of the window.
    pub slice: Rc<Slice>,
    /// Whether heartbeats are shown.
    pub heartbeats: bool,
}

/// The three lists.
pub fn hidden_tables(props: &TwinsProps) -> Html {
    let w = words(props.lang);
    let shown = || props.flights.iter().filter(|flight| props.heartbeats || flight.shape != Shape::Heartbeat);
    let count = shown().count();
    let name = |pid| props.roster.name(pid).to_string();
    let message = |(i, flight): (usize, &Flight)| {
        html! {
            <li key={i}>{(w.message)(message_name(flight.label, props.lang), &name(flight.from), &name(flight.to), flight.lost)}</li>
        }
    };
    let moving = |it: &Move| {
        html! { <li key={it.shard.0}>{(w.moving)(it.shard.0, &name(it.from), &name(it.to), it.percent)}</li> }
    };
    let rest = match count {
        0 => Some(w.no_messages.to_owned()),
        n if n > MOST => Some((w.and_more)(n - MOST)),
        _ => None,
    };
    let mark = |mark: &ringside::scene::timebar::Mark| {
        html! {
            <li key={mark.seq.0}>{format!("{}: {}", (w.seconds)(&seconds(mark.at.since(Time::ZERO))), said(w, &props.roster, mark.sign))}</li>
        }
    };
    html! {
        <section class="unseen" id="twins" aria-label={w.history_table}>
            <h2>{w.in_flight}</h2>
            <ul id="messages-list">{ for shown().take(MOST).enumerate().map(message) }</ul>
            <p>{rest.unwrap_or_default()}</p>
            <h2>{w.on_the_move}</h2>
            <ul id="moves-list">{ for props.moves.iter().map(moving) }</ul>
            <h2>{w.history_table}</h2>
            <ol id="history-list">{ for props.slice.marks.iter().map(mark) }</ol>
        </section>
    }
}
