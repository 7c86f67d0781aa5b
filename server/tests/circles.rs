//! No files import one another in a circle, read off the sources.
//!
//! What a file and the folder around it import of one another is no circle here: a folder names its parts.

use crate::common::files::{files, folder};
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn files_of_the_server_import_one_another_in_no_circle() {
    assert_eq!(circles(&imports("server/src")), BTreeSet::new());
}

#[test]
fn files_of_the_app_import_one_another_in_no_circle() {
    assert_eq!(circles(&imports("app/src")), BTreeSet::new());
}

/// Which file imports which, by their modules.
type Imports = BTreeMap<String, BTreeSet<String>>;

fn imports(crate_folder: &str) -> Imports {
    let root = folder(crate_folder);
    let sources: BTreeMap<String, String> = files(crate_folder, ".rs")
        .into_iter()
        .map(|(path, code)| {
            let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('/', "::");
            let module = file.trim_end_matches(".rs").trim_end_matches("::mod");
            (module.to_owned(), code)
        })
        .filter(|(module, _)| module != "lib" && module != "main")
        .collect();
    assert!(sources.len() > 50, "{crate_folder}");
    let target = |module: &str, path: &[&str]| {
        let (first, mut rest) = path.split_first().unwrap();
        let mut parents: Vec<&str> = module.split("::").collect();
        parents.pop();
        while rest.first() == Some(&"super") {
            parents.pop();
            rest = &rest[1..];
        }
        if *first == "crate" {
            parents.clear();
        }
        let names = (0..=rest.len()).rev().map(|count| [&parents, &rest[..count]].concat().join("::"));
        names.into_iter().find(|name| sources.contains_key(name))
    };
    let is_around = |one: &str, other: &str| format!("{other}::").starts_with(&format!("{one}::"));
    let imported = sources.iter().map(|(module, code)| {
        let code: String = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .flat_map(|line| [line, "\n"])
            .collect();
        let targets = paths(&code).into_iter().filter_map(|path| target(module, &path));
        let others = targets.filter(|other| !is_around(module, other) && !is_around(other, module));
        (module.clone(), others.collect())
    });
    imported.collect()
}

/// The files from which each of the others is reached and which are reached from it, where these are several.
fn circles(imports: &Imports) -> BTreeSet<BTreeSet<String>> {
    let reached = |from: &String| {
        let mut found = BTreeSet::new();
        let mut next: Vec<&String> = imports[from].iter().collect();
        while let Some(file) = next.pop() {
            if found.insert(file.clone()) {
                next.extend(&imports[file]);
            }
        }
        found
    };
    let reached: Imports = imports.keys().map(|file| (file.clone(), reached(file))).collect();
    let circle = |file: &String| -> BTreeSet<String> {
        reached[file].iter().filter(|other| reached[*other].contains(file)).cloned().collect()
    };
    imports.keys().map(circle).filter(|circle| circle.len() > 1).collect()
}

/// Every path of a source that begins with `crate` or `super`, those of a group in braces each by itself.
fn paths(code: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    let places = |keyword| code.match_indices(keyword).map(|(at, _)| at);
    let places: BTreeSet<_> = places("crate::").chain(places("super::")).collect();
    let mut end = 0;
    for at in places {
        if at >= end && !code[..at].ends_with(|sign| is_name(sign) || sign == ':') {
            end = code.len() - read(&code[at..], &[], &mut found).len();
        }
    }
    found
}

/// Reads the path or the group that a text begins with; answers what follows.
fn read<'a>(text: &'a str, parents: &[&'a str], found: &mut Vec<Vec<&'a str>>) -> &'a str {
    let text = text.trim_start();
    if let Some(mut rest) = text.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches(|sign: char| sign.is_whitespace() || sign == ',');
            if rest.is_empty() {
                return rest;
            }
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            rest = read(rest, parents, found);
        }
    }
    let (name, rest) = text.split_at(text.find(|sign| !is_name(sign)).unwrap_or(text.len()));
    if name.is_empty() {
        // Nothing that a path has: go on behind it.
        let mut signs = text.chars();
        signs.next();
        return signs.as_str();
    }
    let path = [parents, &[name]].concat();
    if let Some(below) = rest.strip_prefix("::") {
        return read(below, &path, found);
    }
    found.push(path);
    rest.strip_prefix(" as ").map_or(rest, |other| other.trim_start_matches(is_name))
}

fn is_name(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == '*'
}

#[test]
fn paths_are_read_from_sources() {
    let code = "use crate::{auth::{self, Caller as Who}, clock};\nuse super::{super::a, b::*};\n\
                fn c() -> mycrate::d { crate::e() }";
    let found: Vec<String> = paths(code).into_iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::auth::self",
        "crate::auth::Caller",
        "crate::clock",
        "super::super::a",
        "super::b::*",
        "crate::e",
    ];
    assert_eq!(found, expected);
}

#[test]
fn circles_are_found() {
    let import =
        |(from, to): (&str, &[&str])| (from.to_owned(), to.iter().map(|name| (*name).to_owned()).collect());
    let imports: [(&str, &[&str]); 4] = [("a", &["b"]), ("b", &["c"]), ("c", &["a", "d"]), ("d", &[])];
    let circle = ["a", "b", "c"].map(ToOwned::to_owned);
    assert_eq!(circles(&imports.into_iter().map(import).collect()), [circle.into()].into());
}
