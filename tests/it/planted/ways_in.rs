//! RES401, RES402, RES406, RES407, RES408, RES409: ways into a cell, and around its ingress.

use crate::support::planted::Planted;

const TR: &str = "production/tr";
const APPS: &str = "cluster/overlays/production/tr/custom/backend-api";
const DATA: &str = "cluster/overlays/production/tr/custom/supabase";

/// An object of one's own in a unit of production/tr.
fn object(unit: &str, text: &str) -> Planted {
    Planted::example()
        .custom(TR, unit, "resources:\n  - own.yaml\n")
        .beside(TR, unit, "own.yaml", text)
}

/// Found in an object of one's own among the services.
#[track_caller]
fn caught(rule: &str, text: &str, line: &str) {
    object("backend-api", text).caught(rule, &format!("{APPS}/own.yaml"), line);
}

#[track_caller]
fn silent(text: &str) {
    object("backend-api", text).silent();
}

fn meta(kind: &str, rest: &str) -> String {
    let (api, kind) = kind.rsplit_once('/').unwrap();
    let api = if api == "core" { "v1" } else { api };
    format!(
        "apiVersion: {api}\nkind: {kind}\nmetadata:\n  name: own\n  namespace: carebase-apps\n{rest}"
    )
}

fn ingress(host: &str, service: &str, annotations: &str) -> String {
    let annotations = match annotations {
        "" => String::new(),
        text => format!("  annotations:\n    {text}\n"),
    };
    meta(
        "networking.k8s.io/v1/Ingress",
        &format!(
            "{annotations}spec:\n  rules:\n    - host: {host}\n      http:\n        paths:\n          - path: /\n            pathType: Prefix\n            backend:\n              service:\n                name: {service}\n                port:\n                  name: http\n"
        ),
    )
}

const OWN_HOST: &str = "own.tr.carebase.example";

// RES401

#[test]
fn routes_to_stores_and_what_administers_them_are_found() {
    let to =
        |service: &str| ingress(OWN_HOST, service, "").replace("carebase-apps", "carebase-data");
    let path = format!("{DATA}/own.yaml");
    for service in [
        "object-storage",
        "supabase-studio",
        "postgres",
        "supabase-meta",
    ] {
        object("supabase", &to(service)).caught("RES401", &path, &format!("name: {service}"));
    }
    object("supabase", &to("supabase-gateway")).silent();
}

#[test]
fn a_service_with_protected_data_is_exposed_by_declaration_only() {
    caught(
        "RES401",
        &ingress(OWN_HOST, "backend-ai", ""),
        "name: backend-ai",
    );
    silent(&ingress(OWN_HOST, "backend-api", ""));
    silent(&ingress(OWN_HOST, "frontend", ""));
}

#[test]
fn routes_of_other_kinds_are_found_too() {
    caught(
        "RES401",
        &meta(
            "gateway.networking.k8s.io/v1alpha2/TCPRoute",
            "spec:\n  rules:\n    - backendRefs:\n        - name: postgres\n          namespace: carebase-data\n          port: 5432\n",
        ),
        "name: postgres",
    );
    caught(
        "RES401",
        &meta(
            "traefik.io/v1alpha1/IngressRouteTCP",
            "spec:\n  routes:\n    - match: HostSNI(`*`)\n      services:\n        - name: db\n          port: 5432\n",
        ),
        "name: db",
    );
    caught(
        "RES401",
        &meta(
            "core/ConfigMap",
            "data:\n  \"5432\": carebase-data/postgres:5432\n",
        )
        .replace("name: own", "name: tcp-services"),
        "carebase-data/postgres:5432",
    );
    caught(
        "RES401",
        &meta(
            "networking.istio.io/v1/VirtualService",
            "spec:\n  hosts: [own.tr.carebase.example]\n  http:\n    - route:\n        - destination:\n            host: argocd-server.argocd.svc.cluster.local\n",
        ),
        "host: argocd-server",
    );
}

