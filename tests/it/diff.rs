//! `diff` on real git repositories, as a person and as a workflow run it.
#![allow(
    clippy::disallowed_methods,
    reason = "writes repositories and starts the binary"
)]

use crate::support::project;
use crate::support::run::{Ran, command, platformctl, ran};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const DECLARATION: &str = r#"schema = 1
[platform]
name = "carebase"
repository = "https://github.com/acme/platform"
registry = "ghcr.io/acme"
[residency.jurisdictions.TR]
countries = ["TR"]
[residency.jurisdictions.ES]
countries = ["ES"]
[regions.tr]
jurisdiction = "TR"
provider = "onprem"
location = "ist-dc1"
domain = "tr.carebase.example"
[regions.es]
jurisdiction = "ES"
provider = "gcp"
location = "europe-southwest1"
domain = "es.carebase.example"
[environments.production]
regions = ["es", "tr"]
"#;

const WEB: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: ghcr.io/acme/web:v1
";

/// A platform of two cells, each with the unit `web`, committed.
struct Platform {
    folder: tempfile::TempDir,
    /// Where the platform is in the repository.
    below: &'static str,
}

impl Platform {
    fn new() -> Self {
        Self::below("")
    }

    fn below(below: &'static str) -> Self {
        let this = Self {
            folder: tempfile::tempdir().expect("a folder"),
            below,
        };
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main").external_template(false);
        git2::Repository::init_opts(this.folder.path(), &options).expect("a repository");
        this.put("platform.toml", DECLARATION);
        this.put("cluster/apps/web/web.yaml", WEB);
        this.put(
            "cluster/apps/web/kustomization.yaml",
            "resources: [web.yaml]\n",
        );
        for region in ["es", "tr"] {
            this.cell(region);
        }
        this.commit("start");
        this
    }

    fn cell(&self, region: &str) {
        let overlay = format!("cluster/overlays/production/{region}");
        self.put(
            &format!("{overlay}/kustomization.yaml"),
            "resources: [applications.yaml]\n",
        );
        let path = format!("{overlay}/web");
        self.put(
            &format!("{overlay}/applications.yaml"),
            &application("web", &path, ""),
        );
        self.put(
            &format!("{path}/kustomization.yaml"),
            "resources: [../../../../apps/web]\n",
        );
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join(self.below)
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = std::fs::read_to_string(self.root().join(path)).expect("a file");
        assert!(text.contains(from), "{path} has no `{from}`");
        self.put(path, &text.replace(from, to));
    }

    fn git(&self) -> git2::Repository {
        git2::Repository::open(self.folder.path()).expect("a repository")
    }

    fn commit(&self, message: &str) -> String {
        commit(&self.git(), message)
    }

    fn diff(&self, arguments: &[&str]) -> Ran {
        let mut all = vec!["diff"];
        all.extend(arguments);
        platformctl(&self.root(), &all)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let mut all = vec!["--format", "json"];
        all.extend(arguments);
        let ran = self.diff(&all);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{}", ran.out);
        serde_json::from_str(&ran.out).expect("JSON")
    }
}

fn commit(git: &git2::Repository, message: &str) -> String {
    let mut index = git.index().expect("an index");
    index
        .add_all(["*"], git2::IndexAddOption::DEFAULT, None)
        .expect("added");
    index.update_all(["*"], None).expect("updated");
    index.write().expect("written");
    let tree = index.write_tree().expect("a tree");
    let tree = git.find_tree(tree).expect("a tree");
    let by = git2::Signature::now("Test Person", "test@person.example").expect("a signature");
    let parent = git.head().ok().and_then(|head| head.peel_to_commit().ok());
    let parents: Vec<&git2::Commit<'_>> = parent.iter().collect();
    git.commit(Some("HEAD"), &by, &by, message, &tree, &parents)
        .expect("a commit")
        .to_string()
}

fn application(name: &str, path: &str, more: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}, namespace: argocd}}\nspec:\n  \
         source: {{repoURL: 'https://github.com/acme/platform', path: {path}, targetRevision: main{more}}}\n  \
         destination: {{server: 'https://kubernetes.default.svc', namespace: apps}}\n  syncPolicy: {{automated: {{prune: true}}}}\n"
    )
}

