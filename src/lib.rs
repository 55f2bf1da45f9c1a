//! Ringside (环视): high availability made visible. A real cluster is simulated deterministically by this library, compiled
//! to WebAssembly, and drawn live by the page. This is the map.
//!
//! # One sentence
//!
//! Everything on screen is a function of (recipe, actions, now). Rewinding, links, golden traces and bug reports are
//! consequences of it, so nothing may weaken it.
//!
//! # Layers
//!
//! ```text
//! sim  <-  proto  <-  cluster  <-  session          (who may import whom: right imports left)
//!                        ^            ^
//!                        +--- scene --+--- text     (pictures and words, as data)
//!
//! room: what is not the run; it imports sim, proto::ring, and of text what any catalogue needs
//! binaries: the page (ui), the rooms' page (room), headless: the library's public API only
//! ```
//!
//! | folder | is | and is not |
//! |---|---|---|
//! | [`sim`] | time, chance, network, disks, crashes, the event queue, facts with causes | it knows no protocol |
//! | [`proto`] | ring, detector, replica, lock, consensus, balance: pure state machines | they do not know each other (but for a ring among the ways to balance), nor send anything |
//! | [`cluster`] | the four kinds of process, what they say, the facts they note, the read-only view, the promises; a checker of histories that knows none of it | it draws nothing |
//! | [`session`] | one run that can be steered: actions, checkpoints, steps, links, the bill, why | it knows no words |
//! | [`scene`] | where things stand and where a message is at an instant | it names tones, no colours |
//! | [`text`] | every sentence and word, English and Chinese | a missing one does not compile |
//! | [`room`] | placement and the textbook's lock: each with its state, its link and its words | it knows nothing of the run, nor of another room |
//! | `ui` | the page (binary only) | it decides nothing |
//! | `bin/room` | the pages of the rooms, and the workers of placement (binary only) | a first load fetches nothing of it |
//!
//! What the machines of [`proto`] do beside published figures stands in `docs/numbers.md`, which `headless numbers` writes.
//!
//! # Words
//!
//! *Node* `A`..`H` stores shards; *coordinators* `K1`..`K3` decide views and
//! run the lock, by Raft, led by one of them; *balancer* `L1` passes requests on;
//! *client* `c1`.. asks, and some are *workers* that take the lock. A *shard* is an equal slice of the hash circle, its *view*
//! the numbered answer to who leads it and whose copies count. A *lease* ends by itself; a *fencing token* only grows. A *rule*
//! is a protective measure that can be switched off, a *promise* what is checked after every event. A *learner* is a copy that
//! is being made and does not count; a node that is *down* may come back to its copies, one that is *out* has lost them to
//! others, and one that *drains* leaves when they are elsewhere.
//!
//! # How one action flows
//!
//! `kill C` → [`session::Session::dispatch`] stamps it with simulated time → [`sim::world::World::inject`] drops the process and
//! keeps its disk → the leading coordinator's detector, whichever the recipe has, notices the silence → what a majority of
//! coordinators has stored is decided → decisions become
//! [`cluster::note::Note`]s in the journal, each with its cause → after every event [`cluster::property::Promises::after`]
//! judges → the page redraws what changed.
//!
//! `add G` and `drain C` take the same way: the intent goes to the node, which tells it with every heartbeat; the leading
//! coordinator has it decided, computes the ring anew, and goes step by step from the copies that are to the copies that are wanted
//! ([`cluster::control`] and its `rebalance`; [`cluster::coordinator`] and [`cluster::coordinator::leadership`] drive it).
//!
//! # What is not here
//!
//! No clock but the simulated one; no random number that is not named by (seed, label); no hash-ordered container; no float
//! below [`scene`] but the statistics of [`room::placement::schemes`] and what [`proto::detector::accrual`] computes within one function; no effect carried out by a handler: handlers ask, the world acts.

#[cfg(test)]
extern crate self as ringside;

pub mod cluster;
pub mod proto;
pub mod room;
pub mod scene;
pub mod session;
pub mod sim;
pub mod text;
