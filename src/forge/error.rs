//! What can go wrong between here and the forge, as a closed list: callers branch on meaning, never on text.

use std::fmt;

/// Why a conversation with the forge failed. Nothing here is a user's edit at risk: a refusal to overwrite is an
/// [`Outcome`](super::Outcome), not an error. Commands exit with 3 for all of them. No text ever holds the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// No token in the environment, or one that cannot be a token.
    Token(String),
    /// The repository's address, or one of the API addresses in the environment, cannot be used.
    Address(String),
    /// The forge does not accept the token (HTTP 401).
    Unauthorized(String),
    /// The token is known, but may not do this (HTTP 403, GraphQL `FORBIDDEN`).
    Forbidden(String),
    /// The repository, branch or commit does not exist, or the token may not see it.
    NotFound(String),
    /// The forge asks to wait longer than this run may last.
    RateLimited {
        /// How long it asked to wait, in seconds.
        wait_seconds: u64,
    },
    /// Others kept moving the branch while this run tried to write it.
    Contended(String),
    /// The forge could not be reached, timed out or answered with a server error.
    Unavailable(String),
    /// A file cannot be read as the text it must be: binary, too large, or not a file.
    Content(String),
    /// The forge refused a request, or answered with something this version does not understand.
    Unexpected(String),
}

impl Error {
    /// What to do about it, one sentence, when there is something to do.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Token(_) => Some(
                "set PLATFORMCTL_GITHUB_TOKEN (or GITHUB_TOKEN) to a token with `contents: write` and `pull-requests: write`",
            ),
            Self::Address(_) => Some(
                "write `repository = \"https://HOST/OWNER/NAME\"` under [platform]; API addresses come from GITHUB_API_URL and GITHUB_GRAPHQL_URL",
            ),
            Self::Unauthorized(_) => {
                Some("the token may have expired or been revoked; make a new one")
            }
            Self::Forbidden(_) => Some(
                "the token needs `contents: write` and `pull-requests: write` on this repository; in Actions, pull requests must also be allowed in the repository's settings",
            ),
            Self::NotFound(_) => {
                Some("check the name, and that the token may read this repository")
            }
            Self::RateLimited { .. } | Self::Contended(_) | Self::Unavailable(_) => {
                Some("nothing is lost; run it again later")
            }
            Self::Content(_) | Self::Unexpected(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(text)
            | Self::Address(text)
            | Self::Unauthorized(text)
            | Self::Forbidden(text)
            | Self::NotFound(text)
            | Self::Contended(text)
            | Self::Unavailable(text)
            | Self::Content(text)
            | Self::Unexpected(text) => out.write_str(text),
            Self::RateLimited { wait_seconds } => {
                write!(
                    out,
                    "GitHub asks to wait {wait_seconds} s before the next request"
                )
            }
        }
    }
}

impl std::error::Error for Error {}
