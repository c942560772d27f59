//! From a YAML text to trees, as kustomize reads resources: aliases and merge keys resolved, comments gone.
//!
//! In: a path, its number and its text. Out: one [`Node`] for each document, or what is wrong. Whatever go-yaml and the
//! parser used here might read differently (tags, odd line breaks, control characters) is refused.

use super::fail::{Detail as _, Fail, Failure, INVALID, Outcome, UNSUPPORTED, fail};
use super::node::{Entry, Node, Origin};
use super::scalar::{Scalar, Style, Tag, resolve};
use crate::diagnostic::Severity;
use crate::source::Span;
use crate::yaml::{self, ScalarStyle};
use std::collections::HashMap;

/// How many values aliases may add to one file: what stops an alias bomb.
const MOST_ALIASED: usize = 100_000;
/// How deep a file may nest once its aliases are written out.
const DEEPEST: usize = 2 * yaml::MAX_DEPTH;

/// A parsed text.
#[derive(Debug, Clone)]
pub(super) struct Parsed {
    /// The documents that hold something.
    pub(super) documents: Vec<Node>,
    /// How many pieces `---` makes of the text, empty ones included.
    pub(super) pieces: usize,
    /// A comment that kustomize would take for a schema when it merges.
    pub(super) schema_comment: Option<Origin>,
    /// Keys that stand twice, of which the last one counts.
    pub(super) repeated: Vec<Fail>,
}

/// What happens to keys that stand twice in a mapping.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeated {
    /// They are an error, as in resources.
    Refused,
    /// The last one counts, as in kustomization files.
    LastCounts,
}

/// Where a text stands in a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place<'a> {
    /// It is the file with this number.
    File(u32),
    /// It is written inline, in a form whose offsets mean nothing in the file.
    Inline(Origin),
    /// It is the block of literal lines in the file: for each line of the text its offset there and in the file.
    Lines(u32, &'a [(usize, usize)]),
}

impl Place<'_> {
    pub(super) fn of(self, span: &Span) -> Origin {
        let small = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let at = |file: u32, start: usize, end: usize| Origin {
            file,
            start: small(start),
            end: small(end),
        };
        match self {
            Self::Inline(origin) => origin,
            Self::File(file) => at(file, span.start, span.end),
            Self::Lines(file, lines) => {
                let mapped = |offset: usize| {
                    let line = lines.partition_point(|(start, _)| *start <= offset);
                    let (text, source) = lines[line.saturating_sub(1)];
                    source + (offset - text.min(offset))
                };
                at(file, mapped(span.start), mapped(span.end))
            }
        }
    }
}

/// For each line of an inline text where it stands in the file, if it is a literal block whose lines are there as they
/// are: `written` is the block's content in the file, beginning at `start`.
pub(super) fn literal_lines(
    text: &str,
    written: &str,
    start: usize,
) -> Option<Vec<(usize, usize)>> {
    let mut lines = Vec::new();
    let (mut in_text, mut in_file) = (0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let source = written.get(in_file..)?.split_inclusive('\n').next()?;
        let found = source.trim_end_matches(['\n', '\r']);
        if !found.ends_with(bare) || !found[..found.len() - bare.len()].trim().is_empty() {
            return None;
        }
        lines.push((in_text, start + in_file + found.len() - bare.len()));
        in_text += line.len();
        in_file += source.len();
    }
    (!lines.is_empty()).then_some(lines)
}

/// Parses a text.
pub(super) fn parse(text: &str, place: Place<'_>, repeated: Repeated) -> Outcome<Parsed> {
    check_characters(text, place)?;
    let pieces = check_separators(text, place)?;
    let (documents, twice) =
        yaml::parse_repeating("", text).map_err(|problems| located(problems, place))?;
    let mut twice: Vec<Fail> = twice
        .into_iter()
        .map(|problem| located(vec![problem], place))
        .collect();
    match (repeated, twice.is_empty()) {
        (_, true) => {}
        (Repeated::Refused, false) => return Err(twice.remove(0)),
        (Repeated::LastCounts, false) => {
            for problem in &mut twice {
                problem.diagnostic.severity = Severity::Warning;
                problem.diagnostic.help =
                    vec!["kustomize takes the last one; remove the others".to_owned()];
            }
        }
    }
    let mut parsed = Vec::with_capacity(documents.len());
    for document in &documents {
        let mut reader = Reader {
            place,
            anchors: HashMap::new(),
            open: Vec::new(),
            budget: MOST_ALIASED,
            depth: 0,
            has_repeated: !twice.is_empty(),
        };
        let node = reader.read(&document.root)?;
        if !node.is_null() {
            parsed.push(node);
        }
    }
    Ok(Parsed {
        documents: parsed,
        pieces,
        schema_comment: schema_comment(text, place),
        repeated: twice,
    })
}

