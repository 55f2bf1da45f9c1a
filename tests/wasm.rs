//! The same links give the same digests in WebAssembly as natively. The native side is `tests/it/digests.rs`.
#![cfg(target_arch = "wasm32")]

use ringside::session::{Session, link};
use wasm_bindgen_test::wasm_bindgen_test;

const GOLDEN: &str = include_str!("golden/digests.txt");

#[wasm_bindgen_test]
fn every_golden_link_has_its_native_digest_in_wasm() {
    let lines: Vec<&str> = GOLDEN.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines.len() >= 20, "only {} golden links", lines.len());
    for line in lines {
        let (text, digest) = line.split_once(' ').expect("a line is a link, a space, a digest");
        let session = Session::open(link::parse(text).expect("a golden link opens"));
        assert_eq!(format!("{:016x}", session.digest()), digest, "{text}");
        assert_eq!(session.link(), text, "a link prints as it was read");
    }
}
