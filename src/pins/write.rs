//! Writing a pin into the text of a pins file.

use super::read::File;
use super::{HELD, Pin};
use crate::diagnostic::Diagnostic;
use crate::source::Location;
use crate::yaml::{self, Mapping, Node, NotEditable, Splice};

/// The text with another pin in it. Comments, order, quotes and line breaks stay; the first release also takes away the
/// block that holds the service at zero replicas. Without a tag, `newTag` goes: an old tag beside a new digest would lie.
///
/// # Errors
/// Whatever [`read`](super::read) refuses; a layout that cannot be edited in place; a pin that says nothing was released.
pub fn write(path: &str, text: &str, image: &str, pin: &Pin) -> Result<String, Vec<Diagnostic>> {
    let file = File::parse(path, text, image)?;
    if file.pin == *pin {
        return Ok(text.to_owned());
    }
    if !pin.released || (pin.tag.is_none() && pin.digest.is_none()) {
        return Err(vec![
            Diagnostic::error("pins-unrelease", "a release needs a digest or a tag")
                .at(Location::file(path), "")
                .help("name the digest to run"),
        ]);
    }
    let edited = edit(path, text, &file, pin)?;
    // The text is read back, so that an edit can never say something else than it was told to.
    match super::read(path, &edited, image) {
        Ok(read) if read == *pin => Ok(edited),
        _ => Err(vec![not_editable(
            path,
            &NotEditable {
                reason: "its layout is unusual",
                span: 0..0,
            },
        )]),
    }
}

fn edit(path: &str, text: &str, file: &File, pin: &Pin) -> Result<String, Vec<Diagnostic>> {
    let splices =
        entry_splices(text, &file.entry, pin).map_err(|e| vec![not_editable(path, &e)])?;
    let mut splices = splices;
    if !file.pin.released {
        splices.extend(release_replicas(path, text, &file.root)?);
    }
    Ok(yaml::apply(text, &splices))
}

fn entry_splices(text: &str, entry: &Mapping, pin: &Pin) -> Result<Vec<Splice>, NotEditable> {
    let mut splices = Vec::new();
    // New lines go behind a line that stays: behind `newTag`, else behind `name`.
    let anchor = (pin.tag.as_ref())
        .and_then(|_| entry.entry("newTag"))
        .or_else(|| entry.entry("name"));
    for (key, wanted) in [("newTag", &pin.tag), ("digest", &pin.digest)] {
        match (entry.position(key), wanted, anchor) {
            (Some(at), Some(wanted), _) => {
                let written = &entry.entries[at];
                if written.value.text() != Some(wanted) || is_misread(&written.value) {
                    splices.push(yaml::replace_value(text, written, wanted)?);
                }
            }
            (Some(at), None, _) => splices.push(yaml::remove_entry(text, entry, at, &|_| false)?),
            (None, Some(wanted), Some(anchor)) => {
                splices.push(yaml::insert_after(text, entry, anchor, key, wanted)?);
            }
            (None, _, _) => {}
        }
    }
    Ok(splices)
}

/// Whether a YAML reader takes the value for something else than a text.
fn is_misread(value: &Node) -> bool {
    !matches!(value.resolved(), Some(yaml::Resolved::Text(_)))
}

/// Takes away the block that holds the service at zero.
fn release_replicas(
    path: &str,
    text: &str,
    root: &Mapping,
) -> Result<Option<Splice>, Vec<Diagnostic>> {
    let Some(position) = root.position("replicas") else {
        return Ok(None);
    };
    let value = &root.entries[position].value;
    let held = value
        .sequence()
        .is_some_and(|list| match list.items.as_slice() {
            [only] => only.get("count").and_then(Node::text) == Some("0"),
            _ => false,
        });
    if !held {
        return Err(vec![
            Diagnostic::error("pins-replicas", "`replicas` is not as render wrote it")
                .at(Location::new(path, value.span.clone()), "expected one entry with `count: 0`")
                .help("remove the block; set replicas in platform.toml under `[cells.\"<environment>/<region>\".services.<service>]`"),
        ]);
    }
    yaml::remove_entry(text, root, position, &|line| line == HELD)
        .map(Some)
        .map_err(|e| vec![not_editable(path, &e)])
}

