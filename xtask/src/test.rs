//! All checks and tests in one run, which ends with the runners' own summary lines.

use crate::{
    chromium,
    client::{self, Effort},
    npm, postgres, process, python, sqlx,
    step::{seconds, step},
    workspace::Workspace,
};
use anyhow::{Context as _, Result, bail};
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Instant,
};

const TESTS: [&str; 4] = ["test", "--workspace", "--exclude", "frontend"];

/// What was run, how it went, and what its runner said about it.
struct Report {
    lines: Vec<(bool, String)>,
    start: Instant,
}

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let mut report = Report { lines: Vec::new(), start: Instant::now() };
    // What is missing is asked for now, not after half an hour of compiling.
    step("Node", npm::ensure_node)?;
    step("curl", ensure_curl)?;
    let programs = step("Postgres", || postgres::programs(workspace))?;
    let chromium = step("Chromium", || chromium::find(workspace))?;
    let python = step("Python with the SDK", || python::with_sdk(workspace))?;
    let path = postgres::path_with(&[&programs, python.parent().context("Python has no folder")?])?;

    report.check("formatting", || process::run(&mut workspace.cargo(&["fmt", "--check"])));
    report.check("formatting of xtask", || process::run(&mut xtask(workspace, &["fmt", "--check"])));
    report.check("clippy, native, and queries against the schema", || sqlx::clippy(workspace, &programs));
    client::build(workspace, Effort::Release)?;
    report.check("clippy, wasm32", || {
        let what = ["clippy", "-p", "frontend", "--target", "wasm32-unknown-unknown", "--", "-D", "warnings"];
        process::run(&mut workspace.cargo(&what))
    });
    report.check("clippy of xtask", || {
        process::run(&mut xtask(workspace, &["clippy", "--", "-D", "warnings"]))
    });

    let database = postgres::Throwaway::start(&programs, false)?;
    let mut tests = workspace.cargo(&TESTS);
    tests.arg("--no-fail-fast");
    tests.env("DATABASE_URL", &database.url).env("PATH", &path);
    postgres::name_to(&mut tests, &programs);
    report.summarize("cargo test", &mut tests, "test result:");
    report.summarize("cargo test of xtask", &mut xtask(workspace, &["test", "--bins"]), "test result:");

    // The tests above are built with the binary that they start. Built alone, it would want other features of what it
    // depends on, and with them most of the tree a second time.
    step("server: compile (profile dev)", || process::run(workspace.cargo(&TESTS).arg("--no-run")))?;
    let binary = workspace.target().join("debug/inlay");
    install_end2end(workspace)?;
    let mut playwright = Command::new("npx");
    playwright.current_dir(workspace.path("end2end")).args(["playwright", "test"]);
    playwright.args(arguments.iter().filter(|argument| *argument != "--"));
    playwright.env("INLAY_BIN", &binary).env("CHROMIUM", &chromium).env("SDK_PYTHON", &python);
    playwright.env("PATH", &path).env_remove("DATABASE_URL").env("FORCE_COLOR", "0");
    postgres::name_to(&mut playwright, &programs);
    report.summarize("Playwright", &mut playwright, "");
    report.close()
}

/// The browser tests' libraries, exactly as locked.
pub(crate) fn install_end2end(workspace: &Workspace) -> Result<()> {
    npm::install(&workspace.path("end2end"), "npm ci in end2end")
}

/// The README's example of a call by curl is run as it stands.
fn ensure_curl() -> Result<()> {
    process::find_program(&["curl"]).map(drop).context("the tests need curl (Debian: apt-get install curl)")
}

fn xtask(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = workspace.cargo(arguments);
    cargo.current_dir(workspace.path("xtask"));
    // A folder of its own: xtask itself runs from `target/xtask`, and cargo must not wait for the cargo that runs it.
    cargo.env("CARGO_TARGET_DIR", workspace.target().join("xtask"));
    cargo
}

