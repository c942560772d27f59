"""Both ends of every allowed connection: what one pod may send, another must admit, or the traffic dies on the way."""

from .cells import matches


def check(cell):
    """Every connection between pods of the cell that only one of its two ends allows."""
    policies = cell.of_kind("NetworkPolicy")
    sent, sent_widely = _connections(cell, policies, "egress")
    admitted, admitted_widely = _connections(cell, policies, "ingress")
    for source, target, port in sorted(sent.keys() - admitted.keys() - admitted_widely, key=str):
        if _is_isolated(cell, policies, target, "Ingress"):
            yield f"{sent[source, target, port]}: {_name(source)} may send to {_name(target)} on port {port}, which does not admit it"
    for source, target, port in sorted(admitted.keys() - sent.keys() - sent_widely, key=str):
        if _is_isolated(cell, policies, source, "Egress"):
            yield (f"{admitted[source, target, port]}: {_name(target)} admits {_name(source)} on port {port}, "
                   "which may not send to it")


def _name(key):
    namespace, kind, name = key
    return f"{kind}/{name} of {namespace}"


def _key(workload):
    return workload.placed.namespace, workload.placed.kind, workload.placed.name


def _types(policy):
    default = ["Ingress", "Egress"] if policy.spec.get("egress") else ["Ingress"]
    return policy.spec.get("policyTypes") or default


def _is_isolated(cell, policies, key, kind):
    """Whether any policy of that type selects the workload: only then anything needs to be allowed."""
    namespace, workload_kind, name = key
    workload = cell.workload(namespace, workload_kind, name)
    return any(kind in _types(p) and p.namespace == namespace and matches(p.spec.get("podSelector") or {}, workload.labels)
               for p in policies)


def _connections(cell, policies, direction):
    """What rules of that direction allow between pods of this cell: (source, target, port number) -> the policy.

    Rules that name no pods, but everything or whole namespaces, allow too, but promise nothing about the other end: those
    connections are the second value, a set.
    """
    named, wide = {}, set()
    for policy in policies:
        own = cell.selected(policy.namespace, policy.spec.get("podSelector") or {})
        for rule in policy.spec.get(direction) or []:
            for other, is_named in _peers(cell, policy, rule.get("to" if direction == "egress" else "from")):
                for workload in own:
                    source, target = (workload, other) if direction == "egress" else (other, workload)
                    for port in _ports(rule, target):
                        connection = (_key(source), _key(target), port)
                        if is_named:
                            named.setdefault(connection, policy)
                        else:
                            wide.add(connection)
    return named, wide


def _peers(cell, policy, peers):
    """The cell's workloads that the peers select, each with whether the peer names pods; all when there is no peer."""
    if not peers:
        return [(workload, False) for workload in cell.workloads]
    found = []
    for peer in peers:
        if "ipBlock" in peer:
            continue
        spaces = [policy.namespace]
        if "namespaceSelector" in peer:
            spaces = cell.selected_namespaces(peer["namespaceSelector"] or {})
        pods = peer.get("podSelector") or {}
        found += [(w, bool(pods)) for space in spaces for w in cell.selected(space, pods)]
    return found


def _ports(rule, target):
    """The numbers of the target's ports that the rule allows; every one of them when it names none."""
    ports = rule.get("ports")
    numbers = {p["containerPort"] for p in target.ports if "containerPort" in p}
    if not ports:
        return numbers
    allowed = set()
    for port in ports:
        wanted, last = port.get("port"), port.get("endPort")
        for declared in target.ports:
            number = declared.get("containerPort")
            in_range = last is not None and isinstance(wanted, int) and wanted <= number <= last
            if declared.get("protocol", "TCP") == port.get("protocol", "TCP") and (
                    wanted in (None, number, declared.get("name")) or in_range):
                allowed.add(number)
    return allowed
