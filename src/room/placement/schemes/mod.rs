//! Where does a key live? The ring and its rivals behind one trait, on the same keys, members and weights.
//!
//! [`Fleet`] says who is there, [`build`] makes a [`Scheme`] of it, [`Study`] measures one: shares, peak, keys moved against the
//! least that any scheme could move. Nothing here knows a cluster. Schemes are integers only; floats begin in [`stats`].

mod anchor;
mod build;
pub mod fleet;
pub mod jump;
mod ketama;
pub mod maglev;
mod modulo;
mod probing;
mod rendezvous;
mod ringed;
pub mod scheme;
pub mod stats;
pub mod study;

pub use self::build::build;
pub use self::fleet::{Fleet, MEMBERS_MAX, Member, SEATS, printable};
pub use self::scheme::{Algorithm, Error, KEYS_MAX, Limit, Options, QUESTIONS_MAX, Scheme, TABLE_MAX, VNODES, WEIGHT_MAX};
pub use self::study::{NOBODY, Study};
