//! The lens Doubt: who believes whom dead, beside the truth, as a table; for one pair why; and who was accused so far.

use ringside::cluster::observe::beliefs::{Phi, Reason, Stance};
use ringside::cluster::setup::name::{Name, Roster};
use ringside::scene::doubt::{Cell, Pair, Picture, Side, So};
use ringside::scene::geom::num;
use ringside::scene::state::Look;
use ringside::session::lens::Lens;
use ringside::text::Lang;
use ringside::text::doubt_words::{self, DoubtWords};
use ringside::text::words;
use yew::prelude::*;

use crate::ui::panel::disc::disc;
use crate::ui::state::Command;

/// What the lens is drawn from.
pub struct DoubtProps {
    /// The page's language.
    pub lang: Lang,
    /// Who takes part.
    pub roster: Roster,
    /// What it shows.
    pub picture: Picture,
    /// A command was given.
    pub on_command: Callback<Command>,
    /// Another belief was chosen by a list.
    pub on_choose: Callback<Event>,
}

/// The lens. No component of its own: nearly every instant changes it.
pub fn doubt(props: &DoubtProps) -> Html {
    let (w, picture) = (DoubtWords::of(props.lang), &props.picture);
    html! {
        <div class="doubt" role="group" tabindex="0" aria-label={(words(props.lang).lens)(Lens::Doubt)}>
            <p class="by">{(w.detects)(picture.detection, picture.phi, picture.limit)}</p>
            { matrix(props, w) }
            <p class="key" aria-hidden="true">{w.legend}</p>
            { for picture.pair.iter().map(|(pair, reason)| why(props, w, *pair, reason.as_ref())) }
            <p class="accused">{doubt_words::accused(props.lang, &props.roster, picture)}</p>
            <ol class="accusations" aria-label={w.latest}>{ for picture.figures.latest.iter().map(|it| html! {
                <li key={format!("{}-{}-{}", it.at.0, it.by.0, it.who.0)} data-deserved={it.deserved.to_string()}>{doubt_words::accusation(props.lang, &props.roster, it)}</li>
            }) }</ol>
        </div>
    }
}

fn matrix(props: &DoubtProps, w: &DoubtWords) -> Html {
    let picture = &props.picture;
    let head = |side: &Side| html! { <th key={side.name.to_string()} scope="col">{ disc(side.name, side.look) }</th> };
    let truth = |side: &Side| {
        let sign = match side.look {
            Look::Up | Look::Suspected => "·",
            Look::Frozen => "‖",
            Look::Down => "✕",
        };
        html! {
            <td key={side.name.to_string()} data-look={side.look.word()}><span aria-hidden="true">{sign}</span><span class="unseen">{(w.truth)(side.look)}</span></td>
        }
    };
    let row = |(side, cells): (&Side, &Vec<Cell>)| {
        let cells = picture.about.iter().zip(cells).map(|(about, it)| cell(props, w, (side.name, about.name), it));
        html! { <tr key={side.name.to_string()}><th scope="row">{ disc(side.name, side.look) }</th>{ for cells }</tr> }
    };
    html! {
        <table class="beliefs">
            <caption class="unseen">{w.caption}</caption>
            <thead><tr><th scope="col">{w.of}</th>{ for picture.about.iter().map(head) }</tr></thead>
            <tbody>
                <tr class="truth"><th scope="row">{w.so}</th>{ for picture.about.iter().map(truth) }</tr>
                { for picture.observers.iter().zip(&picture.cells).map(row) }
            </tbody>
        </table>
    }
}

fn cell(props: &DoubtProps, w: &DoubtWords, pair: Pair, cell: &Cell) -> Html {
    let Some(stance) = cell.stance else { return html! { <td key={pair.1.to_string()}></td> } };
    let chosen = props.picture.pair.as_ref().is_some_and(|(shown, _)| *shown == pair);
    let choose = props.on_command.reform(move |_: MouseEvent| Command::Belief(Some(pair.0), Some(pair.1)));
    let sign = match (stance, cell.so) {
        (Stance::Trusts, So::NotYet) => "…",
        (Stance::Trusts, _) => "·",
        (Stance::Doubts, _) => "?",
        (Stance::Dead, _) => "✕",
    };
    let so = match cell.so {
        So::Right => "right",
        So::Falsely => "false",
        So::NotYet => "not-yet",
    };
    html! {
        <td key={pair.1.to_string()} class="belief" data-observer={pair.0.to_string()} data-about={pair.1.to_string()} data-so={so}
            data-chosen={chosen.then_some("true")} onclick={choose}>
            <span aria-hidden="true">{sign}{ if cell.so == So::Falsely { "!" } else { "" } }</span>
            <span class="unseen">{(w.stance)(stance)}{(w.is_so)(cell.so)}</span>
        </td>
    }
}

