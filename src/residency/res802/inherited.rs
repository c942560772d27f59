//! Secrets that reach a job because the one that calls its workflow says `secrets: inherit`
//! (<https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#passing-inputs-and-secrets-to-a-reusable-workflow>).

use super::{Named, foreign, own, uses};
use crate::facts::{Facts, Job, Workflow};
use crate::model::Platform;
use crate::source::Location;
use std::collections::BTreeSet;

/// A secret that a job hands on.
pub(super) struct Inherited {
    /// Its name.
    pub(super) secret: String,
    /// The workflow that gets it, as it is called.
    pub(super) called: String,
    /// Where the job says `inherit`.
    pub(super) place: Location,
    /// Where the secret is read.
    pub(super) read: Location,
    /// Whether the job that reads it has an environment of GitHub, whose own secrets come first.
    pub(super) is_scoped: bool,
}

/// The called workflows of called workflows that GitHub allows.
/// <https://docs.github.com/en/actions/reference/workflows-and-actions/reusing-workflow-configurations#limitations-of-reusable-workflows>
const DEEPEST: usize = 10;

/// What a job hands on to the workflow that it calls: all that is read there. What a workflow of another repository reads
/// is not known; that one gets every secret of this repository that any workflow here names.
pub(super) fn inherited(platform: &Platform, facts: &Facts<'_>, job: &Job) -> Vec<Inherited> {
    let mut found = Vec::new();
    let Some(place) = inherits(job) else {
        return found;
    };
    let called = job.node.text_at(&["uses"]);
    let mut search = Search {
        platform,
        facts,
        own: own(platform, job),
        seen: BTreeSet::new(),
        add: &mut |secret, read, is_scoped| {
            found.push(Inherited {
                secret,
                called: called.to_owned(),
                place: place.clone(),
                read,
                is_scoped,
            });
        },
    };
    search.follow(called, DEEPEST);
    found
}

/// Where a job says that the workflow it calls inherits its secrets.
fn inherits(job: &Job) -> Option<Location> {
    let secrets = job.node.get("secrets")?;
    (secrets.text() == Some("inherit")).then(|| secrets.place.clone())
}

struct Search<'s, 'a> {
    platform: &'s Platform,
    facts: &'s Facts<'a>,
    /// What the job is for that calls first.
    own: Named,
    seen: BTreeSet<String>,
    add: &'s mut dyn FnMut(String, Location, bool),
}

impl Search<'_, '_> {
    fn follow(&mut self, called: &str, left: usize) {
        if called.is_empty() || left == 0 || !self.seen.insert(called.to_owned()) {
            return;
        }
        match called.strip_prefix("./") {
            Some(path) => {
                let here = self.facts.workflows.iter();
                for workflow in here.filter(|workflow| workflow.path == path) {
                    for job in &workflow.jobs {
                        self.job(workflow, job, left);
                    }
                }
            }
            None => self.all(),
        }
    }

    fn job(&mut self, workflow: &Workflow, job: &Job, left: usize) {
        // A job for another cell that runs on a condition only is not this one's.
        let is_others = foreign(&self.own, &own(self.platform, job)).is_some();
        if is_others && job.node.get("if").is_some() {
            return;
        }
        for (secret, place) in uses(workflow, job) {
            (self.add)(secret, place, !job.environment().is_empty());
        }
        if inherits(job).is_some() {
            self.follow(job.node.text_at(&["uses"]), left - 1);
        }
    }

    /// Every secret of the repository that is known. Those that jobs with an environment read may be that environment's, which
    /// nobody inherits.
    fn all(&mut self) {
        for workflow in &self.facts.workflows {
            for job in workflow
                .jobs
                .iter()
                .filter(|job| job.environment().is_empty())
            {
                for (secret, place) in uses(workflow, job) {
                    (self.add)(secret, place, false);
                }
            }
        }
    }
}
