//! How a value is written into each kind of file. Every function either writes something that cannot end the place it
//! stands in, or refuses.

use crate::yaml::{self, ScalarStyle};
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

/// The kind of file that a template makes, by the ending of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `.yaml`, `.yml`: one scalar, quoted when it must be.
    Yaml,
    /// `.json`, `.toml`: strings always in double quotes, with the escapes that both have.
    Quoted,
    /// `.sh`: one word; control characters are refused.
    Shell,
    /// `.md`: text without effect on the page.
    Markdown,
    /// `.html`: text, inside of elements and of attributes in quotes.
    Html,
    /// Anything else, such as a Makefile: only harmless characters, the rest is refused.
    Plain,
}

impl Format {
    /// The format of a template.
    pub(super) fn of(name: &str) -> Self {
        let file = name.rsplit('/').next().unwrap_or(name);
        match file.rsplit_once('.').map(|(_, ending)| ending) {
            Some("yaml" | "yml") => Self::Yaml,
            Some("json" | "toml") => Self::Quoted,
            Some("sh") => Self::Shell,
            Some("md") => Self::Markdown,
            Some("html") => Self::Html,
            _ => Self::Plain,
        }
    }

    /// The text of a value. Only strings, whole numbers and booleans have one.
    pub(super) fn write(self, value: &Value) -> Result<String, Error> {
        if let Some(text) = value.as_str() {
            return self.string(text);
        }
        match value.kind() {
            ValueKind::Bool => Ok(value.is_true().to_string()),
            ValueKind::Number if value.is_integer() => Ok(value.to_string()),
            kind => Err(refuse(format!("a value of kind `{kind}` has no text"))),
        }
    }

    fn string(self, text: &str) -> Result<String, Error> {
        match self {
            Self::Yaml => Ok(yaml::write(text, ScalarStyle::Plain)),
            Self::Quoted => Ok(yaml::quote(text)),
            Self::Shell => shell(text),
            Self::Markdown => Ok(markdown(text)),
            Self::Html => Ok(html(text)),
            Self::Plain => plain(text),
        }
    }
}

fn refuse(detail: String) -> Error {
    Error::new(ErrorKind::InvalidOperation, detail)
}

/// One word of a POSIX shell. A line break would end a comment, so control characters are refused.
fn shell(text: &str) -> Result<String, Error> {
    if text.chars().any(char::is_control) {
        let detail = format!("{text:?} has control characters and cannot stand in a script");
        return Err(refuse(detail));
    }
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"._/:@%+,-".contains(&b);
    if !text.is_empty() && text.bytes().all(harmless) {
        return Ok(text.to_owned());
    }
    Ok(format!("'{}'", text.replace('\'', r"'\''")))
}

/// Text that Markdown shows as it is. Inside a code span only a backtick could do harm, and it becomes an entity.
fn markdown(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '`' | '|' => result.push_str(&format!("&#{};", u32::from(c))),
            '*' | '[' | ']' | '\\' | '#' | '!' | '~' | '$' => result.extend(['\\', c]),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') => result.push(' '),
            c => result.push(c),
        }
    }
    result
}

/// Text that a browser shows as it is, wherever in a page it stands but in tags, scripts and styles.
fn html(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '"' | '\'' | '`' => result.push_str(&format!("&#{};", u32::from(c))),
            '\n' | '\t' => result.push(' '),
            c if c.is_control()
                || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}') =>
            {
                result.push('\u{fffd}');
            }
            c => result.push(c),
        }
    }
    result
}

/// A word that means itself in every kind of file.
fn plain(text: &str) -> Result<String, Error> {
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"._/:@-".contains(&b);
    if !text.is_empty() && text.bytes().all(harmless) {
        return Ok(text.to_owned());
    }
    Err(refuse(format!(
        "{text:?} cannot stand in this kind of file"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_word_is_one_word() {
        assert_eq!(
            shell("ghcr.io/acme/web:1").ok().as_deref(),
            Some("ghcr.io/acme/web:1")
        );
        assert_eq!(shell("").ok().as_deref(), Some("''"));
        assert_eq!(shell("a b").ok().as_deref(), Some("'a b'"));
        assert_eq!(
            shell("it's $(id)").ok().as_deref(),
            Some(r"'it'\''s $(id)'")
        );
        assert_eq!(shell("~").ok().as_deref(), Some("'~'"));
        assert!(shell("a\nb").is_err() && shell("a\0").is_err());
    }

    #[test]
    fn markdown_has_no_effect_on_the_page() {
        assert_eq!(markdown("carebase-staging_1"), "carebase-staging_1");
        assert_eq!(
            markdown("`<img>` | [x](y)\n# *b*"),
            r"&#96;&#60;img&#62;&#96; &#124; \[x\](y) \# \*b\*"
        );
    }

    #[test]
    fn html_is_text() {
        assert_eq!(
            html("<a href='x' on=\"y\">&\n\u{1b}\u{202e}é"),
            "&#60;a href=&#39;x&#39; on=&#34;y&#34;&#62;&#38; \u{fffd}\u{fffd}é"
        );
        assert_eq!(Format::of("report/page.html"), Format::Html);
    }

    #[test]
    fn other_files_take_only_harmless_words() {
        assert_eq!(Format::of("Makefile"), Format::Plain);
        assert_eq!(plain("k3d/local").ok().as_deref(), Some("k3d/local"));
        for text in ["", "a b", "$(x)", "a\n", "é", "a#b"] {
            assert!(plain(text).is_err(), "{text:?}");
        }
    }
}
