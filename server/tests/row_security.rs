//! The database binds readers to the rows of their customer, whatever a query forgets: the row-level security of
//! migration 25.

use crate::common::files::files;
use crate::common::queries::{Function, functions, queries};
use crate::common::{bound_readers, seed::access};
use server::{db, readers::Readers};
use sqlx::{AssertSqlSafe, PgPool, postgres::PgConnectOptions};
use uuid::Uuid;

const A: Uuid = Uuid::from_u128(0xa);
const B: Uuid = Uuid::from_u128(0xb);

/// A database as a server has it, with two customers, and the readers of one connection.
async fn two_customers(pool: &PgPool) -> (PgPool, Readers) {
    sqlx::raw_sql(include_str!("common/two_customers.sql")).execute(pool).await.unwrap();
    let served = db::connect(PgConnectOptions::clone(&pool.connect_options()), 2).await.unwrap();
    let readers = bound_readers(&served, 1).await;
    (served, readers)
}

/// The tables that readers may read, and whether they have rows of customers.
const READ: &[(&str, bool)] = &[
    ("added_charge", true),
    ("billable_metric", false),
    ("charge", false),
    ("credit_type", false),
    ("customer", true),
    ("customer_plan", true),
    ("dashboard_revocation", true),
    ("ingest_alias", true),
    ("invoice", true),
    ("plan", false),
    ("product", false),
    ("usage_day", true),
    ("usage_extent", true),
    ("usage_hour", true),
    ("usage_pending", true),
    ("usage_unique", true),
];

