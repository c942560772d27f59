//! RES006, RES007, and what exceptions allow.

use super::{ADDED, EXCEPTION, GOOD, With, expect, expect_with, judged};
use crate::diagnostic::Severity;

/// A store of region es in France, and where the lines of the exception after it stand.
const DR: &str = "[[stores]]\nid = \"dr\"\nkind = \"bucket\"\nclasses = [\"phi\"]\nregion = \"es\"\nat = { provider = \"aws\", location = \"eu-west-3\" }\n[[stores]]\nid = \"dr-tr\"\nkind = \"bucket\"\nclasses = [\"phi\"]\nregion = \"tr\"\n";
const STORE: usize = ADDED + 5;
const ID: usize = ADDED + 13;

/// A change of the exception, the lines at which something is found, and what else the first message says.
#[track_caller]
fn excepted(change: (&str, &str), expected: &[(usize, &str)]) -> String {
    assert!(EXCEPTION.contains(change.0), "{}", change.0);
    let exception = EXCEPTION.replacen(change.0, change.1, 1);
    let found = expect(&[], &format!("{DR}{exception}"), expected);
    found
        .iter()
        .filter(|finding| finding.code != "RES004")
        .map(|finding| finding.message.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn an_exception_in_order_allows_what_it_names_and_nothing_else() {
    excepted(("EXC-1", "EXC-1"), &[]);
    expect(&[], DR, &[(STORE, "RES004")]);
    let more = DR.replacen("classes = [\"phi\"]", "classes = [\"phi\", \"pii\"]", 1);
    expect(
        &[],
        &format!("{more}{EXCEPTION}"),
        &[(STORE, "RES004"), (ID, "RES009")],
    );
    let elsewhere = DR.replace("eu-west-3", "eu-central-1");
    expect(
        &[],
        &format!("{elsewhere}{EXCEPTION}"),
        &[(STORE, "RES004"), (ID, "RES009")],
    );
}

#[test]
fn res006_incomplete() {
    for key in [
        "reason",
        "legal-basis",
        "requested-by",
        "approved-by",
        "approved-on",
        "expires",
        "encryption",
        "rules",
        "classes",
        "region",
        "store",
        "to",
    ] {
        let without: String = EXCEPTION
            .lines()
            .filter(|line| !line.starts_with(&format!("{key} =")))
            .map(|line| format!("{line}\n"))
            .collect();
        let text = format!("{GOOD}{DR}{without}");
        let found = judged(&text, &With::default());
        let lines = super::lines(&text, &found);
        assert_eq!(
            lines,
            [(STORE, "RES004"), (ID, "RES006")],
            "{key}: {found:#?}"
        );
        assert_eq!(
            found[1].message,
            format!("the exception `EXC-1` lacks `{key}`")
        );
    }
    let message = excepted(
        ("\"recovery when the whole region is down\"", "\" \""),
        &[(STORE, "RES004"), (ID, "RES006")],
    );
    assert_eq!(message, "the exception `EXC-1` lacks `reason`");
}

#[test]
fn res006_too_broad_or_unknown() {
    for (change, line, words) in [
        (
            ("[\"RES004\"]", "[\"RES004\", \"*\"]"),
            ID + 1,
            "`*` is too broad",
        ),
        (
            ("[\"RES004\"]", "[\"RES004\", \"RES044\"]"),
            ID + 1,
            "there is no rule `RES044`",
        ),
        (
            ("[\"RES004\"]", "[\"RES004\", \"RES002\"]"),
            ID + 1,
            "nothing can be excepted from `RES002`",
        ),
        (
            ("classes = [\"phi\"]", "classes = [\"phi\", \"*\"]"),
            ID + 4,
            "`*` is too broad",
        ),
        (
            ("classes = [\"phi\"]", "classes = [\"phi\", \"phii\"]"),
            ID + 4,
            "there is no data class `phii`",
        ),
        (
            (
                "eu-west-3\", country = \"FR\"",
                "eu-west-9\", country = \"FR\"",
            ),
            ID + 5,
            "there is no location `eu-west-9`",
        ),
        (
            ("country = \"FR\"", "country = \"ES\""),
            ID + 5,
            "says that aws `eu-west-3` is in ES",
        ),
    ] {
        let message = excepted(change, &[(STORE, "RES004"), (line, "RES006")]);
        assert!(message.contains(words), "{message}");
    }
    for (change, line, words) in [
        (
            ("region = \"es\"", "region = \"*\""),
            ID + 2,
            "`*` is too broad",
        ),
        (
            ("store = \"dr\"", "store = \"rd\""),
            ID + 3,
            "there is no store or endpoint `rd`",
        ),
    ] {
        let exception = EXCEPTION.replacen(change.0, change.1, 1);
        let text = format!("{GOOD}{DR}{exception}");
        let found = judged(&text, &With::default());
        assert!(
            super::lines(&text, &found).contains(&(line, "RES006")),
            "{found:#?}"
        );
        assert!(
            found.iter().any(|finding| finding.message.contains(words)),
            "{found:#?}"
        );
    }
    let twice = format!("{DR}{EXCEPTION}{EXCEPTION}");
    expect(&[], &twice, &[(ID + 14 + 1, "RES006")]);
}

#[test]
fn res006_people_and_days() {
    let refused = [(STORE, "RES004"), (ID + 9, "RES006")];
    let message = excepted(("\"data protection\"", "\" Platform Team\""), &refused);
    assert_eq!(
        message,
        "the exception `EXC-1` is approved by who asked for it"
    );
    let expires = [(STORE, "RES004"), (ID + 11, "RES006")];
    for (day, words) in [
        ("2026-11-21", "ended on 2026-11-21"),
        ("2027-09-01", "lasts 335 days, more than 180"),
    ] {
        let message = excepted(("2027-01-31", day), &expires);
        assert!(message.contains(words), "{message}");
    }
    let message = excepted(
        ("2026-10-01", "2026-11-22"),
        &[(STORE, "RES004"), (ID + 10, "RES006")],
    );
    assert!(
        message.contains("is not approved before 2026-11-22"),
        "{message}"
    );
}

#[test]
fn res006_warns_before_the_end_and_closes_after_it() {
    let text = format!("{DR}{EXCEPTION}");
    let on = |day| With {
        day: Some(day),
        ..With::default()
    };
    expect_with(&[], &text, &on("2026-12-31"), &[]);
    let found = expect_with(&[], &text, &on("2027-01-01"), &[(ID + 11, "RES006")]);
    assert_eq!(found[0].severity, Severity::Warning);
    assert_eq!(found[0].message, "the exception `EXC-1` ends in 30 days");
    let found = expect_with(
        &[],
        &text,
        &on("2027-01-31"),
        &[(STORE, "RES004"), (ID + 11, "RES006")],
    );
    assert_eq!(found[1].severity, Severity::Error);
    let labels: Vec<&str> = found[0]
        .labels
        .iter()
        .map(|label| label.text.as_str())
        .collect();
    assert_eq!(
        labels,
        [
            "in FR",
            "only ES is allowed",
            "this exception does not hold"
        ]
    );
}

#[test]
fn res006_leaving_the_eea_or_turkiye_needs_a_transfer_tool() {
    let abroad = DR.replace("eu-west-3", "us-east-1");
    let exception = EXCEPTION.replace(
        "eu-west-3\", country = \"FR\"",
        "us-east-1\", country = \"US\"",
    );
    let found = expect(
        &[],
        &format!("{abroad}{exception}"),
        &[(STORE, "RES004"), (ID + 5, "RES006")],
    );
    assert!(
        found[1]
            .message
            .contains("leave the European Economic Area"),
        "{found:#?}"
    );
    expect(
        &[],
        &format!("{abroad}{exception}transfer-tool = \"SCC\"\n"),
        &[],
    );
    // The same copy of Turkish data in France leaves Türkiye, not the EEA.
    let turkish = EXCEPTION
        .replace("region = \"es\"", "region = \"tr\"")
        .replace("key-location = \"es\"", "key-location = \"tr\"");
    let store = DR
        .replace("region = \"tr\"", "region = \"?\"")
        .replace("region = \"es\"", "region = \"tr\"")
        .replace("region = \"?\"", "region = \"es\"");
    let found = judged(&format!("{GOOD}{store}{turkish}"), &With::default());
    assert!(
        found.iter().any(|finding| finding
            .message
            .contains("leave Türkiye without a transfer tool")),
        "{found:#?}"
    );
}

#[test]
fn res007_keys_stay_at_home() {
    let line = [(STORE, "RES004"), (ID + 12, "RES007")];
    for (change, words) in [
        (
            ("mode = \"client-side\"", "mode = \"sse-s3\""),
            "is not encrypted before it leaves",
        ),
        (("cipher = \"aes-256-gcm\", ", ""), "has no declared cipher"),
        (("aes-256-gcm", "rot13"), "has the cipher `rot13`"),
        (
            ("key-location = \"es\"", "key-location = \"tr\""),
            "has its key in region `tr`",
        ),
        (
            ("key-location = \"es\"", "key-location = \"paris\""),
            "has its key at `paris`, which is no region",
        ),
        (
            ("key-location = \"es\", ", ""),
            "does not say where its key is",
        ),
        (
            (", key-replicated = false", ""),
            "has a key that is or may be copied elsewhere",
        ),
        (
            ("key-replicated = false", "key-replicated = true"),
            "has a key that is or may be copied elsewhere",
        ),
    ] {
        let message = excepted(change, &line);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_flow_names_its_exception() {
    let flow = "[[flows]]\nfrom = \"es/objects\"\nto = \"es/dr\"\nclasses = [\"phi\"]\n";
    let exception = EXCEPTION
        .replace("[\"RES004\"]", "[\"RES005\"]")
        .replace("store = \"dr\"", "store = \"objects\"");
    let all = |flow: &str| {
        format!(
            "{DR}{EXCEPTION}{}{flow}",
            exception.replace("EXC-1", "EXC-2")
        )
    };
    expect(&[], &all(&format!("{flow}exception = \"EXC-2\"\n")), &[]);
    let to = ADDED + 11 + 15 + 15 + 2 + 2 - 2;
    expect(&[], &all(flow), &[(ID + 15, "RES009"), (to, "RES005")]);
    expect(
        &[],
        &all(&format!("{flow}exception = \"EXC-1\"\n")),
        &[(ID + 15, "RES009"), (to, "RES005")],
    );
}

#[test]
fn an_endpoint_can_be_excepted_by_its_id() {
    let endpoint = "[[endpoints]]\nid = \"lab\"\nhost = \"lab.example.fr\"\ncountry = \"FR\"\nclasses = [\"phi\"]\nregions = [\"es\"]\n";
    let exception = EXCEPTION
        .replace("[\"RES004\"]", "[\"RES005\"]")
        .replace("store = \"dr\"", "store = \"lab\"")
        .replace("provider = \"aws\", location = \"eu-west-3\", ", "");
    expect(&[], endpoint, &[(ADDED + 3, "RES005")]);
    expect(&[], &format!("{endpoint}{exception}"), &[]);
}
