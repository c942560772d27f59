//! The habits of software that calls its maker, and how each is broken.

/// A way to say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switch {
    /// A variable with one of these values.
    Variable(&'static str, &'static [&'static str]),
    /// An argument, without dashes and in lower case.
    Argument(&'static str),
    /// A setting in a text of configuration or in the values of a chart, by its last keys, with a value.
    Setting(&'static [&'static str], &'static str),
}

/// One thing that software reports or asks, and the ways to stop it; any one is enough.
pub(super) struct Habit {
    /// What an image's repository ends in.
    pub(super) images: &'static [&'static str],
    /// The name of a chart.
    pub(super) charts: &'static [&'static str],
    /// What it does, for people.
    pub(super) does: &'static str,
    /// How to stop it.
    pub(super) switches: &'static [Switch],
    /// Whether it does it unless told not to; else only when a variable says yes.
    pub(super) by_default: bool,
}

use Switch::{Argument, Setting, Variable};

const OFF: &[&str] = &["off", "false", "0", "no", "disabled"];
const ON: &[&str] = &["1", "true", "on", "yes"];

/// What is known to call home. Sources: <https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#analytics>,
/// <https://grafana.com/docs/loki/latest/configure/#analytics>,
/// <https://grafana.com/docs/tempo/latest/configuration/#usage-report>,
/// <https://grafana.com/docs/mimir/latest/configure/about-anonymous-usage-statistics-reporting/>,
/// <https://grafana.com/docs/alloy/latest/reference/cli/run/>, <https://nextjs.org/telemetry>,
/// <https://doc.traefik.io/traefik/contributing/data-collection/>,
/// <https://supabase.com/docs/guides/local-development/cli/getting-started>,
/// <https://developer.konghq.com/gateway/configuration/#anonymous_reports>,
/// <https://github.com/minio/minio/blob/master/cmd/update.go>.
pub(super) const HABITS: &[Habit] = &[
    Habit {
        images: &[
            "grafana/grafana",
            "grafana/grafana-oss",
            "grafana/grafana-enterprise",
        ],
        charts: &["grafana", "kube-prometheus-stack"],
        does: "Grafana reports its use",
        switches: &[
            Variable("GF_ANALYTICS_REPORTING_ENABLED", OFF),
            Setting(&["analytics", "reportingenabled"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &[
            "grafana/grafana",
            "grafana/grafana-oss",
            "grafana/grafana-enterprise",
        ],
        charts: &["grafana", "kube-prometheus-stack"],
        does: "Grafana asks for updates",
        switches: &[
            Variable("GF_ANALYTICS_CHECK_FOR_UPDATES", OFF),
            Setting(&["analytics", "checkforupdates"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["grafana/loki"],
        charts: &["loki", "loki-stack", "loki-distributed"],
        does: "Loki reports its use",
        switches: &[
            Argument("reporting.enabled=false"),
            Setting(&["analytics", "reportingenabled"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["grafana/tempo"],
        charts: &["tempo", "tempo-distributed"],
        does: "Tempo reports its use",
        switches: &[
            Argument("reporting.enabled=false"),
            Setting(&["usagereport", "reportingenabled"], "false"),
            Setting(&["reportingenabled"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["grafana/mimir"],
        charts: &["mimir-distributed"],
        does: "Mimir reports its use",
        switches: &[
            Argument("usage-stats.enabled=false"),
            Setting(&["usagestats", "enabled"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["grafana/alloy", "grafana/agent"],
        charts: &["alloy", "k8s-monitoring"],
        does: "Alloy reports its use",
        switches: &[
            Argument("disable-reporting"),
            Argument("disable-reporting=true"),
            Setting(&["enablereporting"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["minio/minio", "pgsty/silo", "pgsty/minio"],
        charts: &[],
        does: "MinIO asks for updates",
        switches: &[Variable("MINIO_UPDATE", OFF)],
        by_default: true,
    },
    Habit {
        images: &["minio/minio", "pgsty/silo", "pgsty/minio"],
        charts: &[],
        does: "MinIO calls its maker",
        switches: &[Variable("MINIO_CALLHOME_ENABLE", ON)],
        by_default: false,
    },
    Habit {
        images: &["supabase/studio"],
        charts: &[],
        does: "Next.js reports its use",
        switches: &[Variable("NEXT_TELEMETRY_DISABLED", ON)],
        by_default: true,
    },
    Habit {
        images: &["supabase/cli"],
        charts: &[],
        does: "the command line of Supabase reports its use",
        switches: &[
            Variable("SUPABASE_TELEMETRY_DISABLED", ON),
            Variable("DO_NOT_TRACK", ON),
        ],
        by_default: true,
    },
    Habit {
        images: &["library/traefik", "traefik"],
        charts: &["traefik"],
        does: "Traefik asks for new versions",
        switches: &[
            Argument("global.checknewversion=false"),
            Variable("TRAEFIK_GLOBAL_CHECKNEWVERSION", OFF),
            Setting(&["global", "checknewversion"], "false"),
        ],
        by_default: true,
    },
    Habit {
        images: &["kong", "kong/kong", "kong/kong-gateway"],
        charts: &["kong"],
        does: "Kong reports its use",
        switches: &[
            Variable("KONG_ANONYMOUS_REPORTS", OFF),
            Setting(&["env", "anonymousreports"], "off"),
        ],
        by_default: true,
    },
];
