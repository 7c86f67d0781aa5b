//! `postgres.log`: for its owner alone, and never much longer than a mebibyte.

use super::place::Place;
use crate::error::CliError;
use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Display, PathBuf},
};

/// Bytes from which a log begins anew.
const MOST: u64 = 1 << 20;

/// It may hold values of customers, which Postgres quotes in its errors.
const MODE: u32 = 0o600;

/// The log of a private Postgres; what was in it before is in `postgres.log.1`.
#[derive(Clone, Debug)]
pub(super) struct Log(PathBuf);

impl Log {
    /// The log of a place. One that an older Inlay left open to everybody is closed to them.
    pub(super) fn of(place: &Place) -> Self {
        let log = Self(place.data.join("postgres.log"));
        for path in [log.0.clone(), log.earlier()] {
            // It need not be there.
            let _ = fs::set_permissions(path, Permissions::from_mode(MODE));
        }
        log
    }

    /// Where it is, for people.
    pub(super) fn place(&self) -> Display<'_> {
        self.0.display()
    }

    /// For standard output and error of a Postgres that starts.
    pub(super) fn open(&self) -> Result<(File, File), CliError> {
        let open = || {
            if self.is_long() {
                fs::rename(&self.0, self.earlier())?;
            }
            let file = OpenOptions::new().create(true).append(true).mode(MODE).open(&self.0)?;
            Ok((file.try_clone()?, file))
        };
        open().map_err(|error: io::Error| CliError::new(format!("cannot write {}: {error}", self.place())))
    }

    /// Begins a long log anew while Postgres runs; whether it was long. The file stays the same, for Postgres holds it open: what it
    /// writes goes to the end, wherever that is by then.
    pub(super) fn rotate(&self) -> io::Result<bool> {
        if !self.is_long() {
            return Ok(false);
        }
        fs::copy(&self.0, self.earlier())?;
        OpenOptions::new().write(true).open(&self.0)?.set_len(0)?;
        Ok(true)
    }

    /// Its last lines.
    pub(super) fn end(&self) -> String {
        let text = fs::read(&self.0).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut lines: Vec<&str> = text.lines().rev().take(8).collect();
        lines.reverse();
        lines.join("\n")
    }

    fn is_long(&self) -> bool {
        fs::metadata(&self.0).is_ok_and(|found| found.len() > MOST)
    }

    fn earlier(&self) -> PathBuf {
        self.0.with_extension("log.1")
    }
}
