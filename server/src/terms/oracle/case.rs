//! One random invoice: a plan, usage a period, and the answer of [`bill`], as the oracle reads them.

use crate::{
    rating::{MeteredUsage, bill, fixtures::METRIC},
    terms::{
        fixtures,
        plan::{AddedCharge, PlanCharge, PlanRow},
    },
};
use app::billing::{
    AdjustmentType, BillingAnchor, BillingFrequency, ChargeType, Decimal, Minimum, Price, PriceAdjustment,
    Rounding, TierMode, TierScope, UnitConversion,
};
use chrono::{DateTime, Days, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const UNITS: [&str; 6] = ["USD (cents)", "EUR", "CHF", "JPY", "KWD", "tokens"];
const GROUPS: [&str; 4] = ["all", "eu", "us", "none"];
const FREQUENCIES: [BillingFrequency; 4] = [
    BillingFrequency::Monthly,
    BillingFrequency::Quarterly,
    BillingFrequency::Annual,
    BillingFrequency::Weekly,
];

/// SplitMix64: small, and the same everywhere.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`.
    fn below(&mut self, end: u32) -> u32 {
        (self.next() % u64::from(end)) as u32
    }

    fn one_in(&mut self, chances: u32) -> bool {
        self.below(chances) == 0
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u32) as usize]
    }

    /// Of 0 to 12 digits before and after the point, often round, so that halves come up.
    fn amount(&mut self) -> Decimal {
        let digits = self.one_of(&[1, 2, 3, 6, 12]);
        let scale = self.one_of(&[0, 0, 1, 1, 2, 3, 6, 12]);
        let units = self.next() % 10_u64.pow(digits);
        let units = if self.one_in(4) { units / 5 * 5 } else { units };
        format!("{units}e-{scale}").parse().expect("a number")
    }
}

/// One invoice to be rated.
pub(super) struct Case {
    plan: PlanRow,
    /// Of the period, among those of the plan from its start on: a trial is the first.
    index: usize,
    number: u32,
    /// Per group of [`GROUPS`], per period number; `None` where it has no usage.
    usage: Vec<Vec<Option<Decimal>>>,
}

impl Case {
    pub(super) fn random(random: &mut Random) -> Self {
        let unit = random.one_of(&UNITS);
        let (has_trial, is_trial) = (random.one_in(4), random.one_in(3));
        let number = if has_trial && is_trial { 0 } else { random.below(5) };
        let index = number as usize + usize::from(has_trial && !is_trial);
        let charges = (0..1 + random.below(4)).map(|id| charge(random, id)).collect();
        let mut plan = fixtures::plan(charges, "2020-01-01");
        for one in &mut plan.charges {
            one.charge.credit_type.name = unit.to_owned();
            one.is_currency = unit != "tokens";
        }
        bill_from_some_day(&mut plan, random, has_trial, index);
        plan.trial_spending_cap = random.one_in(2).then(|| random.amount());
        plan.price_adjustments = adjustments(random, &plan);
        if random.one_in(3) {
            plan.minimums = (0..2).map(|at| minimum(&plan, random, at * 2)).collect();
        }
        if random.one_in(6) {
            plan.added_charges = (0..1 + random.below(2)).map(|_| added(random, &plan, index)).collect();
        }
        let used = |random: &mut Random| (!random.one_in(6)).then(|| quantity(random));
        let of_group = |random: &mut Random| (0..=number).map(|_| used(random)).collect();
        let usage = GROUPS.iter().map(|_| of_group(random)).collect();
        Self { plan, index, number, usage }
    }

    /// The case with the lines and the total that it comes to here.
    pub(super) fn answered(&self) -> Value {
        let terms = self.plan.clone().in_force().expect("terms");
        let mut periods = terms.schedule.periods_from(terms.schedule.starting_at);
        let period = periods.nth(self.index).expect("a period of this index");
        let stretches = terms.metered(period);
        let rows = (0..stretches.len()).map(|back| {
            let groups = GROUPS.iter().zip(&self.usage);
            let row = |(group, quantities): (&&str, &Vec<Option<Decimal>>)| {
                Some(MeteredUsage {
                    billable_metric_id: METRIC,
                    group_index: i16::from(*group != "all"),
                    group_values: match *group {
                        "all" => Vec::new(),
                        "none" => vec![None],
                        value => vec![Some(value.to_owned())],
                    },
                    segments: vec![quantities[self.number as usize - back].clone()?],
                    before: Vec::new(),
                    is_past: false,
                })
            };
            groups.filter_map(row).collect()
        });
        let usage = MeteredUsage::join(rows.collect());
        let invoice = bill(&terms, &usage, period, Duration::hours(24));
        let lines = invoice.line_items.iter().map(|line| {
            let group = match &line.group_key {
                None => "all",
                Some(_) => line.group_value.as_deref().unwrap_or("none"),
            };
            let product = line.product_id.expect("a product").as_u128() as u64;
            json!([product, group, line.total.to_string()])
        });
        let mut case = self.as_json();
        case["lines"] = lines.collect();
        case["total"] = invoice.total.to_string().into();
        case
    }

