//! Terraform's JSON spelling (`.tf.json`, `.tfvars.json`), turned into [`Body`].
//!
//! JSON does not say which object is a block and which is a value; the top level is known
//! (<https://developer.hashicorp.com/terraform/language/syntax/json>), and inside of a block everything is kept as a value, which
//! is how nested blocks are handed on as well.

use super::hcl::{UNREADABLE, template, template_kind};
use super::syntax::{Attribute, Block, Body, Expr, Kind};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::yaml::{self, Entry, Node, Resolved, Value};
use std::rc::Rc;

/// Reads a configuration.
pub(super) fn body(path: &str, text: &str) -> Result<Body, Box<Diagnostic>> {
    let Some(root) = root(path, text)? else {
        return Ok(Body::default());
    };
    let reader = Reader {
        path: Rc::from(path),
    };
    let mut body = Body::default();
    for entry in entries(&root) {
        let kind = entry.key.text().unwrap_or_default();
        let labels = match kind {
            "resource" | "data" | "ephemeral" => 2,
            "provider" | "variable" | "output" | "module" => 1,
            _ => 0,
        };
        reader.blocks(kind, labels, &[], entry, &mut body.blocks);
    }
    Ok(body)
}

/// Reads values of variables.
pub(super) fn values(path: &str, text: &str) -> Result<Body, Box<Diagnostic>> {
    let reader = Reader {
        path: Rc::from(path),
    };
    Ok(root(path, text)?
        .map(|root| reader.attributes(&root, false))
        .unwrap_or_default())
}

/// JSON is YAML, and the reader of YAML keeps the bytes.
fn root(path: &str, text: &str) -> Result<Option<Node>, Box<Diagnostic>> {
    let documents = yaml::parse(path, text).map_err(|problems| {
        let mut problem = Diagnostic::error(
            UNREADABLE,
            format!("`{path}` is not valid Terraform in JSON"),
        );
        for first in problems.into_iter().take(1) {
            if let Some(at) = first.primary() {
                problem = problem.at(at.clone(), first.message);
            }
        }
        Box::new(problem)
    })?;
    Ok(documents.into_iter().next().map(|document| document.root))
}

fn entries(node: &Node) -> &[Entry] {
    node.mapping().map_or(&[], |mapping| &mapping.entries)
}

struct Reader {
    path: Rc<str>,
}

impl Reader {
    /// The blocks below a key: one object, or a list of them, after as many levels of labels as the kind has.
    fn blocks(
        &self,
        kind: &str,
        labels: usize,
        have: &[String],
        entry: &Entry,
        out: &mut Vec<Block>,
    ) {
        let items: Vec<&Node> = match &entry.value.value {
            Value::Sequence(list) => list.items.iter().collect(),
            _ => vec![&entry.value],
        };
        for item in items {
            if labels == have.len() {
                out.push(Block {
                    kind: kind.to_owned(),
                    labels: have.to_vec(),
                    body: self.block_body(kind, item),
                    at: Location::new(self.path.as_ref(), entry.key.span.clone()),
                });
                continue;
            }
            for below in entries(item) {
                let mut have = have.to_vec();
                have.push(below.key.text().unwrap_or_default().to_owned());
                self.blocks(kind, labels, &have, below, out);
            }
        }
    }

    fn block_body(&self, kind: &str, node: &Node) -> Body {
        if kind != "terraform" {
            return self.attributes(node, true);
        }
        let mut body = Body::default();
        for entry in entries(node) {
            let name = entry.key.text().unwrap_or_default();
            match name {
                "backend" => self.blocks(name, 1, &[], entry, &mut body.blocks),
                "cloud" | "required_providers" => {
                    self.blocks(name, 0, &[], entry, &mut body.blocks);
                }
                _ => {}
            }
        }
        body
    }

    fn attributes(&self, node: &Node, templates: bool) -> Body {
        Body {
            attributes: entries(node)
                .iter()
                .map(|entry| Attribute {
                    name: entry.key.text().unwrap_or_default().to_owned(),
                    value: self.expression(&entry.value, templates),
                })
                .collect(),
            blocks: Vec::new(),
        }
    }

    fn expression(&self, node: &Node, templates: bool) -> Expr {
        let kind = match &node.value {
            Value::Sequence(list) => Kind::List(
                list.items
                    .iter()
                    .map(|item| self.expression(item, templates))
                    .collect(),
            ),
            Value::Mapping(mapping) => Kind::Object(
                mapping
                    .entries
                    .iter()
                    .map(|entry| {
                        (
                            self.expression(&entry.key, templates),
                            self.expression(&entry.value, templates),
                        )
                    })
                    .collect(),
            ),
            Value::Alias(_) => Kind::Null,
            Value::Scalar(scalar) => match node.resolved() {
                Some(Resolved::Null) => Kind::Null,
                Some(Resolved::Bool(value)) => Kind::Bool(value),
                Some(Resolved::Int(_) | Resolved::Float(_)) => scalar
                    .text
                    .parse()
                    .map_or_else(|_| Kind::Text(scalar.text.clone()), Kind::Number),
                _ if templates => self.text(&scalar.text, node),
                _ => Kind::Text(scalar.text.clone()),
            },
        };
        let mut read = Expr::new(kind, &self.path, node.span.clone());
        // `"${var.region}"` is the value itself, not a text made of it.
        if let Kind::Template(parts) = &read.kind
            && let [super::syntax::Part::Value(only)] = parts.as_slice()
        {
            read.kind = only.kind.clone();
        }
        read
    }

    /// A text may hold interpolations; places inside of it are those of the whole, because of JSON's escapes.
    fn text(&self, text: &str, node: &Node) -> Kind {
        if !text.contains("${") && !text.contains("%{") {
            return Kind::Text(text.to_owned());
        }
        template(&self.path, node.span.start + 1, text)
            .map_or_else(|_| Kind::Text(text.to_owned()), template_kind)
    }
}
