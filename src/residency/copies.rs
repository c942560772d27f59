//! Programs that copy data: where what they are told to copy goes to or comes from.
//!
//! In: a command of a script. Out: its [`Copy`]s. A place that cannot be known is one too: a name of a bucket alone goes
//! to a cloud, and what a variable says only when it runs may be anywhere.

mod files;
mod remotes;
mod transfers;

use super::reach;
use crate::facts::shell::{Command, Word};
use crate::facts::{CellFacts, PlacedScript, Resolved, Spot};

/// Something that is copied.
#[derive(Debug)]
pub(super) struct Copy {
    /// What happens: `rclone copies to`.
    pub(super) what: String,
    /// Where to, in words.
    pub(super) target: String,
    /// Where it stands.
    pub(super) spot: Spot,
    /// Where that is.
    pub(super) resolved: Resolved,
    /// The bucket there.
    pub(super) bucket: Option<String>,
}

/// A command and what is around it.
pub(super) struct Call<'c, 'a> {
    pub(super) here: &'c CellFacts<'a>,
    pub(super) placed: &'c PlacedScript,
    pub(super) command: &'c Command,
}

/// What a command copies, and where its output is sent.
pub(super) fn copies(here: &CellFacts<'_>, placed: &PlacedScript, command: &Command) -> Vec<Copy> {
    let call = Call {
        here,
        placed,
        command,
    };
    let mut found = by_program(here, placed, command);
    // `>/dev/tcp/host/port` is a connection. <https://www.gnu.org/software/bash/manual/html_node/Redirections.html>
    for word in &command.redirected {
        let literal = word.literal();
        let host = ["/dev/tcp/", "/dev/udp/"]
            .iter()
            .find_map(|start| literal.strip_prefix(start))
            .and_then(|rest| rest.split('/').next());
        if let Some(host) = host {
            found.push(call.to_text("sends to", host, word));
        }
    }
    found
}

/// What a command copies, by the program it is.
fn by_program(here: &CellFacts<'_>, placed: &PlacedScript, command: &Command) -> Vec<Copy> {
    let call = Call {
        here,
        placed,
        command,
    };
    match command.program().as_str() {
        "aws" | "awscli" => call.aws(),
        "s5cmd" | "s3cmd" | "s4cmd" | "minio-client" => call.s3cmd(),
        "gsutil" => call.google(&["cp", "mv", "rsync"]),
        "gcloud" => call.google(&["storage"]),
        "az" => call.azure(),
        "azcopy" => call.urls("copies to"),
        "mc" | "mcli" => call.mc(),
        "rclone" => call.rclone(),
        "restic" | "rustic" => call.restic(),
        "kopia" => call.kopia(),
        "borg" | "borgmatic" => call.borg(),
        "duplicity" => call.urls("copies to"),
        "rsync" | "scp" | "sftp" | "rsync-ssl" => call.secure(),
        "ssh" | "mosh" => call.ssh(),
        "curl" => call.curl(),
        "wget" => call.wget(),
        "nc" | "ncat" | "netcat" | "telnet" => call.netcat(),
        "socat" => call.socat(),
        "ftp" | "lftp" | "tftp" | "ncftpput" => call.hosts("copies to"),
        "pg_dump" | "pg_dumpall" | "pg_restore" | "pg_basebackup" | "pg_receivewal" | "psql" => {
            call.postgres()
        }
        "mysqldump" | "mysql" | "mariadb-dump" | "mongodump" | "redis-cli" | "valkey-cli" => {
            call.database()
        }
        "b2" | "backblaze-b2" => call.vendor(
            "Backblaze B2",
            &["upload-file", "upload_file", "sync", "file"],
        ),
        "ossutil" | "ossutil64" => call.vendor("Alibaba Cloud", &["cp", "sync"]),
        "coscli" | "coscmd" => call.vendor("Tencent Cloud", &["cp", "sync", "upload"]),
        "obsutil" => call.vendor("Huawei Cloud", &["cp", "sync"]),
        "swift" => call.vendor("an OpenStack cloud", &["upload"]),
        "mail" | "mailx" | "mutt" | "sendmail" | "swaks" | "msmtp" => {
            call.whatever("sends a mail to", "somebody")
        }
        _ => Vec::new(),
    }
}

/// Programs that hand on what they get, or keep it on their own machine.
const LOCAL: &[&str] = &[
    "gzip",
    "gunzip",
    "pigz",
    "zstd",
    "zcat",
    "xz",
    "bzip2",
    "lz4",
    "cat",
    "tee",
    "gpg",
    "gpg2",
    "openssl",
    "age",
    "split",
    "sed",
    "grep",
    "awk",
    "head",
    "tail",
    "wc",
    "sort",
    "uniq",
    "tr",
    "cut",
    "sha256sum",
    "md5sum",
    "dd",
    "base64",
    "pv",
    "tar",
    "jq",
    "yq",
    "psql",
    "pg_restore",
    "mysql",
    "true",
    "echo",
    "read",
    "while",
    "xargs",
    "mbuffer",
    "cp",
    "mv",
    "printf",
    "tsort",
    "column",
    "less",
    "diff",
    "mariadb",
];

