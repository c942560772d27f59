//! Ways in and ways out.

use super::{ES, Plant, TR, all_caught, beside, custom, deployment, merge, object, plant};
use crate::support::planted::Planted;

const DIGEST: &str = "@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn policy(namespace: &str, egress: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: own\n  namespace: {namespace}\nspec:\n  podSelector:\n    \
         matchLabels:\n      app.kubernetes.io/name: backend-api\n  policyTypes:\n    - Egress\n  egress:\n{egress}"
    )
}

fn ingress(host: &str, service: &str, port: u16, annotation: &str) -> String {
    format!(
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: own\n  namespace: carebase-data\n  annotations:\n    \
         {annotation}\nspec:\n  rules:\n    - host: {host}\n      http:\n        paths:\n          - path: /\n            pathType: \
         Prefix\n            backend:\n              service:\n                name: {service}\n                port:\n                  number: {port}\n"
    )
}

pub(super) fn plants() -> Vec<Plant> {
    let added = |cell, unit| beside(cell, unit, "added.yaml");
    vec![
        plant(
            "the object store on the internet",
            "RES401",
            added(TR, "object-storage"),
            "object-storage",
            object(TR, "object-storage", &ingress("files.tr.carebase.example", "object-storage", 9000, "a: b")),
        ),
        plant(
            "Studio on the internet by a route",
            "RES401",
            added(ES, "supabase"),
            "supabase-studio",
            object(ES, "supabase", "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  name: own\n  namespace: carebase-data\nspec:\n  hostnames: [studio.es.carebase.example]\n  rules:\n    - backendRefs:\n        - name: supabase-studio\n          port: 3000\n"),
        ),
        plant(
            "the database behind a load balancer",
            "RES402",
            custom(TR, "postgres"),
            "LoadBalancer",
            merge(TR, "postgres", "Service", "postgres", "type: LoadBalancer\n"),
        ),
        plant(
            "a port of the node",
            "RES402",
            added(ES, "object-storage"),
            "NodePort",
            object(ES, "object-storage", "apiVersion: v1\nkind: Service\nmetadata:\n  name: direct\n  namespace: carebase-data\nspec:\n  type: NodePort\n  selector: {app.kubernetes.io/name: object-storage}\n  ports: [{port: 9000}]\n"),
        ),
        plant(
            "a namespace of one's own in which everything is open",
            "RES403",
            added(TR, "base"),
            "",
            object(TR, "base", &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: lab\n---\n{}", deployment("lab", "notebook", &format!("image: ghcr.io/acme/notebook{DIGEST}\n")))),
        ),
        plant(
            "anywhere by 0.0.0.0/0",
            "RES404",
            added(TR, "backend-api"),
            "0.0.0.0/0",
            object(TR, "backend-api", &policy("carebase-apps", "    - to:\n        - ipBlock:\n            cidr: 0.0.0.0/0\n      ports: [{port: 443}]\n")),
        ),
        plant(
            "anywhere in two halves",
            "RES404",
            added(ES, "backend-api"),
            "/1",
            object(ES, "backend-api", &policy("carebase-apps", "    - to:\n        - ipBlock: {cidr: 0.0.0.0/1}\n        - ipBlock: {cidr: 128.0.0.0/1}\n")),
        ),
        plant(
            "anywhere by leaving `to` out",
            "RES404",
            added(ES, "backend-api"),
            "",
            object(ES, "backend-api", &policy("carebase-apps", "    - ports:\n        - port: 443\n")),
        ),
        plant(
            "a patch that opens an existing policy",
            "RES404",
            custom(TR, "frontend"),
            "10.99.0.0/16",
            Planted::example().custom(TR, "frontend", "patches:\n  - target:\n      kind: NetworkPolicy\n      name: frontend\n    patch: |-\n      - op: add\n        path: /spec/egress/-\n        value:\n          to:\n            - ipBlock:\n                cidr: 10.99.0.0/16\n"),
        ),
        plant(
            "the network of the node",
            "RES405",
            custom(TR, "backend-api"),
            "hostNetwork",
            merge(TR, "backend-api", "Deployment", "backend-api", "template:\n  spec:\n    hostNetwork: true\n"),
        ),
        plant(
            "the default-deny no longer speaks of egress",
            "RES405",
            "cluster/base/default-deny.yaml",
            "",
            Planted::example().replace("cluster/base/default-deny.yaml", "    - Ingress\n    - Egress\n", "    - Ingress\n"),
        ),
        plant(
            "requests mirrored",
            "RES406",
            added(TR, "supabase"),
            "mirror-target",
            object(TR, "supabase", &ingress("own.tr.carebase.example", "supabase-gateway", 8000, "nginx.ingress.kubernetes.io/mirror-target: https://mirror.partner.example$request_uri")),
        ),
        plant(
            "authentication asked abroad",
            "RES406",
            added(ES, "backend-api"),
            "address:",
            object(ES, "backend-api", "apiVersion: traefik.io/v1alpha1\nkind: Middleware\nmetadata:\n  name: own\n  namespace: carebase-apps\nspec:\n  forwardAuth:\n    address: https://auth.partner.example/check\n"),
        ),
        plant(
            "the host of the other region",
            "RES407",
            "cluster/overlays/production/tr/backend-api/cell/kustomization.yaml",
            "api.es.carebase.example",
            Planted::example().replace("cluster/overlays/production/tr/backend-api/cell/kustomization.yaml", "value: api.tr.carebase.example", "value: api.es.carebase.example"),
        ),
        plant(
            "a wildcard over all regions",
            "RES407",
            custom(ES, "frontend"),
            "*.carebase.example",
            Planted::example().custom(ES, "frontend", "patches:\n  - target:\n      kind: Ingress\n      name: frontend\n    patch: |-\n      - op: replace\n        path: /spec/rules/0/host\n        value: \"*.carebase.example\"\n"),
        ),
        plant(
            "a tunnel",
            "RES408",
            added(TR, "frontend"),
            "cloudflare/cloudflared",
            object(TR, "frontend", &deployment("carebase-apps", "tunnel", &format!("image: docker.io/cloudflare/cloudflared{DIGEST}\n"))),
        ),
        plant(
            "a sidecar in a private network",
            "RES408",
            custom(ES, "backend-api"),
            "tailscale",
            merge(ES, "backend-api", "Deployment", "backend-api", &format!("template:\n  spec:\n    containers:\n      - name: vpn\n        image: ghcr.io/tailscale/tailscale{DIGEST}\n")),
        ),
        plant(
            "every Secret shown to a vendor",
            "RES409",
            added(TR, "base"),
            "admission.vendor.example",
            object(TR, "base", "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: own\nwebhooks:\n  - name: a.vendor.example\n    clientConfig:\n      url: https://admission.vendor.example/validate\n    rules: []\n    sideEffects: None\n    admissionReviewVersions: [v1]\n"),
        ),
        plant(
            "versions converted abroad",
            "RES409",
            added(ES, "base"),
            "convert.vendor.example",
            object(ES, "base", "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: xs.own.example\nspec:\n  group: own.example\n  names: {kind: X, plural: xs}\n  scope: Namespaced\n  conversion:\n    strategy: Webhook\n    webhook:\n      conversionReviewVersions: [v1]\n      clientConfig:\n        url: https://convert.vendor.example/x\n  versions:\n    - name: v1\n      served: true\n      storage: true\n      schema: {openAPIV3Schema: {type: object}}\n"),
        ),
    ]
}

#[test]
fn ways_in_and_out_are_caught() {
    all_caught(&plants());
}
