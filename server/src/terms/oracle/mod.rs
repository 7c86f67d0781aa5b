//! Random invoices against an independent oracle, `oracle.py`, which reckons them in Python's `decimal` and fractions.
//!
//! 100,000 a run, of other seeds each; `INLAY_ORACLE_SEED` replays one, `INLAY_ORACLE_CASES` changes the number.

mod case;

use case::{Case, Random};
use std::{
    hash::{BuildHasher, RandomState},
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
};

const CASES: u64 = 100_000;

fn set(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect(name))
}

#[test]
fn random_invoices_are_what_an_independent_oracle_reckons() {
    let seed = set("INLAY_ORACLE_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    let cases = set("INLAY_ORACLE_CASES").unwrap_or(CASES);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/terms/oracle/oracle.py");
    let mut oracle = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test needs python3, without any package");
    let stdin = oracle.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || {
        let mut random = Random::new(seed);
        let mut out = BufWriter::new(stdin);
        for _ in 0..cases {
            writeln!(out, "{}", Case::random(&mut random).answered()).expect("the oracle reads on");
        }
    });
    let output = oracle.wait_with_output().expect("the oracle ends");
    writer.join().expect("all cases are written");
    let said = String::from_utf8_lossy(&output.stdout);
    let first = said.lines().next().unwrap_or("nothing was said");
    assert_eq!(first, format!("checked {cases}"), "seed {seed}, {} differences", said.lines().count() - 1);
    println!("{cases} invoices, seed {seed}");
}
