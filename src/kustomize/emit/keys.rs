//! The natural order of keys: `a2` before `a10`
//! (<https://github.com/yaml/go-yaml/blob/v2.4.0/sorter.go>, `keyList`).

use crate::kustomize::node::Entry;
use std::cmp::Ordering;

/// The entries by key.
pub(super) fn sorted(entries: &[Entry]) -> Vec<&Entry> {
    let mut sorted: Vec<&Entry> = entries.iter().collect();
    merge_sort(&mut sorted);
    sorted
}

/// Sorts with any comparison, even one that is no order, which the standard library may refuse.
fn merge_sort(entries: &mut Vec<&Entry>) {
    if entries
        .windows(2)
        .all(|pair| !is_less(&pair[1].key, &pair[0].key))
    {
        return;
    }
    let mut right = entries.split_off(entries.len() / 2);
    merge_sort(entries);
    merge_sort(&mut right);
    let left = std::mem::take(entries);
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    loop {
        match (left.peek(), right.peek()) {
            (Some(l), Some(r)) if is_less(&r.key, &l.key) => entries.extend(right.next()),
            (Some(_), _) => entries.extend(left.next()),
            (None, Some(_)) => entries.extend(right.next()),
            (None, None) => return,
        }
    }
}

fn is_less(a: &str, b: &str) -> bool {
    if a.is_ascii() && b.is_ascii() {
        return less(a.as_bytes(), b.as_bytes());
    }
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    less(&a, &b)
}

/// A character of a key.
trait Letter: Copy + Ord {
    fn is_letter(self) -> bool;
    fn digit(self) -> Option<i64>;
}

impl Letter for u8 {
    fn is_letter(self) -> bool {
        self.is_ascii_alphabetic()
    }
    fn digit(self) -> Option<i64> {
        self.is_ascii_digit().then(|| i64::from(self - b'0'))
    }
}

impl Letter for char {
    fn is_letter(self) -> bool {
        self.is_alphabetic()
    }
    fn digit(self) -> Option<i64> {
        self.to_digit(10).map(i64::from)
    }
}

fn less<L: Letter>(a: &[L], b: &[L]) -> bool {
    for (at, (x, y)) in a.iter().zip(b).enumerate() {
        if x == y {
            continue;
        }
        return match (x.is_letter(), y.is_letter()) {
            (true, true) => x < y,
            (false, false) => less_numbers(a, b, at),
            (_, y_is_letter) => y_is_letter,
        };
    }
    a.len() < b.len()
}

fn less_numbers<L: Letter>(a: &[L], b: &[L], at: usize) -> bool {
    // A zero behind other digits goes on with their number.
    let is_zero = |letter: L| letter.digit() == Some(0);
    let mut start = 0;
    if is_zero(a[at]) || is_zero(b[at]) {
        let before = a[..at].iter().rev().map_while(|letter| letter.digit());
        if before.into_iter().any(|digit| digit != 0) {
            start = 1;
        }
    }
    let number = |letters: &[L]| {
        let mut digits = 0;
        let mut number: i64 = start;
        for digit in letters[at..].iter().map_while(|letter| letter.digit()) {
            number = number.wrapping_mul(10).wrapping_add(digit);
            digits += 1;
        }
        (number, digits)
    };
    let ((left, left_digits), (right, right_digits)) = (number(a), number(b));
    match left.cmp(&right).then(Ord::cmp(&left_digits, &right_digits)) {
        Ordering::Less => true,
        Ordering::Greater => false,
        Ordering::Equal => a[at] < b[at],
    }
}

#[cfg(test)]
mod tests {
    use super::is_less;

    #[test]
    fn numbers_in_keys_count() {
        for (a, b) in [
            ("a2", "a10"),
            ("a-b", "ab"),
            ("A", "a"),
            ("app.kubernetes.io/name", "app"),
            ("1", "a"),
            ("a1", "a01"),
        ] {
            let expected = (a, b) != ("app.kubernetes.io/name", "app");
            assert_eq!(is_less(a, b), expected, "{a} {b}");
        }
    }
}
