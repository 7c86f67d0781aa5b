//! Connections that the database binds to one customer: what readers read by.
//!
//! They come as the role `inlay_reader`, which may only read and sees, by the policies of migration 25, the rows of the
//! customer that the setting `inlay.customer` of the session names; without one, none. So a query that forgot its
//! condition shows nothing of another customer.

use super::pool;
use crate::{
    Error, Result,
    auth::CustomerAccess,
    error::{CliError, chain},
};
use sqlx::{Connection as _, PgConnection, PgPool, postgres::PgConnectOptions};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

const ROLE: &str = "inlay_reader";

/// Whether the database can bind readers.
#[derive(Debug)]
pub enum ReaderRole {
    /// It does.
    Bound,
    /// It cannot: why, and what an administrator of the database can do.
    Missing(CliError),
}

/// Makes sure that the role of readers is there, that the caller may become it, and that policies bind it. Safe from
/// several places at once; it changes nothing where all is in order.
///
/// # Errors
/// When the database does not answer, so that nothing can be said.
pub async fn reader_role(pool: &PgPool) -> Result<ReaderRole, CliError> {
    let why = match make(pool).await {
        Err(error) => refusal(&error)?,
        Ok(()) => match is_bound(pool).await {
            Ok(true) => return Ok(ReaderRole::Bound),
            Ok(false) => format!("no policy binds the role {ROLE}, which has more rights than to read"),
            Err(error) => refusal(&error)?,
        },
    };
    Ok(ReaderRole::Missing(CliError::new(format!(
        "the database does not bind readers to the rows of their customer: {why}. Let an administrator of it run\n  \
         create role {ROLE} nologin;\n  grant {ROLE} to \"{}\";\nand start Inlay again",
        pool.connect_options().get_username()
    ))))
}

/// What the database has against it; an error when something else is in the way, which may pass.
fn refusal(error: &Error) -> Result<String, CliError> {
    // 42: the right is missing, or the role; 0L, 22 and 28: a connection cannot become it.
    let is_refusal = |class: &str| ["0L", "22", "28", "42"].contains(&class);
    match error {
        Error::Database(sqlx::Error::Database(refusal))
            if refusal.code().is_some_and(|code| code.get(..2).is_some_and(is_refusal)) =>
        {
            Ok(refusal.message().to_owned())
        }
        error => Err(CliError::new(chain(error))),
    }
}

async fn make(pool: &PgPool) -> Result<()> {
    let mut tx = super::begin(pool).await?;
    sqlx::query!("select make_reader_role()").execute(&mut *tx).await?;
    Ok(tx.commit().await?)
}

/// Whether policies bind a connection that comes as readers do.
async fn is_bound(pool: &PgPool) -> Result<bool> {
    let mut connection = pool::single(&session(pool)).await?;
    let is_bound = sqlx::query_scalar!(
        r#"select current_user::text = $1 and row_security_active('invoice') as "is_bound!""#,
        ROLE,
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(is_bound)
}

fn session(pool: &PgPool) -> PgConnectOptions {
    pool::session_of_readers(pool).options([("role", ROLE)])
}

/// A connection that reads one customer's rows at a time. It connects when it is asked.
#[derive(Clone, Debug)]
pub struct ReaderConnection {
    /// Of one connection.
    pool: PgPool,
    binding: Binding,
}

impl ReaderConnection {
    /// A connection to the database of a pool.
    pub fn new(pool: &PgPool) -> Self {
        let binding = Binding::default();
        let (new, known) = (binding.clone(), binding.clone());
        let pool = pool::options(1)
            .after_connect(move |connection, _| Box::pin(set(connection, new.clone())))
            .before_acquire(move |connection, metadata| {
                Box::pin(set_if_changed(connection, metadata.idle_for, known.clone()))
            })
            .connect_lazy_with(session(pool));
        Self { pool, binding }
    }

    /// From now on, it reads the rows of this customer alone. That takes a round trip with the next query, and none
    /// where it read them already. Nobody else may use it meanwhile.
    pub fn bind(&self, access: CustomerAccess) {
        self.binding.lock().wanted = Some(access);
    }

    /// Whether the session is set to this customer.
    pub fn reads(&self, access: CustomerAccess) -> bool {
        self.binding.lock().set == Some(access)
    }

    /// What queries are sent by, one after the other.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

/// The customer whose rows a connection is to read, and the one that its session names now.
#[derive(Clone, Debug, Default)]
struct Binding(Arc<Mutex<Customers>>);

#[derive(Debug, Default)]
struct Customers {
    wanted: Option<CustomerAccess>,
    /// Whom the session names; `None` while that is not sure.
    set: Option<CustomerAccess>,
}

impl Binding {
    fn lock(&self) -> MutexGuard<'_, Customers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn has_changed(&self) -> bool {
        let customers = self.lock();
        customers.set != customers.wanted
    }

    /// The customer that is wanted. Until the session names it, it may name any.
    fn start(&self) -> Option<CustomerAccess> {
        let mut customers = self.lock();
        customers.set = None;
        customers.wanted
    }
}

async fn set_if_changed(
    connection: &mut PgConnection,
    idle_for: Duration,
    binding: Binding,
) -> sqlx::Result<bool> {
    pool::prove_alive(connection, idle_for).await?;
    if binding.has_changed() {
        set(connection, binding).await?;
    }
    Ok(true)
}

async fn set(connection: &mut PgConnection, binding: Binding) -> sqlx::Result<()> {
    let wanted = binding.start();
    // An empty setting names nobody.
    let name = wanted.map_or(String::new(), |access| access.customer_id().to_string());
    sqlx::query_scalar!("select set_config('inlay.customer', $1, false)", name).fetch_one(connection).await?;
    binding.lock().set = wanted;
    Ok(())
}
