//! Children, each in its own process group: whatever ends xtask ends them and theirs.

use anyhow::{Context as _, Result, bail};
use nix::{
    sys::signal::{Signal, killpg},
    unistd::Pid,
};
use std::{
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

static RUNNING: Mutex<Vec<Running>> = Mutex::new(Vec::new());
static SCRATCH: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

struct Running {
    group: Pid,
    stop: Signal,
}

/// From now on Ctrl-C, SIGTERM and SIGHUP end the children first.
pub(crate) fn stop_children_on_signal() -> Result<()> {
    ctrlc::set_handler(|| {
        STOPPING.store(true, Ordering::SeqCst);
        stop_children();
        std::process::exit(130);
    })
    .context("cannot install a signal handler")
}

/// Ends all children, by the signal of each and after 8 seconds by SIGKILL, and removes scratch folders.
pub(crate) fn stop_children() {
    let children: Vec<Running> = lock(&RUNNING).drain(..).collect();
    for child in &children {
        let _ = killpg(child.group, child.stop);
    }
    let deadline = Instant::now() + Duration::from_secs(8);
    for child in &children {
        // A group is gone when no signal reaches it any more.
        while killpg(child.group, None).is_ok() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(50));
            reap(child.group);
        }
        let _ = killpg(child.group, Signal::SIGKILL);
    }
    for folder in lock(&SCRATCH).drain(..) {
        let _ = std::fs::remove_dir_all(folder);
    }
}

/// Reaps a child: as a zombie it would keep its process group alive.
fn reap(group: Pid) {
    let _ = nix::sys::wait::waitpid(group, Some(nix::sys::wait::WaitPidFlag::WNOHANG));
}

/// Removes a folder when xtask ends, after its children.
pub(crate) fn remove_at_end(folder: &Path) {
    lock(&SCRATCH).push(folder.to_owned());
}

/// Starts a child that is ended with xtask, by SIGTERM.
pub(crate) fn start(command: &mut Command) -> Result<Child> {
    start_stopped_by(command, Signal::SIGTERM)
}

/// Starts a child that is ended with xtask, by a signal of its own.
pub(crate) fn start_stopped_by(command: &mut Command, stop: Signal) -> Result<Child> {
    // A group other than the terminal's must not read from it.
    command.stdin(Stdio::null()).process_group(0);
    let mut running = lock(&RUNNING);
    if STOPPING.load(Ordering::SeqCst) {
        bail!("stopped");
    }
    let child = command.spawn().with_context(|| format!("cannot run {}", shown(command)))?;
    running.push(Running { group: group_of(&child)?, stop });
    Ok(child)
}

/// Waits for a child to end by itself.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    let status = child.wait()?;
    forget(child)?;
    Ok(status)
}

/// Ends one child now.
pub(crate) fn stop(child: &mut Child) -> Result<()> {
    let group = group_of(child)?;
    let _ = killpg(group, Signal::SIGTERM);
    let deadline = Instant::now() + Duration::from_secs(10);
    while child.try_wait()?.is_none() {
        if Instant::now() > deadline {
            let _ = killpg(group, Signal::SIGKILL);
        }
        thread::sleep(Duration::from_millis(20));
    }
    forget(child)
}

/// Runs to the end; anything but success is an error.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = wait(&mut start(command)?)?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs to the end and answers what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output =
        command.stdin(Stdio::null()).output().with_context(|| format!("cannot run {}", shown(command)))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", shown(command), output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The first of these programs that PATH has.
pub(crate) fn find_program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    names.iter().find_map(|name| {
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
    })
}

fn forget(child: &Child) -> Result<()> {
    let group = group_of(child)?;
    lock(&RUNNING).retain(|running| running.group != group);
    Ok(())
}

fn group_of(child: &Child) -> Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(child.id())?))
}

fn shown(command: &Command) -> String {
    let arguments = command.get_args().map(|argument| argument.to_string_lossy());
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str()).to_string_lossy();
    [program].into_iter().chain(arguments).take(5).collect::<Vec<_>>().join(" ")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
