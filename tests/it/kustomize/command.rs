//! The command `build`.

use super::{built, read_tree, write_tree};
use crate::support::project;
use crate::support::run::platformctl;
use platformctl::kustomize::VERSION;
use std::path::Path;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let tree = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()))
        .collect();
    write_tree(directory.path(), &tree);
    directory
}

#[test]
fn a_unit_of_a_cell_is_printed() {
    let example = project().join("platform-example");
    let ran = platformctl(&example, &["build", "production/tr", "frontend"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
    let tree = read_tree(&example);
    let wanted = built(&tree, "cluster/overlays/production/tr/frontend").expect("builds");
    assert_eq!(ran.out, wanted);
    assert!(ran.out.contains("kind: Deployment"));
    let root = platformctl(&example, &["build", "production/tr"]);
    assert!(root.out.contains("kind: Application"), "{root:?}");
}

#[test]
fn what_is_not_there_is_said() {
    let example = project().join("platform-example");
    let cell = platformctl(&example, &["build", "production/ist"]);
    assert_eq!(cell.code, 2);
    assert!(
        cell.err.contains("there is no cell `production/ist`"),
        "{}",
        cell.err
    );
    let unit = platformctl(&example, &["build", "production/tr", "nothing"]);
    assert_eq!(unit.code, 2);
    assert!(unit.err.contains("cannot be built"), "{}", unit.err);
    assert_eq!(platformctl(&example, &["build"]).code, 2);
    let path = platformctl(&example, &["build", "--path", "nowhere"]);
    assert_eq!(path.code, 2);
    assert!(
        path.err.contains("there is no directory nowhere"),
        "{}",
        path.err
    );
}

#[test]
fn any_directory_is_built_and_warnings_stay_apart() {
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";
    let files = [
        ("k/kustomization.yaml", "bases: [../b]\n"),
        ("b/kustomization.yaml", "resources: [m.yaml]\n"),
        ("b/m.yaml", map),
    ];
    let directory = directory(&files);
    let ran = platformctl(directory.path(), &["build", "--path", "k"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        ran.out,
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
    );
    assert!(ran.err.contains("kustomize-deprecated"), "{}", ran.err);
    let quiet = platformctl(directory.path(), &["build", "--path", "k", "--quiet"]);
    assert_eq!((quiet.out, quiet.err.as_str()), (ran.out, ""));
}

#[test]
fn what_cannot_be_built_prints_nothing_but_the_place() {
    let directory = directory(&[(
        "kustomization.yaml",
        "resources: []\nhelmCharts: [{name: x}]\n",
    )]);
    let ran = platformctl(directory.path(), &["build", "--path", "."]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(
        ran.err.contains("`helmCharts` is not supported"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("kustomization.yaml:2:13"), "{}", ran.err);
    assert!(
        ran.err.contains("help: let Argo CD render the chart"),
        "{}",
        ran.err
    );
}

#[cfg(unix)]
#[test]
fn symlinks_do_not_lead_out_of_a_kustomization() {
    let files = [
        ("k/kustomization.yaml", "resources: [m.yaml]\n"),
        (
            "secret.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n",
        ),
    ];
    let directory = directory(&files);
    let link = directory.path().join("k/m.yaml");
    std::os::unix::fs::symlink(Path::new("../secret.yaml"), link).expect("makes the link");
    let ran = platformctl(directory.path(), &["build", "--path", "k"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("kustomize-file"), "{}", ran.err);
}

#[test]
fn the_version_says_whose_bytes_are_built() {
    let ran = platformctl(Path::new("/"), &["--version"]);
    assert!(
        ran.out.contains(&format!("kustomize {VERSION}")),
        "{}",
        ran.out
    );
}
