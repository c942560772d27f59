//! How often a block is there: `count` and `for_each`.

use super::evaluate::Locals;
use super::scope::Scope;
use super::syntax::{Body, Expr};
use super::value::{Datum, Unknown, Value, either};
use crate::source::Location;
use std::collections::BTreeMap;
use std::rc::Rc;

/// More instances of one block than these are judged as one.
const MOST_INSTANCES: usize = 128;

/// One instance of a block with `count` or `for_each`.
#[derive(Debug, Clone)]
pub(super) struct Instance {
    /// `["key"]` or `[0]`; empty for a block that is there once.
    pub(super) key: String,
    /// What `each` and `count` stand for.
    pub(super) locals: Locals,
}

impl Scope<'_> {
    /// The instances of a block. One that is switched off has none; one whose number is not known is taken to be there.
    pub(super) fn instances(self: &Rc<Self>, body: &Body) -> Vec<Instance> {
        if let Some(each) = body.attribute("for_each") {
            return self.each(&each.value);
        }
        if let Some(count) = body.attribute("count") {
            return self.counted(&count.value);
        }
        vec![Instance {
            key: String::new(),
            locals: Locals::default(),
        }]
    }

    fn each(self: &Rc<Self>, collection: &Expr) -> Vec<Instance> {
        let value = self.evaluate(collection, &Locals::default());
        let Some(entries) = entries(&value).filter(|entries| entries.len() <= MOST_INSTANCES)
        else {
            return vec![Instance {
                key: "[*]".to_owned(),
                locals: unknown_each(&value, &collection.at),
            }];
        };
        entries
            .into_iter()
            .map(|(key, value)| {
                let name = key.text().unwrap_or_default();
                let each = Datum::Object(BTreeMap::from([
                    ("key".to_owned(), key),
                    ("value".to_owned(), value),
                ]));
                Instance {
                    key: format!("[\"{name}\"]"),
                    locals: Locals::default().with("each", Value::new(each, &collection.at)),
                }
            })
            .collect()
    }

    fn counted(self: &Rc<Self>, count: &Expr) -> Vec<Instance> {
        let value = self.evaluate(count, &Locals::default());
        let number = match value.datum {
            Datum::Number(number) => Some(number),
            _ => value.text().and_then(|text| text.parse::<f64>().ok()),
        };
        let instance = |index: Value, key: String| Instance {
            key,
            locals: Locals::default().with(
                "count",
                Value::new(
                    Datum::Object(BTreeMap::from([("index".to_owned(), index)])),
                    &count.at,
                ),
            ),
        };
        let Some(number) = number else {
            let index = Value::unknown(Unknown::Expression, &count.at);
            return vec![instance(index, "[*]".to_owned())];
        };
        (0..MOST_INSTANCES)
            .map_while(|index| {
                let index = u32::try_from(index).ok().map(f64::from)?;
                (index < number).then(|| {
                    let value = Value::new(Datum::Number(index), &count.at);
                    instance(value, format!("[{index:.0}]"))
                })
            })
            .collect()
    }
}

/// Keys and values of a collection that `for_each` and `for` go through: of a list, each item is both.
pub(super) fn entries(value: &Value) -> Option<Vec<(Value, Value)>> {
    match &value.datum {
        Datum::Object(entries) => Some(
            entries
                .iter()
                .map(|(key, value)| (Value::text_at(key, &value.at), value.clone()))
                .collect(),
        ),
        Datum::List(items) => Some(
            items
                .iter()
                .map(|item| (item.clone(), item.clone()))
                .collect(),
        ),
        Datum::Null => Some(Vec::new()),
        _ => None,
    }
}

/// What `each` stands for when the collection is not known: any of the values that it may have.
fn unknown_each(value: &Value, at: &Location) -> Locals {
    let possible: Vec<(Value, Value)> = value
        .alternatives()
        .iter()
        .filter_map(entries)
        .flatten()
        .collect();
    let (keys, values) = if possible.is_empty() {
        let unknown = || {
            vec![Value {
                at: value.at.clone(),
                ..value.clone()
            }]
        };
        (unknown(), unknown())
    } else {
        possible.into_iter().unzip()
    };
    let each = BTreeMap::from([
        ("key".to_owned(), either(keys, at)),
        ("value".to_owned(), either(values, at)),
    ]);
    Locals::default().with("each", Value::new(Datum::Object(each), at))
}