#[test]
fn a_rendered_route_that_is_led_elsewhere_is_found_at_the_patch() {
    let patch = "patches:\n  - target:\n      kind: Ingress\n      name: supabase-gateway\n    patch: |-\n      - op: replace\n        path: /spec/rules/0/http/paths/0/backend/service/name\n        value: supabase-studio\n";
    Planted::example().custom(TR, "supabase", patch).caught(
        "RES401",
        &format!("{DATA}/kustomization.yaml"),
        "value: supabase-studio",
    );
    let service = "cluster/data/supabase/gateway-service.yaml";
    let text = Planted::example().text(service).to_owned();
    let (head, selector) = text.split_once("selector:").unwrap();
    let selector = selector.replacen("supabase-gateway", "supabase-studio", 1);
    Planted::example()
        .file(service, format!("{head}selector:{selector}"))
        .caught("RES401", service, "supabase-studio");
}

#[test]
fn a_charts_own_route_to_a_store_is_found() {
    let chart = |values: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: dashboards\n  namespace: argocd\nspec:\n  project: ops\n  source:\n    repoURL: https://charts.example\n    chart: grafana\n    targetRevision: 1.0.0\n    helm:\n      valuesObject:\n{values}  destination:\n    server: https://kubernetes.default.svc\n    namespace: sealed-secrets\n"
        )
    };
    let path = "cluster/overlays/production/tr/custom/sealed-secrets/own.yaml";
    let on = chart("        ingress:\n          enabled: true\n");
    let findings = object("sealed-secrets", &on).judge().findings;
    assert!(
        findings
            .iter()
            .any(|f| f.code == "RES401" && f.primary().unwrap().path == path),
        "{findings:?}"
    );
    let off = chart("        ingress:\n          enabled: false\n");
    let findings = object("sealed-secrets", &off).judge().findings;
    assert!(findings.iter().all(|f| f.code != "RES401"), "{findings:?}");
}

// RES402

#[test]
fn services_that_are_reached_past_the_ingress_are_found() {
    let service = |more: &str| {
        meta(
            "core/Service",
            &format!(
                "spec:\n{more}  selector:\n    app.kubernetes.io/name: backend-api\n  ports:\n    - {{name: http, port: 80, targetPort: 8000}}\n"
            ),
        )
    };
    caught("RES402", &service("  type: NodePort\n"), "type: NodePort");
    caught(
        "RES402",
        &service("  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8]\n"),
        "type: LoadBalancer",
    );
    silent(&service("  type: ClusterIP\n"));
    silent(&service(""));
    let patch = "patches:\n  - target:\n      kind: Service\n      name: postgres\n    patch: |-\n      - op: add\n        path: /spec/type\n        value: LoadBalancer\n";
    Planted::example().custom(TR, "postgres", patch).caught(
        "RES402",
        "cluster/overlays/production/tr/custom/postgres/kustomization.yaml",
        "value: LoadBalancer",
    );
}

#[test]
fn ports_of_nodes_are_found() {
    let deployment = "cluster/apps/backend-ai/deployment.yaml";
    let found = Planted::example()
        .replace(
            deployment,
            "containerPort: 8001",
            "containerPort: 8001\n              hostPort: 8001",
        )
        .caught("RES402", deployment, "hostPort: 8001");
    assert_eq!(found.len(), 4);
}

#[test]
fn charts_and_operators_are_asked_for_no_way_in() {
    let application = "cluster/ops/sealed-secrets/application.yaml";
    Planted::example()
        .replace(
            application,
            "        updateStatus: true\n",
            "        updateStatus: true\n        service:\n          type: NodePort\n",
        )
        .caught("RES402", application, "type: NodePort");
    caught(
        "RES402",
        &meta(
            "postgresql.cnpg.io/v1/Cluster",
            "spec:\n  managed:\n    services:\n      additional:\n        - serviceTemplate:\n            spec:\n              type: LoadBalancer\n",
        ),
        "type: LoadBalancer",
    );
}

#[test]
fn an_ingress_controller_of_ones_own_is_a_way_in() {
    let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: ingress-nginx\n  namespace: carebase-apps\nspec:\n  type: LoadBalancer\n  selector:\n    app: ingress-nginx\n  ports:\n    - port: 443\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ingress-nginx\n  namespace: carebase-apps\nspec:\n  selector:\n    matchLabels:\n      app: ingress-nginx\n  template:\n    metadata:\n      labels:\n        app: ingress-nginx\n    spec:\n      containers:\n        - name: controller\n          image: registry.k8s.io/ingress-nginx/controller:v1.14.0@sha256:0000000000000000000000000000000000000000000000000000000000000000\n";
    let findings = object("backend-api", text).judge().findings;
    assert!(findings.iter().all(|f| f.code != "RES402"), "{findings:?}");
}

