//! The binary, run in an environment that has nothing of the machine's own.

use std::path::Path;
use std::process::{Command, Output};

/// What a run printed and answered.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// The binary with a scrubbed environment: no configuration of Git, no token, no terminal.
pub(crate) fn command(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_platformctl"));
    command
        .current_dir(directory)
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("NO_COLOR", "1");
    command.stdin(std::process::Stdio::null());
    command
}

/// Runs the binary to its end.
pub(crate) fn platformctl(directory: &Path, args: &[&str]) -> Ran {
    ran(command(directory)
        .args(args)
        .output()
        .expect("the binary starts"))
}

/// What a finished process printed and answered.
pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
        err: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
    }
}

/// A new platform repository, made by `init` with the blueprint's answers and these flags.
pub(crate) fn init(flags: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let mut args = vec!["init", "platform"];
    args.extend(flags);
    let ran = platformctl(directory.path(), &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    directory
}
