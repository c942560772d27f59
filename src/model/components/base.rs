//! The base of a cell: its namespaces, and what holds in all of them.

use super::Brought;
use crate::model::platform::{Cell, Platform};
use crate::model::units::{Part, Unit};

pub(super) fn bring(platform: &Platform, _cell: &Cell, brought: &mut Brought) {
    brought.units.push(Unit {
        name: "base".to_owned(),
        part: Part::Base,
        project: "base".to_owned(),
        namespace: platform.apps_namespace(),
        wave: Unit::BASE_WAVE,
        base: "base".to_owned(),
        key: "platform".to_owned(),
        before: vec!["cell"],
        behind: Vec::new(),
    });
}
