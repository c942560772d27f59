//! The rendered scripts, run by bash against stand-ins for kubectl, curl and k3d.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write trees and run the scripts in them"
)]

mod sealed;
pub(crate) mod stage;

use platformctl::blueprint;
use platformctl::catalogue::ARGO_CD;
use stage::Stage;
use std::fs;

const SCRIPT: &str = "bootstrap/production/tr/bootstrap.sh";
const CLUSTER: &str = "carebase-production-tr";
const LAPTOP: &str = "k3d-carebase-dev-local-local";
const TOKEN: &str = "canary-token-7f1d";

#[test]
fn a_new_cluster_gets_argo_cd_and_every_secret_and_a_second_run_changes_nothing() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    let first = stage.run(SCRIPT, &["--yes"], "");
    assert!(first.ok, "{}\n{}", first.stderr, stage.calls());
    let objects = stage.objects();
    let names: Vec<&str> = objects.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "configmap.argocd.platformctl-cell",
            "namespace.argocd",
            "namespace.carebase-apps",
            "namespace.carebase-data",
            "secret.carebase-apps.backend-ai-object-storage",
            "secret.carebase-apps.backend-api-object-storage",
            "secret.carebase-apps.object-storage-ca",
            "secret.carebase-data.backend-ai-object-storage",
            "secret.carebase-data.backend-api-object-storage",
            "secret.carebase-data.object-storage-ca",
            "secret.carebase-data.object-storage-root",
            "secret.carebase-data.object-storage-tls",
        ]
    );
    let calls = stage.calls();
    let order = [
        "curl ",
        "install.yaml",
        "argocd-cm.yaml",
        "rollout",
        "root.yaml",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|word| calls.find(word)).collect();
    assert!(
        places.iter().all(Option::is_some) && places.is_sorted(),
        "{calls}"
    );
    assert!(first.stdout.contains("port-forward"), "{}", first.stdout);
    assert_eq!(
        fs::read_dir(stage.path("tmp")).expect("is there").count(),
        0,
        "something was left behind"
    );

    stage.forget_calls();
    let second = stage.run(SCRIPT, &["--yes"], "");
    assert!(second.ok, "{}", second.stderr);
    assert_eq!(stage.objects(), objects);
    assert!(!stage.calls().contains(" create "), "{}", stage.calls());
}

#[test]
fn secrets_are_random_alike_beside_service_and_store_and_never_shown() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    let token = [("ARGOCD_REPO_TOKEN", TOKEN)];
    let run = stage.run_with(SCRIPT, &["--yes"], "", &token);
    assert!(run.ok, "{}", run.stderr);
    let api = stage.values("secret.carebase-data.backend-api-object-storage");
    let ai = stage.values("secret.carebase-data.backend-ai-object-storage");
    let root = stage.values("secret.carebase-data.object-storage-root");
    assert_eq!(
        api,
        stage.values("secret.carebase-apps.backend-api-object-storage")
    );
    let all: Vec<&(String, String)> = api.iter().chain(&ai).chain(&root).collect();
    let distinct: std::collections::BTreeSet<&str> =
        all.iter().map(|(_, meant)| meant.as_str()).collect();
    assert_eq!(distinct.len(), 6);
    let lengths: Vec<usize> = api.iter().map(|(_, meant)| meant.len()).collect();
    assert_eq!(lengths, [20, 40]);
    let credential = stage.values("applied");
    assert_eq!(credential[3].1, TOKEN);
    assert_eq!(credential[1].1, blueprint::defaults().repository.as_str());

    let seen = format!("{}{}{}", stage.calls(), run.stdout, run.stderr);
    for (stored, meant) in all.into_iter().chain([&credential[3]]) {
        assert!(
            meant
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
        );
        assert!(!seen.contains(stored.as_str()) && !seen.contains(meant.as_str()));
    }

    let again = Stage::with_argo_cd(&[CLUSTER]);
    assert!(again.run(SCRIPT, &["--yes"], "").ok);
    assert_ne!(
        again.values("secret.carebase-data.object-storage-root"),
        root
    );
}

