//! The demo company: a start that is stopped at any point is finished by the next one.

use chrono::{DateTime, Duration, Utc};
use server::demo;
use sqlx::PgPool;

/// Refuses the nth row of a table from now on, as if the start had been stopped there.
async fn stop_at(pool: &PgPool, table: &str, nth: i64) {
    let sql = format!(
        "create function stop() returns trigger language plpgsql as $$
        begin
            if (select count(*) from {table}) >= {nth} - 1 then raise 'stopped'; end if;
            return new;
        end $$;
        create trigger stop before insert on {table} for each row execute function stop()"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await.unwrap();
}

async fn start(pool: &PgPool, now: &str) -> server::Result<()> {
    let now: DateTime<Utc> = now.parse().unwrap();
    demo::seed(pool, now, Duration::hours(24), &mut |_| {}).await
}

async fn counts(pool: &PgPool) -> (i64, i64, i64, i64, i64) {
    sqlx::query_as(
        "select (select count(*) from billable_metric), (select count(*) from plan), (select count(*) from charge),
            (select count(*) from customer), (select count(*) from customer_plan)",
    )
    .fetch_one(pool)
    .await
    .unwrap()
}

#[sqlx::test(migrations = "./migrations")]
async fn a_stopped_start_is_finished_by_the_next_one(pool: PgPool) {
    for (table, nth) in [
        ("billable_metric", 3),
        ("product", 4),
        ("plan", 2),
        ("charge", 10),
        ("customer", 3),
        ("customer_plan", 2),
        ("customer_plan", 5),
    ] {
        stop_at(&pool, table, nth).await;
        // The last stop is on the next day, of the next month.
        let now = if nth == 5 { "2026-12-01T01:00:00Z" } else { "2026-11-30T15:00:00Z" };
        start(&pool, now).await.unwrap_err();
        sqlx::raw_sql("drop function stop cascade").execute(&pool).await.unwrap();
    }
    // A company is whole when its usage begins, which takes longer than a test should.
    stop_at(&pool, "usage_event", 1).await;
    start(&pool, "2026-12-01T02:00:00Z").await.unwrap_err();
    assert_eq!(counts(&pool).await, (6, 4, 17, 6, 6));
    let days: Vec<(String,)> =
        sqlx::query_as("select distinct custom_fields->>'demo_first_day' from customer")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(days, [("2026-08-23".to_owned(),)]);
}
