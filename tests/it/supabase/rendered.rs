//! What the parts of Supabase are given, and how their pods may run.

use super::{cell, deployments, documents, env, text, value};
use crate::plan::{build, load};
use platformctl::model::SupabasePart;
use serde_json::Value;
use std::collections::BTreeMap;
fn has(env: &[Value], name: &str) -> bool {
    env.iter().any(|variable| variable["name"] == name)
}

#[test]
fn the_gateway_asks_for_a_key_unless_a_route_says_otherwise() {
    let plan = build(&text());
    let envoy = &documents(&plan.files["cluster/data/supabase/envoy.yaml"].content)[0];
    let manager = &envoy["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"];
    let routes = manager["route_config"]["virtual_hosts"][0]["routes"].as_array();
    let mut keys: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for route in routes.expect("routes") {
        let key = &route["metadata"]["filter_metadata"]["envoy.filters.http.lua"]["key"];
        let matched = &route["match"];
        let path = match matched["path"].as_str() {
            Some(exact) => format!("={exact}"),
            None => matched["prefix"].as_str().expect("a prefix").to_owned(),
        };
        assert!(path.trim_start_matches('=').contains("/v1"), "{path}");
        keys.entry(key.as_str().expect("a key"))
            .or_default()
            .push(path);
    }
    let open = [
        "=/auth/v1/.well-known/jwks.json",
        "=/auth/v1/authorize",
        "=/auth/v1/callback",
        "=/auth/v1/sso/saml/acs",
        "=/auth/v1/sso/saml/metadata",
        "=/auth/v1/verify",
        "/storage/v1/",
        "/functions/v1/",
    ];
    assert_eq!(keys["none"], open);
    assert_eq!(keys["service"], ["=/rest/v1/"]);
    assert_eq!(
        keys["socket"],
        ["=/realtime/v1/websocket", "=/realtime/v1/longpoll"]
    );
    let any = [
        "/auth/v1/",
        "/rest/v1/",
        "=/graphql/v1",
        "/realtime/v1/api/broadcast",
    ];
    assert_eq!(keys["any"], any);
    // The tenant of realtime is the first label of the host under which it is reached.
    let hosts = plan.files["cluster/data/supabase/envoy.yaml"]
        .content
        .matches("host_rewrite_literal: supabase-realtime.");
    assert_eq!(hosts.count(), 3);
}

#[test]
fn every_pod_is_restricted() {
    let plan = build(&text());
    let mut pods = 0;
    for (path, file) in &plan.files {
        if !path.starts_with("cluster/data/supabase/")
            || path.ends_with("envoy.yaml")
            || !path.ends_with(".yaml")
        {
            continue;
        }
        for object in documents(&file.content)
            .iter()
            .filter(|o| o["kind"] == "Deployment")
        {
            pods += 1;
            let spec = &object["spec"]["template"]["spec"];
            let pod = &spec["securityContext"];
            assert_eq!(pod["runAsNonRoot"], true, "{path}");
            assert!(
                pod["runAsUser"].as_u64().is_some_and(|user| user > 0),
                "{path}"
            );
            assert_eq!(pod["seccompProfile"]["type"], "RuntimeDefault", "{path}");
            assert_eq!(spec["automountServiceAccountToken"], false, "{path}");
            let lists = ["initContainers", "containers"].map(|key| spec[key].as_array());
            for container in lists.into_iter().flatten().flatten() {
                let own = &container["securityContext"];
                assert_eq!(own["allowPrivilegeEscalation"], false, "{path}");
                assert_eq!(own["readOnlyRootFilesystem"], true, "{path}");
                assert_eq!(own["capabilities"]["drop"][0], "ALL", "{path}");
                assert!(
                    container["resources"]["limits"]["memory"].is_string(),
                    "{path}"
                );
                assert!(
                    container["image"]
                        .as_str()
                        .is_some_and(|image| image.contains("@sha256:")),
                    "{path}"
                );
            }
            let main = &spec["containers"][0];
            for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
                assert!(main[probe].is_object(), "{path}: {probe}");
            }
        }
    }
    assert_eq!(pods, SupabasePart::ALL.len());
}

