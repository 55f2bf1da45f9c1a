//! What those believe who act under the lock: each with its token, its step, and its own lease by its own clock.

use ringside::cluster::observe::view::LockView;
use ringside::scene::geom::{Point, num, translate};
use ringside::scene::glyph;
use ringside::scene::lock::{self, Actor, Belief, Place, SLOT};
use ringside::scene::state::{self, Part};
use ringside::sim::time::Span;
use ringside::text::lock_words::{self, LockWords};
use ringside::text::sentence::seconds;
use ringside::text::words;
use yew::prelude::*;

use crate::ui::stage::{StageModel, shapes};

use super::{PeopleProps, Stand, person, somebody};

/// How large somebody before the fence is drawn.
const SIZE: f64 = 1.05;
/// Where what is said of it begins.
const BESIDE: f64 = 34.0;
/// The lower line of a slot.
const SECOND: f64 = 34.0;
/// Length of a lease bar.
const BAR: f64 = 52.0;

/// The line that heads the lower half, and the one that closes it.
pub(super) fn heading(model: &StageModel, place: &Place, lock: &LockView) -> Html {
    let words = LockWords::of(model.lang);
    let all = lock::actors(lock, model.refused);
    let is = |belief| all.iter().any(|it| it.belief == belief);
    let late = model.refused.is_some_and(|late| all.iter().any(|it| it.who == late.who && it.token == late.token && it.step.is_some()));
    let said = if is(Belief::Wrong) {
        words.wrong
    } else if is(Belief::Over) {
        if late { words.refused_zombie } else { words.zombie }
    } else if is(Belief::Refused) {
        words.refused
    } else if model.fenced {
        words.fence
    } else {
        words.no_fence
    };
    let base = place.heads + 5.6;
    let seen = Point::new(place.width - 20.0, place.heads);
    html! {
        <>
            { shapes::text(Point::new(0.0, base), "s", words.workers) }
            { shapes::text(Point::new(place.width - 44.0, base), "e s", words.store) }
            // Where nobody serves the document's shard, nobody says what it has seen.
            if state::shard(&model.view, lock.shard).is_some_and(|shard| shard.server.is_some()) {
                { shapes::ticket(seen, lock.seen.0, false) }
            } else {
                { shapes::text(Point::new(place.width - 20.0, base), "m s", "–") }
            }
            { shapes::text(Point::new(0.0, place.said), "s", said) }
        </>
    }
}

/// Where the rest of a line begins, if each has only one line.
const BRIEF: f64 = 92.0;

/// Those before the fence; where there are many, the first line says how many others there are.
pub(super) fn actors(props: &PeopleProps, place: &Place, (others, all): &(usize, Vec<Actor>)) -> Html {
    let model = &*props.model;
    let more = usize::from(*others > 0);
    let n = all.len() + more;
    html! {
        <g>
            if more > 0 { { shapes::text(place.slot(0, n).shift(0.0, 17.6), "s", (LockWords::of(model.lang).others)(*others)) } }
            <g>{ for all.iter().enumerate().map(|(i, it)| actor(props, place, place.slot(i + more, n), place.is_brief(n), it)) }</g>
        </g>
    }
}

/// Somebody before the fence. Whose write was refused is turned away at it.
fn actor(props: &PeopleProps, place: &Place, at: Point, brief: bool, it: &Actor) -> Html {
    let model = &*props.model;
    let w = LockWords::of(model.lang);
    let name = state::name(&model.view, it.who).map(|name| name.to_string()).unwrap_or_default();
    let (part, stale, class) = match it.belief {
        Belief::Holds => (Part::Holder, false, "somebody"),
        Belief::Wrong | Belief::Over => (Part::Zombie, true, "somebody astray"),
        Belief::Refused => (Part::Idle, true, "somebody astray"),
    };
    let part = if state::part(&model.view, it.who) == Part::Holder && it.belief == Belief::Over { Part::Holder } else { part };
    let out = if part == Part::Holder { "in" } else { "out" };
    let ticket = Point::new(BESIDE + 26.0 + 19.0, 12.0);
    let after = ticket.x + 19.0 + 5.0;
    let lower = Point::new(BESIDE, SECOND + 5.0);
    let below = match it.belief {
        Belief::Holds | Belief::Wrong => "",
        Belief::Over => w.over,
        Belief::Refused => w.turned,
    };
    let turned_away = model.refused.is_some_and(|late| (late.who, late.token) == (it.who, it.token));
    let y = if brief { 12.0 } else { SECOND - 1.0 };
    let turned = place.fence - 22.0;
    let size = if brief { 0.7 } else { SIZE };
    let who = html! {
        <>
            <g transform={translate(Point::new(if brief { 10.0 } else { 16.0 }, if brief { 21.0 } else { SLOT - 6.0 }))}>{ person(props, it.who, size, part) }</g>
            { shapes::text(Point::new(if brief { 24.0 } else { BESIDE }, 17.6), if part == Part::Holder { "b" } else { "" }, name) }
        </>
    };
    let said = if brief {
        html! {
            <>
                { shapes::text(Point::new(BRIEF - 22.0, 17.6), "b m", it.token.0.to_string()) }
                { shapes::text(Point::new(BRIEF, 17.6), "", if it.belief == Belief::Refused { below } else { "" }) }
            </>
        }
    } else {
        html! {
            <>
                { shapes::ticket(ticket, it.token.0, stale) }
                { shapes::text(Point::new(after, 17.6), "", it.step.map_or("", |step| lock_words::step(model.lang, step))) }
                { shapes::text(lower, "", below) }
            </>
        }
    };
    let body = html! {
        <>
            { who }
            { said }
            if turned_away {
                <g class="turned-away">
                    <path d={format!("M{},{}H{}", num(turned - 24.0), num(y), num(turned))} />
                    <path d={glyph::DART_PATH} transform={translate(Point::new(turned + 5.0, y))} class="dart" />
                </g>
            }
        </>
    };
    let stand = Stand { key: it.token.0.to_string(), who: it.who, at, place: out.into(), token: Some(it.token.0) };
    somebody(props, stand, class, body)
}

/// The leases of those before the fence, each by its own clock. Where each has one line, an empty bar says that it is over.
pub(super) fn leases(model: &StageModel, place: &Place, (others, all): &(usize, Vec<Actor>)) -> Html {
    let more = usize::from(*others > 0);
    let n = all.len() + more;
    let brief = place.is_brief(n);
    let bar = |(i, it): (usize, &Actor)| {
        let corner = place.slot(i + more, n);
        let at = if brief { corner.shift(BRIEF, 7.0) } else { corner.shift(BESIDE, SECOND - 5.0) };
        let share = it.left.0.min(model.lease.0) as f64 / model.lease.0.max(1) as f64;
        html! {
            <g key={it.token.0.to_string()} data-own-lease={seconds(it.left)}>
                <rect x={num(at.x + 0.75)} y={num(at.y)} width={num(BAR)} height="9" rx="4.5" class="lease-room" fill="none" />
                <rect x={num(at.x)} y={num(at.y - 0.75)} width={num((BAR + 1.5) * share)} height="10.5" rx="5.25" class="lease" />
                if !brief {
                    { shapes::text(Point::new(at.x + BAR + 8.0, corner.y + SECOND + 5.0), "", (words(model.lang).seconds)(&seconds(it.left))) }
                }
            </g>
        }
    };
    let has_bar = |it: &Actor| it.left > Span::ZERO || (brief && it.belief == Belief::Over);
    let running = all.iter().enumerate().filter(|(_, it)| has_bar(it));
    html! { <g>{ for running.map(bar) }</g> }
}
