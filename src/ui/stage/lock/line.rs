//! What the lock service says: who holds the lock, for how long, and who waits in which order.

use ringside::cluster::observe::view::{ClusterView, LockView};
use ringside::scene::geom::{Point, num};
use ringside::scene::lock::Place;
use ringside::scene::state::{self, Part};
use ringside::sim::id::Pid;
use ringside::sim::time::Span;
use ringside::text::lock_words::{self, LockWords};
use ringside::text::sentence::seconds;
use ringside::text::stage_words;
use yew::prelude::*;

use crate::ui::stage::{StageModel, shapes};

use super::{PeopleProps, Stand, person, somebody};

/// The doorway, the holder in it, and the line before it.
pub(super) fn people(props: &PeopleProps, place: &Place, lock: &LockView) -> Html {
    let words = LockWords::of(props.model.lang);
    let n = lock.queue.len();
    let (title, shaft) = if n == 0 { (words.nobody_waits, false) } else { (words.next_in_line, true) };
    // English words are longer than Chinese ones: the arrow leaves room for the longer.
    let arrow = format!("M{},9H{}m7,-5l-8,5l8,5", num(place.width - 108.0), num(place.door_right + 14.0));
    let free = Point::new(place.door_right / 2.0, place.floor - 18.0);
    let ease = place.at_ease(n);
    html! {
        <>
            <path d={place.door.clone()} class="door" />
            if lock.holder.is_none() { { shapes::text(free, "m s", words.free) } }
            { shapes::text(Point::new(place.width, 14.0), "e s", title) }
            if shaft { <path d={arrow} class="arrow" /> }
            <g>{ for present(&props.model.view).filter_map(|who| one(props, place, lock, who)) }</g>
            if ease < n {
                { shapes::text(Point::new(place.width, place.floor + 20.0), "e s", format!("+{}", n - ease)) }
            }
            { shapes::line(Point::new(0.0, place.floor), Point::new(place.width, place.floor), "floor") }
        </>
    }
}

/// In the order of pids, not of the line: so nobody's element is ever moved, only its place.
fn present(view: &ClusterView) -> impl Iterator<Item = Pid> {
    view.present().map(|process| process.pid)
}

/// The holder, or somebody in line.
fn one(props: &PeopleProps, place: &Place, lock: &LockView, who: Pid) -> Option<Html> {
    let name = state::name(&props.model.view, who)?.to_string();
    let under = Point::new(0.0, 20.0);
    if let Some(held) = lock.holder.as_ref().filter(|held| held.session.client == who) {
        let stand = Stand { key: name.clone(), who, at: place.holder, place: "0".into(), token: Some(held.token.0) };
        let body = html! {
            <>
                { person(props, who, place.person, Part::Holder) }
                { shapes::text(under, "m b", name) }
                { shapes::ticket(place.ticket, held.token.0, false) }
            </>
        };
        return Some(somebody(props, stand, "somebody", body));
    }
    let i = lock.queue.iter().position(|session| session.client == who)?;
    let n = lock.queue.len();
    let stand = Stand { key: name.clone(), who, at: place.in_line(i, n), place: (i + 1).to_string().into(), token: None };
    let crowd = i >= place.at_ease(n);
    let body = html! {
        <>
            { person(props, who, place.size_in_line(n), Part::Waiting) }
            if !crowd { { shapes::text(under, "m", name) } }
        </>
    };
    Some(somebody(props, stand, "somebody", body))
}

/// The lease as the lock service counts it; or for how long nobody gets the lock.
pub(super) fn lease(model: &StageModel, place: &Place, lock: &LockView) -> Html {
    let words = LockWords::of(model.lang);
    let lang = model.lang;
    let (said, left, part) = match &lock.holder {
        Some(held) => {
            let (left, whole) = (held.left.0.min(held.lease.0), held.lease.0.max(1));
            (stage_words::lease(lang, left * 100 / whole), stage_words::seconds(lang, held.left), left as f64 / whole as f64)
        }
        None if lock.rests > Span::ZERO => (words.rests.to_owned(), lock_words::rests(lang, &seconds(lock.rests)), 0.0),
        None => (words.free.to_owned(), String::new(), 0.0),
    };
    let rests = lock.holder.is_none() && lock.rests > Span::ZERO;
    html! {
        <>
            { shapes::text(Point::new(0.0, place.server), "", format!("{}{said}", words.server)) }
            { shapes::text(Point::new(place.width, place.server), "e s", left) }
            <rect x="0.75" y={num(place.lease)} width={num(place.width - 1.5)} height="11" rx="5.5" class="lease-room" fill={if rests { "url(#hatch)" } else { "none" }} />
            <rect x="0" y={num(place.lease - 0.75)} width={num(place.width * part)} height="12.5" rx="6.25" class="lease" />
        </>
    }
}
