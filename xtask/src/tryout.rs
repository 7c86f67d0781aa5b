//! Inlay driven by the vendor's Python SDK with real data; the script is `end2end/tryout.py`.

use crate::{chromium, demo, npm, postgres, process, python, step::step, test, workspace::Workspace};
use anyhow::Result;
use std::{env, path::PathBuf, process::Command};

const DATA: &str = "../shared/data/azure-llm-2023/code.csv";

pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let data = env::var_os("INLAY_TRYOUT_CSV").map_or_else(|| workspace.path(DATA), PathBuf::from);
    if !data.is_file() {
        println!("skipped: {} is not there (INLAY_TRYOUT_CSV names another place)", data.display());
        return Ok(());
    }
    step("Node", npm::ensure_node)?;
    let programs = step("Postgres", || postgres::programs(workspace))?;
    let chromium = step("Chromium", || chromium::find(workspace))?;
    let python = step("Python", || python::with_sdk(workspace))?;
    test::install_end2end(workspace)?;
    let binary = demo::build(workspace)?;
    step("tryout", || {
        let mut script = Command::new(&python);
        script.current_dir(&workspace.root).args(["-u", "end2end/tryout.py"]).env_remove("DATABASE_URL");
        script.env("INLAY_BIN", &binary).env("INLAY_TRYOUT_CSV", &data).env("CHROMIUM", &chromium);
        postgres::name_to(&mut script, &programs);
        process::run(&mut script)
    })
}
