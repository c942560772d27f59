//! Whose commit is it: a mark in the message that holds only while the commit holds what platformctl put into it.
//!
//! A trailer alone proves nothing: somebody who amends a commit keeps its message. So the message also carries a
//! digest of the files that were written. A branch whose difference to its base has another digest was touched.

use std::collections::BTreeMap;

use super::Error;
use crate::digest::Digest;
use crate::promotion::{MANAGED_TRAILER, Proposal};

/// The key of the trailer that holds the seal.
const SEAL_KEY: &str = "Platformctl-Content: ";
/// The key of the trailer that holds [`Proposal::id`].
const ID_KEY: &str = "Promotion-Id: ";

/// The digest over paths and Git blob ids of changed files, 64 hexadecimal digits.
pub(super) fn of_blobs(blobs: &BTreeMap<String, String>) -> String {
    let lines: String = blobs
        .iter()
        .map(|(path, blob)| format!("{path}\0{blob}\n"))
        .collect();
    Digest::of(lines.as_bytes()).to_string()
}

/// The seal of whole texts by path.
pub(super) fn of_files(files: &BTreeMap<String, String>) -> Result<String, Error> {
    let blobs: Result<BTreeMap<String, String>, Error> = files
        .iter()
        .map(|(path, text)| Ok((path.clone(), blob_id(text)?)))
        .collect();
    Ok(of_blobs(&blobs?))
}

/// The id that Git gives to a text.
pub(super) fn blob_id(text: &str) -> Result<String, Error> {
    git2::Oid::hash_object(git2::ObjectType::Blob, text.as_bytes())
        .map(|oid| oid.to_string())
        .map_err(|error| Error::Unexpected(format!("cannot hash a text: {}", error.message())))
}

/// The body of the commit message: the proposal's own, and below it the trailers that are not there yet.
pub(super) fn message(proposal: &Proposal) -> Result<String, Error> {
    let own = proposal.message.trim_end();
    let wanted = [
        format!("{ID_KEY}{}", proposal.id),
        MANAGED_TRAILER.to_owned(),
        format!("{SEAL_KEY}{}", of_files(&proposal.files)?),
    ];
    let missing: Vec<&str> = wanted
        .iter()
        .map(String::as_str)
        .filter(|trailer| !has_line(own, trailer))
        .collect();
    let between = match own.rsplit("\n\n").next() {
        None | Some("") => "",
        Some(last) if last.lines().all(is_trailer) => "\n",
        Some(_) => "\n\n",
    };
    Ok(format!("{own}{between}{}", missing.join("\n")))
}

/// The seal in a commit message, when the message also says that the commit is platformctl's.
pub(super) fn in_message(message: &str) -> Option<&str> {
    let seal = message
        .lines()
        .rev()
        .find_map(|line| line.trim_end().strip_prefix(SEAL_KEY))?;
    has_line(message, MANAGED_TRAILER).then_some(seal)
}

/// Whether a commit message belongs to the proposal with this id.
pub(super) fn names(message: &str, id: &str) -> bool {
    has_line(message, &format!("{ID_KEY}{id}"))
}

fn has_line(text: &str, line: &str) -> bool {
    text.lines().any(|other| other.trim_end() == line)
}

fn is_trailer(line: &str) -> bool {
    line.split_once(": ").is_some_and(|(key, _)| {
        !key.is_empty()
            && key
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(message: &str) -> Proposal {
        Proposal {
            branch: "promote/production/es/all".to_owned(),
            base_branch: "main".to_owned(),
            base_oid: "0".repeat(40),
            id: "2099481e42acd268".to_owned(),
            title: String::new(),
            body: String::new(),
            headline: String::new(),
            message: message.to_owned(),
            labels: Vec::new(),
            files: BTreeMap::from([("a".to_owned(), "one\n".to_owned())]),
        }
    }

    #[test]
    fn trailers_form_one_last_paragraph_and_none_is_written_twice() {
        let plain = message(&proposal("checkout moves")).unwrap();
        assert!(plain.starts_with("checkout moves\n\nPromotion-Id: 2099481e42acd268\nPlatformctl-Managed: v1\nPlatformctl-Content: "));
        let own = "checkout moves\n\nPromotion-From: staging\nPromotion-Id: 2099481e42acd268\nPlatformctl-Managed: v1\n";
        let kept = message(&proposal(own)).unwrap();
        assert!(
            kept.starts_with(&format!("{own}Platformctl-Content: ")),
            "{kept}"
        );
        assert_eq!(kept.matches("Promotion-Id").count(), 1);
        assert!(message(&proposal("")).unwrap().starts_with("Promotion-Id"));
        assert!(names(&kept, "2099481e42acd268"));
        assert!(!names(&kept, "2099481e42acd2"));
    }

    #[test]
    fn a_seal_counts_only_beside_the_ownership_trailer() {
        let text = message(&proposal("x")).unwrap();
        let expected = of_files(&proposal("x").files).unwrap();
        assert_eq!(in_message(&text), Some(expected.as_str()));
        assert_eq!(
            in_message(&text.replace(MANAGED_TRAILER, "Signed-off-by: someone")),
            None
        );
        assert_eq!(in_message("fix by hand"), None);
    }

    #[test]
    fn the_seal_depends_on_every_path_and_text() {
        let seal = |pairs: &[(&str, &str)]| {
            let files = pairs
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
            of_files(&files.collect()).unwrap()
        };
        let one = seal(&[("a", "1"), ("b", "2")]);
        assert_eq!(one, seal(&[("b", "2"), ("a", "1")]));
        assert_ne!(one, seal(&[("a", "1")]));
        assert_ne!(one, seal(&[("a", "2"), ("b", "1")]));
        // git hash-object of an empty file.
        assert_eq!(
            blob_id("").unwrap(),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
    }
}
