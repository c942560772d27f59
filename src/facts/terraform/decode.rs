//! YAML and JSON inside of Terraform: `yamldecode(file(…))`, `jsonencode({…})`.

use super::value::{Datum, Value};
use crate::source::Location;
use crate::yaml::{self, Node, Resolved};

/// The value that a text holds. Of a whole file, every value knows its own bytes.
pub(super) fn decode(text: &Value, at: &Location) -> Option<Value> {
    let Datum::Text(written) = &text.datum else {
        return None;
    };
    let documents = yaml::parse(&text.at.path, written).ok()?;
    let root = documents.into_iter().next()?.root;
    // Only the text of a file has the file's own positions.
    let is_file = text.at.span.is_none();
    Some(value(&root, &text.at, is_file).used_at(at))
}

fn value(node: &Node, whole: &Location, is_file: bool) -> Value {
    let at = if is_file {
        Location::new(whole.path.clone(), node.span.clone())
    } else {
        whole.clone()
    };
    let datum = match &node.value {
        yaml::Value::Sequence(list) => Datum::List(
            list.items
                .iter()
                .map(|item| value(item, whole, is_file))
                .collect(),
        ),
        yaml::Value::Mapping(mapping) => Datum::Object(
            mapping
                .entries
                .iter()
                .filter_map(|entry| {
                    let key = entry.key.text()?.to_owned();
                    Some((key, value(&entry.value, whole, is_file)))
                })
                .collect(),
        ),
        yaml::Value::Alias(_) => Datum::Null,
        yaml::Value::Scalar(scalar) => match node.resolved() {
            Some(Resolved::Null) => Datum::Null,
            Some(Resolved::Bool(value)) => Datum::Bool(value),
            Some(Resolved::Int(_) | Resolved::Float(_)) => scalar
                .text
                .parse()
                .map_or_else(|_| Datum::Text(scalar.text.clone()), Datum::Number),
            _ => Datum::Text(scalar.text.clone()),
        },
    };
    Value::new(datum, &at)
}

/// A value as JSON, which is YAML too; what is not known stands in it as the mark for that.
pub(super) fn encode(value: &Value, at: &Location) -> Option<Value> {
    let text = serde_json::to_string_pretty(&json(value)).ok()?;
    Some(Value::text_at(text, at))
}

fn json(value: &Value) -> serde_json::Value {
    match &value.datum {
        Datum::Null => serde_json::Value::Null,
        Datum::Bool(value) => (*value).into(),
        Datum::Number(number) => serde_json::Number::from_f64(*number)
            .map_or(serde_json::Value::Null, serde_json::Value::Number),
        Datum::Text(text) => text.as_str().into(),
        Datum::List(items) => items.iter().map(json).collect(),
        Datum::Object(entries) => entries
            .iter()
            .map(|(key, value)| (key.clone(), json(value)))
            .collect(),
        Datum::Either(values) => values.first().map_or(serde_json::Value::Null, json),
        Datum::Unknown(_) => super::evaluate::UNKNOWN_PART.into(),
    }
}
