//! The cases that a class plays: each a ready run, opened shortly before something happens, with the lens by which it is seen. (What
//! each rule is good for stands in `scenario`.)

use crate::session::lens::Lens;

/// A playable case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Case {
    /// The holder gives the lock back, and the next in line gets it.
    Release,
    /// The holder dies: its lease runs out, and the next in line gets the lock.
    HolderDies,
    /// The holder is frozen and its lease runs out. The next one gets a larger token; the zombie wakes up and is refused.
    Zombie,
    /// The same without fencing: the zombie's write is taken, and lines are lost.
    Unfenced,
    /// The leading coordinator dies with everybody waiting: another leads on, and the order of the queue is the same.
    LeaderDies,
    /// Somebody in the queue dies, and is passed over when its session has ended.
    WaiterDies,
    /// The holder cannot reach the coordinators. It works on; the store takes its write until the next holder has come.
    CutOff,
    /// A grant reaches a frozen worker that does not look at its lease when it wakes up: two believe at once.
    StaleGrant,
    /// The holder's clock runs slower than the bound allows: two believe at once, and the store still takes one only.
    SlowClock,
    /// Without fencing, but with lock-delay: the late write comes in time.
    LockDelay,
    /// Messages get lost, and a detector that waits for half a second accuses the living again and again.
    Eager,
    /// The same loss, and one that waits for four seconds: nobody is accused wrongly, and the dead are missed late.
    Lazy,
    /// The same loss, and one that has learnt what gaps are usual.
    Adaptive,
    /// A primary stands still for three seconds, as in a long garbage collection, and wakes up when another has taken its place.
    Pause,
    /// Only the leading coordinator cannot hear a node. Others can: it gives up the lead.
    SomeSee,
    /// Slow messages, and members that probe each other: the slow one is accused, and accuses all.
    SlowAccuser,
    /// The same with Lifeguard.
    SlowAndKnowsIt,
    /// One node answers twenty times more slowly, and reads go to it as often as to others.
    SlowNode,
    /// The same, and reads go where answers come soon.
    SlowNodeSeen,
    /// One node answers twenty times more slowly to work that any node can do, and what is not answered soon is sent to a second one.
    SlowNodeHedged,
    /// One node answers errors, quickly, to work that any node can do; who goes where answers come soon goes there.
    FastErrors,
    /// The same, and balancers leave out for a while who has failed them.
    FastErrorsSeen,
    /// Four of ten requests go to one key, and so to one node, which is asked for more than it can do while the others rest.
    HotKey,
    /// The same, and reads go to the less busy of two copies.
    HotKeySpread,
    /// Clients ask for a third of what nodes can do, and for ten seconds for twice what they can; they ask again up to four times. The
    /// surge ends, and the collapse does not.
    Storm,
    /// The same with full jitter: no cure.
    StormJitter,
    /// The same with a retry budget.
    StormBudget,
    /// The same with deadlines that travel along.
    StormDeadlines,
}

impl Case {
    /// All of them, in the order of the page.
    pub const ALL: [Case; 28] = [
        Case::Release,
        Case::HolderDies,
        Case::Zombie,
        Case::Unfenced,
        Case::LeaderDies,
        Case::WaiterDies,
        Case::CutOff,
        Case::StaleGrant,
        Case::SlowClock,
        Case::LockDelay,
        Case::Eager,
        Case::Lazy,
        Case::Adaptive,
        Case::Pause,
        Case::SomeSee,
        Case::SlowAccuser,
        Case::SlowAndKnowsIt,
        Case::SlowNode,
        Case::SlowNodeSeen,
        Case::SlowNodeHedged,
        Case::FastErrors,
        Case::FastErrorsSeen,
        Case::HotKey,
        Case::HotKeySpread,
        Case::Storm,
        Case::StormJitter,
        Case::StormBudget,
        Case::StormDeadlines,
    ];

    /// The lens by which it is seen, under which the page lists it.
    pub const fn lens(self) -> Lens {
        match self {
            Case::Release
            | Case::HolderDies
            | Case::Zombie
            | Case::Unfenced
            | Case::LeaderDies
            | Case::WaiterDies
            | Case::CutOff
            | Case::StaleGrant
            | Case::SlowClock
            | Case::LockDelay => Lens::Lock,
            Case::Eager | Case::Lazy | Case::Adaptive | Case::Pause | Case::SomeSee => Lens::Doubt,
            Case::SlowAccuser | Case::SlowAndKnowsIt => Lens::Doubt,
            Case::SlowNode
            | Case::SlowNodeSeen
            | Case::SlowNodeHedged
            | Case::FastErrors
            | Case::FastErrorsSeen
            | Case::HotKey
            | Case::HotKeySpread => Lens::Load,
            Case::Storm | Case::StormJitter | Case::StormBudget | Case::StormDeadlines => Lens::Load,
        }
    }

