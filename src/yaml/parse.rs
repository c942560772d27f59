//! From text to nodes, over the events of granit-parser (<https://docs.rs/granit-parser>), with a stack of our own.

use super::node::{
    Anchor, Document, Entry, Mapping, Node, Scalar, ScalarStyle, Sequence, Style, Value,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Location, Span};
use granit_parser::{Event, Parser, StructureStyle};
use std::collections::BTreeMap;

/// Collections inside collections that a file may have. Real manifests have fewer than thirty.
pub const MAX_DEPTH: usize = 100;

const DUPLICATE: Code = "yaml-duplicate-key";

/// Parses all documents of a text.
///
/// # Errors
/// The first syntax error, or nesting deeper than [`MAX_DEPTH`], or every duplicate key.
pub fn parse(path: &str, text: &str) -> Result<Vec<Document>, Vec<Diagnostic>> {
    read(path, text)?.finish()
}

/// As [`parse`], for readers of whom it is known that the last one of duplicate keys counts: mappings keep all of them,
/// and the second list tells of them.
///
/// # Errors
/// As [`parse`], but for duplicate keys.
pub fn parse_repeating(
    path: &str,
    text: &str,
) -> Result<(Vec<Document>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut builder = read(path, text)?;
    let (repeated, problems) = std::mem::take(&mut builder.problems)
        .into_iter()
        .partition(|problem| problem.code == DUPLICATE);
    builder.problems = problems;
    Ok((builder.finish()?, repeated))
}

fn read<'t>(path: &'t str, text: &'t str) -> Result<Builder<'t>, Vec<Diagnostic>> {
    // A byte order mark is not content; offsets stay those of the whole text.
    let offset = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let options = granit_parser::options! {
        emit_comments: false,
        emit_anchor_events: true,
        flow_nesting_limit: MAX_DEPTH,
        block_nesting_limit: MAX_DEPTH,
    };
    let mut builder = Builder::new(path, text);
    for next in Parser::new_from_str_with_options(&text[offset..], options) {
        match next {
            Ok((event, span)) => {
                let start = span.start.byte_offset().unwrap_or(0) + offset;
                let end = span.end.byte_offset().unwrap_or(0) + offset;
                builder.take(event, start..end.max(start))?;
            }
            Err(error) => {
                let at = (error.marker().byte_offset().unwrap_or(0) + offset).min(text.len());
                let next = text[at..].chars().next().map_or(0, char::len_utf8);
                return Err(vec![
                    Diagnostic::error("yaml-syntax", first_line(&error.info()))
                        .at(Location::new(path, at..at + next), "here")
                        .help("correct the YAML at this place; see https://yaml.org/spec/1.2.2/"),
                ]);
            }
        }
    }
    Ok(builder)
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// A collection that is not complete yet.
struct Open {
    value: Value,
    start: usize,
    end: usize,
    anchor: Option<usize>,
    tag: Option<String>,
    key: Option<Node>,
    seen: BTreeMap<String, Span>,
}

struct Builder<'a> {
    path: &'a str,
    text: &'a str,
    stack: Vec<Open>,
    done: Vec<Document>,
    root: Option<Node>,
    anchors: Vec<Anchor>,
    aliases: Vec<Span>,
    problems: Vec<Diagnostic>,
}

