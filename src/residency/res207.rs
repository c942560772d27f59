//! RES207: object stores, queues and caches that replicate or report elsewhere.

mod scripts;
mod texts;

use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::{Address, CellFacts, Resolved, Setting, Spot};
use crate::kustomize::Node;
use texts::{reports, targets, uris};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES207",
    title: "An object store, queue or cache replicates elsewhere",
    severity: Weight::Critical,
    rationale: "Replication, tiers and events of an object store, shovels and federation of RabbitMQ, replicas of Redis and Valkey, and MirrorMaker copy on \
        their own once they are set up; a tier even moves. The rule looks for them in scripts and jobs, in variables of the stores, in their files of \
        configuration and definitions, and in the kinds of their operators. Events and audit records have names of objects in them.",
    fix: "Leave replication out, or let its target be in the cell or its region.",
    example_bad: "mc ilm tier add s3 store COLD --endpoint https://s3.eu-west-1.amazonaws.com --bucket cold",
    example_good: "mc ilm rule add store/carebase-production-tr-objects --noncurrent-expire-days 30",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut judge = Judge {
            input,
            here,
            out,
            count: 0,
        };
        judge.scripts();
        judge.variables();
        judge.configs();
        judge.operators();
        let count = judge.count;
        out.examined(&RULE, here, count);
    }
}

struct Judge<'j, 'o> {
    input: &'j Input<'j>,
    here: &'j CellFacts<'j>,
    out: &'o mut Found,
    count: usize,
}

impl Judge<'_, '_> {
    fn tell(&mut self, key: &str, what: &str, target: &str, spot: Spot, namespace: &str) {
        let resolved = match target.is_empty() {
            true => reach::unknown("a place that is not written"),
            false => reach::of_text(self.here, target, namespace)
                .unwrap_or_else(|| reach::unknown(target)),
        };
        let host = Address::parse(target).map_or_else(|| target.to_owned(), |a| a.host.to_string());
        let spot = match spot.part.is_empty() {
            true => spot.part(&host),
            false => spot,
        };
        self.told(key, what, &host, spot, resolved);
    }

    fn told(&mut self, key: &str, what: &str, target: &str, spot: Spot, resolved: Resolved) {
        self.count += 1;
        let identity = self.here.manifest(&spot).identity();
        let leak = Leak {
            rule: &RULE,
            key,
            message: format!("{identity} {what} `{target}`"),
            spot,
            resolved,
            bucket: None,
        };
        reach::report(self.input, self.here, self.out, leak);
    }

    /// What the stores report to, and what they are replicas of.
    fn variables(&mut self) {
        let here = self.here;
        for workload in &here.workloads {
            for variable in workload
                .containers
                .iter()
                .flat_map(|container| &container.env)
            {
                let Setting::Text(text) = &variable.value else {
                    continue;
                };
                let Some(what) = reports(&variable.name) else {
                    continue;
                };
                for target in targets(text) {
                    self.tell(
                        &variable.name,
                        what,
                        &target,
                        variable.spot.clone(),
                        &workload.namespace,
                    );
                }
            }
            // Images whose command is the server get only its options.
            for container in &workload.containers {
                for (at, word) in container.words.iter().enumerate() {
                    let is_option = matches!(word.text.as_str(), "--replicaof" | "--slaveof");
                    let is_server = container.words.iter().any(|word| {
                        word.text.ends_with("redis-server") || word.text.ends_with("valkey-server")
                    });
                    if let Some(host) = container
                        .words
                        .get(at + 1)
                        .filter(|_| is_option && !is_server)
                    {
                        let target = host
                            .text
                            .split_whitespace()
                            .next()
                            .unwrap_or_default()
                            .to_owned();
                        if !target.eq_ignore_ascii_case("no") {
                            self.tell(
                                "--replicaof",
                                "is a replica of",
                                &target,
                                host.spot.clone(),
                                &workload.namespace,
                            );
                        }
                    }
                }
            }
        }
        // Lists of variables in kinds of operators and values of charts.
        for (index, manifest) in here.manifests.iter().enumerate() {
            let is_workload = here
                .workloads
                .iter()
                .any(|workload| workload.manifest == index);
            if !is_workload && !manifest.is("", "ConfigMap") && !manifest.is("", "Secret") {
                self.pairs(index, &manifest.object.root);
            }
        }
    }

    fn pairs(&mut self, index: usize, node: &Node) {
        let pair = node
            .get("name")
            .and_then(Node::as_text)
            .zip(node.get("value"));
        if let Some((name, value)) = pair {
            self.pair(index, name, value);
        }
        for entry in node.entries() {
            self.pair(index, &entry.key, &entry.value);
            self.pairs(index, &entry.value);
        }
        for item in node.items() {
            self.pairs(index, item);
        }
    }

