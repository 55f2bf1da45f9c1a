//! `headless numbers`: published figures beside ours, as Markdown. What it prints is `docs/numbers.md`; a test computes each section anew
//! and compares, so that a change of the engine shows as a difference of figures.
//!
//! Every section is a function without arguments, with seeds of its own. The machines are those of `ringside::proto`; what drives them
//! is [`farm`] (servers without a network), [`storm`] (clients that ask again), the worlds of `headless load` and `headless detect`, and a few loops
//! that are shorter than a world would be.
//!
//! Mutants of the machines, each applied by hand and seen to fail:
//!
//! | mutant | first row that differs |
//! |---|---|
//! | the server that begins with a tied request does not make the other drop it | none: [`tail`] asserts that one copy is left |
//! | an open breaker lets requests pass | retries: breaker at a tenth, 10 % of tries fail |
//! | last come first served for first come | a pause of 0.50 s; last time-out at 100 requests a second |
//! | Cassandra's factor is 0.444 instead of 0.434 | Cassandra: phi 8 is so many means |

mod farm;
mod heartbeats;
mod jitter;
mod overload;
mod queues;
mod retries;
mod spreading;
mod storm;
mod swim;
mod table;
mod tail;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Args;

use self::table::Section;

/// Published figures on balancing, retries, overload and failure detection beside ours, as Markdown.
///
/// A figure that is a sample has its 99 % interval. The output is the file docs/numbers.md, which a test compares with: after a change of the
/// engine, print it anew and read the difference. It takes less than a minute.
#[derive(Args)]
pub struct Numbers {
    /// Only these sections, without the head.
    #[arg(long, value_delimiter = ',', value_parser = clap::builder::PossibleValuesParser::new(SECTIONS.map(|it| it.0)))]
    only: Vec<String>,
}

/// A section's name on the command line and what computes it.
type Named = (&'static str, fn() -> Section);

/// The sections in order.
const SECTIONS: [Named; 21] = [
    ("random", queues::random),
    ("two", queues::two),
    ("three", queues::three),
    ("workers", queues::workers),
    ("laws", queues::laws),
    ("spreading", spreading::section),
    ("tail", tail::section),
    ("retries", retries::section),
    ("jitter", jitter::section),
    ("outage", overload::outage),
    ("collector", overload::collector),
    ("others", overload::others),
    ("phi", heartbeats::phi),
    ("expectations", swim::expectations),
    ("slow_members", swim::slow_members),
    ("fair", heartbeats::fair),
    ("pauses", heartbeats::pauses),
    ("loss", heartbeats::loss),
    ("loss_and_pauses", heartbeats::loss_and_pauses),
    ("storm", heartbeats::storm),
    ("storm_and_pauses", heartbeats::storm_and_pauses),
];

/// What stands above the sections.
const HEAD: &str = "# Published figures and ours

Written by `cargo run --release --bin headless -- numbers > docs/numbers.md`, and checked by a test that computes every section anew. Every figure of ours comes out of the \
machines in `src/proto`, with fixed seeds; ± is half of a 99 % interval. *Agrees*: the two have values in common, a published figure being as sure as its last digit, or its standard error (s.e.), \
says. *Transcribed* figures were taken from a transcription, the paper itself was not opened.

Not compared, for want of a published figure or of a machine that would give one: metafor's vector field (a picture); the counts of incidents of OSDI 2022 (text); palantir/dialogue's report (its policies are \
none of ours); the tables of the phi-accrual paper and of SWIM (not found in text); that back-off alone does not lessen load (Brooker 2022: stated, not measured); Bronson's look-aside cache (3,000 instead of 300 a second at \
90 % hits is arithmetic: we have no cache).
";

impl Numbers {
    /// Computes and prints. Nothing but a lost reader can go wrong, who then has seen enough.
    pub fn main(self) -> ExitCode {
        let mut out = io::stdout().lock();
        if self.only.is_empty() && write!(out, "{HEAD}").is_err() {
            return ExitCode::SUCCESS;
        }
        for (name, section) in SECTIONS {
            let wanted = self.only.is_empty() || self.only.iter().any(|it| it == name);
            if wanted && write!(out, "\n{}", section().text()).is_err() {
                return ExitCode::SUCCESS;
            }
        }
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMITTED: &str = include_str!("../../../../docs/numbers.md");
    const ANEW: &str = "cargo run --release --bin headless -- numbers > docs/numbers.md";

    fn check(name: &str) {
        let section = SECTIONS.iter().find(|it| it.0 == name).expect("every test is about a section").1().text();
        let all: Vec<&str> = COMMITTED.lines().collect();
        let lines: Vec<&str> = section.lines().collect();
        let begins = all.iter().position(|line| *line == lines[0]);
        let begins = begins.unwrap_or_else(|| panic!("docs/numbers.md has no section \u{201c}{}\u{201d}; write it anew: {ANEW}", lines[0]));
        for (i, line) in lines.iter().enumerate() {
            let committed = all.get(begins + i).copied().unwrap_or_default();
            assert_eq!(committed, *line, "a figure is another than in docs/numbers.md; if that is meant, write it anew: {ANEW}");
        }
        let next = all.get(begins + lines.len());
        assert!(next.is_none_or(|line| line.is_empty()), "docs/numbers.md has more in this section: {next:?}; write it anew: {ANEW}");
    }

    macro_rules! the_same_as_committed {
        ($($name:ident)*) => {
            $(#[test] fn $name() { check(stringify!($name)); })*

            #[test]
            fn every_section_is_checked_and_the_file_has_no_other() {
                assert_eq!(SECTIONS.map(|it| it.0), [$(stringify!($name)),*]);
                assert!(COMMITTED.starts_with(HEAD), "the head is another; write docs/numbers.md anew: {ANEW}");
                assert_eq!(COMMITTED.matches("\n## ").count(), SECTIONS.len(), "write docs/numbers.md anew: {ANEW}");
            }
        };
    }

    the_same_as_committed! {
        random two three workers laws spreading tail retries jitter outage collector others phi expectations slow_members
        fair pauses loss loss_and_pauses storm storm_and_pauses
    }
}
