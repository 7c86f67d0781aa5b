//! The examples in `docs/deploy`: every variable in them is one that Inlay reads, and what they name is there. And the
//! service manager, which the server tells how it is doing.

use crate::common::files::folder;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use server::config::{Config, VARIABLES};
use sqlx::PgPool;
use std::{
    collections::BTreeSet,
    env, fs,
    os::unix::net::UnixDatagram,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Longer than a start takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(90);

const COMPOSE: &str = "compose.yml";
const DOCKERFILE: &str = "Dockerfile";
const UNIT: &str = "inlay.service";
const CHART: &str = "helm/inlay";

fn read(name: &str) -> String {
    let path = folder("docs/deploy").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every file of the folder, with its text.
fn examples() -> Vec<(PathBuf, String)> {
    let mut folders = vec![folder("docs/deploy")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // Where compose keeps what is nobody else's.
            if path.is_dir() && !path.ends_with("secrets") {
                folders.push(path);
            } else if path.is_file() {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

/// The words of a text that are names of variables, with this prefix.
fn names<'a>(text: &'a str, prefix: &str) -> BTreeSet<&'a str> {
    let is_name = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    text.split(|letter: char| !is_name(letter)).filter(|word| word.starts_with(prefix)).collect()
}

/// What follows a text, up to the end of its line.
fn after<'a>(text: &'a str, start: &str) -> Vec<&'a str> {
    text.lines().filter_map(|line| line.trim().strip_prefix(start)).map(str::trim).collect()
}

fn port() -> String {
    Config::from_env([]).unwrap().listen.port().to_string()
}

#[test]
fn every_variable_of_an_example_is_one_that_inlay_reads() {
    let is_known = |name: &str| {
        let of_file = name.strip_suffix("_FILE").unwrap_or(name);
        VARIABLES
            .iter()
            .any(|variable| variable.name == name || (variable.name == of_file && variable.secret))
    };
    let examples = examples();
    assert!(examples.len() >= 12, "the examples have moved");
    for (path, text) in &examples {
        for name in names(text, "INLAY_").into_iter().chain(names(text, "DATABASE_URL")) {
            // Kubernetes' own, which the chart keeps away.
            let is_foreign = name == "INLAY_PORT" || name == "INLAY_";
            assert!(is_known(name) || is_foreign, "{}: {name}", path.display());
        }
    }
}

#[test]
fn ports_are_that_of_the_configuration() {
    let port = port();
    let dockerfile = read(DOCKERFILE);
    assert_eq!(after(&dockerfile, "EXPOSE "), [&port]);
    assert!(dockerfile.contains(&format!("ENV INLAY_LISTEN=0.0.0.0:{port} ")));
    assert!(read(COMPOSE).contains(&format!("ports: [\"127.0.0.1:{port}:{port}\"]")));
    assert_eq!(after(&read(UNIT), "Environment=INLAY_LISTEN="), [format!("127.0.0.1:{port}")]);
    assert!(read("nginx.conf").contains(&format!("server 127.0.0.1:{port};")));
    assert!(read("Caddyfile").contains(&format!("reverse_proxy 127.0.0.1:{port} ")));
    let pod = read(&format!("{CHART}/templates/_pod.tpl"));
    assert!(pod.contains(&format!("value: \"0.0.0.0:{port}\"")));
    assert_eq!(after(&read(&format!("{CHART}/templates/deployment.yaml")), "containerPort: "), [&port]);
}

#[test]
fn files_and_programs_are_where_the_examples_look_for_them() {
    let dockerfile = read(DOCKERFILE);
    let toolchain = fs::read_to_string(folder("rust-toolchain.toml")).unwrap();
    let compiler =
        after(&toolchain, "channel = ")[0].trim_matches('"').rsplit_once('.').unwrap().0.to_owned();
    assert!(dockerfile.contains(&format!("FROM rust:{compiler}-bookworm AS build")), "{compiler}");
    // What one step leaves, the next takes.
    assert!(dockerfile.contains("cp target/release/inlay /inlay"));
    assert!(dockerfile.contains("COPY --from=build /inlay /usr/local/bin/inlay"));
    assert_eq!(after(&dockerfile, "ENTRYPOINT "), ["[\"/usr/local/bin/inlay\"]"]);
    assert!(dockerfile.contains("CMD [\"/usr/local/bin/inlay\", \"healthcheck\"]"));
    for line in after(&read(UNIT), "ExecStart=").into_iter().chain(after(&read(UNIT), "#ExecStartPre=")) {
        assert!(line.starts_with("/usr/local/bin/inlay "), "{line}");
    }
    let compose = read(COMPOSE);
    let context = folder("docs/deploy").join(after(&compose, "context: ")[0]);
    assert!(context.join("Trunk.toml").is_file(), "{}", context.display());
    assert!(context.join(after(&compose, "dockerfile: ")[0]).is_file());
    // What the build leaves out is read by nobody who builds.
    for left_out in
        after(&read("Dockerfile.dockerignore"), "").into_iter().filter(|line| !line.starts_with('#'))
    {
        assert!(!["app", "server", "frontend", "style", "public", "xtask"].contains(&left_out), "{left_out}");
    }
    for name in after(&read("README.md"), "| [").iter().flat_map(|line| line.split("](").skip(1)) {
        let name = name.split(')').next().unwrap();
        assert!(folder("docs/deploy").join(name).exists(), "{name}");
    }
}

#[test]
fn versions_are_those_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let chart = read(&format!("{CHART}/Chart.yaml"));
    assert_eq!(after(&chart, "appVersion: "), [format!("\"{version}\"")]);
    assert_eq!(after(&read(COMPOSE), "image: inlay:"), [version]);
}

