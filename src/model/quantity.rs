//! Kubernetes quantities as numbers.

use crate::spec::names::Quantity;

/// A quantity as a number.
pub fn amount(quantity: &Quantity) -> f64 {
    let digits = quantity.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &quantity[digits.len()..] {
        "m" => 1e-3,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => 1024.0,
        "Mi" => 1024f64.powi(2),
        "Gi" => 1024f64.powi(3),
        "Ti" => 1024f64.powi(4),
        "Pi" => 1024f64.powi(5),
        _ => 1.0,
    };
    digits.parse::<f64>().unwrap_or(0.0) * factor
}

/// A quantity of bytes, or a part of it in percent, in whole bytes.
pub fn bytes(quantity: &Quantity, percent: u32) -> u64 {
    // Far below what a float holds exactly, and never negative: a quantity has no sign.
    (amount(quantity) * f64::from(percent) / 100.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_counted_in_bytes() {
        let bytes = |text, percent| {
            bytes(
                &Quantity::new(text).unwrap_or_else(|| panic!("{text}")),
                percent,
            )
        };
        assert_eq!(bytes("1Gi", 100), 1_073_741_824);
        assert_eq!(bytes("512Mi", 60), 322_122_547);
        assert_eq!(bytes("1.5G", 100), 1_500_000_000);
        assert_eq!(bytes("2Ti", 100), 2_199_023_255_552);
    }
}
