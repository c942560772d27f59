//! Violations planted into the rendered example: each is caught by its own rule at the line that a person must change.
//! Changes that do no harm stay silent.

mod basics;
