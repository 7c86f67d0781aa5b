//! What the client consists of, as `Trunk.toml` and the page it names say; and the page that names the result.

use crate::{compress, shrink, workspace::Workspace};
use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// The client, before it is built.
#[derive(Debug)]
pub(crate) struct Bundle {
    /// The folder that the server embeds.
    pub(crate) dist: PathBuf,
    /// Where it is served.
    pub(crate) public_url: String,
    /// The cargo package that becomes WASM.
    pub(crate) package: String,
    /// The package's features of which each becomes a bundle of its own.
    pub(crate) bundles: Vec<String>,
    /// The cargo profile it is built with.
    pub(crate) profile: String,
    /// Style sheets, in order.
    styles: Vec<Style>,
    /// Files copied as they are.
    pub(crate) files: Vec<PathBuf>,
}

/// A style sheet, and whose pages it is for.
#[derive(Debug)]
struct Style {
    path: PathBuf,
    /// Bundles; none where it is for all pages.
    bundles: Vec<String>,
}

/// The style sheet of a page: all of its own, one after the other.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Its file, named by its content.
    pub(crate) file: String,
    /// What it says.
    pub(crate) text: String,
}

#[derive(Deserialize)]
struct TrunkToml {
    build: TrunkBuild,
}

#[derive(Deserialize)]
struct TrunkBuild {
    target: PathBuf,
    dist: PathBuf,
    public_url: String,
}

impl Bundle {
    pub(crate) fn read(workspace: &Workspace) -> Result<Self> {
        let trunk: TrunkToml = toml::from_str(&fs::read_to_string(workspace.path("Trunk.toml"))?)?;
        let page = workspace.root.join(&trunk.build.target);
        let folder = page.parent().context("build.target has no folder")?;
        let html = fs::read_to_string(&page).with_context(|| format!("cannot read {}", page.display()))?;

        let links = links(&html);
        let of = |rel: &'static str| links.iter().filter(move |link| link.get("rel") == Some(rel));
        let path = |link: &Link| link.get("href").map(|href| folder.join(href));
        let style = |link: &Link| {
            Some(Style { path: path(link)?, bundles: words(link.get("data-bundles").unwrap_or_default()) })
        };
        let rust =
            links.iter().find(|link| link.get("rel") == Some("rust")).context("the page has no rust link")?;
        Ok(Self {
            dist: workspace.root.join(trunk.build.dist),
            public_url: trunk.build.public_url,
            package: rust.get("data-target-name").context("no data-target-name")?.to_owned(),
            bundles: words(rust.get("data-bundles").context("no data-bundles")?),
            profile: rust.get("data-cargo-profile-release").unwrap_or("release").to_owned(),
            styles: of("css").filter_map(style).collect(),
            files: of("copy-file").filter_map(path).collect(),
        })
    }

    /// The style sheets to serve: of the pages of each bundle, and `style` of those without one.
    pub(crate) fn sheets(&self) -> Result<Vec<Sheet>> {
        let sheet = |name: &str| {
            let text = join(self.styles_of(name))?;
            Ok(Sheet { file: format!("{name}-{}.css", content_hash(&[text.as_bytes()])), text })
        };
        self.bundles.iter().map(String::as_str).chain(["style"]).map(sheet).collect()
    }

    /// What the style sheet of a bundle's pages consists of.
    fn styles_of(&self, bundle: &str) -> impl Iterator<Item = &Path> {
        let is_for = move |style: &&Style| {
            style.bundles.is_empty() || style.bundles.iter().any(|known| known == bundle)
        };
        self.styles.iter().filter(is_for).map(|style| style.path.as_path())
    }

    /// The page that names the files of a finished bundle.
    pub(crate) fn page(&self, stems: &[String], sheets: &[Sheet]) -> String {
        let url = &self.public_url;
        let styles: String = sheets
            .iter()
            .map(|sheet| format!("<link rel=\"stylesheet\" href=\"{url}{}\">\n", sheet.file))
            .collect();
        let bundle = |stem: &String| {
            format!(
                "<link rel=\"modulepreload\" href=\"{url}{stem}.js\">\n\
                 <link rel=\"preload\" href=\"{url}{stem}_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin>\n"
            )
        };
        let bundles: String = stems.iter().map(bundle).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Inlay</title>\n\
             {styles}{bundles}\
             </head>\n<body></body>\n</html>\n"
        )
    }
}

/// The first 16 hexadecimal digits of a content's SHA-256.
pub(crate) fn content_hash(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Finishes what `trunk build` left in its staging folder: a style sheet for the pages of each bundle, and compressed
/// copies.
pub(crate) fn finish_trunk_build() -> Result<()> {
    let Some(staging) = env::var_os("TRUNK_STAGING_DIR").map(PathBuf::from) else {
        bail!("`finish` is called by Trunk, see Trunk.toml");
    };
    let bundle = Bundle::read(&Workspace::find()?)?;
    let sheets = bundle.sheets()?;
    let mut stems = Vec::new();
    for file in compress::files(&staging)? {
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        if let Some(stem) = name.strip_suffix("_bg.wasm") {
            shrink::bundle(&staging, stem)?;
            stems.push(stem.to_owned());
        } else if name.ends_with(".css") {
            fs::remove_file(&file)?;
        }
    }
    for sheet in &sheets {
        fs::write(staging.join(&sheet.file), &sheet.text)?;
    }
    fs::write(staging.join("index.html"), bundle.page(&stems, &sheets))?;
    compress::folder(&staging, compress::BEST)
}

/// Style sheets, one after the other, without what only their readers need: each page carries them.
fn join<'a>(paths: impl Iterator<Item = &'a Path>) -> Result<String> {
    let mut joined = String::new();
    for path in paths {
        joined += &fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        joined.push('\n');
    }
    Ok(lean(&joined))
}