    /// Its word in attributes and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Case::Release => "release",
            Case::HolderDies => "holder-dies",
            Case::Zombie => "zombie",
            Case::Unfenced => "unfenced",
            Case::LeaderDies => "leader-dies",
            Case::WaiterDies => "waiter-dies",
            Case::CutOff => "cut-off",
            Case::StaleGrant => "stale-grant",
            Case::SlowClock => "slow-clock",
            Case::LockDelay => "lock-delay",
            Case::Eager => "eager",
            Case::Lazy => "lazy",
            Case::Adaptive => "adaptive",
            Case::Pause => "pause",
            Case::SomeSee => "some-see",
            Case::SlowAccuser => "slow-accuser",
            Case::SlowAndKnowsIt => "slow-and-knows-it",
            Case::SlowNode => "slow-node",
            Case::SlowNodeSeen => "slow-node-seen",
            Case::SlowNodeHedged => "slow-node-hedged",
            Case::FastErrors => "fast-errors",
            Case::FastErrorsSeen => "fast-errors-seen",
            Case::HotKey => "hot-key",
            Case::HotKeySpread => "hot-key-spread",
            Case::Storm => "storm",
            Case::StormJitter => "storm-jitter",
            Case::StormBudget => "storm-budget",
            Case::StormDeadlines => "storm-deadlines",
        }
    }

    /// The run, at the instant from which it is to be watched.
    pub const fn link(self) -> &'static str {
        match self {
            Case::Release => "v=9&seed=4127&at=3.5",
            Case::HolderDies => "v=9&seed=4127&do=3:kill:c2&at=2.9",
            Case::Zombie => "v=9&seed=4127&do=3:freeze:c2,7.44:thaw:c2&at=2.9",
            Case::Unfenced => "v=9&seed=4127&off=fencing&do=3:freeze:c2,7.44:thaw:c2&at=2.9",
            Case::LeaderDies => "v=9&seed=4127&workers=7&do=3:kill:K3&at=2.9",
            Case::WaiterDies => "v=9&seed=4127&do=3:kill:c5&at=2.9",
            Case::CutOff => "v=9&seed=4127&do=3:cut:c2:K1,3:cut:c2:K2,3:cut:c2:K3&at=2.9",
            Case::StaleGrant => "v=9&seed=4127&off=re-check&do=2.3:freeze:c2,5.6:thaw:c2&at=2.2",
            Case::SlowClock => "v=9&seed=4127&do=2.7:drift:c2:-400000,3:freeze:c2,7:thaw:c2&at=2.6",
            Case::LockDelay => "v=9&seed=4127&delay=3&off=fencing&do=3:freeze:c2,7.44:thaw:c2&at=2.9",
            Case::Eager => "v=9&seed=4127&loss=150&suspect=0.5&do=12:kill:C&at=3.8&lens=doubt,replicas",
            Case::Lazy => "v=9&seed=4127&loss=150&suspect=4&do=12:kill:C&at=11.9&lens=doubt,replicas",
            Case::Adaptive => "v=9&seed=4127&loss=150&detector=akka&do=12:kill:C&at=11.9&lens=doubt,replicas",
            Case::Pause => "v=9&seed=4127&do=6:freeze:C,9:thaw:C&at=5.9&lens=doubt,replicas",
            Case::SomeSee => "v=9&seed=4127&do=6:cut:C:K3&at=5.9&lens=doubt,replicas",
            Case::SlowAccuser => "v=9&seed=4127&detector=swim&do=6:slow:C:10&at=5.9&lens=doubt,replicas",
            Case::SlowAndKnowsIt => "v=9&seed=4127&detector=lifeguard&do=6:slow:C:10&at=5.9&lens=doubt,replicas",
            Case::SlowNode => "v=9&seed=4127&clients=16&workers=0&reads=in-sync&do=8:slow:C:20&at=7.9&lens=load,replicas",
            Case::SlowNodeSeen => {
                "v=9&seed=4127&clients=16&workers=0&reads=in-sync&spread=peak-ewma&do=8:slow:C:20&at=7.9&lens=load,replicas"
            }
            Case::SlowNodeHedged => "v=9&seed=4127&clients=16&workers=0&any=100&hedge=0.1&do=8:slow:C:20&at=7.9&lens=load,replicas",
            Case::FastErrors => {
                "v=9&seed=4127&clients=16&workers=0&spread=peak-ewma&service=0.05&retries=1&any=100&rate=3&do=8:fail:C&at=7.9&lens=load,replicas"
            }
            Case::FastErrorsSeen => {
                "v=9&seed=4127&clients=16&workers=0&spread=peak-ewma&service=0.05&retries=1&health=passive&any=100&rate=3&do=8:fail:C&at=7.9&lens=load,replicas"
            }
            Case::HotKey => "v=9&seed=2&clients=24&workers=0&service=0.04&queue=64&retries=4&hot=40&rate=2&at=1&lens=load,replicas",
            Case::HotKeySpread => {
                "v=9&seed=2&clients=24&workers=0&reads=in-sync&spread=two-choices&service=0.04&queue=64&retries=4&hot=40&rate=2&at=1&lens=load,replicas"
            }
            Case::Storm => {
                "v=9&seed=2&clients=24&workers=0&service=0.04&queue=64&retries=4&rate=2&surge=6&surge-from=20&surge-for=10&at=18&lens=load,replicas"
            }
            Case::StormJitter => {
                "v=9&seed=2&clients=24&workers=0&service=0.04&queue=64&jitter=full&retries=4&rate=2&surge=6&surge-from=20&surge-for=10&at=18&lens=load,replicas"
            }
            Case::StormBudget => {
                "v=9&seed=2&clients=24&workers=0&service=0.04&queue=64&retries=4&budget=10&rate=2&surge=6&surge-from=20&surge-for=10&at=18&lens=load,replicas"
            }
            Case::StormDeadlines => {
                "v=9&seed=2&clients=24&workers=0&service=0.04&queue=64&retries=4&deadlines=carried&rate=2&surge=6&surge-from=20&surge-for=10&at=18&lens=load,replicas"
            }
        }
    }
}
