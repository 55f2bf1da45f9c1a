//! Points, angles and the few path strings that everything else is made of.
//! Angles are degrees, zero at twelve o'clock, clockwise.

use std::fmt::Write;

/// A point; y grows downwards.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

impl Point {
    /// A point.
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    /// This point moved by `dx`, `dy`.
    #[must_use]
    pub fn shift(self, dx: f64, dy: f64) -> Point {
        Point::new(self.x + dx, self.y + dy)
    }

    /// Distance to `other`.
    pub fn distance(self, other: Point) -> f64 {
        let (dx, dy) = (self.x - other.x, self.y - other.y);
        (dx * dx + dy * dy).sqrt()
    }

    /// The point `part` of the way to `other`: 0 is here, 1 is there.
    #[must_use]
    pub fn toward(self, other: Point, part: f64) -> Point {
        Point::new(self.x + (other.x - self.x) * part, self.y + (other.y - self.y) * part)
    }

    /// The point `length` away in the direction of `other`; this point itself if the two are one.
    #[must_use]
    pub fn step_toward(self, other: Point, length: f64) -> Point {
        let all = self.distance(other);
        if all < 1e-9 { self } else { self.toward(other, length / all) }
    }
}

/// Sine and cosine of an angle in radians, to a billionth: by their series, after folding the angle into a quarter turn.
/// The standard ones promise the last bit for any angle, and weigh four kilobytes more.
pub fn sin_cos(angle: f64) -> (f64, f64) {
    use std::f64::consts::FRAC_PI_2;
    let quarters = (angle / FRAC_PI_2).floor();
    let x = angle - quarters * FRAC_PI_2;
    // Each term is the one before it times x² / ((n - 1) n), with the other sign.
    let series = |first: f64, from: u32| {
        let (mut term, mut sum) = (first, first);
        for n in (from..from + 16).step_by(2) {
            term *= -x * x / f64::from((n - 1) * n);
            sum += term;
        }
        sum
    };
    let (sin, cos) = (series(x, 3), series(1.0, 2));
    match (quarters - 4.0 * (quarters / 4.0).floor()) as u8 {
        0 => (sin, cos),
        1 => (cos, -sin),
        2 => (-sin, -cos),
        _ => (-cos, sin),
    }
}

/// An angle in degrees, brought into `0..360`.
pub fn around(angle: f64) -> f64 {
    angle - 360.0 * (angle / 360.0).floor()
}

/// The point at `angle` on a circle of radius `r` about the origin.
pub fn polar(r: f64, angle: f64) -> Point {
    let (sin, cos) = sin_cos(angle.to_radians());
    Point::new(r * sin, -r * cos)
}

/// The same about `centre`.
pub fn polar_at(centre: Point, r: f64, angle: f64) -> Point {
    polar(r, angle).shift(centre.x, centre.y)
}

/// The angle, in `0..360`, at which `to` is seen from `from`.
pub fn bearing(from: Point, to: Point) -> f64 {
    around((to.x - from.x).atan2(from.y - to.y).to_degrees())
}

/// A number as SVG wants it: at most two decimals, no trailing zeros, no minus zero.
pub fn num(value: f64) -> String {
    // In whole hundredths: Rust's own way of writing floats weighs several kilobytes in every first load.
    let hundredths = (value * 100.0).round() as i64;
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    let sign = if hundredths < 0 { "-" } else { "" };
    match (rest % 10, rest) {
        (_, 0) => format!("{sign}{whole}"),
        (0, tenths) => format!("{sign}{whole}.{}", tenths / 10),
        (_, rest) => format!("{sign}{whole}.{rest:02}"),
    }
}

/// `x,y` as SVG wants it.
pub fn pair(p: Point) -> String {
    format!("{},{}", num(p.x), num(p.y))
}

/// A way through points, as SVG wants it.
pub fn trace(points: &[Point]) -> String {
    let mut out = String::new();
    for &point in points {
        out.push(if out.is_empty() { 'M' } else { 'L' });
        out.push_str(&pair(point));
    }
    out
}

/// `translate(x,y)`.
pub fn translate(p: Point) -> String {
    format!("translate({})", pair(p))
}

/// `translate(x,y) scale(k)`.
pub fn place(p: Point, k: f64) -> String {
    format!("translate({}) scale({})", pair(p), num(k))
}

/// A ring's sector between radii `r0 < r1` and angles `a0 < a1`, as a closed path about `centre`.
pub fn sector(centre: Point, r0: f64, r1: f64, a0: f64, a1: f64) -> String {
    let large = u8::from(a1 - a0 > 180.0);
    let at = |r, a| pair(polar_at(centre, r, a));
    let mut path = String::with_capacity(96);
    let _ = write!(path, "M{}A{r1},{r1} 0 {large} 1 {}", at(r1, a0), at(r1, a1), r1 = num(r1));
    let _ = write!(path, "L{}A{r0},{r0} 0 {large} 0 {}Z", at(r0, a1), at(r0, a0), r0 = num(r0));
    path
}

/// The corners of a hexagon that stands on a flat side, for `points`.
pub fn hexagon(centre: Point, r: f64) -> String {
    let corner = |i: u8| pair(polar_at(centre, r, 30.0 + 60.0 * f64::from(i)));
    (0..6).map(corner).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sines_are_those_of_the_standard_library() {
        for tenth in -8_000..8_000 {
            let angle = f64::from(tenth) / 10.0;
            let ((sin, cos), (sine, cosine)) = (sin_cos(angle.to_radians()), angle.to_radians().sin_cos());
            assert!((sin - sine).abs() < 1e-9 && (cos - cosine).abs() < 1e-9, "at {angle} degrees: {sin} and {cos}");
            let turned = around(angle) - angle.rem_euclid(360.0);
            assert!(turned.abs() < 1e-9, "at {angle} degrees: {turned}");
        }
    }

    #[test]
    fn numbers_are_short_and_have_no_minus_zero() {
        assert_eq!(num(1.0), "1");
        assert_eq!(num(-0.001), "0");
        assert_eq!(num(2.506), "2.51");
        assert_eq!(num(-10.5), "-10.5");
    }

    #[test]
    fn twelve_o_clock_is_up_and_angles_run_clockwise() {
        let (up, right) = (polar(10.0, 0.0), polar(10.0, 90.0));
        assert!(up.distance(Point::new(0.0, -10.0)) < 1e-9);
        assert!(right.distance(Point::new(10.0, 0.0)) < 1e-9);
        assert!((bearing(Point::default(), right) - 90.0).abs() < 1e-9);
        assert!((bearing(Point::default(), polar(3.0, 315.0)) - 315.0).abs() < 1e-9);
    }
}
