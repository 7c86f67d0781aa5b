//! Servers under test: the router in this process, and the finished binary in its own.

use crate::http::Api;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use server::{
    AppState, config::Settings, db, embed_url::Keys, ingest::IngestQueue, origins::AllowedOrigins,
    readers::Readers, session_log::SessionLog,
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// The router in this process, without the jobs: what they do is measured on its own.
pub async fn in_process(pool: &PgPool) -> Api {
    let token = db::api_token::create(pool, "bench", db::api_token::Scope::Write, None).await.unwrap();
    let state = AppState {
        pool: pool.clone(),
        ingest: IngestQueue::default(),
        readers: Readers::new(db::readers(pool, db::share(crate::POOL).readers)),
        sessions: SessionLog::new(pool),
        origins: AllowedOrigins::default(),
        keys: Arc::new(Keys::new(vec![("bench".to_owned(), vec![7; 32])])),
        settings: Arc::new(Settings::default()),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, server::router(state)).await });
    Api { url, token }
}

/// `inlay serve` as an operator runs it.
pub struct Process {
    pub api: Api,
    child: Child,
}

impl Process {
    /// `None` without INLAY_BIN.
    pub async fn start(pool: &PgPool, database: &PgConnectOptions) -> Option<Self> {
        use sqlx::ConnectOptions as _;
        let program = std::env::var_os("INLAY_BIN")?;
        let token = db::api_token::create(pool, "bench", db::api_token::Scope::Write, None).await.unwrap();
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(program);
        // Unknown INLAY_ names stop a server.
        let inherited =
            std::env::vars_os().filter(|(name, _)| !name.as_encoded_bytes().starts_with(b"INLAY_"));
        command.arg("serve").env_clear().envs(inherited);
        command
            .env("DATABASE_URL", database.to_url_lossy().as_str())
            .env("INLAY_LISTEN", listen.to_string())
            .env("INLAY_LOG", "warn")
            .env("INLAY_SIGNING_KEYS", format!("bench:{}", STANDARD.encode(rand::random::<[u8; 32]>())));
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        let this = Self { api: Api { url: format!("http://{listen}"), token }, child };
        for _ in 0..200 {
            if reqwest::get(format!("{}/readyz", this.api.url))
                .await
                .is_ok_and(|ready| ready.status().is_success())
            {
                return Some(this);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("inlay serve did not get ready");
    }

    /// Resident memory in MiB: now, and the most there ever was.
    pub fn resident(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let of = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches("kB").trim().parse::<f64>().unwrap_or(f64::NAN) / 1024.0
        };
        (of("VmRSS:"), of("VmHWM:"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
