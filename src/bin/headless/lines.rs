//! Lines of a file as bytes.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// The longest line, its end not included: 64 KiB.
const LINE_MAX: usize = 1 << 16;

/// The lines of a file in one piece: ten millions of them take little more than the file.
#[derive(Debug, Default)]
pub struct Lines {
    text: Vec<u8>,
    /// Where each line ends in the text; the next begins there.
    ends: Vec<usize>,
}

impl Lines {
    /// How many lines there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// The lines, in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(from, &to)| &self.text[from..to])
    }
}

/// The lines of a file, as bytes and in order. A line ends with LF, CR LF, or a CR alone, which are not part of it; the last may lack
/// its end. Every other byte counts, spaces and bytes that are no UTF-8 included.
///
/// # Errors
/// A file that cannot be read; more than `most` lines; a line above 64 KiB. The text tells which.
pub fn read(path: &Path, most: u32) -> Result<Lines, String> {
    let trouble = |error| format!("{} cannot be read: {error}", path.display());
    let file = File::open(path).map_err(trouble)?;
    split(BufReader::with_capacity(1 << 16, file), most).map_err(|why| match why {
        Trouble::Io(error) => trouble(error),
        Trouble::Long(line) => format!("{}: line {line} is longer than {LINE_MAX} bytes", path.display()),
        Trouble::Many => format!("{} has more than {most} lines, the most that are supported", path.display()),
    })
}

/// Why there are no such lines.
#[derive(Debug)]
enum Trouble {
    Io(std::io::Error),
    /// The number of the line, from 1.
    Long(usize),
    Many,
}

fn split(mut file: impl BufRead, most: u32) -> Result<Lines, Trouble> {
    let mut lines = Lines::default();
    // Where the line under way begins, and whether a CR has just ended one: an LF then belongs to it.
    let (mut begins, mut after_cr) = (0, false);
    loop {
        let bytes = file.fill_buf().map_err(Trouble::Io)?;
        if bytes.is_empty() {
            // The last line may lack its end.
            if lines.text.len() > begins {
                lines.end(&mut begins, most)?;
            }
            return Ok(lines);
        }
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut after_cr) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let stop = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            lines.text.extend_from_slice(&rest[..stop.unwrap_or(rest.len())]);
            if lines.text.len() - begins > LINE_MAX {
                return Err(Trouble::Long(lines.len() + 1));
            }
            let Some(stop) = stop else { break };
            lines.end(&mut begins, most)?;
            after_cr = rest[stop] == b'\r';
            rest = &rest[stop + 1..];
        }
        let read = bytes.len();
        file.consume(read);
    }
}

impl Lines {
    /// The line that began at `begins` is over.
    fn end(&mut self, begins: &mut usize, most: u32) -> Result<(), Trouble> {
        if self.len() == most as usize {
            return Err(Trouble::Many);
        }
        *begins = self.text.len();
        self.ends.push(*begins);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the file comes in, its lines are the same.
    fn lines(bytes: &[u8]) -> Vec<String> {
        let whole = |capacity| {
            let lines = split(BufReader::with_capacity(capacity, bytes), 100).expect("few and short");
            lines.iter().map(|line| String::from_utf8_lossy(line).into_owned()).collect::<Vec<_>>()
        };
        let found = whole(1 << 16);
        assert!((1..4).all(|capacity| whole(capacity) == found), "{bytes:?} in pieces");
        found
    }

    #[test]
    fn a_line_ends_with_lf_or_cr_lf_or_cr() {
        assert_eq!(lines(b"a\nb\r\nc\rd"), ["a", "b", "c", "d"]);
        assert_eq!(lines(b"a\rb\r"), ["a", "b"], "a CR alone");
        assert_eq!(lines(b"a\n\nb\r\r\n\r\nc\n"), ["a", "", "b", "", "", "c"], "empty lines count");
        assert_eq!(lines(b"\r\n"), [""]);
        assert!(lines(b"").is_empty());
        assert_eq!(lines(b" a\t\0 "), [" a\t\0 "], "every other byte is the line's");
    }

    #[test]
    fn too_many_and_too_long_are_told() {
        assert!(matches!(split(&b"a\rb\nc"[..], 2), Err(Trouble::Many)));
        assert!(split(&b"a\rb\n"[..], 2).is_ok());
        let long = vec![b'x'; LINE_MAX + 1];
        assert!(matches!(split(long.as_slice(), 2), Err(Trouble::Long(1))));
        assert!(split(&long[1..], 2).is_ok());
    }
}
