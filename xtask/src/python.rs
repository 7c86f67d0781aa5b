//! A Python with the vendor's SDK in it, for the oracle of the invoices and the specs of the SDK: made of the
//! machine's Python, else of Debian's packages, which are unpacked below `target/tools` without root.

use crate::{
    process,
    step::{note, step},
    workspace::Workspace,
};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// What the specs import, as exact versions.
const REQUIREMENTS: &str = "end2end/requirements.txt";

/// `bin/python3` of a folder of its own, with the SDK.
pub(crate) fn with_sdk(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.tools().join("python");
    let python = folder.join("bin/python3");
    let requirements = workspace.path(REQUIREMENTS);
    let wanted = fs::read(&requirements).with_context(|| format!("{REQUIREMENTS} is missing"))?;
    let stamp = folder.join(".complete");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let _ = fs::remove_dir_all(&folder);
    let mut pip = match environment(&folder) {
        Ok(()) => Command::new(&python),
        Err(problem) => {
            note(format!("{problem:#}"));
            let _ = fs::remove_dir_all(&folder);
            step("Python from Debian's packages", || from_debian(&folder)).context(
                "the tests need Python 3.9 or later with venv (Debian: apt-get install python3-venv), and here is none",
            )?;
            let mut python = Command::new(&python);
            python.env("PIP_TARGET", folder.join("packages"));
            python
        }
    };
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-warn-script-location"]);
    process::run(pip.arg("--requirement").arg(&requirements))?;
    fs::write(&stamp, &wanted)?;
    Ok(python)
}

/// A virtual environment of the machine's Python.
fn environment(folder: &Path) -> Result<()> {
    let system = process::find_program(&["python3"]).context("no python3 on this machine")?;
    // Without venv's own packages this fails half-way, after it has begun.
    process::output(Command::new(&system).args(["-m", "venv"]).arg(folder))
        .map(drop)
        .context("python3 cannot make virtual environments")
}

/// Debian's packages of Python and pip, with those that the machine lacks among what they need. apt-get answers from
/// lists of its own below the folder, so neither root nor its locks are needed.
fn from_debian(folder: &Path) -> Result<()> {
    if process::find_program(&["apt-get"]).is_none() || process::find_program(&["dpkg-deb"]).is_none() {
        bail!("this is no Debian: nothing can be unpacked here");
    }
    let [lists, cache, packages, root] = ["lists", "cache", "debs", "debian"].map(|name| folder.join(name));
    for made in [lists.join("partial"), cache.join("archives/partial"), packages.clone(), root.clone()] {
        fs::create_dir_all(made)?;
    }
    let apt = || {
        let mut apt = Command::new("apt-get");
        let setting = |name: &str, value: &Path| format!("{name}={}", value.display());
        apt.current_dir(&packages).args(["-qq", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User="]);
        apt.arg("-o").arg(setting("Dir::State::Lists", &lists));
        apt.arg("-o").arg(setting("Dir::Cache", &cache));
        apt
    };
    process::run(apt().arg("update"))?;
    let plan =
        process::output(apt().args(["--simulate", "--no-install-recommends", "install", "python3-pip"]))?;
    let mut download = apt();
    download.arg("download").args(to_install(&plan));
    process::run(&mut download)?;
    for package in fs::read_dir(&packages)? {
        process::run(Command::new("dpkg-deb").arg("--extract").arg(package?.path()).arg(&root))?;
    }
    let bin = folder.join("bin");
    fs::create_dir_all(&bin)?;
    let script = "#!/bin/sh\n\
        # Starts Debian's Python from where it was unpacked, with the packages beside it.\n\
        here=$(cd \"$(dirname \"$0\")/..\" && pwd)\n\
        libraries=$(echo \"$here\"/debian/usr/lib/*-linux-gnu*)\n\
        export PYTHONHOME=\"$here/debian/usr\" PYTHONPATH=\"$here/packages\"\n\
        export LD_LIBRARY_PATH=\"$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\"\n\
        exec \"$here/debian/usr/bin/python3\" \"$@\"\n";
    let starter = bin.join("python3");
    fs::write(&starter, script)?;
    fs::set_permissions(&starter, fs::Permissions::from_mode(0o755))?;
    note(process::output(Command::new(&starter).arg("--version"))?);
    for done in [lists, cache, packages] {
        fs::remove_dir_all(done)?;
    }
    Ok(())
}

/// The packages that apt-get would install: `Inst python3.11 (3.11.2-6 Debian:12.15/oldstable [amd64])`.
fn to_install(plan: &str) -> impl Iterator<Item = &str> {
    plan.lines().filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_of_apt_names_what_is_missing() {
        let plan = "NOTE: This is only a simulation!\n\
                    Inst libpython3.11-minimal (3.11.2-6+deb12u8 Debian:12.15/oldstable [amd64])\n\
                    Inst python3-pip [22.0] (23.0.1+dfsg-1 Debian:12.15/oldstable [all])\n\
                    Conf python3-pip (23.0.1+dfsg-1 Debian:12.15/oldstable [all])";
        assert_eq!(to_install(plan).collect::<Vec<_>>(), ["libpython3.11-minimal", "python3-pip"]);
    }
}
