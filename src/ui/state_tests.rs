//! What wishes do, and that no link can break the page.

use ringside::cluster::observe::view::Health;
use ringside::session::action::Action;
use ringside::sim::time::Time;

use crate::ui::keys::{self, Focus, Key, Meaning};

use super::*;

fn first() -> State {
    State::new("", Lang::En, Theme::Auto)
}

fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

fn health(state: &State, who: Name) -> Health {
    let pid = state.session.setup().roster.pid(who).expect("takes part");
    state.session.view().processes[pid.index()].health
}

fn press(state: &mut State, key: &str, focus: Focus) {
    let shift = key.chars().all(|c| c.is_ascii_uppercase());
    if let Some(Meaning::Command(command)) = keys::meaning(state, Key { name: key, chorded: false, shift, focus }) {
        let _ = state.command(command);
    }
}

#[test]
fn a_first_visit_stands_where_the_lock_is_held_and_others_wait() {
    let state = first();
    let view = state.session.view();
    assert_eq!(state.session.now(), FIRST);
    assert!(view.locks[0].holder.is_some() && !view.locks[0].queue.is_empty());
    assert!(view.shards.iter().all(|shard| shard.server.is_some()));
    assert!(!state.playing && state.untouched && state.notice.is_none());
}

#[test]
fn k_kills_the_primary_of_the_shard_in_the_story_and_a_step_back_undoes_it() {
    let mut state = first();
    let primary = state.selected.expect("the primary is selected");
    press(&mut state, "k", Focus::Page);
    assert_eq!(health(&state, primary), Health::Down);
    press(&mut state, ".", Focus::Page);
    press(&mut state, ",", Focus::Page);
    press(&mut state, ",", Focus::Page);
    assert_eq!(health(&state, primary), Health::Up, "before the kill it lives");
}

#[test]
fn a_cyrillic_keyboard_kills_steps_and_selects() {
    let mut state = first();
    for (typed, code, shift) in [("С", "KeyC", true), ("л", "KeyK", false), ("ю", "Period", false)] {
        let key = Key { name: ringside::text::latin::latin(typed, code, shift), chorded: false, shift, focus: Focus::Page };
        let Some(Meaning::Command(command)) = keys::meaning(&state, key) else { panic!("{typed} means nothing") };
        state.command(command).expect("it can be done");
    }
    assert_eq!(state.session.actions().last().map(|a| a.1), Some(Action::Kill(name("C"))));
    assert!(state.session.now() > FIRST, "the full stop's key stepped on");
}

#[test]
fn bad_links_open_the_default_run_and_say_why() {
    let long = "x".repeat(20_000);
    for bad in ["zz", "v=10", "v=9&seed=-3", "v=9&do=1:kill:Z", "%ff", "v=9&v=9", "do=5:kill", &long, "v=9&at=99999999", "\u{0}"] {
        let state = State::new(bad, Lang::En, Theme::Auto);
        assert!(state.notice.is_some(), "{bad:.40}");
        assert_eq!(state.session.setup().seed, link::DEFAULT_SEED);
        assert_eq!(state.session.now(), FIRST);
    }
    let zh = State::new("v=10", Lang::Zh, Theme::Auto).notice.expect("a notice");
    assert!(zh.contains("默认运行"), "{zh}");
}

#[test]
fn an_action_of_a_link_that_changes_nothing_is_told_when_the_run_comes_to_it() {
    let told = |state: &State| state.notice.clone().unwrap_or_default();
    let link = "v=9&do=4:revive:A,4:revive:A,5:kill:A,8:kill:A&at=6";
    let mut state = State::new(link, Lang::En, Theme::Auto);
    assert_eq!(told(&state), "Action 2 of this link, revive A at 4.00 s, changed nothing: A is running. Neither did one before it.");
    state.command(Command::Seek(Time::from_millis(7_000))).expect("within the run");
    assert_eq!(state.notice, None, "said once");
    for _ in 0..2 {
        state.command(Command::Seek(Time::from_millis(9_000))).expect("within the run");
        assert_eq!(told(&state), "Action 4 of this link, kill A at 8.00 s, changed nothing: A is down.");
        state.command(Command::Seek(Time::from_millis(3_000))).expect("within the run");
        assert_eq!(state.notice, None, "going back");
        state.command(Command::Seek(Time::from_millis(7_000))).expect("within the run");
        assert!(told(&state).starts_with("Action 2 "), "told again on the way: {}", told(&state));
    }
    assert!(state.link().contains("do=4:revive:A,4:revive:A,5:kill:A,8:kill:A&"), "{}", state.link());
    let zh = State::new("v=1&lang=zh&do=5:thaw:A&at=6", Lang::En, Theme::Auto);
    assert_eq!(
        told(&zh),
        "这个链接由较早的版本生成：配方和操作不变，但运行的细节可能不同。链接里的第 1 个操作（5.00 秒时的 thaw A）没有生效：A 没有冻结。"
    );
}

