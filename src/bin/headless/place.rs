//! `headless place`: who holds which key.

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ringside::proto::ring::hash::Hash;
use ringside::room::placement::schemes::{Algorithm, Fleet, KEYS_MAX, Limit, MEMBERS_MAX, Options, Study, VNODES, WEIGHT_MAX, printable};
use ringside::session::export::line;
use serde::Serialize;

use crate::lines;

/// Places keys on nodes by one algorithm and prints what came of it.
///
/// With --kill, --add or --reweigh the keys are placed before and after that change, and all figures but `moved` and `minimum`
/// describe the state after it.
///
/// Figures: `counts` (keys on each node), `shares` (fractions of all keys, 0 to 1, in the order of the nodes; a dead node has 0),
/// `peak` (keys of the fullest node over its ideal, which goes by weight), `cv` (standard deviation of keys over ideal, divided by
/// the mean), `moved` (number of keys that changed nodes), `minimum` (the least number that any scheme would have to move
/// between the same two loads), `spilled` (keys that passed a full node; ring-bounded only), `memory` (bytes of the tables that a
/// lookup reads), `steps` (mean cost of a lookup: tokens compared, entries read, hash values drawn), `cannot` (the limits of the
/// algorithm).
///
/// Exit status: 0; 2 if something asked for cannot be done, with the reason on standard error.
#[derive(Args)]
pub struct Place {
    /// modulo, ring, ring-bounded, rendezvous, jump, maglev, multiprobe, anchor or ketama.
    #[arg(long, value_parser = algorithm)]
    algorithm: Algorithm,
    /// How many nodes: 1 to 104857, called node0, node1, ... [default: 10]
    #[arg(long, conflicts_with = "names", value_parser = clap::value_parser!(u32).range(1..=i64::from(MEMBERS_MAX)))]
    nodes: Option<u32>,
    /// A file with the names of the nodes, one a line: bytes are taken as they are, a line ends with LF, CR LF or CR. Control characters are
    /// printed as \\u{1b}.
    #[arg(long)]
    names: Option<PathBuf>,
    /// Tokens of a node of weight 1: 1 to 512, for ring and ring-bounded.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(i64::from(*VNODES.start())..=i64::from(*VNODES.end())))]
    vnodes: u16,
    /// How many keys: up to 10000000, called key0, key1, ... [default: 100000]
    #[arg(long, conflicts_with = "keys_file", value_parser = clap::value_parser!(u32).range(0..=i64::from(KEYS_MAX)))]
    keys: Option<u32>,
    /// A file with the keys, one a line, as with --names; an empty line is the empty key.
    #[arg(long)]
    keys_file: Option<PathBuf>,
    /// One weight a node, 1 to 1000, separated by commas. [default: all 1]
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u16).range(1..=i64::from(WEIGHT_MAX)))]
    weights: Vec<u16>,
    /// The change: these nodes die, one after the other. Nodes are numbered from 0; separate several by commas.
    #[arg(long, value_delimiter = ',', value_name = "I")]
    kill: Vec<u32>,
    /// The change: so many nodes are added. They are called node{n}, counting on from the number of nodes and past names that are taken; their weight is that of the others if those are equal, else 1.
    #[arg(long, default_value_t = 0, value_name = "N")]
    add: u32,
    /// The change: a node gets another weight, written as NODE=WEIGHT.
    #[arg(long, value_delimiter = ',', value_name = "I=W", value_parser = reweigh)]
    reweigh: Vec<(u32, u16)>,
    /// What keys and tokens are hashed with: xxh3, xxh64 (Envoy's ring) or weak. maglev, multiprobe and ketama prescribe their own.
    #[arg(long, default_value = "xxh3", value_parser = hash)]
    hash: Hash,
    /// Entries of Maglev's table: a prime number up to 655373.
    #[arg(long, default_value_t = 65_537)]
    table: u32,
    /// One line of JSON instead of a table.
    #[arg(long, conflicts_with = "owners")]
    json: bool,
    /// Only the name of the node that holds each key, one a line, in the order of the keys.
    #[arg(long)]
    owners: bool,
}

