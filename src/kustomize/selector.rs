//! Which objects a selector picks: by type, name and namespace as expressions, by labels and annotations.

use super::fail::{Detail as _, INVALID, Outcome, UNSUPPORTED, fail};
use super::id::{Gvk, Id};
use super::pattern::Pattern;
use super::resource::{Resource, Texts};
use super::spec::Selector;

/// A selector with its expressions compiled.
#[derive(Debug, Clone)]
pub(super) struct Picker {
    group: Option<Pattern>,
    version: Option<Pattern>,
    kind: Option<Pattern>,
    name: Option<Pattern>,
    namespace: Option<Pattern>,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
    names_objects: bool,
}

/// One condition on labels.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Requirement {
    key: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    Missing,
    Greater,
    Less,
}

impl Picker {
    pub(super) fn new(selector: &Selector) -> Outcome<Self> {
        let pattern = |text: &str| {
            if text.is_empty() {
                return Ok(None);
            }
            Pattern::whole(text).map(Some).map_err(|why| {
                fail(UNSUPPORTED, format!("the expression `{text}`: {why}"))
                    .at(selector.origin, "in this selector")
            })
        };
        let requirements = |text: &str| {
            parse(text).map_err(|why| {
                fail(INVALID, format!("the selector `{text}`: {why}")).at(selector.origin, "here")
            })
        };
        Ok(Self {
            group: pattern(&selector.group)?,
            version: pattern(&selector.version)?,
            kind: pattern(&selector.kind)?,
            name: pattern(&selector.name)?,
            namespace: pattern(&selector.namespace)?,
            labels: requirements(&selector.labels)?,
            annotations: requirements(&selector.annotations)?,
            names_objects: [
                &selector.group,
                &selector.version,
                &selector.kind,
                &selector.name,
                &selector.namespace,
            ]
            .iter()
            .any(|text| !text.is_empty()),
        })
    }

    /// As `patches` select: by the first or the current name.
    pub(super) fn picks(&self, resource: &Resource) -> bool {
        let current = resource.current_id();
        let original = resource
            .previous_ids()
            .into_iter()
            .next()
            .unwrap_or_else(|| current.clone());
        let either =
            |pattern: &Option<Pattern>, a: &str, b: &str| fits(pattern, a) || fits(pattern, b);
        either(
            &self.namespace,
            original.effective_namespace(),
            current.effective_namespace(),
        ) && either(&self.name, &original.name, &current.name)
            && self.picks_type(&current.gvk)
            && self.picks_texts(resource)
    }

    /// As targets of replacements select: by one of its names.
    pub(super) fn picks_id(&self, id: &Id) -> bool {
        self.picks_type(&id.gvk)
            && fits(&self.name, &id.name)
            && fits(&self.namespace, &id.namespace)
    }

    fn picks_type(&self, gvk: &Gvk) -> bool {
        fits(&self.group, &gvk.group)
            && fits(&self.version, &gvk.version)
            && fits(&self.kind, &gvk.kind)
    }

    /// Whether labels and annotations fit.
    pub(super) fn picks_texts(&self, resource: &Resource) -> bool {
        let all = |requirements: &[Requirement], field: &str| {
            requirements.is_empty() || {
                let texts = resource.texts(field);
                requirements
                    .iter()
                    .all(|requirement| requirement.fits(&texts))
            }
        };
        all(&self.annotations, "annotations") && all(&self.labels, "labels")
    }

    /// Whether it says anything about type, name or namespace.
    pub(super) fn names_objects(&self) -> bool {
        self.names_objects
    }

    /// Whether it says anything about labels or annotations.
    pub(super) fn has_requirements(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }
}

fn fits(pattern: &Option<Pattern>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
}

impl Requirement {
    fn fits(&self, texts: &Texts) -> bool {
        let value = texts.get(&*self.key).map(|(text, _)| &**text);
        let number = |text: &str| text.parse::<i64>().ok();
        let compares = |fits: fn(i64, i64) -> bool| match (
            value.and_then(number),
            self.values.first().and_then(|v| number(v)),
        ) {
            (Some(found), Some(limit)) => fits(found, limit),
            _ => false,
        };
        match self.operator {
            Operator::In => value.is_some_and(|value| self.values.iter().any(|v| v == value)),
            Operator::NotIn => value.is_none_or(|value| self.values.iter().all(|v| v != value)),
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
            Operator::Greater => compares(|found, limit| found > limit),
            Operator::Less => compares(|found, limit| found < limit),
        }
    }
}

