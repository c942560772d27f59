"""Changes one thing in one NetworkPolicy at a time: a judge that finds nothing in the result has overlooked something."""

import copy


def mutants(manifests):
    """(what was changed, the manifests with it) for everything that can be changed in any policy."""
    for number, manifest in enumerate(manifests):
        for index, obj in enumerate(manifest.objects):
            if obj["kind"] == "NetworkPolicy":
                for what, change in _changes(obj["spec"]):
                    changed = list(manifests)
                    changed[number] = copy.deepcopy(manifest)
                    change(changed[number].objects[index]["spec"])
                    yield f"NetworkPolicy/{obj['metadata']['name']}: {what}", changed
                changed = list(manifests)
                changed[number] = copy.deepcopy(manifest)
                del changed[number].objects[index]
                yield f"NetworkPolicy/{obj['metadata']['name']}: removed", changed


def _changes(spec):
    for direction, key in (("ingress", "from"), ("egress", "to")):
        for number, rule in enumerate(spec.get(direction) or []):
            where = f"{direction} {number}"
            yield f"{where} removed", lambda s, d=direction, n=number: s[d].pop(n)
            if rule.get("ports"):
                yield f"{where}: every port", lambda s, d=direction, n=number: s[d][n].pop("ports")
            if rule.get(key):
                yield f"{where}: every peer", lambda s, d=direction, n=number, k=key: s[d][n].pop(k)
            for at, port in enumerate(rule.get("ports") or []):
                yield f"{where}, port {at}: another protocol", (
                    lambda s, d=direction, n=number, a=at: s[d][n]["ports"][a].update(protocol="SCTP"))
                if isinstance(port.get("port"), int):
                    yield f"{where}, port {at}: one more", (
                        lambda s, d=direction, n=number, a=at, p=port: s[d][n]["ports"][a].update(endPort=p.get("endPort", p["port"]) + 1))
            for at, peer in enumerate(rule.get(key) or []):
                for field, value in (("namespaceSelector", {}), ("podSelector", {}), ("ipBlock", {"cidr": "0.0.0.0/0"})):
                    if field in peer:
                        yield f"{where}, peer {at}: any {field}", (
                            lambda s, d=direction, n=number, k=key, a=at, f=field, v=value: s[d][n][k][a].update({f: v}))
