//! The usage dashboard's figures: a series becomes a card.

use super::{
    axis::AxisUnit,
    format, text,
    usage_change::{Compared, compare},
    usage_choice::{Only, UsageChoice},
    usage_words,
};
use crate::{
    billing::{CreditType, DayMark, Decimal, NoCost, UsageSeries, UsageWindow},
    embed::GroupKeyNames,
};

/// What the cards of a page have in common.
#[derive(Clone, Copy, Debug)]
pub struct UsageContext<'a> {
    /// What the reader chose.
    pub choice: &'a UsageChoice,
    /// Names for group keys and values.
    pub names: &'a GroupKeyNames,
    /// Billing periods and plans.
    pub marks: &'a [DayMark],
    /// The page with its token.
    pub base_href: &'a str,
}

/// One metric over one window, all strings final.
#[derive(Clone, Debug, PartialEq)]
pub struct UsageCard {
    /// The metric's name.
    pub name: String,
    /// The total.
    pub figure: String,
    /// What follows it: `in 30 days`.
    pub figure_note: String,
    /// The average and the change, where they can be told.
    pub facts: String,
    /// What the chart shows, as a sentence for those who do not see it.
    pub sentence: String,
    /// The lines or bars, largest first.
    pub series: Vec<ChartSeries>,
    /// True for bars on top of each other: the series add up.
    pub is_stacked: bool,
    /// The sums of all series by day, where there are several that add up.
    pub sums: Option<Vec<String>>,
    /// What the values are, over the table's column.
    pub value_name: &'static str,
    /// The day number of the first value, see [`format::day_number`].
    pub first_day: i32,
    /// Marked days, counted from the first: whether the plan changes, and what happens.
    pub marks: Vec<(usize, bool, String)>,
    /// What the numbers of the axis are.
    pub unit: AxisUnit,
    /// The groups, where the metric is grouped.
    pub legend: Vec<LegendItem>,
    /// Why the card shows less than was asked for.
    pub hint: Option<String>,
    /// Said in the plot when nothing was used.
    pub nothing: Option<String>,
}

/// One line, or one color of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartSeries {
    /// Its name: of a group, or what the values are.
    pub name: String,
    /// Which of the ten colors.
    pub slot: u8,
    /// For drawing.
    pub values: Vec<f64>,
    /// For reading.
    pub texts: Vec<String>,
}

/// One group in the legend.
#[derive(Clone, Debug, PartialEq)]
pub struct LegendItem {
    /// Which of the ten colors.
    pub slot: u8,
    /// The group's name.
    pub name: String,
    /// Its total.
    pub total: String,
    /// Its share of all, where groups add up.
    pub share: Option<String>,
    /// Shows it alone, or all again when it is alone already.
    pub href: String,
    /// True for the group that is shown alone.
    pub is_current: bool,
}

/// Amounts in the unit that is shown.
#[derive(Clone, Copy)]
struct Writer<'a>(Option<&'a CreditType>);

impl Writer<'_> {
    fn one(self, value: &Decimal) -> String {
        match self.0 {
            Some(credit_type) => format::money(value, credit_type),
            None => format::quantity(value),
        }
    }

    /// The same number of decimals down a column.
    fn column(self, values: &[Decimal]) -> Vec<String> {
        if self.0.is_some() {
            return values.iter().map(|value| self.one(value)).collect();
        }
        let plain: Vec<String> = values.iter().map(ToString::to_string).collect();
        let digits = |text: &String| text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let most = plain.iter().map(digits).max().unwrap_or_default();
        plain
            .into_iter()
            .map(|mut text| {
                let missing = most - digits(&text);
                if missing > 0 {
                    text.push_str(if missing == most { "." } else { "" });
                    text.extend(std::iter::repeat_n('0', missing));
                }
                format::number(&text)
            })
            .collect()
    }
}

/// One group's days in the unit that is shown.
struct Group {
    name: String,
    only: Only,
    daily: Vec<Decimal>,
    total: Decimal,
}

impl UsageCard {
    /// The card of a series over a window.
    ///
    /// # Errors
    /// When cost is asked for and cannot be told: the reason, as a sentence.
    pub fn new(
        series: &UsageSeries,
        context: UsageContext<'_>,
        window: UsageWindow,
    ) -> Result<Self, &'static str> {
        let choice = context.choice;
        let skipped = series.skipped(window);
        let cost = choice.is_cost.then_some(series.cost.as_ref()).transpose();
        let cost = cost.map_err(|reason| usage_words::no_cost(*reason))?;
        let writer = Writer(cost.map(|cost| &cost.credit_type));
        let all: Vec<Option<Decimal>> = match cost {
            Some(cost) => cost.values.clone(),
            None => series.values.iter().cloned().map(Some).collect(),
        };
        let shown: Option<Vec<Decimal>> = all[skipped..].iter().cloned().collect();
        let mut daily = shown.ok_or(usage_words::no_cost(NoCost::WholePeriod))?;
        let adds_up = series.is_additive();
        let mut compared = compare(series, cost.is_some().then_some(&all[..]), window);
        let groups = self::groups(series, context, window)?;
        let is_split = !groups.is_empty() && choice.only.is_none();

