//! What collects, keeps and shows logs, metrics, traces and alerts, and where it sends them.
//!
//! In: the manifests of a cell. Out: [`Outlet`]s, each a place that a signal is sent to or kept at, with the value that
//! says so; for alerts also what their templates name; for collectors whether they mask what identifies a person.
//! Nothing is judged here.

pub mod alerts;
pub mod callhome;
mod collector;
mod documents;
mod fluent;
mod habits;
pub mod masking;
mod object_stores;
mod outlets;
mod product;
pub mod river;
mod sinks;
pub mod templates;
mod variables;

pub(super) use collector::idle;
pub use documents::{Document, Setting};
pub use outlets::{Outlet, Signal, Target};
pub use product::Product;
