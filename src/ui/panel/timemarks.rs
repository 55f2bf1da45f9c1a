//! The marks over the time bar: what was done, who was suspected, who was promoted.

use std::rc::Rc;

use ringside::cluster::setup::name::Roster;
use ringside::scene::geom::num;
use ringside::scene::glyph;
use ringside::scene::timebar::{Mark, Sign, Slice};
use ringside::sim::id::Pid;
use ringside::sim::time::Time;
use ringside::text::Lang;
use ringside::text::words;
use ringside::text::words::Words;
use yew::prelude::*;

use super::timebar::{Rows, breadth};

/// What they show.
pub struct MarksProps {
    /// The page's language.
    pub lang: Lang,
    /// Who takes part.
    pub roster: Roster,
    /// The history of the window.
    pub slice: Rc<Slice>,
    /// Now: later marks are faint and have no label.
    pub now: Time,
    /// Where the rows stand.
    pub rows: Rows,
    /// Whether the page is one column: then no labels.
    pub thin: bool,
}

/// Every mark of the window.
pub fn marks(props: &MarksProps) -> Html {
    let places = places(props);
    let labels = labels(props, &places);
    let one = |((mark, label), &x): ((&Mark, &Option<String>), &f64)| {
        let later = mark.at > props.now;
        html! {
            <g key={mark.seq.0} class={if later { "mark later" } else { "mark" }} data-mark={mark.seq.0.to_string()}>
                { sign(props, mark, x) }
                { for label.iter().map(|label| html! { <text x={num(x - 11.0)} y="17" class="e n">{label.clone()}</text> }) }
            </g>
        }
    };
    html! { <g class="marks">{ for props.slice.marks.iter().zip(&labels).zip(&places).map(one) }</g> }
}

/// Where each mark stands: at its instant, or just after the one before it, so that two of one instant are both seen.
fn places(props: &MarksProps) -> Vec<f64> {
    let mut free_from = f64::NEG_INFINITY;
    let place = |mark: &Mark| {
        let x = props.rows.x(&props.slice, mark.at).max(free_from);
        free_from = x + 17.0;
        x
    };
    props.slice.marks.iter().map(place).collect()
}

/// The label of each mark that has room for one: the newest first, each to the left of its mark, none over another.
fn labels(props: &MarksProps, places: &[f64]) -> Vec<Option<String>> {
    let w = words(props.lang);
    let mut free_until = f64::INFINITY;
    let mut out: Vec<Option<String>> = Vec::new();
    for (i, (mark, &x)) in props.slice.marks.iter().zip(places).enumerate().rev() {
        let taken = i.checked_sub(1).map_or(f64::NEG_INFINITY, |before| places[before] + 9.0);
        let label = said(w, &props.roster, mark.sign);
        let left = x - 11.0 - breadth(&label);
        let fits = !props.thin && mark.at <= props.now && x + 7.0 <= free_until && left >= taken.max(props.rows.left - 90.0);
        // A promotion and an election are named by their bands.
        let wanted = !matches!(mark.sign, Sign::Promoted(..) | Sign::Elected(..));
        free_until = if fits && wanted { left - 2.0 } else { free_until.min(x - 9.0) };
        out.push((fits && wanted).then_some(label));
    }
    out.reverse();
    out
}

