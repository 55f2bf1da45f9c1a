//! What every scheme answers, and what can be asked of it.

use std::fmt::{self, Debug, Display, Formatter};

use crate::proto::ring::MemberNo;
use crate::proto::ring::bounded::Bounded;
use crate::proto::ring::circle::TOKENS_MAX;
use crate::proto::ring::hash::Hash;

/// The most keys a study may have.
pub const KEYS_MAX: u32 = 10_000_000;
/// The heaviest a member may be. The lightest is 1: one that shall have no key is killed.
pub const WEIGHT_MAX: u16 = 1_000;
/// Points a member: four a digest.
pub const KETAMA_POINTS: u32 = 160;
/// Tokens that one member of weight 1 may have on a ring.
pub const VNODES: std::ops::RangeInclusive<u16> = 1..=512;

/// The largest lookup table of Maglev: the "large" one of its paper (section 5.3).
pub const TABLE_MAX: u32 = 655_373;

/// The most questions of rendezvous, one a living member and key.
pub const QUESTIONS_MAX: u64 = 20_000_000_000;

/// A way to place keys on members.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Algorithm {
    /// `hash(key) mod n` over the living members: what everybody writes first.
    Modulo,
    /// Consistent hashing with virtual nodes (Karger et al. 1997): [`crate::proto::ring`].
    Ring,
    /// The ring with bounded loads (Mirrokni, Thorup, Zadimoghaddam 2016): no member above `ceil(1.25 x average)`.
    RingBounded,
    /// Rendezvous, or highest random weight (Thaler, Ravishankar 1998), weighted by logarithms (Schindelhauer, Schomaker 2005).
    Rendezvous,
    /// Jump consistent hash (Lamping, Veach 2014).
    Jump,
    /// Maglev (Eisenbud et al. 2016, section 3.4), with the weighted turns and the hashes of Envoy.
    Maglev,
    /// Multi-probe consistent hashing (Appleton, O'Reilly 2015): one point a member, 21 probes a key, by SipHash-2-4.
    MultiProbe,
    /// AnchorHash (Mendelson et al. 2020), set up for `Fleet::seats` members.
    Anchor,
    /// The ring of memcached clients (Jones 2007, libketama): 160 points a member, by MD5.
    Ketama,
}

impl Algorithm {
    /// Every algorithm, the one everybody writes first at the beginning.
    pub const ALL: [Algorithm; 9] = [
        Algorithm::Modulo,
        Algorithm::Ring,
        Algorithm::RingBounded,
        Algorithm::Rendezvous,
        Algorithm::Jump,
        Algorithm::Maglev,
        Algorithm::MultiProbe,
        Algorithm::Anchor,
        Algorithm::Ketama,
    ];

    /// Its name in commands and links.
    pub const fn word(self) -> &'static str {
        match self {
            Algorithm::Modulo => "modulo",
            Algorithm::Ring => "ring",
            Algorithm::RingBounded => "ring-bounded",
            Algorithm::Rendezvous => "rendezvous",
            Algorithm::Jump => "jump",
            Algorithm::Maglev => "maglev",
            Algorithm::MultiProbe => "multiprobe",
            Algorithm::Anchor => "anchor",
            Algorithm::Ketama => "ketama",
        }
    }

    /// The algorithm of that name.
    pub fn parse(word: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.word() == word)
    }

    /// What it cannot do, the worst first.
    pub const fn cannot(self) -> &'static [Limit] {
        match self {
            Algorithm::Modulo => &[Limit::MovesNearlyAll, Limit::NoWeights],
            Algorithm::Ring => &[Limit::UnevenWithFewPoints, Limit::MemoryPerPoint],
            Algorithm::RingBounded => &[Limit::NeedsLoads, Limit::MovesMoreThanLeast, Limit::MemoryPerPoint],
            Algorithm::Rendezvous => &[Limit::AsksEveryMember],
            Algorithm::Jump => &[Limit::RemovesOnlyLast, Limit::NoWeights],
            Algorithm::Maglev => &[Limit::MovesMoreThanLeast, Limit::TableIsPrime, Limit::RebuildsWhole],
            Algorithm::MultiProbe => &[Limit::NoWeights, Limit::ManyProbes],
            Algorithm::Anchor => &[Limit::NoWeights, Limit::CapacityIsFixed, Limit::ReturnsInOrder],
            Algorithm::Ketama => &[Limit::NoWeights, Limit::UnevenWithFewPoints, Limit::MemoryPerPoint],
        }
    }

    /// Whether members may differ in weight.
    pub fn weighs(self) -> bool {
        !self.cannot().contains(&Limit::NoWeights)
    }

    /// Whether [`Options::vnodes`] changes anything.
    pub const fn has_vnodes(self) -> bool {
        matches!(self, Algorithm::Ring | Algorithm::RingBounded)
    }

    /// Whether [`Options::hash`] changes anything: the compatible schemes prescribe theirs.
    pub const fn has_hash(self) -> bool {
        !matches!(self, Algorithm::Maglev | Algorithm::MultiProbe | Algorithm::Ketama)
    }

    /// Whether a change of members moves exactly the keys that have to move: those of who left, or those that who came gets.
    pub fn is_minimal(self) -> bool {
        let wasteful = [Limit::MovesNearlyAll, Limit::MovesMoreThanLeast, Limit::RemovesOnlyLast];
        !self.cannot().iter().any(|limit| wasteful.contains(limit))
    }
}