    fn as_json(&self) -> Value {
        let plan = &self.plan;
        let day = |at: DateTime<Utc>| at.date_naive().to_string();
        let usage = GROUPS.iter().zip(&self.usage).map(|(group, quantities)| {
            let texts = quantities.iter().map(|quantity| quantity.as_ref().map(Decimal::to_string));
            ((*group).to_owned(), Value::from(texts.collect::<Vec<_>>()))
        });
        json!({
            "unit": plan.charges[0].charge.credit_type.name,
            "index": self.index,
            "number": self.number,
            "frequency": plan.billing_frequency.as_str(),
            "anchor": plan.billing_anchor.as_str(),
            "starting_on": day(plan.starting_on),
            "ending_before": plan.ending_before.map(day),
            "trial_ending_before": plan.trial_ending_before.map(day),
            "trial_spending_cap": plan.trial_spending_cap.as_ref().map(Decimal::to_string),
            "charges": plan.charges.iter().map(charge_json).collect::<Value>(),
            "price_adjustments": plan.price_adjustments.iter().map(|one| json!({
                "charge": one.charge_id.as_u128() as u64,
                "type": one.adjustment_type,
                "start_period": one.start_period,
                "value": one.value.as_ref().or(one.quantity.as_ref()).map(Decimal::to_string),
                "tier": one.tier.as_ref().map(Decimal::to_string),
            })).collect::<Value>(),
            "minimums": plan.minimums.iter().map(|one| json!({
                "start_period": one.start_period, "value": one.value.to_string()
            })).collect::<Value>(),
            "added_charges": plan.added_charges.iter().map(|one| json!({
                "start": day(one.invoice_start_timestamp),
                "product": one.charge.product_id.as_u128() as u64,
                "price": one.price.to_string(),
                "quantity": one.quantity.to_string(),
            })).collect::<Value>(),
            "usage": usage.collect::<serde_json::Map<_, _>>(),
        })
    }
}

fn charge_json(one: &PlanCharge) -> Value {
    let charge = &one.charge;
    let conversion = charge.unit_conversion.as_ref();
    json!({
        "id": charge.id.as_u128() as u64,
        "product": charge.product_id.as_u128() as u64,
        "name": charge.name,
        "grouped": charge.product_group_key.is_some(),
        "quantity": charge.quantity.as_ref().map(Decimal::to_string),
        "start_period": charge.start_period,
        "tier_mode": charge.tier_mode,
        "across_groups": charge.tier_scope == TierScope::AcrossGroups,
        "tier_reset_frequency": charge.tier_reset_frequency,
        "division_factor": conversion.map(|conversion| conversion.division_factor.to_string()),
        "rounding": conversion.and_then(|conversion| conversion.rounding_behavior),
        "prices": charge.prices.iter().map(|price| json!({
            "tier": price.tier.to_string(), "value": price.value.to_string()
        })).collect::<Value>(),
    })
}

/// Dates with which the plan reaches at least into the period of this index.
fn bill_from_some_day(plan: &mut PlanRow, random: &mut Random, has_trial: bool, index: usize) {
    let first = NaiveDate::from_ymd_opt(2020, 1, 1).expect("a day");
    let start = first + Days::new(u64::from(random.below(7_300)));
    plan.starting_on = start.and_time(chrono::NaiveTime::MIN).and_utc();
    plan.billing_frequency = random.one_of(&FREQUENCIES);
    plan.billing_anchor = random.one_of(&[BillingAnchor::FirstOfMonth, BillingAnchor::PlanStart]);
    plan.trial_ending_before =
        has_trial.then(|| plan.starting_on + Duration::days(1 + i64::from(random.below(80))));
    if random.one_in(3) {
        let last = plan.schedule().periods_from(plan.starting_on).nth(index).expect("a period");
        plan.ending_before =
            Some(last.start + Duration::days(1 + i64::from(random.below(last.days() as u32))));
    }
}

