//! Finding addresses in a text, as far as its position says that it is one.

use super::ip::Notation;
use super::key::{is_address_key, may_be_address_key};
use super::{Host, Reading, host_and_port, is_plausible, is_strong, strings, url};
use ipnet::IpNet;
use std::borrow::Cow;

/// What the position of a text says about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Its key names an address: any host is one.
    Address,
    /// A value of a setting: URLs, `host:port`, IP addresses, names that look like domains.
    Value,
    /// A value in a field that mostly holds something else: URLs and `host:port` alone.
    Field,
    /// Text of a shell or of a server's configuration.
    Script,
    /// Text of a program: URLs, and what stands in quotes.
    Program,
}

/// Longer texts are read up to here: no list of hosts is longer.
const LONGEST: usize = 256 << 10;

/// Every address in a text.
pub(in crate::facts) fn read(text: &str, expect: Expect) -> Vec<Reading> {
    let text = match text.get(..LONGEST) {
        Some(head) => head,
        None => text,
    };
    let plain = without_templates(text);
    let text = plain.as_ref();
    if !may_hold(text, expect) || text.contains("-----BEGIN ") {
        return Vec::new();
    }
    match expect {
        Expect::Script => script(text),
        Expect::Program => program(text),
        Expect::Address | Expect::Value | Expect::Field => value(text.trim(), expect),
    }
}

/// A text in which what a template fills in is one letter: `u:{{ .password }}@host` stays one word.
fn without_templates(text: &str) -> Cow<'_, str> {
    if !text.contains("{{") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        out.push('x');
        rest = after.split_once("}}").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Whether anything in a text can be an address: most texts are words and numbers.
fn may_hold(text: &str, expect: Expect) -> bool {
    text.len() > 2
        && (expect == Expect::Address
            || text.bytes().any(|byte| matches!(byte, b'.' | b':'))
            || !text.is_ascii()
            || text.starts_with("0x"))
}

fn value(text: &str, expect: Expect) -> Vec<Reading> {
    let text = text.trim_matches(['"', '\'']);
    let pairs = strings::pairs(text);
    if !pairs.is_empty() {
        return pairs;
    }
    if text.contains(char::is_whitespace) {
        return script(text);
    }
    if text.contains("://") {
        return if url_start(text) == Some(0) {
            url::read(text)
        } else {
            script(text)
        };
    }
    if expect == Expect::Field && !text.contains(':') {
        return Vec::new();
    }
    text.split([',', ';'])
        .filter_map(|one| single(one.trim(), expect))
        .collect()
}

/// One host, with what may stand around it.
fn single(text: &str, expect: Expect) -> Option<Reading> {
    if text.is_empty() || text.starts_with('/') || is_email(text) {
        return None;
    }
    if let Some(found) = strings::wrapped(text) {
        return Some(found);
    }
    if let Some((net, prefix)) = text.split_once('/').filter(|(_, rest)| !rest.is_empty())
        && prefix.bytes().all(|byte| byte.is_ascii_digit())
    {
        return network(text, net, expect);
    }
    let notation = if expect == Expect::Address {
        Notation::Any
    } else {
        Notation::Usual
    };
    let whole = text.rsplit_once('@').map_or(text, |(_, host)| host);
    // `host/path` without a scheme; where nothing says that it is an address that is mostly an image or a module.
    let host = match expect {
        Expect::Address => whole.split('/').next().unwrap_or_default(),
        _ => whole,
    };
    let reading = host_and_port(host, notation).or_else(|| remote(whole))?;
    is_meant(&reading, expect, text).then_some(reading)
}

/// `host:/path` or `host:path` of copy tools.
fn remote(text: &str) -> Option<Reading> {
    let (host, path) = text.split_once(':')?;
    let is_path = path.starts_with(['/', '~', '.']) || path.contains('/');
    let name = host_and_port(host, Notation::Usual).filter(|_| is_path)?;
    match &name.address.host {
        Host::Name(host) if !is_strong(host) => None,
        _ => Some(name),
    }
}

fn network(text: &str, address: &str, expect: Expect) -> Option<Reading> {
    let net = text.parse::<IpNet>().ok()?;
    if net.prefix_len() == net.max_prefix_len() {
        return host_and_port(address, Notation::Usual);
    }
    // A range is where somebody may come from, but for where a key says otherwise.
    (expect == Expect::Address).then(|| super::reading(Host::Net(net), None, text, false))
}

/// Whether a host is one in this position.
fn is_meant(reading: &Reading, expect: Expect, text: &str) -> bool {
    match &reading.address.host {
        Host::Ip(_) | Host::Net(_) => expect != Expect::Field || reading.address.port.is_some(),
        Host::Name(name) => match expect {
            Expect::Address => true,
            // `image:1234` has no dot; `host.example:443` has.
            Expect::Field => reading.address.port.is_some() && is_strong(name),
            Expect::Value => {
                is_plausible(name)
                    || reading.address.port.is_some() && name.contains('.')
                    || text.contains('@') && reading.address.port.is_some()
            }
            Expect::Script | Expect::Program => is_strong(name),
        },
    }
}

