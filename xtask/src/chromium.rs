//! A Chromium for the browser tests: the machine's, else the one that npm has, with fonts and libraries of its own.

use crate::{
    npm, process,
    step::{note, step},
    workspace::Workspace,
};
use anyhow::{Context as _, Result, bail};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// The archives of the package, and where below the unpacked folder they go: fonts, the libraries that Chromium is
/// linked with and a bare machine lacks (nss, nspr, expat), and beside the program what draws without a graphics card.
const ARCHIVES: [(&str, &str); 3] =
    [("fonts.tar.br", "fonts"), ("al2023.tar.br", "libraries"), ("swiftshader.tar.br", ".")];

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
    let archives = npm::fetch(workspace, "chromium")?.join("@sparticuz/chromium/bin");
    let folder = workspace.tools().join("chromium/unpacked");
    let starter = folder.join("chromium");
    if !starter.is_file() {
        step("unpack Chromium", || unpack(&archives, &folder, &starter))?;
    }
    check(&starter)?;
    Ok(starter)
}

/// Unpacks the program and what it needs, and writes the script that starts the one with the other.
fn unpack(archives: &Path, folder: &Path, starter: &Path) -> Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let program = folder.join("headless-shell");
    decompress(&archives.join("chromium.br"), &program)?;
    executable(&program)?;
    for (archive, place) in ARCHIVES {
        let place = folder.join(place);
        fs::create_dir_all(&place)?;
        let tar = place.join("archive.tar");
        decompress(&archives.join(archive), &tar)?;
        let mut unpack = Command::new("tar");
        process::run(unpack.arg("-xf").arg(&tar).arg("-C").arg(&place).arg("--no-same-owner"))?;
        fs::remove_file(&tar)?;
    }
    let fonts = folder.join("fonts");
    fs::write(fonts.join("fonts.conf"), configuration(&fonts))?;
    let script = "#!/bin/sh\n\
        # Starts Chromium with the fonts and libraries beside it.\n\
        here=$(cd \"$(dirname \"$0\")\" && pwd)\n\
        export FONTCONFIG_FILE=\"$here/fonts/fonts.conf\"\n\
        export LD_LIBRARY_PATH=\"$here/libraries/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\"\n\
        exec \"$here/headless-shell\" \"$@\"\n";
    // Last: its presence says that all is there.
    fs::write(starter, script)?;
    executable(starter)
}

/// The configuration of fontconfig. The one that comes with the fonts names folders of another machine; and without a
/// family for each generic name, Chromium ends itself at the first text field.
fn configuration(fonts: &Path) -> String {
    let aliases = ["sans-serif", "sans", "serif", "monospace"].map(|generic| {
        format!(
            "  <match target=\"pattern\">\n    <test qual=\"any\" name=\"family\"><string>{generic}</string></test>\n    \
             <edit name=\"family\" mode=\"prepend\" binding=\"same\"><string>Open Sans</string></edit>\n  </match>\n"
        )
    });
    format!(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n<fontconfig>\n  <dir>{}</dir>\n  \
         <cachedir>{}</cachedir>\n{}</fontconfig>\n",
        fonts.display(),
        fonts.join("cache").display(),
        aliases.concat()
    )
}

fn decompress(archive: &Path, file: &Path) -> Result<()> {
    let source = fs::File::open(archive).with_context(|| format!("{} is missing", archive.display()))?;
    let mut out = fs::File::create(file)?;
    std::io::copy(&mut brotli::Decompressor::new(source, 1 << 16), &mut out)
        .with_context(|| format!("{} cannot be unpacked", archive.display()))?;
    Ok(())
}

fn executable(file: &Path) -> Result<()> {
    Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o755))?)
}

/// Checks that it starts, by its version: the one from npm loads pages only for a program that drives it.
fn check(program: &Path) -> Result<()> {
    process::output(Command::new(program).args(["--headless", "--no-sandbox", "--version"]))
        .map(|version| note(&version))
}