/// Without comments, indentation, and line breaks that separate nothing. No text in a style sheet of ours holds the start
/// of a comment.
fn lean(css: &str) -> String {
    let mut parts = css.split("/*");
    let first = parts.next().unwrap_or_default().to_owned();
    let code = parts.fold(first, |code, part| code + part.split_once("*/").map_or("", |(_, after)| after));
    // After a word, a line break stands for a blank.
    let ends = ['{', '}', ';', ',', ':'];
    let line = |line: &str| if line.ends_with(ends) { line.to_owned() } else { format!("{line}\n") };
    code.lines().map(str::trim).filter(|line| !line.is_empty()).map(line).collect()
}

/// Copies files into a folder under their own names.
pub(crate) fn copy(files: &[PathBuf], folder: &Path) -> Result<()> {
    for file in files {
        let name = file.file_name().with_context(|| format!("{} has no name", file.display()))?;
        fs::copy(file, folder.join(name)).with_context(|| format!("cannot copy {}", file.display()))?;
    }
    Ok(())
}

/// The attributes of a `<link>`.
struct Link(Vec<(String, String)>);

impl Link {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The `<link>`s of a page; enough of HTML for pages that Trunk reads and writes, where values may go unquoted.
fn links(html: &str) -> Vec<Link> {
    let tags = html.split("<link").skip(1).filter_map(|rest| rest.split('>').next());
    tags.map(|tag| Link(attributes(tag.trim_end_matches('/')))).collect()
}

/// The words of an attribute that holds several.
fn words(value: &str) -> Vec<String> {
    value.split_whitespace().map(str::to_owned).collect()
}

fn attributes(mut tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    loop {
        tag = tag.trim_start();
        let end = tag.find(|sign: char| sign == '=' || sign.is_whitespace()).unwrap_or(tag.len());
        if end == 0 {
            return found;
        }
        let (name, rest) = tag.split_at(end);
        let Some(rest) = rest.strip_prefix('=') else {
            found.push((name.to_owned(), String::new()));
            tag = rest;
            continue;
        };
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        found.push((name.to_owned(), value.to_owned()));
        tag = rest;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn style_sheets_lose_comments_indentation_and_line_breaks() {
        let written = "/* a\n b */\n.c,\n.d {\n  e: f; /* g */\n  h:\n    i\n    j;\n}\n\n";
        assert_eq!(lean(written), ".c,.d {e: f;h:i\nj;}");
    }

    #[test]
    fn the_repository_describes_a_bundle() {
        let bundle = Bundle::read(&Workspace::find().unwrap()).unwrap();
        assert_eq!((bundle.package.as_str(), bundle.profile.as_str()), ("frontend", "wasm-release"));
        assert_eq!(bundle.public_url, "/pkg/");
    }

    #[test]
    fn a_page_has_the_style_of_its_own_dashboard_alone() {
        let bundle = Bundle::read(&Workspace::find().unwrap()).unwrap();
        // A sheet, or the folder of a dashboard's sheets.
        let name = |path: &Path| {
            let (_, below) = path.to_str()?.rsplit_once("style/")?;
            below.split(['/', '.']).next().map(str::to_owned)
        };
        for (page, own) in [("invoices", " charts invoices"), ("usage", " charts usage"), ("style", "")] {
            let mut names: Vec<_> = bundle.styles_of(page).filter_map(name).collect();
            names.dedup();
            assert_eq!(names.join(" "), format!("tokens base components{own}"));
        }
        let files: Vec<_> = bundle.sheets().unwrap().into_iter().map(|sheet| sheet.file).collect();
        let names: Vec<_> =
            files.iter().filter_map(|file| file.split_once('-')).map(|(name, _)| name).collect();
        assert_eq!(names, ["invoices", "usage", "style"]);
    }

    #[test]
    fn attributes_are_read_with_and_without_quotes() {
        let links = links(
            "<head><link data-trunk rel=css href=\"../a b.css\"/><link rel=stylesheet href=/pkg/x.css></head>",
        );
        assert_eq!(links[0].get("data-trunk"), Some(""));
        assert_eq!(links[0].get("href"), Some("../a b.css"));
        assert_eq!(links[1].get("href"), Some("/pkg/x.css"));
        assert_eq!(links[1].get("data-trunk"), None);
    }

    #[test]
    fn a_finished_page_names_what_it_needs() {
        let bundle = Bundle::read(&Workspace::find().unwrap()).unwrap();
        let sheets = [Sheet { file: "style-02.css".to_owned(), text: String::new() }];
        let page = bundle.page(&["usage-01".to_owned()], &sheets);
        let hrefs: Vec<_> =
            links(&page).iter().filter_map(|link| link.get("href").map(str::to_owned)).collect();
        assert_eq!(hrefs, ["/pkg/style-02.css", "/pkg/usage-01.js", "/pkg/usage-01_bg.wasm"]);
    }
}
