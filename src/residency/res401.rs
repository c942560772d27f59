//! RES401: routes from outside to stores and to what administers them.

use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::egress::{Labels, Selector};
use crate::facts::routes::{Backend, backends};
use crate::facts::{CellFacts, Chart, Manifest, Spot, Workload};
use crate::kustomize::Node;
use crate::model::edges::{NAME_LABEL, Peer, Pods};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES401",
    title: "Data or its administration is exposed",
    severity: Weight::Critical,
    rationale: "Stores and what administers them (the database, the object store and its console, Studio, Grafana, Argo CD) are reached from within the \
        cell only. Routes of every kind may lead to what `expose` in platform.toml names and to workloads that hold no data: Ingress, the routes of \
        Gateway API, Traefik's, Contour's and Istio's, and the tables of TCP ports of ingress-nginx.",
    fix: "Remove the route; expose a service of your own that asks for authentication and calls the store, with `expose` in platform.toml.",
    example_bad: "kind: Ingress\nspec:\n  rules:\n    - host: files.tr.carebase.example\n      http:\n        paths:\n          - backend:\n              service:\n                name: object-storage",
    example_good: "kind: Ingress\nspec:\n  rules:\n    - host: api.tr.carebase.example\n      http:\n        paths:\n          - backend:\n              service:\n                name: backend-api   # has `expose`",
    exceptable: false,
    check,
};

/// What holds data or administers it, by words in names of Services, workloads and images.
const SENSITIVE: [&str; 39] = [
    "postgres",
    "pgbouncer",
    "pgadmin",
    "adminer",
    "pg-meta",
    "postgres-meta",
    "pooler",
    "supavisor",
    "minio",
    "rustfs",
    "object-storage",
    "seaweedfs",
    "studio",
    "grafana",
    "prometheus",
    "alertmanager",
    "loki",
    "tempo",
    "mimir",
    "thanos",
    "jaeger",
    "kibana",
    "elasticsearch",
    "opensearch",
    "argocd",
    "argo-cd",
    "redis",
    "valkey",
    "rabbitmq",
    "kafka",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "vault",
    "kubernetes-dashboard",
    "velero",
    "etcd",
    "logflare",
];

/// Ports on which only stores listen: PostgreSQL and its poolers, Redis, AMQP and its console, MongoDB, MySQL, Elasticsearch,
/// etcd.
const STORE_PORTS: [&str; 10] = [
    "5432", "6432", "6543", "6379", "5672", "15672", "27017", "3306", "9200", "2379",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let backends = backends(here);
        out.examined(&RULE, here, backends.len());
        let case = Case { input, here };
        for backend in &backends {
            case.backend(backend, out);
        }
        for chart in &here.charts {
            case.chart(chart, out);
        }
    }
}

struct Case<'c, 'a> {
    input: &'c Input<'a>,
    here: &'a CellFacts<'a>,
}

impl Case<'_, '_> {
    fn backend(&self, backend: &Backend, out: &mut Found) {
        let service = self.here.of_kind("", "Service").find(|(index, manifest)| {
            manifest.object.name() == backend.service
                && self.here.namespace(*index) == backend.namespace
        });
        let why = match service {
            Some((_, service)) => {
                if self.is_exposed_on_purpose(backend, service) {
                    return;
                }
                self.data_behind(backend, service)
            }
            None => self.by_name(backend),
        };
        let Some(why) = why else {
            return;
        };
        let route = self.here.manifest(&backend.spot).identity();
        let message = format!(
            "{route} leads from outside to Service {}/{}: {why}",
            backend.namespace, backend.service
        );
        // Where a Service that is exposed was led elsewhere, the Service is to be changed.
        let led_astray = service.filter(|_| {
            self.exposed()
                .any(|pods| pods.namespace == backend.namespace && pods.name == backend.service)
        });
        let spot = led_astray.and_then(|(index, service)| {
            let node = service.at(&["spec", "selector"])?;
            let first = node.entries().first().map_or(node, |entry| &entry.value);
            Some(Spot::whole(index, first))
        });
        let spot = spot.unwrap_or_else(|| backend.spot.clone());
        out.push(
            finding(
                &RULE,
                self.input,
                self.here,
                &spot,
                message,
                "reached from outside",
            )
            .help(RULE.fix),
        );
    }

    /// The pods that the declaration exposes.
    fn exposed(&self) -> impl Iterator<Item = &Pods> {
        let edges = self.here.cell.edges.iter();
        let controller = self.input.platform.ingress_of(self.here.cell).peer();
        edges.filter_map(move |edge| match &edge.to {
            Peer::Pods(pods) if edge.from == controller => Some(pods),
            _ => None,
        })
    }

    /// Whether a Service selects just what the declaration exposes, on the port on which it does.
    fn is_exposed_on_purpose(&self, backend: &Backend, service: &Manifest) -> bool {
        let selector = Selector::labels(service.at(&["spec", "selector"]));
        let is_meant = |pods: &Pods| {
            pods.namespace == backend.namespace
                && !selector.is_everything()
                && selector.matches(&pods.labels)
        };
        let controller = self.input.platform.ingress_of(self.here.cell).peer();
        self.here.cell.edges.iter().any(|edge| {
            edge.from == controller
                && matches!(&edge.to, Peer::Pods(pods) if is_meant(pods))
                && target_port(backend, service).is_none_or(|port| edge.ports.contains(&port))
        })
    }

