//! The script that makes buckets and users, run by a shell against a stand-in for the store's client, with nothing else on
//! its path than the core utilities that the client's image has.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write folders and run the script in them"
)]

use crate::bootstrap::stage::{blueprint_plan, executable};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const SCRIPT: &str = "cluster/data/object-storage/setup.sh";
/// What of the core utilities the script and the stand-in may use.
const UTILITIES: [&str; 6] = ["cat", "cp", "mkdir", "rm", "sh", "sleep"];

/// A store made of files, and what a cell wants of it.
struct Store {
    folder: TempDir,
}

impl Store {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("makes a folder");
        let store = Self { folder };
        for name in [
            "bin",
            "home",
            "keys/root",
            "wanted",
            "fake/users",
            "fake/policies",
            "fake/buckets",
        ] {
            fs::create_dir_all(store.path(name)).expect("makes the folder");
        }
        for name in UTILITIES {
            let program = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(name));
            let program = program
                .iter()
                .find(|path| path.exists())
                .expect("is installed");
            symlink(program, store.path("bin").join(name)).expect("links");
        }
        let client = store.path("bin/mc");
        fs::write(&client, include_str!("object_storage/mc.sh")).expect("writes");
        executable(&client);
        fs::write(
            store.path(SCRIPT.rsplit('/').next().expect("a name")),
            &blueprint_plan().files[SCRIPT].content,
        )
        .expect("writes");
        store.write("fake/root", "root secret-of-root\n");
        store.write("keys/root/root-user", "root");
        store.write("keys/root/root-password", "secret-of-root");
        store.write("wanted/region", "tr");
        store
    }

    /// The store of a cell with a bucket for a service and one for backups.
    fn of_a_cell() -> Self {
        let store = Self::new();
        store.write(
            "wanted/bucket.cb-tr-objects",
            "versions=30 lock=none quota=1073741824",
        );
        store.write(
            "wanted/bucket.cb-tr-backups",
            "versions=30 lock=14 quota=none",
        );
        store.want("api", "read-write cb-tr-objects", "KEYAPI1");
        store.want("postgres", "backup cb-tr-backups", "KEYPG1");
        store
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("makes the folder");
        fs::write(path, text).expect("writes");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A user with rights and keys.
    fn want(&self, user: &str, line: &str, key: &str) {
        self.write(&format!("wanted/user.{user}"), line);
        self.write(&format!("keys/users/{user}/access-key"), key);
        self.write(
            &format!("keys/users/{user}/secret-key"),
            &format!("canary-{key}\n"),
        );
    }

    /// Runs the script; what it said, and whether it went well.
    fn run(&self) -> (bool, String) {
        let output = Command::new(self.path("bin/sh"))
            .arg(self.path("setup.sh"))
            .env_clear()
            .env("PATH", self.path("bin"))
            .env("HOME", self.path("home"))
            .env("FAKE", self.path("fake"))
            .env("KEYS", self.path("keys"))
            .env("WANTED", self.path("wanted"))
            .env("STORE_URL", "https://object-storage:9000")
            .envs([("TRIES", "2"), ("PAUSE", "0")])
            .output()
            .expect("the shell starts");
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said.into_owned())
    }

    #[track_caller]
    fn run_well(&self) {
        let (ok, said) = self.run();
        assert!(ok, "{said}");
    }

    #[track_caller]
    fn run_badly(&self, because: &str) {
        let (ok, said) = self.run();
        assert!(!ok && said.contains(because), "{said}");
    }

    /// Every file of the store with its text, by path.
    fn state(&self) -> BTreeMap<String, String> {
        walkdir::WalkDir::new(self.path("fake"))
            .into_iter()
            .map(|entry| entry.expect("can be read"))
            .filter(|entry| entry.file_type().is_file() && entry.file_name() != "calls")
            .map(|entry| {
                let path = entry
                    .path()
                    .strip_prefix(self.path("fake"))
                    .expect("is below");
                let text = fs::read_to_string(entry.path()).expect("is text");
                (path.display().to_string(), text)
            })
            .collect()
    }

    fn users(&self) -> Vec<String> {
        self.names("fake/users")
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("is there");
        let mut names: Vec<String> = entries
            .map(|entry| {
                entry
                    .expect("can be read")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn policy(&self, user: &str) -> Json {
        let text = self.read(&format!("fake/policies/platform-{user}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

#[test]
fn a_store_is_made_once_and_a_second_run_changes_nothing() {
    let store = Store::of_a_cell();
    store.run_well();
    let first = store.state();
    assert_eq!(first["buckets/cb-tr-objects/versions"], "enabled\n");
    assert_eq!(first["buckets/cb-tr-objects/quota"], "1073741824\n");
    assert!(!first.contains_key("buckets/cb-tr-objects/locked"));
    assert_eq!(first["buckets/cb-tr-backups/locked"], "14d\n");
    assert!(!first.contains_key("buckets/cb-tr-backups/quota"));
    assert_eq!(store.users(), ["KEYAPI1", "KEYPG1"]);
    assert!(first.contains_key("users/KEYAPI1/policies/platform-api"));
    let rules: Json = serde_json::from_str(&first["buckets/cb-tr-objects/rules"]).expect("is JSON");
    assert_eq!(rules["Rules"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        rules["Rules"][0]["NoncurrentVersionExpiration"]["NoncurrentDays"],
        30
    );

    store.run_well();
    assert_eq!(store.state(), first);
}

#[test]
fn rights_reach_no_further_than_ones_own_buckets() {
    let store = Store::of_a_cell();
    store.write(
        "wanted/bucket.cb-tr-exports",
        "versions=7 lock=none quota=none",
    );
    store.want("api", "read-write cb-tr-exports cb-tr-objects", "KEYAPI1");
    store.run_well();
    for (user, buckets) in [
        ("api", &["cb-tr-exports", "cb-tr-objects"][..]),
        ("postgres", &["cb-tr-backups"][..]),
    ] {
        let policy = store.policy(user);
        let statements = policy["Statement"].as_array().expect("a list");
        let own: Vec<String> = buckets
            .iter()
            .map(|name| format!("arn:aws:s3:::{name}"))
            .collect();
        let inside: Vec<String> = own.iter().map(|name| format!("{name}/*")).collect();
        let resources: Vec<&Json> = statements
            .iter()
            .map(|statement| &statement["Resource"])
            .collect();
        assert_eq!(
            resources,
            [
                &Json::from(own),
                &Json::from(inside.clone()),
                &Json::from(inside)
            ]
        );
        let actions = |effect: &str| -> Vec<String> {
            statements
                .iter()
                .filter(|statement| statement["Effect"] == effect)
                .flat_map(|statement| statement["Action"].as_array().expect("a list"))
                .map(|action| action.as_str().expect("a text").to_owned())
                .collect()
        };
        // What would let a stolen key destroy what is stored, or open it to others.
        for action in actions("Allow") {
            let harmless = [
                "s3:Get",
                "s3:List",
                "s3:PutObject",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
            ]
            .iter()
            .any(|start| action.starts_with(start));
            let whole = !action.contains('*')
                && action != "s3:DeleteObjectVersion"
                && !action.contains("Retention");
            assert!(harmless && whole, "{action}");
        }
        // One server takes the right to delete an object for the right to delete its versions.
        assert_eq!(
            actions("Deny"),
            ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion"]
        );
        let reads_versions = actions("Allow")
            .iter()
            .any(|action| action == "s3:GetObjectVersion");
        assert_eq!(reads_versions, user == "postgres");
    }
}

#[test]
fn a_key_that_was_replaced_opens_nothing_any_more() {
    let store = Store::of_a_cell();
    store.run_well();
    // Somebody's own user and policy are none of the script's business.
    store.write("fake/policies/auditors", "{}");
    store.write("fake/users/AUDITOR/policies/auditors", "");
    store.write("fake/users/NOBODY/secret", "without any policy");
    store.want("api", "read-write cb-tr-objects", "KEYAPI2");
    store.run_well();
    assert_eq!(store.users(), ["AUDITOR", "KEYAPI2", "KEYPG1", "NOBODY"]);

    // The same key with another secret.
    store.write("keys/users/api/secret-key", "another");
    store.run_well();
    assert_eq!(store.read("fake/users/KEYAPI2/secret"), "another\n");

    // A consumer that is gone takes its policy along, and what another one had of it.
    store.write("fake/users/KEYAPI2/policies/platform-postgres", "");
    fs::remove_file(store.path("wanted/user.postgres")).expect("is there");
    store.run_well();
    assert_eq!(store.users(), ["AUDITOR", "KEYAPI2", "NOBODY"]);
    assert_eq!(store.names("fake/policies"), ["auditors", "platform-api"]);
    assert_eq!(store.names("fake/users/KEYAPI2/policies"), ["platform-api"]);
    // Buckets and what is in them stay, whatever is declared.
    assert_eq!(
        store.names("fake/buckets"),
        ["cb-tr-backups", "cb-tr-objects"]
    );
}

#[test]
fn no_secret_is_an_argument_or_is_said() {
    let store = Store::of_a_cell();
    let (ok, said) = store.run();
    assert!(ok, "{said}");
    let seen = format!("{said}{}", store.read("fake/calls"));
    for secret in ["canary-", "secret-of-root"] {
        assert!(!seen.contains(secret), "{seen}");
    }
    assert!(!store.read("fake/calls").contains("--insecure"));
}

#[test]
fn what_cannot_be_done_stops_the_script_before_keys_are_shut_out() {
    let lock = "a bucket that was made without locks never has them";
    let store = Store::of_a_cell();
    store.run_well();
    store.want("api", "read-write cb-tr-objects", "KEYAPI2");
    let before = store.users();
    store.write(
        "wanted/bucket.cb-tr-objects",
        "versions=30 lock=7 quota=none",
    );
    store.run_badly(lock);
    store.write("wanted/bucket.cb-tr-objects", "versions=30 lock=none");
    store.run_badly("has no quota");
    store.write(
        "wanted/bucket.cb-tr-objects",
        "versions=30 lock=none quota=none",
    );
    store.write("keys/users/api/access-key", "");
    store.run_badly("access-key is empty");
    store.want("api", "admin cb-tr-objects", "KEYAPI2");
    store.run_badly("there are no rights `admin`");
    store.want("api", "read-write", "KEYAPI2");
    store.run_badly("without buckets");
    store.want("api", "read-write cb-tr-objects", "root");
    store.run_badly("is that of root");
    store.want("api", "read-write cb-tr-objects", "KEYAPI2");
    for step in [
        "version enable",
        "ilm rule import",
        "quota clear",
        "admin policy create",
        "admin user add",
        "admin policy attach",
    ] {
        store.write("fake/fail", &format!("{step}\n"));
        store.run_badly("told to fail");
    }
    assert!(
        before.iter().all(|key| store.users().contains(key)),
        "{:?}",
        store.users()
    );
    for step in [
        "--json admin user list",
        "admin user remove",
        "--json admin policy list",
    ] {
        store.write("fake/fail", &format!("{step}\n"));
        store.run_badly("told to fail");
    }
    fs::remove_file(store.path("fake/fail")).expect("is there");
    store.run_well();
    assert_eq!(store.users(), ["KEYAPI2", "KEYPG1"]);
}

#[test]
fn a_store_that_refuses_root_is_reported_with_its_own_words() {
    let store = Store::of_a_cell();
    store.write("keys/root/root-password", "another");
    store.run_badly("the Access Key Id you provided does not exist");
    assert_eq!(store.users(), Vec::<String>::new());
}
