//! Integration tests: one binary.

mod broken_disk;
mod declaration;
mod docs;
mod forge;
mod layers;
mod pins;
mod promotion;
mod declaration;
mod docs;
mod layers;
mod pins;
mod promotion;
mod promotion_cli;
mod repo;
mod support;
mod tree;
