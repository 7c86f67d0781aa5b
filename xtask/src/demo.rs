//! The whole build, and the demo run from it.

use crate::{
    client::{self, Effort},
    postgres, process,
    step::{note, step},
    workspace::Workspace,
};
use anyhow::{Context as _, Result};
use std::{
    env, fs,
    os::unix::process::CommandExt as _,
    path::PathBuf,
    process::{Command, exit},
};

/// Builds `target/release/inlay`, one file with everything in it.
pub(crate) fn build(workspace: &Workspace) -> Result<PathBuf> {
    client::build(workspace, Effort::Release)?;
    let binary = workspace.target().join("release/inlay");
    step("server: compile (profile release)", || {
        process::run(&mut workspace.cargo(&["build", "--release", "-p", "server", "--bin", "inlay"]))
    })?;
    let size = fs::metadata(&binary)?.len();
    note(format!("{} ({:.1} MB)", binary.display(), size as f64 / 1e6));
    Ok(binary)
}

/// Builds, then runs `inlay demo` in the place of this process.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let binary = build(workspace)?;
    let mut demo = Command::new(&binary);
    demo.arg("demo").args(arguments.iter().filter(|argument| *argument != "--"));
    if env::var_os("DATABASE_URL").is_none() {
        postgres::name_to(&mut demo, &step("Postgres", || postgres::programs(workspace))?);
    }
    // In the place of this process, so that `--help` and Ctrl-C reach it as if it had been called itself.
    let error = demo.exec();
    eprintln!("cannot run {}: {error}", binary.display());
    exit(1)
}

/// The same without optimization, for `dev`.
pub(crate) fn build_debug(workspace: &Workspace) -> Result<PathBuf> {
    process::run(&mut workspace.cargo(&["build", "-p", "server", "--bin", "inlay"]))
        .context("the server does not build")?;
    Ok(workspace.target().join("debug/inlay"))
}
