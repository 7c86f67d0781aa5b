//! The demo from a debug build, started again whenever a source changes; the portal's page loads itself again then.

use crate::{
    client::{self, Effort},
    demo, postgres, process,
    step::{note, step},
    workspace::Workspace,
};
use anyhow::Result;
use std::{
    env, fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, SystemTime},
};

const WATCHED: [&str; 9] = [
    "app",
    "server/src",
    "server/migrations",
    "server/Cargo.toml",
    "frontend",
    "style",
    "public",
    "Cargo.toml",
    "Trunk.toml",
];

pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let programs = match env::var_os("DATABASE_URL") {
        Some(_) => None,
        None => Some(postgres::programs(workspace)?),
    };
    let mut running: Option<Child> = None;
    loop {
        let seen = newest(workspace);
        match build(workspace) {
            Ok(binary) => {
                if let Some(mut old) = running.take() {
                    step("stop", || process::stop(&mut old))?;
                }
                let mut inlay = Command::new(binary);
                inlay.args(["demo", "--reload"]).args(arguments.iter().filter(|argument| *argument != "--"));
                if let Some(programs) = &programs {
                    postgres::name_to(&mut inlay, programs);
                }
                running = Some(process::start(&mut inlay)?);
            }
            Err(error) => note(format!("{error:#}; what ran before still runs")),
        }
        note("waiting for changes; Ctrl-C stops");
        let mut ended = false;
        while newest(workspace) == seen {
            thread::sleep(Duration::from_millis(300));
            if let Some(child) = running.as_mut()
                && !ended
                && let Some(status) = child.try_wait()?
            {
                ended = true;
                note(format!("Inlay ended ({status}); it starts again after the next change"));
            }
        }
    }
}

fn build(workspace: &Workspace) -> Result<std::path::PathBuf> {
    client::build(workspace, Effort::Debug)?;
    step("server: compile (profile dev)", || demo::build_debug(workspace))
}

/// When the youngest source was written, and how many there are, so that a removed one counts too.
fn newest(workspace: &Workspace) -> (Option<SystemTime>, usize) {
    let mut found = (None, 0);
    for name in WATCHED {
        visit(&workspace.path(name), &mut found);
    }
    found
}

fn visit(path: &Path, found: &mut (Option<SystemTime>, usize)) {
    if path.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries.for_each(|entry| visit(&entry.path(), found));
    } else if let Ok(written) = fs::metadata(path).and_then(|file| file.modified()) {
        found.0 = found.0.max(Some(written));
        found.1 += 1;
    }
}
