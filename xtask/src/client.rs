//! The client bundle: WASM, its JavaScript and one style sheet, named by content and compressed.

use crate::{
    bundle::{self, Bundle},
    compress, process, shrink,
    step::{note, step},
    workspace::Workspace,
};
use anyhow::{Context as _, Result};
use std::{fs, path::Path};
use wasm_bindgen_cli_support::Bindgen;

/// Change it when the steps below change what they make of the same input.
const RECIPE: &str = "4, wasm-bindgen 0.2.130";
const STAMP: &str = ".stamp";

/// How much effort goes into the bundle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effort {
    /// As small as it gets.
    Release,
    /// As quickly as possible, with names in stack traces.
    Debug,
}

/// Builds what is out of date.
pub(crate) fn build(workspace: &Workspace, effort: Effort) -> Result<Bundle> {
    let bundle = Bundle::read(workspace)?;
    step("wasm32 target", || workspace.ensure_wasm_target())?;

    let profile = if effort == Effort::Release { bundle.profile.as_str() } else { "dev" };
    step(format!("client: compile to WASM (profile {profile})"), || {
        let package = &bundle.package;
        let arguments = ["build", "-p", package, "--target", "wasm32-unknown-unknown", "--profile", profile];
        process::run(&mut workspace.cargo(&arguments))
    })?;

    step("client: bundle", || bind(workspace, &bundle, profile, effort))?;
    Ok(bundle)
}

fn bind(workspace: &Workspace, bundle: &Bundle, profile: &str, effort: Effort) -> Result<()> {
    let folder = if profile == "dev" { "debug" } else { profile };
    let built = workspace.target().join("wasm32-unknown-unknown").join(folder);
    let compiled = fs::read(built.join(format!("{}.wasm", bundle.package))).context("cargo made no WASM")?;
    let style = bundle::join(&bundle.styles)?;
    let read = |path| fs::read(path).with_context(|| format!("cannot read {}", Path::display(path)));
    let files: Vec<Vec<u8>> = bundle.files.iter().map(|path| read(path)).collect::<Result<_>>()?;

    let stem = format!("{}-{}", bundle.package, bundle::content_hash(&[RECIPE.as_bytes(), &compiled]));
    let sheet = format!("style-{}.css", bundle::content_hash(&[style.as_bytes()]));
    let stamp =
        format!("{RECIPE}\n{profile}\n{stem}\n{sheet}\n{}\n", bundle::content_hash(&[&files.concat()]));
    if fs::read_to_string(bundle.dist.join(STAMP)).is_ok_and(|old| old == stamp) {
        note("nothing has changed");
        return Ok(());
    }

    if bundle.dist.exists() {
        fs::remove_dir_all(&bundle.dist)?;
    }
    fs::create_dir_all(&bundle.dist)?;
    Bindgen::new()
        .input_bytes(&stem, compiled)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(effort == Effort::Release)
        .remove_producers_section(true)
        .generate(&bundle.dist)?;
    if effort == Effort::Release {
        shrink::bundle(&bundle.dist, &stem)?;
    }
    fs::write(bundle.dist.join(&sheet), style)?;
    bundle::copy(&bundle.files, &bundle.dist)?;
    fs::write(bundle.dist.join("index.html"), bundle.page(&stem, &sheet))?;
    let quality = if effort == Effort::Release { compress::BEST } else { 1 };
    compress::folder(&bundle.dist, quality)?;
    fs::write(bundle.dist.join(STAMP), stamp)?;
    Ok(())
}
