//! What a scalar means: the rules of go-yaml, which reads, writes and reads again whatever kustomize handles.
//!
//! In: text, tag and style of a scalar. Out: its [`Typed`] value, or why it has none
//! (<https://github.com/yaml/go-yaml/blob/v3.0.1/resolve.go>, `resolve`; `encode.go`, `node`).

use super::number;
use super::timestamp;
use crate::yaml;
use std::sync::Arc;

/// A scalar.
#[derive(Debug, Clone, PartialEq)]
pub struct Scalar {
    /// The text after escapes and folding.
    pub text: Arc<str>,
    /// What it was found or made to be.
    pub tag: Tag,
    /// How it is written.
    pub style: Style,
}

/// What a scalar was found or made to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Nothing was said: the text and the style decide.
    Unset,
    /// A text.
    Str,
    /// A whole number.
    Int,
    /// Any other number.
    Float,
    /// `true` or `false`.
    Bool,
    /// Null.
    Null,
    /// A date, or a date with time.
    Timestamp,
}

/// How a scalar is written, as far as its meaning depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// Without quotes between brackets or braces, where kustomize writes nothing at all and times in quotes.
    PlainInFlow,
    /// In single or double quotes.
    Quoted,
    /// As a block of lines, `|`.
    Block,
    /// As a block of folded lines, `>`.
    Folded,
    /// A null that stays where it was written although a null in a patch removes.
    Kept,
}

/// What a scalar is at the end.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Typed {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Arc<str>),
}

impl Scalar {
    /// Its value.
    ///
    /// # Errors
    /// Why kustomize could not read it again after writing it.
    pub(super) fn typed(&self) -> Result<Typed, String> {
        let quoted = matches!(self.style, Style::Quoted | Style::Block | Style::Folded)
            || (self.style == Style::PlainInFlow
                && (self.text.is_empty() || self.text.contains(':')));
        if self.style != Style::Quoted
            && self.text.starts_with('\t')
            && (self.text.contains('\n') || self.style == Style::Block)
        {
            return Err(
                "a text of several lines begins with a tab, which kustomize cannot read back"
                    .to_owned(),
            );
        }
        if self.style == Style::Folded && folds_otherwise(&self.text) {
            return Err(
                "kustomize changes the line breaks of a folded text with indented lines or several empty ones at its end; write it with `|`"
                    .to_owned(),
            );
        }
        let text = || Typed::Text(Arc::clone(&self.text));
        match self.tag {
            Tag::Str => Ok(text()),
            Tag::Unset if quoted || self.text.contains('\n') => Ok(text()),
            Tag::Unset => value(resolve(&self.text), &self.text),
            tag => {
                let (found, typed) = resolve(&self.text);
                if found == tag {
                    return if quoted {
                        Ok(text())
                    } else {
                        value((found, typed), &self.text)
                    };
                }
                match typed {
                    Typed::Int(number) if tag == Tag::Float => Ok(Typed::Float(number as f64)),
                    _ => Err(format!("`{}` is not {}", self.text, tag.words())),
                }
            }
        }
    }
}

/// Whether go-yaml writes a folded text otherwise than it reads it: a line begins with a space or a tab, or there are
/// empty lines at the beginning or the end.
fn folds_otherwise(text: &str) -> bool {
    text.starts_with('\n')
        || text.ends_with("\n\n")
        || text.split('\n').any(|line| line.starts_with([' ', '\t']))
}

impl Tag {
    /// In words for messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Unset | Self::Str => "a text",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Bool => "a boolean",
            Self::Null => "null",
            Self::Timestamp => "a date",
        }
    }
}

fn value(resolved: (Tag, Typed), text: &str) -> Result<Typed, String> {
    match resolved {
        (Tag::Float, Typed::Float(number)) if !number.is_finite() => {
            Err(format!("`{text}` has no form in JSON"))
        }
        (_, typed) => Ok(typed),
    }
}

