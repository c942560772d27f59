//! REP004: pins files that do not say what runs.

use super::found::Found;
use super::rule::{Input, Rule, Weight};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP004",
    title: "A pins file cannot be read",
    severity: Weight::High,
    rationale: "A pins file holds the tag and the digest of one image. When it says that twice, for another image, with a digest that is none, or in YAML \
        that cannot be parsed, then what would run is not what people read in it, and promotions could not change it safely.",
    fix: "Restore the file from Git, or put the image's `newTag` and `digest` back into the form that `platformctl render` writes.",
    example_bad: "images:\n  - name: ghcr.io/acme/frontend\n    digest: latest",
    example_good: "images:\n  - name: ghcr.io/acme/frontend\n    newTag: v1.4.0\n    digest: sha256:<64 hexadecimal digits>",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    input.looked_at_pins(&RULE, out, |_| true);
    for pin in input.pins() {
        if let Some(problem) = &pin.problem {
            out.push(
                RULE.finding(format!(
                    "the pins of `{}` in {} cannot be read: {problem}",
                    pin.service, pin.cell
                ))
                .at(pin.location.clone(), "here")
                .help("restore the file from Git, or give the image one `newTag` and one `digest`")
                .in_cell(pin.cell.as_str()),
            );
        }
    }
}
