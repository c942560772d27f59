//! Writes the files of a report: each is there whole or as it was, and nothing else in the folder is touched.
#![expect(
    clippy::disallowed_methods,
    reason = "a report goes wherever the user wants it, outside of what `tree` owns"
)]

use crate::report::audit::{Audit, HTML_FILE, JSON_FILE, SARIF_FILE, partial};
use crate::report::{Report, sarif};
use anyhow::Context as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// Writes or replaces the files of a report.
///
/// # Errors
/// When the folder cannot be made, or a file cannot be written.
pub(super) fn write(folder: &Path, audit: &Audit, report: &Report) -> anyhow::Result<()> {
    let mut log = Vec::new();
    sarif(report, &mut log).context("writing the report as SARIF")?;
    let files = [
        (SARIF_FILE, log),
        (HTML_FILE, audit.html()?.into_bytes()),
        (JSON_FILE, audit.json()?.into_bytes()),
    ];
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    for (name, bytes) in files {
        replace(folder, name, &bytes)
            .with_context(|| format!("writing {}", folder.join(name).display()))?;
    }
    Ok(())
}

/// A new file beside the old one, then a rename. A leftover of a run that was killed is not followed, but removed.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = folder.join(partial(name));
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let written = fill(&temporary, bytes).and_then(|()| fs::rename(&temporary, folder.join(name)));
    if written.is_err() {
        // The first trouble is the one to tell about.
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn fill(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