// RES406

#[test]
fn annotations_that_copy_or_ask_elsewhere_are_found() {
    let with = |annotation: &str| ingress(OWN_HOST, "backend-api", annotation);
    for annotation in [
        "nginx.ingress.kubernetes.io/mirror-target: https://mirror.example.org$request_uri",
        "nginx.ingress.kubernetes.io/auth-url: https://login.vendor.example/check",
        "nginx.ingress.kubernetes.io/auth-signin: https://login.es.carebase.example/start",
        "nginx.ingress.kubernetes.io/upstream-vhost: api.es.carebase.example",
        "nginx.ingress.kubernetes.io/permanent-redirect: https://www.carebase.example.org",
        "nginx.ingress.kubernetes.io/configuration-snippet: \"mirror /copy;\"",
        "nginx.ingress.kubernetes.io/server-snippet: \"location /x { proxy_pass https://sink.example.org; }\"",
    ] {
        caught(
            "RES406",
            &with(annotation),
            annotation.split(':').next().unwrap(),
        );
    }
    for annotation in [
        "nginx.ingress.kubernetes.io/auth-url: http://backend-api.carebase-apps.svc.cluster.local:8000/check",
        "nginx.ingress.kubernetes.io/permanent-redirect: https://app.tr.carebase.example",
        "nginx.ingress.kubernetes.io/configuration-snippet: \"add_header X-Robots-Tag noindex;\"",
        "nginx.ingress.kubernetes.io/proxy-body-size: 8m",
    ] {
        silent(&with(annotation));
    }
}

#[test]
fn a_patch_that_adds_a_mirror_is_found_where_it_stands() {
    let patch = "patches:\n  - patch: |-\n      apiVersion: networking.k8s.io/v1\n      kind: Ingress\n      metadata:\n        name: backend-api\n        namespace: carebase-apps\n        annotations:\n          nginx.ingress.kubernetes.io/mirror-target: https://mirror.tr.carebase.example$request_uri\n";
    Planted::example().custom(TR, "backend-api", patch).caught(
        "RES406",
        &format!("{APPS}/kustomization.yaml"),
        "mirror-target",
    );
}

#[test]
fn filters_and_middlewares_that_send_elsewhere_are_found() {
    let middleware = |spec: &str| meta("traefik.io/v1alpha1/Middleware", &format!("spec:\n{spec}"));
    caught(
        "RES406",
        &middleware("  forwardAuth:\n    address: https://auth.vendor.example/verify\n"),
        "auth.vendor.example",
    );
    caught(
        "RES406",
        &middleware("  plugin:\n    copier:\n      target: x\n"),
        "copier",
    );
    caught(
        "RES406",
        &middleware(
            "  redirectRegex:\n    regex: ^.*$\n    replacement: https://es.carebase.example/${1}\n",
        ),
        "replacement",
    );
    silent(&middleware(
        "  forwardAuth:\n    address: http://backend-api.carebase-apps.svc:8000/verify\n",
    ));
    silent(&middleware("  redirectScheme:\n    scheme: https\n"));
    let route = |filter: &str| {
        meta(
            "gateway.networking.k8s.io/v1/HTTPRoute",
            &format!(
                "spec:\n  hostnames: [own.tr.carebase.example]\n  rules:\n    - backendRefs:\n        - name: backend-api\n          port: 80\n      filters:\n{filter}"
            ),
        )
    };
    caught(
        "RES406",
        &route(
            "        - type: RequestMirror\n          requestMirror:\n            backendRef:\n              name: recorder\n",
        ),
        "name: recorder",
    );
    caught(
        "RES406",
        &route(
            "        - type: RequestRedirect\n          requestRedirect:\n            hostname: api.es.carebase.example\n",
        ),
        "hostname: api.es",
    );
    silent(&route(
        "        - type: RequestRedirect\n          requestRedirect:\n            scheme: https\n",
    ));
    let kong = |plugin: &str, config: &str| {
        format!(
            "apiVersion: configuration.konghq.com/v1\nkind: KongPlugin\nmetadata:\n  name: own\n  namespace: carebase-apps\nplugin: {plugin}\nconfig:\n  {config}\n"
        )
    };
    caught(
        "RES406",
        &kong("http-log", "http_endpoint: https://logs.vendor.example/in"),
        "http_endpoint",
    );
    caught(
        "RES406",
        &kong("pre-function", "access: [\"x\"]"),
        "pre-function",
    );
    silent(&kong("rate-limiting", "minute: 5"));
}

