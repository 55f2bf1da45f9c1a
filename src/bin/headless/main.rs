//! Ringside without a page: runs a link and prints its journal, soaks the cluster in random faults, measures elections and locks, or
//! tells who holds a key.

#[cfg(not(target_arch = "wasm32"))]
mod elections;
#[cfg(not(target_arch = "wasm32"))]
mod lines;
#[cfg(not(target_arch = "wasm32"))]
mod lock_loss;
#[cfg(not(target_arch = "wasm32"))]
mod place;
#[cfg(not(target_arch = "wasm32"))]
mod run;
#[cfg(not(target_arch = "wasm32"))]
mod soak;
#[cfg(not(target_arch = "wasm32"))]
mod stats;

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use clap::Parser;

    /// Ringside without a page.
    #[derive(Parser)]
    #[command(version, about)]
    enum Command {
        /// Replays a link and prints its facts as JSON lines, then the digest of its last instant.
        Run(run::Run),
        /// Lets random hands interfere with many clusters and checks every promise after every event.
        Soak(soak::Soak),
        /// Crashes the leader of five again and again, as figure 16 of the Raft paper does: how long until there is a new one.
        Elections(elections::Elections),
        /// Freezes workers that hold locks or wait for them: what share of acknowledged updates is lost, with and without fencing.
        LockLoss(lock_loss::LockLoss),
        /// Places keys on nodes by one of nine algorithms: shares, peak, and what a change moves against the least that must move.
        Place(place::Place),
    }

    match Command::parse() {
        Command::Run(run) => run.main(),
        Command::Soak(soak) => soak.main(),
        Command::Elections(elections) => elections.main(),
        Command::LockLoss(losses) => losses.main(),
        Command::Place(place) => place.main(),
    }
}

/// A terminal is wanted; the web has the page.
#[cfg(target_arch = "wasm32")]
fn main() {}
