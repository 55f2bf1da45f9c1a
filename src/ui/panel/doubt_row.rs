//! The row of the lens Doubt on the time bar: a stroke for each suspicion that was right, and a ring for each that was not.

use ringside::scene::geom::num;
use ringside::scene::timebar::Slice;
use ringside::session::doubt::Accusation;
use yew::prelude::*;

use super::timebar::Rows;

/// The row with its top at `y`.
pub fn row(slice: &Slice, rows: &Rows, y: f64) -> Html {
    let (middle, reach) = (y + rows.height / 2.0, rows.height / 2.0 - 1.5);
    let one = |it: &Accusation| {
        let x = rows.x(slice, it.at);
        let d = if it.deserved {
            format!("M{},{}v{}", num(x), num(middle - reach), num(2.0 * reach))
        } else {
            format!("M{},{}a3,3 0 1 0 6,0a3,3 0 1 0 -6,0", num(x - 3.0), num(middle))
        };
        html! { <path class="accusation" data-deserved={it.deserved.to_string()} {d} /> }
    };
    slice.accusations.iter().map(one).collect()
}
