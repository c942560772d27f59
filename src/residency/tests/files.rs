//! REP001 to REP006: rules about the files of the repository.

use super::super::{FileFact, FileState, PinFact, Tree};
use super::{GOOD, With, changed, judged};
use crate::model;
use crate::source::Location;
use crate::spec::names::{CellName, Name};
use std::collections::{BTreeMap, BTreeSet};

const A: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Pins for every service in every cell, never released.
fn tree() -> Tree {
    let (platform, _) = model::load(GOOD).expect("good");
    let pins = platform.cells.iter().flat_map(|cell| {
        platform.services.keys().map(|service| PinFact {
            cell: cell.name.clone(),
            service: service.clone(),
            path: cell.pins(service),
            tag: None,
            digest: None,
            released: false,
            location: Location::new(cell.pins(service), 10..20),
            problem: None,
        })
    });
    Tree {
        files: Vec::new(),
        compared: 0,
        pins: pins.collect(),
        history: Some(BTreeMap::new()),
    }
}

fn name(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn pin<'a>(tree: &'a mut Tree, environment: &str, region: &str, service: &str) -> &'a mut PinFact {
    let cell = CellName::join(&name(environment), &name(region));
    tree.pins
        .iter_mut()
        .find(|pin| pin.cell == cell && pin.service.as_str() == service)
        .expect("a pin")
}

fn release(tree: &mut Tree, environment: &str, region: &str, digest: Option<&str>) {
    let pin = pin(tree, environment, region, "frontend");
    pin.released = true;
    pin.tag = Some("v1".to_owned());
    pin.digest = digest.map(str::to_owned);
}

/// Rule, path and cell of each finding.
fn found(tree: &Tree) -> Vec<(&'static str, String, Option<String>)> {
    found_in(GOOD, tree, None)
}

fn found_in(
    text: &str,
    tree: &Tree,
    cell: Option<&str>,
) -> Vec<(&'static str, String, Option<String>)> {
    judged(
        text,
        &With {
            tree: Some(tree),
            cell,
            ..With::default()
        },
    )
    .into_iter()
    .map(|finding| {
        let path = finding.primary().map(|place| place.path.clone());
        (finding.code, path.unwrap_or_default(), finding.cell)
    })
    .collect()
}

fn pins_path(cell: &str) -> String {
    format!("cluster/overlays/{cell}/frontend/pins/kustomization.yaml")
}

#[test]
fn a_repository_in_which_nothing_was_released_is_clean() {
    assert_eq!(found(&tree()), []);
}

#[test]
fn rep001_and_rep002_tell_drift_from_edits() {
    let mut tree = tree();
    for (path, state) in [
        ("cluster/base/a.yaml", FileState::Missing),
        ("cluster/base/b.yaml", FileState::Outdated),
        ("cluster/base/c.yaml", FileState::Stale),
        ("cluster/base/d.yaml", FileState::Edited),
        ("cluster/overlays/production/tr/e.yaml", FileState::Foreign),
    ] {
        tree.files.push(FileFact {
            path: path.to_owned(),
            state,
        });
    }
    let rules: Vec<(&str, String)> = found(&tree)
        .into_iter()
        .map(|(rule, path, _)| (rule, path))
        .collect();
    assert_eq!(
        rules,
        [
            ("REP001", "cluster/base/a.yaml".to_owned()),
            ("REP001", "cluster/base/b.yaml".to_owned()),
            ("REP001", "cluster/base/c.yaml".to_owned()),
            ("REP002", "cluster/base/d.yaml".to_owned()),
            ("REP002", "cluster/overlays/production/tr/e.yaml".to_owned()),
        ]
    );
    assert_eq!(
        found_in(GOOD, &tree, Some("production/es")).len(),
        4,
        "another cell's overlay is left out"
    );
}

#[test]
fn rep003_pins_that_are_not_there() {
    let mut tree = tree();
    tree.pins.retain(|pin| {
        pin.path != pins_path("production/es") && pin.path != pins_path("dev-local/local")
    });
    assert_eq!(
        found(&tree),
        [
            (
                "REP003",
                pins_path("dev-local/local"),
                Some("dev-local/local".to_owned())
            ),
            (
                "REP003",
                pins_path("production/es"),
                Some("production/es".to_owned())
            ),
        ]
    );
}

#[test]
fn rep004_pins_that_cannot_be_read() {
    let mut tree = tree();
    let broken = pin(&mut tree, "production", "es", "frontend");
    broken.problem = Some("`digest` stands twice".to_owned());
    broken.released = true;
    assert_eq!(
        found(&tree),
        [(
            "REP004",
            pins_path("production/es"),
            Some("production/es".to_owned())
        )]
    );
    pin(&mut tree, "staging", "tr", "backend-api").problem = Some("not YAML".to_owned());
    assert_eq!(found(&tree).len(), 2);
}

#[test]
fn rep005_tags_are_for_the_first_environment_only() {
    let mut tree = tree();
    release(&mut tree, "staging", "es", None);
    assert_eq!(found(&tree), []);
    release(&mut tree, "production", "es", None);
    assert_eq!(
        found(&tree),
        [(
            "REP005",
            pins_path("production/es"),
            Some("production/es".to_owned())
        )]
    );
    release(&mut tree, "production", "tr", None);
    assert_eq!(found(&tree).len(), 2);
}

#[test]
fn rep006_digests_come_through_the_source() {
    let mut tree = tree();
    release(&mut tree, "staging", "es", Some(A));
    release(&mut tree, "production", "es", Some(A));
    assert_eq!(found(&tree), [], "the source runs it now");
    release(&mut tree, "staging", "es", Some(B));
    let lost = [(
        "REP006",
        pins_path("production/es"),
        Some("production/es".to_owned()),
    )];
    assert_eq!(found(&tree), lost);
    let had = BTreeMap::from([(
        pins_path("staging/es"),
        BTreeSet::from([A.to_owned(), B.to_owned()]),
    )]);
    tree.history = Some(had.clone());
    assert_eq!(found(&tree), [], "the source had it before");
    // Another region of the source proves nothing while the source has this region.
    tree.history = Some(BTreeMap::from([(
        pins_path("staging/tr"),
        BTreeSet::from([A.to_owned()]),
    )]));
    assert_eq!(found(&tree), lost);
    tree.history = None;
    assert_eq!(found(&tree), [], "without history nothing is concluded");
    // A region that the source does not have may be fed from any of its cells.
    let text = changed(&[(
        "[environments.staging]\nregions = [\"tr\", \"es\"]",
        "[environments.staging]\nregions = [\"tr\"]",
    )]);
    tree.history = Some(BTreeMap::from([(
        pins_path("staging/tr"),
        BTreeSet::from([A.to_owned()]),
    )]));
    assert_eq!(found_in(&text, &tree, None), []);
    tree.history = Some(had);
    assert_eq!(found_in(&text, &tree, None), lost);
}
