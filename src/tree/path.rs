//! Which paths may be written or removed at all: the lock comes with a repository and is not to be trusted.
//!
//! In: a path as the plan or the lock spells it. Out: why it is refused, if it is. Pure.

/// The folder that a run keeps its own things in; never part of a commit.
pub(super) const OWN_FOLDER: &str = ".platformctl";

/// Why nothing may be written to or removed from `path`; `None` when it is fine.
pub(super) fn refusal(path: &str) -> Option<&'static str> {
    if path.is_empty() {
        return Some("it is empty");
    }
    if path.starts_with('/') {
        return Some("it is not relative to the repository");
    }
    if path.contains('\\') {
        return Some("it contains a backslash");
    }
    if path.contains(':') {
        return Some("it contains a colon, which is a drive or a stream on Windows");
    }
    if path.chars().any(char::is_control) {
        return Some("it contains a control character");
    }
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        return Some("it has an empty, `.` or `..` component");
    }
    reserved(path)
}

/// Paths that are inside the repository but never a rendered file.
///
/// Compared without case, because file systems of laptops often do so too.
fn reserved(path: &str) -> Option<&'static str> {
    if path
        .split('/')
        .any(|part| part.eq_ignore_ascii_case(".git"))
    {
        return Some("it belongs to Git");
    }
    let first = path.split('/').next().unwrap_or(path);
    if first.eq_ignore_ascii_case(OWN_FOLDER)
        || path.eq_ignore_ascii_case(super::LOCK_FILE)
        || path.eq_ignore_ascii_case("platform.toml")
    {
        return Some("the name is reserved");
    }
    None
}

/// The folders above `path`, the nearest last; without the root.
pub(super) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(slash, _)| &path[..slash])
}

/// The folder that `path` lies in; `None` at the root.
pub(super) fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// Whether `path` lies somewhere below `folder`.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_pass() {
        for path in [
            "Makefile",
            "cluster/base/kustomization.yaml",
            ".github/workflows/a.yaml",
            "a..b/…",
        ] {
            assert_eq!(refusal(path), None, "{path}");
        }
    }

    #[test]
    fn paths_that_leave_the_repository_or_touch_its_machinery_do_not() {
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "a/../x",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "a\\b",
            "c:x",
            "a\nb",
            "a\u{1b}[2J",
            ".git/config",
            "a/.GIT/hooks/x",
            ".platformctl/lock",
            "platform.lock",
            "platform.toml",
            "Platform.toml",
        ] {
            assert!(refusal(path).is_some(), "{path:?}");
        }
    }

    #[test]
    fn walks_up() {
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(parent("a/b/c"), Some("a/b"));
        assert_eq!(parent("a"), None);
        assert!(is_below("a/b", "a") && !is_below("ab", "a") && !is_below("a", "a"));
    }
}
