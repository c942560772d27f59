//! What an answer of the forge means, whichever API gave it: done, refused, wait, or nobody knows.

use std::time::Duration;

use serde_json::Value;

use super::Error;
use super::token::Token;

/// What the forge objected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The HTTP status; 200 for GraphQL.
    pub(super) status: u16,
    /// The `type` of the first GraphQL error, such as `STALE_DATA`.
    pub(super) kind: Option<String>,
    /// All that it said, in one line, without the token.
    pub(super) message: String,
}

impl Refusal {
    /// The same, for callers that have nothing better to do about it.
    pub(super) fn into_error(self, doing: &str) -> Error {
        let text = format!("cannot {doing}: {}", self.message);
        match (self.status, self.kind.as_deref()) {
            (401, _) => Error::Unauthorized(text),
            (403, _) | (_, Some("FORBIDDEN" | "INSUFFICIENT_SCOPES")) => Error::Forbidden(text),
            (404 | 410, _) | (_, Some("NOT_FOUND")) => Error::NotFound(text),
            (301 | 302 | 307 | 308, _) => {
                Error::NotFound(format!("cannot {doing}: the repository has moved"))
            }
            _ => Error::Unexpected(text),
        }
    }
}

/// Why there is no answer to work with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// The forge refused; nothing was performed.
    Refused(Refusal),
    /// The answer was lost; it may have been performed or not.
    Unsure(String),
    /// No use in going on.
    Fatal(Error),
}

impl Failure {
    pub(super) fn into_error(self, doing: &str) -> Error {
        match self {
            Self::Refused(refusal) => refusal.into_error(doing),
            Self::Unsure(text) => Error::Unavailable(format!("cannot {doing}: {text}")),
            Self::Fatal(error) => error,
        }
    }
}

/// One answer as it came, before anybody judged it.
pub(super) struct Raw {
    pub(super) status: u16,
    pub(super) retry_after: Option<u64>,
    pub(super) exhausted: bool,
    pub(super) reset_in: Option<u64>,
    pub(super) body: Value,
    pub(super) text: String,
}

/// What to do with one answer.
pub(super) enum Verdict {
    Answer(Value),
    Refused(Refusal),
    /// Not performed: wait, then send again. The time when the forge named one.
    Wait(Option<Duration>),
    Lost(String),
}

impl Raw {
    /// What the status, the headers and the body mean together.
    pub(super) fn judge(self, token: &Token) -> Verdict {
        if self.is_rate_limit() {
            let named = match (self.retry_after, self.exhausted, self.reset_in) {
                (Some(seconds), _, _) | (None, true, Some(seconds)) => Some(seconds),
                _ => None,
            };
            return Verdict::Wait(named.map(Duration::from_secs));
        }
        if self.status >= 500 {
            return Verdict::Lost(format!("GitHub answered with status {}", self.status));
        }
        let errors = self.body["errors"].as_array();
        let complaint = errors.is_some_and(|errors| !errors.is_empty());
        if (200..300).contains(&self.status) && !complaint {
            // Half a JSON text under a good status is a lost answer, not an empty one.
            return match (self.body, self.text.is_empty()) {
                (Value::Null, false) => Verdict::Lost("the answer is not JSON".to_owned()),
                (body, _) => Verdict::Answer(body),
            };
        }
        Verdict::Refused(Refusal {
            status: self.status,
            kind: self.kind().map(str::to_owned),
            message: token.redact(&self.complaint()),
        })
    }

    fn kind(&self) -> Option<&str> {
        self.body["errors"][0]["type"].as_str()
    }

    /// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit>
    fn is_rate_limit(&self) -> bool {
        match self.status {
            429 => true,
            403 => {
                let said = self.body["message"].as_str().unwrap_or_default();
                self.retry_after.is_some() || self.exhausted || said.contains("rate limit")
            }
            200 => self.kind() == Some("RATE_LIMITED"),
            _ => false,
        }
    }

    /// The message, and what the list of errors adds to it.
    fn complaint(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.body["message"].as_str().map(str::to_owned));
        for error in self.body["errors"].as_array().into_iter().flatten() {
            let text = |key: &str| error[key].as_str();
            parts.extend(match (error.as_str(), text("message"), text("field")) {
                (Some(plain), _, _) => Some(plain.to_owned()),
                (_, Some(message), _) => Some(message.to_owned()),
                (_, None, Some(field)) => {
                    Some(format!("{field} is {}", text("code").unwrap_or("wrong")))
                }
                _ => None,
            });
        }
        if parts.is_empty() {
            parts.push(format!("status {}", self.status));
        }
        parts.join(": ")
    }
}

/// Seconds since 1970 of an HTTP date. The forge's own clock is asked so that this machine's may be wrong.
pub(super) fn seconds_of(date: &str) -> Option<u64> {
    let time = jiff::fmt::rfc2822::parse(date).ok()?;
    u64::try_from(time.timestamp().as_second()).ok()
}
