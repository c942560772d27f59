//! The kustomization of a cell's sealed Secrets: one line for each file.

use crate::yaml::{self, Node};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// The name of its file.
pub const FILE: &str = "kustomization.yaml";

/// Its text, with the names of the files beside it.
pub fn text(cell: &str, files: &BTreeSet<String>) -> String {
    let mut text = format!(
        "# The sealed Secrets of {cell}, one file each. `platformctl secrets` owns this folder; `platformctl render` made\n\
         # this file and never changes it.\n\
         apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
    );
    // Kustomize takes no file that says nothing.
    text.push_str(match files.is_empty() {
        true => "resources: []\n",
        false => "resources:\n",
    });
    for file in files {
        let _ = writeln!(text, "  - {file}");
    }
    text
}

/// The files that a kustomization lists; none if it cannot be read.
pub fn listed(path: &str, text: &str) -> BTreeSet<String> {
    let documents = yaml::parse(path, text).unwrap_or_default();
    let resources = documents
        .first()
        .and_then(|document| document.root.get("resources")?.sequence());
    let items = resources.map_or(&[][..], |list| &list.items);
    items
        .iter()
        .filter_map(Node::text)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_read_back() {
        for names in [
            vec![],
            vec!["p-data.a.yaml".to_owned(), "p-data.b.yaml".to_owned()],
        ] {
            let names: BTreeSet<String> = names.into_iter().collect();
            let text = text("production/tr", &names);
            assert_eq!(listed("k", &text), names);
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"));
        }
        assert_eq!(listed("k", "resources: ["), BTreeSet::new());
    }
}
