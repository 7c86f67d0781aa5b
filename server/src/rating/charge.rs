//! What one charge bills: what it counts, and at which prices from when to when.

use super::{Dated, Measure, tier};
use app::billing::{Decimal, Price, TierMode, TierScope, UnitConversion};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A charge under some terms.
#[derive(Clone, Debug, PartialEq)]
pub struct ChargeTerms {
    /// The id that sub lines of invoices name it by.
    pub id: Uuid,
    /// What its sub lines are called.
    pub name: String,
    /// The integrator's own fields, copied onto sub lines.
    pub custom_fields: BTreeMap<String, String>,
    /// The product whose line it is on.
    pub product: ProductTerms,
    /// What it counts.
    pub counts: Counts,
    /// What the quantity is divided by before it is priced.
    pub conversion: Option<UnitConversion>,
    /// Whether each unit has the price of its own tier, or all units that of the highest one.
    pub tier_mode: TierMode,
    /// Whose usage the tiers count, where the product is grouped.
    pub tier_scope: TierScope,
    /// After how many billing periods the tiers start again at 0.
    pub tier_reset: u32,
    /// Its prices, in order and without overlap; where none holds, the charge is not in force.
    pub rates: Vec<Dated<Rate>>,
}

/// A product: one line of an invoice, or of a grouped one a line for each group value.
#[derive(Clone, Debug, PartialEq)]
pub struct ProductTerms {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// The integrator's own fields, copied onto lines.
    pub custom_fields: BTreeMap<String, String>,
    /// The property by whose values it is split into lines; `None` for a plain product.
    pub group_key: Option<String>,
}

/// What a charge counts.
#[derive(Clone, Debug, PartialEq)]
pub enum Counts {
    /// Metered usage.
    Usage(Measure),
    /// So many units every billing period, in order and without overlap.
    Fixed(Vec<Dated<Decimal>>),
}

/// The prices of a charge at some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Rate {
    /// The customer's: one price, or a tier each.
    pub prices: Vec<Price>,
    /// Everyone's, where the customer's are others.
    pub list_prices: Option<Vec<Price>>,
}

impl ChargeTerms {
    /// For a usage charge: which sums it reads.
    pub fn measure(&self) -> Option<Measure> {
        match &self.counts {
            Counts::Usage(measure) => Some(*measure),
            Counts::Fixed(_) => None,
        }
    }

    /// Whether it bills the usage of a metric.
    pub fn bills(&self, billable_metric_id: Uuid) -> bool {
        self.measure().is_some_and(|measure| measure.billable_metric_id == billable_metric_id)
    }

    /// Whether it ever has more than one price.
    pub(super) fn has_tiers(&self) -> bool {
        self.rates.iter().any(|rate| rate.value.has_tiers())
    }

    /// What holds of it at an instant; `None` where it is not in force.
    pub(super) fn at(&self, at: DateTime<Utc>) -> Option<ChargeInForce<'_>> {
        let counted = match &self.counts {
            Counts::Usage(measure) => Counted::Usage(*measure),
            Counts::Fixed(quantities) => Counted::Fixed(Dated::find(quantities, at)?),
        };
        Some(ChargeInForce { charge: self, counted, rate: Dated::find(&self.rates, at)? })
    }
}

impl Rate {
    /// Whether there is more than one price.
    pub(super) fn has_tiers(&self) -> bool {
        self.prices.len() > 1
    }
}

/// What holds of a charge in a billing period: that at its start.
#[derive(Clone, Copy, Debug)]
pub(super) struct ChargeInForce<'a> {
    /// The charge.
    pub(super) charge: &'a ChargeTerms,
    /// What it counts.
    pub(super) counted: Counted<'a>,
    /// Its prices.
    pub(super) rate: &'a Rate,
}

/// What a charge counts in a billing period.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counted<'a> {
    /// Metered usage.
    Usage(Measure),
    /// So many units.
    Fixed(&'a Decimal),
}

impl ChargeInForce<'_> {
    /// For a usage charge: which sums it reads.
    pub(super) fn measure(&self) -> Option<Measure> {
        self.charge.measure()
    }

    /// What a quantity comes to in a billing period whose tiers begin at 0.
    pub(super) fn amount(&self, quantity: &Decimal) -> Decimal {
        let quantity = tier::convert(quantity, self.charge.conversion.as_ref());
        let prices = &self.rate.prices;
        let tiers = tier::price_quantity(&quantity, &Decimal::zero(), prices, self.charge.tier_mode);
        tiers.iter().map(|tier| &tier.subtotal).sum()
    }
}
