//! Programs that hand data to a host: rsync, ssh, curl, netcat, clients of databases.

use super::files::is_address;
use super::remotes::host_of;
use super::{Call, Copy, reach};
use crate::facts::sql;

impl Call<'_, '_> {
    /// `rsync`, `scp`, `sftp`: `user@host:path`, `host::module`, URLs.
    pub(super) fn secure(&self) -> Vec<Copy> {
        let operands = self.command.operands(&[
            "-e",
            "--rsh",
            "-i",
            "-P",
            "-p",
            "-o",
            "-F",
            "-b",
            "-l",
            "-c",
            "--exclude",
            "--include",
            "--password-file",
        ]);
        let is_sftp = self.command.program() == "sftp";
        let mut found = Vec::new();
        for word in operands {
            let Some(value) = self.value(word) else {
                let literal = word.literal();
                let is_path = literal.starts_with(['/', '.']) && !literal.contains(':');
                if !is_path {
                    found.push(self.copy(
                        "copies to",
                        &word.raw,
                        word,
                        reach::unknown(word.raw.clone()),
                    ));
                }
                continue;
            };
            let is_path = value.starts_with(['/', '.', '~'])
                || !(value.contains(':') || value.contains('@') || is_sftp);
            if !is_path {
                let host = host_of(&value);
                found.push(self.to_text("copies to", &host, word));
            }
        }
        // A source that may be anything is only a source, when the destination is known.
        if found.len() > 1
            && found
                .last()
                .is_some_and(|copy| !copy.resolved.countries.is_empty())
        {
            found.retain(|copy| !copy.resolved.trace.is_empty());
        }
        found
    }

    /// What a pipe hands to another machine, or what a command does there.
    pub(super) fn ssh(&self) -> Vec<Copy> {
        let operands = self.command.operands(&[
            "-i", "-p", "-o", "-l", "-F", "-J", "-L", "-R", "-D", "-b", "-c", "-E", "-S", "-W",
            "-w",
        ]);
        operands
            .first()
            .map(|word| match self.value(word) {
                Some(value) => self.to_text("connects to", &host_of(&value), word),
                None => self.to_word("connects to", word),
            })
            .into_iter()
            .collect()
    }

    /// `curl` when it sends something. <https://curl.se/docs/manpage.html>
    pub(super) fn curl(&self) -> Vec<Copy> {
        const SENDS: &[&str] = &[
            "-T",
            "--upload-file",
            "-d",
            "--data",
            "--data-binary",
            "--data-raw",
            "--data-urlencode",
            "--json",
            "-F",
            "--form",
        ];
        let sends = self.command.arguments().iter().any(|word| {
            let literal = word.literal();
            SENDS.iter().any(|option| {
                literal == *option
                    || literal.starts_with(&format!("{option}="))
                    || (option.len() == 2 && literal.starts_with(option) && !literal.starts_with("--"))
                    // Short options stand together: `-sST`.
                    || (literal.starts_with('-')
                        && !literal.starts_with("--")
                        && option.len() == 2
                        && literal.ends_with(&option[1..]))
            })
        });
        if !sends {
            return Vec::new();
        }
        let with_value = [
            SENDS,
            &[
                "-H",
                "--header",
                "-u",
                "--user",
                "-X",
                "--request",
                "-o",
                "--output",
                "--cacert",
                "--cert",
                "--key",
                "-m",
                "--max-time",
                "--connect-timeout",
                "--retry",
                "--retry-delay",
                "-A",
                "--user-agent",
                "-w",
                "--write-out",
                "-b",
                "-c",
                "-e",
                "--aws-sigv4",
                "-sST",
                "-fsST",
                "-sd",
                "-fsSd",
            ],
        ]
        .concat();
        let url = self.command.option(&["--url"]);
        let mut found: Vec<Copy> = url
            .iter()
            .map(|word| self.to_word("sends to", word))
            .collect();
        for word in self.command.operands(&with_value) {
            let value = self.value(word);
            let is_target = value
                .as_deref()
                .is_none_or(|value| is_address(value) || value.contains('.'));
            if is_target && url.is_none() {
                found.push(self.to_word("sends to", word));
            }
        }
        found
    }

