//! RES201: pods and volumes that are placed elsewhere.

use super::found::Found;
use super::reach::{self, Leak, Whereabouts};
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Destination, Manifest, Resolved, Spot};
use crate::kustomize::Node;
use crate::spec::types::Provider;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES201",
    title: "Pods or volumes are placed elsewhere",
    severity: Weight::Critical,
    rationale: "Labels of nodes and volumes say where data is computed and kept. Every zone and region in node selectors, in each element of node \
        affinities, in the topology of volumes and of StorageClasses, and in the source of snapshots must be one of the cell's region: one that is \
        elsewhere in a long list of good ones is enough. Pods that are spread over regions need nodes in several. Zones are those of the region's \
        `zones`, else what the provider's table says.",
    fix: "Name only zones of the cell's own region, and list them as `zones` of the region when they are the site's own.",
    example_bad: "values: [eu-south-2a, eu-west-3a]",
    example_good: "values: [eu-south-2a, eu-south-2b]",
    exceptable: true,
    check,
};

/// Keys around what decides where something is placed.
const PLACEMENT: &[&str] = &[
    "nodeSelector",
    "nodeAffinity",
    "nodeSelectorTerms",
    "allowedTopologies",
    "accessibleTopology",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut search = Search {
            input,
            here,
            count: 0,
            found: Vec::new(),
        };
        for (index, manifest) in here.manifests.iter().enumerate() {
            if !is_schema(manifest) {
                search.manifest(index, manifest);
            }
        }
        out.examined(&RULE, here, search.count);
        for leak in search.found {
            reach::report(input, here, out, leak);
        }
    }
}

/// Whether a manifest speaks about others and places nothing itself.
fn is_schema(manifest: &Manifest) -> bool {
    manifest.object.kind() == "CustomResourceDefinition"
        || manifest.group() == "admissionregistration.k8s.io"
        || manifest.group() == "kyverno.io"
        || manifest.is("", "ConfigMap")
        || manifest.is("", "Secret")
}

struct Search<'s, 'a> {
    input: &'s Input<'s>,
    here: &'s CellFacts<'a>,
    count: usize,
    found: Vec<Leak<'s>>,
}

