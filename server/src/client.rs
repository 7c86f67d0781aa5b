//! Who sent the request that is being answered, for the audit log.

use std::net::IpAddr;

/// The other end of a connection; the server puts it into each request.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The client of a request, as far as it says who it is.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// The address of the other end of its connection.
    pub ip: Option<IpAddr>,
    /// Its `user-agent`.
    pub user_agent: Option<String>,
}

tokio::task_local! {
    /// The client of the request being answered; set by the request-id middleware.
    pub static CLIENT: Client;
}
