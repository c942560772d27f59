//! Where the forge is and who asks: addresses and the token, judged before anything is sent.

use super::Error;
use super::token::Token;

/// Scheme and authority, and the path below it without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) origin: String,
    pub(super) path: String,
}

impl Address {
    /// Takes `https://HOST[:PORT][/PATH]`; plain http only on this machine.
    fn parse(text: &str, what: &str) -> Result<Self, Error> {
        let wrong = |why: &str| Err(Error::Address(format!("{what} {why}")));
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None => return wrong("is not an https address"),
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        if authority.contains('@') {
            return wrong("must not hold a user name or password");
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:[]".contains(&byte);
        if authority.is_empty() || !authority.bytes().all(plain) {
            return wrong("has no valid host name");
        }
        if !path.bytes().all(|byte| plain(byte) || byte == b'/') {
            return wrong("holds characters that do not belong in it");
        }
        match scheme.as_str() {
            "https" => {}
            "http" if is_loopback(authority) => {}
            "http" => return wrong("is not https, so the token would travel in the clear"),
            _ => return wrong("is not an https address"),
        }
        Ok(Self {
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
            path: path.trim_end_matches('/').to_owned(),
        })
    }

    fn join(&self, path: &str) -> Self {
        Self {
            origin: self.origin.clone(),
            path: format!("{}{path}", self.path),
        }
    }

    fn host(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, host)| host)
    }
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}

/// Which repository, where its API answers, and the token. Its `Debug` form does not show the token.
#[derive(Debug, Clone)]
pub struct Connection {
    pub(super) owner: String,
    pub(super) name: String,
    pub(super) rest: Address,
    pub(super) graphql: Address,
    pub(super) token: Token,
}

impl Connection {
    /// Reads `PLATFORMCTL_GITHUB_TOKEN`, else `GITHUB_TOKEN`, and `GITHUB_API_URL` and `GITHUB_GRAPHQL_URL` as
    /// GitHub Actions sets them; `lookup` gives a variable's value. `repository` is `https://HOST/OWNER/NAME` from
    /// platform.toml. Without API addresses they follow from the host:
    /// `api.github.com`, `api.SUBDOMAIN.ghe.com`, or `https://HOST/api/v3` and `/api/graphql` on GitHub Enterprise
    /// Server (<https://docs.github.com/en/enterprise-server@latest/rest/using-the-rest-api/getting-started-with-the-rest-api>).
    ///
    /// # Errors
    /// [`Error::Address`] or [`Error::Token`].
    pub fn from_environment(
        lookup: &dyn Fn(&str) -> Option<String>,
        repository: &str,
    ) -> Result<Self, Error> {
        let site = Address::parse(
            repository.trim(),
            &format!("repository `{}`", shown(repository)),
        )?;
        let (owner, name) = owner_and_name(&site.path).ok_or_else(|| {
            Error::Address(format!(
                "repository `{}` does not name OWNER/NAME",
                shown(repository)
            ))
        })?;
        let given = |name: &str| match lookup(name) {
            Some(value) if !value.trim().is_empty() => Address::parse(value.trim(), name).map(Some),
            _ => Ok(None),
        };
        let rest = match given("GITHUB_API_URL")? {
            Some(address) => address,
            None => rest_address(&site),
        };
        let graphql = match given("GITHUB_GRAPHQL_URL")? {
            Some(address) => address,
            None => graphql_address(&rest),
        };
        Ok(Self {
            owner,
            name,
            rest,
            graphql,
            token: Token::from_environment(lookup)?,
        })
    }

    /// The repository as `OWNER/NAME`.
    pub fn repository(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }
}

/// An address for a message: what stands between `//` and `@` may be a password.
fn shown(address: &str) -> String {
    match (address.find("//"), address.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}***{}", &address[..start + 2], &address[end..])
        }
        _ => address.to_owned(),
    }
}

fn owner_and_name(path: &str) -> Option<(String, String)> {
    let (owner, name) = path.strip_prefix('/')?.split_once('/')?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    let valid = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    (valid(owner) && valid(name)).then(|| (owner.to_owned(), name.to_owned()))
}

