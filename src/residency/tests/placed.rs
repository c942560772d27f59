//! RES004 and RES005: where stores are and where data moves.

use super::{ADDED, GOOD, With, changed, expect, judged, line_of};

const AT: &str = "[[stores]]\nid = \"dr\"\nkind = \"bucket\"\nclasses = [\"CLASS\"]\nat = { provider = \"aws\", location = \"PLACE\" }\n";

#[test]
fn res004_stores_at_another_place() {
    let at = |place: &str, class: &str| AT.replace("PLACE", place).replace("CLASS", class);
    // For region tr everything but Türkiye is abroad; for region es Spain is home.
    let found = expect(&[], &at("eu-south-2", "phi"), &[(ADDED + 4, "RES004")]);
    assert_eq!(
        found[0].message,
        "the store `dr` keeps data of region `tr` in ES, where phi may not be"
    );
    let found = expect(&[], &at("eu-central-1", "phi"), &[(ADDED + 4, "RES004"); 2]);
    let text = format!("{GOOD}{}", at("eu-central-1", "phi"));
    assert_eq!(line_of(&text, &found[0], 1), "countries = [\"ES\"]");
    assert_eq!(line_of(&text, &found[1], 1), "countries = [\"TR\"]");
    // No country may keep what is not known to be somewhere.
    expect(
        &[],
        &at("aws-global", "telemetry"),
        &[(ADDED + 4, "RES004"); 2],
    );
    expect(&[], &at("eu-central-1", "public"), &[]);
    let listed = "[residency.classes.telemetry]\nresidency = \"listed\"\ncountries = [\"DE\"]\nreason = \"agreed\"\n";
    expect(
        &[],
        &format!("{}{listed}", at("eu-central-1", "telemetry")),
        &[],
    );
}

#[test]
fn res004_an_unnamed_site_is_nowhere() {
    let at = |site: &str, region: &str| {
        format!(
            "[[stores]]\nid = \"dr\"\nkind = \"backup-repo\"\nclasses = [\"phi\"]\n{region}at = {{ provider = \"onprem\", location = \"{site}\" }}\n"
        )
    };
    expect(&[], &at("cellar", ""), &[(ADDED + 4, "RES004"); 2]);
    expect(&[], &at("ist-dc1", ""), &[(ADDED + 4, "RES004")]);
}

#[test]
fn res004_services_of_one_region_that_use_the_store_of_another() {
    let uses = ("uses = [\"objects\"]", "uses = [\"objects\", \"exports\"]");
    let store = |classes: &str| {
        format!(
            "[[stores]]\nid = \"exports\"\nkind = \"bucket\"\nclasses = [\"{classes}\"]\nregion = \"tr\"\n"
        )
    };
    let found = expect(&[uses], &store("phi"), &[(ADDED + 4, "RES004")]);
    assert!(
        found[0].message.contains("data of region `es` in TR"),
        "{found:#?}"
    );
    // The service also handles phi and pii, but only what the store is for is in it: sharing remains.
    expect(&[uses], &store("public"), &[(ADDED + 4, "RES008")]);
}

#[test]
fn res005_flows() {
    let flow = "[[flows]]\nfrom = \"es/objects\"\nto = \"tr/objects\"\n";
    let found = expect(&[], flow, &[(ADDED + 2, "RES005")]);
    assert!(
        found[0]
            .message
            .contains("in TR, where phi and pii may not be"),
        "{found:#?}"
    );
    expect(&[], &format!("{flow}classes = [\"public\"]\n"), &[]);
    expect(&[("[\"ES\"]", "[\"ES\", \"TR\"]")], flow, &[]);
    expect(
        &[("[\"ES\"]", "[\"ES\", \"TR\"]")],
        "[[flows]]\nfrom = \"tr/objects\"\nto = \"es/objects\"\n",
        &[(ADDED + 2, "RES005")],
    );
}

fn endpoint(rest: &str) -> String {
    format!(
        "[[endpoints]]\nid = \"mail\"\nhost = \"smtp.example.com\"\ncidrs = [\"192.0.2.0/24\"]\ncountry = \"ES\"\n{rest}"
    )
}