    /// What data is behind a Service, in words.
    fn data_behind(&self, backend: &Backend, service: &Manifest) -> Option<String> {
        let selector = Selector::labels(service.at(&["spec", "selector"]));
        let is_behind = |namespace: &str, labels: &Labels| {
            namespace == backend.namespace && !selector.is_everything() && selector.matches(labels)
        };
        let workload = self.here.workloads.iter().find(|workload| {
            is_behind(self.here.namespace(workload.manifest), &workload.labels)
                && words(workload).any(|word| is_sensitive(&word))
        });
        if let Some(workload) = workload {
            let identity = self.here.manifests[workload.manifest].identity();
            return Some(format!("{identity} holds or administers data"));
        }
        let own = self.input.platform.services.values().find(|service| {
            let labels = Labels::from([(NAME_LABEL.to_owned(), service.name.to_string())]);
            let is_own = selector
                .wanted()
                .any(|(key, value)| labels.get(key).is_some_and(|name| name == value));
            is_own && service.namespace == backend.namespace && !service.classes.is_empty()
        });
        if let Some(own) = own {
            return Some(format!(
                "the service `{}` handles protected data and has no `expose` in platform.toml",
                own.name
            ));
        }
        self.by_name(backend)
    }

    /// What is known about a Service by its name, its namespace and its port.
    fn by_name(&self, backend: &Backend) -> Option<String> {
        let Backend {
            namespace, service, ..
        } = backend;
        let is_of_data = *namespace == self.input.platform.data_namespace();
        let is_of_operator = namespace == "argocd"
            || self.here.cell.operators.iter().any(|operator| {
                operator.namespace == *namespace
                    && operator.namespace != *self.input.platform.ingress.namespace
            });
        let port = backend.port.as_deref().unwrap_or_default();
        if is_of_data {
            Some("the namespace is the stores'".to_owned())
        } else if is_of_operator {
            Some(format!(
                "what is in namespace {namespace} operates the cell"
            ))
        } else if is_sensitive(service) || is_sensitive(namespace) {
            Some("it holds or administers data".to_owned())
        } else if STORE_PORTS.contains(&port) {
            Some(format!("on port {port} stores listen"))
        } else {
            None
        }
    }

    /// Routes that a chart makes for what it brings.
    fn chart(&self, chart: &Chart, out: &mut Found) {
        let manifest = &self.here.manifests[chart.manifest];
        let mut path = vec![chart.name.as_str(), manifest.object.name()];
        let mut found = Vec::new();
        enabled(&chart.values, &mut path, false, &mut found);
        for node in found {
            let message = format!(
                "the chart of {} makes a route from outside to what holds or administers data",
                manifest.identity()
            );
            let spot = Spot::whole(chart.manifest, node);
            out.push(
                finding(
                    &RULE,
                    self.input,
                    self.here,
                    &spot,
                    message,
                    "reached from outside",
                )
                .help(RULE.fix),
            );
        }
    }
}

/// Keys under which charts make routes.
const ROUTES: [&str; 6] = [
    "ingress",
    "consoleingress",
    "ingressroute",
    "route",
    "httproute",
    "ingressgrpc",
];

/// `enabled: true` under a route of something sensitive.
fn enabled<'n>(node: &'n Node, path: &mut Vec<&'n str>, in_route: bool, found: &mut Vec<&'n Node>) {
    for entry in node.entries() {
        let key = entry.key.to_lowercase();
        if in_route && key == "enabled" && entry.value.as_text() == Some("true") {
            let is_dashboard = path.last() == Some(&"dashboard");
            if is_dashboard || path.iter().any(|word| is_sensitive(word)) {
                found.push(&entry.value);
            }
        }
        path.push(&entry.key);
        enabled(
            &entry.value,
            path,
            in_route || ROUTES.contains(&key.as_str()),
            found,
        );
        path.pop();
    }
}

/// Whether a name has such a word in it: whole, or as the beginning of a longer one where it is long enough to be no accident.
fn is_sensitive(name: &str) -> bool {
    let name = name.to_lowercase();
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    words.any(|word| {
        SENSITIVE
            .iter()
            .any(|known| word == *known || (known.len() >= 7 && word.starts_with(known)))
    }) || SENSITIVE
        .iter()
        .any(|known| known.contains('-') && name.contains(known))
}

/// The names by which a workload is known: its own and those of its images, without registry and tag.
fn words(workload: &Workload) -> impl Iterator<Item = String> {
    let images = workload.containers.iter().filter_map(|container| {
        let image = container.image.as_ref()?.text.split('@').next()?;
        let name = image.rsplit('/').next()?;
        Some(name.split(':').next()?.to_owned())
    });
    std::iter::once(workload.name.clone()).chain(images)
}

/// The port of the pods that a port of a Service leads to; none when it cannot be told.
fn target_port(backend: &Backend, service: &Manifest) -> Option<u16> {
    let wanted = backend.port.as_deref()?;
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::as_text).map(str::to_owned);
    let ports = service.at(&["spec", "ports"]).map_or(&[][..], Node::items);
    let port = ports.iter().find(|port| {
        text(port, "name").as_deref() == Some(wanted)
            || text(port, "port").as_deref() == Some(wanted)
    })?;
    match text(port, "targetPort") {
        Some(target) => target.parse().ok(),
        None => text(port, "port")?.parse().ok(),
    }
}
