//! The lens Doubt as it reaches the browser, rendered natively.

use ringside::text::Lang;
use ringside::text::doubt_words::DoubtWords;
use ringside::text::words::Theme;
use yew::prelude::*;

use super::{DoubtProps, doubt};
use crate::ui::shown::text;
use crate::ui::state::State;

fn shown(link: &str, lang: Lang) -> String {
    let mut state = State::new(link, lang, Theme::Light);
    let (roster, picture) = (state.session.setup().roster, state.doubt().expect("a link with the lens Doubt shows it"));
    text(doubt(&DoubtProps { lang, roster, picture, on_command: Callback::noop(), on_choose: Callback::noop() }))
}

fn count(html: &str, what: &str) -> usize {
    html.matches(what).count()
}

/// C is killed, and half a second later nobody has noticed: every row shows that in C's column; two seconds later it is so.
#[test]
fn what_is_believed_stands_beside_the_truth() {
    let early = shown("v=9&seed=4127&lens=doubt,lock&do=8:kill:C&at=8.5", Lang::En);
    assert_eq!((count(&early, "data-so=\"not-yet\""), count(&early, "data-so=\"false\""), count(&early, "data-so=\"right\"")), (3, 0, 15));
    let late = shown("v=9&seed=4127&lens=doubt,lock&do=8:kill:C&at=11", Lang::En);
    assert_eq!((count(&late, "data-so=\"not-yet\""), count(&late, "✕")), (0, 5), "the truth, three beliefs, and the key");
    assert!(late.contains("Suspicions raised: 1, 0 of them wrongly. C fell silent: noticed after 1.0"), "{late}");
}

/// Whoever cannot be heard is accused wrongly, and the cell says so in words.
#[test]
fn a_false_suspicion_is_marked_and_named() {
    for (lang, wrongly) in [(Lang::En, "is dead, and that is wrong"), (Lang::Zh, "已宕机，其实不然")] {
        let html = shown("v=9&seed=4127&lens=doubt,lock&do=8:isolate:C&at=10.5", lang);
        assert!(count(&html, "data-so=\"false\"") >= 2 && html.contains(wrongly), "{html}");
        let w = DoubtWords::of(lang);
        assert!(html.contains(w.caption) && html.contains(w.observer));
    }
}

#[test]
fn each_kind_of_detector_gives_its_own_reason() {
    let of = |how: &str, lang| shown(&format!("v=9&seed=4127&{how}&lens=doubt,lock&do=8:kill:C&at=8.9"), lang);
    let phi = of("detector=akka", Lang::En);
    assert_eq!((count(&phi, "class=\"level\""), count(&phi, "data-own=\"true\"")), (3, 2), "one curve and one figure are its own");
    assert!(phi.contains("gaps: 0.20 s on average"), "{phi}");
    let silence = of("suspect=2", Lang::En);
    assert!(silence.contains("of 2.00 s.") && !silence.contains("class=\"level\""), "{silence}");
    let probes = of("detector=swim", Lang::Zh);
    assert!(probes.contains("已怀疑") && probes.contains("现在正探测"), "{probes}");
}
