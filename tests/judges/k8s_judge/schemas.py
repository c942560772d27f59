"""Objects against schemas: Kubernetes' own (as kubernetes-validate ships them) and those of CRDs, both strictly."""

import functools
import pathlib
import re

import jsonschema
import kubernetes_validate.utils as published
import referencing
import yaml

from .overlays import Loader

LABEL_NAME = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
LABEL_VALUE = re.compile(r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$")
DNS_LABEL = re.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
DNS_NAME = re.compile(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$")
# Kinds whose names become host names or label values, and so may not hold dots.
LABEL_NAMED = {"Namespace", "Service"}
# RBAC names may hold any path segment.
FREE_NAMED = {"Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"}
CLUSTER_SCOPED = {
    "APIService", "ClusterRole", "ClusterRoleBinding", "CSIDriver", "CSINode", "CertificateSigningRequest",
    "CustomResourceDefinition", "DeviceClass", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace",
    "Node", "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass",
    "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
}

# The custom kinds in use that are in no namespace either.
CLUSTER_SCOPED_CUSTOM = {"ClusterExternalSecret", "ClusterIssuer", "ClusterSecretStore", "GatewayClass", "VolumeSnapshotClass"}
# Groups that sound like Kubernetes' own, and come with CRDs.
CUSTOM_GROUPS = {"gateway.networking.k8s.io", "snapshot.storage.k8s.io"}


def is_cluster_scoped(obj):
    """Whether objects of this kind are in no namespace."""
    return obj["kind"] in CLUSTER_SCOPED or obj["kind"] in CLUSTER_SCOPED_CUSTOM


def is_core(obj):
    """Whether the API group is one of Kubernetes' own."""
    group = obj["apiVersion"].rpartition("/")[0]
    return "." not in group or (group.endswith(".k8s.io") and group not in CUSTOM_GROUPS)


def _strict(schema):
    """A CRD's structural schema as JSON schema in which a field that the server would prune is an error."""
    if not isinstance(schema, dict):
        return schema
    out = dict(schema)
    for key in ("properties", "patternProperties"):
        if isinstance(schema.get(key), dict):
            out[key] = {name: _strict(sub) for name, sub in schema[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            out[key] = _strict(schema[key])
    if schema.get("x-kubernetes-embedded-resource"):
        out["properties"] = {**out.get("properties", {}), "apiVersion": {}, "kind": {}, "metadata": {}}
    closed = schema.get("type") == "object" and "properties" in schema and "additionalProperties" not in schema
    if closed and not schema.get("x-kubernetes-preserve-unknown-fields"):
        out["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        out.pop("type", None)
        out["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    if schema.get("nullable") and "type" in out:
        out["type"] = [out["type"], "null"]
        if "enum" in out:
            out["enum"] = [*out["enum"], None]
    return out


def _read_crds(folder):
    """(apiVersion, kind) -> (scope, deprecated, schema) of every CRD below the folder."""
    for path in sorted(pathlib.Path(folder).rglob("*.y*ml")):
        for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=Loader):
            if not isinstance(document, dict) or document.get("kind") != "CustomResourceDefinition":
                continue
            spec = document["spec"]
            for version in spec["versions"]:
                schema = _strict(version.get("schema", {}).get("openAPIV3Schema", {}))
                schema["properties"] = {**schema.get("properties", {}), "apiVersion": {"type": "string"},
                                        "kind": {"type": "string"}, "metadata": {"type": "object"}}
                key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                yield key, (spec["scope"], bool(version.get("deprecated")), schema)


def _messages(validator, obj):
    for error in sorted(validator.iter_errors(obj), key=lambda e: [str(p) for p in e.absolute_path]):
        where = ".".join(str(p) for p in error.absolute_path) or "(root)"
        yield f"{where}: {error.message[:300]}"


class Judge:
    """Judges one object at a time."""

    def __init__(self, version, crd_folders):
        fitting = [v for v in published.all_versions() if published.major_minor(v) == version]
        if not fitting:
            raise ValueError(f"no schemas of Kubernetes {version}")
        self.version = version
        self.folder = f"kubernetes-json-schema/v{fitting[-1]}-local-strict"
        definitions = published.schema_contents(f"{self.folder}/_definitions.json", version)
        self.registry = referencing.Resource.from_contents(definitions) @ referencing.Registry()
        self.crds = {key: value for folder in crd_folders for key, value in _read_crds(folder)}
        if crd_folders and not self.crds:
            raise ValueError(f"no CRD below {', '.join(crd_folders)}")

    @functools.lru_cache(maxsize=None)
    def _core(self, api_version, kind):
        name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
        try:
            schema = published.schema_contents(f"{self.folder}/{kind.lower()}-{name}.json", self.version)
        except FileNotFoundError:
            return None
        registry = referencing.Resource.from_contents(schema) @ self.registry
        return jsonschema.Draft202012Validator(schema, registry=registry)

    @functools.lru_cache(maxsize=None)
    def _crd(self, key):
        return jsonschema.Draft202012Validator(self.crds[key][2])

    def has_crd(self, obj):
        """Whether a CRD of --crds describes it."""
        return (obj["apiVersion"], obj["kind"]) in self.crds

    def is_custom(self, obj):
        """Whether it is for a CRD: either it says so, or Kubernetes itself does not know it."""
        return self.has_crd(obj) or not is_core(obj)

    def judge(self, obj):
        """Every problem of the object on its own; kinds that nothing describes are `custom_types`' to report."""
        yield from metadata_problems(obj)
        if self.has_crd(obj):
            yield from self._judge_custom(obj)
        elif is_core(obj):
            validator = self._core(obj["apiVersion"], obj["kind"])
            if validator is None:
                yield f"Kubernetes {self.version} has no {obj['apiVersion']} {obj['kind']}: unknown or removed"
            else:
                yield from _messages(validator, obj)
            if obj["kind"] in CLUSTER_SCOPED and obj.get("metadata", {}).get("namespace"):
                yield f"metadata.namespace: {obj['kind']} is not in any namespace"
        if not is_core(obj):
            # Its metadata are Kubernetes' own all the same: judged inside a kind that is little else.
            carrier = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": obj.get("metadata")}
            yield from _messages(self._core("v1", "ConfigMap"), carrier)

    def _judge_custom(self, obj):
        key = (obj["apiVersion"], obj["kind"])
        scope, deprecated, _ = self.crds[key]
        yield from _messages(self._crd(key), obj)
        if scope == "Cluster" and obj.get("metadata", {}).get("namespace"):
            yield f"metadata.namespace: {obj['kind']} is not in any namespace"
        if deprecated:
            yield f"apiVersion: {obj['apiVersion']} {obj['kind']} is deprecated"


def metadata_problems(obj):
    """Names and labels by the API server's own rules, which the schemas leave out."""
    metadata = obj.get("metadata")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("name"), str):
        yield "metadata.name: missing or not a string"
        return
    name = metadata["name"]
    if obj["kind"] in LABEL_NAMED and not DNS_LABEL.match(name):
        yield f"metadata.name: {name!r} is not a DNS label"
    elif obj["kind"] not in FREE_NAMED and (len(name) > 253 or not DNS_NAME.match(name)):
        yield f"metadata.name: {name!r} is not a DNS name"
    namespace = metadata.get("namespace")
    if namespace is not None and not (isinstance(namespace, str) and DNS_LABEL.match(namespace)):
        yield f"metadata.namespace: {namespace!r} is not a DNS label"
    yield from _label_problems("metadata.labels", metadata.get("labels"), values=True)
    yield from _label_problems("metadata.annotations", metadata.get("annotations"), values=False)
    template = (obj.get("spec") or {}).get("template") if isinstance(obj.get("spec"), dict) else None
    if isinstance(template, dict) and isinstance(template.get("metadata"), dict):
        yield from _label_problems("spec.template.metadata.labels", template["metadata"].get("labels"), values=True)


def _label_problems(where, labels, values):
    if labels is None:
        return
    if not isinstance(labels, dict):
        yield f"{where}: not a mapping"
        return
    for key, value in labels.items():
        prefix, slash, name = str(key).rpartition("/")
        if not LABEL_NAME.match(name) or (slash and (len(prefix) > 253 or not DNS_NAME.match(prefix))):
            yield f"{where}: {key!r} is not a label name"
        if not isinstance(value, str):
            yield f"{where}: {key!r} is {value!r}, not a string"
        elif values and not LABEL_VALUE.match(value):
            yield f"{where}: {key!r} has the value {value!r}, which no label may have"
