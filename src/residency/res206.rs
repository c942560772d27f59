//! RES206: databases that replicate to or connect to databases elsewhere.

use super::built::with_policy;
use super::copies;
use super::found::Found;
use super::reach::{self, Leak};
use super::rule::{Input, Rule, Weight};
use crate::facts::shell::Script;
use crate::facts::sql::{self, Reach, Remote};
use crate::facts::{Address, CellFacts, PlacedScript, Setting, Spot};
use crate::kustomize::Node;
use crate::source::Location;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES206",
    title: "A database is connected to one elsewhere",
    severity: Weight::Critical,
    rationale: "A standby, a subscription, a foreign server or a call out of SQL carries rows, and looks like a line of settings. The rule reads \
        `primary_conninfo`, standby clusters of Patroni and its operators, external clusters of CloudNativePG, and the SQL of ConfigMaps, of `psql` and of \
        migrations in the repository: subscriptions, foreign servers, dblink, calls through pg_net and http, and `COPY … TO PROGRAM`.",
    fix: "Connect databases of the cell only; a standby elsewhere is a declared flow with an exception.",
    example_bad: "CREATE SUBSCRIPTION s CONNECTION 'host=10.30.4.12 dbname=app' PUBLICATION p;",
    example_good: "primary_conninfo = 'host=postgres.carebase-data.svc'",
    exceptable: true,
    check,
};

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut judge = Judge {
            input,
            here,
            out,
            count: 0,
        };
        judge.sql();
        judge.settings();
        judge.variables();
        for (index, manifest) in here.manifests.iter().enumerate() {
            let is_text = manifest.is("", "ConfigMap") || manifest.is("", "Secret");
            if !is_text && manifest.object.kind() != "CustomResourceDefinition" {
                judge.tree(index, &manifest.object.root, "");
            }
        }
        let count = judge.count;
        out.examined(&RULE, here, count);
    }
    migrations(input, out);
}

struct Judge<'j, 'o> {
    input: &'j Input<'j>,
    here: &'j CellFacts<'j>,
    out: &'o mut Found,
    count: usize,
}

impl Judge<'_, '_> {
    fn tell(&mut self, key: &str, what: &str, target: &str, spot: Spot, namespace: &str) {
        self.count += 1;
        let resolved =
            reach::of_text(self.here, target, namespace).unwrap_or_else(|| reach::unknown(target));
        let host = Address::parse(target).map_or_else(|| target.to_owned(), |a| a.host.to_string());
        let identity = self.here.manifest(&spot).identity();
        let leak = Leak {
            rule: &RULE,
            key,
            message: format!("{identity}: {what} connects to `{host}`"),
            spot: spot.part(host),
            resolved,
            bucket: None,
        };
        reach::report(self.input, self.here, self.out, leak);
    }

    fn unknown(&mut self, key: &str, what: &str, target: &str, spot: Spot) {
        self.count += 1;
        let identity = self.here.manifest(&spot).identity();
        let leak = Leak {
            rule: &RULE,
            key,
            message: format!("{identity}: {what} connects to `{target}`"),
            spot: spot.part(target),
            resolved: reach::unknown(target),
            bucket: None,
        };
        reach::report(self.input, self.here, self.out, leak);
    }

    fn sql(&mut self) {
        for text in sql::texts(self.here) {
            for statement in sql::statements(&text.text) {
                self.count += 1;
                for remote in statement.remotes() {
                    self.remote(&remote, &text);
                }
            }
        }
    }

    fn remote(&mut self, remote: &Remote, text: &sql::SqlText) {
        let spot = text.spot.clone();
        match &remote.target {
            Reach::Address(address) => {
                self.tell("sql", remote.what, address, spot, &text.namespace)
            }
            Reach::Unknown(variable) => self.unknown("sql", remote.what, variable, spot),
            Reach::Vendor(vendor) => self.unknown("sql", remote.what, vendor, spot),
            // The log is a matter of RES204.
            Reach::Program(_) if remote.what == "archive_command" => {}
            Reach::Program(program) => self.program(program, text),
        }
    }

