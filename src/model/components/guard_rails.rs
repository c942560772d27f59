//! The guard rails: admission policies, which are in no namespace.

use super::Brought;
use crate::model::cell::Cell;
use crate::model::platform::Platform;
use crate::model::units::{ClusterWide, Part, Unit};

/// The unit and its AppProject.
const NAME: &str = "guard-rails";

pub(super) fn bring(platform: &Platform, _cell: &Cell, brought: &mut Brought) {
    brought.units.push(Unit {
        name: NAME.to_owned(),
        part: Part::GuardRails,
        project: NAME.to_owned(),
        // An Application names one, and this one deploys nothing into it.
        namespace: platform.apps_namespace(),
        wave: Unit::BASE_WAVE,
        base: format!("ops/{NAME}"),
        key: "platform".to_owned(),
        before: vec!["cell"],
        behind: Vec::new(),
    });
}

/// The names of its objects, which only the whole cell decides.
pub(super) fn names(platform: &Platform, cell: &Cell, cluster_wide: &mut Vec<ClusterWide>) {
    for rail in cell.guard_rails() {
        for kind in [
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
        ] {
            cluster_wide.push(ClusterWide {
                project: NAME.to_owned(),
                group: "admissionregistration.k8s.io",
                kind,
                name: format!("{}-{}", platform.name, rail.name()),
            });
        }
    }
}
