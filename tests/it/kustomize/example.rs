//! Every overlay of the example, as kustomize builds it.

use super::{built, kustomize, read_tree, real, say, write_tree};
use crate::support::project;

#[test]
fn every_folder_of_the_example_is_built_like_kustomize_builds_it() {
    let tree: super::Tree = read_tree(&project().join("platform-example/cluster"));
    // A Component is built into what uses it; by itself it has nothing to patch.
    let is_component = |text: &[u8]| String::from_utf8_lossy(text).contains("kind: Component");
    let folders: Vec<&str> = tree
        .iter()
        .filter(|(_, text)| !is_component(text))
        .filter_map(|(path, _)| path.strip_suffix("/kustomization.yaml"))
        .collect();
    assert!(
        folders.len() > 30,
        "the example has overlays: {}",
        folders.len()
    );
    let program = kustomize();
    if program.is_none() {
        say("SKIPPED: kustomize is not on PATH; the example was built and not compared");
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    write_tree(directory.path(), &tree);
    for folder in folders {
        let ours = built(&tree, folder);
        let Some(program) = &program else {
            assert!(ours.is_ok(), "{folder}: {ours:?}");
            continue;
        };
        let theirs = real(program, &directory.path().join(folder));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => assert!(ours == theirs, "{folder} differs"),
            (Err(_), Err(_)) => {}
            _ => panic!("{folder}: {ours:?}, kustomize: {theirs:?}"),
        }
    }
}
