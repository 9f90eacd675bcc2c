//! Models as text.

use core::fmt;

use super::{Component, Gmm};
use crate::covariance::{Covariance, Shape};
use crate::real::Real;

/// One line per component: weight, mean and standard deviations, to the precision of the format (4 digits by default).
impl<T: Real, const D: usize, const K: usize, C: Covariance> fmt::Display for Gmm<T, D, K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, component) in self.components().enumerate() {
            if k > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{k}: ")?;
            component.fmt(f)?;
        }
        Ok(())
    }
}

/// `weight 0.5000  mean [1.0000, 2.0000]  deviation [0.1000, 0.2000]`: as many decimals as the format's precision, 4 by
/// default.
impl<T: Real, const D: usize, C: Covariance> fmt::Display for Component<'_, T, D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(4);
        write!(f, "weight {:.digits$}  mean [", self.weight)?;
        list(f, digits, self.mean.iter().copied())?;
        f.write_str("]  deviation [")?;
        let deviation = |j| C::Shape::variance::<T, D>(&self.covariance, j).root();
        list(f, digits, (0..D).map(deviation))?;
        f.write_str("]")
    }
}

fn list<T: Real>(f: &mut fmt::Formatter<'_>, digits: usize, values: impl Iterator<Item = T>) -> fmt::Result {
    for (j, v) in values.enumerate() {
        if j > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{v:.digits$}")?;
    }
    Ok(())
}

/// Weights, means and standard deviations, as numbers for the host to format.
#[cfg(feature = "defmt")]
impl<T: Real + defmt::Format, const D: usize, const K: usize, C: Covariance> defmt::Format
    for Gmm<T, D, K, C>
{
    fn format(&self, f: defmt::Formatter<'_>) {
        for (k, component) in self.components().enumerate() {
            let mut deviations = [T::ZERO; D];
            for j in 0..D {
                deviations[j] = C::Shape::variance::<T, D>(&component.covariance, j).root();
            }
            defmt::write!(
                f,
                "{=usize}: weight {}  mean {}  deviation {}; ",
                k,
                component.weight,
                component.mean,
                deviations
            );
        }
    }
}
