//! Host names that Terraform claims: of certificates, of load balancers, of records.

use super::Ground;
use super::records::{Record, at};
use crate::facts::terraform::{Mode, Value};
use crate::spec::names::Name;

/// A host that a resource claims.
pub(in crate::residency) struct HostName<'r> {
    /// The address of the resource.
    pub(in crate::residency) address: &'r str,
    /// The region that it is for, as far as that is told.
    pub(in crate::residency) told: Option<&'r Name>,
    /// The name, in lower case.
    pub(in crate::residency) host: String,
    /// Where it is written.
    pub(in crate::residency) value: &'r Value,
}

/// Types whose attributes are hosts. Sources: their pages at <https://registry.terraform.io/browse/providers>.
const CLAIMS: &[(&[&str], &[&str])] = &[
    (
        &["aws_acm_certificate"],
        &["domain_name", "subject_alternative_names"],
    ),
    (
        &[
            "google_compute_managed_ssl_certificate",
            "google_certificate_manager_certificate",
        ],
        &["managed.domains"],
    ),
    (&["digitalocean_certificate"], &["domains"]),
    (&["hcloud_managed_certificate"], &["domain_names"]),
    (
        &["scaleway_lb_certificate"],
        &[
            "letsencrypt.common_name",
            "letsencrypt.subject_alternative_name",
        ],
    ),
    (
        &["acme_certificate"],
        &["common_name", "subject_alternative_names"],
    ),
    (
        &["tls_cert_request", "tls_self_signed_cert"],
        &["dns_names"],
    ),
    (&["cloudflare_certificate_pack"], &["hosts"]),
    (
        &["aws_lb_listener_rule", "aws_alb_listener_rule"],
        &["condition.host_header.values"],
    ),
    (
        &["google_compute_url_map", "google_compute_region_url_map"],
        &["host_rule.hosts"],
    ),
    (
        &[
            "aws_api_gateway_domain_name",
            "aws_apigatewayv2_domain_name",
        ],
        &["domain_name"],
    ),
    (
        &["azurerm_app_service_custom_hostname_binding"],
        &["hostname"],
    ),
    (
        &[
            "azurerm_container_app_custom_domain",
            "google_cloud_run_domain_mapping",
        ],
        &["name"],
    ),
    (
        &["kubernetes_ingress", "kubernetes_ingress_v1"],
        &["spec.rule.host", "spec.tls.hosts"],
    ),
];

/// Every host that what a root makes claims. A record that answers for several jurisdictions is RES107's.
pub(in crate::residency) fn host_names<'r>(ground: &'r Ground<'_>) -> Vec<HostName<'r>> {
    let mut found = Vec::new();
    for resource in ground
        .root
        .resources
        .iter()
        .filter(|resource| resource.mode == Mode::Managed)
    {
        let mut add = |host: &str, value: &'r Value| {
            found.push(HostName {
                address: &resource.address,
                told: resource.region.as_ref(),
                host: host.trim_end_matches('.').to_lowercase(),
                value,
            });
        };
        let paths = CLAIMS
            .iter()
            .filter(|(kinds, _)| kinds.contains(&resource.kind.as_str()))
            .flat_map(|(_, paths)| *paths);
        for value in paths
            .flat_map(|path| at(resource, path))
            .flat_map(Value::items)
        {
            // What a balancer does with every other host is no claim: it gets those that are led to it.
            match value.text() {
                Some(host) if host != "*" => add(&host, value),
                _ => {}
            }
        }
        if let Some(record) = Record::of(ground, resource)
            && record.spans(ground).is_none()
            && (record.is_whole || record.owner(ground).is_some())
            && let Some(value) = record.name_value
            && value.text().is_some()
        {
            add(&record.name, value);
        }
    }
    found
}