/// `kind name: mark, mark` of every object.
fn told(difference: &Value) -> Vec<String> {
    let objects = difference["objects"].as_array().expect("objects");
    let line = |object: &Value| {
        let marks = object["marks"].as_array().expect("marks").iter();
        let marks: Vec<&str> = marks.filter_map(|mark| mark["mark"].as_str()).collect();
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {} {}: {}",
            text("change"),
            text("kind"),
            text("name"),
            marks.join(", ")
        )
    };
    objects.iter().map(line).collect()
}

#[test]
fn nothing_differs_from_what_is_committed() {
    let platform = Platform::new();
    let ran = platform.diff(&["--exit-code"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .ends_with("to the work tree: no difference in 2 cells\n"),
        "{ran:?}"
    );
}

#[test]
fn a_change_of_a_base_is_told_once_for_all_cells() {
    let platform = Platform::new();
    platform.edit("cluster/apps/web/web.yaml", "web:v1", "web:v2");
    let found = platform.json(&[]);
    assert_eq!(found["version"], 1);
    assert_eq!(told(&found), ["changed Deployment web: restart, image"]);
    assert_eq!(
        found["objects"][0]["cells"],
        serde_json::json!(["production/es", "production/tr"])
    );
    assert_eq!(found["summary"]["changed"], 2);
    assert_eq!(found["summary"]["marks"]["restart"], 2);
    assert_eq!(platform.diff(&[]).code, 0);
    assert_eq!(platform.diff(&["--exit-code"]).code, 1);
    let one = platform.json(&["--cell", "production/tr"]);
    assert_eq!(
        one["objects"][0]["cells"],
        serde_json::json!(["production/tr"])
    );
}

#[test]
fn the_base_is_where_the_branch_parted_from_origins() {
    let platform = Platform::new();
    let git = platform.git();
    let start = git.head().expect("HEAD").target().expect("a commit");
    // Somebody merged something else into main meanwhile.
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 5");
    platform.commit("theirs");
    let theirs = git.head().expect("HEAD").target().expect("a commit");
    git.reference("refs/remotes/origin/main", theirs, true, "test")
        .expect("a reference");
    let start = git.find_object(start, None).expect("a commit");
    git.reset(&start, git2::ResetType::Hard, None)
        .expect("reset");
    platform.edit("cluster/apps/web/web.yaml", "web:v1", "web:v2");
    platform.commit("ours");
    git.remote("origin", "https://github.com/acme/platform")
        .expect("a remote");
    let found = platform.json(&[]);
    assert_eq!(told(&found), ["changed Deployment web: restart, image"]);
    let name = found["before"]["name"].as_str().expect("a name");
    assert!(
        name.starts_with("the merge base with origin/main ("),
        "{name}"
    );
    let against = platform.json(&["origin/main"]);
    assert_eq!(
        told(&against),
        ["changed Deployment web: restart, image, replicas"]
    );
    let mut known = git
        .find_reference("refs/remotes/origin/main")
        .expect("it is there");
    known.delete().expect("deleted");
    let ran = platform.diff(&[]);
    let said = "; origin/main is not known here) to the work tree: no difference";
    assert!(ran.out.contains(said), "{ran:?}");
}

#[test]
fn two_revisions_are_compared_without_the_work_tree() {
    let platform = Platform::new();
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 3");
    let second = platform.commit("more");
    platform.put("platform.toml", "this is not TOML");
    let found = platform.json(&["HEAD~1..HEAD"]);
    assert_eq!(told(&found), ["changed Deployment web: replicas"]);
    assert_eq!(found["after"]["commit"], second.as_str());
    let back = platform.json(&["HEAD..HEAD~1"]);
    let fields = &back["objects"][0]["fields"][0];
    assert_eq!(
        (&fields["before"], &fields["after"]),
        (&"3".into(), &"2".into())
    );
    assert_eq!(platform.diff(&[]).code, 2, "the work tree is not valid");
}

#[test]
fn a_revision_that_is_not_there_is_refused_with_a_remedy() {
    let platform = Platform::new();
    for wrong in [
        "nonsense",
        "HEAD~9",
        "nonsense..HEAD",
        "HEAD..nonsense",
        "HEAD:platform.toml",
    ] {
        let ran = platform.diff(&[wrong]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{wrong}: {ran:?}");
        assert!(
            ran.err.contains("names no commit of this repository"),
            "{ran:?}"
        );
        assert!(
            ran.err.contains("help: name a branch, a tag or a commit"),
            "{ran:?}"
        );
    }
    let ran = platform.diff(&["--cell", "production/tt"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("did you mean `production/tr`?"), "{ran:?}");
    assert_eq!(platform.diff(&["--max-bytes", "10"]).code, 2);
}

#[test]
fn without_git_or_commits_there_is_nothing_to_compare_with() {
    let platform = Platform::new();
    std::fs::remove_dir_all(platform.root().join(".git")).expect("removed");
    let ran = platform.diff(&[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("is in no git repository") && ran.err.contains("help: "),
        "{ran:?}"
    );
    git2::Repository::init(platform.root()).expect("a repository");
    let ran = platform.diff(&[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("has no commit yet"), "{ran:?}");
}

#[test]
fn a_platform_may_be_in_a_folder_of_its_repository() {
    let platform = Platform::below("ops/platform");
    assert!(
        platform.json(&[])["objects"]
            .as_array()
            .expect("a list")
            .is_empty()
    );
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 3");
    assert_eq!(
        told(&platform.json(&[])),
        ["changed Deployment web: replicas"]
    );
}

#[test]
fn cells_come_from_the_declaration_of_each_side() {
    let platform = Platform::new();
    platform.edit(
        "platform.toml",
        "regions = [\"es\", \"tr\"]",
        "regions = [\"es\"]",
    );
    let found = platform.json(&[]);
    assert_eq!(found["cells"][0]["cell"], "production/tr");
    assert_eq!(found["cells"][0]["change"], "removed");
    assert_eq!(found["cells"][0]["kinds"]["Deployment"], 1);
    assert_eq!(found["summary"]["differingCells"], 1);
    platform.commit("one cell");
    let found = platform.json(&["HEAD..HEAD~1"]);
    assert_eq!(found["cells"][0]["change"], "added");
    let ran = platform.diff(&["HEAD..HEAD~1"]);
    assert!(
        ran.out.contains("cell production/tr is added: 2 objects"),
        "{}",
        ran.out
    );
}

#[test]
fn a_declaration_that_is_no_longer_valid_leaves_the_overlays() {
    let platform = Platform::new();
    platform.edit("platform.toml", "schema = 1", "schema = 1\nformer-key = 1");
    platform.commit("another version's");
    platform.edit("platform.toml", "former-key = 1\n", "");
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 3");
    let ran = platform.diff(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("is not valid"), "{ran:?}");
    assert!(
        ran.out.contains("objects: 2 changed; in 2 of 2 cells"),
        "{}",
        ran.out
    );
}

#[test]
fn applications_are_followed_as_far_as_they_lead() {
    let platform = Platform::new();
    let inner = application("inner", "cluster/plain", ", directory: {recurse: true}");
    platform.put("cluster/overlays/production/es/web/inner.yaml", &inner);
    platform.put(
        "cluster/overlays/production/es/web/kustomization.yaml",
        "resources: [../../../../apps/web, inner.yaml]\n",
    );
    let map = |value: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: deep}}\ndata: {{a: '{value}'}}\n"
        )
    };
    platform.put("cluster/plain/below/deep.yaml", &map("1"));
    platform.put("cluster/plain/README.md", "no manifest\n");
    platform.commit("nested");
    platform.put("cluster/plain/below/deep.yaml", &map("2"));
    let found = platform.json(&[]);
    assert_eq!(told(&found), ["changed ConfigMap deep: "]);
    assert_eq!(found["objects"][0]["unit"], "inner");
}

#[test]
fn what_argo_cd_does_otherwise_is_said_and_not_guessed() {
    let platform = Platform::new();
    let path = "cluster/overlays/production/es/applications.yaml";
    let web = "cluster/overlays/production/es/web";
    platform.put(
        path,
        &application("web", web, "").replace("targetRevision: main", "targetRevision: v1"),
    );
    let found = platform.json(&["--cell", "production/es"]);
    assert_eq!(
        told(&found),
        ["changed Application web: "],
        "its objects do not look removed"
    );
    let unknown = &found["notCompared"][0];
    assert_eq!(
        (&unknown["unit"], &unknown["whole"]),
        (&"web".into(), &true.into())
    );
    assert_eq!(unknown["side"], "after");
    platform.put(
        path,
        &application("web", web, ", kustomize: {namePrefix: x-}"),
    );
    let found = platform.json(&["--cell", "production/es"]);
    assert_eq!(
        found["notCompared"][0]["whole"], false,
        "compared, with a caution"
    );
}

#[test]
fn what_does_not_build_is_a_finding_and_nothing_removed() {
    let platform = Platform::new();
    platform.put(
        "cluster/overlays/production/tr/web/kustomization.yaml",
        "resources: [nowhere]\n",
    );
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 3");
    let ran = platform.diff(&["--format", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err
            .contains("cluster/overlays/production/tr/web/kustomization.yaml:1"),
        "{}",
        ran.err
    );
    let found: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(told(&found), ["changed Deployment web: replicas"]);
    assert_eq!(
        found["objects"][0]["cells"],
        serde_json::json!(["production/es"])
    );
    // Mending what is broken on the other side must be possible.
    platform.commit("broken");
    platform.put(
        "cluster/overlays/production/tr/web/kustomization.yaml",
        "resources: [../../../../apps/web]\n",
    );
    let ran = platform.diff(&[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out
            .contains("not compared: unit web of production/tr in HEAD"),
        "{}",
        ran.out
    );
}

/// Puts further manifests into both cells.
fn with(platform: &Platform, manifests: &str) {
    platform.put("cluster/apps/web/more.yaml", manifests);
    platform.put(
        "cluster/apps/web/kustomization.yaml",
        "resources: [web.yaml, more.yaml]\n",
    );
}

#[test]
fn no_format_shows_a_secret() {
    let platform = Platform::new();
    let manifests = |secret: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s, namespace: apps}}\nstringData:\n  password: {secret}\n  file: |\n    first\n    {secret}\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: apps}}\ndata:\n  app.ini: |\n    password = {secret}\n    url = postgres://web:{secret}@db/web\n"
        )
    };
    with(&platform, &manifests("canary-one"));
    platform.commit("secrets");
    with(&platform, &manifests("canary-two"));
    for revision in ["HEAD", "HEAD~1", "HEAD..HEAD~1"] {
        for format in ["human", "markdown", "json"] {
            let ran = platform.diff(&[revision, "--format", format, "-v"]);
            assert_eq!(ran.code, 0, "{ran:?}");
            assert!(
                !ran.out.contains("canary") && !ran.err.contains("canary"),
                "{}",
                ran.out
            );
            assert!(ran.out.contains('s'), "it is told that they differ");
        }
    }
    let found = platform.json(&[]);
    let changes: Vec<String> = found["objects"]
        .as_array()
        .expect("objects")
        .iter()
        .flat_map(|object| object["fields"].as_array().expect("fields"))
        .map(|field| format!("{} {}", field["path"], field["change"]))
        .collect();
    assert_eq!(
        changes,
        [
            "\"data[\\\"app.ini\\\"]\" \"hidden\"",
            "\"stringData.file\" \"hidden\"",
            "\"stringData.password\" \"hidden\"",
        ]
    );
}

