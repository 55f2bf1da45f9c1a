//! The row of the lens Load on the time bar: how many requests were answered, column by column, on top of them those turned away, and
//! a stroke for how many were sent.

use ringside::scene::geom::num;
use ringside::scene::timebar::Slice;
use ringside::session::load::{COLUMN, Column};
use yew::prelude::*;

use super::timebar::Rows;

/// The row with its top at `y`.
pub fn row(slice: &Slice, rows: &Rows, y: f64) -> Html {
    let high = |it: &Column| it.offered.max(it.answered + it.refused);
    let most = slice.columns.iter().map(high).max().unwrap_or(0).max(1);
    let scale = (rows.height - 1.0) / f64::from(most);
    let foot = y + rows.height;
    let column = |it: &Column| {
        let (x, width) = rows.stretch(slice, it.from, Some(it.from + COLUMN));
        let (answered, refused) = (f64::from(it.answered) * scale, f64::from(it.refused) * scale);
        let sent = format!("M{},{}h{}", num(x), num(foot - f64::from(it.offered) * scale), num(width));
        html! {
            <g key={it.from.0} data-answered={it.answered.to_string()} data-refused={it.refused.to_string()}>
                { for (it.answered > 0).then(|| html! { <rect class="answered" x={num(x)} y={num(foot - answered)} width={num(width)} height={num(answered)} /> }) }
                { for (it.refused > 0).then(|| html! { <rect class="refused" x={num(x + 0.75)} y={num(foot - answered - refused)} width={num(width - 1.5)} height={num(refused)} /> }) }
                { for (it.offered > 0).then(|| html! { <path class="sent" d={sent} /> }) }
            </g>
        }
    };
    slice.columns.iter().filter(|it| high(it) > 0).map(column).collect()
}
