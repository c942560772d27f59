//! Integration tests: one binary.
mod pins;
mod promotion;
mod repo;
mod tree;

mod layers;
