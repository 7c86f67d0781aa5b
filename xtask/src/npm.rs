//! Packages from npm, each set exactly as its lock file says, checked by its integrity.

use crate::{process, step::step, workspace::Workspace};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

const NODE: &str =
    "install Node 20 or later with npm (Debian 12 has 18, too old: take it from https://nodejs.org)";

/// Installs the set that `xtask/npm/<name>` locks into `target/tools/<name>`; answers its `node_modules`.
pub(crate) fn fetch(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let source = workspace.path("xtask/npm").join(name);
    let folder = workspace.tools().join(name);
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(source.join(file), folder.join(file)).with_context(|| format!("{name} has no {file}"))?;
    }
    ensure_node()?;
    install(&folder, &format!("fetch {name} from npm"))?;
    Ok(folder.join("node_modules"))
}

/// Installs what the lock file of a folder names, if that is not there yet. No package runs a script.
pub(crate) fn install(folder: &Path, what: &str) -> Result<()> {
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{} has no package-lock.json", folder.display()))?;
    let stamp = folder.join("node_modules/.installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    step(what, || {
        let mut npm = Command::new("npm");
        npm.current_dir(folder).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        process::run(&mut npm)?;
        fs::write(&stamp, &lock).context("cannot mark node_modules as installed")
    })
}

/// Node and npm, new enough.
pub(crate) fn ensure_node() -> Result<()> {
    let Ok(version) = process::output(Command::new("node").arg("--version")) else {
        bail!("no Node here: {NODE}")
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < 20) {
        bail!("Node {version} is too old: {NODE}");
    }
    if process::find_program(&["npm"]).is_none() {
        bail!("Node is here, npm is not: {NODE} (Debian: apt-get install npm)");
    }
    Ok(())
}
