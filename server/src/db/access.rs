//! By what right a query reads or changes one customer's data.

use crate::auth::CustomerAccess;
use uuid::Uuid;

/// A right to one customer's data, which a query takes and binds.
pub trait Access: Copy + Send + Sync {
    /// The customer, for the parameters of queries: no other file asks for it.
    fn customer_id(self) -> Uuid;
}

/// A caller may read the customer.
impl Access for CustomerAccess {
    fn customer_id(self) -> Uuid {
        CustomerAccess::customer_id(self)
    }
}

/// Billing acts for a customer: proof that a transaction holds the customer, whom nobody else bills until the transaction
/// ends. Made by the queries that hold customers, of `customer/hold.rs`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BillingAccess {
    customer_id: Uuid,
}

impl BillingAccess {
    pub(super) fn new(customer_id: Uuid) -> Self {
        Self { customer_id }
    }
}

impl Access for BillingAccess {
    fn customer_id(self) -> Uuid {
        self.customer_id
    }
}