#[test]
fn texts_of_configuration_that_mirror_are_found() {
    let envoy = "cluster/data/supabase/envoy.yaml";
    let found = Planted::example()
        .replace(envoy, "                            cluster: storage\n", "                            cluster: storage\n                            request_mirror_policies:\n                              - cluster: functions\n")
        .caught("RES406", envoy, "- cluster: functions");
    assert_eq!(found.len(), 4);
    caught(
        "RES406",
        &meta(
            "core/ConfigMap",
            "data:\n  nginx.conf: |\n    server {\n      location / {\n        mirror /copy;\n        proxy_pass http://backend-api;\n      }\n    }\n",
        ),
        "mirror /copy",
    );
    caught(
        "RES406",
        &meta(
            "core/ConfigMap",
            "data:\n  kong.yml: |\n    services:\n      - name: rest\n        plugins:\n          - name: http-log\n            config:\n              http_endpoint: https://logs.vendor.example/in\n",
        ),
        "http_endpoint",
    );
}

// RES407

#[test]
fn hosts_of_other_regions_and_environments_are_found() {
    for host in [
        "api.es.carebase.example",
        "api.staging.tr.carebase.example",
        "www.elsewhere.example.org",
        "\"*.carebase.example\"",
    ] {
        caught(
            "RES407",
            &ingress(host, "backend-api", ""),
            &format!("host: {host}"),
        );
    }
    for host in [OWN_HOST, "\"*.tr.carebase.example\"", "tr.carebase.example"] {
        silent(&ingress(host, "backend-api", ""));
    }
    let everything = ingress(OWN_HOST, "backend-api", "").replace(
        "    - host: own.tr.carebase.example\n      http:",
        "    - http:",
    );
    caught("RES407", &everything, "- http:");
}

#[test]
fn a_staging_cell_that_claims_the_production_host_is_found_at_its_patch() {
    let path = "cluster/overlays/staging/tr/backend-api/cell/kustomization.yaml";
    Planted::example()
        .replace(
            path,
            "value: api.staging.tr.carebase.example",
            "value: api.tr.carebase.example",
        )
        .caught("RES407", path, "value: api.tr.carebase.example");
}

#[test]
fn certificates_and_records_are_claims_too() {
    let certificate = |host: &str| {
        meta(
            "cert-manager.io/v1/Certificate",
            &format!("spec:\n  secretName: own-tls\n  dnsNames:\n    - {host}\n"),
        )
    };
    caught(
        "RES407",
        &certificate("api.es.carebase.example"),
        "- api.es.carebase.example",
    );
    silent(&certificate("backend-api.carebase-apps.svc"));
    silent(&certificate(OWN_HOST));
    caught(
        "RES407",
        &ingress(
            OWN_HOST,
            "backend-api",
            "external-dns.alpha.kubernetes.io/hostname: own.tr.carebase.example,own.es.carebase.example",
        ),
        "own.es.carebase.example",
    );
    let record = |name: &str, target: &str| {
        meta(
            "externaldns.k8s.io/v1alpha1/DNSEndpoint",
            &format!(
                "spec:\n  endpoints:\n    - dnsName: {name}\n      recordType: CNAME\n      targets:\n        - {target}\n"
            ),
        )
    };
    caught(
        "RES407",
        &record("x.es.carebase.example", OWN_HOST),
        "dnsName: x.es",
    );
    caught(
        "RES407",
        &record(OWN_HOST, "app.es.carebase.example"),
        "- app.es",
    );
    silent(&record(OWN_HOST, "app.tr.carebase.example"));
    caught(
        "RES407",
        &meta(
            "traefik.io/v1alpha1/IngressRoute",
            "spec:\n  routes:\n    - match: Host(`own.tr.carebase.example`) || Host(`own.es.carebase.example`)\n      services:\n        - name: backend-api\n          port: 80\n",
        ),
        "own.es.carebase.example",
    );
}

