//! From a YAML text to trees, as kustomize reads resources: aliases and merge keys resolved, comments gone.
//!
//! In: a path, its number and its text. Out: one [`Node`] for each document, or what is wrong. Whatever go-yaml and the
//! parser used here might read differently (tags, odd line breaks, control characters) is refused.

mod checks;

use super::fail::{Detail as _, Fail, Failure, INVALID, Outcome, UNSUPPORTED, fail};
use super::node::{Entry, Node, Origin};
use super::scalar::{Scalar, Style, Tag, resolve};
use crate::diagnostic::Severity;
use crate::source::Span;
use crate::yaml::{self, ScalarStyle};
use std::collections::HashMap;

/// How many values aliases may add to one file: what stops an alias bomb.
const MOST_ALIASED: usize = 100_000;
/// The longest key that YAML has without `?`.
const LONGEST_KEY: usize = 1000;
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
    checks::characters(text, place)?;
    let pieces = checks::separators(text, place)?;
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
    let mut blocks = Vec::new();
    for document in &documents {
        checks::anchors(document, place)?;
        let mut reader = Reader {
            text,
            place,
            anchors: HashMap::new(),
            open: Vec::new(),
            budget: MOST_ALIASED,
            depth: 0,
            flows: 0,
            has_repeated: !twice.is_empty(),
            blocks: Vec::new(),
        };
        let node = reader.read(&document.root)?;
        blocks.append(&mut reader.blocks);
        if !node.is_null() {
            parsed.push(node);
        }
    }
    checks::tabs(text, &blocks, place)?;
    Ok(Parsed {
        documents: parsed,
        pieces,
        schema_comment: checks::schema_comment(text, place),
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

struct Reader<'a> {
    text: &'a str,
    place: Place<'a>,
    anchors: HashMap<usize, Node>,
    /// Anchors whose value is being read, which must not refer to themselves.
    open: Vec<usize>,
    budget: usize,
    depth: usize,
    /// How many brackets and braces are open.
    flows: usize,
    has_repeated: bool,
    /// Where the lines of block scalars are.
    blocks: Vec<Span>,
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
            yaml::Value::Scalar(scalar) if self.flows > 0 && checks::is_odd_in_flow(scalar) => {
                Err(fail(
                    UNSUPPORTED,
                    "a `?`, or a `:` at the beginning, is read otherwise between brackets or braces",
                )
                .at(origin, "here")
                .help("put the text into quotes"))
            }
            yaml::Value::Scalar(scalar) => {
                if matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded) {
                    self.blocks.push(node.span.clone());
                }
                Ok(Node {
                    value: super::node::Value::Scalar(read_scalar(scalar, self.flows > 0)),
                    origin,
                })
            }
            yaml::Value::Sequence(sequence) => {
                let flow = usize::from(sequence.style == yaml::Style::Flow);
                self.flows += flow;
                let items = sequence
                    .items
                    .iter()
                    .map(|item| self.read(item))
                    .collect::<Outcome<Vec<_>>>()?;
                self.flows -= flow;
                Ok(Node::list(items, origin))
            }
            yaml::Value::Mapping(mapping) => {
                let flow = usize::from(mapping.style == yaml::Style::Flow);
                self.flows += flow;
                let read = self.mapping(mapping, origin)?;
                self.flows -= flow;
                Ok(read)
            }
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
        let written = self.text.get(key.span.clone()).unwrap_or_default();
        let is_odd = self.flows > 0 && checks::is_odd_in_flow(scalar);
        if is_odd || written.len() > LONGEST_KEY || written.contains('\n') {
            return Err(fail(UNSUPPORTED, "this key is read otherwise")
                .at(
                    origin,
                    "it is long, of several lines, or has a `?` without quotes",
                )
                .help("write a short key on one line, in quotes if it has a `?`"));
        }
        if key.anchor.is_some() {
            return Err(fail(UNSUPPORTED, "a key has an anchor").at(origin, "here"));
        }
        let tag = resolve(&scalar.text).0;
        if !quoted && tag != Tag::Str {
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

fn read_scalar(scalar: &yaml::Scalar, in_flow: bool) -> Scalar {
    let (tag, style) = match scalar.style {
        ScalarStyle::Plain if in_flow => (resolve(&scalar.text).0, Style::PlainInFlow),
        ScalarStyle::Plain => (resolve(&scalar.text).0, Style::Plain),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => (Tag::Str, Style::Quoted),
        ScalarStyle::Literal => (Tag::Str, Style::Block),
        ScalarStyle::Folded => (Tag::Str, Style::Folded),
    };
    Scalar {
        text: scalar.text.as_str().into(),
        tag,
        style,
    }
}
