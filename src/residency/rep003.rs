//! REP003: pins files that are not there.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::source::Location;
use std::collections::BTreeSet;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP003",
    title: "A pins file is missing",
    severity: Weight::High,
    rationale: "Every service has one pins file in each cell. It says which image runs there, or that nothing was ever released there; without it the \
        overlay cannot be built, and nobody can tell what runs.",
    fix: "If the file was lost, restore it from Git with the digest it had. If the cell or the service is new, `platformctl render` creates it.",
    example_bad: "no cluster/overlays/production/es/frontend/pins/kustomization.yaml",
    example_good: "that file, also before the first release",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(tree) = input.tree else { return };
    let there: BTreeSet<&str> = tree.pins.iter().map(|pin| pin.path.as_str()).collect();
    for cell in input.all_cells() {
        out.looked(&RULE, &cell.name, input.platform.services.len());
        for service in input.platform.services.keys() {
            let path = cell.pins(service);
            if there.contains(path.as_str()) {
                continue;
            }
            let message = format!("`{service}` has no pins in {}", cell.name);
            out.push(
                RULE.finding(message)
                    .at(Location::file(path), "not there")
                    .help("restore it from Git, or let `platformctl render` create it if it never was there")
                    .in_cell(cell.name.as_str()),
            );
        }
    }
}
