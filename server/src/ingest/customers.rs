//! Whose events they are: customers by id or ingest alias, remembered by the process and never out of date.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// Ids and aliases that are remembered at most: several megabytes of them.
const MOST: usize = 50_000;

/// The customers of ids and aliases, as far as a process has seen. A customer is never deleted, so only aliases that
/// were taken from theirs make it untrue: the ingest reads how often that happened, and forgets what is older.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownCustomers(Arc<Mutex<CustomerCache>>);

#[derive(Debug, Default)]
struct CustomerCache {
    /// How often aliases had been taken when it was read: `ingest_alias_change`.
    version: i64,
    customers: HashMap<String, Uuid>,
}

impl KnownCustomers {
    /// The customers of ids or aliases, `None` for those that must be asked for, and the version that this is true of.
    pub(super) fn look_up(&self, refs: &[&str]) -> (Vec<Option<Uuid>>, i64) {
        let remembered = self.remembered();
        let customers = refs.iter().map(|one| remembered.customers.get(*one).copied()).collect();
        (customers, remembered.version)
    }

    /// Remembers customers that were found at a version.
    pub(super) fn learn(&self, version: i64, refs: &[&str], customers: &[Option<Uuid>]) {
        let mut remembered = self.remembered();
        if remembered.version > version {
            return;
        }
        if remembered.version < version || remembered.customers.len() + refs.len() > MOST {
            *remembered = CustomerCache { version, customers: HashMap::new() };
        }
        let found = refs.iter().zip(customers).filter_map(|(one, id)| Some(((*one).to_owned(), (*id)?)));
        remembered.customers.extend(found);
    }

    fn remembered(&self) -> MutexGuard<'_, CustomerCache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
