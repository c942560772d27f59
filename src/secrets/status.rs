//! How the sealed Secrets of all cells are: what is missing, left over, the same in two cells, or old.

use super::graph::{Graph, KeyRef, Place};
use super::make::Values;
use super::sealed::{Files, SealedCell};
use super::sealing_key::SealingCertificate;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Days before its last one from which on a value is said to end.
const SOON: i64 = 90;

/// A cell to be looked at.
pub struct Looked<'a> {
    /// Its name.
    pub cell: &'a str,
    /// What hangs together in it.
    pub graph: &'a Graph,
    /// Its certificate, if it has one.
    pub certificate: Option<&'a SealingCertificate>,
    /// What is sealed for it.
    pub files: &'a Files,
    /// The names of the files that its kustomization lists.
    pub listed: &'a BTreeSet<String>,
}

/// What is the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The cell has no certificate to seal for.
    NoKey,
    /// It is not there.
    Missing,
    /// Only a person knows it, and it was never set.
    NotSet,
    /// It is there, but cannot be right.
    Wrong,
    /// Nothing declares it any more.
    Orphaned,
    /// It is there, but the kustomization does not list it.
    Unlisted,
    /// Another cell has the same.
    Shared,
    /// It is over.
    Expired,
    /// It will soon be over.
    Expiring,
    /// It is older than it should become.
    Old,
}

impl Kind {
    /// Whether something has to be done, and not only some day.
    pub fn is_failure(self) -> bool {
        !matches!(self, Self::Expiring | Self::Old)
    }
}

/// One thing that is the matter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Remark {
    /// The cell.
    pub cell: String,
    /// What is the matter.
    pub kind: Kind,
    /// `namespace/secret`; empty for the cell's key.
    pub secret: String,
    /// The key in it; empty for the whole Secret.
    pub key: String,
    /// More about it, in words.
    pub text: String,
}

/// One Secret of a cell in one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// `namespace/secret`.
    pub secret: String,
    /// The day on which the oldest of its values was made.
    pub made: Option<String>,
    /// Days since then.
    pub age: Option<i64>,
    /// The first day on which one of its values is over.
    pub expires: Option<String>,
    /// How many keys are sealed.
    pub keys: usize,
}

/// Looks at cells; values that two cells share are found among all of them.
pub fn look(cells: &[Looked<'_>], today: Date, oldest: i64) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for cell in cells {
        missing(cell, today, &mut remarks);
        left_over(cell, &mut remarks);
        ages(cell, today, oldest, &mut remarks);
    }
    shared(cells, &mut remarks);
    remarks.sort();
    remarks.dedup();
    remarks
}

/// What is sealed for a cell.
pub fn rows(files: &Files, today: Date) -> Vec<Row> {
    let rows = files.values().map(|file| {
        let made = file.keys.values().filter_map(|key| key.made).min();
        let expires = file.keys.values().filter_map(|key| key.expires).min();
        Row {
            secret: format!("{}/{}", file.namespace, file.name),
            made: made.map(|day| day.to_string()),
            age: made.map(|day| days(day, today)),
            expires: expires.map(|day| day.to_string()),
            keys: file.keys.len(),
        }
    });
    rows.collect()
}

/// Secrets and keys that nothing declares: the files, and the keys in files that stay.
pub fn orphans(graph: &Graph, files: &Files) -> BTreeSet<Place> {
    let declared: BTreeSet<&Place> = graph.places().map(|(place, ..)| place).collect();
    let there = files.values().flat_map(|file| {
        file.keys.keys().map(|key| Place {
            namespace: file.namespace.clone(),
            at: KeyRef::new(&file.name, key),
        })
    });
    there.filter(|place| !declared.contains(place)).collect()
}

fn days(from: Date, to: Date) -> i64 {
    to.since(from).map_or(0, |span| i64::from(span.get_days()))
}

fn remark(cell: &Looked<'_>, kind: Kind, place: &Place, text: impl Into<String>) -> Remark {
    Remark {
        cell: cell.cell.to_owned(),
        kind,
        secret: format!("{}/{}", place.namespace, place.at.secret),
        key: place.at.key.clone(),
        text: text.into(),
    }
}

