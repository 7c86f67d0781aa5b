//! Bodies that nobody wrote: whatever the bytes, they are read or refused, and what is read is within its bounds.
//!
//! 5,000 bodies of each kind, or as many as `INLAY_RANDOM_BODIES` says. `INLAY_RANDOM_SEED` replays a run.

use app::{
    billing::{Decimal, NewPlan, NewProduct, PriceAdjustment},
    embed::EmbedRequest,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Map, Value};
use server::{clock, extract, limits, metering, terms};
use std::{env, panic};

const EVENTS: &str = r#"[{"transaction_id":"1","customer_id":"acme","event_type":"request",
    "timestamp":"NOW","properties":{"tokens":12.5,"text":"9e59","region":"eu","ok":true,"none":null}},
    {"transaction_id":"2","customer_id":"acme","event_type":"request","timestamp":"NOW"}]"#;
const PLAN: &str = r#"{"name":"Pro","billing_frequency":"MONTHLY","custom_fields":{"a":"b"},"charges":[{
    "product_id":"d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc","name":"Seat","charge_type":"fixed","quantity":1,
    "credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2","prices":[{"tier":0,"value":1.5},{"tier":10,"value":1}],
    "unit_conversion":{"division_factor":1000,"rounding_behavior":"floor"}}],
    "minimums":[{"name":"Minimum","credit_type_id":"2714e483-4ff1-48e4-9e25-ac732e8f24f2","value":5000}]}"#;
const ADJUSTMENT: &str = r#"{"charge_id":"d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc","adjustment_type":"override",
    "start_period":0,"value":1.5,"quantity":2,"tier":0}"#;
const PRODUCT: &str = r#"{"name":"Tokens","group_key":"region","custom_fields":{"a":"b"}}"#;
const EMBED: &str = r##"{"customer_id":"d7abd0cd-4ae9-4db7-8676-e986a4ebd8dc","dashboard":"usage","expires_in":60,
    "color_overrides":[{"name":"UsageLine_0","value":"#1F6FEB"}],"dashboard_options":[{"key":"invoice_type","value":"USAGE"}],
    "bm_group_key_overrides":[{"group_key_name":"a","display_name":"b","value_display_names":{"c":"d"}}]}"##;

/// Pieces that are put anywhere: numbers of every kind of length, the marks of JSON, and what readers stumble over.
const PIECES: [&str; 27] = [
    "0",
    "-",
    "1e",
    "e400",
    "E-70",
    ".",
    "1.10000000000000000000000000000000000000000000000000000000000000000",
    "999999999999999999999999999999",
    "1e999999999999",
    "0.000000000000000000001",
    "\"",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "true",
    "\"a\":",
    "\u{202e}",
    "é",
    "\0",
    "{\"$serde_json::private::Number\":\"9e59\"}",
    "{\"$serde_json::private::Number\":\"x\"}",
];

fn changed(rng: &mut StdRng, body: &str) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    for _ in 0..rng.random_range(0..6) {
        let at = rng.random_range(0..=bytes.len());
        let to = (at + rng.random_range(0..40)).min(bytes.len());
        match rng.random_range(0..6) {
            0 => drop(bytes.splice(at..to, [])),
            1 => bytes.insert(at, rng.random_range(0..=255)),
            2 => {
                let copy = bytes[at..to].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            3 => {
                let digits = "7".repeat(rng.random_range(0..3_000));
                drop(bytes.splice(at..at, digits.into_bytes()));
            }
            _ => {
                let piece = PIECES.choose(rng).unwrap();
                let end = if rng.random_bool(0.5) { at } else { to };
                drop(bytes.splice(at..end, piece.bytes()));
            }
        }
    }
    // Numbers where numbers are: most other changes are no JSON.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let places: Vec<usize> = text.match_indices(':').map(|(at, _)| at + 1).collect();
    match places.choose(rng).filter(|_| rng.random_bool(0.5)) {
        Some(&at) => {
            let end = text[at..].find([',', '}']).map_or(text.len(), |length| at + length);
            let number = match rng.random_range(0..4) {
                0 => format!("{}e{}", rng.random_range(0..99), rng.random_range(-80..80)),
                1 => "9".repeat(rng.random_range(1..80)),
                2 => format!("0.{}{}", "0".repeat(rng.random_range(0..70)), rng.random_range(1..9)),
                _ => format!("\"{}\"", "9".repeat(rng.random_range(1..80))),
            };
            [&text[..at], &number, &text[end..]].concat().into_bytes()
        }
        None => bytes,
    }
}

