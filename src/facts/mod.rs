//! Facts: what stands in the built manifests of every cell and in the rest of the repository, ready to be judged.
//!
//! In: a resolved platform, a [`Builder`] over the repository's files, and the list of these files. Out: [`Facts`]: per
//! cell every object as Argo CD will deploy it, workloads with the variables that their containers really get, texts of
//! configuration, Secrets without their values, addresses and where they lead. Every fact knows the file and the bytes
//! that a person would have to change. Nothing is judged here.

mod address;
mod aliases;
mod argocd;
pub mod backups;
pub mod bootstrap;
pub mod buckets;
mod cell;
mod charts;
mod configs;
mod decode;
mod deployed;
pub mod egress;
mod embedded;
pub mod flows;
mod generators;
mod kustomizations;
mod lookups;
mod materials;
mod names;
mod namespaces;
mod opaque;
mod persons;
mod providers;
pub mod ranges;
mod repository;
mod resolve;
pub mod routes;
mod scan;
mod scripts;
mod secrets;
mod selector;
pub mod shell;
pub mod sql;
pub mod telemetry;
pub mod terraform;
pub mod velero;
mod vendors;
mod workflows;
mod workloads;
mod written;

pub use address::{Address, Expect, Host, Reading};
pub use aliases::{Alias, selects};
pub use argocd::{Application, ApplicationSet, ArgoCd, GROUP as ARGO_CD, Source, is_yaml, owner};
pub use cell::{CellFacts, Manifest, Spot};
pub use charts::Chart;
pub use configs::Config;
pub use embedded::{Leaf, leaves};
pub use generators::{IN_CLUSTER, Unexpanded};
pub use kustomizations::{Kustomization, joined};
pub use lookups::{Change, Lookup};
pub use materials::{Material, of_cell as materials_of_cell, of_files as materials_of_files};
pub use names::Behind;
pub use opaque::Opaque;
pub use persons::{Identifier, identifiers, mail_addresses};
pub use repository::Repository;
pub use resolve::{Destination, Resolved};
pub use scan::Mention;
pub use scripts::{PlacedScript, mounts};
pub use secrets::{SecretFact, SecretKind};
pub use workflows::{Job, Line, Workflow, lines as script_lines, secrets_in};
pub use workloads::{Container, Role, Setting, Text, Variable, Workload};
pub use written::{Content, Field, Written};

use crate::diagnostic::Diagnostic;
use crate::kustomize::Builder;
use crate::model::Platform;
use crate::spec::names::CellName;
use rayon::prelude::*;
use terraform::{Names, Terraform};

/// Everything that is known about a repository.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What is known about each cell, in the order of the platform's cells.
    pub cells: Vec<CellFacts<'a>>,
    /// What Terraform would make.
    pub terraform: Terraform,
    /// The files of the repository.
    pub repository: &'a Repository<'a>,
    /// Its kustomization files, whether anything builds them or not.
    pub kustomizations: Vec<Kustomization>,
    /// Workflows and composite actions.
    pub workflows: Vec<Workflow>,
    /// Kustomization files, workflows and files of Terraform that cannot be read.
    pub unread: Vec<Diagnostic>,
}

impl<'a> Facts<'a> {
    /// Builds the cells, all or one, and looks at what they deploy.
    pub fn gather(
        platform: &'a Platform,
        builder: &'a Builder<'a>,
        repository: &'a Repository<'a>,
        only: Option<&CellName>,
    ) -> Self {
        let wanted: Vec<_> = platform
            .cells
            .iter()
            .filter(|cell| only.is_none_or(|only| cell.name == *only))
            .collect();
        let cells = wanted
            .into_par_iter()
            .map(|cell| CellFacts::gather(platform, cell, builder, repository))
            .collect();
        let (files, unreadable) = terraform::files(repository);
        let terraform = Terraform::read(&files, &Names::of(platform));
        let (kustomizations, mut unread) = kustomizations::kustomizations(platform, repository);
        let (workflows, more) = workflows::workflows(repository);
        unread.extend(more);
        unread.extend(unreadable);
        unread.extend(terraform.problems.iter().cloned());
        Self {
            cells,
            terraform,
            repository,
            kustomizations,
            workflows,
            unread,
        }
    }

    /// What is known about one cell, if it was looked at.
    pub fn of(&self, cell: &CellName) -> Option<&CellFacts<'a>> {
        self.cells.iter().find(|facts| facts.cell.name == *cell)
    }
}
