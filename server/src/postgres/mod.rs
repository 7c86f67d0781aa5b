//! The embedded default: a private Postgres, for as long as `DATABASE_URL` is unset.
//!
//! The data folder holds one cluster per major version (`15/`), a folder `run` with the Unix socket, `postgres.log`,
//! which only its owner may read, and three lock files: `server.lock` is held by the one server; `start.lock` while
//! Postgres is started or stopped; `users.lock` is shared by all who use it, and the last one out stops it. Locks die
//! with their process, so a `kill -9` leaves nothing behind but a running Postgres, which the next command adopts.

mod binaries;
mod cluster;
mod log;
mod owner;
mod place;

pub(crate) use place::demo_folder;

use crate::{config::Config, error::CliError};
use cluster::Cluster;
use place::Place;
use sqlx::postgres::PgConnectOptions;
use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};

/// Who asks for a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `serve`: one at a time on a data folder.
    Server,
    /// `demo`: as `serve`, with data that can be made again.
    Demo,
    /// The short commands, which also run beside a server.
    Command,
}

/// A running private Postgres.
#[derive(Debug)]
pub struct Postgres {
    place: Place,
    cluster: Cluster,
    users: File,
    _server: Option<File>,
}

impl Postgres {
    /// Finds, makes, adopts or starts the cluster of a data folder. Blocks for seconds.
    ///
    /// # Errors
    /// Says what to install, which folder to open, or who uses the data already.
    pub fn start(config: &Config, role: Role, say: &mut dyn FnMut(&str)) -> Result<Self, CliError> {
        let place = Place::make(config, role, say)?;
        let server = match role {
            Role::Server | Role::Demo => Some(only_server(&place)?),
            Role::Command => None,
        };
        let start = place.lock_file("start.lock")?;
        start.lock().map_err(|error| CliError::new(format!("cannot lock the data folder: {error}")))?;
        let users = place.lock_file("users.lock")?;
        users
            .lock_shared()
            .map_err(|error| CliError::new(format!("cannot lock the data folder: {error}")))?;
        place.open_socket_folder()?;
        let cluster = Cluster::open(&place, config.postgres_bin.as_deref(), say)?;
        Ok(Self { place, cluster, users, _server: server })
    }

    /// How to connect as a role to a database of it: whoever may enter the socket's folder may be any.
    pub fn options(&self, role: &str, database: &str) -> PgConnectOptions {
        self.cluster.options().username(role).database(database)
    }

    /// Where it runs, for people.
    pub fn describe(&self) -> String {
        format!("PostgreSQL {} in {}", self.cluster.major, self.place.data.display())
    }

    /// Looks after it, from anywhere: keeps its log short, and says whether it has ended.
    pub fn watch(&self) -> impl Fn() -> bool + Send + 'static {
        self.cluster.watch()
    }

    /// Stops it, unless somebody else uses it. Blocks for a moment.
    ///
    /// # Errors
    /// When it does not stop.
    pub fn stop(self) -> Result<(), CliError> {
        let Self { place, cluster, users, .. } = self;
        let start = place.lock_file("start.lock")?;
        start.lock().map_err(|error| CliError::new(format!("cannot lock the data folder: {error}")))?;
        // Letting go before the attempt is safe: newcomers wait for `start.lock`.
        drop(users);
        match place.lock_file("users.lock")?.try_lock() {
            Ok(()) => cluster.stop().map(|()| place.close_socket_folder()),
            Err(TryLockError::WouldBlock) => Ok(()),
            Err(TryLockError::Error(error)) => {
                Err(CliError::new(format!("cannot lock the data folder: {error}")))
            }
        }
    }
}

/// Takes the lock that only one server can hold, and leaves our process id in it.
fn only_server(place: &Place) -> Result<File, CliError> {
    let mut file = place.lock_file("server.lock")?;
    match file.try_lock() {
        Ok(()) => {
            // The process id only serves the message below.
            let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.rewind().and_then(|()| file.read_to_string(&mut pid));
            Err(CliError::new(format!(
                "another Inlay (process {}) already serves the data in {}. Stop it first, or give this one its own \
                 folder: INLAY_DATA_DIR=/another/folder",
                pid.trim(),
                place.data.display()
            )))
        }
        Err(TryLockError::Error(error)) => {
            Err(CliError::new(format!("cannot lock the data folder: {error}")))
        }
    }
}
