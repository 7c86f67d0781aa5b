//! Who sent the request that is being answered: for the audit log, and for the limit of failed tries.

use axum::http::{Extensions, HeaderMap, header};
use std::net::IpAddr;

/// The other end of a connection; the server puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The client of a request, as far as it says who it is.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Its address: see [`address`].
    pub ip: Option<IpAddr>,
    /// Its `user-agent`.
    pub user_agent: Option<String>,
}

tokio::task_local! {
    /// The client of the request being answered; set by the request-id middleware.
    pub static CLIENT: Client;
}

impl Client {
    /// The client of a request that came through so many proxies of ours.
    pub fn of(headers: &HeaderMap, extensions: &Extensions, proxies: usize) -> Self {
        let user_agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
        Self { ip: address(headers, extensions, proxies), user_agent: user_agent.map(str::to_owned) }
    }
}

/// Where a request comes from: what the outermost of our proxies says, each of which adds to `x-forwarded-for` whom it
/// heard; else the other end of the connection.
pub fn address(headers: &HeaderMap, extensions: &Extensions, proxies: usize) -> Option<IpAddr> {
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok());
    let forwarded: Vec<&str> = forwarded.flat_map(|line| line.split(',')).map(str::trim).collect();
    let heard = forwarded.len().checked_sub(proxies).and_then(|place| forwarded.get(place));
    let heard = heard.and_then(|text| text.parse::<IpAddr>().ok());
    let address = heard.or_else(|| extensions.get::<Peer>().map(|peer| peer.0))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_that_of_the_connection_or_what_our_proxies_heard() {
        let mut extensions = Extensions::new();
        extensions.insert(Peer(ip("::ffff:192.0.2.1")));
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", "203.0.113.9, 198.51.100.7".parse().unwrap());
        headers.append("x-forwarded-for", "10.0.0.8".parse().unwrap());
        for (proxies, expected) in [(0, "192.0.2.1"), (1, "10.0.0.8"), (2, "198.51.100.7"), (4, "192.0.2.1")]
        {
            assert_eq!(address(&headers, &extensions, proxies), Some(ip(expected)), "{proxies}");
        }
        assert_eq!(address(&headers, &Extensions::new(), 0), None);
    }
}
