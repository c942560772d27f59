//! Expressions, evaluated as far as files alone allow.

use super::functions;
use super::instances::entries;
use super::scope::Scope;
use super::syntax::{Expr, For, Kind, Operator, Part};
use super::value::{Datum, Unknown, Value, either};
use crate::source::Location;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Names that mean something in one place only: `each`, `count`, the variables of `for`.
#[derive(Debug, Clone, Default)]
pub(super) struct Locals(BTreeMap<String, Value>);

impl Locals {
    /// The same names and one more.
    #[must_use]
    pub(super) fn with(&self, name: &str, value: Value) -> Self {
        let mut names = self.0.clone();
        names.insert(name.to_owned(), value);
        Self(names)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl Scope<'_> {
    /// What an expression comes to.
    pub(super) fn evaluate(self: &Rc<Self>, expr: &Expr, locals: &Locals) -> Value {
        self.step(&expr.at, || self.kind(expr, locals))
            .used_at(&expr.at)
    }

    fn kind(self: &Rc<Self>, expr: &Expr, locals: &Locals) -> Value {
        let at = &expr.at;
        match &expr.kind {
            Kind::Null => Value::new(Datum::Null, at),
            Kind::Bool(value) => Value::new(Datum::Bool(*value), at),
            Kind::Number(value) => Value::new(Datum::Number(*value), at),
            Kind::Text(text) => Value::text_at(text, at),
            Kind::List(items) => {
                let items = items.iter().map(|item| self.evaluate(item, locals));
                Value::new(Datum::List(items.collect()), at)
            }
            Kind::Object(entries) => self.object(entries, locals, at),
            Kind::Template(parts) => self.template(parts, locals, at),
            Kind::Variable(_) | Kind::Traverse(..) => self.reference(expr, locals),
            Kind::If(parts) => {
                let (condition, yes, no) = parts.as_ref();
                match self.evaluate(condition, locals).bool() {
                    Some(true) => self.evaluate(yes, locals),
                    Some(false) => self.evaluate(no, locals),
                    None => either(
                        vec![self.evaluate(yes, locals), self.evaluate(no, locals)],
                        at,
                    ),
                }
            }
            Kind::Call(name, arguments, expand) => self.call(name, arguments, *expand, locals, at),
            Kind::Not(inner) => self.evaluate(inner, locals).bool().map_or_else(
                || Value::unknown(Unknown::Expression, at),
                |value| Value::new(Datum::Bool(!value), at),
            ),
            Kind::Negative(inner) => match self.evaluate(inner, locals).datum {
                Datum::Number(number) => Value::new(Datum::Number(-number), at),
                _ => Value::unknown(Unknown::Expression, at),
            },
            Kind::Binary(operator, sides) => {
                let left = self.evaluate(&sides.0, locals);
                let right = self.evaluate(&sides.1, locals);
                binary(*operator, &left, &right, at)
            }
            Kind::For(expression) => self.for_expression(expression, locals, at),
        }
    }

    fn object(self: &Rc<Self>, written: &[(Expr, Expr)], locals: &Locals, at: &Location) -> Value {
        let mut object = BTreeMap::new();
        for (key, value) in written {
            let Some(key) = self.evaluate(key, locals).text() else {
                return Value::unknown(Unknown::Expression, at);
            };
            object.insert(key, self.evaluate(value, locals));
        }
        Value::new(Datum::Object(object), at)
    }

    /// A text with interpolations. When just one part of it is not written here, that part is what a person would change.
    pub(super) fn template(
        self: &Rc<Self>,
        parts: &[Part],
        locals: &Locals,
        at: &Location,
    ) -> Value {
        let values: Vec<Value> = parts
            .iter()
            .map(|part| self.part(part, locals, at))
            .collect();
        functions::lifted(&values, at, &|values: &[Value]| {
            let mut text = String::new();
            let mut origins: Vec<&Location> = Vec::new();
            for (value, part) in values.iter().zip(parts) {
                match value.text() {
                    Some(part) => text.push_str(&part),
                    None => return carried(value, at),
                }
                if !matches!(part, Part::Literal(_)) && !origins.contains(&&value.at) {
                    origins.push(&value.at);
                }
            }
            let origin = match origins.as_slice() {
                [only] => only,
                _ => at,
            };
            Value::text_at(text, origin)
        })
    }

    fn part(self: &Rc<Self>, part: &Part, locals: &Locals, at: &Location) -> Value {
        match part {
            Part::Literal(text) => Value::text_at(text, at),
            Part::Value(expr) => self.evaluate(expr, locals),
            Part::If(condition, yes, no) => match self.evaluate(condition, locals).bool() {
                Some(true) => self.template(yes, locals, at),
                Some(false) => self.template(no, locals, at),
                None => {
                    let (yes, no) = (
                        self.template(yes, locals, at),
                        self.template(no, locals, at),
                    );
                    either(vec![yes, no], at)
                }
            },
            Part::For(key, name, collection, repeated) => {
                let collection = self.evaluate(collection, locals);
                let Some(entries) = entries(&collection) else {
                    return carried(&collection, at);
                };
                let mut text = String::new();
                for (index, value) in entries {
                    let mut inner = locals.with(name, value);
                    if let Some(key) = key {
                        inner = inner.with(key, index);
                    }
                    match self.template(repeated, &inner, at).text() {
                        Some(part) => text.push_str(&part),
                        None => return Value::unknown(Unknown::Expression, at),
                    }
                }
                Value::text_at(text, at)
            }
        }
    }

    fn for_expression(self: &Rc<Self>, written: &For, locals: &Locals, at: &Location) -> Value {
        let collection = self.evaluate(&written.collection, locals);
        let Some(entries) = entries(&collection) else {
            return carried(&collection, at);
        };
        let is_list = matches!(collection.datum, Datum::List(_));
        let mut list = Vec::new();
        let mut object: BTreeMap<String, Value> = BTreeMap::new();
        for (index, (key, value)) in entries.into_iter().enumerate() {
            let mut inner = locals.with(&written.value, value);
            if let Some(name) = &written.key {
                let position = u32::try_from(index).map_or(0.0, f64::from);
                let key = if is_list {
                    Value::new(Datum::Number(position), at)
                } else {
                    key
                };
                inner = inner.with(name, key);
            }
            if let Some(condition) = &written.condition
                && self.evaluate(condition, &inner).bool() == Some(false)
            {
                continue;
            }
            let result = self.evaluate(&written.result, &inner);
            let Some(result_key) = &written.result_key else {
                list.push(result);
                continue;
            };
            let Some(result_key) = self.evaluate(result_key, &inner).text() else {
                return Value::unknown(Unknown::Expression, at);
            };
            if written.grouping {
                let group = object
                    .entry(result_key)
                    .or_insert_with(|| Value::new(Datum::List(Vec::new()), at));
                if let Datum::List(items) = &mut group.datum {
                    items.push(result);
                }
            } else {
                object.insert(result_key, result);
            }
        }
        let datum = match written.result_key {
            Some(_) => Datum::Object(object),
            None => Datum::List(list),
        };
        Value::new(datum, at)
    }

    fn call(
        self: &Rc<Self>,
        name: &str,
        arguments: &[Expr],
        expand: bool,
        locals: &Locals,
        at: &Location,
    ) -> Value {
        let mut values: Vec<Value> = arguments
            .iter()
            .map(|argument| self.evaluate(argument, locals))
            .collect();
        if expand && let Some(last) = values.pop() {
            match last.datum {
                Datum::List(items) => values.extend(items),
                _ => return carried(&last, at),
            }
        }
        match name {
            "file" | "filebase64" | "templatefile" => self.file(name, &values, at),
            _ => functions::call(name, &values, at),
        }
    }

    /// Files and templates of the repository.
    fn file(self: &Rc<Self>, name: &str, arguments: &[Value], at: &Location) -> Value {
        let unknown = || Value::unknown(Unknown::Function(name.to_owned()), at);
        let Some(path) = arguments.first().and_then(Value::text) else {
            return unknown();
        };
        // A path without `path.module` is relative to where Terraform runs: the root's folder.
        let texts = &self.sources.texts;
        let found = texts
            .get_key_value(&super::scope::join("", &path))
            .or_else(|| texts.get_key_value(&super::scope::join(self.top(), &path)));
        let Some((path, text)) = found else {
            return unknown();
        };
        let file = Location::file(path);
        if name != "templatefile" {
            return Value::text_at(text, &file);
        }
        let Ok(parts) = super::hcl::template(path, 0, text) else {
            return unknown();
        };
        let mut names = Locals::default();
        if let Some(Datum::Object(entries)) = arguments.get(1).map(|value| &value.datum) {
            for (name, value) in entries {
                names = names.with(name, value.clone());
            }
        }
        let filled = self.filled(&parts, &names, &file);
        Value { at: file, ..filled }
    }

    /// A template in which what is not known is left out, so that the rest can still be read.
    fn filled(self: &Rc<Self>, parts: &[Part], names: &Locals, at: &Location) -> Value {
        let texts = parts.iter().map(|part| {
            let value = self.part(part, names, at);
            let known = value.alternatives().iter().find_map(Value::text);
            known.unwrap_or_else(|| UNKNOWN_PART.to_owned())
        });
        Value::text_at(texts.collect::<String>(), at)
    }
}

/// What stands in a filled template for what is not known.
pub const UNKNOWN_PART: &str = "${…}";

/// An unknown value as the reason why something made of it is not known either.
pub(super) fn carried(value: &Value, at: &Location) -> Value {
    match &value.datum {
        Datum::Unknown(why) => Value {
            datum: Datum::Unknown(why.clone()),
            at: value.at.clone(),
            used: at.clone(),
        },
        _ => Value::unknown(Unknown::Expression, at),
    }
}

fn binary(operator: Operator, left: &Value, right: &Value, at: &Location) -> Value {
    let known = match operator {
        Operator::And => logic(left, right, false),
        Operator::Or => logic(left, right, true),
        Operator::Equal => functions::same(left, right).map(Datum::Bool),
        Operator::NotEqual => functions::same(left, right).map(|same| Datum::Bool(!same)),
        _ => numbers(operator, left, right),
    };
    known.map_or_else(
        || Value::unknown(Unknown::Expression, at),
        |datum| Value::new(datum, at),
    )
}

/// `and`, where one false side decides, or `or`, where one true side does.
fn logic(left: &Value, right: &Value, decides: bool) -> Option<Datum> {
    match (left.bool(), right.bool()) {
        (Some(side), _) | (_, Some(side)) if side == decides => Some(Datum::Bool(decides)),
        (Some(_), Some(_)) => Some(Datum::Bool(!decides)),
        _ => None,
    }
}

fn numbers(operator: Operator, left: &Value, right: &Value) -> Option<Datum> {
    let (Datum::Number(left), Datum::Number(right)) = (&left.datum, &right.datum) else {
        return None;
    };
    Some(match operator {
        Operator::Less => Datum::Bool(left < right),
        Operator::LessEqual => Datum::Bool(left <= right),
        Operator::Greater => Datum::Bool(left > right),
        Operator::GreaterEqual => Datum::Bool(left >= right),
        Operator::Add => Datum::Number(left + right),
        Operator::Subtract => Datum::Number(left - right),
        Operator::Multiply => Datum::Number(left * right),
        Operator::Divide if *right != 0.0 => Datum::Number(left / right),
        Operator::Modulo if *right != 0.0 => Datum::Number(left % right),
        _ => return None,
    })
}
