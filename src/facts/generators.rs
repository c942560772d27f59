//! What an ApplicationSet produces, as far as that stands in the repository
//! (<https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/Generators/>).
//!
//! Lists, folders and files of this repository and their combinations are worked out. Of clusters it is known that there is one, the
//! cell's own. Whatever asks somebody else (pull requests, organisations, plugins) is not worked out and said so.

mod git;

use super::argocd::{Application, mapped};
use super::repository::Repository;
use super::written::{Content, Field, Written};
use crate::model::Platform;
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};

/// The address under which Argo CD knows the cluster it runs in.
pub const IN_CLUSTER: &str = "https://kubernetes.default.svc";
/// Applications that one ApplicationSet may have here.
const MOST: usize = 2000;

/// What could not be worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unexpanded {
    /// The generator or the text.
    pub place: Location,
    /// Why.
    pub why: String,
}

/// The values of one Application.
type Parameters = BTreeMap<String, String>;

/// The Applications of an ApplicationSet.
pub(super) fn produce(
    platform: &Platform,
    repository: &Repository<'_>,
    set: &Written,
) -> (Vec<Application>, Vec<Unexpanded>) {
    let mut work = Work {
        platform,
        repository,
        is_go: set.text_at(&["spec", "goTemplate"]) == "true",
        unexpanded: Vec::new(),
    };
    let generators = set.at(&["spec", "generators"]);
    let mut all = Vec::new();
    for generator in generators.map_or(&[][..], Written::items) {
        all.extend(work.expand(generator));
    }
    all.truncate(MOST);
    if let Some(patch) = set
        .field("spec")
        .and_then(|f| f.value.field("templatePatch"))
    {
        let why = "a `templatePatch` changes what the template says";
        work.give_up(&patch.place, why);
    }
    let template = set.at(&["spec", "template"]);
    let produced = template.map_or_else(Vec::new, |template| {
        all.iter()
            .map(|parameters| work.application(set, template, parameters))
            .collect()
    });
    let mut unexpanded = work.unexpanded;
    unexpanded.dedup();
    (produced, unexpanded)
}

struct Work<'w> {
    platform: &'w Platform,
    repository: &'w Repository<'w>,
    /// Whether templates are those of Go.
    is_go: bool,
    unexpanded: Vec<Unexpanded>,
}

impl Work<'_> {
    fn give_up(&mut self, place: &Location, why: &str) {
        self.unexpanded.push(Unexpanded {
            place: place.clone(),
            why: why.to_owned(),
        });
    }

    fn expand(&mut self, generator: &Written) -> Vec<Parameters> {
        let mut all = Vec::new();
        for field in generator.fields() {
            let body = &field.value;
            match field.key.as_str() {
                "list" => all.extend(self.list(field)),
                "clusters" => all.push(in_cluster(body)),
                "git" => all.extend(git::expand(self, field)),
                "matrix" => all.extend(self.matrix(body)),
                "merge" => all.extend(self.merge(body)),
                "selector" => {}
                other => {
                    let why = format!("what `{other}` yields is not in the repository");
                    self.give_up(&field.place, &why);
                }
            }
        }
        let selector = generator.at(&["selector", "matchLabels"]);
        for label in selector.map_or(&[][..], Written::fields) {
            let wanted = label.value.text().unwrap_or_default();
            all.retain(|p| p.get(&label.key).is_none_or(|value| value == wanted));
        }
        all
    }

    fn list(&mut self, field: &Field) -> Vec<Parameters> {
        if let Some(unread) = field.value.get("elementsYaml") {
            self.give_up(&unread.place, "the elements are a template of their own");
        }
        let elements = field.value.get("elements");
        elements
            .map_or(&[][..], Written::items)
            .iter()
            .map(|element| {
                let values = element.scalars().into_iter();
                values
                    .map(|(path, value)| {
                        (path.join("."), value.text().unwrap_or_default().to_owned())
                    })
                    .collect()
            })
            .collect()
    }

    fn matrix(&mut self, body: &Written) -> Vec<Parameters> {
        let generators = body.get("generators").map_or(&[][..], Written::items);
        let mut all = vec![Parameters::new()];
        for generator in generators {
            let mut next = Vec::new();
            for sofar in &all {
                // The later generator may use what the earlier one yields.
                let filled = mapped(generator, &mut |_, text| put_in(text, sofar).0);
                for more in self.expand(&filled) {
                    let mut joined = sofar.clone();
                    joined.extend(more);
                    next.push(joined);
                }
            }
            next.truncate(MOST);
            all = next;
        }
        all
    }

    /// The first generator's, with what later ones say about the same keys put over it.
    fn merge(&mut self, body: &Written) -> Vec<Parameters> {
        let keys: Vec<&str> = body
            .get("mergeKeys")
            .map_or(&[][..], Written::items)
            .iter()
            .filter_map(Written::text)
            .collect();
        let mut lists = Vec::new();
        for generator in body.get("generators").map_or(&[][..], Written::items) {
            lists.push(self.expand(generator));
        }
        let mut lists = lists.into_iter();
        let mut base = lists.next().unwrap_or_default();
        for over in lists.flatten() {
            let same = |p: &&mut Parameters| keys.iter().all(|key| p.get(*key) == over.get(*key));
            if let Some(target) = base.iter_mut().find(same) {
                target.extend(over.clone());
            }
        }
        base
    }

    fn application(
        &mut self,
        set: &Written,
        template: &Written,
        parameters: &Parameters,
    ) -> Application {
        let mut unknown: BTreeSet<(Location, String)> = BTreeSet::new();
        let object = mapped(template, &mut |node, text| {
            let (text, missing) = put_in(text, parameters);
            unknown.extend(missing.map(|what| (node.place.clone(), what)));
            text
        });
        for (place, what) in unknown {
            self.give_up(&place, &format!("`{what}` is not known here"));
        }
        let text = |key: &str, text: &str| Field {
            key: key.to_owned(),
            place: set.place.clone(),
            value: Written {
                content: Content::Text(text.to_owned()),
                place: set.place.clone(),
            },
        };
        let mut fields = vec![
            text("apiVersion", set.text_at(&["apiVersion"])),
            text("kind", "Application"),
        ];
        fields.extend(object.fields().iter().cloned());
        Application {
            object: Written {
                content: Content::Map(fields),
                place: object.place,
            },
        }
    }
}

