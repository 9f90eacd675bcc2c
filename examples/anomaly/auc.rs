//! The area under the ROC curve.

/// The probability that a normal score is above an anomalous one, ties counting half: the area under the ROC curve
/// (Mann & Whitney 1947, doi:10.1214/aoms/1177730491). 1/2 is chance; below it, anomalies look more normal than the
/// normal.
pub(crate) fn auc(normal: &[f64], anomalous: &[f64]) -> f64 {
    let mut sorted = anomalous.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |x: f64| {
        let less = sorted.partition_point(|a| *a < x);
        let equal = sorted.partition_point(|a| *a <= x) - less;
        less as f64 + 0.5 * equal as f64
    };
    normal.iter().map(|x| below(*x)).sum::<f64>() / (normal.len() * anomalous.len()) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(auc(&[2.0, 3.0], &[0.0, 1.0]), 1.0);
        assert_eq!(auc(&[0.0], &[1.0, 2.0]), 0.0);
        assert_eq!(auc(&[1.0, 1.0], &[1.0]), 0.5);
        // Of six pairs, four in order and one tied.
        assert_eq!(auc(&[1.0, 3.0], &[0.0, 1.0, 4.0]), 3.5 / 6.0);
    }
}