/// What a plain scalar means.
pub(super) fn resolve(text: &str) -> (Tag, Typed) {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return (Tag::Null, Typed::Null),
        "true" | "True" | "TRUE" => return (Tag::Bool, Typed::Bool(true)),
        "false" | "False" | "FALSE" => return (Tag::Bool, Typed::Bool(false)),
        ".nan" | ".NaN" | ".NAN" => return (Tag::Float, Typed::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => {
            return (Tag::Float, Typed::Float(f64::INFINITY));
        }
        "-.inf" | "-.Inf" | "-.INF" => return (Tag::Float, Typed::Float(f64::NEG_INFINITY)),
        _ => {}
    }
    match text.as_bytes()[0] {
        b'.' => {
            if let Some(number) = number::float_after_point(text) {
                return (Tag::Float, Typed::Float(number));
            }
        }
        b'0'..=b'9' | b'+' | b'-' => {
            if let Some(shown) = timestamp::parse(text) {
                return (Tag::Timestamp, Typed::Text(shown.into()));
            }
            if let Some(found) = number::number(text) {
                return found;
            }
        }
        _ => {}
    }
    (Tag::Str, Typed::Text(text.into()))
}

/// What a plain scalar means to the older reader that kustomization files and JSON patches go through: YAML 1.1
/// (<https://github.com/yaml/go-yaml/blob/v2.4.0/resolve.go>). Dates are texts to it.
pub(super) fn resolve_old(text: &str) -> (Tag, Typed) {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => (Tag::Bool, Typed::Bool(true)),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => (Tag::Bool, Typed::Bool(false)),
        _ => match resolve(text) {
            (Tag::Timestamp, _) => (Tag::Str, Typed::Text(text.into())),
            found => found,
        },
    }
}

/// Whether the older reader takes a text for anything but a text: a number, a collection, nothing at all
/// (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/compatibility.go>, `IsValueNonString`).
pub(super) fn is_other_than_text(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return false;
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-/".contains(&byte);
    if text.bytes().all(is_word) {
        return resolve_old(text).0 != Tag::Str;
    }
    match yaml::parse("", text).as_deref() {
        Ok([document]) => match &document.root.value {
            yaml::Value::Scalar(scalar) => {
                scalar.style == yaml::ScalarStyle::Plain && resolve_old(&scalar.text).0 != Tag::Str
            }
            _ => true,
        },
        Ok(documents) => documents.is_empty(),
        Err(_) => false,
    }
}

/// Whether a text would be taken for something else if it stood without quotes in the output.
pub(super) fn needs_quotes(text: &str) -> bool {
    !matches!(resolve_output(text), Tag::Str) || number::is_base_60(text)
}

fn resolve_output(text: &str) -> Tag {
    match resolve_old(text).0 {
        Tag::Str => resolve(text).0,
        tag => tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_mean_what_go_yaml_reads() {
        for (text, tag) in [
            ("0777", Tag::Int),
            ("0o17", Tag::Int),
            ("0x1F", Tag::Int),
            ("1_000", Tag::Int),
            ("08", Tag::Float),
            ("1e3", Tag::Float),
            (".5", Tag::Float),
            ("1.2.3", Tag::Str),
            ("1e400", Tag::Str),
            ("2020-01-01", Tag::Timestamp),
            ("2020-13-01", Tag::Str),
            ("12:30", Tag::Str),
            ("yes", Tag::Str),
            ("-", Tag::Str),
            ("+1", Tag::Int),
            ("18446744073709551615", Tag::Int),
            ("18446744073709551616", Tag::Float),
        ] {
            assert_eq!(resolve(text).0, tag, "{text}");
        }
    }

    #[test]
    fn quotes_outlive_the_value() {
        let scalar = |text: &str, tag, style| Scalar {
            text: text.into(),
            tag,
            style,
        };
        let typed = |s: Scalar| s.typed();
        assert_eq!(
            typed(scalar("80", Tag::Int, Style::Quoted)),
            Ok(Typed::Text("80".into()))
        );
        assert_eq!(
            typed(scalar("80", Tag::Int, Style::Plain)),
            Ok(Typed::Int(80))
        );
        assert!(typed(scalar("eighty", Tag::Int, Style::Plain)).is_err());
    }
}
