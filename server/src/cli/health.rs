//! `inlay healthcheck`.

use crate::{
    config::reachable,
    error::{Problem, chain},
};
use std::{net::SocketAddr, time::Duration};

/// Asks the server on this machine whether it is ready.
pub(super) async fn check(listen: SocketAddr) -> Result<(), Problem> {
    let url = format!("http://{}/readyz", reachable(listen));
    let problem = |error: reqwest::Error| Problem::new(format!("{url} does not answer: {}", chain(&error)));
    let client =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().map_err(problem)?;
    let status = client.get(&url).send().await.map_err(problem)?.status();
    if status.is_success() { Ok(()) } else { Err(Problem::new(format!("{url} answers {status}"))) }
}
