//! `.sqlx`: what Postgres says of each query in the server, by which the compiler checks queries without a database.

use crate::{
    postgres::{self, Throwaway},
    process,
    step::{note, step},
    wire::Session,
    workspace::Workspace,
};
use anyhow::{Context as _, Result, bail};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What the help says of the arguments.
const USAGE: &str = "usage: cargo xtask sqlx [--check]";

/// What is compiled: all that clippy checks, so that no dependency is compiled a second time.
const TARGETS: [&str; 4] = ["--workspace", "--exclude", "frontend", "--all-targets"];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let is_check = match arguments {
        [] => false,
        [one] if one == "--check" => true,
        _ => bail!(USAGE),
    };
    let programs = step("Postgres", || postgres::programs(workspace))?;
    if is_check {
        return step("queries against the schema", || {
            is_current(workspace, &describe(workspace, &programs, "check", &[])?)
        });
    }
    let made = step("queries against the schema", || describe(workspace, &programs, "check", &[]))?;
    let folder = workspace.path(".sqlx");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    for (name, text) in &made {
        fs::write(folder.join(name), text)?;
    }
    note(format!("{} queries in .sqlx", made.len()));
    Ok(())
}

/// Fails where clippy warns, where a query does not fit the schema, and where `.sqlx` is not what `cargo xtask sqlx` would
/// write: all by compiling once.
pub(crate) fn clippy(workspace: &Workspace, programs: &Path) -> Result<()> {
    is_current(workspace, &describe(workspace, programs, "clippy", &["--", "-D", "warnings"])?)
}

/// Fails where `.sqlx` is not what was made.
fn is_current(workspace: &Workspace, made: &BTreeMap<String, String>) -> Result<()> {
    let stored = files(&workspace.path(".sqlx"), "json")?;
    let is_equal = |name: &String| match (made.get(name), stored.get(name)) {
        (Some(made), Some(stored)) => settled(made) == settled(stored),
        _ => false,
    };
    let stale = made.keys().chain(stored.keys()).filter(|name| !is_equal(name)).count();
    if stale > 0 {
        bail!("{stale} files in .sqlx are stale: run cargo xtask sqlx and commit what it writes");
    }
    Ok(())
}

/// A description without what the planner says of columns that can be null, which differs between versions of Postgres.
/// Wherever that matters, the query says itself whether a column can be null.
fn settled(description: &str) -> Option<&str> {
    description.split("\"nullable\"").next()
}

/// Compiles the server against the schema by a command of cargo, in a Postgres that ends with this, and answers what
/// sqlx's macros write of each query, by the name of its file.
fn describe(
    workspace: &Workspace,
    programs: &Path,
    command: &str,
    options: &[&str],
) -> Result<BTreeMap<String, String>> {
    let database = Throwaway::start(programs, false)?;
    apply_migrations(workspace, &database)?;
    let folder = postgres::scratch_folder("inlay-sqlx")?;
    let mut cargo = workspace.cargo(&[command]);
    cargo.args(TARGETS).args(options);
    cargo.env("DATABASE_URL", &database.url).env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &folder);
    // Macros write when they are expanded, so the library must be compiled, and what was compiled before stays fresh.
    let library = workspace.path("server/src/lib.rs");
    let modified = fs::metadata(&library)?.modified()?;
    set_modified(&library, now())?;
    let compiled = process::run(&mut cargo);
    set_modified(&library, modified)?;
    compiled.context("the server does not compile against the schema")?;
    files(&folder, "json")
}

#[expect(clippy::disallowed_methods, reason = "the clock of the server is not part of xtask")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn set_modified(file: &Path, at: SystemTime) -> Result<()> {
    Ok(fs::File::options().write(true).open(file)?.set_modified(at)?)
}

fn apply_migrations(workspace: &Workspace, database: &Throwaway) -> Result<()> {
    let mut session = Session::open(&database.address, &database.password)?;
    for (name, text) in files(&workspace.path("server/migrations"), "sql")? {
        session.run(&text).with_context(|| format!("the migration {name}"))?;
    }
    Ok(())
}

/// The files of a folder with this ending, with their texts, by name.
fn files(folder: &Path, ending: &str) -> Result<BTreeMap<String, String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found = BTreeMap::new();
    for entry in entries {
        let path: PathBuf = entry?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            let name = path.file_name().context("a file has no name")?.to_string_lossy().into_owned();
            found.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(found)
}
