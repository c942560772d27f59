//! Ingress, certificates, and where volumes come from.

use crate::diagnostic::Diagnostic;
use crate::model::Problems;
use crate::model::ingress::{ACME_ENDPOINT, host_and_port, is_lets_encrypt};
use crate::model::platform::Platform;
use crate::spec::types::*;
use crate::spec::{KeyPath, Spec};

/// A Gateway has at most 64 listeners, and every host has two:
/// <https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec>.
const MOST_HOSTS: usize = 32;

pub(super) fn check(spec: &Spec, problems: &mut Problems<'_>) {
    if let Some(written) = &spec.components.ingress {
        ingress(written, problems);
    }
    if let Some(written) = &spec.components.cert_manager {
        cert_manager(spec, written, problems);
    }
    for (name, region) in &spec.regions {
        if let Some(written) = &region.storage_class {
            let path = KeyPath::new(["regions", name, "storage-class"]);
            storage_class(written, &path, problems);
        }
    }
}

fn ingress(written: &IngressSpec, problems: &mut Problems<'_>) {
    let path = KeyPath::new(["components", "ingress"]);
    let own = written.controller == Some(IngressController::Traefik);
    if own && written.namespace.is_some() {
        problems.at_value(
            "not-applicable",
            &path.key("namespace"),
            "the platform's own ingress controller has a namespace already".to_owned(),
            "always `traefik`",
            "remove it; it is for a controller that the cluster has".to_owned(),
        );
    }
    if written.hsts == Some(true) && !own && written.routes != Some(RouteKind::Gateway) {
        problems.at_value(
            "not-applicable",
            &path.key("hsts"),
            "an Ingress cannot tell the cluster's own controller to send a header".to_owned(),
            "has no effect",
            "use `controller = \"traefik\"` or `routes = \"gateway\"`, or set it in the controller"
                .to_owned(),
        );
    }
}

fn cert_manager(spec: &Spec, written: &CertManagerSpec, problems: &mut Problems<'_>) {
    let path = KeyPath::new(["components", "cert-manager"]);
    if written.issuer == Some(CertificateIssuer::Ca) {
        let foreign = [
            ("email", written.email.is_some()),
            ("server", written.server.is_some()),
            ("country", written.country.is_some()),
            ("cidrs", !written.cidrs.is_empty()),
        ];
        for (key, _) in foreign.into_iter().filter(|(_, there)| *there) {
            problems.at_value(
                "not-applicable",
                &path.key(key),
                format!("`{key}` is of an ACME server, and none is asked"),
                "belongs to `issuer = \"acme\"`",
                "remove it, or the `issuer`".to_owned(),
            );
        }
        return;
    }
    acme(written, &path, problems);
    if let Some(index) = spec
        .endpoints
        .iter()
        .position(|e| e.id.as_str() == ACME_ENDPOINT)
    {
        let here = KeyPath::new(["endpoints"]).index(index).key("id");
        problems.at_value(
            "duplicate-name",
            &here,
            format!("`{ACME_ENDPOINT}` is the endpoint of `[components.cert-manager]`"),
            "taken",
            "choose another id".to_owned(),
        );
    }
}

fn acme(written: &CertManagerSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    match &written.email {
        None => missing(
            path,
            "email",
            "an ACME server writes to it when a certificate is about to end",
            problems,
        ),
        Some(email) => {
            let parts = email.split_once('@');
            let good = parts.is_some_and(|(name, host)| {
                !name.is_empty() && host.contains('.') && !email.contains(char::is_whitespace)
            });
            if !good {
                problems.at_value(
                    "bad-name",
                    &path.key("email"),
                    format!("`{email}` is no address of mail"),
                    "not valid",
                    "write it as name@host".to_owned(),
                );
            }
        }
    }
    let server = written.server.as_deref().unwrap_or("letsencrypt");
    if !is_lets_encrypt(written) {
        if host_and_port(server).is_none() {
            problems.at_value(
                "bad-name",
                &path.key("server"),
                format!("`{server}` is no ACME server"),
                "not a server",
                "write `letsencrypt`, `letsencrypt-staging` or the https URL of a directory"
                    .to_owned(),
            );
        }
        if written.country.is_none() {
            missing(
                path,
                "country",
                "only where Let's Encrypt is, is known",
                problems,
            );
        }
    }
    if written.cidrs.is_empty() {
        let why = "a NetworkPolicy cannot name a host. Let's Encrypt publishes no addresses: `cidrs = [\"0.0.0.0/0\"]` lets \
            cert-manager's controller, and nothing else, open connections to port 443 anywhere";
        missing(path, "cidrs", why, problems);
    }
}

fn missing(path: &KeyPath, key: &str, why: &str, problems: &mut Problems<'_>) {
    let location = problems.key(path);
    problems.push(
        Diagnostic::error("missing-key", format!("`{path}` has no `{key}`"))
            .at(location, format!("needs `{key}`"))
            .help(why.to_owned()),
    );
}

fn storage_class(written: &StorageClassSpec, path: &KeyPath, problems: &mut Problems<'_>) {
    let own = written.provisioner.is_some()
        || !written.parameters.is_empty()
        || written.expansion.is_some();
    if written.existing.is_some() && own {
        problems.at_value(
            "conflicting-keys",
            &path.key("existing"),
            format!("`{path}` both names a class and says what one is made of"),
            "does not go with the other keys",
            "keep `existing`, or what a new class is made of".to_owned(),
        );
    }
    if written.existing.is_none() && !own {
        let location = problems.key(path);
        problems.push(
            Diagnostic::error("missing-key", format!("`{path}` says nothing"))
                .at(location, "needs `existing` or `provisioner`")
                .help("leave it out for what the provider has"),
        );
    }
}

/// A Gateway holds so many hosts and no more.
pub(super) fn resolved(platform: &Platform, problems: &mut Problems<'_>) {
    for cell in &platform.cells {
        if platform.has_gateway() && cell.exposed.len() > MOST_HOSTS {
            let message = format!(
                "{} hosts of {} are more than a Gateway can hold",
                cell.exposed.len(),
                cell.name
            );
            problems.at_value(
                "out-of-range",
                &KeyPath::new(["components", "ingress", "routes"]),
                message,
                "one Gateway for each cell",
                format!("expose at most {MOST_HOSTS}, or use `routes = \"ingress\"`"),
            );
        }
    }
}
