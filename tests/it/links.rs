//! Links: whatever can be printed can be read, and whatever cannot be read says why.

use proptest::prelude::*;
use proptest::test_runner::Config;

use ringside::cluster::setup::Setup;
use ringside::cluster::setup::name::{Kind, Name, Roster};
use ringside::cluster::setup::rules::{Rule, Rules};
use ringside::session::Session;
use ringside::session::action::{Action, ActionError};
use ringside::session::lens::{Lens, Lenses, Pane};
use ringside::session::link::{self, LIMITS, LinkError, Opened, parse, print};
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::complaint::{link_error, refused};

fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// Those that are there from the beginning.
fn name(roster: Roster) -> impl Strategy<Value = Name> {
    let there: Vec<Name> = roster.pids().filter(|&pid| roster.begins(pid)).map(|pid| roster.name(pid)).collect();
    proptest::sample::select(there)
}

fn action(roster: Roster) -> impl Strategy<Value = Action> {
    let other = move |first: Name| (Just(first), name(roster).prop_filter("two ends", move |second| *second != first));
    (name(roster).prop_flat_map(other), 1..=1_000_u16, -500_000..=500_000_i32, 0..15).prop_map(|((a, b), times, ppm, kind)| match kind {
        0 => Action::Kill(a),
        1 => Action::Revive(a),
        2 => Action::Wipe(a),
        3 => Action::Freeze(a),
        4 => Action::Thaw(a),
        5 => Action::Slow(a, times),
        6 => Action::Drift(a, ppm),
        7 => Action::Cut(a, b),
        8 => Action::Heal(a, b),
        9 => Action::CutOneWay(a, b),
        10 => Action::HealOneWay(a, b),
        11 => Action::Isolate(a),
        12 | 13 if a.kind != Kind::Node => Action::Kill(a),
        12 => Action::Add(a),
        13 => Action::Drain(a),
        _ => Action::Rejoin(a),
    })
}

