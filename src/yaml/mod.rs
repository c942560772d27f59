//! YAML as text that people keep: nodes that know their bytes, and edits that leave every other byte alone.
//!
//! In: a file's path and text. Out: [`Document`]s of [`Node`]s with byte spans, or [`Diagnostic`](crate::diagnostic::Diagnostic)s
//! that point at the spot; and [`Splice`]s, which change one value, line or entry. Aliases are kept as aliases and never
//! expanded, and nesting is bounded, so that a hostile file costs no more than its length.

mod node;
mod parse;
mod scalar;
mod splice;
mod write;

pub use node::{
    Anchor, Document, Entry, Mapping, Node, Scalar, ScalarStyle, Sequence, Style, Value,
};
pub use parse::{MAX_DEPTH, parse, parse_repeating};
pub use scalar::Resolved;
pub use splice::{NotEditable, Splice, apply, insert_after, remove_entry, replace_value};
pub use write::{is_safe_plain, quote, write};
