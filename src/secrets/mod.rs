//! Secrets of a cell: made, sealed, told apart; never kept. Pure but for the operating system's random generator.
//!
//! In: the [`Credential`](crate::model::credentials::Credential)s of a cell, the sealed files it has, and values that
//! come from its cluster. Out: files that may stand in the repository, or text for a pipe. Plain text is always a
//! [`Plain`], which no message can show.

mod certificate;
mod cluster;
mod graph;
mod jwt;
pub mod kustomization;
mod make;
mod manifest;
mod open;
mod plain;
mod random;
mod seal;
mod sealed;
mod sealed_file;
mod sealing_key;
pub mod status;
mod vault;

pub use cluster::Cluster;
pub use graph::{Graph, KeyRef, Place, Source, is_made};
pub use make::Values;
pub use open::{Form, Opened, given, lacking, renewed};
pub use plain::Plain;
pub use sealed::{Files, SealedCell, Sealing, Stuck, Why};
pub use sealed_file::{SealedFile, SealedKey};
pub use sealing_key::{LABEL, NAMESPACE, SealingCertificate, SealingKey};
