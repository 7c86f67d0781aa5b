//! The usage dashboard's figures: a series becomes a card.

use super::format;
use crate::billing::{AggregationType, UsageSeries, UsageWindow};
use serde::{Deserialize, Serialize};

/// One metric's card: all that its chart needs, for every window, in the fewest bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UsageCard {
    /// The metric's name.
    #[serde(rename = "n")]
    pub name: String,
    /// The day number of `values[0]`, see [`format::day_number`].
    #[serde(rename = "d")]
    pub first_day: i32,
    /// One plain decimal a day; the last is today.
    #[serde(rename = "v")]
    pub values: Vec<String>,
    /// The figure for 30, 60 and 90 days, ready to read.
    #[serde(rename = "t")]
    pub totals: [String; 3],
    /// What the figure is, in a few words: "in 30 days" follows it.
    #[serde(rename = "u")]
    pub measure: String,
}

impl UsageCard {
    /// The card of a series.
    pub fn new(series: &UsageSeries) -> Self {
        Self {
            name: series.name.clone(),
            first_day: format::day_number(series.starting_on),
            values: series.values.iter().map(ToString::to_string).collect(),
            totals: series.totals.each_ref().map(format::quantity),
            measure: measure(series.aggregation_type).to_owned(),
        }
    }

    /// The values and the first day of a window.
    pub fn window(&self, window: UsageWindow) -> (&[String], i32) {
        let skipped = self.values.len().saturating_sub(window.days() as usize);
        (&self.values[skipped..], self.first_day + skipped as i32)
    }

    /// The figure of a window.
    pub fn total(&self, window: UsageWindow) -> &str {
        &self.totals[match window {
            UsageWindow::Days30 => 0,
            UsageWindow::Days60 => 1,
            UsageWindow::Days90 => 2,
        }]
    }

    /// The words after the figure: `in 30 days`.
    pub fn figure_note(&self, window: UsageWindow) -> String {
        let measure = &self.measure;
        let gap = if measure.is_empty() { "" } else { " " };
        format!("{measure}{gap}in {} days", window.days())
    }

    /// What the chart shows, as a sentence for those who do not see it.
    pub fn sentence(&self, window: UsageWindow) -> String {
        let (values, first_day) = self.window(window);
        let last_day = first_day + values.len().saturating_sub(1) as i32;
        let peak = values
            .iter()
            .enumerate()
            .map(|(at, value)| (value.parse().unwrap_or(0.0), at, value))
            .max_by(|a: &(f64, usize, &String), b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut sentence = format!(
            "{}, {} days to {}: {} {}",
            self.name,
            window.days(),
            format::date_of(last_day),
            self.total(window),
            if self.measure.is_empty() { "in total" } else { &self.measure },
        );
        if let Some((value, at, text)) = peak.filter(|(value, ..)| *value > 0.0) {
            let _: f64 = value;
            let day = format::month_day_of(first_day + at as i32);
            sentence.push_str(&format!(", peak {} on {day}", format::number(text)));
        }
        sentence
    }
}

fn measure(aggregation_type: AggregationType) -> &'static str {
    match aggregation_type {
        AggregationType::Count | AggregationType::Sum => "",
        AggregationType::Unique => "different",
        AggregationType::Max => "at most",
        AggregationType::Latest => "at last",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn card(aggregation_type: AggregationType) -> UsageCard {
        let mut values = vec![crate::billing::Decimal::zero(); 90];
        values[88] = "1742".parse().expect("decimal");
        UsageCard::new(&UsageSeries {
            billable_metric_id: uuid::Uuid::nil(),
            name: "API requests".to_owned(),
            aggregation_type,
            starting_on: NaiveDate::from_ymd_opt(2026, 8, 24).expect("day"),
            values,
            totals: ["30163", "30163", "30163.5"].map(|text| text.parse().expect("decimal")),
        })
    }

    #[test]
    fn the_sentence_says_what_the_chart_shows() {
        assert_eq!(
            card(AggregationType::Count).sentence(UsageWindow::Days30),
            "API requests, 30 days to Nov 21, 2026: 30,163 in total, peak 1,742 on Nov 20"
        );
    }

    #[test]
    fn a_window_ends_today_and_has_its_own_figure() {
        let card = card(AggregationType::Unique);
        let (values, first_day) = card.window(UsageWindow::Days60);
        assert_eq!((values.len(), format::date_of(first_day).as_str()), (60, "Sep 23, 2026"));
        assert_eq!(card.total(UsageWindow::Days90), "30,163.5");
        assert_eq!(card.figure_note(UsageWindow::Days90), "different in 90 days");
    }
}
