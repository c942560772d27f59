"""All ports and all addresses, cut into as few pieces as policies and declarations can tell apart.

Nothing distinguishes two ports between which no rule begins or ends, nor two addresses that are in the same CIDRs. So one
look at each piece is a look at every port and every address.
"""

import ipaddress

PROTOCOLS = ("TCP", "UDP", "SCTP")
LAST_PORT = 65535


class Ports:
    """Sets of ports as bits: one for each protocol and piece."""

    def __init__(self, starts):
        """`starts`: the first port of everything of interest, and the port behind everything of interest."""
        self.starts = sorted({1} | {port for port in starts if 1 <= port <= LAST_PORT})
        self.ends = [*(start - 1 for start in self.starts[1:]), LAST_PORT]
        self._known = {}
        self.all = (1 << len(self.starts) * len(PROTOCOLS)) - 1

    def bits(self, protocol, first=1, last=LAST_PORT):
        """The set of the ports of one protocol from `first` to `last`, both included."""
        key = (protocol, first, last)
        if key not in self._known:
            self._known[key] = self._bits(protocol, first, last)
        return self._known[key]

    def _bits(self, protocol, first, last):
        shift = PROTOCOLS.index(protocol) * len(self.starts)
        found = 0
        for index, (start, end) in enumerate(zip(self.starts, self.ends)):
            if start >= first and end <= last:
                found |= 1 << shift + index
        return found

    def text(self, bits):
        """For people: `TCP 443, TCP 9000-9001`."""
        if bits == self.all:
            return "all ports"
        parts = []
        for number, protocol in enumerate(PROTOCOLS):
            own = bits >> number * len(self.starts) & (1 << len(self.starts)) - 1
            parts += [f"{protocol} {span}" for span in self._spans(own)]
        return ", ".join(parts)

    def _spans(self, own):
        spans = []
        for index, (start, end) in enumerate(zip(self.starts, self.ends)):
            if not own >> index & 1:
                continue
            if spans and spans[-1][1] == start - 1:
                spans[-1][1] = end
            else:
                spans.append([start, end])
        return [str(a) if a == b else "all" if (a, b) == (1, LAST_PORT) else f"{a}-{b}" for a, b in spans]


def port_starts(first, last=None):
    """What `Ports` must know of a range of ports."""
    return {first, (last or first) + 1}


def network(cidr):
    """A CIDR; raises `ValueError`, for host bits too, as newer API servers do."""
    return ipaddress.ip_network(cidr)


def _inside(inner, outer):
    return inner.version == outer.version and inner.subnet_of(outer)


def representatives(cidrs):
    """One address for each piece into which the CIDRs cut all addresses, IPv4 and IPv6."""
    networks = {network("0.0.0.0/0"), network("::/0"), *map(network, cidrs)}
    found = []
    for outer in sorted(networks, key=lambda n: (n.version, n)):
        rest = [outer]
        for inner in networks:
            if inner != outer and _inside(inner, outer):
                rest = [piece for part in rest for piece in _without(part, inner)]
        if rest:
            found.append(min(rest)[0])
    return found


def _without(part, removed):
    if _inside(part, removed):
        return []
    return list(part.address_exclude(removed)) if _inside(removed, part) else [part]
