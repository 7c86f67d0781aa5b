//! What the entries of a list of origins stand for.

/// An origin in its parts.
struct Parts<'a> {
    scheme: &'a str,
    host: &'a str,
    port: Option<&'a str>,
}

fn parts(origin: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = origin.split_once("://")?;
    // An address in brackets has colons of its own.
    let colon = rest.rfind(':').filter(|at| !rest[*at..].contains(']'));
    let (host, port) = colon.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    Some(Parts { scheme, host, port })
}

/// Whether an entry stands for an origin, or for all that another entry stands for.
fn covers(entry: &str, other: &str) -> bool {
    if entry == "*" || entry == other {
        return true;
    }
    let (Some(entry), Some(other)) = (parts(entry), parts(other)) else { return false };
    entry.scheme == other.scheme
        && entry.port == other.port
        && entry.host.strip_prefix('*').is_some_and(|below| {
            below.starts_with('.') && other.host.ends_with(below) && other.host.len() > below.len()
        })
}

/// Whether a browser takes an origin for one of a list: `http://` stands for `https://` of the same host too.
pub fn admit(entries: &[String], origin: &str) -> bool {
    let is_upgraded = |entry: &str| {
        entry.strip_prefix("http://").is_some_and(|host| covers(&format!("https://{host}"), origin))
    };
    entries.iter().any(|entry| covers(entry, origin) || is_upgraded(entry))
}

/// Those of a URL's own list that an entry of the server's stands for; the server's where the URL has none.
pub fn narrowed(own: &[String], server: &[String]) -> Vec<String> {
    if own.is_empty() {
        return server.to_vec();
    }
    own.iter().filter(|origin| server.iter().any(|entry| covers(entry, origin))).cloned().collect()
}

/// Those of a URL's own list that no entry of the server's stands for, with their places.
pub fn uncovered<'a>(own: &'a [String], server: &[String]) -> Vec<(usize, &'a str)> {
    let is_covered = |origin: &str| server.iter().any(|entry| covers(entry, origin));
    let places = own.iter().map(String::as_str).enumerate();
    places.filter(|(_, origin)| !is_covered(origin)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|entry| (*entry).to_owned()).collect()
    }

    #[test]
    fn an_entry_stands_for_itself_and_a_wildcard_for_what_is_below_it() {
        for (entry, other, expected) in [
            ("*", "https://app.example.com", true),
            ("https://app.example.com", "https://app.example.com", true),
            ("https://app.example.com", "https://app.example.com:8443", false),
            ("https://app.example.com", "http://app.example.com", false),
            ("https://*.example.com", "https://app.example.com", true),
            ("https://*.example.com", "https://a.b.example.com", true),
            ("https://*.example.com", "https://*.eu.example.com", true),
            ("https://*.example.com", "https://example.com", false),
            ("https://*.example.com", "https://badexample.com", false),
            ("https://*.example.com", "https://app.example.com:8443", false),
            ("https://*.example.com:8443", "https://app.example.com:8443", true),
            ("https://*.example.com", "https://app.example.com.evil.example", false),
            ("http://[::1]:3001", "http://[::1]:3001", true),
            ("http://[::1]:3001", "http://[::1]:3002", false),
            ("https://*.eu.example.com", "https://*.example.com", false),
        ] {
            assert_eq!(covers(entry, other), expected, "{entry} {other}");
        }
    }

    #[test]
    fn a_browser_takes_the_safer_scheme_too() {
        assert!(admit(&list(&["http://app.example.com"]), "https://app.example.com"));
        assert!(!admit(&list(&["https://app.example.com"]), "http://app.example.com"));
        assert!(!admit(&[], "https://app.example.com"));
    }

    #[test]
    fn the_list_of_a_url_narrows_that_of_the_server_and_never_widens_it() {
        let server = list(&["https://*.example.com", "https://portal.example.org"]);
        assert_eq!(narrowed(&[], &server), server);
        let own = list(&["https://app.example.com", "https://evil.example"]);
        assert_eq!(narrowed(&own, &server), list(&["https://app.example.com"]));
        assert_eq!(uncovered(&own, &server), [(1, "https://evil.example")]);
        assert_eq!(narrowed(&own, &list(&["*"])), own);
        assert_eq!(narrowed(&own, &[]), Vec::<String>::new());
    }
}
