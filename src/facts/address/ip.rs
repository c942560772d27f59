//! IP addresses in every notation that `inet_aton` takes, beside the usual ones.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which notations of IPv4 are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// Four decimal numbers; octal or hexadecimal ones, too, and one large number.
    Usual,
    /// Everything that `inet_aton` takes: this stands where nothing but a host can stand.
    Any,
}

/// One number is an address from here on: below it is a port, a size or a count.
const SMALLEST_NUMBER: u64 = 1 << 24;

/// An IPv4 address, and whether it is written in an unusual way:
/// <https://man7.org/linux/man-pages/man3/inet_aton.3.html>.
pub(super) fn v4(text: &str, notation: Notation) -> Option<(IpAddr, bool)> {
    if !text.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return Some((IpAddr::V4(ip), false));
    }
    let parts: Vec<u64> = text.split('.').map(number).collect::<Option<_>>()?;
    let is_taken = match (parts.len(), notation) {
        (4, _) => true,
        (1, Notation::Usual) => text.starts_with("0x") && parts[0] >= SMALLEST_NUMBER,
        (1, Notation::Any) => parts[0] >= SMALLEST_NUMBER,
        (2 | 3, Notation::Any) => true,
        _ => false,
    };
    let (last, first) = parts.split_last().filter(|_| is_taken)?;
    if first.iter().any(|part| *part > 255) || *last >= 1 << (8 * (4 - first.len())) {
        return None;
    }
    let high = first
        .iter()
        .enumerate()
        .fold(0_u64, |sum, (index, part)| sum | part << (24 - 8 * index));
    let whole = u32::try_from(high | last).ok()?;
    Some((IpAddr::V4(Ipv4Addr::from(whole)), true))
}

/// A decimal, octal (`0…`) or hexadecimal (`0x…`) number.
fn number(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    match lower.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None if lower.len() > 1 && lower.starts_with('0') => u64::from_str_radix(&lower, 8).ok(),
        None => lower.parse().ok(),
    }
}

/// An IPv6 address, and whether it hides an IPv4 address; IPv4 in it comes out as IPv4.
pub(super) fn v6(text: &str) -> Option<(IpAddr, bool)> {
    if !text.contains(':') {
        return None;
    }
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    let ip: Ipv6Addr = text.parse().ok()?;
    // The well-known prefix of NAT64: https://www.rfc-editor.org/rfc/rfc6052#section-2.1
    let nat64 = ip.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    if nat64 {
        let octets = ip.octets();
        let inside = Ipv4Addr::new(octets[12], octets[13], octets[14], octets[15]);
        return Some((IpAddr::V4(inside), true));
    }
    let canonical = ip.to_canonical();
    Some((canonical, canonical.is_ipv4()))
}
