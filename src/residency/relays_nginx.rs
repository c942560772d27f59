//! What nginx and ingress-nginx pass on: settings, snippets and whole files.

use super::relays::{ASKS, Concern, MIRRORS, REDIRECTS, REWRITES, Relay};
use crate::facts::Config;

/// What a setting of ingress-nginx does, if it passes requests on.
pub(super) fn setting(name: &str, text: &str) -> Option<(Concern, String)> {
    let name = name.strip_prefix("global-").unwrap_or(name);
    let what = match name {
        "mirror-target" | "mirror-host" => return Some((Concern::Always, MIRRORS.to_owned())),
        "auth-url" | "auth-signin" => ASKS,
        "upstream-vhost" => REWRITES,
        "permanent-redirect" | "temporal-redirect" | "proxy-redirect-to" => REDIRECTS,
        "proxy-redirect" if !matches!(text, "off" | "default" | "") => REDIRECTS,
        name if name.ends_with("snippet") || name.ends_with("snippets") => {
            let directive = acting_directive(text)?;
            let what =
                format!("has a snippet with `{directive}`, which may send requests anywhere");
            return Some((Concern::Always, what));
        }
        _ => return None,
    };
    Some((Concern::Target, what.to_owned()))
}

/// Directives of nginx that send requests, or what is in them, somewhere.
const DIRECTIVES: [&str; 24] = [
    "proxy_pass",
    "grpc_pass",
    "fastcgi_pass",
    "uwsgi_pass",
    "scgi_pass",
    "mirror",
    "auth_request",
    "access_by_lua",
    "content_by_lua",
    "rewrite_by_lua",
    "header_filter_by_lua",
    "body_filter_by_lua",
    "log_by_lua",
    "init_by_lua",
    "js_content",
    "js_access",
    "js_body_filter",
    "proxy_redirect",
    "include",
    "load_module",
    "perl",
    "resolver",
    "return",
    "rewrite",
];

/// The first directive of a snippet that sends requests somewhere.
fn acting_directive(snippet: &str) -> Option<&str> {
    let statements = snippet.split(['\n', ';', '{', '}']).map(str::trim);
    for statement in statements.filter(|statement| !statement.starts_with('#')) {
        let mut words = statement.split_whitespace();
        let Some(first) = words.next() else {
            continue;
        };
        let leads_away = statement.contains("://") || statement.contains("syslog:");
        let acts = DIRECTIVES.iter().any(|known| first.starts_with(known));
        let is_harmless_here = matches!(first, "return" | "rewrite") && !leads_away
            || first == "mirror" && words.next() == Some("off");
        if (acts && !is_harmless_here)
            || (leads_away && matches!(first, "access_log" | "error_log" | "set" | "sub_filter"))
        {
            return Some(first);
        }
    }
    None
}

/// Whether a text is nginx's configuration.
pub(super) fn is_nginx(text: &str) -> bool {
    let begins = |word: &str| {
        text.lines().map(str::trim).any(|line| {
            line.strip_prefix(word)
                .is_some_and(|rest| rest.starts_with([' ', '{']) && line.ends_with('{'))
        })
    };
    begins("server") || begins("location") || begins("upstream")
}

/// Mirrors and external authentication of nginx, and passes to other hosts.
pub(super) fn nginx(config: &Config, found: &mut Vec<Relay>) {
    for line in config.text.lines().map(str::trim) {
        let statement = line.trim_end_matches(';');
        let Some((directive, rest)) = statement.split_once(char::is_whitespace) else {
            continue;
        };
        let target = rest.trim();
        let relay = |concern, what: &str, target: &str| Relay {
            key: directive.to_owned(),
            what: what.to_owned(),
            target: target.to_owned(),
            concern,
            spot: config.spot.clone().line(line).part(target),
        };
        match directive {
            "mirror" if target != "off" => {
                found.push(relay(
                    Concern::Always,
                    "copies live requests, with all that is in them",
                    "",
                ));
            }
            // A name without a dot is an `upstream` of the same text, or a Service.
            "proxy_pass" | "grpc_pass" if target.contains("://") && target.contains('.') => {
                found.push(relay(Concern::Target, "passes requests on", target));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_that_set_headers_send_nothing() {
        for snippet in [
            "more_set_headers \"X-Frame-Options: DENY\";",
            "add_header X-Robots-Tag noindex always;\nclient_max_body_size 8m;",
            "# proxy_pass http://old;\nreturn 404;",
            "mirror off;",
        ] {
            assert_eq!(acting_directive(snippet), None, "{snippet}");
        }
        for (snippet, directive) in [
            (
                "location /x { proxy_pass https://sink.example; }",
                "proxy_pass",
            ),
            ("mirror /copy;", "mirror"),
            (
                "return 302 https://elsewhere.example$request_uri;",
                "return",
            ),
            ("access_log syslog:server=logs.example;", "access_log"),
        ] {
            assert_eq!(acting_directive(snippet), Some(directive), "{snippet}");
        }
    }
}
