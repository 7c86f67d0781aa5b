//! Which module may import which, and what libraries a module does without; read off the sources.

use crate::common::files::{files, folder};
use std::collections::{BTreeMap, BTreeSet};

/// The modules of `server` from the core to the edge. Each may import what stands behind its colon, and all of that
/// stands above it: so the table has no circle.
const SERVER: &str = "
    clock:
    client:
    limits:
    metrics:
    stopping:
    timestamp:
    api_token:
    assets:
    embed_url:
    error:       limits
    admission:   error
    rating:
    terms:       limits rating
    metering:    limits timestamp
    gate:        error
    rejection:   error
    extract:     error rejection
    throttle:    api_token error
    readers:     error gate
    origins:
    config:      origins
    telemetry:   client config error
    postgres:    config error
    db:          api_token client config error limits metering postgres rating telemetry terms timestamp
    ingest:      db error metering telemetry
    session_log: db error
    state:       admission config embed_url ingest metrics origins readers session_log stopping throttle
    auth:        client clock db embed_url error state
    http:        assets auth client clock db error limits state
    audit:       auth db embed_url error state
    invoicing:   auth db error metering rating
    usage_scope: auth
    viewer:      audit auth db error invoicing readers state usage_scope
    export:      audit auth config db error gate invoicing readers state viewer
    dashboards:  assets audit auth clock db embed_url error export extract http invoicing limits metering metrics origins
                 rating readers session_log state usage_scope viewer
    jobs:        clock db error invoicing state telemetry
    openapi:     auth db error extract http limits rejection state
    reference:   openapi
    styleguide:  assets dashboards error http invoicing rating state
    routes:      assets audit auth clock dashboards db embed_url error export extract http invoicing limits metering metrics
                 openapi origins rating reference state styleguide telemetry timestamp viewer
    serve:       config db embed_url error http jobs readers routes session_log state stopping telemetry
    demo:        auth clock config db error http ingest invoicing limits metering serve
    cli:         api_token clock config db demo error openapi origins postgres routes serve telemetry
";

/// What `server` imports besides, for now. Each makes a circle, and is to be cut.
const SERVER_EXCEPTIONS: &[(&str, &str)] = &[
    // `CustomerAccess`, which queries take; with it the `Operator` that an API token is, and two errors. What proves
    // access could be a module below `db`, and `db` could answer what is stored of a token.
    ("db", "auth"),
    // `Readers::turn` takes a `CustomerAccess`.
    ("readers", "auth"),
    // Connections that the database binds to one customer. `db` makes readers of what the configuration says.
    ("readers", "db"),
];

/// The modules of `app`, in the same way.
const APP: &str = "
    day:
    number:
    markup:
    props:
    url:
    place:
    fresh:
    components:
    api:
    session:    api
    billing:
    embed:      billing
    chart:      day markup number
    invoices:   api chart components day fresh markup number place props session url
    usage:      api chart components day fresh markup number place props session url
    view:       billing day embed invoices number
    pages:      embed invoices props session usage
";

const APP_EXCEPTIONS: &[(&str, &str)] = &[
    // An invoice's status is declared with the dashboard, which the browser has, and `billing` it has not.
    ("billing", "invoices"),
];

/// Libraries that a folder does without: the core knows no HTTP, no database and no runtime, texts no elements.
const WITHOUT: &[(&str, &[&str])] = &[
    ("server/src/metering", &["axum", "leptos", "sqlx", "tokio"]),
    ("server/src/rating", &["axum", "leptos", "sqlx", "tokio"]),
    ("server/src/terms", &["axum", "leptos", "sqlx", "tokio"]),
    ("server/src/embed_url", &["axum", "leptos", "sqlx", "tokio"]),
    ("server/src/origins", &["axum", "leptos", "sqlx", "tokio"]),
    ("server/src/invoicing", &["axum", "leptos", "tokio"]),
    ("server/src/db", &["axum", "leptos"]),
    ("server/src/export", &["leptos", "sqlx"]),
    ("server/src/routes", &["leptos", "sqlx"]),
    ("app/src/billing", &["leptos", "plotters", "web_sys"]),
    ("app/src/embed", &["leptos", "plotters", "web_sys"]),
    ("app/src/view", &["leptos", "plotters", "web_sys"]),
    ("app/src/components", &["plotters", "web_sys"]),
    ("app/src/invoices", &["plotters", "plotters_backend"]),
    ("app/src/usage", &["plotters", "plotters_backend"]),
];

/// Names of the crate's root, by the module that has them.
const ROOT: &[(&str, &str)] =
    &[("AppState", "state"), ("Error", "error"), ("Result", "error"), ("router", "routes")];

#[test]
fn modules_of_the_server_import_what_the_table_says() {
    check("server/src", SERVER, SERVER_EXCEPTIONS);
}