// RES408

#[test]
fn tunnels_are_found_by_image_kind_mark_and_command() {
    let pod = |image: &str, more: &str| {
        meta(
            "apps/v1/Deployment",
            &format!(
                "spec:\n  selector:\n    matchLabels: {{app: own}}\n  template:\n    metadata:\n      labels: {{app: own}}\n    spec:\n      containers:\n        - name: own\n          image: {image}\n{more}"
            ),
        )
    };
    let digest = "@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    for image in [
        "cloudflare/cloudflared:2026.8.0",
        "ngrok/ngrok",
        "docker.io/tailscale/tailscale:v1",
        "snowdreamtech/frpc",
    ] {
        caught("RES408", &pod(&format!("{image}{digest}"), ""), image);
    }
    caught(
        "RES408",
        &pod(
            &format!("alpine{digest}"),
            "          command: [sh, -c]\n          args:\n            - apk add openssh && ssh -N -R 5432:localhost:5432 box\n",
        ),
        "ssh -N -R",
    );
    silent(&pod(
        &format!("ghcr.io/acme/worker{digest}"),
        "          args: [serve]\n",
    ));
    caught(
        "RES408",
        &meta("submariner.io/v1/Endpoint", "spec:\n  subnets: []\n"),
        "kind: Endpoint",
    );
    caught(
        "RES408",
        &meta("multicluster.x-k8s.io/v1alpha1/ServiceExport", ""),
        "kind: ServiceExport",
    );
    let service = |mark: &str| {
        meta(
            "core/Service",
            &format!(
                "  annotations:\n    {mark}\nspec:\n  selector:\n    app: own\n  ports:\n    - port: 80\n"
            ),
        )
    };
    caught(
        "RES408",
        &service("tailscale.com/expose: \"true\""),
        "tailscale.com/expose",
    );
    caught(
        "RES408",
        &service("service.cilium.io/global: \"true\""),
        "service.cilium.io/global",
    );
    silent(&service("service.cilium.io/global: \"false\""));
    let patch = "patches:\n  - target:\n      kind: Ingress\n      name: backend-api\n    patch: |-\n      - op: replace\n        path: /spec/ingressClassName\n        value: tailscale\n";
    Planted::example().custom(TR, "backend-api", patch).caught(
        "RES408",
        &format!("{APPS}/kustomization.yaml"),
        "value: tailscale",
    );
}

#[test]
fn a_sidecar_added_by_a_patch_and_an_image_that_is_replaced_are_found() {
    let patch = "patches:\n  - patch: |-\n      apiVersion: apps/v1\n      kind: Deployment\n      metadata:\n        name: backend-api\n        namespace: carebase-apps\n      spec:\n        template:\n          spec:\n            containers:\n              - name: side\n                image: fatedier/frpc:v0.60.0\n";
    Planted::example().custom(TR, "backend-api", patch).caught(
        "RES408",
        &format!("{APPS}/kustomization.yaml"),
        "fatedier/frpc",
    );
}

// RES409

#[test]
fn webhooks_outside_of_the_cell_are_found() {
    let webhook = |client: &str| {
        format!(
            "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: own\nwebhooks:\n  - name: own.carebase.example\n    clientConfig:\n{client}    admissionReviewVersions: [v1]\n    sideEffects: None\n"
        )
    };
    caught(
        "RES409",
        &webhook("      url: https://admission.vendor.example/validate\n"),
        "admission.vendor.example",
    );
    caught(
        "RES409",
        &webhook("      url: https://admission.es.carebase.example/validate\n"),
        "admission.es",
    );
    silent(&webhook(
        "      service:\n        namespace: cert-manager\n        name: cert-manager-webhook\n",
    ));
    let crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: owns.acme.example\nspec:\n  group: acme.example\n  names: {kind: Own, plural: owns}\n  scope: Namespaced\n  versions: []\n  conversion:\n    strategy: Webhook\n    webhook:\n      conversionReviewVersions: [v1]\n      clientConfig:\n        url: https://convert.vendor.example/\n";
    caught("RES409", crd, "convert.vendor.example");
}
