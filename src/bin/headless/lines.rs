//! Lines of a file as bytes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The longest line, its end included: 64 KiB.
const LINE_MAX: u64 = 1 << 16;

/// The lines of a file, as bytes and in order. A line ends with `\n` or `\r\n`, which are not part of it; the last may lack its end.
/// Every other byte counts, spaces and bytes that are no UTF-8 included.
///
/// # Errors
/// A file that cannot be read; more than `most` lines; a line above 64 KiB. The text tells which.
pub fn read(path: &Path, most: u32) -> Result<Vec<Vec<u8>>, String> {
    let trouble = |error| format!("{} cannot be read: {error}", path.display());
    let mut file = BufReader::new(File::open(path).map_err(trouble)?);
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        let long = file.by_ref().take(LINE_MAX + 1).read_until(b'\n', &mut line).map_err(trouble)? as u64;
        if long == 0 {
            return Ok(lines);
        }
        if long > LINE_MAX {
            return Err(format!("{}: line {} is longer than {LINE_MAX} bytes", path.display(), lines.len() + 1));
        }
        if lines.len() == most as usize {
            return Err(format!("{} has more than {most} lines, the most that are supported", path.display()));
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        }
        lines.push(line);
    }
}