    /// A program that gets a table: it must have a destination, and that must be at home.
    fn program(&mut self, program: &str, text: &sql::SqlText) {
        let placed = PlacedScript {
            script: Script::parse(program),
            spot: text.spot.clone(),
            namespace: text.namespace.clone(),
            variables: BTreeMap::new(),
        };
        for command in &placed.script.commands {
            let copies = copies::copies(self.here, &placed, command);
            let name = command.program();
            if copies.is_empty() && !copies::is_local(&name) {
                self.unknown("sql", "COPY TO PROGRAM", &name, text.spot.clone());
            }
            for copy in copies {
                let mut spot = text.spot.clone();
                spot.part.clone_from(&copy.spot.part);
                let leak = Leak {
                    rule: &RULE,
                    key: "sql",
                    message: format!("COPY TO PROGRAM: {} `{}`", copy.what, copy.target),
                    spot,
                    resolved: copy.resolved,
                    bucket: copy.bucket.as_deref(),
                };
                reach::report(self.input, self.here, self.out, leak);
            }
        }
    }

    /// `primary_conninfo` in settings of the server, standby clusters in those of Patroni.
    fn settings(&mut self) {
        let here = self.here;
        for config in &here.configs {
            for line in config.text.lines().map(str::trim) {
                if let Some(conninfo) = conninfo(line) {
                    for host in sql::hosts(&conninfo) {
                        let spot = config.spot.clone().line(line);
                        self.tell(
                            "primary_conninfo",
                            "the standby",
                            &host,
                            spot,
                            &config.namespace,
                        );
                    }
                }
            }
            for leaf in config.leaves() {
                if leaf.ends_with(&["standby_cluster", "host"]) {
                    let spot = config.spot.clone().line(&leaf.line);
                    for host in sql::hosts(&leaf.value) {
                        self.tell(
                            "standby_cluster",
                            "the standby",
                            &host,
                            spot.clone(),
                            &config.namespace,
                        );
                    }
                }
            }
        }
        for workload in &here.workloads {
            for word in workload
                .containers
                .iter()
                .flat_map(|container| &container.words)
            {
                if let Some(conninfo) = conninfo(word.text.trim_start_matches("--")) {
                    for host in sql::hosts(&conninfo) {
                        self.tell(
                            "primary_conninfo",
                            "the standby",
                            &host,
                            word.spot.clone(),
                            &workload.namespace,
                        );
                    }
                }
            }
        }
    }

    /// Variables with which images become a standby.
    fn variables(&mut self) {
        let here = self.here;
        for workload in &here.workloads {
            for variable in workload
                .containers
                .iter()
                .flat_map(|container| &container.env)
            {
                let Setting::Text(text) = &variable.value else {
                    continue;
                };
                if !is_of_standby(&variable.name) || text.is_empty() {
                    continue;
                }
                for host in sql::hosts(text) {
                    let spot = variable.spot.clone();
                    self.tell(
                        &variable.name,
                        &variable.name,
                        &host,
                        spot,
                        &workload.namespace,
                    );
                }
            }
        }
    }

