//! The embed pages: bytes, queries, and how many a second.

use crate::{
    Arguments,
    http::timed,
    seed::Bench,
    server::Process,
    statements,
    table::{Table, Target, median, plain},
};
use ::server::{clock, db::usage};
use chrono::{Datelike as _, Days};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::process::Command;
use uuid::Uuid;

const LIMIT: f64 = 30_000.0;
const CLIENTS: usize = 4;
const SECONDS: u64 = 3;

pub async fn measure(
    pool: &PgPool,
    bench: &Bench,
    database: &PgConnectOptions,
    arguments: &Arguments,
    table: &mut Table,
) {
    println!("▸ pages");
    let customer = bench.charts.to_string();
    let mut usage_statements = Vec::new();
    for (dashboard, name, query) in
        [("usage", "Usage page, six charts of 90 days", "&window=90"), ("invoices", "Invoices page", "")]
    {
        let path = format!("{}{query}", bench.api.embed(&customer, dashboard).await);
        let (plain_page, statements) = statements::during(bench.api.page(&path, "identity")).await;
        // Beside them and on a connection of its own, the session is noted: a transaction of one statement.
        let statements: Vec<_> = statements.into_iter().filter(|statement| reads(statement)).collect();
        let packed = bench.api.page(&path, "br").await;
        table.add(
            format!("{name}: HTML, brotli, bytes"),
            packed.len() as f64,
            Target::AtMost(LIMIT),
            "the limit",
            format!("{} as they are", plain(plain_page.len() as f64)),
        );
        table.add(
            format!("{name}: queries"),
            statements.len() as f64,
            Target::AtMost(3.0),
            "the limit",
            "tokens are checked without one",
        );
        if dashboard == "usage" {
            let charts = String::from_utf8_lossy(&plain_page).matches("data-chart").count();
            assert!(charts >= 6, "{charts} charts");
            usage_statements = statements;
        }
    }
    against_pgbench(pool, bench, database, &usage_statements, arguments, table).await;
}

fn reads(statement: &str) -> bool {
    ["select", "with"].iter().any(|word| statement.starts_with(word))
}

/// Pages a second beside the rate of their bare queries, in turns.
async fn against_pgbench(
    pool: &PgPool,
    bench: &Bench,
    database: &PgConnectOptions,
    statements: &[String],
    arguments: &Arguments,
    table: &mut Table,
) {
    const WHAT: &str = "Usage page, whole SSR";
    let Some(server) = Process::start(pool, database).await else {
        return table.skip(WHAT, "INLAY_BIN names no binary");
    };
    let path = format!("{}&window=90", server.api.embed(&bench.charts.to_string(), "usage").await);
    let parameters = Parameters::of(pool, bench.charts).await;
    let mut rates: [Vec<f64>; 3] = Default::default();
    for round in 0..=arguments.rounds {
        let bare = match pgbench(database, statements, &parameters) {
            Ok(rate) => rate,
            Err(why) => return table.skip(WHAT, &why),
        };
        let sent = pages(&server, &path, "identity").await;
        let packed = pages(&server, &path, "br").await;
        println!("  round {round}: pgbench {}, pages {}, brotli {}", plain(bare), plain(sent), plain(packed));
        if round > 0 {
            rates.iter_mut().zip([bare, sent, packed]).for_each(|(rates, rate)| rates.push(rate));
        }
    }
    let [bare, sent, packed] = rates.map(median);
    let of = format!("pgbench of its {} queries, {CLIENTS} clients", statements.len());
    let detail = |rate: f64| format!("{} against {} a second", plain(rate), plain(bare));
    table.add(WHAT, sent / bare, Target::AtLeast(0.35), of.clone(), detail(sent));
    table.add(format!("{WHAT}, sent in brotli"), packed / bare, Target::None, of, detail(packed));
}

