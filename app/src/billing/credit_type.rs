//! Units of account: fiat currencies and custom pricing units.

use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

/// What an amount is counted in, for example "USD (cents)". USD amounts are cents; every other fiat currency is in
/// whole units; a custom unit is a plain number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CreditType {
    /// Its id; that of US cents is `2714e483-4ff1-48e4-9e25-ac732e8f24f2` everywhere.
    pub id: Uuid,
    /// Its name, which is also its code: `USD (cents)`, `EUR`, or the name of a custom unit.
    pub name: String,
}

impl CreditType {
    /// The id of "USD (cents)", the same everywhere [docs].
    pub const USD_CENTS: Uuid = uuid!("2714e483-4ff1-48e4-9e25-ac732e8f24f2");

    /// US cents.
    pub fn usd_cents() -> Self {
        Self { id: Self::USD_CENTS, name: "USD (cents)".to_owned() }
    }
}

/// A credit type as `GET /v1/credit-types/list` answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ListedCreditType {
    /// The id that plans name it by.
    pub id: Uuid,
    /// Its name, which is also its code: `USD (cents)`, `EUR`, or the name of a custom unit.
    pub name: String,
    /// False for a custom unit.
    pub is_currency: bool,
}
