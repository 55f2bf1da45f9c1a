//! Counting passes and failures from what test programs print.

use crate::run::Said;

/// Passes and failures.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Tally {
    /// Checks that passed.
    pub passed: u32,
    /// Checks that failed.
    pub failed: u32,
}

impl Tally {
    /// One check that passed or failed.
    pub fn one(ok: bool) -> Tally {
        Tally { passed: u32::from(ok), failed: u32::from(!ok) }
    }

    /// Both together.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// What a step's own summary says; without one, the step itself is the check.
    /// A step that ends badly counts at least one failure, whatever it printed.
    pub fn of(said: &Said) -> Tally {
        let counted = said.lines.iter().filter(|line| is_summary(line)).fold(Tally::default(), |mut sum, line| {
            sum.passed += before(line, &["passed"]);
            sum.failed += before(line, &["failed", "timed out", "exec failed"]);
            sum
        });
        match (said.ok, counted) {
            (true, Tally { passed: 0, failed: 0 }) => {
                Tally { passed: u32::from(!said.lines.iter().any(|line| is_summary(line))), failed: 0 }
            }
            (false, Tally { passed, failed: 0 }) => Tally { passed, failed: 1 },
            (_, counted) => counted,
        }
    }
}

/// nextest: `Summary [ 1.2s] 3 tests run: 3 passed, 0 skipped`; libtest and the wasm runner: `test result: ok. 3 passed; 0 failed; …`;
/// the browser tests: `3 passed, 0 failed`.
fn is_summary(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("Summary [") || line.starts_with("test result:") || (line.ends_with(" failed") && line.contains(" passed, "))
}

/// The sum of the numbers that stand before these words. Two words end alike, so the longest match at a place wins.
fn before(line: &str, words: &[&str]) -> u32 {
    let parts = line.split([',', ';', '.', ':', '(']).map(str::trim);
    parts
        .filter_map(|part| {
            let (number, word) = part.split_once(' ')?;
            let word = word.split(" (").next()?.trim_end();
            words.contains(&word).then(|| number.parse::<u32>().ok())?
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ok: bool, lines: &[&str], passed: u32, failed: u32) {
        let said = Said { ok, lines: lines.iter().map(|&line| line.to_owned()).collect() };
        assert_eq!(Tally::of(&said), Tally { passed, failed });
    }

    #[test]
    fn every_summary_in_use_is_understood() {
        check(true, &["     Summary [   0.010s] 12 tests run: 12 passed (1 slow), 3 skipped"], 12, 0);
        check(false, &["     Summary [   0.010s] 5/12 tests run: 2 passed, 2 failed, 1 timed out, 0 skipped"], 2, 3);
        check(
            true,
            &["test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured", "test result: ok. 4 passed; 0 failed; 0 ignored"],
            7,
            0,
        );
        check(false, &["9 passed, 2 failed"], 9, 2);
    }

    #[test]
    fn a_step_without_a_summary_is_one_check() {
        check(true, &["fine"], 1, 0);
        check(false, &["error: it does not compile"], 0, 1);
    }

    #[test]
    fn a_summary_of_nothing_counts_as_nothing() {
        check(true, &["test result: ok. 0 passed; 0 failed; 0 ignored"], 0, 0);
    }

    #[test]
    fn a_bad_end_is_a_failure_even_if_the_summary_is_clean() {
        check(false, &["3 passed, 0 failed"], 3, 1);
    }
}
