//! How an Application of Argo CD says what it deploys: the repository, the folder and the revision.
//!
//! The proof and the comparison of revisions both follow Applications; what such a field means stands here, so that they
//! cannot come to mean two things.

/// Whether two addresses are of one repository, whatever protocol they name.
pub fn is_same_repository(one: &str, other: &str) -> bool {
    plain_address(one) == plain_address(other)
}

/// The folder that a `path` means, without `./` before it and slashes at its ends; empty for the root.
pub fn folder(path: &str) -> &str {
    let path = path.trim_matches('/');
    match path.strip_prefix("./") {
        Some(rest) => folder(rest),
        None if path == "." => "",
        None => path,
    }
}

/// Whether a revision is a branch, however it is written.
pub fn is_branch(revision: &str, branch: &str) -> bool {
    revision.strip_prefix("refs/heads/").unwrap_or(revision) == branch
}

/// `host/path` of `https://host/path.git`, `ssh://git@host/path` and `git@host:path`.
fn plain_address(address: &str) -> String {
    let address = address.trim().trim_end_matches('/');
    let address = address.strip_suffix(".git").unwrap_or(address);
    let (address, is_url) = match address.split_once("://") {
        Some((_, rest)) => (rest, true),
        None => (address, false),
    };
    let host = address.find(['/', ':']).unwrap_or(address.len());
    let address = match address[..host].rfind('@') {
        Some(at) => &address[at + 1..],
        None => address,
    };
    let address = if is_url {
        address.to_owned()
    } else {
        address.replacen(':', "/", 1)
    };
    address.to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_repository_has_many_addresses() {
        let https = "https://github.com/acme/platform";
        for other in [
            "https://github.com/acme/platform.git",
            "https://github.com/Acme/platform/",
            "https://github.com/acme/platform.git/",
            "git@github.com:acme/platform.git",
            "ssh://git@github.com/acme/platform",
        ] {
            assert!(is_same_repository(https, other), "{other}");
        }
        assert!(!is_same_repository(https, "https://github.com/acme/other"));
    }

    #[test]
    fn a_folder_and_a_branch_are_written_in_several_ways() {
        for path in ["a/b", "./a/b", "/a/b/", "././a/b"] {
            assert_eq!(folder(path), "a/b", "{path}");
        }
        assert_eq!((folder("."), folder("./"), folder("")), ("", "", ""));
        assert!(is_branch("refs/heads/main", "main") && is_branch("main", "main"));
        assert!(!is_branch("HEAD", "main"));
    }
}
