//! Sources as text, for the tests that read them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder of the workspace.
pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Every file with this ending below a folder of the workspace, with its text before its unit tests.
pub fn files(name: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut folders = vec![folder(name)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // Unit tests of several files.
                if !path.ends_with("tests") {
                    folders.push(path);
                }
            } else if path.to_string_lossy().ends_with(ending) && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned();
                found.push((path, code));
            }
        }
    }
    found
}