#[sqlx::test(migrations = "./migrations")]
async fn readers_may_read_what_pages_show_and_tables_of_customers_are_bound(pool: PgPool) {
    let (served, readers) = two_customers(&pool).await;
    let read: Vec<(String, bool)> = sqlx::query_as(
        "select relname::text, relrowsecurity
        from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
            and has_table_privilege('inlay_reader', oid, 'select')
        order by relname",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let expected: Vec<_> = READ.iter().map(|(name, is_bound)| ((*name).to_owned(), *is_bound)).collect();
    assert_eq!(read, expected);
    // Also what no reader may read, so that a later grant does not open it. Partitions are reached by their tables.
    let unbound: Vec<String> = sqlx::query_scalar(
        "select relname::text
        from pg_class
        join pg_attribute on attrelid = pg_class.oid and attname = 'customer_id'
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
            and not relrowsecurity",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(unbound, Vec::<String>::new());
    let may_write: bool = sqlx::query_scalar(
        "select exists (
            select
            from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v')
                and has_table_privilege('inlay_reader', oid, 'insert, update, delete, truncate')
        )",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert!(!may_write);
    close(&served, &readers).await;
}

#[sqlx::test(migrations = "./migrations")]
async fn a_query_without_any_condition_shows_the_readers_customer_alone(pool: PgPool) {
    let (served, readers) = two_customers(&pool).await;
    for (reader, name) in [(A, "A"), (B, "B"), (A, "A")] {
        let turn = readers.turn(access(reader)).await.unwrap();
        for (table, _) in READ.iter().filter(|(_, is_bound)| *is_bound) {
            let column = match *table {
                "customer" => "id",
                // Here, the id of a customer's plan.
                "added_charge" => "customer_plan_id",
                _ => "customer_id",
            };
            let sql = format!("select distinct {column} from {table}");
            let seen: Vec<Uuid> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&*turn).await.unwrap();
            assert_eq!(seen, [reader], "{table} to a reader of {name}");
        }
        let other = if reader == A { B } else { A };
        let pending: i64 = sqlx::query_scalar("select count(*) from usage_pending_of($1)")
            .bind(other)
            .fetch_one(&*turn)
            .await
            .unwrap();
        assert_eq!(pending, 0, "what waits of another customer, to a reader of {name}");
    }
    // Whom nobody bound sees nothing.
    let nobody = db::ReaderConnection::new(&served);
    let seen: i64 =
        sqlx::query_scalar("select count(*) from customer").fetch_one(nobody.pool()).await.unwrap();
    assert_eq!(seen, 0);
    nobody.pool().close().await;
    close(&served, &readers).await;
}

/// The queries that pages and session tokens are answered by, each with what a reader of A gives it.
const ASKED: &[(&str, &str, &[&str])] = &[
    ("billable_metric.rs", "page", &["true", "null", "null", ID, NOW, "10"]),
    ("customer/mod.rs", "by_id", &["{00000000-0000-0000-0000-00000000000a}", "null", "null", "0", NOW]),
    (
        "invoice/read.rs",
        "list",
        &[ID, "{}", "null", "null", "null", "null", "null", "10", "false", "null", "null", "null", "null"],
    ),
    ("invoice/read.rs", "find", &[INVOICE, ID]),
    ("invoice/header.rs", "finalized_during", &[ID, "2026-01-01Z", NOW]),
    ("invoice/read.rs", "find_with_previous", &[INVOICE, ID, "null", "null"]),
    (
        "invoice/header.rs",
        "relatives",
        &[ID, "{30000000-0000-0000-0000-00000000003a,30000000-0000-0000-0000-00000000003b}"],
    ),
    ("invoice/read.rs", "outline", &[INVOICE, ID]),
    ("terms.rs", "unbilled_and_end", &[ID, NOW, "true", "null", "null", "0", NOW]),
    ("terms.rs", "during", &[ID, "2026-01-01Z", NOW, "true", "null", "null", "0", NOW]),
    ("usage/account.rs", "account", &[ID, "2026-03-01Z", NOW, "2026-08-30Z", "null", "null", "0", NOW]),
    ("usage/by_group.rs", "by_group", &[ID, METRICS, KINDS, "{1,1}", "2026-03-01", TODAY, "50000"]),
    (
        "usage/find_groups.rs",
        "find_groups",
        &[ID, METRICS, KINDS, "{1,1}", "2026-10-29", TODAY, "[{}]", "{none}", "{region}", "50", ALL],
    ),
    ("usage/groups.rs", "groups", &[ID, METRICS, KINDS, "{1,1}", "2026-10-29", TODAY, "null", "30", ALL]),
    ("usage/part.rs", "series_of_groups", &[ID, METRICS, KINDS, "{1,1}", TODAY, "27", ALL]),
    (
        "usage/delta.rs",
        "deltas",
        &[ID, METRICS, KINDS, "{1,0}", "{2026-11-01Z}", "{2026-11-01Z}", "{2026-12-01Z}", "86400"],
    ),
    (
        "usage/delta.rs",
        "deltas",
        &[ID, METRICS, KINDS, "{1,0}", "{2026-11-01Z}", "{2026-11-10Z}", "{2026-11-11Z}", "3600"],
    ),
    ("usage/stretch.rs", "over_days", &[ID, METRICS, KINDS, "{1,0}", "{2026-11-01}", "{2026-12-01}"]),
    (
        "usage/stretch.rs",
        "over_hours",
        &[
            ID,
            METRICS,
            KINDS,
            "{1,0}",
            "{2026-11-01T05:00Z,2026-11-10T05:00Z}",
            "{2026-11-27T21:00Z,2026-11-10T15:00Z}",
            "{true,true}",
            "{true,true}",
        ],
    ),
    (
        "usage/buckets.rs",
        "measure",
        &[
            IDS,
            METRICS,
            KINDS,
            "{0,0}",
            MONTH,
            MONTHS_END,
            "DAY",
            "{NULL,NULL}",
            "200",
            "null",
            "null",
            "null",
        ],
    ),
    (
        "usage/buckets.rs",
        "measure",
        &[
            IDS,
            METRICS,
            KINDS,
            "{1,1}",
            MONTH,
            MONTHS_END,
            "HOUR",
            "{NULL,NULL}",
            "200",
            "null",
            "null",
            "null",
        ],
    ),
    ("usage/series.rs", "series", &[ID, METRICS, KINDS, TODAY, "27"]),
];
const ID: &str = "00000000-0000-0000-0000-00000000000a";
const IDS: &str = "{00000000-0000-0000-0000-00000000000a,00000000-0000-0000-0000-00000000000a}";
const INVOICE: &str = "30000000-0000-0000-0000-00000000003a";
const METRICS: &str = "{10000000-0000-0000-0000-000000000001,10000000-0000-0000-0000-000000000002}";
const KINDS: &str = "{SUM,UNIQUE}";
const MONTH: &str = "{2026-11-01Z,2026-11-01Z}";
const MONTHS_END: &str = "{2026-12-01Z,2026-12-01Z}";
/// Which groups may be seen of each metric: all of them.
const ALL: &str = "{NULL,NULL}";
const NOW: &str = "2026-11-27T22:00Z";
const TODAY: &str = "2026-11-27";

/// Takes one condition on the customer after the other away, and asks as a reader, whose answer stays, and as the
/// owner, whose answer shows that the condition was needed.
#[sqlx::test(migrations = "./migrations")]
async fn readers_see_no_more_when_a_query_forgets_a_condition(pool: PgPool) {
    let (served, readers) = two_customers(&pool).await;
    let turn = readers.turn(access(A)).await.unwrap();
    let all = queries("server/src/db", files("server/src/db", ".rs"));
    let functions = functions(files("server/migrations", ".sql"));
    let (mut mutants, mut leaks) = (0, 0);
    for (file, item, values) in ASKED {
        let texts: Vec<&str> = all
            .iter()
            .filter(|query| query.file == *file && query.item == *item)
            .map(|query| query.text.as_str())
            .collect();
        assert!(!texts.is_empty(), "{file} has no query {item}");
        for text in texts {
            let whole = answer(&turn, text, values).await;
            assert!(!whole.is_empty(), "{file} {item}: nothing to compare");
            assert_eq!(answer(&pool, text, values).await, whole, "{file} {item}: as the owner asks");
            for condition in conditions(text) {
                let mutant = format!("{}true{}", &text[..condition.start], &text[condition.end..]);
                mutants += 1;
                let without = &text[condition];
                assert_eq!(answer(&turn, &mutant, values).await, whole, "{file} {item}: without {without}");
                leaks += usize::from(answer(&pool, &mutant, values).await != whole);
            }
            for Function { name, head, body, .. } in
                functions.iter().filter(|one| calls(text, &functions, one))
            {
                for condition in conditions(body) {
                    let mutant = format!("{}true{}", &body[..condition.start], &body[condition.end..]);
                    mutants += 1;
                    redefine(&pool, head, &mutant).await;
                    let without = &body[condition];
                    let seen = answer(&turn, text, values).await;
                    assert_eq!(seen, whole, "{file} {item}: {name} without {without}");
                    leaks += usize::from(answer(&pool, text, values).await != whole);
                    redefine(&pool, head, body).await;
                }
            }
        }
    }
    println!("{mutants} conditions taken away: {leaks} leak to the owner of the tables, 0 to a reader");
    // Some are implied by others.
    assert!(
        mutants >= 40 && leaks * 2 > mutants,
        "{leaks} of {mutants} leak to the owner: is anything tested?"
    );
    drop(turn);
    close(&served, &readers).await;
}

/// Whether a query calls a function, or another function that does.
fn calls(text: &str, functions: &[Function], function: &Function) -> bool {
    let is_called = |name: &str| text.contains(&format!("{name}("));
    let mut called = functions.iter().filter(|other| other.name != function.name && is_called(&other.name));
    is_called(&function.name) || called.any(|other| calls(&other.body, functions, function))
}

async fn redefine(pool: &PgPool, head: &str, body: &str) {
    let sql = format!("create or replace {head}$${body}$$");
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

/// The rows that a query answers, as texts in some order.
async fn answer(pool: &PgPool, text: &str, values: &[&str]) -> Vec<String> {
    let mut sql = text.to_owned();
    for (at, value) in values.iter().enumerate().rev() {
        let literal = if *value == "null" { "null".to_owned() } else { format!("'{value}'") };
        sql = sql.replace(&format!("${}", at + 1), &literal);
    }
    let sql = format!("select row_to_json(answer)::text from ({sql}) as answer");
    let rows = sqlx::query_scalar(AssertSqlSafe(sql.clone())).persistent(false).fetch_all(pool).await;
    let mut rows: Vec<String> = rows.unwrap_or_else(|error| panic!("{error}: {sql}"));
    rows.sort();
    rows
}

/// Where a query says whose rows it reads.
fn conditions(text: &str) -> Vec<std::ops::Range<usize>> {
    let is_name = |sign: char| sign.is_alphanumeric() || "_.$".contains(sign);
    let mut found = Vec::new();
    for (at, equals) in text.match_indices(" = ") {
        let start = text[..at].rfind(|sign| !is_name(sign)).map_or(0, |before| before + 1);
        let behind = at + equals.len();
        let end = behind + text[behind..].find(|sign| !is_name(sign)).unwrap_or(text.len() - behind);
        let (left, right) = (&text[start..at], &text[behind..end]);
        // `any($1)`: to its bracket.
        let end =
            if right == "any" { end + text[end..].find(')').map_or(0, |bracket| bracket + 1) } else { end };
        let column = left.rsplit('.').next().unwrap();
        let names_customer = column == "customer_id"
            || left == "c.id" && (right.starts_with('$') || right == "any")
            || column == "customer_plan_id" && right == "cp.id";
        if names_customer {
            found.push(start..end);
        }
    }
    found
}

async fn close(served: &PgPool, readers: &Readers) {
    readers.close().await;
    served.close().await;
}
