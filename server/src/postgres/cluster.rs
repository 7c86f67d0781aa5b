//! One cluster: made by `initdb`, started, adopted when it runs already, stopped.

use super::{
    binaries::{self, Binaries},
    log::Log,
    place::{self, PORT, Place},
};
use crate::error::CliError;
use nix::{
    errno::Errno,
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use sqlx::postgres::PgConnectOptions;
use std::{
    fs,
    os::unix::{net::UnixStream, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::Duration,
};

/// How often something awaited is looked at.
const STEP: Duration = Duration::from_millis(20);
/// Steps in which an adopted Postgres has to get ready.
const ADOPT_STEPS: u32 = 1_500;
/// How often a start is tried while children of a killed Postgres still end, a second apart.
const START_ATTEMPTS: u32 = 15;
/// Steps in which Postgres has to stop before it is told more firmly.
const STOP_STEPS: u32 = 1_500;

/// The role that a new cluster begins with. The application's is made by it, and is no superuser.
const SUPERUSER: &str = "postgres";

/// What a small dedicated server needs. Memory: 128 MB shared, about 5 MB a connection.
const SETTINGS: [&str; 10] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=100",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "checkpoint_timeout=15min",
    "wal_compression=on",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
];

/// A running cluster.
#[derive(Debug)]
pub(super) struct Cluster {
    /// The major version.
    pub(super) major: u32,
    log: Log,
    socket: PathBuf,
    pid: Pid,
    /// `None` when it was adopted.
    child: Option<Child>,
}

impl Cluster {
    /// Adopts or starts the cluster of a place; makes it first when there is none.
    pub(super) fn open(
        place: &Place,
        configured: Option<&Path>,
        say: &mut dyn FnMut(&str),
    ) -> Result<Self, CliError> {
        let existing = place::existing(&place.data);
        if let Some((major, data)) = &existing
            && let Some(cluster) = adopt(place, *major, data)
        {
            return Ok(cluster);
        }
        let binaries = binaries::find(place, configured, existing.map(|(major, _)| major))?;
        let data = place.data.join(binaries.major.to_string());
        if !data.is_dir() {
            say(&format!("Making a PostgreSQL {} database in {}", binaries.major, place.data.display()));
            initialize(place, &binaries, &data)?;
        }
        for _ in 1..START_ATTEMPTS {
            match start(place, &binaries, &data) {
                // Children of a Postgres that was killed end within seconds.
                Err(problem) if problem.to_string().contains("pre-existing shared memory block") => {
                    sleep(Duration::from_secs(1));
                }
                outcome => return outcome,
            }
        }
        start(place, &binaries, &data)
    }

    /// How to connect, but for user and database.
    pub(super) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass().socket(&self.socket).port(PORT)
    }

    /// Looks after the cluster, from anywhere: keeps its log short, and says whether it has ended.
    pub(super) fn watch(&self) -> impl Fn() -> bool + Send + 'static {
        let (pid, log, has_warned) = (self.pid, self.log.clone(), AtomicBool::new(false));
        move || {
            match log.rotate() {
                Ok(false) => {}
                Ok(true) => {
                    tracing::info!("postgres.log was long and begins anew; postgres.log.1 has the rest")
                }
                Err(error) => {
                    if !has_warned.swap(true, Ordering::Relaxed) {
                        tracing::warn!(%error, "postgres.log grows and cannot be set aside");
                    }
                }
            }
            !is_alive(pid)
        }
    }

    /// Stops it: open transactions are rolled back, connections closed.
    pub(super) fn stop(mut self) -> Result<(), CliError> {
        for signal in [Signal::SIGINT, Signal::SIGQUIT] {
            // It may be gone already.
            let _ = kill(self.pid, signal);
            for _ in 0..STOP_STEPS {
                if self.has_ended() {
                    return Ok(());
                }
                sleep(STEP);
            }
        }
        Err(CliError::new(format!("Postgres (process {}) does not stop", self.pid)))
    }

    fn has_ended(&mut self) -> bool {
        match &mut self.child {
            Some(child) => !matches!(child.try_wait(), Ok(None)),
            None => !is_alive(self.pid),
        }
    }
}

/// What `postmaster.pid` says of a running Postgres.
struct Running {
    pid: Pid,
    socket: PathBuf,
    is_ready: bool,
}

