//! Names in fields follow the objects that they name
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/filters/nameref/nameref.go>).

use super::config::{Config, FieldSpec, NameReference};
use super::fail::{CONFLICT, Detail as _, INVALID, Outcome, fail};
use super::fieldspec;
use super::id::{Gvk, GvkFilter, Id, NO_NAMESPACE};
use super::node::{Node, Origin, Value};
use super::resource::Resource;
use super::scalar::Tag;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What is known of an object that a name may refer to.
struct Known {
    current: Id,
    previous: Vec<Id>,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    name_origin: Origin,
    origin: Origin,
}

/// All objects, and which of them had a name.
struct Table {
    known: Vec<Known>,
    by_previous_name: HashMap<Arc<str>, Vec<usize>>,
}

impl Table {
    fn new(resources: &[Resource]) -> Self {
        let mut table = Self {
            known: Vec::with_capacity(resources.len()),
            by_previous_name: HashMap::new(),
        };
        for (at, resource) in resources.iter().enumerate() {
            let owned = |texts: Vec<&str>| texts.into_iter().map(str::to_owned).collect();
            let previous = resource.previous_ids();
            for id in &previous {
                let named = table
                    .by_previous_name
                    .entry(Arc::clone(&id.name))
                    .or_default();
                if named.last() != Some(&at) {
                    named.push(at);
                }
            }
            table.known.push(Known {
                current: resource.current_id(),
                previous,
                prefixes: owned(resource.prefixes()),
                suffixes: owned(resource.suffixes()),
                name_origin: resource
                    .name_node()
                    .map_or(resource.origin(), |node| node.origin),
                origin: resource.origin(),
            });
        }
        table
    }
}

/// Rewrites every name that refers to an object whose name has changed.
pub(super) fn fix(resources: &mut [Resource], config: &Config) -> Outcome<()> {
    let subjects = resources
        .iter()
        .map(subject_namespaces)
        .collect::<Outcome<Vec<_>>>()?;
    let table = Table::new(resources);
    if table.by_previous_name.is_empty() {
        return Ok(());
    }
    let mut rules: HashMap<Gvk, Vec<(&NameReference, &FieldSpec)>> = HashMap::new();
    for (at, resource) in resources.iter_mut().enumerate() {
        let known = &table.known[at];
        let original = known.previous.first().map_or(&known.current, |id| id);
        let rules = rules
            .entry(original.gvk.clone())
            .or_insert_with(|| rules_for(&original.gvk, config));
        for (reference, spec) in rules.iter() {
            let may_change = |node: &Node| may_change(node, &table);
            let concerned = resource
                .root
                .as_ref()
                .is_some_and(|root| fieldspec::any(root, &spec.parts, &may_change));
            if !concerned {
                continue;
            }
            let finder = Finder {
                table: &table,
                referrer: known,
                target: reference.filter(),
                role: role_of(resource, &spec.path),
                subjects: &subjects[at],
            };
            fieldspec::visit_any(resource, spec, &mut |node| finder.set(node))?;
        }
    }
    Ok(())
}

fn rules_for<'c>(gvk: &Gvk, config: &'c Config) -> Vec<(&'c NameReference, &'c FieldSpec)> {
    config
        .name_references
        .iter()
        .flat_map(|reference| {
            reference
                .referrers
                .iter()
                .map(move |spec| (reference, spec))
        })
        .filter(|(_, spec)| gvk.is_selected(spec.filter()))
        .collect()
}

/// Whether a name in a field could be one that was changed.
fn may_change(node: &Node, table: &Table) -> bool {
    let named = |text: &str| table.by_previous_name.contains_key(text);
    match &node.value {
        Value::Scalar(_) => !node.is_null() && named(node.raw()),
        Value::Map(_) => node.get("name").is_none_or(|name| named(name.raw())),
        Value::List(items) => items
            .iter()
            .any(|item| matches!(item.value, Value::List(_)) || may_change(item, table)),
    }
}

