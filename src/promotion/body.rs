//! The text of a pull request: for the person who decides, and one line for the next run.

use super::step::{Scope, Verb};
use super::{Change, Skipped, text};
use crate::pins::{Pin, short_digest};
use base64::Engine as _;
use serde_json::json;
use std::collections::BTreeMap;

/// Forges take 65,536 characters, and count them in ways of their own; this stays clear of that.
pub(super) const LONGEST: usize = 60_000;
/// The machine's line leaves room for the people's table.
const LONGEST_BLOCK: usize = 30_000;

/// Markdown, at most [`LONGEST`] bytes: rows are dropped and counted, the first line never is.
pub(super) fn body(scope: &Scope, id: &str, changes: &[Change], skipped: &[&Skipped]) -> String {
    let head = format!(
        "{}\n\n{}\n\n",
        block(scope, id, changes),
        introduction(scope, changes)
    );
    let tail = format!("{}\n{}", check(scope), how_to(scope));
    let rows: Vec<String> = changes.iter().map(row).collect();
    let left_out: Vec<String> = skipped
        .iter()
        .map(|skip| {
            format!(
                "- {} in {}: {}\n",
                code(&skip.service),
                code(&skip.cell),
                escape(&skip.reason)
            )
        })
        .collect();
    let budget = LONGEST.saturating_sub(head.len() + tail.len() + 500);
    let table = capped(&rows, budget * 3 / 4, "| … and", "more | | | |");
    let notes = capped(&left_out, budget / 4, "- … and", "more");
    let mut body = head;
    if !rows.is_empty() {
        body.push_str("| service | cell | from | to |\n| --- | --- | --- | --- |\n");
        body.push_str(&table);
        body.push('\n');
    }
    if !left_out.is_empty() {
        body.push_str("### Left out\n\n");
        body.push_str(&notes);
        body.push('\n');
    }
    body.push_str(&tail);
    body
}

/// As many lines as fit, then how many did not.
fn capped(lines: &[String], budget: usize, before: &str, after: &str) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        if out.len() + line.len() > budget {
            out.push_str(&format!("{before} {} {after}\n", lines.len() - index));
            break;
        }
        out.push_str(line);
    }
    out
}

/// The machine's line. Base64, so that no value can end the comment. A hint for later runs, never a source of digests.
fn block(scope: &Scope, id: &str, changes: &[Change]) -> String {
    let from = match &scope.verb {
        Verb::Promote { from, .. } => Some(from.as_str()),
        Verb::Release { .. } => None,
    };
    let mut value = json!({
        "v": 1, "id": id, "from": from, "to": scope.to,
        "regions": scope.regions, "wave": scope.wave.map(|(wave, _)| wave),
        "tool": concat!("platformctl ", env!("CARGO_PKG_VERSION")),
    });
    let encode = |value: &serde_json::Value| {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.to_string());
        format!("<!-- platformctl:v1 {encoded} -->")
    };
    let plain = encode(&value);
    value["written"] = json!(written(changes));
    let full = encode(&value);
    if full.len() <= LONGEST_BLOCK {
        full
    } else {
        plain
    }
}

/// New digests by service and cell.
fn written(changes: &[Change]) -> BTreeMap<&str, BTreeMap<&str, &str>> {
    let mut written: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for change in changes {
        if let Some(digest) = &change.to.digest {
            written
                .entry(&change.service)
                .or_default()
                .insert(&change.cell, digest);
        }
    }
    written
}

fn introduction(scope: &Scope, changes: &[Change]) -> String {
    let target = code(&text::target(scope));
    let wave = scope.wave.map_or(String::new(), |(wave, of)| {
        format!(" This is wave {wave} of {of}.")
    });
    if changes.is_empty() {
        return format!("Nothing is left to change in {target}.{wave}");
    }
    match &scope.verb {
        Verb::Promote { from, .. } => format!(
            "Copies the pins of {} to {target}, tag and digest exactly: the same images, not built again.{wave}",
            code(from)
        ),
        Verb::Release { service, .. } => format!("Releases {} into {target}.", code(service)),
    }
}

fn row(change: &Change) -> String {
    format!(
        "| {} | {} | {} | {} |\n",
        code(&change.service),
        code(&change.cell),
        pin(&change.from),
        pin(&change.to)
    )
}

