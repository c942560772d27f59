//! Judges a platform by its own declared policy: the rules, one file each, in one table.
//!
//! In: an [`Input`] (the resolved declaration, the day, the facts about the repository). Out: [`Diagnostic`]s whose
//! first place is what a person must change and whose second is the line that forbids it. A clean result says that the
//! declaration conforms to the policy it declares; it says nothing about any law.

mod pages;
mod repository;
mod rule;

pub use pages::{page, page_path, pages};
pub use repository::{FileFact, FileState, PinFact, Tree};
pub use rule::{Input, Rule, Weight};

use crate::diagnostic::{self, Diagnostic};

/// Every rule, sorted by id.
pub const RULES: &[&Rule] = &[];

/// The rule with an id, exactly as written.
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

/// Applies every rule, and sorts what they find by place.
pub fn judge(input: &Input<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for rule in RULES {
        (rule.check)(input, &mut found);
    }
    diagnostic::sort(&mut found);
    found.dedup();
    found
}
