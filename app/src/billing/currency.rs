//! Fiat currencies and their minor units [ISO 4217]: what is billed and what is shown have the same digits.

/// A fiat currency that a credit type is named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    /// Its code: `USD`, `EUR`.
    pub code: &'static str,
    /// Digits of its minor unit: 2 for most.
    pub digits: u8,
    /// Amounts are in hundredths: those of US cents.
    pub in_cents: bool,
}

/// Currencies by the digits of their minor unit.
const BY_DIGITS: [(u8, &str); 3] = [
    (
        2,
        "AED ARS AUD BDT BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES LKR MAD MXN MYR NGN NOK NZD \
         PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD UYU ZAR",
    ),
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
];

impl Currency {
    /// That of a credit type by its name; `None` for a custom unit.
    pub fn of(name: &str) -> Option<Self> {
        let (code, in_cents) = if name == "USD (cents)" { ("USD", true) } else { (name, false) };
        BY_DIGITS.iter().find_map(|(digits, list)| {
            let code = list.split(' ').find(|listed| *listed == code)?;
            Some(Self { code, digits: *digits, in_cents })
        })
    }

    /// Digits after the point of the smallest amount, in the credit type's own unit: none for US cents.
    pub fn smallest(self) -> i64 {
        if self.in_cents { 0 } else { i64::from(self.digits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_have_the_digits_of_their_minor_unit_and_units_have_none() {
        for (name, code, digits, smallest) in [
            ("USD (cents)", "USD", 2, 0),
            ("USD", "USD", 2, 2),
            ("EUR", "EUR", 2, 2),
            ("DKK", "DKK", 2, 2),
            ("CNY", "CNY", 2, 2),
            ("JPY", "JPY", 0, 0),
            ("KWD", "KWD", 3, 3),
        ] {
            let found = Currency::of(name).expect(name);
            assert_eq!((found.code, found.digits, found.smallest()), (code, digits, smallest), "{name}");
        }
        for name in ["tokens", "", "usd", "EUR GBP", "XYZ"] {
            assert_eq!(Currency::of(name), None, "{name}");
        }
    }
}
