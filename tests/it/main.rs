//! Integration tests: one binary.

mod bootstrap;
mod broken_disk;
mod built;
mod declaration;
mod docs;
mod docs_rules;
mod example;
mod forge;
mod forge_races;
mod ingress;
mod init;
mod kill;
mod kustomize;
mod layers;
mod pins;
mod plan;
mod promotion;
mod promotion_cli;
mod promotion_github;
mod render;
mod repo;
mod supabase;
mod support;
mod tree;
mod validate;
mod workflows;
