//! From the tree of a kustomization file to its typed form.

use super::fields;
use super::values::Table;
use super::{
    FieldOptions, Generator, GeneratorOptions, Image, Kustomization, Labels, Patch, Replacement,
    ReplacementField, Replica, Selector, Sort, Source, Target,
};
use crate::kustomize::config::FieldSpec;
use crate::kustomize::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail, warning};
use crate::kustomize::node::{Node, Origin, Value};

const KUSTOMIZATION: (&str, &str) = ("Kustomization", "kustomize.config.k8s.io/v1beta1");
const COMPONENT: (&str, &str) = ("Component", "kustomize.config.k8s.io/v1alpha1");

/// Reads the tree of a kustomization file.
pub(in crate::kustomize) fn read(root: &Node) -> Outcome<Kustomization> {
    refuse_unsupported(root)?;
    let table = Table::new(root, "a kustomization", fields::SUPPORTED)?;
    let mut read = Kustomization {
        origin: table.origin(),
        is_component: read_kind(&table)?,
        resources: table.texts("resources")?,
        components: table.texts("components")?,
        namespace: table.filled("namespace")?,
        name_prefix: table.filled("namePrefix")?,
        name_suffix: table.filled("nameSuffix")?,
        labels: each(&table, "labels", read_labels)?,
        common_labels: table.pairs("commonLabels")?,
        common_annotations: table.pairs("commonAnnotations")?,
        patches: each(&table, "patches", read_patch)?,
        strategic_patches: table.texts("patchesStrategicMerge")?,
        json_patches: each(&table, "patchesJson6902", read_patch)?,
        images: each(&table, "images", read_image)?,
        replicas: each(&table, "replicas", read_replica)?,
        replacements: each(&table, "replacements", read_replacement_field)?,
        generators: each(&table, "configMapGenerator", |node| {
            read_generator(node, false)
        })?,
        generator_options: table
            .get("generatorOptions")
            .map(read_generator_options)
            .transpose()?,
        sort: table.get("sortOptions").map(read_sort).transpose()?,
        configurations: table.texts("configurations")?,
        warnings: Vec::new(),
    };
    read.generators
        .extend(each(&table, "secretGenerator", |node| {
            read_generator(node, true)
        })?);
    read.resources.extend(table.texts("bases")?);
    read.images.extend(each(&table, "imageTags", read_image)?);
    for (old, new) in fields::DEPRECATED {
        if let Some(node) = table.get(old) {
            read.warnings.push(
                warning("kustomize-deprecated", format!("`{old}` is deprecated"))
                    .at(node.origin, "here")
                    .help(format!("use `{new}`")),
            );
        }
    }
    refuse_empty(root)?;
    Ok(read)
}

/// Reads a file of replacements: one, or a list.
pub(in crate::kustomize) fn read_replacements(root: &Node) -> Outcome<Vec<Replacement>> {
    match &root.value {
        Value::List(items) => items.iter().map(read_replacement).collect(),
        _ => Ok(vec![read_replacement(root)?]),
    }
}

fn refuse_unsupported(root: &Node) -> Outcome<()> {
    for entry in root.entries() {
        let refused = fields::REFUSED
            .iter()
            .find(|(field, _)| field.eq_ignore_ascii_case(&entry.key));
        if let Some((field, remedy)) = refused
            && !entry.value.is_null()
        {
            return Err(fail(UNSUPPORTED, format!("`{field}` is not supported"))
                .at(entry.value.origin, "here")
                .help(remedy));
        }
    }
    Ok(())
}

/// A file that says nothing but what kind it is.
fn refuse_empty(root: &Node) -> Outcome<()> {
    let says = |entry: &crate::kustomize::node::Entry| {
        !entry.key.eq_ignore_ascii_case("kind")
            && !entry.key.eq_ignore_ascii_case("apiVersion")
            && match &entry.value.value {
                Value::Scalar(scalar) => !entry.value.is_null() && !scalar.text.is_empty(),
                _ => true,
            }
    };
    if root.entries().iter().any(says) {
        return Ok(());
    }
    Err(fail(INVALID, "the kustomization is empty")
        .at(root.origin, "nothing but its kind")
        .help("write `resources: []` if it is meant to hold nothing"))
}

