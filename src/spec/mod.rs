//! `platform.toml` as it is written: parsing, shape, and the JSON schema that says what the shape is.
//!
//! In: the text. Out: a [`Spec`] and the [`Document`] that knows where each key stands, or every syntax and shape
//! problem of the file as diagnostics. The schema derived from the types in [`types`] is the only description of the
//! shape: editors complete from it and module `shape` enforces it, so the two cannot disagree.

mod document;
pub mod formats;
pub mod names;
pub mod schema;
mod shape;
pub mod types;

pub use document::{Document, KeyPath};
pub use types::Spec;

use crate::diagnostic::{self, Diagnostic};
use crate::source::Location;

/// The file's name, always at the root of the repository.
pub const FILE: &str = "platform.toml";

/// Parses the text of `platform.toml`.
///
/// # Errors
/// All syntax errors, or else all shape errors (unknown keys, wrong types, values out of range), sorted by place.
pub fn parse(text: &str) -> Result<(Spec, Document), Vec<Diagnostic>> {
    let (document, errors) = Document::parse(text);
    let mut problems: Vec<Diagnostic> = errors
        .iter()
        .map(|error| {
            let span = error.span().unwrap_or(0..0);
            Diagnostic::error("toml-syntax", first_line(error.message()))
                .at(Location::new(FILE, span), "here")
                .help("see https://toml.io for the syntax")
        })
        .collect();
    if problems.is_empty() {
        problems = shape::check(&document);
    }
    if problems.is_empty() {
        match toml::from_str::<Spec>(text) {
            Ok(spec) => return Ok((spec, document)),
            // The schema let it pass and the types did not: still the user's line, still a clear place.
            Err(error) => problems.push(
                Diagnostic::error("invalid-value", first_line(error.message())).at(
                    Location::new(FILE, error.span().unwrap_or(0..0)),
                    "not accepted here",
                ),
            ),
        }
    }
    diagnostic::sort(&mut problems);
    Err(problems)
}

fn first_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join("; ")
}
