"""What is declared to be open: the edges that `platformctl config` prints for each cell."""

import dataclasses

from .space import network, port_starts


@dataclasses.dataclass(frozen=True, order=True)
class End:
    """One end of an edge."""

    # pods, namespace, api-server, outside or world
    kind: str
    namespace: str = ""
    labels: tuple = ()
    cidrs: tuple = ()
    host: str = ""
    # Whether these pods are not built in the cell: an operator or a chart makes them.
    visiting: bool = False

    def __str__(self):
        if self.kind == "pods":
            name = dict(self.labels).get("app.kubernetes.io/name")
            return f"{self.namespace}/{name or ','.join(f'{k}={v}' for k, v in self.labels)}"
        return {"namespace": f"namespace {self.namespace}", "api-server": "the API server", "world": "the world",
                "outside": f"{self.host or 'outside'} ({', '.join(self.cidrs)})"}[self.kind]


@dataclasses.dataclass(frozen=True, order=True)
class Edge:
    """A way that is open, by TCP."""

    source: End
    target: End
    ports: tuple
    because: str = ""

    def __str__(self):
        return f"{self.source} to {self.target} on {', '.join(map(str, self.ports))}"


def _end(written):
    if isinstance(written, str):
        return End(written)
    (kind, value), = written.items()
    if kind == "pods":
        labels = value["labels"]
        visiting = value.get("unit") is None or "app.kubernetes.io/name" not in labels
        return End(kind, value["namespace"], tuple(sorted(labels.items())), visiting=visiting)
    if kind == "namespace":
        return End(kind, value)
    if kind in ("api-server", "outside"):
        return End(kind, cidrs=tuple(sorted(value.get("cidrs") or [])), host=value.get("host", ""))
    raise ValueError(f"an edge ends in {kind}, which this judge does not know")


def read(cell):
    """The edges of one cell of the configuration."""
    return sorted({Edge(_end(e["from"]), _end(e["to"]), tuple(sorted(e["ports"])), e.get("because", ""))
                   for e in cell.get("edges") or []})


def starts(edges):
    """What `Ports` must know of their ports."""
    return {start for edge in edges for port in edge.ports for start in port_starts(port)}


def cidrs(edges):
    """Every CIDR in them."""
    return {cidr for edge in edges for end in (edge.source, edge.target) for cidr in end.cidrs}


class Declared:
    """The declared matrix over the nodes of one cell."""

    def __init__(self, universe, edges, ports):
        self.edges, self.ports = edges, ports
        self._sources = [{n for n in universe.nodes if is_at(edge.source, n)} for edge in edges]
        self._targets = [{n for n in universe.nodes if is_at(edge.target, n)} for edge in edges]
        self._bits = [self._edge_bits(edge) for edge in edges]
        self._dns = ports.bits("TCP", 53, 53) | ports.bits("UDP", 53, 53)
        # Whoever opens connections looks names up; the API server is known by address in every pod.
        self._asks = set().union(*(s for e, s in zip(edges, self._sources) if e.target.kind != "api-server"))

    def _edge_bits(self, edge):
        bits = 0
        for port in edge.ports:
            bits |= self.ports.bits("TCP", port, port)
        return bits

    def between(self, source, target):
        """The ports that are declared to be open."""
        bits = self._dns if target.is_dns and source in self._asks and source.declared and source.own else 0
        for sources, targets, own in zip(self._sources, self._targets, self._bits):
            if source in sources and target in targets:
                bits |= own
        return bits

    def tolerated(self, source, target):
        """The ports that a declared CIDR opens although it was not meant: towards pods whose addresses are in it."""
        bits = 0
        for edge, sources, targets, own in zip(self.edges, self._sources, self._targets, self._bits):
            if (source in sources and _is_within(edge.target, target)) or (target in targets and _is_within(edge.source, source)):
                bits |= own
        return bits

    def taken_by(self, target):
        """The ports on which a node takes whoever comes."""
        bits = 0
        for edge, targets, own in zip(self.edges, self._targets, self._bits):
            if edge.source.kind == "world" and target in targets:
                bits |= own
        return bits

    def nowhere(self):
        """Edges with an end at which nobody is."""
        for edge, sources, targets in zip(self.edges, self._sources, self._targets):
            for end, nodes in ((edge.source, sources), (edge.target, targets)):
                if not nodes:
                    yield f"the edge from {edge} ({edge.because}): {end} is no pod of this cell"


def is_at(end, node):
    """Whether a node is one of those that an end of an edge means."""
    if end.kind == "pods":
        return node.declared and node.namespace == end.namespace and all(
            node.labels.get(key) == value for key, value in end.labels)
    if end.kind == "namespace":
        return node.namespace == end.namespace
    if end.kind == "world":
        return not node.own
    return not node.is_pod and _is_within(end, node)


def _is_within(end, node):
    """Whether a node has an address in the CIDRs of an end."""
    return any(address.version == net.version and address in net
               for net in map(network, end.cidrs) for address in node.addresses)
