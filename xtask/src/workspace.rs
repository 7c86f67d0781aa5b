//! The folders of the repository, and cargo at its root.

use crate::process;
use anyhow::{Context as _, Result, bail};
use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

const WASM: &str = "wasm32-unknown-unknown";

/// The folders of the repository.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
}

impl Workspace {
    /// The repository that this xtask was built in.
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
        if !root.join("Trunk.toml").is_file() {
            bail!("{} is not the repository that this xtask was built in any more", root.display());
        }
        Ok(Self { root: root.to_owned() })
    }

    /// A file of the repository.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Where cargo puts what it builds.
    pub(crate) fn target(&self) -> PathBuf {
        match env::var_os("CARGO_TARGET_DIR") {
            Some(folder) => self.root.join(folder),
            None => self.path("target"),
        }
    }

    /// Where programs from npm and PyPI are kept.
    pub(crate) fn tools(&self) -> PathBuf {
        self.path("target/tools")
    }

    /// Cargo, at the root of the workspace.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&self.root).args(arguments);
        // Set by the `cargo run` that runs xtask; they would make build scripts run again.
        for (name, _) in env::vars_os() {
            if name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
            {
                cargo.env_remove(name);
            }
        }
        cargo
    }

    /// Makes sure that the compiler can make WASM.
    pub(crate) fn ensure_wasm_target(&self) -> Result<()> {
        let sysroot =
            process::output(Command::new("rustc").current_dir(&self.root).args(["--print", "sysroot"]))?;
        if Path::new(&sysroot).join("lib/rustlib").join(WASM).join("lib").is_dir() {
            return Ok(());
        }
        let Some(rustup) = process::find_program(&["rustup"]) else {
            bail!(
                "this Rust cannot make WASM and there is no rustup: install the standard library for {WASM} \
                 (Debian: libstd-rust-dev-wasm32), or Rust from https://rustup.rs"
            );
        };
        process::run(Command::new(rustup).current_dir(&self.root).args(["target", "add", WASM]))
    }
}

/// Whether this process is root's; Postgres refuses to run as root.
pub(crate) fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}
