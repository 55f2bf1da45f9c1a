//! Links and the digests they must give, everywhere and for ever: natively here, and in `tests/e2e` in a browser, by the very module
//! that visitors load.
//!
//! After a change that is meant to change runs: `UPDATE_GOLDEN=1 cargo test --test it digests` writes the file anew.

use std::fmt::Write;
use std::path::Path;

use ringside::session::recipe::PARAMETERS;
use ringside::session::{Session, link};

const GOLDEN: &str = include_str!("../golden/digests.txt");
const HEAD: &str = "# A link and the digest of the state it opens on. Written by UPDATE_GOLDEN=1 cargo test --test it digests\n";

/// What is opened: together they touch every action, every figure a link carries, and each rule switched off.
const LINKS: [&str; 49] = [
    "v=9&seed=4127",
    "v=9&seed=4127&at=5",
    "v=9&seed=4127&do=2.5:kill:C&at=3.1",
    "v=9&seed=4127&do=2.5:kill:C&at=12",
    "v=9&seed=4127&do=2:kill:C,9:revive:C&at=20",
    "v=9&seed=1&do=1:wipe:A,6:revive:A&at=16.000125",
    "v=9&seed=2&do=3:freeze:c1,8.5:thaw:c1&at=12",
    "v=9&seed=3&do=2:freeze:B,7.75:thaw:B&at=14",
    "v=9&seed=4&do=4:kill:K1,6:revive:K1&at=15",
    "v=9&seed=5&do=1:cut:A:B,9:heal:A:B&at=13",
    "v=9&seed=6&do=1:cut:A%3EK1,8:heal:A%3EK1&at=13",
    "v=9&seed=7&do=2:isolate:D,8:heal:D&at=15",
    "v=9&seed=8&do=1:slow:E:50,9:slow:E:1&at=12.5",
    "v=9&seed=9&do=1:drift:F:9000,2:drift:A:-9000&at=30",
    "v=9&seed=10&nodes=3&clients=1&do=1:kill:B&at=9",
    "v=9&seed=11&nodes=8&balancers=2&do=2:kill:L1,3:kill:H&at=11",
    "v=9&seed=12&workers=0&loss=20&duplicates=30&at=10",
    "v=9&seed=18446744073709551615&clients=4&workers=2&do=1:kill:c1,2:kill:c2,5:revive:c1&at=14",
    "v=9&seed=13&off=lock-lease,fencing&do=2:freeze:c1,9:thaw:c1&at=13",
    "v=9&seed=14&off=fair-queue,token-survives&do=5:kill:K1,6:revive:K1&at=15",
    "v=9&seed=15&off=primary-lease&do=2:isolate:A,8:heal:A&at=14",
    "v=9&seed=16&loss=50&off=stored-ack&do=2:kill:B,7:revive:B&at=13",
    "v=9&seed=17&off=in-sync-promotion&do=2:isolate:C,4:kill:D,9:heal:C&at=16",
    "v=9&seed=18&do=3:kill:A,3.5:kill:B,4:kill:C,10:revive:A,11:revive:B,12:revive:C&at=60",
    "v=9&seed=19&do=2:add:G,3.5:drain:C,4:add:H&at=12",
    "v=9&seed=20&do=2:drain:A,2.4:kill:B,3:add:A,7:revive:B&at=20",
    "v=9&seed=21&nodes=5&do=2:kill:C,30:revive:C,31:add:F&at=45",
    "v=9&seed=22&coordinators=1&do=4:kill:K1,6:revive:K1&at=15",
    "v=9&seed=23&coordinators=5&do=2:kill:K1,3:isolate:K2,6:wipe:K3,7:revive:K3,9:heal:K2&at=20",
    "v=9&seed=24&off=majority&do=2:isolate:K1,4:isolate:K2,8:heal:K1,9:heal:K2&at=14",
    "v=9&seed=25&off=vote-persisted,current-term&do=3:kill:K1,3.2:kill:K2,5:revive:K1,6:revive:K2&at=14",
    "v=9&seed=26&min=2&locks=2&lease=2.5&delay=1&patience=6&ack=majority&reads=in-sync&do=2:kill:A,6:revive:A&at=20",
    "v=9&seed=27&min=3&ack=primary&do=2:kill:B,4:wipe:C,6:revive:C,7:revive:B&at=25",
    "v=9&seed=28&clients=12&service=0.02&queue=64&do=2:kill:B,6:revive:B&at=20",
    "v=9&seed=30&clients=10&workers=2&timeout=0.3&jitter=decorrelated&retries=3&budget=20&do=2:kill:B,9:revive:B&at=15",
    "v=9&seed=31&workers=1&jitter=full&retries=5&rate=4&surge=3&surge-from=4&surge-for=6&surge-ramp=2.5&do=2:kill:C,9:revive:C&at=14",
    "v=9&seed=32&balancers=2&clients=14&workers=2&reads=in-sync&service=0.1&servers=2&shed=controlled&breaker=8&door=sticky&health=passive&do=4:kill:L1,6:slow:C:90&at=15",
    "v=9&seed=33&workers=0&service=0.2&queue=64&shed=older&throttle=2&deadlines=carried&rate=4&do=2:kill:C,9:revive:C&at=14",
    "v=9&seed=29&clients=24&workers=0&reads=in-sync&spread=two-choices&service=0.2&law=log-normal&queue=2&order=last&do=2:isolate:C,9:heal:C&at=25",
    "v=9&seed=36&suspect=0.4&do=3:kill:C,7:revive:C&at=14",
    "v=9&seed=37&loss=40&detector=akka&phi=5&do=3:kill:C,9:revive:C&at=14",
    "v=9&seed=38&loss=40&detector=cassandra&do=3:freeze:B,12:thaw:B&at=16",
    "v=9&seed=39&loss=40&detector=chitchat&phi=6&do=3:kill:K1,9:revive:K1&at=14",
    "v=9&seed=40&loss=30&detector=swim&do=3:kill:C,5:add:G,9:revive:C,11:drain:A&at=18",
    "v=9&seed=41&detector=lifeguard&do=3:slow:C:20,6:kill:K2,9:revive:K2&at=15",
    "v=9&seed=42&clients=10&workers=1&reads=in-sync&service=0.03&hot=55&do=3:kill:C,8:revive:C&at=15",
    "v=9&seed=42&balancers=2&clients=12&workers=2&spread=two-choices&service=0.03&any=60&do=3:kill:C,5:kill:L2,8:revive:C&at=14",
    "v=9&seed=43&clients=12&workers=2&reads=in-sync&service=0.02&deadlines=carried&any=30&hedge=0.06&do=3:slow:C:20,9:slow:C:1&at=14",
    "v=9&seed=44&balancers=2&clients=12&workers=2&spread=peak-ewma&service=0.02&health=passive&any=70&do=3:fail:C,8:mend:C&at=14",
];

