//! The few drawn things that several pictures share. Tones are classes; a group with `data-n` lends its node's colours to
//! what is inside it.

use ringside::cluster::setup::name::{Kind, Name};
use ringside::scene::geom::{Point, num, place, translate};
use ringside::scene::glyph;
use ringside::scene::state::{Look, Part};
use yew::prelude::*;

/// The value of `data-n`: a node's letter. Others have none.
pub fn letter(name: Name) -> Option<AttrValue> {
    match name.kind {
        Kind::Node => Some(name.to_string().into()),
        Kind::Coordinator | Kind::Balancer | Kind::Client => None,
    }
}

/// A piece of text on its baseline. Every text is 16 units high, or 20 with class `big`.
pub fn text(at: Point, class: &'static str, words: impl Into<AttrValue>) -> Html {
    let words: AttrValue = words.into();
    html! { <text x={num(at.x)} y={num(at.y)} {class}>{words}</text> }
}

/// A line.
pub fn line(a: Point, b: Point, class: &'static str) -> Html {
    html! { <line x1={num(a.x)} y1={num(a.y)} x2={num(b.x)} y2={num(b.y)} {class} /> }
}

/// A node's disc with its letter: solid, or paper and dashed when it is down, or hatched when it stands still.
pub fn disc(at: Point, r: f64, name: Name, look: Look) -> Html {
    let ground = match look {
        Look::Down => "disc down",
        Look::Up | Look::Suspected | Look::Frozen => "disc",
    };
    let big = r > 17.0;
    let words = match (look, big) {
        (Look::Down, true) => "m b big inked",
        (Look::Down, false) => "m b inked",
        (_, true) => "m b big on",
        (_, false) => "m b on",
    };
    let base = at.shift(0.0, if big { 7.0 } else { 5.6 });
    html! {
        <>
            <circle cx={num(at.x)} cy={num(at.y)} r={num(r)} class={ground} />
            if look == Look::Frozen {
                <circle cx={num(at.x)} cy={num(at.y)} r={num(r)} class="stall" fill="url(#stall)" />
                <circle cx={num(at.x)} cy={num(at.y)} r={num(r * 0.52)} class="clearing" />
            }
            { text(base, words, name.to_string()) }
        </>
    }
}

/// The bars of a pause, for whoever stands still.
pub fn pause(at: Point) -> Html {
    let d = format!("M{},{}v11m6,-11v11", num(at.x - 3.0), num(at.y - 5.5));
    html! { <g class="pause"><path d={d.clone()} class="behind" /><path {d} class="bars" /></g> }
}

/// The mark of who answers errors.
pub fn fails(at: Point) -> Html {
    html! { <g class="badge" transform={translate(at)}><circle r="9.5" /><path d="M0,-5.5v6.5M0,5v.1" /></g> }
}

/// A crown in the colours of the group it is in, `k` times its natural size.
pub fn crown(at: Point, k: f64, class: &'static str) -> Html {
    html! { <path d={glyph::CROWN} transform={place(at, k)} class={format!("crown {class}")} stroke-width={num(1.75 / k)} /> }
}

/// A person. People are never coloured.
pub fn person(at: Point, k: f64, part: Part, look: Look) -> Html {
    let class = match part {
        Part::Holder => "person holder",
        Part::Zombie => "person zombie",
        Part::Idle | Part::Waiting => "person",
    };
    let shoulder = at.shift(-13.0 * k, -9.0 * k);
    let d = format!("M{},{}l9,9m0,-9l-9,9", num(shoulder.x - 4.5), num(shoulder.y - 4.5));
    html! {
        <>
            <g {class} transform={place(at, k)} stroke-width={num(1.75 / k)}>
                <path d={glyph::SHOULDERS} />
                <circle cy={num(glyph::HEAD_Y)} r={num(glyph::HEAD_R)} />
            </g>
            if look == Look::Down { <path {d} class="struck" /> }
            if look == Look::Frozen { { pause(shoulder) } }
        </>
    }
}

/// A token as a ticket; a stale one is dashed.
pub fn ticket(at: Point, token: u64, stale: bool) -> Html {
    let (class, words) = if stale { ("ticket stale", "m b s") } else { ("ticket", "m b") };
    html! {
        <g {class} transform={translate(at)}>
            <path d={glyph::TICKET} />
            { text(Point::new(0.0, 5.6), words, token.to_string()) }
        </g>
    }
}
