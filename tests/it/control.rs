//! The control plane's machine by itself: who counts, who may lead, and who may go, after deaths, lost disks and moves.
//!
//! Mutants of it, each applied by hand, and the test that was seen to fail:
//!
//! | mutant | killed by |
//! |---|---|
//! | copies go with the decision that counts a better one; or without a look at who was heard | `copies_go_by_a_decision_of_their_own_…` |
//! | a decision to let go of copies holds for a later view, too | `copies_go_by_a_decision_of_their_own_…` |
//! | whoever has handed over goes before its lease has ended | `whoever_handed_over_stays_until_its_lease_has_ended` |
//! | when the set grows, no more copies than before may lack anything | `the_larger_the_set_the_more_of_it_may_lack_something` |
//! | a set of one is thought to lack what a larger one lacked | `a_settled_primary_alone_leads_again_after_a_restart` |
//! | the set shrinks though those that are left may not hold everything | `a_set_never_shrinks_below_what_holds_everything` |
//! | a former copy is not remembered; does not lead with the others; does not count when a disk is lost | `a_copy_let_go_too_early_…` |
//! | a promoted primary passes for settled | `a_promoted_primary_that_has_not_settled_is_not_trusted_alone` |
//! | a settled primary is not trusted when a backup's disk is lost | `a_settled_primary_goes_on_when_a_backups_disk_is_lost` |
//! | copies let go below `min` are not remembered; or are remembered though more was committed | `what_is_remembered_below_the_least_number_…` |
//! | a copy that is down is counted, or made primary | `whoever_is_down_is_neither_counted_nor_deferred_to` |
//! | what an operator gave up is remembered | `what_an_operator_gave_up_never_leads_again` |
//! | a control plane that goes on behind what it hears looks at all copies once more | `whoever_goes_on_behind_higher_views_keeps_what_it_knows` |

use std::rc::Rc;

use ringside::cluster::control::{Command, Control, Decided, Intent};
use ringside::cluster::note::ViewWhy;
use ringside::cluster::observe::view::Waiting;
use ringside::cluster::setup::Setup;
use ringside::cluster::setup::config::Ack;
use ringside::cluster::setup::env::Env;
use ringside::proto::replica::view::{ShardId, View, ViewNo};
use ringside::sim::id::{Boot, Pid};
use ringside::sim::time::{Span, Time};

/// The machine, and one of its shards.
struct Desk {
    control: Control,
    env: Env,
    at: Time,
    shard: ShardId,
    lives: Vec<u32>,
}

impl Desk {
    /// Three nodes; of the shard, in the ring's order, copies 0, 1 and 2.
    fn new(ack: Ack, min: u8) -> Desk {
        let mut setup = Setup::new(1);
        setup.roster.nodes = 3;
        (setup.config.ack, setup.config.min_in_sync) = (ack, min);
        let env = Env::new(Rc::new(setup));
        let lives = vec![1; env.nodes.len()];
        Desk { control: Control::founding(&env), env, at: Time::from_millis(1_000), shard: ShardId(0), lives }
    }

    fn decide(&mut self, command: Command) -> Vec<(ShardId, ViewWhy)> {
        let mut out = Vec::new();
        self.control.apply(&command, self.at, &self.env, &mut out);
        let views = out.into_iter().filter_map(|it| match it {
            Decided::View(shard, _, why) => Some((shard, why)),
            _ => None,
        });
        views.collect()
    }

    fn copy(&self, n: usize) -> Pid {
        self.control.order(self.shard)[n]
    }

    fn view(&self) -> &View {
        self.control.view(self.shard)
    }

    fn no(&self) -> ViewNo {
        self.view().no
    }

    /// Which copies count, in the ring's order, and which of them leads.
    fn counts(&self) -> (Vec<usize>, Option<usize>) {
        let place = |pid: &Pid| self.control.order(self.shard).iter().position(|it| it == pid).unwrap_or(9);
        (self.view().in_sync.iter().map(place).collect(), self.view().primary.as_ref().map(place))
    }

    fn down(&mut self, copies: &[usize]) {
        let pids = copies.iter().map(|&n| self.copy(n)).collect();
        self.decide(Command::NodesDown(pids));
    }

    /// Back in a new life, with or without its disk.
    fn back(&mut self, n: usize, fresh: bool) {
        let node = self.copy(n);
        let life = &mut self.lives[usize::from(node.0) % 8];
        *life += 1;
        let boot = Boot(*life);
        let intent = Intent { said: (boot, Time::ZERO), leaving: false };
        self.decide(Command::NodeUp { node, boot, fresh, intent });
    }

    fn expand(&mut self, n: usize) {
        self.decide(Command::Expand(self.shard, self.no(), self.copy(n)));
    }

    /// The primary says that all that count have what is committed.
    fn level(&mut self, open: bool) {
        self.decide(Command::Level(self.shard, self.no(), open));
    }

