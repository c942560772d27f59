//! The binary: parse, run, report, exit code.

fn main() {}