fn not_editable(path: &str, why: &NotEditable) -> Diagnostic {
    Diagnostic::error(
        "pins-layout",
        format!("the pin cannot be changed in place: {}", why.reason),
    )
    .at(Location::new(path, why.span.clone()), "here")
    .help("write the entry one key per line, with plain or quoted values")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pins::{read, unreleased};
    use proptest::prelude::*;

    const IMAGE: &str = "ghcr.io/acme/web";
    const ONE: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    const TWO: &str = "sha256:2222222222222222222222222222222222222222222222222222222222222222";

    fn written(text: &str, pin: &Pin) -> String {
        write("p.yaml", text, IMAGE, pin).unwrap_or_else(|e| panic!("{text}\n{e:?}"))
    }

    #[test]
    fn the_first_release_starts_the_service() {
        let before = unreleased("web", IMAGE, "production/tr");
        assert_eq!(read("p.yaml", &before, IMAGE), Ok(Pin::default()));
        let head = &before[..before.find("    newTag").expect("present")];
        let with_tag = written(&before, &Pin::new(Some("1.20"), Some(ONE)));
        assert_eq!(
            with_tag,
            format!("{head}    newTag: \"1.20\"\n    digest: {ONE}\n")
        );
        let without = written(&before, &Pin::new(None, Some(ONE)));
        assert_eq!(without, format!("{head}    digest: {ONE}\n"));
        let later = written(&without, &Pin::new(Some("v2"), Some(TWO)));
        assert_eq!(later, format!("{head}    newTag: v2\n    digest: {TWO}\n"));
        assert_eq!(
            written(&later, &Pin::new(None, Some(TWO))),
            format!("{head}    digest: {TWO}\n")
        );
        assert_eq!(written(&later, &Pin::new(Some("v2"), Some(TWO))), later);
    }

    #[test]
    fn what_people_wrote_survives() {
        let text = "# 🇹🇷 mine\r\nkind: Component # c\r\nreplicas:\r\n- {name: web, count: 0} # held\r\nimages: # d\r\n# why\r\n- newTag: 'unreleased' # e\r\n  # f\r\n  name: ghcr.io/acme/web\r\npatches: []";
        let after = written(text, &Pin::new(Some("v1"), Some(ONE)));
        assert_eq!(
            after,
            format!(
                "# 🇹🇷 mine\r\nkind: Component # c\r\nimages: # d\r\n# why\r\n- newTag: 'v1' # e\r\n  digest: {ONE}\r\n  # f\r\n  name: ghcr.io/acme/web\r\npatches: []"
            )
        );
        let released = format!(
            "kind: Component\nimages: [{{name: {IMAGE}, newTag: v1, digest: '{ONE}'}}]\nreplicas: [{{name: web, count: 0}}]\n"
        );
        let after = written(&released, &Pin::new(None, Some(TWO)));
        assert_eq!(
            after,
            format!(
                "kind: Component\nimages: [{{name: {IMAGE}, digest: '{TWO}'}}]\nreplicas: [{{name: web, count: 0}}]\n"
            ),
            "a person switched it off"
        );
    }

    #[test]
    fn what_cannot_be_done_safely_is_refused() {
        let two = "kind: Component\nimages:\n- name: ghcr.io/acme/web\nreplicas:\n- {name: web, count: 3}\n";
        let code =
            |text: &str, pin: &Pin| write("p.yaml", text, IMAGE, pin).expect_err(text)[0].code;
        assert_eq!(code(two, &Pin::new(None, Some(ONE))), "pins-replicas");
        let block = "kind: Component\nimages:\n- name: ghcr.io/acme/web\n  newTag: |-\n    v1\n";
        assert_eq!(code(block, &Pin::new(Some("v2"), Some(ONE))), "pins-layout");
        let released = written(&unreleased("web", IMAGE, "a/b"), &Pin::new(None, Some(ONE)));
        assert_eq!(code(&released, &Pin::default()), "pins-unrelease");
        let only_replicas = format!("images:\n- name: {IMAGE}\nkind: Component\n");
        assert_eq!(
            written(&only_replicas, &Pin::new(None, Some(ONE))),
            format!("images:\n- name: {IMAGE}\n  digest: {ONE}\nkind: Component\n")
        );
    }

    proptest! {
        #[test]
        fn any_sequence_of_releases_reads_back(
            pins in prop::collection::vec((prop::option::of("[A-Za-z0-9_][A-Za-z0-9._-]{0,8}"), "[0-9a-f]{64}"), 1..5),
            crlf: bool,
        ) {
            let mut text = format!("# é🙂\n{}# end", unreleased("web", IMAGE, "production/tr"));
            if crlf { text = text.replace('\n', "\r\n"); }
            for (tag, hex) in pins {
                let pin = Pin::new(tag.as_deref(), Some(&format!("sha256:{hex}")));
                text = written(&text, &pin);
                prop_assert_eq!(read("p.yaml", &text, IMAGE), Ok(pin));
                prop_assert!(text.starts_with("# é🙂") && text.ends_with("# end"));
                prop_assert!(!text.contains("replicas") && !text.contains("Nothing runs"));
                prop_assert_eq!(text.matches('\n').count(), text.matches(if crlf { "\r\n" } else { "\n" }).count());
            }
        }
    }
}
