//! Amounts for people: symbols, digits and signs of each credit type. Never two of them in one sum.
#![deny(clippy::float_arithmetic)]

use super::{
    format::{number, quantity},
    text,
};
use crate::{
    billing::{CreditType, Currency, Decimal},
    number::Unit,
};

/// The symbol of a currency; empty where its code is written instead.
fn symbol(currency: Currency) -> &'static str {
    match currency.code {
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "CNY" => "CN¥",
        "EUR" => "€",
        "GBP" => "£",
        "HKD" => "HK$",
        "ILS" => "₪",
        "INR" => "₹",
        "JPY" => "¥",
        "KRW" => "₩",
        "MXN" => "MX$",
        "NZD" => "NZ$",
        "PHP" => "₱",
        "SGD" => "S$",
        "TWD" => "NT$",
        "USD" => "$",
        "VND" => "₫",
        _ => "",
    }
}

/// Digits after the point of the smallest amount, in the credit type's own unit; `None` for a custom unit, which is not
/// rounded.
pub fn digits(credit_type: &CreditType) -> Option<i64> {
    Currency::of(&credit_type.name).map(Currency::smallest)
}

/// What amounts are in, for a heading: `USD`, `EUR`, `tokens`.
pub fn unit(credit_type: &CreditType) -> String {
    if credit_type.name == "USD (cents)" { "USD".to_owned() } else { text::name(&credit_type.name) }
}

/// An amount as printed on an invoice: `$4,218.07`, `KWD 1.500`, `1,200 tokens`.
pub fn money(amount: &Decimal, credit_type: &CreditType) -> String {
    write(amount, credit_type, false)
}

/// How the browser writes amounts of a credit type, and by how many digits they are smaller in whole units: two for
/// cents.
pub fn unit_of(credit_type: &CreditType) -> (Unit, i32) {
    let Some(currency) = Currency::of(&credit_type.name) else {
        return (Unit { suffix: format!("\u{a0}{}", credit_type.name), ..Unit::default() }, 0);
    };
    let prefix = match symbol(currency) {
        "" => format!("{}\u{a0}", credit_type.name),
        symbol => symbol.to_owned(),
    };
    let digits = Some(u32::from(currency.digits));
    (Unit { prefix, digits, ..Unit::default() }, if currency.in_cents { 2 } else { 0 })
}

/// The price of a unit: at least the currency's digits, and every further one: `$0.0025`.
pub fn unit_price(price: &Decimal, credit_type: &CreditType) -> String {
    write(price, credit_type, true)
}

/// A difference: `+$1,204.11`, `−$3.00`, `$0.00`.
pub fn change(amount: &Decimal, credit_type: &CreditType) -> String {
    let text = money(amount, credit_type);
    if amount.is_negative() || amount.is_zero() { text } else { format!("+{text}") }
}

/// An estimate, to three digits that count and no minor unit: `$23,100`.
pub fn about(amount: &Decimal, credit_type: &CreditType) -> String {
    let whole = in_whole_units(amount, credit_type);
    let magnitude = whole.round(0).to_string().trim_start_matches('-').len() as i64;
    let rough = round_to_power(&whole, (magnitude - 3).max(0));
    match Currency::of(&credit_type.name) {
        None => format!("{}\u{a0}{}", quantity(&rough), unit(credit_type)),
        Some(currency) => with_symbol(&rough, currency, credit_type, &rough.to_string()),
    }
}

/// The amount as a plain decimal in whole units with all the currency's digits: `-4218.07`, `0.0025`.
pub fn plain(amount: &Decimal, credit_type: &CreditType) -> String {
    let digits = Currency::of(&credit_type.name).map_or(0, |currency| currency.digits);
    let value = in_whole_units(amount, credit_type);
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{}", padded(&value, digits))
}

fn write(amount: &Decimal, credit_type: &CreditType, every_digit: bool) -> String {
    let Some(currency) = Currency::of(&credit_type.name) else {
        return format!("{}\u{a0}{}", quantity(amount), unit(credit_type));
    };
    let whole_units = in_whole_units(amount, credit_type);
    let mut value = if every_digit { whole_units } else { whole_units.round(i64::from(currency.digits)) };
    let mut bound = "";
    // The cost of a day can be less than the smallest amount; it is not nothing.
    if value.is_zero() && !amount.is_zero() {
        let least = Decimal::power_of_ten(-i64::from(currency.digits));
        (value, bound) = if amount.is_negative() { (-&least, ">") } else { (least, "<") };
    }
    format!("{bound}{}", with_symbol(&value, currency, credit_type, &padded(&value, currency.digits)))
}

/// Sign, symbol or code, digits: the sign stands before the symbol.
fn with_symbol(value: &Decimal, currency: Currency, credit_type: &CreditType, unsigned: &str) -> String {
    let sign = if value.is_negative() { "\u{2212}" } else { "" };
    let digits = number(unsigned.trim_start_matches('-'));
    match symbol(currency) {
        "" => format!("{sign}{}\u{a0}{digits}", credit_type.name),
        symbol => format!("{sign}{symbol}{digits}"),
    }
}

