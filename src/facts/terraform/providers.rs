//! Which configuration of a provider a resource uses.

use super::evaluate::Locals;
use super::reference::Fields;
use super::scope::Scope;
use super::syntax::{Block, Expr};
use super::value::{Datum, Value};
use std::rc::Rc;

/// A `provider` block, in the scope where it stands.
pub(super) type Configured<'a> = (Rc<Scope<'a>>, &'a Block);

impl<'a> Scope<'a> {
    /// The configuration that a resource uses; `None` when no file has one.
    pub(super) fn provider_block(self: &Rc<Self>, block: &Block) -> Option<Configured<'a>> {
        let (name, alias) = names(block)?;
        self.find_provider(&name, alias.as_deref())
    }

    /// The fields of that configuration.
    pub(super) fn provider_of(self: &Rc<Self>, block: &Block) -> Option<Fields> {
        let (scope, block) = self.provider_block(block)?;
        Some(scope.provider_fields(block))
    }

    /// The fields of a `provider` block of this scope.
    pub(super) fn provider_fields(self: &Rc<Self>, block: &'a Block) -> Fields {
        let name = block.labels.first().cloned().unwrap_or_default();
        let alias = super::sources::alias(block).unwrap_or_default();
        let value = self.once(&format!("provider.{name}.{alias}"), &block.at, || {
            let fields = self.block(&block.body, &Locals::default());
            Value::new(Datum::Object(fields), &block.at)
        });
        match value.datum {
            Datum::Object(fields) => fields,
            _ => Fields::default(),
        }
    }

    /// Looks in this module, then in what the call hands over, then, for the one without an alias, in the caller.
    fn find_provider(self: &Rc<Self>, name: &str, alias: Option<&str>) -> Option<Configured<'a>> {
        if let Some(block) = self.module.provider(name, alias) {
            return Some((Rc::clone(self), block));
        }
        let (parent, call) = self.caller()?;
        if let Some((name, alias)) = handed_over(call, name, alias) {
            return parent.find_provider(&name, alias.as_deref());
        }
        match alias {
            Some(_) => None,
            None => parent.find_provider(name, None),
        }
    }
}

/// The name and alias of the provider that a resource is from: what it says, else the first word of its type.
pub(super) fn names(block: &Block) -> Option<(String, Option<String>)> {
    if let Some(written) = block.body.attribute("provider") {
        return split(&written.value);
    }
    let kind = block.labels.first()?;
    let prefix = kind.split('_').next().unwrap_or(kind);
    Some((prefix.to_owned(), None))
}

fn split(expr: &Expr) -> Option<(String, Option<String>)> {
    let words = expr.words()?;
    let (name, rest) = words.split_first()?;
    Some((
        (*name).to_owned(),
        rest.first().map(|word| (*word).to_owned()),
    ))
}

/// The entry of `providers = { … }` in the call of a module.
fn handed_over(call: &Block, name: &str, alias: Option<&str>) -> Option<(String, Option<String>)> {
    let super::syntax::Kind::Object(entries) = &call.body.attribute("providers")?.value.kind else {
        return None;
    };
    let (_, value) = entries.iter().find(|(key, _)| {
        split(key).is_some_and(|(key, key_alias)| key == name && key_alias.as_deref() == alias)
    })?;
    split(value)
}
