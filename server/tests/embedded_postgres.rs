//! The private Postgres, as processes: first start, two at once, beside a server, after a kill, and the end.
#![allow(clippy::unwrap_used)]

use base64::{Engine, engine::general_purpose::STANDARD};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// Longer than any step takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

/// A data folder of its own, in which nothing runs any more when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("inlay-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }

    /// The number of the running Postgres.
    fn postgres(&self) -> Option<Pid> {
        let clusters = fs::read_dir(&self.0).ok()?.flatten();
        let file = clusters.map(|entry| entry.path().join("postmaster.pid")).find(|path| path.exists())?;
        let pid = Pid::from_raw(fs::read_to_string(file).ok()?.lines().next()?.parse().ok()?);
        kill(pid, None).is_ok().then_some(pid)
    }

    fn inlay(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_inlay"));
        command.args(arguments).env_clear();
        for name in ["PATH", "HOME", "TMPDIR", "INLAY_POSTGRES_BIN"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        let key = format!("test:{}", STANDARD.encode(rand::random::<[u8; 32]>()));
        command
            .env("INLAY_DATA_DIR", &self.0)
            .env("INLAY_LISTEN", "127.0.0.1:0")
            .env("INLAY_SIGNING_KEYS", key);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.inlay(arguments).output().unwrap()
    }

    fn serve(&self) -> Server {
        let mut child = self.inlay(&["serve"]).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                // The receiver is gone once the test is over.
                let _ = sender.send(line);
            }
        });
        let mut server = Server { child, lines, address: String::new(), log: Vec::new() };
        server.address = server.until("listening").rsplit_once("address=").unwrap().1.to_owned();
        server
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(pid) = self.postgres() {
            let _ = kill(pid, Signal::SIGQUIT);
        }
        let _ = fs::remove_dir_all(&self.0);
    }
}

struct Server {
    child: Child,
    lines: Receiver<String>,
    address: String,
    log: Vec<String>,
}

