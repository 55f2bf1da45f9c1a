//! What the lock's picture says, read off its own markup.

use std::rc::Rc;

use ringside::cluster::observe::view::InsideView;
use ringside::cluster::store::document::Line;
use ringside::proto::lock::token::FencingToken;
use ringside::scene::lock::Place;
use ringside::scene::pages::{Fate, Row};
use ringside::sim::time::Span;

use crate::ui::stage::StageModel;
use crate::ui::stage::tests::{drawn, fixture, has, model, tag, tags};

use super::lock_picture;

#[test]
fn the_lock_names_its_people_their_places_and_tokens() {
    let markup = drawn(lock_picture, model((264, 300)));
    has(tag(&markup, "data-place=\"0\""), &["data-client=\"c2\"", "data-token=\"34\""]);
    has(tag(&markup, "data-place=\"1\""), &["data-client=\"c5\""]);
    has(tag(&markup, "data-place=\"3\""), &["data-client=\"c4\""]);
    has(tag(&markup, "data-place=\"out\""), &["data-client=\"c3\"", "data-token=\"33\""]);
    assert!(markup.contains("lease 62 %") && markup.contains("1.86 s left"));
    assert!(markup.contains("refused; it thinks it holds"));
}

/// A queue of so many: those of the fixture first, then whoever is left, nodes too, for their number's sake.
fn queue_of(n: usize) -> StageModel {
    let mut model = model((264, 270));
    let view = Rc::make_mut(&mut model.view);
    let session = |pid| ringside::proto::lock::token::LockSession { client: pid, boot: ringside::sim::id::Boot(1), n: 1 };
    let holder = fixture::pid("c2");
    let others = view.processes.iter().filter(|it| it.present && it.pid != holder).map(|it| session(it.pid));
    view.locks[0].queue = others.rev().take(n).collect();
    assert_eq!(view.locks[0].queue.len(), n);
    model
}

#[test]
fn a_line_of_one_four_or_eighteen_has_everybody_in_it_once_and_in_an_order_that_never_changes() {
    for n in [1, 4, 18] {
        let model = queue_of(n);
        let markup = drawn(lock_picture, model.clone());
        let line = |markup: &str| -> Vec<String> {
            let people = tags(markup, "data-place=").into_iter().filter(|tag| !tag.contains("\"in\"") && !tag.contains("\"out\""));
            people
                .map(|tag| tag.split("data-client=\"").nth(1).unwrap_or_default().split('"').next().unwrap_or_default().to_owned())
                .collect()
        };
        for place in 0..=n {
            assert_eq!(tags(&markup, &format!("data-place=\"{place}\"")).len(), 1, "{n} wait: place {place}");
        }
        assert_eq!(markup.contains(">+15<"), n == 18, "those without a name are counted");
        // The first moves up into the doorway: nobody's element changes places with anybody's.
        let mut moved = model.clone();
        let lock = &mut Rc::make_mut(&mut moved.view).locks[0];
        let first = lock.queue.remove(0);
        let gone = lock.holder.as_mut().map(|held| std::mem::replace(&mut held.session, first)).expect("a holder");
        let mut before = line(&markup);
        before.retain(|name| *name != "c2");
        assert_eq!(line(&drawn(lock_picture, moved)), before, "{gone:?} left");
    }
}

#[test]
fn who_acts_stands_before_the_fence_with_its_own_lease() {
    let mut model = model((264, 270));
    model.refused = None;
    let markup = drawn(lock_picture, model.clone());
    has(tag(&markup, "data-place=\"in\""), &["data-client=\"c2\"", "data-token=\"34\""]);
    has(tag(&markup, "data-place=\"out\""), &["data-client=\"c3\"", "data-token=\"33\""]);
    assert_eq!(tags(&markup, "data-own-lease=").len(), 1, "the zombie has none left");
    assert!(markup.contains(">1.80 s<") && markup.contains(">lease over<") && markup.contains("it has not looked"), "{markup}");
    Rc::make_mut(&mut model.view).locks[0].inside[1].left = Span::millis(1_500);
    let two = drawn(lock_picture, model.clone());
    assert_eq!(tags(&two, "data-own-lease=").len(), 2, "two believe");
    assert!(two.contains("the server says otherwise"), "{two}");
    Rc::make_mut(&mut model.view).locks[0].inside.truncate(1);
    model.fenced = false;
    let open = drawn(lock_picture, model);
    assert!(open.contains("no fence: any token gets in") && tags(&open, "class=\"fence off\"").len() == 1);
}

#[test]
fn three_or_more_before_the_fence_have_a_line_each_and_those_without_room_are_counted() {
    for n in [2, 3, 4, 7] {
        let mut model = model((264, 270));
        model.refused = None;
        let lock = &mut Rc::make_mut(&mut model.view).locks[0];
        let one = lock.inside[1];
        let others = (0..n as u64 - 2).map(|i| InsideView { token: FencingToken(20 + i), left: Span::ZERO, ..one });
        lock.inside.splice(0..0, others);
        let place = Place::new(264, 270);
        assert_eq!((place.slots, place.most()), (2, 4));
        let markup = drawn(lock_picture, model);
        let drawn = tags(&markup, "data-place=\"out\"").len() + tags(&markup, "data-place=\"in\"").len();
        assert_eq!(drawn, if n == 7 { 3 } else { n }, "of {n}");
        assert_eq!(markup.contains(">4 earlier ones<"), n == 7, "of {n}");
        // The latest is always there; a line each has no room for seconds.
        has(tag(&markup, "data-place=\"in\""), &["data-token=\"34\""]);
        assert_eq!(markup.contains(">1.80 s<"), n == 2, "of {n}");
        assert_eq!(tags(&markup, "data-own-lease=").len(), if n == 2 { 1 } else { drawn }, "an empty bar says that a lease is over");
    }
}

#[test]
fn the_page_shows_its_last_lines_strikes_what_is_lost_and_has_no_line_of_who_was_refused() {
    let row = |n: u32, who, fate| Row { n, line: Line { who: fixture::pid(who), token: FencingToken(30 + u64::from(n)) }, fate };
    let rows = (0..9).map(|n| row(n, "c1", if n == 7 { Fate::Lost } else { Fate::Stands })).chain([row(9, "c3", Fate::Refused)]).collect();
    let markup = drawn(lock_picture, StageModel { lines: rows, ..model((264, 270)) });
    let lines = tags(&markup, "data-line=");
    assert!(lines.len() >= 4 && lines.iter().all(|line| line.contains("data-by=\"c1\"")), "{lines:?}");
    has(tag(&markup, "data-line=\"37\""), &["data-fate=\"lost\"", "data-state=\"broken\""]);
    has(tag(&markup, "data-line=\"38\""), &["data-fate=\"stands\""]);
}

#[test]
fn a_lock_that_rests_says_for_how_long() {
    let mut model = model((264, 270));
    let lock = &mut Rc::make_mut(&mut model.view).locks[0];
    (lock.holder, lock.rests) = (None, Span::millis(1_200));
    let markup = drawn(lock_picture, model);
    assert!(markup.contains("server: lock-delay") && markup.contains(">rests 1.20 s<"), "{markup}");
}

#[test]
fn a_free_lock_and_a_quiet_cluster_are_drawn_too() {
    let mut model = model((264, 300));
    let view = Rc::make_mut(&mut model.view);
    view.locks[0].holder = None;
    view.locks[0].queue.clear();
    view.locks[0].inside.clear();
    model.refused = None;
    let markup = drawn(lock_picture, model);
    assert!(markup.contains("free") && markup.contains("nobody waits"));
    assert!(tags(&markup, "data-place=").is_empty());
}