/// Cents as dollars; every other amount is in whole units already.
fn in_whole_units(amount: &Decimal, credit_type: &CreditType) -> Decimal {
    if Currency::of(&credit_type.name).is_some_and(|currency| currency.in_cents) {
        amount * &Decimal::power_of_ten(-2)
    } else {
        amount.clone()
    }
}

/// The digits without a sign, filled up with zeros after the point.
fn padded(value: &Decimal, digits: u8) -> String {
    let text = value.to_string();
    let unsigned = text.trim_start_matches('-');
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if digits == 0 && fraction.is_empty() {
        return whole.to_owned();
    }
    format!("{whole}.{fraction}{}", "0".repeat(usize::from(digits).saturating_sub(fraction.len())))
}

fn round_to_power(value: &Decimal, power: i64) -> Decimal {
    &(value * &Decimal::power_of_ten(-power)).round(0) * &Decimal::power_of_ten(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credit_type(name: &str) -> CreditType {
        CreditType { name: name.to_owned(), ..CreditType::usd_cents() }
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().expect(text)
    }

    #[test]
    fn money_is_written_as_on_an_invoice() {
        for (amount, name, written) in [
            ("421807", "USD (cents)", "$4,218.07"),
            ("-5000", "USD (cents)", "−$50.00"),
            ("0", "USD (cents)", "$0.00"),
            ("0.4", "USD (cents)", "<$0.01"),
            ("-0.4", "USD (cents)", ">−$0.01"),
            ("0.5", "USD (cents)", "$0.01"),
            ("0.3", "JPY", "<¥1"),
            ("0.0004", "KWD", "<KWD\u{a0}0.001"),
            ("1234.5", "EUR", "€1,234.50"),
            ("1234567", "JPY", "¥1,234,567"),
            ("1234.5", "CNY", "CN¥1,234.50"),
            ("1234.5", "DKK", "DKK\u{a0}1,234.50"),
            ("9000", "CLP", "CLP\u{a0}9,000"),
            ("1.5", "KWD", "KWD\u{a0}1.500"),
            ("-1.5", "BHD", "−BHD\u{a0}1.500"),
            ("1200", "tokens", "1,200\u{a0}tokens"),
            ("0.125", "GPU", "0.125\u{a0}GPU"),
        ] {
            assert_eq!(money(&decimal(amount), &credit_type(name)), written);
        }
    }

    #[test]
    fn the_browser_writes_amounts_as_the_server_does() {
        for name in ["USD (cents)", "EUR", "JPY", "KWD", "BHD", "CLP", "tokens"] {
            let credit_type = credit_type(name);
            let (unit, shift) = unit_of(&credit_type);
            for whole in [0i128, 4, -4, 5, 49, 50, 51, 1_234_567, -987_654_321_000, 99_999_995] {
                for scale in 0..5 {
                    let amount = &Decimal::from(whole as i64) * &Decimal::power_of_ten(-i64::from(scale));
                    assert_eq!(
                        unit.write(whole, scale + shift),
                        money(&amount, &credit_type),
                        "{name} {amount}"
                    );
                }
            }
        }
    }

    #[test]
    fn unit_prices_keep_every_digit() {
        for (price, name, written) in [
            ("0.25", "USD (cents)", "$0.0025"),
            ("10", "USD (cents)", "$0.10"),
            ("0.0000001", "EUR", "€0.0000001"),
            ("3", "JPY", "¥3"),
        ] {
            assert_eq!(unit_price(&decimal(price), &credit_type(name)), written);
        }
    }

    #[test]
    fn differences_have_a_sign_and_estimates_three_digits() {
        for (amount, written) in [("120411", "+$1,204.11"), ("-300", "−$3.00"), ("0", "$0.00")] {
            assert_eq!(change(&decimal(amount), &credit_type("USD (cents)")), written);
        }
        for (amount, name, written) in [
            ("2314871", "USD (cents)", "$23,100"),
            ("98765", "USD (cents)", "$988"),
            ("450", "USD (cents)", "$5"),
            ("123456", "JPY", "¥123,000"),
            ("123456", "tokens", "123,000\u{a0}tokens"),
        ] {
            assert_eq!(about(&decimal(amount), &credit_type(name)), written);
        }
    }

    #[test]
    fn plain_amounts_are_whole_units_with_all_digits() {
        for (amount, name, written) in [
            ("421807", "USD (cents)", "4218.07"),
            ("-5000", "USD (cents)", "-50.00"),
            ("0.25", "USD (cents)", "0.0025"),
            ("1234567", "JPY", "1234567"),
            ("1.5", "KWD", "1.500"),
            ("1200", "tokens", "1200"),
        ] {
            assert_eq!(plain(&decimal(amount), &credit_type(name)), written);
        }
    }
}
