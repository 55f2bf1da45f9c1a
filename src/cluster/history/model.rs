//! What one object does, alone and with one operation at a time: registers, a lock, a string.

use std::rc::Rc;

/// A value as the history writes it.
pub type Word = Rc<str>;

/// Which object, and how a history of it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// A register with read, write and compare-and-set that begins without a value. What failed did not happen and says nothing.
    CasRegister,
    /// The same register, but a compare-and-set that failed did run: it found a value other than the one it expected. A write
    /// that failed may have happened all the same.
    RegisterNil,
    /// A lock that begins free. It does not mind who releases it.
    Mutex,
    /// One string for each key, at first empty, with get, put and append.
    Kv,
}

impl Model {
    /// All of them.
    pub const ALL: [Model; 4] = [Model::CasRegister, Model::RegisterNil, Model::Mutex, Model::Kv];

    /// Its word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Model::CasRegister => "cas-register",
            Model::RegisterNil => "register-nil",
            Model::Mutex => "mutex",
            Model::Kv => "kv",
        }
    }

    /// The model of this word.
    pub fn parse(word: &str) -> Option<Model> {
        Model::ALL.into_iter().find(|model| model.word() == word)
    }

    /// How the object begins.
    pub fn initial(self) -> State {
        match self {
            Model::CasRegister | Model::RegisterNil => State::Value(None),
            Model::Mutex => State::Free,
            Model::Kv => State::Value(Some(Word::from(""))),
        }
    }
}

/// What an object is between two operations.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum State {
    /// A register or a string, with its value.
    Value(Option<Word>),
    /// A lock that nobody holds.
    Free,
    /// A lock that somebody holds.
    Held,
}

/// What an operation did. Its result is part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// Found this value.
    Read(Option<Word>),
    /// Set this value.
    Write(Option<Word>),
    /// Found the first value and set the second.
    Swap(Option<Word>, Option<Word>),
    /// Found any value but this one.
    Differs(Option<Word>),
    /// Added this to the end of the string.
    Append(Word),
    /// Took the free lock.
    Acquire,
    /// Gave up the held lock.
    Release,
}

impl Deed {
    /// Whether it leaves every state as it is.
    pub fn only_looks(&self) -> bool {
        match self {
            Deed::Read(_) | Deed::Differs(_) => true,
            Deed::Write(_) | Deed::Swap(..) | Deed::Append(_) | Deed::Acquire | Deed::Release => false,
        }
    }
}

impl State {
    /// The state after a deed; `None` if this deed, with its result, cannot be done in this state.
    ///
    /// # Panics
    /// A lock is not read, and a register not acquired: such a history has no meaning, and [`super::file`] makes none.
    pub fn after(&self, deed: &Deed) -> Option<State> {
        match (self, deed) {
            (State::Value(value), Deed::Read(found)) => (value == found).then(|| self.clone()),
            (State::Value(value), Deed::Differs(expected)) => (value != expected).then(|| self.clone()),
            (State::Value(_), Deed::Write(value)) => Some(State::Value(value.clone())),
            (State::Value(value), Deed::Swap(old, new)) => (value == old).then(|| State::Value(new.clone())),
            (State::Value(value), Deed::Append(end)) => {
                let longer = format!("{}{end}", value.as_deref().unwrap_or(""));
                Some(State::Value(Some(Word::from(longer))))
            }
            (State::Free, Deed::Acquire) => Some(State::Held),
            (State::Held, Deed::Release) => Some(State::Free),
            (State::Held, Deed::Acquire) | (State::Free, Deed::Release) => None,
            (State::Value(_), Deed::Acquire | Deed::Release)
            | (State::Free | State::Held, Deed::Read(_) | Deed::Write(_) | Deed::Swap(..) | Deed::Differs(_) | Deed::Append(_)) => {
                panic!("no object is both a lock and a value: {self:?} asked for {deed:?}")
            }
        }
    }
}
