//! The lens Load: what goes in and comes out, what each node has to do, how long answers took, and where reads were sent. Words,
//! tables and small bars: what the eye reads, readers read too.

use std::rc::Rc;

use ringside::cluster::setup::name::{Name, Roster};
use ringside::scene::geom::num;
use ringside::scene::load::{self, COLUMNS, Door, Picture, Row};
use ringside::scene::state::Look;
use ringside::session::lens::Lens;
use ringside::sim::time::Span;
use ringside::text::Lang;
use ringside::text::load_words::{self, LoadWords, hundredths, tenths};
use ringside::text::words;
use yew::prelude::*;

use crate::ui::panel::disc::disc;

use super::shapes;

/// What the lens is drawn from.
pub struct LoadProps {
    /// The page's language.
    pub lang: Lang,
    /// Who takes part.
    pub roster: Roster,
    /// What it shows.
    pub picture: Rc<Picture>,
    /// The node that is lit.
    pub lit: Option<Name>,
    /// Whether time stands: only then is the histogram's table filled.
    pub still: bool,
}

/// The lens. No component of its own: nearly every instant changes it.
pub fn load_picture(props: &LoadProps) -> Html {
    let w = LoadWords::of(props.lang);
    let picture = &*props.picture;
    html! {
        <div class="load" role="group" tabindex="0" aria-label={(words(props.lang).lens)(Lens::Load)}
            data-lit={props.lit.and_then(shapes::letter)}>
            { rates(w, picture) }
            { nodes(props.lang, picture) }
            <h3>{(w.took)(picture.load.answered)}</h3>
            { latencies(props.lang, picture) }
            { for props.still.then(|| twin(props.lang, w, picture)) }
            <h3>{w.choices}</h3>
            <ul class="choices">{ for picture.doors.iter().map(|it| door(props, it)) }</ul>
        </div>
    }
}

/// A bar: so much of the whole.
fn bar(part: u32, whole: u32) -> Html {
    let width = (u64::from(part.min(whole)) * 1_000).checked_div(u64::from(whole)).unwrap_or(0);
    html! {
        <svg class="bar" viewBox="0 0 1000 1" preserveAspectRatio="none" aria-hidden="true">
            <rect class="room" width="1000" height="1" /><rect class="part" width={width.to_string()} height="1" />
        </svg>
    }
}

/// Sent, answered and turned away, on one scale.
fn rates(w: &LoadWords, picture: &Picture) -> Html {
    let load = &picture.load;
    let whole = load.offered.max(load.answered).max(load.refused);
    let line = |figure: &'static str, name: &'static str, n: u32| {
        html! {
            <div key={figure}>
                <dt>{name}</dt>
                <dd>{ bar(n, whole) }<span data-figure={figure}>{(w.per_second)(&tenths(load.rate(n)))}</span></dd>
            </div>
        }
    };
    let again = (load.again * 100).checked_div(load.offered - load.again).unwrap_or(0);
    html! {
        <>
            <dl class="rates" aria-label={w.rates}>
                { line("sent", w.sent, load.offered) }
                { line("answered", w.answered, load.answered) }
                { line("turned-away", w.refused, load.refused) }
            </dl>
            <p class="quiet">{(w.waiting)(load.waiting, &hundredths(again))}</p>
        </>
    }
}

/// A table; its roles are named, because a low pane lays it out otherwise, and browsers then forget them.
fn nodes(lang: Lang, picture: &Picture) -> Html {
    let w = LoadWords::of(lang);
    html! {
        <table class="nodes" role="table" aria-label={w.nodes}>
            <thead role="rowgroup"><tr role="row">
                <th scope="col" role="columnheader">{w.node}</th>
                <th scope="col" role="columnheader">{if picture.queues { w.at_it } else { w.no_queues }}</th>
                <th scope="col" role="columnheader">{w.part}</th>
            </tr></thead>
            <tbody role="rowgroup">{ for picture.rows.iter().map(|row| node(lang, picture, row)) }</tbody>
        </table>
    }
}