    fn pair(&mut self, index: usize, name: &str, value: &Node) {
        let here = self.here;
        let namespace = here.manifests[index].object.namespace();
        if let (Some(what), Some(text)) = (reports(name), value.as_text()) {
            for target in targets(text) {
                self.tell(name, what, &target, Spot::whole(index, value), namespace);
            }
        }
    }

    /// Files of Redis, definitions of RabbitMQ, batch jobs of MinIO, properties of MirrorMaker.
    fn configs(&mut self) {
        let here = self.here;
        for config in &here.configs {
            let namespace = config.namespace.as_str();
            for line in config.text.lines().map(str::trim) {
                let mut words = line.split_whitespace();
                let first = words.next().unwrap_or_default();
                let target = match first {
                    "replicaof" | "slaveof" => words.next(),
                    "sentinel" if words.next() == Some("monitor") => words.nth(1),
                    _ => None,
                };
                if let Some(target) = target.filter(|target| !target.eq_ignore_ascii_case("no")) {
                    let spot = config.spot.clone().line(line).part(target);
                    self.tell(first, "is a replica of", target, spot, namespace);
                }
            }
            let is_link = ["shovel", "federation-upstream", "federation_upstream"]
                .iter()
                .any(|word| config.text.contains(word));
            if is_link {
                for uri in uris(&config.text) {
                    let line = config
                        .text
                        .lines()
                        .find(|line| line.contains(&uri))
                        .unwrap_or_default();
                    let spot = config.spot.clone().line(line.trim());
                    self.tell("uri", "moves messages to or from", &uri, spot, namespace);
                }
            }
            let is_mirror = ["mirrormaker", "mm2", "mirror-maker"]
                .iter()
                .any(|word| config.key.contains(word) || config.name.contains(word));
            for leaf in config.leaves() {
                let is_batch = leaf.ends_with(&["replicate", "target", "endpoint"])
                    || leaf.ends_with(&["replicate", "source", "endpoint"]);
                let is_broker = is_mirror && leaf.key().ends_with("bootstrap.servers");
                if is_batch || is_broker {
                    for target in targets(&leaf.value) {
                        let spot = config.spot.clone().line(&leaf.line);
                        self.tell(
                            leaf.key(),
                            "replicates to or from",
                            &target,
                            spot,
                            namespace,
                        );
                    }
                }
            }
        }
    }

    /// <https://strimzi.io/docs/operators/latest/configuring#type-KafkaMirrorMaker2Spec-reference>,
    /// <https://www.rabbitmq.com/kubernetes/operator/using-topology-operator>
    fn operators(&mut self) {
        let here = self.here;
        for (index, manifest) in here.manifests.iter().enumerate() {
            let namespace = manifest.object.namespace();
            match (manifest.group(), manifest.object.kind()) {
                ("kafka.strimzi.io", "KafkaMirrorMaker2" | "KafkaMirrorMaker") => {
                    self.brokers(index, namespace, &manifest.object.root);
                }
                ("rabbitmq.com", "Shovel" | "Federation" | "SchemaReplication") => {
                    let spec = manifest.at(&["spec"]).unwrap_or(&manifest.object.root);
                    let written = spec.get("endpoints").or(spec.get("uri"));
                    match written.and_then(|node| Some((node, node.as_text()?))) {
                        Some((node, text)) => {
                            for target in targets(text) {
                                self.tell(
                                    "endpoints",
                                    "moves messages to",
                                    &target,
                                    Spot::whole(index, node),
                                    namespace,
                                );
                            }
                        }
                        None => {
                            let at = spec
                                .get("uriSecret")
                                .or(spec.get("upstreamSecret"))
                                .unwrap_or(spec);
                            let resolved = reach::unknown("an address in a Secret");
                            self.told(
                                "uriSecret",
                                "moves messages to",
                                "an address that nobody can read",
                                Spot::whole(index, at),
                                resolved,
                            );
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn brokers(&mut self, index: usize, namespace: &str, node: &Node) {
        for entry in node.entries() {
            if &*entry.key == "bootstrapServers" {
                for target in targets(entry.value.as_text().unwrap_or_default()) {
                    self.tell(
                        "bootstrapServers",
                        "mirrors",
                        &target,
                        Spot::whole(index, &entry.value),
                        namespace,
                    );
                }
            }
            self.brokers(index, namespace, &entry.value);
        }
        for item in node.items() {
            self.brokers(index, namespace, item);
        }
    }
}
