//! What a proposal is called: title, commit message, labels.

use super::step::{Scope, Verb};
use super::{Change, MANAGED_TRAILER};

/// Longest first line of a commit message that tools show whole.
const HEADLINE: usize = 72;
/// Changes that a commit message lists one by one.
const LISTED: usize = 100;

/// Where it goes: `production`, `production/tr`, `production (es, tr)`.
pub(super) fn target(scope: &Scope) -> String {
    match scope.regions.as_slice() {
        _ if scope.all_regions => scope.to.clone(),
        [one] => format!("{}/{one}", scope.to),
        few if few.len() <= 3 => format!("{} ({})", scope.to, few.join(", ")),
        many => format!("{} ({} regions)", scope.to, many.len()),
    }
}

/// The services that change, each once, sorted.
pub(super) fn services(changes: &[Change]) -> Vec<&str> {
    let mut names: Vec<&str> = changes
        .iter()
        .map(|change| change.service.as_str())
        .collect();
    names.dedup();
    names
}

fn subject(scope: &Scope, changes: &[Change]) -> String {
    match (&scope.verb, services(changes).as_slice()) {
        (Verb::Release { service, to }, _) => match &to.tag {
            Some(tag) => format!("{service} {tag}"),
            None => service.clone(),
        },
        (Verb::Promote { .. }, [one]) => (*one).to_owned(),
        (Verb::Promote { .. }, names) => format!("{} services", names.len()),
    }
}

fn word(scope: &Scope) -> &'static str {
    match scope.verb {
        Verb::Promote { .. } => "promote",
        Verb::Release { .. } => "release",
    }
}

/// Title of the pull request, at most 255 bytes.
pub(super) fn title(scope: &Scope, changes: &[Change]) -> String {
    let wave = scope
        .wave
        .map_or(String::new(), |(wave, _)| format!(" (wave {wave})"));
    let mut title = format!(
        "{}: {} → {}{wave}",
        word(scope),
        subject(scope, changes),
        target(scope)
    );
    while title.len() > 255 {
        title.pop();
    }
    title
}

/// First line of the commit message: the services by name as long as they fit.
pub(super) fn headline(scope: &Scope, changes: &[Change]) -> String {
    let line = |subject: &str| format!("chore({}): {subject} → {}", word(scope), target(scope));
    match scope.verb {
        Verb::Promote { .. } => {
            let named = line(&services(changes).join(", "));
            if !changes.is_empty() && named.chars().count() <= HEADLINE {
                named
            } else {
                line(&subject(scope, changes))
            }
        }
        Verb::Release { .. } => line(&subject(scope, changes)),
    }
}

/// The rest of the commit message: what changes, then the trailers as the last paragraph.
pub(super) fn message(scope: &Scope, id: &str, base: &str, changes: &[Change]) -> String {
    let mut message = String::new();
    for change in changes.iter().take(LISTED) {
        message.push_str(&format!(
            "{} in {}: {} → {}\n",
            change.service,
            change.cell,
            change.from.short(),
            change.to.short()
        ));
    }
    if changes.len() > LISTED {
        message.push_str(&format!("and {} more\n", changes.len() - LISTED));
    }
    if !message.is_empty() {
        message.push('\n');
    }
    message.push_str(&format!("Promotion-Id: {id}\n"));
    if let Verb::Promote { from, .. } = &scope.verb {
        message.push_str(&format!("Promotion-From: {from}@{base}\n"));
    }
    let regions = if scope.all_regions {
        String::new()
    } else {
        format!("/{}", scope.regions.join(","))
    };
    message.push_str(&format!(
        "Promotion-To: {}{regions}\n{MANAGED_TRAILER}\n",
        scope.to
    ));
    message
}

/// Labels of the pull request.
pub(super) fn labels(scope: &Scope) -> Vec<String> {
    let kind = match scope.verb {
        Verb::Promote { .. } => "promotion",
        Verb::Release { .. } => "release",
    };
    let mut labels = vec![kind.to_owned(), format!("env/{}", scope.to)];
    // Forges limit the number of labels; beyond a few regions they say nothing.
    if scope.regions.len() <= 10 {
        labels.extend(
            scope
                .regions
                .iter()
                .map(|region| format!("region/{region}")),
        );
    }
    labels.extend(scope.wave.map(|(wave, _)| format!("wave/{wave}")));
    labels
}
