//! What is not as it should be, told from annotations alone.

use super::{Hold, SealedCell, Stuck, Why};
use crate::model::credentials::Value;
use crate::secrets::certificate;
use crate::secrets::graph::{KeyRef, Place, Source};
use crate::secrets::sealed_file::SealedKey;
use std::collections::BTreeSet;

impl SealedCell<'_> {
    /// The places that are not as they should be, with what is wrong where something is there.
    pub fn lacking(&self) -> Vec<(Place, Option<Why>)> {
        let mut lacking = Vec::new();
        for group in &self.graph.groups {
            for misfit in self.misfits(group) {
                lacking.push((misfit.place, Some(misfit.why)));
            }
        }
        for (place, _, source) in self.graph.places() {
            match (self.hold(place), &source.value) {
                (Hold::Absent, _) => lacking.push((place.clone(), None)),
                (Hold::Other(_), _) => lacking.push((place.clone(), Some(Why::OtherCertificate))),
                (Hold::Right(key), Value::Text(text)) if key.public.as_ref() != Some(text) => {
                    lacking.push((place.clone(), Some(Why::OtherText)));
                }
                (Hold::Right(_), _) => {}
            }
        }
        lacking
    }

    /// Whether only a person knows what belongs to a place.
    pub fn is_given(&self, place: &Place) -> bool {
        let source = self.graph.source(&place.at);
        source.is_some_and(|(_, source)| matches!(source.value, Value::Given))
    }

    /// Places whose value cannot be the right one, as far as their annotations tell.
    pub(super) fn misfits(&self, group: &BTreeSet<KeyRef>) -> Vec<Stuck> {
        let mut misfits = Vec::new();
        for at in group {
            let source = &self.graph.sources[at];
            let first = |source: &Source| {
                let mut held = self.held(source);
                held.find_map(|(_, key)| key.fingerprint.clone())
            };
            let (own, from) = (
                first(source),
                source
                    .from
                    .as_ref()
                    .and_then(|from| first(&self.graph.sources[from])),
            );
            for (place, key) in self.held(source) {
                let why = if key.fingerprint != own || key.from != from {
                    Why::DoesNotFit
                } else if !self.has_hosts(&source.value, key) {
                    Why::OtherHosts
                } else {
                    continue;
                };
                misfits.push(Stuck {
                    place: place.clone(),
                    why,
                });
            }
        }
        misfits
    }

    fn has_hosts(&self, value: &Value, key: &SealedKey) -> bool {
        let (Value::Certificate { hosts }, Some(public)) = (value, &key.public) else {
            return true;
        };
        let mut wanted = hosts.clone();
        wanted.sort();
        certificate::hosts(public) == wanted
    }
}