/// Why one believes of another what it does. Both can be chosen here as well as in the table.
fn why(props: &DoubtProps, w: &DoubtWords, (observer, about): Pair, reason: Option<&Reason>) -> Html {
    let picture = &props.picture;
    let list = |name: &'static str, label: &'static str, sides: &[Side], shown: Name| {
        let option = |side: &Side| {
            let name = side.name.to_string();
            html! { <option key={name.clone()} value={name.clone()} selected={side.name == shown}>{name}</option> }
        };
        html! { <select {name} aria-label={label} onchange={props.on_choose.clone()}>{ for sides.iter().map(option) }</select> }
    };
    html! {
        <div class="why-doubt" data-observer={observer.to_string()} data-about={about.to_string()}>
            <h3>
                { list("observer", w.observer, &picture.observers, observer) }
                {w.on}
                { list("about", w.about, &picture.about, about) }
            </h3>
            <p>{doubt_words::reason(props.lang, &props.roster, reason)}</p>
            { match reason {
                Some(Reason::Phi(phi)) => curve(props.lang, picture, phi),
                Some(Reason::Silence { silence, limit }) => {
                    let part = (silence.0.min(limit.0) * 1_000).checked_div(limit.0).unwrap_or(1_000);
                    html! { <svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true"><rect class="room" width="1000" height="1" /><rect class="part" width={part.to_string()} height="1" /></svg> }
                }
                Some(Reason::Probes(_)) | None => html! {},
            } }
        </div>
    }
}

const WIDTH: f64 = 320.0;
const HEIGHT: f64 = 96.0;
/// Where the labels of the lower axis stand.
const FOOT: f64 = 14.0;

/// Phi over the length of a silence, by three estimators that have seen the same gaps; the threshold; and how long the silence is by now.
fn curve(lang: Lang, picture: &Picture, phi: &Phi) -> Html {
    let w = DoubtWords::of(lang);
    let top = 1_500 * u32::from(picture.phi);
    let y = |level: u32| HEIGHT - HEIGHT * f64::from(level.min(top)) / f64::from(top);
    let x = |span: u64| WIDTH * span as f64 / (Phi::STEP.0 * Phi::POINTS) as f64;
    let line = |levels: &Vec<u32>| {
        let end = levels.iter().position(|&level| level >= top).map_or(levels.len(), |i| i + 1);
        let points =
            levels[..end].iter().enumerate().map(|(i, &level)| format!("L{},{}", num(x(Phi::STEP.0 * (i as u64 + 1))), num(y(level))));
        format!("M0,{}{}", num(HEIGHT), points.collect::<String>())
    };
    let threshold = y(1_000 * u32::from(picture.phi));
    let now = x(phi.silence.0.min(Phi::STEP.0 * Phi::POINTS));
    html! {
        <>
            <svg class="phi" viewBox={format!("0 0 {} {}", num(WIDTH), num(HEIGHT + FOOT))} role="img" aria-label={doubt_words::phi(lang, picture.phi, phi)}>
                <path class="axis" d={format!("M0,0V{h}H{}", num(WIDTH), h = num(HEIGHT))} />
                <path class="threshold" d={format!("M0,{}H{}", num(threshold), num(WIDTH))} />
                { for phi.now.iter().zip(&phi.curves).map(|((detection, _), levels)| html! {
                    <path key={detection.word()} class="level" data-detector={detection.word()} data-own={(*detection == picture.detection).to_string()} d={line(levels)} />
                }) }
                <path class="now" d={format!("M{},0V{}", num(now), num(HEIGHT))} />
                { for (0..=4u64).map(|s| html! { <text key={s.to_string()} x={num(x(s * 1_000_000))} y={num(HEIGHT + FOOT - 3.0)} text-anchor={if s == 0 { "start" } else if s == 4 { "end" } else { "middle" }}>{(w.seconds)(s)}</text> }) }
            </svg>
            <ul class="levels">{ for phi.now.iter().map(|(detection, level)| html! {
                <li key={detection.word()} data-detector={detection.word()} data-own={(*detection == picture.detection).to_string()}>{doubt_words::level(*detection, *level)}</li>
            }) }</ul>
        </>
    }
}
