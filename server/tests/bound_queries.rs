//! Access to customers is proven and not asserted: who makes a proof, who takes the customer out of it, and that every
//! query on a customer's table binds it; read off the sources.

use crate::common::files::files;
use crate::common::queries::{Query, functions, queries};
use std::collections::BTreeSet;

/// Who makes what proves access; nobody else does.
const MAKERS: &[(&str, &[&str])] = &[
    ("CustomerAccess(", &["auth.rs"]),
    ("Reader(", &["auth.rs"]),
    (
        "Operator {",
        &[
            // of a token whose secret is right
            "db/api_token.rs",
            // the command that makes the demo's own customers, who reads them without a request
            "demo/setup.rs",
        ],
    ),
    // In the queries that hold a customer.
    ("BillingAccess::new(", &["db/customer/hold.rs"]),
    ("PreviewAccess(", &["db/usage/preview.rs"]),
];

#[test]
fn proofs_of_access_are_made_in_few_places() {
    for (path, code) in files("server/src", ".rs") {
        for (making, places) in MAKERS {
            let is_allowed = places.iter().any(|place| path.ends_with(place));
            assert!(is_allowed || !makes(&code, making), "{}: {making}", path.display());
        }
    }
}

/// Whether a source has an expression of this kind: neither a declaration nor a part of another name.
fn makes(code: &str, making: &str) -> bool {
    code.match_indices(making).any(|(at, _)| {
        let before = &code[..at];
        let is_other = before.ends_with(|sign: char| sign.is_alphanumeric() || sign == '_' || sign == ':');
        let is_declared = ["struct ", "enum ", "for ", "impl "].iter().any(|word| before.ends_with(word));
        !is_other && !is_declared
    })
}

#[test]
fn only_queries_take_the_customer_out_of_a_proof() {
    for (path, code) in files("server/src", ".rs") {
        let is_query = path.components().any(|part| part.as_os_str() == "db") || path.ends_with("auth.rs");
        for call in [".customer_id()", "Access::customer_id"] {
            assert!(is_query || !code.contains(call), "{}: {call}; pass the access on", path.display());
        }
    }
}

/// Tables with rows of customers.
const TABLES: [&str; 15] = [
    "added_charge",
    "audit_log",
    "customer",
    "customer_plan",
    "dashboard_revocation",
    "dashboard_session",
    "ingest_alias",
    "invoice",
    "usage_day",
    "usage_dedupe",
    "usage_event",
    "usage_extent",
    "usage_hour",
    "usage_pending",
    "usage_unique",
];

/// Queries that are not about one customer, by file and function or constant, with the reason.
const OF_MANY: &[(&str, &str, &str)] = &[
    ("audit_log/read.rs", "oldest", "operators read what was done about all customers"),
    ("audit_log/read.rs", "newest", "operators read what was done about all customers"),
    ("customer/mod.rs", "list", "operators list all customers"),
    ("customer/aliases.rs", "add_aliases", "an alias must not be the id of any other customer"),
    ("customer/aliases.rs", "taken_by", "an operator is told whose an alias is"),
    ("customer/hold.rs", "hold_of_invoice", "an operator names an invoice by its id alone"),
    ("customer/hold.rs", "claim_due", "the job finalizes what is due of all customers"),
    ("customer_plan/billing.rs", "open", "an operator names a draft by its id alone"),
    ("dashboard_session/list.rs", "list", "operators list the sessions of all customers"),
    ("dashboard_session/record.rs", "note", "sessions of several customers are noted together"),
    ("dashboard_session/record.rs", "purge", "the job removes old ones of all customers"),
    ("dashboard_session/revoke.rs", "revoke", "operators revoke by session, viewer, or everything"),
    ("dashboard_session/revoke.rs", "last_revocation", "the number is one for all customers"),
    ("invoice/damaged.rs", "damaged", "the command that checks all invoices"),
    ("figures.rs", "figures", "operators are told how many periods of all customers are due"),
    ("plan.rs", "customers", "operators list the customers of a plan"),
    ("usage/unassigned.rs", "claim_unassigned_events", "events that have no customer yet"),
    ("usage/unassigned.rs", "claim_day", "events that have no customer yet, by their places"),
    ("usage/backfill.rs", "is_any_before", "the job counts earlier events of all customers"),
    ("usage/backfill.rs", "count", "the job counts earlier events of all customers"),
    ("usage/ingest.rs", "start_ingest", "ingest finds the customers that events name"),
    ("usage/ingest.rs", "customers_of", "ingest finds the customers that events name"),
    ("usage/dedupe.rs", "remember", "ingest looks for known ids of many customers"),
    ("usage/fold.rs", "measure_backlog", "the job looks at what waits of all customers"),
    ("usage/fold.rs", "move_pending", "the job moves the sums of all customers"),
    ("usage/dedupe.rs", "count_ids", "ingest remembers the ids of all customers"),
    ("usage/dedupe.rs", "ids_after", "ingest remembers the ids of all customers"),
    ("usage/query.rs", "known_customers", "operators ask for the usage of several customers"),
    ("usage/search.rs", "search", "operators look for events by their ids"),
    ("usage/unmatched.rs", "unmatched", "operators look at the events of all customers"),
];

