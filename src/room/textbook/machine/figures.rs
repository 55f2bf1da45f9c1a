//! The figures of the example.

use crate::sim::time::Span;

/// Threads of the example.
pub const THREADS: u8 = 5;
/// How long the work under the lock takes.
pub const WORK: Span = Span::secs(2);
/// How long the textbook's loop sleeps between two looks.
pub const NAP: Span = Span::secs(1);
/// How long a lease lasts: longer than the work, or nobody would finish in time.
pub const LEASE: Span = Span::secs(5);
