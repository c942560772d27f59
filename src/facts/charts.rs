//! What charts are told, in whatever way: `valuesObject`, `values` and `parameters` of an Application of Argo CD, and the
//! values of Flux and of k3s.
//!
//! Of each chart there is one tree, in which what counts more stands over what counts less
//! (<https://argo-cd.readthedocs.io/en/stable/user-guide/helm/#helm-value-precedence>). Whoever looks into values of charts looks
//! here, so that no way of writing them hides anything.

use super::cell::{CellFacts, Manifest, Spot};
use crate::kustomize::{Builder, Entry, Node, Value};
use std::sync::Arc;

/// A chart that something deploys.
#[derive(Debug, Clone)]
pub struct Chart {
    /// The object that deploys it, by its position in [`CellFacts::manifests`].
    pub manifest: usize,
    /// Its name; empty for one in a folder of a Git repository.
    pub name: String,
    /// Where the name stands.
    pub spot: Option<Spot>,
    /// Where it is from.
    pub repository: String,
    /// The namespace that it is deployed into.
    pub namespace: String,
    /// Everything that it is told.
    pub values: Node,
}

/// The charts of all objects.
pub(super) fn charts(manifests: &[Manifest], builder: &Builder<'_>) -> Vec<Chart> {
    let mut found = Vec::new();
    for (index, manifest) in manifests.iter().enumerate() {
        let reader = Reader {
            index,
            manifest,
            builder,
        };
        reader.read(&mut found);
    }
    found
}

impl CellFacts<'_> {
    /// The charts that an object deploys.
    pub fn charts_of(&self, manifest: usize) -> impl Iterator<Item = &Chart> {
        self.charts
            .iter()
            .filter(move |chart| chart.manifest == manifest)
    }
}

struct Reader<'r, 'a> {
    index: usize,
    manifest: &'r Manifest,
    builder: &'r Builder<'a>,
}

impl Reader<'_, '_> {
    fn read(&self, found: &mut Vec<Chart>) {
        let at = |path: &[&str]| self.manifest.at(path);
        let text = |path: &[&str]| at(path).and_then(Node::as_text).unwrap_or_default();
        match (self.manifest.group(), self.manifest.object.kind()) {
            ("argoproj.io", "Application") => {
                let several = at(&["spec", "sources"]).map_or(&[][..], Node::items);
                let namespace = text(&["spec", "destination", "namespace"]);
                for source in at(&["spec", "source"]).into_iter().chain(several) {
                    let helm = source.get("helm");
                    if helm.is_some() || source.get("chart").is_some() {
                        let repository = source.get("repoURL").and_then(Node::as_text);
                        let values = helm.and_then(|helm| self.told(helm));
                        let chart = source.get("chart");
                        found.push(self.chart(chart, repository, namespace, values));
                    }
                }
            }
            ("helm.toolkit.fluxcd.io", "HelmRelease") => {
                let values = at(&["spec", "values"]).cloned();
                let chart = at(&["spec", "chart", "spec", "chart"]);
                let namespace = match text(&["spec", "targetNamespace"]) {
                    "" => self.manifest.object.namespace(),
                    target => target,
                };
                found.push(self.chart(chart, None, namespace, values));
            }
            ("helm.cattle.io", kind @ ("HelmChart" | "HelmChartConfig")) => {
                let content = at(&["spec", "valuesContent"]);
                let values = content.and_then(|content| self.builder.inline(content));
                let set = at(&["spec", "set"]).map_or(&[][..], Node::entries);
                let values = set.iter().fold(values, |values, entry| {
                    Some(with(values.as_ref(), &steps(&entry.key), &entry.value))
                });
                let chart = match kind {
                    "HelmChart" => at(&["spec", "chart"]),
                    _ => at(&["metadata", "name"]),
                };
                let namespace = match text(&["spec", "targetNamespace"]) {
                    "" => self.manifest.object.namespace(),
                    target => target,
                };
                let repository = at(&["spec", "repo"]).and_then(Node::as_text);
                found.push(self.chart(chart, repository, namespace, values));
            }
            _ => {}
        }
    }

    fn chart(
        &self,
        chart: Option<&Node>,
        repository: Option<&str>,
        namespace: &str,
        values: Option<Node>,
    ) -> Chart {
        let root = &self.manifest.object.root;
        let empty = || Node::map(Vec::new(), root.origin);
        Chart {
            manifest: self.index,
            name: chart.and_then(Node::as_text).unwrap_or_default().to_owned(),
            spot: chart.map(|node| Spot::whole(self.index, node)),
            repository: repository.unwrap_or_default().to_owned(),
            namespace: namespace.to_owned(),
            values: values.unwrap_or_else(empty),
        }
    }

    /// What `helm` of a source says.
    fn told(&self, helm: &Node) -> Option<Node> {
        let text = helm
            .get("values")
            .and_then(|node| self.builder.inline(node));
        let object = helm.get("valuesObject").cloned();
        let whole = text.into_iter().chain(object).reduce(over);
        let single = helm.get("parameters").map_or(&[][..], Node::items);
        single.iter().fold(whole, |values, parameter| {
            let name = parameter.get("name").and_then(Node::as_text);
            match name.zip(parameter.get("value")) {
                Some((name, value)) => Some(with(values.as_ref(), &steps(name), value)),
                None => values,
            }
        })
    }
}

