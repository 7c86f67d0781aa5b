//! A private Postgres, the proxy before it, and the real `inlay` behind that.

use crate::{
    ingest_ledger::{CUSTOMERS, client::Ledger},
    proxy::Proxy,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{Days, NaiveTime};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use server::{
    clock,
    config::Config,
    postgres::{Postgres, Role},
};
use sqlx::{Connection, PgConnection};
use std::{
    collections::HashSet,
    ffi::OsString,
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
};
use tokio::task::block_in_place;

/// What the clients talk to.
pub struct Stage {
    pub proxy: Proxy,
    pub address: String,
    pub token: String,
    folder: PathBuf,
    postgres: Option<Postgres>,
    inlay: Option<Child>,
    key: String,
    customers: Vec<Value>,
    metrics: Vec<Value>,
}

impl Stage {
    pub async fn new(customers: usize) -> Self {
        let folder = std::env::temp_dir().join(format!("inlay-ledger-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        let postgres = block_in_place(|| start_postgres(&folder));
        let superuser = postgres.options("postgres", "postgres");
        let mut superuser = PgConnection::connect_with(&superuser).await.unwrap();
        sqlx::raw_sql("create role inlay login").execute(&mut superuser).await.unwrap();
        sqlx::raw_sql("create database inlay owner inlay").execute(&mut superuser).await.unwrap();
        let proxy = Proxy::start(&postgres.options("inlay", "inlay")).await;
        let mut stage = Self {
            proxy,
            address: "127.0.0.1:0".to_owned(),
            token: String::new(),
            folder,
            postgres: Some(postgres),
            inlay: None,
            key: format!("test:{}", STANDARD.encode(rand::random::<[u8; 32]>())),
            customers: Vec::new(),
            metrics: Vec::new(),
        };
        stage.run(&["migrate"]);
        stage.token = stage.run(&["token", "create", "--name", "ledger"]).trim().to_owned();
        stage.restart_inlay().await;
        for number in 0..customers {
            let alias = format!("customer-{number}");
            let body = json!({"name": alias, "ingest_aliases": [alias]});
            stage.customers.push(stage.post("/v1/customers", body).await["data"]["id"].clone());
        }
        let value = json!([{"name": "value", "exists": true}]);
        for body in [
            json!({"name": "Requests", "aggregation_type": "COUNT"}),
            json!({"name": "Value", "aggregation_type": "SUM", "aggregation_key": "value", "property_filters": value}),
        ] {
            let made = stage.post("/v1/billable-metrics/create", body).await;
            stage.metrics.push(made["data"]["id"].clone());
        }
        stage
    }

    /// As a crash of Postgres: no connection ends in order, and what was not flushed is gone.
    pub async fn restart_postgres(&mut self) {
        let folder = &self.folder;
        self.postgres = block_in_place(|| {
            let old = self.postgres.take().unwrap();
            kill(postmaster(folder).unwrap(), Signal::SIGQUIT).unwrap();
            let has_ended = old.watch();
            while !has_ended() {
                thread::yield_now();
            }
            drop(old);
            Some(start_postgres(folder))
        });
    }

    /// As a crash of Inlay; the first time, just a start.
    pub async fn restart_inlay(&mut self) {
        block_in_place(|| {
            self.stop_inlay();
            let mut child = self.command(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
            let line = lines.by_ref().find(|line| line.contains("listening")).unwrap();
            self.address = line.rsplit_once("address=").unwrap().1.to_owned();
            // A full pipe would hold the server up.
            thread::spawn(move || lines.for_each(drop));
            self.inlay = Some(child);
        });
    }

    /// Compares the database and the API with the ledger.
    pub async fn check(&self, ledger: &Ledger) {
        let options = self.postgres.as_ref().unwrap().options("inlay", "inlay");
        let mut db = PgConnection::connect_with(&options).await.unwrap();
        let stored: Vec<(String, String)> =
            sqlx::query_as("select customer_ref, transaction_id from usage_event")
                .fetch_all(&mut db)
                .await
                .unwrap();
        for (customer, id) in &stored {
            assert!(ledger.has(customer, id), "{id} is stored, but was never acknowledged");
        }
        let different: HashSet<_> = stored.iter().collect();
        assert_eq!(
            (different.len(), stored.len()),
            (ledger.count(), ledger.count()),
            "lost, or stored twice"
        );

        let midnight = clock::now().date_naive().and_time(NaiveTime::MIN).and_utc();
        for number in 0..CUSTOMERS {
            let (count, sum) = ledger.usage(&format!("customer-{number}"));
            for (metric, expected) in self.metrics.iter().zip([count, sum]) {
                let body = json!({"starting_on": midnight - Days::new(1), "ending_before": midnight + Days::new(1),
                    "window_size": "NONE", "customer_ids": [self.customers[number]], "billable_metrics": [{"id": metric}]});
                let answer = self.post("/v1/usage", body).await;
                assert_eq!(answer["data"][0]["value"], json!(expected), "customer-{number}: {answer}");
            }
        }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = reqwest::Client::new().post(format!("http://{}{path}", self.address));
        let answer = request.bearer_auth(&self.token).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let options = self.proxy.options(&self.postgres.as_ref().unwrap().options("inlay", "inlay"));
        let url = format!("postgres://inlay@127.0.0.1:{}/inlay?sslmode=disable", options.get_port());
        let mut command = Command::new(env!("CARGO_BIN_EXE_inlay"));
        command
            .args(arguments)
            .env_clear()
            .env("DATABASE_URL", url)
            .env("INLAY_DATABASE_CONNECTIONS", "8")
            .env("INLAY_LISTEN", &self.address)
            .env("INLAY_SIGNING_KEYS", &self.key);
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = block_in_place(|| self.command(arguments).output().unwrap());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn stop_inlay(&mut self) {
        if let Some(mut child) = self.inlay.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.stop_inlay();
        if let Some(pid) = postmaster(&self.folder) {
            let _ = kill(pid, Signal::SIGQUIT);
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn start_postgres(folder: &std::path::Path) -> Postgres {
    let mut environment = vec![(OsString::from("INLAY_DATA_DIR"), folder.as_os_str().to_owned())];
    let ours = ["INLAY_POSTGRES_BIN", "INLAY_POSTGRES_USER"];
    environment.extend(std::env::vars_os().filter(|(name, _)| ours.iter().any(|one| name == one)));
    let config = Config::from_env(environment).unwrap();
    Postgres::start(&config, Role::Server, &mut |_| ()).unwrap()
}

fn postmaster(folder: &std::path::Path) -> Option<Pid> {
    let clusters = fs::read_dir(folder).ok()?.flatten();
    let file = clusters.map(|entry| entry.path().join("postmaster.pid")).find(|path| path.exists())?;
    Some(Pid::from_raw(fs::read_to_string(file).ok()?.lines().next()?.parse().ok()?))
}
