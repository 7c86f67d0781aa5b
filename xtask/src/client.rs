//! The client: WASM, its JavaScript and a style sheet for each dashboard, named by content and compressed.

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
const RECIPE: &str = "6, wasm-bindgen 0.2.130";
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
    let mut compiled = Vec::new();
    for name in &bundle.bundles {
        step(format!("client: compile {name} to WASM (profile {profile})"), || {
            compiled.push((name.as_str(), compile(workspace, &bundle, name, profile)?));
            Ok(())
        })?;
    }

    step("client: bundle", || bind(&bundle, &compiled, profile, effort))?;
    Ok(bundle)
}

/// The WASM of one bundle.
fn compile(workspace: &Workspace, bundle: &Bundle, name: &str, profile: &str) -> Result<Vec<u8>> {
    let package = &bundle.package;
    let what = ["build", "-p", package, "--target", "wasm32-unknown-unknown", "--profile", profile];
    process::run(workspace.cargo(&what).args(["--no-default-features", "--features", name]))?;
    let folder = if profile == "dev" { "debug" } else { profile };
    let built = workspace.target().join("wasm32-unknown-unknown").join(folder);
    fs::read(built.join(format!("{package}.wasm"))).context("cargo made no WASM")
}

fn bind(bundle: &Bundle, compiled: &[(&str, Vec<u8>)], profile: &str, effort: Effort) -> Result<()> {
    let (sheets, scripts) = (bundle.sheets()?, bundle.scripts()?);
    let read = |path| fs::read(path).with_context(|| format!("cannot read {}", Path::display(path)));
    let files: Vec<Vec<u8>> = bundle.files.iter().map(|path| read(path)).collect::<Result<_>>()?;

    let stem = |(name, wasm): &(&str, Vec<u8>)| {
        format!("{name}-{}", bundle::content_hash(&[RECIPE.as_bytes(), wasm]))
    };
    let stems: Vec<String> = compiled.iter().map(stem).collect();
    let named: Vec<&str> = sheets.iter().chain(&scripts).map(|one| one.file.as_str()).collect();
    let stamp = format!(
        "{RECIPE}\n{profile}\n{}\n{}\n{}\n",
        stems.join("\n"),
        named.join("\n"),
        bundle::content_hash(&[&files.concat()])
    );
    if fs::read_to_string(bundle.dist.join(STAMP)).is_ok_and(|old| old == stamp) {
        note("nothing has changed");
        return Ok(());
    }

    if bundle.dist.exists() {
        fs::remove_dir_all(&bundle.dist)?;
    }
    fs::create_dir_all(&bundle.dist)?;
    for (stem, (_, wasm)) in stems.iter().zip(compiled) {
        Bindgen::new()
            .input_bytes(stem, wasm.clone())
            .web(true)?
            .typescript(false)
            .omit_default_module_path(true)
            .remove_name_section(effort == Effort::Release)
            .remove_producers_section(true)
            .generate(&bundle.dist)?;
        if effort == Effort::Release {
            shrink::bundle(&bundle.dist, stem)?;
        }
    }
    for one in sheets.iter().chain(&scripts) {
        fs::write(bundle.dist.join(&one.file), &one.text)?;
    }
    bundle::copy(&bundle.files, &bundle.dist)?;
    fs::write(bundle.dist.join("index.html"), bundle.page(&stems, &sheets))?;
    let quality = if effort == Effort::Release { compress::BEST } else { 1 };
    compress::folder(&bundle.dist, quality)?;
    fs::write(bundle.dist.join(STAMP), stamp)?;
    Ok(())
}
