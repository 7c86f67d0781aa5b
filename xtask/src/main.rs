//! `cargo xtask`: builds, runs and tests Inlay. Uses what the machine has and fetches what it lacks, without root.

mod bench;
mod bundle;
mod chromium;
mod client;
mod compress;
mod demo;
mod dev;
mod npm;
mod postgres;
mod process;
mod python;
mod shrink;
mod sqlx;
mod step;
mod test;
mod tryout;
mod wire;
mod workspace;

use anyhow::{Result, bail};
use std::{env, process::ExitCode};
use workspace::Workspace;

const HELP: &str = "\
Builds, runs and tests Inlay.

usage: cargo xtask <command> [arguments]

  build    build the client bundle and the server: leaves target/release/inlay, one file with everything in it
  client   build the client bundle alone, into target/site/pkg
  demo     build, then run Inlay with a demo company on http://127.0.0.1:3000
  test     run everything that can fail: formatting, clippy, unit, route and browser tests
           (arguments after -- go to Playwright: cargo xtask test -- usage.spec.ts)
  sqlx     check the server's queries against the schema, and write .sqlx, by which the compiler checks them without a
           database; sqlx --check fails where .sqlx is stale
  dev      run the demo from a debug build; build, start and reload the portal's page whenever a source changes
  bench    build, then measure sizes, speed and memory in one table; bench --help says more
  tryout   build, then drive Inlay with Metronome's Python SDK and real data, and compare every figure

Needs Rust (rustup) and a C compiler; `test` and `tryout` also Node 20 or later with npm, and curl. Postgres comes from
the machine, else from npm; Chromium from CHROMIUM or the machine, else from npm; Python from the machine, else from
Debian's packages. What is fetched stays in target/tools.";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let outcome = process::stop_children_on_signal().and_then(|()| run(&arguments));
    process::stop_children();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (command, rest) = match arguments {
        [] => ("help", arguments),
        [command, rest @ ..] if rest.iter().any(|one| one == "--help" || one == "-h") => {
            println!("{}", if command == "bench" { bench::HELP } else { HELP });
            return Ok(());
        }
        [command, rest @ ..] => (command.as_str(), rest),
    };
    let workspace = Workspace::find()?;
    match command {
        "help" | "--help" | "-h" => println!("{HELP}"),
        "client" => drop(client::build(&workspace, client::Effort::Release)?),
        "build" => drop(demo::build(&workspace)?),
        "demo" => demo::run(&workspace, rest)?,
        "test" => test::run(&workspace, rest)?,
        "sqlx" => sqlx::run(&workspace, rest)?,
        "dev" => dev::run(&workspace, rest)?,
        "bench" => bench::run(&workspace, rest)?,
        "tryout" => tryout::run(&workspace)?,
        // Called by Trunk, see Trunk.toml.
        "finish" => bundle::finish_trunk_build()?,
        other => bail!("there is no command \"{other}\"\n\n{HELP}"),
    }
    Ok(())
}