#[test]
fn every_query_on_a_customers_table_binds_the_customer() {
    let mut unused: BTreeSet<_> = OF_MANY.iter().map(|(file, item, _)| (*file, *item)).collect();
    let functions = functions(files("server/migrations", ".sql")).into_iter().map(|function| Query {
        file: function.file,
        item: function.name,
        text: function.body,
    });
    for query in queries("server/src/db", files("server/src/db", ".rs")).into_iter().chain(functions) {
        let place = (query.file.as_str(), query.item.as_str());
        let listed = OF_MANY.iter().find(|(file, item, _)| (*file, *item) == place);
        if let Some((file, item, _)) = listed {
            unused.remove(&(*file, *item));
        } else {
            assert!(
                is_bound(&query),
                "{place:?}: each table of customers needs its condition\n{}",
                query.text
            );
        }
    }
    assert!(unused.is_empty(), "there is no such query any more: {unused:?}");
}

/// Whether a query has as many conditions on the customer as it reads or changes tables of customers. An insert names
/// the customer among its values.
fn is_bound(query: &Query) -> bool {
    let words: Vec<&str> =
        query.text.split_whitespace().map(|word| word.trim_matches(['(', ')', ',', ';'])).collect();
    let read = words.windows(2).filter(|pair| ["from", "join", "update"].contains(&pair[0]));
    let tables: Vec<&str> = read.map(|pair| pair[1]).filter(|table| TABLES.contains(table)).collect();
    let customers = tables.iter().filter(|table| **table == "customer").count();
    let count = |conditions: &[&str]| -> usize {
        conditions.iter().map(|condition| query.text.matches(condition).count()).sum()
    };
    let of_itself: &[&str] = if customers > 0 { &[" where id = $"] } else { &[] };
    count(&[" c.id = ", "customer.id = "]) + count(of_itself) >= customers
        // A charge that was added is reached by its customer plan.
        && count(&["customer_id = ", "using (customer_id,", "customer_plan_id = cp.id"]) >= tables.len() - customers
}

#[test]
fn queries_are_read_from_sources() {
    let code = r##"
        /// "select nothing"
        const A: &str = "select x as \"x!\" -- \"why\"\nfrom invoice";
        fn b<'a>(sign: char) -> &'a str { if sign == '"' { r#"update "x" set y = 1"# } else { "no query" } }
    "##;
    let padding =
        (0..100).map(|index| format!("fn f{index}() {{ \"select {index}\" }}\n")).collect::<String>();
    let found = queries("db", vec![("server/src/db/x.rs".into(), format!("{code}{padding}"))]);
    let found: Vec<_> =
        found.iter().map(|query| (query.item.as_str(), query.text.as_str())).take(2).collect();
    assert_eq!(found, [("A", "select x as \"x!\" \nfrom invoice"), ("b", "update \"x\" set y = 1")]);
    let bound =
        |text: &str| is_bound(&Query { file: String::new(), item: String::new(), text: text.to_owned() });
    assert!(bound("select from invoice where customer_id = $1") && bound("select from plan"));
    assert!(!bound("select from invoice i join customer_plan cp on true where cp.customer_id = $1"));
    assert!(!bound("select from customer") && !bound("delete from invoice where id = $1"));
}