/// Programs that write a database out.
pub(super) fn is_dump(program: &str) -> bool {
    matches!(
        program,
        "pg_dump" | "pg_dumpall" | "pg_basebackup" | "mysqldump" | "mariadb-dump" | "mongodump"
    )
}

/// What gets a dump and is no program that is known.
pub(super) fn strangers(here: &CellFacts<'_>, placed: &PlacedScript) -> Vec<Copy> {
    let commands = &placed.script.commands;
    let mut found = Vec::new();
    for (at, dump) in commands.iter().enumerate() {
        if !is_dump(&dump.program()) {
            continue;
        }
        let after = commands[at + 1..]
            .iter()
            .filter(|command| command.pipeline == dump.pipeline);
        for command in after {
            let program = command.program();
            let is_known = LOCAL.contains(&program.as_str())
                || is_dump(&program)
                || !copies(here, placed, command).is_empty();
            if !is_known && let Some(word) = command.words.first() {
                found.push(Copy {
                    what: format!("{} hands a dump to", dump.program()),
                    target: word.raw.clone(),
                    spot: placed.place(word),
                    resolved: reach::unknown(format!("the program `{}`", word.raw)),
                    bucket: None,
                });
            }
        }
    }
    found
}

/// Whether a program is one that keeps what it gets.
pub(super) fn is_local(program: &str) -> bool {
    LOCAL.contains(&program)
}

impl Call<'_, '_> {
    /// The value of a word; none when it is known only when it runs.
    fn value(&self, word: &Word) -> Option<String> {
        self.placed.value(word)
    }

    /// The value of an option, or else of the first of these variables that is set.
    fn setting(&self, options: &[&str], variables: &[&str]) -> Setting {
        if let Some(word) = self.command.option(options) {
            return Setting::Written(self.value(&word), word);
        }
        let own = self.command.assigned.iter().rev();
        let exported = self.placed.script.assigned.iter().rev();
        for (name, word) in own.chain(exported) {
            if variables.contains(&name.as_str()) {
                return Setting::Written(self.value(word), word.clone());
            }
        }
        variables
            .iter()
            .find_map(|name| self.placed.variables.get(*name))
            .map_or(Setting::Absent, |value| Setting::Variable(value.clone()))
    }

    fn copy(&self, what: &str, target: &str, word: &Word, resolved: Resolved) -> Copy {
        Copy {
            what: format!("{} {what}", self.command.program()),
            target: target.to_owned(),
            spot: self.placed.place(word),
            resolved,
            bucket: None,
        }
    }

    /// A copy to an address that a word is.
    fn to_word(&self, what: &str, word: &Word) -> Copy {
        match self.value(word) {
            Some(value) => {
                let resolved = reach::of_text(self.here, &value, &self.placed.namespace)
                    .unwrap_or_else(|| reach::unknown(value.clone()));
                self.copy(what, &value, word, resolved)
            }
            None => self.copy(what, &word.raw, word, reach::unknown(word.raw.clone())),
        }
    }

    /// A copy to an address that a text is.
    fn to_text(&self, what: &str, text: &str, word: &Word) -> Copy {
        let resolved = reach::of_text(self.here, text, &self.placed.namespace)
            .unwrap_or_else(|| reach::unknown(text));
        self.copy(what, text, word, resolved)
    }

    fn vendor(&self, vendor: &'static str, verbs: &[&str]) -> Vec<Copy> {
        if !self.command.has(verbs) {
            return Vec::new();
        }
        self.whatever("copies to", vendor)
    }

    fn whatever(&self, what: &str, target: &str) -> Vec<Copy> {
        let first = self.command.words.first();
        first
            .map(|word| self.copy(what, target, word, reach::unknown(target)))
            .into_iter()
            .collect()
    }

    /// Every operand that is an address.
    fn urls(&self, what: &str) -> Vec<Copy> {
        self.command
            .operands(&[])
            .into_iter()
            .filter(|word| {
                let value = self.value(word);
                value.is_none_or(|value| value.contains("://") && !value.starts_with("file://"))
            })
            .map(|word| self.to_word(what, word))
            .collect()
    }

    /// Every operand that is a host or a URL, options left out.
    fn hosts(&self, what: &str) -> Vec<Copy> {
        self.command
            .operands(&["-u", "-p", "-e", "-c", "-P"])
            .into_iter()
            .take(1)
            .map(|word| self.to_word(what, word))
            .collect()
    }
}

/// What an option or a variable says.
enum Setting {
    /// It is written; its value, when that is known.
    Written(Option<String>, Word),
    /// A variable of the container.
    Variable(String),
    /// Nobody says anything.
    Absent,
}

impl Setting {
    /// The value, when it is known.
    fn known(&self) -> Option<&str> {
        match self {
            Self::Written(value, _) => value.as_deref(),
            Self::Variable(value) => Some(value),
            Self::Absent => None,
        }
    }

    fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The word it is written in.
    fn word(&self) -> Option<&Word> {
        match self {
            Self::Written(_, word) => Some(word),
            _ => None,
        }
    }
}
