//! SQL, as far as it takes to see where statements make a database connect to.
//!
//! In: texts of ConfigMaps, arguments and here-documents of `psql`, migrations. Out: [`Statement`]s and the [`Remote`]s in
//! them. Values that only the database knows, such as variables of functions, are none.

mod connection;
mod tokens;

use super::cell::{CellFacts, Spot};
pub use connection::hosts;
use tokens::tokens;

/// A text of SQL and where it stands.
#[derive(Debug, Clone)]
pub struct SqlText {
    /// The text.
    pub text: String,
    /// The value that it is.
    pub spot: Spot,
    /// The namespace of the object.
    pub namespace: String,
}

/// Every text of SQL in a cell's manifests.
pub fn texts(here: &CellFacts<'_>) -> Vec<SqlText> {
    let mut found: Vec<SqlText> = here
        .texts()
        .into_iter()
        .filter(|config| is_sql(&config.key, &config.text))
        .map(|config| SqlText {
            text: config.text.clone(),
            spot: config.spot.clone(),
            namespace: config.namespace.clone(),
        })
        .collect();
    for placed in &here.scripts {
        for command in &placed.script.commands {
            if !matches!(
                command.program().as_str(),
                "psql" | "pgcli" | "mysql" | "mariadb"
            ) {
                continue;
            }
            let spoken = command.option(&["-c", "--command", "-e", "--execute"]);
            if let Some(word) = spoken {
                let text = placed.value(&word).unwrap_or_else(|| word.raw.clone());
                let spot = placed.place(&word);
                found.push(SqlText {
                    text,
                    // The statement is narrowed later, and stands in more lines than one.
                    spot: Spot {
                        line: String::new(),
                        part: String::new(),
                        ..spot
                    },
                    namespace: placed.namespace.clone(),
                });
            }
            if let Some(input) = &command.input {
                found.push(SqlText {
                    text: input.clone(),
                    spot: placed.spot.clone(),
                    namespace: placed.namespace.clone(),
                });
            }
        }
    }
    found
}

fn is_sql(key: &str, text: &str) -> bool {
    if key.ends_with(".sql") {
        return true;
    }
    let has_other_ending = key.contains('.');
    let lower = text.to_lowercase();
    !has_other_ending
        && [
            "create subscription",
            "create server",
            "dblink",
            "net.http_",
            "to program",
        ]
        .iter()
        .any(|words| lower.contains(words))
}

/// A piece of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A word, in lower case.
    Word(String),
    /// A string, without its quotes.
    Text(String),
    /// A variable of psql or of a client: `:'name'`, `:name`, `$1`.
    Variable(String),
    /// A sign.
    Sign(char),
}

impl Token {
    /// Whether it is a word.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Word(own) if own == word)
    }
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statement {
    /// Its tokens, comments left out.
    pub tokens: Vec<Token>,
}

/// Where a statement makes the database connect to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// What does it: `CREATE SUBSCRIPTION`.
    pub what: &'static str,
    /// To where.
    pub target: Reach,
}

/// To where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// A host or URL.
    Address(String),
    /// A place that cannot be known from the text; what stands there instead.
    Unknown(String),
    /// A program on the database's own machine.
    Program(String),
    /// A service of a vendor that needs no address.
    Vendor(String),
}

/// The statements of a text.
pub fn statements(text: &str) -> Vec<Statement> {
    let mut found = vec![Statement::default()];
    for token in tokens(text) {
        if token == Token::Sign(';') {
            found.push(Statement::default());
        } else if let Some(last) = found.last_mut() {
            last.tokens.push(token);
        }
    }
    found.retain(|statement| !statement.tokens.is_empty());
    found
}

/// Wrappers of foreign services that need no address. <https://supabase.github.io/wrappers/>
const VENDOR_WRAPPERS: &[&str] = &[
    "bigquery",
    "stripe",
    "firebase",
    "airtable",
    "auth0",
    "cognito",
    "clerk",
    "notion",
    "snowflake",
    "paddle",
    "calendly",
    "cal",
    "hubspot",
    "orb",
    "slack",
    "infura",
    "s3",
    "cloudflare_d1",
    "logflare",
    "gravatar",
    "openapi",
];

/// Functions that call an address. <https://github.com/supabase/pg_net>, <https://github.com/pramsey/pgsql-http>
const CALLS: &[&str] = &[
    "http_get",
    "http_post",
    "http_put",
    "http_patch",
    "http_delete",
    "http_head",
    "http_request",
    "http",
];

impl Statement {
    /// Where it makes the database connect to.
    pub fn remotes(&self) -> Vec<Remote> {
        let mut found = Vec::new();
        self.subscription(&mut found);
        self.server(&mut found);
        self.program(&mut found);
        self.setting(&mut found);
        self.calls(&mut found);
        found
    }

    fn position(&self, words: &[&str]) -> Option<usize> {
        (0..self.tokens.len()).find(|at| {
            words.iter().enumerate().all(|(offset, word)| {
                self.tokens
                    .get(at + offset)
                    .is_some_and(|token| token.is(word))
            })
        })
    }

