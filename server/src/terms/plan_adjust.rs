//! A customer's adjustments of one charge of a plan.

use super::Missing;
use crate::rating::Rate;
use app::billing::{AdjustmentType, Charge, Decimal, Price, PriceAdjustment};

/// The adjustments of a charge: each holds from the billing period of its number on.
pub(super) struct Adjustments<'a> {
    charge: &'a Charge,
    /// Those of its prices.
    prices: Vec<&'a PriceAdjustment>,
    /// Those of its quantity.
    quantities: Vec<&'a PriceAdjustment>,
}

impl<'a> Adjustments<'a> {
    /// Those of `all` that are of this charge.
    pub(super) fn of(charge: &'a Charge, all: &'a [PriceAdjustment]) -> Self {
        let own = all.iter().filter(|one| one.charge_id == charge.id);
        let (quantities, prices) = own.partition(|one| one.adjustment_type == AdjustmentType::Quantity);
        Self { charge, prices, quantities }
    }

    /// The numbers of the billing periods in which its prices change.
    pub(super) fn price_changes(&self) -> impl Iterator<Item = u32> {
        self.prices.iter().map(|one| one.start_period)
    }

    /// The numbers of the billing periods in which its quantity changes.
    pub(super) fn quantity_changes(&self) -> impl Iterator<Item = u32> {
        self.quantities.iter().map(|one| one.start_period)
    }

    /// The prices in the billing period of this number.
    ///
    /// # Errors
    /// Where an adjustment has no value.
    pub(super) fn rate(&self, number: u32) -> Result<Rate, Missing> {
        let price = |price: &Price| {
            let begun = self.prices.iter().filter(|one| one.start_period <= number);
            let of_price = begun.filter(|one| one.tier.as_ref().is_none_or(|tier| *tier == price.tier));
            let Some(one) = of_price.max_by_key(|one| (one.start_period, one.tier.is_some())) else {
                return Ok(price.clone());
            };
            let by = one.value.as_ref().ok_or(Missing::Value(self.charge.id))?;
            Ok(Price { tier: price.tier.clone(), value: adjusted(&price.value, one.adjustment_type, by) })
        };
        let list = &self.charge.prices;
        let prices: Vec<Price> = list.iter().map(price).collect::<Result<_, Missing>>()?;
        let list_prices = (prices != *list).then(|| list.clone());
        Ok(Rate { prices, list_prices })
    }

    /// The quantity of a fixed charge in the billing period of this number.
    ///
    /// # Errors
    /// Where the charge, or an adjustment, has none.
    pub(super) fn quantity(&self, number: u32) -> Result<Decimal, Missing> {
        let begun = self.quantities.iter().filter(|one| one.start_period <= number);
        let (quantity, missing) = match begun.max_by_key(|one| one.start_period) {
            Some(one) => (&one.quantity, Missing::Value(self.charge.id)),
            None => (&self.charge.quantity, Missing::Quantity(self.charge.id)),
        };
        quantity.clone().ok_or(missing)
    }
}

/// A price, adjusted by a share, an amount or a price; an adjustment of the quantity leaves it as it is.
pub(super) fn adjusted(price: &Decimal, adjustment_type: AdjustmentType, by: &Decimal) -> Decimal {
    match adjustment_type {
        AdjustmentType::Percentage => price * &(&Decimal::from(1) + by),
        AdjustmentType::Fixed => price + by,
        AdjustmentType::Override => by.clone(),
        AdjustmentType::Quantity => price.clone(),
    }
}