impl Place {
    /// Places and prints. What cannot be done makes the exit status 2.
    pub fn main(self) -> ExitCode {
        let (fleet, study) = match self.study() {
            Ok(it) => it,
            Err(error) => {
                eprintln!("The keys cannot be placed: {error}.");
                return ExitCode::from(2);
            }
        };
        let mut out = BufWriter::new(io::stdout().lock());
        let printed = if self.owners {
            owners(&mut out, &fleet, &study)
        } else if self.json {
            writeln!(out, "{}", json(&fleet, &study))
        } else {
            table(&mut out, &fleet, &study)
        };
        match printed.and_then(|()| out.flush()) {
            Ok(()) => ExitCode::SUCCESS,
            // The reader has seen enough: `headless place … | head`.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("The answer cannot be printed: {error}.");
                ExitCode::FAILURE
            }
        }
    }

    /// The fleet after the change, and the study of it.
    fn study(&self) -> Result<(Fleet, Study), String> {
        let mut fleet = self.fleet()?;
        let options = Options { vnodes: self.vnodes, hash: self.hash, table: self.table };
        let named = self.keys_file.as_deref().map(|path| lines::read(path, KEYS_MAX)).transpose()?;
        let keys = named.as_ref().map_or(self.keys.unwrap_or(100_000), |keys| keys.len() as u32);
        let mut study = Study::new(self.algorithm, &fleet, &options, keys).map_err(|error| error.to_string())?;
        if self.change(&mut fleet)? {
            study.then(&fleet).map_err(|error| format!("after the change, {error}"))?;
        }
        if self.owners && fleet.living().next().is_none() {
            return Err("no node is alive to own a key".to_owned());
        }
        match named {
            Some(keys) => keys.iter().for_each(|key| study.put(key)),
            None => assert!(study.step(keys), "the budget is all keys"),
        }
        Ok((fleet, study))
    }

    /// The fleet before the change.
    fn fleet(&self) -> Result<Fleet, String> {
        let fleet = match &self.names {
            Some(path) => {
                let names = lines::read(path, MEMBERS_MAX)?;
                if let Some(empty) = names.iter().position(<[u8]>::is_empty) {
                    return Err(format!("{}: line {} is empty, a node needs a name", path.display(), empty + 1));
                }
                if names.len() == 0 {
                    return Err(format!("{} is empty: at least one node is needed", path.display()));
                }
                Fleet::with_room(names.iter(), self.add)
            }
            None => Fleet::with_room((0..self.nodes.unwrap_or(10)).map(|n| format!("node{n}")), self.add),
        };
        let mut fleet = fleet.map_err(|error| error.to_string())?;
        let (nodes, weights) = (fleet.members().len(), self.weights.len());
        if weights != 0 && weights != nodes {
            return Err(format!("{weights} weights for {nodes} nodes: give one for each"));
        }
        for (number, &weight) in (0..).zip(&self.weights) {
            fleet.reweigh(number, weight).map_err(|error| error.to_string())?;
        }
        Ok(fleet)
    }

    /// Changes the fleet as asked. False: nothing was asked.
    fn change(&self, fleet: &mut Fleet) -> Result<bool, String> {
        let weight = match fleet.weights().as_slice() {
            [first, rest @ ..] if rest.iter().all(|weight| weight == first) => *first,
            _ => 1,
        };
        let changed = self.kill.iter().try_for_each(|&number| fleet.kill(number));
        let changed = changed.and_then(|()| self.reweigh.iter().try_for_each(|&(number, weight)| fleet.reweigh(number, weight)));
        changed.and_then(|()| fleet.add_numbered(self.add, weight)).map_err(|error| error.to_string())?;
        Ok(!self.kill.is_empty() || self.add > 0 || !self.reweigh.is_empty())
    }
}

