//! What one billing period comes to, exact but for what is owed in whole units: nothing of it is printed yet.

use super::{Dated, MeteredUsage, Period, RatedLine, RatingContext, Terms, Waiver, line};
use app::billing::Decimal;

/// What one billing period comes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Rated {
    /// The billing period, cut to the bounds of the terms.
    pub period: Period,
    /// Whether these bounds leave only a part of it.
    pub is_cut: bool,
    /// What the charges of the terms come to, in their order.
    pub lines: Vec<RatedLine>,
    /// What the charges that were added to this one invoice come to, in their order.
    pub added: Vec<RatedLine>,
    /// What a trial waives of the lines; `None` where it waives nothing.
    pub waived: Option<Decimal>,
    /// What is lacking to the minimum; `None` where nothing is.
    pub lacking: Option<Lacking>,
}

/// What lines lack of a minimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Lacking {
    /// The name of the minimum.
    pub name: String,
    /// How much, above 0, in the credit type of the invoice.
    pub amount: Decimal,
}

impl Rated {
    /// The sum of all lines, which are rounded.
    pub fn subtotal(&self) -> Decimal {
        self.lines.iter().chain(&self.added).map(|line| &line.total).sum()
    }

    /// What is owed: the subtotal without what is waived, with what is lacking.
    pub fn total(&self) -> Decimal {
        let waived: Decimal = self.waived.iter().sum();
        let lacking: Decimal = self.lacking.iter().map(|lacking| &lacking.amount).sum();
        &(&self.subtotal() - &waived) + &lacking
    }
}

/// Rates one period of `terms` from the usage in the stretches of [`Terms::metered`].
///
/// Amounts are exact until a line is summed; each line is rounded once, half away from zero, to the smallest unit of
/// its credit type. In a trial, what is waived of the usage is rounded alike, else what is lacking to the minimum.
pub fn rate(terms: &Terms, usage: &[MeteredUsage], period: Period) -> Rated {
    let billed = RatingContext::new(terms, usage, period);
    let mut rated = Rated {
        period,
        is_cut: billed.is_cut(),
        lines: line::lines(&billed),
        added: line::added(&billed),
        waived: None,
        lacking: None,
    };
    match billed.waiver() {
        Some(waiver) => rated.waived = waived(terms, waiver, &rated.lines),
        None => rated.lacking = lacking(&billed, &rated.subtotal()),
    }
    rated
}

/// The amount that a trial waives: all of its usage, or as much as its spending cap. Charges that were added to the
/// invoice are owed.
fn waived(terms: &Terms, waiver: &Waiver, lines: &[RatedLine]) -> Option<Decimal> {
    let charged: Decimal = lines.iter().map(|line| &line.total).sum();
    let waived = match &waiver.cap {
        Some(cap) => charged.min(terms.unit.rounded(cap)),
        None => charged,
    };
    (!waived.is_zero()).then_some(waived)
}

/// The amount that a subtotal lacks of the minimum in force, which is prorated by days; `None` where it lacks none.
fn lacking(billed: &RatingContext<'_>, subtotal: &Decimal) -> Option<Lacking> {
    let minimum = Dated::find(&billed.terms.minimums, billed.period.start)?;
    let (part, whole) = billed.share();
    let prorated = (&minimum.value * &part).over(&whole);
    let amount = &billed.terms.unit.rounded(&prorated) - subtotal;
    (amount > Decimal::zero()).then(|| Lacking { name: minimum.name.clone(), amount })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Minimum,
            fixtures::{always, decimal, term, terms, used},
        },
        *,
    };
    use app::billing::UnitConversion;

    fn first(terms: &Terms, usage: &[MeteredUsage]) -> Rated {
        let period = terms.schedule.period_at(terms.schedule.starting_at).expect("a period");
        rate(terms, usage, period)
    }

    #[test]
    fn amounts_are_exact_until_a_line_is_summed() {
        let mut thirds = term(1, None, &[("0", "1")], None);
        let division_factor = "3".parse().expect("a number");
        thirds.conversion = Some(UnitConversion { division_factor, rounding_behavior: None });
        let terms = terms(vec![thirds.clone(), thirds], "2026-04-01");
        let rated = first(&terms, &[used(None, "1")]);
        let third = decimal(&format!("0.{}", "3".repeat(40)));
        let amounts: Vec<_> = rated.lines[0].charges.iter().map(|charge| &charge.amount).collect();
        assert_eq!(amounts, [&third, &third]);
        assert_eq!((rated.subtotal(), rated.total()), (decimal("1"), decimal("1")));
    }

    #[test]
    fn what_is_owed_is_the_lines_without_what_is_waived_and_with_what_is_lacking() {
        let mut terms = terms(vec![term(1, None, &[("0", "10")], None)], "2026-04-01");
        let rated = first(&terms, &[used(None, "7")]);
        assert_eq!((rated.waived.as_ref(), rated.lacking.as_ref()), (None, None));
        terms.minimums = always(Minimum { name: "Minimum".to_owned(), value: decimal("100") });
        let rated = first(&terms, &[used(None, "7")]);
        assert_eq!(rated.lacking.as_ref().map(|lacking| &lacking.amount), Some(&decimal("30")));
        assert_eq!((rated.subtotal(), rated.total()), (decimal("70"), decimal("100")));
        let ending_before = terms.schedule.starting_at + chrono::Duration::days(14);
        terms.schedule.trial_ending_before = Some(ending_before);
        terms.waiver = Some(Waiver { ending_before, cap: None });
        let rated = first(&terms, &[used(None, "7")]);
        assert_eq!((rated.waived.clone(), rated.lacking.clone()), (Some(decimal("70")), None));
        assert_eq!((rated.subtotal(), rated.total()), (decimal("70"), Decimal::zero()));
    }
}