fn missing(cell: &Looked<'_>, today: Date, remarks: &mut Vec<Remark>) {
    let Some(certificate) = cell.certificate else {
        remarks.push(Remark {
            cell: cell.cell.to_owned(),
            kind: Kind::NoKey,
            secret: String::new(),
            key: String::new(),
            text: format!("`platformctl secrets key {}` makes one", cell.cell),
        });
        return;
    };
    let known = Values::new();
    let sealed = SealedCell {
        graph: cell.graph,
        certificate,
        files: cell.files,
        known: &known,
        today,
    };
    for (place, why) in sealed.lacking() {
        remarks.push(match why {
            None if sealed.is_given(&place) => {
                remark(cell, Kind::NotSet, &place, "only a person knows it")
            }
            None => remark(cell, Kind::Missing, &place, "is not there"),
            Some(why) => remark(cell, Kind::Wrong, &place, why.text()),
        });
    }
}

fn left_over(cell: &Looked<'_>, remarks: &mut Vec<Remark>) {
    for place in orphans(cell.graph, cell.files) {
        remarks.push(remark(cell, Kind::Orphaned, &place, "nothing declares it"));
    }
    for file in cell.files.values() {
        let name = super::SealedFile::file_name(&file.namespace, &file.name);
        if !cell.listed.contains(&name) {
            let place = Place {
                namespace: file.namespace.clone(),
                at: KeyRef::new(&file.name, ""),
            };
            remarks.push(remark(
                cell,
                Kind::Unlisted,
                &place,
                "kustomization.yaml does not list it",
            ));
        }
    }
}

fn ages(cell: &Looked<'_>, today: Date, oldest: i64, remarks: &mut Vec<Remark>) {
    for file in cell.files.values() {
        for (key, value) in &file.keys {
            let place = Place {
                namespace: file.namespace.clone(),
                at: KeyRef::new(&file.name, key),
            };
            if let Some(end) = value.expires {
                let left = days(today, end);
                let text = format!("its last day is {end}");
                if left < 0 {
                    remarks.push(remark(cell, Kind::Expired, &place, text));
                } else if left < SOON {
                    remarks.push(remark(cell, Kind::Expiring, &place, text));
                }
            }
            let age = value.made.map_or(0, |made| days(made, today));
            // What is no secret does not wear out.
            if age > oldest && value.public.is_none() {
                remarks.push(remark(
                    cell,
                    Kind::Old,
                    &place,
                    format!("it is {age} days old"),
                ));
            }
        }
    }
}

/// The same value, sealed text or key in two cells.
fn shared(cells: &[Looked<'_>], remarks: &mut Vec<Remark>) {
    let mut seen: BTreeMap<String, Vec<(usize, Place)>> = BTreeMap::new();
    let mut keys: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, cell) in cells.iter().enumerate() {
        if let Some(certificate) = cell.certificate {
            keys.entry(certificate.fingerprint())
                .or_default()
                .push(index);
        }
        for file in cell.files.values() {
            for (key, value) in &file.keys {
                let place = Place {
                    namespace: file.namespace.clone(),
                    at: KeyRef::new(&file.name, key),
                };
                let marks = [
                    value.fingerprint.as_ref().map(|f| format!("value {f}")),
                    Some(format!("sealed {}", value.sealed)),
                ];
                for mark in marks.into_iter().flatten() {
                    seen.entry(mark).or_default().push((index, place.clone()));
                }
            }
        }
    }
    for places in seen.values() {
        for (index, place) in places {
            let mut others = places.iter().filter(|(other, _)| other != index);
            if let Some((other, _)) = others.next() {
                let text = format!("{} has the same", cells[*other].cell);
                remarks.push(remark(&cells[*index], Kind::Shared, place, text));
            }
        }
    }
    for indices in keys.values().filter(|indices| indices.len() > 1) {
        for index in indices {
            let other = indices
                .iter()
                .find(|other| *other != index)
                .unwrap_or(index);
            remarks.push(Remark {
                cell: cells[*index].cell.to_owned(),
                kind: Kind::Shared,
                secret: String::new(),
                key: String::new(),
                text: format!("{} has the same sealing key", cells[*other].cell),
            });
        }
    }
}

#[cfg(test)]
mod tests;
