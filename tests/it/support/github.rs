//! A stateful GitHub on this machine: REST and GraphQL over a real bare repository.
//!
//! In: requests of the code under test, and hooks by which a test moves things between two requests or makes an
//! answer fail. Out: answers shaped as GitHub's own descriptions say, and a record of every exchange, which
//! `tests/judges/github-api` holds against those descriptions.

mod graphql;
mod objects;
mod people;
mod rest;
mod world;

use std::collections::VecDeque;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use serde_json::{Value, json};

pub(crate) use world::World;

/// The only token that the fake accepts. It must appear nowhere but in the `Authorization` header.
pub(crate) const CANARY: &str = "ghs_canary4Zx9platformctl7Qw2";

/// What happens to one request instead of, or after, its usual treatment.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Not performed; this status, these headers and this message are answered.
    Answer(u16, Vec<(&'static str, String)>, String),
    /// Performed, but the answer is a 502.
    LoseAnswer,
    /// Performed, but the answer is not HTTP.
    Garble,
    /// Performed, but no answer ever comes.
    Silence,
    /// Not performed; GraphQL answers 200 with an error of this type.
    Graphql(&'static str, String),
}

type Hook = Box<dyn FnOnce(&mut World) + Send>;

#[derive(Default)]
struct Plan {
    faults: VecDeque<(String, Fault)>,
    hooks: VecDeque<(String, Hook)>,
}

struct Shared {
    world: World,
    plan: Plan,
    labels: Vec<String>,
    transcript: String,
    record: Option<PathBuf>,
}

/// A running fake; it stops when dropped.
pub(crate) struct GitHub {
    server: Arc<tiny_http::Server>,
    shared: Arc<Mutex<Shared>>,
    thread: Option<JoinHandle<()>>,
    address: String,
}

/// One request as the handlers see it.
struct Call {
    method: String,
    /// Without the API's prefix, with the query.
    path: String,
    body: Value,
    graphql: bool,
}

/// One answer before it becomes bytes.
#[derive(Debug)]
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Reply {
    fn new(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body,
        }
    }

    fn error(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self::new(status, body)
    }
}

impl Call {
    /// A short name: `POST pulls`, `GET compare`, or the name of the GraphQL operation.
    fn label(&self) -> String {
        if self.graphql {
            let query = self.body["query"].as_str().unwrap_or_default();
            let mut words = query.split(|c: char| !c.is_ascii_alphanumeric());
            return format!("graphql {}", words.nth(1).unwrap_or("?"));
        }
        let path = self.path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').skip(4).collect();
        let name = match parts.as_slice() {
            ["git", "refs", ..] => "git/refs".to_owned(),
            ["pulls", _, rest] | ["issues", _, rest] => format!("N/{rest}"),
            ["pulls", _] => "pulls/N".to_owned(),
            [first, ..] => (*first).to_owned(),
            [] => "?".to_owned(),
        };
        format!("{} {name}", self.method)
    }
}

/// Labels of requests that change something.
pub(crate) fn is_write(label: &str) -> bool {
    match label.strip_prefix("graphql ") {
        Some(operation) => matches!(operation, "Commit" | "Swap"),
        None => !label.starts_with("GET "),
    }
}

impl GitHub {
    /// Starts with the repository `acme/platform`, whose `main` holds these files.
    pub(crate) fn start(files: &[(&str, &str)]) -> Self {
        let server = Arc::new(tiny_http::Server::http("127.0.0.1:0").unwrap());
        let address = format!("http://{}", server.server_addr());
        let shared = Arc::new(Mutex::new(Shared {
            world: World::new(&address, files),
            plan: Plan::default(),
            labels: Vec::new(),
            transcript: String::new(),
            record: record_file(),
        }));
        let thread = std::thread::spawn({
            let (server, shared) = (Arc::clone(&server), Arc::clone(&shared));
            move || {
                while let Ok(request) = server.recv() {
                    serve(request, &shared);
                }
            }
        });
        Self {
            server,
            shared,
            thread: Some(thread),
            address,
        }
    }

    /// The repository's address for platform.toml.
    pub(crate) fn repository_url(&self) -> String {
        format!("{}/acme/platform", self.address)
    }

    /// An environment in which the code under test finds the token.
    pub(crate) fn environment(name: &str) -> Option<String> {
        (name == "PLATFORMCTL_GITHUB_TOKEN").then(|| CANARY.to_owned())
    }

    /// Looks at the world, or changes it as people would.
    pub(crate) fn world<R>(&self, act: impl FnOnce(&mut World) -> R) -> R {
        act(&mut self.lock().world)
    }

    /// Makes the next request with this label fail; several faults are used up in order.
    pub(crate) fn fault(&self, label: &str, fault: Fault) {
        self.lock().plan.faults.push_back((label.to_owned(), fault));
    }

    /// Does something right before the next request with this label is treated.
    pub(crate) fn before(&self, label: &str, act: impl FnOnce(&mut World) + Send + 'static) {
        let hook: Hook = Box::new(act);
        self.lock().plan.hooks.push_back((label.to_owned(), hook));
    }

    /// Forgets faults and interference that did not come to pass.
    pub(crate) fn calm(&self) {
        self.lock().plan = Plan::default();
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        self.lock().labels.clear();
    }

    /// The labels of all requests, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.lock().labels.clone()
    }

    /// The labels of all requests that change something.
    pub(crate) fn writes(&self) -> Vec<String> {
        let labels = self.requests();
        labels.into_iter().filter(|label| is_write(label)).collect()
    }

    /// Everything that was said, but for the `Authorization` header.
    pub(crate) fn transcript(&self) -> String {
        self.lock().transcript.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Shared> {
        lock(&self.shared)
    }
}

impl Drop for GitHub {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A test that failed while it held the lock must not hide its message behind a poisoned one.
fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the record is asked for by the environment"
)]
fn record_file() -> Option<PathBuf> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let folder = PathBuf::from(std::env::var_os("PLATFORMCTL_EXCHANGES")?);
    std::fs::create_dir_all(&folder).unwrap();
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Some(folder.join(format!("{}-{number}.jsonl", std::process::id())))
}

