//! The time bar: one slider, painted with what happened. The playhead and the two clips are moved each frame by the page;
//! everything else changes only with the journal.

use std::rc::Rc;

use ringside::cluster::setup::name::{Kind, Roster};
use ringside::proto::lock::token::LockId;
use ringside::scene::geom::num;
use ringside::scene::glyph;
use ringside::scene::timebar::{Band, Grant, Leadership, Outage, Slice};
use ringside::session::lens::{Lens, Lenses, Pane};
use ringside::sim::id::Pid;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::doubt_words::DoubtWords;
use ringside::text::load_words::LoadWords;
use ringside::text::lock_words;
use ringside::text::sentence::seconds;
use ringside::text::words;
use yew::prelude::*;

use super::doubt_row;
use super::load_row;
use super::timemarks::{MarksProps, marks};

/// What it shows.
pub struct TimeBarProps {
    /// The page's language.
    pub lang: Lang,
    /// Who takes part.
    pub roster: Roster,
    /// The shard in the story.
    pub story: u16,
    /// What the panes show: each brings its row.
    pub lenses: Lenses,
    /// The lock whose grants are shown.
    pub lock: LockId,
    /// The history of the window.
    pub slice: Rc<Slice>,
    /// Now, when it was last drawn.
    pub now: Time,
    /// The latest instant that was seen.
    pub horizon: Time,
    /// The last instant of the run.
    pub limit: Time,
    /// The section's size, in sixteenths of the root's font size.
    pub size: (u32, u32),
    /// Whether the page is one column.
    pub thin: bool,
    /// The letter of the node that is lit, if one is.
    pub lit: Option<AttrValue>,
    /// A pointer went down, moved or came up on the bar.
    pub on_pointer: Callback<PointerEvent>,
}

/// Where the rows stand.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Rows {
    /// Left edge of time.
    pub left: f64,
    /// Width of the window.
    pub width: f64,
    /// Tops of the two rows that the panes' lenses bring.
    pub panes: [f64; 2],
    /// Height of a row.
    pub height: f64,
    /// Top of the third row, and its height.
    pub control: (f64, f64),
    /// The axis.
    pub axis: f64,
}

impl Rows {
    /// For a section of this size.
    pub fn new(size: (u32, u32), thin: bool) -> Rows {
        let left = if thin { 0.0 } else { 100.0 };
        let (height, gap) = if thin { (14.0, 3.0) } else { (19.0, 3.0) };
        let first = if thin { 20.0 } else { 25.0 };
        let second = first + height + gap;
        // Without its labels the third row can be low.
        let control = (second + height + gap, if thin { 7.0 } else { height });
        let axis = control.0 + control.1 + if thin { 4.0 } else { 6.0 };
        Rows { left, width: (f64::from(size.0) - left).max(1.0), panes: [first, second], height, control, axis }
    }

    /// Where an instant of a window stands.
    pub fn x(&self, slice: &Slice, at: Time) -> f64 {
        self.left + self.width * slice.window.place(at)
    }

    /// Where a span of the window begins and how wide it is; what is open goes on to the window's end, and is clipped.
    pub(super) fn stretch(&self, slice: &Slice, from: Time, to: Option<Time>) -> (f64, f64) {
        let x = self.x(slice, from).max(self.left);
        let end = to.map_or(self.left + self.width, |to| self.x(slice, to).min(self.left + self.width));
        (x, (end - x).max(1.5))
    }
}

/// The time bar.
pub fn time_bar(props: &TimeBarProps) -> Html {
    let w = words(props.lang);
    let (rows, slice) = (Rows::new(props.size, props.thin), &*props.slice);
    let (width, height) = props.size;
    let now = seconds(props.now.since(Time::ZERO));
    let ms = |at: Time| (at.0 / 1_000).to_string();
    html! {
        <section id="time" aria-label={w.history} data-from={ms(slice.window.from)} data-to={ms(slice.window.to())}>
            <div id="slider" role="slider" tabindex="0" aria-label={w.history} aria-valuemin="0" aria-valuemax={ms(props.limit)}
                aria-valuenow={ms(props.now)} aria-valuetext={(w.instant)(&now)}
                onpointerdown={props.on_pointer.clone()} onpointermove={props.on_pointer.clone()}
                onpointerup={props.on_pointer.clone()} onpointercancel={props.on_pointer.clone()}>
                <svg class="timebar" viewBox={format!("0 0 {width} {height}")} aria-hidden="true" data-lit={props.lit.clone()}>
                    <defs>
                        <clipPath id="past"><rect id="past-rect" x="0" y="-8" width="0" height={height.to_string()} /></clipPath>
                        <clipPath id="future"><rect id="future-rect" x="0" y="-8" width="0" height={height.to_string()} /></clipPath>
                    </defs>
                    <g class="names">{ names(props, &rows) }</g>
                    <g class="ticks">{ for slice.window.ticks().map(|at| tick(props, &rows, at)) }</g>
                    <line x1={num(rows.left)} y1={num(rows.axis)} x2={num(rows.left + rows.width)} y2={num(rows.axis)} class="axis later" />
                    <g clip-path="url(#past)">
                        { history(props, &rows, true) }
                        <line x1={num(rows.left)} y1={num(rows.axis)} x2={num(rows.left + rows.width)} y2={num(rows.axis)} class="axis" />
                    </g>
                    // What is known of the future, after a step back: the same, faint. Clones of elements would lose their style.
                    <g clip-path="url(#future)" class="known" aria-hidden="true">
                        { for (props.horizon > props.now).then(|| history(props, &rows, false)) }
                    </g>
                    { marks(&MarksProps { lang: props.lang, roster: props.roster, slice: props.slice.clone(), now: props.now, rows, thin: props.thin }) }
                    <g id="playhead">
                        <line x1="0" y1="0" x2="0" y2={num(rows.axis + 8.0)} />
                        <path d={format!("M-7,{}h14v7l-7,7l-7,-7z", num(rows.axis + 8.0))} />
                        <g>{ for news(props, &rows) }</g>
                    </g>
                </svg>
            </div>
        </section>
    }
}

