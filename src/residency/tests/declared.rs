//! RES001 to RES003, RES008, and what RES009 says about changes.

use super::super::{judge, policy_hash};
use super::{ADDED, GOOD, With, changed, expect, expect_with, judged, line_of};
use crate::model;

const ES: &str = "provider = \"gcp\"\nlocation = \"europe-southwest1\"";

#[test]
fn res001_places_that_cannot_be_told() {
    expect(&[("jurisdiction = \"TR\"\n", "")], "", &[(10, "RES001")]);
    expect(&[("europe-southwest1", "EU")], "", &[(18, "RES001")]);
    expect(&[("europe-southwest1", "EUR4")], "", &[(18, "RES001")]);
    expect(&[("europe-southwest1", "global")], "", &[(18, "RES001")]);
    expect(
        &[("europe-southwest1", "turkiye-announced")],
        "",
        &[(18, "RES001")],
    );
    // Two countries, and nobody says in which of them the site is.
    let found = expect(&[("[\"TR\"]", "[\"TR\", \"DE\"]")], "", &[(13, "RES001")]);
    assert!(found[0].message.contains("whose country is not stated"));
    expect(
        &[
            ("[\"TR\"]", "[\"TR\", \"DE\"]"),
            (
                "location = \"ist-dc1\"",
                "location = \"ist-dc1\"\ncountry = \"TR\"",
            ),
        ],
        "",
        &[],
    );
}

#[test]
fn res001_a_place_of_restricted_access_is_still_a_known_place() {
    // Azure's `brazilsoutheast` is open to some customers only; `usgovvirginia` is a separate cloud.
    expect(
        &[
            ("countries = [\"ES\"]", "countries = [\"US\"]"),
            (ES, "provider = \"azure\"\nlocation = \"usgovvirginia\""),
        ],
        "",
        &[],
    );
}

#[test]
fn res002_regions_in_another_country() {
    let changes = [(ES, "provider = \"aws\"\nlocation = \"eu-west-2\"")];
    let text = changed(&changes);
    let found = expect(&changes, "", &[(18, "RES002")]);
    assert_eq!(line_of(&text, &found[0], 1), "countries = [\"ES\"]");
    assert_eq!(
        found[0].message,
        "the region `es` is in GB, outside of its jurisdiction"
    );
    assert!(
        found[0]
            .help
            .iter()
            .any(|help| help == "aws is in ES with eu-south-2"),
        "{found:#?}"
    );
    expect(
        &[(ES, "provider = \"aws\"\nlocation = \"eu-south-2\"")],
        "",
        &[],
    );
    let found = expect(
        &[(ES, "provider = \"digitalocean\"\nlocation = \"fra1\"")],
        "",
        &[(18, "RES002")],
    );
    assert!(
        found[0].help[0].starts_with("digitalocean has no region in ES"),
        "{found:#?}"
    );
    expect(
        &[(
            "location = \"ist-dc1\"",
            "location = \"ist-dc1\"\ncountry = \"BG\"",
        )],
        "",
        &[(14, "RES002")],
    );
}

#[test]
fn res002_a_local_zone_is_judged_with_its_parent() {
    let onprem = "provider = \"onprem\"\nlocation = \"ist-dc1\"";
    let zone = "provider = \"aws\"\nlocation = \"eu-central-1-ist-1a\"";
    let found = expect(&[(onprem, zone)], "", &[(13, "RES002")]);
    assert!(
        found[0]
            .message
            .contains("belongs to `eu-central-1`, which is in DE")
    );
    expect(&[(onprem, zone), ("[\"TR\"]", "[\"TR\", \"DE\"]")], "", &[]);
}

