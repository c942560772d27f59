"""From a repository to its built manifests: finds overlays, builds them with the real kustomize, reads YAML strictly."""

import concurrent.futures
import dataclasses
import pathlib
import subprocess

import yaml

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# Configuration of tools in the shape of Kubernetes objects, which no API server ever gets.
TOOL_GROUPS = ("kustomize.config.k8s.io", "k3d.io")


@dataclasses.dataclass
class Manifest:
    """What one overlay builds to, or what one plain file holds."""

    label: str
    # `production/tr`, or None for a plain file.
    cell: str | None = None
    # Path of the overlay below its cell; empty for the root of the cell.
    unit: str = ""
    objects: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as the API machinery reads it: duplicate keys are errors, timestamps stay strings."""


def _mapping(loader, node):
    seen = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen and key_node.tag != "tag:yaml.org,2002:merge":
            raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key!r}", key_node.start_mark)
        seen.add(key)
    loader.flatten_mapping(node)
    return yaml.SafeLoader.construct_mapping(loader, node, deep=True)


Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
Loader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def title(obj):
    """How findings name an object."""
    metadata = obj.get("metadata") if isinstance(obj.get("metadata"), dict) else {}
    return f"{obj.get('kind')}/{metadata.get('name', '?')}"


def read_documents(text):
    """Every document of a YAML text; raises `yaml.YAMLError`."""
    documents = []
    for document in yaml.load_all(text, Loader=Loader):
        if isinstance(document, dict) and str(document.get("kind", "")).endswith("List") and "items" in document:
            documents += document["items"]
        elif document is not None:
            documents.append(document)
    return documents


def _is_object(document):
    return isinstance(document, dict) and isinstance(document.get("apiVersion"), str) and isinstance(document.get("kind"), str)


def _is_for_tools(document):
    return document["apiVersion"].split("/")[0] in TOOL_GROUPS


def _kustomizations(folder):
    """Folders below `folder` that can be built: those with a kustomization that is no Component."""
    for name in KUSTOMIZATIONS:
        for path in folder.rglob(name):
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
            if not (isinstance(document, dict) and document.get("kind") == "Component"):
                yield path.parent


def _build(folder):
    run = subprocess.run(["kustomize", "build", str(folder)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return run.stdout, (run.stderr.strip() or "kustomize failed") if run.returncode else None, run.stderr.strip()


def _overlay(root, folder):
    parts = folder.relative_to(root / "cluster" / "overlays").parts
    manifest = Manifest(label=str(folder.relative_to(root)), cell="/".join(parts[:2]), unit="/".join(parts[2:]))
    if len(parts) < 2:
        manifest.problems.append("an overlay must be in cluster/overlays/<environment>/<region>")
    text, failure, said = _build(folder)
    if failure:
        manifest.problems.append(f"kustomize: {failure[:1500]}")
        return manifest
    if said:
        manifest.problems.append(f"kustomize warns: {said[:500]}")
    for document in read_documents(text):
        if _is_object(document):
            manifest.objects.append(document)
        else:
            manifest.problems.append("kustomize built a document without apiVersion and kind")
    return manifest


def _plain_file(root, path, judged):
    """A file as it stands: duplicate keys and syntax always, its objects when `judged`."""
    manifest = Manifest(label=str(path.relative_to(root)))
    try:
        documents = read_documents(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        manifest.problems.append(f"yaml: {error}")
        return manifest
    if judged:
        manifest.objects = [d for d in documents if _is_object(d) and not _is_for_tools(d)]
    return manifest


def collect(root: pathlib.Path):
    """Every overlay of the repository, built, and every YAML file under cluster/ and bootstrap/ as it stands."""
    overlays = sorted(set(_kustomizations(root / "cluster" / "overlays")))
    with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
        manifests = list(pool.map(lambda folder: _overlay(root, folder), overlays))
    for top in ("cluster", "bootstrap"):
        files = sorted(p for p in (root / top).rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
        manifests += [_plain_file(root, path, judged=top == "bootstrap") for path in files]
    return manifests