/// The namespaces of the service accounts that a RoleBinding names.
fn subject_namespaces(resource: &Resource) -> Outcome<BTreeSet<String>> {
    let mut namespaces = BTreeSet::new();
    if resource.kind() != "RoleBinding" {
        return Ok(namespaces);
    }
    let subjects = resource.root.as_ref().and_then(|root| root.get("subjects"));
    for subject in subjects.map_or(&[][..], Node::items) {
        let (Some(namespace), Some(kind)) = (subject.get("namespace"), subject.get("kind")) else {
            continue;
        };
        if kind.raw() != "ServiceAccount" {
            continue;
        }
        match &namespace.value {
            Value::Scalar(scalar) if matches!(scalar.tag, Tag::Str | Tag::Unset) => {
                namespaces.insert(namespace.raw().to_owned());
            }
            _ => {
                return Err(fail(INVALID, "the namespace of a subject is no text")
                    .at(namespace.origin, "here"));
            }
        }
    }
    Ok(namespaces)
}

/// Group and kind of the role that a binding names, when it is that name which is looked for.
fn role_of(resource: &Resource, path: &str) -> Option<(String, String)> {
    if !path.ends_with("roleRef/name") {
        return None;
    }
    let role = resource.root.as_ref()?.get("roleRef")?;
    let word = |key: &str| role.get(key).map(|node| node.raw().to_owned());
    Some((word("apiGroup")?, word("kind")?))
}

/// Looks for the object that a name in one object refers to.
struct Finder<'a> {
    table: &'a Table,
    referrer: &'a Known,
    target: GvkFilter<'a>,
    role: Option<(String, String)>,
    subjects: &'a BTreeSet<String>,
}

