//! Writes the table of browser files that `assets.rs` carries in the binary.
//!
//! The folder is what `Trunk.toml` calls `dist`, or `INLAY_SITE`. It may be empty: then the server builds, and serves
//! pages without islands and style. `cargo xtask` fills it before it builds the server.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-env-changed=INLAY_SITE");
    println!("cargo:rerun-if-changed=build.rs");
    // A new migration must reach the table in the binary.
    println!("cargo:rerun-if-changed=migrations");
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let site = match env::var_os("INLAY_SITE") {
        Some(path) => PathBuf::from(path),
        None => root.join("../target/site/pkg"),
    };
    // A folder that is missing would make cargo run this script, and compile the server, each time.
    fs::create_dir_all(&site)?;
    let site = site.canonicalize()?;
    println!("cargo:rerun-if-changed={}", site.display());

    let mut files = Vec::new();
    walk(&site, &mut files)?;
    files.sort();

    let mut table = String::from("static ASSETS: &[Asset] = &[\n");
    let mut named = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&site)?.to_str().ok_or("a file name is not UTF-8")?.replace('\\', "/");
        let Some(content_type) = content_type(&name) else { continue };
        let hashed = is_hashed(&name);
        let path = if hashed { format!("/pkg/{name}") } else { format!("/{name}") };
        if hashed && !name.contains('/') {
            named.push(path.clone());
        }
        writeln!(
            table,
            "    Asset {{ path: {path:?}, content_type: {content_type:?}, hashed: {hashed}, identity: {}, br: {}, gz: {} }},",
            format_args!("include_bytes!({:?})", file),
            optional(file, "br"),
            optional(file, "gz"),
        )?;
    }
    writeln!(table, "];")?;
    writeln!(
        table,
        "static SITE: Site = Site {{ invoices: {}, usage: {}, css: {:?}, frame: {:?} }};",
        bundle("invoices", &named)?,
        bundle("usage", &named)?,
        style("style", &named)?,
        only(&named, "frame", "js")?.unwrap_or_default(),
    )?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("assets.rs"), table)?;
    Ok(())
}

/// All files below a folder.
fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { walk(&path, files)? } else { files.push(path) }
    }
    Ok(())
}

/// What is served, and as what; pages, source maps, stamps and the compressed copies are not files of their own.
fn content_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit('.').next()? {
        "css" => "text/css; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        // For people and compilers: browsers run none of it.
        "ts" | "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

/// Whether the name changes with the content: `frontend-0123456789abcdef_bg.wasm`, or a wasm-bindgen snippet.
fn is_hashed(name: &str) -> bool {
    name.starts_with("snippets/")
        || name.rsplit_once('-').is_some_and(|(_, rest)| {
            let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
            digits >= 8 && rest[digits..].starts_with(['.', '_'])
        })
}

/// `include_bytes!` of the compressed copy, where there is one.
fn optional(file: &Path, extension: &str) -> String {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    let copy = PathBuf::from(name);
    if copy.exists() { format!("Some(include_bytes!({copy:?}))") } else { "None".to_owned() }
}

/// A dashboard's JavaScript, WASM and style sheet. Trunk makes one bundle of both dashboards.
fn bundle(dashboard: &str, named: &[String]) -> Result<String, String> {
    let one = |extension| match only(named, dashboard, extension)? {
        Some(path) => Ok(path),
        None => only(named, "frontend", extension).map(Option::unwrap_or_default),
    };
    Ok(format!(
        "Bundle {{ js: {:?}, wasm: {:?}, css: {:?} }}",
        one("js")?,
        one("wasm")?,
        style(dashboard, named)?
    ))
}

/// The style sheet of a dashboard's pages, or `style` of all others.
fn style<'a>(name: &str, named: &'a [String]) -> Result<&'a str, String> {
    only(named, name, "css").map(Option::unwrap_or_default)
}

/// The one file of a name and kind; more than one means that an old build lies beside the new one.
fn only<'a>(named: &'a [String], name: &str, extension: &str) -> Result<Option<&'a str>, String> {
    let start = format!("/pkg/{name}-");
    let is_it = |path: &&String| path.starts_with(&start) && path.rsplit('.').next() == Some(extension);
    let found: Vec<_> = named.iter().filter(is_it).collect();
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        more => Err(format!("{more:?}: one of a kind expected; run `cargo xtask build`")),
    }
}
