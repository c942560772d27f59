//! Making the values of one group, from what is known of them already.

use super::graph::{Graph, KeyRef};
use super::plain::Plain;
use super::{certificate, jwt, random};
use crate::model::credentials::Value;
use anyhow::bail;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Values by their source.
pub type Values = BTreeMap<KeyRef, Plain>;

/// Makes every value of a group that is not known yet and can be made, so that they fit those that are known. What a
/// person has to give is left out.
///
/// # Errors
/// When the operating system gives no random numbers, or a private key is wanted for a certificate that was made before.
pub(super) fn complete(
    graph: &Graph,
    group: &BTreeSet<KeyRef>,
    known: &mut Values,
    today: Date,
) -> anyhow::Result<()> {
    let unknown = |known: &Values| -> Vec<KeyRef> {
        let unknown = group.iter().filter(|at| !known.contains_key(*at));
        unknown.cloned().collect()
    };
    for at in unknown(known) {
        match &graph.sources[&at].value {
            Value::Password { length } => known.insert(at, random::password(*length)?),
            Value::Hex { bytes } => known.insert(at, random::hexadecimal(*bytes)?),
            Value::Text(text) => known.insert(at, Plain::from(text.as_str())),
            Value::Certificate { hosts } => {
                let (certificate, private) = certificate::self_signed(hosts, today)?;
                for other in group {
                    if graph.sources[other].from.as_ref() == Some(&at) {
                        known.insert(other.clone(), private.copy());
                    }
                }
                known.insert(at, Plain::from(certificate.as_str()))
            }
            _ => None,
        };
    }
    for at in unknown(known) {
        let source = &graph.sources[&at];
        match (&source.value, &source.from) {
            (Value::Jwt { role, .. }, Some(from)) => {
                let token = jwt::sign(role, &known[from], today);
                known.insert(at, token);
            }
            (Value::PrivateKey { .. }, _) => {
                bail!("the private key `{at}` of a certificate that was made before is not known")
            }
            _ => {}
        }
    }
    Ok(())
}

/// The last day of a value that does not last for ever, as it says itself.
pub(super) fn last_day(value: &Value, plain: &Plain) -> Option<Date> {
    match value {
        Value::Jwt { .. } => jwt::last_day(plain),
        Value::Certificate { .. } => {
            certificate::last_day(std::str::from_utf8(plain.bytes()).ok()?)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::credentials;
    use super::*;
    use jiff::civil::date;

    fn all(graph: &Graph) -> Values {
        let mut values = Values::new();
        for group in &graph.groups {
            complete(graph, group, &mut values, date(2026, 11, 21)).expect("is made");
        }
        values
    }

    #[test]
    fn all_values_but_the_given_ones_are_made_and_no_two_are_alike() {
        let graph = Graph::new(&credentials()).expect("fits");
        let (one, two) = (all(&graph), all(&graph));
        let made: Vec<String> = one.keys().map(ToString::to_string).collect();
        assert_eq!(made.len(), graph.sources.len() - 1);
        assert!(!made.contains(&"smtp/password".to_owned()));
        let mut seen = BTreeSet::new();
        for (at, value) in one.iter().chain(&two) {
            let is_text = matches!(graph.sources[at].value, Value::Text(_));
            assert!(
                seen.insert(value.bytes().to_vec()) != is_text || at.key == "user",
                "{at}"
            );
        }
        let at = |secret, key| &one[&KeyRef::new(secret, key)];
        assert_eq!(at("web-store", "access-key").bytes().len(), 20);
        assert_eq!(at("web-store", "secret-key").bytes().len(), 40);
        let key = at("supabase-jwt", "jwt-secret");
        for token in ["anon-key", "service-role-key"] {
            assert!(jwt::is_signed_with(at("supabase-jwt", token), key));
        }
        assert!(!jwt::is_signed_with(
            at("supabase-jwt", "anon-key"),
            &two[&KeyRef::new("supabase-jwt", "jwt-secret")]
        ));
    }

    #[test]
    fn what_is_known_stays_and_the_rest_is_made_to_fit() {
        let graph = Graph::new(&credentials()).expect("fits");
        let key = KeyRef::new("supabase-jwt", "jwt-secret");
        let mut known = Values::from([(key.clone(), Plain::from("as it was before"))]);
        let group = graph.groups_of("supabase-jwt").next().expect("one");
        complete(&graph, group, &mut known, date(2026, 11, 21)).expect("is made");
        assert!(known[&key].is(&Plain::from("as it was before")));
        assert!(jwt::is_signed_with(
            &known[&KeyRef::new("supabase-jwt", "anon-key")],
            &known[&key]
        ));

        let mut known = Values::from([(KeyRef::new("store-tls", "tls.crt"), Plain::from("PEM"))]);
        let group = graph.groups_of("store-tls").next().expect("one");
        let error = complete(&graph, group, &mut known, date(2026, 11, 21));
        assert!(
            error
                .expect_err("no key")
                .to_string()
                .contains("store-tls/tls.key")
        );
    }
}
