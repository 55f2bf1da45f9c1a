//! A room as a readable text, for the address bar: `modulo,ring,nodes:6,vnodes:64,keys:25000,hash:weak,kill:2,add,weigh:3:4`.
//!
//! The two schemes come first, then what differs from the default room, then the changes in their order. Commas and colons pass
//! through an address unharmed; should a messenger escape them all the same, they are read nevertheless.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::proto::ring::hash::Hash;
use crate::room::Room;
use crate::room::placement::schemes::{Algorithm, VNODES};
use crate::room::text::{excerpt, unescape};

use super::{Change, HEAVIEST, KEYS_MAX, NODES_MAX, PlacementRoom, Refusal};

/// The longest text that is read, in bytes: 64 changes of the longest kind fit four times.
const LONGEST: usize = 4_096;

/// The words of settings, each at most once.
const SETTINGS: [&str; 4] = ["nodes", "vnodes", "keys", "hash"];

/// Why a text is no room. Parts are counted from 1; foreign text is an excerpt.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RoomError {
    /// It is longer than 4,096 bytes: so many.
    TooLong(usize),
    /// A percent escape is broken or stands for no text.
    Escape,
    /// A scheme that nobody knows.
    Scheme(String),
    /// A part that means nothing here.
    Part(usize, String),
    /// A number is malformed or out of bounds.
    Number {
        /// Which part.
        part: usize,
        /// The word before the number.
        word: &'static str,
        /// The smallest allowed.
        min: u32,
        /// The largest allowed.
        max: u32,
    },
    /// A setting that was given already.
    Twice(usize, String),
    /// Nodes, virtual nodes, keys or hash come after a change, or the nodes and virtual nodes are too many together.
    Order(usize),
    /// A change that cannot be made.
    Refused(usize, Refusal),
}

impl Display for RoomError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            RoomError::TooLong(len) => write!(f, "it is {len} bytes long; at most {LONGEST} are read"),
            RoomError::Escape => write!(f, "an escape in it does not stand for text"),
            RoomError::Scheme(word) => write!(f, "there is no scheme “{word}”"),
            RoomError::Part(part, word) => write!(f, "part {part}, “{word}”, means nothing here"),
            RoomError::Number { part, word, min, max } => {
                write!(f, "part {part}: “{word}” wants a whole number between {min} and {max}")
            }
            RoomError::Twice(part, word) => write!(f, "part {part}: “{word}” is given twice"),
            RoomError::Order(part) => write!(f, "part {part}: settings come before the changes, and a ring has a limit of virtual nodes"),
            RoomError::Refused(part, _) => write!(f, "part {part} cannot be done to these nodes"),
        }
    }
}

impl std::error::Error for RoomError {}

impl Display for PlacementRoom {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let usual = PlacementRoom::default();
        write!(f, "{},{}", self.schemes[0].word(), self.schemes[1].word())?;
        if self.vnodes != usual.vnodes {
            write!(f, ",vnodes:{}", self.vnodes)?;
        }
        if self.nodes != usual.nodes {
            write!(f, ",nodes:{}", self.nodes)?;
        }
        if self.keys != usual.keys {
            write!(f, ",keys:{}", self.keys)?;
        }
        if self.hash != usual.hash {
            write!(f, ",hash:{}", self.hash.word())?;
        }
        self.changes.iter().try_for_each(|change| write!(f, ",{change}"))
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Change::Kill(node) => write!(f, "kill:{node}"),
            Change::Revive(node) => write!(f, "revive:{node}"),
            Change::Add => write!(f, "add"),
            Change::Weigh(node, weight) => write!(f, "weigh:{node}:{weight}"),
        }
    }
}

impl Room for PlacementRoom {
    const WORD: &'static str = "place";
}

impl FromStr for PlacementRoom {
    type Err = RoomError;

    /// Reads a room. An empty text is the default room.
    ///
    /// # Errors
    /// The first thing that is wrong, and where.
    fn from_str(text: &str) -> Result<PlacementRoom, RoomError> {
        if text.len() > LONGEST {
            return Err(RoomError::TooLong(text.len()));
        }
        let text = unescape(text).ok_or(RoomError::Escape)?;
        let mut room = PlacementRoom::default();
        if text.is_empty() {
            return Ok(room);
        }
        let mut given = Vec::new();
        for (i, part) in text.split(',').enumerate() {
            let word = part.split_once(':').map_or(part, |(word, _)| word);
            if i >= room.schemes.len() && SETTINGS.contains(&word) {
                if given.contains(&word) {
                    return Err(RoomError::Twice(i + 1, word.to_owned()));
                }
                given.push(word);
            }
            match room.schemes.get_mut(i) {
                Some(scheme) => *scheme = Algorithm::parse(part).ok_or_else(|| RoomError::Scheme(excerpt(part)))?,
                None => read(&mut room, i + 1, part)?,
            }
        }
        Ok(room)
    }
}

