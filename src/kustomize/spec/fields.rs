//! Which fields a kustomization file may have, and which of kustomize's are refused here.

/// The fields that are supported.
pub(super) const SUPPORTED: &[&str] = &[
    "apiVersion",
    "kind",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "sortOptions",
    "resources",
    "components",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "generatorOptions",
    "configurations",
];

/// The fields that kustomize has and a build here refuses, and what to do instead.
pub(super) const REFUSED: &[(&str, &str)] = &[
    (
        "openapi",
        "the merge keys of Kubernetes 1.21 are built in; write patches of other kinds as JSON patches",
    ),
    (
        "crds",
        "name references of custom resources are not rewritten; use `replacements`",
    ),
    ("vars", "use `replacements`, which kustomize recommends too"),
    (
        "helmGlobals",
        "let Argo CD render the chart: an Application with `helm.valuesObject`",
    ),
    (
        "helmCharts",
        "let Argo CD render the chart: an Application with `helm.valuesObject`",
    ),
    (
        "helmChartInflationGenerator",
        "let Argo CD render the chart: an Application with `helm.valuesObject`",
    ),
    (
        "generators",
        "a build starts no other program; put the generated manifests under `resources`",
    ),
    (
        "transformers",
        "a build starts no other program; use `patches`, `labels`, `images` and the other fields",
    ),
    (
        "validators",
        "a build starts no other program; `platformctl validate` judges the result",
    ),
    (
        "buildMetadata",
        "the origin of each field is known without it; leave it out",
    ),
];

/// The old fields that still work, and their successors.
pub(super) const DEPRECATED: &[(&str, &str)] = &[
    ("bases", "resources"),
    ("commonLabels", "labels"),
    ("imageTags", "images"),
    ("patchesJson6902", "patches"),
    ("patchesStrategicMerge", "patches"),
];

pub(super) const PATCH: &[&str] = &["path", "patch", "target", "options"];
pub(super) const PATCH_OPTIONS: &[&str] = &["allowNameChange", "allowKindChange"];
pub(super) const SELECTOR: &[&str] = &[
    "group",
    "version",
    "kind",
    "name",
    "namespace",
    "annotationSelector",
    "labelSelector",
];
pub(super) const IMAGE: &[&str] = &["name", "newName", "newTag", "digest", "tagSuffix"];
pub(super) const REPLICA: &[&str] = &["name", "count"];
pub(super) const LABEL: &[&str] = &["pairs", "includeSelectors", "includeTemplates", "fields"];
pub(super) const FIELD_SPEC: &[&str] = &["group", "version", "kind", "path", "create"];
pub(super) const REPLACEMENT: &[&str] = &["source", "sourceValue", "targets", "path"];
pub(super) const SOURCE: &[&str] = &[
    "group",
    "version",
    "kind",
    "name",
    "namespace",
    "fieldPath",
    "options",
];
pub(super) const TARGET: &[&str] = &["select", "reject", "fieldPaths", "options"];
pub(super) const FIELD_OPTIONS: &[&str] = &["delimiter", "index", "encoding", "create"];
pub(super) const GENERATOR: &[&str] = &[
    "name",
    "namespace",
    "behavior",
    "literals",
    "files",
    "envs",
    "env",
    "options",
];
pub(super) const SECRET: &[&str] = &[
    "name",
    "namespace",
    "behavior",
    "literals",
    "files",
    "envs",
    "env",
    "options",
    "type",
];
pub(super) const GENERATOR_OPTIONS: &[&str] = &[
    "labels",
    "annotations",
    "disableNameSuffixHash",
    "immutable",
];
pub(super) const SORT: &[&str] = &["order", "legacySortOptions"];
pub(super) const LEGACY_SORT: &[&str] = &["orderFirst", "orderLast"];
