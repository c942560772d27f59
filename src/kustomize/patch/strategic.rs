//! Strategic merge: a patch merged into an object, field by field and element by element
//! (<https://github.com/kubernetes-sigs/kustomize/tree/kyaml/v0.21.1/kyaml/yaml>, `walk`, `merge2`).
//!
//! kustomize changes trees in place, and in some cases merges a value with itself. [`Pair`] keeps track of that, because
//! it shows: nulls vanish from what a patch adds, and elements of one key become one.

use super::super::fail::{Detail as _, Outcome, PATCH, fail};
use super::super::node::{Kind, Node};
use super::super::resource::Resource;
use super::super::scalar::Style;
use super::directive::{self, Directive};
use super::elements::Elements;
use super::lists;
use super::schema::Schema;
use std::collections::BTreeSet;

/// What is there, and what the patch has.
pub(super) struct Pair {
    pub(super) dest: Option<Node>,
    pub(super) patch: Option<Node>,
    /// Whether both are the same value: what the patch adds is merged with itself.
    pub(super) same: bool,
}

/// What a merge leaves.
pub(super) struct Merged {
    pub(super) value: Option<Node>,
    /// Whether it is what was there, changed in place.
    pub(super) in_place: bool,
}

impl Merged {
    fn nothing() -> Self {
        Self {
            value: None,
            in_place: false,
        }
    }
}

/// Merges a patch into an object. Name, kind and namespace stay unless the patch may change them.
pub(super) fn apply(target: &mut Resource, patch: Resource) -> Outcome<()> {
    let before = [
        ("kind", target.kind().to_owned()),
        ("name", target.name().to_owned()),
        ("namespace", target.namespace().to_owned()),
    ];
    let origins = before.each_ref().map(|(field, _)| {
        let path: &[&str] = if *field == "kind" {
            &["kind"]
        } else {
            &["metadata", field]
        };
        target
            .root
            .as_ref()
            .and_then(|root| root.at(path))
            .map_or(target.origin(), |node| node.origin)
    });
    let (may_name, may_kind) = (patch.name_change_allowed(), patch.kind_change_allowed());
    if may_name || may_kind {
        target.store_previous_id();
    }
    let pair = Pair {
        dest: target.root.clone(),
        patch: patch.root,
        same: false,
    };
    let merged = walk(pair, None)?;
    match merged.value {
        None => target.root = None,
        // A patch that replaces the whole object changes nothing in kustomize.
        Some(root) if merged.in_place => target.root = Some(root),
        Some(_) => {}
    }
    if target.is_gone() {
        target.root = None;
        return Ok(());
    }
    let [(_, kind), (_, name), (_, namespace)] = &before;
    if !may_kind {
        target.set_field("kind", kind, origins[0]);
    }
    if !may_name {
        target.set_meta("name", name, origins[1]);
    }
    target.set_meta("namespace", namespace, origins[2]);
    Ok(())
}

fn kind_of(node: Option<&Node>) -> Option<Kind> {
    node.and_then(Node::kind)
}

/// Merges a value.
pub(super) fn walk(pair: Pair, schema: Option<Schema>) -> Outcome<Merged> {
    let schema = schema
        .or_else(|| own_schema(pair.dest.as_ref()).or_else(|| own_schema(pair.patch.as_ref())));
    let (dest, patch) = (kind_of(pair.dest.as_ref()), kind_of(pair.patch.as_ref()));
    if let (Some(there), Some(comes)) = (dest, patch)
        && there != comes
    {
        let origin = |node: &Option<Node>| node.as_ref().map(|n| n.origin).unwrap_or_default();
        return Err(fail(
            PATCH,
            format!(
                "the patch has {} where the object has {}",
                comes.words(),
                there.words()
            ),
        )
        .at(origin(&pair.patch), "the patch")
        .at(origin(&pair.dest), "the object"));
    }
    match dest.or(patch) {
        Some(Kind::Scalar) => Ok(newer(pair)),
        Some(Kind::List) => match schema.and_then(Schema::merge_keys) {
            Some(keys) => walk_list(pair, schema, &keys),
            None => Ok(newer(pair)),
        },
        Some(Kind::Map) | None => walk_map(pair, schema),
    }
}

/// The schema that a value has because it says of which kind it is.
fn own_schema(node: Option<&Node>) -> Option<Schema> {
    let node = node?;
    let word = |key: &str| node.get(key).map_or("", Node::value_text);
    Schema::of_kind(word("apiVersion"), word("kind"))
}

/// The patch's value if it has one.
fn newer(pair: Pair) -> Merged {
    let in_place = pair.same || pair.patch.is_none();
    Merged {
        value: if in_place { pair.dest } else { pair.patch },
        in_place,
    }
}

/// What a mapping or list begins with: the value that is kept, and whether it is merged with itself.
enum Begun {
    Cleared,
    Goes { pair: Pair, in_place: bool },
}

/// Decides between what is there and what the patch has, by the patch's directive.
fn decide(mut pair: Pair) -> Outcome<Begun> {
    if pair.same {
        let Some(dest) = &mut pair.dest else {
            return Ok(Begun::Cleared);
        };
        return Ok(match directive::take(dest)? {
            Directive::Delete => Begun::Cleared,
            Directive::Replace | Directive::Merge => Begun::Goes {
                pair,
                in_place: true,
            },
        });
    }
    let Some(patch) = &mut pair.patch else {
        return Ok(Begun::Goes {
            pair,
            in_place: true,
        });
    };
    if patch.is_null() {
        return Ok(Begun::Cleared);
    }
    Ok(match directive::take(patch)? {
        Directive::Delete => Begun::Cleared,
        Directive::Merge => Begun::Goes {
            pair,
            in_place: true,
        },
        Directive::Replace => Begun::Goes {
            pair: Pair {
                dest: pair.patch,
                patch: None,
                same: true,
            },
            in_place: false,
        },
    })
}

