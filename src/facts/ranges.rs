//! Sets of IP addresses: what networks cover together, however they are split.

use ipnet::IpNet;
use std::net::IpAddr;

/// A stretch of addresses of one family, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    is_v6: bool,
    first: u128,
    last: u128,
}

/// A set of IP addresses. What touches is joined, so that two halves are the whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranges {
    /// Sorted, apart from each other.
    stretches: Vec<Stretch>,
}

impl Ranges {
    /// The addresses of a network; those of IPv4 in IPv6 are IPv4.
    pub fn of(net: IpNet) -> Self {
        let mut ranges = Self::default();
        ranges.add(net);
        ranges
    }

    /// The addresses of networks as they are written; what is no network is left out.
    pub fn parsed<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut ranges = Self::default();
        for net in texts.into_iter().filter_map(|text| network(text.as_ref())) {
            ranges.add(net);
        }
        ranges
    }

    /// Adds a network.
    pub fn add(&mut self, net: IpNet) {
        self.stretches.push(stretch(net));
        self.join();
    }

    /// Adds all addresses of another set.
    pub fn extend(&mut self, other: &Self) {
        self.stretches.extend(&other.stretches);
        self.join();
    }

    /// Takes all addresses of another set out.
    pub fn remove(&mut self, other: &Self) {
        for hole in &other.stretches {
            self.stretches = self
                .stretches
                .iter()
                .flat_map(|stretch| stretch.without(*hole))
                .collect();
        }
    }

    /// Whether every address is also in the other set.
    pub fn is_subset(&self, other: &Self) -> bool {
        let is_in = |own: &Stretch| {
            other.stretches.iter().any(|stretch| {
                stretch.is_v6 == own.is_v6 && stretch.first <= own.first && own.last <= stretch.last
            })
        };
        self.stretches.iter().all(is_in)
    }

    /// Whether no address is in it.
    pub fn is_empty(&self) -> bool {
        self.stretches.is_empty()
    }

    /// Whether all addresses of a family are in it.
    pub fn is_whole_family(&self) -> bool {
        let whole = |stretch: &Stretch| {
            let most = if stretch.is_v6 {
                u128::MAX
            } else {
                u128::from(u32::MAX)
            };
            stretch.first == 0 && stretch.last == most
        };
        self.stretches.iter().any(whole)
    }

    fn join(&mut self) {
        self.stretches.sort_unstable();
        let mut joined: Vec<Stretch> = Vec::with_capacity(self.stretches.len());
        for stretch in self.stretches.drain(..) {
            match joined.last_mut() {
                Some(before)
                    if before.is_v6 == stretch.is_v6
                        && stretch.first <= before.last.saturating_add(1) =>
                {
                    before.last = before.last.max(stretch.last);
                }
                _ => joined.push(stretch),
            }
        }
        self.stretches = joined;
    }
}

impl Stretch {
    /// What is left without another one.
    fn without(self, hole: Self) -> Vec<Self> {
        if self.is_v6 != hole.is_v6 || hole.last < self.first || self.last < hole.first {
            return vec![self];
        }
        let mut left = Vec::new();
        if self.first < hole.first {
            left.push(Self {
                last: hole.first - 1,
                ..self
            });
        }
        if hole.last < self.last {
            left.push(Self {
                first: hole.last + 1,
                ..self
            });
        }
        left
    }
}

fn stretch(net: IpNet) -> Stretch {
    match (net.network(), net.broadcast()) {
        (IpAddr::V4(first), IpAddr::V4(last)) => Stretch {
            is_v6: false,
            first: u128::from(u32::from(first)),
            last: u128::from(u32::from(last)),
        },
        (first, last) => {
            let (first, last) = (number(first), number(last));
            // ::ffff:0:0/96 is IPv4 in the clothes of IPv6.
            let mapped = |address: u128| address >> 32 == 0xffff;
            if mapped(first) && mapped(last) {
                Stretch {
                    is_v6: false,
                    first: first & u128::from(u32::MAX),
                    last: last & u128::from(u32::MAX),
                }
            } else {
                Stretch {
                    is_v6: true,
                    first,
                    last,
                }
            }
        }
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

/// A network, or a single address, as it is written.
pub fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    match text.parse::<IpNet>() {
        Ok(net) => Some(net),
        Err(_) => text.parse::<IpAddr>().ok().map(IpNet::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_and_quarters_are_the_whole() {
        let halves = Ranges::parsed(["128.0.0.0/1", "0.0.0.0/2", "64.0.0.0/2"]);
        assert!(halves.is_whole_family());
        assert_eq!(halves, Ranges::parsed(["0.0.0.0/0"]));
        assert!(Ranges::parsed(["8000::/1", "::/1"]).is_whole_family());
        assert!(!Ranges::parsed(["0.0.0.0/1", "8000::/1"]).is_whole_family());
    }

    #[test]
    fn a_hole_leaves_what_is_around_it() {
        let mut world = Ranges::parsed(["0.0.0.0/0"]);
        world.remove(&Ranges::parsed(["10.0.0.0/8", "192.168.0.0/16"]));
        assert!(!world.is_whole_family());
        assert!(Ranges::parsed(["9.255.255.255/32", "11.0.0.0/32"]).is_subset(&world));
        assert!(!Ranges::parsed(["10.255.255.255/32"]).is_subset(&world));
        world.remove(&Ranges::parsed(["0.0.0.0/0"]));
        assert!(world.is_empty());
    }

    #[test]
    fn a_network_may_be_covered_by_several() {
        let allowed = Ranges::parsed(["10.20.0.0/16", "10.21.0.0/16"]);
        assert!(Ranges::parsed(["10.20.0.0/15"]).is_subset(&allowed));
        assert!(!Ranges::parsed(["10.20.0.0/14"]).is_subset(&allowed));
        assert!(!Ranges::parsed(["fd00::/64"]).is_subset(&allowed));
    }

    #[test]
    fn ipv4_in_ipv6_is_ipv4() {
        assert_eq!(
            Ranges::parsed(["::ffff:10.0.0.0/104"]),
            Ranges::parsed(["10.0.0.0/8"])
        );
        assert_eq!(
            Ranges::parsed(["203.0.113.7"]),
            Ranges::parsed(["203.0.113.7/32"])
        );
    }
}
