//! Panels as they reach the browser, rendered natively.

use std::rc::Rc;

use futures_executor::block_on;
use ringside::cluster::property::{Broken, Promise};
use ringside::cluster::setup::config::{Ack, Reads};
use ringside::cluster::setup::name::{Name, Roster};
use ringside::session::bill::Bill as Figures;
use ringside::sim::id::Seq;
use ringside::sim::time::{Span, Time};
use ringside::text::Lang;
use ringside::text::words::Theme;
use yew::LocalServerRenderer;
use yew::prelude::*;

use crate::ui::describe;
use crate::ui::shown::text;
use crate::ui::state::{Command, State};

use super::bill::BillProps;
use super::dialog_props::{Copied, DialogsProps};
use super::dialogs::Dialogs;
use super::hidden_tables::{TwinsProps, hidden_tables};
use super::inspector::InspectorProps;
use super::sentence::{SentenceProps, sentence};
use super::timebar::{TimeBarProps, time_bar};
use super::transport::{TransportProps, transport};

fn html<C: BaseComponent>(props: C::Properties) -> String {
    block_on(LocalServerRenderer::<C>::with_props(props).hydratable(false).render())
}

fn state() -> State {
    State::new("", Lang::En, Theme::Light)
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

pub fn kept() -> [(Promise, Option<Broken>); Promise::COUNT] {
    Promise::ALL.map(|promise| (promise, None))
}

#[test]
fn the_sentence_of_a_first_visit_wears_discs_and_ends_with_the_one_thing_to_do() {
    let mut state = state();
    let said = describe::sentence(&mut state);
    let primary = state.selected.expect("the primary is selected");
    let html = text(sentence(&SentenceProps { said: Rc::new(said.clone()) }));
    assert!(html.starts_with("<h1 id=\"sentence\""), "{html}");
    assert_eq!(html.matches("data-look=\"up\"").count(), 3, "the primary and two backups: {html}");
    assert!(html.contains(&format!("data-n=\"{primary}\"")), "{html}");
    assert!(describe::plain(&said).ends_with("Press K: kill its primary."), "{}", describe::plain(&said));
}

#[test]
fn a_killed_node_wears_a_dashed_disc_in_the_sentence() {
    let mut state = state();
    let primary = state.selected.expect("the primary is selected");
    state.command(Command::Act(ringside::session::action::Action::Kill(primary))).expect("it runs");
    let html = text(sentence(&SentenceProps { said: Rc::new(describe::sentence(&mut state)) }));
    assert!(html.contains("data-look=\"down\""), "{html}");
}

#[test]
fn before_any_fault_the_bill_has_no_figures() {
    let html = text(super::bill::bill(&BillProps {
        lang: Lang::En,
        ack: Ack::InSync,
        reads: Reads::Primary,
        bill: Figures::default(),
        lenses: Vec::new(),
        promises: kept(),
    }));
    for figure in ["detected", "outage", "unserved", "refused", "lost"] {
        assert!(html.contains(&format!(" data-figure=\"{figure}\" class=\"none\">none yet<")), "{figure}: {html}");
    }
    assert!(html.contains("<dd data-figure=\"promises\">17 of 17</dd>"), "{html}");
    assert_eq!(html.matches("data-state=\"kept\"").count(), 17);
}

#[test]
fn after_a_fault_the_bill_names_detection_and_outage() {
    let bill = Figures {
        since: Some(Time::from_millis(11_200)),
        detected_after: Some(Span::millis(1_110)),
        outage: Some(Span::millis(1_280)),
        outage_open: true,
        unserved: 4,
        refused: 5,
        retried: 9,
        ..Figures::default()
    };
    let zh = text(super::bill::bill(&BillProps {
        lang: Lang::Zh,
        ack: Ack::InSync,
        reads: Reads::Primary,
        bill: bill.clone(),
        lenses: Vec::new(),
        promises: kept(),
    }));
    assert!(zh.contains(">1.11 秒</dd>") && zh.contains("中断（未结束）"), "{zh}");
    let en = text(super::bill::bill(&BillProps {
        lang: Lang::En,
        ack: Ack::InSync,
        reads: Reads::Primary,
        bill,
        lenses: Vec::new(),
        promises: kept(),
    }));
    assert!(en.contains("outage, still open") && en.contains(">1.28 s</dd>") && en.contains(">5 · 9</dd>"), "{en}");
    assert!(en.contains("<span data-figure=\"lost\">0</span>"), "nothing lost is a result: {en}");
}

#[test]
fn a_broken_promise_is_said_aloud_and_a_kept_one_is_not() {
    let mut promises = kept();
    let own = promises.iter_mut().find(|it| it.0 == Promise::OneEffective);
    own.expect("it is one of them").1 = Some(Broken { at: Time::from_millis(9_870), seq: Seq(7) });
    let html = text(super::bill::bill(&BillProps {
        lang: Lang::En,
        ack: Ack::InSync,
        reads: Reads::Primary,
        bill: Figures::default(),
        lenses: Vec::new(),
        promises,
    }));
    assert!(html.contains("data-promise=\"one-effective\" data-state=\"broken\""), "{html}");
    assert!(html.contains("Broken at 9.87 s"), "{html}");
    assert_eq!(html.matches("class=\"unseen\"").count(), 16, "the kept ones are for readers only: {html}");
    assert!(html.contains(">16 of 17<"), "{html}");
}

fn inspector(state: &State, lang: Lang) -> String {
    text(super::inspector::inspector(&InspectorProps {
        lang,
        inspected: describe::inspect(state),
        add: describe::adding(state),
        notice: state.notice.clone(),
        cutting: state.cutting,
        on_command: Callback::noop(),
    }))
}

#[test]
fn what_cannot_be_done_now_stays_and_says_why() {
    let mut state = state();
    state.command(Command::Select(name("C"))).expect("C takes part");
    let up = inspector(&state, Lang::En);
    let button = |html: &str, act: &str| {
        let from = html.find(&format!("data-act=\"{act}\"")).unwrap_or_else(|| panic!("no {act} in {html}"));
        html[from..from + html[from..].find("</button>").expect("a button ends")].to_owned()
    };
    assert!(!button(&up, "kill C").contains("aria-disabled"), "{up}");
    let revive = button(&up, "revive C");
    assert!(revive.contains("aria-disabled=\"true\"") && revive.contains("data-reason=\"C is running\""), "{revive}");
    for act in ["freeze C", "thaw C", "slow C 10", "isolate C", "cut C", "heal C", "wipe C", "drain C", "add G"] {
        button(&up, act);
    }
    state.command(Command::Act(ringside::session::action::Action::Kill(name("C")))).expect("C runs");
    let down = inspector(&state, Lang::En);
    assert!(button(&down, "kill C").contains("data-reason=\"C is down\""), "{down}");
    assert!(!button(&down, "revive C").contains("aria-disabled"), "{down}");
}

#[test]
fn another_node_is_offered_while_there_is_a_letter_left() {
    let mut state = state();
    let act = |state: &mut State, text: &str| state.command(Command::Act(text.parse().expect("an action"))).expect("possible");
    act(&mut state, "add G");
    assert!(inspector(&state, Lang::En).contains("data-act=\"add H\""));
    act(&mut state, "add H");
    let full = inspector(&state, Lang::En);
    assert!(full.contains("data-act=\"add\"") && full.contains("data-reason=\"all eight nodes are there\""), "{full}");
    state.command(Command::Select(name("C"))).expect("C takes part");
    act(&mut state, "drain C");
    let back = inspector(&state, Lang::Zh);
    assert!(back.contains("data-act=\"add C\"") && back.contains("加入 C"), "whoever drains can be taken back: {back}");
}

#[test]
fn the_bill_shows_what_moved_beside_what_had_to() {
    let bill = |moved, planned, minimum| Figures { moved, planned, minimum, ..Figures::default() };
    let html = |lang, bill| {
        text(super::bill::bill(&BillProps { lang, ack: Ack::InSync, reads: Reads::Primary, bill, lenses: Vec::new(), promises: kept() }))
    };
    let none = html(Lang::En, bill(0, 0, 0));
    assert!(none.contains("<dd data-figure=\"moved\" class=\"none\">none yet</dd>"), "{none}");
    let some = html(Lang::En, bill(4, 9, 8));
    let said = "<span data-figure=\"moved\">4</span> of <span data-figure=\"planned\">9</span> · <span data-figure=\"minimum\">8</span>";
    assert!(some.contains(said), "{some}");
    assert!(html(Lang::Zh, bill(4, 9, 8)).contains("</span> / <span"));
}

#[test]
fn of_many_broken_promises_those_without_a_line_of_their_own_are_counted() {
    let html = |broken: usize| {
        let mut promises = kept();
        let at = Broken { at: Time::from_millis(1_000), seq: ringside::sim::id::Seq(1) };
        promises.iter_mut().take(broken).for_each(|(_, it)| *it = Some(at));
        text(super::bill::bill(&BillProps {
            lang: Lang::En,
            ack: Ack::InSync,
            reads: Reads::Primary,
            bill: Figures::default(),
            lenses: Vec::new(),
            promises,
        }))
    };
    assert!(!html(4).contains("more</li>"));
    assert!(html(5).contains("and 2 more</li>"), "the last of four lines");
    let all = html(17);
    assert!(all.contains("and 14 more</li>"), "{all}");
    assert_eq!(all.matches("data-state=\"broken\"").count(), 17, "readers hear of all of them");
}

#[test]
fn writes_at_risk_are_marked_while_there_are_any() {
    let html = |since, at_risk| {
        text(super::bill::bill(&BillProps {
            lang: Lang::En,
            ack: Ack::InSync,
            reads: Reads::Primary,
            bill: Figures { since, at_risk, ..Figures::default() },
            lenses: Vec::new(),
            promises: kept(),
        }))
    };
    assert!(html(None, 0).contains("<span data-figure=\"at-risk\"></span><span data-figure=\"lost\" class=\"none\">none yet</span>"));
    assert!(
        html(None, 2).contains("<span data-figure=\"at-risk\" class=\"bad\">2</span> · <span data-figure=\"lost\">0</span>"),
        "it needs no fault to be at risk"
    );
    assert!(html(Some(Time::ZERO), 0).contains("<span data-figure=\"at-risk\">0</span>"));
}

#[test]
fn reads_from_backups_bring_their_stale_ones_onto_the_bill_and_only_promises_made_are_counted() {
    let bill = Figures { replica_reads: 9, stale_reads: 3, lost: 1, ..Figures::default() };
    let html = |ack, bill: &Figures| {
        text(super::bill::bill(&BillProps {
            lang: Lang::En,
            ack,
            reads: Reads::Primary,
            bill: bill.clone(),
            lenses: Vec::new(),
            promises: kept(),
        }))
    };
    let said = "<span data-figure=\"lost\" class=\"bad\">1</span></dd></div><div><dt>stale reads</dt><dd data-figure=\"stale\">3</dd>";
    assert!(html(Ack::InSync, &bill).contains(said), "{}", html(Ack::InSync, &bill));
    let alone = html(Ack::Primary, &Figures::default());
    assert!(alone.contains(">14 of 14<") && !alone.contains("acked-survive"), "{alone}");
}

fn dialogs(lang: Lang, form: crate::ui::settings_form::SettingsForm) -> String {
    html::<Dialogs>(DialogsProps {
        lang,
        form,
        single_keys: true,
        link: AttrValue::from("https://example.org/#v=9&seed=1"),
        copied: Copied::NotYet,
        on_write: Callback::noop(),
        on_random: Callback::noop(),
        on_copy: Callback::noop(),
        on_close: Callback::noop(),
        on_command: Callback::noop(),
    })
}

#[test]
fn the_settings_offer_coordinators_acknowledgement_and_reads() {
    let form = crate::ui::settings_form::SettingsForm::of(&ringside::cluster::setup::Setup::new(1));
    let html = dialogs(Lang::En, form);
    let radios: Vec<_> = html.split('<').filter(|tag| tag.contains("type=\"radio\"")).collect();
    let chosen = |field: &str| {
        let of: Vec<_> = radios.iter().filter(|tag| tag.contains(&format!("data-field=\"{field}\""))).collect();
        (of.len(), of.iter().filter(|tag| tag.contains("checked")).count())
    };
    assert_eq!([chosen("coordinators"), chosen("ack"), chosen("reads")], [(3, 1), (3, 1), (2, 1)], "{html}");
    assert!(html.contains("data-field=\"min\" type=\"number\" min=\"1\" max=\"3\""), "{html}");
}

#[test]
fn the_form_asks_for_every_figure_or_leaves_it_to_links() {
    const LINKS_ONLY: [&str; 2] = ["loss", "duplicates"];
    let form = crate::ui::settings_form::SettingsForm::of(&ringside::cluster::setup::Setup::new(1));
    let html = dialogs(Lang::Zh, form);
    for it in &ringside::session::recipe::PARAMETERS {
        let asked = html.contains(&format!("data-field=\"{}\"", it.key));
        assert_ne!(asked, LINKS_ONLY.contains(&it.key), "{}", it.key);
    }
}

#[test]
fn what_moves_is_listed_for_who_listens() {
    let view = super::super::stage::tests::fixture::moving();
    let twins = |lang| {
        text(hidden_tables(&TwinsProps {
            lang,
            roster: Roster { coordinators: 3, nodes: 6, balancers: 2, clients: 8 },
            flights: Rc::default(),
            moves: ringside::scene::state::moves(&view),
            slice: Rc::default(),
            heartbeats: false,
        }))
    };
    let (en, zh) = (twins(Lang::En), twins(Lang::Zh));
    assert!(en.contains("<li>shard 1: B → H, 60 %</li>"), "{en}");
    assert!(zh.contains("<li>分片 1：B → H，60%</li>"), "{zh}");
}

#[test]
fn a_refused_wish_is_said_in_the_line() {
    let mut state = state();
    state.command(Command::Select(name("C"))).expect("C takes part");
    let why = state.command(Command::ActOnSelected(ringside::text::words::ActionKind::Thaw)).expect_err("C is not frozen");
    let html = inspector(&state, Lang::En);
    assert!(html.contains(&format!("role=\"status\" class=\"told loud\">{why}</p>")), "{html}");
}

#[test]
fn nothing_selected_says_what_could_be() {
    let mut state = state();
    state.command(Command::Deselect).expect("always possible");
    assert!(inspector(&state, Lang::En).contains("Select anything"));
    assert_eq!(inspector(&state, Lang::Zh).matches("data-act").count(), 1, "only another node needs nobody selected");
}

#[test]
fn the_time_bar_is_a_slider_with_views_grants_and_marks() {
    let mut state = state();
    let primary = state.selected.expect("the primary is selected");
    state.command(Command::Act(ringside::session::action::Action::Kill(primary))).expect("it runs");
    state.command(Command::Seek(Time::from_millis(9_000))).expect("within the run");
    let props = |state: &mut State, thin| TimeBarProps {
        lenses: state.lenses,
        lock: state.lock,
        lang: Lang::En,
        roster: state.session.setup().roster,
        story: state.story().0,
        slice: state.slice(),
        now: state.session.now(),
        horizon: state.session.horizon(),
        limit: state.session.limit(),
        size: (1232, 108),
        thin,
        lit: None,
        on_pointer: Callback::noop(),
    };
    let wide = text(time_bar(&props(&mut state, false)));
    assert!(wide.contains("role=\"slider\"") && wide.contains("aria-valuenow=\"9000\""), "{wide}");
    assert!(wide.contains(&format!("view 1 · {primary}")), "{wide}");
    assert!(wide.contains(&format!("{primary} killed")), "{wide}");
    assert!(wide.contains("class=\"dark\"") && wide.contains("data-token=\"1\""), "{wide}");
    assert_eq!(wide.matches("data-view=\"1\"").count(), 1, "the future is not drawn while it is not known");
    state.command(Command::Seek(Time::from_millis(8_000))).expect("within the run");
    let back = text(time_bar(&props(&mut state, false)));
    assert_eq!(back.matches("data-view=\"1\"").count(), 2, "once as past, once as future, each clipped");
    let thin = text(time_bar(&props(&mut state, true)));
    assert!(!thin.contains("killed"), "no labels where there is no room: {thin}");
}

#[test]
fn a_run_with_rules_off_is_badged() {
    let props = |rules_off| TransportProps {
        lang: Lang::En,
        playing: false,
        unit: ringside::session::StepUnit::Fact,
        speed: ringside::session::playback::Speed(100_000),
        seed: 4127,
        rules_off,
        clock: NodeRef::default(),
        on_command: Callback::noop(),
        on_speed: Callback::noop(),
    };
    let plain = text(transport(&props(0)));
    assert!(plain.contains("id=\"modified\" class=\"badge\"></span>") && plain.contains("aria-valuetext=\"0.1×\""), "{plain}");
    assert!(text(transport(&props(2))).contains("modified: 2 rules are off"));
}