#[test]
fn markdown_keeps_to_its_limit_and_begins_with_what_matters() {
    let platform = Platform::new();
    let mut manifests = String::new();
    for number in 0..300 {
        let _ = write!(
            manifests,
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: map-{number:03}, namespace: apps}}\ndata:\n  text: |\n    {}\n---\n",
            "first words ".repeat(20)
        );
    }
    manifests.push_str(
        "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: zz, namespace: apps}\n",
    );
    with(&platform, &manifests);
    platform.commit("much");
    let (maps, _) = manifests.rsplit_once("---\n").expect("a claim");
    with(&platform, &maps.replace("first", "other"));
    let mut lengths = Vec::new();
    for limit in [2_000, 5_000, 20_000, 60_000, 1_000_000] {
        let ran = platform.diff(&["--format", "markdown", "--max-bytes", &limit.to_string()]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.len() <= limit, "{} of {limit}", ran.out.len());
        assert!(
            ran.out
                .contains("**deletion** `PersistentVolumeClaim apps/zz`"),
            "{limit}"
        );
        let complete = limit == 1_000_000;
        assert_eq!(
            ran.out.contains("**Not everything is shown:**"),
            !complete,
            "{limit}"
        );
        assert_eq!(
            ran.out.contains("map-299"),
            complete || limit == 60_000,
            "{limit}"
        );
        let claim = ran.out.find("<code>PersistentVolumeClaim apps/zz");
        let map = ran.out.find("<code>ConfigMap apps/map-000");
        assert!(
            claim.is_some() && map.is_none_or(|map| claim < Some(map)),
            "{limit}"
        );
        assert_eq!(
            ran.out.matches("<details>").count(),
            ran.out.matches("</details>").count()
        );
        lengths.push(ran.out.len());
    }
    assert!(lengths.is_sorted(), "{lengths:?}");
    let unlimited = platform.diff(&["--format", "markdown"]).out;
    assert!(unlimited.chars().count() < 65_536);
}

