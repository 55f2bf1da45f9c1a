//! Names of things inside a world.

/// A process of a world: a dense index from zero. The layers above give it a letter and a kind.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Pid(pub u16);

impl Pid {
    /// The index into tables with one row a process.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Position of a record in the journal: dense, from zero, in the order in which things happened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Seq(pub u64);

/// Which life of a process: 1 for the first boot, one more for every boot after it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug)]
pub struct Boot(pub u32);
