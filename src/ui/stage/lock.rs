//! The lock: who holds it, for how long, who waits, and what becomes of a write that comes too late.

use std::rc::Rc;

use ringside::cluster::name::Name;
use ringside::cluster::view::{ClusterView, LockView};
use ringside::scene::geom::{Point, num, pair, translate};
use ringside::scene::glyph;
use ringside::scene::lock::Place;
use ringside::scene::state::{self, Look, Part};
use ringside::sim::id::Pid;
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use crate::ui::markup::html;
use crate::ui::piece::{Piece, piece};

use super::ring::{SectionProps, lit};
use super::{StageModel, kit};

/// The lock's section.
pub struct LockPicture;

impl Piece for LockPicture {
    type Props = SectionProps;

    fn draw(props: &SectionProps) -> Html {
        let model = &*props.model;
        let lock = &model.view.locks[0];
        let words = StageWords::of(model.lang);
        let place = Place::new(model.size.0, model.size.1);
        html! {
            <svg class="stage-svg lock" viewBox={format!("0 0 {} {}", model.size.0, model.size.1)} role="group"
                aria-label={format!("{} orders", words.lock)} data-lit={lit(model)}>
                { kit::text(Point::new(0.0, 16.0), "b", format!("{} orders", words.lock)) }
                { piece::<People>(PeopleProps { model: props.model.clone(), on_select: props.on_select.clone(), on_hover: props.on_hover.clone() }) }
                <g>{ lease(model, &place, lock) }</g>
            </svg>
        }
    }
}

/// What all but the lease is drawn from. Two are the same if they show the same, whatever is left of the lease.
#[derive(Clone)]
struct PeopleProps {
    model: Rc<StageModel>,
    on_select: Callback<Name>,
    on_hover: Callback<Option<Name>>,
}

impl PartialEq for PeopleProps {
    fn eq(&self, other: &PeopleProps) -> bool {
        let held = |lock: &LockView| lock.holder.as_ref().map(|held| (held.session, held.token));
        let inside = |lock: &LockView| lock.inside.iter().map(|it| (it.who, it.token)).collect::<Vec<_>>();
        let owner = |props: &PeopleProps| state::shard(&props.model.view, props.model.view.locks[0].shard).and_then(state::owner);
        let (a, b) = (&self.model.view.locks[0], &other.model.view.locks[0]);
        self.model.same_page(&other.model)
            && self.on_select == other.on_select
            && self.on_hover == other.on_hover
            && self.model.refused == other.model.refused
            && held(a) == held(b)
            && a.queue == b.queue
            && inside(a) == inside(b)
            && (a.shard, a.seen, &a.text) == (b.shard, b.seen, &b.text)
            && owner(self) == owner(other)
    }
}

/// The doorway, the line before it, and the fence.
struct People;

impl Piece for People {
    type Props = PeopleProps;

    fn draw(props: &PeopleProps) -> Html {
        let model = &*props.model;
        let lock = &model.view.locks[0];
        let place = Place::new(model.size.0, model.size.1);
        html! {
            <g>
                <path d={place.door.clone()} class="door" />
                <g>{ holder(props, &place, lock) }</g>
                <g>{ queue(props, &place, lock) }</g>
                { kit::line(Point::new(0.0, place.floor), Point::new(place.width, place.floor), "floor") }
                <g>{ fence(props, &place) }</g>
            </g>
        }
    }
}

/// Somebody at the lock: a person that can be clicked, with its name below.
fn somebody(props: &PeopleProps, who: Pid, body: Html, under: Point, place: String, token: Option<u64>) -> Html {
    let Some(process) = state::process(&props.model.view, who) else {
        return html! { <g /> };
    };
    let name: Name = process.name;
    let class = if state::part(&props.model.view, who) == Part::Holder { "m b" } else { "m" };
    html! {
        <g key={name.to_string()} class="somebody" data-client={name} data-place={place}
            data-token={token.map(|token| token.to_string())} onclick={props.on_select.reform(move |_: MouseEvent| name)}
            onpointerenter={props.on_hover.reform(move |_: PointerEvent| Some(name))}
            onpointerleave={props.on_hover.reform(|_: PointerEvent| None)}>
            { body }
            { kit::text(under, class, name.to_string()) }
        </g>
    }
}

fn look(view: &ClusterView, who: Pid) -> Look {
    state::process(view, who).map_or(Look::Up, Look::of)
}

fn holder(props: &PeopleProps, place: &Place, lock: &LockView) -> Html {
    let view = &*props.model.view;
    let Some(held) = &lock.holder else {
        let at = Point::new(place.door_right / 2.0, place.floor - 24.0);
        return kit::text(at, "m s", StageWords::of(props.model.lang).free);
    };
    let who = held.session.client;
    let body = html! {
        <>
            { kit::person(place.holder, place.person, Part::Holder, look(view, who)) }
            { kit::ticket(place.ticket, held.token.0, false) }
        </>
    };
    somebody(props, who, body, Point::new(place.holder.x, place.floor + 22.0), "0".to_owned(), Some(held.token.0))
}

