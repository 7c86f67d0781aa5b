//! How much a call may send: every bound in one place, and the words that refuse what is beyond it.
//!
//! Whoever reads a request asks here, before the database is asked and before any work that grows with what was sent.
//! The reference shows them (`limits.md`).

use app::billing::Decimal;
use std::collections::BTreeMap;

/// The largest body taken: 5 MiB.
pub const MAX_BODY: usize = 5 * 1024 * 1024;

/// Characters of a name: of a customer, product, plan, charge, minimum, metric or credit type. The vendor's for customers.
pub const NAME: usize = 160;
/// Characters of a description: a plan's, or that of an added charge.
pub const DESCRIPTION: usize = 1_000;
/// Characters of a word that programs compare: an ingest alias, an event type, the name of a property, an id elsewhere.
pub const WORD: usize = 200;

/// Custom fields of one thing.
pub const CUSTOM_FIELDS: usize = 50;
/// Characters of the name of a custom field.
pub const CUSTOM_FIELD_NAME: usize = 100;
/// Characters of its value: it is copied onto every line of an invoice.
pub const CUSTOM_FIELD_VALUE: usize = 500;

/// Ingest aliases of a customer, repetitions included.
pub const INGEST_ALIASES: usize = 1_000;
/// Customers that one request for usage may name.
pub const CUSTOMER_IDS: usize = 10_000;

/// Events in one batch.
pub const EVENTS: usize = 1_000;
/// Characters of a `transaction_id`.
pub const TRANSACTION_ID: usize = 128;
/// Properties of an event.
pub const PROPERTIES: usize = 250;
/// Characters of a property's value.
pub const PROPERTY_VALUE: usize = 16_384;
/// Characters of a property's value by which usage is grouped: it is shown, and stands in addresses.
pub const GROUP_VALUE: usize = 1_000;
/// Digits before and after the point of a number among an event's properties.
pub const PROPERTY_DIGITS: usize = 60;
/// Digits before the point of a quantity: of a value that a metric adds, compares or takes as the last one. A sum of
/// 10^12 of them has 42.
pub const QUANTITY_DIGITS: usize = 30;

/// Days back that an event may lie, and for which its id is remembered: were it forgotten earlier, an old retry would be
/// billed again.
pub const EVENT_DAYS: u32 = 34;
/// How many hours ahead an event may lie, for clocks that are wrong.
pub const EVENT_HOURS_AHEAD: u32 = 24;

/// Property filters of a metric.
pub const PROPERTY_FILTERS: usize = 100;
/// Values that one list of a filter names.
pub const FILTER_VALUES: usize = 1_000;
/// Group keys of a metric.
pub const GROUP_KEYS: usize = 50;
/// Names of a group key.
pub const GROUP_KEY_NAMES: usize = 10;

/// Charges of a plan.
pub const CHARGES: usize = 500;
/// Prices of a charge.
pub const TIERS: usize = 200;
/// Minimums of a plan.
pub const MINIMUMS: usize = 100;
/// Price adjustments of one customer's plan.
pub const PRICE_ADJUSTMENTS: usize = 1_000;
/// Digits before and after the point of a price, a tier, a minimum, a cap, and the quantity of a charge.
pub const PRICE_DIGITS: usize = 18;

/// Origins that the server allows to frame dashboards, beside those of its configuration. Every page names them.
pub const ALLOWED_ORIGINS: usize = 100;
/// Origins that one embeddable URL narrows these to: it carries them.
pub const URL_ORIGINS: usize = 20;

/// What the reference calls each, in `limits.md`.
const STATED: [(&str, usize); 26] = [
    ("{NAME}", NAME),
    ("{DESCRIPTION}", DESCRIPTION),
    ("{WORD}", WORD),
    ("{CUSTOM_FIELDS}", CUSTOM_FIELDS),
    ("{CUSTOM_FIELD_NAME}", CUSTOM_FIELD_NAME),
    ("{CUSTOM_FIELD_VALUE}", CUSTOM_FIELD_VALUE),
    ("{INGEST_ALIASES}", INGEST_ALIASES),
    ("{CUSTOMER_IDS}", CUSTOMER_IDS),
    ("{EVENTS}", EVENTS),
    ("{TRANSACTION_ID}", TRANSACTION_ID),
    ("{PROPERTIES}", PROPERTIES),
    ("{PROPERTY_VALUE}", PROPERTY_VALUE),
    ("{GROUP_VALUE}", GROUP_VALUE),
    ("{PROPERTY_DIGITS}", PROPERTY_DIGITS),
    ("{QUANTITY_DIGITS}", QUANTITY_DIGITS),
    ("{PROPERTY_FILTERS}", PROPERTY_FILTERS),
    ("{FILTER_VALUES}", FILTER_VALUES),
    ("{GROUP_KEYS}", GROUP_KEYS),
    ("{GROUP_KEY_NAMES}", GROUP_KEY_NAMES),
    ("{CHARGES}", CHARGES),
    ("{TIERS}", TIERS),
    ("{MINIMUMS}", MINIMUMS),
    ("{PRICE_ADJUSTMENTS}", PRICE_ADJUSTMENTS),
    ("{PRICE_DIGITS}", PRICE_DIGITS),
    ("{ALLOWED_ORIGINS}", ALLOWED_ORIGINS),
    ("{URL_ORIGINS}", URL_ORIGINS),
];