impl Finder<'_> {
    fn set(&self, node: &mut Node) -> Outcome<()> {
        let Some(items) = node.items_mut() else {
            return self.set_one(node);
        };
        items.iter_mut().try_for_each(|item| match &item.value {
            Value::List(_) => {
                Err(fail(INVALID, "a list of names holds a list").at(item.origin, "here"))
            }
            _ => self.set_one(item),
        })
    }

    fn set_one(&self, node: &mut Node) -> Outcome<()> {
        match &node.value {
            Value::Map(_) => self.set_mapping(node),
            _ if node.is_null() => Ok(()),
            _ => self.set_scalar(node),
        }
    }

    fn set_scalar(&self, node: &mut Node) -> Outcome<()> {
        let old = node.raw().to_owned();
        let candidates = self.candidates(&old);
        let Some(found) = self.select(candidates, node.origin, false)? else {
            return Ok(());
        };
        if *found.current.name != *old {
            node.set_scalar(
                Arc::clone(&found.current.name),
                Tag::Unset,
                found.name_origin,
            );
        }
        Ok(())
    }

    fn set_mapping(&self, node: &mut Node) -> Outcome<()> {
        let Some(name) = node.get("name") else {
            return Err(fail(INVALID, "a reference has no name").at(node.origin, "here"));
        };
        let old = name.raw().to_owned();
        let mut candidates = self.candidates(&old);
        if let Some(namespace) = node.get("namespace") {
            candidates = self.in_namespace(candidates, namespace.raw());
        }
        let Some(found) = self.select(candidates, node.origin, true)? else {
            return Ok(());
        };
        let id = &found.current;
        if *id.name == *old && id.namespace.is_empty() {
            return Ok(());
        }
        node.set("name", Node::bare(Arc::clone(&id.name), found.name_origin));
        if !id.namespace.is_empty() {
            node.set(
                "namespace",
                Node::bare(Arc::clone(&id.namespace), found.name_origin),
            );
        }
        Ok(())
    }

    /// The objects that had this name and that the referrer could mean.
    fn candidates(&self, name: &str) -> Vec<usize> {
        let named = self.table.by_previous_name.get(name);
        let named = named.map_or(&[][..], Vec::as_slice);
        let from = &self.referrer.current;
        named
            .iter()
            .copied()
            .filter(|at| {
                let id = &self.table.known[*at].current;
                from.cluster_scoped
                    || id.cluster_scoped
                    || id.effective_namespace() == from.effective_namespace()
                    || self.subjects.contains(&*id.namespace)
            })
            .collect()
    }

    /// Those that were in a namespace at first; if nothing that could be meant was, those that are in it now.
    fn in_namespace(&self, candidates: Vec<usize>, namespace: &str) -> Vec<usize> {
        let original = |known: &Known| {
            let first = known.previous.first().unwrap_or(&known.current);
            first.effective_namespace().to_owned()
        };
        let current = |known: &Known| known.current.effective_namespace().to_owned();
        let is_known = self.reachable().any(|known| original(known) == namespace);
        if namespace == NO_NAMESPACE {
            return Vec::new();
        }
        let fits = |at: &usize| {
            let known = &self.table.known[*at];
            if is_known {
                original(known) == namespace
            } else {
                current(known) == namespace
            }
        };
        candidates.into_iter().filter(fits).collect()
    }

    /// Everything that the referrer could mean, whatever its name.
    fn reachable(&self) -> impl Iterator<Item = &Known> {
        let from = &self.referrer.current;
        self.table.known.iter().filter(move |known| {
            let id = &known.current;
            from.cluster_scoped
                || id.cluster_scoped
                || id.effective_namespace() == from.effective_namespace()
                || self.subjects.contains(&*id.namespace)
        })
    }

    fn select(
        &self,
        mut candidates: Vec<usize>,
        at: Origin,
        with_namespace: bool,
    ) -> Outcome<Option<&Known>> {
        let known = |at: &usize| &self.table.known[*at];
        let was = |candidate: &Known, filter: GvkFilter<'_>| {
            candidate
                .previous
                .iter()
                .any(|id| id.gvk.is_selected(filter))
        };
        candidates.retain(|at| was(known(at), self.target));
        if let Some((group, kind)) = &self.role {
            let filter = GvkFilter {
                group,
                version: "",
                kind,
            };
            candidates.retain(|at| was(known(at), filter));
        }
        candidates.retain(|at| self.same_namespace(known(at)));
        if candidates.len() != 1 {
            candidates.retain(|at| self.same_affixes(known(at), true));
            if candidates.len() > 1 {
                candidates.retain(|at| self.same_affixes(known(at), false));
            }
        }
        let Some((first, others)) = candidates.split_first() else {
            return Ok(None);
        };
        let first = known(first);
        let differs = |other: &usize| {
            let (a, b) = (&first.current, &known(other).current);
            a.name != b.name || (with_namespace && a.namespace != b.namespace)
        };
        match others.iter().find(|other| differs(other)) {
            None => Ok(Some(first)),
            Some(other) => Err(fail(CONFLICT, "a name could refer to several objects")
                .at(at, "this name")
                .at(first.origin, "this object")
                .at(known(other).origin, "or this one")),
        }
    }

    fn same_namespace(&self, candidate: &Known) -> bool {
        let from = &self.referrer.current;
        let id = &candidate.current;
        from.cluster_scoped
            || id.cluster_scoped
            || &*id.gvk.kind == "ServiceAccount"
            || from.effective_namespace() == id.effective_namespace()
    }

    /// Whether both got their prefixes and suffixes in the same kustomizations.
    fn same_affixes(&self, candidate: &Known, empty_fits: bool) -> bool {
        let same = |a: &[String], b: &[String]| {
            (empty_fits && (a.is_empty() || b.is_empty())) || same_ending(a, b)
        };
        same(&candidate.prefixes, &self.referrer.prefixes)
            && same(&candidate.suffixes, &self.referrer.suffixes)
    }
}

fn same_ending(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if short.is_empty() {
        return long.is_empty();
    }
    long.ends_with(short)
}