    /// Kinds of operators: hosts of external clusters and standby clusters wherever they stand.
    /// <https://cloudnative-pg.io/documentation/current/replica_cluster/>,
    /// <https://postgres-operator.readthedocs.io/en/latest/reference/cluster_manifest/#standby-cluster>
    fn tree(&mut self, index: usize, node: &Node, key: &str) {
        let here = self.here;
        let namespace = here.manifests[index].object.namespace();
        let hosts: &[&str] = match key {
            "connectionParameters" => &["host", "hostaddr"],
            "standby" | "standby_cluster" | "standbyCluster" => {
                &["host", "standby_host", "s3_wal_path", "gs_wal_path"]
            }
            "primaryDbConnection" | "sourceDB" => &["host"],
            _ => &[],
        };
        for name in hosts {
            if let Some(host) = node.get(name)
                && let Some(text) = host.as_text()
            {
                for target in sql::hosts(text) {
                    self.tell(
                        name,
                        "a standby",
                        &target,
                        Spot::whole(index, host),
                        namespace,
                    );
                }
            }
        }
        for entry in node.entries() {
            let conninfo = matches!(&*entry.key, "primary_conninfo" | "primaryConnInfo");
            if let Some(text) = entry.value.as_text().filter(|_| conninfo) {
                for host in sql::hosts(text) {
                    self.tell(
                        "primary_conninfo",
                        "a standby",
                        &host,
                        Spot::whole(index, &entry.value),
                        namespace,
                    );
                }
            }
            self.tree(index, &entry.value, &entry.key);
        }
        for item in node.items() {
            self.tree(index, item, key);
        }
    }
}

/// The value of `primary_conninfo = '…'`.
fn conninfo(line: &str) -> Option<String> {
    let rest = line.strip_prefix("primary_conninfo")?.trim_start();
    let rest = rest.strip_prefix(['=', ':'])?.trim();
    Some(rest.trim_matches(['\'', '"']).replace("''", "'"))
}

/// Whether a variable says of which database another one is a copy.
fn is_of_standby(name: &str) -> bool {
    let is_database = !["REDIS", "VALKEY", "SENTINEL", "KAFKA", "MINIO", "RABBITMQ"]
        .iter()
        .any(|other| name.contains(other));
    let is_other = [
        "PRIMARY",
        "MASTER",
        "STANDBY",
        "REPLICATION",
        "UPSTREAM",
        "SUBSCRIPTION",
        "PUBLISHER",
    ]
    .iter()
    .any(|word| name.contains(word));
    let is_address = ["_HOST", "_CONNINFO", "_URL", "_DSN", "_URI"]
        .iter()
        .any(|end| name.ends_with(end));
    is_database
        && is_other
        && is_address
        && [
            "PG", "POSTGRES", "PATRONI", "MYSQL", "MARIADB", "DB", "DATABASE", "PRIMARY", "MASTER",
        ]
        .iter()
        .any(|word| name.contains(word))
}

/// Files of SQL in the repository that no ConfigMap has: services run them against the databases of every cell.
fn migrations(input: &Input<'_>, out: &mut Found) {
    let Some(facts) = input.facts else { return };
    let repository = facts.repository;
    for path in repository.paths().filter(|path| path.ends_with(".sql")) {
        let Some(text) = repository.text(path) else {
            continue;
        };
        let is_deployed = facts
            .cells
            .iter()
            .any(|here| here.configs.iter().any(|config| config.text == text));
        if is_deployed {
            continue;
        }
        let mut told = BTreeSet::new();
        for remote in sql::statements(&text)
            .iter()
            .flat_map(sql::Statement::remotes)
        {
            let (target, is_address) = match &remote.target {
                Reach::Address(address) => (address.clone(), true),
                Reach::Unknown(text) | Reach::Vendor(text) | Reach::Program(text) => {
                    (text.clone(), false)
                }
            };
            let cell = input.built().find(|here| {
                let resolved = match is_address {
                    true => {
                        reach::of_text(here, &target, "").unwrap_or_else(|| reach::unknown(&target))
                    }
                    false => reach::unknown(&target),
                };
                super::built::trouble(input, here, &resolved).is_some()
            });
            let Some(here) = cell else { continue };
            let host =
                Address::parse(&target).map_or_else(|| target.clone(), |a| a.host.to_string());
            if !told.insert(host.clone()) {
                continue;
            }
            let place = match text.find(&host) {
                Some(at) => Location::new(path, at..at + host.len()),
                None => Location::file(path),
            };
            let message = format!("`{path}`: {} connects to `{host}`", remote.what);
            let finding = RULE
                .finding(message)
                .at(place, "not in every cell's own region");
            out.push(with_policy(input, here.region, finding).help(RULE.fix));
        }
    }
}
