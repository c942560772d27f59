//! The sealed Secrets of a cell: what there is, what is missing, and what must be sealed so that nothing is.
//!
//! In: the cell's [`Graph`], its certificate, the files it has, and values that are known from elsewhere. Out: a
//! [`Sealing`]: the files that change. What is there and right is never sealed again, because sealing is random and a
//! change without a reason would hide one with a reason.

mod lacking;

use super::graph::{Graph, KeyRef, Place, Source, is_made, is_public, is_unguessable};
use super::make::{self, Values, complete};
use super::plain::Plain;
use super::seal::seal;
use super::sealed_file::{SealedFile, SealedKey};
use super::sealing_key::SealingCertificate;
use crate::model::credentials::Value;
use anyhow::Context as _;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// Sealed Secrets by namespace and name.
pub type Files = BTreeMap<(String, String), SealedFile>;

/// A cell that is sealed for.
pub struct SealedCell<'a> {
    /// What hangs together.
    pub graph: &'a Graph,
    /// For whom is sealed.
    pub certificate: &'a SealingCertificate,
    /// What there is.
    pub files: &'a Files,
    /// Values that are known from the cluster.
    pub known: &'a Values,
    /// Today.
    pub today: Date,
}

/// What changes.
#[derive(Debug, Default)]
pub struct Sealing {
    /// Files that are new or changed.
    pub files: Files,
    /// The places that were sealed.
    pub sealed: BTreeSet<Place>,
    /// The sources whose values are new.
    pub made: BTreeSet<KeyRef>,
    /// Values that only a person knows and that are missing somewhere.
    pub given: BTreeSet<KeyRef>,
    /// What cannot be completed, with the reason.
    pub stuck: Vec<Stuck>,
}

/// A value that is sealed already and cannot be read back, but is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// Where it is needed, or is wrong.
    pub place: Place,
    /// Why.
    pub why: Why,
}

/// Why a sealed value must be made anew or come from the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// It is missing here, and sealed elsewhere.
    Missing,
    /// It is sealed for another certificate than the cell's.
    OtherCertificate,
    /// It does not fit what it is a copy of or derived from.
    DoesNotFit,
    /// It is a certificate for other names.
    OtherHosts,
    /// It is not what is declared now.
    OtherText,
    /// The cluster has another value than the one that was sealed.
    OtherInCluster,
}

impl Why {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Missing => "is missing here and sealed elsewhere",
            Self::OtherCertificate => "is sealed for another certificate than the cell's",
            Self::DoesNotFit => "does not fit the value it is a copy of or made from",
            Self::OtherHosts => "is a certificate for other names",
            Self::OtherText => "is not what is declared now",
            Self::OtherInCluster => "is another value in the cluster than the sealed one",
        }
    }
}

/// How a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hold<'a> {
    Absent,
    Other(&'a SealedKey),
    Right(&'a SealedKey),
}

impl<'a> Hold<'a> {
    fn key(self) -> Option<&'a SealedKey> {
        match self {
            Self::Absent => None,
            Self::Other(key) | Self::Right(key) => Some(key),
        }
    }
}