    fn waits_for(&self, copies: &[usize], enough: usize) -> bool {
        let mut nodes: Vec<Pid> = copies.iter().map(|&n| self.copy(n)).collect();
        nodes.sort_unstable();
        self.control.waiting(self.shard) == Some(Waiting::For { nodes, enough })
    }
}

/// A fourth node joins: a shard that it is to get a copy of, which is being made, and whose primary stays.
fn joined() -> (Desk, Pid) {
    let mut desk = Desk::new(Ack::InSync, 1);
    let node = desk.env.nodes[3];
    let intent = Intent { said: (Boot(1), Time::ZERO), leaving: false };
    desk.decide(Command::NodeUp { node, boot: Boot(1), fresh: true, intent });
    let mut shards = (0..24).map(ShardId);
    let moves = |shard: &ShardId| {
        let view = desk.control.view(*shard);
        view.learners.contains(&node) && view.primary.is_some_and(|primary| desk.control.order(*shard).contains(&primary))
    };
    desk.shard = shards.find(moves).expect("a copy is on its way");
    (desk, node)
}

#[test]
fn copies_go_by_a_decision_of_their_own_when_whoever_stays_was_heard() {
    let (mut desk, node) = joined();
    let (shard, before) = (desk.shard, desk.no());
    let out = desk.decide(Command::Expand(shard, before, node));
    assert_eq!(out.iter().filter(|(it, _)| *it == shard).collect::<Vec<_>>(), [&(shard, ViewWhy::CaughtUp)]);
    assert_eq!(desk.view().in_sync.len(), 4);
    let ready = |desk: &Desk, heard: bool| desk.control.to_let_go(|_, _| heard, desk.at, &desk.env).any(|(it, _)| it == shard);
    assert!(!ready(&desk, false) && ready(&desk, true));
    let out = desk.decide(Command::GoOn(vec![(shard, before)]));
    assert!(!out.contains(&(shard, ViewWhy::Dismissed)), "the view has changed since");
    let out = desk.decide(Command::GoOn(vec![(shard, desk.no())]));
    assert!(out.contains(&(shard, ViewWhy::Dismissed)) && desk.view().in_sync.len() == 3, "{:?}", desk.view());
}

#[test]
fn whoever_handed_over_stays_until_its_lease_has_ended() {
    let (mut desk, node) = joined();
    // A shard that the new node is to lead.
    let mut shards = (0..24).map(ShardId);
    let led = |shard: &ShardId| desk.control.order(*shard)[0] == node;
    desk.shard = shards.find(led).expect("it is to lead something");
    while !desk.view().in_sync.contains(&node) {
        let learning: Vec<ShardId> = (0..24).map(ShardId).filter(|&it| desk.control.view(it).learners.contains(&node)).collect();
        for shard in learning {
            desk.decide(Command::Expand(shard, desk.control.view(shard).no, node));
        }
    }
    let shard = desk.shard;
    assert_eq!(desk.decide(Command::HandOver(shard, desk.no())), [(shard, ViewWhy::HandedOver)]);
    let ready = |desk: &Desk| desk.control.to_let_go(|_, _| true, desk.at, &desk.env).any(|(it, _)| it == shard);
    assert!(!ready(&desk), "it may believe for a while that it leads");
    desk.at += desk.env.wait_out();
    assert!(ready(&desk));
}

#[test]
fn the_larger_the_set_the_more_of_it_may_lack_something() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    desk.level(false);
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)));
    desk.back(2, false);
    desk.expand(2);
    assert_eq!(desk.counts().0, [0, 1, 2]);
    // Of three copies one may lack what two have committed.
    desk.down(&[0, 1]);
    assert_eq!(desk.counts().1, None, "the third may lack something");
    assert!(desk.waits_for(&[0, 1, 2], 2), "{:?}", desk.control.waiting(desk.shard));
    desk.back(1, false);
    assert_eq!(desk.counts().1, Some(1));
}

#[test]
fn a_settled_primary_alone_leads_again_after_a_restart() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    // Nobody has told that the two are level; the second loses its disk. The primary has everything by itself.
    desk.back(1, true);
    assert_eq!(desk.counts(), (vec![0], Some(0)));
    desk.back(0, false);
    assert_eq!(desk.counts(), (vec![0], Some(0)));
}

#[test]
fn a_set_never_shrinks_below_what_holds_everything() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)));
    desk.down(&[1]);
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)), "the second may have what the first has not");
    desk.decide(Command::Shrink(desk.shard, desk.no(), desk.copy(1)));
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)));
}