fn node(lang: Lang, picture: &Picture, row: &Row) -> Html {
    let (w, part) = (LoadWords::of(lang), picture.part(row));
    let at_it = match row.queued {
        _ if row.look == Look::Down => html! { <td role="cell" class="none">{"–"}</td> },
        // One is served, the others wait.
        Some((n, most)) if picture.queues => html! {
            <td role="cell" aria-label={format!("{} {n}", w.at_it)}><span class="at-it"><i class="busy" data-busy={(n > 0).to_string()}></i>{ bar(n.saturating_sub(1).into(), (most - 1).max(1).into()) }<span class="figure">{n.to_string()}</span></span></td>
        },
        Some(_) | None => html! { <td role="cell"></td> },
    };
    html! {
        <tr role="row" key={row.name.to_string()} data-n={shapes::letter(row.name)} data-node={row.name.to_string()}
            data-at-it={row.queued.map(|(n, _)| n.to_string())} data-answers={row.answered.to_string()}>
            <th scope="row" role="rowheader">{ disc(row.name, row.look) }</th>
            {at_it}
            <td role="cell" aria-label={format!("{} {}", w.part, (w.percent)(part))}><span class="at-it">{ bar(part, 100) }<span class="figure">{(w.percent)(part)}</span></span></td>
        </tr>
    }
}

/// Height of the histogram's columns.
const HEIGHT: f64 = 60.0;
/// Width of one.
const WIDTH: f64 = 10.0;
/// The quantiles that are told: so many of a thousand, with their names.
const QUANTILES: [(usize, &str, &str); 3] = [(500, "p50", "half"), (990, "p99", "most"), (999, "p99.9", "all")];

fn latencies(lang: Lang, picture: &Picture) -> Html {
    let load = &picture.load;
    let column = |(i, height): (usize, f64)| {
        html! {
            <rect key={i} x={num(WIDTH * i as f64 + 1.0)} y={num(HEIGHT - height)} width={num(WIDTH - 2.0)} height={num(height)} />
        }
    };
    let rule = |&(per_mille, name, class): &(usize, &'static str, &'static str)| {
        let x = load.quantile(per_mille).map(|took| WIDTH * (load::column(took) as f64 + 0.5));
        x.map(|x| html! { <path key={name} d={format!("M{},0V{}", num(x), num(HEIGHT))} {class} /> })
    };
    let figure = |&(per_mille, name, class): &(usize, &'static str, &'static str)| {
        let value = load.quantile(per_mille).map_or("–".to_owned(), |took| load_words::took(lang, took));
        html! { <span key={name} {class}>{name}{" "}<b data-figure={name}>{value}</b></span> }
    };
    let edge = |ms| load_words::took(lang, Span::millis(ms));
    html! {
        <div class="latencies">
            <svg viewBox={format!("0 0 {} {}", num(WIDTH * COLUMNS as f64), num(HEIGHT))} preserveAspectRatio="none" aria-hidden="true">
                <g>{ for load::heights(&load.histogram(), HEIGHT).into_iter().enumerate().map(column) }</g>
                <g>{ for QUANTILES.iter().filter_map(rule) }</g>
            </svg>
            <p class="scale" aria-hidden="true"><span>{edge(10)}</span><span>{edge(100)}</span><span>{edge_short(lang, 1)}</span><span>{edge_short(lang, 10)}</span></p>
            <p class="quantiles">{ for QUANTILES.iter().map(figure) }</p>
        </div>
    }
}

/// Whole seconds, as an axis has them.
fn edge_short(lang: Lang, seconds: u64) -> String {
    (words(lang).seconds)(&seconds.to_string())
}

