//! What the days of a metric, and of its groups, cost under the plans of their time.

use super::SHOWN;
use crate::{
    db::usage::ChartedMetric,
    metering::group_id,
    rating::{self, GroupedUsage, Terms, UsageOf},
};
use app::billing::{AggregationType, CreditType, DailyCost, Decimal, GroupSeries, NoCost};
use chrono::NaiveDate;

/// Whether what is billed of a metric is the sum of its days.
pub(super) fn is_by_day(aggregation_type: AggregationType) -> bool {
    matches!(aggregation_type, AggregationType::Count | AggregationType::Sum)
}

/// By what the days of a metric are priced.
pub(super) struct Pricing<'a> {
    /// The metric.
    pub(super) metric: &'a ChartedMetric,
    /// The terms of the time.
    pub(super) terms: &'a [Terms],
    /// The day of the first value.
    pub(super) first_day: NaiveDate,
    /// Usage by the group keys whose groups are priced by themselves; one that is absent has too many groups.
    pub(super) by_group: &'a [GroupedUsage],
    /// Whether the usage is that of some groups alone.
    pub(super) is_part: bool,
}

impl Pricing<'_> {
    /// What the days cost, and what those of the listed groups do: of the group key with this index.
    pub(super) fn daily_cost(
        &self,
        values: &[Decimal],
        listed: Option<(i16, &[GroupSeries])>,
    ) -> Result<DailyCost, NoCost> {
        if !is_by_day(self.metric.aggregation_type) {
            return Err(NoCost::NotAdditive);
        }
        let of = if self.is_part { UsageOf::Part } else { UsageOf::All(self.by_group) };
        let mut cost = self.cost(values, of, SHOWN)?;
        // Groups of a part are priced as it is: by the prices of units.
        if let Some((group_index, groups)) = listed.filter(|_| !self.is_part) {
            cost.groups = self.groups(&cost.values, group_index, groups);
        }
        Ok(cost)
    }

    /// What each listed group costs, where its tiers are its own; the others together cost what is left.
    fn groups(
        &self,
        all: &[Option<Decimal>],
        group_index: i16,
        groups: &[GroupSeries],
    ) -> Result<Vec<Vec<Option<Decimal>>>, NoCost> {
        let single = |group: &GroupSeries| -> Result<Option<Vec<Option<Decimal>>>, NoCost> {
            let Some(group_values) = &group.group_values else { return Ok(None) };
            let values = self.values_of(group_index, group_values, all.len());
            let cost = self.cost(&values, UsageOf::Group(group_index), group.values.len())?;
            Ok(Some(cost.values))
        };
        let known: Vec<_> = groups.iter().map(single).collect::<Result<_, _>>()?;
        let left = |day: usize| -> Option<Decimal> {
            let listed = known.iter().flatten().map(|costs| costs.get(day)?.as_ref());
            Some(all.get(day)?.as_ref()? - &listed.sum::<Option<Decimal>>()?)
        };
        let rest = || (0..all.len()).map(left).collect();
        Ok(known.iter().map(|costs| costs.clone().unwrap_or_else(rest)).collect())
    }

    /// What one group used on each day.
    fn values_of(&self, group_index: i16, group_values: &[Option<String>], days: usize) -> Vec<Decimal> {
        let group_id = group_id(group_values);
        let mut values = vec![Decimal::zero(); days];
        let of_key = self.by_group.iter().filter(|usage| usage.group_index == group_index);
        for one in of_key.flat_map(|usage| &usage.days).filter(|one| one.group_id == group_id) {
            let at = usize::try_from((one.day - self.first_day).num_days()).ok();
            if let Some(slot) = at.and_then(|at| values.get_mut(at)) {
                slot.clone_from(&one.value);
            }
        }
        values
    }

    /// What days cost; of the last `shown` all must be known.
    fn cost(&self, values: &[Decimal], of: UsageOf<'_>, shown: usize) -> Result<DailyCost, NoCost> {
        let id = self.metric.id;
        let shown_from = values.len().saturating_sub(shown);
        let mut credit_type: Option<&CreditType> = None;
        let mut costs = vec![Some(Decimal::zero()); values.len()];
        let mut unit_prices = vec![Some(Decimal::zero()); values.len()];
        let mut reason = NoCost::WholePeriod;
        let prices = |terms: &&Terms| terms.charges.iter().any(|charge| charge.bills(id));
        for terms in self.terms.iter().filter(prices) {
            let is_same_currency =
                **credit_type.get_or_insert(&terms.unit.credit_type) == terms.unit.credit_type;
            let by_day = rating::cost_by_day(terms, id, self.first_day, values, of);
            for (day, cost) in by_day.into_iter().enumerate() {
                let Some(cost) = cost else { continue };
                let cost =
                    cost.and_then(|cost| if is_same_currency { Ok(cost) } else { Err(NoCost::Currencies) });
                match cost {
                    Ok(cost) => (costs[day], unit_prices[day]) = (Some(cost.amount), cost.unit_price),
                    Err(why) => {
                        (costs[day], unit_prices[day]) = (None, None);
                        reason = if day >= shown_from { why } else { reason };
                    }
                }
            }
        }
        let credit_type = credit_type.ok_or(NoCost::NotPriced)?.clone();
        if costs[shown_from..].iter().any(Option::is_none) {
            return Err(reason);
        }
        Ok(DailyCost { credit_type, values: costs, unit_prices, groups: Err(NoCost::TiersOverGroups) })
    }
}
