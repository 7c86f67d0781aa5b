//! Reads origins as they are written in lists, and the origin of a page's address.

use super::shared;
use url::Url;

/// An entry of a list: an exact origin, or `https://*.example.com` for all hosts below one. In the form that browsers
/// write.
///
/// # Errors
/// Why it is refused.
pub fn origin(text: &str) -> Result<String, String> {
    let problem = || format!("\"{text}\" is not an origin such as https://app.example.com");
    let url = Url::parse(&text.replacen("://*.", "://wildcard.", 1)).map_err(|_| problem())?;
    let origin = url.origin().ascii_serialization();
    // An origin has no path: what the parser makes of it is what was written.
    let is_origin = matches!(url.scheme(), "http" | "https") && url.as_str().trim_end_matches('/') == origin;
    if !is_origin || origin.contains('*') {
        return Err(problem());
    }
    if !text.contains("://*.") {
        return Ok(origin);
    }
    let domain = url.host_str().and_then(|host| host.strip_prefix("wildcard."));
    let domain = domain.filter(|domain| !domain.is_empty()).ok_or_else(problem)?;
    match shared::why(domain) {
        Some(why) => Err(format!("\"{text}\" would allow pages of others: {why}. Name your own hosts")),
        None => Ok(origin.replacen("://wildcard.", "://*.", 1)),
    }
}

/// The origin of a page by its address; `None` for what is no page of the web.
pub fn of_page(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn origins_are_read_in_the_form_of_browsers() {
        for (text, expected) in [
            ("https://app.example.com", "https://app.example.com"),
            ("https://App.Example.com:443/", "https://app.example.com"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3001", "http://[::1]:3001"),
            ("https://*.example.com:8443", "https://*.example.com:8443"),
            ("https://*.Bücher.example", "https://*.xn--bcher-kva.example"),
            ("http://*.localhost:5173", "http://*.localhost:5173"),
        ] {
            assert_eq!(origin(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "*",
            "app.example.com",
            "https://app.example.com/path",
            "https://app.example.com?query",
            "https://user@app.example.com",
            "ftp://app.example.com",
            "https://*",
            "https://*.",
            "https://app.*.example.com",
            "https://*.*.example.com",
            "https://a.example; script-src *",
        ] {
            assert!(origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_wildcard_for_sites_of_others_is_refused_with_the_reason() {
        for (text, why) in [
            ("https://*.com", "anybody can register names below com"),
            ("https://*.co.uk", "anybody can register names below co.uk"),
            ("https://*.github.io", "github.io is shared by the customers of a platform"),
            ("https://*.vercel.app", "vercel.app is shared by the customers of a platform"),
            ("https://*.amazonaws.com", "amazonaws.com is shared by the customers of a platform"),
            ("https://*.eu-central-1.amazonaws.com", "shared by the customers of a platform"),
        ] {
            let problem = origin(text).unwrap_err();
            assert!(problem.contains(why), "{text}: {problem}");
        }
        for text in ["https://*.mine.github.io", "https://*.example.co.uk", "https://mine.vercel.app"] {
            assert_eq!(origin(text).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_page_has_the_origin_of_its_address() {
        assert_eq!(of_page("https://app.example.com/a?b").as_deref(), Some("https://app.example.com"));
        assert_eq!(of_page("http://localhost:3000/").as_deref(), Some("http://localhost:3000"));
        assert_eq!((of_page("about:srcdoc"), of_page("")), (None, None));
    }
}
