//! The page.
#[cfg(any(target_arch = "wasm32", test))]
mod ui;

fn main() {}
