//! What the compiler cannot see, read from the sources.

use crate::common::files::{files, folder};

#[test]
fn sql_is_only_in_the_db_folder() {
    for (path, code) in files("server/src", ".rs") {
        if path.components().any(|part| part.as_os_str() == "db") {
            continue;
        }
        for call in ["sqlx::query", "sqlx::raw_sql", "query_scalar", "query_as("] {
            assert!(!code.contains(call), "{}: {call}", path.display());
        }
    }
}

/// Statements that the compiler does not check, by file and how often, with the reason.
const UNCHECKED: &[(&str, usize, &str)] = &[
    ("usage/backfill.rs", 3, "a cursor: what FETCH answers is not known before it is open"),
    ("usage/fold.rs", 1, "VACUUM cannot be prepared"),
    ("pool.rs", 1, "the proof that no transaction is open is one simple query, which is not prepared"),
    ("private.rs", 11, "roles, databases and locks of a cluster, before there is a schema"),
    ("schema.rs", 1, "asked of an empty database too, in which there is no such table"),
];

#[test]
fn queries_are_checked_by_the_compiler() {
    for (path, code) in files("server/src/db", ".rs") {
        let calls = [
            "sqlx::query(",
            "sqlx::query_as(",
            "query_scalar(",
            "query_as::<",
            "query_scalar::<",
            "raw_sql(",
        ];
        let unchecked: usize = calls.iter().map(|call| code.matches(call).count()).sum();
        let listed =
            UNCHECKED.iter().find(|(file, ..)| path.ends_with(file)).map_or(0, |(_, times, _)| *times);
        assert_eq!(unchecked, listed, "{}: call sqlx::query! and its like", path.display());
    }
}

#[test]
fn a_transaction_that_writes_is_begun_in_one_place() {
    for (path, code) in files("server/src", ".rs") {
        let is_door = path.ends_with("db/transaction.rs");
        for call in ["read write", ".begin()", "set transaction", "transaction_read_only"] {
            let is_pool = path.ends_with("db/pool.rs") || path.ends_with("db/schema.rs");
            let is_allowed = match call {
                "read write" => is_door,
                // sessions are read-only, but for migrations
                "transaction_read_only" => is_pool,
                _ => false,
            };
            assert!(is_allowed || !code.contains(call), "{}: {call}; call db::begin", path.display());
        }
        // Only a transaction may write, so nothing is executed on the pool itself.
        for call in [".execute(pool)", ".execute(&pool)", ".execute(&state.pool)", ".execute(&self.pool)"] {
            assert!(!code.contains(call), "{}: {call}; call db::begin", path.display());
        }
    }
}

#[test]
fn what_a_reader_may_see_is_decided_in_one_place() {
    let may = [
        ("InvoiceScope::all(", ["src/viewer.rs", "invoicing/costs.rs"].as_slice()),
        ("InvoiceScope::shown(", &["src/viewer.rs"]),
        ("UsageScope::all(", &["src/viewer.rs"]),
        ("UsageScope::shown(", &["src/viewer.rs", "src/usage_scope.rs"]),
        ("Caller::Reader", &["src/viewer.rs"]),
        ("Caller::Operator", &["src/viewer.rs"]),
        (".session().grant", &["src/viewer.rs"]),
    ];
    for (path, code) in files("server/src", ".rs") {
        for (call, places) in may {
            let is_allowed = places.iter().any(|place| path.ends_with(place));
            assert!(is_allowed || !code.contains(call), "{}: {call}; ask a Viewer", path.display());
        }
    }
}

#[test]
fn no_amount_has_a_silent_default() {
    for (path, code) in [files("server/src/rating", ".rs"), files("server/src/terms", ".rs")].concat() {
        assert!(!code.contains("unwrap_or_default"), "{}: say what is meant, or refuse", path.display());
    }
    for file in [
        "server/src/rating/mod.rs",
        "server/src/terms/mod.rs",
        "server/src/invoicing/mod.rs",
        "app/src/billing/mod.rs",
        "app/src/view/money.rs",
    ] {
        let text = std::fs::read_to_string(folder(file)).unwrap();
        assert!(text.contains("#![deny(clippy::float_arithmetic)]"), "{file}: money is never a float");
    }
}

#[test]
fn hex_colors_are_only_in_the_tokens() {
    let is_hex = |text: &str| {
        text.split('#').skip(1).any(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            matches!(digits, 3 | 6 | 8)
                && !rest[digits..].starts_with(|next: char| next.is_alphanumeric() || next == '-')
        })
    };
    let sheets = files("style", ".css").into_iter().filter(|(path, _)| !path.ends_with("tokens.css"));
    let sources = files("app/src", ".rs").into_iter().filter(|(path, _)| !path.ends_with("theme.rs"));
    for (path, code) in sheets.chain(sources) {
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            assert!(!is_hex(line), "{}: {line}", path.display());
        }
    }
}

#[test]
fn signing_keys_are_touched_only_in_embed_url() {
    for (path, code) in files("server/src", ".rs") {
        if path.components().any(|part| part.as_os_str() == "embed_url") {
            continue;
        }
        for name in ["jsonwebtoken", "EncodingKey", "DecodingKey"] {
            assert!(!code.contains(name), "{}: {name}", path.display());
        }
    }
}

#[test]
fn pages_read_by_the_connections_of_readers() {
    let folder = files("server/src/dashboards", ".rs");
    assert!(folder.iter().any(|(_, code)| code.contains("readers.turn(")));
    for (path, code) in folder {
        assert!(!code.contains("state.pool"), "{}", path.display());
    }
}

#[test]
fn scripts_can_be_read() {
    for (path, code) in files("app/src/scripts", ".js") {
        assert!(code.starts_with("// "), "{}", path.display());
        for line in code.lines() {
            assert!(line.chars().count() <= 120, "{}: {line}", path.display());
            let code = line.split("//").next().unwrap();
            let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            let is_name =
                |word: &&str| word.len() == 1 && word.starts_with(|letter: char| letter.is_alphabetic());
            assert_eq!(words.find(is_name), None, "{}: {line}", path.display());
        }
    }
}

#[test]
fn the_browser_gets_no_calendar_no_decimals_and_no_drawing_of_documents() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args([
            "tree",
            "-p",
            "frontend",
            "--target",
            "wasm32-unknown-unknown",
            "--offline",
            "--prefix",
            "none",
        ])
        .args(["-e", "normal,no-proc-macro"])
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.contains("plotters ") && tree.contains("leptos "), "{tree}");
    for name in ["chrono ", "bigdecimal ", "uuid ", "plotters-svg ", "leptos_router "] {
        assert!(!tree.lines().any(|line| line.starts_with(name)), "{name}");
    }
}

#[test]
fn the_app_looks_for_nothing_in_the_page() {
    for (path, code) in files("app/src", ".rs") {
        for call in ["query_selector", "get_elements_by"] {
            assert!(!code.contains(call), "{}: {call}", path.display());
        }
    }
}

#[test]
fn every_file_says_first_what_it_is() {
    for folder in ["app/src", "server/src", "server/tests", "frontend/src"] {
        for (path, code) in files(folder, ".rs") {
            assert!(code.starts_with("//! "), "{}", path.display());
        }
    }
}
