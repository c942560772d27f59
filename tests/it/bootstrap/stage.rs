//! A repository as it is rendered for the blueprint, and a cluster made of files to run its scripts against.

use base64::Engine as _;
use platformctl::blueprint;
use platformctl::catalogue::ARGO_CD;
use platformctl::model;
use platformctl::plan::{self, Plan};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// What the stand-in for curl writes.
const INSTALL: &str = "kind: List\n";

pub(crate) fn blueprint_plan() -> Plan {
    plan_of(&blueprint::platform_toml(&blueprint::defaults()))
}

/// The blueprint without what stands between its object store and its ingress: no database, and Secrets made directly.
pub(crate) fn lean() -> String {
    let text = blueprint::platform_toml(&blueprint::defaults());
    let from = text.find("[components.supabase]").expect("is in it");
    let to = text.find("# [components.ingress]").expect("is in it");
    let text = format!("{}{}", &text[..from], &text[to..]);
    text.replace("\"objects\", \"postgres\", \"supabase\"", "\"objects\"")
}

pub(crate) fn plan_of(text: &str) -> Plan {
    let (platform, _) = model::load(text).unwrap_or_else(|problems| panic!("{problems:#?}"));
    plan::build(&platform).unwrap_or_else(|error| panic!("{error:#}"))
}

pub(crate) fn write(plan: &Plan, root: &Path) {
    for (path, file) in &plan.files {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("has a folder")).expect("makes the folder");
        fs::write(&path, &file.content).expect("writes the file");
        if file.executable {
            executable(&path);
        }
    }
}

pub(crate) fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("sets the mode");
}

/// A rendered repository, a cluster made of files, and programs that pretend to work on it.
pub(crate) struct Stage {
    folder: TempDir,
}

pub(crate) struct Run {
    pub(crate) ok: bool,
    pub(crate) stderr: String,
    pub(crate) stdout: String,
}

impl Stage {
    /// Contexts that kubectl knows; the first one is the current one.
    pub(crate) fn new(contexts: &[&str]) -> Self {
        Self::of(&lean(), contexts)
    }

    /// The same for another declaration.
    pub(crate) fn of(declaration: &str, contexts: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("makes a folder");
        let stage = Self { folder };
        for name in ["tree", "bin", "fake/objects", "home", "tmp"] {
            fs::create_dir_all(stage.path(name)).expect("makes the folder");
        }
        write(&plan_of(declaration), &stage.path("tree"));
        fs::write(stage.path("tree/platform.toml"), declaration).expect("writes");
        symlink(
            env!("CARGO_BIN_EXE_platformctl"),
            stage.path("bin/platformctl"),
        )
        .expect("links");
        let programs = [
            ("kubectl", include_str!("kubectl.sh")),
            ("curl", include_str!("curl.sh")),
            ("k3d", include_str!("k3d.sh")),
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
    pub(crate) fn with_argo_cd(contexts: &[&str]) -> Self {
        Self::new(contexts).with_made_up_argo_cd()
    }

    /// Makes the made-up install.yaml the one that the scripts expect.
    pub(crate) fn with_made_up_argo_cd(self) -> Self {
        let stage = self;
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

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn run(&self, script: &str, arguments: &[&str], input: &str) -> Run {
        self.run_with(script, arguments, input, &[])
    }

    pub(crate) fn run_with(
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
    pub(crate) fn calls(&self) -> String {
        fs::read_to_string(self.path("fake/calls")).unwrap_or_default()
    }

    pub(crate) fn forget_calls(&self) {
        fs::write(self.path("fake/calls"), "").expect("writes");
    }

    /// The objects of the cluster.
    pub(crate) fn objects(&self) -> BTreeMap<String, String> {
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
    pub(crate) fn values(&self, object: &str) -> Vec<(String, String)> {
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

    pub(crate) fn assert_untouched(&self, run: &Run) {
        assert!(!run.ok, "{}", run.stderr);
        assert_eq!(self.objects(), BTreeMap::new(), "{}", run.stderr);
        for verb in [" apply ", " create ", " delete "] {
            assert!(!self.calls().contains(verb), "{}", self.calls());
        }
    }
}
