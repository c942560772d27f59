use super::*;
use proptest::prelude::*;
use serde_json::Value;

const FILE: &str = "platform.toml";
const TEXT: &str = "# a comment 🇹🇷\n[regions.es]\nlocation = \"eu-west-2\"\n\n[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n";

fn span(part: &str) -> Location {
    let start = TEXT.find(part).expect("part of the text");
    Location::new(FILE, start..start + part.len())
}

fn example() -> Report {
    let mut sources = SourceMap::default();
    sources.insert(FILE, TEXT);
    let found = vec![
        Diagnostic::warning("unknown-key", "`a` is, 100%: odd")
            .at(Location::file("cluster/a b,c.yaml"), "not as rendered")
            .in_cell("production/es"),
        Diagnostic::error("unknown-reference", "the region `es` is in GB")
            .at(span("\"eu-west-2\""), "in GB")
            .at(span("[\"ES\"]"), "only these are allowed")
            .help("use `eu-south-2`"),
    ];
    Report::new(found, sources)
}

fn written(report: &Report, format: Format) -> String {
    let mut out = Vec::new();
    format.write(report, &mut out).expect("a vector takes all");
    String::from_utf8(out).expect("utf-8")
}

#[test]
fn human_draws_every_place_of_a_file_in_one_picture() {
    assert_eq!(
        written(&example(), Format::Human),
        r#"warning[unknown-key]: `a` is, 100%: odd (cell production/es)
--> cluster/a b,c.yaml
 = note: not as rendered

error[unknown-reference]: the region `es` is in GB
 --> platform.toml:3:12
  |
3 | location = "eu-west-2"
  |            ^^^^^^^^^^^ in GB
...
6 | countries = ["ES"]
  |             ------ only these are allowed
  |
  = help: use `eu-south-2`

1 error, 1 warning
"#
    );
}

/// One finding in three cells, one that an exception allows, and what was looked at.
fn traced() -> Report {
    let found = |cell: &str| {
        Diagnostic::error("RES301", "the object leads `S3_ENDPOINT` abroad")
            .at(span("\"eu-west-2\""), "in FR")
            .about("Deployment apps/api")
            .concluded(
                ["S3_ENDPOINT", "s3.eu-west-3.amazonaws.com", "FR ∉ {ES}"].map(str::to_owned),
            )
            .in_cell(cell)
    };
    let mut sources = SourceMap::default();
    sources.insert(FILE, TEXT);
    let cells = ["production/es", "production/tr", "staging/es"];
    let allowed = Allowed {
        finding: found("staging/tr"),
        exception: "EXC-1".to_owned(),
        reason: "recovery, key token=abcdef".to_owned(),
        approver: "privacy@acme.example".to_owned(),
        expires: "2027-01-31".to_owned(),
    };
    Report::new(cells.map(found).to_vec(), sources)
        .excepting(vec![allowed])
        .examining(Scope {
            cells: 4,
            objects: 7,
            rules: 3,
            as_of: "2026-11-21".to_owned(),
        })
}

#[test]
fn people_see_a_finding_once_with_its_cells_and_how_it_was_concluded() {
    let human = written(&traced(), Format::Human);
    for said in [
        "abroad (in cells production/es, production/tr and staging/es)\n",
        "= trace: S3_ENDPOINT → s3.eu-west-3.amazonaws.com → FR ∉ {ES}\n",
        "\n1 error (3 counted in each cell), 1 allowed by an exception\n",
    ] {
        assert!(human.contains(said), "{said}\n{human}");
    }
    assert_eq!(human.matches("eu-west-2").count(), 1, "{human}");
}

#[test]
fn programs_see_it_in_each_cell() {
    let json: Value = serde_json::from_str(&written(&traced(), Format::Json)).expect("JSON");
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(3));
    assert_eq!(json["findings"][2]["cell"], "staging/es");
    assert_eq!(json["findings"][0]["trace"][2], "FR ∉ {ES}");
    assert_eq!(json["excepted"][0]["exception"], "EXC-1");
    assert_eq!(json["summary"]["errors"], 3);
    let github = written(&traced(), Format::Github);
    assert_eq!(github.lines().count(), 3);
    assert!(github.contains("%0Atrace: S3_ENDPOINT → s3.eu"), "{github}");
}

