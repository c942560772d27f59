//! The token: read once, shown to the transport alone, and taken out of every text that comes from outside.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use octocrab::secrecy::{ExposeSecret as _, SecretString};

use super::Error;

/// A token that shows itself only to the transport.
#[derive(Clone)]
pub(super) struct Token(SecretString);

impl Token {
    pub(super) fn from_environment(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, Error> {
        for name in ["PLATFORMCTL_GITHUB_TOKEN", "GITHUB_TOKEN"] {
            let Some(value) = lookup(name) else { continue };
            let value = value.trim();
            if value.is_empty() {
                return Err(Error::Token(format!("{name} is set but empty")));
            }
            if !value.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::Token(format!(
                    "{name} holds characters that no token has"
                )));
            }
            return Ok(Self(SecretString::from(value.to_owned())));
        }
        Err(Error::Token(
            "no token for GitHub in the environment".to_owned(),
        ))
    }

    /// The secret itself, for the transport alone.
    pub(super) fn secret(&self) -> SecretString {
        self.0.clone()
    }

    /// A text from outside without the token, in plain or in base64, and short and printable enough for a terminal.
    pub(super) fn redact(&self, text: &str) -> String {
        let token = self.0.expose_secret();
        let mut text = text.replace(token, "***");
        // A stem too short would be found in innocent words.
        for stem in stems(token).iter().filter(|stem| stem.len() >= 8) {
            text = text.replace(stem, "***");
        }
        let printable: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let words: Vec<&str> = printable.split_whitespace().collect();
        shorten(&words.join(" "))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(***)")
    }
}

/// What every base64 text with the token somewhere inside must hold, for each of the three ways in which the token
/// can fall onto groups of three bytes. The characters at the ends also depend on the neighbours, so they are left out.
fn stems(token: &str) -> [String; 3] {
    [0, 1, 2].map(|shift: usize| {
        let encoded = STANDARD.encode([&[0; 2][..shift], token.as_bytes()].concat());
        let start = [0, 2, 3][shift];
        let whole = (shift + token.len()) * 8 / 6;
        encoded[start.min(whole)..whole].to_owned()
    })
}

/// Error pages can be whole web sites; a message is one line.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 300;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(pairs: &[(&str, &str)]) -> Result<Token, Error> {
        Token::from_environment(&|name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn our_own_token_goes_first_and_an_empty_one_is_refused() {
        let both = [
            ("PLATFORMCTL_GITHUB_TOKEN", "ours\n"),
            ("GITHUB_TOKEN", "theirs"),
        ];
        let ours = token(&both).unwrap();
        assert_eq!(ours.secret().expose_secret(), "ours");
        for pairs in [
            vec![],
            vec![("GITHUB_TOKEN", " ")],
            vec![("PLATFORMCTL_GITHUB_TOKEN", ""), ("GITHUB_TOKEN", "theirs")],
            vec![("GITHUB_TOKEN", "two words")],
        ] {
            let error = token(&pairs).unwrap_err();
            assert!(matches!(error, Error::Token(_)), "{error:?}");
            assert!(error.help().unwrap().contains("PLATFORMCTL_GITHUB_TOKEN"));
        }
    }

    #[test]
    fn neither_debug_nor_redacted_texts_show_the_token() {
        let token = token(&[("GITHUB_TOKEN", "ghp_canary")]).unwrap();
        assert!(!format!("{token:?}").contains("canary"));
        assert_eq!(token.redact("Bearer ghp_canary."), "Bearer ***.");
        for before in ["", "a", "ab", "x-access-token:"] {
            for after in ["", "b", "bc", "\n"] {
                let encoded = STANDARD.encode(format!("{before}ghp_canary{after}"));
                let redacted = token.redact(&encoded);
                assert!(redacted.contains("***"), "{redacted}");
                let left = redacted.replace("***", "").len();
                assert!(left <= before.len() * 4 / 3 + 8, "{redacted}");
            }
        }
        assert_eq!(token.redact("a\u{1b}[31m\nb"), "a [31m b");
        assert_eq!(token.redact(&"x".repeat(5000)).chars().count(), 301);
    }
}
