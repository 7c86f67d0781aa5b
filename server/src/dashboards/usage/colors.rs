//! The colors of groups: a group has the same one on every metric.

use app::usage::{GroupValues, report::MetricUsage};

/// The last of the ten colors, gray by default: that of the others together.
const LAST: u32 = 9;

/// Gives each group a color, in the order in which groups first appear. Where there are more groups than colors, some share
/// one, but never two of the same metric.
pub(super) fn assign(metrics: &mut [MetricUsage]) {
    let mut known: Vec<(GroupValues, u32)> = Vec::new();
    for groups in metrics.iter_mut().filter_map(|metric| metric.groups.as_mut()) {
        let has_others = groups.iter().any(|group| group.group_values.is_none());
        let mut taken: Vec<u32> = has_others.then_some(LAST).into_iter().collect();
        let mut without = Vec::new();
        for group in groups.iter_mut() {
            let Some(values) = &group.group_values else {
                group.color = LAST;
                continue;
            };
            let color = known.iter().find(|(one, _)| one == values).map(|(_, color)| *color);
            match color.filter(|color| !taken.contains(color)) {
                Some(color) => {
                    group.color = color;
                    taken.push(color);
                }
                None => without.push(group),
            }
        }
        for group in without {
            let free: Vec<u32> = (0..=LAST).filter(|color| !taken.contains(color)).collect();
            let unused = free.iter().find(|color| known.iter().all(|(_, other)| other != *color));
            group.color = unused.or(free.first()).copied().unwrap_or(LAST);
            taken.push(group.color);
            if let Some(values) = &group.group_values
                && known.iter().all(|(one, _)| one != values)
            {
                known.push((values.clone(), group.color));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::usage::report::Group;

    /// The colors of the groups of some metrics; `~` is the others together.
    fn colors(metrics: &[&[&str]]) -> Vec<Vec<u32>> {
        let group = |name: &&str| Group {
            group_values: (*name != "~").then(|| vec![Some((*name).to_owned())]),
            ..Group::default()
        };
        let metric = |groups: &&[&str]| MetricUsage {
            groups: Some(groups.iter().map(group).collect()),
            ..MetricUsage::default()
        };
        let mut metrics: Vec<MetricUsage> = metrics.iter().map(metric).collect();
        assign(&mut metrics);
        metrics
            .iter()
            .map(|metric| metric.groups.iter().flatten().map(|group| group.color).collect())
            .collect()
    }

    #[test]
    fn a_group_has_one_color_on_all_metrics_and_new_ones_have_others() {
        assert_eq!(
            colors(&[&["us", "eu", "ap"], &["ap", "sa", "us"], &["sa"]]),
            [vec![0, 1, 2], vec![2, 3, 0], vec![3]]
        );
    }

    #[test]
    fn the_others_are_gray_and_ten_groups_without_others_use_every_color() {
        let ten = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let nine = ["j", "k", "a", "b", "c", "d", "e", "f", "g", "~"];
        let found = colors(&[&ten, &nine]);
        assert_eq!(found[0], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        // The last one's gray is that of the others here, and the colors that are left go to it and to the new one.
        assert_eq!(found[1], [7, 8, 0, 1, 2, 3, 4, 5, 6, 9]);
    }

    #[test]
    fn no_two_groups_of_a_metric_share_a_color() {
        let names: Vec<String> = (0..40).map(|at| format!("r{}", at * 7 % 23)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let metrics: Vec<&[&str]> = names.chunks(10).collect();
        for mut colors in colors(&metrics) {
            let count = colors.len();
            colors.sort_unstable();
            colors.dedup();
            assert_eq!(colors.len(), count);
        }
    }
}