/// Whether a text is an e-mail address and not a user at a host.
pub(in crate::facts) fn is_email(text: &str) -> bool {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    text.split_once('@').is_some_and(|(user, host)| {
        !user.is_empty()
            && !user.contains([':', '/', '('])
            && !host.is_empty()
            && !host.contains([':', '/', '@', '('])
    })
}

/// Where a URL begins in a text that has `://`: before the scheme.
fn url_start(text: &str) -> Option<usize> {
    let at = text.find("://")?;
    let before = &text.as_bytes()[..at];
    let scheme = before
        .iter()
        .rev()
        .take_while(|byte| url::is_scheme_byte(**byte))
        .count();
    (scheme > 0).then_some(at - scheme)
}

/// Words of a shell or of a server's configuration, line by line; comments are left out by the caller.
fn script(text: &str) -> Vec<Reading> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let pairs = strings::pairs(line.trim_matches(['"', '\'']));
        if !pairs.is_empty() && !line.contains("://") {
            found.extend(pairs);
            continue;
        }
        let rest = urls(line, &mut found);
        words(&rest, &mut found);
    }
    found
}

/// The URLs of a line; what is left of the line comes back.
fn urls(line: &str, found: &mut Vec<Reading>) -> String {
    let mut rest = String::new();
    let mut text = line;
    while let Some(start) = url_start(text) {
        // `--proxy=http://…`: the flag is no part of the scheme, `=` is no byte of one.
        let end = start + url_length(&text[start..]);
        rest.push_str(&text[..start]);
        rest.push(' ');
        found.extend(url::read(
            text[start..end].trim_end_matches([',', '.', ';', ':']),
        ));
        text = &text[end..];
    }
    rest.push_str(text);
    rest
}

/// How long the URL is that a text begins with.
fn url_length(text: &str) -> usize {
    let mut in_brackets = false;
    for (at, character) in text.char_indices() {
        match character {
            '[' => in_brackets = true,
            ']' if in_brackets => in_brackets = false,
            '"' | '\'' | '`' | '<' | '>' | '|' | ')' | ']' => return at,
            '}' if !text[..at].contains('{') => return at,
            ' ' | '\t' | '\r' | '\n' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The words of a line that are hosts.
fn words(line: &str, found: &mut Vec<Reading>) {
    let is_between = |c: char| c.is_whitespace() || "\"'`<>|(){};,&=!^".contains(c);
    let mut before = "";
    for token in line.split(is_between) {
        if token.is_empty() {
            continue;
        }
        let after_key = is_address_key(before) || may_be_address_key(before);
        let word = token.trim_end_matches(['.', ':', '?']);
        let word = word.strip_prefix("host=").unwrap_or(word);
        if let Some(reading) = word_host(word, after_key) {
            found.push(reading);
        }
        before = token;
    }
}

fn word_host(word: &str, after_key: bool) -> Option<Reading> {
    if !word.contains(['.', ':']) && word.is_ascii()
        || word.starts_with(['/', '.', '$', '-'])
        || is_email(word)
    {
        return None;
    }
    if let Some(found) = strings::wrapped(word) {
        return Some(found);
    }
    let host = word.rsplit_once('@').map_or(word, |(_, host)| host);
    let path = host.find('/');
    let alone = &host[..path.unwrap_or(host.len())];
    let reading = host_and_port(alone, Notation::Usual).or_else(|| remote(host))?;
    let is_host = match &reading.address.host {
        Host::Ip(_) => path.is_none_or(|at| host[at..].parse::<u8>().is_err()) && !is_range(host),
        Host::Net(_) => false,
        Host::Name(name) => {
            name.contains('.')
                && (is_strong(name)
                    || is_plausible(name) && (after_key || reading.address.port.is_some())
                    || reading.address.port.is_some_and(|port| port > 0) && name.ends_with(".svc"))
        }
    };
    // `ghcr.io/acme/web:1.2` is an image; `curl collector.example/in` is none.
    let is_image = path.is_some()
        && host
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains([':', '@']));
    (is_host && !is_image).then_some(reading)
}

/// Whether a word is a network, which says who may come.
fn is_range(word: &str) -> bool {
    word.parse::<IpNet>()
        .is_ok_and(|net| net.prefix_len() < net.max_prefix_len())
}

/// URLs anywhere, and whole texts in quotes.
fn program(text: &str) -> Vec<Reading> {
    let mut found = Vec::new();
    for line in text.lines() {
        let rest = urls(line, &mut found);
        for quote in ['"', '\'', '`'] {
            for quoted in rest.split(quote).skip(1).step_by(2) {
                let pairs = strings::pairs(quoted);
                if pairs.is_empty() {
                    found.extend(single(quoted.trim(), Expect::Program));
                } else {
                    found.extend(pairs);
                }
            }
        }
    }
    found
}
