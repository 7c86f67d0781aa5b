//! The texts of queries, read off the sources, and of the SQL functions that migrations make.

use std::{collections::BTreeMap, path::PathBuf};

/// A text of SQL, without its comments.
#[derive(Clone, Debug)]
pub struct Query {
    /// The file, below the folder of queries: `usage/series.rs`.
    pub file: String,
    /// The function or constant that it stands in.
    pub item: String,
    pub text: String,
}

/// A function of the schema that is written in SQL, as a migration made it last.
#[derive(Clone, Debug)]
pub struct Function {
    /// The migration.
    pub file: String,
    pub name: String,
    /// What stands before the body: `function name(…) returns … as`.
    pub head: String,
    /// The body, without its comments.
    pub body: String,
}

/// The functions in SQL that the migrations make.
pub fn functions(mut migrations: Vec<(PathBuf, String)>) -> Vec<Function> {
    migrations.sort();
    let mut found = BTreeMap::new();
    for (path, text) in migrations {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        for statement in text.split("\ncreate ") {
            let statement = statement.strip_prefix("or replace ").unwrap_or(statement);
            let mut parts = statement.split("$$");
            let (Some(head), Some(body)) = (parts.next(), parts.next()) else { continue };
            if let Some(name) = head.strip_prefix("function ")
                && head.contains("language sql")
            {
                let name = name.split('(').next().unwrap().to_owned();
                let (head, body) = (head.to_owned(), without_comments(body));
                found.insert(name.clone(), Function { file: file.clone(), name, head, body });
            }
        }
    }
    assert!(found.contains_key("usage_pending_of"), "{:?}", found.keys());
    found.into_values().collect()
}

/// What of a source matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// A literal, as it reads.
    Text(String),
}

/// Every query of the sources, in their order.
pub fn queries(folder: &str, sources: Vec<(PathBuf, String)>) -> Vec<Query> {
    let mut files = Vec::new();
    for (path, code) in sources {
        let path = path.to_string_lossy().into_owned();
        let file = path.rsplit_once(folder).unwrap().1.trim_start_matches('/').to_owned();
        files.push((file, tokens(&code)));
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut found = Vec::new();
    for (file, tokens) in files {
        let mut item = String::new();
        let mut is_name = false;
        for token in tokens {
            match token {
                Token::Word(word) if is_name && word != "fn" => (item, is_name) = (word, false),
                Token::Word(word) => is_name = word == "fn" || word == "const",
                Token::Text(text) => {
                    let text = without_comments(&text);
                    if is_query(&text) {
                        found.push(Query { file: file.clone(), item: item.clone(), text });
                    }
                }
            }
        }
    }
    assert!(found.len() > 100, "{}", found.len());
    found
}

fn is_query(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["select", "with", "insert", "update", "delete", "declare"].contains(&first)
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("--").next().unwrap()).collect::<Vec<_>>().join("\n")
}

fn tokens(code: &str) -> Vec<Token> {
    let signs: Vec<char> = code.chars().collect();
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    let next = |at: usize| signs.get(at).copied().unwrap_or(' ');
    let mut found = Vec::new();
    let mut at = 0;
    while at < signs.len() {
        match signs[at] {
            '/' if next(at + 1) == '/' => {
                while at < signs.len() && signs[at] != '\n' {
                    at += 1;
                }
            }
            '"' => {
                let (text, end) = literal(&signs, at + 1);
                found.push(Token::Text(text));
                at = end;
            }
            // A sign, or the name of a lifetime.
            '\'' if next(at + 1) == '\\' => {
                at += 3;
                while next(at) != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' => at += if next(at + 2) == '\'' { 3 } else { 1 },
            sign if is_word(sign) => {
                let word: String = signs[at..].iter().copied().take_while(|sign| is_word(*sign)).collect();
                at += word.chars().count();
                let hashes = signs[at..].iter().take_while(|sign| **sign == '#').count();
                if word == "r" && next(at + hashes) == '"' {
                    let end: String = format!("\"{}", "#".repeat(hashes));
                    let rest: String = signs[at + hashes + 1..].iter().collect();
                    let text = rest.split_once(&end).unwrap().0.to_owned();
                    at += 1 + hashes + text.chars().count() + end.chars().count();
                    found.push(Token::Text(text));
                } else {
                    found.push(Token::Word(word));
                }
            }
            _ => at += 1,
        }
    }
    found
}

/// Reads a literal from behind its first quote; with the place behind its last one.
fn literal(signs: &[char], start: usize) -> (String, usize) {
    let (mut text, mut at) = (String::new(), start);
    while signs[at] != '"' {
        if signs[at] != '\\' {
            text.push(signs[at]);
            at += 1;
            continue;
        }
        let escaped = signs[at + 1];
        at += 2;
        match escaped {
            'n' => text.push('\n'),
            // The text goes on behind the spaces of the next line.
            '\n' => {
                while signs[at].is_whitespace() {
                    at += 1;
                }
            }
            other => text.push(other),
        }
    }
    (text, at + 1)
}
