"""A second reading of platform.toml: what `calls`, `uses`, `expose` and the endpoints say of each service.

It shares nothing with platformctl, so that an edge which platformctl forgets, or makes up, is seen.
"""

import dataclasses

# Where k3s has its ingress controller, and where a chart brings one.
PROVIDED_CONTROLLER, OWN_CONTROLLER = "kube-system", "traefik"
# The workloads of the data namespace that stand for a store, with their ports: which of them, each component decides.
STORES = {
    "postgres": {("postgres", 5432), ("supabase-pooler", 5432), ("supabase-pooler", 6543)},
    "supabase": {("supabase-gateway", 8000)},
    "valkey": {("valkey", 6379)},
    "rabbitmq": {("rabbitmq", 5671), ("rabbitmq", 5672)},
}
BUCKETS = {("object-storage", 9000)}


@dataclasses.dataclass
class Expected:
    """What the edges of one service must be, as `(other end, port)`."""

    required: set
    # Sets of which at least one member must be there, and all may be.
    one_of: list
    # Whether it may go outside without an endpoint of its own: its store is there.
    store_outside: bool = False


class Reading:
    """platform.toml, read for one cell."""

    def __init__(self, written, cell):
        self.written = written
        self.platform = written["platform"]["name"]
        self.environment, _, self.region = cell.partition("/")
        self.is_local = written["environments"][self.environment].get("kind") == "local"
        self.services = written.get("services") or {}
        self.components = written.get("components") or {}
        self.endpoints = {e["id"]: e for e in written.get("endpoints") or []}
        self.data = f"{self.platform}-data"
        ingress = self.components.get("ingress") or {}
        if self.is_local:
            self.ingress_namespace = PROVIDED_CONTROLLER
        elif ingress.get("controller") == "traefik":
            self.ingress_namespace = OWN_CONTROLLER
        else:
            self.ingress_namespace = ingress.get("namespace", PROVIDED_CONTROLLER)

    def at(self, service):
        """`namespace/name` of a service's pods."""
        return f"{self.platform}-{self.services[service].get('team', 'apps')}/{service}"

    def services_by_place(self):
        return {self.at(name): name for name in self.services}

    def outgoing(self, service):
        """What a service must be able to reach."""
        expected = Expected(set(), [])
        for called in self.services[service].get("calls") or []:
            if called in self.services:
                expected.required.add((self.at(called), self.services[called]["port"]))
            elif self._is_contacted(self.endpoints[called]):
                endpoint = self.endpoints[called]
                where = ",".join(sorted(endpoint.get("cidrs") or []))
                expected.required |= {(where, port) for port in endpoint.get("ports") or [443]}
        for store in self.services[service].get("uses") or []:
            self._use(store, expected)
        return expected

    def _is_contacted(self, endpoint):
        regions = endpoint.get("regions") or list(self.written["regions"])
        return set(regions) >= set(self.written["regions"]) if self.is_local else self.region in regions

    def _use(self, store, expected):
        declared = next((s for s in self.written.get("stores") or [] if s["id"] == store), None)
        if declared and ("at" in declared or declared.get("region", self.region) != self.region):
            expected.store_outside |= "at" in declared
            return
        if store in STORES and not declared:
            expected.one_of.append({(f"{self.data}/{name}", port) for name, port in STORES[store]})
        elif (self.components.get("object-storage") or {}).get("engine") == "external":
            expected.store_outside = True
        else:
            expected.required |= {(f"{self.data}/{name}", port) for name, port in BUCKETS}

    def incoming(self, service):
        """What must be able to reach a service."""
        port = self.services[service]["port"]
        required = {(self.at(name), port) for name, other in self.services.items() if service in (other.get("calls") or [])}
        if service in self.labels().values():
            required.add((self.ingress_namespace, port))
        return required

    def labels(self):
        """Host labels that are exposed, with what they lead to: a service, or a component as `components.<name>`."""
        labels = {}
        places = [self.written["environments"][self.environment],
                  (self.written.get("cells") or {}).get(f"{self.environment}/{self.region}") or {}]
        for name, service in self.services.items():
            label = service.get("expose")
            for place in places:
                label = ((place.get("services") or {}).get(name) or {}).get("expose", label)
            if label:
                labels[label] = name
        for name, component in self.components.items():
            label = component.get("expose") if isinstance(component, dict) else None
            for place in places:
                label = ((place.get("components") or {}).get(name) or {}).get("expose", label)
            if label:
                labels[label] = f"components.{name}"
        return labels


def _place(end):
    if end.kind == "pods":
        return f"{end.namespace}/{dict(end.labels).get('app.kubernetes.io/name')}"
    if end.kind == "namespace":
        return end.namespace
    return ",".join(end.cidrs)


def check(reading, edges):
    """Where the edges that platformctl prints are not what platform.toml says of services."""
    services = reading.services_by_place()
    outgoing = {name: set() for name in reading.services}
    incoming = {name: set() for name in reading.services}
    for edge in edges:
        for port in edge.ports:
            if _place(edge.source) in services:
                outgoing[services[_place(edge.source)]].add((edge.target, port))
            if _place(edge.target) in services:
                incoming[services[_place(edge.target)]].add((edge.source, port))
    for service in sorted(reading.services):
        yield from _outgoing(reading, service, outgoing[service])
        # An ingress controller may be named by its pods: then its namespace counts.
        given = {(end.namespace if end.namespace == reading.ingress_namespace else _place(end), port)
                 for end, port in incoming[service]}
        wanted = reading.incoming(service)
        yield from (f"services.{service}: platform.toml lets {at} reach it on port {port}, and no edge says so"
                    for at, port in sorted(wanted - given))
        yield from (f"services.{service}: an edge lets {at} reach it on port {port}, which platform.toml does not say"
                    for at, port in sorted(given - wanted))


def _outgoing(reading, service, given):
    expected = reading.outgoing(service)
    outside = {(_place(end), port) for end, port in given if end.kind == "outside"}
    given = {(_place(end), port) for end, port in given}
    if expected.store_outside:
        given -= outside - expected.required
    for at, port in sorted(expected.required - given):
        yield f"services.{service}: platform.toml lets it reach {at} on port {port}, and no edge says so"
    for choice in expected.one_of:
        if not choice & given:
            yield f"services.{service}: no edge lets it reach any of {', '.join(f'{at}:{port}' for at, port in sorted(choice))}"
    for at, port in sorted(given - expected.required - set().union(*expected.one_of)):
        yield f"services.{service}: an edge lets it reach {at} on port {port}, which platform.toml does not say"
