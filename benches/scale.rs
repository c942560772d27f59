//! Speed and memory on large platforms.

fn main() {}
