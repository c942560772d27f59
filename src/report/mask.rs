//! Takes credentials out of texts that go into reports: a message may quote a value, and a value may be a secret.
//!
//! In: any text. Out: the same text with whatever looks like a credential replaced by `***`. What is masked too much costs
//! a reader a look into the file; what is masked too little is in a log for ever. Digests of images and files stay.

/// What stands for a credential.
const MASK: &str = "***";

/// Words in the name of a setting whose value is a credential.
const SECRET_WORDS: [&str; 10] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "api-key",
    "access_key",
    "credential",
];

/// How the names of settings end that are about a credential and hold none.
const NO_SECRET_ENDS: [&str; 6] = ["ref", "name", "file", "path", "location", "secrets"];

/// How tokens of well-known kinds begin.
const TOKEN_STARTS: [&str; 14] = [
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk-",
    "eyJ",
    "AGE-SECRET-KEY-",
];

/// A run of letters and digits of all kinds that is at least so long is no name of anything.
const LONGEST_NAME: usize = 28;

/// The text without credentials.
pub(super) fn masked(text: &str) -> String {
    let text = without_key_blocks(text);
    let text = without_user_info(&text);
    let text = without_settings(&text);
    without_tokens(&text)
}

/// Drops the inside of PEM blocks of private keys.
fn without_key_blocks(text: &str) -> String {
    match (text.find("-----BEGIN"), text.contains("PRIVATE KEY")) {
        (Some(start), true) => {
            let end = text.rfind("-----END").unwrap_or(text.len());
            format!("{}{MASK}{}", &text[..start], &text[end.max(start)..])
        }
        _ => text.to_owned(),
    }
}

/// `scheme://user:password@host` becomes `scheme://***@host`, and the path of a web hook goes.
fn without_user_info(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        result.push_str(before);
        let end = after.find(ends_address).unwrap_or(after.len());
        let (address, further) = after.split_at(end);
        let authority = address.find(['/', '?', '#']).unwrap_or(address.len());
        let (authority, path) = address.split_at(authority);
        match authority.rsplit_once('@') {
            Some((_, host)) => result.extend([MASK, "@", host]),
            None => result.push_str(authority),
        }
        let is_hook = authority.starts_with("hooks.")
            || path.contains("/webhook")
            || path.contains("/hooks/");
        if is_hook && path.len() > 1 {
            result.extend(["/", MASK]);
        } else {
            result.push_str(path);
        }
        rest = further;
    }
    result.push_str(rest);
    result
}

fn ends_address(c: char) -> bool {
    c.is_whitespace() || matches!(c, '`' | '"' | '\'' | '<' | '>' | ',' | ';' | ')' | '|')
}

/// `PASSWORD=value` and `password: value` become `PASSWORD=***`; prose about passwords stays.
fn without_settings(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['=', ':']) {
        let (before, after) = rest.split_at(at + 1);
        result.push_str(before);
        rest = after;
        let name = before[..at]
            .rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_-.".contains(c)))
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        let is_assignment = before.ends_with('=') || is_setting(&before[..at]);
        let is_about = NO_SECRET_ENDS.iter().any(|end| name.ends_with(end));
        if !is_assignment || is_about || !SECRET_WORDS.iter().any(|word| name.contains(word)) {
            continue;
        }
        let value = after.trim_start_matches([' ', '"', '\'']);
        result.push_str(&after[..after.len() - value.len()]);
        let end = value
            .find(|c: char| c.is_whitespace() || "`\"'&,;)".contains(c))
            .unwrap_or(value.len());
        if end > 0 && !value.starts_with('$') && !value.starts_with('/') {
            result.push_str(MASK);
            rest = &value[end..];
        } else {
            rest = value;
        }
    }
    result.push_str(rest);
    result
}

/// Whether a colon after this text assigns: after the name of a setting as files write it, not after a word of prose.
fn is_setting(before: &str) -> bool {
    before
        .rsplit(|c: char| c.is_whitespace() || "`\"'".contains(c))
        .next()
        .is_some_and(|name| {
            let inside = name.get(1..).unwrap_or_default();
            name.contains(['_', '.'])
                || inside.chars().any(|c| c.is_ascii_uppercase())
                || before.trim() == name.to_ascii_lowercase()
        })
}

/// Masks words that are tokens by how they begin or by how they look.
fn without_tokens(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-+=".contains(c);
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let (before, from) = rest.split_at(start);
        // The parts of a signed token are joined by dots.
        let is_inside = |c: char| is_part(c) || (c == '.' && from.starts_with("eyJ"));
        let end = from.find(|c| !is_inside(c)).unwrap_or(from.len());
        let (word, further) = from.split_at(end);
        result.push_str(before);
        let is_digest = result.ends_with("sha256:");
        result.push_str(if !is_digest && is_token(word) {
            MASK
        } else {
            word
        });
        rest = further;
    }
    result.push_str(rest);
    result
}

fn is_token(word: &str) -> bool {
    let has = |is: fn(&char) -> bool| word.chars().any(|c| is(&c));
    let known = word.len() >= 16 && TOKEN_STARTS.iter().any(|start| word.starts_with(start));
    let looks = word.len() >= LONGEST_NAME
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit);
    known || looks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go() {
        for (text, wanted) in [
            (
                "leads `URL` to `postgres://app:hunter2@db.example:5432/x`",
                "leads `URL` to `postgres://***@db.example:5432/x`",
            ),
            (
                "https://k0@o99.ingest.example/1",
                "https://***@o99.ingest.example/1",
            ),
            (
                "posts to https://hooks.slack.com/services/T0/B0/abc",
                "posts to https://hooks.slack.com/***",
            ),
            ("CLIENT_SECRET=hunter2 x", "CLIENT_SECRET=*** x"),
            ("DB_PASSWORD=hunter2 and more", "DB_PASSWORD=*** and more"),
            ("smtp_password: 'hunter2'", "smtp_password: '***'"),
            ("uses AKIAIOSFODNN7EXAMPLE here", "uses *** here"),
            (
                "`eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl`",
                "`***`",
            ),
            (
                "key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0123456789ab",
                "key wJalrXUtnFEMI/K7MDENG/***",
            ),
            (
                "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----",
                "***-----END PRIVATE KEY-----",
            ),
        ] {
            assert_eq!(masked(text), wanted);
        }
    }

    #[test]
    fn everything_else_stays() {
        for text in [
            "the region `es` is in GB",
            "`frontend` in production/es runs `sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`",
            "cluster/overlays/production/es/secrets/sealed/carebase-data.postgres-backup-object-storage.yaml",
            "the password: see the runbook",
            "http://object-storage.carebase-data.svc.cluster.local:9000/bucket",
            "secretKeyRef: name",
            "a value of a Secret: nobody knows it",
            "S3_ENDPOINT → s3.eu-west-3.amazonaws.com → aws/eu-west-3 → FR ∉ {ES}",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
