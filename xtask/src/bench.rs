//! `bench` and `soak`: the engine natively, at full speed.

use crate::run;

/// The criterion benches.
pub fn bench(args: &[String]) -> Result<(), String> {
    run::step(
        "benches (events a second are `elem/s`)",
        run::cargo(&["bench", "--locked", "--bench", "engine", "--bench", "placement", "--bench", "seek", "--"]).args(args),
    )
}

/// `headless soak` in release, with the arguments given.
pub fn soak(args: &[String]) -> Result<(), String> {
    run::step("soak", run::cargo(&["run", "--locked", "--quiet", "--release", "--bin", "headless", "--", "soak"]).args(args))
}
