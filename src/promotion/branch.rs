//! Names of branches: the same scope gives the same name on every machine, so a second run finds the first one's work.

use crate::digest::Digest;

/// Longest name of a branch, in bytes; what is beyond this troubles file systems and forges.
const LONGEST: usize = 200;

/// Always the same depth: git cannot have `promote/production` beside `promote/production/tr`.
pub(super) fn promote(
    to: &str,
    regions: &[String],
    all_regions: usize,
    services: &[String],
    all_services: usize,
) -> String {
    let services = match services {
        some if some.is_empty() || some.len() == all_services => "all".to_owned(),
        [one] => format!("svc-{one}"),
        some => set(some),
    };
    format!(
        "promote/{to}/{}/{services}",
        regions_part(regions, all_regions)
    )
}

pub(super) fn release(
    environment: &str,
    regions: &[String],
    all_regions: usize,
    service: &str,
) -> String {
    format!(
        "release/{environment}/{}/svc-{service}",
        regions_part(regions, all_regions)
    )
}

fn regions_part(regions: &[String], all: usize) -> String {
    match regions {
        some if some.is_empty() || some.len() == all => "all".to_owned(),
        // A region may be called `all` or `set-…`; its branch must not be taken for another scope's.
        [one] if one != "all" && !one.starts_with("set-") => one.clone(),
        some => set(some),
    }
}

/// A set of names, whatever their order.
fn set(names: &[String]) -> String {
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.sort_unstable();
    format!("set-{}", hex(&names.join("\n"), 8))
}

/// The first digits of the SHA-256 of a text.
pub(super) fn hex(text: &str, digits: usize) -> String {
    let mut out = Digest::of(text.as_bytes()).to_string();
    out.truncate(digits);
    out
}

/// Whether a text can be the name of a branch that platformctl makes: lower-case letters, digits, `.`, `_`, `-` and `/`,
/// within the rules of `git check-ref-format` (<https://git-scm.com/docs/git-check-ref-format>), at most 200 bytes.
pub fn is_branch_name(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len())
        && !name.contains("..")
        && name.split('/').all(|part| {
            !part.is_empty()
                && !part.starts_with(['.', '-'])
                && !part.ends_with('.')
                && !part.ends_with(".lock")
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn the_same_scope_has_the_same_branch() {
        let of = |regions: &[&str], services: &[&str]| {
            promote("production", &names(regions), 3, &names(services), 3)
        };
        assert_eq!(of(&[], &[]), "promote/production/all/all");
        assert_eq!(
            of(&["a", "b", "c"], &["x", "y", "z"]),
            "promote/production/all/all"
        );
        assert_eq!(of(&["tr"], &["web"]), "promote/production/tr/svc-web");
        assert_eq!(
            of(&["tr", "es"], &["b", "a"]),
            of(&["es", "tr"], &["a", "b"])
        );
        assert_ne!(of(&["tr", "es"], &[]), of(&["tr", "fr"], &[]));
        assert!(of(&["all"], &[]).starts_with("promote/production/set-"));
        assert_eq!(
            release("staging", &names(&["tr"]), 2, "web"),
            "release/staging/tr/svc-web"
        );
        let long = "a".repeat(40);
        for branch in [
            of(&[&long], &[&long]),
            of(&["a", "b"], &["a", "b"]),
            release(&long, &names(&[&long]), 2, &long),
        ] {
            assert!(is_branch_name(&branch), "{branch}");
        }
    }

    #[test]
    fn bad_branch_names_are_known() {
        for name in [
            "",
            "a//b",
            "/a",
            "a/",
            "a..b",
            "a.lock",
            "a/.b",
            "A",
            "a b",
            "a~1",
            "é",
            "-a",
            "a.",
            &"a".repeat(201),
        ] {
            assert!(!is_branch_name(name), "{name}");
        }
    }
}
