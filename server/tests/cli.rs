//! The command line, as a process: help that teaches, and starts that are refused before the port opens.

use server::db;
use std::{
    net::TcpListener,
    process::{Command, Output},
};

/// The binary, in an environment of its own.
fn inlay(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inlay"))
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_command_teaches() {
    for command in [
        &["serve"][..],
        &["demo"],
        &["migrate"],
        &["token"],
        &["token", "create"],
        &["token", "list"],
        &["token", "revoke"],
        &["origin"],
        &["origin", "add"],
        &["origin", "list"],
        &["origin", "remove"],
        &["origin", "refused"],
        &["invoice"],
        &["invoice", "check"],
        &["audit"],
        &["healthcheck"],
        &["openapi"],
    ] {
        let output = inlay(&[command, &["--help"]].concat(), &[]);
        assert!(output.status.success(), "{command:?}");
        let text = stdout(&output);
        assert!(text.contains("inlay "), "{command:?} has no example: {text}");
    }
    assert!(
        stdout(&inlay(&["serve", "--help"], &[])).contains("INLAY_SIGNING_KEYS (or INLAY_SIGNING_KEYS_FILE)")
    );
}

#[test]
fn version_is_printed() {
    assert_eq!(stdout(&inlay(&["--version"], &[])), format!("inlay {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn missing_signing_key_stops_the_start_and_says_how_to_make_one() {
    let output = inlay(&["serve"], &[("INLAY_LISTEN", "127.0.0.1:0")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("openssl rand -base64 32"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("listening"));
}

#[test]
fn short_signing_key_stops_the_start() {
    let output = inlay(&["serve"], &[("INLAY_SIGNING_KEYS", "a:c2hvcnQ=")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("5 bytes"), "{}", stderr(&output));
}

#[test]
fn unreachable_database_is_named_without_its_password() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://inlay:hunter2@127.0.0.1:{port}/inlay");
    let output = inlay(&["migrate"], &[("DATABASE_URL", &url)]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    let place = format!("the database of DATABASE_URL cannot be reached at 127.0.0.1:{port}: ");
    assert!(text.contains(&place) && !text.contains("hunter2"), "{text}");
    assert_eq!(text.matches("Connection refused").count(), 1, "{text}");
}

/// The address of a database on the server of the tests.
fn address(name: &str) -> String {
    let url = std::env::var("DATABASE_URL").unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

#[sqlx::test(migrations = false)]
async fn a_database_that_is_missing_is_said_once(_pool: sqlx::PgPool) {
    let output = inlay(&["migrate"], &[("DATABASE_URL", &address("inlay_nodb"))]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert_eq!(text.matches("database \"inlay_nodb\" does not exist").count(), 1, "{text}");
    assert!(text.contains("create it, then run: inlay migrate") && !text.contains("at line"), "{text}");
}

#[sqlx::test(migrations = false)]
async fn an_empty_database_is_called_so_by_every_command(pool: sqlx::PgPool) {
    let (name,): (String,) = sqlx::query_as("select current_database()").fetch_one(&pool).await.unwrap();
    let key = ("INLAY_SIGNING_KEYS", "a:/K/yZU+vsC3CDgsbUNBDBdW0JBsgu6nVNLQJf7fDmr4=");
    let commands: [&[&str]; 4] =
        [&["serve"], &["token", "create", "--name", "x"], &["token", "list"], &["invoice", "check"]];
    for command in commands {
        let output = inlay(command, &[("DATABASE_URL", &address(&name)), key]);
        assert_eq!(output.status.code(), Some(1), "{command:?}");
        let text = stderr(&output);
        assert!(text.contains("the database is empty. Run: inlay migrate"), "{command:?}: {text}");
    }
}

#[sqlx::test(migrations = false)]
async fn missing_migrations_are_listed_and_nothing_is_changed(pool: sqlx::PgPool) {
    let (name,): (String,) = sqlx::query_as("select current_database()").fetch_one(&pool).await.unwrap();
    let url = address(&name);
    let check = || inlay(&["migrate", "--check"], &[("DATABASE_URL", &url)]);
    for _ in 0..2 {
        let output = check();
        assert_eq!(output.status.code(), Some(1));
        let listed = stdout(&output);
        assert!(listed.starts_with("0001 customer\n0002 api token\n"), "{listed}");
        let problem = format!("{} migrations are missing. Run: inlay migrate", listed.lines().count());
        assert!(stderr(&output).contains(&problem), "{}", stderr(&output));
    }
    assert!(inlay(&["migrate"], &[("DATABASE_URL", &url)]).status.success());
    let output = check();
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!((stdout(&output).as_str(), stderr(&output).as_str()), ("", "The schema is up to date.\n"));
    sqlx::query("delete from _sqlx_migrations where version = 6").execute(&pool).await.unwrap();
    let output = check();
    assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(1), "0006 invoice\n"));
    assert!(stderr(&output).contains("1 migration is missing"), "{}", stderr(&output));
    // A private Postgres is not started for it.
    let output = inlay(&["migrate", "--check"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("DATABASE_URL, which is not set"), "{}", stderr(&output));
}

#[sqlx::test(migrations = false)]
async fn a_migration_does_not_keep_others_waiting_for_a_table_that_is_in_use(pool: sqlx::PgPool) {
    sqlx::migrate!("./migrations").run_to(32, &pool).await.unwrap();
    let mut reading = pool.begin().await.unwrap();
    sqlx::query("select from usage_backlog").execute(&mut *reading).await.unwrap();
    let (said, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let mut say = |text: &str| said.send(text.to_owned()).unwrap();
    let others = async {
        while !hears.recv().await.unwrap().contains("in use by others; trying again") {}
        // Who stood in line behind it goes on.
        sqlx::query("select from usage_backlog").execute(&pool).await.unwrap();
        reading.rollback().await.unwrap();
    };
    let (migrated, ()) = tokio::join!(db::migrate(&pool, &mut say), others);
    migrated.unwrap();
    assert_eq!(db::schema(&pool).await.unwrap(), db::Schema::Current);
}

#[sqlx::test(migrations = false)]
async fn who_may_not_make_the_role_of_readers_is_told_what_an_administrator_runs(pool: sqlx::PgPool) {
    let (name,): (String,) = sqlx::query_as("select current_database()").fetch_one(&pool).await.unwrap();
    // Roles are the cluster's: one that no other test has.
    let role = format!("plain_{}", uuid::Uuid::new_v4().simple());
    let run = async |sql: String| sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&pool).await.unwrap();
    run(format!("create role {role} login password 'plain'; alter database \"{name}\" owner to {role}"))
        .await;
    let mut url = url::Url::parse(&address(&name)).unwrap();
    url.set_username(&role).unwrap();
    url.set_password(Some("plain")).unwrap();
    let advice = format!(
        "create role inlay_reader nologin;\n  grant inlay_reader to \"{role}\";\nand start Inlay again"
    );
    let output = inlay(&["migrate"], &[("DATABASE_URL", url.as_str())]);
    let text = stderr(&output);
    assert!(output.status.success() && text.contains(&advice), "{text}");
    let required = [
        ("DATABASE_URL", url.as_str()),
        ("INLAY_SIGNING_KEYS", "a:/K/yZU+vsC3CDgsbUNBDBdW0JBsgu6nVNLQJf7fDmr4="),
        ("INLAY_READER_ROLE", "required"),
        ("INLAY_LISTEN", "127.0.0.1:0"),
    ];
    let output = inlay(&["serve"], &required);
    let text = stderr(&output);
    assert!(output.status.code() == Some(1) && text.contains(&advice), "{text}");
    run(format!("reassign owned by {role} to current_user; drop owned by {role}; drop role {role}")).await;
}

#[test]
fn healthcheck_fails_when_nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let output = inlay(&["healthcheck"], &[("INLAY_LISTEN", &address)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("does not answer"), "{}", stderr(&output));
}

#[test]
fn senseless_expiry_is_refused() {
    for expiry in ["soon", "0d", "2030-13-01"] {
        let output = inlay(&["token", "create", "--name", "x", "--expires", expiry], &[]);
        assert_eq!(output.status.code(), Some(2), "{expiry}");
    }
}