#[test]
fn the_link_of_an_instant_opens_that_instant_even_the_first() {
    let mut state = first();
    for ms in [0, 6_000, 9_876] {
        state.command(Command::Seek(Time::from_millis(ms))).expect("within the run");
        let other = State::new(&state.link(), Lang::En, Theme::Auto);
        assert_eq!(other.session.now(), state.session.now());
        assert_eq!(other.session.digest(), state.session.digest());
        assert_eq!(other.selected, state.selected);
    }
}

#[test]
fn a_cut_asks_for_its_other_end_and_heals_again() {
    let mut state = first();
    state.command(Command::Select(name("A"))).expect("takes part");
    press(&mut state, "x", Focus::Page);
    assert!(state.cutting);
    state.command(Command::Select(name("B"))).expect("takes part");
    assert_eq!(state.session.actions().last().map(|a| a.1), Some(Action::Cut(name("A"), name("B"))));
    assert!(!state.cutting);
    press(&mut state, "h", Focus::Page);
    assert_eq!(state.session.actions().last().map(|a| a.1), Some(Action::Heal(name("A"), name("B"))));
}

#[test]
fn slow_is_undone_by_the_same_key() {
    let mut state = first();
    state.command(Command::Select(name("D"))).expect("takes part");
    press(&mut state, "s", Focus::Page);
    press(&mut state, "s", Focus::Page);
    let actions: Vec<_> = state.session.actions().iter().map(|a| a.1).collect();
    assert_eq!(actions, [Action::Slow(name("D"), SLOWER), Action::Slow(name("D"), 1)]);
}

#[test]
fn single_keys_can_be_switched_off_and_fields_keep_theirs() {
    let mut state = first();
    let primary = state.selected.expect("the primary is selected");
    press(&mut state, "k", Focus::Field);
    state.command(Command::SingleKeys(false)).expect("always possible");
    press(&mut state, "k", Focus::Page);
    assert_eq!(health(&state, primary), Health::Up);
    press(&mut state, "ArrowRight", Focus::Page);
    assert!(state.session.now() > FIRST, "arrows are no single-key shortcuts");
}

#[test]
fn a_capital_letter_selects_the_node_of_that_letter() {
    let mut state = first();
    press(&mut state, "F", Focus::Page);
    assert_eq!(state.selected, Some(name("F")));
    assert_eq!(health(&state, name("F")), Health::Up, "it was selected, not frozen");
    press(&mut state, "H", Focus::Page);
    assert_eq!(state.selected, Some(name("F")), "there is no H among six");
    press(&mut state, "Escape", Focus::Page);
    assert_eq!(state.selected, None);
}

#[test]
fn n_adds_the_next_node_d_drains_the_selected_one_and_n_takes_it_back() {
    let mut state = first();
    state.command(Command::Deselect).expect("always possible");
    press(&mut state, "n", Focus::Page);
    press(&mut state, "G", Focus::Page);
    assert_eq!(state.selected, Some(name("G")));
    state.command(Command::Seek(Time::from_millis(9_000))).expect("within the run");
    press(&mut state, "d", Focus::Page);
    press(&mut state, "n", Focus::Page);
    let actions: Vec<_> = state.session.actions().iter().map(|a| a.1).collect();
    assert_eq!(actions, [Action::Add(name("G")), Action::Drain(name("G")), Action::Add(name("G"))]);
    // Before it joined, nobody is there to be selected or inspected.
    state.command(Command::Seek(Time::from_millis(1_000))).expect("within the run");
    assert!(crate::ui::describe::inspect(&state).is_none());
    state.command(Command::Select(name("G"))).expect_err("it is not there yet");
}