/// Pages a second that the finished server answers.
async fn pages(server: &Process, path: &str, coding: &'static str) -> f64 {
    const EACH: usize = 150;
    let lanes = vec![vec![path.to_owned(); EACH]; CLIENTS];
    let api = server.api.clone();
    let seconds = timed(lanes, move |path| {
        let api = api.clone();
        async move { api.page(&path, coding).await }
    })
    .await;
    (CLIENTS * EACH) as f64 / seconds
}

/// What the two statements of the usage page are given: pgbench's names and values, in the order of the placeholders.
struct Parameters {
    account: Vec<(&'static str, String)>,
    series: Vec<(&'static str, String)>,
}

impl Parameters {
    async fn of(pool: &PgPool, customer: Uuid) -> Self {
        let now = clock::now();
        let charted: Vec<(Uuid, String)> = sqlx::query_as(
            "select distinct metric.id, metric.aggregation_type from customer_plan
             join charge using (plan_id) join billable_metric metric on metric.id = charge.billable_metric_id
             where customer_id = $1",
        )
        .bind(customer)
        .fetch_all(pool)
        .await
        .unwrap();
        let list = |of: &dyn Fn(&(Uuid, String)) -> String| {
            format!("{{{}}}", charted.iter().map(of).collect::<Vec<_>>().join(","))
        };
        let since = now.date_naive() - Days::new(usage::REACH - 1);
        Self {
            account: vec![
                ("customer", customer.to_string()),
                ("since", format!("{since}T00:00:00Z")),
                ("now", now.to_rfc3339()),
                ("charted_since", format!("{}T00:00:00Z", now.date_naive() - Days::new(89))),
            ],
            series: vec![
                ("customer", customer.to_string()),
                ("metrics", list(&|(id, _)| id.to_string())),
                ("types", list(&|(_, aggregation)| aggregation.clone())),
                ("today", now.date_naive().to_string()),
                ("period_days", now.day().to_string()),
            ],
        }
    }

    fn of_statement(&self, statement: &str) -> &[(&'static str, String)] {
        if statement.contains("$5") { &self.series } else { &self.account }
    }
}

/// Runs a few seconds of the statements that a page sends.
fn pgbench(
    database: &PgConnectOptions,
    statements: &[String],
    parameters: &Parameters,
) -> Result<f64, String> {
    use sqlx::ConnectOptions as _;
    let mut script = String::new();
    for statement in statements {
        let mut named = statement.clone();
        for (index, (name, _)) in parameters.of_statement(statement).iter().enumerate() {
            named = named.replace(&format!("${}", index + 1), &format!(":{name}"));
        }
        // a comment would swallow what pgbench makes one line
        let lines = named.lines().filter(|line| !line.trim_start().starts_with("--"));
        script += lines.collect::<Vec<_>>().join("\n").trim_end().trim_end_matches(';');
        script += ";\n";
    }
    let file = std::env::temp_dir().join(format!("inlay-bench-{}.sql", std::process::id()));
    std::fs::write(&file, script).map_err(|error| error.to_string())?;
    // sqlx writes settings of its own there
    let mut address = database.to_url_lossy();
    address.set_query(None);
    let mut pgbench = Command::new("pgbench");
    pgbench
        .args([
            "-n",
            "-M",
            "prepared",
            "-c",
            &CLIENTS.to_string(),
            "-j",
            "2",
            "-T",
            &SECONDS.to_string(),
            "-f",
        ])
        .arg(&file);
    for (name, value) in parameters.account.iter().chain(&parameters.series) {
        pgbench.args(["-D", &format!("{name}={value}")]);
    }
    pgbench.arg(address.as_str());
    let output = pgbench.output().map_err(|error| format!("pgbench cannot be run: {error}"));
    let _ = std::fs::remove_file(&file);
    let output = output?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.filter(|_| output.status.success()).ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().find(|line| line.contains("ERROR") || line.contains("FATAL"));
        format!("pgbench: {}", reason.or(said.lines().last()).unwrap_or_default())
    })
}
