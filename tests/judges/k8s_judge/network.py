"""Services, Ingresses and NetworkPolicies reach what they name."""

import collections

# Labels of pods that an operator makes when it needs them: no manifest builds them.
# https://cert-manager.io/docs/configuration/acme/http01/
VISITORS = {"acme.cert-manager.io/http01-solver"}


def check(cell):
    """Every finding on the cell's network objects."""
    yield from _services(cell)
    yield from _ingresses(cell)
    yield from _routes(cell)
    yield from _gateways(cell)
    yield from _policies(cell)


def _services(cell):
    for placed in cell.of_kind("Service"):
        selector = placed.spec.get("selector")
        if not selector:
            continue
        found = cell.selected(placed.namespace, {"matchLabels": selector})
        if not found:
            yield f"{placed}: selects no pod"
            continue
        for port in placed.spec.get("ports") or []:
            target = port.get("targetPort", port.get("port"))
            for workload in found:
                if not workload.has_port(target):
                    yield f"{placed}: port {target} is in no container of {workload.placed.name}"


def _ingresses(cell):
    hosts = collections.defaultdict(set)
    for placed in cell.of_kind("Ingress"):
        covered = {host for tls in placed.spec.get("tls") or [] for host in tls.get("hosts") or []}
        for rule in placed.spec.get("rules") or []:
            host = rule.get("host", "")
            hosts[host].add(f"{placed.namespace}/{placed.name}")
            if host not in covered:
                yield f"{placed}: no certificate for host {host or '(any)'}"
            for path in (rule.get("http") or {}).get("paths") or []:
                yield from _backend(cell, placed, path.get("backend") or {})
        if placed.spec.get("defaultBackend"):
            yield from _backend(cell, placed, placed.spec["defaultBackend"])
        issued = any(key.startswith("cert-manager.io/") for key in placed.annotations)
        for tls in placed.spec.get("tls") or []:
            secret = tls.get("secretName")
            if secret and not issued and not _has_certificate(cell, placed.namespace, secret):
                yield f"{placed}: Secret {secret} is neither built nor provided"
    for host, owners in sorted(hosts.items()):
        if len(owners) > 1:
            yield f"{cell.label}: host {host or '(any)'} is claimed by the Ingresses {', '.join(sorted(owners))}"


def _has_certificate(cell, namespace, secret):
    """Whether the Secret of a certificate is there, or somebody puts the certificate there."""
    return cell.has("Secret", namespace, secret) or cell.provided("Certificate", secret)


def _backend(cell, placed, backend, namespace=None):
    service = backend.get("service")
    if not service:
        return
    target = next((p for p in cell.of_kind("Service")
                   if (p.namespace, p.name) == (namespace or placed.namespace, service.get("name"))), None)
    if target is None:
        yield f"{placed}: Service {service.get('name')} is not in this cell"
        return
    wanted = service.get("port") or {}
    ports = target.spec.get("ports") or []
    if not any(wanted.get("name", p.get("name")) == p.get("name") and wanted.get("number", p.get("port")) == p.get("port")
               for p in ports):
        yield f"{placed}: Service {service.get('name')} has no port {wanted.get('name', wanted.get('number'))}"


def _routes(cell):
    """Routes of the Gateway API: what they lead to, and the Gateway that must take them."""
    for placed in cell.of_kind("HTTPRoute", "GRPCRoute", "TLSRoute"):
        for rule in placed.spec.get("rules") or []:
            for backend in rule.get("backendRefs") or []:
                if backend.get("kind", "Service") == "Service":
                    yield from _backend(cell, placed, {"service": {"name": backend.get("name"), "port": {"number": backend.get("port")}}},
                                        backend.get("namespace"))
        for parent in placed.spec.get("parentRefs") or []:
            if parent.get("kind", "Gateway") == "Gateway":
                yield from _parent(cell, placed, parent)


def _parent(cell, placed, parent):
    namespace, name = parent.get("namespace", placed.namespace), parent.get("name")
    gateway = next((p for p in cell.of_kind("Gateway") if (p.namespace, p.name) == (namespace, name)), None)
    if gateway is None:
        if not cell.provided("Gateway", name):
            yield f"{placed}: Gateway {namespace}/{name} is neither built nor provided"
        return
    listeners = [x for x in gateway.spec.get("listeners") or [] if parent.get("sectionName") in (None, x.get("name"))]
    if not listeners:
        yield f"{placed}: Gateway {name} has no listener {parent.get('sectionName')}"
    elif not any(_takes(cell, gateway, listener, placed) for listener in listeners):
        yield f"{placed}: no listener of Gateway {namespace}/{name} takes routes of {placed.namespace} for its hosts"


