//! The configuration: defaults, refusals, secrets by file, and its table in the documents.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Duration;
use server::config::{Company, Config, ConfigError, VARIABLES, check_key, env_example, markdown};
use std::{env, ffi::OsString, fs, num::NonZeroU32, path::Path};

fn config(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::from_env(variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))))
}

fn problem(variables: &[(&str, &str)]) -> String {
    config(variables).unwrap_err().to_string()
}

/// A key that passes for random.
fn key() -> String {
    STANDARD.encode((0..32_u8).map(|i| i.wrapping_mul(97) ^ (i << 3) ^ 0xa5).collect::<Vec<_>>())
}

#[test]
fn empty_environment_gives_the_defaults() {
    let config = config(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.ops_listen, None);
    assert_eq!((config.settings.rate_limit.map(NonZeroU32::get), config.settings.proxies), (Some(1_000), 0));
    assert_eq!(config.stop_delay, std::time::Duration::from_secs(5));
    assert_eq!(config.settings.public_url, "http://127.0.0.1:3000");
    assert_eq!(config.settings.embed_ttl, Duration::minutes(15));
    assert_eq!(config.settings.grace_period, Duration::hours(24));
    assert!(config.settings.allowed_origins.is_empty());
    assert!(config.database_url.is_none());
    assert!(config.require_signing_keys().unwrap_err().to_string().contains("openssl rand -base64 32"));
}

#[test]
fn misspelt_name_is_an_error_with_a_suggestion() {
    let text = problem(&[("INLAY_LISTENS", "127.0.0.1:1")]);
    assert!(text.contains("INLAY_LISTENS is not a variable of Inlay; did you mean INLAY_LISTEN?"), "{text}");
    assert!(problem(&[("INLAY_FROBNICATE_EVERYTHING", "1")]).contains("serve --help"));
    assert!(problem(&[("INLAY_LISTEN_FILE", "/x")]).contains("INLAY_LISTEN_FILE"));
    assert!(config(&[("PATH", "/bin"), ("INLAY_BIN", "target/release/inlay")]).is_ok());
}

#[test]
fn all_problems_are_named_at_once() {
    let text = problem(&[
        ("INLAY_LISTEN", "3000"),
        ("INLAY_EMBED_TTL", "5"),
        ("INLAY_STOP_DELAY", "10m"),
        ("INLAY_DATABASE_CONNECTIONS", "0"),
        ("INLAY_LOG_FORMAT", "xml"),
        ("INLAY_PUBLIC_URL", "billing.example.com"),
    ]);
    for name in [
        "INLAY_LISTEN",
        "INLAY_EMBED_TTL",
        "INLAY_STOP_DELAY",
        "INLAY_DATABASE_CONNECTIONS",
        "INLAY_LOG_FORMAT",
        "INLAY_PUBLIC_URL",
    ] {
        assert!(text.contains(&format!("{name}:")), "{name} is missing in {text}");
    }
}

