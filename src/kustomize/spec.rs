//! A kustomization file as it is written: every field that is supported, typed and with its place.
//!
//! In: the tree of the file. Out: a [`Kustomization`], or a refusal that names the field, why, and what to do instead.

mod fields;
mod read;
mod values;

pub(super) use read::{read, read_field_spec, read_replacements};
pub(super) use values::{Text, typed};

use super::config::FieldSpec;
use super::fail::Fail;
use super::node::Origin;
use std::sync::Arc;

/// A kustomization file.
#[derive(Debug, Clone, Default)]
pub(super) struct Kustomization {
    /// The file.
    pub(super) origin: Origin,
    /// Whether it is a component.
    pub(super) is_component: bool,
    pub(super) resources: Vec<Text>,
    pub(super) components: Vec<Text>,
    pub(super) namespace: Option<Text>,
    pub(super) name_prefix: Option<Text>,
    pub(super) name_suffix: Option<Text>,
    pub(super) labels: Vec<Labels>,
    pub(super) common_labels: Pairs,
    pub(super) common_annotations: Pairs,
    pub(super) patches: Vec<Patch>,
    /// `patchesStrategicMerge`: paths or inline texts.
    pub(super) strategic_patches: Vec<Text>,
    /// `patchesJson6902`.
    pub(super) json_patches: Vec<Patch>,
    pub(super) images: Vec<Image>,
    pub(super) replicas: Vec<Replica>,
    pub(super) replacements: Vec<ReplacementField>,
    pub(super) generators: Vec<Generator>,
    pub(super) generator_options: Option<GeneratorOptions>,
    pub(super) sort: Option<Sort>,
    pub(super) configurations: Vec<Text>,
    /// What the reader of the file should know.
    pub(super) warnings: Vec<Fail>,
}

/// Keys with texts, sorted by key.
pub(super) type Pairs = Vec<(Arc<str>, Text)>;

/// One entry of `labels`.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    pub(super) pairs: Pairs,
    pub(super) include_selectors: bool,
    pub(super) include_templates: bool,
    pub(super) fields: Vec<FieldSpec>,
}

/// One entry of `patches` or `patchesJson6902`.
#[derive(Debug, Clone)]
pub(super) struct Patch {
    pub(super) origin: Origin,
    pub(super) path: Option<Text>,
    pub(super) patch: Option<Text>,
    pub(super) target: Option<Selector>,
    pub(super) allow_name_change: bool,
    pub(super) allow_kind_change: bool,
}

/// Which objects something is for; empty fields match everything.
#[derive(Debug, Clone, Default)]
pub(super) struct Selector {
    pub(super) origin: Origin,
    pub(super) group: Arc<str>,
    pub(super) version: Arc<str>,
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) namespace: Arc<str>,
    pub(super) labels: Arc<str>,
    pub(super) annotations: Arc<str>,
}

/// One entry of `images`.
#[derive(Debug, Clone)]
pub(super) struct Image {
    pub(super) name: Text,
    pub(super) new_name: Option<Text>,
    pub(super) new_tag: Option<Text>,
    pub(super) digest: Option<Text>,
    pub(super) tag_suffix: Option<Text>,
}

/// One entry of `replicas`.
#[derive(Debug, Clone)]
pub(super) struct Replica {
    pub(super) name: Text,
    pub(super) count: i64,
    pub(super) origin: Origin,
}

/// One entry of `replacements`.
#[derive(Debug, Clone)]
pub(super) enum ReplacementField {
    Inline(Box<Replacement>),
    Path(Text),
}

/// A value that is copied from one place to others.
#[derive(Debug, Clone)]
pub(super) struct Replacement {
    pub(super) origin: Origin,
    pub(super) source: Option<Source>,
    pub(super) source_value: Option<Text>,
    pub(super) targets: Option<Vec<Target>>,
}

/// Where a replacement takes its value.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) selector: Selector,
    pub(super) field_path: Option<Text>,
    pub(super) options: Option<FieldOptions>,
}

/// Where a replacement puts its value.
#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) origin: Origin,
    pub(super) select: Option<Selector>,
    pub(super) reject: Vec<Selector>,
    pub(super) field_paths: Vec<Text>,
    pub(super) options: Option<FieldOptions>,
}

/// How a replacement treats a field.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldOptions {
    pub(super) delimiter: Arc<str>,
    pub(super) index: i64,
    pub(super) create: bool,
}

/// One entry of `configMapGenerator` or `secretGenerator`.
#[derive(Debug, Clone)]
pub(super) struct Generator {
    pub(super) origin: Origin,
    pub(super) is_secret: bool,
    pub(super) name: Option<Text>,
    pub(super) namespace: Option<Text>,
    pub(super) behavior: Option<Text>,
    pub(super) literals: Vec<Text>,
    pub(super) files: Vec<Text>,
    pub(super) envs: Vec<Text>,
    pub(super) secret_type: Option<Text>,
    pub(super) options: Option<GeneratorOptions>,
}

/// `generatorOptions`, or the `options` of one generator.
#[derive(Debug, Clone, Default)]
pub(super) struct GeneratorOptions {
    pub(super) labels: Pairs,
    pub(super) annotations: Pairs,
    pub(super) disable_hash: bool,
    pub(super) immutable: Option<Origin>,
}

/// Kinds that come first, and kinds that come last.
pub(super) type Lists = (Vec<Arc<str>>, Vec<Arc<str>>);

/// `sortOptions`.
#[derive(Debug, Clone)]
pub(super) struct Sort {
    pub(super) origin: Origin,
    pub(super) order: Arc<str>,
    pub(super) legacy: Option<Lists>,
}

impl Sort {
    /// The order of the input.
    pub(super) fn input() -> Self {
        Self {
            origin: Origin::default(),
            order: "fifo".into(),
            legacy: None,
        }
    }
}
