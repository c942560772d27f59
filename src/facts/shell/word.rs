//! A word of a command line: text, variables, and what cannot be known before it runs.

use crate::facts::Spot;

/// A word of a command line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Word {
    /// What it is made of, without quotes.
    pub parts: Vec<Part>,
    /// As it stands in the text, quotes included.
    pub raw: String,
    /// The line that it stands in, without the spaces around it.
    pub line: String,
    /// The value that it is or stands in, if that is not the one that the script stands in.
    pub spot: Option<Spot>,
}

/// A part of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A text.
    Text(String),
    /// The value of a variable.
    Variable {
        /// Its name.
        name: String,
        /// What it is when the variable is not set.
        default: Option<String>,
    },
    /// What a script prints.
    Output(String),
}

impl Word {
    /// A word that is a text and nothing else.
    pub fn text(text: impl Into<String>, spot: Option<Spot>) -> Self {
        let text = text.into();
        Self {
            raw: text.clone(),
            line: String::new(),
            parts: vec![Part::Text(text)],
            spot,
        }
    }

    /// As a word of a script that is itself a word, it stands where that one does.
    pub(super) fn stands_in(&mut self, outer: &Self) {
        self.spot.clone_from(&outer.spot);
        if outer.spot.is_none() {
            self.line.clone_from(&outer.line);
        }
    }

    /// Its texts; variables and outputs are left out.
    pub fn literal(&self) -> String {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.as_str(),
                _ => "",
            })
            .collect()
    }

    /// What it is, given the values of variables; none when something in it is not known.
    pub fn value(&self, known: &dyn Fn(&str) -> Option<String>) -> Option<String> {
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => value.push_str(text),
                Part::Variable { name, default } => {
                    value.push_str(&known(name).or_else(|| default.clone())?);
                }
                Part::Output(_) => return None,
            }
        }
        Some(value)
    }

    /// The scripts whose output is in it.
    pub(super) fn substitutions(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Output(script) => Some(script.as_str()),
            _ => None,
        })
    }

    /// What follows a text with which it begins.
    pub fn after(&self, start: &str) -> Option<Self> {
        let Some(Part::Text(first)) = self.parts.first() else {
            return None;
        };
        let rest = first.strip_prefix(start)?.to_owned();
        let mut parts = vec![Part::Text(rest)];
        parts.extend(self.parts.iter().skip(1).cloned());
        let raw = self.raw.find(start).map_or(self.raw.as_str(), |at| {
            self.raw[at + start.len()..].trim_matches(['"', '\''])
        });
        Some(Self {
            parts,
            raw: raw.to_owned(),
            ..self.clone()
        })
    }

    /// Name and value, when it sets a variable.
    pub(super) fn assignment(&self) -> Option<(String, Self)> {
        let Some(Part::Text(first)) = self.parts.first() else {
            return None;
        };
        let (name, _) = first.split_once('=')?;
        let is_name = name.bytes().enumerate().all(|(at, byte)| {
            byte == b'_' || byte.is_ascii_alphabetic() || (at > 0 && byte.is_ascii_digit())
        });
        (is_name && !name.is_empty())
            .then(|| Some((name.to_owned(), self.after(&format!("{name}="))?)))?
    }
}