#[test]
fn first_signing_key_comes_first() {
    let text = format!("new:{}, old:{}", key(), key());
    let keys = config(&[("INLAY_SIGNING_KEYS", &text)]).unwrap().signing_keys.0;
    assert_eq!(keys.iter().map(|(kid, _)| kid.as_str()).collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!(keys[0].1.len(), 32);
}

#[test]
fn weak_signing_keys_are_refused() {
    let encoded = |bytes: &[u8]| format!("a:{}", STANDARD.encode(bytes));
    let counting: Vec<u8> = (0..32).collect();
    for (text, expected) in [
        (encoded(&[7; 31]), "31 bytes"),
        (encoded(&[0; 32]), "an example or a pattern"),
        (encoded(&counting), "an example or a pattern"),
        (encoded(b"please-change-me-in-production-1"), "an example or a pattern"),
        (encoded(b"0123456789abcdef0123456789abcdef"), "an example or a pattern"),
        (key(), "kid:base64"),
        (format!(":{}", key()), "name before the colon"),
        ("a:not base64!".to_owned(), "not valid base64"),
        (format!("a:{0},a:{0}", key()), "two keys"),
    ] {
        let problem = problem(&[("INLAY_SIGNING_KEYS", &text)]);
        assert!(problem.contains(expected), "{text}: {problem}");
        assert!(!problem.contains(&key()), "a key is repeated: {problem}");
    }
}

#[test]
fn random_keys_are_accepted() {
    for _ in 0..1_000 {
        let bytes: [u8; 32] = rand::random();
        check_key(&bytes).unwrap();
        check_key(hex::encode(bytes).as_bytes()).unwrap();
    }
}

#[test]
fn secrets_can_be_files() {
    let path = env::temp_dir().join(format!("inlay-config-{}", std::process::id()));
    fs::write(&path, format!("a:{}\n", key())).unwrap();
    let file = path.to_str().unwrap();
    assert_eq!(config(&[("INLAY_SIGNING_KEYS_FILE", file)]).unwrap().signing_keys.0[0].0, "a");
    let both = [("INLAY_SIGNING_KEYS_FILE", file), ("INLAY_SIGNING_KEYS", &format!("b:{}", key()))];
    assert!(problem(&both).contains("choose one"));
    fs::remove_file(&path).unwrap();
    assert!(problem(&[("INLAY_SIGNING_KEYS_FILE", file)]).contains("cannot read"));
}

#[test]
fn secrets_are_never_printed() {
    let keys = format!("a:{}", key());
    let url = "postgres://u:hunter2@db/inlay";
    let text = format!("{:?}", config(&[("INLAY_SIGNING_KEYS", &keys), ("DATABASE_URL", url)]).unwrap());
    assert!(!text.contains("hunter2") && !text.contains("165"), "{text}");
    let text = problem(&[("DATABASE_URL", "mysql://u:hunter2@db/inlay")]);
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn origins_are_origins() {
    let origins =
        |text| config(&[("INLAY_ALLOWED_ORIGINS", text)]).map(|config| config.settings.allowed_origins);
    assert_eq!(
        origins("https://app.example.com, http://localhost:8080 https://*.example.org").unwrap(),
        ["https://app.example.com", "http://localhost:8080", "https://*.example.org"]
    );
    assert_eq!(origins("*").unwrap(), ["*"]);
    for wrong in
        ["app.example.com", "https://a.com/path", "https://a.com; script-src *", "javascript:alert(1)"]
    {
        assert!(origins(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn rate_limit_is_a_number_or_off() {
    let rate = |text| config(&[("INLAY_RATE_LIMIT", text)]).map(|config| config.settings.rate_limit);
    assert_eq!(rate("7").unwrap(), NonZeroU32::new(7));
    assert_eq!(rate("off").unwrap(), None);
    for wrong in ["0", "-1", "many", "1000001"] {
        assert!(rate(wrong).is_err(), "{wrong}");
    }
    assert!(
        problem(&[("INLAY_PROXIES", "10")])
            .contains("INLAY_PROXIES: \"10\" is not a whole number from 0 to 9")
    );
}

#[test]
fn company_has_a_name_the_lines_of_an_address_and_a_tax_id() {
    assert_eq!(config(&[]).unwrap().settings.company, Company::default());
    let company = config(&[
        ("INLAY_COMPANY_NAME", " Initech GmbH "),
        ("INLAY_COMPANY_ADDRESS", "Hauptstraße 1; 10115 Berlin;;\nGermany"),
        ("INLAY_COMPANY_TAX_ID", "VAT DE123456789"),
    ]);
    let expected = Company {
        name: Some("Initech GmbH".to_owned()),
        address: ["Hauptstraße 1", "10115 Berlin", "Germany"].map(str::to_owned).to_vec(),
        tax_id: Some("VAT DE123456789".to_owned()),
    };
    assert_eq!(company.unwrap().settings.company, expected);
    let (long, lines) = ("ß".repeat(161), "a;".repeat(7));
    for (name, text, expected) in [
        ("INLAY_COMPANY_NAME", long.as_str(), "has 161 characters, more than 160"),
        ("INLAY_COMPANY_ADDRESS", long.as_str(), "has 161 characters, more than 160"),
        ("INLAY_COMPANY_ADDRESS", lines.as_str(), "has 7 lines, more than 6"),
        ("INLAY_COMPANY_TAX_ID", "DE\u{7}1", "has characters that cannot be printed"),
    ] {
        let problem = problem(&[(name, text)]);
        assert!(problem.contains(&format!("{name}: {expected}")), "{problem}");
    }
}

/// Compares a file of the repository with what the table makes of it; with `UPDATE_DOCS` set, writes it.
fn compare(file: &str, make: impl FnOnce(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    let text = fs::read_to_string(&path).unwrap_or_default();
    let expected = make(&text);
    if text != expected {
        assert!(
            env::var_os("UPDATE_DOCS").is_some(),
            "{file} differs from the table: UPDATE_DOCS=1 cargo test -p server --test suite config:: writes it"
        );
        fs::write(&path, expected).unwrap();
    }
}

#[test]
fn table_in_the_docs_is_that_of_the_code() {
    compare("docs/operations.md", |text| {
        let (before, rest) = text.split_once("<!-- config:begin -->\n").unwrap();
        let (_, after) = rest.split_once("<!-- config:end -->").unwrap();
        format!("{before}<!-- config:begin -->\n{}<!-- config:end -->{after}", markdown())
    });
}

#[test]
fn example_of_an_environment_is_that_of_the_code() {
    compare(".env.example", |_| env_example());
}

#[test]
fn example_of_an_environment_says_the_defaults() {
    let text = env_example();
    let variables: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('='))
        .filter(|(name, _)| !name.starts_with(' '))
        .collect();
    assert_eq!(variables.len(), VARIABLES.len());
    assert_eq!(format!("{:?}", config(&variables).unwrap()), format!("{:?}", config(&[]).unwrap()));
}

#[test]
fn every_variable_explains_itself() {
    for variable in VARIABLES {
        assert!(variable.doc.ends_with('.'), "{}", variable.name);
    }
}
