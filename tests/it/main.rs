//! Integration tests: one binary.
mod tree;

mod layers;
