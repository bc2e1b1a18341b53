//! Medians, spreads and ratios of samples that were taken in rounds.

/// One value a round, in the order of the rounds.
pub type Samples = Vec<f64>;

/// The value in the middle; of an even number of values, the mean of the two in the middle. `NaN` if
/// there is none.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match (sorted.get(half), sorted.len() % 2) {
        (None, _) => f64::NAN,
        (Some(&upper), 0) => f64::midpoint(sorted[half - 1], upper),
        (Some(&middle), _) => middle,
    }
}

/// The smallest and the largest value, or `None` if there is none.
pub fn spread(values: &[f64]) -> Option<(f64, f64)> {
    let first = *values.first()?;
    Some(
        values.iter().fold((first, first), |(low, high), &value| (low.min(value), high.max(value))),
    )
}

/// What each round's value is, divided by the other one of the same round: what disturbed the round
/// disturbed both.
pub fn ratios(values: &[f64], others: &[f64]) -> Samples {
    values.iter().zip(others).map(|(value, other)| value / other).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!(median(&[]).is_nan());
        assert_eq!(median(&[3.0]), 3.0);
        assert_eq!(median(&[9.0, 1.0, 3.0]), 3.0);
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), 3.0);
    }

    #[test]
    fn the_spread_has_both_ends() {
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[2.0, 1.0, 3.0]), Some((1.0, 3.0)));
    }

    #[test]
    fn ratios_stay_in_their_round() {
        // The second round was ten times as slow for both: their ratio does not change.
        assert_eq!(ratios(&[2.0, 20.0], &[4.0, 40.0]), [0.5, 0.5]);
        assert_eq!(ratios(&[1.0, 2.0, 3.0], &[1.0]), [1.0]);
    }
}