/// Something an algorithm cannot do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Limit {
    /// All members get the same share: different weights are refused.
    NoWeights,
    /// Any change of members moves nearly every key: n -> n + 1 moves n / (n + 1) of them.
    MovesNearlyAll,
    /// A change also moves a few keys between members that stay.
    MovesMoreThanLeast,
    /// Buckets are numbered without a gap, so only the last can leave; if another dies, those after it are numbered
    /// anew and most of their keys move.
    RemovesOnlyLast,
    /// It is set up for a largest number of members (`Fleet::seats`); more need a new set-up, which moves nearly every key.
    CapacityIsFixed,
    /// Who comes back takes the place of who left last. After several losses it may not get its own old keys back,
    /// so stored data is of no use to it unless members return in the opposite order of their leaving.
    ReturnsInOrder,
    /// Shares differ much with few points a member: the coefficient of variation is about 1 / sqrt(points).
    UnevenWithFewPoints,
    /// Memory grows with members times points.
    MemoryPerPoint,
    /// A lookup asks every member: its cost grows with their number.
    AsksEveryMember,
    /// A lookup searches the ring 21 times.
    ManyProbes,
    /// The size of the table must be prime and well above the number of members, at least a hundred times for even shares.
    TableIsPrime,
    /// Every change builds the whole table again.
    RebuildsWhole,
    /// The place of a key depends on the load, hence on the keys before it: it cannot be looked up from the key alone,
    /// it has to be remembered or searched for.
    NeedsLoads,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Limit; 13] = [
        Limit::NoWeights,
        Limit::MovesNearlyAll,
        Limit::MovesMoreThanLeast,
        Limit::RemovesOnlyLast,
        Limit::CapacityIsFixed,
        Limit::ReturnsInOrder,
        Limit::UnevenWithFewPoints,
        Limit::MemoryPerPoint,
        Limit::AsksEveryMember,
        Limit::ManyProbes,
        Limit::TableIsPrime,
        Limit::RebuildsWhole,
        Limit::NeedsLoads,
    ];

    /// Its name for machines.
    pub const fn word(self) -> &'static str {
        match self {
            Limit::NoWeights => "no-weights",
            Limit::MovesNearlyAll => "moves-nearly-all",
            Limit::MovesMoreThanLeast => "moves-more-than-least",
            Limit::RemovesOnlyLast => "removes-only-last",
            Limit::CapacityIsFixed => "capacity-is-fixed",
            Limit::ReturnsInOrder => "returns-in-order",
            Limit::UnevenWithFewPoints => "uneven-with-few-points",
            Limit::MemoryPerPoint => "memory-per-point",
            Limit::AsksEveryMember => "asks-every-member",
            Limit::ManyProbes => "many-probes",
            Limit::TableIsPrime => "table-is-prime",
            Limit::RebuildsWhole => "rebuilds-whole",
            Limit::NeedsLoads => "needs-loads",
        }
    }
}

/// What can be chosen about a scheme.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Options {
    /// Tokens of a member of weight 1, in [`VNODES`]: for the ring, bounded or not.
    pub vnodes: u16,
    /// What keys, and the tokens of a ring, are hashed with: see [`Algorithm::has_hash`].
    pub hash: Hash,
    /// Entries of Maglev's table: a prime of at most [`TABLE_MAX`].
    pub table: u32,
}

impl Default for Options {
    /// 100 tokens a member, the good hash, and the small table of Maglev's paper.
    fn default() -> Options {
        Options { vnodes: 100, hash: Hash::Xxh3, table: 65_537 }
    }
}

