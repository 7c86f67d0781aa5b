//! Which charges are in force in a billing period, and at which prices for one customer.

use super::{PlanCharge, Terms};
use app::billing::{AdjustmentType, Charge, Decimal, Minimum, Price, PriceAdjustment};

/// The charges in force in the billing period of this number, at the customer's prices.
///
/// Charges of one product and one name are a ramp: those with the latest `start_period` that has come apply.
pub(super) fn effective_charges(terms: &Terms, number: u32) -> Vec<PlanCharge> {
    let begun = || terms.charges.iter().filter(|term| term.charge.start_period <= number);
    let is_replaced = |charge: &Charge| {
        begun().any(|other| {
            other.charge.product_id == charge.product_id
                && other.charge.name == charge.name
                && other.charge.start_period > charge.start_period
        })
    };
    begun()
        .filter(|term| !is_replaced(&term.charge))
        .map(|term| PlanCharge {
            charge: adjusted(&term.charge, &terms.price_adjustments, number),
            ..term.clone()
        })
        .collect()
}

/// The minimum in force in the billing period of this number.
pub(super) fn minimum(terms: &Terms, number: u32) -> Option<&Minimum> {
    let begun = terms.minimums.iter().filter(|minimum| minimum.start_period <= number);
    begun.max_by_key(|minimum| minimum.start_period)
}

/// A charge at the customer's prices and quantity.
fn adjusted(charge: &Charge, adjustments: &[PriceAdjustment], number: u32) -> Charge {
    let begun: Vec<&PriceAdjustment> =
        adjustments.iter().filter(|one| one.charge_id == charge.id && one.start_period <= number).collect();
    if begun.is_empty() {
        return charge.clone();
    }
    let quantities = begun.iter().filter(|one| one.adjustment_type == AdjustmentType::Quantity);
    let quantity = quantities.max_by_key(|one| one.start_period).and_then(|one| one.quantity.clone());
    let price = |price: &Price| {
        let of_price = begun.iter().filter(|one| one.adjustment_type != AdjustmentType::Quantity);
        of_price
            .filter(|one| one.tier.as_ref().is_none_or(|tier| *tier == price.tier))
            .max_by_key(|one| (one.start_period, one.tier.is_some()))
            .map_or_else(|| price.clone(), |one| adjusted_price(price, one))
    };
    Charge {
        prices: charge.prices.iter().map(price).collect(),
        quantity: quantity.or_else(|| charge.quantity.clone()),
        ..charge.clone()
    }
}

/// A price with one adjustment.
pub(super) fn adjusted_price(price: &Price, adjustment: &PriceAdjustment) -> Price {
    let value = match (adjustment.adjustment_type, &adjustment.value) {
        (AdjustmentType::Percentage, Some(share)) => &price.value * &(&Decimal::from(1) + share),
        (AdjustmentType::Fixed, Some(amount)) => &price.value + amount,
        (AdjustmentType::Override, Some(value)) => value.clone(),
        // That the others have a value is checked where terms are read.
        (AdjustmentType::Quantity, _)
        | (AdjustmentType::Percentage | AdjustmentType::Fixed | AdjustmentType::Override, None) => {
            price.value.clone()
        }
    };
    Price { tier: price.tier.clone(), value }
}
