//! Patches: which kind a text is, which objects it is for, and what it changes.

mod directive;
mod elements;
mod json;
mod lists;
mod schema;
mod strategic;

use super::fail::{Detail as _, Fail, INVALID, Outcome, PATCH, UNSUPPORTED, fail, warning};
use super::files::{Library, text};
use super::inline::parsed;
use super::node::Origin;
use super::objects::objects;
use super::parse::Parsed;
use super::resmap::Resources;
use super::resource::Resource;
use super::selector::Picker;
use super::spec::{Patch, Text};
use std::sync::Arc;

/// A patch that was read.
pub(super) enum Loaded {
    /// Objects to be merged in, each with the comment that kustomize would take for a schema.
    Strategic(Vec<Resource>, Option<Origin>),
    /// Operations on paths.
    Json(json::Operations),
}

/// Reads a text that is written inline.
fn inline(library: &Library<'_>, text: &Text) -> Outcome<Parsed> {
    parsed(library, &text.text, text.origin, text.is_block)
}

/// Reads one entry of `patches`.
pub(super) fn load(library: &Library<'_>, folder: &str, patch: &Patch) -> Outcome<Loaded> {
    let (content, parsed, origin) = content(library, folder, patch)?;
    if content.starts_with('[') || parsed.documents.first().is_some_and(|doc| !is_object(doc)) {
        return json::read(&content, &parsed, origin).map(Loaded::Json);
    }
    let mut patches = objects(&parsed).map_err(|problem| problem.help("a patch names its object with `kind` and `metadata.name`, or is a list of JSON patch operations"))?;
    if let Some(target) = patch.target.as_ref().filter(|_| patches.len() > 1) {
        return Err(fail(PATCH, "a patch with a target holds several objects")
            .at(target.origin, "the target")
            .help("write an entry of `patches` for each, or remove the target"));
    }
    for object in &mut patches {
        if patch.allow_name_change {
            object.allow_name_change();
        }
        if patch.allow_kind_change {
            object.allow_kind_change();
        }
    }
    Ok(Loaded::Strategic(patches, parsed.schema_comment))
}

fn is_object(document: &super::node::Node) -> bool {
    !document.entries().is_empty()
}

/// The text of a patch, from its file or from where it is written.
fn content(
    library: &Library<'_>,
    folder: &str,
    patch: &Patch,
) -> Outcome<(String, Arc<Parsed>, Origin)> {
    match (&patch.path, &patch.patch) {
        (Some(path), None) => {
            let (real, read) = library.load(folder, &path.text, path.origin)?;
            let parsed = library.parse(&real, &read)?;
            Ok((text(&read)?.to_owned(), parsed, path.origin))
        }
        (None, Some(text)) if !text.text.trim().is_empty() => {
            let parsed = inline(library, text)?;
            Ok((text.text.trim().to_owned(), Arc::new(parsed), text.origin))
        }
        (Some(_), Some(_)) => Err(fail(PATCH, "a patch has a path and is written inline too")
            .at(patch.origin, "here")
            .help("keep one of them")),
        _ => Err(fail(PATCH, "a patch has neither a path nor a text").at(patch.origin, "here")),
    }
}

/// Applies one entry of `patches`.
pub(super) fn apply(
    resources: &mut Resources,
    patch: &Patch,
    loaded: &Loaded,
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    match loaded {
        Loaded::Json(operations) => {
            let Some(target) = &patch.target else {
                return Err(fail(PATCH, "a JSON patch has no target")
                    .at(patch.origin, "here")
                    .help("add `target` with the kind and name of the object"));
            };
            let picker = Picker::new(target)?;
            let mut found = false;
            for resource in resources.list_mut() {
                if !resource.is_gone() && picker.picks(resource) {
                    found = true;
                    resource.store_previous_id();
                    json::apply(resource, operations)?;
                }
            }
            note_missing(found, target.origin, warnings);
            Ok(())
        }
        Loaded::Strategic(patches, comment) => match &patch.target {
            Some(target) => {
                let picker = Picker::new(target)?;
                let picked: Vec<_> = resources
                    .list()
                    .iter()
                    .filter(|resource| !resource.is_gone() && picker.picks(resource))
                    .map(|resource| resource.current_id().key())
                    .collect();
                note_missing(!picked.is_empty(), target.origin, warnings);
                for patch in patches {
                    refuse_comment(*comment)?;
                    merge_into(resources, |id| picked.contains(id), patch)?;
                }
                Ok(())
            }
            None => patches.iter().try_for_each(|patch| {
                refuse_comment(*comment)?;
                let at = only_target(resources, patch)?;
                let target = &mut resources.list_mut()[at];
                strategic::apply(target, patch.clone())
            }),
        },
    }
}