/// The one cluster that an Argo CD without credentials for others knows: its own.
fn in_cluster(body: &Written) -> Parameters {
    let mut parameters = Parameters::from([
        ("name".to_owned(), "in-cluster".to_owned()),
        ("nameNormalized".to_owned(), "in-cluster".to_owned()),
        ("server".to_owned(), IN_CLUSTER.to_owned()),
    ]);
    for field in body.get("values").map_or(&[][..], Written::fields) {
        let value = field.value.text().unwrap_or_default().to_owned();
        parameters.insert(format!("values.{}", field.key), value);
    }
    let labels = body.at(&["selector", "matchLabels"]);
    for label in labels.map_or(&[][..], Written::fields) {
        let value = label.value.text().unwrap_or_default().to_owned();
        parameters.insert(format!("metadata.labels.{}", label.key), value);
    }
    parameters
}

/// A text with `{{…}}` replaced, and the first expression that is not known.
fn put_in(text: &str, parameters: &Parameters) -> (String, Option<String>) {
    let mut out = String::with_capacity(text.len());
    let mut missing = None;
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((expression, behind)) = after.split_once("}}") else {
            break;
        };
        match parameters.get(&key(expression)) {
            Some(value) => out.push_str(value),
            None => {
                out.push_str(&format!("{{{{{expression}}}}}"));
                missing.get_or_insert_with(|| expression.trim().to_owned());
            }
        }
        rest = behind;
        if rest.is_empty() {
            return (out, missing);
        }
    }
    out.push_str(rest);
    (out, missing)
}

/// The name of a parameter in an expression: `path.basename`, `.path.basename`, `index .path.segments 2`.
fn key(expression: &str) -> String {
    let words: Vec<&str> = expression
        .trim_matches(['-', ' '])
        .split_whitespace()
        .collect();
    match words.as_slice() {
        ["index", list, at] => {
            format!("{}.{}", list.trim_start_matches('.'), at.trim_matches('"'))
        }
        [one] => one.trim_start_matches('.').to_owned(),
        _ => expression.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_parameters_are_read() {
        let parameters = git::of_folder("a/b/c", "");
        let put = |text: &str| put_in(text, &parameters);
        assert_eq!(put("x-{{path.basename}}-{{ path[1] }}").0, "x-c-b");
        assert_eq!(
            put("{{ index .path.segments 0 }}/{{.path.path}}").0,
            "a/a/b/c"
        );
        assert_eq!(
            put("{{ .secret }}"),
            ("{{ .secret }}".to_owned(), Some(".secret".to_owned()))
        );
    }
}
