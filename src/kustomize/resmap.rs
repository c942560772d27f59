//! The objects of a build, no two of one name
//! (<https://github.com/kubernetes-sigs/kustomize/blob/api/v0.21.1/api/resmap/reswrangler.go>).

use super::fail::{CONFLICT, Detail as _, Outcome, fail};
use super::id::{Id, IdKey};
use super::resource::{Behavior, Resource};
use std::collections::HashMap;

/// Objects in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(super) struct Resources {
    list: Vec<Resource>,
    /// Where each name is; forgotten as soon as somebody may change a name.
    index: Option<HashMap<IdKey, usize>>,
}

impl Resources {
    pub(super) fn list(&self) -> &[Resource] {
        &self.list
    }

    pub(super) fn list_mut(&mut self) -> &mut Vec<Resource> {
        self.index = None;
        &mut self.list
    }

    pub(super) fn into_list(self) -> Vec<Resource> {
        self.list
    }

    /// Removes what patches left empty.
    pub(super) fn drop_gone(&mut self) {
        if self.list.iter().any(Resource::is_gone) {
            self.list_mut().retain(|resource| !resource.is_gone());
        }
    }

    /// Adds an object.
    ///
    /// # Errors
    /// When there is one of its name.
    pub(super) fn append(&mut self, resource: Resource) -> Outcome<()> {
        let id = resource.current_id();
        let list = &self.list;
        let index = self.index.get_or_insert_with(|| {
            let keys = list.iter().map(|resource| resource.current_id().key());
            keys.zip(0..).collect()
        });
        if let Some(before) = index.insert(id.key(), list.len()) {
            return Err(fail(CONFLICT, format!("there are two objects {id}"))
                .at(resource.origin(), "this one")
                .at(list[before].origin(), "and this one")
                .help("list each object in one place, or make one a patch of the other"));
        }
        self.list.push(resource);
        Ok(())
    }

    pub(super) fn append_all(&mut self, resources: Vec<Resource>) -> Outcome<()> {
        resources
            .into_iter()
            .try_for_each(|resource| self.append(resource))
    }

    /// Fails when two objects have one name.
    pub(super) fn check_names(&mut self) -> Outcome<()> {
        let list = std::mem::take(self.list_mut());
        self.append_all(list)
    }

    /// The objects that have or had this name.
    pub(super) fn with_any_id(&self, id: &Id) -> Vec<usize> {
        let fits = |resource: &Resource| {
            !resource.is_gone()
                && (resource.current_id().is_same(id)
                    || resource
                        .previous_ids()
                        .iter()
                        .any(|known| known.is_same(id)))
        };
        (0..self.list.len())
            .filter(|at| fits(&self.list[*at]))
            .collect()
    }

    /// Takes in what a generator made: as it is, or merged with the object of its name.
    pub(super) fn absorb(&mut self, mut resource: Resource) -> Outcome<()> {
        let id = resource.current_id();
        let origin = resource.origin();
        let at = match self.with_any_id(&id).as_slice() {
            [] if resource.behavior() == Behavior::Create => return self.append(resource),
            [] => {
                return Err(fail(CONFLICT, format!("there is no {id} to merge with or replace"))
                    .at(origin, "generated here")
                    .help("a generator that merges or replaces names the object as it is below this kustomization"));
            }
            [at] => *at,
            several => {
                return Err(fail(
                    CONFLICT,
                    format!("{} objects are or were {id}", several.len()),
                )
                .at(origin, "generated here"));
            }
        };
        let old = &self.list[at];
        match resource.behavior() {
            Behavior::Create => {
                return Err(fail(CONFLICT, format!("there is a {id} already"))
                    .at(origin, "generated here")
                    .at(old.origin(), "and it is here")
                    .help("add `behavior: merge` or `behavior: replace`"));
            }
            Behavior::Replace => resource.inherit_metadata(old),
            Behavior::Merge => {
                resource.inherit_metadata(old);
                super::generators::merge_data(&mut resource, old);
            }
        }
        // The new object must be found by its name where the old one is.
        let named = resource.current_id();
        let others: Vec<usize> = (0..self.list.len())
            .filter(|at| self.list[*at].current_id().is_same(&named))
            .collect();
        if others != [at] {
            return Err(fail(
                CONFLICT,
                format!("{id} cannot take the place of what it merges with"),
            )
            .at(origin, "generated here"));
        }
        self.list_mut()[at] = resource;
        Ok(())
    }
}
