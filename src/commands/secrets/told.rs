//! What `secrets generate` tells about sealed secrets: names, never values.

use super::sealed::Asked;
use crate::commands::Context;
use crate::secrets::{KeyRef, Place, Sealing};
use serde::Serialize;
use std::collections::BTreeSet;

/// For reading.
///
/// # Errors
/// When a stream cannot be written.
pub(super) fn human(
    asked: &Asked<'_>,
    dry_run: bool,
    sealing: &Sealing,
    pruned: &BTreeSet<Place>,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let (sealed, removed) = match dry_run {
        true => ("would seal", "would remove"),
        false => ("sealed", "removed"),
    };
    if !context.quiet {
        for place in &sealing.sealed {
            writeln!(context.out, "{sealed} {} in {}", place.at, place.namespace)?;
        }
        for place in pruned {
            writeln!(
                context.out,
                "{removed} {} from {}",
                place.at, place.namespace
            )?;
        }
        if sealing.sealed.is_empty() && pruned.is_empty() && sealing.stuck.is_empty() {
            writeln!(context.out, "{}: nothing to seal", asked.name())?;
        }
    }
    given(&sealing.given, asked, context)?;
    if sealing.stuck.is_empty() {
        return Ok(());
    }
    for stuck in &sealing.stuck {
        writeln!(
            context.err,
            "error: `{}` in {} {}",
            stuck.place.at,
            stuck.place.namespace,
            stuck.why.text()
        )?;
    }
    writeln!(
        context.err,
        "help: what is sealed cannot be read back; either take the values from the running cluster:\n      \
         `kubectl get secrets -A -o json | platformctl secrets generate {0} --from-cluster`\n\
         help: or replace them: `platformctl secrets rotate {0} SECRET`",
        asked.name()
    )?;
    Ok(())
}

/// Names what a person has to give.
///
/// # Errors
/// When stderr cannot be written.
pub(super) fn given(
    missing: &BTreeSet<KeyRef>,
    asked: &Asked<'_>,
    context: &mut Context<'_>,
) -> std::io::Result<()> {
    for at in missing {
        context.say(&format!(
            "note: `{at}` is for you to give: `platformctl secrets set {} {} {}`",
            asked.name(),
            at.secret,
            at.key
        ))?;
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Told<'a> {
    version: u32,
    cell: &'a str,
    dry_run: bool,
    sealed: Vec<ToldPlace<'a>>,
    removed: Vec<ToldPlace<'a>>,
    not_set: Vec<ToldPlace<'a>>,
    stuck: Vec<ToldPlace<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ToldPlace<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    secret: &'a str,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'static str>,
}

fn place(place: &Place) -> ToldPlace<'_> {
    told(&place.at, Some(&place.namespace))
}

fn told<'a>(at: &'a KeyRef, namespace: Option<&'a str>) -> ToldPlace<'a> {
    ToldPlace {
        namespace,
        secret: &at.secret,
        key: &at.key,
        why: None,
    }
}

/// For programs.
///
/// # Errors
/// When a stream cannot be written.
pub(super) fn json(
    asked: &Asked<'_>,
    dry_run: bool,
    sealing: &Sealing,
    pruned: &BTreeSet<Place>,
    context: &mut Context<'_>,
) -> anyhow::Result<()> {
    let told = Told {
        version: 1,
        cell: asked.name(),
        dry_run,
        sealed: sealing.sealed.iter().map(place).collect(),
        removed: pruned.iter().map(place).collect(),
        not_set: sealing.given.iter().map(|at| told(at, None)).collect(),
        stuck: sealing
            .stuck
            .iter()
            .map(|stuck| ToldPlace {
                why: Some(stuck.why.text()),
                ..place(&stuck.place)
            })
            .collect(),
    };
    serde_json::to_writer_pretty(&mut *context.out, &told)?;
    writeln!(context.out)?;
    Ok(())
}