/// One tree, with another one over it: mappings are joined, anything else is replaced.
fn over(below: Node, above: Node) -> Node {
    let (Value::Map(old), Value::Map(new)) = (&below.value, &above.value) else {
        return above;
    };
    let mut entries: Vec<Entry> = old.as_ref().clone();
    for entry in new.iter() {
        match entries.iter_mut().find(|own| own.key == entry.key) {
            Some(own) => own.value = over(own.value.clone(), entry.value.clone()),
            None => entries.push(entry.clone()),
        }
    }
    Node::map(entries, above.origin)
}

/// A step to a value in a tree.
enum Step {
    Key(Arc<str>),
    Item(usize),
}

/// The steps that the name of a single parameter means: `a.b[0].c` is a path, `\.` a dot in a key
/// (<https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set>).
fn steps(name: &str) -> Vec<Step> {
    let mut keys: Vec<String> = vec![String::new()];
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '.' => keys.push(String::new()),
            letter => {
                let letter = match letter {
                    '\\' => letters.next(),
                    letter => Some(letter),
                };
                if let Some(key) = keys.last_mut() {
                    key.extend(letter);
                }
            }
        }
    }
    let mut steps = Vec::new();
    for key in keys {
        let (key, positions) = key.split_once('[').unwrap_or((key.as_str(), ""));
        if !key.is_empty() {
            steps.push(Step::Key(Arc::from(key)));
        }
        for position in positions.split('[') {
            let position = position.trim_end_matches(']').parse();
            steps.extend(position.ok().map(Step::Item));
        }
    }
    steps
}

/// A tree in which the value at these steps is another one; what is not there on the way is made.
fn with(tree: Option<&Node>, steps: &[Step], value: &Node) -> Node {
    match steps.split_first() {
        None => value.clone(),
        Some((Step::Key(key), rest)) => {
            let mut entries = tree.map_or_else(Vec::new, |tree| tree.entries().to_vec());
            let own = entries.iter_mut().find(|entry| entry.key == *key);
            let changed = with(own.as_ref().map(|own| &own.value), rest, value);
            match own {
                Some(own) => own.value = changed,
                None => entries.push(Entry {
                    key: key.clone(),
                    quoted: false,
                    value: changed,
                }),
            }
            Node::map(entries, tree.map_or(value.origin, |tree| tree.origin))
        }
        Some((Step::Item(at), rest)) => {
            let mut items = tree.map_or_else(Vec::new, |tree| tree.items().to_vec());
            let changed = with(items.get(*at), rest, value);
            match items.get_mut(*at) {
                Some(own) => *own = changed,
                None => items.push(changed),
            }
            Node::list(items, tree.map_or(value.origin, |tree| tree.origin))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    const APPLICATION: &str = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: a\nspec:\n  destination:\n    namespace: n\n  source:\n    chart: c\n    repoURL: https://charts.example\n    helm:\n      values: |\n        a: 1\n        b:\n          c: 2\n          d: 3\n      valuesObject:\n        b:\n          c: 4\n          l: [{x: 7}]\n      parameters:\n        - name: b.e\\.f[0].g\n          value: \"5\"\n        - name: b.l[0].y\n          value: \"6\"\n";

    #[test]
    fn all_ways_of_telling_a_chart_are_one_tree() {
        let files = BTreeMap::from([
            (
                "k/kustomization.yaml".to_owned(),
                b"resources: [a.yaml]\n".to_vec(),
            ),
            ("k/a.yaml".to_owned(), APPLICATION.as_bytes().to_vec()),
        ]);
        let builder = Builder::new(&files);
        let built = builder.build("k").expect("it builds");
        let manifests: Vec<Manifest> = built
            .objects
            .into_iter()
            .map(|object| Manifest::new("k", "", object))
            .collect();
        let charts = charts(&manifests, &builder);
        let [chart] = charts.as_slice() else {
            panic!("{charts:?}");
        };
        assert_eq!((chart.name.as_str(), chart.namespace.as_str()), ("c", "n"));
        let at = |path: &[&str]| chart.values.at(path).and_then(Node::as_text);
        assert_eq!(at(&["a"]), Some("1"));
        assert_eq!(at(&["b", "c"]), Some("4"));
        assert_eq!(at(&["b", "d"]), Some("3"));
        let list = chart.values.at(&["b", "e.f"]).map_or(&[][..], Node::items);
        let last = list[0].get("g").and_then(Node::as_text);
        assert_eq!(last, Some("5"));
        let list = chart.values.at(&["b", "l"]).map_or(&[][..], Node::items);
        let first = ["x", "y"].map(|key| list[0].get(key).and_then(Node::as_text));
        assert_eq!((list.len(), first), (1, [Some("7"), Some("6")]));
        // A value in a text knows its own line.
        let place = builder
            .location(chart.values.at(&["b", "d"]).expect("a value").origin)
            .expect("a place");
        let (start, end) = place.span.expect("bytes");
        assert_eq!(&APPLICATION[start..end], "3");
    }
}
