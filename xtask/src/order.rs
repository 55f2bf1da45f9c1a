//! An order of a module's functions in which those that resemble each other are neighbours.
//!
//! gzip looks back 32 KB. Functions made from one generic, or from one macro, are nearly the same and, as the compiler leaves
//! them, far apart; side by side the second costs next to nothing (measured: 5 KB of 251). wasm-opt can only sort by name, so
//! each function is given its place as its name; names are stripped afterwards.

/// How many bytes in a row are compared: about one instruction with its operands.
const RUN: usize = 4;
/// What more functions than this have in common says nothing about any two of them.
const COMMON: usize = 200;

/// The module with a name for every function of its own: its place. Err: no module, or one that cannot be read.
pub fn named(module: &[u8]) -> Result<Vec<u8>, String> {
    let (imported, bodies) = read(module).ok_or("a module that cannot be read")?;
    let mut names: Vec<(u32, usize)> = places(&bodies).into_iter().enumerate().map(|(at, body)| (imported + body as u32, at)).collect();
    names.sort_unstable();
    let mut list = Vec::new();
    number(&mut list, names.len() as u32);
    for (function, place) in names {
        number(&mut list, function);
        text(&mut list, &format!("{place:06}"));
    }
    let mut section = Vec::new();
    text(&mut section, "name");
    section.push(1);
    number(&mut section, list.len() as u32);
    section.extend(list);
    let mut out = module.to_vec();
    out.push(0);
    number(&mut out, section.len() as u32);
    out.extend(section);
    Ok(out)
}

/// The order: the largest first, then always the one that resembles its forerunner most (what they share beside all that they
/// have); ties and strangers: the larger, then the earlier.
fn places(bodies: &[&[u8]]) -> Vec<usize> {
    let runs: Vec<Vec<u32>> = bodies.iter().map(|body| runs(body)).collect();
    let mut who: Vec<(u32, usize)> = runs.iter().enumerate().flat_map(|(i, runs)| runs.iter().map(move |&run| (run, i))).collect();
    who.sort_unstable();
    let mut by_size: Vec<usize> = (0..bodies.len()).collect();
    by_size.sort_by_key(|&i| std::cmp::Reverse(bodies[i].len()));
    let (mut placed, mut shared) = (vec![false; bodies.len()], vec![0usize; bodies.len()]);
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    while order.len() < bodies.len() {
        let mut near = Vec::new();
        if let Some(&last) = order.last() {
            for &run in &runs[last] {
                let from = who.partition_point(|&(other, _)| other < run);
                let alike = who[from..].iter().take_while(|&&(other, _)| other == run).take(COMMON + 1);
                if alike.clone().count() <= COMMON {
                    for &(_, i) in alike.filter(|&&(_, i)| !placed[i]) {
                        if shared[i] == 0 {
                            near.push(i);
                        }
                        shared[i] += 1;
                    }
                }
            }
        }
        let last = order.last().map_or(0, |&last| runs[last].len());
        // Parts of a million, so that the order is the same on every machine.
        let likeness =
            |&i: &usize| (shared[i] * 1_000_000 / (last + runs[i].len() - shared[i]).max(1), bodies[i].len(), std::cmp::Reverse(i));
        let next = near.iter().copied().max_by_key(likeness).or_else(|| by_size.iter().copied().find(|&i| !placed[i]));
        near.into_iter().for_each(|i| shared[i] = 0);
        let Some(next) = next else { break };
        placed[next] = true;
        order.push(next);
    }
    order
}

/// Every run of bytes in a function, each once, in order.
fn runs(body: &[u8]) -> Vec<u32> {
    let mut runs: Vec<u32> = body.windows(RUN).map(|run| run.iter().fold(0, |all, &byte| all << 8 | u32::from(byte))).collect();
    runs.sort_unstable();
    runs.dedup();
    runs
}

/// How many functions a module imports, and the bodies of its own.
fn read(module: &[u8]) -> Option<(u32, Vec<&[u8]>)> {
    let (mut imported, mut bodies) = (0, Vec::new());
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    while let Some((&id, more)) = rest.split_first() {
        rest = more;
        let length = take_number(&mut rest)?;
        let mut section = take(&mut rest, length)?;
        match id {
            2 => {
                for _ in 0..take_number(&mut section)? {
                    for _ in 0..2 {
                        let length = take_number(&mut section)?;
                        take(&mut section, length)?;
                    }
                    // Only functions: a page's module brings its own memory and tables.
                    if take(&mut section, 1)? != [0] {
                        return None;
                    }
                    take_number(&mut section)?;
                    imported += 1;
                }
            }
            10 => {
                for _ in 0..take_number(&mut section)? {
                    let length = take_number(&mut section)?;
                    bodies.push(take(&mut section, length)?);
                }
            }
            _ => {}
        }
    }
    Some((imported, bodies))
}

fn take<'a>(from: &mut &'a [u8], length: u32) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length as usize)?;
    *from = rest;
    Some(taken)
}

/// A number as modules have it: seven bits a byte, the lowest first.
fn take_number(from: &mut &[u8]) -> Option<u32> {
    let mut number = 0u32;
    for shift in (0..32).step_by(7) {
        let byte = take(from, 1)?[0];
        number |= u32::from(byte & 127).checked_shl(shift)?;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

fn number(out: &mut Vec<u8>, mut number: u32) {
    while number > 127 {
        out.push(number as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u32);
    out.extend(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_resemble_each_other_are_neighbours() {
        let bodies: [&[u8]; 5] = [b"abcdefghij", b"0123456789012", b"abcdefgxyz", b"012345678", b"....."];
        assert_eq!(places(&bodies), [1, 3, 0, 2, 4], "the largest, its like, the next largest, its like, the stranger");
        assert_eq!(places(&[]), [0; 0]);
    }

    #[test]
    fn a_module_gets_a_name_for_each_of_its_functions_and_nothing_else() {
        let mut module = b"\0asm\x01\0\0\0".to_vec();
        let imports = [2, 7, 1, 1, b'a', 1, b'b', 0, 0];
        let code = [10, 9, 2, 2, 0, 11, 4, 0, 65, 1, 11];
        module.extend(imports.into_iter().chain(code));
        let named = named(&module).expect("a module");
        let names = [0, 24, 4, b'n', b'a', b'm', b'e', 1, 17, 2, 1, 6];
        assert_eq!(named[..module.len()], module);
        assert_eq!(named[module.len()..][..names.len()], names);
        assert!(named.ends_with(b"\x06000001\x02\x06000000"), "function 1, the smaller one, comes second");
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for bytes in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0\x0a\x09\x02", b"\0asm\x01\0\0\0\x02\x07\x01\x01a\x01b\x02\0"] {
            assert!(named(bytes).is_err(), "{bytes:?}");
        }
    }
}