/// The parser's own diagnostics, as one failure that says where.
fn located(problems: Vec<crate::diagnostic::Diagnostic>, place: Place<'_>) -> Fail {
    let Some(mut first) = problems.into_iter().next() else {
        return fail(INVALID, "the text is not YAML");
    };
    let labels = std::mem::take(&mut first.labels);
    let places = labels
        .into_iter()
        .filter_map(|label| {
            let (start, end) = label.location.span?;
            Some((place.of(&(start..end)), label.text))
        })
        .collect();
    Box::new(Failure {
        diagnostic: first,
        places,
    })
}

/// Characters that go-yaml takes for line breaks, or cannot read.
fn check_characters(text: &str, place: Place<'_>) -> Outcome<()> {
    let after_mark = usize::from(text.starts_with('\u{feff}')) * '\u{feff}'.len_utf8();
    let mut characters = text[after_mark..].char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let what = match c {
            '\n' | '\t' | ' '..='~' => continue,
            '\r' if characters.peek().is_some_and(|(_, next)| *next == '\n') => continue,
            '\r' => "a carriage return without a line feed",
            '\u{85}' | '\u{2028}' | '\u{2029}' => "an unusual line break",
            '\u{feff}' => "a byte order mark in the middle",
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => {
                "a control character"
            }
            _ => continue,
        };
        let at = at + after_mark;
        return Err(fail(UNSUPPORTED, format!("the text has {what}"))
            .at(place.of(&(at..at + c.len_utf8())), "here")
            .help("write it as an escape in double quotes, or leave it out"));
    }
    Ok(())
}

/// kustomize splits a file at lines that begin with `---`, and then reads one document of each piece.
fn check_separators(text: &str, place: Place<'_>) -> Outcome<usize> {
    let mut pieces = 1;
    let mut offset = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let span = offset..offset + line.trim_end().len();
        offset += line.len();
        if let Some(rest) = line.strip_prefix("---") {
            let rest = rest.trim();
            let is_separator = number > 0 && line.ends_with('\n');
            pieces += usize::from(is_separator);
            if is_separator && !rest.is_empty() && !rest.starts_with('#') {
                return Err(fail(INVALID, "something follows `---` on its line")
                    .at(place.of(&span), "here")
                    .help("begin the document on the next line"));
            }
            if !is_separator && number > 0 && !rest.is_empty() && !rest.starts_with('#') {
                return Err(fail(UNSUPPORTED, "a document begins on the last line")
                    .at(place.of(&span), "here")
                    .help("end the file with a line feed"));
            }
        } else if line.starts_with("...") || line.starts_with('%') {
            return Err(fail(
                UNSUPPORTED,
                "document ends (`...`) and directives (`%`) are not read",
            )
            .at(place.of(&span), "here")
            .help("remove the line, or indent it if it is text"));
        }
    }
    Ok(pieces)
}

/// A comment that is a JSON object beside or above a field: kustomize takes it for the field's schema.
fn schema_comment(text: &str, place: Place<'_>) -> Option<Origin> {
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let Some(at) = line.find('#') else { continue };
        let before = line[..at].trim_end();
        let comment = line[at..].trim_start_matches('#').trim();
        // Beside a plain value it changes nothing.
        if (before.is_empty() || before.ends_with(':'))
            && comment.starts_with('{')
            && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(comment).is_ok()
        {
            return Some(place.of(&(start + at..start + line.trim_end().len())));
        }
    }
    None
}

struct Reader<'a> {
    place: Place<'a>,
    anchors: HashMap<usize, Node>,
    /// Anchors whose value is being read, which must not refer to themselves.
    open: Vec<usize>,
    budget: usize,
    depth: usize,
    has_repeated: bool,
}

