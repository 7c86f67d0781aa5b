//! Programs that the machine lacks and npm has; each in a folder of its own below `target/tools`.

use crate::{
    process,
    step::step,
    workspace::{self, Workspace},
};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    process::Command,
};

const NODE: &str =
    "install Node 20 or later with npm (Debian 12 has 18, too old: take it from https://nodejs.org)";

/// Where a package was installed, after fetching it if need be.
pub(crate) fn fetch(workspace: &Workspace, package: &str, version: &str) -> Result<PathBuf> {
    let folder =
        tools(workspace)?.join(format!("{}-{version}", package.replace(['@', '/'], "-").trim_matches('-')));
    let installed = folder.join("node_modules").join(package);
    if !folder.join(".complete").exists() {
        step(format!("fetch {package} {version} from npm"), || {
            ensure_node()?;
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("package.json"), "{\"private\":true}\n")?;
            let mut npm = Command::new("npm");
            npm.current_dir(&folder).args([
                "install",
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
            ]);
            process::run(npm.arg("--loglevel=error").arg(format!("{package}@{version}")))?;
            fs::write(folder.join(".complete"), "")?;
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

/// The folder for tools. Root's servers run as somebody else, who must be able to reach it.
fn tools(workspace: &Workspace) -> Result<PathBuf> {
    let tools = workspace.tools();
    if !workspace::is_root() || tools.ancestors().all(open_to_all) {
        return Ok(tools);
    }
    let shared = Path::new("/var/tmp/inlay-tools");
    match fs::DirBuilder::new().mode(0o755).create(shared) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| format!("cannot make {}", shared.display()));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(shared)?;
    if !found.is_dir() || found.uid() != 0 || found.permissions().mode() & 0o022 != 0 {
        bail!("{} is not ours: remove it", shared.display());
    }
    Ok(shared.to_owned())
}

/// Whether anybody may pass through; a folder that is not there yet will be made so.
fn open_to_all(folder: &Path) -> bool {
    fs::metadata(folder).map_or(true, |found| found.permissions().mode() & 0o001 != 0)
}
