//! The rendered scripts, run by bash against stand-ins for kubectl, curl and k3d, and the rendered workflows.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write trees and run the scripts in them"
)]

use base64::Engine as _;
use platformctl::blueprint;
use platformctl::catalogue::ARGO_CD;
use platformctl::model;
use platformctl::plan::{self, FileKind, Plan};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What the stand-in for curl writes.
const INSTALL: &str = "kind: List\n";
const SCRIPT: &str = "bootstrap/production/tr/bootstrap.sh";
const CLUSTER: &str = "carebase-production-tr";
const LAPTOP: &str = "k3d-carebase-dev-local-local";
const TOKEN: &str = "canary-token-7f1d";

fn blueprint_plan() -> Plan {
    plan_of(&blueprint::platform_toml(&blueprint::defaults()))
}

fn plan_of(text: &str) -> Plan {
    let (platform, _) = model::load(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    plan::build(&platform).unwrap_or_else(|error| panic!("{error:#}"))
}

fn write(plan: &Plan, root: &Path) {
    for (path, file) in &plan.files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("makes the folder");
        fs::write(&path, &file.content).expect("writes the file");
        if file.executable {
            executable(&path);
        }
    }
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("sets the mode");
}

/// A rendered repository, a cluster made of files, and programs that pretend to work on it.
struct Stage {
    folder: TempDir,
}

struct Run {
    ok: bool,
    stderr: String,
    stdout: String,
}

impl Stage {
    /// Contexts that kubectl knows; the first one is the current one.
    fn new(contexts: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("makes a folder");
        let stage = Self { folder };
        for name in ["tree", "bin", "fake/objects", "home", "tmp"] {
            fs::create_dir_all(stage.path(name)).expect("makes the folder");
        }
        write(&blueprint_plan(), &stage.path("tree"));
        let programs = [
            ("kubectl", include_str!("bootstrap/kubectl.sh")),
            ("curl", include_str!("bootstrap/curl.sh")),
            ("k3d", include_str!("bootstrap/k3d.sh")),
        ];
        for (name, text) in programs {
            let path = stage.path("bin").join(name);
            fs::write(&path, text).expect("writes the program");
            executable(&path);
        }
        fs::write(stage.path("fake/contexts"), contexts.join("\n") + "\n").expect("writes");
        fs::write(stage.path("fake/current-context"), contexts[0]).expect("writes");
        stage
    }

    /// The same, and the made-up install.yaml is the one that the scripts expect.
    fn with_argo_cd(contexts: &[&str]) -> Self {
        let stage = Self::new(contexts);
        let checksum: String = Sha256::digest(INSTALL)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let library = stage.path("tree/bootstrap/lib.sh");
        let text = fs::read_to_string(&library).expect("is there");
        assert!(text.contains(&ARGO_CD.install_sha256));
        let text = text.replace(&ARGO_CD.install_sha256, &checksum);
        fs::write(library, text).expect("writes");
        stage
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, script: &str, arguments: &[&str], input: &str) -> Run {
        self.run_with(script, arguments, input, &[])
    }

