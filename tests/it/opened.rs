//! A link that opens and keeps its promises.

use ringside::session::Session;
use ringside::session::link::parse;

/// The session of a link.
///
/// # Panics
/// If the link cannot be read, or a promise is broken at its instant.
pub fn opened(link: &str) -> Session {
    let session = Session::open(parse(link).unwrap_or_else(|why| panic!("{link}: {why}")));
    let broken: Vec<_> = session.promises().into_iter().filter(|(_, broken)| broken.is_some()).collect();
    assert!(broken.is_empty(), "{link}: {broken:?}");
    session
}
