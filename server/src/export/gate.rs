//! How many files are made at a time: few in all, one of each customer, so that nobody takes the room of the others.

use crate::{
    Result,
    auth::CustomerAccess,
    gate::{Gate, Turn},
};
use std::{sync::LazyLock, time::Duration};

/// Files made at a time, of all customers together.
const AT_A_TIME: usize = 2;

/// Files made at a time of one customer.
const OF_CUSTOMER: usize = 1;

/// How long a request waits for its turn before it is turned away.
const PATIENCE: Duration = Duration::from_secs(2);

/// The gate of this process.
static GATE: LazyLock<Gate<CustomerAccess>> = LazyLock::new(|| Gate::new(AT_A_TIME, OF_CUSTOMER, PATIENCE));

/// Waits for the turn of a customer, and holds it until it is dropped.
///
/// # Errors
/// 503 when it does not come in two seconds.
pub(super) async fn turn(customer: CustomerAccess) -> Result<Turn> {
    GATE.turn(customer).await
}
