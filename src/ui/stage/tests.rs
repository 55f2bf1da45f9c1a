//! What the stage says, read off its own markup.

#[path = "../../scene/fixture.rs"]
pub mod fixture;

use std::rc::Rc;

use ringside::cluster::observe::view::{ClusterView, Health, Role};
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::proto::lock::token::{FencingToken, LockId};
use ringside::proto::replica::view::{Index, ShardId};
use ringside::scene::copies::Cut;
use ringside::scene::lock::Refusal;
use ringside::sim::time::Span;
use ringside::text::Lang;
use yew::prelude::*;

use crate::ui::shown::text;

use super::ring::SectionProps;
use super::{Ring, RingFigure, StageModel, copies, lock_picture};

pub fn model(size: (u32, u32)) -> StageModel {
    StageModel {
        view: Rc::new(fixture::view()),
        selected: Some("D".parse().expect("a name")),
        second: None,
        hovered: None,
        story: ShardId(7),
        lock: LockId(0),
        fenced: true,
        lease: Span::secs(3),
        lines: Vec::new(),
        refused: Some(Refusal { who: fixture::pid("c3"), token: FencingToken(33) }),
        cuts: Vec::new(),
        writes: (Ack::InSync, 1, Reads::Primary),
        lang: Lang::En,
        thin: false,
        size,
    }
}

/// A section of a model, as markup.
pub fn drawn(section: fn(&SectionProps) -> Html, model: StageModel) -> String {
    text(section(&SectionProps { model: Rc::new(model), on_select: Callback::noop(), on_hover: Callback::noop() }))
}

/// The ring of a model.
pub fn ring(model: StageModel) -> String {
    text(html! { <Ring shown={RingFigure::of(&model)} on_select={Callback::noop()} on_hover={Callback::noop()} /> })
}

/// The opening tags that contain `mark`.
pub fn tags<'a>(markup: &'a str, mark: &str) -> Vec<&'a str> {
    markup.split('<').filter(|tag| tag.contains(mark)).map(|tag| tag.split('>').next().unwrap_or_default()).collect()
}

pub fn tag<'a>(markup: &'a str, mark: &str) -> &'a str {
    let found = tags(markup, mark);
    assert_eq!(found.len(), 1, "{mark}: {found:?}");
    found[0]
}

#[track_caller]
pub fn has(tag: &str, attributes: &[&str]) {
    for attribute in attributes {
        assert!(tag.contains(attribute), "no {attribute} in <{tag}>");
    }
}

#[test]
fn every_process_is_one_focusable_element() {
    let markup = ring(model((560, 478)));
    let seats = tags(&markup, "data-id=");
    assert_eq!(seats.len(), 3 + 6 + 2 + 8);
    for seat in &seats {
        has(seat, &["role=\"button\"", "tabindex=", "aria-label=", "aria-pressed=", "data-kind=", "data-health="]);
    }
    assert_eq!(tags(&markup, "tabindex=").len(), seats.len());
    let stops = tags(&markup, "tabindex=\"0\"");
    assert!(stops.len() == 1 && stops[0].contains("aria-pressed=\"true\""), "Tab comes to the selected one, and arrows go on from there");
    let others = drawn(copies, model((352, 478))) + &drawn(lock_picture, model((264, 300)));
    assert!(tags(&others, "tabindex=").is_empty() && tags(&others, "data-id=").is_empty());
}

#[test]
fn the_ring_says_who_is_who() {
    let markup = ring(model((560, 478)));
    has(tag(&markup, "data-id=\"C\""), &["data-kind=\"node\"", "data-health=\"down\"", "data-suspected-by=\"K1\""]);
    let d = tag(&markup, "data-id=\"D\"");
    has(d, &["data-health=\"up\"", "data-role=\"primary\"", "aria-pressed=\"true\"", "node D, up, primary of shard 7"]);
    has(tag(&markup, "data-id=\"B\""), &["data-role=\"backup\"", "aria-pressed=\"false\""]);
    has(tag(&markup, "data-id=\"K1\""), &["data-kind=\"coordinator\"", "data-role=\"leader\""]);
    has(tag(&markup, "data-id=\"c2\""), &["data-kind=\"client\"", "data-role=\"holder\""]);
    has(tag(&markup, "data-id=\"c3\""), &["data-role=\"zombie\""]);
    assert!(!tag(&markup, "data-id=\"c8\"").contains("data-role"));
    assert_eq!(tags(&markup, "data-slice=").len(), 24);
    assert_eq!(tags(&markup, "data-served=\"false\"").len(), 3);
    assert_eq!(tags(&markup, "class=\"crown").len(), 1);
}

fn joining(size: (u32, u32)) -> StageModel {
    StageModel { view: Rc::new(fixture::moving()), story: ShardId(1), ..model(size) }
}