fn pin(pin: &Pin) -> String {
    if !pin.released {
        return "never released".to_owned();
    }
    let parts: Vec<String> = [pin.tag.as_deref(), pin.digest.as_deref().map(short_digest)]
        .into_iter()
        .flatten()
        .map(code)
        .collect();
    parts.join(" ")
}

fn check(scope: &Scope) -> String {
    let first = match &scope.verb {
        Verb::Promote { from, .. } => {
            format!("- [ ] {} runs these digests and is healthy", code(from))
        }
        Verb::Release { .. } => {
            "- [ ] the digest is the one that the service's own pipeline built and tested"
                .to_owned()
        }
    };
    format!(
        "### Before you merge\n\n{first}\n- [ ] the checks of this pull request are green\n- [ ] database changes of these versions can run beside the versions they replace\n"
    )
}

fn how_to(scope: &Scope) -> String {
    let again = match &scope.verb {
        Verb::Promote { command, .. } => format!("- **Again:** {} updates this pull request when there is something newer.\n", code(command)),
        Verb::Release { .. } => "- **Again:** the next release of this service into the same scope updates this pull request.\n".to_owned(),
    };
    format!(
        "### How to\n\n{again}- **Decline:** close this pull request.\n- **Take over:** push a commit to this branch; platformctl never overwrites what a person pushed.\n- **Undo after the merge:** revert the merge commit.\n"
    )
}

/// A value in code style, safe inside a table.
fn code(text: &str) -> String {
    let text = text
        .replace('`', "'")
        .replace('|', "\\|")
        .replace(['\r', '\n'], " ");
    format!("`{text}`")
}

/// A text in which nothing means anything to Markdown, HTML, or the forge (`@name`, `#1`).
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\r' | '\n' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An invisible character keeps the forge from seeing a name or a number.
            '@' | '#' => out.extend([c, '\u{200b}']),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope {
            verb: Verb::Promote {
                from: "staging".into(),
                command: "platformctl promote staging→production".into(),
            },
            to: "production".into(),
            branch: "promote/production/all/all".into(),
            regions: vec!["es".into(), "tr".into()],
            all_regions: true,
            wave: None,
        }
    }

    fn changes(count: usize) -> Vec<Change> {
        (0..count)
            .map(|i| Change {
                service: format!("service-{:06}", i / 2),
                cell: format!("production/{}", if i % 2 == 0 { "es" } else { "tr" }),
                from: Pin::default(),
                to: Pin::new(Some("v1"), Some(&format!("sha256:{i:064x}"))),
            })
            .collect()
    }

    fn decoded(body: &str) -> serde_json::Value {
        let line = body.lines().next().expect("a first line");
        let encoded = line
            .strip_prefix("<!-- platformctl:v1 ")
            .and_then(|l| l.strip_suffix(" -->"))
            .expect("a block");
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[test]
    fn a_body_is_never_too_long_and_keeps_its_first_line() {
        for count in [0, 1, 2, 100, 400, 5_000] {
            let changes = changes(count);
            let skipped: Vec<Skipped> = changes
                .iter()
                .map(|c| Skipped {
                    service: c.service.clone(),
                    cell: c.cell.clone(),
                    reason: "never released in staging".into(),
                })
                .collect();
            let body = body(
                &scope(),
                "0011223344556677",
                &changes,
                &skipped.iter().collect::<Vec<_>>(),
            );
            assert!(body.len() <= LONGEST, "{count}: {}", body.len());
            assert_eq!(decoded(&body)["id"], "0011223344556677");
            assert!(body.contains("### How to") && body.contains("### Before you merge"));
            let rows = body.matches("| `service-").count();
            let dropped = body
                .lines()
                .find_map(|l| {
                    l.strip_prefix("| … and ")?
                        .split(' ')
                        .next()?
                        .parse::<usize>()
                        .ok()
                })
                .unwrap_or(0);
            assert_eq!(rows + dropped, count);
        }
        assert_eq!(
            decoded(&body(&scope(), "x", &changes(2), &[]))["written"]["service-000000"]["production/tr"],
            format!("sha256:{:064x}", 1)
        );
    }

    #[test]
    fn values_cannot_break_out() {
        assert_eq!(code("a|b`c\nd"), "`a\\|b'c d`");
        assert_eq!(
            escape("<!-- @acme #12 *x* | `y`\n"),
            "&lt;!-- @\u{200b}acme #\u{200b}12 \\*x\\* \\| \\`y\\` "
        );
    }
}
