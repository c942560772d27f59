"""NetworkPolicy v1 as Kubernetes means it: https://kubernetes.io/docs/concepts/services-networking/network-policies/ .

A pod that no policy selects for a direction is open in that direction. Otherwise it is open for what any rule of any policy
that selects it allows, and nothing else. A connection needs both ends: the egress of its source and the ingress of its target.
"""

import dataclasses
import ipaddress

from k8s_judge.cells import matches

from .space import PROTOCOLS, network, port_starts


@dataclasses.dataclass(eq=False)
class Policy:
    """One NetworkPolicy in its namespace."""

    title: str
    namespace: str
    spec: dict

    @property
    def types(self):
        """The directions it isolates, by Kubernetes' defaults where it does not say."""
        return self.spec.get("policyTypes") or (["Ingress", "Egress"] if self.spec.get("egress") else ["Ingress"])

    def selects(self, node):
        return node.namespace == self.namespace and matches(self.spec.get("podSelector") or {}, node.labels)

    def rules(self, direction):
        """Its rules of a direction; those of a direction that it does not isolate count for nothing."""
        return self.spec.get(direction.lower()) or [] if direction in self.types else []

    def peers(self):
        for direction, key in (("Ingress", "from"), ("Egress", "to")):
            for rule in self.rules(direction):
                yield from rule.get(key) or []

    def cidrs(self):
        """Every CIDR in it, exceptions too."""
        for peer in self.peers():
            if "ipBlock" in peer:
                yield peer["ipBlock"]["cidr"]
                yield from peer["ipBlock"].get("except") or []

    def port_starts(self):
        """What `Ports` must know of its ports by number."""
        starts = set()
        for direction in ("Ingress", "Egress"):
            for rule in self.rules(direction):
                for port in rule.get("ports") or []:
                    if isinstance(port.get("port"), int):
                        starts |= port_starts(port["port"], port.get("endPort"))
        return starts

    def port_names(self):
        """The names in it that stand for ports, with their protocols."""
        return {(port["port"], port.get("protocol", "TCP")) for direction in ("Ingress", "Egress")
                for rule in self.rules(direction) for port in rule.get("ports") or [] if isinstance(port.get("port"), str)}


def read(cell):
    """The cell's NetworkPolicies."""
    return [Policy(f"{p.label}: NetworkPolicy/{p.name}", p.namespace, p.spec) for p in cell.of_kind("NetworkPolicy")]


def _block_has(block, node):
    for address in node.addresses:
        if _in(address, block["cidr"]) and not any(_in(address, cidr) for cidr in block.get("except") or []):
            return True
    return False


def _in(address, cidr):
    net = network(cidr)
    return isinstance(address, ipaddress.IPv4Address) == (net.version == 4) and address in net


def _peer_is(peer, node, policy):
    if "ipBlock" in peer:
        return _block_has(peer["ipBlock"], node)
    if not node.is_pod:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"] or {}, node.namespace_labels):
            return False
    elif node.namespace != policy.namespace:
        return False
    return matches(peer.get("podSelector") or {}, node.labels)


def _port_bits(ports, port, target):
    protocol, wanted = port.get("protocol", "TCP"), port.get("port")
    if wanted is None:
        return ports.bits(protocol)
    if isinstance(wanted, int):
        return ports.bits(protocol, wanted, port.get("endPort") or wanted)
    found = 0
    for name, own_protocol, number in target.ports:
        if name == wanted and own_protocol == protocol:
            found |= ports.bits(protocol, number, number)
    return found


class Network:
    """What the policies let through between the nodes of one cell."""

    def __init__(self, policies, ports):
        self.policies, self.ports = policies, ports
        self._selecting = {}

    def selecting(self, node, direction):
        """The policies that isolate the node in that direction."""
        key = (node, direction)
        if key not in self._selecting:
            self._selecting[key] = [p for p in self.policies
                                    if node.is_pod and direction in p.types and p.selects(node)]
        return self._selecting[key]

    def allowed(self, source, target, direction):
        """The ports from `source` to `target` that one end leaves open: the source's for `Egress`, else the target's."""
        subject = source if direction == "Egress" else target
        selecting = self.selecting(subject, direction)
        if not selecting:
            return self.ports.all
        bits = 0
        for policy in selecting:
            bits |= self.opened_by(policy, source, target, direction)
        return bits

    def opened_by(self, policy, source, target, direction):
        """The ports that the rules of one policy open."""
        bits = 0
        for opened in self._rules(policy, source, target, direction):
            bits |= opened
        return bits

    def _rules(self, policy, source, target, direction):
        """The ports that each rule of a policy opens, for the rules that are about these two."""
        other, key = (target, "to") if direction == "Egress" else (source, "from")
        for rule in policy.rules(direction):
            peers = rule.get(key)
            if peers and not any(_peer_is(peer, other, policy) for peer in peers):
                continue
            bits = 0 if rule.get("ports") else self.ports.all
            for port in rule.get("ports") or []:
                bits |= _port_bits(self.ports, port, target)
            yield bits

    def opened_twice(self, source, target, direction):
        """The ports that more than one rule opens, and the titles of the policies."""
        subject = source if direction == "Egress" else target
        once = twice = 0
        titles = []
        for policy in self.selecting(subject, direction):
            for bits in self._rules(policy, source, target, direction):
                twice |= once & bits
                once |= bits
                titles += [policy.title] if bits and policy.title not in titles else []
        return twice, titles

    def openers(self, source, target, direction, bits):
        """The titles of the policies that open any of the ports, or that none isolates that end."""
        subject = source if direction == "Egress" else target
        selecting = self.selecting(subject, direction)
        if not selecting:
            return [f"no policy isolates these pods of {subject.namespace} for {direction.lower()}"] if subject.is_pod else []
        return [p.title for p in selecting if self.opened_by(p, source, target, direction) & bits]


def unusable(policy):
    """Mistakes that a schema accepts and that would make the model and the cluster disagree."""
    for peer in policy.peers():
        if not peer or ("ipBlock" in peer and len(peer) > 1):
            yield f"{policy.title}: the peer {peer} is neither a selector nor an ipBlock"
            continue
        block = peer.get("ipBlock") or {}
        try:
            nets = [network(cidr) for cidr in [block.get("cidr"), *(block.get("except") or [])] if cidr]
        except ValueError as error:
            yield f"{policy.title}: {error}"
            continue
        for inner in nets[1:]:
            if inner.version != nets[0].version or inner == nets[0] or not inner.subnet_of(nets[0]):
                yield f"{policy.title}: the exception {inner} is not strictly within {nets[0]}"
    for direction in ("Ingress", "Egress"):
        for rule in policy.rules(direction):
            for port in rule.get("ports") or []:
                if port.get("protocol", "TCP") not in PROTOCOLS:
                    yield f"{policy.title}: no such protocol as {port['protocol']}"
                if "endPort" in port and not (isinstance(port.get("port"), int) and port["port"] <= port["endPort"]):
                    yield f"{policy.title}: endPort {port['endPort']} without a lower port by number"
