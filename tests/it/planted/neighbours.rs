//! Violations and the nearest changes that do no harm, different from them in one thing.

use super::pairs::{DIGEST, WEBHOOK, config};
use super::strangers::{ES, TR, beside, custom, deployment, env, object};

#[test]
fn a_declared_endpoint_and_another_host() {
    let declared = "\n[[endpoints]]\nid = \"audit\"\nhost = \"audit.partner.example\"\nports = [443]\ncountry = \"TR\"\nclasses = [\"phi\"]\nregions = [\"tr\"]\n";
    let at = |cell, value| {
        env(cell, "backend-api", "backend-api", WEBHOOK.0, value).append("platform.toml", declared)
    };
    at(TR, WEBHOOK.1).silent();
    let other = WEBHOOK.1.replace("audit", "audits");
    at(TR, &other).caught("RES302", &custom(TR, "backend-api"), &other);
    at(ES, WEBHOOK.1).caught("RES301", &custom(ES, "backend-api"), WEBHOOK.1);
}

#[test]
fn the_bucket_of_the_cell_and_that_of_another() {
    let at = |bucket| env(ES, "backend-ai", "backend-ai", "EXPORTS_BUCKET", bucket);
    at("carebase-production-es-objects").silent();
    for bucket in [
        "carebase-production-tr-objects",
        "carebase-staging-es-objects",
    ] {
        at(bucket).caught("RES209", &custom(ES, "backend-ai"), bucket);
    }
}

#[test]
fn a_service_of_the_cell_and_a_name_for_one_outside() {
    let service = |spec| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n  namespace: carebase-apps\nspec:\n  {spec}\n"
        )
    };
    object(
        TR,
        "backend-api",
        &service("selector: {app.kubernetes.io/name: backend-ai}\n  ports: [{port: 5432}]"),
    )
    .silent();
    object(
        TR,
        "backend-api",
        &service(
            "type: ExternalName\n  externalName: supabase-gateway.carebase-data.svc.cluster.local",
        ),
    )
    .silent();
    object(
        TR,
        "backend-api",
        &service("type: ExternalName\n  externalName: db.abc.supabase.co"),
    )
    .caught(
        "RES305",
        &beside(TR, "backend-api", "added.yaml"),
        "db.abc.supabase.co",
    );
}

#[test]
fn an_exporter_that_a_pipeline_uses_and_one_that_none_does() {
    let collector = |used: &str| {
        let text = format!(
            "receivers:\n  otlp: {{}}\nexporters:\n  debug: {{}}\n  otlphttp/vendor:\n    endpoint: https://otlp.vendor.example\nservice:\n  pipelines:\n    \
             metrics:\n      receivers: [otlp]\n      exporters: [{used}]\n"
        );
        object(
            ES,
            "backend-api",
            &config("collector", "collector.yaml", &text),
        )
    };
    collector("debug").silent();
    collector("otlphttp/vendor").caught(
        "RES701",
        &beside(ES, "backend-api", "added.yaml"),
        "otlp.vendor.example",
    );
}

#[test]
fn a_comment_and_a_setting() {
    let app = |sign: &str| {
        let text = format!("audit:\n  enabled: true\n  {sign}url: {}\n", WEBHOOK.1);
        object(TR, "backend-api", &config("own", "app.yaml", &text))
    };
    app("# ").silent();
    app("").caught(
        "RES302",
        &beside(TR, "backend-api", "added.yaml"),
        WEBHOOK.1,
    );
}

#[test]
fn a_host_of_the_region_and_of_the_other_one() {
    let at = |host| env(TR, "frontend", "frontend", "PARTNER_API", host);
    at("https://api.tr.carebase.example").silent();
    at("https://api.es.carebase.example").caught(
        "RES301",
        &custom(TR, "frontend"),
        "api.es.carebase.example",
    );
}

#[test]
fn a_proxy_of_the_cell_and_one_outside() {
    let at = |proxy| env(ES, "backend-ai", "backend-ai", "HTTPS_PROXY", proxy);
    at("http://backend-api.carebase-apps.svc:8000").silent();
    at("http://proxy.carebase.example:3128").caught(
        "RES306",
        &custom(ES, "backend-ai"),
        "proxy.carebase.example",
    );
}

#[test]
fn a_zone_of_the_region_and_of_another_one() {
    let at = |zone: &str| {
        let container = format!("image: ghcr.io/acme/tool{DIGEST}\n");
        let pinned = deployment("carebase-apps", "tool", &container).replace(
            "      containers:\n",
            &format!("      nodeSelector:\n        topology.kubernetes.io/zone: {zone}\n      containers:\n"),
        );
        object(ES, "backend-api", &pinned)
    };
    at("europe-southwest1-a").silent();
    at("europe-west9-a").caught(
        "RES201",
        &beside(ES, "backend-api", "added.yaml"),
        "europe-west9-a",
    );
}
