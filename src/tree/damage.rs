//! What is wrong with a platform.lock that cannot be read, with the line and a remedy that works. Pure.

use super::LOCK_FILE;
use super::lock::VERSION;
use crate::diagnostic::Diagnostic;
use crate::source::Location;

/// The lines that Git leaves around the two sides of a conflict.
pub(super) fn is_marker(line: &str) -> bool {
    ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
        .iter()
        .any(|marker| line.starts_with(marker))
}

/// A line of the lock.
pub(super) struct Place {
    /// From 1.
    pub(super) number: usize,
    /// Byte offsets of its first character and its end.
    pub(super) start: usize,
    pub(super) end: usize,
}

/// What is wrong with a line.
pub(super) enum Problem {
    Marker,
    Shape,
    Path(String, &'static str),
    Version(String),
}

impl Problem {
    pub(super) fn diagnostic(self, place: &Place) -> Diagnostic {
        let number = place.number;
        let location = Location::new(LOCK_FILE, place.start..place.end);
        match self {
            Self::Marker => Diagnostic::error(
                "lock-damaged",
                format!("`{LOCK_FILE}` has a merge conflict at line {number}"),
            )
            .at(location, "left by a merge")
            .help("keep the lines of both sides, delete the marker lines and run `platformctl render`")
            .help(remake()),
            Self::Shape => Diagnostic::error(
                "lock-damaged",
                format!("`{LOCK_FILE}` is damaged at line {number}"),
            )
            .at(location, "neither a hash and a path nor a key and a value")
            .help("restore the file from Git and run `platformctl render`")
            .help(remake()),
            Self::Path(path, why) => Diagnostic::error(
                "unsafe-path",
                format!("`{LOCK_FILE}` names `{path}` at line {number}, which is refused: {why}"),
            )
            .at(location, "never written by platformctl")
            .help("find out who put the line there, then restore the file from Git"),
            Self::Version(version) => Diagnostic::error(
                "lock-version",
                format!("`{LOCK_FILE}` has format version `{}`, this platformctl knows {VERSION}", version.escape_default()),
            )
            .at(location, "")
            .help("use the version of platformctl that wrote the file, or a newer one"),
        }
    }
}

/// What is said of a lock without its version line or its last line's end.
pub(super) fn cut_off() -> Diagnostic {
    Diagnostic::error("lock-damaged", format!("`{LOCK_FILE}` is empty or cut off"))
        .at(Location::file(LOCK_FILE), "")
        .help("restore the file from Git and run `platformctl render`")
        .help(remake())
}

fn remake() -> String {
    format!(
        "or delete `{LOCK_FILE}` and run `platformctl render`: files that are what it would write are taken over, the others are named and kept"
    )
}
