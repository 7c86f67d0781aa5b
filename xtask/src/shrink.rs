//! Removes from the bundle what is not used: classes never made, wasm-bindgen's long names, comments, indentation.
//!
//! Dependencies export classes (streams, of leptos' server functions) whose code stays because they are exported,
//! although nothing here makes one. And each function that WASM imports is named once in the WASM and once in the
//! JavaScript, with 16 random digits that no compression shortens: 3 % of what is loaded.

use anyhow::{Context as _, Result, anyhow};
use std::{collections::HashMap, fs, path::Path};

/// Rewrites `<stem>.js` and `<stem>_bg.wasm` of a finished bundle.
pub(crate) fn bundle(folder: &Path, stem: &str) -> Result<()> {
    let (script, wasm) = (folder.join(format!("{stem}.js")), folder.join(format!("{stem}_bg.wasm")));
    let source = fs::read_to_string(&script).with_context(|| format!("cannot read {}", script.display()))?;
    let mut config = walrus::ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    let mut module = config.parse_file(&wasm).map_err(|error| anyhow!("{}: {error:#}", wasm.display()))?;

    let (source, classes) = without_unmade_classes(&source);
    let unused: Vec<_> =
        module.exports.iter().filter(|one| is_member(&one.name, &classes)).map(|one| one.id()).collect();
    unused.into_iter().for_each(|export| module.exports.delete(export));
    walrus::passes::gc::run(&mut module);

    let mut short = Names { given: HashMap::new(), taken: &source };
    for import in module.imports.iter_mut().filter(|import| import.name.starts_with("__wb")) {
        import.name = short.name(&import.name);
    }
    // Exports by which the page or the glue asks for something keep their names.
    for export in module.exports.iter_mut().filter(|export| export.name.starts_with("wasm_bindgen__")) {
        export.name = short.name(&export.name);
    }
    let renamed = rename(&source, &short.given);
    fs::write(&wasm, module.emit_wasm())?;
    fs::write(&script, strip(&renamed))?;
    Ok(())
}

/// The glue without the classes that nothing makes, and their names: those without a constructor that nothing wraps.
fn without_unmade_classes(source: &str) -> (String, Vec<String>) {
    let names = source.lines().filter_map(|line| line.strip_prefix("export class ")?.strip_suffix(" {"));
    let body = |name: &str| {
        let start = source.find(&format!("export class {name} {{\n"))?;
        let length = source[start..].find("\n}\n")? + 3;
        Some(&source[start..start + length])
    };
    let mut kept = source.to_owned();
    let mut unmade = Vec::new();
    for name in names {
        let Some(class) = body(name) else { continue };
        if class.contains("constructor(") || source.contains(&format!("{name}.__wrap(")) {
            continue;
        }
        kept = kept.replace(class, "");
        for start in [format!("if (Symbol.dispose) {name}."), format!("const {name}Finalization = ")] {
            if let Some(from) = kept.find(&start)
                && let Some(length) = kept[from..].find(";\n")
            {
                kept.replace_range(from..from + length + 2, "");
            }
        }
        unmade.push(name.to_owned());
    }
    (kept, unmade)
}

/// Whether an export is a method of one of these classes.
fn is_member(export: &str, classes: &[String]) -> bool {
    classes.iter().map(|class| class.to_lowercase()).any(|class| {
        export == format!("__wbg_{class}_free")
            || export.strip_prefix(&class).is_some_and(|rest| rest.starts_with('_'))
    })
}

/// Short names for long ones.
struct Names<'a> {
    given: HashMap<String, String>,
    taken: &'a str,
}

impl Names<'_> {
    fn name(&mut self, long: &str) -> String {
        if let Some(known) = self.given.get(long) {
            return known.clone();
        }
        let mut number = self.given.len();
        loop {
            let short = format!("${number}");
            if !self.taken.contains(&short) && !self.given.values().any(|one| *one == short) {
                self.given.insert(long.to_owned(), short.clone());
                return short;
            }
            number += 1000;
        }
    }
}

/// Replaces whole identifiers.
fn rename(source: &str, names: &HashMap<String, String>) -> String {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '$';
    let mut renamed = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find(is_part) {
        let (between, from) = rest.split_at(start);
        let (word, after) = from.split_at(from.find(|sign| !is_part(sign)).unwrap_or(from.len()));
        renamed.push_str(between);
        renamed.push_str(names.get(word).map_or(word, String::as_str));
        rest = after;
    }
    renamed.push_str(rest);
    renamed
}

