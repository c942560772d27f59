//! Blocks as objects, `dynamic` ones as often as they are there.

use super::evaluate::Locals;
use super::instances::entries;
use super::scope::Scope;
use super::syntax::{Block, Body};
use super::value::{Datum, Unknown, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

impl<'a> Scope<'a> {
    /// A block as an object: attributes by name, nested blocks as lists by kind.
    pub(super) fn block(
        self: &Rc<Self>,
        body: &'a Body,
        locals: &Locals,
    ) -> BTreeMap<String, Value> {
        let mut fields: BTreeMap<String, Value> = body
            .attributes
            .iter()
            .map(|attribute| {
                (
                    attribute.name.clone(),
                    self.evaluate(&attribute.value, locals),
                )
            })
            .collect();
        for block in &body.blocks {
            let (kind, found) = if block.kind == "dynamic" {
                let kind = block.labels.first().cloned().unwrap_or_default();
                let found = self.dynamic(&kind, block, locals);
                (kind, found)
            } else {
                let inner = self.block(&block.body, locals);
                let inner = Value::new(Datum::Object(inner), &block.at);
                (block.kind.clone(), vec![inner])
            };
            let list = fields
                .entry(kind)
                .or_insert_with(|| Value::new(Datum::List(Vec::new()), &block.at));
            if let Datum::List(items) = &mut list.datum {
                items.extend(found);
            }
        }
        fields
    }

    /// `dynamic "kind" { for_each = … content { … } }`.
    fn dynamic(self: &Rc<Self>, kind: &str, block: &'a Block, locals: &Locals) -> Vec<Value> {
        let Some(content) = block.body.blocks("content").next() else {
            return Vec::new();
        };
        let iterator = block
            .body
            .attribute("iterator")
            .and_then(|attribute| attribute.value.words())
            .and_then(|words| words.first().map(|word| (*word).to_owned()))
            .unwrap_or_else(|| kind.to_owned());
        let collection = block.body.attribute("for_each").map_or_else(
            || Value::unknown(Unknown::Expression, &block.at),
            |attribute| self.evaluate(&attribute.value, locals),
        );
        let entries = entries(&collection).unwrap_or_else(|| {
            // How many there are is not known, so one stands for all.
            vec![(collection.clone(), collection.clone())]
        });
        entries
            .into_iter()
            .map(|(key, value)| {
                let item = Value::new(
                    Datum::Object(BTreeMap::from([
                        ("key".to_owned(), key),
                        ("value".to_owned(), value),
                    ])),
                    &block.at,
                );
                let inner = self.block(&content.body, &locals.with(&iterator, item));
                Value::new(Datum::Object(inner), &block.at)
            })
            .collect()
    }
}
