//! The texts of queries, read off the sources: literals, and what `concat!` and macros glue together.

use std::{collections::HashMap, path::PathBuf};

/// A text of SQL, without its comments.
#[derive(Clone, Debug)]
pub(super) struct Query {
    /// The file, below the folder of queries: `usage/series.rs`.
    pub(super) file: String,
    /// The function or constant that it stands in.
    pub(super) item: String,
    pub(super) text: String,
}

/// What of a source matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    /// A literal, as it reads.
    Text(String),
    /// An opening bracket, with the name of the macro that it belongs to.
    Open(Option<String>),
    Close,
}

/// What a macro of literals stands for.
#[derive(Clone, Debug)]
struct Macro {
    /// The names of its arguments, in their order.
    arguments: Vec<String>,
    body: Vec<Token>,
}

/// Macros by their names.
type Macros = HashMap<String, Macro>;

/// Every query of the sources, in their order.
pub(super) fn queries(folder: &str, sources: Vec<(PathBuf, String)>) -> Vec<Query> {
    let mut macros = Macros::new();
    let mut files = Vec::new();
    for (path, code) in sources {
        let path = path.to_string_lossy().into_owned();
        let file = path.rsplit_once(folder).unwrap().1.trim_start_matches('/').to_owned();
        files.push((file, without_macros(tokens(&code), &mut macros)));
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut found = Vec::new();
    for (file, tokens) in &files {
        let mut item = String::new();
        let mut at = 0;
        while at < tokens.len() {
            let text = match &tokens[at] {
                Token::Word(word) => {
                    if let (true, Some(Token::Word(name))) =
                        (word == "fn" || word == "const", tokens.get(at + 1))
                    {
                        item.clone_from(name);
                    }
                    None
                }
                Token::Text(text) => Some(text.clone()),
                Token::Open(Some(name)) if name == "concat" || macros.contains_key(name) => {
                    let end = closing(tokens, at);
                    let text = glued(&tokens[at..=end], &macros, &HashMap::new());
                    at = end;
                    Some(text)
                }
                Token::Open(_) | Token::Close => None,
            };
            at += 1;
            let text = text.as_deref().map(without_comments).filter(|text| is_query(text));
            found.extend(text.map(|text| Query { file: file.clone(), item: item.clone(), text }));
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

/// Takes the definitions of macros out of a source.
fn without_macros(tokens: Vec<Token>, macros: &mut Macros) -> Vec<Token> {
    let mut left = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let (Token::Word(word), Some(Token::Word(name))) = (&tokens[at], tokens.get(at + 1))
            && word == "macro_rules"
        {
            let end = closing(&tokens, at + 2);
            // `{ ($one:literal, $two:literal) => { … } }`, of one rule.
            let pattern = closing(&tokens, at + 3);
            let words = tokens[at + 3..pattern].iter().filter_map(|token| match token {
                Token::Word(word) if word != "literal" => Some(word.clone()),
                _ => None,
            });
            let body = tokens[pattern + 1..end].to_vec();
            macros.insert(name.clone(), Macro { arguments: words.collect(), body });
            at = end + 1;
            continue;
        }
        left.push(tokens[at].clone());
        at += 1;
    }
    left
}

/// The place of the bracket that closes the one at `open`.
fn closing(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close if depth == 1 => return at,
            Token::Close => depth -= 1,
            Token::Word(_) | Token::Text(_) => {}
        }
    }
    panic!("a bracket is not closed");
}

/// The literals, one after the other, with those of macros in their places; `values` are those of arguments by name.
fn glued(tokens: &[Token], macros: &Macros, values: &HashMap<String, String>) -> String {
    let mut text = String::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            Token::Text(literal) => text.push_str(literal),
            Token::Word(word) => text.push_str(values.get(word).map_or("", String::as_str)),
            Token::Open(Some(name)) if macros.contains_key(name) => {
                let end = closing(tokens, at);
                let Macro { arguments, body } = &macros[name];
                let given = tokens[at..end].iter().filter_map(|token| match token {
                    Token::Text(literal) => Some(literal.clone()),
                    _ => None,
                });
                let values = arguments.iter().cloned().zip(given).collect();
                text.push_str(&glued(body, macros, &values));
                at = end;
            }
            Token::Open(_) | Token::Close => {}
        }
        at += 1;
    }
    text
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
                } else if next(at) == '!' && next(at + 1) == '(' {
                    found.push(Token::Open(Some(word)));
                    at += 2;
                } else {
                    found.push(Token::Word(word));
                }
            }
            '(' | '{' => {
                found.push(Token::Open(None));
                at += 1;
            }
            ')' | '}' => {
                found.push(Token::Close);
                at += 1;
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
