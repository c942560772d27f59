//! Facts: what stands in the built manifests of every cell and in the rest of the repository, ready to be judged.
//!
//! In: a resolved platform, a [`Builder`] over the repository's files, and the list of these files. Out: [`Facts`]: per
//! cell every object as Argo CD will deploy it, workloads with the variables that their containers really get, texts of
//! configuration, Secrets without their values, addresses and where they lead. Every fact knows the file and the bytes
//! that a person would have to change. Nothing is judged here.

mod address;
mod cell;
mod configs;
mod deployed;
mod embedded;
mod repository;
mod resolve;
mod scan;
mod secrets;
mod workloads;

pub use address::{Address, Host};
pub use cell::{CellFacts, Manifest, Spot};
pub use configs::Config;
pub use embedded::{Leaf, leaves};
pub use repository::Repository;
pub use resolve::{Destination, Resolved};
pub use scan::Mention;
pub use secrets::{SecretFact, SecretKind};
pub use workloads::{Container, Role, Setting, Text, Variable, Workload};

use crate::kustomize::Builder;
use crate::model::Platform;
use crate::spec::names::CellName;
use rayon::prelude::*;

/// Everything that is known about a repository.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What is known about each cell, in the order of the platform's cells.
    pub cells: Vec<CellFacts<'a>>,
    /// The files of the repository.
    pub repository: &'a Repository<'a>,
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
        Self { cells, repository }
    }

    /// What is known about one cell, if it was looked at.
    pub fn of(&self, cell: &CellName) -> Option<&CellFacts<'a>> {
        self.cells.iter().find(|facts| facts.cell.name == *cell)
    }
}