impl Server {
    /// Reads the log up to a line with this text.
    fn until(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => self.log.push(line),
                Err(error) => panic!("{text} was not logged: {error}\n{}", self.log.join("\n")),
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().cast_signed()), signal).unwrap();
    }

    fn stop(mut self, signal: Signal) -> ExitStatus {
        self.signal(signal);
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_healthy(folder: &Folder, server: &Server) -> bool {
    folder.inlay(&["healthcheck"]).env("INLAY_LISTEN", &server.address).status().unwrap().success()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn private_postgres_lives_as_long_as_its_users() {
    let folder = Folder::new("life");

    // A command alone starts one, and stops it.
    let created = folder.run(&["token", "create", "--name", "first"]);
    assert!(created.status.success(), "{}", stderr(&created));
    let token = String::from_utf8(created.stdout).unwrap();
    assert_eq!(token.trim().len(), 71);
    assert_eq!(folder.postgres(), None);

    let mut server = folder.serve();
    assert!(is_healthy(&folder, &server));
    let postgres = folder.postgres().unwrap();

    // Who cannot enter the socket's folder cannot connect.
    assert_eq!(mode(&folder.0.join("run")), 0o700);

    // A second server is refused, and names the first.
    let second = folder.run(&["serve"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(stderr(&second).contains(&format!("process {}", server.child.id())), "{}", stderr(&second));

    // Other commands work beside the server, and leave Postgres to it.
    let listed = String::from_utf8(folder.run(&["token", "list"]).stdout).unwrap();
    assert!(listed.contains("first") && !listed.contains(token.trim()), "{listed}");
    let revoked = folder.run(&["token", "revoke", &token[6..22]]);
    assert!(revoked.status.success(), "{}", stderr(&revoked));
    assert!(is_healthy(&folder, &server));
    assert_eq!(folder.postgres(), Some(postgres));

    // SIGTERM ends both, but first a request in flight gets its answer: the server has asked for its body by now.
    let second = folder.run(&["token", "create", "--name", "second"]);
    let token = String::from_utf8(second.stdout).unwrap();
    let mut request = TcpStream::connect(&server.address).unwrap();
    write!(
        request,
        "POST /v1/customers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 16\r\nexpect: 100-continue\r\n\r\n",
        token.trim()
    )
    .unwrap();
    let mut answer = BufReader::new(request.try_clone().unwrap());
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    server.signal(Signal::SIGTERM);
    server.until("stopping");
    request.write_all(br#"{"name":"late"}  "#.split_at(16).0).unwrap();
    let mut rest = String::new();
    answer.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("HTTP/1.1 200 OK") && rest.contains("late"), "{rest}");
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    assert_eq!(folder.postgres(), None);
}

#[test]
fn postgres_of_a_killed_server_is_adopted() {
    let folder = Folder::new("killed");
    let server = folder.serve();
    let postgres = folder.postgres().unwrap();
    server.stop(Signal::SIGKILL);
    assert_eq!(folder.postgres(), Some(postgres));

    let server = folder.serve();
    assert_eq!(folder.postgres(), Some(postgres));
    assert!(is_healthy(&folder, &server));
    assert_eq!(server.stop(Signal::SIGINT).code(), Some(0));
    assert_eq!(folder.postgres(), None);
}

#[test]
fn killed_postgres_recovers_at_the_next_start() {
    let folder = Folder::new("crash");
    let created = folder.run(&["token", "create", "--name", "kept"]);
    assert!(created.status.success(), "{}", stderr(&created));
    let mut server = folder.serve();
    kill(folder.postgres().unwrap(), Signal::SIGKILL).unwrap();
    // The server ends with it, for its supervisor to start both again.
    server.until("although Inlay did not stop it");
    assert_eq!(server.child.wait().unwrap().code(), Some(1));
    let output = folder.run(&["token", "list"]);
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(listed.contains("kept"), "{listed}{}", stderr(&output));
}

#[test]
fn long_data_folder_gets_a_short_socket() {
    let folder = Folder::new(&"long-".repeat(20));
    let created = folder.run(&["token", "create", "--name", "x"]);
    assert!(created.status.success(), "{}", stderr(&created));
    assert!(!folder.0.join("run").exists());
    // The folder of that socket goes away with Postgres.
    let log = fs::read_to_string(folder.0.join("postgres.log")).unwrap();
    let socket = log.split("Unix socket \"").nth(1).unwrap().split("/.s.PGSQL").next().unwrap();
    assert!(socket.starts_with(env::temp_dir().to_str().unwrap()), "{socket}");
    assert!(!Path::new(socket).exists());
}

#[test]
fn log_of_postgres_goes_on_at_the_next_start_until_it_is_long() {
    let folder = Folder::new("log");
    let log = folder.0.join("postgres.log");
    let starts = || fs::read_to_string(&log).unwrap().matches("starting PostgreSQL").count();
    folder.run(&["token", "list"]);
    folder.run(&["token", "list"]);
    assert_eq!(starts(), 2);
    fs::write(&log, "x".repeat(2 << 20)).unwrap();
    folder.run(&["token", "list"]);
    assert_eq!(starts(), 1);
    assert_eq!(fs::metadata(folder.0.join("postgres.log.1")).unwrap().len(), 2 << 20);
}

#[test]
fn unfinished_cluster_is_made_anew() {
    let folder = Folder::new("unfinished");
    fs::create_dir_all(folder.0.join("new/base")).unwrap();
    fs::write(folder.0.join("new/PG_VERSION"), "15\n").unwrap();
    let created = folder.run(&["token", "create", "--name", "x"]);
    assert!(created.status.success(), "{}", stderr(&created));
}

#[test]
fn data_of_a_version_that_is_not_installed_are_not_ignored() {
    let folder = Folder::new("version");
    fs::create_dir_all(folder.0.join("13")).unwrap();
    fs::write(folder.0.join("13/PG_VERSION"), "13\n").unwrap();
    let output = folder.run(&["token", "list"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("postgresql-13"), "{}", stderr(&output));
}
