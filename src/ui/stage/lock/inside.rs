//! What those believe who act under the lock: each with its token, its step, and its own lease by its own clock.

use ringside::cluster::view::LockView;
use ringside::scene::geom::{Point, num, translate};
use ringside::scene::glyph;
use ringside::scene::lock::{Actor, Belief, Place, SLOT, actors};
use ringside::scene::state::{self, Part};
use ringside::sim::time::Span;
use ringside::text::lock_words::{self, LockWords};
use ringside::text::sentence::seconds;
use ringside::text::words::words;
use yew::prelude::*;

use crate::ui::markup::html;
use crate::ui::stage::{StageModel, kit};

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
    let all = actors(lock, model.refused);
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
            { kit::text(Point::new(0.0, base), "s", words.workers) }
            { kit::text(Point::new(place.width - 44.0, base), "e s", words.store) }
            { kit::ticket(seen, lock.seen.0, false) }
            { kit::text(Point::new(0.0, place.said), "s", said) }
        </>
    }
}

/// Somebody before the fence. Whose write was refused is turned away at it.
pub(super) fn actor(props: &PeopleProps, place: &Place, i: usize, it: &Actor) -> Html {
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
    let y = SECOND - 1.0;
    let turned = place.fence - 22.0;
    let body = html! {
        <>
            <g transform={translate(Point::new(16.0, SLOT - 6.0))}>{ person(props, it.who, SIZE, part) }</g>
            { kit::text(Point::new(BESIDE, 17.6), if part == Part::Holder { "b" } else { "" }, name) }
            { kit::ticket(ticket, it.token.0, stale) }
            { kit::text(Point::new(after, 17.6), "", it.step.map_or("", |step| lock_words::step(model.lang, step))) }
            { kit::text(lower, "", below) }
            if turned_away {
                <g class="turned-away">
                    <path d={format!("M{},{}H{}", num(turned - 24.0), num(y), num(turned))} />
                    <path d={glyph::DART_PATH} transform={translate(Point::new(turned + 5.0, y))} class="dart" />
                </g>
            }
        </>
    };
    let stand = Stand { key: it.token.0.to_string(), who: it.who, at: place.slot(i), place: out.into(), token: Some(it.token.0) };
    somebody(props, stand, class, body)
}

/// The leases of those before the fence, each by its own clock.
pub(super) fn leases(model: &StageModel, place: &Place, all: &[Actor]) -> Html {
    let bar = |(i, it): (usize, &Actor)| {
        let corner = place.slot(i);
        let at = corner.shift(BESIDE, SECOND - 5.0);
        let share = it.left.0.min(model.lease.0) as f64 / model.lease.0.max(1) as f64;
        html! {
            <g key={it.token.0.to_string()} data-own-lease={seconds(it.left)}>
                <rect x={at.x + 0.75} y={at.y} width={BAR} height="9" rx="4.5" class="lease-room" fill="none" />
                <rect x={at.x} y={at.y - 0.75} width={(BAR + 1.5) * share} height="10.5" rx="5.25" class="lease" />
                { kit::text(Point::new(at.x + BAR + 8.0, corner.y + SECOND + 5.0), "", (words(model.lang).seconds)(&seconds(it.left))) }
            </g>
        }
    };
    let running = all.iter().enumerate().filter(|(_, it)| it.left > Span::ZERO);
    html! { <g>{ for running.map(bar) }</g> }
}
