//! Integration tests: one binary.

mod bootstrap;
mod broken_disk;
mod declaration;
mod docs;
mod example;
mod forge;
mod init;
mod layers;
mod pins;
mod plan;
mod promotion;
mod promotion_cli;
mod promotion_github;
mod render;
mod repo;
mod forge_races;
mod support;
mod tree;
