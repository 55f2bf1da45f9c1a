//! The protective measures that can be switched off, each by one switch. A lease has two sides, so whoever gives it and whoever
//! holds it consults its rule; every other rule is consulted in one place.

/// One protective measure. Off, exactly the promise named beside it breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Rule {
    /// A lock is held under a lease; without it a dead holder blocks the queue for ever.
    LockLease,
    /// The store refuses a token smaller than the largest it has seen, and the same one from another client.
    Fencing,
    /// The lock goes to whoever has waited longest.
    FairQueue,
    /// A worker that hears of its grant looks at its lease before it believes it: the news may be old.
    Recheck,
    /// The next token is remembered across a coordinator's restart.
    TokenSurvives,
    /// A primary serves only under a lease, and nobody is promoted before the old lease has surely ended.
    PrimaryLease,
    /// A replica says "stored" only when it is.
    StoredAck,
    /// Only a member of the in-sync set is promoted.
    InSyncPromotion,
    /// A replica refuses what a primary of a lower view sends.
    ViewCheck,
    /// A replica drops the end of its log that its primary's does not have.
    Truncate,
    /// A shard remembers the result of each client's latest operation, so that a retry is not carried out again.
    OpResults,
    /// Coordinators elect and decide only with more than half of all.
    Majority,
    /// A coordinator's term and vote are on its disk before anybody hears of them.
    VotePersisted,
    /// A leader commits by counting only what it wrote in its own term, and begins its term with an entry of its own.
    CurrentTerm,
}

impl Rule {
    /// All of them, in the order of the page and of links.
    pub const ALL: [Rule; 14] = [
        Rule::LockLease,
        Rule::Fencing,
        Rule::FairQueue,
        Rule::Recheck,
        Rule::TokenSurvives,
        Rule::PrimaryLease,
        Rule::StoredAck,
        Rule::InSyncPromotion,
        Rule::ViewCheck,
        Rule::Truncate,
        Rule::OpResults,
        Rule::Majority,
        Rule::VotePersisted,
        Rule::CurrentTerm,
    ];

    /// Its word in links and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Rule::LockLease => "lock-lease",
            Rule::Fencing => "fencing",
            Rule::FairQueue => "fair-queue",
            Rule::Recheck => "re-check",
            Rule::TokenSurvives => "token-survives",
            Rule::PrimaryLease => "primary-lease",
            Rule::StoredAck => "stored-ack",
            Rule::InSyncPromotion => "in-sync-promotion",
            Rule::ViewCheck => "view-check",
            Rule::Truncate => "truncate",
            Rule::OpResults => "op-results",
            Rule::Majority => "majority",
            Rule::VotePersisted => "vote-persisted",
            Rule::CurrentTerm => "current-term",
        }
    }

    /// The rule of this word.
    pub fn parse(word: &str) -> Option<Rule> {
        Rule::ALL.into_iter().find(|rule| rule.word() == word)
    }
}

/// Which rules are on. All of them, unless the visitor switched some off.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rules {
    off: u16,
}

impl Rules {
    /// Every rule on.
    pub const ALL_ON: Rules = Rules { off: 0 };

    /// Whether the rule is on.
    pub const fn on(self, rule: Rule) -> bool {
        self.off & (1 << rule as u16) == 0
    }

    /// These rules with one switched off.
    #[must_use]
    pub const fn without(self, rule: Rule) -> Rules {
        Rules { off: self.off | 1 << rule as u16 }
    }

    /// The rules that are off, in the order of `Rule::ALL`.
    pub fn off(self) -> impl Iterator<Item = Rule> {
        Rule::ALL.into_iter().filter(move |&rule| !self.on(rule))
    }
}