#[test]
fn a_joining_node_has_a_seat_a_column_and_its_shard_on_the_way() {
    let ring = ring(joining((560, 478)));
    has(tag(&ring, "data-id=\"H\""), &["data-standing=\"joining\"", "data-health=\"up\"", "node H, up, receiving copies, catching up"]);
    assert!(!ring.contains("data-id=\"G\""), "G may still join: it is nowhere");
    has(tag(&ring, "data-move="), &["data-move=\"1 B H\"", "data-percent=\"60\"", "data-n=\"B\""]);
    assert_eq!(tags(&ring, "class=\"badge\"").len(), 1);
    let table = drawn(copies, joining((352, 478)));
    assert_eq!(tags(&table, "data-head=").len(), 7);
    assert!(tags(&table, "data-head=\"G\"").is_empty());
    assert!(table.contains(">60%</text>") && table.contains(" · 1 to move"), "{table}");
    // Not in the story, it is a row in which a bar stands for the log.
    let row = drawn(copies, StageModel { story: ShardId(7), ..joining((352, 700)) });
    has(tag(&row, "data-percent="), &["data-percent=\"60\"", "data-n=\"H\""]);
    assert!(row.contains("a copy on its way"));
}

#[test]
fn who_leaves_has_left_or_is_out_wears_a_badge_and_says_so() {
    use ringside::cluster::observe::view::Standing;
    let mut model = joining((560, 478));
    let processes = &mut Rc::make_mut(&mut model.view).processes;
    for (name, standing) in [("A", Standing::Draining), ("C", Standing::Out), ("E", Standing::None)] {
        processes[fixture::pid(name).index()].standing = standing;
    }
    let markup = ring(model);
    has(tag(&markup, "data-id=\"A\""), &["data-standing=\"draining\"", "data-health=\"up\"", "node A, up, draining"]);
    has(tag(&markup, "data-id=\"C\""), &["data-standing=\"out\"", "data-health=\"out\"", "node C, down, off the ring"]);
    has(tag(&markup, "data-id=\"E\""), &["data-standing=\"none\"", "data-health=\"up\"", "node E, up, not on the ring"]);
    assert_eq!(tags(&markup, "class=\"badge\"").len(), 4);
    assert_eq!(tags(&markup, "class=\"off\"").len(), 1, "only E is pale: C is down, and drawn so");
    assert!(!tag(&markup, "data-id=\"c1\"").contains("data-standing"));
}

#[test]
fn split_brain_is_two_crowns() {
    let mut model = model((560, 478));
    let view = Rc::make_mut(&mut model.view);
    view.processes[fixture::pid("C").index()].health = Health::Frozen;
    view.shards[7].replicas[1].believes = Some(Role::Primary);
    let markup = ring(model);
    assert_eq!(tags(&markup, "class=\"crown").len(), 2);
    assert_eq!(tags(&markup, "class=\"crown believed").len(), 1);
    has(tag(&markup, "data-id=\"C\""), &["data-health=\"frozen\""]);
}

#[test]
fn a_row_names_its_shard_its_view_and_who_serves() {
    let markup = drawn(copies, model((352, 478)));
    has(tag(&markup, "data-shard=\"7\""), &["data-view=\"4\"", "data-primary=\"D\""]);
    let ten = tag(&markup, "data-shard=\"10\"");
    assert!(!ten.contains("data-primary"), "nobody serves it: {ten}");
    assert_eq!(tags(&markup, "class=\"gone\"").len(), 1);
    assert!(markup.contains("untouched"));
}

fn election(selected: &str, size: (u32, u32)) -> StageModel {
    StageModel { view: Rc::new(fixture::election()), selected: selected.parse().ok(), ..model(size) }
}

#[test]
fn each_coordinator_wears_its_office_its_term_and_its_vote() {
    let mut model = election("A", (560, 478));
    let markup = ring(model.clone());
    has(
        tag(&markup, "data-id=\"K1\""),
        &["data-role=\"leader\"", "data-term=\"8\"", "data-vote=\"K1\"", "believes it leads, out of touch"],
    );
    has(
        tag(&markup, "data-id=\"K2\""),
        &["data-role=\"leader\"", "data-term=\"9\"", "data-vote=\"K2\"", "coordinator K2, up, leader, term 9"],
    );
    has(tag(&markup, "data-id=\"K3\""), &["data-role=\"candidate\"", "data-vote=\"K3\"", "candidate: stands for election"]);
    assert_eq!(tags(&markup, "class=\"star\"").len(), 2, "two that lead are two stars");
    assert_eq!([tags(&markup, "class=\"hex leader\"").len(), tags(&markup, "class=\"hex unsure\"").len()], [1, 1]);
    assert!(markup.contains(">K2 and K1 lead<"), "the latest term first");
    let three = &mut Rc::make_mut(&mut model.view).coordinators;
    (three[0].office, three[1].newcomer, three[2].voted) = (None, true, Some(fixture::pid("K2")));
    let markup = ring(model);
    assert!(!tag(&markup, "data-id=\"K1\"").contains("data-role"), "whoever is down holds no office");
    has(tag(&markup, "data-id=\"K2\""), &["data-role=\"newcomer\"", "does not count yet"]);
    assert_eq!(tags(&markup, "class=\"vote\"").len(), 1, "a vote for oneself is not drawn, one for another is");
    assert!(tags(&markup, "class=\"star\"").is_empty() && markup.contains(">no leader<"));
}