#[test]
fn a_trace_of_the_shell_shows_no_value() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    let script = stage.path("tree").join(SCRIPT);
    let text = fs::read_to_string(&script).expect("is there");
    fs::write(
        &script,
        text.replace("set -euo pipefail", "set -euxo pipefail"),
    )
    .expect("writes");
    let token = [("ARGOCD_REPO_TOKEN", TOKEN)];
    let run = stage.run_with(SCRIPT, &["--yes"], "", &token);
    assert!(
        run.ok && run.stderr.contains("+ apply_root"),
        "{}",
        run.stderr
    );
    let mut secrets = stage.values("secret.carebase-apps.backend-api-object-storage");
    secrets.push(stage.values("applied").swap_remove(3));
    for (stored, meant) in secrets {
        assert!(!run.stderr.contains(&stored) && !run.stderr.contains(&meant));
    }
}

#[test]
fn a_run_that_was_cut_off_is_completed_with_the_same_values() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    assert!(stage.run(SCRIPT, &["--yes", "--only-secrets"], "").ok);
    for namespace in ["carebase-apps", "carebase-data"] {
        let before = stage.objects();
        let name = format!("secret.{namespace}.backend-api-object-storage");
        fs::remove_file(stage.path("fake/objects").join(&name)).expect("is there");
        let run = stage.run(SCRIPT, &["--yes", "--only-secrets"], "");
        assert!(run.ok, "{}", run.stderr);
        assert_eq!(stage.objects(), before);
    }
}

#[test]
fn secrets_that_differ_between_service_and_store_are_reported() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    assert!(stage.run(SCRIPT, &["--yes", "--only-secrets"], "").ok);
    let name = "fake/objects/secret.carebase-apps.backend-api-object-storage";
    let text = fs::read_to_string(stage.path(name)).expect("is there");
    fs::write(
        stage.path(name),
        text.replace("access-key: \"", "access-key: \"AAAA"),
    )
    .expect("writes");
    let before = stage.objects();
    let run = stage.run(SCRIPT, &["--yes", "--only-secrets"], "");
    assert!(
        !run.ok && run.stderr.contains("differs from"),
        "{}",
        run.stderr
    );
    assert_eq!(stage.objects(), before);
}

#[test]
fn a_secret_without_one_of_its_keys_is_reported() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    assert!(stage.run(SCRIPT, &["--yes", "--only-secrets"], "").ok);
    let name = "fake/objects/secret.carebase-data.object-storage-root";
    let text = fs::read_to_string(stage.path(name)).expect("is there");
    fs::write(stage.path(name), text.replace("root-password", "password")).expect("writes");
    let run = stage.run(SCRIPT, &["--yes", "--only-secrets"], "");
    assert!(!run.ok && run.stderr.contains("lacks"), "{}", run.stderr);
}

#[test]
fn a_wrong_checksum_installs_nothing() {
    let stage = Stage::new(&[CLUSTER]);
    let run = stage.run(SCRIPT, &["--yes"], "");
    stage.assert_untouched(&run);
    assert!(run.stderr.contains("has checksum") && run.stderr.contains(&ARGO_CD.install_sha256));
    assert!(stage.calls().contains("curl "));
}

#[test]
fn the_context_of_another_cell_is_refused_however_it_is_named() {
    for context in [
        "carebase-staging-tr",
        "gke_acme_europe-southwest1_carebase-production-es",
        "arn:aws:eks:eu-south-2:1:cluster/carebase-production-es",
        "admin@carebase-staging-es",
        "k3d-carebase-dev-local-local",
    ] {
        let stage = Stage::with_argo_cd(&[CLUSTER, context]);
        let run = stage.run(SCRIPT, &["--yes", "--context", context], "production/tr\n");
        stage.assert_untouched(&run);
        assert!(
            run.stderr.contains("not of production/tr"),
            "{}",
            run.stderr
        );
        assert!(!stage.calls().contains("curl "));
    }
}

#[test]
fn a_cluster_that_is_marked_as_another_cell_is_refused_under_any_name() {
    let stage = Stage::with_argo_cd(&["admin"]);
    let mark = stage.path("fake/objects/configmap.argocd.platformctl-cell");
    fs::write(&mark, "production/es\n").expect("writes");
    let run = stage.run(SCRIPT, &[], "production/tr\n");
    assert!(!run.ok, "{}", run.stderr);
    assert!(
        run.stderr.contains("marked as cell production/es"),
        "{}",
        run.stderr
    );
    assert_eq!(stage.objects().len(), 1);
}