        let mut total =
            if cost.is_some() { daily.iter().sum() } else { series.measure(window).total.clone() };
        if choice.only == Some(Only::Others) && series.groups.is_some() {
            // Who they are depends on the window, so there is nothing before it to compare them with.
            let others = groups.iter().find(|group| group.only == Only::Others);
            let nothing = || vec![Decimal::zero(); daily.len()];
            total = others.map(|group| group.total.clone()).unwrap_or_default();
            daily = others.map_or_else(nothing, |group| group.daily.clone());
            compared = Compared::default();
        }
        let accumulate = |values: &[Decimal]| accumulated(values, choice.is_cumulative && adds_up);
        let alone = choice.only.as_ref().and_then(|only| groups.iter().position(|group| group.only == *only));
        let value_name = match (cost.is_some(), choice.is_cumulative && adds_up) {
            (false, false) => "Usage",
            (false, true) => "Usage to date",
            (true, false) => "Cost",
            (true, true) => "Cost to date",
        };
        let chart_series = |name: &str, slot: usize, values: &[Decimal]| {
            let values = accumulate(values);
            ChartSeries {
                name: name.to_owned(),
                slot: slot as u8,
                values: values.iter().map(Decimal::to_f64).collect(),
                texts: writer.column(&values),
            }
        };
        let chart = if is_split {
            groups
                .iter()
                .enumerate()
                .map(|(slot, group)| chart_series(&group.name, slot, &group.daily))
                .collect()
        } else {
            vec![chart_series(value_name, alone.unwrap_or(0), &daily)]
        };
        let first_day = format::day_number(series.starting_on) + skipped as i32;
        let marks = context.marks.iter().filter_map(|mark| {
            let day = usize::try_from(format::day_number(mark.day) - first_day).ok()?;
            let is_change = mark.kind != crate::billing::DayMarkKind::Period;
            (day < daily.len()).then(|| (day, is_change, usage_words::mark(mark)))
        });
        let mut card = Self {
            name: text::name(&series.name),
            figure: writer.one(&total),
            figure_note: figure_note(series, cost.is_some(), window),
            facts: facts(&compared, writer, window),
            sentence: String::new(),
            is_stacked: is_split && adds_up,
            sums: (is_split && adds_up).then(|| writer.column(&accumulate(&daily))),
            value_name,
            first_day,
            marks: marks.collect(),
            unit: cost.map_or_else(AxisUnit::quantity, |cost| AxisUnit::money(&cost.credit_type)),
            legend: legend(&groups, &total, adds_up, writer, context),
            hint: hint(series, context),
            nothing: daily
                .iter()
                .all(Decimal::is_zero)
                .then(|| format!("Nothing used in these {} days", window.days())),
            series: chart,
        };
        card.sentence = sentence(&card, &daily, &compared, &groups, writer, context, window);
        Ok(card)
    }
}

fn accumulated(values: &[Decimal], is_cumulative: bool) -> Vec<Decimal> {
    if !is_cumulative {
        return values.to_vec();
    }
    let mut sum = Decimal::zero();
    values
        .iter()
        .map(|value| {
            sum += value;
            sum.clone()
        })
        .collect()
}

/// The groups of a series in the unit that is shown, largest first, the others together last.
fn groups(
    series: &UsageSeries,
    context: UsageContext<'_>,
    window: UsageWindow,
) -> Result<Vec<Group>, &'static str> {
    let (Some(found), Some(key)) = (&series.groups, &context.choice.group_key) else {
        return Ok(Vec::new());
    };
    let prices = match (&series.cost, context.choice.is_cost) {
        (Ok(cost), true) => {
            let prices = cost.unit_prices.as_ref().ok_or(usage_words::no_cost(NoCost::TiersOverGroups))?;
            Some(&prices[series.skipped(window)..])
        }
        _ => None,
    };
    let mut groups: Vec<Group> = found
        .iter()
        .map(|group| {
            let daily: Vec<Decimal> = match prices {
                Some(prices) => group.values.iter().zip(prices).map(|(value, price)| value * price).collect(),
                None => group.values.clone(),
            };
            Group {
                name: match &group.group_values {
                    Some(values) => usage_words::group_values(key, values, context.names),
                    None => format!("Other ({})", group.count),
                },
                only: group.group_values.clone().map_or(Only::Others, Only::Group),
                total: if prices.is_some() { daily.iter().sum() } else { group.total.clone() },
                daily,
            }
        })
        .collect();
    let is_last = |group: &Group| group.only == Only::Others;
    groups.sort_by(|one, other| is_last(one).cmp(&is_last(other)).then(other.total.cmp(&one.total)));
    Ok(groups)
}

