//! platformctl: one declaration in, a GitOps repository out. The library behind the binary; no stability promise.
//!
//! Data flows one way; each arrow is a function with one input and one output, and all but the last are pure:
//!
//! ```text
//! render    platform.toml ─spec→ Spec ─model→ Platform ─plan→ Plan ─tree→ Changes ─apply→ disk
//! validate  Platform, repository ─facts→ Input ─residency→ Findings ─report→ human | json | sarif | github
//! diff      two revisions ─kustomize→ objects of each cell ─compare→ Difference ─report→ human | markdown | json
//! promote   base commit ─pins→ Pins ─promotion→ Proposal ─forge | repo→ pull request | branch
//! ```

pub mod blueprint;
pub mod catalogue;
pub mod cli;
pub mod commands;
pub mod compare;
pub mod diagnostic;
pub mod digest;
pub mod facts;
pub mod forge;
pub mod gitops;
pub mod kustomize;
pub mod model;
pub mod pins;
pub mod plan;
pub mod promotion;
pub mod repo;
pub mod report;
pub mod residency;
pub mod secrets;
pub mod source;
pub mod spec;
pub mod template;
pub mod tree;
pub mod ui;
pub mod workspace;
pub mod yaml;