/// Drops comments that have lines of their own, empty lines, indentation, and blanks that separate nothing. Line ends
/// stay: they may end statements.
pub(crate) fn strip(source: &str) -> String {
    // A text over several lines would be changed by this; wasm-bindgen writes none.
    if source.lines().any(|line| line.matches('`').count() % 2 == 1) {
        return source.to_owned();
    }
    let mut stripped = String::with_capacity(source.len());
    let mut in_comment = false;
    for line in source.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            stripped.push_str(&tight(line));
            stripped.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    stripped
}

/// A line without the blanks that separate nothing. One with a slash stays: it may hold a regular expression.
fn tight(line: &str) -> String {
    if line.contains('/') {
        return line.to_owned();
    }
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '$';
    let mut kept = String::with_capacity(line.len());
    let mut quote = None;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == ' ' && quote.is_none() {
            let (before, after) = (kept.chars().next_back().unwrap_or(' '), *signs.peek().unwrap_or(&' '));
            // Between words, or signs that would be read as one: `a + +b`.
            if is_part(before) && is_part(after) || "+-".contains(before) && "+-".contains(after) {
                kept.push(sign);
            }
            continue;
        }
        kept.push(sign);
        match quote {
            Some(_) if sign == '\\' => kept.extend(signs.next()),
            Some(open) if sign == open => quote = None,
            None if matches!(sign, '"' | '\'' | '`') => quote = Some(sign),
            _ => {}
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_identifiers_are_renamed() {
        let names = HashMap::from([(String::from("__wbg_get_01"), String::from("$0"))]);
        let source = "{ __wbg_get_01: function() { __wbg_get_012(); wasm.__wbg_get_01 } }";
        assert_eq!(rename(source, &names), "{ $0: function() { __wbg_get_012(); wasm.$0 } }");
    }

    #[test]
    fn short_names_are_new_to_the_source() {
        let mut names = Names { given: HashMap::new(), taken: "let $0;" };
        let (first, second) = (names.name("a"), names.name("b"));
        assert_eq!((first.as_str(), second.as_str(), names.name("a").as_str()), ("$1000", "$1", "$1000"));
    }

    #[test]
    fn classes_that_nothing_makes_go() {
        let class = |name: &str| {
            format!(
                "export class {name} {{\n    free() {{\n    }}\n}}\nif (Symbol.dispose) {name}.x = 1;\nconst {name}Finalization = (a)\n    ? b;\n"
            )
        };
        let source = format!("{}{}const made = Wanted.__wrap(1);\n", class("Unwanted"), class("Wanted"));
        let (kept, unmade) = without_unmade_classes(&source);
        assert_eq!(unmade, ["Unwanted"]);
        assert_eq!(kept, format!("{}const made = Wanted.__wrap(1);\n", class("Wanted")));
        assert!(is_member("__wbg_unwanted_free", &unmade) && is_member("unwanted_pull", &unmade));
        assert!(!is_member("unwantedly", &unmade));
    }

    #[test]
    fn comments_and_indentation_go_and_code_stays() {
        let source = "/**\n * @returns {number}\n */\nexport function f() {\n    // why\n    return 2\n      * 3; // six\n}\n\n/* c */\n";
        assert_eq!(strip(source), "export function f(){\nreturn 2\n* 3; // six\n}\n");
        let over_lines = "const text = `\n  kept`;\n";
        assert_eq!(strip(over_lines), over_lines);
    }

    #[test]
    fn blanks_that_separate_nothing_go() {
        for (line, kept) in [
            (
                "const one = (two, $3) => { return new Two(one) };",
                "const one=(two,$3)=>{return new Two(one)};",
            ),
            ("x = y + +z - --w;", "x=y+ +z- --w;"),
            (
                r#"say("a b", 'c "d', `e ${f + g} h`, "i\" j") ;"#,
                r#"say("a b",'c "d',`e ${f + g} h`,"i\" j");"#,
            ),
            ("const name = /object (.+)/.exec(text);", "const name = /object (.+)/.exec(text);"),
        ] {
            assert_eq!(tight(line), kept);
        }
    }
}
