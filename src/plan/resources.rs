//! Requests and limits in the shape that templates read.

use crate::model;
use serde::Serialize;

/// Requests and limits of one replica.
#[derive(Serialize)]
pub(super) struct Resources<'a> {
    cpu: &'a str,
    memory: &'a str,
    memory_limit: &'a str,
    cpu_limit: Option<&'a str>,
}

impl<'a> From<&'a model::Resources> for Resources<'a> {
    fn from(resources: &'a model::Resources) -> Self {
        Self {
            cpu: &resources.cpu,
            memory: &resources.memory,
            memory_limit: &resources.memory_limit,
            cpu_limit: resources.cpu_limit.as_deref(),
        }
    }
}

impl<'a> Resources<'a> {
    /// What stands in a cell, if it differs from what stands everywhere.
    pub(super) fn differing(
        everywhere: &model::Resources,
        here: &'a model::Resources,
    ) -> Option<Self> {
        (everywhere != here).then(|| here.into())
    }
}
