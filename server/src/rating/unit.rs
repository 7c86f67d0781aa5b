//! What amounts are counted in, and how they are rounded to it.

use app::{
    billing::{CreditType, Currency, Decimal},
    view::allocate::allocate,
};

/// Digits after the point that are kept of amounts within a line: enough to absorb what divisions leave, so that
/// three thirds are one.
pub(super) const KEPT_DIGITS: i64 = 20;

/// Digits after the point to which an amount is rounded before it is rounded to its smallest unit: a third of
/// 4.5 cents is 1.5, though the third ends after 40 digits. Far beyond the digits of a price times a quantity, or an
/// amount that is just below a half would be rounded up.
const GUARD_DIGITS: i64 = 30;

/// What amounts are counted in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Its id and name.
    pub credit_type: CreditType,
    /// False for a custom unit, which is not rounded.
    pub is_currency: bool,
}

impl Unit {
    /// An amount in the smallest unit, rounded half away from zero: cents for USD, 2 digits for most currencies, none
    /// for JPY and the like, 3 for KWD and the like; 20 digits of a custom unit.
    pub(super) fn rounded(&self, amount: &Decimal) -> Decimal {
        amount.round(GUARD_DIGITS).round(self.digits())
    }

    /// Amounts rounded such that they add up to `whole` rounded, which they are shares of: each is rounded down, and the
    /// units that are left over go to those that lost most, of equal ones to the first.
    ///
    /// `whole` is not their sum: a quotient ends after 40 digits, and the sum of many may fall short of a half.
    pub(super) fn rounded_together(&self, amounts: &[Decimal], whole: &Decimal) -> Vec<Decimal> {
        let exact: Vec<Decimal> = amounts.iter().map(|amount| amount.round(GUARD_DIGITS)).collect();
        allocate(&exact, &self.rounded(whole), self.digits())
    }

    /// Digits after the point of the smallest unit, 2 for a currency that is not listed.
    fn digits(&self) -> i64 {
        if !self.is_currency {
            return KEPT_DIGITS;
        }
        Currency::of(&self.credit_type.name).map_or(2, Currency::smallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_a_hair_below_a_half_is_rounded_down() {
        let cents = Unit { credit_type: CreditType::usd_cents(), is_currency: true };
        // Found by the oracle: 0.5 × 916,969 cents, and −0.000000000078 units at 0.00000000001 cents.
        for (amount, rounded) in [
            ("458484.49999999999999999999922", "458484"),
            ("458484.5", "458485"),
            ("458484.4999999999999999999999999999999999999999", "458485"),
        ] {
            let decimal = |text: &str| text.parse::<Decimal>().expect(text);
            assert_eq!(cents.rounded(&decimal(amount)), decimal(rounded), "{amount}");
        }
    }
}
