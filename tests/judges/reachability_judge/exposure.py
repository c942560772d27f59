"""What opens a cell besides its edges: hosts, Services with addresses of their own, hosts' networks, missing default-denies."""

import re

from k8s_judge.cells import matches

from .space import network

ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")
OTHER_POLICIES = ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy", "CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy",
                  "GlobalNetworkPolicy")
HOST_RULE = re.compile(r"Host(?:SNI)?(?:Regexp)?\(([^)]*)\)")


def check(cell, policies, edges, hosts):
    """Every finding. `hosts`: each declared host with the name of the service it leads to, or None for a component."""
    yield from _undenied(cell, policies)
    yield from _wide(policies, edges)
    yield from _services(cell, edges)
    yield from _outside_of_policies(cell)
    yield from _hosts(cell, hosts)


def _undenied(cell, policies):
    """A namespace in which a pod that nobody thought of could talk."""
    for namespace in sorted(cell.namespaces):
        for direction in ("Ingress", "Egress"):
            denies = [p for p in policies if p.namespace == namespace and direction in p.types
                      and not p.spec.get("podSelector") and not p.rules(direction)]
            if not denies:
                yield f"{cell.label}: namespace {namespace} has no default-deny of {direction.lower()}"


def _wide(policies, edges):
    """Egress to every address."""
    backed = {cidr for e in edges if e.target.kind == "outside" for cidr in e.target.cidrs}
    for policy in policies:
        for rule in policy.rules("Egress"):
            if not rule.get("to"):
                yield f"{policy.title}: an egress rule without peers is open to the world"
            for peer in rule.get("to") or []:
                cidr = (peer.get("ipBlock") or {}).get("cidr")
                if cidr and network(cidr).prefixlen == 0 and cidr not in backed:
                    yield f"{policy.title}: egress to {cidr}, which no declared endpoint stands for"


def _services(cell, edges):
    """Services that get addresses or ports outside of the cluster's own network."""
    for placed in cell.of_kind("Service"):
        spec = placed.spec
        kind = spec.get("type", "ClusterIP")
        opened = [] if kind == "ClusterIP" else [f"is of type {kind}"]
        opened += ["has externalIPs"] if spec.get("externalIPs") else []
        pods = [w.labels for w in cell.workloads if w.placed.namespace == placed.namespace
                and matches({"matchLabels": spec.get("selector") or {}}, w.labels)]
        world = [e for e in edges if e.source.kind == "world" and e.target.kind == "pods"
                 and e.target.namespace == placed.namespace
                 and (not pods or any(dict(e.target.labels).items() <= labels.items() for labels in pods))]
        if opened and not world:
            yield f"{placed}: {' and '.join(opened)}, and no edge lets the world in"


def _outside_of_policies(cell):
    """What no NetworkPolicy governs, or what this judge does not understand."""
    for workload in cell.workloads:
        if workload.pod_spec.get("hostNetwork"):
            yield f"{workload.placed}: hostNetwork puts it beyond every NetworkPolicy"
        for port in workload.ports:
            if port.get("hostPort"):
                yield f"{workload.placed}: hostPort {port['hostPort']} is reached past every NetworkPolicy"
    for placed in cell.objects:
        if placed.kind in OTHER_POLICIES or (placed.kind == "NetworkPolicy" and not placed.obj["apiVersion"].startswith("networking.k8s.io/")):
            yield f"{placed}: {placed.obj['apiVersion']} may open more than NetworkPolicies show; this judge cannot read it"


def _claims(cell):
    """(object, host, Services it leads to) of everything that answers for a host; an empty host stands for any."""
    for placed in cell.of_kind("Ingress"):
        for rule in placed.spec.get("rules") or []:
            paths = (rule.get("http") or {}).get("paths") or []
            yield placed, rule.get("host", ""), {((p.get("backend") or {}).get("service") or {}).get("name") for p in paths}
        if placed.spec.get("defaultBackend"):
            yield placed, "", set()
        for tls in placed.spec.get("tls") or []:
            for host in tls.get("hosts") or []:
                yield placed, host, set()
    for placed in cell.of_kind(*ROUTES):
        backends = {b.get("name") for rule in placed.spec.get("rules") or [] for b in rule.get("backendRefs") or []}
        for host in placed.spec.get("hostnames") or [""]:
            yield placed, host, backends
    for placed in cell.of_kind("IngressRoute", "IngressRouteTCP"):
        for route in placed.spec.get("routes") or []:
            found = [h.strip(" `'\"") for group in HOST_RULE.findall(route.get("match", "")) for h in group.split(",")]
            for host in found or [""]:
                yield placed, host, {s.get("name") for s in route.get("services") or []}
    for placed in cell.of_kind("Gateway"):
        for listener in placed.spec.get("listeners") or []:
            if listener.get("hostname"):
                yield placed, listener["hostname"], set()


def _hosts(cell, hosts):
    served = set()
    for placed, host, services in _claims(cell):
        if host not in hosts:
            yield f"{placed}: host {host or '(any)'} is not declared"
            continue
        if services:
            served.add(host)
        wanted = hosts[host]
        for service in sorted(s for s in services if wanted and s != wanted):
            yield f"{placed}: host {host} leads to Service {service}, and is declared for {wanted}"
    for host in sorted(hosts.keys() - served):
        yield f"{cell.label}: nothing answers for the declared host {host}"
