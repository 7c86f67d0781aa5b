//! The table of figures, for people and as JSON.

use serde_json::{Value, json};
use sqlx::PgPool;

/// What a figure should be.
#[derive(Clone, Copy)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    None,
}

impl Target {
    fn is_met(self, figure: f64) -> Option<bool> {
        match self {
            Self::AtLeast(least) => Some(figure >= least),
            Self::AtMost(most) => Some(figure <= most),
            Self::None => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {}", plain(least)),
            Self::AtMost(most) => format!("≤ {}", plain(most)),
            Self::None => String::new(),
        }
    }
}

struct Line {
    what: String,
    figure: f64,
    target: Target,
    compared_with: String,
    detail: String,
}

/// All lines, and what they were measured on.
pub struct Table {
    machine: String,
    lines: Vec<Line>,
}

impl Table {
    pub async fn new(admin: &PgPool) -> Self {
        let (version, fsync): (String, String) =
            sqlx::query_as("select current_setting('server_version'), current_setting('fsync')")
                .fetch_one(admin)
                .await
                .unwrap();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let version = version.split(' ').next().unwrap_or_default();
        Self {
            machine: format!("{} ({cores} cores), Postgres {version}, fsync {fsync}", processor()),
            lines: Vec::new(),
        }
    }

    /// A figure, what it should be, what it is compared with, and the numbers behind it.
    pub fn add(
        &mut self,
        what: impl Into<String>,
        figure: f64,
        target: Target,
        compared_with: impl Into<String>,
        detail: impl Into<String>,
    ) {
        let line = Line {
            what: what.into(),
            figure,
            target,
            compared_with: compared_with.into(),
            detail: detail.into(),
        };
        println!("  {}: {} ({})", line.what, plain(figure), line.detail);
        self.lines.push(line);
    }

    /// Something that could not be measured, and why.
    pub fn skip(&mut self, what: &str, why: &str) {
        println!("  {what}: not measured: {why}");
    }

    pub fn print(&self, rounds: usize) {
        let head = ["What", "Figure", "Target", "Compared with", "Behind it"].map(str::to_owned);
        let mut rows = vec![head];
        for line in &self.lines {
            let missed = line.target.is_met(line.figure) == Some(false);
            let figure = format!("{}{}", plain(line.figure), if missed { " ✗" } else { "" });
            rows.push([
                line.what.clone(),
                figure,
                line.target.text(),
                line.compared_with.clone(),
                line.detail.clone(),
            ]);
        }
        let widths: Vec<usize> = (0..5)
            .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default())
            .collect();
        println!("\n{}; medians of {rounds} rounds in one run; load at the end {}\n", self.machine, load());
        for (index, row) in rows.iter().enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!(" {cell:<width$} "));
            println!("|{}|", cells.collect::<Vec<_>>().join("|"));
            if index == 0 {
                println!(
                    "|{}|",
                    widths
                        .iter()
                        .map(|width| format!(" {} ", "-".repeat(*width)))
                        .collect::<Vec<_>>()
                        .join("|")
                );
            }
        }
    }

    pub fn to_json(&self, rounds: usize) -> String {
        let lines: Vec<Value> = self
            .lines
            .iter()
            .map(|line| {
                json!({"what": line.what, "figure": line.figure, "target": line.target.text(),
                    "is_met": line.target.is_met(line.figure), "compared_with": line.compared_with, "detail": line.detail})
            })
            .collect();
        let all = json!({"machine": self.machine, "rounds": rounds, "load": load(), "lines": lines});
        format!("{all:#}\n")
    }
}

/// `0.52`, `98,277`, `7`.
pub fn plain(figure: f64) -> String {
    if figure < 100.0 && figure.fract() != 0.0 {
        return format!("{figure:.2}");
    }
    let digits = format!("{figure:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn processor() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, name)| name.to_owned()));
    name.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Of the last minute: what else ran shows here.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}
