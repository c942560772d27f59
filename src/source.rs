//! Files that were read: their text, and how a byte offset becomes a line and a column.
//!
//! In: path and text, handed over by an edge. Out: [`Position`]s for people and formats that count lines.

use std::collections::BTreeMap;
use std::ops::Range;

/// A half-open range of byte offsets into one file's text.
pub type Span = Range<usize>;

/// A place in a file: a path relative to the repository root (forward slashes) and, where known, a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the repository root, with forward slashes.
    pub path: String,
    /// Start and end byte offset; `None` when only the file is known.
    pub span: Option<(usize, usize)>,
}

impl Location {
    /// A place inside a file.
    pub fn new(path: impl Into<String>, span: Span) -> Self {
        Self {
            path: path.into(),
            span: Some((span.start, span.end)),
        }
    }

    /// A whole file.
    pub fn file(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            span: None,
        }
    }
}

/// A line and a column, both counted from 1; the column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Finds the line and column of a byte offset; an offset past the end is the end.
pub fn position(text: &str, offset: usize) -> Position {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

/// The texts that diagnostics may point into, by path.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: BTreeMap<String, String>,
}

impl SourceMap {
    /// Adds or replaces a file's text.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// The text of a file, if it was read.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// First and last position of a location; `None` when it has no span or the file is unknown.
    pub fn positions(&self, location: &Location) -> Option<(Position, Position)> {
        let (start, end) = location.span?;
        let text = self.text(&location.path)?;
        Some((position(text, start), position(text, end)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a = 1\n# 🇹🇷 é\nb";
        let offset = text.find('é').expect("present");
        assert_eq!(position(text, offset), Position { line: 2, column: 6 });
        assert_eq!(position(text, 999), Position { line: 3, column: 2 });
    }
}
