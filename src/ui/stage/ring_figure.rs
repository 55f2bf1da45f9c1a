//! What the ring is drawn from: no more than is to be seen there, so that a ring on which nothing has changed is not drawn again. A
//! lease that runs and a log that grows change the picture of the cluster, and nothing here.

use std::rc::Rc;

use ringside::cluster::observe::view::{ClusterView, ProcessView, ReplicaView, Role, ShardView};
use ringside::cluster::setup::name::{Kind, Name};
use ringside::proto::replica::view::ShardId;
use ringside::scene::control::{self, Post};
use ringside::scene::layout::Plan;
use ringside::scene::state::{self, Look, Move};
use ringside::sim::id::Pid;
use ringside::text::Lang;
use ringside::text::stage_words;
use yew::prelude::*;

use super::StageModel;
use super::band::Tie;
use super::process_glyph::Face;
use super::ring::lit;

/// All that is to be seen on the ring.
#[derive(Clone, PartialEq, Debug)]
pub struct RingFigure {
    /// What the layout is a function of.
    pub plan: Plan,
    /// The page's language.
    pub lang: Lang,
    /// Whose letter is lit.
    pub lit: Option<AttrValue>,
    /// The process that Tab comes to.
    pub stop: Name,
    /// The shard in the story.
    pub story: ShardId,
    /// Tokens with their owners, clockwise.
    pub tokens: Rc<[(u64, Pid)]>,
    /// The keys, at their hashes.
    pub keys: Rc<[u64]>,
    /// The pids of nodes that are down, as bits.
    pub down: u64,
    /// Each shard: who owns it or did last, and whether it is served.
    pub shards: Vec<(ShardId, Option<Name>, bool)>,
    /// The copies of the shard in the story that the control plane knows of.
    pub ties: Vec<(Name, Tie)>,
    /// Everybody who is there.
    pub faces: Vec<(Pid, Face)>,
    /// Cut links, but not those of somebody who is cut from most: that one wears a ring of its own.
    pub cuts: Vec<(Pid, Pid)>,
    /// Who suspects whom.
    pub doubts: Vec<(Pid, Pid, Name)>,
    /// Each coordinator: to whom it gave its vote, the latest term it knows, and whether it leads.
    pub votes: Vec<(Pid, Option<Pid>, u32, bool)>,
    /// Who leads the coordinators; nothing of one alone.
    pub leads: String,
    /// Copies on their way.
    pub moves: Vec<Move>,
}

impl RingFigure {
    /// What is to be seen of a model.
    pub fn of(model: &StageModel) -> RingFigure {
        let view = &*model.view;
        let (plan, story) = (model.plan(), model.story);
        let first = Name { kind: Kind::Coordinator, n: 0 };
        let shard = |shard: &ShardView| {
            let owner = state::owner(shard).and_then(|pid| state::name(view, pid));
            (shard.id, owner, shard.server.is_some())
        };
        let doubt = |process: &ProcessView| Some((control::doubter(view, model.selected, process.pid)?, process.pid, process.name));
        // Between seven nodes there is no room for the term; it stands in the coordinators.
        let term = plan.thin || plan.nodes.count_ones() < 7;
        RingFigure {
            plan,
            lang: model.lang,
            lit: lit(model),
            // To the selected process, or to the first. Arrows go on from there.
            stop: model.selected.filter(|&name| view.present().any(|it| it.name == name)).unwrap_or(first),
            story,
            tokens: view.ring.clone(),
            keys: view.keys.clone(),
            down: downs(view),
            shards: view.shards.iter().map(shard).collect(),
            ties: state::shard(view, story).map(|shard| ties(view, shard)).unwrap_or_default(),
            faces: view.present().map(|process| (process.pid, face(model, process))).collect(),
            cuts: cuts(view),
            doubts: view.present().filter_map(doubt).collect(),
            votes: view.coordinators.iter().map(|it| (it.pid, it.voted, it.term, Post::of(view, it) == Post::Leader)).collect(),
            leads: if plan.roster.coordinators > 1 { stage_words::leads(model.lang, view, term) } else { String::new() },
            moves: state::moves(view),
        }
    }

    /// Those of a kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (Pid, &Face)> {
        self.faces.iter().filter(move |(_, face)| face.name.kind == kind).map(|(pid, face)| (*pid, face))
    }
}

fn downs(view: &ClusterView) -> u64 {
    let bit = |pid: Pid| 1u64.checked_shl(u32::from(pid.0)).unwrap_or_default();
    state::of_kind(view, Kind::Node).filter(|p| state::is_down(view, p.pid)).fold(0, |bits, p| bits | bit(p.pid))
}

/// Whether most of the others cannot be reached from a process.
fn isolated(view: &ClusterView, process: &ProcessView) -> bool {
    process.cut_to.len() * 2 >= view.present().count().max(2)
}

/// What is to be seen of a process.
fn face(model: &StageModel, process: &ProcessView) -> Face {
    let (view, pid) = (&*model.view, process.pid);
    let shard = state::shard(view, model.story);
    let copy = shard.and_then(|shard| state::replica(shard, pid).map(|replica| (shard, replica)));
    let role = copy.and_then(|(_, replica)| replica.role);
    let chosen = match Some(process.name) {
        name if name == model.selected => 1,
        name if name == model.second => 2,
        _ => 0,
    };
    Face {
        name: process.name,
        look: Look::of(process),
        standing: process.standing,
        by: control::doubter(view, model.selected, pid).and_then(|by| state::name(view, by)),
        role,
        crown: shard.and_then(|shard| state::crown(view, shard, pid)),
        progress: copy.filter(|_| role == Some(Role::Learner)).map(|(shard, replica)| state::progress(shard, replica)),
        slow: process.slow,
        fails: process.fails,
        queued: process.queued.map_or(0, |(queued, _)| queued),
        isolated: isolated(view, process),
        part: state::part(view, pid),
        post: control::coordinator(view, pid).map(|it| {
            let vote = it.voted.and_then(|vote| state::name(view, vote));
            (Post::of(view, it), it.term, vote)
        }),
        chosen,
    }
}

fn ties(view: &ClusterView, shard: &ShardView) -> Vec<(Name, Tie)> {
    let tie = |replica: &ReplicaView| {
        let name = state::name(view, replica.node)?;
        let tie = match replica.role {
            _ if state::is_down(view, replica.node) => Tie::Loose,
            Some(Role::Primary) => Tie::Primary,
            Some(Role::Backup) => Tie::Backup,
            Some(Role::Learner) | None => Tie::Loose,
        };
        Some((name, tie))
    };
    shard.replicas.iter().filter_map(tie).collect()
}

fn cuts(view: &ClusterView) -> Vec<(Pid, Pid)> {
    let alone = |pid: Pid| state::process(view, pid).is_some_and(|process| isolated(view, process));
    let mut cuts = Vec::new();
    for process in view.present().filter(|process| !isolated(view, process)) {
        cuts.extend(process.cut_to.iter().filter(|&&to| !alone(to)).map(|&to| (process.pid, to)));
    }
    cuts
}