/// What an event that was read holds, checked against its bounds.
fn check_properties(properties: &Map<String, Value>) {
    assert!(properties.len() <= limits::PROPERTIES);
    for (name, value) in properties {
        assert!(name.chars().count() <= limits::WORD);
        match value {
            Value::Number(number) => {
                let value: Decimal = number.as_str().parse().unwrap();
                assert!(value.fits(limits::PROPERTY_DIGITS, limits::PROPERTY_DIGITS), "{number}");
            }
            Value::String(text) => assert!(!text.contains('\0') && text.len() <= limits::PROPERTY_VALUE * 4),
            Value::Bool(_) | Value::Null => {}
            Value::Array(_) | Value::Object(_) => panic!("{name} is nested"),
        }
        let _ = metering::property_quantity(properties, name);
        let _ = metering::property_text(properties, name);
    }
}

#[test]
fn any_bytes_are_read_or_refused() {
    let number = |name: &str| env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let cases = number("INLAY_RANDOM_BODIES").unwrap_or(5_000);
    let seed = number("INLAY_RANDOM_SEED").unwrap_or_else(|| clock::now().timestamp_micros() as u64);
    println!("INLAY_RANDOM_SEED={seed}");
    let (mut rng, now) = (StdRng::seed_from_u64(seed), clock::now());
    let events = EVENTS.replace("NOW", &now.to_rfc3339());
    let (mut read, mut refused) = (0_u64, 0_u64);
    let mut count = |is_read: bool| if is_read { read += 1 } else { refused += 1 };
    for _ in 0..cases {
        let bytes = changed(&mut rng, &events);
        let outcome = panic::catch_unwind(|| match metering::read_events(&bytes, now) {
            Ok(events) => {
                events.iter().for_each(|event| check_properties(&event.properties));
                true
            }
            Err(message) => {
                assert!(message.len() < 10_000);
                false
            }
        });
        count(outcome.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes))));
        for body in [PLAN, ADJUSTMENT, PRODUCT, EMBED] {
            let bytes = changed(&mut rng, body);
            let outcome = panic::catch_unwind(|| {
                let problem = match body {
                    PLAN => extract::parse::<NewPlan>(&bytes).map(|plan| {
                        if terms::check_sizes(&plan).is_ok() {
                            check_plan(&plan);
                        }
                    }),
                    ADJUSTMENT => extract::parse::<PriceAdjustment>(&bytes).map(drop),
                    PRODUCT => extract::parse::<NewProduct>(&bytes).map(drop),
                    _ => extract::parse::<EmbedRequest>(&bytes).map(drop),
                };
                let message = problem.as_ref().err().map(ToString::to_string).unwrap_or_default();
                assert!(message.len() < 5_500, "{message}");
                problem.is_ok()
            });
            count(outcome.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&bytes))));
        }
    }
    println!("{read} bodies read, {refused} refused");
    assert!(read > 0 && refused > 0);
}

fn check_plan(plan: &NewPlan) {
    let fits = |value: &Decimal| value.fits(limits::PRICE_DIGITS, limits::PRICE_DIGITS);
    for charge in &plan.charges {
        assert!(charge.prices.iter().all(|price| fits(&price.tier) && fits(&price.value)));
        assert!(charge.quantity.iter().all(fits));
        assert!(charge.unit_conversion.iter().all(|conversion| fits(conversion.division_factor.get())));
    }
    assert!(plan.minimums.iter().all(|minimum| fits(&minimum.value)));
}
