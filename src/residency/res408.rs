//! RES408: tunnels, meshes and links between clusters.

use super::built::finding;
use super::found::Found;
use super::links::{CHARTS, CLASSES, MARKS};
use super::rule::{Input, Rule, Weight};
use super::tunnels::{link, link_config, link_in_script, of_image, of_kind, without_tag};
use crate::facts::{CellFacts, Chart, Config, Container, Manifest, Spot, Text};
use crate::kustomize::Node;

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES408",
    title: "A tunnel, or a link to another cluster",
    severity: Weight::Critical,
    rationale: "A tunnel carries requests and data past ingress, hosts and network policies, mostly through servers of its maker; a mesh over several \
        clusters makes Services of one jurisdiction reachable from another. A cell is alone: images, kinds, charts, marks on objects and commands of such \
        programs are found.",
    fix: "Remove it; what has to be reached from outside goes through the cell's own ingress, with `expose` in platform.toml.",
    example_bad: "containers:\n  - image: cloudflare/cloudflared:2026.8.0",
    example_good: "services:\n  api:\n    expose: api   # the cell's own ingress",
    exceptable: false,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let containers = here
            .workloads
            .iter()
            .map(|workload| workload.containers.len());
        let examined = containers.sum::<usize>() + here.manifests.len();
        out.examined(&RULE, here, examined);
        let case = Case { input, here };
        for workload in &here.workloads {
            for container in &workload.containers {
                case.container(container, out);
            }
        }
        for (index, manifest) in here.manifests.iter().enumerate() {
            case.object(index, manifest, out);
        }
        for chart in &here.charts {
            case.chart(chart, out);
        }
        for config in &here.configs {
            case.config(config, out);
        }
    }
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
}

impl Case<'_, '_> {
    fn push(&self, spot: &Spot, what: &str, out: &mut Found) {
        let message = format!("{} {what}", self.here.manifest(spot).identity());
        let label = "past the ingress and the policies";
        out.push(finding(&RULE, self.input, self.here, spot, message, label).help(RULE.fix));
    }

    fn container(&self, container: &Container, out: &mut Found) {
        if let Some(image) = &container.image
            && let Some(program) = of_image(&image.text)
        {
            let what = format!("runs `{}`: {program}", without_tag(&image.text));
            self.push(&image.spot, &what, out);
            return;
        }
        let words: Vec<&str> = container
            .words
            .iter()
            .map(|word| word.text.as_str())
            .collect();
        let first = container.words.first();
        if let (Some(command), Some(word)) = (link(&words), first) {
            let culprit = container
                .words
                .iter()
                .find(|word| word.text.contains(command));
            self.push(&culprit.unwrap_or(word).spot, &starts(command), out);
            return;
        }
        for word in &container.words {
            self.script(word, out);
        }
    }

    /// A word that is a script by itself.
    fn script(&self, word: &Text, out: &mut Found) {
        if word.text.contains([' ', '\n'])
            && let Some((line, command)) = link_in_script(&word.text)
        {
            self.push(&word.spot.clone().part(line), &starts(command), out);
        }
    }

    fn config(&self, config: &Config, out: &mut Found) {
        let is_script = config.key.ends_with(".sh") || config.text.starts_with("#!");
        let command = if is_script {
            link_in_script(&config.text)
        } else {
            None
        };
        if let Some((line, command)) = command {
            self.push(&config.spot.clone().part(line), &starts(command), out);
        } else if let Some((line, program)) = link_config(&config.key, &config.text) {
            let what = format!("configures {program} in `{}`", config.key);
            self.push(&config.spot.clone().part(line), &what, out);
        }
    }

    fn object(&self, index: usize, manifest: &Manifest, out: &mut Found) {
        let (group, kind) = (manifest.group(), manifest.object.kind());
        if let Some(program) = of_kind(group, kind) {
            let node = manifest.at(&["kind"]).unwrap_or(&manifest.object.root);
            self.push(
                &Spot::whole(index, node),
                &format!("makes a link: {program}"),
                out,
            );
            return;
        }
        let metadata = manifest.at(&["metadata"]);
        let template = manifest.at(&["spec", "template", "metadata"]);
        for metadata in [metadata, template].into_iter().flatten() {
            self.marks(index, metadata, out);
        }
        for path in [["spec", "ingressClassName"], ["spec", "loadBalancerClass"]] {
            if let Some(class) = manifest.at(&path)
                && class.as_text().is_some_and(|text| CLASSES.contains(&text))
            {
                self.push(
                    &Spot::whole(index, class),
                    "is reached through a tunnel",
                    out,
                );
            }
        }
        match (group, kind) {
            ("networking.istio.io", "Gateway") => self.istio(index, manifest, out),
            ("", "Secret") if manifest.object.name() == "cilium-clustermesh" => {
                let node = manifest
                    .at(&["metadata", "name"])
                    .unwrap_or(&manifest.object.root);
                self.push(
                    &Spot::whole(index, node),
                    "makes a link: Cilium ClusterMesh",
                    out,
                );
            }
            _ => {}
        }
    }

