//! RES209: buckets of other cells, of other regions, of nobody, and of everybody.

use super::built::finding;
use super::found::Found;
use super::places::countries;
use super::rule::{Input, Rule, Weight};
use super::terraform::{BucketName, Ground, Trouble, bucket_names, opened_buckets};
use super::{res203, res204};
use crate::diagnostic::Diagnostic;
use crate::facts::buckets::{self, BucketMention, is_open_policy};
use crate::facts::sql::{self, Token};
use crate::facts::velero::Velero;
use crate::facts::{CellFacts, Spot};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES209",
    title: "A bucket is another cell's, nobody's or everybody's",
    severity: Weight::Critical,
    rationale: "The right object store with the wrong bucket is the easiest mistake to paste. Every name of a bucket, in variables, settings, kinds of \
        operators, addresses and scripts, must be one that this cell has: those of its declared stores. A bucket of another cell is that cell's, be it of \
        production and be it in the same region. Nobody may read a bucket without a key. Terraform is judged as well, modules from elsewhere by what they \
        are given; a bucket there that no store declares is a warning, because it may be none of the platform's, and one with state is RES106's.",
    fix: "Use the cell's own bucket, or declare a new one with `[[stores]]`; take anonymous access away.",
    example_bad: "STORAGE_S3_BUCKET: carebase-production-es-storage   # in production/tr",
    example_good: "STORAGE_S3_BUCKET: carebase-production-tr-storage",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mentions = buckets::mentions(here);
        out.examined(&RULE, here, mentions.len());
        let away = away(input, here);
        for mention in &mentions {
            let is_told = away.iter().any(|(name, spot)| {
                *name == mention.name
                    && spot.manifest == mention.spot.manifest
                    && spot.origin == mention.spot.origin
            });
            if !is_told {
                out.extend(judged(input, here, mention));
            }
        }
        public(input, here, out);
    }
    for ground in Ground::all(input) {
        let names = bucket_names(&ground);
        ground.looked(&RULE, names.len(), out);
        for name in &names {
            in_terraform(&ground, name, out);
        }
        for (resource, value) in opened_buckets(&ground) {
            let message = format!("`{}` opens a bucket to everybody", resource.address);
            let trouble = Trouble::about(value, "for everybody");
            ground.report(&RULE, resource.region.as_ref(), message, trouble, out);
        }
    }
}

/// A name of a bucket in Terraform. One that no store declares may hold anything, such as state, and is nobody's.
fn in_terraform(ground: &Ground<'_>, found: &BucketName<'_>, out: &mut Found) {
    let owners = buckets::owners(ground.input.platform, &found.name);
    let own = ground.cells(found.told);
    let is_own = |owner: &buckets::Owner<'_>| own.iter().any(|cell| cell.name == owner.cell.name);
    let Some(owner) = owners.first().filter(|_| !owners.iter().any(is_own)) else {
        return;
    };
    let message = format!(
        "`{}` names the bucket `{}`, which is that of the store `{}` of `{}`",
        found.address, found.name, owner.store, owner.cell.name
    );
    let label = format!("of `{}`", owner.cell.name);
    let steps = vec![found.key.clone(), found.name.clone(), label.clone()];
    let trouble = Trouble {
        steps,
        ..Trouble::about(found.value, label)
    };
    ground.report(&RULE, found.told, message, trouble, out);
}

/// Buckets at places that are elsewhere: other rules say so.
fn away(input: &Input<'_>, here: &CellFacts<'_>) -> Vec<(String, Spot)> {
    let velero = Velero::of(here);
    let of_velero = velero
        .locations
        .iter()
        .filter(|location| res203::is_away(input, here, location))
        .filter_map(|location| location.bucket.as_ref())
        .map(|bucket| (bucket.value.clone(), bucket.spot.clone()));
    let of_backups = res204::away(input, here)
        .into_iter()
        .map(|bucket| (bucket.value, bucket.spot));
    of_velero.chain(of_backups).collect()
}