impl<'a> Builder<'a> {
    fn new(path: &'a str, text: &'a str) -> Self {
        Self {
            path,
            text,
            stack: Vec::new(),
            done: Vec::new(),
            root: None,
            anchors: Vec::new(),
            aliases: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Vec<Diagnostic>> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = scalar_style(style);
                // The parser says `~` for a value that is not written.
                let unwritten = style == ScalarStyle::Plain && span.is_empty();
                let scalar = Scalar {
                    text: if unwritten {
                        String::new()
                    } else {
                        text.into_owned()
                    },
                    style,
                };
                self.add(Node {
                    value: Value::Scalar(scalar),
                    span,
                    anchor: (anchor != 0).then_some(anchor),
                    tag: tag.map(|tag| tag.to_string()),
                });
            }
            Event::Alias(id) => {
                self.aliases.push(span.clone());
                self.add(Node {
                    value: Value::Alias(id),
                    span,
                    anchor: None,
                    tag: None,
                });
            }
            Event::SequenceStart(style, anchor, tag) => {
                let value = Value::Sequence(Sequence {
                    items: Vec::new(),
                    style: structure_style(style),
                });
                self.open(value, span, anchor, tag.map(|tag| tag.to_string()))?;
            }
            Event::MappingStart(style, anchor, tag) => {
                let value = Value::Mapping(Mapping {
                    entries: Vec::new(),
                    style: structure_style(style),
                });
                self.open(value, span, anchor, tag.map(|tag| tag.to_string()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span),
            Event::Anchor(id, name) => self.anchors.push(Anchor {
                id,
                name: name.into_owned(),
                span,
            }),
            Event::DocumentEnd => self.end_document(),
            _ => {}
        }
        Ok(())
    }

    fn open(
        &mut self,
        value: Value,
        span: Span,
        anchor: usize,
        tag: Option<String>,
    ) -> Result<(), Vec<Diagnostic>> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(vec![
                Diagnostic::error(
                    "yaml-depth",
                    format!("more than {MAX_DEPTH} collections inside each other"),
                )
                .at(Location::new(self.path, span), "too deep")
                .help("no manifest needs this; check where the file comes from"),
            ]);
        }
        self.stack.push(Open {
            value,
            start: span.start,
            end: span.end,
            anchor: (anchor != 0).then_some(anchor),
            tag,
            key: None,
            seen: BTreeMap::new(),
        });
        Ok(())
    }

    fn close(&mut self, span: &Span) {
        let Some(open) = self.stack.pop() else { return };
        let flow = match &open.value {
            Value::Sequence(sequence) => sequence.style == Style::Flow,
            Value::Mapping(mapping) => mapping.style == Style::Flow,
            _ => false,
        };
        // A block collection ends where its last child ends; the parser notices only at the next token.
        let end = if flow { span.end } else { open.end };
        self.add(Node {
            value: open.value,
            span: open.start..end.min(self.text.len()),
            anchor: open.anchor,
            tag: open.tag,
        });
    }

    fn add(&mut self, node: Node) {
        let Some(parent) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        if !node.span.is_empty() {
            parent.start = parent.start.min(node.span.start);
            parent.end = parent.end.max(node.span.end);
        }
        match &mut parent.value {
            Value::Sequence(sequence) => sequence.items.push(node),
            Value::Mapping(mapping) => match parent.key.take() {
                None => {
                    if mapping.style == Style::Block && tab_before(self.text, node.span.start) {
                        self.problems.push(
                            Diagnostic::error("yaml-syntax", "a tab cannot be indentation")
                                .at(
                                    Location::new(self.path, node.span.clone()),
                                    "indented with a tab",
                                )
                                .help("use spaces"),
                        );
                    }
                    if let Some(text) = node.text()
                        && let Some(first) = parent.seen.insert(text.to_owned(), node.span.clone())
                    {
                        self.problems.push(
                            Diagnostic::error(
                                DUPLICATE,
                                format!("the key `{text}` is there twice"),
                            )
                            .at(Location::new(self.path, node.span.clone()), "again here")
                            .at(Location::new(self.path, first), "first here")
                            .help("readers disagree on which one counts; remove one"),
                        );
                    }
                    parent.key = Some(node);
                }
                Some(key) => mapping.entries.push(Entry { key, value: node }),
            },
            Value::Scalar(_) | Value::Alias(_) => {}
        }
    }

    fn end_document(&mut self) {
        if let Some(root) = self.root.take() {
            self.done.push(Document {
                root,
                anchors: std::mem::take(&mut self.anchors),
                aliases: std::mem::take(&mut self.aliases),
            });
        }
    }

    fn finish(self) -> Result<Vec<Document>, Vec<Diagnostic>> {
        if self.problems.is_empty() {
            Ok(self.done)
        } else {
            Err(self.problems)
        }
    }
}

/// Whether the line up to `at` is indented with a tab, which some readers take and others refuse.
fn tab_before(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let indent = text[line..at].trim_start_matches([' ', '-', '?']);
    indent.starts_with('\t')
}

fn scalar_style(style: granit_parser::ScalarStyle) -> ScalarStyle {
    match style {
        granit_parser::ScalarStyle::Plain => ScalarStyle::Plain,
        granit_parser::ScalarStyle::SingleQuoted => ScalarStyle::SingleQuoted,
        granit_parser::ScalarStyle::DoubleQuoted => ScalarStyle::DoubleQuoted,
        granit_parser::ScalarStyle::Literal => ScalarStyle::Literal,
        granit_parser::ScalarStyle::Folded => ScalarStyle::Folded,
    }
}

fn structure_style(style: StructureStyle) -> Style {
    match style {
        StructureStyle::Block => Style::Block,
        StructureStyle::Flow => Style::Flow,
    }
}

#[cfg(test)]
mod tests;