    fn subscription(&self, found: &mut Vec<Remote>) {
        for (words, what) in [
            (["create", "subscription"], "CREATE SUBSCRIPTION"),
            (["alter", "subscription"], "ALTER SUBSCRIPTION"),
        ] {
            let Some(start) = self.position(&words) else {
                continue;
            };
            let connection = self.tokens[start..]
                .iter()
                .position(|token| token.is("connection"));
            if let Some(at) = connection {
                found.extend(remote(what, self.tokens.get(start + at + 1), true));
            }
        }
        for (word, what) in [
            ("master_host", "CHANGE MASTER"),
            ("source_host", "CHANGE REPLICATION SOURCE"),
        ] {
            if let Some(at) = self.position(&[word]) {
                found.extend(remote(what, self.tokens.get(at + 2), true));
            }
        }
    }

    fn server(&self, found: &mut Vec<Remote>) {
        let what = "CREATE SERVER";
        let is_server = self.position(&["create", "server"]).is_some()
            || self.position(&["alter", "server"]).is_some();
        if !is_server {
            return;
        }
        let before = found.len();
        for (at, token) in self.tokens.iter().enumerate() {
            let Token::Word(option) = token else { continue };
            let is_address = matches!(
                option.as_str(),
                "host"
                    | "hostaddr"
                    | "dbserver"
                    | "servername"
                    | "address"
                    | "endpoint"
                    | "endpoint_url"
                    | "api_url"
                    | "base_url"
                    | "uri"
                    | "url"
                    | "svr_address"
                    | "connect_string"
            );
            if is_address {
                found.extend(remote(what, self.tokens.get(at + 1), true));
            }
        }
        if found.len() > before {
            return;
        }
        let wrapper = self
            .position(&["foreign", "data", "wrapper"])
            .and_then(|at| self.tokens.get(at + 3));
        if let Some(Token::Word(wrapper)) = wrapper {
            let vendor = wrapper
                .trim_end_matches("_wrapper")
                .trim_end_matches("_fdw");
            if VENDOR_WRAPPERS.contains(&vendor) {
                found.push(Remote {
                    what,
                    target: Reach::Vendor(wrapper.clone()),
                });
            }
        }
    }

    fn program(&self, found: &mut Vec<Remote>) {
        if self.position(&["copy"]).is_none() {
            return;
        }
        if let Some(at) = self.position(&["program"])
            && let Some(Token::Text(program)) = self.tokens.get(at + 1)
        {
            found.push(Remote {
                what: "COPY TO PROGRAM",
                target: Reach::Program(program.clone()),
            });
        }
    }

    fn setting(&self, found: &mut Vec<Remote>) {
        if self.position(&["alter", "system"]).is_none() {
            return;
        }
        if let Some(at) = self.position(&["primary_conninfo"]) {
            let value = self.tokens[at..]
                .iter()
                .find(|token| matches!(token, Token::Text(_)));
            found.extend(remote("primary_conninfo", value, true));
        }
        for name in ["archive_command", "restore_command"] {
            if let Some(at) = self.position(&[name])
                && let Some(Token::Text(program)) = self.tokens[at..]
                    .iter()
                    .find(|token| matches!(token, Token::Text(_)))
            {
                found.push(Remote {
                    what: "archive_command",
                    target: Reach::Program(program.clone()),
                });
            }
        }
    }

    fn calls(&self, found: &mut Vec<Remote>) {
        for (at, token) in self.tokens.iter().enumerate() {
            let Token::Word(name) = token else { continue };
            if self.tokens.get(at + 1) != Some(&Token::Sign('(')) {
                continue;
            }
            let arguments = self.arguments(at + 2);
            if name.starts_with("dblink") {
                let first = arguments
                    .iter()
                    .find(|token| matches!(token, Token::Text(text) if is_connection(text)));
                let variable = arguments
                    .first()
                    .filter(|token| matches!(token, Token::Variable(_)));
                found.extend(remote("dblink", first.or(variable), true));
            } else if CALLS.contains(&name.as_str()) {
                let url = arguments
                    .iter()
                    .find(|token| matches!(token, Token::Text(text) if text.contains("://")));
                let variable = arguments.first().filter(
                    |token| matches!(token, Token::Variable(name) if name.starts_with(':')),
                );
                found.extend(remote("an HTTP call", url.or(variable), false));
            } else if name == "query_export_to_s3" {
                found.push(Remote {
                    what: "aws_s3",
                    target: Reach::Vendor("Amazon S3".to_owned()),
                });
            }
        }
    }

    /// The tokens up to the bracket that closes.
    fn arguments(&self, start: usize) -> &[Token] {
        let mut depth = 1;
        for (at, token) in self.tokens.iter().enumerate().skip(start) {
            match token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return &self.tokens[start..at];
            }
        }
        self.tokens.get(start..).unwrap_or_default()
    }
}

fn is_connection(text: &str) -> bool {
    text.contains("host=")
        || text.contains("hostaddr=")
        || text.contains("host =")
        || text.contains("://")
}

fn remote(what: &'static str, token: Option<&Token>, is_conninfo: bool) -> Vec<Remote> {
    match token {
        Some(Token::Text(text)) if is_conninfo => hosts(text)
            .into_iter()
            .map(|host| Remote {
                what,
                target: Reach::Address(host),
            })
            .collect(),
        Some(Token::Text(text)) => vec![Remote {
            what,
            target: Reach::Address(text.clone()),
        }],
        Some(Token::Variable(name)) => vec![Remote {
            what,
            target: Reach::Unknown(name.clone()),
        }],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
