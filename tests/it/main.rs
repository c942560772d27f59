//! Integration tests: one binary.
mod pins;
mod plan;
mod promotion;
mod repo;
mod tree;

mod broken_disk;
mod declaration;
mod docs;
mod forge;
mod layers;
mod pins;
mod promotion;
mod promotion_cli;
mod repo;
mod support;
