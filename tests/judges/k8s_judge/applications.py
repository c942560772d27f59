"""Argo CD's objects of a cell: every unit deployed once, from a path that is there, by a project that allows it."""

import collections
import fnmatch

from .overlays import KUSTOMIZATIONS
from .schemas import is_cluster_scoped


def check(cell, root):
    """Every finding on the cell's Applications and AppProjects."""
    projects = {p.name: p for p in cell.of_kind("AppProject")}
    own = _own_repository(cell)
    deployed = set()
    for placed in cell.of_kind("Application"):
        sources = [s for s in [placed.spec.get("source"), *(placed.spec.get("sources") or [])] if s]
        for source in sources:
            path = source.get("path", "").strip("/")
            if source.get("repoURL") != own and not path.startswith("cluster/overlays/"):
                continue
            if path and not any((root / path / name).is_file() for name in KUSTOMIZATIONS):
                yield f"{placed}: path {path} has no kustomization"
            elif path and path in deployed:
                yield f"{placed}: path {path} is deployed by another Application too"
            deployed.add(path)
        project = projects.get(placed.spec.get("project"))
        if project is None:
            if not cell.provided("AppProject", placed.spec.get("project")):
                yield f"{placed}: AppProject {placed.spec.get('project')} is neither built nor provided"
            continue
        yield from _allowed(cell, placed, project.spec, sources)
    for manifest in cell.manifests:
        if manifest.unit and manifest.label not in deployed:
            yield f"{manifest.label}: no Application of this cell deploys it"


def _own_repository(cell):
    """The repository that most Applications come from; others deploy charts and manifests of other people."""
    counted = collections.Counter(
        source.get("repoURL") for placed in cell.of_kind("Application")
        for source in [placed.spec.get("source") or {}, *(placed.spec.get("sources") or [])] if source.get("path"))
    return counted.most_common(1)[0][0] if counted else None


def _any_fits(patterns, value):
    return any(fnmatch.fnmatchcase(value or "", pattern) for pattern in patterns)


def _allowed(cell, placed, project, sources):
    for source in sources:
        if not _any_fits(project.get("sourceRepos") or [], source.get("repoURL")):
            yield f"{placed}: its project does not allow the repository {source.get('repoURL')}"
    destination = placed.spec.get("destination") or {}
    if not any(_destination_fits(allowed, destination) for allowed in project.get("destinations") or []):
        yield f"{placed}: its project does not allow the destination {destination}"
    paths = {source.get("path", "").strip("/") for source in sources}
    for deployed in cell.objects:
        if deployed.label in paths and deployed.kind != "Application":
            yield from _object_allowed(placed, project, destination, deployed)


def _destination_fits(allowed, destination):
    namespace = _any_fits([allowed.get("namespace", "")], destination.get("namespace"))
    server = destination.get("server") and _any_fits([allowed.get("server", "")], destination["server"])
    name = destination.get("name") and _any_fits([allowed.get("name", "")], destination["name"])
    return bool(namespace and (server or name))


def _object_allowed(placed, project, destination, deployed):
    own = deployed.obj["metadata"].get("namespace")
    if own and not any(_destination_fits(allowed, {**destination, "namespace": own})
                       for allowed in project.get("destinations") or []):
        yield f"{placed}: its project does not allow namespace {own} of {deployed.kind}/{deployed.name}"
    group = deployed.obj["apiVersion"].rpartition("/")[0]
    if is_cluster_scoped(deployed.obj):
        if not _kind_listed(project.get("clusterResourceWhitelist") or [], group, deployed.kind):
            yield f"{placed}: its project does not allow the cluster-wide {deployed.kind}/{deployed.name}"
    elif _kind_listed(project.get("namespaceResourceBlacklist") or [], group, deployed.kind) or (
            project.get("namespaceResourceWhitelist") is not None
            and not _kind_listed(project["namespaceResourceWhitelist"], group, deployed.kind)):
        yield f"{placed}: its project does not allow {deployed.kind}/{deployed.name}"


def _kind_listed(entries, group, kind):
    return any(_any_fits([e.get("group", "")], group) and _any_fits([e.get("kind", "")], kind) for e in entries)