/// Why there is no such fleet or scheme, and what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// A member without a name.
    NameEmpty,
    /// Two members of one name.
    NameTwice {
        /// The name.
        name: String,
    },
    /// More members than the fleet has seats for.
    TooManyMembers {
        /// How many there may be.
        most: u32,
    },
    /// A weight out of 1..=[`WEIGHT_MAX`].
    Weight {
        /// The weight.
        weight: u32,
    },
    /// A number that no member has.
    NoSuchMember {
        /// The number.
        number: MemberNo,
        /// How many members there are.
        count: u32,
    },
    /// The member is dead already.
    Dead {
        /// Its number.
        number: MemberNo,
    },
    /// The member is alive already.
    Alive {
        /// Its number.
        number: MemberNo,
    },
    /// Different weights for an algorithm that has none.
    CannotWeigh {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// A number of tokens out of [`VNODES`].
    Vnodes {
        /// The number.
        vnodes: u16,
    },
    /// More than [`TOKENS_MAX`] tokens in all.
    TooManyTokens {
        /// How many there would be.
        tokens: u64,
    },
    /// A table whose size is not prime: then some members' turns would visit a part of it only, for ever.
    TableNotPrime {
        /// The size.
        size: u32,
    },
    /// A table above [`TABLE_MAX`], or below the number of living members.
    TableSize {
        /// The size.
        size: u32,
        /// How many members are alive.
        living: u32,
    },
    /// More than [`QUESTIONS_MAX`] questions of rendezvous, one a living member and key.
    TooManyQuestions {
        /// How many members are alive.
        living: u32,
        /// How many keys there are.
        keys: u32,
    },
    /// More than [`KEYS_MAX`] keys.
    TooManyKeys {
        /// How many.
        keys: u64,
    },
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Error::NameEmpty => write!(f, "a node has no name: give each one"),
            Error::NameTwice { name } => write!(f, "two nodes are called `{name}`: names must differ"),
            Error::TooManyMembers { most } => write!(f, "at most {most} nodes are supported"),
            Error::Weight { weight } => write!(f, "weight {weight} is out of bounds: 1 to {WEIGHT_MAX} are supported"),
            Error::NoSuchMember { number, count } => write!(f, "there is no node {number}: {count} nodes are numbered from 0"),
            Error::Dead { number } => write!(f, "node {number} is dead already"),
            Error::Alive { number } => write!(f, "node {number} is alive already"),
            Error::CannotWeigh { algorithm } => {
                let able: Vec<&str> = Algorithm::ALL.into_iter().filter(|it| it.weighs()).map(Algorithm::word).collect();
                write!(f, "`{}` cannot weigh nodes: make all weights equal, or take one of {}", algorithm.word(), able.join(", "))
            }
            Error::Vnodes { vnodes } => write!(f, "{vnodes} tokens a node: {} to {} are supported", VNODES.start(), VNODES.end()),
            Error::TooManyTokens { tokens } => {
                write!(f, "{tokens} tokens in all, at most {TOKENS_MAX} are supported: lower the weights or the tokens a node")
            }
            Error::TableNotPrime { size } => write!(f, "a table of {size} entries: Maglev needs a prime number, such as 65537"),
            Error::TableSize { size, living } => {
                write!(f, "a table of {size} entries for {living} nodes: it must have one for each node, and at most {TABLE_MAX}")
            }
            Error::TooManyQuestions { living, keys } => write!(
                f,
                "rendezvous asks each of {living} nodes for each of {keys} keys, {} questions; at most {QUESTIONS_MAX} are supported, \
                 since more take longer than a minute: take fewer nodes or keys, or another algorithm",
                u64::from(*living) * u64::from(*keys)
            ),
            Error::TooManyKeys { keys } => write!(f, "{keys} keys: at most {KEYS_MAX} are supported"),
        }
    }
}

impl std::error::Error for Error {}

/// One way to place keys, made for one state of a fleet. The same members, weights, seats and options make the same scheme.
pub trait Scheme: Debug {
    /// Who holds the key: the member's number in the fleet. `None` if nobody is alive. Where loads are bounded this is only the
    /// first choice: see [`Scheme::place`].
    fn owner(&self, key: &[u8]) -> Option<MemberNo>;

    /// Bytes of the tables that a lookup reads.
    fn memory(&self) -> usize;

    /// What a lookup of this key costs: tokens compared, entries read, hash values drawn. Machine independent.
    fn steps(&self, key: &[u8]) -> u32;

    /// The loads to give to [`Scheme::place`] for `keys` keys; `None` where loads do not matter.
    fn loads(&self, keys: u32) -> Option<Bounded> {
        let _ = keys;
        None
    }

    /// Places the next key with regard to the loads.
    fn place(&self, key: &[u8], loads: &mut Option<Bounded>) -> Option<MemberNo> {
        let _ = loads;
        self.owner(key)
    }
}

/// Spreads 64 bits over 64 bits, one to one (the finaliser of SplitMix64: Steele, Lea, Flood 2014; Stafford's mix 13).
pub(super) const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
