//! Terraform's functions, as far as names of places are made with them: <https://developer.hashicorp.com/terraform/language/functions>.

use super::decode;
use super::evaluate::carried;
use super::value::{Datum, Unknown, Value, either};
use crate::source::Location;
use std::collections::BTreeMap;

/// Calls a function. Of alternatives, each is tried.
pub(super) fn call(name: &str, arguments: &[Value], at: &Location) -> Value {
    match name {
        // These look at what is not known as well.
        "try" | "coalesce" => return first(name, arguments, at),
        "can" => {
            let known = arguments.first().is_some_and(|v| v.why_unknown().is_none());
            return if known {
                Value::new(Datum::Bool(true), at)
            } else {
                Value::unknown(Unknown::Function(name.to_owned()), at)
            };
        }
        _ => {}
    }
    lifted(arguments, at, &|arguments: &[Value]| {
        known(name, arguments, at)
    })
}

/// Applies a function to every combination of alternatives.
pub(super) fn lifted(
    arguments: &[Value],
    at: &Location,
    apply: &dyn Fn(&[Value]) -> Value,
) -> Value {
    let found = arguments
        .iter()
        .position(|argument| matches!(argument.datum, Datum::Either(_)));
    let Some(position) = found else {
        return apply(arguments);
    };
    let results = arguments[position]
        .alternatives()
        .iter()
        .map(|alternative| {
            let mut arguments = arguments.to_vec();
            arguments[position] = alternative.clone();
            lifted(&arguments, at, apply)
        })
        .collect();
    either(results, at)
}

