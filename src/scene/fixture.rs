//! One hand-made instant for tests, that of the design's picture: C was killed at 11.20 s, K1 suspected it at 12.31 s,
//! D has just taken shard 7 in view 4, c2 holds the lock with token 34 and c3 still believes that it does, with 33.
//! Named `ringside::` throughout, so that the page's own tests can include this file.

use ringside::cluster::client::worker::Step;
use ringside::cluster::observe::view::*;
use ringside::cluster::setup::name::{Kind, Name, Roster};
use ringside::cluster::store::document::{Line, Text};
use ringside::cluster::wire::shape::Shape;
use ringside::proto::lock::token::{FencingToken, LockId, LockSession};
use ringside::proto::replica::view::{Index, ShardId, View, ViewNo};
use ringside::sim::id::{Boot, Pid};
use ringside::sim::time::{Span, Time};

const ROSTER: Roster = Roster { coordinators: 3, nodes: 6, balancers: 2, clients: 8 };
const PLACES: [&str; 24] = [
    "DFC", "BDA", "DAE", "ACE", "ACE", "EDB", "BAF", "CDB", "BEC", "ECF", "CFA", "FAD", "FBA", "ADC", "FCD", "ADB", "FDE", "ECA", "CEA",
    "ECA", "EFD", "DBF", "CDB", "BED",
];

/// The process of this name.
pub fn pid(name: &str) -> Pid {
    ROSTER.pid(name.parse::<Name>().expect("a name")).expect("takes part")
}

fn node(letter: u8) -> Pid {
    pid(std::str::from_utf8(&[letter]).expect("a letter"))
}

fn processes() -> Vec<ProcessView> {
    let c = pid("C");
    let make = |p: Pid| ProcessView {
        pid: p,
        name: ROSTER.name(p),
        present: ROSTER.begins(p),
        health: if p == c || !ROSTER.begins(p) { Health::Down } else { Health::Up },
        standing: if ROSTER.name(p).kind == Kind::Node && ROSTER.begins(p) { Standing::Member } else { Standing::None },
        boot: u32::from(ROSTER.begins(p)),
        suspected: (p == c).then(|| (pid("K1"), Time::from_millis(12_310))),
        slow: 1,
        fails: false,
        cut_to: Vec::new(),
        lease_left: Span::ZERO,
        queued: None,
    };
    ROSTER.pids().map(make).collect()
}

fn copy(on: Pid, role: Option<Role>, view: u32, last: u32, commit: u32) -> ReplicaView {
    let tail = (last.saturating_sub(7).max(1)..=last).map(|i| (Index(i), ViewNo(3))).collect();
    let believes = if on == pid("C") { None } else { role };
    ReplicaView {
        node: on,
        role,
        believes,
        believes_view: ViewNo(view),
        base: Index(0),
        last: Index(last),
        commit: Index(commit),
        stored: Index(last),
        arriving: None,
        tail,
    }
}

fn shards() -> Vec<ShardView> {
    let (b, c, d) = (pid("B"), pid("C"), pid("D"));
    let usual = |(i, place): (usize, &&str)| {
        let nodes: Vec<Pid> = place.bytes().map(node).collect();
        let mut replicas: Vec<_> =
            nodes.iter().enumerate().map(|(j, &on)| copy(on, Some(if j == 0 { Role::Primary } else { Role::Backup }), 3, 90, 90)).collect();
        replicas.sort_by_key(|replica| replica.node);
        let server = (nodes[0] != c).then_some(nodes[0]);
        let wanted = nodes.clone();
        let view = View { no: ViewNo(3), primary: Some(nodes[0]), in_sync: nodes, learners: Vec::new(), level: false, unknown: false };
        ShardView { id: ShardId(i as u16), view, wanted, server, waiting: None, replicas }
    };
    let mut shards: Vec<_> = PLACES.iter().enumerate().map(usual).collect();
    shards[7].server = Some(d);
    shards[7].view = View { no: ViewNo(4), primary: Some(d), in_sync: vec![d, b], learners: Vec::new(), level: false, unknown: false };
    shards[7].replicas =
        vec![copy(b, Some(Role::Backup), 4, 122, 122), copy(c, None, 3, 124, 122), copy(d, Some(Role::Primary), 4, 123, 122)];
    shards
}

fn lock() -> LockView {
    let session = |name| LockSession { client: pid(name), boot: Boot(1), n: 1 };
    let line = |name, token| Line { who: pid(name), token: FencingToken(token) };
    let inside = |name, token, step, left| InsideView { who: pid(name), token: FencingToken(token), step, left: Span::millis(left) };
    LockView {
        id: LockId(0),
        holder: Some(HolderView { session: session("c2"), token: FencingToken(34), left: Span::millis(1_860), lease: Span::millis(3_000) }),
        queue: vec![session("c5"), session("c1"), session("c4")],
        rests: Span::ZERO,
        inside: vec![inside("c2", 34, Step::Thinks, 1_800), inside("c3", 33, Step::Writes, 0)],
        last_token: FencingToken(34),
        shard: ShardId(15),
        seen: FencingToken(34),
        text: (0..57).fold(Text::default(), |text, i| text.with(line(if i % 2 == 0 { "c1" } else { "c4" }, i))),
    }
}

