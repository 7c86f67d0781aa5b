//! Programs that the machine lacks and npm has, below `target/tools`.

use crate::{process, step::step, workspace::Workspace};
use anyhow::{Result, bail};
use std::{fs, path::PathBuf, process::Command};

const NODE: &str =
    "install Node 20 or later with npm (Debian 12 has 18, too old: take it from https://nodejs.org)";

/// Where a package was installed, after fetching it if need be.
pub(crate) fn fetch(workspace: &Workspace, package: &str, version: &str) -> Result<PathBuf> {
    let tools = workspace.tools();
    let installed = tools.join("node_modules").join(package);
    let complete = installed.join(format!(".complete-{version}"));
    if !complete.is_file() {
        step(format!("fetch {package} {version} from npm"), || {
            ensure_node()?;
            fs::create_dir_all(&tools)?;
            let manifest = tools.join("package.json");
            if !manifest.is_file() {
                fs::write(&manifest, "{\"private\":true}\n")?;
            }
            let mut npm = Command::new("npm");
            npm.current_dir(&tools).args([
                "install",
                "--save-exact",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
            ]);
            process::run(npm.arg("--loglevel=error").arg(format!("{package}@{version}")))?;
            fs::write(&complete, "")?;
            Ok(())
        })?;
    }
    Ok(installed)
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
