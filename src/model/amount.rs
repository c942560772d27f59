//! Sums of Kubernetes quantities, without loss: quotas are added up from what each pod asks for.

use crate::spec::names::Quantity;
use std::iter::Sum;
use std::ops::{Add, Mul};

const KI: u128 = 1024;

/// An amount of something, in thousandths of a core or of a byte. The smallest part that Kubernetes itself knows of CPU.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u128);

impl Amount {
    /// What a quantity says. Less than a thousandth counts as a whole one.
    pub fn of(quantity: &Quantity) -> Self {
        let digits = quantity.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let factor: u128 = match &quantity[digits.len()..] {
            "m" => 1,
            "k" => 1_000 * 1_000,
            "M" => 1_000_000 * 1_000,
            "G" => 1_000_000_000 * 1_000,
            "T" => 1_000_000_000_000 * 1_000,
            "P" => 1_000_000_000_000_000 * 1_000,
            "Ki" => KI * 1_000,
            "Mi" => KI.pow(2) * 1_000,
            "Gi" => KI.pow(3) * 1_000,
            "Ti" => KI.pow(4) * 1_000,
            "Pi" => KI.pow(5) * 1_000,
            _ => 1_000,
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        // Twelve places after the point are more than anyone writes, and still fit.
        let fraction = &fraction[..fraction.len().min(12)];
        let number = |text: &str| text.parse::<u128>().unwrap_or(0);
        let scale = 10_u128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        let parts = number(fraction).saturating_mul(factor).div_ceil(scale);
        Self(number(whole).saturating_mul(factor).saturating_add(parts))
    }

    /// As CPU: `1500m`, or `2` for whole cores.
    pub fn cpu(self) -> Quantity {
        if self.0.is_multiple_of(1_000) {
            written(self.0 / 1_000, "")
        } else {
            written(self.0, "m")
        }
    }

    /// As memory or storage, as Kubernetes itself writes it: `1536Mi`, `2Gi`, `1Ti`; what is less than a mebibyte is rounded up.
    pub fn bytes(self) -> Quantity {
        let mut number = self.0.div_ceil(KI.pow(2) * 1_000);
        if number == 0 {
            return written(0, "");
        }
        let mut suffix = "Mi";
        for larger in ["Gi", "Ti", "Pi"] {
            if !number.is_multiple_of(KI) {
                break;
            }
            number /= KI;
            suffix = larger;
        }
        written(number, suffix)
    }
}

fn written(number: u128, suffix: &str) -> Quantity {
    super::resolve::quantity(&format!("{number}{suffix}"))
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Mul<u32> for Amount {
    type Output = Self;

    fn mul(self, times: u32) -> Self {
        Self(self.0.saturating_mul(u128::from(times)))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Amount {
        Amount::of(&Quantity::new(text).expect("a quantity"))
    }

    #[test]
    fn quantities_are_added_without_loss() {
        assert_eq!((of("100m") * 3 + of("1.5")).cpu().as_str(), "1800m");
        assert_eq!((of("0.5") * 4).cpu().as_str(), "2");
        assert_eq!((of("512Mi") + of("1.5Gi")).bytes().as_str(), "2Gi");
        assert_eq!((of("256Mi") * 5).bytes().as_str(), "1280Mi");
        assert_eq!((of("512Gi") * 2).bytes().as_str(), "1Ti");
        assert_eq!(of("1G").bytes().as_str(), "954Mi");
        assert_eq!(of("0").bytes().as_str(), "0");
        assert_eq!(
            [of("1Ti"), of("1Gi")]
                .into_iter()
                .sum::<Amount>()
                .bytes()
                .as_str(),
            "1025Gi"
        );
        assert!(of("1000M") < of("1Gi") && of("1024Mi") == of("1Gi"));
    }
}
