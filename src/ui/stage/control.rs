//! The coordinators' table: what each is and believes, and their logs with equal indices on one line. Shown under the log of
//! the shard in the story while a coordinator is selected. A table to the eye and to readers alike.

use ringside::cluster::observe::view::CoordinatorView;
use ringside::proto::replica::view::Index;
use ringside::scene::control::{Entry, Post, entry, lines};
use ringside::scene::state;
use ringside::sim::id::Pid;
use ringside::text::stage_words::{self, StageWords};
use yew::prelude::*;

use super::StageModel;

/// The table.
pub fn control(model: &StageModel) -> Html {
    let (view, words) = (&*model.view, StageWords::of(model.lang));
    let name = |pid: Option<Pid>| pid.and_then(|pid| state::name(view, pid)).map_or("–".to_owned(), |name| name.to_string());
    let number = |index: Index| if index.0 == 0 { "–".to_owned() } else { index.0.to_string() };
    let row = |title: String, cell: &dyn Fn(&CoordinatorView) -> Html| {
        html! { <tr key={title.clone()}><th scope="row">{title.clone()}</th>{ for view.coordinators.iter().map(cell) }</tr> }
    };
    let plain = |title: &'static str, cell: &dyn Fn(&CoordinatorView) -> String| row(title.to_owned(), &|it| html! { <td>{cell(it)}</td> });
    let head = |it: &CoordinatorView| {
        let star = if Post::of(view, it).leads() { "★ " } else { "" };
        let chosen = state::name(view, it.pid) == model.selected;
        html! { <th scope="col" aria-current={chosen.then_some("true")}>{star}{name(Some(it.pid))}</th> }
    };
    let office = |it: &CoordinatorView| match (Post::of(view, it), it.leader) {
        (Post::Follower, leader) => format!("→ {}", name(leader)),
        (post, _) => stage_words::post(model.lang, post).to_owned(),
    };
    let line = |index: u32| {
        let cell = |it: &CoordinatorView| {
            let (class, term) = match entry(view, it, index) {
                Some(Entry::Committed(term)) => ("sure", term.to_string()),
                Some(Entry::Open(term)) => ("open", term.to_string()),
                Some(Entry::Stray(term)) => ("stray", format!("≠{term}")),
                Some(Entry::Folded) => ("folded", "≡".to_owned()),
                Some(Entry::Missing) => ("missing", String::new()),
                None => ("", String::new()),
            };
            // Where its own knowledge of what is committed ends, a line runs under the entry.
            html! { <td class={(it.commit.0 == index).then_some("upto")}><i {class}>{term}</i></td> }
        };
        row(index.to_string(), &cell)
    };
    html! {
        <table class="control" data-coordinators={view.coordinators.len().to_string()}>
            { row(words.control.to_owned(), &head) }
            { plain(words.office, &office) }
            { plain(words.term, &|it| it.term.to_string()) }
            { plain(words.vote, &|it| name(it.voted)) }
            { plain(words.snapshot, &|it| number(it.base)) }
            { plain(words.committed, &|it| number(it.commit)) }
            { for lines(view).map(line) }
        </table>
    }
}
