//! platformctl: one declaration in, a GitOps repository out. The library behind the binary; no stability promise.

pub mod catalogue;
pub mod diagnostic;
pub mod forge;
pub mod model;
pub mod pins;
pub mod plan;
pub mod promotion;
pub mod repo;
pub mod source;
pub mod spec;
pub mod template;
pub mod tree;
pub mod yaml;