    pub(super) fn wget(&self) -> Vec<Copy> {
        let sends = self.command.arguments().iter().any(|word| {
            let literal = word.literal();
            ["--post-file", "--post-data", "--body-file", "--body-data"]
                .iter()
                .any(|option| literal.starts_with(option))
        });
        match sends {
            true => self.urls("sends to"),
            false => Vec::new(),
        }
    }

    /// `nc host port`, when it neither listens nor only asks whether somebody listens.
    pub(super) fn netcat(&self) -> Vec<Copy> {
        let is_other = self.command.arguments().iter().any(|word| {
            let literal = word.literal();
            literal.starts_with('-')
                && !literal.starts_with("--")
                && (literal.contains('z') || literal.contains('l'))
        });
        if is_other {
            return Vec::new();
        }
        let operands = self
            .command
            .operands(&["-w", "-p", "-s", "-q", "-i", "-X", "-x", "-W", "-e"]);
        operands
            .first()
            .map(|word| self.to_word("sends to", word))
            .into_iter()
            .collect()
    }

    /// `TCP:host:port`, `OPENSSL:host:port`, `UDP-SENDTO:host:port`. <http://www.dest-unreach.org/socat/doc/socat.html>
    pub(super) fn socat(&self) -> Vec<Copy> {
        let mut found = Vec::new();
        for word in self.command.operands(&[]) {
            let value = self.value(word).unwrap_or_else(|| word.literal());
            let Some((kind, rest)) = value.split_once(':') else {
                continue;
            };
            let kind = kind.to_uppercase();
            let is_listening = kind.contains("LISTEN") || kind.contains("RECV");
            let is_network = ["TCP", "UDP", "OPENSSL", "SSL", "SCTP", "PROXY", "SOCKS"]
                .iter()
                .any(|name| kind.starts_with(name));
            if is_network && !is_listening {
                let host = rest.split([':', ',']).next().unwrap_or_default();
                match self.value(word) {
                    Some(_) => found.push(self.to_text("sends to", host, word)),
                    None => found.push(self.to_word("sends to", word)),
                }
            }
        }
        found
    }

    /// Programs of PostgreSQL, by their host: `-h`, a connection string, or `PGHOST`.
    pub(super) fn postgres(&self) -> Vec<Copy> {
        let host = self.setting(&["-h", "--host"], &[]);
        let name = self.setting(&["-d", "--dbname", "--connection"], &[]);
        let operand = self
            .command
            .arguments()
            .iter()
            .find(|word| word.literal().contains("://") || word.literal().contains("host="));
        let what = match self.command.program().as_str() {
            "pg_restore" | "psql" => "writes to",
            _ => "copies from",
        };
        let mut found = Vec::new();
        if let (Some(value), Some(word)) = (host.known(), host.word()) {
            for host in sql::hosts(value) {
                found.push(self.to_text(what, &host, word));
            }
        }
        for word in name.word().into_iter().chain(operand) {
            if let Some(value) = self
                .value(word)
                .filter(|value| value.contains("://") || value.contains("host"))
            {
                for host in sql::hosts(&value) {
                    found.push(self.to_text(what, &host, word));
                }
            }
        }
        let own = self
            .command
            .assigned
            .iter()
            .find(|(name, _)| name == "PGHOST");
        if let Some((_, word)) = own
            && found.is_empty()
            && let Some(value) = self.value(word)
        {
            for host in sql::hosts(&value) {
                found.push(self.to_text(what, &host, word));
            }
        }
        found
    }

    /// Other databases, by their host.
    pub(super) fn database(&self) -> Vec<Copy> {
        let host = self.setting(&["-h", "--host", "--uri"], &[]);
        match (host.known(), host.word()) {
            (Some(value), Some(word)) => sql::hosts(value)
                .iter()
                .map(|host| self.to_text("connects to", host, word))
                .collect(),
            _ => Vec::new(),
        }
    }
}