/// Whether two values are the same; nothing when one of them is not known.
pub(super) fn same(left: &Value, right: &Value) -> Option<bool> {
    match (&left.datum, &right.datum) {
        (Datum::Unknown(_) | Datum::Either(_), _) | (_, Datum::Unknown(_) | Datum::Either(_)) => {
            None
        }
        (Datum::List(left), Datum::List(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            left.iter()
                .zip(right)
                .map(|(left, right)| same(left, right))
                .try_fold(true, |all, one| Some(all && one?))
        }
        (Datum::Object(left), Datum::Object(right)) => {
            if left.len() != right.len() {
                return Some(false);
            }
            left.iter()
                .map(|(key, left)| {
                    right
                        .get(key)
                        .map_or(Some(false), |right| same(left, right))
                })
                .try_fold(true, |all, one| Some(all && one?))
        }
        (left, right) => Some(left == right),
    }
}

/// The first argument that is there.
fn first(name: &str, arguments: &[Value], at: &Location) -> Value {
    let mut possible = Vec::new();
    for argument in arguments {
        match &argument.datum {
            Datum::Null => {}
            Datum::Text(text) if text.is_empty() && name == "coalesce" => {}
            // Whether `try` passes it over is known only when it runs.
            Datum::Unknown(_) if name == "try" => possible.push(argument.clone()),
            Datum::Unknown(_) => return carried(argument, at),
            Datum::Either(values) => {
                possible.extend(values.iter().filter(|value| !value.is_null()).cloned());
                if !values.iter().any(Value::is_null) {
                    break;
                }
            }
            _ => {
                possible.push(argument.clone());
                break;
            }
        }
    }
    let known: Vec<Value> = possible
        .iter()
        .filter(|value| value.why_unknown().is_none())
        .cloned()
        .collect();
    match (possible.len(), known.is_empty()) {
        (0, _) => Value::new(Datum::Null, at),
        (_, true) => possible.swap_remove(0),
        _ => either(possible, at),
    }
}

fn known(name: &str, arguments: &[Value], at: &Location) -> Value {
    let one = || arguments.first();
    let result = match name {
        // What is encoded matters, not how: the text is looked at as it is.
        "base64encode" | "base64gzip" | "base64decode" | "sensitive" | "nonsensitive"
        | "ephemeralasnull" | "tostring" | "tolist" | "toset" | "tomap" | "tonumber" | "tobool"
        | "sort" | "issensitive" => one().cloned(),
        "lower" | "upper" | "title" | "trimspace" | "chomp" | "trim" | "trimprefix"
        | "trimsuffix" | "replace" | "substr" | "format" | "join" => text(name, arguments, at),
        "split" | "element" | "one" | "concat" | "flatten" | "compact" | "distinct" | "reverse"
        | "slice" | "range" | "setunion" => list(name, arguments, at),
        "keys" | "values" | "merge" | "zipmap" | "lookup" => object(name, arguments, at),
        "length" | "contains" | "startswith" | "endswith" | "alltrue" | "anytrue" => {
            question(name, arguments, at)
        }
        "yamldecode" | "jsondecode" => one().and_then(|text| decode::decode(text, at)),
        "jsonencode" | "yamlencode" => one().and_then(|value| decode::encode(value, at)),
        _ => None,
    };
    result.unwrap_or_else(|| {
        // What is not known about the arguments says more than that the function could not run.
        arguments
            .iter()
            .find(|argument| argument.why_unknown().is_some())
            .map_or_else(
                || Value::unknown(Unknown::Function(name.to_owned()), at),
                |argument| carried(argument, at),
            )
    })
}

/// A text made of others: what a person would change is the one argument that is written elsewhere, else the call.
fn text(name: &str, arguments: &[Value], at: &Location) -> Option<Value> {
    let texts: Vec<String> = match name {
        "join" => {
            let mut texts = vec![arguments.first()?.text()?];
            for argument in &arguments[1..] {
                match &argument.datum {
                    Datum::List(items) => {
                        for item in items {
                            texts.push(item.text()?);
                        }
                    }
                    _ => return None,
                }
            }
            texts
        }
        _ => arguments.iter().map(Value::text).collect::<Option<_>>()?,
    };
    let get = |index: usize| texts.get(index).map(String::as_str);
    let made = match name {
        "lower" => get(0)?.to_lowercase(),
        "upper" => get(0)?.to_uppercase(),
        "title" => title(get(0)?),
        "trimspace" | "chomp" => get(0)?.trim().to_owned(),
        "trim" => {
            let set = get(1)?;
            get(0)?.trim_matches(|c| set.contains(c)).to_owned()
        }
        "trimprefix" => get(0)?.strip_prefix(get(1)?).unwrap_or(get(0)?).to_owned(),
        "trimsuffix" => get(0)?.strip_suffix(get(1)?).unwrap_or(get(0)?).to_owned(),
        "replace" if get(1)?.starts_with('/') && get(1)?.len() > 1 => return None,
        "replace" => get(0)?.replace(get(1)?, get(2)?),
        "substr" => substring(get(0)?, get(1)?.parse().ok()?, get(2)?.parse().ok()?),
        "format" => formatted(get(0)?, &texts[1..])?,
        "join" => texts[1..].join(get(0)?),
        _ => return None,
    };
    let elsewhere: Vec<&Location> = arguments
        .iter()
        .filter(|argument| argument.at != argument.used)
        .map(|argument| &argument.at)
        .collect();
    let origin = match (elsewhere.as_slice(), arguments) {
        ([only], _) => only,
        ([], [only]) => &only.at,
        _ => at,
    };
    Some(Value::text_at(made, origin))
}

fn title(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

fn substring(text: &str, offset: i64, length: i64) -> String {
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let start = if offset < 0 { count + offset } else { offset }.clamp(0, count);
    let length = if length < 0 { count } else { length };
    let skip = usize::try_from(start).unwrap_or(0);
    let take = usize::try_from(length).unwrap_or(0);
    text.chars().skip(skip).take(take).collect()
}

/// `%s`, `%d`, `%v`, `%q` and `%%`; anything with widths is left alone.
fn formatted(pattern: &str, arguments: &[String]) -> Option<String> {
    let mut made = String::new();
    let mut next = arguments.iter();
    let mut chars = pattern.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            made.push(char);
            continue;
        }
        match chars.next()? {
            '%' => made.push('%'),
            's' | 'd' | 'v' => made.push_str(next.next()?),
            'q' => made.push_str(&format!("\"{}\"", next.next()?)),
            _ => return None,
        }
    }
    Some(made)
}

fn items(value: &Value) -> Option<&[Value]> {
    match &value.datum {
        Datum::List(items) => Some(items),
        _ => None,
    }
}

