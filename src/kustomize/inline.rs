//! YAML that stands as a text in a YAML file, such as the values of a chart: a tree whose values know their own places.

use super::fail::Outcome;
use super::files::Library;
use super::node::{Node, Origin};
use super::parse::{Parsed, Place, Repeated, literal_lines, parse};

/// Reads a text that is written inline.
pub(super) fn parsed(
    library: &Library<'_>,
    text: &str,
    origin: Origin,
    is_block: bool,
) -> Outcome<Parsed> {
    let whole = library.text_of(origin);
    let start = usize::try_from(origin.start).ok();
    let end = usize::try_from(origin.end).ok();
    let lines = start
        .zip(end)
        .filter(|_| is_block)
        .and_then(|(start, end)| {
            let written = std::str::from_utf8(whole.as_deref()?.get(start..end)?).ok()?;
            literal_lines(text, written, start)
        });
    match lines {
        Some(lines) => parse(text, Place::Lines(origin.file, &lines), Repeated::Refused),
        None => parse(text, Place::Inline(origin), Repeated::Refused),
    }
}

impl super::Builder<'_> {
    /// The tree that a text in a built object is, if it is YAML of one document.
    pub fn inline(&self, node: &Node) -> Option<Node> {
        let super::Value::Scalar(scalar) = &node.value else {
            return None;
        };
        let is_block = scalar.style == super::Style::Block;
        let parsed = parsed(&self.shared.library, &scalar.text, node.origin, is_block).ok()?;
        parsed.documents.into_iter().next()
    }
}
