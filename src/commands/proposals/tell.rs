//! The answer of `promote` and `release`, for people and for programs.

use super::{Context, Done, Format, Publishing};
use crate::pins::Pin;
use crate::promotion::{Change, Promotion, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tells what became of every step.
pub(super) fn tell(
    flags: &Publishing,
    promotion: &Promotion,
    results: &[(&Step, Done)],
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    match flags.format {
        Format::Json => {
            let promotions: Vec<Value> = results
                .iter()
                .map(|(step, done)| json_of(step, done))
                .collect();
            let answer = json!({ "version": 1, "promotions": promotions });
            writeln!(context.out, "{}", serde_json::to_string_pretty(&answer)?)?;
        }
        Format::Human => human(flags, promotion, results, context)?,
    }
    Ok(())
}

fn json_of(step: &Step, done: &Done) -> Value {
    let pin = |pin: &Pin| json!({ "tag": pin.tag, "digest": pin.digest });
    let changes: Vec<Value> = step
        .changes
        .iter()
        .map(|change| json!({ "service": change.service, "cell": change.cell, "from": pin(&change.from), "to": pin(&change.to) }))
        .collect();
    let pull_request = done
        .pull_request
        .as_ref()
        .map(|pull| json!({ "number": pull.number, "url": pull.url }));
    json!({ "branch": step.branch, "action": done.action, "pull_request": pull_request, "changes": changes })
}

fn human(
    flags: &Publishing,
    promotion: &Promotion,
    results: &[(&Step, Done)],
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    if results.iter().all(|(_, done)| done.action == "nothing") && !results.is_empty() {
        writeln!(
            context.out,
            "nothing to do: every cell in scope runs this already"
        )?;
    } else {
        for (step, done) in results.iter().filter(|(_, done)| done.action != "nothing") {
            writeln!(context.out, "{}", headline(step, done))?;
            table(&step.changes, context)?;
        }
    }
    let mut left_out: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for skip in &promotion.skipped {
        left_out
            .entry((&skip.service, &skip.reason))
            .or_default()
            .push(skip.cell.clone());
    }
    for ((service, reason), cells) in left_out {
        writeln!(
            context.out,
            "left out: {service} in {}: {reason}",
            list(&cells)
        )?;
    }
    let made: Vec<&str> = results
        .iter()
        .filter(|(_, done)| matches!(done.action, "created" | "updated"))
        .map(|(step, _)| step.branch.as_str())
        .collect();
    if flags.local && !made.is_empty() {
        context.say(&format!(
            "look at it with `git show {0}`, send it with `git push origin {0}`",
            made[0]
        ))?;
    }
    Ok(())
}

fn headline(step: &Step, done: &Done) -> String {
    let mut line = format!("{}  {}", done.action, step.branch);
    if let Some(pull) = &done.pull_request {
        line.push_str(&format!("  #{} {}", pull.number, pull.url));
    }
    if let Some(note) = &done.note {
        line.push_str(&format!("  ({note})"));
    }
    line
}

fn table(changes: &[Change], context: &mut Context<'_>) -> std::io::Result<()> {
    let width = |of: &dyn Fn(&Change) -> usize| changes.iter().map(of).max().unwrap_or(0);
    let service = width(&|change| change.service.len());
    let cell = width(&|change| change.cell.len());
    let from = width(&|change| change.from.short().len());
    for change in changes {
        writeln!(
            context.out,
            "  {:service$}  {:cell$}  {:from$} → {}",
            change.service,
            change.cell,
            change.from.short(),
            change.to.short()
        )?;
    }
    Ok(())
}

/// `a`, `a and b`, `a, b and 3 more`.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
        [] => String::new(),
    }
}