#[test]
fn nothing_in_a_file_breaks_out_of_the_markdown() {
    let platform = Platform::new();
    with(
        &platform,
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: apps}\ndata:\n  a: |\n    ````\n    </details> @everyone\n    \u{1f600}\n",
    );
    let out = platform.diff(&["--format", "markdown"]).out;
    let fence = out
        .lines()
        .find(|line| line.ends_with("diff"))
        .expect("a fence");
    assert_eq!(fence, "`````diff", "{out}");
    assert_eq!(
        out.lines().filter(|line| *line == "`````").count(),
        1,
        "{out}"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let platform = Platform::new();
    platform.edit("cluster/apps/web/web.yaml", "web:v1", "web:v2");
    with(
        &platform,
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n",
    );
    for format in ["human", "markdown", "json"] {
        let first = platform.diff(&["--format", format]).out;
        assert!(first.contains("Namespace"), "{first}");
        for threads in ["1", "2", "7"] {
            let again = command(&platform.root())
                .args(["diff", "--format", format])
                .env("RAYON_NUM_THREADS", threads)
                .output()
                .expect("the binary starts");
            assert_eq!(ran(again).out, first, "{format} on {threads} threads");
        }
    }
}

#[cfg(unix)]
#[test]
fn symlinks_lead_to_the_same_in_git_as_on_disk() {
    let platform = Platform::new();
    let link = platform
        .root()
        .join("cluster/overlays/production/tr/linked");
    std::os::unix::fs::symlink("../../../apps/web", link).expect("a symlink");
    platform.put(
        "cluster/overlays/production/tr/web/kustomization.yaml",
        "resources: [../linked]\n",
    );
    assert_eq!(
        platform.diff(&["--exit-code"]).code,
        0,
        "the same objects by another way"
    );
    platform.commit("linked");
    platform.edit("cluster/apps/web/web.yaml", "replicas: 2", "replicas: 3");
    let found = platform.json(&["HEAD"]);
    assert_eq!(found["summary"]["changed"], 2, "{found}");
    assert!(found["notCompared"].as_array().expect("a list").is_empty());
}