fn queue(props: &PeopleProps, place: &Place, lock: &LockView) -> Html {
    let view = &*props.model.view;
    let words = StageWords::of(props.model.lang);
    let n = lock.queue.len();
    let room = place.room();
    let shown = if n > room { room - 1 } else { n };
    let one = |(i, session): (usize, &ringside::proto::lock::token::Session)| {
        let (at, k) = (place.in_line(i, n), place.size_in_line(n));
        let at = Point::new(at.x, place.floor - glyph::FEET * k);
        let body = kit::person(at, k, Part::Waiting, look(view, session.client));
        somebody(props, session.client, body, Point::new(at.x, place.floor + 22.0), (i + 1).to_string(), None)
    };
    let label = place.floor - 64.0;
    let (title, shaft) = if n == 0 { (words.nobody_waits, false) } else { (words.next_in_line, true) };
    // English words are longer than Chinese ones: the arrow leaves room for the longer.
    let arrow = format!("M{},{}H{}m7,-5l-8,5l8,5", num(place.width - 100.0), num(label - 5.0), num(place.door_right + 18.0));
    html! {
        <>
            { kit::text(Point::new(place.width, label), "e s", title) }
            if shaft { <path d={arrow} class="arrow" /> }
            <g>{ for lock.queue.iter().take(shown).enumerate().map(one) }</g>
            if shown < n {
                { kit::text(Point::new(place.width, place.floor - 20.0), "e s", format!("+{}", n - shown)) }
            }
        </>
    }
}

fn lease(model: &StageModel, place: &Place, lock: &LockView) -> Html {
    let full = place.width - 1.5;
    let rest = lock.holder.as_ref().map(|held| (held.left.0.min(held.lease.0), held.lease.0.max(1), held.left));
    let words = |(left, whole, span): (u64, u64, _)| {
        let y = place.lease + 32.0;
        html! {
            <>
                <rect x="0" y={place.lease - 0.75} width={place.width * left as f64 / whole as f64} height="12.5"
                    rx="6.25" class="lease" />
                { kit::text(Point::new(0.0, y), "", stage_words::lease(model.lang, left * 100 / whole)) }
                { kit::text(Point::new(place.width, y), "e s", stage_words::seconds(model.lang, span)) }
            </>
        }
    };
    html! {
        <>
            <rect x="0.75" y={place.lease} width={full} height="11" rx="5.5" class="lease-room" />
            <g>{ for rest.map(words) }</g>
        </>
    }
}

/// The fence: the store lets no smaller number in. Whoever wrongly believes that it holds the lock stands before it.
fn fence(props: &PeopleProps, place: &Place) -> Html {
    let model = &*props.model;
    let (view, lock) = (&*model.view, &model.view.locks[0]);
    let words = StageWords::of(model.lang);
    let zombie = lock.inside.iter().map(|it| (it.who, it.token)).find(|&(who, _)| state::part(view, who) == Part::Zombie);
    let refused = model.refused.map(|it| (it.who, it.token)).filter(|&it| zombie.is_none_or(|zombie| zombie == it));
    let said = match (zombie, refused) {
        (Some(_), Some(_)) => words.refused_zombie,
        (Some(_), None) => words.zombie,
        (None, Some(_)) => words.refused,
        (None, None) => words.fence,
    };
    let outside = zombie.or(refused);
    let person = |(who, token): (Pid, ringside::proto::lock::token::FencingToken)| {
        let part = if zombie.is_some() { Part::Zombie } else { Part::Idle };
        let body = html! {
            <>
                { kit::person(place.turned_away, place.person, part, look(view, who)) }
                { kit::ticket(place.stale_ticket, token.0, true) }
            </>
        };
        somebody(props, who, body, Point::new(place.turned_away.x, place.fence_floor + 22.0), "out".to_owned(), Some(token.0))
    };
    let (x, y) = (place.fence, place.fence_floor - 18.0);
    let beside = if outside.is_some() { place.stale_ticket.x - 19.0 } else { 0.0 };
    html! {
        <>
            <g>{ for outside.map(person) }</g>
            if refused.is_some() {
                <g class="turned-away">
                    <path d={format!("M{},{}H{}", num(place.stale_ticket.x + 25.0), num(y), num(x - 20.0))} />
                    <path d={glyph::DART_PATH} transform={translate(Point::new(x - 14.0, y))} class="dart" />
                </g>
            }
            <path d={format!("M{}V{}", pair(Point::new(x, y - 24.0)), num(y + 18.0))} class="fence" />
            { document(view, lock, place) }
            { kit::ticket(place.seen, lock.seen.0, false) }
            { kit::text(place.seen.shift(20.0, -22.0), "e s", words.seen) }
            { kit::text(Point::new(beside, place.fence_floor + 22.0), "s", said) }
        </>
    }
}

/// The document that the lock protects, with the letter of the node that serves its shard.
fn document(view: &ClusterView, lock: &LockView, place: &Place) -> Html {
    let owner = state::shard(view, lock.shard).and_then(state::owner).and_then(|pid| state::name(view, pid));
    let at = place.document.shift(18.0, -12.0);
    html! {
        <g data-n={owner.and_then(kit::letter)} data-document={lock.text.len().to_string()}>
            <path d={glyph::DOCUMENT} transform={translate(place.document)} class="document" />
            <g>{ for owner.map(|name| kit::text(at, "m b inked", name.to_string())) }</g>
        </g>
    }
}
