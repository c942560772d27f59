//! Nodes know their bytes, and mean what other readers and writers mean.

use super::*;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};

fn one(text: &str) -> Document {
    let mut documents = parse("f.yaml", text).expect("parses");
    assert_eq!(documents.len(), 1, "{text:?}");
    documents.remove(0)
}

fn slice<'a>(text: &'a str, node: &Node) -> &'a str {
    &text[node.span.clone()]
}

#[test]
fn spans_are_bytes_of_the_text() {
    for (bom, eol) in [("", "\n"), ("", "\r\n"), ("\u{feff}", "\n")] {
        let text = format!(
            "{bom}# 🇹🇷 é{eol}a: \"x\\n🙂\" # c{eol}b:{eol}  - 'q'{eol}  - {{k: v, l: [1, 2]}}{eol}c: plain text  # d{eol}e:{eol}f: &x 1{eol}g: *x{eol}"
        );
        let root = one(&text).root;
        assert_eq!(slice(&text, root.get("a").expect("a")), "\"x\\n🙂\"");
        assert_eq!(root.get("a").and_then(Node::text), Some("x\n🙂"));
        let items = &root.get("b").and_then(Node::sequence).expect("b").items;
        assert_eq!(slice(&text, &items[0]), "'q'");
        assert_eq!(slice(&text, &items[1]), "{k: v, l: [1, 2]}");
        assert_eq!(slice(&text, root.get("c").expect("c")), "plain text");
        assert!(root.get("e").expect("e").span.is_empty());
        assert_eq!(
            root.get("e").and_then(Node::resolved),
            Some(crate::yaml::Resolved::Null)
        );
        assert_eq!(slice(&text, root.get("f").expect("f")), "1");
        assert!(matches!(root.get("g").expect("g").value, Value::Alias(_)));
        assert_eq!(
            slice(&text, root.get("b").expect("b")).lines().last(),
            Some("  - {k: v, l: [1, 2]}")
        );
    }
}

#[test]
fn anchors_aliases_and_duplicates_are_found() {
    let document = one("a: &one 1\nb: *one\n");
    assert_eq!(document.anchors[0].name, "one");
    assert_eq!(document.anchors[0].span, 3..7);
    assert_eq!(document.aliases, vec![13..17]);
    let problems = parse("f.yaml", "a: 1\nb: {x: 1, \"x\": 2}\na: 3\n").expect_err("duplicates");
    let messages: Vec<_> = problems.iter().map(|p| p.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the key `x` is there twice", "the key `a` is there twice"]
    );
}

#[test]
fn documents_are_separate() {
    let documents = parse("f.yaml", "a: 1\n---\n# nothing\n---\na: 2\n...\n").expect("parses");
    assert_eq!(documents.len(), 3);
    assert_eq!(documents[2].root.get("a").and_then(Node::text), Some("2"));
    assert!(parse("f.yaml", "").expect("parses").is_empty());
    assert!(parse("f.yaml", "# only\n").expect("parses").is_empty());
}

#[test]
fn block_scalars_keep_their_text() {
    for (text, wanted) in [
        ("a: |+\n\nb: 1\n", "\n"),
        ("a: |\n\nb: 1\n", ""),
        ("a: >-\n  x\n  y\nb: 1\n", "x y"),
    ] {
        let root = one(text).root;
        assert_eq!(root.get("a").and_then(Node::text), Some(wanted), "{text:?}");
        assert_eq!(root.get("b").and_then(Node::text), Some("1"));
    }
}

#[test]
fn errors_have_places() {
    for text in [
        "a: [1, 2\n",
        "a: \"x\n",
        "\tb: 1\n",
        "a:\n\tb: 1\n",
        "a: b: c\n",
        "{é",
        "*x",
        "a: *gone\n",
        "%",
        "🙂: [🙂",
    ] {
        let problems = parse("f.yaml", text).expect_err(text);
        let (start, end) = problems[0].primary().and_then(|l| l.span).expect("a span");
        assert!(text.get(start..end).is_some(), "{text:?} {start}..{end}");
        assert!(!problems[0].message.is_empty() && !problems[0].help.is_empty());
    }
}

#[test]
fn hostile_files_cost_little() {
    for text in [
        "[".repeat(200_000),
        "{a: ".repeat(200_000),
        "- ".repeat(200_000),
        "? ".repeat(50_000),
        (0..3_000)
            .map(|i| format!("{}a:\n", " ".repeat(i)))
            .collect(),
        "[{".repeat(100_000),
    ] {
        assert!(parse("f.yaml", &text).is_err(), "{:?}", &text[..20]);
    }
    let mut bomb = "a0: &a0 x\n".to_owned();
    for i in 1..60 {
        let inner = vec![format!("*a{}", i - 1); 9].join(", ");
        bomb.push_str(&format!("a{i}: &a{i} [{inner}]\n"));
    }
    assert_eq!(one(&bomb).aliases.len(), 59 * 9);
}

/// What another reader would make of a node.
fn json(node: &Node) -> serde_json::Value {
    use crate::yaml::Resolved;
    match &node.value {
        Value::Scalar(_) => match node.resolved() {
            Some(Resolved::Bool(value)) => value.into(),
            Some(Resolved::Int(value)) => i64::try_from(value).expect("small").into(),
            Some(Resolved::Text(text)) => text.into(),
            Some(Resolved::Null) => serde_json::Value::Null,
            other => panic!("{other:?}"),
        },
        Value::Sequence(sequence) => sequence.items.iter().map(json).collect(),
        Value::Mapping(mapping) => mapping
            .entries
            .iter()
            .map(|entry| {
                (
                    entry.key.text().expect("a scalar").to_owned(),
                    json(&entry.value),
                )
            })
            .collect(),
        Value::Alias(_) => panic!("nobody wrote an alias"),
    }
}

/// Every node lies within its parent, in order, and outside its siblings.
fn assert_nested(text: &str, node: &Node) {
    let children: Vec<&Node> = match &node.value {
        Value::Sequence(sequence) => sequence.items.iter().collect(),
        Value::Mapping(mapping) => mapping
            .entries
            .iter()
            .flat_map(|entry| [&entry.key, &entry.value])
            .collect(),
        _ => Vec::new(),
    };
    let mut at = node.span.start;
    for child in children {
        if !child.span.is_empty() {
            assert!(
                at <= child.span.start && child.span.end <= node.span.end,
                "{:?} in {:?} of {text:?}",
                child.span,
                node.span
            );
            at = child.span.end;
        }
        assert_nested(text, child);
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        // Without the two separators that YAML 1.1, which the writer below follows, takes for line breaks and 1.2 does not.
        "[\\PC--\u{2028}\u{2029}]{0,20}".prop_map(serde_json::Value::from),
        "[ a-z:#'\"\n\t-]{0,30}".prop_map(serde_json::Value::from),
        Just(serde_json::Value::Null),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-zA-Z0-9 :#./_-]{1,12}", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// What a common writer writes is read as what it meant, block scalars and odd keys included.
    #[test]
    fn other_writers_are_understood(wanted in value()) {
        let text = serde_yaml::to_string(&wanted).expect("writes");
        let root = one(&text).root;
        prop_assert_eq!(json(&root), wanted, "{}", text);
        assert_nested(&text, &root);
    }

    /// JSON is YAML.
    #[test]
    fn json_is_understood(wanted in value()) {
        let text = serde_json::to_string_pretty(&wanted).expect("writes");
        let root = one(&text).root;
        prop_assert_eq!(json(&root), wanted, "{}", text);
        assert_nested(&text, &root);
    }
}
