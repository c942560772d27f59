//! What names stand for: variables, locals, modules, and attributes of resources where the files themselves say them.

use super::evaluate::{Locals, carried};
use super::functions::lifted;
use super::scope::Scope;
use super::syntax::{Block, Expr, Kind, Step};
use super::value::{Datum, Unknown, Value, either};
use crate::source::Location;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A step of a reference, its index evaluated.
#[derive(Debug, Clone)]
enum Taken {
    Attribute(String),
    Index(Value),
    Each,
}

impl<'a> Scope<'a> {
    /// The value of a name, followed by attributes and indices.
    pub(super) fn reference(self: &Rc<Self>, expr: &Expr, locals: &Locals) -> Value {
        let at = &expr.at;
        let (base, steps): (&Expr, &[Step]) = match &expr.kind {
            Kind::Traverse(base, steps) => (base, steps),
            _ => (expr, &[]),
        };
        let steps: Vec<Taken> = steps
            .iter()
            .map(|step| match step {
                Step::Attribute(name) => Taken::Attribute(name.clone()),
                Step::Index(index) => Taken::Index(self.evaluate(index, locals)),
                Step::Each => Taken::Each,
            })
            .collect();
        let Kind::Variable(name) = &base.kind else {
            let base = self.evaluate(base, locals);
            return follow(base, &steps, at);
        };
        if let Some(local) = locals.get(name) {
            return follow(local.clone(), &steps, at);
        }
        self.named(name, &steps, at)
    }

    fn named(self: &Rc<Self>, name: &str, steps: &[Taken], at: &Location) -> Value {
        let first = match steps.first() {
            Some(Taken::Attribute(first)) => Some(first.as_str()),
            Some(Taken::Index(index)) => match &index.datum {
                Datum::Text(text) => Some(text.as_str()),
                _ => None,
            },
            _ => None,
        };
        let rest = steps.get(1..).unwrap_or_default();
        match (name, first) {
            ("var", Some(variable)) => follow(self.variable(variable, at), rest, at),
            ("local", Some(local)) => follow(self.local(local, at), rest, at),
            ("path", Some("root" | "cwd")) => Value::text_at(dotted(self.top()), at),
            ("path", Some("module")) => Value::text_at(dotted(&self.folder), at),
            ("module", Some(module)) => self.output(module, rest, at),
            ("data" | "ephemeral", Some(kind)) => self.resource(name, kind, rest, at),
            ("terraform" | "tofu" | "each" | "count" | "self", _) => {
                Value::unknown(Unknown::Reference(address(name, steps)), at)
            }
            (kind, Some(_)) => self.resource("resource", kind, steps, at),
            _ => Value::unknown(Unknown::Expression, at),
        }
    }

    /// `module.NAME.OUTPUT`, also of one or of all instances.
    fn output(self: &Rc<Self>, name: &str, steps: &[Taken], at: &Location) -> Value {
        let unknown = || {
            let address = format!("module.{name}{}", address("", steps));
            Value::unknown(Unknown::Reference(address), at)
        };
        let Some(call) = self.module.call(name) else {
            return unknown();
        };
        let instances = self.instances(&call.body);
        let (chosen, steps) = choose(&instances, |instance| &instance.key, steps);
        let Some((Taken::Attribute(output), rest)) = steps.split_first() else {
            return unknown();
        };
        let values: Vec<Value> = chosen
            .iter()
            .filter_map(|instance| self.child(call, instance))
            .filter_map(|child| {
                let value = &child
                    .module
                    .outputs
                    .get(output)?
                    .body
                    .attribute("value")?
                    .value;
                let name = format!("output.{output}");
                Some(child.once(&name, at, || child.evaluate(value, &Locals::default())))
            })
            .collect();
        if values.is_empty() {
            return unknown();
        }
        follow(either(values, at), rest, at)
    }

    /// An attribute of a resource, if its block says it.
    fn resource(self: &Rc<Self>, mode: &str, kind: &str, steps: &[Taken], at: &Location) -> Value {
        let address = match mode {
            "resource" => format!("{kind}{}", address("", steps)),
            _ => format!("{mode}.{kind}{}", address("", steps)),
        };
        let unknown = || Value::unknown(Unknown::Reference(address.clone()), at);
        let Some((Taken::Attribute(name), rest)) = steps.split_first() else {
            return unknown();
        };
        let Some(block) = self.module.resource(mode, kind, name) else {
            return unknown();
        };
        let instances = self.instances(&block.body);
        let (chosen, rest) = choose(&instances, |instance| &instance.key, rest);
        let Some((Taken::Attribute(attribute), rest)) = rest.split_first() else {
            return unknown();
        };
        let values: Vec<Value> = chosen
            .iter()
            .filter_map(|instance| {
                let name = format!("{mode}.{kind}.{name}{}.{attribute}", instance.key);
                let value = self.once(&name, at, || {
                    self.attribute(block, attribute, &instance.locals)
                        .unwrap_or_else(unknown)
                });
                (!value.is_null()).then_some(value)
            })
            .collect();
        if values.is_empty() {
            return unknown();
        }
        follow(either(values, at), rest, at)
    }

