//! The rows of dashboards, their sessions, and the origins of pages around them.

use super::{Asked, Company, MANY};

pub(super) const ASKED: &[Asked] =
    &[Asked { id: "dashboards.invoices.list", query: "status=FINALIZED", body: "" }];

/// Sessions and refused frames, the oldest first; origins, the last by name first.
pub(super) async fn seed(company: &Company<'_>) {
    sqlx::query(
        "insert into dashboard_session (id, customer_id, dashboard, url_id, is_single_use, seen, valid_from, opened_at,
            last_used_at)
        select gen_random_uuid(), $1, 'usage', gen_random_uuid(), false, 0, at, at, $2
        from generate_series($3::bigint, 1, -1) as age
        cross join lateral (select $2::timestamptz - interval '1 minute' * age as at) as opened",
    )
    .bind(company.main)
    .bind(company.now)
    .bind(MANY)
    .execute(company.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into refused_embed (origin, refused_by, times, first_refused_at, last_refused_at)
        select 'https://refused-' || age || '.example', 'server', age, $1::timestamptz - interval '80 days',
            $1::timestamptz - interval '1 day' * age
        from generate_series($2::bigint, 1, -1) as age",
    )
    .bind(company.now)
    .bind(MANY)
    .execute(company.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into allowed_origin (origin, created_at)
        select 'https://' || chr(122 - number::integer % 26) || number || '.example', $1
        from generate_series(1, $2::bigint) as number",
    )
    .bind(company.now)
    .bind(MANY)
    .execute(company.pool)
    .await
    .unwrap();
}