#[test]
fn res002_zones_are_looked_up_too() {
    let zones =
        |zones: &str| format!("provider = \"aws\"\nlocation = \"eu-south-2\"\nzones = {zones}");
    let good = zones("[\"eu-south-2a\", \"eu-south-2b\"]");
    expect(&[(ES, &good)], "", &[]);
    let bad = zones("[\"eu-south-2a\",\n\"eu-west-3b\"]");
    expect(&[(ES, &bad)], "", &[(20, "RES002")]);
    let gcp = "provider = \"gcp\"\nlocation = \"europe-southwest1\"\nzones = [\"europe-west9-b\"]";
    expect(&[(ES, gcp)], "", &[(19, "RES002")]);
}

#[test]
fn res003_data_without_a_class() {
    expect(
        &[("classes = [\"phi\", \"pii\"]\n", "")],
        "",
        &[(32, "RES003")],
    );
    expect(
        &[],
        "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\n",
        &[(ADDED + 1, "RES003")],
    );
    expect(
        &[],
        "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"phi\"]\n",
        &[],
    );
    // A bucket that nobody uses is not made.
    expect(&[("uses = [\"objects\"]\n", "")], "", &[]);
}

#[test]
fn res008_what_regions_share() {
    let tr = (
        "location = \"ist-dc1\"",
        "location = \"ist-dc1\"\ncluster = \"main\"",
    );
    let es = (
        "domain = \"es.carebase.example\"",
        "domain = \"es.carebase.example\"\ncluster = \"main\"",
    );
    let found = expect(&[tr, es], "", &[(21, "RES008")]);
    assert_eq!(found[0].labels[0].text, "the same name");
    expect(&[tr], "", &[]);
    // `a` in `b-c` and `a-b` in `c` would be one bucket.
    expect(
        &[
            (
                "[environments.staging]\nregions = [\"tr\", \"es\"]",
                "[environments.staging]\nregions = [\"es\"]\n[environments.staging-x]\nregions = [\"tr\"]",
            ),
            (
                "[environments.production]",
                "[environments.production]\nsubdomain = \"p\"",
            ),
            (
                "regions = [\"tr\", \"es\"]\npromote-from = \"staging\"",
                "regions = [\"x-tr\", \"es\"]\npromote-from = \"staging\"",
            ),
            (
                "[regions.tr]",
                "[regions.x-tr]\njurisdiction = \"TR\"\nprovider = \"onprem\"\nlocation = \"ank-dc1\"\ndomain = \"x.tr.carebase.example\"\n[regions.tr]",
            ),
        ],
        "[environments.staging2]\nregions = [\"es\"]\n",
        &[],
    );
    expect(
        &[],
        "[[stores]]\nid = \"backups\"\nkind = \"backup-repo\"\nclasses = [\"phi\"]\nregion = \"tr\"\n",
        &[(ADDED + 4, "RES008")],
    );
    // A further copy at another place of the same country is for one region to have or not.
    expect(
        &[],
        "[[stores]]\nid = \"copy\"\nkind = \"backup-repo\"\nclasses = [\"phi\"]\nregion = \"es\"\nat = { provider = \"aws\", location = \"eu-south-2\" }\n",
        &[],
    );
    expect(
        &[],
        "[[stores]]\nid = \"b-tr\"\nkind = \"backup-repo\"\nclasses = [\"phi\"]\nregion = \"tr\"\n[[stores]]\nid = \"b-es\"\nkind = \"backup-repo\"\nclasses = [\"phi\"]\nregion = \"es\"\n",
        &[],
    );
}

#[test]
fn res008_two_cells_whose_names_run_together() {
    let changes = [
        (
            "[environments.staging]\nregions = [\"tr\", \"es\"]",
            "[environments.staging]\nregions = [\"x-tr\", \"es\"]\n[environments.staging-x]\nregions = [\"tr\"]",
        ),
        (
            "[regions.tr]",
            "[regions.x-tr]\njurisdiction = \"TR\"\nprovider = \"onprem\"\nlocation = \"ank-dc1\"\ndomain = \"x.tr.carebase.example\"\n[regions.tr]",
        ),
    ];
    let found = expect(&changes, "", &[(15, "RES008"), (41, "RES008")]);
    assert!(
        found[0]
            .message
            .contains("the same cluster `carebase-staging-x-tr`"),
        "{found:#?}"
    );
    assert!(
        found[1]
            .message
            .contains("the same bucket `carebase-staging-x-tr-objects`"),
        "{found:#?}"
    );
}

