//! The roles and the database of a private Postgres: requests come as `inlay`, who owns that database and nothing else,
//! and those of readers as `inlay_reader`.

use crate::postgres::Postgres;
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

/// The role that requests use, and the database that is its own. It is no superuser: those read files and run programs
/// of the user that Postgres runs as.
const NAME: &str = "inlay";

/// The superuser, for what is below and for an administrator who may enter the socket's folder.
const SUPERUSER: &str = "postgres";

/// The database that every cluster has.
const MAINTENANCE: &str = "postgres";

/// Held while roles are changed: two commands may begin at once.
const LOCK: &str = "select pg_advisory_lock(7160352)";

/// Gives everything in the database to its application, as the superuser that made it. Sequences of columns and
/// indexes go with their tables.
const HAND_OVER: &str = "
    do $$
    declare
        statement text;
    begin
        for statement in
            select format(
                'alter %s %s owner to inlay',
                case relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end,
                pg_class.oid::regclass
            )
            from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
                and not exists (
                    select from pg_depend
                    where classid = 'pg_class'::regclass and objid = pg_class.oid
                        and refclassid = 'pg_class'::regclass and refobjsubid > 0 and relkind = 'S'
                )
            union all
            select format('alter routine %s owner to inlay', oid::regprocedure)
            from pg_proc
            where pronamespace = 'public'::regnamespace
            union all
            select format('alter type %s owner to inlay', oid::regtype)
            from pg_type
            where typnamespace = 'public'::regnamespace
                and (
                    typtype in ('d', 'e', 'r')
                    or exists (select from pg_class where pg_class.oid = typrelid and relkind = 'c')
                )
        loop
            execute statement;
        end loop;
    end $$";

/// How requests connect.
pub(super) fn options(postgres: &Postgres) -> PgConnectOptions {
    postgres.options(NAME, NAME)
}

/// Makes the role and its database in a new cluster. In one of before, whose requests came as the superuser `inlay`,
/// that one becomes `postgres`, and a new `inlay` gets the database with all that is in it.
///
/// Each step can be the last one before a crash: the next start goes on from there.
pub(super) async fn prepare(postgres: &Postgres, say: &mut dyn FnMut(&str)) -> sqlx::Result<()> {
    let mut superuser = match connect(postgres, SUPERUSER, MAINTENANCE).await {
        // 28000: there is no such role.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("28000") => {
            say("Taking the rights of a superuser from the role that requests use");
            rename_superuser(postgres).await?;
            connect(postgres, SUPERUSER, MAINTENANCE).await?
        }
        connected => connected?,
    };
    sqlx::raw_sql(LOCK).execute(&mut superuser).await?;
    if !has_role(&mut superuser, NAME).await? {
        sqlx::raw_sql("create role inlay login").execute(&mut superuser).await?;
    }
    if !has_role(&mut superuser, "inlay_reader").await? {
        sqlx::raw_sql("create role inlay_reader nologin").execute(&mut superuser).await?;
    }
    // What readers read as: `bound.rs`.
    sqlx::raw_sql("grant inlay_reader to inlay").execute(&mut superuser).await?;
    let owner = sqlx::query_scalar!(
        r#"select pg_get_userbyid(datdba)::text as "owner!" from pg_database where datname = 'inlay'"#
    )
    .fetch_optional(&mut superuser)
    .await?;
    match owner.as_deref() {
        None => {
            sqlx::raw_sql("create database inlay owner inlay").execute(&mut superuser).await?;
        }
        Some(NAME) => {}
        Some(_) => {
            let mut inside = connect(postgres, SUPERUSER, NAME).await?;
            sqlx::raw_sql(HAND_OVER).execute(&mut inside).await?;
            inside.close().await?;
            // Last: it says that the rest is done.
            sqlx::raw_sql("alter database inlay owner to inlay").execute(&mut superuser).await?;
        }
    }
    sqlx::raw_sql("drop role if exists inlay_renames").execute(&mut superuser).await?;
    superuser.close().await
}

/// Renames the superuser `inlay` by way of another role: no role can rename itself.
async fn rename_superuser(postgres: &Postgres) -> sqlx::Result<()> {
    let mut old = connect(postgres, NAME, MAINTENANCE).await?;
    sqlx::raw_sql(LOCK).execute(&mut old).await?;
    if !has_role(&mut old, SUPERUSER).await? {
        if !has_role(&mut old, "inlay_renames").await? {
            sqlx::raw_sql("create role inlay_renames superuser login").execute(&mut old).await?;
        }
        let mut other = connect(postgres, "inlay_renames", MAINTENANCE).await?;
        sqlx::raw_sql("alter role inlay rename to postgres").execute(&mut other).await?;
        other.close().await?;
    }
    old.close().await
}

async fn connect(postgres: &Postgres, role: &str, database: &str) -> sqlx::Result<PgConnection> {
    let options = postgres.options(role, database).options([("client_min_messages", "warning")]);
    super::pool::single(&options).await
}

async fn has_role(connection: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from pg_roles where rolname = $1::text) as "exists!""#,
        name,
    )
    .fetch_one(connection)
    .await
}
