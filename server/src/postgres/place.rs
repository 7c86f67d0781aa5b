//! The data folder and the socket folder: where they are, whose they are, and that they can be reached.

use super::{
    Role,
    owner::{self, Owner},
};
use crate::{config::Config, error::CliError};
use sha2::{Digest, Sha256};
use std::{
    env,
    fs::{self, DirBuilder, File, OpenOptions},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The port only names the socket: nothing listens on TCP.
pub(super) const PORT: u16 = 5432;

/// The longest path of a Unix socket that every platform takes.
const MAX_SOCKET_PATH: usize = 103;

/// Where a private Postgres lives.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The data folder.
    pub(super) data: PathBuf,
    /// The folder of the Unix socket.
    pub(super) socket: PathBuf,
    /// Who Postgres runs as, when not as ourselves.
    pub(super) owner: Option<Owner>,
}

impl Place {
    /// Makes the folders that are missing.
    pub(super) fn make(config: &Config, role: Role, say: &mut dyn FnMut(&str)) -> Result<Self, CliError> {
        let data = match &config.data_dir {
            Some(data) => data.clone(),
            None => default_folder()?,
        };
        let known = existing(&data).and_then(|(_, cluster)| Some(fs::metadata(cluster).ok()?.uid()));
        // No Postgres made what belongs to root.
        let known = known.filter(|uid| *uid != 0);
        let owner = owner::unprivileged(config.postgres_user.as_deref(), role, known, say)?;
        // As root the folder is ours and others may pass through, as Postgres must; else only its owner may.
        let mode = if owner.is_some() { 0o755 } else { 0o700 };
        DirBuilder::new().recursive(true).mode(mode).create(&data).map_err(|error| {
            CliError::new(format!("cannot make the data folder {}: {error}", data.display()))
        })?;
        let data = data
            .canonicalize()
            .map_err(|error| CliError::new(format!("cannot open {}: {error}", data.display())))?;
        if let Some(barrier) = owner.and_then(|owner| owner.barrier(&data)) {
            return Err(CliError::new(format!(
                "Inlay is root, so its Postgres runs as an unprivileged user, who may not pass through {}. Choose another \
                 data folder, such as INLAY_DATA_DIR=/var/lib/inlay",
                barrier.display()
            )));
        }
        let socket = socket_folder(&data)?;
        Ok(Self { data, socket, owner })
    }

    /// Opens one of the lock files.
    pub(super) fn lock_file(&self, name: &str) -> Result<File, CliError> {
        let path = self.data.join(name);
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| CliError::new(format!("cannot open {}: {error}", path.display())))
    }

    /// Makes the folder of the socket; whoever starts or adopts Postgres does so, having locked the place.
    pub(super) fn open_socket_folder(&self) -> Result<(), CliError> {
        make_private(&self.socket, self.owner)
    }

    /// Leaves nothing in the temporary folder once Postgres has stopped.
    pub(super) fn close_socket_folder(&self) {
        if !self.socket.starts_with(&self.data) {
            // What is not empty is still of use to somebody.
            let _ = fs::remove_dir(&self.socket);
        }
    }

    /// Makes a folder that only Postgres may enter.
    pub(super) fn private_folder(&self, path: &Path) -> Result<(), CliError> {
        make_private(path, self.owner)
    }
}

/// The cluster that a data folder holds already, of the newest version when there are several.
pub(super) fn existing(folder: &Path) -> Option<(u32, PathBuf)> {
    fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .filter(|(_, path)| path.join("PG_VERSION").is_file())
        .max()
}

fn make_private(path: &Path, owner: Option<Owner>) -> Result<(), CliError> {
    if !path.exists() {
        DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(|error| CliError::new(format!("cannot make {}: {error}", path.display())))?;
        if let Some(owner) = owner {
            owner.give(path)?;
        }
    }
    if Owner::owns(owner, path) {
        return Ok(());
    }
    Err(CliError::new(format!(
        "{} belongs to another user. Run Inlay as that user, or choose another INLAY_DATA_DIR",
        path.display()
    )))
}

/// `run` in the data folder, or, where that path is too long for a socket, a folder in the temporary one.
fn socket_folder(data: &Path) -> Result<PathBuf, CliError> {
    let fits =
        |folder: &Path| folder.join(format!(".s.PGSQL.{PORT}.lock")).as_os_str().len() <= MAX_SOCKET_PATH;
    let inside = data.join("run");
    let folder = if fits(&inside) {
        inside
    } else {
        let digest = hex::encode(Sha256::digest(data.as_os_str().as_encoded_bytes()));
        env::temp_dir().join(format!("inlay-{}", &digest[..12]))
    };
    if !fits(&folder) {
        return Err(CliError::new(format!("{} is too long for a socket: set TMPDIR=/tmp", folder.display())));
    }
    Ok(folder)
}

/// The platform's folder for data of programs.
fn default_folder() -> Result<PathBuf, CliError> {
    if owner::is_root() {
        return Ok("/var/lib/inlay".into());
    }
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || {
        absolute("HOME")
            .ok_or_else(|| CliError::new("HOME is not set: say where to keep data with INLAY_DATA_DIR"))
    };
    match absolute("XDG_DATA_HOME") {
        Some(folder) => Ok(folder.join("inlay")),
        None if cfg!(target_os = "macos") => Ok(home()?.join("Library/Application Support/inlay")),
        None => Ok(home()?.join(".local/share/inlay")),
    }
}

/// The data folder that is used when none is configured, with a subfolder for the demo.
pub(crate) fn demo_folder() -> Result<PathBuf, CliError> {
    Ok(default_folder()?.join("demo"))
}

/// Removes what a stopped start left behind; it is fine when there is nothing.
pub(super) fn remove(path: &Path) {
    let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}