#[test]
fn what_an_exception_allows_is_a_suppressed_result() {
    let log = sarif::log(&traced(), "");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 4);
    assert_eq!(results[0].get("suppressions"), None);
    assert_eq!(
        results[3]["suppressions"],
        serde_json::json!([{
            "kind": "external",
            "status": "accepted",
            "justification": "recovery, key token=***",
            "properties": { "id": "EXC-1", "approver": "privacy@acme.example", "expires": "2027-01-31" },
        }])
    );
    let steps = &results[0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(steps[0]["location"]["message"]["text"], "S3_ENDPOINT");
    assert_eq!(
        results[0]["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
        "production/es/Deployment apps/api"
    );
    let artifact = &log["runs"][0]["artifacts"][0];
    assert_eq!(
        artifact["hashes"]["sha-256"],
        Digest::of(TEXT.as_bytes()).to_string()
    );
}

#[test]
fn a_clean_report_says_what_was_looked_at() {
    let scope = traced().scope;
    let clean = Report::new(Vec::new(), SourceMap::default()).examining(scope.expect("a scope"));
    assert_eq!(
        written(&clean, Format::Human),
        "no findings: 4 cells, 7 objects, 3 rules; conforms to the declared policy (as of 2026-11-21)\n"
    );
}

#[test]
fn an_empty_report_says_so_or_says_nothing() {
    let report = Report::new(Vec::new(), SourceMap::default());
    assert_eq!(written(&report, Format::Human), "no findings\n");
    assert_eq!(written(&report, Format::Github), "");
    let json: Value = serde_json::from_str(&written(&report, Format::Json)).expect("JSON");
    assert_eq!(json["findings"], serde_json::json!([]));
}

#[test]
fn colours_come_only_when_asked_for() {
    assert!(!written(&example(), Format::Human).contains('\u{1b}'));
    assert!(written(&example().colored(true), Format::Human).contains('\u{1b}'));
}

#[test]
fn json_has_its_own_shape() {
    let json = written(&example(), Format::Json);
    let finding = json
        .split_once("\"rule\": \"unknown-reference\"")
        .map_or("", |(_, rest)| rest);
    assert_eq!(
        finding,
        r#",
      "severity": "high",
      "level": "error",
      "message": "the region `es` is in GB",
      "cell": null,
      "object": null,
      "file": "platform.toml",
      "line": 3,
      "column": 12,
      "endLine": 3,
      "endColumn": 23,
      "labels": [
        {
          "text": "in GB",
          "file": "platform.toml",
          "line": 3,
          "column": 12,
          "endLine": 3,
          "endColumn": 23
        },
        {
          "text": "only these are allowed",
          "file": "platform.toml",
          "line": 6,
          "column": 13,
          "endLine": 6,
          "endColumn": 19
        }
      ],
      "trace": [],
      "help": [
        "use `eu-south-2`"
      ]
    }
  ],
  "excepted": [],
  "summary": {
    "errors": 1,
    "warnings": 1,
    "notes": 0
  }
}
"#
    );
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["findings"][0]["line"], Value::Null);
}

#[test]
fn github_escapes_what_would_end_a_property_or_a_line() {
    assert_eq!(
        written(&example(), Format::Github),
        "::warning file=cluster/a b%2Cc.yaml,title=unknown-key::`a` is, 100%25: odd%0Acell: production/es\n\
         ::error file=platform.toml,line=3,col=12,endLine=3,endColumn=23,title=unknown-reference::the region `es` is in GB%0Asee platform.toml:6: only these are allowed%0Ahelp: use `eu-south-2`\n"
    );
}

#[test]
fn sarif_says_the_same_on_every_run_and_points_with_relative_addresses() {
    let log = sarif::log(&example(), "https://example.org/tool");
    assert_eq!(
        written(&example(), Format::Sarif),
        written(&example(), Format::Sarif)
    );
    let results = &log["runs"][0]["results"];
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "cluster/a%20b%2Cc.yaml");
    assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(
        *region,
        serde_json::json!({ "startLine": 3, "startColumn": 12, "endLine": 3, "endColumn": 23 })
    );
    let rules = log["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .expect("rules");
    for result in results.as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
}