#[test]
fn modules_of_the_app_import_what_the_table_says() {
    check("app/src", APP, APP_EXCEPTIONS);
}

#[test]
fn the_core_does_without_libraries_of_the_edge() {
    for (name, libraries) in WITHOUT {
        let files = files(name, ".rs");
        assert!(!files.is_empty(), "{name} has moved");
        for (path, code) in files {
            for library in *libraries {
                assert!(!imports(&code, library), "{}: {library}", path.display());
            }
        }
    }
}

fn check(crate_folder: &str, table: &str, exceptions: &[(&str, &str)]) {
    let table = rows(table);
    for (at, (module, allowed)) in table.iter().enumerate() {
        for name in allowed {
            let is_above = table[..at].iter().any(|(above, _)| above == name);
            assert!(is_above, "the table: {module} imports {name}, which is not above it");
        }
    }
    let table: BTreeMap<_, _> = table.into_iter().collect();
    let sources = imported(crate_folder);
    let mut left: BTreeSet<_> = exceptions.iter().copied().collect();
    let mut problems = BTreeSet::new();
    for (file, module, imported) in &sources {
        let Some(allowed) = table.get(module.as_str()) else {
            problems.insert(format!("{module} is not in the table"));
            continue;
        };
        for name in imported.iter().filter(|name| *name != module) {
            let arrow = (module.as_str(), name.as_str());
            left.remove(&arrow);
            if !allowed.contains(&arrow.1) && !exceptions.contains(&arrow) {
                problems.insert(format!("{file}: {module} may not import {name}"));
            }
        }
    }
    for (module, name) in left {
        problems.insert(format!("{module} does not import {name} any more: strike the exception"));
    }
    assert!(problems.is_empty(), "{}", problems.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The lines of a table; what is too long for one goes on in the next.
fn rows(table: &str) -> Vec<(&str, Vec<&str>)> {
    let mut rows: Vec<(&str, Vec<&str>)> = Vec::new();
    for word in table.split_whitespace() {
        match word.strip_suffix(':') {
            Some(module) => rows.push((module, Vec::new())),
            None => rows.last_mut().unwrap().1.push(word),
        }
    }
    rows
}

/// Every file of a crate but its root, with its module and the modules that it imports.
fn imported(crate_folder: &str) -> Vec<(String, String, BTreeSet<String>)> {
    let root = folder(crate_folder);
    let mut found = Vec::new();
    for (path, code) in files(crate_folder, ".rs") {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if file == "lib.rs" || file == "main.rs" {
            continue;
        }
        let module = file.split(['/', '.']).next().unwrap().to_owned();
        let names = named(&code).into_iter().map(|name| {
            let known = ROOT.iter().find(|(root, _)| *root == name);
            known.map_or(name, |(_, module)| module).to_owned()
        });
        let names = names.collect();
        found.push((file, module, names));
    }
    assert!(found.len() > 20, "{crate_folder}");
    found
}

/// What stands behind each `crate::` of a source, of a group in braces each of its own.
fn named(code: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for (at, keyword) in code.match_indices("crate::") {
        if code[..at].ends_with(is_part) || is_comment(code, at) {
            continue;
        }
        let rest = &code[at + keyword.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            names.extend(members(group));
        } else {
            names.insert(first_name(rest));
        }
    }
    names
}

/// The first name of each member of a group, of which this is all behind its brace.
fn members(group: &str) -> Vec<&str> {
    let mut names = vec![first_name(group)];
    let mut depth = 0;
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(first_name(&group[at + 1..])),
            _ => {}
        }
    }
    // What follows a last comma is the brace.
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(text: &str) -> &str {
    let text = text.trim_start();
    text.split(|sign: char| !is_part(sign) || sign == ':').next().unwrap()
}

fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == ':'
}

fn is_comment(code: &str, at: usize) -> bool {
    code[..at].lines().next_back().is_some_and(|line| line.trim_start().starts_with("//"))
}

/// Whether a source names anything of a library.
fn imports(code: &str, library: &str) -> bool {
    let path = format!("{library}::");
    let mut places = code.match_indices(&path).map(|(at, _)| at);
    places.any(|at| !code[..at].ends_with(is_part) && !is_comment(code, at))
}

#[test]
fn imports_are_read_from_sources() {
    let code = "use crate::{AppState, db::{self, usage::UsageDelta}, rating,\n    auth::CustomerAccess as Access,\n};\n\
                /// As [`crate::cli`].\nfn a() -> crate::Result<()> { mycrate::x(crate::clock::now()) }";
    assert_eq!(
        named(code).into_iter().collect::<Vec<_>>(),
        ["AppState", "Result", "auth", "clock", "db", "rating"]
    );
    assert!(imports("use sqlx::PgPool;", "sqlx") && !imports("my_sqlx::x; // a\n// sqlx::y", "sqlx"));
}
