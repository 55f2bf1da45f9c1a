//! The bill's lines that only a lens shows.

use ringside::session::doubt::Figures;
use ringside::session::load::Toll;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::doubt_words::DoubtWords;
use ringside::text::load_words::LoadWords;
use ringside::text::sentence::seconds;
use ringside::text::words;

/// A line.
pub struct LensLine {
    /// Its word in attributes.
    pub figure: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What has to be said besides to who cannot see it, and on pointing.
    pub unseen: &'static str,
    /// The figure, if there is one yet.
    pub value: Option<String>,
}

fn line(figure: &'static str, name: &'static str, unseen: &'static str, value: Option<String>) -> LensLine {
    LensLine { figure, name, unseen, value }
}

fn span(span: Option<Span>) -> String {
    span.map_or("–".to_owned(), seconds)
}

/// Of the lens Load: what the latest outage has cost those who asked, if there was one.
pub fn of_load(lang: Lang, toll: Option<Toll>) -> [LensLine; 2] {
    let w = LoadWords::of(lang);
    let slowest = |it: Toll| format!("{} → {} → {}", span(it.before), span(it.during), span(it.after));
    let slowest = toll.map(|it| (words(lang).seconds)(&slowest(it)));
    [line("toll", w.toll, w.toll_order, slowest), line("missed", w.missed, "", toll.map(|it| it.missed.to_string()))]
}

/// Of the lens Doubt: when the latest death was noticed, by the first and by the last; who was suspected; and what talking cost, of a run
/// in which so many messages were sent until now.
pub fn of_doubt(lang: Lang, figures: &Figures, now: Time, sent: u64) -> [LensLine; 3] {
    let w = DoubtWords::of(lang);
    let noticed = figures.crash.as_ref().map(|it| {
        let all = it.all(now).map_or(String::new(), |all| format!(" → {}", seconds(all)));
        (words(lang).seconds)(&format!("{}{all}", span(it.first(now))))
    });
    let suspected = (figures.accused > 0).then(|| format!("{} · {}", figures.accused, figures.falsely));
    let rate = (sent * 1_000_000).checked_div(now.0).map(|rate| rate.to_string());
    [
        line("noticed", w.noticed, w.noticed_order, noticed),
        line("suspected", w.suspected, "", suspected),
        line("messages", w.messages, "", rate),
    ]
}