/// A target that matches nothing is passed over in silence by kustomize.
fn note_missing(found: bool, origin: Origin, warnings: &mut Vec<Fail>) {
    if !found {
        warnings.push(
            warning("kustomize-no-match", "the target of this patch matches no object")
                .at(origin, "nothing is patched")
                .help("compare kind, name and namespace with the object as it is below this kustomization"),
        );
    }
}

fn refuse_comment(comment: Option<Origin>) -> Outcome<()> {
    match comment {
        None => Ok(()),
        Some(origin) => Err(fail(
            UNSUPPORTED,
            "kustomize takes this comment for a schema when it merges",
        )
        .at(origin, "this comment")
        .help("begin the comment with a word")),
    }
}

/// Merges a patch into every object that is picked, and looks for names that became the same.
fn merge_into(
    resources: &mut Resources,
    picked: impl Fn(&super::id::IdKey) -> bool,
    patch: &Resource,
) -> Outcome<()> {
    for resource in resources.list_mut() {
        if resource.is_gone() || !picked(&resource.current_id().key()) {
            continue;
        }
        let mut copy = patch.clone();
        copy.inherit_metadata(patch);
        let gvk = resource.gvk();
        let from = copy.origin();
        let kind = patch.kind().to_owned();
        copy.set_field("kind", &kind, from);
        copy.set_field("apiVersion", &gvk.api_version(), from);
        strategic::apply(resource, copy)?;
    }
    resources.drop_gone();
    resources.check_names()
}

/// The one object that has or had the patch's name.
fn only_target(resources: &Resources, patch: &Resource) -> Outcome<usize> {
    let id = patch.original_id();
    match resources.with_any_id(&id).as_slice() {
        [at] => Ok(*at),
        [] => Err(fail(PATCH, format!("no object is {id}, which this patch is for"))
            .at(patch.origin(), "this patch")
            .help("compare apiVersion, kind, name and namespace, or name the objects with `target`")),
        _ => Err(fail(PATCH, format!("several objects are or were {id}, which this patch is for"))
            .at(patch.origin(), "this patch")
            .help("name the object with `target`")),
    }
}

/// Applies the entries of `patchesStrategicMerge`: paths, or texts written inline.
pub(super) fn apply_strategic(
    library: &Library<'_>,
    folder: &str,
    texts: &[Text],
    resources: &mut Resources,
) -> Outcome<()> {
    let mut patches = Vec::new();
    for text in texts {
        let inline_objects = inline(library, text).and_then(|parsed| {
            let found = objects(&parsed)?;
            Ok((found, parsed.schema_comment))
        });
        let (found, comment) = match inline_objects {
            Ok(found) => found,
            Err(_) if !text.text.contains('\n') => {
                let (real, read) = library.load(folder, &text.text, text.origin)?;
                let parsed = library.parse(&real, &read)?;
                (objects(&parsed)?, parsed.schema_comment)
            }
            Err(problem) => return Err(problem),
        };
        refuse_comment(comment)?;
        patches.extend(found);
    }
    if patches.is_empty() {
        let origin = texts.first().map_or(Origin::default(), |text| text.origin);
        return Err(fail(INVALID, "the patches are empty").at(origin, "here"));
    }
    for patch in &patches {
        let at = only_target(resources, patch)?;
        let key = resources.list()[at].current_id().key();
        merge_into(resources, |id| *id == key, patch)?;
    }
    Ok(())
}

/// Applies one entry of `patchesJson6902`.
pub(super) fn apply_json6902(
    library: &Library<'_>,
    folder: &str,
    patch: &Patch,
    resources: &mut Resources,
    warnings: &mut Vec<Fail>,
) -> Outcome<()> {
    let Some(target) = patch
        .target
        .as_ref()
        .filter(|target| !target.name.is_empty())
    else {
        return Err(fail(PATCH, "a JSON patch names no target").at(patch.origin, "here"));
    };
    let (content, parsed, origin) = content(library, folder, patch)?;
    let operations = json::read(&content, &parsed, origin)?;
    if operations.is_empty() {
        return Err(fail(PATCH, "the patch is empty").at(origin, "here"));
    }
    let picker = Picker::new(target)?;
    let mut found = false;
    for resource in resources.list_mut() {
        if !resource.is_gone() && picker.picks(resource) {
            found = true;
            json::apply(resource, &operations)?;
        }
    }
    note_missing(found, target.origin, warnings);
    Ok(())
}
