//! The repository edge, on real repositories.
#![allow(
    clippy::disallowed_methods,
    reason = "writes files of test repositories"
)]

use platformctl::promotion::{MANAGED_TRAILER, Proposal};
use platformctl::repo::{Moved, Published, Repo, check_clean, publish};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const ONE: &str = "cluster/overlays/production/tr/web/pins/kustomization.yaml";
const TWO: &str = "cluster/overlays/production/es/web/pins/kustomization.yaml";

struct Fixture {
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new() -> Self {
        let fixture = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let git = git2::Repository::init_opts(
            fixture.root(),
            git2::RepositoryInitOptions::new().initial_head("main"),
        )
        .expect("init");
        let mut config = git.config().expect("config");
        config.set_str("user.name", "Test Person").expect("set");
        config
            .set_str("user.email", "test@person.example")
            .expect("set");
        config.set_bool("core.autocrlf", false).expect("set");
        fixture.put("platform.toml", "schema = 1\n");
        fixture.put(ONE, "one: 1\n");
        fixture.put(TWO, "two: 1\n");
        fixture.commit_all("start");
        fixture
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn put(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn git(&self) -> git2::Repository {
        git2::Repository::open(self.root()).expect("open")
    }

    fn repo(&self) -> Repo {
        Repo::discover(self.root())
            .expect("opens")
            .expect("a repository")
    }

    fn commit_all(&self, message: &str) -> String {
        let git = self.git();
        let mut index = git.index().expect("index");
        index
            .add_all(["*"], git2::IndexAddOption::DEFAULT, None)
            .expect("add");
        index.write().expect("write");
        let tree = git
            .find_tree(index.write_tree().expect("tree"))
            .expect("tree");
        let by = git.signature().expect("signature");
        let parent = git.head().ok().and_then(|head| head.peel_to_commit().ok());
        git.commit(
            Some("HEAD"),
            &by,
            &by,
            message,
            &tree,
            &parent.iter().collect::<Vec<_>>(),
        )
        .expect("commit")
        .to_string()
    }

    /// A commit of a person on a branch, made without touching the work tree.
    fn commit_on(&self, branch: &str, path: &str, text: &str, message: &str) -> String {
        let repo = self.repo();
        let tip = repo.branch(branch).expect("read").expect("there");
        let files = BTreeMap::from([(path.to_owned(), text.to_owned())]);
        let oid = repo
            .commit(&tip, &files, message, &repo.identity().expect("identity"))
            .expect("commit");
        assert_eq!(
            repo.move_branch(branch, &oid, Some(&tip), "test")
                .expect("moved"),
            Moved::Yes
        );
        oid
    }

    fn head(&self) -> String {
        self.repo().head().expect("head").oid.expect("a commit")
    }

    fn proposal(&self, id: &str, files: &[(&str, &str)]) -> Proposal {
        Proposal {
            branch: "promote/production/all/all".into(),
            base_branch: "main".into(),
            base_oid: self.head(),
            id: id.into(),
            title: "t".into(),
            body: "b".into(),
            headline: "chore(promote): web → production".into(),
            message: format!("web\n\nPromotion-Id: {id}\n{MANAGED_TRAILER}\n"),
            labels: vec![],
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
        }
    }

    /// Everything in the repository's folder but the object store and the branches: what must stay untouched.
    fn untouched(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.root()) {
            let entry = entry.expect("readable");
            let inside = entry
                .path()
                .strip_prefix(self.root())
                .expect("inside")
                .to_path_buf();
            if entry.file_type().is_file()
                && !["objects", "refs", "logs"]
                    .iter()
                    .any(|dir| inside.starts_with(Path::new(".git").join(dir)))
            {
                files.insert(inside, std::fs::read(entry.path()).expect("readable"));
            }
        }
        files
    }
}

#[test]
fn publishing_touches_nothing_but_its_branch() {
    let fixture = Fixture::new();
    let mut git = fixture.git();
    fixture.put("notes.txt", "not committed");
    let before = fixture.untouched();
    let repo = fixture.repo();
    let proposal = fixture.proposal("aa", &[(ONE, "one: 2\n")]);

    assert_eq!(
        publish(&repo, &proposal).expect("published"),
        Published::Created
    );
    let tip = repo.branch(&proposal.branch).expect("read").expect("there");
    let commits = repo.commits_since(&fixture.head(), &tip).expect("commits");
    assert_eq!(commits.len(), 1);
    assert!(commits[0].managed);
    assert_eq!(commits[0].promotion_id.as_deref(), Some("aa"));
    assert_eq!(commits[0].headline, proposal.headline);
    assert_eq!(
        repo.read(&tip, &[ONE.into(), TWO.into(), "gone".into()])
            .expect("read"),
        BTreeMap::from([
            (ONE.into(), "one: 2\n".into()),
            (TWO.into(), "two: 1\n".into())
        ])
    );

    assert_eq!(
        publish(&repo, &proposal).expect("published"),
        Published::Noop
    );
    assert_eq!(
        repo.branch(&proposal.branch).expect("read"),
        Some(tip.clone())
    );

    let newer = fixture.proposal("bb", &[(ONE, "one: 3\n"), (TWO, "two: 3\n")]);
    assert_eq!(
        publish(&repo, &newer).expect("published"),
        Published::Updated
    );
    let newest = repo.branch(&proposal.branch).expect("read").expect("there");
    assert_eq!(
        repo.commits_since(&fixture.head(), &newest)
            .expect("commits")
            .len(),
        1,
        "replaced, not piled up"
    );
    assert_eq!(
        publish(&repo, &fixture.proposal("cc", &[])).expect("published"),
        Published::Nothing
    );
    assert_eq!(fixture.untouched(), before);
    assert_eq!(
        git.head().expect("head").shorthand().expect("a name"),
        "main"
    );
    assert!(
        git.stash_save2(&git.signature().expect("signature"), None, None)
            .is_err(),
        "work tree and index are clean"
    );
}

#[test]
fn a_persons_commit_is_never_overwritten() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let proposal = fixture.proposal("aa", &[(ONE, "one: 2\n")]);
    publish(&repo, &proposal).expect("published");
    let theirs = fixture.commit_on(&proposal.branch, ONE, "one: 4\n", "hold back\n\nbecause");
    for id in ["aa", "bb"] {
        let outcome =
            publish(&repo, &fixture.proposal(id, &[(ONE, "one: 2\n")])).expect("answered");
        let Published::Blocked(problem) = outcome else {
            panic!("{outcome:?}")
        };
        assert!(
            problem.message.contains(&theirs[..12]) && problem.message.contains("hold back"),
            "{}",
            problem.message
        );
        assert!(!problem.help.is_empty());
        assert_eq!(
            repo.branch(&proposal.branch).expect("read"),
            Some(theirs.clone())
        );
    }
    // A branch with no word of ours, even in the body of the message, is a person's too.
    fixture.commit_on(
        &proposal.branch,
        ONE,
        "one: 5\n",
        &format!("quote\n\n{MANAGED_TRAILER}\n\nthe end of my text"),
    );
    let outcome = publish(&repo, &fixture.proposal("cc", &[(ONE, "one: 2\n")])).expect("answered");
    assert!(matches!(outcome, Published::Blocked(p) if p.message.contains("quote")));
}

