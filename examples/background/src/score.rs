//! How well one mask says what another does.

/// Counts of pixels by what two masks say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Marked in both.
    pub(crate) both: u64,
    /// Marked in the first only: false alarms, if the second is the truth.
    pub(crate) first: u64,
    /// Marked in the second only: misses, if it is the truth.
    pub(crate) second: u64,
}

impl Counts {
    pub(crate) fn of(first: &[bool], second: &[bool]) -> Self {
        let mut counts = Self::default();
        for (a, b) in first.iter().zip(second) {
            counts.both += u64::from(*a && *b);
            counts.first += u64::from(*a && !*b);
            counts.second += u64::from(!*a && *b);
        }
        counts
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            both: self.both + other.both,
            first: self.first + other.first,
            second: self.second + other.second,
        }
    }

    /// The share of the first mask that is in the second.
    pub(crate) fn precision(self) -> f64 {
        self.both as f64 / (self.both + self.first) as f64
    }

    /// The share of the second mask that is in the first.
    pub(crate) fn recall(self) -> f64 {
        self.both as f64 / (self.both + self.second) as f64
    }

    /// F1, the harmonic mean of precision and recall; also known as Dice's coefficient. It does not matter which of
    /// the two masks is the truth. Two empty masks agree: 1.
    pub(crate) fn f1(self) -> f64 {
        let marked = 2 * self.both + self.first + self.second;
        if marked == 0 { 1.0 } else { 2.0 * self.both as f64 / marked as f64 }
    }
}

/// The mean of `values`, NaN of none.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f1_of_known_masks() {
        let truth = [true, true, true, false, false, false];
        let found = [true, true, false, true, false, false];
        let counts = Counts::of(&found, &truth);
        assert_eq!(counts, Counts { both: 2, first: 1, second: 1 });
        // Precision 2/3, recall 2/3.
        assert!((counts.f1() - 2.0 / 3.0).abs() < 1e-15);
        assert_eq!(Counts::of(&truth, &truth).f1(), 1.0);
        assert_eq!(Counts::of(&truth, &[false; 6]).f1(), 0.0);
        assert_eq!(Counts::of(&[false; 6], &[false; 6]).f1(), 1.0);
    }
}