fn read_kind(table: &Table<'_>) -> Outcome<bool> {
    let kind = table.word("kind")?;
    let (kind, api_version) = match &*kind {
        "" | "Kustomization" => KUSTOMIZATION,
        "Component" => COMPONENT,
        other => {
            return Err(
                fail(INVALID, format!("the kind `{other}` is no kustomization"))
                    .at(table.origin(), "this file")
                    .help("`kind` is `Kustomization` or `Component`"),
            );
        }
    };
    let written = table.word("apiVersion")?;
    if !written.is_empty() && *written != *api_version {
        return Err(fail(
            INVALID,
            format!("the apiVersion of a {kind} is not `{written}`"),
        )
        .at(
            table.get("apiVersion").map_or(table.origin(), |n| n.origin),
            "here",
        )
        .help(format!("write `{api_version}`")));
    }
    Ok(kind == COMPONENT.0)
}

fn each<T>(table: &Table<'_>, key: &str, read: impl Fn(&Node) -> Outcome<T>) -> Outcome<Vec<T>> {
    table.list(key)?.iter().map(read).collect()
}

fn read_labels(node: &Node) -> Outcome<Labels> {
    let table = Table::new(node, "an entry of `labels`", fields::LABEL)?;
    Ok(Labels {
        pairs: table.pairs("pairs")?,
        include_selectors: table.flag("includeSelectors")?,
        include_templates: table.flag("includeTemplates")?,
        fields: each(&table, "fields", read_field_spec)?,
    })
}

/// A place in objects of some kind.
pub(in crate::kustomize) fn read_field_spec(node: &Node) -> Outcome<FieldSpec> {
    let table = Table::new(node, "a field", fields::FIELD_SPEC)?;
    Ok(FieldSpec::new(
        &table.word("group")?,
        &table.word("version")?,
        &table.word("kind")?,
        &table.word("path")?,
        table.flag("create")?,
    ))
}

fn read_patch(node: &Node) -> Outcome<Patch> {
    let table = Table::new(node, "a patch", fields::PATCH)?;
    let options = match table.get("options") {
        Some(options) => Some(Table::new(options, "`options`", fields::PATCH_OPTIONS)?),
        None => None,
    };
    let flag = |key: &str| options.as_ref().map_or(Ok(false), |table| table.flag(key));
    Ok(Patch {
        origin: table.origin(),
        path: table.filled("path")?,
        patch: table.filled("patch")?,
        target: table.get("target").map(read_selector).transpose()?,
        allow_name_change: flag("allowNameChange")?,
        allow_kind_change: flag("allowKindChange")?,
    })
}

fn read_selector(node: &Node) -> Outcome<Selector> {
    let table = Table::new(node, "a selector", fields::SELECTOR)?;
    selector(&table)
}

fn selector(table: &Table<'_>) -> Outcome<Selector> {
    Ok(Selector {
        origin: table.origin(),
        group: table.word("group")?,
        version: table.word("version")?,
        kind: table.word("kind")?,
        name: table.word("name")?,
        namespace: table.word("namespace")?,
        labels: table.word("labelSelector")?,
        annotations: table.word("annotationSelector")?,
    })
}

fn read_image(node: &Node) -> Outcome<Image> {
    let table = Table::new(node, "an entry of `images`", fields::IMAGE)?;
    let Some(name) = table.text("name")? else {
        return Err(fail(UNSUPPORTED, "an image has no name").at(table.origin(), "here"));
    };
    Ok(Image {
        name,
        new_name: table.filled("newName")?,
        new_tag: table.filled("newTag")?,
        digest: table.filled("digest")?,
        tag_suffix: table.filled("tagSuffix")?,
    })
}

fn read_replica(node: &Node) -> Outcome<Replica> {
    let table = Table::new(node, "an entry of `replicas`", fields::REPLICA)?;
    let Some(name) = table.text("name")? else {
        return Err(
            fail(UNSUPPORTED, "an entry of `replicas` has no name").at(table.origin(), "here")
        );
    };
    Ok(Replica {
        name,
        count: table.number("count")?.unwrap_or(0),
        origin: table.get("count").map_or(table.origin(), |n| n.origin),
    })
}