impl Reader<'_> {
    fn read(&mut self, node: &yaml::Node) -> Outcome<Node> {
        if let Some(tag) = &node.tag {
            return Err(fail(UNSUPPORTED, format!("the tag `{tag}` is not read"))
                .at(self.place.of(&node.span), "here")
                .help("remove the tag; put a text into quotes"));
        }
        if let Some(anchor) = node.anchor {
            self.open.push(anchor);
        }
        self.depth += 1;
        let read = self.value(node)?;
        self.depth -= 1;
        if let Some(anchor) = node.anchor {
            self.open.pop();
            self.anchors.insert(anchor, read.clone());
        }
        Ok(read)
    }

    fn value(&mut self, node: &yaml::Node) -> Outcome<Node> {
        let origin = self.place.of(&node.span);
        match &node.value {
            yaml::Value::Scalar(scalar) => Ok(Node {
                value: super::node::Value::Scalar(read_scalar(scalar)),
                origin,
            }),
            yaml::Value::Sequence(sequence) => {
                let items = sequence
                    .items
                    .iter()
                    .map(|item| self.read(item))
                    .collect::<Outcome<Vec<_>>>()?;
                Ok(Node::list(items, origin))
            }
            yaml::Value::Mapping(mapping) => self.mapping(mapping, origin),
            yaml::Value::Alias(id) => self.alias(*id, origin),
        }
    }

    fn alias(&mut self, id: usize, origin: Origin) -> Outcome<Node> {
        if self.open.contains(&id) {
            return Err(fail(INVALID, "an anchor's value contains itself").at(origin, "here"));
        }
        let Some(node) = self.anchors.get(&id).cloned() else {
            return Err(fail(INVALID, "an alias refers to no anchor").at(origin, "here"));
        };
        let (size, depth) = measure(&node, self.budget);
        if depth + self.depth > DEEPEST {
            return Err(fail(UNSUPPORTED, "aliases nest too deep").at(origin, "here"));
        }
        let Some(rest) = self.budget.checked_sub(size) else {
            return Err(fail(
                UNSUPPORTED,
                format!("aliases add more than {MOST_ALIASED} values to the file"),
            )
            .at(origin, "too many from here on")
            .help("write the values out where they are needed"));
        };
        self.budget = rest;
        Ok(node)
    }

    fn mapping(&mut self, mapping: &yaml::Mapping, origin: Origin) -> Outcome<Node> {
        let mut entries = Vec::with_capacity(mapping.entries.len());
        let mut merges = Vec::new();
        for entry in &mapping.entries {
            let (key, quoted) = self.key(&entry.key)?;
            let value = self.read(&entry.value)?;
            if key == "<<" && !quoted {
                merges = merge_values(value)?;
                continue;
            }
            let entry = Entry {
                key: key.into(),
                quoted,
                value,
            };
            // The last one of a repeated key counts; where that is an error it was one before.
            match entries
                .iter_mut()
                .find(|known: &&mut Entry| *known.key == *key)
            {
                Some(known) if self.has_repeated => *known = entry,
                _ => entries.push(entry),
            }
        }
        for merged in merges {
            for entry in merged.entries() {
                if !entries.iter().any(|own| own.key == entry.key) {
                    entries.push(entry.clone());
                }
            }
        }
        Ok(Node::map(entries, origin))
    }

    fn key<'k>(&self, key: &'k yaml::Node) -> Outcome<(&'k str, bool)> {
        let origin = self.place.of(&key.span);
        let (yaml::Value::Scalar(scalar), None) = (&key.value, &key.tag) else {
            return Err(fail(UNSUPPORTED, "a key is not a text").at(origin, "here"));
        };
        let quoted = scalar.style != ScalarStyle::Plain;
        if key.anchor.is_some() {
            return Err(fail(UNSUPPORTED, "a key has an anchor").at(origin, "here"));
        }
        let tag = resolve(&scalar.text).0;
        if !quoted && !matches!(tag, Tag::Str | Tag::Merge) {
            return Err(fail(
                INVALID,
                format!("the key `{}` is {}", scalar.text, tag.words()),
            )
            .at(origin, "not a text")
            .help("put the key into quotes"));
        }
        Ok((&scalar.text, quoted))
    }
}

/// How many values a tree has, though not more than `most` by much, and how deep it is.
fn measure(node: &Node, most: usize) -> (usize, usize) {
    let (mut total, mut deepest) = (1_usize, 0);
    let children = node.items().iter();
    for child in children.chain(node.entries().iter().map(|entry| &entry.value)) {
        if total > most {
            break;
        }
        let (size, depth) = measure(child, most);
        total = total.saturating_add(size);
        deepest = deepest.max(depth);
    }
    (total, deepest + 1)
}

/// The mappings that a merge key brings, the most important first.
fn merge_values(value: Node) -> Outcome<Vec<Node>> {
    let wrong = |node: &Node| {
        Err(fail(INVALID, "`<<` takes a mapping or a list of mappings").at(node.origin, "here"))
    };
    match &value.value {
        super::node::Value::Map(_) => Ok(vec![value]),
        super::node::Value::List(items) => {
            for item in items.iter() {
                if !matches!(item.value, super::node::Value::Map(_)) {
                    return wrong(item);
                }
            }
            Ok(items.to_vec())
        }
        super::node::Value::Scalar(_) => wrong(&value),
    }
}

fn read_scalar(scalar: &yaml::Scalar) -> Scalar {
    let (tag, style) = match scalar.style {
        ScalarStyle::Plain => (resolve(&scalar.text).0, Style::Plain),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Tag::Str, Style::Quoted),
        ScalarStyle::Literal | ScalarStyle::Folded => (Tag::Str, Style::Block),
    };
    Scalar {
        text: scalar.text.as_str().into(),
        tag,
        style,
    }
}
