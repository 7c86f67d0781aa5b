//! What the axes say: nice steps from a nice bottom to a nice top; labels at whole weeks.

/// The y axis of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct YScale {
    /// Its ticks, bottom first, equally far apart; zero is one of them.
    pub ticks: Vec<f64>,
}

impl YScale {
    /// The axis that holds data from `min` to `max`, with whole numbers only where all of the data is whole.
    pub fn new(min: f64, max: f64, is_whole: bool) -> Self {
        let (min, max) = (finite(min).min(0.0), finite(max).max(0.0));
        let ticks = match (min < 0.0, is_whole && max <= 10.0) {
            (true, _) => both_sides(min, max),
            (false, true) => few(max),
            (false, false) => (0..=4).map(|step| nice_max(max) * f64::from(step) / 4.0).collect(),
        };
        Self { ticks }
    }

    /// The lowest tick.
    pub fn bottom(&self) -> f64 {
        self.ticks.first().copied().unwrap_or(0.0)
    }

    /// The highest tick.
    pub fn top(&self) -> f64 {
        self.ticks.last().copied().unwrap_or(1.0)
    }

    /// Where a value stands, in thousandths of the axis from its bottom.
    pub fn thousandths(&self, value: f64) -> u32 {
        let share = (value - self.bottom()) / (self.top() - self.bottom());
        (share.clamp(0.0, 1.0) * 1000.0).round() as u32
    }
}

fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

/// Whole ticks up to ten, where a quarter of the top would not be whole.
fn few(max: f64) -> Vec<f64> {
    let step = match max {
        max if max <= 4.0 => 1.0,
        max if max <= 8.0 => 2.0,
        _ => 5.0,
    };
    (0..=((max / step).ceil() as i32).max(1)).map(|index| f64::from(index) * step).collect()
}

/// The top of an axis from zero: the smallest of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 × 10ⁿ that holds the data; 1 when
/// all is zero. A quarter of each has at most two digits, so that no label reads 1.125M.
fn nice_max(data_max: f64) -> f64 {
    if data_max <= 0.0 {
        return 1.0;
    }
    nice(data_max, &[1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0])
}

/// Ticks on both sides of zero, five steps at most.
fn both_sides(min: f64, max: f64) -> Vec<f64> {
    let steps = |step: f64| ((-min / step - 1e-9).ceil(), (max / step - 1e-9).ceil());
    let mut step = nice((max - min) / 5.0, &[1.0, 2.0, 2.5, 5.0, 10.0]);
    while steps(step).0 + steps(step).1 > 5.0 {
        step = nice(step * 1.01, &[1.0, 2.0, 2.5, 5.0, 10.0]);
    }
    let (below, above) = steps(step);
    (-(below as i32)..=above as i32).map(|index| f64::from(index) * step).collect()
}

/// The smallest of `factors` × 10ⁿ that is not below `value`, which is positive.
fn nice(value: f64, factors: &[f64]) -> f64 {
    let power = 10f64.powi(value.log10().floor() as i32);
    factors
        .iter()
        .map(|factor| factor * power)
        // Division and multiplication by powers of ten may miss by a last digit.
        .find(|nice| *nice >= value * (1.0 - 1e-12))
        .unwrap_or(10.0 * power)
}

/// The five days with a label, counted from the window's first: whole weeks apart, the last of them the window's last.
pub fn x_ticks(days: usize) -> [usize; 5] {
    let last = days.saturating_sub(1);
    let step = (last / 28).max(1) * 7;
    [4, 3, 2, 1, 0].map(|back| last.saturating_sub(back * step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_axis_counts_as_people_do() {
        for (min, max, bottom, top) in [
            (0.0, 0.0, 0.0, 1.0),
            (0.0, 1.0, 0.0, 1.0),
            (0.0, 1.01, 0.0, 1.2),
            (0.0, 1742.0, 0.0, 2000.0),
            (0.0, 65.0, 0.0, 80.0),
            (0.0, 1e15, 0.0, 1e15),
            (0.0, 0.003, 0.0, 0.0032),
            (5.0, 9.0, 0.0, 10.0),
            (-5.0, 0.0, -5.0, 0.0),
            (-200.0, 1742.0, -500.0, 2000.0),
            (-3.0, 3.0, -4.0, 4.0),
            (f64::NAN, f64::INFINITY, 0.0, 1.0),
        ] {
            let scale = YScale::new(min, max, false);
            let found = (scale.bottom(), scale.top());
            let near = |one: f64, other: f64| (one - other).abs() <= other.abs() * 1e-9;
            assert!(near(found.0, bottom) && near(found.1, top), "{min} {max}: {found:?}");
            assert!(scale.ticks.contains(&0.0), "{min} {max}: {:?}", scale.ticks);
        }
    }

    #[test]
    fn few_things_are_counted_in_whole_numbers() {
        for (max, ticks) in [
            (0.0, vec![0.0, 1.0]),
            (1.0, vec![0.0, 1.0]),
            (3.0, vec![0.0, 1.0, 2.0, 3.0]),
            (5.0, vec![0.0, 2.0, 4.0, 6.0]),
            (9.0, vec![0.0, 5.0, 10.0]),
            (11.0, vec![0.0, 3.0, 6.0, 9.0, 12.0]),
        ] {
            assert_eq!(YScale::new(0.0, max, true).ticks, ticks, "{max}");
        }
    }

    #[test]
    fn labels_are_whole_weeks_apart_and_end_today() {
        assert_eq!(x_ticks(30), [1, 8, 15, 22, 29]);
        assert_eq!(x_ticks(60), [3, 17, 31, 45, 59]);
        assert_eq!(x_ticks(90), [5, 26, 47, 68, 89]);
    }

    proptest! {
        #[test]
        fn the_axis_holds_the_data_without_wasting_half_the_plot(max in 1e-9f64..1e18) {
            let top = YScale::new(0.0, max, false).top();
            prop_assert!(top >= max * (1.0 - 1e-9));
            prop_assert!(top <= max * 1.6);
        }

        #[test]
        fn an_axis_below_zero_has_at_most_six_ticks_and_holds_the_data(min in -1e15f64..-1e-6, max in 0f64..1e15) {
            let scale = YScale::new(min, max, false);
            prop_assert!(scale.ticks.len() <= 6);
            prop_assert!(scale.bottom() <= min * (1.0 - 1e-9) && scale.top() >= max * (1.0 - 1e-9));
        }
    }
}