fn read_replacement_field(node: &Node) -> Outcome<ReplacementField> {
    let table = Table::new(node, "a replacement", fields::REPLACEMENT)?;
    let Some(path) = table.filled("path")? else {
        return Ok(ReplacementField::Inline(Box::new(replacement(&table)?)));
    };
    if table.get("source").is_some() || !table.list("targets")?.is_empty() {
        return Err(fail(
            INVALID,
            "a replacement has a path and is written inline too",
        )
        .at(path.origin, "the path")
        .help("keep one of them"));
    }
    Ok(ReplacementField::Path(path))
}

fn read_replacement(node: &Node) -> Outcome<Replacement> {
    let table = Table::new(node, "a replacement", &fields::REPLACEMENT[..3])?;
    replacement(&table)
}

fn replacement(table: &Table<'_>) -> Outcome<Replacement> {
    let targets = match table.get("targets") {
        Some(_) => Some(each(table, "targets", read_target)?),
        None => None,
    };
    Ok(Replacement {
        origin: table.origin(),
        source: table.get("source").map(read_source).transpose()?,
        source_value: table.text("sourceValue")?,
        targets,
    })
}

fn read_source(node: &Node) -> Outcome<Source> {
    let table = Table::new(node, "a source", fields::SOURCE)?;
    Ok(Source {
        selector: selector(&table)?,
        field_path: table.filled("fieldPath")?,
        options: table.get("options").map(read_field_options).transpose()?,
    })
}

fn read_target(node: &Node) -> Outcome<Target> {
    let table = Table::new(node, "a target", fields::TARGET)?;
    Ok(Target {
        origin: table.origin(),
        select: table.get("select").map(read_selector).transpose()?,
        reject: each(&table, "reject", read_selector)?,
        field_paths: table.texts("fieldPaths")?,
        options: table.get("options").map(read_field_options).transpose()?,
    })
}

fn read_field_options(node: &Node) -> Outcome<FieldOptions> {
    let table = Table::new(node, "`options`", fields::FIELD_OPTIONS)?;
    Ok(FieldOptions {
        delimiter: table.word("delimiter")?,
        index: table.number("index")?.unwrap_or(0),
        create: table.flag("create")?,
    })
}

fn read_generator(node: &Node, is_secret: bool) -> Outcome<Generator> {
    let (what, known) = if is_secret {
        ("an entry of `secretGenerator`", fields::SECRET)
    } else {
        ("an entry of `configMapGenerator`", fields::GENERATOR)
    };
    let table = Table::new(node, what, known)?;
    let mut envs = table.texts("envs")?;
    envs.extend(table.filled("env")?);
    Ok(Generator {
        origin: table.origin(),
        is_secret,
        name: table.filled("name")?,
        namespace: table.filled("namespace")?,
        behavior: table.filled("behavior")?,
        literals: table.texts("literals")?,
        files: table.texts("files")?,
        envs,
        secret_type: if is_secret {
            table.filled("type")?
        } else {
            None
        },
        options: table
            .get("options")
            .map(read_generator_options)
            .transpose()?,
    })
}

fn read_generator_options(node: &Node) -> Outcome<GeneratorOptions> {
    let table = Table::new(node, "generator options", fields::GENERATOR_OPTIONS)?;
    let immutable = table.flag("immutable")?;
    Ok(GeneratorOptions {
        labels: table.pairs("labels")?,
        annotations: table.pairs("annotations")?,
        disable_hash: table.flag("disableNameSuffixHash")?,
        immutable: immutable.then(|| {
            table
                .get("immutable")
                .map_or(Origin::default(), |n| n.origin)
        }),
    })
}

fn read_sort(node: &Node) -> Outcome<Sort> {
    let table = Table::new(node, "`sortOptions`", fields::SORT)?;
    let legacy = match table.get("legacySortOptions") {
        Some(options) => {
            let table = Table::new(options, "`legacySortOptions`", fields::LEGACY_SORT)?;
            Some((table.words("orderFirst")?, table.words("orderLast")?))
        }
        None => None,
    };
    Ok(Sort {
        origin: table.origin(),
        order: table.word("order")?,
        legacy,
    })
}