/// K1 leads term 8, sure of it; the others follow. K1 suspects C.
fn coordinators() -> Vec<CoordinatorView> {
    let one = |n: u8| CoordinatorView {
        pid: pid(&format!("K{n}")),
        office: Some(if n == 1 { Office::Leader } else { Office::Follower }),
        newcomer: false,
        term: 8,
        voted: Some(pid("K1")),
        leader: Some(pid("K1")),
        sure: if n == 1 { Span::millis(400) } else { Span::ZERO },
        base: Index(40),
        last: Index(64),
        commit: Index(if n == 1 { 64 } else { 63 }),
        stored: Index(64),
        tail: (57..=64).map(|i| (Index(i), 8)).collect(),
        suspects: if n == 1 { vec![pid("C")] } else { Vec::new() },
    };
    (1..=3).map(one).collect()
}

/// The same with two who believe to lead: K1 led term 8, is cut off and has not noticed; K2 leads term 9, for which K3 voted, who
/// has not heard so and still stands itself. K2 suspects D.
pub fn election() -> ClusterView {
    let mut view = view();
    let (k2, k3) = (pid("K2"), pid("K3"));
    let mut three: [CoordinatorView; 3] = view.coordinators.clone().try_into().expect("three");
    let tail = |terms: &[u32]| (57..).map(Index).zip(terms.iter().copied()).collect();
    (three[0].sure, three[0].commit) = (Span::ZERO, Index(62));
    (three[1].office, three[1].term, three[1].voted, three[1].leader) = (Some(Office::Leader), 9, Some(k2), Some(k2));
    (three[1].sure, three[1].commit, three[1].last) = (Span::millis(300), Index(62), Index(63));
    (three[1].tail, three[1].suspects) = (tail(&[8, 8, 8, 8, 8, 8, 9]), vec![pid("D")]);
    (three[2].office, three[2].term, three[2].voted, three[2].leader) = (Some(Office::Candidate), 9, Some(k3), None);
    (three[2].commit, three[2].last, three[2].tail) = (Index(61), Index(62), tail(&[8, 8, 8, 8, 8, 8]));
    view.coordinators = three.into();
    view
}

/// The instant.
pub fn view() -> ClusterView {
    let spread = |i: u64, of: u64| (i * 2 + 1).wrapping_mul(u64::MAX / (of * 2));
    let ring: Vec<(u64, Pid)> = (0..96)
        .map(|i| (spread(i, 96).wrapping_add((i * 7_919 % 83) << 50), pid(["A", "E", "C", "B", "D", "F", "C"][(i * i % 41 % 7) as usize])))
        .collect();
    let mut ring = ring;
    ring.sort();
    ClusterView {
        now: Time::from_millis(12_480),
        processes: processes(),
        coordinators: coordinators(),
        shards: shards(),
        locks: vec![lock()],
        ring: ring.into(),
        keys: (0..190u64).map(|i| i.wrapping_mul(0x9E37_79B9_7F4A_7C15)).collect::<std::collections::BTreeSet<_>>().into_iter().collect(),
    }
}

/// The same with H joining, of whom G has never been heard: shard 1 is on its way from B, 21 waits for its turn.
pub fn moving() -> ClusterView {
    let (h, mut view) = (pid("H"), view());
    let it = &mut view.processes[h.index()];
    (it.present, it.health, it.standing, it.boot) = (true, Health::Up, Standing::Joining, 1);
    for i in [1, 21] {
        view.shards[i].wanted[2] = h;
    }
    view.shards[1].view.learners = vec![h];
    let mut learner = copy(h, Some(Role::Learner), 0, 0, 0);
    (learner.arriving, learner.tail) = (Some((3, 5)), Vec::new());
    view.shards[1].replicas.push(learner);
    view
}

/// Messages under way at that instant, one of each shape and one that is lost.
pub fn flights() -> Vec<Flight> {
    let fly = |from: &str, to: &str, shape, lost, part: u64| Flight {
        from: pid(from),
        to: pid(to),
        sent_at: Time(12_480_000 - part * 100),
        arrives_at: Time(12_480_000 - part * 100 + 10_000),
        lost,
        shape,
        shard: Some(ShardId(7)),
        label: "Append",
    };
    vec![
        fly("K1", "B", Shape::Request, false, 60),
        fly("D", "B", Shape::Request, false, 42),
        fly("F", "A", Shape::Request, false, 55),
        fly("A", "F", Shape::Reply, false, 60),
        fly("E", "F", Shape::Request, true, 50),
        fly("A", "L1", Shape::Refusal, false, 34),
        fly("L2", "D", Shape::Request, false, 66),
        fly("c1", "L1", Shape::Request, false, 40),
        fly("c6", "L2", Shape::Request, false, 45),
        fly("L2", "c7", Shape::Refusal, false, 50),
        fly("c3", "K1", Shape::Request, false, 70),
        fly("E", "K1", Shape::Heartbeat, false, 30),
    ]
}
