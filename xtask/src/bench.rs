//! What Inlay costs: sizes of what a browser loads, then the benchmarks of `server/bench`, in one table.

use crate::{bundle::Bundle, compress, demo, postgres, process, workspace::Workspace};
use anyhow::{Result, bail};
use std::{env, fs, path::Path};

/// JavaScript and WASM of a page, brotli. A hundred thousand bytes left no room for an app that draws; React with
/// Recharts, which draws no invoices, takes 161,000.
const BUDGET: u64 = 120_000;

pub(crate) const HELP: &str = "\
Measures what Inlay costs, each figure beside what it is compared with in the same run, and prints one table.

usage: cargo xtask bench [options]

  --growth         also compare the empty database with one of 10,000,000 events; about half an hour on two cores
  --events N       with fewer events than that
  --rounds N       rounds of each comparison (5); the table has the medians
  --batches N      thousands of events that each of the 4 connections sends in a round (10)
  --only A,B       only these parts: client, ingest, draft, pages, memory, growth

  A first look, in a minute or two:    cargo xtask bench --rounds 1 --batches 2
  One part:                            cargo xtask bench --only pages

Builds the client and the release server, runs a throwaway Postgres (fsync on, so that commits cost what they cost) or
takes the one of DATABASE_URL, as its superuser and in databases of its own. Pages are compared with pgbench, which
comes with Postgres' programs. The table also goes to target/bench.json. Whatever else runs on the machine shows in the
figures: the load is printed below them.";

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = demo::build(workspace)?;
    let loaded = print_sizes(&Bundle::read(workspace)?)?;
    let build = ["build", "--release", "-p", "server", "--bin", "bench"];
    crate::step::step("bench: compile (profile release)", || process::run(&mut workspace.cargo(&build)))?;
    let mut bench = std::process::Command::new(workspace.target().join("release/bench"));
    bench.current_dir(&workspace.root).args(arguments.iter().filter(|argument| *argument != "--"));
    bench.arg("--client-bytes").arg(loaded.to_string());
    bench.arg("--json").arg(workspace.target().join("bench.json")).env("INLAY_BIN", &binary);
    if env::var_os("DATABASE_URL").is_none() {
        let programs = postgres::programs(workspace)?;
        bench.env("PATH", postgres::path_with(&[&programs])?);
        let database = postgres::Throwaway::start(&programs, true)?;
        process::run(bench.env("DATABASE_URL", &database.url))?;
    } else {
        process::run(&mut bench)?;
    }
    if loaded > BUDGET {
        bail!("the client is over its budget");
    }
    Ok(())
}

/// Prints what the client consists of; answers the brotli bytes of JavaScript and WASM that the heavier page loads.
fn print_sizes(bundle: &Bundle) -> Result<u64> {
    let dist: &Path = &bundle.dist;
    println!("\n{:<40} {:>10} {:>10} {:>10}", "file", "raw", "gzip", "brotli");
    let size = |file: &Path| fs::metadata(file).map_or(0, |found| found.len());
    let mut loaded = vec![0; bundle.bundles.len()];
    for file in compress::files(dist)? {
        let (packed, zipped) = (size(&compress::beside(&file, "br")), size(&compress::beside(&file, "gz")));
        if packed == 0 {
            continue;
        }
        let name = file.strip_prefix(dist)?.display().to_string();
        println!("{name:<40} {:>10} {zipped:>10} {packed:>10}", size(&file));
        let is_of = |page: &String| name.starts_with(&format!("{page}-")) && !name.ends_with(".css");
        if name.starts_with("frame-") {
            // What every page loads.
            loaded.iter_mut().for_each(|page| *page += packed);
        }
        let page = bundle.bundles.iter().position(is_of);
        if let Some(page) = page.and_then(|page| loaded.get_mut(page)) {
            *page += packed;
        }
    }
    println!();
    Ok(loaded.into_iter().max().unwrap_or_default())
}
