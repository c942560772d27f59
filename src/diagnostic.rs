//! What is wrong with something the user wrote: data, not errors, and nothing about drawing.
//!
//! In: judgements of `spec`, `model`, `tree`, `pins`, `residency`. Out: [`Diagnostic`]s for `report`.
//! Machine trouble (a full disk, GitHub down) is an `anyhow::Error` instead.

use crate::source::Location;

/// How bad it is, and whether it stops the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The command cannot go on, or the gate must close.
    Error,
    /// Worth a person's attention; the gate stays open.
    Warning,
    /// For information.
    Note,
}

/// The stable identifier of a kind of diagnostic: kebab-case, or a rule's id such as `RES002`.
pub type Code = &'static str;

/// A place, and what it has to do with the matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub location: Location,
    /// A short text shown beside the place; may be empty.
    pub text: String,
}

/// One thing that is wrong: where, why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// Which kind of problem it is; `platformctl explain CODE` tells more.
    pub code: Code,
    /// The cell it concerns, written `production/tr`, when it concerns just one.
    pub cell: Option<String>,
    /// The built object it is about, such as `Deployment carebase-apps/backend-api`; none for what is about no object.
    pub object: Option<String>,
    /// One line, lower case, no full stop, the thing named in backticks.
    pub message: String,
    /// The first label is the primary one: the place a person must change.
    pub labels: Vec<Label>,
    /// How it was concluded, step by step: `S3_ENDPOINT`, `s3.eu-west-3.amazonaws.com`, `aws/eu-west-3`, `FR ∉ {ES}`. Empty
    /// where the places say it all.
    pub trace: Vec<String>,
    /// What to do, one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error without a place yet.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            cell: None,
            object: None,
            message: message.into(),
            labels: Vec::new(),
            trace: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning without a place yet.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// Adds a place. The first one added is the primary one.
    #[must_use]
    pub fn at(mut self, location: Location, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            location,
            text: text.into(),
        });
        self
    }

    /// Adds a remedy.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Says how it was concluded.
    #[must_use]
    pub fn concluded(mut self, steps: impl IntoIterator<Item = String>) -> Self {
        self.trace.extend(steps);
        self
    }

    /// Names the cell it concerns.
    #[must_use]
    pub fn in_cell(mut self, cell: impl Into<String>) -> Self {
        self.cell = Some(cell.into());
        self
    }

    /// Names the built object it is about.
    #[must_use]
    pub fn about(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The primary place.
    pub fn primary(&self) -> Option<&Location> {
        self.labels.first().map(|label| &label.location)
    }
}

/// Sorts by place, then code and message, so that output does not depend on the order of checks.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| {
        (a.primary(), a.code, &a.cell, &a.message).cmp(&(b.primary(), b.code, &b.cell, &b.message))
    });
}

/// Whether any of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}

/// The known word closest to a mistyped one, if one is close enough to be meant.
pub fn did_you_mean<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|word| {
            (
                strsim::damerau_levenshtein(&written.to_lowercase(), &word.to_lowercase()),
                word,
            )
        })
        .filter(|(distance, word)| *distance <= (word.chars().count().max(3) / 3))
        .min()
        .map(|(_, word)| word)
}

/// A help line for a mistyped word: the closest known one, else all of them.
pub fn known_words<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match did_you_mean(written, known.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => listed(known),
    }
}

/// A help line that names what could have been written.
pub fn listed<'a>(known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    if known.is_empty() {
        "none is declared".to_owned()
    } else {
        format!("known: {}", known.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_close() {
        let known = ["port", "expose", "promote-from"];
        assert_eq!(did_you_mean("prot", known), Some("port"));
        assert_eq!(did_you_mean("promote_from", known), Some("promote-from"));
        assert_eq!(did_you_mean("zebra", known), None);
    }
}
