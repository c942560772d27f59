//! Connection strings of databases.

/// The hosts of a connection string of PostgreSQL: `host=a,b port=1`, a URL, or just a host. Sockets are none.
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>
pub fn hosts(text: &str) -> Vec<String> {
    let text = text.trim();
    let listed = |list: &str| -> Vec<String> {
        list.trim_matches(['\'', '"'])
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty() && !host.starts_with(['/', '@']))
            .map(str::to_owned)
            .collect()
    };
    if let Some((_, rest)) = text.split_once("://") {
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let authority = authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host);
        let mut found = listed(authority);
        if let Some((_, query)) = rest.split_once('?') {
            for pair in query.split('&') {
                if let Some(host) = pair
                    .strip_prefix("host=")
                    .or_else(|| pair.strip_prefix("hostaddr="))
                {
                    found.extend(listed(host));
                }
            }
        }
        return found;
    }
    if !text.contains('=') {
        return if text.contains(char::is_whitespace) {
            Vec::new()
        } else {
            listed(text)
        };
    }
    let spaced = text.replace(" =", "=").replace("= ", "=");
    spaced
        .split_whitespace()
        .filter_map(|pair| {
            pair.strip_prefix("host=")
                .or_else(|| pair.strip_prefix("hostaddr="))
        })
        .flat_map(listed)
        .collect()
}
