//! Texts in which something looks like a secret: configuration, scripts, command lines.

use super::MASK;

/// Endings of names whose values are secrets, without separators.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "token",
    "apikey",
    "secretkey",
    "secretaccesskey",
    "privatekey",
    "encryptionkey",
    "signingkey",
    "servicerolekey",
    "clientsecret",
    "jwtsecret",
    "sharedsecret",
    "webhooksecret",
    "keybase",
    "credentials",
    "authorization",
];

/// What well-known tokens begin with.
const TOKENS: &[&str] = &[
    "ghp_",
    "gho_",
    "ghs_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "AKIA",
    "eyJhbGciOi",
];

/// Whether a name says that its value is a secret.
pub(super) fn is_secret_word(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    plain == "secret" || WORDS.iter().any(|word| plain.ends_with(word))
}

/// Whether the next argument of a command is a secret: `--password`.
pub(super) fn is_secret_flag(argument: &str) -> bool {
    argument.starts_with('-') && !argument.contains('=') && is_secret_word(argument)
}

/// A text of any number of lines with everything in it replaced that looks like a secret.
pub(super) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut in_key = false;
    for line in text.split_inclusive('\n') {
        let ending = if line.ends_with('\n') { "\n" } else { "" };
        let content = line.trim_end_matches('\n');
        let begins = content.contains("-----BEGIN") && content.contains("PRIVATE KEY");
        let ends = content.contains("-----END") && content.contains("PRIVATE KEY");
        if in_key || begins {
            shown.push_str(MASK);
            in_key = !ends;
        } else {
            shown.push_str(&addresses(&words(&assignment(content))));
        }
        shown.push_str(ending);
    }
    shown
}

/// `password = …`, `"api-key": "…"`: the rest of the line is the value.
fn assignment(line: &str) -> String {
    match line.find(['=', ':']) {
        Some(at) if is_assigned(&line[..at], line[at + 1..].trim()) => {
            format!("{} {MASK}", &line[..=at])
        }
        _ => line.to_owned(),
    }
}

fn is_assigned(name: &str, value: &str) -> bool {
    let is_reference = value.starts_with("//")
        || value.starts_with(['/', '$', '{', '[', '|', '>'])
        || value.starts_with("\"$")
        || value.starts_with(MASK);
    let is_switch = matches!(
        value.trim_end_matches(','),
        "true" | "false" | "null" | "\"\""
    );
    let word = name.trim_matches(|c: char| c.is_whitespace() || "\"'{(".contains(c));
    // A sentence that happens to have a colon in it names nothing.
    let is_name = !word.is_empty() && !word.trim_start_matches(['-', '#', ' ']).contains(' ');
    !value.is_empty() && !is_reference && !is_switch && is_name && is_secret_word(word)
}

/// `--token=…` in a command, `password=…` in a connection string or a query, `"password": "…"` in one line of JSON.
fn words(line: &str) -> String {
    let is_between = |c: char| c.is_whitespace() || ";&?,".contains(c);
    let mut shown = String::new();
    let mut is_next = false;
    for piece in line.split_inclusive(is_between) {
        let word = piece.trim_end_matches(is_between);
        let end = &piece[word.len()..];
        let start = word.trim_start_matches(['"', '\'']);
        if word.is_empty() {
            shown.push_str(piece);
            continue;
        }
        let at = word.find(['=', ':']);
        let cut = at.filter(|at| is_assigned(&word[..*at], &word[at + 1..]));
        if std::mem::take(&mut is_next) || TOKENS.iter().any(|token| start.starts_with(token)) {
            shown.push_str(MASK);
        } else if let Some(at) = cut {
            shown.push_str(&word[..=at]);
            shown.push_str(MASK);
        } else {
            let key = word.strip_suffix("\":").or_else(|| word.strip_suffix("':"));
            is_next = key.is_some_and(is_secret_word) || is_secret_flag(word);
            shown.push_str(word);
        }
        shown.push_str(end);
    }
    shown
}

/// `postgres://user:password@host`.
fn addresses(line: &str) -> String {
    let mut shown = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        rest = after;
        let authority = &after[..after
            .find(|c: char| c.is_whitespace() || "/\"'<>".contains(c))
            .unwrap_or(after.len())];
        let Some(end) = authority.rfind('@') else {
            continue;
        };
        if let Some((user, _)) = authority[..end].split_once(':') {
            shown.push_str(user);
            shown.push(':');
            shown.push_str(MASK);
            rest = &after[end..];
        }
    }
    shown + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_cut() {
        assert_eq!(
            masked("a\npassword = hunter2\nurl: postgres://me:hunter2@db/x"),
            "a\npassword = (not shown)\nurl: postgres://me:(not shown)@db/x"
        );
        let key = "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\nafter";
        assert!(!masked(key).contains("AAAA") && masked(key).ends_with("\nafter"));
        assert_eq!(masked("--token=abc"), "--token= (not shown)");
    }

    #[test]
    fn secrets_are_found_inside_of_lines() {
        for line in [
            "export DB_PASSWORD=hunter2; run --token hunter2 --verbose",
            r#"{"user": "me", "password": "hunter2", "port": 1}"#,
            r#"{"user":"me","password":"hunter2"}"#,
            "Server=db;Password=hunter2;Port=1",
            "https://example.org/hook?a=b&api_key=hunter2&c=d",
            "Authorization: Bearer hunter2",
        ] {
            let shown = masked(line);
            assert!(
                !shown.contains("hunter2") && shown.contains(MASK),
                "{shown}"
            );
        }
        assert!(!masked("x ghp_hunter2").contains("hunter2"));
    }

    #[test]
    fn what_does_not_is_left() {
        for line in [
            "automountServiceAccountToken: false",
            "about the token: see above",
            "image: ghcr.io/acme/api:v1@sha256:00",
            "tokenFile = /run/token",
            "password: ${PASSWORD}",
            "https://example.org/a:b@c",
        ] {
            assert_eq!(masked(line), line);
        }
    }
}
