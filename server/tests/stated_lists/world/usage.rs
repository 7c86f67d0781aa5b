//! Events, of which some are billed to nobody, and the usage that they make in groups and days.

use super::{Asked, Company};
use crate::common::seed;
use chrono::TimeDelta;
use server::ingest;

pub(super) const ASKED: &[Asked] = &[
    Asked {
        id: "usage.search",
        query: "",
        body: r#"{ "transactionIds": ["event-0-2", "event-0-0", "event-0-1"] }"#,
    },
    Asked {
        id: "usage.list",
        query: "",
        body: r#"{ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "DAY",
            "customer_ids": ["{other_customer_id}", "{customer_id}"],
            "billable_metrics": [{ "id": "{other_billable_metric_id}" }, { "id": "{billable_metric_id}" }] }"#,
    },
    Asked {
        id: "usage.listWithGroups",
        query: "",
        body: r#"{ "starting_on": "{week_ago}", "ending_before": "{tomorrow}", "window_size": "DAY",
            "customer_id": "{customer_id}", "billable_metric_id": "{billable_metric_id}",
            "group_key": ["region"] }"#,
    },
];

pub(super) async fn seed(company: &mut Company<'_>) {
    let (pool, main, now) = (company.pool, company.main, company.now);
    let idle = seed::customer(pool, "Idle").await;
    let mut events = vec![seed::event("event-0-0", idle, now, r#"{"tokens": 1, "region": "eu"}"#)];
    let mut nobody = seed::event("event-0-1", idle, now, "{}");
    "nobody".clone_into(&mut nobody.customer_id);
    events.push(nobody);
    // Nine groups on each of three days: 9 tokens today, 18 yesterday, 27 the day before.
    for (ago, region) in (0..3).flat_map(|ago| (0..9).rev().map(move |region| (ago, region))) {
        let properties = format!(r#"{{"tokens": {}, "region": "region-{region}"}}"#, ago + 1);
        let at = now - TimeDelta::days(ago);
        events.push(seed::event(&format!("event-{ago}-{region}"), main, at, &properties));
    }
    ingest::record(pool, events, now).await.unwrap();
    company.set("other_customer_id", idle);
}