fn serve(mut request: tiny_http::Request, shared: &Mutex<Shared>) {
    let mut text = String::new();
    let readable = request.as_reader().read_to_string(&mut text).is_ok();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|header| {
            (
                header.field.to_string().to_lowercase(),
                header.value.to_string(),
            )
        })
        .collect();
    let url = request.url().to_owned();
    let graphql = url == "/api/graphql";
    let call = Call {
        method: request.method().to_string(),
        path: url.strip_prefix("/api/v3").unwrap_or(&url).to_owned(),
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        graphql,
    };
    let mut shared = lock(shared);
    let (reply, fault) = match check(&headers, readable, &url, &call) {
        Some(reply) => (reply, None),
        None => shared.treat(&call),
    };
    shared.record(&call, &headers, &reply);
    drop(shared);
    match fault {
        Some(Fault::Garble) => {
            let mut writer = request.into_writer();
            let _ = writer.write_all(b"not HTTP\r\n\r\n");
            let _ = writer.flush();
        }
        Some(Fault::Silence) => drop(request.into_writer()),
        Some(Fault::LoseAnswer) => respond(request, &Reply::error(502, "Bad Gateway")),
        _ => respond(request, &reply),
    }
}

/// Writes the whole answer at once: in two pieces, the second would wait for the first one's delayed acknowledgement.
fn respond(request: tiny_http::Request, reply: &Reply) {
    let text = match &reply.body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let now = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&jiff::Timestamp::now())
        .unwrap();
    let mut answer = format!(
        "HTTP/1.1 {} Status\r\nDate: {now}\r\nContent-Type: application/json; charset=utf-8\r\n",
        reply.status
    );
    for (name, value) in &reply.headers {
        answer.push_str(&format!("{name}: {value}\r\n"));
    }
    if reply.status != 204 {
        answer.push_str(&format!("Content-Length: {}\r\n", text.len()));
    }
    answer.push_str("\r\n");
    answer.push_str(&text);
    let mut writer = request.into_writer();
    let _ = writer.write_all(answer.as_bytes());
    let _ = writer.flush();
}

/// What GitHub checks before it looks at the request.
fn check(headers: &[(String, String)], readable: bool, url: &str, call: &Call) -> Option<Reply> {
    let get = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if !readable || !url.starts_with("/api/") {
        return Some(Reply::error(404, "Not Found"));
    }
    if get("user-agent").is_none_or(str::is_empty) {
        return Some(Reply::error(
            403,
            "Request forbidden by administrative rules.",
        ));
    }
    let bearer = format!("Bearer {CANARY}");
    if get("authorization") != Some(&bearer) {
        return Some(Reply::error(401, "Bad credentials"));
    }
    if !call.graphql && get("x-github-api-version") != Some("2022-11-28") {
        return Some(Reply::error(400, "No supported API version was asked for"));
    }
    None
}

impl Shared {
    fn treat(&mut self, call: &Call) -> (Reply, Option<Fault>) {
        let label = call.label();
        self.labels.push(label.clone());
        while let Some(at) = self.plan.hooks.iter().position(|(on, _)| *on == label) {
            if let Some((_, hook)) = self.plan.hooks.remove(at) {
                hook(&mut self.world);
            }
        }
        let planned = self.plan.faults.iter().position(|(on, _)| *on == label);
        let fault = planned
            .and_then(|at| self.plan.faults.remove(at))
            .map(|(_, fault)| fault);
        let reply = match &fault {
            Some(Fault::Answer(status, headers, message)) => Reply {
                headers: headers.clone(),
                ..Reply::error(*status, message)
            },
            Some(Fault::Graphql(kind, message)) => graphql::failed(call, kind, message),
            _ if call.graphql => graphql::answer(&mut self.world, call),
            _ => rest::answer(&mut self.world, call),
        };
        (reply, fault)
    }

    fn record(&mut self, call: &Call, headers: &[(String, String)], reply: &Reply) {
        let shown: serde_json::Map<String, Value> = headers
            .iter()
            .filter(|(name, _)| name != "authorization")
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        let line = json!({
            "api": if call.graphql { "graphql" } else { "rest" },
            "method": call.method,
            "path": call.path,
            "headers": shown,
            "body": call.body,
            "status": reply.status,
            "response": reply.body,
        });
        self.transcript.push_str(&format!("{line}\n"));
        if let Some(path) = &self.record {
            let mut file = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .unwrap();
            writeln!(file, "{line}").unwrap();
        }
    }
}
