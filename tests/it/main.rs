//! Integration tests: one binary.

mod broken_disk;
mod declaration;
mod docs;
mod forge;
mod layers;
mod pins;
mod promotion;
mod repo;
mod support;
mod tree;