fn list(name: &str, arguments: &[Value], at: &Location) -> Option<Value> {
    let first = arguments.first()?;
    let list = |items: Vec<Value>| Some(Value::new(Datum::List(items), at));
    match name {
        "split" => {
            let (separator, text) = (first.text()?, arguments.get(1)?);
            let parts = text.text()?;
            list(
                parts
                    .split(separator.as_str())
                    .map(|part| Value::text_at(part, &text.at))
                    .collect(),
            )
        }
        "element" => {
            let items = items(first)?;
            let index: usize = arguments.get(1)?.text()?.parse().ok()?;
            items.get(index.checked_rem(items.len())?).cloned()
        }
        "one" => match items(first)? {
            [] => Some(Value::new(Datum::Null, at)),
            [only] => Some(only.clone()),
            _ => None,
        },
        "concat" | "setunion" => {
            let all: Option<Vec<&[Value]>> = arguments.iter().map(items).collect();
            list(all?.concat())
        }
        "flatten" => {
            items(first)?;
            list(first.items().into_iter().cloned().collect())
        }
        "compact" => list(
            items(first)?
                .iter()
                .filter(|item| !item.is_null() && item.text().as_deref() != Some(""))
                .cloned()
                .collect(),
        ),
        "distinct" => {
            let mut distinct: Vec<Value> = Vec::new();
            for item in items(first)? {
                if !distinct.iter().any(|known| known.datum == item.datum) {
                    distinct.push(item.clone());
                }
            }
            list(distinct)
        }
        "reverse" => list(items(first)?.iter().rev().cloned().collect()),
        "slice" => {
            let from: usize = arguments.get(1)?.text()?.parse().ok()?;
            let to: usize = arguments.get(2)?.text()?.parse().ok()?;
            list(items(first)?.get(from..to)?.to_vec())
        }
        "range" if arguments.len() == 1 => {
            let to: u32 = first.text()?.parse().ok()?;
            let number = |number| Value::new(Datum::Number(f64::from(number)), at);
            (to <= 1000).then(|| Value::new(Datum::List((0..to).map(number).collect()), at))
        }
        _ => None,
    }
}

fn object(name: &str, arguments: &[Value], at: &Location) -> Option<Value> {
    let first = arguments.first()?;
    match (name, &first.datum) {
        ("keys", Datum::Object(entries)) => {
            let keys = entries
                .iter()
                .map(|(key, value)| Value::text_at(key, &value.at));
            Some(Value::new(Datum::List(keys.collect()), at))
        }
        ("values", Datum::Object(entries)) => Some(Value::new(
            Datum::List(entries.values().cloned().collect()),
            at,
        )),
        ("lookup", Datum::Object(entries)) => match arguments.get(1)?.text() {
            Some(key) => entries.get(&key).or_else(|| arguments.get(2)).cloned(),
            None => {
                let all = entries.values().chain(arguments.get(2));
                Some(either(all.cloned().collect(), at))
            }
        },
        ("merge", _) => {
            let mut merged = BTreeMap::new();
            for argument in arguments {
                match &argument.datum {
                    Datum::Object(entries) => merged.extend(entries.clone()),
                    Datum::Null => {}
                    _ => return None,
                }
            }
            Some(Value::new(Datum::Object(merged), at))
        }
        ("zipmap", Datum::List(keys)) => {
            let values = items(arguments.get(1)?)?;
            let pairs = keys.iter().zip(values);
            let entries: Option<BTreeMap<String, Value>> = pairs
                .map(|(key, value)| Some((key.text()?, value.clone())))
                .collect();
            Some(Value::new(Datum::Object(entries?), at))
        }
        _ => None,
    }
}

fn question(name: &str, arguments: &[Value], at: &Location) -> Option<Value> {
    let first = arguments.first()?;
    let answer = |answer| Some(Value::new(Datum::Bool(answer), at));
    match name {
        "length" => {
            let length = match &first.datum {
                Datum::List(items) => items.len(),
                Datum::Object(entries) => entries.len(),
                Datum::Text(text) => text.chars().count(),
                _ => return None,
            };
            let length = u32::try_from(length).ok()?;
            Some(Value::new(Datum::Number(f64::from(length)), at))
        }
        "contains" => {
            let wanted = arguments.get(1)?;
            let found: Option<Vec<bool>> = items(first)?
                .iter()
                .map(|item| same(item, wanted))
                .collect();
            answer(found?.contains(&true))
        }
        "startswith" => answer(first.text()?.starts_with(&arguments.get(1)?.text()?)),
        "endswith" => answer(first.text()?.ends_with(&arguments.get(1)?.text()?)),
        "alltrue" => {
            let all: Option<Vec<bool>> = items(first)?.iter().map(Value::bool).collect();
            answer(!all?.contains(&false))
        }
        "anytrue" => {
            let all: Option<Vec<bool>> = items(first)?.iter().map(Value::bool).collect();
            answer(all?.contains(&true))
        }
        _ => None,
    }
}
