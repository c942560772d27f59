//! Secrets in the clear, for a pipe to `kubectl`, `bao` or `vault`: what a cluster lacks, new values, a given one.

use super::cluster::{Cluster, manifests};
use super::graph::{Graph, KeyRef};
use super::make::{Values, complete};
use super::plain::Plain;
use super::vault::documents;
use crate::model::credentials::Value;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// How Secrets are written.
pub enum Form<'a> {
    /// As manifests.
    Manifests {
        /// The platform's name, for labels.
        platform: &'a str,
    },
    /// As documents for Vault or OpenBao.
    Documents {
        /// Where a Secret is kept.
        path: &'a dyn Fn(&str) -> String,
    },
}

/// What goes into the pipe, and what is to be said about it.
pub struct Opened {
    /// The texts, one after the other.
    pub texts: Vec<Plain>,
    /// The names of the Secrets in them.
    pub secrets: BTreeSet<String>,
    /// Values that only a person knows and that are missing.
    pub given: BTreeSet<KeyRef>,
}

/// Everything that a cluster lacks, made so that it fits what it has.
///
/// # Errors
/// When the operating system gives no random numbers.
pub fn lacking(
    graph: &Graph,
    cluster: &Cluster,
    known: Values,
    form: &Form<'_>,
    today: Date,
) -> anyhow::Result<Opened> {
    let mut values = known;
    for group in &graph.groups {
        complete(graph, group, &mut values, today)?;
    }
    let is_given = |at: &&KeyRef| matches!(graph.sources[*at].value, Value::Given);
    let given = graph.sources.keys().filter(is_given);
    let given = given
        .filter(|at| !values.contains_key(*at))
        .cloned()
        .collect();
    let secrets = wanted(graph, &values, &|ns, secret| !cluster.has(ns, secret));
    let texts = match form {
        Form::Manifests { platform } => {
            manifests(graph, &values, platform, &|ns, name| !cluster.has(ns, name))?
        }
        Form::Documents { path } => {
            documents(graph, &values, path, &|name| secrets.contains(name))?
        }
    };
    Ok(Opened {
        texts,
        secrets,
        given,
    })
}

/// New values for everything that hangs together with a Secret, or for all; what a person gave is left out.
///
/// # Errors
/// As [`lacking`].
pub fn renewed(
    graph: &Graph,
    secret: Option<&str>,
    form: &Form<'_>,
    today: Date,
) -> anyhow::Result<Opened> {
    let mut values = Values::new();
    let groups: Vec<&BTreeSet<KeyRef>> = match secret {
        Some(secret) => graph.groups_of(secret).collect(),
        None => graph.groups.iter().collect(),
    };
    for group in groups {
        if group.iter().all(|at| graph.sources[at].is_replaceable()) {
            complete(graph, group, &mut values, today)?;
        }
    }
    all(graph, &values, form)
}

/// One value that a person gives, wherever it stands.
///
/// # Errors
/// As [`lacking`].
pub fn given(graph: &Graph, at: &KeyRef, value: &Plain, form: &Form<'_>) -> anyhow::Result<Opened> {
    let source = graph.source(at).map_or(at, |(source, _)| source);
    all(graph, &Values::from([(source.clone(), value.copy())]), form)
}

fn all(graph: &Graph, values: &Values, form: &Form<'_>) -> anyhow::Result<Opened> {
    let texts = match form {
        Form::Manifests { platform } => manifests(graph, values, platform, &|_, _| true)?,
        Form::Documents { path } => documents(graph, values, path, &|_| true)?,
    };
    Ok(Opened {
        texts,
        secrets: wanted(graph, values, &|_, _| true),
        given: BTreeSet::new(),
    })
}

fn wanted(graph: &Graph, values: &Values, is: &dyn Fn(&str, &str) -> bool) -> BTreeSet<String> {
    let places = graph.places().filter(|(_, at, _)| values.contains_key(*at));
    places
        .filter(|(place, ..)| is(&place.namespace, &place.at.secret))
        .map(|(place, ..)| place.at.secret.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::credentials;
    use super::*;
    use jiff::civil::date;

    const TODAY: Date = date(2026, 11, 21);
    const FORM: Form<'_> = Form::Manifests { platform: "p" };

    fn joined(opened: &Opened) -> Plain {
        let texts = opened.texts.iter().map(Plain::bytes);
        Plain::new(texts.collect::<Vec<_>>().concat())
    }

    /// What kubectl would print of manifests.
    fn listed(texts: &[Plain]) -> Plain {
        let mut all = Vec::new();
        for text in texts {
            let value: serde_json::Value = serde_yaml::from_slice(text.bytes()).expect("YAML");
            serde_json::to_writer(&mut all, &value).expect("JSON");
        }
        Plain::new(all)
    }

    #[test]
    fn an_empty_cluster_gets_all_and_a_full_one_nothing() {
        let graph = Graph::new(&credentials()).expect("fits");
        let first =
            lacking(&graph, &Cluster::default(), Values::new(), &FORM, TODAY).expect("is made");
        assert_eq!((first.texts.len(), first.given.len()), (8, 1));
        let cluster = Cluster::parse(&listed(&first.texts), &graph).expect("is read");
        let known = cluster.known(&graph).expect("fits");
        let second = lacking(&graph, &cluster, known, &FORM, TODAY).expect("is made");
        assert!(second.texts.is_empty() && second.secrets.is_empty());
    }

    #[test]
    fn a_copy_that_is_missing_is_made_of_the_one_that_is_there() {
        let graph = Graph::new(&credentials()).expect("fits");
        let first =
            lacking(&graph, &Cluster::default(), Values::new(), &FORM, TODAY).expect("is made");
        let whole = joined(&first);
        for missing in 0..first.texts.len() {
            let there: Vec<Plain> = first
                .texts
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != missing)
                .map(|(_, text)| text.copy())
                .collect();
            let cluster = Cluster::parse(&listed(&there), &graph).expect("is read");
            let Ok(known) = cluster.known(&graph) else {
                // Without the key of its tokens or a certificate nothing fits any more, and that is said.
                continue;
            };
            let again = lacking(&graph, &cluster, known, &FORM, TODAY).expect("is made");
            assert_eq!(again.texts.len(), 1);
            let is_copied = ["store-ca", "web-store", "web-supabase"]
                .iter()
                .any(|name| again.secrets.contains(*name));
            if is_copied {
                let text = again.texts[0].bytes();
                assert!(whole.bytes().windows(text.len()).any(|part| part == text));
            }
        }
    }

    #[test]
    fn a_rotation_writes_the_group_and_only_that() {
        let graph = Graph::new(&credentials()).expect("fits");
        let one = renewed(&graph, Some("supabase-jwt"), &FORM, TODAY).expect("is made");
        let names: Vec<&str> = one.secrets.iter().map(String::as_str).collect();
        assert_eq!(names, ["supabase-jwt", "web-supabase"]);
        let all = renewed(&graph, None, &FORM, TODAY).expect("is made");
        assert_eq!((all.texts.len(), all.secrets.contains("smtp")), (8, false));
        let at = KeyRef::new("smtp", "password");
        let given = given(&graph, &at, &Plain::from("x"), &FORM).expect("is made");
        assert_eq!(given.texts.len(), 1);
    }
}
