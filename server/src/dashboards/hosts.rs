//! Which pages a framed page talks to, as its script asks it.

/// The origins that may frame pages, as a regular expression that holds for these origins and for nothing else; `None`
/// where no other origin may. A host that begins with `*.` stands for all hosts below it.
pub(super) fn pattern(origins: &[String]) -> Option<String> {
    let one = |origin: &String| match origin.as_str() {
        "*" => "https?://.+".to_owned(),
        origin => {
            let escaped = origin.replace('.', "\\.").replace('[', "\\[").replace(']', "\\]");
            escaped.replace('*', "[^/:]+")
        }
    };
    let all: Vec<_> = origins.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("^({})$", all.join("|")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_a_regular_expression_of_themselves() {
        for (origins, expected) in [
            (vec![], None),
            (vec!["*"], Some("^(https?://.+)$")),
            (vec!["https://app.example.com"], Some("^(https://app\\.example\\.com)$")),
            (
                vec!["http://[::1]:3001", "https://*.example.org:8443"],
                Some("^(http://\\[::1\\]:3001|https://[^/:]+\\.example\\.org:8443)$"),
            ),
        ] {
            let origins: Vec<_> = origins.into_iter().map(str::to_owned).collect();
            assert_eq!(pattern(&origins).as_deref(), expected);
        }
    }
}