fn running(data: &Path) -> Option<Running> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    Some(Running {
        pid: Pid::from_raw(lines.first()?.parse().ok()?),
        socket: lines.get(4).map(PathBuf::from).unwrap_or_default(),
        is_ready: lines.get(7) == Some(&"ready"),
    })
}

/// Takes over a Postgres that an Inlay left running when it was killed, or that another command uses.
fn adopt(place: &Place, major: u32, data: &Path) -> Option<Cluster> {
    for _ in 0..ADOPT_STEPS {
        let Running { pid, socket, is_ready } = running(data)?;
        if is_zombie(pid) {
            // Killed, and its parent, now the container's first process, does not ask after it.
            forget(data, &socket);
        }
        if !is_alive(pid) {
            return None;
        }
        if is_ready {
            let answers = UnixStream::connect(socket.join(format!(".s.PGSQL.{PORT}"))).is_ok();
            if !answers && !is_postgres(pid) {
                // Left by a crash of the machine, and the number has gone to somebody else.
                forget(data, &socket);
            }
            return answers.then(|| Cluster { major, log: Log::of(place), socket, pid, child: None });
        }
        sleep(STEP);
    }
    None
}

/// Removes the lock files of a Postgres that is gone: the next one would take it for alive, by its number. Children
/// that it may have left are noticed by their shared memory.
fn forget(data: &Path, socket: &Path) {
    place::remove(&data.join("postmaster.pid"));
    place::remove(&socket.join(format!(".s.PGSQL.{PORT}.lock")));
}

fn is_alive(pid: Pid) -> bool {
    !matches!(kill(pid, None), Err(Errno::ESRCH)) && !is_zombie(pid)
}

/// A killed Postgres whose parent has not asked after it yet.
fn is_zombie(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'))
}

/// Where this cannot be seen, yes.
fn is_postgres(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).map_or(true, |name| name.starts_with("postgres"))
}

/// Makes a cluster beside its place and moves it there when it is whole.
fn initialize(place: &Place, binaries: &Binaries, data: &Path) -> Result<(), CliError> {
    let half_done = place.data.join("new");
    place::remove(&half_done);
    place.private_folder(&half_done)?;
    let output = command(place, binaries, "initdb")
        .arg("--pgdata")
        .arg(&half_done)
        // Only who may enter the socket's folder can connect.
        .args([
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
            "--username",
            SUPERUSER,
        ])
        .output()
        .map_err(|error| {
            CliError::new(format!("cannot run {}/initdb: {error}", binaries.folder.display()))
        })?;
    if !output.status.success() {
        return Err(CliError::new(format!(
            "initdb could not make a database in {}:\n{}",
            place.data.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        )));
    }
    fs::rename(&half_done, data)
        .map_err(|error| CliError::new(format!("cannot make {}: {error}", data.display())))
}

fn start(place: &Place, binaries: &Binaries, data: &Path) -> Result<Cluster, CliError> {
    let log = Log::of(place);
    let (stdout, stderr) = log.open()?;
    let mut command = command(place, binaries, "postgres");
    command.arg("-D").arg(data).arg("-p").arg(PORT.to_string()).arg("-k").arg(&place.socket);
    for setting in SETTINGS {
        command.arg("-c").arg(setting);
    }
    let mut child = command
        .stdout(stdout)
        .stderr(stderr)
        // Ctrl-C in the terminal reaches Inlay alone, which then stops Postgres in order.
        .process_group(0)
        .spawn()
        .map_err(|error| {
            CliError::new(format!("cannot run {}/postgres: {error}", binaries.folder.display()))
        })?;
    let pid = Pid::from_raw(child.id().cast_signed());
    // Recovery after a crash may take minutes, but then the process lives.
    while !running(data).is_some_and(|running| running.is_ready && running.pid == pid) {
        if !matches!(child.try_wait(), Ok(None)) {
            return Err(CliError::new(format!("Postgres did not start ({}):\n{}", log.place(), log.end())));
        }
        sleep(STEP);
    }
    Ok(Cluster { major: binaries.major, log, socket: place.socket.clone(), pid, child: Some(child) })
}

/// A program of Postgres as its user, in the data folder.
fn command(place: &Place, binaries: &Binaries, name: &str) -> Command {
    let mut command = binaries::program(&binaries.folder, name, place.owner);
    command.current_dir(&place.data);
    command
}
