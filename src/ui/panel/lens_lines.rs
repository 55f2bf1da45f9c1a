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

#[cfg(test)]
mod tests {
    use ringside::cluster::setup::config::{Ack, Reads};
    use ringside::text::words::Theme;

    use super::*;
    use crate::ui::panel::bill::{BillProps, bill};
    use crate::ui::panel::tests::kept;
    use crate::ui::shown::text;
    use crate::ui::state::State;

    #[test]
    fn the_lens_doubt_says_on_the_bill_who_noticed_when_and_what_talking_cost() {
        let mut state = State::new("v=9&seed=4127&detector=swim&do=6:kill:C&at=20&lens=doubt,replicas", Lang::En, Theme::Light);
        let figures = state.doubt().expect("a pane shows it").figures;
        let (now, sent) = (state.session.now(), state.session.cluster().sent());
        let html = |figures: &Figures| {
            text(bill(&BillProps {
                lang: Lang::En,
                ack: Ack::InSync,
                reads: Reads::Primary,
                bill: state.session.bill(),
                lenses: of_doubt(Lang::En, figures, now, sent).into(),
                promises: kept(),
            }))
        };
        let crash = figures.crash.clone().expect("C was killed");
        let (first, all) = (crash.first(now).expect("somebody noticed"), crash.all(now).expect("all did"));
        let told = html(&figures);
        assert!(told.contains(&format!(">{} → {} s</dd>", seconds(first), seconds(all))), "{told}");
        assert!(told.contains(&format!(">{} · {}</dd>", figures.accused, figures.falsely)), "{told}");
        assert!(told.contains(&format!(">{}</dd>", sent / 20)) && sent / 20 > 100, "{sent} in 20 s: {told}");
        assert!(!told.contains("data-figure=\"detected\""), "one line for one thing");
        // Where nobody fell silent, as after a cut, the general line stays.
        let cut = html(&Figures { crash: None, ..figures });
        assert!(cut.contains("data-figure=\"detected\""), "{cut}");
    }
}
