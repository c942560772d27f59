//! RES105: keys and secrets that are kept in several places.

use super::found::Found;
use super::rule::{Input, Rule, Weight};
use super::terraform::{Ask, Ground, Row, Trouble, judge_rows};
use crate::facts::terraform::{Mode, Value};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES105",
    title: "Keys or secrets are replicated, or global",
    severity: Weight::High,
    rationale: "Who has the key has the data. A key of several regions, a replica of a secret, a key ring that is `global` and a secret of Google Cloud with \
        automatic replication, which is also its default, put it into other countries.",
    fix: "Use a key of one region, a key ring in the region, and for secrets of Google Cloud `user_managed` replicas in the region.",
    example_bad: "resource \"aws_kms_key\" \"data\" {\n  multi_region = true\n}",
    example_good: "resource \"aws_kms_key\" \"data\" {\n  multi_region = false\n}",
    exceptable: true,
    check,
};

/// Sources: the pages of the resources at <https://registry.terraform.io/browse/providers>.
const ROWS: &[Row] = &[
    Row {
        kinds: &["aws_kms_key", "aws_kms_external_key"],
        ask: Ask::Off("multi_region"),
        what: "is a key of several regions",
    },
    Row {
        kinds: &["aws_kms_replica_key", "aws_kms_replica_external_key"],
        ask: Ask::Never,
        what: "is a copy of a key of another region",
    },
    Row {
        kinds: &["aws_secretsmanager_secret"],
        ask: Ask::Place("replica.region"),
        what: "is replicated to another region",
    },
    Row {
        kinds: &["google_kms_key_ring"],
        ask: Ask::NeedPlace("location"),
        what: "keeps keys outside of the jurisdiction",
    },
    Row {
        kinds: &["google_secret_manager_secret"],
        ask: Ask::Absent("replication.auto"),
        what: "is replicated wherever the provider likes",
    },
    Row {
        kinds: &["google_secret_manager_secret"],
        ask: Ask::Off("replication.automatic"),
        what: "is replicated wherever the provider likes",
    },
    Row {
        kinds: &["google_secret_manager_secret"],
        ask: Ask::NeedPlace("replication.user_managed.replicas.location"),
        what: "is kept outside of the jurisdiction",
    },
    Row {
        kinds: &["azurerm_key_vault_managed_hardware_security_module"],
        ask: Ask::Absent("additional_regions"),
        what: "is replicated to other regions",
    },
];

fn check(input: &Input<'_>, out: &mut Found) {
    for ground in Ground::all(input) {
        judge_rows(&ground, &RULE, ROWS, out);
        for resource in ground
            .root
            .resources
            .iter()
            .filter(|r| r.mode == Mode::Managed)
        {
            let is_unsaid = resource.kind == "google_secret_manager_secret"
                && resource.blocks("replication").is_empty();
            if is_unsaid {
                let message = format!("`{}` does not say where it is kept", resource.address);
                let words = "`replication` is not set: the provider chooses";
                let trouble = Trouble::plain(&resource.at, words);
                ground.report(&RULE, resource.region.as_ref(), message, trouble, out);
            }
        }
        let told = ground.root.region.as_ref();
        for call in &ground.root.calls {
            let switched = call
                .fields
                .get("multi_region")
                .filter(|value| value.bool() != Some(false) && !value.is_null());
            let copies = ["replica", "replicas"]
                .iter()
                .filter(|_| call.source.contains("secret"))
                .filter_map(|key| call.fields.get(*key))
                .find(|value| !Value::is_null(value));
            if let Some(value) = switched.or(copies) {
                let message = format!(
                    "`{}` keeps keys or secrets in several regions",
                    call.address
                );
                let trouble = Trouble::about(value, "not within one region");
                ground.report(&RULE, told, message, trouble, out);
            }
        }
    }
}