fn judged(input: &Input<'_>, here: &CellFacts<'_>, mention: &BucketMention) -> Option<Diagnostic> {
    if buckets::own(here, &mention.name).is_some() {
        return None;
    }
    let owners = buckets::owners(here.platform, &mention.name);
    let identity = here.manifest(&mention.spot).identity();
    let (message, label, step) = match owners.first() {
        Some(owner) => {
            let region = here.platform.regions.get(&owner.cell.region);
            let place =
                region.map_or_else(String::new, |region| countries(&region.place.countries));
            (
                format!(
                    "{identity} uses the bucket `{}`, which is that of the store `{}` of `{}`",
                    mention.name, owner.store, owner.cell.name
                ),
                format!("of `{}`", owner.cell.name),
                format!("{} ({place})", owner.cell.name),
            )
        }
        None => (
            format!(
                "{identity} uses the bucket `{}`, which no store declares",
                mention.name
            ),
            "of no declared store".to_owned(),
            "no declared store".to_owned(),
        ),
    };
    let steps = [mention.key.clone(), mention.name.clone(), step];
    Some(
        finding(&RULE, input, here, &mention.spot, message, label)
            .concluded(steps)
            .help(RULE.fix),
    )
}

/// Buckets that anybody may read or write.
fn public(input: &Input<'_>, here: &CellFacts<'_>, out: &mut Found) {
    let mut tell = |spot: &Spot, what: &str| {
        let identity = here.manifest(spot).identity();
        let message = format!("{identity} {what}");
        out.push(finding(&RULE, input, here, spot, message, "for everybody").help(RULE.fix));
    };
    for placed in &here.scripts {
        for command in &placed.script.commands {
            let verbs: Vec<String> = command
                .operands(&[])
                .iter()
                .map(|word| word.literal())
                .collect();
            let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
            let opened = match (command.program().as_str(), verbs.as_slice()) {
                ("mc" | "mcli", ["anonymous" | "policy", "set" | "set-json", how, ..]) => {
                    !matches!(*how, "none" | "private")
                }
                ("aws", ["s3api", ..]) => command
                    .option(&["--acl"])
                    .is_some_and(|acl| acl.literal().starts_with("public")),
                ("aws", ["s3", ..]) => command
                    .option(&["--acl"])
                    .is_some_and(|acl| acl.literal().starts_with("public")),
                ("s3cmd", _) => command.has(&["--acl-public", "-P"]),
                _ => false,
            };
            if opened && let Some(word) = command.words.first() {
                let line = placed.place(word);
                tell(&line, "opens a bucket to everybody");
            }
            let policy = command.option(&["--policy"]);
            let inline = policy.as_ref().map(|word| (word, word.literal()));
            if let Some((word, text)) = inline.filter(|(_, text)| is_open_policy(text)) {
                let _ = text;
                tell(&placed.place(word), "opens a bucket to everybody");
            }
            if command.input.as_deref().is_some_and(is_open_policy)
                && let Some(word) = command.words.first()
            {
                tell(&placed.place(word), "opens a bucket to everybody");
            }
        }
    }
    for config in &here.configs {
        if is_open_policy(&config.text) {
            let line = config
                .text
                .lines()
                .find(|line| line.contains("\"Principal\""))
                .unwrap_or_default();
            let spot = config.spot.clone().line(line.trim());
            tell(&spot, "opens a bucket to everybody");
        }
    }
    for text in sql::texts(here) {
        for statement in sql::statements(&text.text) {
            let is_bucket = statement.tokens.windows(3).any(|three| {
                three[0].is("storage") && three[1] == Token::Sign('.') && three[2].is("buckets")
            });
            let writes = statement
                .tokens
                .first()
                .is_some_and(|first| first.is("insert") || first.is("update"));
            let opens = statement.tokens.iter().any(|token| token.is("public"))
                && statement.tokens.iter().any(|token| token.is("true"));
            if is_bucket && writes && opens {
                tell(
                    &text.spot.clone().part("storage.buckets"),
                    "makes a bucket of files that everybody may read",
                );
            }
        }
    }
}
