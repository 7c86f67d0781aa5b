//! The axes' numbers: steps of 1, 2, 2.5 and 5 up to the data and down to it, and days that are whole weeks apart.
//!
//! All in whole numbers of the data's scale, so that labels are exact and the browser needs no printing of floats.

/// Ticks of an axis at most.
pub const MOST_TICKS: usize = 6;

/// Digits by which an axis is finer than its data: a quarter of 1 must be a whole number.
const FINER: i32 = 2;
/// The power of ten that makes a tick of a value.
const FACTOR: i128 = 100;

/// The y axis of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YScale {
    /// Its ticks, lowest first, equally far apart; zero is one of them.
    pub ticks: Vec<i128>,
    /// Digits after the point of the ticks.
    pub scale: i32,
}

impl YScale {
    /// The axis that holds data from `min` to `max`, numbers of a scale; with whole ticks only where all data is whole.
    pub fn new(min: i128, max: i128, scale: i32, is_whole: bool) -> Self {
        let (min, max) = bounds(min, max);
        let scale = scale + FINER;
        let one = if is_whole { 10i128.pow(scale.clamp(0, 30).unsigned_abs()) } else { 1 };
        let ticks = if min < 0 { both_sides(min, max, one, 5) } else { from_zero(max, one, scale) };
        Self { ticks, scale }
    }

    /// The axis of a low plot: it has three steps at most.
    pub fn low(min: i128, max: i128, scale: i32) -> Self {
        let (min, max) = bounds(min, max);
        let ticks = if min == max { from_zero(0, 1, scale + FINER) } else { both_sides(min, max, 1, 3) };
        Self::of(ticks, scale)
    }

    /// The axis whose ticks were made for data of this scale.
    pub fn of(ticks: Vec<i128>, scale: i32) -> Self {
        Self { ticks, scale: scale + FINER }
    }

    /// The lowest tick.
    pub fn bottom(&self) -> i128 {
        self.ticks.first().copied().unwrap_or(0)
    }

    /// The highest tick.
    pub fn top(&self) -> i128 {
        self.ticks.last().copied().unwrap_or(1)
    }

    /// A value of the data's scale, for drawing between [`Self::bottom`] and [`Self::top`].
    pub fn place(&self, value: i128) -> f64 {
        value.saturating_mul(FACTOR) as f64
    }

    /// Where a value stands, as a share of the axis from its bottom.
    pub fn share(&self, value: i128) -> f64 {
        let (bottom, top) = (self.bottom() as f64, self.top() as f64);
        ((self.place(value) - bottom) / (top - bottom)).clamp(0.0, 1.0)
    }
}

/// What an axis holds, by [`FINER`] digits finer, and with zero. It ends where its numbers would: no value of a chart comes
/// near.
fn bounds(min: i128, max: i128) -> (i128, i128) {
    let limit = i128::MAX / (8 * FACTOR);
    (min.clamp(-limit, 0) * FACTOR, max.clamp(0, limit) * FACTOR)
}

/// Steps of 1, 2, 2.5 and 5 with any number of zeros, smallest first, from `one` up.
fn steps(one: i128) -> impl Iterator<Item = i128> {
    // Down to a hundredth of a digit of the data, an axis never gets: 25 stands for 2.5.
    let powers = std::iter::successors(Some(1i128), |power| power.checked_mul(10));
    powers
        .flat_map(|power| {
            [Some(power), power.checked_mul(2), (power > 1).then(|| power / 10 * 25), power.checked_mul(5)]
        })
        .flatten()
        .filter(move |step| *step >= one && step % one == 0)
}

/// How many steps hold a size.
fn count(size: i128, step: i128) -> i128 {
    (size + step - 1) / step
}

/// Up to five steps from zero, the axis as low as the data allows; of equally low ones the one with four steps. All
/// zero is 0 to 1.
fn from_zero(max: i128, one: i128, scale: i32) -> Vec<i128> {
    if max == 0 {
        return vec![0, 10i128.pow(scale.clamp(0, 30).unsigned_abs())];
    }
    let best = steps(one)
        .map(|step| (step, count(max, step)))
        .skip_while(|(_, count)| *count > 5)
        .take(4)
        .min_by_key(|(step, count)| (step * count, (count - 4).abs()));
    let (step, count) = best.unwrap_or((max, 1));
    (0..=count).map(|index| index * step).collect()
}

/// Ticks on both sides of zero, so many steps at most.
fn both_sides(min: i128, max: i128, one: i128, most: i128) -> Vec<i128> {
    let step = steps(one).find(|step| count(-min, *step) + count(max, *step) <= most).unwrap_or(max - min);
    (-count(-min, step)..=count(max, step)).map(|index| index * step).collect()
}

