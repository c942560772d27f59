//! REP006: bytes in a promoted environment that the environment before it never ran.

use super::found::Found;
use super::repository::PinFact;
use super::rule::{Input, Rule, Weight};
use crate::model::Cell;
use crate::spec::names::Name;
use std::collections::BTreeMap;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "REP006",
    title: "A promoted environment runs what was never tried before it",
    severity: Weight::Critical,
    rationale: "What runs in an environment with `promote-from` must have been pinned in the environment it is promoted from: in the cell of the same region, or in any of its \
        cells when it has none there. A digest that was never there came some other way, past every check on that path. The rule looks at what the pins \
        files of the source say now and ever said on the branch that Argo CD follows.",
    fix: "Put the digest back that was promoted, or release the new one into the first environment and promote it from there.",
    example_bad: "production/es runs sha256:bbb…, and staging/es only ever had sha256:aaa…",
    example_good: "production/es runs sha256:aaa…, which staging/es had last week",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    let Some(history) = input.tree.and_then(|tree| tree.history.as_ref()) else {
        return;
    };
    let now: BTreeMap<&str, &str> = input
        .tree
        .into_iter()
        .flat_map(|tree| &tree.pins)
        .filter_map(|pin| Some((pin.path.as_str(), pin.digest.as_deref()?)))
        .collect();
    input.looked_at_pins(&RULE, out, |pin| {
        pin.released && pin.digest.is_some() && input.source_environment(pin).is_some()
    });
    for pin in input
        .pins()
        .filter(|pin| pin.released && pin.problem.is_none())
    {
        let (Some(source), Some(digest)) = (input.source_environment(pin), &pin.digest) else {
            continue;
        };
        let cells = source_cells(input, source, pin);
        let had = cells.iter().any(|cell| {
            let path = cell.pins(&pin.service);
            now.get(path.as_str()) == Some(&digest.as_str())
                || history
                    .get(&path)
                    .is_some_and(|digests| digests.contains(digest))
        });
        if !had {
            let names: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
            let message = format!(
                "`{}` in {} runs `{digest}`, which {} never had",
                pin.service,
                pin.cell,
                super::places::words(names)
            );
            out.push(
                RULE.finding(message)
                    .at(pin.location.clone(), format!("not promoted from {source}"))
                    .help(format!(
                        "release it into the first environment, then `platformctl promote {source}→{} --service {}`",
                        pin.cell.parts().0,
                        pin.service
                    ))
                    .in_cell(pin.cell.as_str()),
            );
        }
    }
}

/// Where a pin may have come from: the source's cell of the same region, else all of its cells.
fn source_cells<'a>(input: &Input<'a>, source: &Name, pin: &PinFact) -> Vec<&'a Cell> {
    let region = pin.cell.parts().1;
    let all: Vec<&Cell> = input
        .platform
        .cells
        .iter()
        .filter(|cell| cell.environment == *source)
        .collect();
    match all.iter().find(|cell| cell.region == region) {
        Some(same) => vec![same],
        None => all,
    }
}