fn read(room: &mut PlacementRoom, at: usize, part: &str) -> Result<(), RoomError> {
    let (word, rest) = part.split_once(':').unwrap_or((part, ""));
    let unknown = || RoomError::Part(at, excerpt(part));
    let node = |word, text| number(at, word, text, 0, u32::from(NODES_MAX) - 1).map(|node| node as u16);
    let change = match word {
        "kill" => Change::Kill(node("kill", rest)?),
        "revive" => Change::Revive(node("revive", rest)?),
        "add" if part == "add" => Change::Add,
        "weigh" => {
            let (who, weight) = rest.split_once(':').ok_or_else(unknown)?;
            Change::Weigh(node("weigh", who)?, number(at, "weigh", weight, 1, u32::from(HEAVIEST))? as u16)
        }
        _ => return setting(room, at, word, rest).unwrap_or_else(|| Err(unknown())),
    };
    room.change(change).map_err(|why| RoomError::Refused(at, why))
}

/// One of the settings. `None`: the word is none of them.
fn setting(room: &mut PlacementRoom, at: usize, word: &str, value: &str) -> Option<Result<(), RoomError>> {
    let early = room.changes().is_empty();
    let done = match word {
        "nodes" => number(at, "nodes", value, 1, u32::from(NODES_MAX)).map(|nodes| early && room.set_nodes(nodes as u16)),
        "vnodes" => number(at, "vnodes", value, u32::from(*VNODES.start()), u32::from(*VNODES.end()))
            .map(|vnodes| early && room.set_vnodes(vnodes as u16)),
        "keys" => number(at, "keys", value, 1, KEYS_MAX).map(|keys| early && room.set_keys(keys)),
        "hash" => match Hash::parse(value) {
            Some(hash) => {
                room.hash = hash;
                Ok(early)
            }
            None => return None,
        },
        _ => return None,
    };
    Some(done.and_then(|done| if done { Ok(()) } else { Err(RoomError::Order(at)) }))
}

fn number(part: usize, word: &'static str, text: &str, min: u32, max: u32) -> Result<u32, RoomError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && (min..=max).contains(number));
    number.ok_or(RoomError::Number { part, word, min, max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PlacementRoom, RoomError> {
        text.parse()
    }

    fn same(text: &str) {
        assert_eq!(parse(text).map(|room| room.to_string()), Ok(text.to_owned()));
    }

    #[test]
    fn what_is_printed_is_read_again() {
        same("modulo,ring");
        same("jump,ketama,vnodes:256,nodes:1000,keys:1000000,hash:weak");
        same("maglev,anchor,kill:2,add,weigh:3:4,revive:2,kill:6");
        assert_eq!(parse(""), Ok(PlacementRoom::default()));
        assert_eq!(parse("modulo%2Cring%2ckill%3A2"), parse("modulo,ring,kill:2"));
        assert_eq!(parse("ring"), parse("ring,ring"));
    }

    #[test]
    fn every_complaint_says_where() {
        let wrong = [
            ("ringo", RoomError::Scheme("ringo".to_owned())),
            ("ring,modulo,", RoomError::Part(3, String::new())),
            ("ring,modulo,adding", RoomError::Part(3, "adding".to_owned())),
            ("ring,modulo,add:1", RoomError::Part(3, "add:1".to_owned())),
            ("ring,modulo,hash:md5", RoomError::Part(3, "hash:md5".to_owned())),
            ("ring,modulo,weigh:3", RoomError::Part(3, "weigh:3".to_owned())),
            ("ring,modulo,nodes:5,keys:9,nodes:6", RoomError::Twice(5, "nodes".to_owned())),
            ("ring,modulo,nodes:0", RoomError::Number { part: 3, word: "nodes", min: 1, max: 1_000 }),
            ("ring,modulo,nodes:+6", RoomError::Number { part: 3, word: "nodes", min: 1, max: 1_000 }),
            ("ring,modulo,keys:1000001", RoomError::Number { part: 3, word: "keys", min: 1, max: 1_000_000 }),
            ("ring,modulo,vnodes:99999999999999999999", RoomError::Number { part: 3, word: "vnodes", min: 1, max: 512 }),
            ("ring,modulo,weigh:3:10", RoomError::Number { part: 3, word: "weigh", min: 1, max: 9 }),
            ("ring,modulo,kill:2,nodes:8", RoomError::Order(4)),
            ("ring,modulo,kill:2,kill:2", RoomError::Refused(4, Refusal::Dead(2))),
            ("ring,modulo,kill:6", RoomError::Refused(3, Refusal::Nobody(6))),
            ("ring%2", RoomError::Escape),
            ("ring%ff", RoomError::Escape),
        ];
        for (text, why) in wrong {
            assert_eq!((text, parse(text)), (text, Err(why)));
        }
        assert_eq!(parse(&"x".repeat(5_000)), Err(RoomError::TooLong(5_000)));
        assert_eq!(parse(&"环".repeat(100)), Err(RoomError::Scheme("环".repeat(11))));
    }

    #[test]
    fn the_longest_room_fits_into_its_own_link() {
        let mut room = parse("ring-bounded,rendezvous,vnodes:256,nodes:1000,keys:1000000").unwrap();
        (936..1_000).for_each(|node| room.change(Change::Weigh(node, 9)).unwrap());
        let text = room.to_string();
        assert!(text.len() < LONGEST);
        assert_eq!(parse(&text), Ok(room));
    }
}