#[test]
fn fingerprints_survive_a_move_of_lines_and_tell_repetitions_apart() {
    let marks = |text: &str, offset: usize| {
        let mut sources = SourceMap::default();
        sources.insert(FILE, text);
        let start = offset + TEXT.find("\"eu-west-2\"").expect("there");
        let at = |message: &str| {
            Diagnostic::error("unknown-reference", message)
                .at(Location::new(FILE, start..start + 11), "")
        };
        let found = vec![at("`es` one"), at("`es` two"), at("`tr` one")];
        let log = sarif::log(&Report::new(found, sources), "");
        log["runs"][0]["results"]
            .as_array()
            .expect("results")
            .iter()
            .map(|result| result["partialFingerprints"]["platformctl/v1"].to_string())
            .collect::<Vec<_>>()
    };
    let before = marks(TEXT, 0);
    let after = marks(&format!("\n\n# moved\n{TEXT}"), 10);
    assert_eq!(before, after);
    let mut distinct = before.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 3);
}

#[test]
fn sarif_conforms_to_the_published_schema() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../tests/schemas/sarif-schema-2.1.0.json"))
            .expect("JSON");
    // The published pattern of languages has a stray bracket that only lenient engines read; we write no language.
    for kind in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][kind]["properties"]["language"];
        let pattern = language
            .as_object_mut()
            .and_then(|language| language.remove("pattern"));
        assert!(pattern.is_some(), "{kind}");
    }
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    for log in [
        sarif::log(&example(), "https://example.org/tool"),
        sarif::log(&Report::new(Vec::new(), SourceMap::default()), ""),
        sarif::log(&traced(), ""),
    ] {
        let errors: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(errors, Vec::<String>::new());
    }
    let mut broken = sarif::log(&example(), "");
    broken["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(
        !validator.is_valid(&broken),
        "the schema is really looked at"
    );
}

#[test]
fn codes_are_sorted_and_unique() {
    assert!(
        codes::CODES
            .windows(2)
            .all(|pair| pair[0].code < pair[1].code)
    );
    assert!(
        codes::CODES
            .iter()
            .all(|text| residency::rule(text.code).is_none())
    );
}

/// Text as an attacker would write it into a name or a file.
fn nasty() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\n",
        "\r",
        "::error file=x::",
        "\u{1b}[31m",
        "\u{9b}2J",
        "\u{202e}",
        "%0A",
        ",title=",
        "]]",
        "\u{0}",
        "é",
        "🇹🇷",
        "`",
        "\"",
        "##[error]",
        "](https://x)",
        "{0}",
        "\u{2028}",
        "a",
    ]);
    prop::collection::vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_written_by_others_breaks_out_of_a_format(
        source in nasty(), path in nasty(), message in nasty(), label in nasty(), help in nasty(),
        start in 0usize..80, length in 0usize..40,
    ) {
        let mut sources = SourceMap::default();
        sources.insert(path.clone(), source);
        let found = vec![
            Diagnostic::error("unknown-key", message)
                .at(Location::new(path.clone(), start..start + length), label.clone())
                .at(Location::file(path), label)
                .help(help.clone())
                .in_cell(help),
        ];
        let report = Report::new(found, sources);
        let human = written(&report, Format::Human);
        prop_assert!(human.chars().all(|c| c == '\n' || !c.is_control()), "{human:?}");
        prop_assert!(human.lines().all(|line| !line.trim_start().starts_with("::")), "{human:?}");
        let github = written(&report, Format::Github);
        prop_assert_eq!(github.lines().count(), 1);
        prop_assert!(github.chars().all(|c| c == '\n' || !c.is_control()), "{:?}", github);
        let (properties, _) = github.trim_start_matches("::error ").split_once("::").expect("a message");
        prop_assert!(properties.split(',').all(|property| {
            let key = property.split('=').next().unwrap_or_default();
            ["file", "line", "col", "endLine", "endColumn", "title"].contains(&key)
        }), "{properties:?}");
        let json: Value = serde_json::from_str(&written(&report, Format::Json)).expect("JSON");
        prop_assert_eq!(json["findings"].as_array().map(Vec::len), Some(1));
        let sarif: Value = serde_json::from_str(&written(&report, Format::Sarif)).expect("JSON");
        let uri = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        prop_assert!(uri.as_str().expect("text").bytes().all(|b| b.is_ascii_graphic()));
    }
}
