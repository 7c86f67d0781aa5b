//! Bounds of customers.

use super::{Bound, bound, custom_fields, text, unique};
use serde_json::json;
use server::limits;

pub(super) fn bounds() -> Vec<Bound> {
    const CREATE: &str = "/v1/customers";
    let aliases = |n: usize| json!((0..n).map(|_| unique(20)).collect::<Vec<_>>());
    let set = "/v1/customers/{customer_id}/setIngestAliases";
    let mut bounds = vec![
        bound(
            CREATE,
            "ingest_aliases[1]: ",
            limits::WORD,
            |n| json!({ "name": "Acme", "ingest_aliases": [unique(9), unique(n)] }),
        ),
        bound(CREATE, "external_id: ", limits::WORD, |n| json!({ "name": "Acme", "external_id": unique(n) })),
        bound(
            CREATE,
            "ingest_aliases: has ",
            limits::INGEST_ALIASES,
            move |n| json!({ "name": "Acme", "ingest_aliases": aliases(n) }),
        ),
        bound(
            set,
            "ingest_aliases: has ",
            limits::INGEST_ALIASES,
            move |n| json!({ "ingest_aliases": aliases(n) }),
        ),
        bound(set, "ingest_aliases[0]: ", limits::WORD, |n| json!({ "ingest_aliases": [unique(n)] })),
        bound(
            "/v1/customers/{customer_id}/updateConfig",
            "salesforce_account_id: ",
            limits::WORD,
            |n| json!({ "salesforce_account_id": text(n) }),
        ),
    ];
    bounds.extend(custom_fields(CREATE, |fields| json!({ "name": "Acme", "custom_fields": fields })));
    bounds
}