impl Report {
    /// A check that prints nothing when it succeeds.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        let start = Instant::now();
        let outcome = step(name, work);
        let passed = outcome.is_ok();
        let said = outcome.err().map_or(String::from("ok"), |error| format!("{error:#}"));
        self.lines.push((passed, format!("{name}: {said} ({})", seconds(start.elapsed()))));
    }

    /// A test runner: passes on what it prints and keeps its summary lines.
    fn summarize(&mut self, name: &str, command: &mut Command, summary: &str) {
        let start = Instant::now();
        let outcome = step(name, || follow(command, summary));
        match outcome {
            Ok((passed, lines)) => {
                self.lines.push((passed, format!("{name} ({}):", seconds(start.elapsed()))));
                self.lines.extend(lines.into_iter().map(|line| (passed, format!("  {}", line.trim()))));
            }
            Err(error) => self.lines.push((false, format!("{name}: {error:#}"))),
        }
    }

    fn close(self) -> Result<()> {
        println!("\n─── {} ───", seconds(self.start.elapsed()));
        for (passed, line) in &self.lines {
            println!("{} {line}", if *passed { " " } else { "✗" });
        }
        if self.lines.iter().any(|(passed, _)| !passed) {
            bail!("not everything passed");
        }
        Ok(())
    }
}

/// Runs to the end, printing as it goes; answers whether it succeeded, and its summary.
fn follow(command: &mut Command, summary: &str) -> Result<(bool, Vec<String>)> {
    let mut child = process::start(command.stdout(Stdio::piped()))?;
    let mut lines = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            lines.push(line);
        }
    }
    let passed = process::wait(&mut child)?.success();
    Ok((passed, if summary.is_empty() { playwright_summary(&lines) } else { cargo_summary(&lines, summary) }))
}

/// The line of each test program that had tests, and their total in the same words.
fn cargo_summary(lines: &[String], summary: &str) -> Vec<String> {
    let mut kept: Vec<String> = lines
        .iter()
        .filter(|line| line.starts_with(summary) && !line.contains(" 0 passed; 0 failed; 0 ignored"))
        .cloned()
        .collect();
    if kept.is_empty() {
        return vec![String::from("no test ran")];
    }
    let total = |what: &str| -> u64 {
        let counts = kept
            .iter()
            .flat_map(|line| line.split([';', '.']))
            .filter_map(|part| part.trim().strip_suffix(what));
        counts.filter_map(|count| count.trim().parse::<u64>().ok()).sum()
    };
    let (passed, failed, ignored) = (total("passed"), total("failed"), total("ignored"));
    let word = if failed == 0 { "ok" } else { "FAILED" };
    kept.push(format!("total: {word}. {passed} passed; {failed} failed; {ignored} ignored"));
    kept
}

/// Playwright's lines of counts, such as `12 passed (30s)`, with the names of failed tests.
fn playwright_summary(lines: &[String]) -> Vec<String> {
    let counts = [" passed", " failed", " flaky", " skipped", " did not run"];
    let is_count = |line: &str| {
        let line = line.trim_start();
        let rest = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
        rest.len() < line.len() && counts.iter().any(|word| rest.starts_with(word))
    };
    match lines.iter().position(|line| is_count(line)) {
        Some(first) => lines[first..].iter().filter(|line| !line.trim().is_empty()).cloned().collect(),
        // It did not come to running tests; the first error says why.
        None => lines.iter().filter(|line| line.contains("Error:")).take(1).cloned().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn totals_add_up_over_test_programs() {
        let output = lines(
            "running 3 tests\n\
             test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n\
             test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.50s",
        );
        let summary = cargo_summary(&output, "test result:");
        assert_eq!(summary.len(), 3);
        assert_eq!(summary[2], "total: FAILED. 13 passed; 2 failed; 1 ignored");
    }

    #[test]
    fn playwright_says_what_failed_with_the_counts() {
        let output =
            lines("Running 3 tests\n  1) a.spec.ts\n\n  1 failed\n    a.spec.ts:3:1 › a\n  2 passed (3.1s)");
        assert_eq!(playwright_summary(&output), ["  1 failed", "    a.spec.ts:3:1 › a", "  2 passed (3.1s)"]);
    }
}