#[test]
fn the_only_coordinator_has_no_term_to_tell_and_nobody_to_lead() {
    let mut model = model((560, 478));
    let view = Rc::make_mut(&mut model.view);
    view.coordinators.truncate(1);
    for k in ["K2", "K3"] {
        view.processes[fixture::pid(k).index()].present = false;
    }
    let markup = ring(model);
    assert!(markup.contains(">coordinator<") && !markup.contains("leads term"));
    assert_eq!(tags(&markup, "class=\"star\"").len(), 1);
}

#[test]
fn a_selected_coordinators_belief_stands_beside_the_truth() {
    let by = |selected| {
        let markup = ring(election(selected, (560, 478)));
        ["C", "D"].map(|node| tag(&markup, &format!("data-id=\"{node}\"")).contains("data-suspected-by"))
    };
    assert_eq!([by("A"), by("K2"), by("K3")], [[true, false], [false, true], [false, false]]);
}

#[test]
fn a_selected_coordinator_opens_their_table_under_the_log() {
    assert!(!drawn(copies, model((352, 478))).contains("<table"));
    let markup = drawn(copies, election("K2", (352, 478)));
    let rows: Vec<Vec<&str>> = markup
        .split("<tr>")
        .skip(1)
        .map(|row| row.split('<').filter_map(|cell| cell.split('>').nth(1)).filter(|text| !text.is_empty()).collect())
        .collect();
    let wanted = [
        vec!["Control", "★ K1", "★ K2", "K3"],
        vec!["role", "unsure", "leads", "stands"],
        vec!["term", "8", "9", "9"],
        vec!["vote for", "K1", "K2", "K3"],
        vec!["snapshot", "40", "40", "40"],
        vec!["committed", "62", "62", "61"],
        vec!["61", "8", "8", "8"],
        vec!["62", "8", "8", "8"],
        vec!["63", "≠8", "9"],
        vec!["64", "8"],
    ];
    assert_eq!(rows, wanted);
    assert_eq!(["sure", "open", "stray", "missing"].map(|kind| tags(&markup, &format!("i class=\"{kind}\"")).len()), [5, 3, 1, 1]);
    assert_eq!(tags(&markup, "class=\"upto\"").len(), 3, "each knows how far it is decided");
    assert_eq!(tags(&markup, "data-shard=").len(), 1, "only the story's row is left above it");
    assert!(markup.contains("untouched"));
}

#[test]
fn in_a_log_what_is_astray_folded_or_cut_off_looks_so() {
    let mut model = model((352, 478));
    let view = Rc::make_mut(&mut model.view);
    view.processes[fixture::pid("C").index()].health = Health::Up;
    let seven = &mut view.shards[7];
    seven.replicas[0].base.0 = 120;
    seven.replicas[0].tail.retain(|(index, _)| index.0 > 121);
    seven.replicas[2].tail.iter_mut().filter(|(index, _)| index.0 > 122).for_each(|entry| entry.1.0 = 4);
    let plain = drawn(copies, model.clone());
    assert_eq!(tags(&plain, "class=\"cell stray\"").len(), 1, "C has another entry at 123");
    assert_eq!([tags(&plain, "class=\"fold in\"").len(), tags(&plain, "class=\"fold\"").len()], [2, 1]);
    assert!(!plain.contains("cut-off"));
    model.cuts = vec![Cut { node: fixture::pid("B"), from: Index(123), dropped: 2 }];
    let cut = drawn(copies, model);
    has(tag(&cut, "data-cut="), &["data-n=\"B\"", "data-cut=\"2\""]);
    assert_eq!(tags(&cut, "class=\"cut-off\"").len(), 2);
}

#[test]
fn the_table_says_when_a_write_is_acknowledged() {
    let said = |writes, lang| drawn(copies, StageModel { writes, lang, ..model((352, 478)) });
    assert!(said((Ack::InSync, 1, Reads::Primary), Lang::En).contains(">acked by all in sync · min 1<"));
    assert!(said((Ack::Primary, 2, Reads::InSync), Lang::En).contains(">acked by the primary alone · min 2 · reads: any<"));
    assert!(said((Ack::Majority, 1, Reads::Primary), Lang::Zh).contains(">过半副本存下即确认 · 至少 1 份<"));
}