impl<'s> Search<'s, '_> {
    fn manifest(&mut self, index: usize, manifest: &'s Manifest) {
        let root = &manifest.object.root;
        self.look(index, root, false);
        let is_volume =
            manifest.is("", "PersistentVolume") || manifest.is("", "PersistentVolumeClaim");
        if is_volume {
            for path in [
                &["metadata", "labels"][..],
                &["spec", "selector", "matchLabels"],
            ] {
                self.labels(index, root.at(path));
            }
            let selector = root.at(&["spec", "selector"]);
            if let Some(selector) = selector {
                self.look(index, selector, true);
            }
        }
        if manifest.is("karpenter.sh", "NodePool") || manifest.is("karpenter.sh", "NodeClaim") {
            self.look(index, root, true);
        }
        if manifest.is("snapshot.storage.k8s.io", "VolumeSnapshotContent") {
            for key in ["snapshotHandle", "volumeHandle"] {
                let handle = root.at(&["spec", "source", key]);
                if let Some((handle, text)) = handle.and_then(|node| Some((node, node.as_text()?)))
                {
                    self.count += 1;
                    for token in text.split(['/', ':', '#', ',']) {
                        if let Some(resolved) = reach::abroad(self.input, self.here, token) {
                            self.add(index, handle, "source", token, resolved);
                        }
                    }
                }
            }
        }
    }

    /// Everything below a value; `placing` once a key above it decides where something is placed.
    fn look(&mut self, index: usize, node: &'s Node, placing: bool) {
        if placing {
            self.expression(index, node);
        }
        let spreads = node.get("maxSkew").is_some();
        self.spread(index, node.get("topologyKey").filter(|_| spreads));
        for entry in node.entries() {
            let key = &*entry.key;
            if key == "nodeSelector" {
                self.labels(index, Some(&entry.value));
                self.labels(index, entry.value.get("matchLabels"));
            }
            if key == "podAntiAffinity" {
                self.anti(index, &entry.value);
            }
            self.look(index, &entry.value, placing || PLACEMENT.contains(&key));
        }
        for item in node.items() {
            self.look(index, item, placing);
        }
    }

    /// `key`, `operator`, `values`. What must not be is not where it goes.
    fn expression(&mut self, index: usize, node: &'s Node) {
        let Some(key) = node.get("key").and_then(Node::as_text).and_then(topology) else {
            return;
        };
        let operator = node.get("operator").and_then(Node::as_text);
        if matches!(operator, Some("NotIn" | "Exists" | "DoesNotExist")) {
            return;
        }
        for value in node.get("values").map_or(&[][..], Node::items) {
            self.value(index, key, value);
        }
    }

    fn labels(&mut self, index: usize, labels: Option<&'s Node>) {
        for entry in labels.map_or(&[][..], Node::entries) {
            if let Some(key) = topology(&entry.key) {
                self.value(index, key, &entry.value);
            }
        }
    }

    fn anti(&mut self, index: usize, node: &'s Node) {
        self.spread(index, node.get("topologyKey"));
        for entry in node.entries() {
            self.anti(index, &entry.value);
        }
        for item in node.items() {
            self.anti(index, item);
        }
    }

    /// Pods that keep apart by region are in several.
    fn spread(&mut self, index: usize, key: Option<&'s Node>) {
        let Some(key) = key else { return };
        self.count += 1;
        let is_region = key
            .as_text()
            .and_then(topology)
            .is_some_and(|topology| topology == "region");
        if is_region {
            let message = format!(
                "{} is spread over regions",
                self.here.manifests[index].identity()
            );
            self.found.push(Leak {
                rule: &RULE,
                key: "topologyKey",
                message,
                spot: Spot::whole(index, key),
                resolved: reach::unknown("whatever regions nodes are in"),
                bucket: None,
            });
        }
    }

    fn value(&mut self, index: usize, key: &'static str, node: &'s Node) {
        let Some(text) = node.as_text().filter(|text| !text.is_empty()) else {
            return;
        };
        self.count += 1;
        // Volumes of old clusters have several zones in one label: `a__b`.
        for code in text.split("__") {
            if self.is_numbered(code) {
                continue;
            }
            match reach::of_code(self.here, code) {
                Whereabouts::Home => {}
                Whereabouts::Known(resolved) => self.add(index, node, key, code, resolved),
                Whereabouts::Unknown if key == "country" => {
                    if let Some(resolved) = self.country(code) {
                        self.add(index, node, key, code, resolved);
                    }
                }
                Whereabouts::Unknown => {
                    let resolved = reach::unknown(format!("{key} `{code}`"));
                    self.add(index, node, key, code, resolved);
                }
            }
        }
    }

    /// Zones of Azure are numbered within their region; without zones there is a fault domain.
    fn is_numbered(&self, code: &str) -> bool {
        let provider = self.here.region.map(|region| region.place.provider);
        provider == Some(Provider::Azure)
            && code.len() == 1
            && code.bytes().all(|b| b.is_ascii_digit())
    }

    /// A label with a country or a jurisdiction of the platform; none when it is at home.
    fn country(&self, code: &str) -> Option<Resolved> {
        let region = self.here.region?;
        if region
            .jurisdiction
            .as_ref()
            .is_some_and(|own| own.as_str() == code)
        {
            return None;
        }
        let jurisdictions = &self.here.platform.residency.jurisdictions;
        let countries = match jurisdictions.iter().find(|(name, _)| name.as_str() == code) {
            Some((_, jurisdiction)) => jurisdiction.countries.clone(),
            None => crate::spec::names::Country::new(code).into_iter().collect(),
        };
        let is_home = !countries.is_empty() && countries.is_subset(&region.place.countries);
        (!is_home).then(|| Resolved {
            destination: Destination::Vendor("a label"),
            countries,
            trace: vec![code.to_owned()],
        })
    }

    fn add(
        &mut self,
        index: usize,
        node: &Node,
        key: &'static str,
        code: &str,
        resolved: Resolved,
    ) {
        let identity = self.here.manifests[index].identity();
        self.found.push(Leak {
            rule: &RULE,
            key,
            message: format!("{identity} is placed in `{code}`"),
            spot: Spot::whole(index, node).part(code),
            resolved,
            bucket: None,
        });
    }
}

/// What a label of a node says about its place: those of Kubernetes, of its volumes' drivers, and plain words.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#topologykubernetesioregion>
fn topology(key: &str) -> Option<&'static str> {
    let last = key.rsplit('/').next().unwrap_or(key).to_lowercase();
    let is = |words: &[&str]| {
        words.iter().any(|word| {
            last == *word
                || last.ends_with(&format!(".{word}"))
                || last.ends_with(&format!("-{word}"))
        })
    };
    if is(&["zone", "availability-zone", "failure-domain"]) {
        Some("zone")
    } else if is(&["region"]) {
        Some("region")
    } else if is(&["location", "datacenter", "site"]) {
        Some("location")
    } else if is(&["country", "jurisdiction"]) {
        Some("country")
    } else {
        None
    }
}
