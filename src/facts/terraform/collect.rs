//! A root, walked through with all its modules.

use super::evaluate::Locals;
use super::instances::Instance;
use super::providers;
use super::roots::{Names, told};
use super::scope::Scope;
use super::syntax::Block;
use super::{Backend, Call, Mode, Provider, Resource, Root};
use crate::source::Location;
use std::collections::BTreeMap;
use std::rc::Rc;

/// More resources than these in one root are not listed one by one.
const MOST_RESOURCES: usize = 20_000;

/// Everything that a root has with one set of values.
pub(super) fn root(
    scope: &Rc<Scope<'_>>,
    values: Option<&str>,
    backends: &[&str],
    names: &Names,
) -> Root {
    let own = told(&scope.folder, &names.regions);
    let by_values = || values.and_then(|path| told(path, &names.regions));
    let head = scope
        .module
        .files
        .iter()
        .find(|path| path.ends_with("/main.tf"))
        .or_else(|| scope.module.files.first());
    let mut root = Root {
        folder: scope.folder.clone(),
        values: values.map(str::to_owned),
        region: own.or_else(by_values).cloned(),
        environment: told(&scope.folder, &names.environments)
            .or_else(|| values.and_then(|path| told(path, &names.environments)))
            .cloned(),
        head: Location::new(head.cloned().unwrap_or_else(|| scope.folder.clone()), 0..0),
        resources: Vec::new(),
        providers: Vec::new(),
        backends: backends_of(scope, backends),
        calls: Vec::new(),
    };
    let mut known = BTreeMap::new();
    walk(scope, &mut root, &mut known);
    if root.region.is_none() {
        name_regions(&mut root, names);
    }
    root
}

fn walk(scope: &Rc<Scope<'_>>, root: &mut Root, known: &mut BTreeMap<String, usize>) {
    for block in &scope.module.providers {
        provider(scope, block, root, known);
    }
    for block in &scope.module.resources {
        let [kind, name] = block.labels.as_slice() else {
            continue;
        };
        let provider_index = scope
            .provider_block(block)
            .map(|(scope, block)| provider(&scope, block, root, known));
        for instance in scope.instances(&block.body) {
            if root.resources.len() >= MOST_RESOURCES {
                return;
            }
            let dot = if block.kind == "resource" {
                ""
            } else {
                "data."
            };
            root.resources.push(Resource {
                mode: if block.kind == "resource" {
                    Mode::Managed
                } else {
                    Mode::Data
                },
                kind: kind.clone(),
                name: name.clone(),
                address: format!("{}{dot}{kind}.{name}{}", scope.prefix, instance.key),
                at: block.at.clone(),
                fields: scope.block(&block.body, &instance.locals),
                provider: provider_index,
                provider_name: providers::names(block)
                    .map(|(name, _)| name)
                    .unwrap_or_default(),
                region: root.region.clone(),
            });
        }
    }
    for block in &scope.module.calls {
        for instance in scope.instances(&block.body) {
            match scope.child(block, &instance) {
                Some(child) => walk(&child, root, known),
                None => root.calls.push(call(scope, block, &instance)),
            }
        }
    }
}

fn provider<'a>(
    scope: &Rc<Scope<'a>>,
    block: &'a Block,
    root: &mut Root,
    known: &mut BTreeMap<String, usize>,
) -> usize {
    let name = block.labels.first().cloned().unwrap_or_default();
    let alias = super::sources::alias(block);
    let key = format!(
        "{}{name}.{}",
        scope.prefix,
        alias.as_deref().unwrap_or_default()
    );
    if let Some(index) = known.get(&key) {
        return *index;
    }
    root.providers.push(Provider {
        name,
        alias,
        at: block.at.clone(),
        fields: scope.provider_fields(block),
        region: root.region.clone(),
    });
    known.insert(key, root.providers.len() - 1);
    root.providers.len() - 1
}

/// A call of a module whose files are not in the repository.
fn call(scope: &Rc<Scope<'_>>, block: &Block, instance: &Instance) -> Call {
    let source = block
        .body
        .attribute("source")
        .and_then(|attribute| attribute.value.text())
        .unwrap_or_default();
    let name = block.labels.first().cloned().unwrap_or_default();
    let fields = block
        .body
        .attributes
        .iter()
        .filter(|attribute| !matches!(attribute.name.as_str(), "providers" | "source" | "version"))
        .map(|attribute| {
            (
                attribute.name.clone(),
                scope.evaluate(&attribute.value, &instance.locals),
            )
        })
        .collect();
    Call {
        address: format!("{}module.{name}{}", scope.prefix, instance.key),
        source: source.to_owned(),
        at: block.at.clone(),
        fields,
    }
}

/// The backends, each completed by every file with settings for it.
fn backends_of(scope: &Rc<Scope<'_>>, files: &[&str]) -> Vec<Backend> {
    let mut found = Vec::new();
    for block in &scope.module.backends {
        let kind = match block.labels.first() {
            Some(kind) => kind.clone(),
            None => block.kind.clone(),
        };
        let fields = scope.block(&block.body, &Locals::default());
        let with_files = files.iter().filter_map(|path| {
            let body = scope.sources.values.get(*path)?;
            let mut fields = fields.clone();
            fields.extend(scope.block(body, &Locals::default()));
            Some(fields)
        });
        let mut sets: Vec<_> = with_files.collect();
        if sets.is_empty() {
            sets.push(fields);
        }
        found.extend(sets.into_iter().map(|fields| Backend {
            kind: kind.clone(),
            at: block.at.clone(),
            fields,
        }));
    }
    found
}

/// Where a root is for several regions, names of files, modules, instances and aliases may tell whose a resource is.
fn name_regions(root: &mut Root, names: &Names) {
    let of = |words: &str, at: &Location| {
        told(words, &names.regions)
            .or_else(|| told(super::sources::name(&at.path), &names.regions))
            .cloned()
    };
    for resource in &mut root.resources {
        resource.region = of(&spread(&resource.address), &resource.at);
    }
    for provider in &mut root.providers {
        provider.region = of(provider.alias.as_deref().unwrap_or_default(), &provider.at);
    }
}

/// An address as a path, so that each of its parts counts for itself.
fn spread(address: &str) -> String {
    address.replace(['.', '[', ']', '"'], "/")
}
