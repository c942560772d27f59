//! What is said about files that are not as they should be: the diagnostics of `tree`. Pure.

use super::LOCK_FILE;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Location;

/// A symlink where something would have to be written.
pub(super) fn symlink(path: &str) -> Diagnostic {
    Diagnostic::error(
        "symlink-in-the-way",
        format!("`{path}` is a symlink, and nothing is written through one"),
    )
    .at(Location::file(path), "")
    .help("put the real file or folder in its place")
}

/// A planned path that may not be written to.
pub(super) fn unsafe_path(path: &str, why: &str) -> Diagnostic {
    Diagnostic::error(
        "unsafe-path",
        format!(
            "the plan has the path `{}`, which is refused: {why}",
            path.escape_default()
        ),
    )
    .help("the names in platform.toml make the paths: choose another name")
}

/// One planned file would have to be a folder for another one.
pub(super) fn clash(file: &str, below: &str) -> Diagnostic {
    Diagnostic::error(
        "unsafe-path",
        format!("the plan has both the file `{file}` and `{below}` below it"),
    )
    .help("the names in platform.toml make the paths: choose another name")
}

/// A generated file that a person has changed; it is kept.
pub(super) fn edited(path: &str) -> Diagnostic {
    Diagnostic::error(
        "edited-by-hand",
        format!("`{path}` was edited by hand and is kept as it is"),
    )
    .at(Location::file(path), "not what render wrote")
    .help(format!(
        "move the change into `{}` or platform.toml, which render never overwrites",
        custom_folder(path)
    ))
    .help("then give the file up with `platformctl render --force`")
}

/// A file that no longer belongs to the tree, but that a person has changed; it is kept.
pub(super) fn edited_leftover(path: &str) -> Diagnostic {
    Diagnostic::error(
        "edited-by-hand",
        format!("`{path}` no longer belongs here, but was edited by hand and is kept"),
    )
    .at(Location::file(path), "not what render wrote")
    .help("save what you need of it, then delete it or run `platformctl render --force`")
}

/// A hand-edited file that was given up with `--force`.
pub(super) fn given_up(path: &str) -> Diagnostic {
    let mut note = Diagnostic::warning(
        "edited-by-hand",
        format!("`{path}` was edited by hand; the edit is given up"),
    )
    .at(Location::file(path), "");
    note.severity = Severity::Note;
    note
}

/// Something of somebody else's at a path that render would have to write.
pub(super) fn foreign(path: &str, lock_is_there: bool) -> Diagnostic {
    let found = Diagnostic::error(
        "foreign-file",
        format!(
            "`{path}` is in the way: render does not know it as its own and never overwrites it"
        ),
    )
    .at(Location::file(path), "")
    .help(format!(
        "move or delete `{path}`, then run `platformctl render`"
    ));
    if lock_is_there {
        return found;
    }
    found.help(format!(
        "there is no `{LOCK_FILE}`: if render did write the file once, restore the lock from Git"
    ))
}

/// The custom component that stands beside a generated file of an overlay.
fn custom_folder(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["cluster", "overlays", environment, region, unit, _, ..] => {
            format!("cluster/overlays/{environment}/{region}/custom/{unit}")
        }
        ["cluster", "apps" | "data" | "ops", unit, _, ..] => {
            format!("cluster/overlays/<env>/<region>/custom/{unit}")
        }
        _ => "custom/<unit>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remedy_names_the_custom_component() {
        let help = |path| edited(path).help[0].clone();
        assert!(
            help("cluster/overlays/staging/tr/frontend/kustomization.yaml")
                .contains("`cluster/overlays/staging/tr/custom/frontend`")
        );
        assert!(help("cluster/apps/frontend/service.yaml").contains("<region>/custom/frontend`"));
        assert!(help("Makefile").contains("`custom/<unit>`"));
    }
}