    /// An attribute that the block says, or that follows from the configuration of its provider.
    fn attribute(self: &Rc<Self>, block: &'a Block, name: &str, locals: &Locals) -> Option<Value> {
        if let Some(written) = block.body.attribute(name) {
            return Some(self.evaluate(&written.value, locals));
        }
        if block.body.blocks(name).next().is_some() {
            let mut fields = self.block(&block.body, locals);
            return fields.remove(name);
        }
        let kind = block.labels.first()?;
        let wanted = match (kind.as_str(), name) {
            ("aws_region", "name" | "region" | "id") | ("google_client_config", "region") => {
                "region"
            }
            ("google_client_config", "zone") => "zone",
            _ => return None,
        };
        if kind == "aws_region"
            && let Some(named) = ["region", "name"]
                .iter()
                .find_map(|name| block.body.attribute(name))
        {
            return Some(self.evaluate(&named.value, locals));
        }
        self.provider_of(block)?.get(wanted).cloned()
    }
}

/// The instances that an index picks, and the steps after it; all of them for `[*]`, an unknown index or none.
fn choose<'i, 's, T>(
    instances: &'i [T],
    key: fn(&T) -> &String,
    steps: &'s [Taken],
) -> (Vec<&'i T>, &'s [Taken]) {
    let all = || instances.iter().collect();
    match steps.split_first() {
        Some((Taken::Each, rest)) => (all(), rest),
        Some((Taken::Index(index), rest)) => {
            let wanted = match &index.datum {
                Datum::Text(text) => format!("[\"{text}\"]"),
                _ => format!("[{}]", index.text().unwrap_or_default()),
            };
            let one: Vec<&T> = instances
                .iter()
                .filter(|instance| *key(instance) == wanted)
                .collect();
            (if one.is_empty() { all() } else { one }, rest)
        }
        _ => (all(), steps),
    }
}

/// Attributes and indices of a value.
fn follow(value: Value, steps: &[Taken], at: &Location) -> Value {
    let Some((step, rest)) = steps.split_first() else {
        return value;
    };
    let values = [value];
    lifted(&values, at, &|values: &[Value]| {
        let Some(value) = values.first() else {
            return Value::unknown(Unknown::Expression, at);
        };
        let next = match step {
            Taken::Attribute(name) => entry(value, name, at),
            Taken::Index(index) => indexed(value, index, at),
            Taken::Each => return each(value, rest, at),
        };
        follow(next, rest, at)
    })
}

fn entry(value: &Value, name: &str, at: &Location) -> Value {
    match &value.datum {
        Datum::Object(entries) => entries
            .get(name)
            .cloned()
            .unwrap_or_else(|| Value::unknown(Unknown::Expression, at)),
        // A block that can be there once may be named without an index.
        Datum::List(items) if items.len() == 1 => items
            .first()
            .map_or_else(|| carried(value, at), |item| entry(item, name, at)),
        Datum::Unknown(Unknown::Reference(address)) => {
            Value::unknown(Unknown::Reference(format!("{address}.{name}")), at)
        }
        _ => carried(value, at),
    }
}

fn indexed(value: &Value, index: &Value, at: &Location) -> Value {
    match (&value.datum, &index.datum) {
        (Datum::Object(entries), Datum::Unknown(_)) => {
            either(entries.values().cloned().collect(), at)
        }
        (Datum::List(items), Datum::Unknown(_)) => either(items.clone(), at),
        (_, Datum::Either(keys)) => {
            let values = keys.iter().map(|key| indexed(value, key, at)).collect();
            either(values, at)
        }
        (Datum::List(items), Datum::Number(number)) => items
            .iter()
            .enumerate()
            .find(|(position, _)| u32::try_from(*position).map(f64::from) == Ok(*number))
            .map_or_else(|| carried(value, at), |(_, item)| item.clone()),
        (Datum::Object(_), _) => match index.text() {
            Some(key) => entry(value, &key, at),
            None => carried(index, at),
        },
        (Datum::Unknown(Unknown::Reference(address)), _) => Value::unknown(
            Unknown::Reference(format!("{address}[{}]", index.text().unwrap_or_default())),
            at,
        ),
        _ => carried(value, at),
    }
}

fn each(value: &Value, rest: &[Taken], at: &Location) -> Value {
    let items: Vec<Value> = match &value.datum {
        Datum::List(items) => items.clone(),
        Datum::Object(entries) if entries.is_empty() => Vec::new(),
        Datum::Object(_) => vec![value.clone()],
        Datum::Null => Vec::new(),
        _ => return carried(value, at),
    };
    let items = items
        .into_iter()
        .map(|item| follow(item, rest, at))
        .collect();
    Value::new(Datum::List(items), at)
}

/// A reference as it is written.
fn address(name: &str, steps: &[Taken]) -> String {
    let mut text = name.to_owned();
    for step in steps {
        match step {
            Taken::Attribute(name) => {
                text.push('.');
                text.push_str(name);
            }
            Taken::Index(index) => {
                let index = index.text().unwrap_or_else(|| "…".to_owned());
                text.push_str(&format!("[{index}]"));
            }
            Taken::Each => text.push_str("[*]"),
        }
    }
    text
}

/// A folder as `path.module` writes it.
fn dotted(folder: &str) -> String {
    if folder.is_empty() {
        ".".to_owned()
    } else {
        folder.to_owned()
    }
}

/// The fields of a configuration.
pub(super) type Fields = BTreeMap<String, Value>;