/// A mark in words.
pub fn said(w: &Words, roster: &Roster, sign: Sign) -> String {
    let name = |pid: Pid| roster.name(pid).to_string();
    match sign {
        Sign::Killed(who) => (w.mark_killed)(&name(who)),
        Sign::Wiped(who) => (w.mark_wiped)(&name(who)),
        Sign::Revived(who) => (w.mark_revived)(&name(who)),
        Sign::Joins(who) => (w.mark_joins)(&name(who)),
        Sign::Leaves(who) => (w.mark_leaves)(&name(who)),
        Sign::Salvages(who) => (w.mark_salvages)(&name(who)),
        Sign::Frozen(who) => (w.mark_frozen)(&name(who)),
        Sign::Thawed(who) => (w.mark_thawed)(&name(who)),
        Sign::Slowed(who) => (w.mark_slowed)(&name(who)),
        Sign::Fails(who) => (w.mark_fails)(&name(who)),
        Sign::Serves(who) => (w.mark_serves)(&name(who)),
        Sign::Drifts(who) => (w.mark_drift)(&name(who)),
        Sign::Cut(a, Some(b)) => (w.mark_cut)(&name(a), &name(b)),
        Sign::Cut(who, None) => (w.mark_isolated)(&name(who)),
        Sign::Healed(a, Some(b)) => (w.mark_healed)(&name(a), &name(b)),
        Sign::Healed(who, None) => (w.mark_returned)(&name(who)),
        Sign::Suspected(by, who) => (w.mark_suspected)(&name(by), &name(who)),
        Sign::Returned(who) => (w.mark_returned)(&name(who)),
        Sign::Out(who) => (w.mark_out)(&name(who)),
        Sign::Left(who) => (w.mark_left)(&name(who)),
        Sign::Lost(shard, n) => (w.mark_lost)(shard, n),
        Sign::Elected(term, who) => (w.term_of)(term, &name(who)),
        Sign::Promoted(view, who) => (w.view_of)(view.0, &name(who)),
    }
}

fn sign(props: &MarksProps, mark: &Mark, x: f64) -> Html {
    let (rows, y) = (&props.rows, 11.0);
    let at = |d: &str| format!("M{},{}{d}", num(x), num(y));
    let stroke = |d: String, class: &'static str| html! { <path {d} {class} /> };
    let true_x = rows.x(&props.slice, mark.at);
    let rule = || html! { <line x1={num(true_x)} y1={num(rows.panes[0] - 3.0)} x2={num(true_x)} y2={num(rows.axis)} class="rule" /> };
    match mark.sign {
        Sign::Killed(_) | Sign::Wiped(_) => html! { <g>{ stroke(at("m-6,-6l12,12m0,-12l-12,12"), "cross") }{ rule() }</g> },
        Sign::Revived(_) => stroke(at("m0,7v-13m-5,5l5,-5l5,5"), "stroke"),
        Sign::Joins(_) => stroke(at("m-7,0h14m-7,-7v14"), "stroke"),
        Sign::Leaves(_) => stroke(at("m-7,0h14m-5,-5l5,5l-5,5"), "stroke"),
        Sign::Salvages(_) => stroke(at("m0,6v-12m-5,5l5,-5l5,5"), "stroke"),
        Sign::Frozen(_) => stroke(at("m-3,-6v12m6,-12v12"), "cross"),
        Sign::Thawed(_) => html! { <path d={at("m-4,-6v12l9,-6z")} class="solid" /> },
        Sign::Fails(_) => stroke(at("m0,-7v8m0,5v.5"), "cross"),
        Sign::Serves(_) => stroke(at("m-6,0l4,5l8,-10"), "stroke"),
        Sign::Slowed(_) | Sign::Drifts(_) => stroke(at("m-7,0q3.5,-7 7,0t7,0"), "stroke"),
        Sign::Cut(..) => stroke(at("m-9,0h6m6,0h6m-10,6l3,-12m2,12l3,-12"), "stroke"),
        Sign::Healed(..) => stroke(at("m-9,0h18"), "stroke"),
        Sign::Out(_) | Sign::Left(_) => stroke(at("m-7,0h14"), "stroke"),
        Sign::Suspected(..) => stroke(at("m4,-7h-6v14h6"), "bracket"),
        Sign::Returned(_) => stroke(at("m-4,-7h6v14h-6"), "bracket"),
        Sign::Lost(..) => stroke(at("m-6,-6h12v4m0,4v4h-12v-4m0,-4v-4"), "stroke"),
        Sign::Elected(..) => {
            html! { <path d={glyph::STAR} transform={format!("translate({},{}) scale(.8)", num(x), num(y))} class="solid" /> }
        }
        Sign::Promoted(_, who) => {
            let node = props.roster.name(who).to_string();
            html! {
                <g data-n={node} transform={format!("translate({},{}) scale(.75)", num(x), num(y))}>
                    <path d={glyph::CROWN} class="crown" />
                </g>
            }
        }
    }
}
