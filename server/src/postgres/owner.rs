//! The unprivileged user that Postgres runs as when Inlay is root.

use super::Role;
use crate::error::CliError;
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

/// Users that are there for this, best first.
const NAMES: [&str; 3] = ["inlay", "postgres", "_postgres"];

/// Whose processes could be anybody's: its data are safe from strangers, not from its other processes.
const NOBODY: &str = "nobody";

/// Who Postgres runs as: `None` means as ourselves. `owner` is the user whose data are there already.
pub(super) fn unprivileged(
    configured: Option<&str>,
    role: Role,
    owner: Option<u32>,
    say: &mut dyn FnMut(&str),
) -> Result<Option<Owner>, CliError> {
    if !is_root() {
        return Ok(None);
    }
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let (name, chosen) = choose(&passwd, configured, role, owner)?;
    if name == NOBODY {
        say(
            "Postgres runs as nobody, whose other processes can read its data: for real data, make it a user of its own, \
             useradd --system inlay",
        );
    }
    match owner {
        Some(uid) if uid != chosen.uid => Err(CliError::new(format!(
            "the data belong to the user with the number {uid}, and Postgres is to run as {name}: give them to {name} by \
             chown -R, both the folder of the version and run, or name the user by INLAY_POSTGRES_USER",
        ))),
        _ => Ok(Some(chosen)),
    }
}

/// The named user, else the one whose data are there, else the first there is. Only the demo takes nobody unasked.
fn choose<'a>(
    passwd: &str,
    configured: Option<&'a str>,
    role: Role,
    owner: Option<u32>,
) -> Result<(&'a str, Owner), CliError> {
    if let Some(name) = configured {
        return find(passwd, name).map(|owner| (name, owner)).ok_or_else(|| {
            CliError::new(format!(
                "INLAY_POSTGRES_USER: there is no user {name} in /etc/passwd, or it is root, as which Postgres does not \
                 run"
            ))
        });
    }
    let names = NAMES.into_iter().chain((role == Role::Demo).then_some(NOBODY));
    let found: Vec<_> = names.filter_map(|name| Some((name, find(passwd, name)?))).collect();
    let known = found.iter().find(|(_, found)| Some(found.uid) == owner);
    known.or(found.first()).copied().ok_or_else(|| {
        CliError::new(
            "Inlay is root, and Postgres does not run as root: make it a user of its own, useradd --system inlay, or \
             name one by INLAY_POSTGRES_USER, or run Inlay as an ordinary user",
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
    pub(super) fn give(self, path: &Path) -> Result<(), CliError> {
        chown(path, Some(self.uid), Some(self.gid))
            .map_err(|error| CliError::new(format!("cannot change the owner of {}: {error}", path.display())))
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    // Only the name, the user's number and the group's are read.
    const ROOT: &str = "root:x:0:0:::\n";
    const POSTGRES: &str = "postgres:x:101:104:::\n";
    const NOBODY: &str = "nobody:x:65534:65534:::\n";
    const INLAY: &str = "inlay:x:999:998:::\n";

    #[test]
    fn postgres_gets_a_user_of_its_own_and_only_the_demo_takes_nobody() {
        let cases = [
            (vec![POSTGRES, NOBODY, INLAY], None, Role::Server, None, Ok("inlay")),
            (vec![POSTGRES, NOBODY], None, Role::Server, None, Ok("postgres")),
            (vec![POSTGRES, NOBODY], None, Role::Demo, None, Ok("postgres")),
            (vec![NOBODY], None, Role::Demo, None, Ok("nobody")),
            (vec![NOBODY], None, Role::Server, None, Err("useradd --system inlay")),
            (vec![NOBODY], None, Role::Command, None, Err("INLAY_POSTGRES_USER")),
            (vec![NOBODY], Some("nobody"), Role::Server, None, Ok("nobody")),
            (vec![POSTGRES], Some("inlay"), Role::Server, None, Err("no user inlay")),
            (vec![POSTGRES], Some("root"), Role::Server, None, Err("no user root")),
            // Data stay with their user, unless that is nobody and the data are real.
            (vec![POSTGRES, INLAY], None, Role::Server, Some(101), Ok("postgres")),
            (vec![POSTGRES, INLAY], Some("inlay"), Role::Server, Some(101), Ok("inlay")),
            (vec![NOBODY, INLAY], None, Role::Server, Some(65_534), Ok("inlay")),
            (vec![NOBODY, INLAY], None, Role::Demo, Some(65_534), Ok("nobody")),
        ];
        for (users, configured, role, owner, expected) in cases {
            let passwd = ROOT.to_owned() + &users.concat();
            let chosen = choose(&passwd, configured, role, owner);
            match (chosen, expected) {
                (Ok((name, chosen)), Ok(expected)) => {
                    assert_eq!(name, expected, "{users:?} {configured:?} {role:?} {owner:?}");
                    assert_eq!(Some(chosen), find(&passwd, name));
                }
                (Err(problem), Err(expected)) => assert!(problem.to_string().contains(expected), "{problem}"),
                (chosen, _) => panic!("{users:?} {configured:?} {role:?} {owner:?}: {chosen:?}"),
            }
        }
    }

    #[test]
    fn users_are_found_by_name_and_root_is_none() {
        let passwd = [ROOT, POSTGRES].concat();
        assert_eq!(find(&passwd, "postgres"), Some(Owner { uid: 101, gid: 104 }));
        assert_eq!(find(&passwd, "nobody"), None);
        assert_eq!(find(&passwd, "root"), None);
    }
}
