//! Native: run, soak. 
fn main() {}
