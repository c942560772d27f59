//! Integration tests: one binary.
mod pins;
mod promotion;
mod repo;
mod tree;

mod declaration;
mod docs;
mod layers;
mod support;
mod tree;