fn owners(out: &mut impl Write, fleet: &Fleet, study: &Study) -> io::Result<()> {
    for &owner in study.owners() {
        if let Some(member) = fleet.members().get(owner as usize) {
            // Bytes that are no UTF-8 pass as they are, control characters do not.
            for chunk in member.name().utf8_chunks() {
                out.write_all(printable(chunk.valid().as_bytes()).as_bytes())?;
                out.write_all(chunk.invalid())?;
            }
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// What came of it, as one object.
#[derive(Serialize)]
struct Report<'a> {
    algorithm: &'static str,
    nodes: usize,
    keys: u32,
    names: Vec<Cow<'a, str>>,
    weights: &'a [u16],
    counts: &'a [u32],
    shares: Vec<f64>,
    peak: f64,
    cv: f64,
    moved: u32,
    minimum: u32,
    spilled: u32,
    memory: usize,
    /// Steps of a lookup on average.
    steps: f64,
    cannot: Vec<&'static str>,
}

fn json(fleet: &Fleet, study: &Study) -> String {
    let report = Report {
        algorithm: study.algorithm().word(),
        nodes: fleet.living().count(),
        keys: study.keys(),
        names: fleet.members().iter().map(|member| String::from_utf8_lossy(member.name())).collect(),
        weights: study.weights(),
        counts: study.counts(),
        shares: study.shares(),
        peak: study.peak(),
        cv: study.cv(),
        moved: study.moved(),
        minimum: study.minimum(),
        spilled: study.spilled(),
        memory: study.memory(),
        steps: mean(study.steps()),
        cannot: study.algorithm().cannot().iter().map(|limit| limit.word()).collect(),
    };
    line(&report)
}

fn table(out: &mut impl Write, fleet: &Fleet, study: &Study) -> io::Result<()> {
    let wide = fleet.members().iter().map(|member| member.label().chars().count()).max().unwrap_or(0).clamp(4, 40);
    writeln!(out, "{:wide$}  weight     keys    share", "node")?;
    for ((member, count), share) in fleet.members().iter().zip(study.counts()).zip(study.shares()) {
        let dead = if member.is_alive() { "" } else { "  dead" };
        writeln!(out, "{:wide$}  {:6}  {count:7}  {:6.3}%{dead}", member.label(), member.weight(), share * 100.0)?;
    }
    writeln!(out)?;
    writeln!(out, "algorithm  {}", study.algorithm().word())?;
    writeln!(out, "peak       {:.4} of the ideal share", study.peak())?;
    writeln!(out, "cv         {:.4}", study.cv())?;
    writeln!(out, "moved      {} of {} keys; the least possible is {}", study.moved(), study.keys(), study.minimum())?;
    if study.caps().is_some() {
        writeln!(out, "spilled    {} keys passed a full node", study.spilled())?;
    }
    writeln!(out, "memory     {} bytes", study.memory())?;
    writeln!(out, "lookup     {:.2} steps on average", mean(study.steps()))?;
    let cannot: Vec<&str> = study.algorithm().cannot().iter().copied().map(Limit::word).collect();
    writeln!(out, "limits     {}", cannot.join(", "))
}

fn mean((steps, keys): (u64, u32)) -> f64 {
    if keys == 0 { 0.0 } else { steps as f64 / f64::from(keys) }
}

fn algorithm(word: &str) -> Result<Algorithm, String> {
    let words: Vec<&str> = Algorithm::ALL.into_iter().map(Algorithm::word).collect();
    Algorithm::parse(word).ok_or_else(|| format!("the algorithms are {}", words.join(", ")))
}

fn hash(word: &str) -> Result<Hash, String> {
    let words: Vec<&str> = Hash::ALL.into_iter().map(Hash::word).collect();
    Hash::parse(word).ok_or_else(|| format!("the hashes are {}", words.join(", ")))
}

fn reweigh(text: &str) -> Result<(u32, u16), String> {
    let (number, weight) = text.split_once('=').ok_or("write NODE=WEIGHT, such as 2=5")?;
    Ok((number.parse().map_err(|_| "NODE is a number from 0")?, weight.parse().map_err(|_| "WEIGHT is a number from 1 to 1000")?))
}