/// Parses a label selector
/// (<https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>).
fn parse(text: &str) -> Result<Vec<Requirement>, String> {
    let mut tokens = tokens(text)?.into_iter().peekable();
    let mut requirements = Vec::new();
    while tokens.peek().is_some() {
        requirements.push(requirement(&mut tokens)?);
        match tokens.next().as_deref() {
            None => break,
            Some(",") if tokens.peek().is_some() => {}
            Some(other) => return Err(format!("`{other}` is not expected here")),
        }
    }
    Ok(requirements)
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<String>>;

fn requirement(tokens: &mut Tokens) -> Result<Requirement, String> {
    let negated = tokens.next_if(|token| token == "!").is_some();
    let key = tokens.next().unwrap_or_default();
    check_key(&key)?;
    let ends = tokens.peek().is_none_or(|token| token == ",");
    if negated || ends {
        let operator = if negated {
            Operator::Missing
        } else {
            Operator::Exists
        };
        return Ok(Requirement {
            key,
            operator,
            values: Vec::new(),
        });
    }
    let operator = tokens.next().unwrap_or_default();
    let (operator, values) = match operator.as_str() {
        "in" => (Operator::In, list(tokens)?),
        "notin" => (Operator::NotIn, list(tokens)?),
        "=" | "==" => (Operator::In, vec![exact(tokens)?]),
        "!=" => (Operator::NotIn, vec![exact(tokens)?]),
        ">" => (Operator::Greater, vec![exact(tokens)?]),
        "<" => (Operator::Less, vec![exact(tokens)?]),
        other => return Err(format!("`{other}` is no operator")),
    };
    if matches!(operator, Operator::Greater | Operator::Less)
        && values.iter().any(|value| value.parse::<i64>().is_err())
    {
        return Err("only whole numbers can be compared".to_owned());
    }
    values.iter().try_for_each(|value| check_value(value))?;
    Ok(Requirement {
        key,
        operator,
        values,
    })
}

fn exact(tokens: &mut Tokens) -> Result<String, String> {
    match tokens.peek().map(String::as_str) {
        None | Some(",") => Ok(String::new()),
        Some(word) if is_word(word) => Ok(tokens.next().unwrap_or_default()),
        Some(other) => Err(format!("`{other}` is not expected here")),
    }
}

fn list(tokens: &mut Tokens) -> Result<Vec<String>, String> {
    if tokens.next().as_deref() != Some("(") {
        return Err("a list of values in parentheses is expected".to_owned());
    }
    let mut values = Vec::new();
    loop {
        match tokens.next() {
            Some(word) if is_word(&word) => values.push(word),
            other => {
                let other = other.unwrap_or_default();
                return Err(format!("a value is expected, not `{other}`"));
            }
        }
        match tokens.next().as_deref() {
            Some(",") => {}
            Some(")") => return Ok(values),
            _ => return Err("the list of values does not end".to_owned()),
        }
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn is_word(token: &str) -> bool {
    !token.starts_with(is_special)
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while let Some(first) = rest.chars().next() {
        let length = if is_special(first) {
            let two = rest.get(..2).unwrap_or_default();
            if matches!(two, "==" | "!=") { 2 } else { 1 }
        } else {
            rest.find(|c: char| is_special(c) || c.is_ascii_whitespace())
                .unwrap_or(rest.len())
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token.to_owned());
        rest = behind.trim_start_matches([' ', '\t', '\r', '\n']);
    }
    // Two signs in a row are read in ways of their own.
    let odd = tokens.windows(2).any(|pair| {
        ["=", "==", "!=", ">", "<"].contains(&pair[0].as_str())
            && !is_word(&pair[1])
            && pair[1] != ","
    });
    if odd {
        return Err("two operators follow each other".to_owned());
    }
    Ok(tokens)
}

fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|b| fits(*b))
}

fn check_key(key: &str) -> Result<(), String> {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let domain = |prefix: &str| {
        !prefix.is_empty()
            && prefix.len() <= 253
            && prefix.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            })
    };
    if is_name(name) && prefix.is_none_or(domain) {
        Ok(())
    } else {
        Err(format!("`{key}` is no key of a label"))
    }
}

fn check_value(value: &str) -> Result<(), String> {
    if value.is_empty() || is_name(value) {
        Ok(())
    } else {
        Err(format!("`{value}` is no value of a label"))
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn selectors_of_labels_are_read() {
        for (text, count) in [
            ("", 0),
            ("a", 1),
            ("!a", 1),
            ("a=b,c!=d", 2),
            ("a in (x, y),b notin (z)", 2),
            ("app.kubernetes.io/name == web", 1),
            ("a>1", 1),
            ("a=", 1),
        ] {
            assert_eq!(parse(text).map(|r| r.len()), Ok(count), "{text}");
        }
        for text in ["a=b c=d", "a in b", "=b", "a=b,", "a>x", "-a=b", "a b"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