    fn run_with(
        &self,
        script: &str,
        arguments: &[&str],
        input: &str,
        extra: &[(&str, &str)],
    ) -> Run {
        let mut child = Command::new("bash")
            .arg(self.path("tree").join(script))
            .args(arguments)
            .env_clear()
            .env(
                "PATH",
                format!("{}:/usr/bin:/bin", self.path("bin").display()),
            )
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("FAKE", self.path("fake"))
            .envs(extra.iter().copied())
            .current_dir(self.path("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash starts");
        // A script that asks nothing may be gone already.
        let _ = child
            .stdin
            .take()
            .expect("is piped")
            .write_all(input.as_bytes());
        let output = child.wait_with_output().expect("bash ends");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("is UTF-8");
        Run {
            ok: output.status.success(),
            stderr: text(output.stderr),
            stdout: text(output.stdout),
        }
    }

    /// What the stand-ins were called with.
    fn calls(&self) -> String {
        fs::read_to_string(self.path("fake/calls")).unwrap_or_default()
    }

    fn forget_calls(&self) {
        fs::write(self.path("fake/calls"), "").expect("writes");
    }

    /// The objects of the cluster.
    fn objects(&self) -> BTreeMap<String, String> {
        fs::read_dir(self.path("fake/objects"))
            .expect("is there")
            .map(|entry| entry.expect("can be read"))
            .map(|entry| {
                let text = fs::read_to_string(entry.path()).expect("is text");
                (entry.file_name().to_string_lossy().into_owned(), text)
            })
            .collect()
    }

    /// The values of a Secret as they are stored and as they are meant.
    fn values(&self, object: &str) -> Vec<(String, String)> {
        let text = &self.objects()[object];
        let data = text.split_once("\ndata:\n").expect("has data").1;
        data.lines()
            .map(|line| {
                let stored = line.split('"').nth(1).expect("is quoted").to_owned();
                let meant = base64::engine::general_purpose::STANDARD
                    .decode(&stored)
                    .expect("is base64");
                (stored, String::from_utf8(meant).expect("is text"))
            })
            .collect()
    }

    fn assert_untouched(&self, run: &Run) {
        assert!(!run.ok, "{}", run.stderr);
        assert_eq!(self.objects(), BTreeMap::new(), "{}", run.stderr);
        for verb in [" apply ", " create ", " delete "] {
            assert!(!self.calls().contains(verb), "{}", self.calls());
        }
    }
}

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
            "secret.carebase-data.backend-ai-object-storage",
            "secret.carebase-data.backend-api-object-storage",
            "secret.carebase-data.object-storage-root",
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
        text.replace("access-key: \"", "access-key: \"AA"),
    )
    .expect("writes");
    let before = stage.objects();
    let run = stage.run(SCRIPT, &["--yes", "--only-secrets"], "");
    assert!(!run.ok && run.stderr.contains("differs"), "{}", run.stderr);
    assert_eq!(stage.objects(), before);
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

/// Runs a checker if it is installed, and says loudly when it is not.
fn check(program: &str, root: &Path, arguments: &[&str]) {
    let mut command = Command::new(program);
    match command.args(arguments).current_dir(root).output() {
        Ok(output) => assert!(
            output.status.success(),
            "{program}:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("SKIPPED: `{program}` is not installed");
        }
        Err(error) => panic!("{program}: {error}"),
    }
}

#[test]
fn scripts_and_workflows_pass_their_checkers() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let plan = blueprint_plan();
    write(&plan, folder.path());
    let scripts: Vec<&str> = plan
        .files
        .keys()
        .map(String::as_str)
        .filter(|path| path.starts_with("bootstrap/") && path.ends_with(".sh"))
        .collect();
    assert_eq!(scripts.len(), 7);
    for script in &scripts {
        check("bash", folder.path(), &["-n", script]);
    }
    check("shellcheck", folder.path(), &scripts);
    // actionlint looks for the root of a repository.
    fs::create_dir(folder.path().join(".git")).expect("makes the folder");
    check("actionlint", folder.path(), &[]);
    let pedantic = [
        "--offline",
        "--no-config",
        "--no-progress",
        "--persona=pedantic",
        ".",
    ];
    check("zizmor", folder.path(), &pedantic);
}

fn workflows(plan: &Plan) -> BTreeMap<&str, serde_yaml::Value> {
    plan.files
        .iter()
        .filter(|(path, _)| path.starts_with(".github/"))
        .map(|(path, file)| {
            let value = serde_yaml::from_str(&file.content);
            (
                path.as_str(),
                value.unwrap_or_else(|error| panic!("{path}: {error}")),
            )
        })
        .collect()
}