#[test]
fn a_branch_that_is_checked_out_stays() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let proposal = fixture.proposal("aa", &[(ONE, "one: 2\n")]);
    publish(&repo, &proposal).expect("published");
    let git = fixture.git();
    let elsewhere = tempfile::tempdir().expect("a folder");
    let branch = git
        .find_reference(&format!("refs/heads/{}", proposal.branch))
        .expect("there");
    git.worktree(
        "other",
        &elsewhere.path().join("tree"),
        Some(git2::WorktreeAddOptions::new().reference(Some(&branch))),
    )
    .expect("a work tree");
    let newer = fixture.proposal("bb", &[(ONE, "one: 3\n")]);
    assert!(
        matches!(publish(&repo, &newer).expect("answered"), Published::Blocked(p) if p.code == "branch-checked-out")
    );
    let inside = Repo::discover(&elsewhere.path().join("tree"))
        .expect("opens")
        .expect("a repository");
    assert!(
        inside.is_checked_out("main").expect("answered")
            && inside.is_checked_out(&proposal.branch).expect("answered")
    );
    assert!(!inside.is_checked_out("other").expect("answered"));
}

#[test]
fn a_base_that_moved_matters_only_when_it_conflicts() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let proposal = fixture.proposal("aa", &[(ONE, "one: 2\n")]);
    publish(&repo, &proposal).expect("published");
    fixture.put("README.md", "words\n");
    fixture.commit_all("unrelated");
    assert_eq!(
        publish(&repo, &fixture.proposal("aa", &[(ONE, "one: 2\n")])).expect("published"),
        Published::Noop
    );
    fixture.put(ONE, "one: 9\n");
    fixture.commit_all("hotfix");
    assert_eq!(
        publish(&repo, &fixture.proposal("aa", &[(ONE, "one: 2\n")])).expect("published"),
        Published::Updated
    );
    let tip = repo.branch(&proposal.branch).expect("read").expect("there");
    assert_eq!(
        repo.commits_since(&fixture.head(), &tip)
            .expect("commits")
            .len(),
        1
    );
}

