//! The command line, as a process: help that teaches, and starts that are refused before the port opens.
#![allow(clippy::unwrap_used)]

use std::{
    net::TcpListener,
    process::{Command, Output},
};

/// The binary, in an environment of its own.
fn inlay(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_inlay"))
        .args(arguments)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn every_command_teaches() {
    for command in [
        &["serve"][..],
        &["demo"],
        &["migrate"],
        &["token"],
        &["token", "create"],
        &["token", "revoke"],
        &["invoice", "check"],
        &["healthcheck"],
    ] {
        let output = inlay(&[command, &["--help"]].concat(), &[]);
        assert!(output.status.success(), "{command:?}");
        let text = stdout(&output);
        assert!(text.contains("inlay "), "{command:?} has no example: {text}");
    }
    assert!(
        stdout(&inlay(&["serve", "--help"], &[])).contains("INLAY_SIGNING_KEYS (or INLAY_SIGNING_KEYS_FILE)")
    );
}

#[test]
fn version_is_printed() {
    assert_eq!(stdout(&inlay(&["--version"], &[])), format!("inlay {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn missing_signing_key_stops_the_start_and_says_how_to_make_one() {
    let output = inlay(&["serve"], &[("INLAY_LISTEN", "127.0.0.1:0")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("openssl rand -base64 32"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("listening"));
}

#[test]
fn short_signing_key_stops_the_start() {
    let output = inlay(&["serve"], &[("INLAY_SIGNING_KEYS", "a:c2hvcnQ=")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("5 bytes"), "{}", stderr(&output));
}

#[test]
fn unreachable_database_is_named_without_its_password() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://inlay:hunter2@127.0.0.1:{port}/inlay");
    let output = inlay(&["migrate"], &[("DATABASE_URL", &url)]);
    assert_eq!(output.status.code(), Some(1));
    let text = stderr(&output);
    assert!(text.contains("DATABASE_URL cannot be reached") && !text.contains("hunter2"), "{text}");
}

#[test]
fn healthcheck_fails_when_nothing_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let output = inlay(&["healthcheck"], &[("INLAY_LISTEN", &address)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("does not answer"), "{}", stderr(&output));
}

#[test]
fn senseless_expiry_is_refused() {
    for expiry in ["soon", "0d", "2030-13-01"] {
        let output = inlay(&["token", "create", "--name", "x", "--expires", expiry], &[]);
        assert_eq!(output.status.code(), Some(2), "{expiry}");
    }
}
