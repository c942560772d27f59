//! Violations planted into the rendered example: each is caught by its own rule at the line that a person must change.
//! Changes that do no harm stay silent.

#![expect(
    clippy::unwrap_used,
    reason = "functions that tests share fail like tests"
)]

mod addresses;
mod basics;
mod bootstrap;
mod charts;
mod containment;
mod controls;
mod credentials;
mod flows;
mod gitops;
mod harmless;
mod neighbours;
mod observability;
mod ownership;
mod pairs;
mod repository;
mod sets;
mod stores;
mod strangers;
mod terraform;
mod terraform_names;
mod ways;
mod ways_in;
mod workflows;