#[test]
fn a_copy_let_go_too_early_counts_when_the_others_are_lost() {
    // 2 is let go, and nobody tells that 0 and 1 are level. Then 1 dies, and 0 restarts.
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    desk.down(&[1]);
    desk.back(0, false);
    assert_eq!(desk.counts().1, None);
    assert!(desk.waits_for(&[0, 1, 2], 2), "{:?}", desk.control.waiting(desk.shard));
    desk.back(2, false);
    assert_eq!(desk.counts(), (vec![0, 2], Some(0)), "what the two have together is everything");
    // The same, but the primary loses its disk.
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    desk.back(2, false);
    desk.back(0, true);
    assert_eq!(desk.counts(), (vec![1, 2], Some(1)));
    // The same, but a new primary asks around when the other dies.
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    desk.back(0, false);
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)));
    desk.down(&[1]);
    desk.back(2, false);
    assert_eq!(desk.counts(), (vec![0, 2], Some(0)));
}

#[test]
fn a_promoted_primary_that_has_not_settled_is_not_trusted_alone() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[0]);
    assert_eq!(desk.counts(), (vec![1, 2], Some(1)));
    desk.back(2, true);
    assert!(desk.view().in_sync.contains(&desk.copy(0)), "whoever was let go may have what it lacks: {:?}", desk.view());
    // Had it settled, it would have everything.
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[0]);
    desk.level(false);
    desk.back(2, true);
    assert_eq!(desk.counts(), (vec![1], Some(1)));
}

#[test]
fn a_settled_primary_goes_on_when_a_backups_disk_is_lost() {
    for ack in [Ack::Majority, Ack::InSync] {
        let mut desk = Desk::new(ack, 1);
        for n in [1, 2] {
            desk.back(n, true);
        }
        assert_eq!((desk.counts(), desk.control.waiting(desk.shard)), ((vec![0], Some(0)), None));
    }
}

#[test]
fn what_is_remembered_below_the_least_number_leads_when_the_rest_is_lost() {
    let alone = || {
        let mut desk = Desk::new(Ack::InSync, 2);
        desk.down(&[2]);
        desk.level(false);
        desk.down(&[1]);
        assert_eq!(desk.counts(), (vec![0], Some(0)));
        desk
    };
    let mut desk = alone();
    desk.back(1, false);
    desk.back(0, true);
    assert_eq!(desk.counts(), (vec![1], Some(1)), "nothing was committed since it was let go");
    // Unless the primary had to commit something by itself before it could serve.
    let mut desk = alone();
    desk.level(true);
    desk.back(1, false);
    desk.back(0, true);
    assert_eq!((desk.counts().1, desk.control.waiting(desk.shard)), (None, Some(Waiting::Choice)));
}

#[test]
fn whoever_is_down_is_neither_counted_nor_deferred_to() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[2]);
    desk.back(2, false);
    assert!(desk.view().learners.contains(&desk.copy(2)));
    desk.down(&[2]);
    desk.expand(2);
    assert_eq!(desk.counts().0, [0, 1], "it died with the proposal under way");
    desk.down(&[1]);
    desk.decide(Command::Defer(desk.shard, desk.no(), desk.copy(1)));
    assert_eq!(desk.counts(), (vec![0, 1], Some(0)));
    desk.back(1, false);
    desk.decide(Command::Defer(desk.shard, desk.no(), desk.copy(1)));
    assert_eq!(desk.counts(), (vec![0, 1], Some(1)));
}

#[test]
fn what_an_operator_gave_up_never_leads_again() {
    let mut desk = Desk::new(Ack::Majority, 1);
    desk.down(&[0, 1]);
    assert!(desk.waits_for(&[0, 1, 2], 2), "{:?}", desk.control.waiting(desk.shard));
    desk.decide(Command::Salvage(desk.shard, desk.no(), desk.copy(2)));
    assert_eq!(desk.counts(), (vec![2], Some(2)));
    desk.back(0, false);
    desk.back(1, false);
    desk.down(&[2]);
    assert!(desk.waits_for(&[2], 1), "the others' history was given up: {:?}", desk.control.waiting(desk.shard));
}

#[test]
fn whoever_goes_on_behind_higher_views_keeps_what_it_knows() {
    let mut desk = Desk::new(Ack::InSync, 1);
    desk.decide(Command::Resume(Default::default()));
    assert!(desk.control.has_resumed() && desk.view().unknown);
    desk.level(false);
    assert!(!desk.view().unknown, "its primary has looked at all of them");
    let no = desk.no();
    desk.decide(Command::Resume(Default::default()));
    assert_eq!((desk.no(), desk.view().unknown), (no, false), "there was nothing to learn");
}

#[test]
fn a_wait_is_as_long_as_a_lease_by_the_slowest_clock() {
    let desk = Desk::new(Ack::InSync, 1);
    let lease = desk.env.setup.config.primary_lease;
    assert!(desk.env.wait_out() > lease + Span(lease.0 / 50), "a clock may run slow by 1 %, another fast by as much");
}
