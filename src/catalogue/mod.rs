//! What is true of third parties: where provider locations are, and which versions and digests are rendered.
//!
//! In: the tables embedded beside this file, each with its sources and the day they were verified. Out: lookups.

mod countries;
mod images;
mod locations;
mod tools;

pub use countries::is_in_eea;
pub use images::{ARGO_CD, ArgoCd, ImagePin, K3S, actions, charts, definitions, images, sources};
pub use locations::{
    LocationKind, LocationStatus, Place, codes, find, locations_table, locations_verified_at,
};
pub use tools::{Action, BuiltFrom, Chart, GitSource, K3s};