#[test]
fn branches_move_only_from_where_they_are_expected() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let by = repo.identity().expect("identity");
    let commit = |n: u8| {
        repo.commit(
            &fixture.head(),
            &BTreeMap::from([(ONE.to_owned(), format!("{n}\n"))]),
            "x",
            &by,
        )
        .expect("commit")
    };
    let (a, b, c) = (commit(1), commit(2), commit(3));
    assert_eq!(
        repo.move_branch("x/y", &a, None, "t").expect("moved"),
        Moved::Yes
    );
    assert_eq!(
        repo.move_branch("x/y", &b, None, "t").expect("answered"),
        Moved::Elsewhere
    );
    assert_eq!(
        repo.move_branch("x/y", &c, Some(&b), "t")
            .expect("answered"),
        Moved::Elsewhere
    );
    assert_eq!(repo.branch("x/y").expect("read"), Some(a.clone()));
    assert_eq!(
        repo.move_branch("x/y", &b, Some(&a), "t").expect("moved"),
        Moved::Yes
    );
    assert_eq!(
        repo.move_branch("gone", &b, Some(&a), "t")
            .expect("answered"),
        Moved::Elsewhere
    );
    assert!(repo.move_branch("a..b", &b, None, "t").is_err());
    assert!(
        repo.move_branch("x/y/z", &b, None, "t").is_err(),
        "a branch cannot be below another"
    );

    // Many at once: exactly one wins each round.
    let mut at = b;
    for n in 10..20 {
        let tips: Vec<String> = (0..4).map(|i| commit(n * 4 + i)).collect();
        let wins: Vec<bool> = std::thread::scope(|scope| {
            let runs: Vec<_> = tips
                .iter()
                .map(|tip| {
                    let (at, root) = (&at, fixture.root());
                    scope.spawn(move || {
                        let repo = Repo::discover(root).expect("opens").expect("there");
                        repo.move_branch("x/y", tip, Some(at), "t")
                            .expect("answered")
                            == Moved::Yes
                    })
                })
                .collect();
            runs.into_iter()
                .map(|run| run.join().expect("no panic"))
                .collect()
        });
        assert_eq!(wins.iter().filter(|won| **won).count(), 1, "{wins:?}");
        at = repo.branch("x/y").expect("read").expect("there");
        assert_eq!(
            tips.iter().position(|tip| *tip == at),
            wins.iter().position(|won| *won)
        );
    }
}

#[test]
fn modes_are_kept_and_links_are_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let fixture = Fixture::new();
    fixture.put("run.sh", "#!/bin/sh\n");
    std::fs::set_permissions(
        fixture.root().join("run.sh"),
        std::fs::Permissions::from_mode(0o755),
    )
    .expect("mode");
    symlink("run.sh", fixture.root().join("link")).expect("a link");
    fixture.put("binary", "x");
    std::fs::write(fixture.root().join("binary"), [0xff, 0xfe]).expect("a file");
    fixture.commit_all("more");
    let repo = fixture.repo();
    let by = repo.identity().expect("identity");
    let with = |path: &str| {
        repo.commit(
            &fixture.head(),
            &BTreeMap::from([(path.to_owned(), "new\n".to_owned())]),
            "x",
            &by,
        )
    };
    let oid = with("run.sh").expect("commit");
    let git = fixture.git();
    let tree = git
        .find_commit(git2::Oid::from_str(&oid).expect("oid"))
        .expect("commit")
        .tree()
        .expect("tree");
    assert_eq!(
        tree.get_name("run.sh").expect("there").filemode(),
        0o100_755
    );
    assert!(with("link").is_err() && with("cluster").is_err());
    assert!(repo.read(&fixture.head(), &["link".into()]).is_err());
    assert!(repo.read(&fixture.head(), &["binary".into()]).is_err());
}

