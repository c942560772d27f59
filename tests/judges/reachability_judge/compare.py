"""The computed matrix of one cell against the declared one, in both directions."""

import collections

from . import declared, exposure, nodes, own_reading, policies, space


def check(cell, edges, reading, hosts):
    """(findings, how many ordered pairs were looked at) of one cell."""
    read = policies.read(cell)
    findings = [finding for policy in read for finding in policies.unusable(policy)]
    if findings:
        return findings, 0
    findings += exposure.check(cell, read, edges, hosts)
    if reading:
        findings += [f"{cell.label}: {problem}" for problem in own_reading.check(reading, edges)]
    cidrs = declared.cidrs(edges).union(*(p.cidrs() for p in read))
    names = set().union(*(p.port_names() for p in read))
    universe = nodes.Universe(cell, edges, space.representatives(cidrs), names)
    ports = space.Ports(_starts(cell, edges, read))
    matrix = declared.Declared(universe, edges, ports)
    findings += [f"{cell.label}: {problem}" for problem in matrix.nowhere()]
    differences = _Differences(cell, policies.Network(read, ports), ports)
    pairs = 0
    for source in universe.nodes:
        for target in universe.nodes:
            if source.own or target.own:
                pairs += 1
                differences.look(source, target, matrix)
    return findings + list(differences.findings()), pairs


def _starts(cell, edges, read):
    starts = declared.starts(edges) | space.port_starts(53) | space.port_starts(nodes.STRANGE_PORT)
    for policy in read:
        starts |= policy.port_starts()
    for workload in cell.workloads:
        for port in workload.ports:
            starts |= space.port_starts(port["containerPort"])
    return starts


class _Differences:
    """Collects differences; those with one cause become one finding."""

    def __init__(self, cell, network, ports):
        self.cell, self.network, self.ports = cell, network, ports
        self.opened, self.closed, self.halved, self.doubled = (collections.defaultdict(list) for _ in range(4))

    def look(self, source, target, matrix):
        """Notes how one pair differs from what is declared."""
        wanted, tolerated = matrix.between(source, target), matrix.tolerated(source, target)
        out = self.network.allowed(source, target, "Egress")
        into = self.network.allowed(source, target, "Ingress")
        if surplus := out & into & ~wanted & ~tolerated:
            # What others may send or take is theirs to say; the ends in this cell have opened it.
            causes = [cause for direction, end in (("Egress", source), ("Ingress", target)) if end.own
                      for cause in self.network.openers(source, target, direction, surplus)]
            self.opened[tuple(causes), surplus].append((source, target))
        if missing := wanted & ~(out & into):
            ends = [end for end, allowed in ((f"the egress of {source}", out), (f"the ingress of {target}", into))
                    if wanted & ~allowed]
            self.closed[tuple(ends), missing].append((source, target))
        if wanted and source.is_pod and target.is_pod and not target.is_dns:
            for direction, end in (("Egress", source), ("Ingress", target)):
                twice, titles = self.network.opened_twice(source, target, direction)
                if end.own and twice:
                    self.doubled[tuple(titles), twice].append((source, target))
        # What one end leaves open and only the other closes is one mistake away from being open.
        for direction, end, half in (("Egress", source, out & ~into), ("Ingress", target, into & ~out & ~matrix.taken_by(target))):
            if (half := half & ~wanted & ~tolerated) and end.own:
                openers = self.network.openers(source, target, direction, half)
                self.halved[tuple(openers), half].append((source, target))

    def findings(self):
        """One finding for all differences of the same cause."""
        for (ends, bits), pairs in self.closed.items():
            yield (f"{self.cell.label}: declared but closed: {_names(pairs)} on {self.ports.text(bits)}: "
                   f"{' and '.join(ends)} {'does' if len(ends) == 1 else 'do'} not allow it")
        for (causes, bits), pairs in self.opened.items():
            yield (f"{self.cell.label}: open but not declared: {_names(pairs)} on {self.ports.text(bits)}: "
                   f"{'; '.join(causes)}")
        for (causes, bits), pairs in self.halved.items():
            yield (f"{self.cell.label}: open at one end and not declared: {_names(pairs)} on {self.ports.text(bits)}: "
                   f"{'; '.join(causes)}")
        for (titles, bits), pairs in self.doubled.items():
            yield f"{self.cell.label}: opened more than once: {_names(pairs)} on {self.ports.text(bits)}: {'; '.join(titles)}"


def _names(pairs):
    """`a and b to c`, with no more than a few of each end."""
    ends = []
    for index in (0, 1):
        names = list(dict.fromkeys(str(pair[index]) for pair in pairs))
        ends.append(" and ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else ""))
    return " to ".join(ends)
