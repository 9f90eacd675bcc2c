//! What a log says of a detector.

use super::Detector;
use crate::covariance::Covariance;
use crate::real::Real;

/// State, alarm, threshold and mixture: what one wants to read, and not all that is stored.
impl<T: Real + defmt::Format, const AXES: usize, const D: usize, const K: usize, C: Covariance> defmt::Format
    for Detector<T, AXES, D, K, C>
{
    fn format(&self, f: defmt::Formatter<'_>) {
        let (state, threshold) = (self.state(), self.threshold());
        defmt::write!(
            f,
            "{}, alarm: {=bool}, threshold: {}; {}",
            state,
            self.is_alarm,
            threshold,
            self.model()
        );
    }
}