def _takes(cell, gateway, listener, route):
    """Whether a listener lets routes of that namespace attach, for any of the route's hosts."""
    allowed = (listener.get("allowedRoutes") or {}).get("namespaces") or {}
    source = allowed.get("from", "Same")
    if source == "Same" and route.namespace != gateway.namespace:
        return False
    if source == "Selector" and route.namespace not in cell.selected_namespaces(allowed.get("selector") or {}):
        return False
    wanted, hosts = listener.get("hostname"), route.spec.get("hostnames") or []
    if not wanted or not hosts:
        return True
    return any(host == wanted or (wanted.startswith("*.") and host.endswith(wanted[1:])) for host in hosts)


def _gateways(cell):
    """The certificates of Gateways."""
    for placed in cell.of_kind("Gateway"):
        issued = any(key.startswith("cert-manager.io/") for key in placed.annotations)
        for listener in placed.spec.get("listeners") or []:
            tls = listener.get("tls") or {}
            if listener.get("protocol") in ("HTTPS", "TLS") and tls.get("mode", "Terminate") == "Terminate" and not tls.get("certificateRefs"):
                yield f"{placed}: listener {listener.get('name')} has no certificate"
            for reference in tls.get("certificateRefs") or []:
                secret = reference.get("name")
                if not issued and not _has_certificate(cell, reference.get("namespace", placed.namespace), secret):
                    yield f"{placed}: Secret {secret} is neither built nor provided"


def _has_charts(cell):
    return any((placed.spec.get("source") or {}).get("chart") for placed in cell.of_kind("Application"))


def _policies(cell):
    for placed in cell.of_kind("NetworkPolicy"):
        selector = placed.spec.get("podSelector") or {}
        found = cell.selected(placed.namespace, selector)
        labels = set(selector.get("matchLabels") or {})
        # Pods that charts make are not among what is built; ours all say which platform they are part of.
        of_a_chart = "part-of" not in " ".join(labels) and _has_charts(cell)
        if selector and not found and not VISITORS & labels and not of_a_chart:
            yield f"{placed}: selects no pod"
        for rule in placed.spec.get("ingress") or []:
            yield from _peers(cell, placed, rule.get("from") or [])
            yield from _ports(placed, found, rule, "lets in")
        for rule in placed.spec.get("egress") or []:
            yield from _peers(cell, placed, rule.get("to") or [])
            for peer in rule.get("to") or []:
                if "ipBlock" not in peer:
                    targets = _peer_workloads(cell, placed, peer)
                    yield from _ports(placed, targets, rule, "lets out")


def _peers(cell, placed, peers):
    for peer in peers:
        named = ((peer.get("namespaceSelector") or {}).get("matchLabels") or {}).get("kubernetes.io/metadata.name")
        if named and named not in cell.namespaces and not cell.provided("Namespace", named):
            yield f"{placed}: the peer's namespace {named} is not created in this cell"
        if "podSelector" in peer and not _is_outside(cell, peer) and not _peer_workloads(cell, placed, peer):
            yield f"{placed}: the peer {peer} is no pod of this cell"


def _is_outside(cell, peer):
    """Whether the peer is in a namespace that this cell does not make, such as the ingress controller's."""
    return "namespaceSelector" in peer and not cell.selected_namespaces(peer["namespaceSelector"] or {})


def _peer_workloads(cell, placed, peer):
    spaces = [placed.namespace]
    if "namespaceSelector" in peer:
        spaces = cell.selected_namespaces(peer["namespaceSelector"] or {})
    return [w for space in spaces for w in cell.selected(space, peer.get("podSelector") or {})]


def _ports(placed, workloads, rule, verb):
    """A port that no selected pod listens on: a typing mistake that would surface as a time-out."""
    for port in rule.get("ports") or []:
        wanted = port.get("port")
        if wanted is None or "endPort" in port or not workloads:
            continue
        if not any(w.has_port(wanted) for w in workloads):
            yield f"{placed}: {verb} port {wanted}, on which no selected pod listens"
