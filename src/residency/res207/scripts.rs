//! Replication that scripts set up.

use super::Judge;
use super::texts::uris;
use crate::facts::shell::{Command, Word};
use crate::facts::{Address, PlacedScript, Spot};
use crate::residency::{copies, reach};
use crate::spec::types::Provider;

impl Judge<'_, '_> {
    /// What scripts set up.
    pub(super) fn scripts(&mut self) {
        let here = self.here;
        for placed in &here.scripts {
            for command in &placed.script.commands {
                match command.program().as_str() {
                    "mc" | "mcli" => self.mc(placed, command),
                    "aws"
                        if command.has(&[
                            "put-bucket-replication",
                            "put-bucket-notification-configuration",
                        ]) =>
                    {
                        if let Some(word) = command.words.first() {
                            let resolved = reach::unknown("a target in a file");
                            self.told(
                                "aws",
                                "replicates to",
                                "a target that is not written",
                                placed.place(word),
                                resolved,
                            );
                        }
                    }
                    "rabbitmqctl" | "rabbitmqadmin" => self.rabbitmq(placed, command),
                    "redis-cli" | "valkey-cli" => self.redis(placed, command),
                    "redis-server" | "valkey-server" => self.server(placed, command),
                    _ => {}
                }
            }
        }
    }

    /// <https://min.io/docs/minio/linux/reference/minio-mc/mc-replicate-add.html>,
    /// <https://min.io/docs/minio/linux/reference/minio-mc/mc-ilm-tier-add.html>
    fn mc(&mut self, placed: &PlacedScript, command: &Command) {
        let operands = command.operands(&[
            "--endpoint",
            "--access-key",
            "--secret-key",
            "--bucket",
            "--prefix",
            "--region",
            "--remote-bucket",
            "--replicate",
            "--priority",
            "--bandwidth",
            "--storage-class",
            "--account-name",
            "--account-key",
            "--credentials-file",
            "--path",
            "--api",
        ]);
        let verbs: Vec<String> = operands.iter().map(|word| word.literal()).collect();
        let verbs: Vec<&str> = verbs.iter().map(String::as_str).collect();
        let call = copies::Call {
            here: self.here,
            placed,
            command,
        };
        match verbs.as_slice() {
            ["replicate", "add" | "update", ..] | ["admin", "bucket", "remote", ..] => {
                let option = command.option(&["--remote-bucket"]);
                let url = operands
                    .iter()
                    .skip(2)
                    .find(|word| word.literal().contains("://"));
                let target = option.as_ref().or(url.copied());
                match target {
                    Some(word) => self.word("replicates to", placed, word),
                    None => self.missing("replicates to", placed, command),
                }
            }
            ["admin", "replicate", "add", ..] => {
                for word in operands.iter().skip(3) {
                    let resolved = placed.value(word).and_then(|alias| call.alias(&alias));
                    let resolved = resolved.unwrap_or_else(|| reach::unknown(word.raw.clone()));
                    self.told(
                        "mc",
                        "replicates its site to",
                        &word.raw,
                        placed.place(word),
                        resolved,
                    );
                }
            }
            ["ilm", "tier", "add" | "edit", kind, ..]
            | ["admin", "tier", "add" | "edit", kind, ..] => {
                match command.option(&["--endpoint"]) {
                    Some(word) => self.word("moves objects to", placed, &word),
                    None => {
                        let provider = match *kind {
                            "azure" => Provider::Azure,
                            "gcs" => Provider::Gcp,
                            _ => Provider::Aws,
                        };
                        let region = command
                            .option(&["--region"])
                            .and_then(|word| placed.value(&word));
                        let resolved =
                            reach::of_bucket(self.here, provider, None, region.as_deref());
                        let word = operands.get(3).copied().or(command.words.first());
                        if let Some(word) = word {
                            self.told(
                                "mc",
                                "moves objects to a tier at",
                                provider.name(),
                                placed.place(word),
                                resolved,
                            );
                        }
                    }
                }
            }
            ["admin", "config", "set", ..] => self.configured(placed, command),
            ["batch", "start", ..] => {
                // The job is a file, which is judged where its text stands.
                self.count += 1;
            }
            _ => {}
        }
    }

