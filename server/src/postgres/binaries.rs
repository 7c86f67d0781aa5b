//! Finds the programs of a Postgres server on this machine, and runs them as their user with nothing of our environment.

use super::{
    owner::Owner,
    place::{self, Place},
};
use crate::error::CliError;
use sha2::{Digest as _, Sha256};
use std::{
    env, fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
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
pub(super) fn find(
    place: &Place,
    configured: Option<&Path>,
    existing: Option<u32>,
) -> Result<Binaries, CliError> {
    let Candidates { folders, open_to_all } = candidates(configured);
    let mut found = Vec::new();
    for folder in folders {
        let folder = reachable(folder, place)?;
        let Some(major) = version(&folder, place.owner) else { continue };
        if existing.map_or(major >= OLDEST, |existing| existing == major) {
            return Ok(Binaries { folder, major });
        }
        found.push(major.to_string());
    }
    Err(CliError::new(explain(existing, &found, &open_to_all)))
}

fn explain(existing: Option<u32>, found: &[String], open_to_all: &[PathBuf]) -> String {
    let instead = "\nOr use a database of your own: DATABASE_URL=postgres://user:password@host/name";
    let seen = match found {
        [] => String::new(),
        majors => format!(" (found: {})", majors.join(", ")),
    };
    let passed_over: String = open_to_all
        .iter()
        .map(|folder| {
            format!(
                "\nNot used, since everybody may change it: {0}. If you trust it: INLAY_POSTGRES_BIN={0}",
                folder.display()
            )
        })
        .collect();
    match existing {
        Some(major) => format!(
            "the data were made by PostgreSQL {major}, whose programs are not on this machine{seen}. Install them again:\n  \
             Debian, Ubuntu: apt-get install postgresql-{major}\n  \
             macOS: brew install postgresql@{major}{passed_over}{instead}"
        ),
        None => format!(
            "DATABASE_URL is not set, so Inlay runs a Postgres of its own, but no PostgreSQL {OLDEST} or later is on this \
             machine{seen}. Install one:\n  \
             Debian, Ubuntu: apt-get install postgresql\n  \
             Fedora: dnf install postgresql-server\n  \
             macOS: brew install postgresql@17\n\
             or say where its programs are: INLAY_POSTGRES_BIN=/folder/with/initdb{passed_over}{instead}"
        ),
    }
}

/// Folders that hold the programs.
struct Candidates {
    /// Worth a try, best first.
    folders: Vec<PathBuf>,
    /// Never run unless named: who may put a program there would have it run by us.
    open_to_all: Vec<PathBuf>,
}

/// The named folder, then those of PATH, then where packages put them. A relative place would be another one for each
/// current directory, so it is no place to search.
fn candidates(configured: Option<&Path>) -> Candidates {
    let mut searched: Vec<PathBuf> = Vec::new();
    if let Some(path) = env::var_os("PATH") {
        searched.extend(env::split_paths(&path).filter(|folder| folder.is_absolute()));
    }
    searched.extend(newest_first("/usr/lib/postgresql", "", "bin"));
    searched.extend(newest_first("/usr", "pgsql-", "bin"));
    searched.push("/usr/local/pgsql/bin".into());
    searched.push("/usr/libexec/postgresql".into());
    for homebrew in ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"] {
        searched.extend(newest_first(homebrew, "postgresql@", "bin"));
    }
    searched.push("/Applications/Postgres.app/Contents/Versions/latest/bin".into());
    let mut candidates = Candidates { folders: Vec::new(), open_to_all: Vec::new() };
    candidates.folders.extend(configured.and_then(programs_of));
    for folder in searched {
        match programs_of(&folder) {
            Some(real) if is_open_to_all(&folder) || is_open_to_all(&real.join("postgres")) => {
                candidates.open_to_all.push(folder);
            }
            found => candidates.folders.extend(found),
        }
    }
    candidates
}

/// Where the programs of a folder really are: links such as /usr/local/bin/initdb lead to folders in which Postgres
/// finds its library beside it.
fn programs_of(folder: &Path) -> Option<PathBuf> {
    let is_complete = folder.join("initdb").is_file() && folder.join("postgres").is_file();
    is_complete.then(|| folder.join("postgres").canonicalize().ok()?.parent().map(Path::to_owned))?
}

/// Whether everybody may change a file or folder, or put another in its place.
fn is_open_to_all(path: &Path) -> bool {
    path.ancestors().any(|one| fs::metadata(one).is_ok_and(|found| found.mode() & 0o002 != 0))
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
fn version(folder: &Path, owner: Option<Owner>) -> Option<u32> {
    let output = program(folder, "postgres", owner).arg("--version").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// A program of Postgres, as its user. Of our environment it gets nothing: there are keys and passwords in it, which
/// every process of that user could read, and settings that are not meant for it.
pub(super) fn program(folder: &Path, name: &str, owner: Option<Owner>) -> Command {
    let mut command = Command::new(folder.join(name));
    command.env_clear().env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    if let Some(owner) = owner {
        owner.run(&mut command);
    }
    command
}

fn parse_version(text: &str) -> Option<u32> {
    let number = text.split_once("(PostgreSQL) ")?.1;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The folder, or a copy of it in the data folder when the user that Postgres runs as cannot reach it where it is:
/// programs from npm lie below the home of root, say.
fn reachable(folder: PathBuf, place: &Place) -> Result<PathBuf, CliError> {
    if place.owner.is_none_or(|owner| owner.barrier(&folder).is_none()) {
        return Ok(folder);
    }
    let source = folder.parent().unwrap_or(&folder);
    let problem = |error: std::io::Error| CliError::new(format!("cannot copy {}: {error}", source.display()));
    let program = fs::metadata(folder.join("postgres")).map_err(problem)?;
    // Other programs in the same place are another copy.
    let state = format!("{} {} {}", program.len(), program.mtime(), program.ino());
    let digest = hex::encode(Sha256::digest(source.as_os_str().as_encoded_bytes()));
    let target = place.data.join(format!("programs-{}", &digest[..12]));
    let stamp = target.join(".source");
    if fs::read_to_string(&stamp).is_ok_and(|copied| copied == state) {
        return Ok(target.join("bin"));
    }
    place::remove(&target);
    copy(source, &target).and_then(|()| fs::write(stamp, state)).map_err(problem)?;
    Ok(target.join("bin"))
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
        let text = explain(Some(15), &["17".to_owned()], &["/srv/open".into()]);
        assert!(text.contains("apt-get install postgresql-15"), "{text}");
        assert!(text.contains("found: 17"), "{text}");
        assert!(text.contains("INLAY_POSTGRES_BIN=/srv/open"), "{text}");
        assert!(explain(None, &[], &[]).contains("apt-get install postgresql\n"));
    }
}
