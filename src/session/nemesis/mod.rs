//! The nemesis, which looks for faults (Jepsen's word): recipes, faults and the end of a run are drawn from a seed, and everything
//! is done as ordinary actions, so that a link replays it exactly. After the faults a *core* of the cluster is mended, and must come to
//! work again while everything around it stays broken.
//!
//! *What it finds.* The mend of each fault that was found so far was taken out, one at a time, and `headless soak` was run from seed 1
//! on until it failed in the way of that fault: so many seeds it took, with the nemesis of that day. With all mends in, seeds 1 to 5,000
//! fail nowhere, of `--locks` and `--siege` neither. Where it finds nothing another mend covers the fault by now, or it seldom gets
//! there; then a test that was made for it does, see `tests/it/outside*.rs`.
//!
//! | what was taken out | aim | seeds | the failure |
//! |---|---|---|---|
//! | a new primary that cannot join its log to a better one lets that one lead | | 3,381 (since three copies of one shard are struck together, and crowds write) | `copies-agree` |
//! | all but f copies have an entry before it is committed, however many count | | 792 | shards have no server |
//! | a lost disk's copy ceases to count | | 3 | `acked-survive` |
//! | copies let go below `min` are remembered | | 3 | shards have no server |
//! | a learner that answers nothing keeps no other waiting | | 3 | a shard has too few copies |
//! | an only coordinator without its disk begins behind what nodes tell | | 274 | shards have too few copies |
//! | a dead node is not promoted while nobody remembers the copies | | 598 | the assertion that says so |
//! | a request to wait extends no grant, and who has heard nothing for long opens a new session (both out) | `--locks` | 40 | locks are granted to nobody |
//! | leases do not run anew with every leader | `--locks` | 473 | a lock is granted to nobody |
//! | timers follow their clock's rate | | 71 | a node says that it serves, and has no lease |
//! | whoever is heard must hear to count as reached | | 8 | shards have no server |
//! | a leader yields to one that reaches more | | 117 | nodes live and are suspected |
//! | every coordinator tells what is decided | | 51 | a node lives and is suspected |
//! | of two wishes the one said last counts | | 39 | the ring changes more often than anybody wished |
//! | an answer about reach counts from when it was heard | | 64 (since slow leaders are cut from nodes as well) | nodes live and are suspected |
//! | an answered heartbeat counts from when it was sent | | 2,792 | a node lives and is suspected |
//! | while it makes way a leader takes nothing new to be decided | `--locks` | 2,111 (none in 1,500 without it, nor of `--siege`) | a node lives and is suspected |
//! | a leader that is sure only now and then yields | `--locks` | 1,697 (found there; 1 to 1,500 were run, and plain and `--siege` as many) | shards have no server |
//! | a holder whose own lease has run out asks for no more | | 924 | a lock is granted to nobody |
//! | one copy that holds everything is enough | | 607 | shards have no server |
//! | a copy that was let go too early counts again; a restarted primary has not settled (either out) | | 788 | shards have no server |
//! | a learner that knows more than the chosen copy takes its snapshot | | 1,768 | a node is still on its way |
//! | an only coordinator learns of higher views later | | 3,045 (found there; not run up to it) | shards have no server |
//! | a copy goes only when whoever stays was heard | | 1,171 | a shard has too few copies |
//! | a learner whose snapshot began in an earlier view is told to be stalled | | 565 | shards have too few copies |
//! | so are learners while a new primary asks around | `--siege` | 1,312 (found there; not run up to it) | shards have too few copies |
//! | a primary without a lease answers no write | | 4,390 (found there; not run up to it) | `acked-survive` |
//! | the judge of documents lets them start anew with an operator's choice | | 1,736 | `one-effective` |
//! | too few copies do not commit the mark with which a view begins | | 1,470 | `copies-agree` |
//! | a node that has left is minded as long as a copy it had is remembered | | 3,076 | shards have no server |
//! | so is one whose copy was chosen and leads | | 2,893 | shards have no server |
//! | whoever gave up the lead, unsure of it, is given it back ever more rarely | | 1,098 | shards have too few copies |

mod blows;
pub mod core;
pub mod demand;
pub mod failure;
pub mod harm;
mod ledger;
mod mends;
pub mod recipe;
mod scene;
pub mod shrink;
pub mod trial;

#[cfg(test)]
mod tests;

pub use blows::Nemesis;
pub use ledger::Ledger;
