//! Ringside without a page: runs a link and prints its journal, soaks the cluster in random faults, measures elections, detectors,
//! locks and balancers, tells who holds a key, or judges what clients of any system were told.

#[cfg(not(target_arch = "wasm32"))]
mod check_history;
#[cfg(not(target_arch = "wasm32"))]
mod detect;
#[cfg(not(target_arch = "wasm32"))]
mod elections;
#[cfg(not(target_arch = "wasm32"))]
mod lines;
#[cfg(not(target_arch = "wasm32"))]
mod load;
#[cfg(not(target_arch = "wasm32"))]
mod lock_loss;
#[cfg(not(target_arch = "wasm32"))]
mod numbers;
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
        // Each is described where its options are: a comment here would take the place of all that is said there.
        Run(run::Run),
        Soak(soak::Soak),
        Elections(elections::Elections),
        Detect(detect::Detect),
        LockLoss(lock_loss::LockLoss),
        Load(Box<load::Load>),
        Numbers(numbers::Numbers),
        Place(place::Place),
        CheckHistory(check_history::CheckHistory),
    }

    let command = Command::try_parse().unwrap_or_else(|error| {
        // Of this one the second exit status is an answer.
        if error.use_stderr() && std::env::args().nth(1).is_some_and(|name| name == check_history::NAME) {
            let _ = error.print(); // nobody is left to be told that it failed
            std::process::exit(i32::from(check_history::CANNOT));
        }
        error.exit()
    });
    match command {
        Command::Run(run) => run.main(),
        Command::Soak(soak) => soak.main(),
        Command::Elections(elections) => elections.main(),
        Command::Detect(detect) => detect.main(),
        Command::LockLoss(losses) => losses.main(),
        Command::Load(load) => load.main(),
        Command::Numbers(numbers) => numbers.main(),
        Command::Place(place) => place.main(),
        Command::CheckHistory(check) => check.main(),
    }
}

/// A terminal is wanted; the web has the page.
#[cfg(target_arch = "wasm32")]
fn main() {}