fn names(props: &TimeBarProps, rows: &Rows) -> Html {
    if props.thin {
        return html! { <g /> };
    }
    let w = words(props.lang);
    let base = rows.height / 2.0 + 5.8;
    html! {
        <g>
            { for Pane::ALL.map(|pane| {
                let name = match props.lenses.of(pane) {
                    Lens::Replicas => (w.shard)(props.story),
                    Lens::Lock => (w.lock_row)(lock_words::lock(props.lock)),
                    Lens::Load => LoadWords::of(props.lang).row.to_owned(),
                    Lens::Doubt => DoubtWords::of(props.lang).row.to_owned(),
                };
                html! { <text key={pane.id()} x="0" y={num(rows.panes[pane as usize] + base)}>{name}</text> }
            }) }
            <text x="0" y={num(rows.control.0 + base)}>{w.control_row}</text>
        </g>
    }
}

fn tick(props: &TimeBarProps, rows: &Rows, at: Time) -> Html {
    let every = if props.thin { Span::secs(4) } else { Span::secs(2) };
    let slice = &*props.slice;
    let (first, last) = (at == slice.window.from, at == slice.window.to());
    // Counted from the first, so that no two stand too close.
    if !at.since(slice.window.from).0.is_multiple_of(every.0) {
        return html! { <g key={at.0} /> };
    }
    let class = match (first, last) {
        (true, _) => "s",
        (_, true) => "s e",
        _ => "s m",
    };
    let label = (at.0 / 1_000_000).to_string();
    let label = if first { (words(props.lang).seconds)(&label) } else { label };
    html! { <text key={at.0} x={num(rows.x(slice, at))} y={num(rows.axis + 18.0)} {class}>{label}</text> }
}

/// What happened; `past`: up to now, with labels.
fn history(props: &TimeBarProps, rows: &Rows, past: bool) -> Html {
    let slice = &*props.slice;
    html! {
        <g>
            { for Pane::ALL.map(|pane| {
                let (lens, y) = (props.lenses.of(pane), rows.panes[pane as usize]);
                let row: Html = match lens {
                    Lens::Replicas => slice.bands.iter().map(|band| view(props, rows, y, band, past)).collect(),
                    Lens::Lock => slice.grants.iter().map(|grant| lock(props, rows, y, grant, past)).collect(),
                    Lens::Load => load_row::row(slice, rows, y),
                    Lens::Doubt => doubt_row::row(slice, rows, y),
                };
                html! { <g key={lens.word()} data-row={lens.word()}>{row}</g> }
            }) }
            <g>{ for slice.leaderships.iter().map(|leadership| lead(props, rows, leadership, past)) }</g>
            <g>{ for slice.outages.iter().map(|outage| dark(props, rows, outage)) }</g>
        </g>
    }
}

fn letter(roster: &Roster, pid: Pid) -> (String, Option<String>) {
    let name = roster.name(pid);
    (name.to_string(), (name.kind == Kind::Node).then(|| name.to_string()))
}

/// How much of a stretch lies before now: labels must not run into the playhead.
fn before_now(props: &TimeBarProps, rows: &Rows, x: f64, width: f64) -> f64 {
    // Not `clamp`: its complaint about bounds that cross would bring in all that writes a float.
    (rows.x(&props.slice, props.now) - x).max(0.0).min(width)
}

fn view(props: &TimeBarProps, rows: &Rows, y: f64, band: &Band, past: bool) -> Html {
    let w = words(props.lang);
    let (x, width) = rows.stretch(&props.slice, band.from, band.to);
    let (who, node) = letter(&props.roster, band.primary);
    let label = (w.view_of)(band.view.0, &who);
    let base = y + rows.height / 2.0 + 5.8;
    let fits = past && !props.thin && breadth(&label) + 14.0 < before_now(props, rows, x, width);
    html! {
        <g key={format!("{}-{}", band.view.0, band.from.0)} data-n={node} data-view={band.view.0.to_string()}>
            <rect x={num(x + 0.5)} y={num(y)} width={num(width - 1.0)} height={num(rows.height)} rx="2" class="band" />
            { for fits.then(|| html! { <text x={num(x + 9.0)} y={num(base)} class="b on">{label}</text> }) }
        </g>
    }
}

