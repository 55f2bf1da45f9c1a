//! The lock: what the lock service says of it, what those believe who act under it, and what the store accepts. The three are
//! drawn one beside the other, because they are not the same.

mod inside;
mod line;
mod page;
#[cfg(test)]
mod tests;

use std::rc::Rc;

use ringside::cluster::observe::view::LockView;
use ringside::cluster::setup::name::Name;
use ringside::scene::geom::{Point, translate};
use ringside::scene::lock::{self, Actor, Place};
use ringside::scene::state::{self, Look, Part};
use ringside::sim::id::Pid;
use ringside::text::lock_words;
use ringside::text::stage_words::StageWords;
use yew::prelude::*;

use super::ring::{SectionProps, lit};
use super::{StageModel, shapes};

/// The lock's section.
pub fn lock_picture(props: &SectionProps) -> Html {
    let model = &*props.model;
    let Some(lock) = model.locked() else { return html! { <g /> } };
    let place = Place::new(model.size.0, model.size.1);
    let label = format!("{} {}", StageWords::of(model.lang).lock, lock_words::lock(lock.id));
    html! {
        <svg class="stage-svg lock" viewBox={format!("0 0 {} {}", model.size.0, model.size.1)} role="group"
            aria-label={label} data-lock={lock_words::lock(lock.id)} data-lit={lit(model)}>
            <People model={props.model.clone()} on_select={props.on_select.clone()} on_hover={props.on_hover.clone()} />
            <g>{ line::lease(model, &place, lock) }</g>
            <g>{ inside::leases(model, &place, &shown(model, lock, &place)) }</g>
        </svg>
    }
}

/// What all but the leases is drawn from. Two are the same if they show the same, whatever is left of any lease.
#[derive(Clone, Properties)]
struct PeopleProps {
    model: Rc<StageModel>,
    on_select: Callback<Name>,
    on_hover: Callback<Option<Name>>,
}

impl PartialEq for PeopleProps {
    fn eq(&self, other: &PeopleProps) -> bool {
        let (Some(a), Some(b)) = (self.model.locked(), other.model.locked()) else { return false };
        let held = |lock: &LockView| lock.holder.as_ref().map(|held| (held.session, held.token));
        let acts = |model: &StageModel, lock| {
            lock::actors(lock, model.refused).iter().map(|it| (it.who, it.token, it.step, it.belief)).collect::<Vec<_>>()
        };
        let owner = |props: &PeopleProps, lock: &LockView| state::shard(&props.model.view, lock.shard).and_then(state::owner);
        self.model.same_page(&other.model)
            && self.on_select == other.on_select
            && self.on_hover == other.on_hover
            && (self.model.lock, self.model.fenced, &self.model.lines) == (other.model.lock, other.model.fenced, &other.model.lines)
            && held(a) == held(b)
            && a.queue == b.queue
            && acts(&self.model, a) == acts(&other.model, b)
            && a.seen == b.seen
            && owner(self, a) == owner(other, b)
    }
}

/// Everything that stands still while the leases run.
#[component]
fn People(props: &PeopleProps) -> Html {
    let model = &*props.model;
    let Some(lock) = model.locked() else { return html! { <g /> } };
    let place = Place::new(model.size.0, model.size.1);
    html! {
        <g>
            { line::people(props, &place, lock) }
            { inside::heading(model, &place, lock) }
            { inside::actors(props, &place, &shown(model, lock, &place)) }
            { page::document(model, &place, lock) }
        </g>
    }
}

/// Those before the fence for whom there is room: the latest; and how many others there are.
fn shown(model: &StageModel, lock: &LockView, place: &Place) -> (usize, Vec<Actor>) {
    let mut all = lock::actors(lock, model.refused);
    // Where there is no room for all, the first line says for how many.
    let others = if all.len() > place.most() { all.len() + 1 - place.most() } else { 0 };
    all.drain(..others);
    (others, all)
}

/// Where somebody stands, and what is known of it.
struct Stand {
    /// What tells it from its neighbours.
    key: String,
    who: Pid,
    at: Point,
    place: AttrValue,
    token: Option<u64>,
}

/// Somebody at the lock: a person that can be clicked. It keeps its element wherever it goes, and glides there.
fn somebody(props: &PeopleProps, stand: Stand, class: &'static str, body: Html) -> Html {
    let Some(process) = state::process(&props.model.view, stand.who) else {
        return html! { <g /> };
    };
    let name: Name = process.name;
    html! {
        <g key={stand.key} {class} transform={translate(stand.at)} data-client={name.to_string()} data-place={stand.place}
            data-token={stand.token.map(|token| token.to_string())} onclick={props.on_select.reform(move |_: MouseEvent| name)}
            onpointerenter={props.on_hover.reform(move |_: PointerEvent| Some(name))}
            onpointerleave={props.on_hover.reform(|_: PointerEvent| None)}>
            { body }
        </g>
    }
}

/// A person whose feet are at the origin.
fn person(props: &PeopleProps, who: Pid, size: f64, part: Part) -> Html {
    let look = state::process(&props.model.view, who).map_or(Look::Up, Look::of);
    shapes::person(lock::stands(size), size, part, look)
}
