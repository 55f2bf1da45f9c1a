//! For each rule a ready run that shows what it is good for: with the rule off its promise breaks, with the rule on it holds.

use crate::cluster::setup::rules::Rule;

/// A link to the instant at which, without the rule, its promise is broken; for the lock's lease, at which nobody has been granted
/// the lock for long.
pub const fn scenario(rule: Rule) -> &'static str {
    match rule {
        Rule::LockLease => "v=9&seed=4127&off=lock-lease&do=3.34:kill:c2&at=20",
        Rule::Fencing => "v=9&seed=4127&clients=2&off=fencing&do=3.6:freeze:c2,8:thaw:c2&at=9",
        Rule::FairQueue => "v=9&seed=4127&off=fair-queue&at=4",
        Rule::Recheck => "v=9&seed=4127&off=re-check&do=2.3:freeze:c2,5.6:thaw:c2&at=6",
        Rule::TokenSurvives => "v=9&seed=4127&off=token-survives&do=3:kill:K3&at=6",
        Rule::PrimaryLease => "v=9&seed=4127&off=primary-lease&do=3:freeze:A,6:thaw:A&at=6.2",
        Rule::StoredAck => "v=9&seed=4127&nodes=3&off=stored-ack&do=5:kill:A,7.3077:kill:C,7.3377:kill:B,10:revive:C&at=12",
        Rule::InSyncPromotion => "v=9&seed=49&off=in-sync-promotion&do=1:freeze:F,12:kill:A&at=13.6",
        Rule::ViewCheck => "v=9&seed=4127&off=view-check&do=9.911:isolate:A,10.411:freeze:A,13.411:heal:A,13.411:thaw:A&at=16.411",
        Rule::Truncate => "v=9&seed=4127&off=truncate&do=9.911:isolate:A,13.911:heal:A&at=16.911",
        Rule::OpResults => "v=9&seed=4127&off=op-results&do=9.93:kill:A&at=12.93",
        Rule::Majority => "v=9&seed=4127&off=majority&do=3:isolate:K3&at=6",
        Rule::VotePersisted => {
            "v=9&seed=50&nodes=3&clients=2&off=vote-persisted&do=3:kill:K1,5:isolate:K2,7:kill:K3,16:revive:K3,18:revive:K1&at=20.2"
        }
        Rule::CurrentTerm => {
            "v=9&seed=174&nodes=3&clients=2&off=current-term&do=0.5:isolate:K3,0.9:heal:K3:K1,1.02:isolate:K2,1.7:isolate:K3,2.5:heal:K1,\
             3.3:isolate:K2,3.86:isolate:K3,5:kill:K3,5:heal:K1&at=6.5"
        }
    }
}
