//! `inlay healthcheck`.

use crate::{
    config::reachable,
    error::{CliError, chain},
};
use std::{net::SocketAddr, time::Duration};

/// Asks the server on this machine whether it is ready.
pub(super) async fn check(listen: SocketAddr) -> Result<(), CliError> {
    let url = format!("http://{}/readyz", reachable(listen));
    let problem = |error: reqwest::Error| CliError::new(format!("{url} does not answer: {}", chain(&error)));
    let client =
        reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(5)).build().map_err(problem)?;
    let status = client.get(&url).send().await.map_err(problem)?.status();
    if status.is_success() {
        Ok(())
    } else {
        Err(CliError::new(format!("{url} answers {status}; the server's log says why")))
    }
}