#[test]
fn res009_the_policy_and_its_approval() {
    let (platform, document) = model::load(GOOD).expect("good");
    let approved = policy_hash(&platform);
    let with = |policy| With {
        policy: Some(policy),
        ..With::default()
    };
    expect_with(&[], "", &with(&approved), &[]);
    expect_with(
        &[
            ("[\"TR\"]", "[\"TR\", \"BG\"]"),
            (
                "location = \"ist-dc1\"",
                "location = \"ist-dc1\"\ncountry = \"TR\"",
            ),
        ],
        "",
        &with(&approved),
        &[(9, "RES009")],
    );
    let listed = "[residency.classes.telemetry]\nresidency = \"any\"\nreason = \"agreed\"\n";
    expect_with(&[], listed, &with(&approved), &[(9, "RES009")]);
    expect_with(
        &[],
        "[residency]\nmax-exception-days = 200\n",
        &with(&approved),
        &[(9, "RES009")],
    );
    let none = super::Input {
        platform: &platform,
        document: &document,
        as_of: jiff::civil::date(2026, 11, 21),
        cell: None,
        policy: None,
        tree: None,
        facts: None,
    };
    assert_eq!(judge(&none).findings, []);
}

#[test]
fn res009_the_hash_is_of_what_is_meant_not_of_how_it_is_written() {
    let hash = |text: &str| policy_hash(&model::load(text).unwrap_or_else(|p| panic!("{p:#?}")).0);
    let good = hash(GOOD);
    assert_eq!(good.len(), 64);
    let written_out = changed(&[
        (
            "[residency.jurisdictions.TR]\ncountries = [\"TR\"]",
            "[residency]\ndefault = \"deny\"\nmax-exception-days = 180 # the default\n[residency.classes.phi]\nresidency = \"home\"",
        ),
        (
            "countries = [\"ES\"]",
            "countries = [\"ES\"]\n[residency.jurisdictions.TR]\ncountries = [ 'TR' ]",
        ),
    ]);
    assert_eq!(hash(&written_out), good);
    let moved = changed(&[("location = \"ist-dc1\"", "location = \"ank-dc1\"")]);
    assert_eq!(hash(&moved), good, "a region is not the policy");
    for change in [
        ("[\"TR\"]", "[\"TR\", \"BG\"]"),
        (
            "countries = [\"ES\"]",
            "countries = [\"ES\"]\nbasis = [\"GDPR\"]",
        ),
    ] {
        assert_ne!(hash(&changed(&[change])), good, "{change:?}");
    }
}

#[test]
fn res009_attestations_run_out() {
    let attested = |day: &str| {
        format!(
            "location = \"ist-dc1\"\nattestation = {{ document = \"attest/ist.pdf\", by = \"site manager\", expires = {day} }}"
        )
    };
    expect(
        &[("location = \"ist-dc1\"", &attested("2027-06-30"))],
        "",
        &[],
    );
    expect(
        &[("location = \"ist-dc1\"", &attested("2026-11-21"))],
        "",
        &[(14, "RES009")],
    );
    let text = changed(&[("location = \"ist-dc1\"", &attested("2027-06-30"))]);
    let later = With {
        day: Some("2027-07-01"),
        ..With::default()
    };
    assert_eq!(judged(&text, &later).len(), 1);
}

#[test]
fn one_cell_is_judged_by_itself() {
    let text = changed(&[("europe-southwest1", "europe-west2")]);
    let one = |cell| With {
        cell: Some(cell),
        ..With::default()
    };
    assert_eq!(judged(&text, &one("production/tr")), []);
    assert_eq!(judged(&text, &one("production/es")).len(), 1);
}