/// The example as it is rendered, in a repository of its own.
fn example() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("example");
    copy(&project().join("platform-example"), &root);
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main").external_template(false);
    let git = git2::Repository::init_opts(&root, &options).expect("a repository");
    commit(&git, "start");
    (folder, root)
}

fn copy(from: &Path, to: &Path) {
    for (path, bytes) in crate::support::tree(from) {
        let path = to.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
}

#[test]
fn a_new_port_in_the_example_is_told_as_what_it_does() {
    let (_folder, root) = example();
    let ran = platformctl(&root, &["diff", "--exit-code"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("no difference in 5 cells"), "{}", ran.out);
    let path = root.join("platform.toml");
    let text = std::fs::read_to_string(&path).expect("a file");
    let changed = text.replace("= 8000", "= 8010");
    assert_ne!(text, changed, "the example has a service on port 8000");
    std::fs::write(&path, changed).expect("written");
    let ran = platformctl(&root, &["render"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = platformctl(&root, &["diff", "--format", "json"]);
    let found: Value = serde_json::from_str(&ran.out).expect("JSON");
    let marks = found["summary"]["marks"].as_object().expect("marks");
    assert!(
        marks.contains_key("restart") && !marks.contains_key("deletion"),
        "{marks:?}"
    );
    assert!(
        !marks.contains_key("immutable") && !marks.contains_key("rbac-widening"),
        "{marks:?}"
    );
    assert_eq!(found["summary"]["added"], 0);
}