fn legend(
    groups: &[Group],
    total: &Decimal,
    adds_up: bool,
    writer: Writer<'_>,
    context: UsageContext<'_>,
) -> Vec<LegendItem> {
    let choice = context.choice;
    // Of one group shown alone, the total is its own.
    let total =
        if choice.only.is_some() { groups.iter().map(|group| &group.total).sum() } else { total.clone() };
    let share = |group: &Group| {
        let percent = (&group.total * &Decimal::from(100)).checked_div(&total)?.round(0);
        Some(format!("{percent}%"))
    };
    let item = |(slot, group): (usize, &Group)| {
        let is_current = choice.only.as_ref() == Some(&group.only);
        let only = (!is_current).then(|| group.only.clone());
        LegendItem {
            slot: slot as u8,
            name: group.name.clone(),
            total: writer.one(&group.total),
            share: share(group).filter(|_| adds_up && !total.is_negative()),
            href: choice.with_only(only).href(context.base_href),
            is_current,
        }
    };
    groups.iter().enumerate().map(item).collect()
}

fn figure_note(series: &UsageSeries, is_cost: bool, window: UsageWindow) -> String {
    let measure = if is_cost { "" } else { usage_words::measure(series.aggregation_type) };
    let gap = if measure.is_empty() { "" } else { " " };
    format!("{measure}{gap}in {} days", window.days())
}

fn facts(compared: &Compared, writer: Writer<'_>, window: UsageWindow) -> String {
    let average = compared.average.as_ref().map(|average| format!("{} a day", writer.one(average)));
    [average, compared.change(window)].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn hint(series: &UsageSeries, context: UsageContext<'_>) -> Option<String> {
    let choice = context.choice;
    if let Some(key) = choice.group_key.as_ref().filter(|_| series.groups.is_none()) {
        let key = usage_words::group_key(key, context.names);
        return Some(format!("Not recorded by {key}: shown as a whole."));
    }
    (choice.is_cumulative && !series.is_additive())
        .then(|| "Shown by day: the days of this metric do not add up.".to_owned())
}

fn sentence(
    card: &UsageCard,
    daily: &[Decimal],
    compared: &Compared,
    groups: &[Group],
    writer: Writer<'_>,
    context: UsageContext<'_>,
    window: UsageWindow,
) -> String {
    let choice = context.choice;
    let mut sentence = card.name.clone();
    if let (Some(key), false) = (&choice.group_key, groups.is_empty()) {
        match &choice.only {
            Some(only) => {
                sentence.push_str(&format!(", {}", usage_words::only_name(key, only, context.names)))
            }
            None => sentence.push_str(&format!(" by {}", usage_words::group_key(key, context.names))),
        }
    }
    if card.value_name != "Usage" {
        sentence.push_str(&format!(", {}", card.value_name.to_lowercase()));
    }
    let last_day = card.first_day + daily.len().saturating_sub(1) as i32;
    let measure = card.figure_note.split(" in ").next().filter(|measure| !measure.starts_with("in "));
    sentence.push_str(&format!(
        ", {} days to {}: {} {}",
        window.days(),
        format::date_of(last_day),
        card.figure,
        measure.unwrap_or("in total"),
    ));
    if let Some(change) = compared.change_in_words(window) {
        sentence.push_str(&format!(", {change}"));
    }
    let peak = daily.iter().enumerate().max_by(|one, other| one.1.cmp(other.1).then(other.0.cmp(&one.0)));
    if let Some((day, value)) = peak.filter(|(_, value)| !value.is_zero() && !value.is_negative()) {
        let day = format::month_day_of(card.first_day + day as i32);
        sentence.push_str(&format!(", peak {} on {day}", writer.one(value)));
    }
    if let (Some(largest), true) = (groups.first(), choice.only.is_none()) {
        sentence.push_str(&format!(", the largest part {}: {}", largest.name, writer.one(&largest.total)));
    }
    sentence
}

#[cfg(test)]
mod tests;
