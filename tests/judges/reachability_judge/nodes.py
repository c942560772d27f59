"""Who is there: every workload of a cell, and everybody else who may try to reach or be reached."""

import dataclasses
import ipaddress

# A network of pods, as k3s has it: for rules by address, which in most clusters hold for pods too.
POD_NETWORKS = (ipaddress.ip_network("10.42.0.0/16"), ipaddress.ip_network("fd42::/48"))
FOREIGN = "some-foreign-namespace"
# Where strangers listen under every name that a policy uses for a port.
STRANGE_PORT = 4242
DNS = ("kube-system", {"k8s-app": "kube-dns"})


@dataclasses.dataclass(eq=False)
class Node:
    """A pod, or an address outside (`namespace` is empty then)."""

    title: str
    namespace: str = ""
    labels: dict = dataclasses.field(default_factory=dict)
    namespace_labels: dict = dataclasses.field(default_factory=dict)
    addresses: list = dataclasses.field(default_factory=list)
    # (name, protocol, number) of the ports that its containers declare.
    ports: list = dataclasses.field(default_factory=list)
    # Whether it is in a namespace that the cell makes.
    own: bool = False
    # Whether it is one of the cell's workloads, or a pod that an edge says will come.
    declared: bool = False
    is_dns: bool = False

    @property
    def is_pod(self):
        return bool(self.namespace)

    def __str__(self):
        return self.title


class Universe:
    """All nodes of one cell."""

    def __init__(self, cell, edges, addresses, port_names):
        self.cell = cell
        self._strange_ports = [(name, protocol, STRANGE_PORT) for name, protocol in sorted(port_names)]
        self.nodes = []
        self._count = 0
        for workload in cell.workloads:
            placed = workload.placed
            ports = [(p.get("name"), p.get("protocol", "TCP"), p.get("containerPort")) for p in workload.ports]
            self._pod(f"{placed.kind}/{placed.name} of {placed.namespace}", placed.namespace, workload.labels, ports, True)
        self._visitors(edges)
        self._strangers(edges)
        self._pod("DNS", *DNS).is_dns = True
        for address in addresses:
            self.nodes.append(Node(f"address {address} outside", addresses=[address]))

    def _pod(self, title, namespace, labels, ports=(), declared=False):
        self._count += 1
        node = Node(
            title, namespace, dict(labels), {"kubernetes.io/metadata.name": namespace, **self.cell.namespaces.get(namespace, {})},
            [net[self._count] for net in POD_NETWORKS], list(ports), namespace in self.cell.namespaces, declared)
        self.nodes.append(node)
        return node

    def _visitors(self, edges):
        """Pods that edges speak of and no manifest builds: an operator or a chart makes them, or they are not the platform's."""
        charts = _chart_namespaces(self.cell)
        ends = {end for edge in edges for end in (edge.source, edge.target) if end.kind == "pods"}
        for end in sorted(ends):
            labels = dict(end.labels)
            built = any(node.namespace == end.namespace and labels.items() <= node.labels.items() for node in self.nodes)
            if (end.visiting or end.namespace in charts) and not built:
                title = "pods " + ", ".join(f"{key}={value}" for key, value in labels.items()) + f" of {end.namespace}"
                self._pod(title, end.namespace, labels, declared=True)

    def _strangers(self, edges):
        """A pod without labels everywhere, and for all others one in other namespaces that bears their labels."""
        foreign = {e.namespace for edge in edges for e in (edge.source, edge.target) if e.kind in ("namespace", "pods")}
        others = {p.namespace for p in self.cell.objects if p.namespace}
        for namespace in sorted(set(self.cell.namespaces) | foreign | others | {FOREIGN, "kube-system", "default"}):
            self._pod(f"a stranger in {namespace}", namespace, {}, self._strange_ports)
        known = [(w.placed.name, w.placed.namespace, w.labels) for w in self.cell.workloads]
        known += [(node.title, node.namespace, node.labels) for node in self.nodes if node.title.startswith("pods ")]
        for name, home, labels in [*known, ("DNS", *DNS)]:
            for namespace in sorted({*self.cell.namespaces, FOREIGN} - {home}):
                self._pod(f"a stranger in {namespace} with the labels of {name}", namespace, labels, self._strange_ports)


def _chart_namespaces(cell):
    """The namespaces into which Argo CD puts what Helm charts make."""
    found = set()
    for placed in cell.of_kind("Application"):
        sources = [placed.spec.get("source") or {}, *(placed.spec.get("sources") or [])]
        if any(source.get("chart") for source in sources):
            found.add((placed.spec.get("destination") or {}).get("namespace"))
    return found