/// What a patch adds where nothing is: it is merged with itself.
fn added(patch: Node) -> Begun {
    Begun::Goes {
        pair: Pair {
            dest: Some(patch),
            patch: None,
            same: true,
        },
        in_place: false,
    }
}

fn begin_map(mut pair: Pair) -> Outcome<Begun> {
    if pair.dest.as_ref().is_some_and(|dest| !dest.is_null()) {
        return decide(pair);
    }
    if pair.same {
        return Ok(Begun::Goes {
            pair,
            in_place: true,
        });
    }
    match (pair.dest.take(), pair.patch.take()) {
        (_, Some(mut patch)) => Ok(match directive::take(&mut patch) {
            Ok(Directive::Delete) => Begun::Cleared,
            _ => added(patch),
        }),
        // A null that a person wrote out stays; a value left out does not.
        (Some(mut dest), None) if !dest.raw().is_empty() => {
            if let super::super::node::Value::Scalar(scalar) = &mut dest.value {
                scalar.style = Style::Kept;
            }
            Ok(Begun::Goes {
                pair: Pair {
                    dest: Some(dest),
                    patch: None,
                    same: false,
                },
                in_place: false,
            })
        }
        _ => Ok(Begun::Cleared),
    }
}

fn walk_map(pair: Pair, schema: Option<Schema>) -> Outcome<Merged> {
    let (pair, in_place) = match begin_map(pair)? {
        Begun::Cleared => return Ok(Merged::nothing()),
        Begun::Goes { pair, in_place } => (pair, in_place),
    };
    let Some(mut dest) = pair.dest else {
        return Ok(Merged::nothing());
    };
    let patch = pair.patch.as_ref().filter(|_| !pair.same);
    let names: BTreeSet<std::sync::Arc<str>> = dest
        .entries()
        .iter()
        .chain(patch.map_or(&[][..], Node::entries))
        .map(|entry| entry.key.clone())
        .collect();
    for name in names {
        let schema = schema.and_then(|schema| schema.field(&name));
        let comes = patch.and_then(|patch| patch.get(&name));
        let there = dest.get(&name);
        if comes.is_none() && !pair.same && there.is_some_and(|node| is_settled(node, schema)) {
            continue;
        }
        let quoted = quoted(&dest, patch, &name);
        let child = Pair {
            dest: there.cloned(),
            patch: comes.cloned(),
            same: pair.same,
        };
        let merged = walk(child, schema)?;
        dest.set_keyed(&name, quoted, merged.value);
    }
    Ok(Merged {
        value: Some(dest),
        in_place,
    })
}

/// Whether a key that is added is quoted where it comes from.
fn quoted(dest: &Node, patch: Option<&Node>, name: &str) -> bool {
    let find = |node: &Node| {
        node.entries()
            .iter()
            .find(|entry| &*entry.key == name)
            .map(|entry| entry.quoted)
    };
    patch.and_then(find).or_else(|| find(dest)).unwrap_or(false)
}

/// Whether merging a value with nothing leaves it as it is.
fn is_settled(node: &Node, schema: Option<Schema>) -> bool {
    let schema = schema.or_else(|| own_schema(Some(node)));
    match node.kind() {
        None => false,
        Some(Kind::Scalar) => true,
        Some(Kind::List) => schema.and_then(Schema::merge_keys).is_none(),
        Some(Kind::Map) => node
            .entries()
            .iter()
            .all(|entry| is_settled(&entry.value, schema.and_then(|s| s.field(&entry.key)))),
    }
}

fn walk_list(pair: Pair, schema: Option<Schema>, keys: &[&'static str]) -> Outcome<Merged> {
    let begun = match (pair.dest, pair.patch) {
        (None, Some(patch)) => added(patch),
        (Some(dest), Some(patch)) if dest.is_null() => added(patch),
        (dest, patch) => decide(Pair {
            dest,
            patch,
            same: pair.same,
        })?,
    };
    let Begun::Goes { pair, in_place } = begun else {
        return Ok(Merged::nothing());
    };
    let Some(dest) = pair.dest else {
        return Ok(Merged::nothing());
    };
    let patch = pair.patch.filter(|_| !pair.same);
    // Elements of the patch come first.
    let sources = patch.iter().chain([&dest]);
    let mut values: Vec<Vec<String>> = Vec::new();
    for source in sources {
        let found = if keys.is_empty() {
            source
                .items()
                .iter()
                .map(|item| vec![item.raw().to_owned()])
                .collect()
        } else {
            lists::values(source, keys)
        };
        for value in found {
            if !values.contains(&value) {
                values.push(value);
            }
        }
    }
    let keys = if keys.is_empty() { &[""][..] } else { keys };
    let merge = Elements {
        dest,
        patch,
        same: pair.same,
        schema: schema.and_then(Schema::items),
    };
    Ok(Merged {
        value: Some(merge.run(values, keys)?),
        in_place,
    })
}
