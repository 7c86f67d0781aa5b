//! Inlay driven by the vendor's Python SDK with real data; the script is `end2end/tryout.py`.

use crate::{
    chromium, demo, npm, postgres, process,
    step::{note, step},
    test,
    workspace::Workspace,
};
use anyhow::{Context as _, Result};
use std::{env, fs, path::PathBuf, process::Command};

const DATA: &str = "../shared/data/azure-llm-2023/code.csv";
const SDK: &str = "metronome-sdk";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let data = env::var_os("INLAY_TRYOUT_CSV").map_or_else(|| workspace.path(DATA), PathBuf::from);
    if !data.is_file() {
        println!("skipped: {} is not there (INLAY_TRYOUT_CSV names another place)", data.display());
        return Ok(());
    }
    step("Node", npm::ensure_node)?;
    let programs = step("Postgres", || postgres::programs(workspace))?;
    let chromium = step("Chromium", || chromium::find(workspace))?;
    let python = step("Python", || python_with_sdk(workspace))?;
    test::install_end2end(workspace)?;
    let binary = demo::build(workspace)?;
    step("tryout", || {
        let mut script = Command::new(&python);
        script.current_dir(&workspace.root).args(["-u", "end2end/tryout.py"]).env_remove("DATABASE_URL");
        script.env("INLAY_BIN", &binary).env("INLAY_TRYOUT_CSV", &data).env("CHROMIUM", &chromium);
        process::run(script.env("PATH", postgres::path_with(&programs)?))
    })
}

/// A virtual environment with the SDK in it.
pub(crate) fn python_with_sdk(workspace: &Workspace) -> Result<PathBuf> {
    let folder = &workspace.tools().join("tryout-venv");
    let python = folder.join("bin/python");
    let ready = folder.join(".complete");
    if ready.is_file() {
        return Ok(python);
    }
    let system =
        process::find_program(&["python3", "python"]).context("no Python found: apt-get install python3")?;
    let _ = fs::remove_dir_all(folder);
    process::run(Command::new(&system).args(["-m", "venv"]).arg(folder))
        .context("Python cannot make virtual environments: apt-get install python3-venv")?;
    let mut pip = Command::new(&python);
    process::run(pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", SDK]))?;
    let installed = process::output(Command::new(&python).args(["-m", "pip", "show", SDK]))?;
    note(installed.lines().find(|line| line.starts_with("Version")).unwrap_or_default());
    fs::write(&ready, "")?;
    Ok(python)
}