/// The view that has just begun has no room for its label yet: it stands to the right of the playhead.
fn news(props: &TimeBarProps, rows: &Rows) -> Option<Html> {
    let pane = Pane::ALL.into_iter().find(|&pane| props.lenses.of(pane) == Lens::Replicas)?;
    let slice = &*props.slice;
    let band = slice.bands.iter().rev().find(|band| band.from <= props.now && band.to.is_none_or(|to| to > props.now))?;
    let (who, node) = letter(&props.roster, band.primary);
    let label = (words(props.lang).view_of)(band.view.0, &who);
    let (x, width) = rows.stretch(slice, band.from, band.to);
    let room = rows.left + rows.width - rows.x(slice, props.now);
    if props.thin || breadth(&label) + 14.0 < before_now(props, rows, x, width) || breadth(&label) + 44.0 > room {
        return None;
    }
    let y = rows.panes[pane as usize] + rows.height / 2.0;
    Some(html! {
        <g key={format!("{}-{}", band.view.0, band.from.0)} data-n={node}>
            <path d={glyph::CROWN} class="crown" transform={format!("translate(20,{}) scale(.85)", num(y))} />
            <text x="36" y={num(y + 5.8)} class="b n">{label}</text>
        </g>
    })
}

fn lock(props: &TimeBarProps, rows: &Rows, y: f64, grant: &Grant, past: bool) -> Html {
    let (x, width) = rows.stretch(&props.slice, grant.from, grant.to);
    let (who, _) = letter(&props.roster, grant.client);
    let token = grant.token.0.to_string();
    let base = y + rows.height / 2.0 + 5.8;
    let (short, long) = (breadth(&token) + 12.0, breadth(&token) + breadth(&who) + 28.0);
    let stripe = |frozen: &Outage| {
        let (x, width) = rows.stretch(&props.slice, frozen.from, frozen.to);
        html! {
            <rect key={frozen.from.0} x={num(x)} y={num(y + 1.5)} width={num(width)} height={num(rows.height - 3.0)} class="stalled" fill="url(#stall)" />
        }
    };
    let room = before_now(props, rows, x, width);
    let shown = past && !props.thin && short < room;
    let who_x = x + 15.0 + breadth(&token);
    html! {
        <g key={token.clone()} data-token={token.clone()}>
            <rect x={num(x + 0.75)} y={num(y + 0.75)} width={num(width - 1.5)} height={num(rows.height - 1.5)} rx="2" class="grant" />
            <g>{ for grant.frozen.iter().map(stripe) }</g>
            { for shown.then(|| html! { <text x={num(x + 7.0)} y={num(base)} class="b n">{token}</text> }) }
            { for (shown && long < room).then(|| html! { <text x={num(who_x)} y={num(base)} class="n">{who}</text> }) }
        </g>
    }
}

/// A leader of the coordinators. Where there is none, nobody decides.
fn lead(props: &TimeBarProps, rows: &Rows, leadership: &Leadership, past: bool) -> Html {
    let (x, width) = rows.stretch(&props.slice, leadership.from, leadership.to);
    let (y, height) = rows.control;
    let label = (words(props.lang).term_of)(leadership.term, &letter(&props.roster, leadership.leader).0);
    let fits = past && !props.thin && breadth(&label) + 14.0 < before_now(props, rows, x, width);
    html! {
        <g key={format!("{}-{}", leadership.term, leadership.from.0)} data-term={leadership.term.to_string()}>
            <rect x={num(x + 0.75)} y={num(y + 0.75)} width={num(width - 1.5)} height={num(height - 1.5)} rx="2" class="grant" />
            { for fits.then(|| html! { <text x={num(x + 9.0)} y={num(y + height / 2.0 + 5.8)} class="b n">{label}</text> }) }
        </g>
    }
}

fn dark(props: &TimeBarProps, rows: &Rows, outage: &Outage) -> Html {
    let (x, width) = rows.stretch(&props.slice, outage.from, outage.to);
    html! {
        <rect key={outage.from.0} x={num(x)} y={num(rows.panes[0] - 4.0)} width={num(width)} height={num(rows.axis - rows.panes[0] + 4.0)}
            class="dark" fill="url(#hatch)" />
    }
}

/// How wide a text of size 16 is, near enough to see whether it fits: Chinese is square, the rest about half.
pub fn breadth(text: &str) -> f64 {
    let width = |c: char| match c {
        ' ' | ':' | '.' | '·' | 'i' | 'l' | 't' | 'f' | '’' => 5.0,
        c if (c as u32) < 0x2e80 => 8.8,
        _ => 16.0,
    };
    text.chars().map(width).sum()
}