#[test]
fn every_word_changes_with_the_language() {
    let chinese = |size| StageModel { lang: Lang::Zh, ..model(size) };
    let markup = ring(chinese((560, 478))) + &drawn(copies, chinese((352, 478))) + &drawn(lock_picture, chinese((264, 300)));
    for words in ["客户端", "均衡器", "协调者", "副本", "视图 4", "已提交", "暂无主", "租约 62%", "节点 C，已宕机"]
    {
        assert!(markup.contains(words), "{words}");
    }
    let mut between = markup.split('>').filter_map(|piece| piece.split('<').next());
    let english =
        between.find(|text| text.split(' ').any(|word| word.len() > 3 && word != "orders" && word.bytes().all(|b| b.is_ascii_lowercase())));
    assert_eq!(english, None);
}

#[test]
fn no_markup_styles_itself() {
    let markup = ring(model((560, 478))) + &drawn(copies, model((352, 478))) + &drawn(lock_picture, model((264, 300)));
    assert!(!markup.contains("style="), "a strict content policy forbids it");
    assert!(!markup.contains("NaN") && !markup.contains("inf"));
}

#[test]
fn no_text_is_smaller_than_sixteen() {
    let css = include_str!("../../../static/css/stage.css");
    for rule in css.split("font-size:").skip(1) {
        let size: f64 = rule.trim_start().split("px").next().unwrap_or_default().parse().expect("a size in px");
        assert!(size >= 16.0, "{size}");
    }
    for markup in [ring(model((560, 478))), drawn(copies, model((352, 478))), drawn(lock_picture, model((264, 300)))] {
        assert!(!markup.contains("font-size"));
        let scaled = markup
            .split("scale(")
            .skip(1)
            .filter(|rest| rest.split("</g>").next().is_some_and(|g| g.starts_with("0.") && g.contains("<text")))
            .count();
        assert_eq!(scaled, 0, "text inside something that is scaled down");
    }
}

#[test]
fn a_cut_link_shows_on_its_lane_and_an_isolated_node_wears_a_ring() {
    let mut model = model((560, 478));
    let view = Rc::make_mut(&mut model.view);
    let (a, f, e) = (fixture::pid("A"), fixture::pid("F"), fixture::pid("E"));
    view.processes[a.index()].cut_to = vec![f];
    view.processes[f.index()].cut_to = vec![a];
    let everyone: Vec<_> = view.processes.iter().map(|p| p.pid).filter(|&p| p != e).collect();
    view.processes[e.index()].cut_to = everyone;
    let markup = ring(model);
    assert_eq!(tags(&markup, "data-cut=").len(), 2);
    assert_eq!(tags(&markup, "class=\"cut\"").len(), 3);
}

#[test]
fn what_shows_no_change_is_left_alone() {
    let (before, mut after) = (Rc::new(model((352, 478))), model((352, 478)));
    let view = Rc::make_mut(&mut after.view);
    view.now = ringside::sim::time::Time::from_millis(12_490);
    view.shards[0].replicas[0].last.0 += 1;
    let later = Rc::new(after.clone());
    let rows = |model: &Rc<StageModel>| super::rows::RowsProps { model: model.clone() };
    let open = |model: &Rc<StageModel>| super::log::OpenLogProps { model: model.clone(), shard: ShardId(7) };
    assert!(rows(&before) == rows(&later) && open(&before) == open(&later));
    Rc::make_mut(&mut after.view).shards[7].replicas[0].last.0 += 1;
    assert!(open(&before) != open(&Rc::new(after.clone())));
    Rc::make_mut(&mut after.view).shards[0].server = None;
    assert!(rows(&before) != rows(&Rc::new(after)));
}

#[test]
fn a_ring_on_which_nothing_has_changed_is_not_drawn_again() {
    let of = |view: &ClusterView| RingFigure::of(&StageModel { view: Rc::new(view.clone()), ..model((560, 478)) });
    let before = fixture::view();
    // Leases run, logs grow, coordinators decide: none of it is to be seen on the ring.
    let mut after = before.clone();
    after.now += Span::millis(125);
    after.processes.iter_mut().for_each(|it| it.lease_left = it.lease_left + Span::millis(70));
    for copy in after.shards.iter_mut().flat_map(|shard| &mut shard.replicas).filter(|copy| copy.role != Some(Role::Learner)) {
        (copy.last, copy.commit) = (copy.last.next(), copy.commit.next());
    }
    after.coordinators.iter_mut().for_each(|it| it.commit = it.commit.next());
    assert_ne!(before, after);
    assert!(of(&before) == of(&after));
    after.processes[fixture::pid("D").index()].health = Health::Frozen;
    assert!(of(&before) != of(&after), "but a freeze is");
}
