//! What an expression comes to, as far as that can be told without running Terraform.

use crate::source::Location;
use std::collections::BTreeMap;

/// A value, where a person must change it, and where it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub datum: Datum,
    /// Where it is written: the literal, in whichever file it stands. For what is not known, the expression.
    pub at: Location,
    /// Where it is used: the expression that led to it.
    pub used: Location,
}

/// The kinds of value.
#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Nothing, as if the attribute were not there.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
    /// A list, a set, or blocks of one kind.
    List(Vec<Value>),
    /// A map, an object, or a block.
    Object(BTreeMap<String, Value>),
    /// One of these: the choice depends on what is not known.
    Either(Vec<Value>),
    /// Not known.
    Unknown(Unknown),
}

/// Why a value is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// A variable that no file gives a value.
    Variable(String),
    /// What a provider answers, such as `aws_subnet.a.id`.
    Reference(String),
    /// A function that is not evaluated here.
    Function(String),
    /// An expression that leads back to itself, or to nothing.
    Expression,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "`var.{name}` has no value in any file"),
            Self::Reference(address) => write!(f, "`{address}` is known only to the provider"),
            Self::Function(name) => write!(f, "the function `{name}` is not evaluated"),
            Self::Expression => f.write_str("the expression cannot be evaluated"),
        }
    }
}

impl Value {
    /// A value that is written where it is used.
    pub(super) fn new(datum: Datum, at: &Location) -> Self {
        Self {
            datum,
            at: at.clone(),
            used: at.clone(),
        }
    }

    pub(super) fn text_at(text: impl Into<String>, at: &Location) -> Self {
        Self::new(Datum::Text(text.into()), at)
    }

    pub(super) fn unknown(why: Unknown, at: &Location) -> Self {
        Self::new(Datum::Unknown(why), at)
    }

    /// The text, or a number or boolean as text; nothing when it is not one known text.
    pub fn text(&self) -> Option<String> {
        match &self.datum {
            Datum::Text(text) => Some(text.clone()),
            Datum::Number(number) => Some(number_text(*number)),
            Datum::Bool(value) => Some(value.to_string()),
            _ => None,
        }
    }

    /// Yes or no, also when written as a text.
    pub fn bool(&self) -> Option<bool> {
        match &self.datum {
            Datum::Bool(value) => Some(*value),
            Datum::Text(text) if text == "true" => Some(true),
            Datum::Text(text) if text == "false" => Some(false),
            _ => None,
        }
    }

    /// Whether it is as if it were not there.
    pub fn is_null(&self) -> bool {
        self.datum == Datum::Null
    }

    /// Why it is not known, if it is not.
    pub fn why_unknown(&self) -> Option<&Unknown> {
        match &self.datum {
            Datum::Unknown(why) => Some(why),
            _ => None,
        }
    }

    /// Everything it may be: one value, or the alternatives.
    pub fn alternatives(&self) -> &[Self] {
        match &self.datum {
            Datum::Either(values) => values,
            _ => std::slice::from_ref(self),
        }
    }

    /// Its items, if it is a list; else itself. Alternatives are taken together.
    pub fn items(&self) -> Vec<&Self> {
        match &self.datum {
            Datum::List(items) => items.iter().flat_map(Self::items).collect(),
            Datum::Either(values) => values.iter().flat_map(Self::items).collect(),
            _ => vec![self],
        }
    }

    /// The entry of an object.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match &self.datum {
            Datum::Object(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The blocks of a kind in this block: one object, or a list of them.
    pub fn blocks(&self, kind: &str) -> Vec<&Self> {
        self.get(kind).map_or_else(Vec::new, |value| {
            value
                .items()
                .into_iter()
                .filter(|item| matches!(item.datum, Datum::Object(_) | Datum::Unknown(_)))
                .collect()
        })
    }

    /// How much a copy of it costs: its parts, and its texts by the 16 bytes.
    pub(super) fn weight(&self) -> usize {
        let inner = match &self.datum {
            Datum::Text(text) => text.len() / 16,
            Datum::List(items) | Datum::Either(items) => items.iter().map(Self::weight).sum(),
            Datum::Object(entries) => entries.values().map(Self::weight).sum(),
            _ => 0,
        };
        1 + inner
    }

    #[must_use]
    pub(super) fn used_at(mut self, used: &Location) -> Self {
        self.used = used.clone();
        self
    }
}

/// A number as Terraform writes it in a text.
pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        format!("{number:.0}")
    } else {
        number.to_string()
    }
}

/// One value of several that are possible; the same value only once.
pub(super) fn either(values: Vec<Value>, at: &Location) -> Value {
    let mut distinct: Vec<Value> = Vec::new();
    for value in values.iter().flat_map(Value::alternatives) {
        if !distinct.iter().any(|known| known.datum == value.datum) {
            distinct.push(value.clone());
        }
    }
    match distinct.len() {
        0 => Value::unknown(Unknown::Expression, at),
        1 => distinct.swap_remove(0),
        2..=MOST_ALTERNATIVES => Value::new(Datum::Either(distinct), at),
        _ => Value::unknown(Unknown::Expression, at),
    }
}

/// More alternatives than these are no longer told apart.
const MOST_ALTERNATIVES: usize = 64;
