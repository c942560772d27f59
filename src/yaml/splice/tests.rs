//! Edits change their range and nothing else.

use super::*;
use crate::yaml::parse;
use proptest::prelude::*;

fn root(text: &str) -> Node {
    parse("f.yaml", text)
        .unwrap_or_else(|e| panic!("{text:?}: {e:?}"))
        .remove(0)
        .root
}

fn item(text: &str) -> Mapping {
    let root = root(text);
    let items = root
        .get("images")
        .and_then(Node::sequence)
        .expect("images")
        .items
        .clone();
    items[0].mapping().expect("a mapping").clone()
}

/// A file as people leave them: any line break, comments, quotes, order and style.
fn file() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "v1.4.0",
        "\"1.20\"",
        "'it''s'",
        "0755",
        "a b",
        "\"é🙂\"",
        "x#y",
        "",
    ]);
    let comment = prop::sample::select(vec!["", " # right 🇪🇸", "  #", "\t# tab"]);
    let above = prop::sample::select(vec!["", "    # note: x\n", "\n", "    # a\n    # b 🙂\n"]);
    let keys = Just(vec!["name", "newTag", "digest", "other"]).prop_shuffle();
    (
        keys,
        prop::collection::vec((scalar, comment, above), 4),
        any::<[bool; 4]>(),
        prop::sample::select(vec!["# héader 🙂\n", "", "---\n", "\u{feff}# bom\n"]),
        prop::sample::select(vec![
            "replicas:\n  - name: x\n",
            "z: |\n  # no comment\n  text\n",
            "",
        ]),
    )
        .prop_map(|(keys, values, [crlf, flow, cut, zero], head, tail)| {
            let mut text = format!("{head}a: 1\nimages: # all\n");
            let pad = if zero { "" } else { "  " };
            if flow {
                let fields: Vec<String> = keys
                    .iter()
                    .zip(&values)
                    .map(|(key, (value, ..))| match *value {
                        "" => format!("{key}: ~"),
                        "x#y" => format!("{key}: 'x'"),
                        value => format!("{key}: {value}"),
                    })
                    .collect();
                text.push_str(&format!("{pad}- {{{}}} # c\n", fields.join(", ")));
            } else {
                for (i, (key, (value, comment, above))) in keys.iter().zip(&values).enumerate() {
                    let lead = if i == 0 { "- " } else { "  " };
                    let above = if i == 0 { "" } else { above };
                    text.push_str(&format!("{above}{pad}{lead}{key}: {value}{comment}\n"));
                }
            }
            text.push_str(tail);
            if cut && text.ends_with('\n') {
                text.pop();
            }
            if crlf {
                text.replace('\n', "\r\n")
            } else {
                text
            }
        })
}

fn wanted() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,12}",
        any::<String>(),
        prop::sample::select(vec![
            "1.20",
            "0755",
            "1e3",
            "NO",
            "12:30",
            "v1",
            "~",
            "a: b",
            "# x",
            "'\"",
            "\u{85}\u{2028}\u{feff}"
        ])
        .prop_map(str::to_owned),
    ]
}

/// Everything but the range is byte for byte the same.
fn only_range_changed(text: &str, splice: &Splice) -> String {
    let edited = apply(text, std::slice::from_ref(splice));
    assert_eq!(&edited[..splice.range.start], &text[..splice.range.start]);
    assert_eq!(
        &edited[splice.range.start + splice.text.len()..],
        &text[splice.range.end..]
    );
    edited
}

