//! The few shapes that stand for things, as path data about their own origin.

/// A crown: a primary. 24 wide, 18 high.
pub const CROWN: &str = "M-12,-7L-6.2,0.5L0,-9.5L6.2,0.5L12,-7L9.6,8H-9.6Z";

/// A star: a leader among the coordinators. 20 wide.
pub const STAR: &str = "M0,-10L2.6,-3.6L9.5,-3.1L4.2,1.4L5.9,8.1L0,4.4L-5.9,8.1L-4.2,1.4L-9.5,-3.1L-2.6,-3.6Z";

/// The shoulders of a person; the head is a circle of `HEAD_R` at `HEAD_Y`. 24 wide; the feet are at 15.
pub const SHOULDERS: &str = "M-12,15V11A12,11 0 0 1 12,11V15Z";
/// Height of a person's head above the origin.
pub const HEAD_Y: f64 = -9.0;
/// Radius of a person's head.
pub const HEAD_R: f64 = 6.5;
/// From a person's origin to its feet.
pub const FEET: f64 = 15.0;

/// A ticket with a notch at either side: a token. 38 wide, 24 high.
pub const TICKET: &str = "M-19,-12H19V-4A4,4 0 0 0 19,4V12H-19V4A4,4 0 0 0 -19,-4Z";

/// A message's head, pointing right, its centre near the origin. 14 long.
pub const DART: [(f64, f64); 4] = [(8.0, 0.0), (-6.0, -6.0), (-2.5, 0.0), (-6.0, 6.0)];

/// A piece of a snapshot: a box.
pub const PARCEL: [(f64, f64); 4] = [(6.0, -6.0), (6.0, 6.0), (-6.0, 6.0), (-6.0, -6.0)];

/// A crown, as points: `CROWN` itself.
pub const CROWN_POINTS: [(f64, f64); 7] = [(-12.0, -7.0), (-6.2, 0.5), (0.0, -9.5), (6.2, 0.5), (12.0, -7.0), (9.6, 8.0), (-9.6, 8.0)];

/// The dart as path data.
pub const DART_PATH: &str = "M8,0L-6,-6L-2.5,0L-6,6Z";

/// A sheet with a folded corner: the document that the lock protects. 36 wide, 43 high, its foot's left end at the origin.
pub const DOCUMENT: &str = "M0,0V-43H24L36,-31V0Z";