/// A text of the reference with the bounds in the place of their names.
pub fn with_bounds(text: &str) -> String {
    STATED.iter().fold(text.to_owned(), |text, (name, most)| text.replace(name, &grouped(*most)))
}

/// Refuses a text of more characters.
///
/// # Errors
/// What is wrong with it.
pub fn check_text(text: &str, most: usize) -> Result<(), String> {
    // Counting is for those that may be too long.
    match text.len() > most && text.chars().nth(most).is_some() {
        true => Err(format!("is longer than {} characters", grouped(most))),
        false => Ok(()),
    }
}

/// Refuses a text that is empty or of more characters, blanks around it aside.
///
/// # Errors
/// What is wrong with it.
pub fn check_required_text(given: &str, most: usize) -> Result<(), String> {
    if given.trim().is_empty() { Err("is empty".to_owned()) } else { check_text(given.trim(), most) }
}

/// Refuses a list of more entries.
///
/// # Errors
/// What is wrong with it.
pub fn check_count(entries: usize, most: usize) -> Result<(), String> {
    match entries > most {
        true => Err(format!("has {} entries, more than {}", grouped(entries), grouped(most))),
        false => Ok(()),
    }
}

/// Refuses a price, a tier, a cap or a factor that is too long.
///
/// # Errors
/// What is wrong with it.
pub fn check_price(value: &Decimal) -> Result<(), String> {
    match value.fits(PRICE_DIGITS, PRICE_DIGITS) {
        true => Ok(()),
        false => Err(format!("has more than {PRICE_DIGITS} digits before or after the point")),
    }
}

/// Refuses the quantity of a charge, or a minimum, that is negative or too long.
///
/// # Errors
/// What is wrong with it.
pub fn check_quantity(value: &Decimal) -> Result<(), String> {
    match check_price(value).is_ok() && !value.is_negative() {
        true => Ok(()),
        false => {
            Err(format!("must be at least 0, with at most {PRICE_DIGITS} digits before and after the point"))
        }
    }
}

/// Refuses the key of custom fields when it is empty or too long.
///
/// # Errors
/// What is wrong with it.
pub fn check_custom_field_key(key: &str) -> Result<(), String> {
    if key.is_empty() { Err("is empty".to_owned()) } else { check_text(key, CUSTOM_FIELD_NAME) }
}

/// Refuses custom fields that are too many or too long.
///
/// # Errors
/// Which of them, by its path below the thing that has them, and what is wrong.
pub fn check_custom_fields(fields: &BTreeMap<String, String>) -> Result<(), (String, String)> {
    let at = |path: &str| path.to_owned();
    check_count(fields.len(), CUSTOM_FIELDS).map_err(|problem| (at("custom_fields"), problem))?;
    for (name, value) in fields {
        let named = |problem: String| (at("custom_fields"), format!("has a name that {problem}"));
        check_text(name, CUSTOM_FIELD_NAME).map_err(named)?;
        check_text(value, CUSTOM_FIELD_VALUE)
            .map_err(|problem| (format!("custom_fields.{name}"), problem))?;
    }
    Ok(())
}

/// `16,384`.
fn grouped(number: usize) -> String {
    app::view::format::number(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_is_stated_in_the_reference() {
        let page = include_str!("reference/limits.md");
        for (name, _) in STATED {
            assert!(page.contains(name), "{name}");
        }
        assert!(!with_bounds(page).contains('{'), "a name that is not known");
        assert_eq!(with_bounds("up to {PROPERTY_VALUE}"), "up to 16,384");
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert_eq!(check_text(&"é".repeat(200), 200), Ok(()));
        assert_eq!(check_text(&"é".repeat(201), 200), Err("is longer than 200 characters".to_owned()));
        assert_eq!(check_required_text("  ", 200), Err("is empty".to_owned()));
        assert_eq!(check_required_text(&format!(" {} ", "x".repeat(200)), 200), Ok(()));
    }
}
