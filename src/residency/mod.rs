//! Judges a platform by its own declared policy: the rules, one file each, in one table.
//!
//! In: an [`Input`] (the resolved declaration, the day, the facts about the repository). Out: [`Diagnostic`]s whose
//! first place is what a person must change and whose second is the line that forbids it. A clean result says that the
//! declaration conforms to the policy it declares; it says nothing about any law.

mod built;
mod departures;
mod exceptions;
mod found;
mod handled;
mod pages;
mod places;
mod policy;
mod rep001;
mod rep002;
mod rep003;
mod rep004;
mod rep005;
mod rep006;
mod repository;
mod res001;
mod res002;
mod res003;
mod res004;
mod res005;
mod res006;
mod res007;
mod res008;
mod res009;
mod res301;
mod res302;
mod res402;
mod rule;

pub use found::{Evidence, Excepted, Judgement};
pub use pages::{page, page_path, pages};
pub use policy::policy_hash;
pub use repository::{FileFact, FileState, PinFact, Tree};
pub use rule::{Input, Rule, Weight};

use found::Found;

/// Every rule, sorted by id.
pub const RULES: &[&Rule] = &[
    &rep001::RULE,
    &rep002::RULE,
    &rep003::RULE,
    &rep004::RULE,
    &rep005::RULE,
    &rep006::RULE,
    &res001::RULE,
    &res002::RULE,
    &res003::RULE,
    &res004::RULE,
    &res005::RULE,
    &res006::RULE,
    &res007::RULE,
    &res008::RULE,
    &res009::RULE,
    &res301::RULE,
    &res302::RULE,
    &res402::RULE,
];

/// The rule with an id, exactly as written.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Applies every rule, and sorts what they find by place.
pub fn judge(input: &Input<'_>) -> Judgement {
    let mut found = Found::default();
    for rule in RULES {
        (rule.check)(input, &mut found);
    }
    // Only now is it known which exceptions anybody needs.
    res009::unused(input, &mut found);
    found.judgement()
}

#[cfg(test)]
mod tests;