/// Products 1 and 2 are plain, 3 is grouped; charges of one of the names make ramps.
fn charge(random: &mut Random, id: u32) -> PlanCharge {
    let product = u128::from(1 + random.below(3));
    let fixed = (product < 3 && random.one_in(3)).then(|| random.amount().to_string());
    let mut one = fixtures::charge(product, fixed.as_deref(), &[], (product == 3).then_some("region"));
    let charge = &mut one.charge;
    charge.id = Uuid::from_u128(u128::from(100 + id));
    charge.name = random.one_of(&["A", "B"]).to_owned();
    charge.start_period = random.one_of(&[0, 0, 0, 1, 3]);
    charge.prices = prices(random);
    charge.tier_mode = random.one_of(&[TierMode::Graduated, TierMode::Graduated, TierMode::Volume]);
    if charge.charge_type == ChargeType::Usage {
        charge.tier_reset_frequency = random.one_of(&[1, 1, 2, 3]);
    }
    if product == 3 && charge.prices.len() > 1 && random.one_in(2) {
        charge.tier_scope = TierScope::AcrossGroups;
    }
    charge.unit_conversion = random.one_in(3).then(|| UnitConversion {
        division_factor: random.one_of(&["1000", "3", "0.5", "7", "1.25"]).parse().expect("a number"),
        rounding_behavior: random.one_of(&[None, Some(Rounding::Floor), Some(Rounding::Ceiling)]),
    });
    one
}

fn prices(random: &mut Random) -> Vec<Price> {
    let mut tier = Decimal::zero();
    let mut prices = Vec::new();
    for _ in 0..random.one_of(&[1, 1, 2, 3, 5]) {
        prices.push(Price { tier: tier.clone(), value: random.amount() });
        let step =
            if random.one_in(2) { Decimal::from(i64::from(random.below(1_000))) } else { random.amount() };
        tier = &(&tier + &step) + &Decimal::from(1);
    }
    prices
}

fn quantity(random: &mut Random) -> Decimal {
    match random.below(10) {
        0 => Decimal::zero(),
        1 => -&random.amount(),
        // Around where tiers of small steps lie.
        2..=4 => Decimal::from(i64::from(random.below(3_000))),
        _ => random.amount(),
    }
}

fn minimum(plan: &PlanRow, random: &mut Random, start_period: u32) -> Minimum {
    Minimum {
        credit_type: plan.charges[0].charge.credit_type.clone(),
        name: "Minimum".to_owned(),
        start_period,
        value: random.amount(),
    }
}

fn adjustments(random: &mut Random, plan: &PlanRow) -> Vec<PriceAdjustment> {
    let mut all: Vec<PriceAdjustment> = Vec::new();
    for _ in 0..random.one_of(&[0, 0, 0, 1, 3]) {
        let charge = &plan.charges[random.below(plan.charges.len() as u32) as usize].charge;
        let is_quantity = charge.charge_type == ChargeType::Fixed && random.one_in(2);
        let adjustment_type = match random.below(3) {
            _ if is_quantity => AdjustmentType::Quantity,
            0 => AdjustmentType::Percentage,
            1 => AdjustmentType::Fixed,
            _ => AdjustmentType::Override,
        };
        let tier = &charge.prices[random.below(charge.prices.len() as u32) as usize].tier;
        let amount = random.amount();
        let one = PriceAdjustment {
            charge_id: charge.id,
            adjustment_type,
            start_period: random.below(4),
            value: (!is_quantity).then(|| amount.clone()),
            quantity: is_quantity.then_some(amount),
            tier: (!is_quantity && random.one_in(2)).then(|| tier.clone()),
        };
        // Two of one place and start are refused.
        let is_quantity = |one: &PriceAdjustment| one.quantity.is_some();
        let clashes = |other: &PriceAdjustment| {
            (other.charge_id, other.start_period, &other.tier, is_quantity(other))
                == (one.charge_id, one.start_period, &one.tier, is_quantity(&one))
        };
        if !all.iter().any(clashes) {
            all.push(one);
        }
    }
    all
}

/// Product 9 is on no plan.
fn added(random: &mut Random, plan: &PlanRow, index: usize) -> AddedCharge {
    let mut periods = plan.schedule().periods_from(plan.starting_on);
    let period = periods.nth(random.below(index as u32 + 1) as usize);
    AddedCharge {
        invoice_start_timestamp: period.expect("a period").start,
        charge: fixtures::charge(9, Some("1"), &[("0", "1")], None).charge,
        product_custom_fields: BTreeMap::new(),
        description: "Set-up".to_owned(),
        price: random.amount(),
        quantity: random.amount(),
    }
}