/// The five days with a label, counted from the window's first: whole weeks apart, the last of them the window's last. In
/// less than four weeks they are closer, and fewer where there are not as many days.
pub fn x_ticks(days: usize) -> [Option<usize>; 5] {
    let last = days.saturating_sub(1);
    let step = match last {
        0..8 => last.div_ceil(4).max(1),
        8..28 => last / 4,
        _ => last / 28 * 7,
    };
    [4, 3, 2, 1, 0].map(|back| last.checked_sub(back * step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The ticks in hundredths of the data's unit.
    fn ticks(min: i128, max: i128, is_whole: bool) -> Vec<i128> {
        YScale::new(min, max, 0, is_whole).ticks
    }

    #[test]
    fn the_axis_counts_as_people_do() {
        for (min, max, expected) in [
            (0, 0, vec![0, 1]),
            (0, 1, vec![0, 0, 0, 0, 1]),
            (0, 980, vec![0, 250, 500, 750, 1_000]),
            (0, 1_742, vec![0, 500, 1_000, 1_500, 2_000]),
            (0, 65, vec![0, 25, 50, 75]),
            (0, 101, vec![0, 25, 50, 75, 100, 125]),
            (0, 1_000_000_000_000_000, [0, 1, 2, 3, 4].map(|n| n * 250_000_000_000_000).to_vec()),
            (-5, 0, vec![-5, -4, -3, -2, -1, 0]),
            (-200, 1_742, vec![-500, 0, 500, 1_000, 1_500, 2_000]),
            (-3, 3, vec![-4, -2, 0, 2, 4]),
        ] {
            let found: Vec<i128> = ticks(min, max, false).into_iter().map(|tick| tick / 100).collect();
            assert_eq!(found, expected, "{min} {max}");
        }
        assert_eq!(ticks(0, 1, false), [0, 25, 50, 75, 100]);
        assert_eq!(ticks(0, 9, false), [0, 250, 500, 750, 1000]);
        let quarter = YScale::new(0, 3, 4, false);
        assert_eq!((quarter.ticks, quarter.scale), (vec![0, 100, 200, 300], 6));
    }

    #[test]
    fn few_things_are_counted_in_whole_numbers() {
        for (max, expected) in [
            (0, vec![0, 1]),
            (1, vec![0, 1]),
            (3, vec![0, 1, 2, 3]),
            (5, vec![0, 1, 2, 3, 4, 5]),
            (9, vec![0, 2, 4, 6, 8, 10]),
            (11, vec![0, 5, 10, 15]),
        ] {
            let found: Vec<i128> = ticks(0, max, true).into_iter().map(|tick| tick / 100).collect();
            assert_eq!(found, expected, "{max}");
        }
    }

    #[test]
    fn a_low_plot_has_three_steps_at_most() {
        for (min, max, expected) in [
            (0, 0, vec![0, 1]),
            (0, 31, vec![0, 20, 40]),
            (0, 980, vec![0, 500, 1_000]),
            (0, 129_233, vec![0, 50_000, 100_000, 150_000]),
            (-300, 1_742, vec![-1_000, 0, 1_000, 2_000]),
            (-5, 0, vec![-6, -4, -2, 0]),
        ] {
            let scale = YScale::low(min, max, 0);
            let found: Vec<i128> = scale.ticks.iter().map(|tick| tick / FACTOR).collect();
            assert_eq!(found, expected, "{min} {max}");
            assert_eq!(YScale::of(scale.ticks.clone(), 0), scale);
        }
    }

    #[test]
    fn labels_are_whole_weeks_apart_and_end_today() {
        assert_eq!(x_ticks(30), [1, 8, 15, 22, 29].map(Some));
        assert_eq!(x_ticks(60), [3, 17, 31, 45, 59].map(Some));
        assert_eq!(x_ticks(90), [5, 26, 47, 68, 89].map(Some));
    }

    #[test]
    fn a_short_window_has_no_label_twice() {
        assert_eq!(x_ticks(1), [None, None, None, None, Some(0)]);
        assert_eq!(x_ticks(2), [None, None, None, Some(0), Some(1)]);
        assert_eq!(x_ticks(6), [None, None, Some(1), Some(3), Some(5)]);
        assert_eq!(x_ticks(21), [0, 5, 10, 15, 20].map(Some));
        assert_eq!(x_ticks(28), [3, 9, 15, 21, 27].map(Some));
    }

    #[test]
    fn no_number_is_too_large_to_draw() {
        for (min, max) in [(0, i128::MAX), (i128::MIN, 0), (i128::MIN, i128::MAX)] {
            let scale = YScale::new(min, max, 30, false);
            assert!(scale.ticks.len() <= 6 && scale.share(max) <= 1.0, "{scale:?}");
        }
    }

    proptest! {
        #[test]
        fn the_axis_holds_the_data_and_wastes_at_most_a_third(max in 1i128..1_000_000_000_000_000_000) {
            let scale = YScale::new(0, max, 3, false);
            prop_assert!(scale.top() >= max * 100);
            prop_assert!(scale.top() * 3 <= max * 400, "{:?}", scale);
            prop_assert!(scale.ticks.len() <= MOST_TICKS);
        }

        #[test]
        fn an_axis_below_zero_has_at_most_six_ticks_and_holds_the_data(
            min in -1_000_000_000_000_000i128..0, max in 0i128..1_000_000_000_000_000,
        ) {
            let scale = YScale::new(min, max, 0, false);
            prop_assert!(scale.ticks.len() <= 6 && scale.ticks.contains(&0));
            prop_assert!(scale.bottom() <= min * 100 && scale.top() >= max * 100);
        }
    }
}
