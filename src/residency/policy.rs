//! The policy in one canonical text, and the hash under which it is approved.

use crate::digest::Digest;
use crate::model::Platform;
use crate::spec::types::{ClassResidency, ExceptionSpec};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The SHA-256 of a platform's residency policy (jurisdictions, the rule for each data class, the longest life of
/// exceptions, the exceptions), as 64 hexadecimal digits. Comments, formatting, the order of lists and tables, and
/// defaults that are written out do not change it.
pub fn policy_hash(platform: &Platform) -> String {
    Digest::of(canonical(platform).to_string().as_bytes()).to_string()
}

/// Maps come sorted from the model, sets are sorted here; keys are in the order in which they are written below.
fn canonical(platform: &Platform) -> Value {
    let residency = &platform.residency;
    let jurisdictions: Vec<Value> = residency
        .jurisdictions
        .iter()
        .map(|(name, jurisdiction)| {
            let basis: BTreeSet<&String> = jurisdiction.basis.iter().collect();
            json!([name, jurisdiction.countries, basis])
        })
        .collect();
    let classes: Vec<Value> = residency
        .classes
        .iter()
        .map(|(class, rule)| {
            let how = match rule.residency {
                ClassResidency::Home => "home",
                ClassResidency::Listed => "listed",
                ClassResidency::Any => "any",
            };
            json!([class.name(), how, rule.countries, rule.reason])
        })
        .collect();
    let mut exceptions: Vec<Value> = residency.exceptions.iter().map(exception).collect();
    exceptions.sort_by_key(Value::to_string);
    json!({
        "version": 1,
        "jurisdictions": jurisdictions,
        "classes": classes,
        "max-exception-days": residency.max_exception_days,
        "exceptions": exceptions,
    })
}

fn exception(exception: &ExceptionSpec) -> Value {
    let rules: BTreeSet<&String> = exception.rules.iter().collect();
    let classes: BTreeSet<&String> = exception.classes.iter().collect();
    json!({
        "id": exception.id,
        "rules": rules,
        "region": exception.region,
        "store": exception.store,
        "classes": classes,
        "to": exception.to,
        "reason": exception.reason,
        "legal-basis": exception.legal_basis,
        "requested-by": exception.requested_by,
        "approved-by": exception.approved_by,
        "ticket": exception.ticket,
        "approved-on": exception.approved_on,
        "expires": exception.expires,
        "encryption": exception.encryption,
        "transfer-tool": exception.transfer_tool,
    })
}