/// The histogram as a table, for who cannot see it.
fn twin(lang: Lang, w: &LoadWords, picture: &Picture) -> Html {
    let row = |(i, n): (usize, u32)| html! { <tr key={i}><th scope="row">{load_words::column(lang, i)}</th><td>{n.to_string()}</td></tr> };
    let [took, answers] = w.table;
    html! {
        <table class="unseen" id="latencies-table" aria-label={(w.took)(picture.load.answered)}>
            <thead><tr><th scope="col">{took}</th><th scope="col">{answers}</th></tr></thead>
            <tbody>{ for picture.load.histogram().into_iter().enumerate().filter(|&(_, n)| n > 0).map(row) }</tbody>
        </table>
    }
}

fn door(props: &LoadProps, door: &Door) -> Html {
    let name = door.name.to_string();
    let told = |(i, choice)| {
        html! { <span key={i} data-choice={name.clone()}>{load_words::choice(props.lang, &props.roster, choice)}</span> }
    };
    let none = || html! { <span key="none">{load_words::way(props.lang, props.picture.way)}</span> };
    let told: Vec<Html> = if door.choices.is_empty() { vec![none()] } else { door.choices.iter().enumerate().map(told).collect() };
    html! { <li key={name.clone()}><b>{name.clone()}</b><span class="told">{told}</span></li> }
}

#[cfg(test)]
mod tests {
    use ringside::session::load::Traffic;
    use ringside::session::{Session, link};

    use super::*;
    use crate::ui::shown::text;

    fn render(link: &str, lang: Lang, still: bool) -> (String, Picture) {
        let session = Session::open(link::parse(link).expect("a link"));
        let roster = session.setup().roster;
        let mut traffic = Traffic::new(roster);
        traffic.read(session.facts());
        let picture = Picture::of(&session, &traffic);
        let props = LoadProps { lang, roster, picture: Rc::new(picture.clone()), lit: None, still };
        (text(load_picture(&props)), picture)
    }

    #[test]
    fn what_is_drawn_is_what_the_figures_say() {
        let link = "v=9&seed=3&clients=24&workers=0&reads=in-sync&spread=least&service=0.06&do=4:kill:B&at=9";
        let (html, picture) = render(link, Lang::En, true);
        for row in &picture.rows {
            let at_it = row.queued.map_or(String::new(), |(n, _)| format!(" data-at-it=\"{n}\""));
            let tag = format!("data-node=\"{}\"{at_it} data-answers=\"{}\"", row.name, row.answered);
            assert!(html.contains(&tag), "{tag}: {html}");
        }
        let load = &picture.load;
        assert!(html.contains(&format!("<span data-figure=\"answered\">{} /s</span>", tenths(load.rate(load.answered)))), "{html}");
        let p99 = load.quantile(990).expect("some are answered");
        assert!(html.contains(&format!("<b data-figure=\"p99\">{}</b>", load_words::took(Lang::En, p99))), "{html}");
        let busy = picture.rows.iter().filter(|row| row.queued.is_some_and(|(n, _)| n > 0)).count();
        assert_eq!(html.matches("data-busy=\"true\"").count(), busy);
        assert_eq!(html.matches("data-busy=").count(), 5, "who is down has no queue");
        assert_eq!(html.matches("data-choice=\"L1\"").count(), 2);
        let columns = load.histogram().iter().filter(|&&n| n > 0).count();
        let table = html.split("id=\"latencies-table\"").nth(1).and_then(|rest| rest.split("</table>").next()).expect("it is there");
        assert_eq!(table.matches("scope=\"row\"").count(), columns, "every column that is there has its line: {table}");
    }

    #[test]
    fn while_time_runs_the_table_for_readers_is_not_made() {
        assert!(!render("v=9&at=9", Lang::En, false).0.contains("latencies-table"));
    }

    #[test]
    fn where_nothing_queues_and_nothing_is_spread_it_is_said() {
        let (html, _) = render("v=9&at=9", Lang::Zh, true);
        assert!(html.contains("没有排队") && html.contains("读请求发给分片的主副本") && !html.contains("data-busy"), "{html}");
        let (html, _) = render("v=9&reads=in-sync&at=9", Lang::En, true);
        assert!(html.contains("a read goes to a copy drawn at random"), "{html}");
    }
}
