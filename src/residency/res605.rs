//! RES605: accounts that somebody elsewhere knows about.

use super::addressed::{Valued, configured, flags, report, scalars, variables};
use super::built::finding;
use super::found::Found;
use super::rule::{Input, Rule, Weight};
use crate::facts::{CellFacts, Spot};

/// The rule.
pub(super) const RULE: Rule = Rule {
    id: "RES605",
    title: "An identity provider is elsewhere",
    severity: Weight::High,
    rationale: "Who logs in, when and from where is data about a person, and a one-time code is the key to their account. Identity providers, the addresses of their \
        keys, and providers of text messages must be in the cell, in its region, or at a declared endpoint in its country. Providers that have one address \
        for the whole world are known by their names.",
    fix: "Use an identity provider in the region, or declare the endpoint in its country.",
    example_bad: "GOTRUE_EXTERNAL_KEYCLOAK_URL: https://login.es.carebase.example   # in a cell of tr",
    example_good: "GOTRUE_EXTERNAL_KEYCLOAK_URL: https://login.tr.carebase.example",
    exceptable: true,
    check,
};

/// Providers of accounts whose address is built into GoTrue (<https://supabase.com/docs/guides/auth/social-login>).
const WORLDWIDE: [&str; 19] = [
    "APPLE",
    "AZURE",
    "BITBUCKET",
    "DISCORD",
    "FACEBOOK",
    "FIGMA",
    "FLY",
    "GITHUB",
    "GITLAB",
    "GOOGLE",
    "KAKAO",
    "LINKEDIN",
    "LINKEDIN_OIDC",
    "NOTION",
    "SLACK",
    "SPOTIFY",
    "TWITCH",
    "TWITTER",
    "ZOOM",
];
/// Providers of text messages that GoTrue knows (<https://supabase.com/docs/guides/auth/phone-login>).
const MESSAGES: [&str; 5] = [
    "twilio",
    "twilio_verify",
    "messagebird",
    "textlocal",
    "vonage",
];

fn check(input: &Input<'_>, out: &mut Found) {
    for here in input.built() {
        let mut count = 0;
        let variables = variables(here);
        for variable in &variables {
            if !is_of_identity(variable.key()) {
                continue;
            }
            count += 1;
            if !report(&RULE, input, here, variable, "accounts are known to", out) {
                worldwide(input, here, variable, &variables, out);
            }
        }
        let mut others = flags(here);
        others.extend(configured(here));
        for (index, manifest) in here.manifests.iter().enumerate() {
            let is_one = matches!(
                manifest.object.kind(),
                "RequestAuthentication"
                    | "SecurityPolicy"
                    | "OAuth2Client"
                    | "Keycloak"
                    | "AuthRequest"
                    | "JWTProvider"
            );
            if let Some(spec) = manifest.at(&["spec"]).filter(|_| is_one) {
                others.extend(scalars(here, index, spec));
            }
        }
        for value in others {
            if is_setting_of_identity(&value) {
                count += 1;
                report(&RULE, input, here, &value, "accounts are known to", out);
            }
        }
        out.examined(&RULE, here, count);
    }
}

/// Whether a variable is about who somebody is.
fn is_of_identity(name: &str) -> bool {
    let name = name.to_uppercase();
    let is_external = name.starts_with("GOTRUE_EXTERNAL_")
        && (name.ends_with("_URL") || name.ends_with("_ENABLED"));
    let is_message =
        name.starts_with("GOTRUE_SMS_") && (name.ends_with("PROVIDER") || name.ends_with("URL"));
    let is_grafana = name.starts_with("GF_AUTH_") && name.ends_with("_URL");
    let mentions = [
        "JWKS", "OIDC", "OAUTH", "OPENID", "KEYCLOAK", "KC_", "DEX_", "SAML", "SSO_",
    ]
    .iter()
    .any(|word| name.contains(word));
    let is_place = [
        "URL",
        "URI",
        "ISSUER",
        "HOST",
        "ENDPOINT",
        "AUTHORITY",
        "HOSTNAME",
        "SERVER",
        "DOMAIN",
        "METADATA",
    ]
    .iter()
    .any(|word| name.ends_with(word));
    // Where somebody comes back to after a login is a page of one's own, which other rules look at.
    let is_return = name.contains("REDIRECT") || name.contains("CALLBACK");
    !is_return
        && (is_external
            || is_message
            || is_grafana
            || mentions && is_place
            || name == "AUTH0_DOMAIN")
}

/// Whether a flag or a value in a text of configuration is.
fn is_setting_of_identity(value: &Valued) -> bool {
    let key = value.key().to_lowercase().replace(['-', '_'], "");
    if key.contains("redirect") || key.contains("callback") {
        return false;
    }
    let names = [
        "jwksuri",
        "jwksurl",
        "oidcissuerurl",
        "oidcissuer",
        "issueruri",
        "authurl",
        "tokenurl",
        "apiurl",
        "authorizationendpoint",
        "tokenendpoint",
        "userinfoendpoint",
        "oidcjwksurl",
        "loginurl",
        "redeemurl",
        "profileurl",
        "oidcconfigurl",
        "oidcurl",
    ];
    if names.contains(&key.as_str()) {
        // Grafana's own settings are told by their section.
        return key != "apiurl" || value.path.iter().any(|key| key.starts_with("auth"));
    }
    let under = |words: &[&str]| {
        let mut keys = value.path.iter();
        keys.any(|key| words.iter().any(|word| key.to_lowercase().contains(word)))
    };
    (key == "issuer" || key == "remotejwks" || key == "host")
        && under(&["oidc", "connectors", "jwt", "dex", "oauth"])
}

/// A provider that is known by its name, and has one address for the whole world.
fn worldwide(
    input: &Input<'_>,
    here: &CellFacts<'_>,
    variable: &Valued,
    all: &[Valued],
    out: &mut Found,
) {
    let name = variable.key().to_uppercase();
    let who = if name == "GOTRUE_SMS_PROVIDER" {
        let provider = variable.text.to_lowercase();
        MESSAGES
            .contains(&provider.as_str())
            .then(|| variable.text.clone())
    } else {
        name.strip_prefix("GOTRUE_EXTERNAL_")
            .and_then(|rest| rest.strip_suffix("_ENABLED"))
            .filter(|provider| WORLDWIDE.contains(provider) && variable.text == "true")
            .filter(|provider| {
                let url = format!("GOTRUE_EXTERNAL_{provider}_URL");
                !all.iter().any(|other| {
                    other.key() == url
                        && other.spot.manifest == variable.spot.manifest
                        && !other.text.is_empty()
                })
            })
            .map(str::to_lowercase)
    };
    let Some(who) = who else { return };
    let message = format!(
        "{} sets `{}`: accounts are known to `{who}`, whose place nothing declares",
        here.manifest(&variable.spot).identity(),
        variable.key()
    );
    let spot: Spot = variable.spot.clone();
    out.push(
        finding(
            &RULE,
            input,
            here,
            &spot,
            message,
            "nowhere that is declared",
        )
        .concluded([variable.key().to_owned(), who, "not declared".to_owned()])
        .help(RULE.fix),
    );
}