/// Anything a link can carry.
fn opened() -> impl Strategy<Value = Opened> {
    let roster =
        (3..=8_u8, 1..=2_u8, 1..=8_u8).prop_map(|(nodes, balancers, clients)| Roster { coordinators: 1, nodes, balancers, clients });
    let setup = (any::<u64>(), roster, any::<u16>(), 0..=1_000_u16, 0..=1_000_u16, any::<u8>()).prop_map(
        |(seed, roster, off, loss, duplicates, workers)| {
            let mut setup = Setup { roster, ..Setup::new(seed) };
            let off = Rule::ALL.into_iter().filter(|&rule| off & 1 << rule as u16 != 0);
            setup.rules = off.fold(Rules::ALL_ON, Rules::without);
            setup.config.loss = loss;
            setup.config.duplicates = duplicates;
            setup.config.workers = workers % (roster.clients + 1);
            setup
        },
    );
    let instant = (0..=LIMITS.run.0).prop_map(Time);
    setup.prop_flat_map(move |setup| {
        let actions = proptest::collection::vec((instant.clone(), action(setup.roster)), 0..40);
        let page = proptest::sample::subsequence(link::PAGE_KEYS.to_vec(), 0..=4)
            .prop_flat_map(|keys| keys.into_iter().map(|key| (Just(key.to_owned()), "\\PC{0,10}")).collect::<Vec<_>>());
        let lenses = (proptest::sample::select(&Pane::ALL), proptest::sample::select(&Lens::ALL));
        let lenses = lenses.prop_map(|(pane, lens)| Lenses::default().with(pane, lens));
        (Just(setup), actions, instant.clone(), lenses, page).prop_map(|(setup, mut actions, at, lenses, page)| {
            actions.sort_by_key(|&(at, _)| at);
            Opened { setup, actions, at, lenses, page }
        })
    })
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn what_is_printed_is_read_back(opened in opened()) {
        let link = print(&opened);
        prop_assert_eq!(parse(&link), Ok(opened.clone()), "{}", link);
        prop_assert!(!link.contains('>'), "chats end a link there: {}", link);
        prop_assert_eq!(parse(&format!("#{}", link.replace("%3E", ">"))), Ok(opened), "as a person writes it");
    }

    #[test]
    fn an_action_is_what_its_text_says(action in action(Setup::new(0).roster)) {
        prop_assert_eq!(action.to_string().parse(), Ok(action));
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn bytes_that_mean_nothing_are_answered_in_words(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        answer(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_link_that_was_damaged_is_answered_in_words(
        opened in opened(),
        damage in proptest::collection::vec((any::<u16>(), 0..4_u8, any::<char>()), 1..6),
    ) {
        let mut text: Vec<char> = print(&opened).chars().collect();
        for (at, how, with) in damage {
            let at = usize::from(at) % text.len().max(1);
            match how {
                0 if at < text.len() => text[at] = with,
                1 if at < text.len() => drop(text.remove(at)),
                2 => text.truncate(at),
                _ => text.insert(at, with),
            }
        }
        answer(&text.into_iter().collect::<String>());
    }
}

/// Reads a hostile link: what comes out is sound, or a complaint of sane length in both languages.
fn answer(text: &str) {
    match parse(text) {
        Ok(opened) => assert_eq!(parse(&print(&opened)), Ok(opened), "{text:?}"),
        Err(error) => {
            for lang in [Lang::En, Lang::Zh] {
                let words = link_error(&error, lang);
                assert!(!words.is_empty() && words.chars().count() < 240, "{words}");
                assert!(!words.contains(char::is_control), "{words:?}");
            }
        }
    }
}

#[test]
fn the_link_of_the_documentation_is_read_as_documented() {
    let text =
        "v=9&seed=4127&nodes=6&clients=8&off=fencing,primary-lease&loss=10&do=11.2:kill:C,13.05:cut:A:B,14:cut:A%3eB&at=12.48&lang=zh";
    let opened = parse(text).expect("it is in order");
    let node = |n| Name { kind: Kind::Node, n };
    assert_eq!(
        opened.actions,
        [
            (Time(11_200_000), Action::Kill(node(2))),
            (Time(13_050_000), Action::Cut(node(0), node(1))),
            (Time(14_000_000), Action::CutOneWay(node(0), node(1))),
        ]
    );
    assert_eq!(opened.at, Time(12_480_000));
    assert_eq!(opened.setup.config.loss, 10);
    assert_eq!(opened.setup.rules, Rules::ALL_ON.without(Rule::Fencing).without(Rule::PrimaryLease));
    assert_eq!(opened.page, [("lang".to_owned(), "zh".to_owned())]);
    assert_eq!(parse(""), Ok(Opened::default()), "an empty fragment is the default run");
    assert_eq!(
        print(&opened),
        "v=9&seed=4127&loss=10&off=fencing,primary-lease&do=11.2:kill:C,13.05:cut:A:B,14:cut:A%3EB&at=12.48&lang=zh"
    );
}

#[test]
fn every_complaint_names_what_is_wrong() {
    let number = |key, text: &str, position| LinkError::Number { key, text: text.to_owned(), position };
    let script = |n: usize| format!("do={}", vec!["1:kill:C"; n].join(","));
    let name = |text: &str| text.parse::<Name>().expect("a name");
    for (text, error) in [
        ("v=10&future=x", LinkError::Newer(10)),
        ("future=x&v=99", LinkError::Newer(99)),
        ("v=9&what=x", LinkError::UnknownKey("what".to_owned())),
        ("seed", LinkError::NoValue("seed".to_owned())),
        ("seed=1&seed=1", LinkError::Twice("seed".to_owned())),
        ("v=9&seed=12x", number("seed", "12x", 10)),
        ("#v=9&seed=", number("seed", "", 11)),
        ("v=9&seed=-1", number("seed", "-1", 10)),
        ("nodes=9", LinkError::OutOfBounds { key: "nodes", min: 3, max: 8 }),
        ("seed=99999999999999999999", LinkError::OutOfBounds { key: "seed", min: 0, max: u64::MAX }),
        ("clients=2&workers=3", LinkError::OutOfBounds { key: "workers", min: 0, max: 2 }),
        ("coordinators=2", LinkError::Even),
        ("coordinators=7", LinkError::OutOfBounds { key: "coordinators", min: 1, max: 5 }),
        ("min=4", LinkError::OutOfBounds { key: "min", min: 1, max: 3 }),
        ("ack=all", LinkError::UnknownWord { key: "ack", text: "all".to_owned(), known: vec!["primary", "majority", "in-sync"] }),
        ("lens=replicas,luck", LinkError::UnknownWord { key: "lens", text: "luck".to_owned(), known: vec!["replicas", "lock", "load"] }),
        ("lens=load", LinkError::Lenses("load".to_owned())),
        ("lens=lock,lock", LinkError::Lenses("lock,lock".to_owned())),
        ("off=fencing,luck", LinkError::UnknownRule("luck".to_owned())),
        ("at=1.2345678", LinkError::Instant { text: "1.2345678".to_owned(), position: 4 }),
        ("at=.5", LinkError::Instant { text: ".5".to_owned(), position: 4 }),
        ("at=1800.000001", LinkError::TooLate("1800.000001".to_owned())),
        ("at=99999999999999999999", LinkError::TooLate("99999999999999999999".to_owned())),
        ("do=1:kill:C,2", LinkError::Action(2, ActionError::Empty)),
        ("do=1:kil:C", LinkError::Action(1, ActionError::Word("kil".to_owned()))),
        ("do=1:kill", LinkError::Action(1, ActionError::Incomplete("kill".to_owned()))),
        ("do=1:kill:C:D", LinkError::Action(1, ActionError::Extra("D".to_owned()))),
        ("do=1:kill:Z", LinkError::Action(1, ActionError::Name("Z".to_owned()))),
        ("do=1:slow:C:1001", LinkError::Action(1, ActionError::Number { text: "1001".to_owned(), min: 1, max: 1_000 })),
        ("nodes=3&do=1:kill:D", LinkError::Nobody(1, name("D"))),
        ("nodes=3&do=1:add:E,2:kill:D", LinkError::Nobody(2, name("D"))),
        ("do=1:drain:K1", LinkError::NotANode(1, name("K1"))),
        ("do=1:cut:A:A", LinkError::SameTwice(1, name("A"))),
        ("do=2:kill:A,1:kill:B", LinkError::Unordered(2)),
        (&script(513), LinkError::TooManyActions),
        ("v=9&seed=%4", LinkError::Escape(10)),
        ("v=9&seed=1%zz", LinkError::Escape(11)),
        ("lang=%ff", LinkError::Escape(6)),
        ("do=1:cut:A%3EB,%32.x:kill:C&at=4", LinkError::Instant { text: "2.x".to_owned(), position: 16 }),
        ("v=1%30&future=x", LinkError::Newer(10)),
        (&format!("lang={}", "z".repeat(100)), LinkError::PageValue("lang")),
        (&"&".repeat(8_193), LinkError::TooLong(8_193)),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
    assert!(parse("nodes=3&do=1:add:D,2:kill:D").is_ok(), "once it is added, it is there");
    assert!(
        link::is_older("#v=1&seed=4")
            && link::is_older("#v=4&seed=4")
            && link::is_older("#v=5&seed=4")
            && link::is_older("#v=6&seed=4")
            && link::is_older("#v=7&seed=4")
            && !link::is_older("#v=9&seed=4")
            && !link::is_older("seed=4")
    );
    for escaped in ["v=%32&seed=4", "%76=2&seed=4", "#seed=4&v=%32"] {
        assert!(link::is_older(escaped), "{escaped}");
        assert_eq!(parse(escaped), parse("v=2&seed=4"), "{escaped}");
    }
    assert!(!link::is_older("v=%39&seed=4") && !link::is_older("v=%zz"));
    let older = parse("v=2&seed=4").expect("an older link still opens");
    assert_eq!(older.setup.roster.coordinators, 1, "as many as there could be then");
    assert!(parse("v=1&seed=4").is_ok(), "an older link still opens");
    let newer = parse("v=10").expect_err("newer");
    assert_eq!(link_error(&newer, Lang::En), "made by a newer Ringside: version 10, this page reads 9");
    assert_eq!(link_error(&newer, Lang::Zh), "链接由更新版本的环视生成：版本 10，本页面只能读版本 9");
    assert!(parse(&script(512)).is_ok());
}

#[test]
fn a_session_and_the_session_of_its_link_are_at_the_same_digest() {
    let mut session = Session::new(Setup::new(11));
    for (rest, text) in [(2_000, "kill C"), (1_500, "cut A>K1"), (700, "freeze c1"), (0, "isolate B"), (1_234, "heal B")] {
        session.advance(Span::millis(rest), u32::MAX);
        session.dispatch(text.parse().expect("an action")).expect("it can be done");
    }
    session.advance(Span::micros(1_234_567), u32::MAX);
    let opened = Session::open(parse(&session.link()).expect("its own link"));
    assert_eq!(opened.digest(), session.digest());
    assert_eq!(opened.facts(), session.facts());
    assert_eq!(opened.link(), session.link());
}

#[test]
fn an_action_that_no_longer_fits_is_harmless_and_told_and_stays_in_the_link() {
    let mut session = Session::open(parse("do=1:revive:C,1:kill:C,2:kill:C,2:thaw:C,3:heal:C&at=4").expect("in order"));
    let faults = session.facts().iter().filter(|fact| matches!(fact.what, ringside::sim::journal::What::Fault(_)));
    assert_eq!(faults.count(), 1, "only the first kill did anything");
    let told: Vec<String> = session.refused().map(|(no, at, action, why)| refused(no, at, action, why, Lang::En)).collect();
    assert_eq!(
        told,
        [
            "Action 1 of this link, revive C at 1.00 s, changed nothing: C is running.",
            "Action 3 of this link, kill C at 2.00 s, changed nothing: C is down.",
            "Action 4 of this link, thaw C at 2.00 s, changed nothing: C is not frozen.",
            "Action 5 of this link, heal C at 3.00 s, changed nothing: no such link of C is cut.",
        ]
    );
    assert!(session.link().contains("do=1:revive:C,1:kill:C,2:kill:C,2:thaw:C,3:heal:C&"), "they stay in it: {}", session.link());
    session.seek(Time::from_millis(1_500));
    assert_eq!(session.refused().count(), 1, "the others lie ahead");
    session.dispatch("isolate A".parse().expect("an action")).expect("it can be done");
    assert!(session.link().contains("do=1:revive:C,1:kill:C,1.5:isolate:A&"), "what lies before stays: {}", session.link());
    assert_eq!(Session::open(parse(&session.link()).expect("its own link")).digest(), session.digest());
}

#[test]
fn a_full_link_refuses_further_actions_and_is_still_read() {
    let mut session = Session::new(Setup::new(3));
    let (mut n, mut refused) = (0, false);
    for i in 0..600 {
        session.advance(Span::micros(100_003), u32::MAX);
        let action = if i % 2 == 0 { "cut A>c8" } else { "heal A>c8" };
        match session.dispatch(action.parse().expect("an action")) {
            Ok(()) => n += 1,
            Err(_) => refused = true,
        }
    }
    assert!(refused && n > 300, "{n} actions fit");
    assert!(session.link().len() + LIMITS.page <= LIMITS.link, "{}", session.link().len());
    assert_eq!(parse(&session.link()).expect("its own link").actions.len(), n);
}