#[test]
fn a_cluster_that_nothing_is_known_of_wants_the_name_of_the_cell() {
    let stage = Stage::with_argo_cd(&["admin"]);
    stage.assert_untouched(&stage.run(SCRIPT, &["--yes"], "y\n"));
    stage.assert_untouched(&stage.run(SCRIPT, &[], "y\n"));
    stage.assert_untouched(&stage.run(SCRIPT, &[], "production/es\n"));
    let run = stage.run(SCRIPT, &[], "production/tr\n");
    assert!(run.ok, "{}", run.stderr);
    // From now on the mark says it.
    let run = stage.run(SCRIPT, &["--yes"], "");
    assert!(run.ok, "{}", run.stderr);
}

#[test]
fn a_known_cluster_asks_once_and_takes_silence_for_no() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    stage.assert_untouched(&stage.run(SCRIPT, &[], ""));
    stage.assert_untouched(&stage.run(SCRIPT, &[], "n\n"));
    let run = stage.run(SCRIPT, &[], "y\n");
    assert!(run.ok, "{}", run.stderr);
}

#[test]
fn contexts_and_options_that_are_not_there_are_refused() {
    let stage = Stage::with_argo_cd(&[CLUSTER]);
    for arguments in [["--context", "other"], ["--force", "--yes"]] {
        stage.assert_untouched(&stage.run(SCRIPT, &arguments, "y\n"));
    }
    let help = stage.run(SCRIPT, &["--help"], "");
    assert!(help.ok && help.stdout.starts_with("Usage: "));
}

#[test]
fn a_laptop_deploys_the_folder_unit_by_unit() {
    let stage = Stage::with_argo_cd(&[LAPTOP]);
    let script = "bootstrap/dev-local/dev.sh";
    let up = stage.run(script, &["up"], "");
    assert!(up.ok, "{}\n{}", up.stderr, stage.calls());
    let calls = stage.calls();
    let create = calls.find("k3d cluster create").expect("is created");
    let places: Vec<usize> = [
        "overlays/dev-local/local/base",
        "overlays/dev-local/local/object-storage",
        "overlays/dev-local/local/backend-ai",
        "overlays/dev-local/local/backend-api",
        "overlays/dev-local/local/frontend",
    ]
    .iter()
    .map(|unit| {
        calls
            .find(unit)
            .unwrap_or_else(|| panic!("{unit} in {calls}"))
    })
    .collect();
    assert!(create < places[0] && places.is_sorted(), "{calls}");
    let at_k3d = calls
        .lines()
        .filter(|line| line.starts_with("kubectl") && !line.contains(" config "));
    for line in at_k3d {
        assert!(
            line.starts_with("kubectl --context k3d-carebase-dev-local-local "),
            "{line}"
        );
    }
    assert!(!calls.contains("curl "), "Argo CD is not needed");

    let objects = stage.objects();
    assert!(stage.run(script, &["up"], "").ok);
    assert_eq!(stage.objects(), objects);
    assert!(stage.calls().contains("k3d cluster start"));

    assert!(
        stage
            .run(script, &["run", "frontend", "frontend:dev"], "")
            .ok
    );
    assert!(stage.calls().contains("k3d image import"));
    assert!(!stage.run(script, &["run", "frontend", "a\"b"], "").ok);

    assert!(stage.run(script, &["down"], "").ok && stage.run(script, &["down"], "").ok);
    assert!(!stage.path("fake/cluster").exists());
}

#[test]
fn a_laptop_with_argo_cd_is_not_deployed_to_behind_its_back() {
    let stage = Stage::with_argo_cd(&[LAPTOP]);
    let script = "bootstrap/dev-local/dev.sh";
    let git = [("DEV_SOURCE", "git")];
    let up = stage.run_with(script, &["up"], "", &git);
    assert!(
        up.ok && stage.calls().contains("root.yaml"),
        "{}",
        up.stderr
    );
    let local = stage.run(script, &["up"], "");
    assert!(
        !local.ok && local.stderr.contains("would undo this"),
        "{}",
        local.stderr
    );
    let unknown = stage.run_with(script, &["up"], "", &[("DEV_SOURCE", "hg")]);
    assert!(
        !unknown.ok && unknown.stderr.contains("DEV_SOURCE"),
        "{}",
        unknown.stderr
    );
}