impl SealedCell<'_> {
    /// Seals what is missing.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn generate(&self) -> anyhow::Result<Sealing> {
        let mut sealing = Sealing::default();
        for group in &self.graph.groups {
            self.generate_group(group, &mut sealing)?;
        }
        sealing
            .stuck
            .sort_by(|a, b| (&a.place, a.why).cmp(&(&b.place, b.why)));
        Ok(sealing)
    }

    /// Makes new values for everything that hangs together with a Secret, or for all; what a person gave stays.
    ///
    /// # Errors
    /// As [`SealedCell::generate`].
    pub fn rotate(&self, secret: Option<&str>) -> anyhow::Result<Sealing> {
        let mut sealing = Sealing::default();
        let groups: Vec<&BTreeSet<KeyRef>> = match secret {
            Some(secret) => self.graph.groups_of(secret).collect(),
            None => self.graph.groups.iter().collect(),
        };
        for group in groups {
            if group
                .iter()
                .all(|at| self.graph.sources[at].is_replaceable())
            {
                self.make_anew(group, Values::new(), &mut sealing)?;
            }
        }
        Ok(sealing)
    }

    /// Seals a value that a person gives, wherever it stands.
    ///
    /// # Errors
    /// When the key is not declared, or as [`SealedCell::generate`].
    pub fn set(&self, at: &KeyRef, value: &Plain) -> anyhow::Result<Sealing> {
        let mut sealing = Sealing::default();
        let (at, source) = self
            .graph
            .source(at)
            .with_context(|| format!("`{at}` is not declared"))?;
        sealing.made.insert(at.clone());
        for place in &source.places {
            self.seal(place, at, source, value, &Values::new(), &mut sealing)?;
        }
        Ok(sealing)
    }

    fn hold(&self, place: &Place) -> Hold<'_> {
        let name = (place.namespace.clone(), place.at.secret.clone());
        match self
            .files
            .get(&name)
            .and_then(|file| file.keys.get(&place.at.key))
        {
            None => Hold::Absent,
            Some(key) if key.sealed_for.as_deref() == Some(self.certificate.fingerprint()) => {
                Hold::Right(key)
            }
            Some(key) => Hold::Other(key),
        }
    }

    /// The sealed keys of a source, right or not.
    fn held<'s>(&'s self, source: &'s Source) -> impl Iterator<Item = (&'s Place, &'s SealedKey)> {
        let places = source.places.iter();
        places.filter_map(|place| Some((place, self.hold(place).key()?)))
    }

    fn generate_group(
        &self,
        group: &BTreeSet<KeyRef>,
        sealing: &mut Sealing,
    ) -> anyhow::Result<()> {
        let sources = || group.iter().map(|at| (at, &self.graph.sources[at]));
        let mut known = Values::new();
        for (at, source) in sources() {
            match self.known_value(at, source) {
                Ok(value) => known.extend(value.map(|value| (at.clone(), value))),
                Err(stuck) => sealing.stuck.push(stuck),
            }
        }
        if sources().all(|(_, source)| self.held(source).next().is_none()) {
            return self.make_anew(group, known, sealing);
        }
        sealing.stuck.extend(self.misfits(group));
        for (at, source) in sources() {
            self.complete_source(at, source, &mut known, sealing)?;
        }
        Ok(())
    }

    /// Seals every place of a group, with new values where none is known.
    fn make_anew(
        &self,
        group: &BTreeSet<KeyRef>,
        mut values: Values,
        sealing: &mut Sealing,
    ) -> anyhow::Result<()> {
        let before: BTreeSet<KeyRef> = values.keys().cloned().collect();
        complete(self.graph, group, &mut values, self.today)?;
        for at in group {
            let source = &self.graph.sources[at];
            let Some(value) = values.get(at) else {
                sealing.given.insert(at.clone());
                continue;
            };
            if !before.contains(at) && is_made(&source.value) {
                sealing.made.insert(at.clone());
            }
            for place in &source.places {
                self.seal(place, at, source, value, &values, sealing)?;
            }
        }
        Ok(())
    }

    /// Seals the places of a source that are not right, if its value is known or can be derived.
    fn complete_source(
        &self,
        at: &KeyRef,
        source: &Source,
        known: &mut Values,
        sealing: &mut Sealing,
    ) -> anyhow::Result<()> {
        let wrong = |place: &&Place| match (self.hold(place), &source.value) {
            (Hold::Right(key), Value::Text(text)) => key.public.as_ref() != Some(text),
            (Hold::Right(_), _) => false,
            _ => true,
        };
        let wrong: Vec<&Place> = source.places.iter().filter(wrong).collect();
        if let (Value::Jwt { .. }, Some(from)) = (&source.value, &source.from)
            && !wrong.is_empty()
            && self.held(source).next().is_none()
            && known.contains_key(from)
        {
            let one = BTreeSet::from([at.clone()]);
            complete(self.graph, &one, known, self.today)?;
            sealing.made.insert(at.clone());
        }
        for place in wrong {
            if let Some(value) = known.get(at) {
                self.seal(place, at, source, value, known, sealing)?;
            } else if matches!(source.value, Value::Given) {
                sealing.given.insert(at.clone());
            } else {
                let why = match self.hold(place) {
                    Hold::Absent => Why::Missing,
                    _ => Why::OtherCertificate,
                };
                sealing.stuck.push(Stuck {
                    place: place.clone(),
                    why,
                });
            }
        }
        Ok(())
    }

    /// The value of a source, if it is public or the cluster has it.
    fn known_value(&self, at: &KeyRef, source: &Source) -> Result<Option<Plain>, Stuck> {
        if let Value::Text(text) = &source.value {
            return Ok(Some(Plain::from(text.as_str())));
        }
        let mut held = self.held(source).map(|(_, key)| key);
        if let Some(value) = self.known.get(at) {
            let fingerprint = value.fingerprint();
            let other = self
                .held(source)
                .find(|(_, key)| key.fingerprint.as_ref().is_some_and(|f| *f != fingerprint));
            return match other {
                None => Ok(Some(value.copy())),
                Some((place, _)) => Err(Stuck {
                    place: place.clone(),
                    why: Why::OtherInCluster,
                }),
            };
        }
        if !is_public(&source.value) {
            return Ok(None);
        }
        Ok(held.find_map(|key| key.public.as_deref()).map(Plain::from))
    }

    fn seal(
        &self,
        place: &Place,
        at: &KeyRef,
        source: &Source,
        value: &Plain,
        values: &Values,
        sealing: &mut Sealing,
    ) -> anyhow::Result<()> {
        let name = (place.namespace.clone(), place.at.secret.clone());
        let sealed = seal(self.certificate, &name.0, &name.1, value)?;
        // A hash of what could be guessed is never written down.
        let from = source.from.as_ref().and_then(|from| {
            let value = &self.graph.sources[from].value;
            values.get(from).filter(|_| is_unguessable(value))
        });
        // A copy in another namespace is as old as the value.
        let recorded = self.held(source).find_map(|(_, key)| key.made);
        let made = match recorded {
            Some(made) if !sealing.made.contains(at) => made,
            _ => self.today,
        };
        let recorded_from = || self.held(source).find_map(|(_, key)| key.from.clone());
        let key = SealedKey {
            sealed,
            sealed_for: Some(self.certificate.fingerprint().to_owned()),
            made: Some(made),
            expires: make::last_day(&source.value, value),
            fingerprint: is_unguessable(&source.value).then(|| value.fingerprint()),
            from: from.map(Plain::fingerprint).or_else(recorded_from),
            public: is_public(&source.value)
                .then(|| String::from_utf8_lossy(value.bytes()).into_owned()),
        };
        let file = sealing.files.entry(name).or_insert_with_key(|(ns, name)| {
            let there = self.files.get(&(ns.clone(), name.clone())).cloned();
            there.unwrap_or_else(|| SealedFile::new(ns, name))
        });
        file.keys.insert(place.at.key.clone(), key);
        sealing.sealed.insert(place.clone());
        Ok(())
    }
}

#[cfg(test)]
pub(super) mod tests;
