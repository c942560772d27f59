//! What a key says about its value.

use crate::facts::address::{Expect, is_address_key, may_be_address_key};
use std::collections::HashMap;

/// What a key says about its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It names an address.
    Address,
    /// It may name one.
    Maybe,
    /// Nothing.
    Neutral,
    /// What stands there is a name of something else, or for people.
    Passed,
}

impl Class {
    /// What the value is then; none when it is not read.
    pub(super) fn expect(self, neutral: Expect) -> Option<Expect> {
        match self {
            Self::Address => Some(Expect::Address),
            Self::Maybe => Some(Expect::Value),
            Self::Neutral => Some(neutral),
            Self::Passed => None,
        }
    }
}

/// Keys by what they say, remembered: the same few thousand stand everywhere.
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: HashMap<String, Class>,
}

impl Keys {
    pub(super) fn class(&mut self, key: &str) -> Class {
        if let Some(class) = self.known.get(key) {
            return *class;
        }
        let class = class(key);
        self.known.insert(key.to_owned(), class);
        class
    }
}

fn class(key: &str) -> Class {
    if is_passed(key) {
        Class::Passed
    } else if is_address_key(key) {
        Class::Address
    } else if may_be_address_key(key) {
        Class::Maybe
    } else {
        Class::Neutral
    }
}

/// Keys whose values look like hosts and are none, and texts for people.
fn is_passed(key: &str) -> bool {
    const KEYS: &[&str] = &[
        "$id",
        "$ref",
        "$schema",
        "@type",
        "apigroup",
        "apigroups",
        "apiversion",
        "appversion",
        "bundle",
        "cabundle",
        "chart",
        "clusterip",
        "clusterips",
        "comment",
        "comments",
        "controller",
        "controllername",
        "description",
        "digest",
        "doc",
        "docs",
        "documentation",
        "driver",
        "email",
        "emails",
        "encrypteddata",
        "finalizers",
        "gatewayclassname",
        "group",
        "groups",
        "help",
        "home",
        "homepage",
        "icon",
        "image",
        "images",
        "ingressclassname",
        "keywords",
        "kind",
        "labels",
        "license",
        "link",
        "links",
        "maintainers",
        "matchexpressions",
        "matchlabels",
        "message",
        "namespaceselector",
        "nodeselector",
        "note",
        "notes",
        "openapiv3schema",
        "podselector",
        "priorityclassname",
        "provisioner",
        "registry",
        "repourl",
        "runbook",
        "runbookurl",
        "runtimeclassname",
        "schedulername",
        "schema",
        "selector",
        "sourcerepos",
        "status",
        "storageclassname",
        "summary",
        "tag",
        "targetrevision",
        "title",
        "tolerations",
        "topologykey",
        "typeurl",
        "uid",
        "version",
        "versions",
    ];
    let lower = key.to_ascii_lowercase();
    let bare = lower.replace(['_', '-'], "");
    KEYS.binary_search(&bare.as_str()).is_ok()
        || bare.ends_with("imageregistry")
        || bare.ends_with("image") && !bare.ends_with("imageurl")
        || bare.ends_with("version")
        || bare.contains("runbook")
}

/// Words in the keys of annotations that are there for people.
pub(super) fn is_for_people(key: &str) -> bool {
    const WORDS: &[&str] = &[
        "about",
        "bugs",
        "bug",
        "changelog",
        "chat",
        "commit",
        "contact",
        "contacts",
        "dashboard",
        "description",
        "doc",
        "docs",
        "documentation",
        "help",
        "homepage",
        "issue",
        "issues",
        "license",
        "link",
        "links",
        "logs",
        "maintainer",
        "note",
        "notes",
        "oncall",
        "owner",
        "repo",
        "repository",
        "runbook",
        "scm",
        "source",
        "summary",
        "support",
        "team",
        "ticket",
        "title",
        "vcs",
        "wiki",
        "git",
        "see",
        "revision",
        "build",
        "pipeline",
    ];
    let (prefix, name) = key.rsplit_once('/').unwrap_or(("", key));
    const PREFIXES: &[&str] = &[
        "artifacthub.io",
        "a8r.io",
        "link.argocd.argoproj.io",
        "meta.helm.sh",
        "app.kubernetes.io",
        "config.kubernetes.io",
        "backstage.io",
        "kustomize.toolkit.fluxcd.io",
        "internal.config.kubernetes.io",
        "pod-security.kubernetes.io",
    ];
    PREFIXES.contains(&prefix)
        || prefix.starts_with("org.opencontainers")
        || name.starts_with("org.opencontainers")
        || name == "last-applied-configuration"
        || name
            .split(['-', '_', '.'])
            .any(|word| WORDS.contains(&word.to_ascii_lowercase().as_str()))
}

/// Annotations by which a controller is told what to do, whatever their names say.
pub(super) fn is_of_a_controller(key: &str) -> bool {
    const PREFIXES: &[&str] = &[
        "external-dns.alpha.kubernetes.io",
        "nginx.ingress.kubernetes.io",
        "nginx.org",
        "traefik.ingress.kubernetes.io",
        "ingress.kubernetes.io",
        "haproxy.org",
        "haproxy-ingress.github.io",
        "konghq.com",
        "projectcontour.io",
        "service.beta.kubernetes.io",
        "vault.hashicorp.com",
        "sidecar.opentelemetry.io",
        "instrumentation.opentelemetry.io",
        "proxy.istio.io",
        "config.linkerd.io",
        "prometheus.io",
        "ad.datadoghq.com",
        "co.elastic.logs",
        "fluentbit.io",
        "k8s.grafana.com",
        "getambassador.io",
        "pre.hook.backup.velero.io",
        "post.hook.backup.velero.io",
        "pre.hook.restore.velero.io",
        "post.hook.restore.velero.io",
        "init.hook.restore.velero.io",
        "cert-manager.io",
        "acme.cert-manager.io",
        "reflector.v1.k8s.emberstack.com",
        "cloud.google.com",
        "appgw.ingress.kubernetes.io",
        "alb.ingress.kubernetes.io",
    ];
    key.split_once('/')
        .is_some_and(|(prefix, _)| PREFIXES.contains(&prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_apart() {
        for (key, expected) in [
            ("S3_ENDPOINT", Class::Address),
            ("externalName", Class::Address),
            ("AUDIT_SINK", Class::Maybe),
            ("LOG_LEVEL", Class::Neutral),
            ("topologyKey", Class::Passed),
            ("runbook_url", Class::Passed),
            ("image", Class::Passed),
            ("repoURL", Class::Passed),
            ("description", Class::Passed),
        ] {
            assert_eq!(class(key), expected, "{key}");
        }
    }

    #[test]
    fn annotations_act_or_are_for_people() {
        assert!(is_of_a_controller("nginx.ingress.kubernetes.io/auth-url"));
        for key in [
            "acme.example/runbook-url",
            "a8r.io/chat",
            "docs.acme.example/docs",
            "kubernetes.io/description",
        ] {
            assert!(is_for_people(key), "{key}");
        }
        assert!(!is_for_people("acme.example/webhook-url"));
    }
}
