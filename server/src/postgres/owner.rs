//! The unprivileged user that Postgres runs as when Inlay is root.

use super::Problem;
use nix::unistd::{Uid, geteuid};
use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

/// A user and its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    uid: u32,
    gid: u32,
}

/// Who Postgres runs as: `None` means as ourselves.
pub(super) fn unprivileged() -> Result<Option<Owner>, Problem> {
    if !geteuid().is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "_postgres", "nobody"].iter().find_map(|name| find(&passwd, name)).map(Some).ok_or_else(|| {
        Problem::new(
            "Postgres does not run as root, and /etc/passwd has neither a user \"postgres\" nor \"nobody\": run Inlay as an ordinary user, or add one: useradd --system postgres",
        )
    })
}

/// Whether this process is root.
pub(super) fn is_root() -> bool {
    geteuid().is_root()
}

fn find(passwd: &str, name: &str) -> Option<Owner> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (uid != 0).then_some(Owner { uid, gid })
    })
}

impl Owner {
    /// Gives a file or folder to this user.
    pub(super) fn give(self, path: &Path) -> Result<(), Problem> {
        chown(path, Some(self.uid), Some(self.gid))
            .map_err(|error| Problem::new(format!("cannot change the owner of {}: {error}", path.display())))
    }

    /// Runs a command as this user.
    pub(super) fn run(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// The first folder on the way to a path that this user may not pass through.
    pub(super) fn barrier(self, path: &Path) -> Option<&Path> {
        let mut folders: Vec<&Path> = path.ancestors().filter(|folder| folder.is_dir()).collect();
        folders.reverse();
        folders.into_iter().find(|folder| {
            fs::metadata(folder).is_ok_and(|metadata| {
                let bit = match () {
                    () if metadata.uid() == self.uid => 0o100,
                    () if metadata.gid() == self.gid => 0o010,
                    () => 0o001,
                };
                metadata.mode() & bit == 0
            })
        })
    }

    /// Whether a path is this user's.
    pub(super) fn owns(owner: Option<Self>, path: &Path) -> bool {
        let uid = owner.map_or_else(geteuid, |owner| Uid::from_raw(owner.uid));
        fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir() && metadata.uid() == uid.as_raw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_postgres_is_found_by_name() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\npostgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash\n";
        assert_eq!(find(passwd, "postgres"), Some(Owner { uid: 101, gid: 104 }));
        assert_eq!(find(passwd, "nobody"), None);
        assert_eq!(find(passwd, "root"), None);
    }
}