#[test]
fn a_wish_that_cannot_be_has_changed_nothing() {
    let mut state = first();
    let (digest, revision) = (state.session.digest(), state.session.revision());
    for command in [Command::Act(Action::Revive(name("A"))), Command::Act(Action::Kill(name("H"))), Command::Select(name("L2"))] {
        state.command(command).expect_err("it cannot be");
    }
    assert_eq!((state.session.digest(), state.session.revision()), (digest, revision));
}

#[test]
fn a_run_of_other_settings_begins_untouched() {
    let mut state = first();
    state.command(Command::Dialog(Some(Dialog::Settings))).expect("always possible");
    for (field, value, checked) in [("seed", "99", false), ("nodes", "5", false), ("rule-fencing", "on", false)] {
        state.command(Command::Write { field: field.into(), value: value.into(), checked }).expect("always possible");
    }
    state.command(Command::Begin).expect("a good recipe");
    assert_eq!((state.session.setup().seed, state.session.setup().roster.nodes), (99, 5));
    assert_eq!(state.session.setup().rules.off().count(), 1);
    assert!(state.untouched && state.dialog.is_none());
}

#[test]
fn play_does_not_begin_at_the_end_of_a_run() {
    let mut state = State::new("v=9&at=1799.999", Lang::En, Theme::Auto);
    state.command(Command::Seek(state.session.limit())).expect("within the run");
    state.command(Command::Play).expect("always possible");
    assert!(!state.playing && state.notice.is_some());
}

#[test]
fn the_placement_room_pauses_the_run_and_leaves_it_alone() {
    let mut state = first();
    let _ = state.command(Command::Play);
    press(&mut state, "p", Focus::Page);
    assert!(state.away == Some(Room::Place) && !state.playing);
    let digest = state.session.digest();
    for key in ["k", " ", ".", ",", "ArrowRight", "?"] {
        press(&mut state, key, Focus::Page);
    }
    assert_eq!((state.session.digest(), state.playing, state.dialog), (digest, false, None), "its keys are the room's");
    press(&mut state, "b", Focus::Page);
    assert_eq!(state.away, Some(Room::Textbook), "from room to room");
    press(&mut state, "b", Focus::Page);
    assert_eq!(state.away, None);
    state.single_keys = false;
    press(&mut state, "p", Focus::Page);
    press(&mut state, "b", Focus::Page);
    assert!(state.away.is_none(), "single keys can be switched off");
}

#[test]
fn lenses_are_chosen_by_keys_and_links_and_stay_whatever_becomes_of_the_run() {
    let mut state = State::new("v=9&seed=4127&at=8&lens=load,lock", Lang::En, Theme::Auto);
    let digest = state.session.digest();
    assert!(state.link().ends_with("&lens=load,lock"), "{}", state.link());
    press(&mut state, "1", Focus::Page);
    assert_eq!(state.lenses.to_string(), "doubt,lock");
    press(&mut state, "1", Focus::Page);
    assert_eq!(state.lenses, Lenses::default());
    assert!(!state.link().contains("lens"), "what is usual is not said: {}", state.link());
    press(&mut state, "2", Focus::Button);
    assert_eq!((state.lenses.to_string().as_str(), state.session.digest()), ("replicas,load", digest));
    press(&mut state, "2", Focus::Field);
    assert_eq!(state.lenses.to_string(), "replicas,load", "a field keeps its keys");
    state.command(Command::Act(Action::Kill(name("C")))).expect("it runs");
    state.command(Command::Dialog(Some(Dialog::Settings))).expect("a dialog");
    state.command(Command::Begin).expect("a run");
    assert_eq!(state.lenses.to_string(), "replicas,load", "another run is looked at as the last one was");
    state.command(Command::Open("v=9&seed=4127&at=8".to_owned())).expect("a link");
    assert_eq!(state.lenses, Lenses::default(), "a link that names no lens means the usual ones");
    assert!(state.loads().is_none(), "a lens that is not shown costs nothing");
}

#[test]
fn another_future_has_a_load_of_its_own() {
    let mut state = State::new("v=9&seed=4127&at=20&lens=load,lock", Lang::En, Theme::Auto);
    assert!(state.loads().expect("it is shown").1.is_none(), "nothing has failed");
    state.command(Command::Seek(Time::from_millis(9_000))).expect("an instant");
    state.command(Command::Act(Action::Kill(name("C")))).expect("it runs");
    state.command(Command::Seek(Time::from_millis(20_000))).expect("an instant");
    let (picture, toll) = state.loads().expect("it is shown");
    let again = State::new(&state.link(), Lang::En, Theme::Auto).loads().expect("the link says so");
    assert_eq!((picture, toll), again);
    assert!(toll.is_some() && state.slice().columns.len() == 28);
}