proptest! {
    #[test]
    fn replacing_gives_the_wanted_value(text in file(), new in wanted(), at in 0usize..4) {
        let mapping = item(&text);
        let splice = replace_value(&text, &mapping.entries[at], &new).expect("editable");
        let edited = only_range_changed(&text, &splice);
        let after = item(&edited);
        for (i, (old, now)) in mapping.entries.iter().zip(&after.entries).enumerate() {
            prop_assert_eq!(old.key.text(), now.key.text());
            let expected = if i == at { Some(new.as_str()) } else { old.value.text() };
            prop_assert_eq!(now.value.text(), expected, "{}", edited);
        }
        prop_assert!(matches!(after.entries[at].value.resolved(), Some(crate::yaml::Resolved::Text(_))));
        prop_assert_eq!(edited.matches('\n').count(), text.matches('\n').count());
    }

    #[test]
    fn inserting_adds_one_entry(text in file(), new in wanted(), at in 0usize..4) {
        let mapping = item(&text);
        let splice = insert_after(&text, &mapping, &mapping.entries[at], "added", &new).expect("editable");
        prop_assert!(splice.range.is_empty());
        let edited = only_range_changed(&text, &splice);
        let after = item(&edited);
        prop_assert_eq!(after.entries.len(), 5, "{}", edited);
        prop_assert_eq!(after.entries[at + 1].key.text(), Some("added"));
        prop_assert_eq!(after.entries[at + 1].value.text(), Some(new.as_str()), "{}", edited);
        prop_assert_eq!(text.contains("\r\n"), edited.contains("\r\n"));
        prop_assert_eq!(text.replace("\r\n", "").contains('\n'), edited.replace("\r\n", "").contains('\n'));
        // Removing it again gives the file as it was.
        let splice = remove_entry(&edited, &after, at + 1, &|_| false).expect("editable");
        let back = apply(&edited, &[splice]);
        prop_assert_eq!(back.trim_end(), text.trim_end());
    }

    #[test]
    fn removing_takes_one_entry(text in file(), at in 0usize..4) {
        let mapping = item(&text);
        let Ok(splice) = remove_entry(&text, &mapping, at, &|_| false) else {
            prop_assert!(at == 0, "only a comment below an item's first line stands in the way");
            return Ok(());
        };
        let edited = only_range_changed(&text, &splice);
        let keys = |m: &Mapping| m.entries.iter().map(|e| (e.key.text().map(str::to_owned), e.value.text().map(str::to_owned))).collect::<Vec<_>>();
        let mut expected = keys(&mapping);
        expected.remove(at);
        prop_assert_eq!(keys(&item(&edited)), expected, "{}", edited);
        let comments = |t: &str| t.matches('#').count();
        let gone = &text[splice.range.clone()];
        prop_assert_eq!(comments(&edited), comments(&text) - comments(gone));
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\[\\]{}:,#&*!|>'\"%@` \t\r\na-c\u{1F642}-]{0,40}") {
        let _ = parse("f.yaml", &text);
    }
}

#[test]
fn comments_go_only_with_what_they_belong_to() {
    let text = "# ours\na: 1\n# user\n# ours\n# ours\nb:\n  - c\n\n# ours\nc: |\n  # ours\nd: 1\n";
    let root = root(text);
    let mapping = root.mapping().expect("a mapping");
    let owned = |line: &str| line == "# ours";
    let without_b = apply(
        text,
        &[remove_entry(text, mapping, 1, &owned).expect("editable")],
    );
    assert_eq!(
        without_b,
        "# ours\na: 1\n# user\n\n# ours\nc: |\n  # ours\nd: 1\n"
    );
    let without_d = apply(
        text,
        &[remove_entry(text, mapping, 3, &owned).expect("editable")],
    );
    assert_eq!(without_d, text.replace("d: 1\n", ""));
    assert!(
        remove_entry(text, mapping, 2, &owned).is_err(),
        "a block scalar"
    );
}

#[test]
fn what_cannot_be_edited_is_refused() {
    let text = "a: &x 1\nb: *x\nc: !!str 1\nd: |\n  x\ne: [1]\n";
    let root = root(text);
    for entry in &root.mapping().expect("a mapping").entries {
        assert!(
            replace_value(text, entry, "new").is_err(),
            "{:?}",
            entry.key.text()
        );
    }
    let only = "a: {b: 1}\n";
    let parsed = super::super::parse("f.yaml", only)
        .expect("parses")
        .remove(0)
        .root;
    let inner = parsed.get("a").and_then(Node::mapping).expect("a mapping");
    assert!(remove_entry(only, inner, 0, &|_| false).is_err());
}
