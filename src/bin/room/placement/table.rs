//! The same figures as a table, for whoever reads rather than looks. A few rows at a time.

use std::rc::Rc;

use ringside::room::placement::PlacementRoom;
use ringside::room::placement::catalogue::node_name;
use ringside::room::placement::catalogue::room_words;
use ringside::room::placement::job::Answer;
use ringside::room::placement::numbers::grouped;
use ringside::room::placement::scene;
use ringside::text::Lang;
use yew::prelude::*;

use crate::placement::state::{Command, ROWS};

/// What it shows.
#[derive(Clone, PartialEq, Properties)]
pub struct TableProps {
    /// The page's language.
    pub lang: Lang,
    /// The room.
    pub room: Rc<PlacementRoom>,
    /// What is known of the lanes.
    pub answers: [Rc<Answer>; 2],
    /// The first row.
    pub row: usize,
    /// A command was given.
    pub on_command: Callback<Command>,
}

/// The table, closed until it is asked for.
#[component]
pub fn Table(props: &TableProps) -> Html {
    let (w, room) = (room_words(props.lang), &*props.room);
    let members = room.now().members();
    let to = (props.row + ROWS).min(members.len());
    let of = |figures: &[u32], at: usize| figures.get(at).copied().unwrap_or(0);
    let row = |at: usize| {
        let cells = props.answers.iter().flat_map(|answer| {
            let share = f64::from(of(&answer.counts, at)) / f64::from(answer.done.max(1)) * 100.0;
            let whole = [&answer.counts, &answer.came, &answer.left].map(|figures| grouped(of(figures, at)));
            let [keys, came, left] = whole;
            [keys, format!("{} %", scene::fixed(share, 2)), came, left]
        });
        html! {
            <tr key={at}>
                <th scope="row">{node_name(room, at as u16, props.lang)}</th>
                <td>{if members[at].is_alive() { members[at].weight().to_string() } else { "✕".to_owned() }}</td>
                { for cells.enumerate().map(|(i, text)| html! { <td key={i}>{text}</td> }) }
            </tr>
        }
    };
    let heads = (0..2).flat_map(|lane| w.columns[2..].iter().map(move |column| (lane, *column)));
    let turn = |on: i32, text: &'static str, label: &'static str| {
        html! {
            <button type="button" class="arrow" aria-label={label} data-act={if on < 0 { "rows back" } else { "rows on" }}
                onclick={props.on_command.reform(move |_: MouseEvent| Command::Rows(on))}>{text}</button>
        }
    };
    html! {
        <details class="table">
            <summary>{w.table}</summary>
            <p class="turn">
                { turn(-1, "‹", w.neighbours[0]) }
                <span>{(w.rows)(props.row + 1, to, members.len())}</span>
                { turn(1, "›", w.neighbours[1]) }
            </p>
            <div class="scroll" tabindex="0" role="region" aria-label={w.table}>
                <table>
                    <thead>
                        <tr>
                            <td colspan="2"></td>
                            { for room.schemes.iter().enumerate().map(|(i, scheme)| html! { <th key={i} scope="colgroup" colspan="4">{(w.algorithm)(*scheme)}</th> }) }
                        </tr>
                        <tr>
                            { for w.columns[..2].iter().map(|column| html! { <th key={*column} scope="col">{*column}</th> }) }
                            { for heads.map(|(lane, column)| html! { <th key={format!("{lane}{column}")} scope="col">{column}</th> }) }
                        </tr>
                    </thead>
                    <tbody>{ for (props.row..to).map(row) }</tbody>
                </table>
            </div>
        </details>
    }
}
