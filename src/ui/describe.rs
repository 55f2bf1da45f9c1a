//! What the page says about the run and about the selected process, put together from state and words.

use ringside::cluster::observe::view::{ClusterView, ProcessView, Role};
use ringside::cluster::setup::name::{Kind, Name, Roster};
use ringside::scene::control::{self, Post};
use ringside::scene::state::{self as look, Look};
use ringside::session::action::Action;
use ringside::sim::id::Pid;
use ringside::sim::time::Span;
use ringside::text::sentence::{self, Span as Piece};
use ringside::text::stage_words::{self, StageWords};
use ringside::text::words;
use ringside::text::words::{ActionKind, Fares, Words};
use ringside::text::{Lang, cases, complaint, lock_words};

use super::state::State;

/// A piece of the sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// Words.
    Words(String),
    /// A process, wearing its own disc.
    Who(Name, Look),
}

/// The selected process, for its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspected {
    /// Who.
    pub name: Name,
    /// Its state.
    pub look: Look,
    /// What there is to say of it, in short phrases.
    pub facts: Vec<String>,
    /// What can be done to it, and why not.
    pub acts: Vec<Act>,
}

/// An action as the page offers it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Act {
    /// What.
    pub kind: ActionKind,
    /// In the grammar of actions.
    pub text: String,
    /// Whom it is about, where that is not the selected process.
    pub whom: Option<Name>,
    /// What it does, in a sentence.
    pub long: String,
    /// Why it cannot be done now.
    pub refused: Option<String>,
}

/// The sentence: what is to be seen and done at first, then what happened last.
pub fn sentence(state: &mut State) -> Vec<Said> {
    let view = state.session.view();
    if state.untouched
        && let Some(said) = opening(state, &view)
    {
        return said;
    }
    let roster = state.session.setup().roster;
    let Some(fact) = state.session.headline() else {
        return vec![Said::Words(words(state.lang).nothing_yet.to_owned())];
    };
    let pieces = match state.session.action_of(fact.seq) {
        Some((_, action)) => sentence::action(action, &roster, state.lang),
        None => {
            let facts = state.session.facts();
            sentence::latest(&facts[..facts.len().min(fact.seq.0 as usize + 1)], &roster, state.lang)
        }
    };
    pieces.into_iter().map(|piece| said(piece, &view, &roster)).collect()
}

fn said(piece: Piece, view: &ClusterView, roster: &Roster) -> Said {
    match piece {
        Piece::Text(words) => Said::Words(words),
        Piece::Who(pid) => who(pid, view, roster),
    }
}

fn who(pid: Pid, view: &ClusterView, roster: &Roster) -> Said {
    let state = look::process(view, pid).map_or(Look::Up, Look::of);
    Said::Who(roster.name(pid), state)
}

/// What a first visit sees: who leads the shard in the story, where its copies are, and the one thing to do.
fn opening(state: &mut State, view: &ClusterView) -> Option<Vec<Said>> {
    if let Some(case) = state.case {
        return Some(vec![Said::Words(cases::todo(state.lang, case))]);
    }
    let w = words(state.lang);
    let story = state.story();
    let shard = look::shard(view, story)?;
    let primary = shard.server?;
    let roster = state.session.setup().roster;
    let backups: Vec<Pid> = shard.view.in_sync.iter().copied().filter(|&pid| pid != primary).collect();
    let form = match backups.len() {
        2 => w.opening,
        1 => w.opening_one,
        _ => return None,
    };
    let mut names = [primary].into_iter().chain(backups);
    let mut out = Vec::new();
    for (i, text) in ringside::text::pieces(form).enumerate() {
        match i {
            0 => {}
            1 => out.push(Said::Words(story.0.to_string())),
            _ => out.extend(names.next().map(|pid| who(pid, view, &roster))),
        }
        out.push(Said::Words(text.to_owned()));
    }
    let asks = state.selected == Some(roster.name(primary)) && !state.touched();
    if asks {
        out.push(Said::Words(format!("{}{}", if state.lang == Lang::En { " " } else { "" }, w.opening_do)));
    }
    Some(out)
}

/// The sentence without discs.
pub fn plain(said: &[Said]) -> String {
    said.iter().fold(String::new(), |mut out, piece| {
        match piece {
            Said::Words(words) => out.push_str(words),
            Said::Who(name, _) => out.push_str(&name.to_string()),
        }
        out
    })
}

/// The selected process, if one is.
pub fn inspect(state: &State) -> Option<Inspected> {
    let name = state.selected?;
    let view = state.session.view();
    let pid = state.session.setup().roster.pid(name)?;
    let process = look::process(&view, pid).filter(|process| process.present)?;
    let w = words(state.lang);
    let is_coordinator = name.kind == Kind::Coordinator;
    let alone = is_coordinator && view.coordinators.len() == 1;
    let last_majority = is_coordinator && control::has_majority(&view, None) && !control::has_majority(&view, Some(pid));
    let act = |kind: ActionKind| {
        let long = match kind {
            ActionKind::Wipe if alone => (w.wipe_alone)(&name.to_string()),
            ActionKind::Wipe if last_majority => (w.wipe_majority)(&name.to_string()),
            _ => (w.action_long)(kind, &name.to_string()),
        };
        let action = state.action_of(kind, name);
        Act {
            kind,
            text: action.map_or_else(|| format!("cut {name}"), |action| action.to_string()),
            whom: None,
            long,
            refused: action.and_then(|action| refused(state, action)),
        }
    };
    Some(Inspected {
        name,
        look: Look::of(process),
        facts: phrases(state.lang, &view, process),
        acts: ActionKind::ALL.into_iter().filter(|&kind| kind != ActionKind::Add).map(act).collect(),
    })
}