#[test]
fn nothing_runs_as_root_or_writes_where_it_need_not() {
    assert_eq!(after(&read(DOCKERFILE), "USER "), ["65532:65532"]);
    assert!(read(COMPOSE).contains("read_only: true"));
    let pod = read(&format!("{CHART}/templates/_pod.tpl"));
    for line in [
        "runAsNonRoot: true",
        "runAsUser: 65532",
        "readOnlyRootFilesystem: true",
        "allowPrivilegeEscalation: false",
        // INLAY_PORT and its like would stop the start.
        "enableServiceLinks: false",
    ] {
        assert!(pod.contains(line), "{line}");
    }
    let unit = read(UNIT);
    for line in ["User=inlay", "NoNewPrivileges=yes", "ProtectSystem=strict", "KillMode=mixed"] {
        assert!(unit.lines().any(|one| one == line), "{line}");
    }
}

/// A server that ends with its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended already where all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[sqlx::test(migrations = "./migrations")]
async fn the_service_manager_is_told_when_the_server_listens_and_when_it_stops(pool: PgPool) {
    assert_eq!(after(&read(UNIT), "Type="), ["notify"]);
    let (name,): (String,) = sqlx::query_as("select current_database()").fetch_one(&pool).await.unwrap();
    let url = env::var("DATABASE_URL").unwrap();
    let (server, _) = url.rsplit_once('/').unwrap();
    let path = env::temp_dir().join(format!("inlay-ready-{}", std::process::id()));
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_inlay"))
        .arg("serve")
        .env_clear()
        .env("DATABASE_URL", format!("{server}/{name}"))
        .env("INLAY_SIGNING_KEYS", "a:/K/yZU+vsC3CDgsbUNBDBdW0JBsgu6nVNLQJf7fDmr4=")
        .env("INLAY_LISTEN", "127.0.0.1:0")
        .env("NOTIFY_SOCKET", &path)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    let told = || {
        let mut bytes = [0; 64];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8_lossy(&bytes[..length]).into_owned()
    };
    assert_eq!(told(), "READY=1");
    kill(Pid::from_raw(server.0.id().cast_signed()), Signal::SIGTERM).unwrap();
    assert_eq!(told(), "STOPPING=1");
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
    fs::remove_file(&path).unwrap();
}
