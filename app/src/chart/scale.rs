//! What the axes say: a nice maximum in four equal steps; labels at whole weeks.

/// The top of the y axis: the smallest of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 × 10ⁿ that holds the data; 1 when all is
/// zero. A quarter of each has at most two digits, so that no label reads 1.125M.
pub fn nice_max(data_max: f64) -> f64 {
    if !data_max.is_finite() || data_max <= 0.0 {
        return 1.0;
    }
    // By hand: the logarithm and the power function weigh more than these lines in the browser.
    let mut power = 1.0;
    while power > data_max {
        power /= 10.0;
    }
    while power * 10.0 <= data_max {
        power *= 10.0;
    }
    [1.0, 1.2, 1.6, 2.0, 2.4, 3.2, 4.0, 6.0, 8.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        // Division and multiplication by powers of ten may miss by a last digit.
        .find(|top| *top >= data_max * (1.0 - 1e-12))
        .unwrap_or(10.0 * power)
}

/// The five values at the y axis, bottom first.
pub fn y_ticks(top: f64) -> [f64; 5] {
    [0.0, 0.25, 0.5, 0.75, 1.0].map(|share| share * top)
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
    fn the_top_is_a_number_people_count_in() {
        for (data, top) in [
            (0.0, 1.0),
            (-5.0, 1.0),
            (1.0, 1.0),
            (1.01, 1.2),
            (1742.0, 2000.0),
            (65.0, 80.0),
            (1e15, 1e15),
            (0.003, 0.0032),
        ] {
            assert!((nice_max(data) - top).abs() <= top * 1e-9, "{data}: {}", nice_max(data));
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
        fn the_top_holds_the_data_without_wasting_half_the_plot(data in 1e-9f64..1e18) {
            let top = nice_max(data);
            prop_assert!(top >= data * (1.0 - 1e-9));
            prop_assert!(top <= data * 1.6);
        }
    }
}