#[test]
fn workflows_may_little_and_pin_every_action() {
    let plan = blueprint_plan();
    let workflows = workflows(&plan);
    let names: Vec<&str> = workflows.keys().copied().collect();
    assert_eq!(
        names,
        [
            ".github/dependabot.yml",
            ".github/workflows/pins-resolve.yml",
            ".github/workflows/promote.yml",
            ".github/workflows/release.yml",
            ".github/workflows/validate.yml",
        ]
    );
    let mut pinned = 0;
    for (path, workflow) in workflows.iter().skip(1) {
        let empty = serde_yaml::Value::Mapping(serde_yaml::Mapping::new());
        assert_eq!(workflow["permissions"], empty, "{path}");
        for (_, job) in workflow["jobs"].as_mapping().expect("has jobs") {
            assert!(job["timeout-minutes"].as_u64().is_some(), "{path}");
            for (_, right) in job["permissions"].as_mapping().expect("has rights") {
                assert_eq!(right.as_str(), Some("read"), "{path}");
            }
            for step in job["steps"].as_sequence().expect("has steps") {
                if let Some(script) = step["run"].as_str() {
                    assert!(!script.contains("${{"), "{path}: {script}");
                }
                let Some(uses) = step["uses"].as_str() else {
                    continue;
                };
                let commit = uses.rsplit_once('@').expect("is pinned").1;
                let hexadecimal = commit.bytes().all(|b| b.is_ascii_hexdigit());
                assert!(commit.len() == 40 && hexadecimal, "{path}: {uses}");
                pinned += 1;
                if uses.starts_with("actions/checkout@") {
                    assert_eq!(step["with"]["persist-credentials"].as_bool(), Some(false));
                }
            }
        }
    }
    assert_eq!(pinned, 10);
    let options = &workflows[".github/workflows/promote.yml"]["on"]["workflow_dispatch"]["inputs"]
        ["promotion"]["options"];
    assert_eq!(options[0].as_str(), Some("staging->production"));
}

#[test]
fn a_platform_without_services_promotions_and_laptop_has_no_part_for_them() {
    let plan = plan_of(
        "schema = 1\n[platform]\nname = \"bare\"\nrepository = \"https://git.example/ops/platform\"\n\
         registry = \"registry.example/bare\"\n[residency.jurisdictions.ES]\ncountries = [\"ES\"]\n\
         [regions.es]\njurisdiction = \"ES\"\nprovider = \"gcp\"\nlocation = \"europe-southwest1\"\n\
         domain = \"es.bare.example\"\n[environments.production]\nregions = [\"es\"]\n",
    );
    for missing in [
        ".github/workflows/promote.yml",
        ".github/workflows/release.yml",
    ] {
        assert!(!plan.files.contains_key(missing), "{missing}");
    }
    assert!(!plan.files["Makefile"].content.contains("dev"));
    let pins = &plan.files[".github/workflows/pins-resolve.yml"].content;
    assert!(pins.contains("environment: registry") && pins.contains("REGISTRY: registry.example"));
    assert!(
        plan.files["bootstrap/production/es/bootstrap.sh"]
            .content
            .contains(" no '' ")
    );
    assert!(
        !plan.files["docs/secrets.md"]
            .content
            .contains("object-storage")
    );
}

#[test]
fn pages_name_every_cell_and_secret() {
    let plan = blueprint_plan();
    let page = |name: &str| plan.files[&format!("docs/{name}")].content.as_str();
    for cell in [
        "dev-local/local",
        "staging/tr",
        "staging/es",
        "production/tr",
        "production/es",
    ] {
        for name in [
            "environments.md",
            "runbook.md",
            "secrets.md",
            "disaster-recovery.md",
        ] {
            assert!(page(name).contains(&format!("`{cell}`")), "{name}: {cell}");
        }
        let script = format!("bootstrap/{cell}/bootstrap.sh");
        assert!(page("runbook.md").contains(&script), "{script}");
        assert!(plan.files[&script].executable);
    }
    assert!(page("secrets.md").contains("| `carebase-apps` | `backend-ai-object-storage` |"));
    assert!(page("disaster-recovery.md").contains("renders no backups"));
    // Every link between pages leads to a page.
    for name in plan
        .files
        .keys()
        .filter_map(|path| path.strip_prefix("docs/"))
    {
        for target in page(name)
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            assert!(
                plan.files.contains_key(&format!("docs/{target}")),
                "{name}: {target}"
            );
        }
    }
}

#[test]
fn files_that_people_extend_are_theirs() {
    let plan = blueprint_plan();
    for path in [".gitignore", ".gitattributes", ".github/dependabot.yml"] {
        assert_eq!(plan.files[path].kind, FileKind::Custom, "{path}");
    }
    assert_eq!(plan.files["Makefile"].kind, FileKind::Generated);
    let k3d = &plan.files["bootstrap/dev-local/k3d.yaml"].content;
    assert!(!k3d.contains('$'), "k3d would replace it");
}
