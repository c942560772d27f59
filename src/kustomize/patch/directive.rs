//! `$patch: delete`, `$patch: replace` and `$patch: merge`
//! (<https://github.com/kubernetes-sigs/kustomize/blob/kyaml/v0.21.1/kyaml/yaml/merge2/smpdirective.go>).

use super::super::fail::{Detail as _, Outcome, PATCH, fail};
use super::super::node::{Node, Value};
use super::lists;

const KEY: &str = "$patch";

/// What a patch says to do with what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

fn known(node: &Node) -> Outcome<Directive> {
    match node.raw() {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        other => Err(
            fail(PATCH, format!("there is no patch directive `{other}`"))
                .at(node.origin, "here")
                .help("`$patch` is `delete`, `replace` or `merge`"),
        ),
    }
}

/// Takes the directive out of a patch.
pub(super) fn take(patch: &mut Node) -> Outcome<Directive> {
    match &patch.value {
        Value::Map(_) => {
            let Some(node) = patch.get(KEY) else {
                return Ok(Directive::Merge);
            };
            let directive = known(node)?;
            patch.clear(KEY);
            Ok(directive)
        }
        Value::List(items) => {
            let Some(element) = items.iter().find(|item| item.get(KEY).is_some()) else {
                return Ok(Directive::Merge);
            };
            // With other keys beside it, it is about that element alone.
            let Some(node) = element.get(KEY).filter(|_| element.entries().len() == 1) else {
                return Ok(Directive::Merge);
            };
            let directive = known(node)?;
            let value = node.raw().to_owned();
            lists::set_element(patch, None, &[KEY], &[&value])?;
            Ok(directive)
        }
        Value::Scalar(_) => {
            Err(fail(PATCH, format!("a patch is {} here", patch.what())).at(patch.origin, "here"))
        }
    }
}
