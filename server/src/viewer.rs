//! Who looks at a customer's data, and what they may see of it: decided here, once, for pages, JSON and files alike.

use crate::{
    AppState, Result, audit,
    auth::{Caller, CustomerAccess, Reader, no_such_customer},
    db::audit_log::Actor,
    invoicing::InvoiceScope,
    readers::ReadPool,
    usage_scope::UsageScope,
};
use app::embed::{Dashboard, DashboardConfig, GroupKeyNames};
use uuid::Uuid;

/// Who looks at one customer's data: an operator, who sees everything, or the reader of one dashboard, who sees what
/// that dashboard shows. What a reader may not see answers as what does not exist.
#[derive(Clone, Debug)]
pub struct Viewer {
    access: CustomerAccess,
    /// The reader's dashboard; `None` for an operator.
    config: Option<DashboardConfig>,
    /// In whose name the audit log has what is done.
    actor: Actor,
}

impl Viewer {
    /// Whoever calls, if they may look at this customer.
    ///
    /// # Errors
    /// [`no_such_customer`] when a reader asks for another customer.
    pub fn new(caller: &Caller, customer_id: Uuid) -> Result<Self> {
        match caller {
            Caller::Operator(operator) => Ok(Self {
                access: operator.access(customer_id),
                config: None,
                actor: audit::operator(operator),
            }),
            Caller::Reader(reader) if reader.session().grant.customer_id == customer_id => {
                Ok(Self::reader(reader))
            }
            Caller::Reader(_) => Err(no_such_customer()),
        }
    }

    /// The reader of a dashboard.
    pub fn reader(reader: &Reader) -> Self {
        let config = reader.session().grant.config.clone();
        Self { access: reader.access(), actor: audit::reader(&config.viewer), config: Some(config) }
    }

    /// Whether this is a reader. To a reader, an archived customer reads as unknown.
    pub fn is_reader(&self) -> bool {
        self.config.is_some()
    }

    /// In whose name the audit log has what is done.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// The customer itself: its name, and whether it is archived.
    pub fn customer(&self) -> CustomerAccess {
        self.access
    }

    /// What a call reads by that both kinds of viewers may make: an operator by the connections of the API, a reader in
    /// turn.
    ///
    /// # Errors
    /// 503 when too much is read for this customer, or for all.
    pub async fn read_pool(&self, state: &AppState) -> Result<ReadPool> {
        if self.is_reader() {
            return state.readers.turn(self.access).await;
        }
        Ok(ReadPool::of_api(state.pool.clone()))
    }

    /// What may be seen of the customer's invoices.
    ///
    /// # Errors
    /// [`no_such_customer`] when the reader's dashboard shows no invoices.
    pub fn invoices(&self) -> Result<InvoiceScope> {
        match &self.config {
            None => Ok(InvoiceScope::all(self.access)),
            Some(config) => match config.dashboard {
                Dashboard::Invoices => {
                    Ok(InvoiceScope::shown(self.access, &config.options, config.viewer.hide_amounts))
                }
                Dashboard::Usage => Err(no_such_customer()),
            },
        }
    }

    /// What may be seen of the customer's invoices by a call whose answers are amounts.
    ///
    /// # Errors
    /// As [`Viewer::invoices`], and when amounts are hidden from the reader.
    pub fn amounts(&self) -> Result<InvoiceScope> {
        let scope = self.invoices()?;
        if scope.hides_amounts() { Err(no_such_customer()) } else { Ok(scope) }
    }

    /// What may be seen of the customer's usage, and of the metrics that measure it.
    ///
    /// # Errors
    /// [`no_such_customer`] when the reader's dashboard shows no usage.
    pub fn usage(&self) -> Result<UsageScope> {
        match &self.config {
            None => Ok(UsageScope::all(self.access)),
            Some(config) => match config.dashboard {
                Dashboard::Usage => Ok(UsageScope::shown(self.access, &config.viewer)),
                Dashboard::Invoices => Err(no_such_customer()),
            },
        }
    }

    /// The names under which group keys and their values are shown.
    pub fn group_keys(&self) -> GroupKeyNames {
        self.config.as_ref().map(|config| config.group_keys.clone()).unwrap_or_default()
    }
}