#[test]
fn every_golden_link_opens_on_its_digest_and_prints_as_it_was_read() {
    let mut found = HEAD.to_owned();
    for text in LINKS {
        let session = Session::open(link::parse(text).unwrap_or_else(|why| panic!("{text}: {why}")));
        assert_eq!(session.link(), text, "a link prints as it was read");
        writeln!(found, "{text} {:016x}", session.digest()).expect("a string grows");
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.txt");
        std::fs::write(&file, &found).unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        return;
    }
    for (found, golden) in found.lines().zip(GOLDEN.lines()) {
        assert_eq!(found, golden, "a run has changed; if it was meant to, write the file anew (see above)");
    }
    assert_eq!(found.lines().count(), GOLDEN.lines().count());
}

#[test]
fn every_figure_of_a_recipe_is_in_a_link() {
    for it in &PARAMETERS {
        assert!(LINKS.iter().any(|link| link.contains(&format!("&{}=", it.key))), "no link has {}", it.key);
    }
}

#[test]
fn seeking_opening_and_advancing_agree_on_the_digest() {
    for text in LINKS {
        let opened = link::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        let at = opened.at;
        let direct = Session::open(opened);
        let mut wandering = Session::open(link::parse(text).unwrap_or_else(|why| panic!("{text}: {why}")));
        // Past it, back to a third of it, on to it: checkpoints and replays must not show.
        wandering.advance(ringside::sim::time::Span::millis(1_234), u32::MAX);
        wandering.seek(ringside::sim::time::Time(at.0 / 3));
        wandering.seek(at);
        assert_eq!(direct.digest(), wandering.digest(), "{text}");
    }
}