#[test]
fn what_a_link_says_of_the_page_and_nobody_can_read_is_passed_over_aloud() {
    for (part, taken) in [
        ("sel=Z", false),
        ("sel=H", false),
        ("sel=C", true),
        ("lang=fr", false),
        ("theme=puce", false),
        ("theme=dark", true),
        ("speed=-1", false),
        ("speed=100000", true),
    ] {
        let state = State::new(&format!("v=9&seed=4127&{part}&at=3"), Lang::En, Theme::Auto);
        assert_eq!(state.notice.is_none(), taken, "{part}: {:?}", state.notice);
        assert!(taken || state.notice.expect("it is said").contains(part));
        assert_eq!(state.session.now(), Time::from_millis(3_000), "the run is opened all the same");
    }
}

#[test]
fn that_a_majority_of_coordinators_loses_its_disks_is_said_before_and_after() {
    let inspect = |link: &str, lang| {
        let mut state = State::new(link, lang, Theme::Auto);
        state.selected = Some(name("K2"));
        crate::ui::describe::inspect(&state).expect("it is selected")
    };
    let costs = |link: &str, lang| {
        let acts = inspect(link, lang).acts;
        acts.into_iter().find(|act| act.kind == ringside::text::words::ActionKind::Wipe).expect("there is the button").long
    };
    for (lang, before, after) in [(Lang::En, "nobody could be elected", "nobody can be elected"), (Lang::Zh, "再也选不出", "再也选不出")]
    {
        assert!(!costs("#v=9&seed=4127&at=5", lang).contains(before), "the others readmit it");
        assert!(costs("#v=9&seed=4127&do=3:wipe:K1&at=5", lang).contains(before));
        let says = |link: &str| inspect(link, lang).facts.iter().any(|fact| fact.contains(after));
        assert!(says("#v=9&seed=4127&do=3:wipe:K1,3:wipe:K2,4:revive:K1,4:revive:K2&at=9"));
        assert!(!says("#v=9&seed=4127&do=3:wipe:K2,4:revive:K2&at=9"), "it has been readmitted");
    }
}

#[test]
fn what_it_costs_to_wipe_the_only_coordinator_is_said_before_it_is_done() {
    let costs = |link: &str, lang| {
        let mut state = State::new(link, lang, Theme::Auto);
        state.selected = Some(name("K1"));
        let seen = crate::ui::describe::inspect(&state).expect("it is selected");
        seen.acts.into_iter().find(|act| act.kind == ringside::text::words::ActionKind::Wipe).expect("there is the button").long
    };
    for (lang, word) in [(Lang::En, "only coordinator"), (Lang::Zh, "唯一的协调者")] {
        assert!(costs("#v=9&seed=4127&coordinators=1&at=5", lang).contains(word));
        assert!(!costs("#v=9&seed=4127&coordinators=3&at=5", lang).contains(word), "others remember");
    }
}

#[test]
fn another_run_has_doubts_of_its_own_and_a_choice_that_it_does_not_offer_is_none() {
    let mut state = State::new("v=9&seed=4127&detector=swim&lens=doubt,lock&do=8:kill:C&at=20", Lang::En, Theme::Auto);
    state.command(Command::Belief(Some(name("A")), Some(name("K1")))).expect("a choice");
    let swim = state.doubt().expect("it is shown");
    assert_eq!(swim.pair.as_ref().map(|(pair, _)| *pair), Some((name("A"), name("K1"))));
    assert!(swim.figures.accused > 0 && swim.figures.crash.is_some());
    let other = "v=9&seed=4127&lens=doubt,lock&at=20";
    state.command(Command::Open(other.to_owned())).expect("a link");
    assert_eq!(state.doubt(), State::new(other, Lang::En, Theme::Auto).doubt());
    // Nodes believe nothing where coordinators go by heartbeats.
    state.command(Command::Belief(Some(name("A")), None)).expect("a choice");
    assert!(state.doubt().and_then(|it| it.pair).is_some_and(|(_, reason)| reason.is_some()), "the leader stands in");
}
