//! What the lock's picture shows, as lists for who cannot see it.

use std::rc::Rc;

use ringside::cluster::observe::view::ClusterView;
use ringside::proto::lock::token::LockId;
use ringside::scene::pages::Row;
use ringside::scene::state;
use ringside::sim::id::Pid;
use ringside::text::Lang;
use ringside::text::lock_words::{self, LockWords};
use yew::prelude::*;

/// What the lists show.
pub struct LockTwinProps {
    /// The page's language.
    pub lang: Lang,
    /// Whether time stands: only then are they filled.
    pub still: bool,
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// Which lock is shown.
    pub lock: LockId,
    /// The history of its document.
    pub rows: Vec<Row>,
}

/// Who holds, who waits, who believes what, and what became of the document.
pub fn lock_twin(props: &LockTwinProps) -> Html {
    let (lang, view) = (props.lang, &*props.view);
    let w = LockWords::of(lang);
    let Some(lock) = view.locks.get(usize::from(props.lock.0)).filter(|_| props.still) else {
        return html! { <section class="unseen" id="lock-twin" aria-label={w.which}></section> };
    };
    let which = lock_words::lock(lock.id);
    let name = |who: Pid| state::name(view, who).map(|name| name.to_string()).unwrap_or_default();
    let holder = lock.holder.as_ref().map(|held| (name(held.session.client), held.token.0));
    let waits = |(i, session): (usize, &ringside::proto::lock::token::LockSession)| {
        html! { <li key={i}>{name(session.client)}</li> }
    };
    let believes = |it: &ringside::cluster::observe::view::InsideView| {
        let words = [name(it.who), lock_words::believes(lang, which, it.token.0, it.step), lock_words::own_lease(lang, it.left)];
        html! { <li key={it.who.0}>{ringside::text::joined(words, " · ")}</li> }
    };
    let row = |row: &Row| {
        let words = lock_words::row(lang, &name(row.line.who), row.line.token.0, row.fate);
        html! { <li key={row.n}>{words}</li> }
    };
    html! {
        <section class="unseen" id="lock-twin" aria-label={w.which}>
            <p>{lock_words::service(lang, which, holder, false)}</p>
            <h2>{w.queue}</h2>
            <ol id="queue-list">{ for lock.queue.iter().enumerate().map(waits) }</ol>
            <h2>{w.workers}</h2>
            <ul id="belief-list">{ for lock.inside.iter().map(believes) }</ul>
            <h2>{w.document}</h2>
            <ol id="document-list">{ for props.rows.iter().map(row) }</ol>
        </section>
    }
}
