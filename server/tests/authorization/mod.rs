//! Who may call what: every credential on every route. The routes are read from the sources, so none is forgotten.

mod credentials;
mod revoked;
mod scopes;
mod sessions;
mod table;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use server::embed_url::Keys;
use std::{collections::BTreeSet, fs, path::Path};
use table::table;
use tower::ServiceExt as _;

/// `(method, path)` of every call, and of every `.route(…)` of the pages.
fn routes() -> BTreeSet<(String, String)> {
    let (_, entries) = server::routes::calls().described();
    let mut found: BTreeSet<_> =
        entries.into_iter().map(|entry| (entry.method.to_owned(), entry.path.to_owned())).collect();
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/dashboards/mod.rs");
    let text = fs::read_to_string(&pages).unwrap();
    for route in text.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap().to_owned();
        let line = route.lines().next().unwrap();
        let methods: Vec<_> = ["get", "post"]
            .into_iter()
            .filter(|method| line.contains(&format!(" {method}(")) || line.contains(&format!(".{method}(")))
            .collect();
        assert!(!methods.is_empty(), "{}: no method on the line of {path}", pages.display());
        found.extend(methods.into_iter().map(|method| (method.to_uppercase(), path.clone())));
    }
    found
}

#[test]
fn every_route_is_in_the_table() {
    let table: BTreeSet<_> =
        table().map(|(method, path, _)| ((*method).to_owned(), (*path).to_owned())).collect();
    let missing: Vec<_> = routes().difference(&table).cloned().collect();
    assert!(missing.is_empty(), "say in `table`, in the file of its group, who may call {missing:?}");
}

async fn call(app: &Router, method: &str, path: &str, credential: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::builder().method(method).uri(path).header("x-request-id", "same");
    if let Some(credential) = credential {
        request = request.header("authorization", format!("Bearer {credential}"));
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn keys() -> Keys {
    Keys::new(vec![("test".to_owned(), b"0123456789abcdef0123456789abcdef".to_vec())])
}
