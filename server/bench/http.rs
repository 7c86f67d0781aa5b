//! Requests to a server under test.

use serde_json::Value;
use std::{sync::LazyLock, time::Instant};

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

/// A server and a token that may write.
#[derive(Clone)]
pub struct Api {
    pub url: String,
    pub token: String,
}

impl Api {
    pub async fn post(&self, path: &str, body: String) -> Value {
        let request = CLIENT.post(format!("{}{path}", self.url)).bearer_auth(&self.token);
        let response = request.header("content-type", "application/json").body(body).send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// The id that a call answers with.
    pub async fn create(&self, path: &str, body: Value) -> String {
        let answer = self.post(path, body.to_string()).await;
        answer["data"]["id"].as_str().unwrap_or_else(|| panic!("{path}: {answer}")).to_owned()
    }

    pub async fn get(&self, path: &str) -> Value {
        let response =
            CLIENT.get(format!("{}{path}", self.url)).bearer_auth(&self.token).send().await.unwrap();
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// A page in one coding, as it comes over the wire.
    pub async fn page(&self, path: &str, coding: &str) -> Vec<u8> {
        let request = CLIENT.get(format!("{}{path}", self.url)).header("accept-encoding", coding);
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.bytes().await.unwrap().to_vec()
    }

    /// Path and query of an embeddable page.
    pub async fn embed(&self, customer_id: &str, dashboard: &str) -> String {
        let wish =
            serde_json::json!({"customer_id": customer_id, "dashboard": dashboard, "expires_in": 3600});
        let answer = self.post("/v1/dashboards/getEmbeddableUrl", wish.to_string()).await;
        let url = url::Url::parse(answer["data"]["url"].as_str().unwrap()).unwrap();
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }
}

/// Seconds that it takes to send everything, each lane on its own.
pub async fn timed<T, F>(lanes: Vec<Vec<T>>, send: impl Fn(T) -> F + Clone + Send + 'static) -> f64
where
    T: Send + 'static,
    F: Future + Send,
{
    let start = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for lane in lanes {
        let send = send.clone();
        running.spawn(async move {
            for one in lane {
                send(one).await;
            }
        });
    }
    running.join_all().await;
    start.elapsed().as_secs_f64()
}