#[test]
fn res005_endpoints_say_what_they_receive() {
    expect(
        &[],
        &endpoint("classes = [\"pii\"]\nregions = [\"es\"]\n"),
        &[],
    );
    expect(
        &[],
        &endpoint("classes = [\"pii\"]\n"),
        &[(ADDED + 4, "RES005")],
    );
    expect(&[], &endpoint("classes = [\"public\"]\n"), &[]);
}

#[test]
fn res005_an_endpoint_that_says_nothing_receives_all_its_callers_handle() {
    let frontend = (
        "calls = [\"backend-api\"]",
        "calls = [\"backend-api\", \"mail\"]",
    );
    // The frontend has no class of its own; what it gets from backend-api it could pass on.
    let found = expect(&[frontend], &endpoint(""), &[(29, "RES005")]);
    assert!(
        found[0]
            .message
            .contains("`frontend` sends the endpoint `mail` data of region `tr`"),
        "{found:#?}"
    );
    let column = crate::source::position(
        &changed(&[frontend]),
        found[0]
            .primary()
            .and_then(|place| place.span)
            .map_or(0, |span| span.0),
    );
    assert_eq!((column.line, column.column), (29, 25));
    expect(&[], &endpoint(""), &[]);
}

#[test]
fn res005_endpoints_may_not_be_called_from_every_region() {
    let frontend = (
        "calls = [\"backend-api\"]",
        "calls = [\"backend-api\", \"mail\"]",
    );
    let text = endpoint("classes = [\"pii\"]\nregions = [\"es\"]\n");
    let found = expect(&[frontend], &text, &[(29, "RES005")]);
    assert!(
        found[0]
            .message
            .contains("may not be contacted from region tr"),
        "{found:#?}"
    );
    let only = [
        frontend,
        ("regions = [\"tr\", \"es\"]", "regions = [\"es\"]"),
        ("regions = [\"tr\", \"es\"]", "regions = [\"es\"]"),
    ];
    expect(&only, &text, &[]);
}

#[test]
fn res005_what_a_caller_sends_must_be_declared() {
    let frontend = (
        "calls = [\"backend-api\"]",
        "calls = [\"backend-api\", \"mail\"]",
    );
    let alerts = "classes = [\"alerts-scrubbed\"]\n[residency.classes.alerts-scrubbed]\nresidency = \"any\"\nreason = \"no data of persons\"\n";
    let found = expect(&[frontend], &endpoint(alerts), &[(29, "RES005")]);
    assert!(
        found[0]
            .message
            .contains("which receives alerts-scrubbed only"),
        "{found:#?}"
    );
    let declared = (
        "port = 3000",
        "port = 3000\nclasses = [\"alerts-scrubbed\"]",
    );
    expect(&[frontend, declared], &endpoint(alerts), &[]);
}

#[test]
fn local_environments_are_not_judged() {
    let text = changed(&[
        ("[environments.staging]\nregions = [\"tr\", \"es\"]\n", ""),
        (
            "[environments.production]\nregions = [\"tr\", \"es\"]\npromote-from = \"staging\"\n",
            "",
        ),
    ]);
    let store = AT.replace("PLACE", "eu-central-1").replace("CLASS", "phi");
    assert_eq!(judged(&format!("{text}{store}"), &With::default()), []);
}

const OUTSIDE: &str = "engine = \"external\"\nexternal = { host = \"s3.example\", cidrs = [\"203.0.113.0/24\"], at = { provider = \"aws\", location = \"eu-south-2\" } }\n";

#[test]
fn res004_an_object_store_outside_of_the_clusters() {
    // Spain is home for region es and abroad for region tr.
    let found = expect(&[], OUTSIDE, &[(ADDED + 1, "RES004")]);
    assert_eq!(
        found[0].message,
        "the store `objects` keeps data of region `tr` in ES, where phi and pii may not be"
    );
    // Each region with a store at home: a site of one's own is known when it is the site of a region.
    let own = |site: &str| {
        let cell = |environment: &str| {
            format!(
                "[cells.\"{environment}/tr\".components.object-storage.external]\nhost = \"s3.tr.example\"\nat = {{ provider = \"onprem\", location = \"{site}\" }}\n"
            )
        };
        format!("{OUTSIDE}{}{}", cell("staging"), cell("production"))
    };
    expect(&[], &own("ist-dc1"), &[]);
    // Nobody says where this one is; the finding stands at the cell that says it.
    expect(&[], &own("cellar"), &[(ADDED + 4, "RES004")]);
}
