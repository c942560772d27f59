//! One violation in every way in which a value comes into a manifest: each time the same rule must find it, in the file and
//! at the line in which the value is written.
//!
//! What is violated stands in the table of [`violations`], how it gets there in the other modules. A way is tried with enough
//! violations to see that it is read by rules of different kinds, and not with all: each try builds the whole example.

mod generated;
mod patched;
mod told;
mod violations;

use crate::support::planted::Planted;
use platformctl::source::position;
use rayon::prelude::*;
use violations::{Violation, violations};

/// What is wrong with a collector that sends what it gets as it is, wherever to.
const UNMASKED: &[&str] = &["RES705"];

/// The example with a violation in it, and where a person must change it.
struct Way {
    planted: Planted,
    rule: &'static str,
    /// What else is wrong with it, where the way itself is.
    also: &'static [&'static str],
    file: String,
    line: String,
}

impl Violation {
    fn namespace(&self) -> &'static str {
        match self.unit {
            "supabase" | "postgres" => "carebase-data",
            _ => "carebase-apps",
        }
    }

    fn folder(&self) -> String {
        format!("cluster/overlays/{}/custom/{}", self.cell, self.unit)
    }

    /// In the user's own Component, at a line of it.
    fn custom(&self, kustomization: &str, line: impl Into<String>) -> Way {
        self.beside(kustomization, &[], "kustomization.yaml", line)
    }

    /// In the user's own Component with files beside it, at a line of one of them.
    fn beside(
        &self,
        kustomization: &str,
        files: &[(&str, String)],
        file: &str,
        line: impl Into<String>,
    ) -> Way {
        let planted = Planted::example().custom(self.cell, self.unit, kustomization);
        let planted = files.iter().fold(planted, |planted, (name, text)| {
            planted.beside(self.cell, self.unit, name, text)
        });
        Way {
            planted,
            rule: self.rule,
            also: &[],
            file: format!("{}/{file}", self.folder()),
            line: line.into(),
        }
    }

    /// A strategic merge patch that sets the variable.
    fn merge(&self) -> String {
        format!(
            "apiVersion: apps/v1\nkind: {}\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n  template:\n    spec:\n      containers:\n        \
             - name: {}\n          env:\n            - name: {}\n              value: {}\n",
            self.kind,
            self.object,
            self.namespace(),
            self.container,
            self.variable,
            self.value
        )
    }

    /// A JSON patch of the first container, as the first of the `patches` of a kustomization.
    fn patch(&self, operations: &str) -> String {
        format!(
            "patches:\n  - target:\n      kind: {}\n      name: {}\n    patch: |-\n{}",
            self.kind,
            self.object,
            indented(6, operations)
        )
    }

    /// The same that adds a variable.
    fn variable(&self, name: &str, value: &str) -> String {
        format!(
            "- op: add\n  path: /spec/template/spec/containers/0/env/-\n  value:\n    name: {name}\n{}",
            indented(4, value)
        )
    }

    /// The same that takes the variable from a key of an object.
    fn reference(&self, kind: &str) -> String {
        let from = format!("valueFrom:\n  {kind}:\n    name: own\n    key: entry\n");
        self.patch(&self.variable(self.variable, &from))
    }

    /// The same that takes every variable from a ConfigMap.
    fn env_from(&self) -> String {
        let end = if self.unit == "postgres" { "/-" } else { "" };
        let entry = "configMapRef:\n  name: own\n";
        let value = match end {
            "" => format!("  value:\n    - {}", indented(6, entry).trim_start()),
            _ => format!("  value:\n{}", indented(4, entry)),
        };
        self.patch(&format!(
            "- op: add\n  path: /spec/template/spec/containers/0/envFrom{end}\n{value}"
        ))
    }

    fn generator(&self, kind: &str, rest: &str) -> String {
        format!(
            "{kind}:\n  - name: own\n    namespace: {}\n{}",
            self.namespace(),
            indented(4, rest)
        )
    }

    /// A ConfigMap or Secret with one entry.
    fn object(&self, kind: &str, key: &str, value: &str) -> String {
        let value = match value.contains('\n') {
            true => format!("|\n{}", indented(4, value)),
            false => format!("{value}\n"),
        };
        format!(
            "apiVersion: v1\nkind: {kind}\nmetadata:\n  name: own\n  namespace: {}\ndata:\n  {key}: {value}",
            self.namespace()
        )
    }

    /// The text of configuration, and the line of it in which the value is.
    fn config(&self) -> (String, String) {
        let text = self.text.replace("VALUE", self.value);
        let line = text.lines().find(|line| line.contains(self.value)).unwrap();
        let line = line.trim().to_owned();
        (text, line)
    }

    fn replaced(&self, source: &str) -> String {
        format!(
            "{}replacements:\n  - {source}\n    targets:\n      - select:\n          kind: {}\n          name: {}\n        fieldPaths:\n          \
             - spec.template.spec.containers.0.env.[name={}].value\n",
            self.patch(&self.variable(self.variable, "value: placeholder\n")),
            self.kind,
            self.object,
            self.variable
        )
    }
}

fn indented(by: usize, text: &str) -> String {
    let start = " ".repeat(by);
    text.lines()
        .map(|line| format!("{start}{line}\n"))
        .collect()
}

/// What is said about a violation that was not found where it is, or beside it.
fn missed(violation: &Violation, way: &Way) -> Option<String> {
    let findings = way.planted.judge().findings;
    let said: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} — {}", way.planted.at(finding), finding.message))
        .collect();
    let are_right = findings.iter().all(|finding| {
        let place = finding.primary().unwrap();
        let text = way.planted.text(&place.path);
        let at = position(text, place.span.map_or(0, |(start, _)| start)).line;
        let line = text.lines().nth(at - 1).unwrap_or_default();
        way.also.contains(&finding.code)
            || (finding.code, &place.path) == (way.rule, &way.file) && line.contains(&way.line)
    });
    let is_found = findings.iter().any(|finding| finding.code == way.rule);
    let mut places: Vec<_> = findings
        .iter()
        .map(|finding| {
            let object: Vec<&str> = finding.message.split(' ').take(2).collect();
            (finding.code, finding.primary(), &finding.cell, object)
        })
        .collect();
    places.dedup();
    let is_said_twice = places.len() < findings.len();
    (!is_found || !are_right || is_said_twice).then(|| {
        format!(
            "{}: {} at `{}` of {} is wanted; said: {said:#?}",
            violation.name, way.rule, way.line, way.file
        )
    })
}

/// Tries one way with these violations.
#[track_caller]
fn each(names: &[&str], way: impl Fn(&Violation) -> Way + Sync) {
    let violations = violations();
    let tried: Vec<&Violation> = violations
        .iter()
        .filter(|violation| names.contains(&violation.name))
        .collect();
    assert_eq!(tried.len(), names.len());
    let missed: Vec<String> = tried
        .par_iter()
        .filter_map(|violation| missed(violation, &way(violation)))
        .collect();
    assert!(
        missed.is_empty(),
        "{} of {} were missed:\n{}",
        missed.len(),
        names.len(),
        missed.join("\n")
    );
}