    fn marks(&self, index: usize, metadata: &Node, out: &mut Found) {
        for field in ["labels", "annotations"] {
            for entry in metadata.get(field).map_or(&[][..], Node::entries) {
                let value = entry.value.as_text().unwrap_or_default();
                let mark = MARKS.iter().find(|(key, wanted, _)| {
                    let is_key = if key.ends_with('/') {
                        let mut places = entry.key.match_indices(key).map(|(at, _)| at);
                        places.any(|at| at == 0 || entry.key.as_bytes()[at - 1] == b'.')
                    } else {
                        &*entry.key == *key
                    };
                    is_key && wanted.is_none_or(|wanted| wanted == value) && value != "false"
                });
                if let Some((_, _, program)) = mark {
                    let what = format!("is marked `{}`: {program}", entry.key);
                    self.push(&Spot::whole(index, &entry.value), &what, out);
                }
            }
        }
    }

    /// A gateway that passes connections on by their SNI is one between clusters:
    /// <https://istio.io/latest/docs/setup/install/multicluster/>.
    fn istio(&self, index: usize, manifest: &Manifest, out: &mut Found) {
        let servers = manifest
            .at(&["spec", "servers"])
            .map_or(&[][..], Node::items);
        for mode in servers
            .iter()
            .filter_map(|server| server.at(&["tls", "mode"]))
        {
            if mode.as_text() == Some("AUTO_PASSTHROUGH") {
                let what = "makes a link: a gateway between clusters of an Istio network";
                self.push(&Spot::whole(index, mode), what, out);
            }
        }
    }

    fn chart(&self, chart: &Chart, out: &mut Found) {
        let known = CHARTS.iter().find(|(known, program)| {
            // Names that others use too count with their maker's repository only.
            let is_common = matches!(*known, "connector" | "kubernetes-ingress-controller");
            let maker = || program.split(' ').next().unwrap_or(program).to_lowercase();
            *known == chart.name
                && (!is_common || chart.repository.to_lowercase().contains(&maker()))
        });
        if let (Some((_, program)), Some(spot)) = (known, &chart.spot) {
            self.push(spot, &format!("deploys {program}"), out);
            return;
        }
        self.values(chart.manifest, &chart.values, out);
    }

    /// Links that the values of a chart switch on.
    fn values(&self, index: usize, values: &Node, out: &mut Found) {
        let switches: [(&[&str], &str); 4] = [
            (&["clustermesh", "useAPIServer"], "Cilium ClusterMesh"),
            (&["clustermesh", "config", "enabled"], "Cilium ClusterMesh"),
            (
                &["global", "multiCluster", "enabled"],
                "an Istio network of several clusters",
            ),
            (&["global", "peering", "enabled"], "Consul peering"),
        ];
        for (path, program) in switches {
            if let Some(node) = values
                .at(path)
                .filter(|node| node.as_text() == Some("true"))
            {
                self.push(
                    &Spot::whole(index, node),
                    &format!("switches on {program}"),
                    out,
                );
            }
        }
        let mut images = Vec::new();
        repositories(values, &mut images);
        for (node, program) in images {
            self.push(&Spot::whole(index, node), &format!("runs {program}"), out);
        }
    }
}

/// Images in a chart's values.
fn repositories<'n>(node: &'n Node, found: &mut Vec<(&'n Node, &'static str)>) {
    for entry in node.entries() {
        if matches!(&*entry.key, "image" | "repository")
            && let Some(program) = entry.value.as_text().and_then(of_image)
        {
            found.push((&entry.value, program));
        }
        repositories(&entry.value, found);
    }
    for item in node.items() {
        repositories(item, found);
    }
}

fn starts(command: &str) -> String {
    format!("starts a tunnel: `{command}`")
}
