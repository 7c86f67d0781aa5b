//! The sample customer portal on a port of its own: another origin, with the one call an integrator's backend makes.

use axum::{
    Json, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

const PAGE: &str = include_str!("../../../public/host.html");

/// What the portal's backend knows: where Inlay is, its API token, and who its own customers are.
#[derive(Debug)]
pub struct Portal {
    /// Where Inlay's API is for this process, without a trailing slash.
    pub inlay_url: String,
    /// Where readers' browsers reach Inlay.
    pub public_url: String,
    /// The credential, which never leaves this process for a browser.
    pub api_token: String,
    /// The customers to choose from.
    pub customers: Vec<Account>,
    /// The client that calls Inlay.
    pub client: reqwest::Client,
}

/// A customer as the portal knows it.
#[derive(Clone, Debug, Serialize)]
pub struct Account {
    /// The portal's own id.
    pub slug: String,
    /// The name to show.
    pub name: String,
    /// The customer in Inlay.
    pub id: Uuid,
}

impl Account {
    /// A customer of the demo.
    pub fn new(slug: &str, name: &str) -> Self {
        Self { slug: slug.to_owned(), name: name.to_owned(), id: super::company::customer_id(slug) }
    }
}

/// `GET /`, `GET /customers` and `GET /embed-url`.
pub fn router(portal: Portal) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/customers", get(customers))
        .route("/embed-url", get(embed_url))
        .layer(middleware::from_fn(only_own_names))
        .with_state(Arc::new(portal))
}

/// Refuses requests for names of others. A page of a stranger may have a name that leads to this machine (DNS
/// rebinding), and would read what the portal tells anybody who asks.
async fn only_own_names(request: Request, next: Next) -> Response {
    if is_own_name(request.headers()) {
        return next.run(request).await;
    }
    let problem = "the portal answers at its address and as localhost, not under this name";
    (StatusCode::MISDIRECTED_REQUEST, Json(json!({ "message": problem }))).into_response()
}

/// Whether a request is for an address or for this machine by name: no stranger's DNS decides what these mean.
fn is_own_name(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

async fn page(State(portal): State<Arc<Portal>>) -> Response {
    let policy = format!(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
         connect-src 'self'; frame-src {}",
        portal.public_url
    );
    let mut response = Html(PAGE).into_response();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

async fn customers(State(portal): State<Arc<Portal>>) -> Json<Vec<Account>> {
    Json(portal.customers.clone())
}

/// What the page may ask for. A real portal would take the customer from its own session instead.
#[derive(Debug, Deserialize)]
struct EmbedUrlQuery {
    customer: String,
    dashboard: String,
    scheme: Option<String>,
    /// `name:#rrggbb`, comma-separated.
    colors: Option<String>,
    /// `key:value`, comma-separated.
    options: Option<String>,
    expires_in: Option<u32>,
}

impl EmbedUrlQuery {
    /// The body of getEmbeddableUrl.
    fn request(&self, customer_id: Uuid) -> Value {
        let mut body = json!({ "customer_id": customer_id, "dashboard": self.dashboard });
        if let Some(scheme) = &self.scheme {
            body["color_scheme"] = json!(scheme);
        }
        if let Some(colors) = &self.colors {
            body["color_overrides"] = pairs(colors, "name");
        }
        if let Some(options) = &self.options {
            body["dashboard_options"] = pairs(options, "key");
        }
        if let Some(expires_in) = self.expires_in {
            body["expires_in"] = json!(expires_in);
        }
        body
    }
}

fn pairs(text: &str, first: &str) -> Value {
    text.split(',')
        .filter_map(|pair| pair.split_once(':'))
        .map(|(one, two)| json!({ first: one, "value": two }))
        .collect()
}

async fn embed_url(State(portal): State<Arc<Portal>>, Query(query): Query<EmbedUrlQuery>) -> Response {
    let Some(account) = portal.customers.iter().find(|account| account.slug == query.customer) else {
        return (StatusCode::NOT_FOUND, Json(json!({ "message": "nobody here has this name" })))
            .into_response();
    };
    match portal.ask(&query.request(account.id)).await {
        Ok((status, body)) if status.is_success() => {
            Json(json!({ "url": body["data"]["url"] })).into_response()
        }
        Ok((status, body)) => (status, Json(body)).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the portal cannot reach Inlay");
            (StatusCode::BAD_GATEWAY, Json(json!({ "message": "Inlay cannot be reached" }))).into_response()
        }
    }
}

impl Portal {
    /// The one call that an integration needs.
    async fn ask(&self, body: &Value) -> reqwest::Result<(StatusCode, Value)> {
        let answer = self
            .client
            .post(format!("{}/v1/dashboards/getEmbeddableUrl", self.inlay_url))
            .bearer_auth(&self.api_token)
            .json(body)
            .send()
            .await?;
        let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        Ok((status, answer.json().await?))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use axum::body::Body;
    use tower::ServiceExt as _;

    #[tokio::test]
    async fn portal_answers_under_its_own_names_only() {
        let portal = router(Portal {
            inlay_url: String::new(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            api_token: String::new(),
            customers: Vec::new(),
            client: reqwest::Client::new(),
        });
        for (host, expected) in [
            (Some("127.0.0.1:3001"), 200),
            (Some("127.0.0.1"), 200),
            (Some("[::1]:3001"), 200),
            (Some("192.168.1.7:3001"), 200),
            (Some("localhost:3001"), 200),
            (Some("LOCALHOST"), 200),
            (Some("rebinding.example:3001"), 421),
            (Some("localhost.example"), 421),
            (Some("127.0.0.1.example:3001"), 421),
            (Some("127.0.0.1@example"), 421),
            (Some(""), 421),
            (None, 421),
        ] {
            for path in ["/", "/customers", "/embed-url?customer=a&dashboard=usage"] {
                let mut request = Request::get(path);
                if let Some(host) = host {
                    request = request.header("host", host);
                }
                let answer = portal.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let expected = if path.contains("embed-url") && expected == 200 { 404 } else { expected };
                assert_eq!(answer.status(), expected, "{host:?} {path}");
            }
        }
    }

    #[test]
    fn a_wish_becomes_the_body_of_get_embeddable_url() {
        let query = EmbedUrlQuery {
            customer: "lumen".to_owned(),
            dashboard: "usage".to_owned(),
            scheme: None,
            colors: Some("White:#000000,Gray_dark:#ffffff".to_owned()),
            options: None,
            expires_in: Some(60),
        };
        let body = query.request(Uuid::nil());
        assert_eq!(
            body["color_overrides"],
            json!([{ "name": "White", "value": "#000000" }, { "name": "Gray_dark", "value": "#ffffff" }])
        );
        assert_eq!(body["expires_in"], 60);
        assert_eq!(body.get("color_scheme"), None);
    }
}
