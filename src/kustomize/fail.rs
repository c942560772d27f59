//! How a build stops: one diagnostic, with the place that a person must change.

use super::node::Origin;
use crate::diagnostic::{Code, Diagnostic};
use std::fmt::Display;

/// What kustomize refuses, or would build otherwise than it is known to.
pub(super) const INVALID: Code = "kustomize-invalid";
/// What kustomize can do and platformctl will not.
pub(super) const UNSUPPORTED: Code = "kustomize-unsupported";
/// A file or folder that is not there, or that must not be read.
pub(super) const FILE: Code = "kustomize-file";
/// Two objects of one name.
pub(super) const CONFLICT: Code = "kustomize-conflict";
/// A patch that does not fit.
pub(super) const PATCH: Code = "kustomize-patch";
/// A replacement that does not fit.
pub(super) const REPLACEMENT: Code = "kustomize-replacement";

/// Why a build stops; boxed, because it is rare and large.
pub(super) type Fail = Box<Failure>;
/// The outcome of a step.
pub(super) type Outcome<T> = Result<T, Fail>;

/// A problem with places that are not resolved to files yet.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    pub(super) diagnostic: Diagnostic,
    pub(super) places: Vec<(Origin, String)>,
}

/// A failure without a place yet.
pub(super) fn fail(code: Code, message: impl Display) -> Fail {
    Box::new(Failure {
        diagnostic: Diagnostic::error(code, message.to_string()),
        places: Vec::new(),
    })
}

/// A warning without a place yet.
pub(super) fn warning(code: Code, message: impl Display) -> Fail {
    Box::new(Failure {
        diagnostic: Diagnostic::warning(code, message.to_string()),
        places: Vec::new(),
    })
}

/// Adding to a boxed failure.
pub(super) trait Detail: Sized {
    /// Adds a place; the first one is where a person must change something.
    fn at(self, origin: Origin, text: impl Display) -> Self;
    /// Adds a remedy.
    fn help(self, help: impl Display) -> Self;
}

impl Detail for Fail {
    fn at(mut self, origin: Origin, text: impl Display) -> Self {
        if origin.file != 0 {
            self.places.push((origin, text.to_string()));
        }
        self
    }

    fn help(mut self, help: impl Display) -> Self {
        self.diagnostic.help.push(help.to_string());
        self
    }
}
