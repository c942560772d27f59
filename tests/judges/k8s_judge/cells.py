"""One cell's objects, indexed: what the checks in `semantics` ask about."""

import dataclasses
import fnmatch

from .schemas import is_cluster_scoped

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
# There in every cluster or namespace without anybody's doing.
ALWAYS_PROVIDED = ("Namespace/default", "Namespace/kube-system", "Namespace/kube-public", "Namespace/kube-node-lease",
                   "ServiceAccount/default", "ConfigMap/kube-root-ca.crt")


@dataclasses.dataclass
class Placed:
    """An object with the overlay that builds it and the namespace it ends up in."""

    label: str
    namespace: str
    obj: dict

    @property
    def kind(self):
        return self.obj["kind"]

    @property
    def name(self):
        return (self.obj.get("metadata") or {}).get("name", "?")

    @property
    def spec(self):
        return self.obj.get("spec") or {}

    @property
    def annotations(self):
        return (self.obj.get("metadata") or {}).get("annotations") or {}

    def __str__(self):
        return f"{self.label}: {self.kind}/{self.name}"


@dataclasses.dataclass
class Workload:
    """What makes pods, with the template of its pods."""

    placed: Placed
    pod_spec: dict
    labels: dict

    @property
    def containers(self):
        return self.pod_spec.get("containers") or []

    @property
    def all_containers(self):
        return [*(self.pod_spec.get("initContainers") or []), *self.containers]

    @property
    def ports(self):
        """Ports of its containers; those of sidecars (init containers that stay) too."""
        return [port for container in self.all_containers for port in container.get("ports") or []]

    def has_port(self, port):
        """Whether a container declares the port, by name or by number."""
        return any(port in (p.get("name"), p.get("containerPort")) for p in self.ports)

    @property
    def runs_nothing(self):
        """Whether it is held at zero."""
        spec = self.placed.spec
        return spec.get("replicas") == 0 or (self.placed.kind in ("CronJob", "Job") and spec.get("suspend") is True)


def _workload(placed):
    spec = placed.spec
    if placed.kind == "Pod":
        return Workload(placed, spec, (placed.obj.get("metadata") or {}).get("labels") or {})
    if placed.kind == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") or {}
    return Workload(placed, template.get("spec") or {}, (template.get("metadata") or {}).get("labels") or {})


def matches(selector, labels):
    """Whether a label selector (`matchLabels` and `matchExpressions`) selects the labels; the empty one selects all."""
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for expression in selector.get("matchExpressions") or []:
        key, operator, values = expression["key"], expression["operator"], expression.get("values") or []
        holds = {"In": labels.get(key) in values, "NotIn": labels.get(key) not in values,
                 "Exists": key in labels, "DoesNotExist": key not in labels}[operator]
        if not holds:
            return False
    return True


class Cell:
    """All overlays of one environment in one region together, as its cluster gets them."""

    def __init__(self, name, manifests, provided, credentials=()):
        """`credentials`: what `platformctl config` lists for the cell: Secrets that somebody makes at bootstrap."""
        self.name = name
        self.credentials = credentials
        self.label = f"cluster/overlays/{name}"
        self.manifests = manifests
        self.provided_patterns = [*ALWAYS_PROVIDED, *provided]
        applications = [o for m in manifests for o in m.objects if o["kind"] == "Application"]
        self.destinations = {}
        for application in applications:
            spec = application.get("spec") or {}
            for source in [spec.get("source") or {}, *(spec.get("sources") or [])]:
                if source.get("path"):
                    self.destinations[source["path"].strip("/")] = (spec.get("destination") or {}).get("namespace", "")
        self.objects = [Placed(m.label, self._namespace(m, o), o) for m in manifests for o in m.objects]
        self.workloads = [_workload(p) for p in self.objects if p.kind in WORKLOADS]
        self.namespaces = {p.name: (p.obj["metadata"].get("labels") or {}) for p in self.of_kind("Namespace")}
        self.names = {(p.kind, p.namespace, p.name) for p in self.objects}

    def _namespace(self, manifest, obj):
        own = (obj.get("metadata") or {}).get("namespace")
        if own or is_cluster_scoped(obj):
            return own or ""
        return self.destinations.get(manifest.label, "")

    def of_kind(self, *kinds):
        """Its objects of these kinds."""
        return [p for p in self.objects if p.kind in kinds]

    def provided(self, kind, name):
        """Whether something else puts it into the cluster."""
        return any(fnmatch.fnmatchcase(f"{kind}/{name}", pattern) for pattern in self.provided_patterns)

    def has(self, kind, namespace, name):
        """Whether it is built in this cell or provided."""
        return (kind, namespace, name) in self.names or self.provided(kind, name)

    def workload(self, namespace, kind, name):
        """The workload of that kind and name, or None."""
        return next((w for w in self.workloads
                     if (w.placed.namespace, w.placed.kind, w.placed.name) == (namespace, kind, name)), None)

    def selected(self, namespace, selector):
        """The workloads of a namespace whose pods the selector selects."""
        return [w for w in self.workloads if w.placed.namespace == namespace and matches(selector, w.labels)]

    def selected_namespaces(self, selector):
        """The cell's own namespaces that the selector selects."""
        return [name for name, labels in self.namespaces.items()
                if matches(selector, {"kubernetes.io/metadata.name": name, **labels})]
