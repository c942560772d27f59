"""Whether the objects of one cell fit together: the mistakes that every schema accepts and every cluster trips over."""

import collections
import re

from . import applications, edges, network, pods, secrets
from .cells import Cell
from .schemas import is_cluster_scoped

DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")


def namespaces(cell):
    """Every object in a namespace, and every namespace made by the cell."""
    made = set(cell.namespaces) | {
        p.spec.get("destination", {}).get("namespace") for p in cell.of_kind("Application")
        if "CreateNamespace=true" in ((p.spec.get("syncPolicy") or {}).get("syncOptions") or [])}
    for placed in cell.objects:
        if is_cluster_scoped(placed.obj):
            continue
        if not placed.namespace:
            yield f"{placed}: in no namespace, and no Application says which"
        elif placed.namespace not in made and not cell.provided("Namespace", placed.namespace):
            yield f"{placed}: namespace {placed.namespace} is not created in this cell"


def built_twice(cell):
    """An object that two overlays of one cell build: two Applications would fight over it."""
    seen = collections.defaultdict(list)
    for placed in cell.objects:
        group = placed.obj["apiVersion"].rpartition("/")[0]
        seen[group, placed.kind, placed.namespace, placed.name].append(placed)
    for copies in seen.values():
        for placed in copies[1:]:
            yield f"{placed}: also built by {copies[0].label}"


def digests(cell, tags_suffice):
    """Every image that runs is pinned by digest."""
    if tags_suffice:
        return
    for workload in cell.workloads:
        for container in workload.all_containers:
            if not DIGEST.search(container.get("image", "")) and not workload.runs_nothing:
                yield f"{workload.placed}: image {container.get('image')!r} has no digest, and it is not held at zero"
        for volume in workload.pod_spec.get("volumes") or []:
            image = (volume.get("image") or {}).get("reference")
            if image and not DIGEST.search(image) and not workload.runs_nothing:
                yield f"{workload.placed}: image {image!r} of volume {volume.get('name')} has no digest"


def scaling(cell):
    """Autoscalers and disruption budgets have a target and let it work."""
    for placed in cell.of_kind("HorizontalPodAutoscaler"):
        target = placed.spec.get("scaleTargetRef") or {}
        workload = cell.workload(placed.namespace, target.get("kind"), target.get("name"))
        if workload is None:
            yield f"{placed}: scales {target.get('kind')}/{target.get('name')}, which is not in this cell"
        elif workload.placed.spec.get("replicas"):
            yield f"{placed}: fights the fixed {workload.placed.spec['replicas']} replicas of {workload.placed.name}"
        if placed.spec.get("minReplicas", 1) > placed.spec.get("maxReplicas", 1):
            yield f"{placed}: fewest replicas above the most"
    for placed in cell.of_kind("PodDisruptionBudget"):
        found = cell.selected(placed.namespace, placed.spec.get("selector") or {})
        if not found:
            yield f"{placed}: selects no pod"
        for workload in found:
            if _blocks_drains(cell, placed.spec, workload):
                yield f"{placed}: never lets a pod of {workload.placed.name} go, so that nodes cannot be drained"


def _blocks_drains(cell, budget, workload):
    if workload.runs_nothing:
        return False
    if str(budget.get("maxUnavailable")) in ("0", "0%") or budget.get("minAvailable") == "100%":
        return True
    replicas = workload.placed.spec.get("replicas", 1)
    for scaler in cell.of_kind("HorizontalPodAutoscaler"):
        target = scaler.spec.get("scaleTargetRef") or {}
        if (scaler.namespace, target.get("name")) == (workload.placed.namespace, workload.placed.name):
            replicas = scaler.spec.get("minReplicas", 1)
    least = budget.get("minAvailable")
    return isinstance(least, int) and least >= replicas


def _claims(cell):
    """The volume claims that StatefulSets make."""
    for placed in cell.of_kind("StatefulSet"):
        for template in placed.spec.get("volumeClaimTemplates") or []:
            for ordinal in range(max(placed.spec.get("replicas", 1), 1)):
                yield "PersistentVolumeClaim", placed.namespace, f"{template['metadata']['name']}-{placed.name}-{ordinal}"


def judge(root, manifests, provided, tags_suffice, credentials):
    """Every finding on how the objects of each cell fit together. `credentials`: a list for each cell by its name."""
    by_cell = collections.defaultdict(list)
    for manifest in manifests:
        if manifest.cell:
            by_cell[manifest.cell].append(manifest)
    for name, built in sorted(by_cell.items()):
        cell = Cell(name, built, provided, credentials.get(name, ()))
        cell.names |= set(_claims(cell))
        cell.names |= {("Secret", *place) for place in secrets.makers(cell)}
        yield from namespaces(cell)
        yield from built_twice(cell)
        yield from digests(cell, any(_fits(name, pattern) for pattern in tags_suffice))
        yield from scaling(cell)
        yield from network.check(cell)
        yield from edges.check(cell)
        yield from pods.check(cell)
        yield from secrets.check(cell)
        yield from applications.check(cell, root)


def _fits(name, pattern):
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), name) is not None
