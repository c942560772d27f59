//! The transport: one request in, one answer out, with patience for a busy forge and none for doubtful writes.
//!
//! octocrab carries the bytes (TLS, headers, pooling) and nothing more: its own replay of requests is left out of the
//! build, because it also replays writes whose answer was lost. Redirects are not followed, so the token goes to no
//! other host. This is the only place with `async` in it.

use std::time::{Duration, Instant};

use octocrab::Octocrab;
use serde_json::Value;

use super::answer::{Failure, Raw, Verdict, seconds_of};
use super::connection::{Address, Connection};
use super::token::Token;
use super::{Error, Patience};

/// How often a request is sent at most when its answer is a server error or gets lost.
const TRIES: u32 = 4;

/// The verbs this crate needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

/// Whether a request may be sent again when nobody knows if the first one was performed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replay {
    /// Performing it twice is the same as once.
    Safe,
    /// A second one could do harm or mislead; the caller looks first.
    Never,
}

/// One request: a path below the API's address, a JSON body, and whether it may be replayed.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) verb: Verb,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) replay: Replay,
}

/// The end of one call of the public interface, however many requests it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    pub(super) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }
}

/// Connections to the two addresses of a forge.
pub(super) struct Wire {
    runtime: tokio::runtime::Runtime,
    rest: Octocrab,
    graphql: Octocrab,
    rest_path: String,
    graphql_path: String,
    token: Token,
    patience: Patience,
}

impl Wire {
    pub(super) fn open(connection: &Connection, patience: Patience) -> Result<Self, Error> {
        let failed = |what: &str| Error::Unavailable(format!("cannot prepare connections: {what}"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error.to_string()))?;
        let inside = runtime.enter();
        let client = |address: &Address| {
            Octocrab::builder()
                .base_uri(address.origin.as_str())
                .and_then(|builder| {
                    builder
                        .personal_token(connection.token.secret())
                        .set_connect_timeout(Some(patience.request))
                        .set_read_timeout(Some(patience.request))
                        .set_write_timeout(Some(patience.request))
                        .build()
                })
                .map_err(|error| failed(&chain(&error)))
        };
        let rest = client(&connection.rest)?;
        // A client knows one host only, and on GitHub Enterprise the two addresses share no common path.
        let graphql = if connection.graphql.origin == connection.rest.origin {
            rest.clone()
        } else {
            client(&connection.graphql)?
        };
        drop(inside);
        Ok(Self {
            runtime,
            rest,
            graphql,
            rest_path: connection.rest.path.clone(),
            graphql_path: connection.graphql.path.clone(),
            token: connection.token.clone(),
            patience,
        })
    }

    pub(super) fn deadline(&self) -> Deadline {
        Deadline(Instant::now() + self.patience.total)
    }

    /// Time to tidy up with, even when the call's own time is used up.
    pub(super) fn short_deadline(&self) -> Deadline {
        Deadline(Instant::now() + self.patience.request)
    }

    /// Sends a REST request until there is an answer, a refusal or no patience left.
    pub(super) fn rest(&self, request: &Request, deadline: Deadline) -> Result<Value, Failure> {
        let path = format!("{}{}", self.rest_path, request.path);
        self.send(&self.rest, &path, request, deadline)
    }

    /// Sends a GraphQL document and gives its `data`. Errors beside the data count as a refusal.
    pub(super) fn graphql(
        &self,
        document: &str,
        variables: Value,
        replay: Replay,
        deadline: Deadline,
    ) -> Result<Value, Failure> {
        let request = Request {
            verb: Verb::Post,
            path: String::new(),
            body: Some(serde_json::json!({ "query": document, "variables": variables })),
            replay,
        };
        let mut answer = self.send(&self.graphql, &self.graphql_path, &request, deadline)?;
        Ok(answer["data"].take())
    }

    /// Sleeps for a jittered pause that doubles with `round`, if the deadline allows it.
    pub(super) fn pause(&self, round: u32, deadline: Deadline) -> bool {
        let full = self.patience.pause.saturating_mul(1 << round.min(6));
        let pause = full.mul_f64(0.5 + fastrand::f64() / 2.0);
        let enough = pause < deadline.left();
        if enough {
            std::thread::sleep(pause);
        }
        enough
    }

    fn send(
        &self,
        client: &Octocrab,
        path: &str,
        request: &Request,
        deadline: Deadline,
    ) -> Result<Value, Failure> {
        let mut limits = 0;
        let mut lost = 0;
        loop {
            let verdict = match self.once(client, path, request, deadline) {
                Ok(raw) => raw.judge(&self.token),
                Err(text) => Verdict::Lost(text),
            };
            match verdict {
                Verdict::Answer(value) => return Ok(value),
                Verdict::Refused(refusal) => return Err(Failure::Refused(refusal)),
                Verdict::Wait(named) => {
                    let wait = named.unwrap_or_else(|| self.patience.rate_limit * (1 << limits));
                    limits = (limits + 1).min(6);
                    if wait >= deadline.left() {
                        let wait_seconds = wait.as_secs().max(1);
                        return Err(Failure::Fatal(Error::RateLimited { wait_seconds }));
                    }
                    std::thread::sleep(wait);
                }
                Verdict::Lost(text) => {
                    lost += 1;
                    let again = request.replay == Replay::Safe && lost < TRIES;
                    if !again || !self.pause(lost - 1, deadline) {
                        return Err(Failure::Unsure(text));
                    }
                }
            }
        }
    }

    fn once(
        &self,
        client: &Octocrab,
        path: &str,
        request: &Request,
        deadline: Deadline,
    ) -> Result<Raw, String> {
        let limit = self.patience.request.min(deadline.left());
        let exchange = async {
            let body = request.body.as_ref();
            let response = match request.verb {
                Verb::Get => client._get(path).await,
                Verb::Post => client._post(path, body).await,
                Verb::Patch => client._patch(path, body).await,
                Verb::Delete => client._delete(path, body).await,
            }?;
            let status = response.status().as_u16();
            let header = |name: &str| {
                let value = response.headers().get(name)?.to_str().ok()?;
                Some(value.trim().to_owned())
            };
            let number = |name: &str| header(name)?.parse::<u64>().ok();
            let now = header("date").and_then(|date| seconds_of(&date));
            let reset_in = number("x-ratelimit-reset")
                .zip(now)
                .map(|(reset, now)| reset.saturating_sub(now) + 1);
            let (retry_after, exhausted) = (
                number("retry-after"),
                number("x-ratelimit-remaining") == Some(0),
            );
            let text = client.body_to_string(response).await?;
            let body = serde_json::from_str(&text).unwrap_or(Value::Null);
            Ok::<_, octocrab::Error>(Raw {
                status,
                retry_after,
                exhausted,
                reset_in,
                body,
                text,
            })
        };
        let answer = self
            .runtime
            .block_on(async { tokio::time::timeout(limit, exchange).await });
        match answer {
            Ok(Ok(raw)) => Ok(raw),
            Ok(Err(error)) => Err(self.token.redact(&chain(&error))),
            Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
        }
    }
}

/// An error with its causes on one line. octocrab's own text leaves the causes out.
fn chain(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        next = cause.source();
    }
    parts.join(": ")
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Wire")
            .field("rest", &self.rest_path)
            .field("graphql", &self.graphql_path)
            .finish_non_exhaustive()
    }
}
