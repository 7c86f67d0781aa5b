//! The server's processes that transactions of ingest run in.

use sqlx::{Connection, PgConnection, PgPool};

/// Whether the process is gone, or has been idle for a second; then it is ended, and its locks with it.
///
/// # Errors
/// When the database cannot be reached, or refuses.
pub(crate) async fn end_if_dead(pool: &PgPool, process: i32) -> sqlx::Result<bool> {
    // The pool's connections may be as dead.
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    let is_dead = sqlx::query_scalar!(
        r#"with process as (
            select pid, state, state_change
            from pg_stat_activity
            where pid = $1
         ),
         ended as (
            select pg_terminate_backend(pid)
            from process
            where state <> 'active' and state_change < clock_timestamp() - interval '1 second'
         )
         select not exists (select from process) or exists (select from ended) as "is_dead!""#,
        process,
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    Ok(is_dead)
}
