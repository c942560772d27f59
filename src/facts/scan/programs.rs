//! What containers are told: their variables and the words of their commands.

use super::texts::expanded;
use super::{Place, Scan};
use crate::facts::address::{Expect, Host, read};
use crate::facts::workloads::{Container, Setting, Text, Variable, Workload};
use crate::kustomize::Node;
use std::collections::BTreeMap;

impl Scan<'_, '_> {
    pub(super) fn programs(&mut self) {
        let facts = self.facts;
        for workload in &facts.workloads {
            for container in &workload.containers {
                // What a command line or a file sets is read with it.
                for variable in container.env.iter().filter(|variable| !variable.is_told) {
                    self.variable(workload, container, variable);
                }
                self.joined(workload, container);
                self.words(workload, container);
            }
        }
    }

    fn variable(&mut self, workload: &Workload, container: &Container, variable: &Variable) {
        let Setting::Text(text) = &variable.value else {
            return;
        };
        let place = Place {
            key: variable.name.clone(),
            namespace: workload.namespace.clone(),
            spot: variable.spot.clone(),
            is_hidden: false,
        };
        if !variable.is_assembled {
            return self.text_of(&place, text);
        }
        // Put together from others: what stands in the value itself is plain, a host that does not is hidden.
        let raw = raw_value(container, &variable.name);
        let Some(raw) = raw else {
            return self.text_of(
                &Place {
                    is_hidden: true,
                    ..place
                },
                text,
            );
        };
        let class = self.keys.class(&variable.name);
        let Some(expect) = class.expect(Expect::Value) else {
            return;
        };
        for reading in read(text, expect) {
            let is_plain = raw.contains(&reading.written);
            let spot = if is_plain {
                place.spot.clone().part(reading.written.as_str())
            } else {
                place.spot.clone()
            };
            let place = Place {
                is_hidden: !is_plain,
                ..place.clone()
            };
            self.put(&place, reading, spot);
        }
        self.decoded(&place, text);
    }

    /// A value that may be a whole text of configuration.
    fn text_of(&mut self, place: &Place, text: &str) {
        if text.contains('\n') {
            self.text(place, &place.key, text);
        } else {
            self.value(place, text, Expect::Value);
        }
    }

    /// A host whose parts stand in two variables: `SINK_HOST` and `SINK_DOMAIN`.
    fn joined(&mut self, workload: &Workload, container: &Container) {
        const FIRST: &[&str] = &[
            "_HOST",
            "_SUBDOMAIN",
            "_HOSTNAME",
            "_ACCOUNT",
            "_NAME",
            "_SERVER",
        ];
        const SECOND: &[&str] = &[
            "_DOMAIN",
            "_ZONE",
            "_SUFFIX",
            "_TLD",
            "_BASE_DOMAIN",
            "_DNS_SUFFIX",
            "_ENDPOINT_SUFFIX",
        ];
        for variable in &container.env {
            let Setting::Text(host) = &variable.value else {
                continue;
            };
            let prefix = FIRST
                .iter()
                .find_map(|suffix| variable.name.strip_suffix(suffix));
            let Some(prefix) =
                prefix.filter(|_| !host.is_empty() && !host.contains(['.', ':', '/']))
            else {
                continue;
            };
            let domain = SECOND
                .iter()
                .find_map(|suffix| container.text(&format!("{prefix}{suffix}")));
            // A domain that stands by itself is found by itself.
            let Some(domain) =
                domain.filter(|domain| !domain.trim_start_matches('.').contains('.'))
            else {
                continue;
            };
            let place = Place {
                key: variable.name.clone(),
                namespace: workload.namespace.clone(),
                spot: variable.spot.clone(),
                is_hidden: true,
            };
            let whole = format!("{host}.{}", domain.trim_start_matches('.'));
            for reading in read(&whole, Expect::Value) {
                self.put(&place, reading, place.spot.clone());
            }
        }
    }

    fn words(&mut self, workload: &Workload, container: &Container) {
        let raw = raw_words(&container.node);
        let env: BTreeMap<&str, &str> = container
            .env
            .iter()
            .filter(|variable| !variable.is_told)
            .filter_map(|variable| match &variable.value {
                Setting::Text(text) => Some((variable.name.as_str(), text.as_str())),
                _ => None,
            })
            .collect();
        let mut before = "args";
        for (index, word) in container.words.iter().enumerate() {
            let raw = raw.get(index).copied().unwrap_or_default();
            self.word(workload, word, raw, before, &env);
            before = if word.text.starts_with('-') {
                &word.text
            } else {
                "args"
            };
        }
    }

    fn word(
        &mut self,
        workload: &Workload,
        word: &Text,
        raw: &str,
        before: &str,
        env: &BTreeMap<&str, &str>,
    ) {
        let mut place = Place {
            key: before.trim_start_matches('-').to_owned(),
            namespace: workload.namespace.clone(),
            spot: word.spot.clone(),
            is_hidden: false,
        };
        if word.text.contains(char::is_whitespace) {
            "args".clone_into(&mut place.key);
            let before = self.found.len();
            self.script(&place, "args.sh", &word.text, env);
            // What the kubelet puts in does not stand in the file.
            for mention in &mut self.found[before..] {
                if !raw.contains(&mention.spot.line) {
                    mention.spot.line.clear();
                }
                if !raw.contains(&mention.spot.part) {
                    mention.is_hidden = true;
                    mention.spot = word.spot.clone();
                }
            }
            return;
        }
        let (key, value) = match word.text.split_once('=') {
            Some((key, value)) if !key.contains([':', '/', '?']) => {
                (key.trim_start_matches('-'), value)
            }
            _ => (place.key.as_str(), word.text.as_str()),
        };
        let value = expanded(value, env);
        let key = key.to_owned();
        place.key = key;
        let class = self.keys.class(super::last(&place.key));
        let Some(expect) = class.expect(Expect::Value) else {
            return;
        };
        for reading in read(&value, expect) {
            let is_plain = raw.contains(&reading.written)
                || matches!(&reading.address.host, Host::Name(name) if !name.contains('.'));
            let mut place = place.clone();
            place.is_hidden = !is_plain;
            let spot = if is_plain {
                place.spot.clone().part(reading.written.as_str())
            } else {
                place.spot.clone()
            };
            self.put(&place, reading, spot);
        }
        self.decoded(&place, &value);
    }
}

/// The value of a variable as it is written in the container; none when it comes from elsewhere.
fn raw_value<'c>(container: &'c Container, name: &str) -> Option<&'c str> {
    let variables = container.node.get("env").map_or(&[][..], Node::items);
    variables
        .iter()
        .rev()
        .find(|variable| variable.get("name").and_then(Node::as_text) == Some(name))?
        .get("value")?
        .as_text()
}

/// The words of a container as they are written.
fn raw_words(container: &Node) -> Vec<&str> {
    ["command", "args"]
        .iter()
        .flat_map(|field| container.get(field).map_or(&[][..], Node::items))
        .filter_map(Node::as_text)
        .collect()
}
