//! Which product of observability an image, a chart or a custom resource is of.

/// A product of observability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Product {
    /// Collects and keeps metrics.
    Prometheus,
    /// Keeps metrics of Prometheus for longer.
    Thanos,
    /// Keeps metrics.
    Mimir,
    /// Sends alerts to people.
    Alertmanager,
    /// Shows whatever its data sources hold.
    Grafana,
    /// Keeps logs.
    Loki,
    /// Collects logs for Loki.
    Promtail,
    /// Collects logs, metrics and traces.
    Alloy,
    /// Collects logs.
    FluentBit,
    /// Collects logs.
    Fluentd,
    /// Collects logs and metrics.
    Vector,
    /// Keeps traces.
    Tempo,
    /// Keeps traces.
    Jaeger,
    /// The collector of OpenTelemetry.
    Collector,
    /// Ships system logs.
    Syslog,
}

/// Names of images and charts, each by what its last part begins with; more particular ones come first.
const NAMES: &[(&str, Product)] = &[
    ("alertmanager", Product::Alertmanager),
    ("kube-prometheus-stack", Product::Prometheus),
    ("prometheus-operator", Product::Prometheus),
    ("prometheus-config-reloader", Product::Prometheus),
    ("prometheus", Product::Prometheus),
    ("victoria-metrics", Product::Prometheus),
    ("vmagent", Product::Prometheus),
    ("thanos", Product::Thanos),
    ("mimir", Product::Mimir),
    ("grafana-agent", Product::Alloy),
    ("k8s-monitoring", Product::Alloy),
    ("alloy", Product::Alloy),
    ("agent", Product::Alloy),
    ("grafana", Product::Grafana),
    ("loki", Product::Loki),
    ("promtail", Product::Promtail),
    ("fluent-bit", Product::FluentBit),
    ("fluentbit", Product::FluentBit),
    ("fluentd", Product::Fluentd),
    ("vector", Product::Vector),
    ("tempo", Product::Tempo),
    ("jaeger", Product::Jaeger),
    ("opentelemetry-collector", Product::Collector),
    ("otelcol", Product::Collector),
    ("otel-collector", Product::Collector),
    ("syslog-ng", Product::Syslog),
    ("rsyslog", Product::Syslog),
];

impl Product {
    /// The product of an image, such as `docker.io/grafana/loki:3.5.1@sha256:…`.
    pub fn of_image(image: &str) -> Option<Self> {
        let repository = image.split('@').next().unwrap_or(image);
        let (folders, last) = repository.rsplit_once('/').unwrap_or(("", repository));
        let name = last.split(':').next().unwrap_or(last);
        // Only Grafana's own agent; many products have an image of that name.
        (name != "agent" || folders.ends_with("grafana"))
            .then(|| Self::of_name(name))
            .flatten()
    }

    /// The product of a chart by its name, such as `kube-prometheus-stack`; the folders of an OCI chart do not count.
    pub fn of_chart(chart: &str) -> Option<Self> {
        let name = chart.rsplit('/').next().unwrap_or(chart);
        (name != "agent").then(|| Self::of_name(name)).flatten()
    }

    /// The product of a custom resource.
    pub fn of_kind(group: &str, kind: &str) -> Option<Self> {
        Some(match (group, kind) {
            ("monitoring.coreos.com", "Alertmanager" | "AlertmanagerConfig") => Self::Alertmanager,
            ("monitoring.coreos.com", "ThanosRuler") => Self::Thanos,
            ("monitoring.coreos.com", _) => Self::Prometheus,
            ("operator.victoriametrics.com", _) => Self::Prometheus,
            ("grafana.integreatly.org", _) => Self::Grafana,
            ("loki.grafana.com", _) => Self::Loki,
            ("tempo.grafana.com", _) => Self::Tempo,
            ("jaegertracing.io", _) => Self::Jaeger,
            ("opentelemetry.io", _) => Self::Collector,
            ("monitoring.grafana.com" | "collectors.grafana.com", _) => Self::Alloy,
            ("logging.banzaicloud.io", _) => Self::Fluentd,
            ("fluentbit.fluent.io", _) => Self::FluentBit,
            ("fluentd.fluent.io", _) => Self::Fluentd,
            _ => return None,
        })
    }

    fn of_name(name: &str) -> Option<Self> {
        NAMES
            .iter()
            .find(|(known, _)| {
                name.strip_prefix(known)
                    .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()))
            })
            .map(|(_, product)| *product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_charts_and_kinds_are_known_by_name() {
        let image = Product::of_image;
        assert_eq!(
            image("docker.io/grafana/loki:3.5@sha256:ab"),
            Some(Product::Loki)
        );
        assert_eq!(
            image("quay.io/prometheus/alertmanager"),
            Some(Product::Alertmanager)
        );
        assert_eq!(
            image("otel/opentelemetry-collector-contrib:0.1"),
            Some(Product::Collector)
        );
        assert_eq!(image("grafana/agent:v0.4"), Some(Product::Alloy));
        assert_eq!(image("ghcr.io/acme/agent:v1"), None);
        assert_eq!(image("ghcr.io/acme/vectorizer:1"), None);
        assert_eq!(image("docker.io/supabase/postgres-meta:1"), None);
        assert_eq!(Product::of_chart("loki-distributed"), Some(Product::Loki));
        assert_eq!(
            Product::of_kind("monitoring.coreos.com", "AlertmanagerConfig"),
            Some(Product::Alertmanager)
        );
    }
}