/// Another node, or the selected one again.
pub fn adding(state: &State) -> Act {
    let (w, whom) = (words(state.lang), state.joiner());
    Act {
        kind: ActionKind::Add,
        text: whom.map_or_else(|| "add".to_owned(), |whom| Action::Add(whom).to_string()),
        whom,
        long: whom.map(|whom| (w.action_long)(ActionKind::Add, &whom.to_string())).unwrap_or_default(),
        refused: whom.map_or_else(|| Some(w.no_more_nodes.to_owned()), |whom| refused(state, Action::Add(whom))),
    }
}

fn refused(state: &State, action: Action) -> Option<String> {
    state.session.admits(action).err().map(|refusal| complaint::refusal(&refusal, state.lang))
}

fn phrases(lang: Lang, view: &ClusterView, process: &ProcessView) -> Vec<String> {
    let w = words(lang);
    let look = Look::of(process);
    let fares = match look {
        Look::Up => Fares::Up,
        Look::Suspected => Fares::Suspected,
        Look::Frozen => Fares::Frozen,
        Look::Down => Fares::Down,
    };
    let mut out = vec![format!("{}", (w.kind)(process.name.kind)), (w.fares)(fares).to_owned()];
    match process.name.kind {
        Kind::Node => {
            out.extend(stage_words::standing(lang, process.standing).map(str::to_owned));
            node(w, view, process, &mut out);
        }
        Kind::Client => client(lang, view, process.pid, &mut out),
        Kind::Coordinator => coordinator(lang, view, process, &mut out),
        Kind::Balancer => {}
    }
    if process.fails {
        out.push(w.fails.to_owned());
    }
    if process.slow > 1 {
        out.push((w.slowed)(process.slow));
    }
    if !process.cut_to.is_empty() {
        out.push((w.links_cut)(process.cut_to.len()));
    }
    out
}

fn node(w: &Words, view: &ClusterView, process: &ProcessView, out: &mut Vec<String>) {
    let roles = || view.shards.iter().filter_map(|shard| look::replica(shard, process.pid)?.role);
    let count = |role: Role| roles().filter(|&r| r == role).count();
    // Whoever is down leads nothing and holds nothing; that its copies lag is no news.
    if Look::of(process) == Look::Down {
        return;
    }
    out.push(match process.lease_left {
        Span::ZERO => w.no_lease.to_owned(),
        left => (w.lease_left)(&sentence::seconds(left)),
    });
    out.extend(process.queued.map(|(queued, most)| (w.at_work)(queued, most)));
    let (leads, follows) = (count(Role::Primary), count(Role::Backup));
    if leads + follows > 0 || count(Role::Learner) == 0 {
        out.push((w.roles)(leads, follows));
    }
    if count(Role::Learner) > 0 {
        out.push((w.catching_up)(count(Role::Learner)));
    }
}

/// What a coordinator is and believes: the only one is what the textbook has.
fn coordinator(lang: Lang, view: &ClusterView, process: &ProcessView, out: &mut Vec<String>) {
    let words = StageWords::of(lang);
    let Some(it) = control::coordinator(view, process.pid).filter(|it| it.office.is_some()) else { return };
    if view.coordinators.len() == 1 {
        out.push(words.alone.to_owned());
    } else {
        if !control::has_majority(view, None) {
            out.push(self::words(lang).majority_lost.to_owned());
        }
        out.push(stage_words::post_long(lang, Post::of(view, it)).to_owned());
        out.push(format!("{} {}", words.term, it.term));
    }
    let suspects: Vec<_> = it.suspects.iter().filter_map(|&pid| look::name(view, pid)).map(|name| name.to_string()).collect();
    if !suspects.is_empty() {
        out.push(format!("{} {}", words.suspects, ringside::text::joined(suspects, " ")));
    }
}

/// What a client waits for or believes, beside what the lock service says.
fn client(lang: Lang, view: &ClusterView, pid: Pid, out: &mut Vec<String>) {
    let name = |pid| look::name(view, pid).map(|name| name.to_string()).unwrap_or_default();
    for lock in &view.locks {
        let which = lock_words::lock(lock.id);
        let held = lock.holder.as_ref();
        let says = held.map(|held| (name(held.session.client), held.token.0));
        if let Some(it) = lock.inside.iter().find(|it| it.who == pid) {
            out.push(lock_words::believes(lang, which, it.token.0, it.step));
            out.push(lock_words::own_lease(lang, it.left));
            let agrees = held.is_some_and(|held| (held.session.client, held.token) == (pid, it.token));
            out.push(lock_words::service(lang, which, says.filter(|_| !agrees), agrees));
        } else if held.is_some_and(|held| held.session.client == pid) {
            out.push(lock_words::service(lang, which, says, false));
            out.push(lock_words::unaware(lang).to_owned());
        } else if let Some(place) = lock.queue.iter().position(|session| session.client == pid) {
            out.push((words(lang).waits_at)(place + 1));
        }
    }
}
