//! The placement room in English.

use crate::proto::ring::hash::Hash;
use crate::room::placement::numbers::grouped;
use crate::room::placement::schemes::{Algorithm, Limit, SEATS};
use crate::room::placement::words::{Bill, Figure, RoomWords};
use crate::room::placement::{CHANGES_MAX, Change, HEAVIEST, NODES_MAX, Refusal, TOKENS_MAX};

/// The words.
pub const EN: RoomWords = RoomWords {
    title: "Placement",
    back: "Back to the run",
    theme: "Light or dark",
    keys_title: ["Keys", "Close"],
    keys: &[
        ("K  R", "Kill, revive the selected node"),
        ("−  +", "Make it lighter, heavier"),
        ("← →  Home  End", "On the bars: select another node"),
        ("Enter  Space", "On the bars: kill or revive what is selected"),
        ("A", "Add a node"),
        ("U", "Undo the last change"),
        ("0", "Start again"),
        ("?", "This list"),
        ("Esc", "Back to the run"),
    ],
    other_language: "中文",
    lane: |n| format!("Scheme {n}"),
    scheme: "Scheme",
    algorithm,
    limit,
    settings: ["Nodes", "Virtual nodes", "Keys", "Hash"],
    hash: |hash| match hash {
        Hash::Xxh3 => "good",
        Hash::Xxh64 => "XXH64",
        Hash::Weak => "weak",
    },
    no_vnodes: "Neither scheme has virtual nodes to choose",
    figure: |figure| match figure {
        Figure::Moved => "keys moved",
        Figure::Minimum => "least possible",
        Figure::Peak => "fullest to ideal",
        Figure::Cv => "variation (CV)",
        Figure::Memory => "memory",
        Figure::Lookup => "lookup",
    },
    theory: |value| format!("theory {value}"),
    steps: |steps| format!("{steps} steps"),
    node: |n| format!("node {n}"),
    load: |name, weight, keys, share, ideal| format!("{name}, weight {weight}: {} keys, {share} % (ideal {ideal} %)", grouped(keys)),
    dead: |name, weight| format!("{name}, weight {weight}: dead, no keys"),
    bars: "Share of the keys, node by node",
    ideal: "ideal",
    keys_picture: |changed| {
        if changed { "Every key, by who held it before; bright: just moved" } else { "Every key, by who holds it" }
    },
    actions: ["Kill", "Revive", "Lighter", "Heavier", "Add a node", "Undo", "Start again"],
    neighbours: ["Previous node", "Next node"],
    weight: |weight| format!("weight {weight}"),
    hint: "Click a bar: kill or revive that node",
    table: "All nodes as a table",
    columns: ["Node", "Weight", "Keys", "Share", "Came", "Left"],
    rows: |from, to, of| format!("{from} to {to} of {of}"),
    counting: |percent| format!("counting … {percent} %"),
    cannot_count: |why| format!("This cannot be counted: {why}."),
    opening: |nodes, keys, who| format!("{nodes} nodes share {keys} keys. Press K to kill {who}: which keys have to move?"),
    changed: |change, who| match change {
        Change::Kill(_) => format!("{} died.", first(who)),
        Change::Revive(_) => format!("{} is back.", first(who)),
        Change::Add => format!("{} was added.", first(who)),
        Change::Weigh(_, weight) => format!("{} now weighs {weight}.", first(who)),
    },
    moved,
    refusal: |refusal, who| match refusal {
        Refusal::Nobody(_) => format!("There is no {who}."),
        Refusal::Dead(_) => format!("{} is dead. Revive it first.", first(who)),
        Refusal::Alive(_) => format!("{} is alive already.", first(who)),
        Refusal::LastOne(_) => format!("{} is the last one alive: without it nobody would hold a key.", first(who)),
        Refusal::SameWeight(_) => format!("{} has this weight already.", first(who)),
        Refusal::Weight(_) => format!("Weights go from 1 to {HEAVIEST}."),
        Refusal::Full => format!("{} nodes are the most there can be.", grouped(u32::from(NODES_MAX))),
        Refusal::TooManyTokens => format!("A ring has at most {} virtual nodes in all. Choose fewer for each node.", grouped(TOKENS_MAX)),
        Refusal::TooManyChanges => format!("{CHANGES_MAX} changes are made, and the link has no room for more. Start again."),
    },
    bad_link: |why| format!("This link to the placement room cannot be read: {why}. Here is the usual room."),
    error: |error| error.to_string(),
};

/// With a capital, to begin a sentence.
fn first(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |c| format!("{}{}", c.to_uppercase(), chars.as_str()))
}

fn algorithm(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Modulo => "Modulo",
        Algorithm::Ring => "Hash ring",
        Algorithm::RingBounded => "Ring, bounded loads",
        Algorithm::Rendezvous => "Rendezvous",
        Algorithm::Jump => "Jump",
        Algorithm::Maglev => "Maglev",
        Algorithm::MultiProbe => "Multi-probe",
        Algorithm::Anchor => "AnchorHash",
        Algorithm::Ketama => "Ketama",
    }
}

/// A scheme within a sentence.
fn said(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Modulo => "modulo",
        Algorithm::Ring => "the ring",
        Algorithm::RingBounded => "the bounded ring",
        Algorithm::Rendezvous => "rendezvous",
        Algorithm::Jump => "jump",
        Algorithm::Maglev => "Maglev",
        Algorithm::MultiProbe => "multi-probe",
        Algorithm::Anchor => "AnchorHash",
        Algorithm::Ketama => "Ketama",
    }
}

fn limit(limit: Limit) -> &'static str {
    const { assert!(SEATS == 1_024, "a limit below names this number") };
    match limit {
        Limit::NoWeights => "no weights: all get the same share",
        Limit::MovesNearlyAll => "any change moves nearly every key",
        Limit::MovesMoreThanLeast => "moves more keys than needed",
        Limit::RemovesOnlyLast => "only the last node can leave cheaply",
        Limit::CapacityIsFixed => "set up for at most 1,024 nodes",
        Limit::ReturnsInOrder => "who returns gets the last leaver's keys",
        Limit::UnevenWithFewPoints => "uneven with few virtual nodes",
        Limit::MemoryPerPoint => "memory: nodes times virtual nodes",
        Limit::AsksEveryMember => "a lookup hashes every node",
        Limit::ManyProbes => "a lookup searches 21 times",
        Limit::TableIsPrime => "table size prime, far above the nodes",
        Limit::RebuildsWhole => "every change rebuilds the whole table",
        Limit::NeedsLoads => "a key's place depends on the load too",
    }
}

fn moved(bills: &[Bill; 2], keys: u32) -> String {
    let clause = |bill: &Bill, of: &str| {
        let (who, moved, minimum) = (said(bill.scheme), grouped(bill.moved), grouped(bill.minimum));
        match bill {
            Bill { deaf: true, moved: 0, .. } => format!("{who} cannot weigh nodes, so its keys stayed"),
            Bill { moved: 0, .. } => format!("{who} moved no key"),
            _ if bill.moved == bill.minimum => format!("{who} moved {moved}{of}, the least possible"),
            _ => format!("{who} moved {moved}{of} where {minimum} would do"),
        }
    };
    let of = format!(" of {} keys", grouped(keys));
    // The total is named once, in the first clause that has a number.
    let second = if bills[0].moved == 0 { of.as_str() } else { "" };
    format!("{}; {}.", first(&clause(&bills[0], &of)), clause(&bills[1], second))
}