#[test]
fn what_is_not_committed_is_seen() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let paths = [
        "platform.toml".to_owned(),
        ONE.into(),
        TWO.into(),
        "missing/kustomization.yaml".into(),
    ];
    fixture.put("other.txt", "x");
    assert_eq!(check_clean(&repo, &paths).expect("answered"), None);
    fixture.put(ONE, "one: 7\n");
    assert_eq!(repo.dirty(&paths).expect("answered"), [ONE]);
    fixture.put(ONE, "one: 1\n");
    assert_eq!(repo.dirty(&paths).expect("answered"), Vec::<String>::new());
    fixture.put("missing/kustomization.yaml", "new\n");
    std::fs::remove_file(fixture.root().join(TWO)).expect("removed");
    let problem = check_clean(&repo, &paths)
        .expect("answered")
        .expect("dirty");
    assert_eq!(problem.labels.len(), 2);
    fixture.put(TWO, "two: 1\n");
    std::fs::remove_file(fixture.root().join("missing/kustomization.yaml")).expect("removed");
    // Staged, then put back in the work tree only.
    fixture.put("platform.toml", "schema = 2\n");
    let git = fixture.git();
    let mut index = git.index().expect("index");
    index.add_path(Path::new("platform.toml")).expect("add");
    index.write().expect("write");
    fixture.put("platform.toml", "schema = 1\n");
    assert_eq!(
        fixture.repo().dirty(&paths).expect("answered"),
        ["platform.toml"]
    );
}

#[test]
fn histories_have_every_version_of_every_branch() {
    let fixture = Fixture::new();
    for n in 2..5 {
        fixture.put(ONE, &format!("one: {n}\n"));
        fixture.commit_all("change");
        fixture.put("noise", &n.to_string());
        fixture.commit_all("noise");
    }
    let repo = fixture.repo();
    let git = fixture.git();
    // A side branch that is merged: its version counts too.
    let start = fixture.head();
    repo.move_branch("side", &start, None, "t").expect("moved");
    let side = fixture.commit_on("side", TWO, "two: side\n", "side");
    let find = |oid: &str| {
        git.find_commit(git2::Oid::from_str(oid).expect("oid"))
            .expect("commit")
    };
    let by = git.signature().expect("signature");
    git.commit(
        Some("HEAD"),
        &by,
        &by,
        "merge",
        &find(&side).tree().expect("tree"),
        &[&find(&start), &find(&side)],
    )
    .expect("commit");
    let history = repo
        .history(&fixture.head(), &[ONE.into(), TWO.into(), "never".into()])
        .expect("walked");
    assert!(history.complete);
    assert_eq!(
        history.texts[ONE],
        ["one: 4\n", "one: 3\n", "one: 2\n", "one: 1\n"]
    );
    assert_eq!(history.texts[TWO], ["two: side\n", "two: 1\n"]);
    assert!(!history.texts.contains_key("never"));
}

#[test]
fn the_directory_decides_and_not_the_environment() {
    let fixture = Fixture::new();
    let other = Fixture::new();
    fixture.put("deep/below/x", "x");
    let inside = Repo::discover(&fixture.root().join("deep/below"))
        .expect("opens")
        .expect("there");
    assert_eq!(
        inside.root().map(|p| p.canonicalize().expect("path")),
        Some(fixture.root().canonicalize().expect("path"))
    );
    let none = tempfile::tempdir().expect("a folder");
    assert!(Repo::discover(none.path()).expect("answered").is_none());
    assert_ne!(other.root(), fixture.root());
}

#[test]
fn a_new_repository_gets_its_first_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let repo = Repo::init(folder.path(), "trunk").expect("made");
    assert!(
        Repo::init(folder.path(), "trunk").is_err(),
        "it is one already"
    );
    let head = repo.head().expect("head");
    assert_eq!((head.branch.as_deref(), head.oid), (Some("trunk"), None));
    std::fs::write(folder.path().join("a"), "a\n").expect("a file");
    std::fs::write(folder.path().join("foreign"), "f\n").expect("a file");
    let by = repo.identity().expect("identity");
    let oid = repo
        .first_commit(&["a".into()], "Start\n", &by)
        .expect("commit");
    assert_eq!(
        repo.head().expect("head").oid.as_deref(),
        Some(oid.as_str())
    );
    assert_eq!(
        repo.read(&oid, &["a".into(), "foreign".into()])
            .expect("read")
            .len(),
        1
    );
    assert_eq!(
        repo.dirty(&["a".into()]).expect("answered"),
        Vec::<String>::new()
    );
    assert!(repo.first_commit(&["a".into()], "Again\n", &by).is_err());
}