fn rest_address(site: &Address) -> Address {
    let root = |origin: String| Address {
        origin,
        path: String::new(),
    };
    match site.host() {
        "github.com" | "www.github.com" => root("https://api.github.com".to_owned()),
        host if host.ends_with(".ghe.com") => root(format!("https://api.{host}")),
        _ => root(site.origin.clone()).join("/api/v3"),
    }
}

fn graphql_address(rest: &Address) -> Address {
    match rest.path.strip_suffix("/v3") {
        Some(path) => Address {
            origin: rest.origin.clone(),
            path: format!("{path}/graphql"),
        },
        None => rest.join("/graphql"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect(pairs: &[(&str, &str)], repository: &str) -> Result<Connection, Error> {
        let lookup = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        };
        Connection::from_environment(&lookup, repository)
    }

    fn addresses(pairs: &[(&str, &str)], repository: &str) -> (String, String) {
        let mut pairs = pairs.to_vec();
        pairs.push(("GITHUB_TOKEN", "t0ken"));
        let connection = connect(&pairs, repository).unwrap();
        let show = |address: &Address| format!("{}{}", address.origin, address.path);
        (show(&connection.rest), show(&connection.graphql))
    }

    #[test]
    fn api_addresses_follow_from_the_host() {
        for (repository, rest, graphql) in [
            (
                "https://github.com/acme/platform",
                "https://api.github.com",
                "https://api.github.com/graphql",
            ),
            (
                "https://GitHub.com/acme/platform.git",
                "https://api.github.com",
                "https://api.github.com/graphql",
            ),
            (
                "https://acme.ghe.com/acme/platform/",
                "https://api.acme.ghe.com",
                "https://api.acme.ghe.com/graphql",
            ),
            (
                "https://git.acme.example:8443/acme/platform",
                "https://git.acme.example:8443/api/v3",
                "https://git.acme.example:8443/api/graphql",
            ),
            (
                "http://127.0.0.1:4000/acme/platform",
                "http://127.0.0.1:4000/api/v3",
                "http://127.0.0.1:4000/api/graphql",
            ),
        ] {
            assert_eq!(
                addresses(&[], repository),
                (rest.to_owned(), graphql.to_owned()),
                "{repository}"
            );
        }
    }

    #[test]
    fn the_environment_decides_before_the_host() {
        let given = [
            ("GITHUB_API_URL", "https://api.acme.example/"),
            (
                "GITHUB_GRAPHQL_URL",
                "https://graph.acme.example/api/graphql",
            ),
        ];
        let (rest, graphql) = addresses(&given, "https://github.com/acme/platform");
        assert_eq!(rest, "https://api.acme.example");
        assert_eq!(graphql, "https://graph.acme.example/api/graphql");
        let (_, graphql) = addresses(&[("GITHUB_API_URL", "https://h/api/v3")], "https://h/a/b");
        assert_eq!(graphql, "https://h/api/graphql");
    }

    #[test]
    fn refuses_addresses_that_would_leak_the_token() {
        for bad in [
            "http://github.com/acme/platform",
            "http://127.0.0.1.example/acme/platform",
            "http://localhost@evil.example/acme/platform",
            "https://user:pass@github.com/acme/platform",
            "ftp://github.com/acme/platform",
            "git@github.com:acme/platform.git",
            "https://github.com/acme",
            "https://github.com/acme/platform/tree",
            "https://github.com/acme/..",
            "https:///acme/platform",
            "https://github.com/acme/plat form",
        ] {
            let error = connect(&[("GITHUB_TOKEN", "t0ken")], bad).unwrap_err();
            assert!(matches!(error, Error::Address(_)), "{bad}: {error:?}");
            assert!(!error.to_string().contains("pass@"), "{error}");
        }
        for name in ["GITHUB_API_URL", "GITHUB_GRAPHQL_URL"] {
            let pairs = [("GITHUB_TOKEN", "t0ken"), (name, "http://api.github.com")];
            let error = connect(&pairs, "https://github.com/acme/platform").unwrap_err();
            assert!(error.to_string().starts_with(name), "{error}");
        }
    }
}
