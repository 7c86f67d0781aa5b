//! Sizes of what a browser loads, then the benchmarks.

use crate::{bundle::Bundle, compress, demo, postgres, process, workspace::Workspace};
use anyhow::{Result, bail};
use std::{env, fs, path::Path};

/// JavaScript and WASM together, brotli.
const BUDGET: u64 = 100_000;

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = demo::build(workspace)?;
    let loaded = print_sizes(&Bundle::read(workspace)?.dist)?;
    if workspace.path("server/examples/bench.rs").is_file() {
        let mut bench = workspace.cargo(&["run", "--release", "-p", "server", "--example", "bench", "--"]);
        bench.args(arguments.iter().filter(|argument| *argument != "--")).env("INLAY_BIN", &binary);
        if env::var_os("DATABASE_URL").is_none() {
            let programs = postgres::programs(workspace)?;
            bench.env("PATH", postgres::path_with(&programs)?);
            let database = postgres::Throwaway::start(&programs, true)?;
            process::run(bench.env("DATABASE_URL", &database.url))?;
        } else {
            process::run(&mut bench)?;
        }
    }
    if loaded > BUDGET {
        bail!("the client is over its budget");
    }
    Ok(())
}

/// Prints the table; answers the brotli bytes of JavaScript and WASM.
fn print_sizes(dist: &Path) -> Result<u64> {
    println!("\n{:<40} {:>10} {:>10} {:>10}", "file", "raw", "gzip", "brotli");
    let size = |file: &Path| fs::metadata(file).map_or(0, |found| found.len());
    let mut loaded = 0;
    for file in compress::files(dist)? {
        let (packed, zipped) = (size(&compress::beside(&file, "br")), size(&compress::beside(&file, "gz")));
        if packed == 0 {
            continue;
        }
        let name = file.strip_prefix(dist)?.display().to_string();
        println!("{name:<40} {:>10} {zipped:>10} {packed:>10}", size(&file));
        if name.ends_with(".js") || name.ends_with(".wasm") {
            loaded += packed;
        }
    }
    let share = loaded as f64 / BUDGET as f64;
    println!("JavaScript and WASM, brotli: {loaded} of {BUDGET} bytes ({share:.3} of the budget)\n");
    Ok(loaded)
}