#[test]
fn each_cell_has_its_own_addresses_bucket_and_region() {
    let text = text();
    let (platform, plan) = (load(&text), build(&text));
    let es = deployments(&plan, cell(&platform, "production/es"));
    let auth = &es["supabase-auth"];
    assert_eq!(
        value(auth, "API_EXTERNAL_URL"),
        "https://data.es.carebase.example/auth/v1"
    );
    assert_eq!(
        value(auth, "GOTRUE_JWT_ISSUER"),
        value(auth, "API_EXTERNAL_URL")
    );
    assert_eq!(
        value(auth, "GOTRUE_SITE_URL"),
        "https://app.es.carebase.example"
    );
    assert_eq!(
        value(auth, "GOTRUE_URI_ALLOW_LIST"),
        "com.acme.app://callback"
    );
    assert_eq!(value(auth, "GOTRUE_DISABLE_SIGNUP"), "true");
    assert_eq!(value(auth, "GOTRUE_SMTP_HOST"), "smtp.example.es");
    let storage = &es["supabase-storage"];
    assert_eq!(
        value(storage, "STORAGE_S3_BUCKET"),
        "carebase-production-es-storage"
    );
    assert_eq!(value(storage, "STORAGE_S3_REGION"), "es");
    assert!(value(storage, "STORAGE_S3_ENDPOINT").starts_with("https://"));
    for checksum in [
        "STORAGE_S3_REQUEST_CHECKSUM_CALCULATION",
        "STORAGE_S3_RESPONSE_CHECKSUM_VALIDATION",
    ] {
        assert_eq!(value(storage, checksum), "WHEN_REQUIRED");
    }
    let allowed = value(&es["supabase-imgproxy"], "IMGPROXY_ALLOWED_SOURCES");
    assert!(
        allowed.ends_with("/carebase-production-es-storage/"),
        "{allowed}"
    );
    let tr = deployments(&plan, cell(&platform, "staging/tr"));
    assert_eq!(
        value(&tr["supabase-storage"], "STORAGE_S3_BUCKET"),
        "carebase-staging-tr-storage"
    );
    assert!(
        !has(&tr["supabase-auth"], "GOTRUE_SMTP_HOST"),
        "the relay is not for tr"
    );
    let laptop = cell(&platform, "dev-local/local")
        .supabase
        .as_ref()
        .expect("supabase");
    assert!(laptop.parts.values().all(|size| size.replicas == 1));
}

#[test]
fn a_service_that_uses_supabase_gets_its_address_and_keys() {
    let plan = build(&text());
    let deployment = &documents(&plan.files["cluster/apps/backend-api/deployment.yaml"].content)[0];
    let env = env(deployment);
    assert_eq!(
        value(&env, "SUPABASE_URL"),
        "http://supabase-gateway.carebase-data.svc:8000"
    );
    for (name, key) in [
        ("SUPABASE_ANON_KEY", "anon-key"),
        ("SUPABASE_SERVICE_ROLE_KEY", "service-role-key"),
    ] {
        let variable = env
            .iter()
            .find(|variable| variable["name"] == name)
            .expect(name);
        let from = &variable["valueFrom"]["secretKeyRef"];
        assert_eq!(
            (&from["name"], &from["key"]),
            (&"backend-api-supabase".into(), &key.into())
        );
    }
    let frontend = &plan.files["cluster/apps/frontend/deployment.yaml"].content;
    assert!(!frontend.contains("SUPABASE"));
}

#[test]
fn the_database_gets_what_supabase_needs_and_no_signing_key() {
    let plan = build(&text());
    let files: Vec<(&str, &str)> = plan
        .files
        .iter()
        .filter(|(path, _)| path.starts_with("cluster/data/postgres/supabase/"))
        .map(|(path, file)| (path.as_str(), file.content.as_str()))
        .collect();
    assert_eq!(files.len(), 5);
    let all: String = files.iter().map(|(_, text)| *text).collect();
    for (path, text) in &files {
        assert!(text.starts_with("-- Generated"), "{path}");
        assert!(text.contains("\\set ON_ERROR_STOP on"), "{path}");
    }
    for expected in [
        "CREATE DATABASE _supabase",
        "CREATE SCHEMA IF NOT EXISTS _realtime",
        "CREATE SCHEMA IF NOT EXISTS _supavisor",
        "CREATE SCHEMA IF NOT EXISTS _analytics",
        "FUNCTION supabase_functions.http_request()",
        "SET app.settings.jwt_exp TO 3600",
        "RESET app.settings.jwt_secret",
    ] {
        assert!(all.contains(expected), "{expected}");
    }
    // Every role that a part logs in with gets the password that the part is given.
    let platform = load(&text());
    let credentials = &cell(&platform, "production/es").credentials;
    let roles = credentials
        .iter()
        .find(|c| c.name == "supabase-database")
        .expect("the Secret");
    for key in &roles.keys {
        let role = key.key.replace('-', "_");
        assert!(
            all.contains(&format!("ALTER ROLE {role} WITH PASSWORD")),
            "{role}"
        );
        assert!(
            all.contains(&format!("PASSWORD_{}", role.to_ascii_uppercase())),
            "{role}"
        );
    }
}
