//! The page. 
fn main() {}
