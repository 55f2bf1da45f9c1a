//! The rooms beside the stage.

use ringside::room::placement::PlacementRoom;
use ringside::room::textbook::Lesson;

/// A room beside the stage. All are in one module, which a first load does not fetch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Placement: the ring and its rivals.
    Place,
    /// The textbook's lock.
    Textbook,
}

impl Room {
    /// Both.
    pub const ALL: [Room; 2] = [Room::Place, Room::Textbook];

    /// Its name in `data-room` and in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Room::Place => <PlacementRoom as ringside::room::Room>::WORD,
            Room::Textbook => <Lesson as ringside::room::Room>::WORD,
        }
    }
}