    /// `mc admin config set store notify_webhook:1 endpoint=…`
    fn configured(&mut self, placed: &PlacedScript, command: &Command) {
        const KEYS: &[&str] = &[
            "endpoint",
            "brokers",
            "url",
            "address",
            "connection_string",
            "dsn_string",
            "broker",
            "nsqd_address",
        ];
        let reports = command.arguments().iter().any(|word| {
            let literal = word.literal();
            ["notify_", "audit_", "logger_", "lambda_"]
                .iter()
                .any(|start| literal.starts_with(start))
        });
        if !reports {
            return;
        }
        for word in command.arguments() {
            for key in KEYS {
                if let Some(value) = word.after(&format!("{key}=")) {
                    self.word("reports events to", placed, &value);
                }
            }
        }
    }

    fn word(&mut self, what: &str, placed: &PlacedScript, word: &Word) {
        match placed.value(word) {
            Some(value) => {
                let resolved =
                    reach::of_text(self.here, value.trim_matches('"'), &placed.namespace)
                        .unwrap_or_else(|| reach::unknown(value.clone()));
                let host =
                    Address::parse(&value).map_or_else(|| value.clone(), |a| a.host.to_string());
                let mut spot = placed.place(word);
                if word.raw.contains(&host) {
                    spot.part.clone_from(&host);
                }
                self.told("mc", what, &host, spot, resolved);
            }
            None => {
                let resolved = reach::unknown(word.raw.clone());
                self.told("mc", what, &word.raw, placed.place(word), resolved);
            }
        }
    }

    fn missing(&mut self, what: &str, placed: &PlacedScript, command: &Command) {
        if let Some(word) = command.words.first() {
            let resolved = reach::unknown("a target that is not written");
            self.told(
                "mc",
                what,
                "a target that is not written",
                placed.place(word),
                resolved,
            );
        }
    }

    /// `rabbitmqctl set_parameter shovel NAME '{"dest-uri": …}'`. <https://www.rabbitmq.com/docs/shovel-dynamic>
    fn rabbitmq(&mut self, placed: &PlacedScript, command: &Command) {
        let is_link = command.has(&[
            "shovel",
            "federation-upstream",
            "component=shovel",
            "component=federation-upstream",
        ]);
        if !is_link {
            return;
        }
        let mut found = false;
        for word in command.arguments() {
            let value = placed.value(word).unwrap_or_else(|| word.literal());
            for uri in uris(&value) {
                found = true;
                let spot = placed.place(word);
                let spot = Spot {
                    line: String::new(),
                    part: String::new(),
                    ..spot
                };
                self.tell(
                    "rabbitmqctl",
                    "moves messages to or from",
                    &uri,
                    spot,
                    &placed.namespace,
                );
            }
        }
        if !found && command.has(&["set_parameter", "declare"]) {
            self.missing("moves messages to", placed, command);
        }
    }

    fn redis(&mut self, placed: &PlacedScript, command: &Command) {
        let arguments = command.arguments();
        for (at, word) in arguments.iter().enumerate() {
            let is_replica = matches!(
                word.literal().to_lowercase().as_str(),
                "replicaof" | "slaveof" | "migrate"
            );
            if let Some(host) = arguments.get(at + 1).filter(|_| is_replica)
                && !host.literal().eq_ignore_ascii_case("no")
            {
                self.word("is a replica of", placed, host);
            }
        }
    }

    fn server(&mut self, placed: &PlacedScript, command: &Command) {
        if let Some(word) = command.option(&["--replicaof", "--slaveof"]) {
            // `--replicaof "host 6379"`
            let value = placed.value(&word).unwrap_or_else(|| word.literal());
            let host = value
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned();
            if !host.is_empty() && !host.eq_ignore_ascii_case("no") {
                let mut spot = placed.place(&word);
                spot.part.clone_from(&host);
                self.tell(
                    "--replicaof",
                    "is a replica of",
                    &host,
                    spot,
                    &placed.namespace,
                );
            }
        }
    }
}
