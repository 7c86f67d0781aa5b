//! Compressed copies, made once so that the server need not.

use anyhow::Result;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Brotli and gzip as small as they get.
pub(crate) const BEST: u32 = 11;

/// Writes `.br` and `.gz` beside each file of a folder that is text or WASM.
pub(crate) fn folder(folder: &Path, quality: u32) -> Result<()> {
    for file in files(folder)? {
        let worth_it = file.extension().and_then(|one| one.to_str()).is_some_and(|extension| {
            matches!(extension, "css" | "js" | "json" | "svg" | "ts" | "txt" | "wasm")
        });
        if worth_it {
            let content = fs::read(&file)?;
            fs::write(beside(&file, "br"), brotli(&content, quality)?)?;
            fs::write(beside(&file, "gz"), gzip(&content, quality)?)?;
        }
    }
    Ok(())
}

/// All files below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}

/// The name of a compressed copy.
pub(crate) fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

fn brotli(content: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut params = brotli::enc::BrotliEncoderParams::default();
    (params.quality, params.lgwin, params.size_hint) = (i32::try_from(quality)?, 22, content.len());
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::with_params(&mut packed, 1 << 16, &params);
    writer.write_all(content)?;
    drop(writer);
    Ok(packed)
}

fn gzip(content: &[u8], quality: u32) -> Result<Vec<u8>> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(quality.min(9)));
    writer.write_all(content)?;
    Ok(writer.finish()?)
}
