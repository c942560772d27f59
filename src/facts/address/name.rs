//! Host names: how they are compared, and what tells them from file names, modules and words.

/// A host name as it is compared, and whether it is written so that a reader sees another one; none when the text cannot be one.
pub(super) fn normal(text: &str) -> Option<(String, bool)> {
    let text = text.strip_prefix("*.").unwrap_or(text);
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.is_empty() || text.len() > 253 {
        return None;
    }
    let decoded = percent(text)?;
    let is_disguised =
        !decoded.is_ascii() || decoded.len() != text.len() || decoded.contains("xn--");
    let ascii = if decoded.is_ascii() {
        decoded.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii(&decoded).ok()?
    };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let has_letter = ascii.bytes().any(|byte| byte.is_ascii_alphabetic());
    (has_letter && ascii.split('.').all(is_label)).then_some((ascii, is_disguised))
}

/// A text with `%41` read as `A`.
fn percent(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(more.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &more[2..];
        } else {
            bytes.push(*first);
            rest = more;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Whether a name can be a domain by its last label: names in a position that says nothing are otherwise files, classes, modules.
pub(in crate::facts) fn is_plausible(name: &str) -> bool {
    top(name).is_some_and(|top| {
        is_generic(top) || (is_country_like(top) && !is_file_ending(top)) || top.starts_with("xn--")
    })
}

/// Whether a name is a domain in running text, too, where `new.id`, `status.health` and `build.sh` stand: by a last label that is
/// no word and no ending; by three labels when it may be a word.
pub(in crate::facts) fn is_strong(name: &str) -> bool {
    const NO_WORDS: &[&str] = &[
        "aero", "arpa", "biz", "com", "coop", "edu", "example", "gmbh", "gov", "invalid", "llc",
        "ltd", "mil", "net", "onion", "org", "wtf", "xyz",
    ];
    const SELDOM_WORDS: &[&str] = &[
        "agency",
        "app",
        "clinic",
        "cloud",
        "corp",
        "dev",
        "healthcare",
        "hospital",
        "internal",
        "intranet",
        "lan",
        "local",
        "network",
        "online",
        "pharmacy",
        "software",
        "solutions",
        "systems",
        "tech",
        "test",
    ];
    let is_long = name.split('.').count() > 2;
    top(name).is_some_and(|top| {
        NO_WORDS.contains(&top)
            || top.starts_with("xn--")
            || is_long && SELDOM_WORDS.contains(&top)
            || is_country_like(top) && !is_file_ending(top) && (is_long || !is_word(top))
    })
}

/// The last of several labels.
fn top(name: &str) -> Option<&str> {
    let (_, top) = name.rsplit_once('.')?;
    let is_name = top.bytes().any(|byte| byte.is_ascii_alphabetic());
    is_name.then_some(top)
}

/// Top-level domains of several letters that are in wide use, and those reserved for examples, tests and private networks
/// (<https://www.iana.org/domains/root/db>, <https://www.rfc-editor.org/rfc/rfc6761>).
fn is_generic(top: &str) -> bool {
    const GENERIC: &[&str] = &[
        "academy",
        "aero",
        "agency",
        "app",
        "arpa",
        "asia",
        "auction",
        "bank",
        "bar",
        "best",
        "bio",
        "biz",
        "blog",
        "build",
        "business",
        "cab",
        "cafe",
        "care",
        "cat",
        "center",
        "chat",
        "city",
        "clinic",
        "cloud",
        "club",
        "codes",
        "com",
        "community",
        "company",
        "consulting",
        "coop",
        "corp",
        "delivery",
        "dental",
        "dev",
        "digital",
        "direct",
        "doctor",
        "domains",
        "earth",
        "edu",
        "email",
        "energy",
        "engineer",
        "engineering",
        "enterprises",
        "example",
        "exchange",
        "expert",
        "farm",
        "finance",
        "foundation",
        "fun",
        "gmbh",
        "gov",
        "group",
        "health",
        "healthcare",
        "help",
        "holdings",
        "home",
        "hospital",
        "host",
        "hosting",
        "inc",
        "info",
        "institute",
        "int",
        "internal",
        "international",
        "intranet",
        "invalid",
        "jobs",
        "lan",
        "land",
        "legal",
        "life",
        "live",
        "llc",
        "local",
        "ltd",
        "management",
        "market",
        "marketing",
        "med",
        "mil",
        "mobi",
        "museum",
        "net",
        "network",
        "news",
        "ngo",
        "ninja",
        "onion",
        "online",
        "org",
        "partners",
        "pharmacy",
        "plus",
        "press",
        "private",
        "pro",
        "rocks",
        "sale",
        "services",
        "shop",
        "site",
        "social",
        "software",
        "solutions",
        "space",
        "store",
        "studio",
        "support",
        "surgery",
        "systems",
        "team",
        "tech",
        "technology",
        "tel",
        "test",
        "today",
        "tools",
        "top",
        "training",
        "travel",
        "ventures",
        "vip",
        "website",
        "wiki",
        "win",
        "work",
        "works",
        "world",
        "wtf",
        "xyz",
        "zone",
    ];
    GENERIC.binary_search(&top).is_ok()
}

/// Two letters: a country.
fn is_country_like(top: &str) -> bool {
    top.len() == 2 && top.bytes().all(|byte| byte.is_ascii_lowercase())
}

/// Countries whose letters end the names of files.
fn is_file_ending(top: &str) -> bool {
    matches!(
        top,
        "cc" | "cs"
            | "db"
            | "ex"
            | "gz"
            | "js"
            | "kt"
            | "md"
            | "mk"
            | "ml"
            | "pl"
            | "ps"
            | "py"
            | "rb"
            | "rs"
            | "sh"
            | "so"
            | "tf"
            | "ts"
            | "vb"
            | "xz"
            | "go"
            | "hs"
            | "jl"
            | "lz"
            | "mo"
            | "po"
            | "pb"
    )
}

/// Countries whose letters are words of programs.
fn is_word(top: &str) -> bool {
    matches!(
        top,
        "as" | "at"
            | "be"
            | "by"
            | "do"
            | "id"
            | "in"
            | "is"
            | "it"
            | "me"
            | "my"
            | "no"
            | "of"
            | "on"
            | "or"
            | "to"
            | "us"
            | "we"
            | "fn"
            | "ip"
            | "op"
            | "os"
            | "io"
            | "tx"
            | "ui"
            | "ok"
            | "ns"
            | "eq"
            | "gt"
            | "lt"
            | "ge"
            | "le"
            | "ne"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_are_told_from_files_and_members() {
        for name in [
            "audit.partner.example",
            "evil.com",
            "api.acme.com.tr",
            "o44.ingest.sentry.io",
        ] {
            assert!(is_plausible(name) && is_strong(name), "{name}");
        }
        for name in [
            "config.sh",
            "org.postgresql.Driver",
            "main.py",
            "nginx.conf",
            "1.2.3",
        ] {
            assert!(!is_plausible(name) && !is_strong(name), "{name}");
        }
        assert!(!is_strong("status.health") && !is_strong("object.status.health"));
        assert!(is_plausible("acme.io") && !is_strong("new.id"));
    }

    #[test]
    fn names_are_compared_in_one_form() {
        assert_eq!(
            normal("PG.Example."),
            Some(("pg.example".to_owned(), false))
        );
        assert_eq!(
            normal("ｅxample.com"),
            Some(("example.com".to_owned(), true))
        );
        assert_eq!(
            normal("exa%6Dple.com"),
            Some(("example.com".to_owned(), true))
        );
        assert_eq!(normal("$HOST"), None);
        assert_eq!(normal("10"), None);
    }
}
