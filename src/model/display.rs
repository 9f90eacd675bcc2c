//! Models as text.

use core::fmt;

use super::{Component, Gmm};
use crate::covariance::{Covariance, Extra, Shape};
use crate::real::Real;

/// One line per component: weight, mean and standard deviations, to the precision of the format (4 digits by default).
/// A dead slot is said to be dead. `{:#}` adds the correlations of full covariances. Noise has a line of its own, with
/// ln V.
///
/// ```
/// use gaussmix::Gmm;
///
/// let covariance = [[4.0, 1.0], [1.0, 9.0]];
/// let gmm: Gmm<f64, 2, 2> =
///     Gmm::from_arrays([1.0, 0.0], [[3.0, 4.0]; 2], [covariance; 2])?;
/// let short = "0: weight 1.0  mean [3.0, 4.0]  deviation [2.0, 3.0]";
/// assert_eq!(format!("{gmm:.1}"), format!("{short}\n1: dead"));
/// let long = format!("{short}  correlation [[0.2]]\n1: dead");
/// assert_eq!(format!("{gmm:#.1}"), long);
/// # Ok::<(), gaussmix::Error>(())
/// ```
impl<T: Real, const D: usize, const K: usize, C: Covariance> fmt::Display for Gmm<T, D, K, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (k, component) in self.components().enumerate() {
            if k > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{k}: ")?;
            component.fmt(f)?;
        }
        if let Some(noise) = self.extra.noise() {
            let (digits, volume) = (f.precision().unwrap_or(4), noise.log_volume());
            write!(f, "\nnoise: weight {:.digits$}  log-volume {volume:.digits$}", noise.weight)?;
        }
        Ok(())
    }
}

/// `weight 0.5000  mean [1.0000, 2.0000]  deviation [0.1000, 0.2000]`: as many decimals as the format's precision, 4 by
/// default. `dead` for a component of weight 0. `{:#}` adds the correlations of a full covariance: for each feature but
/// the first a row, with those before it.
impl<T: Real, const D: usize, C: Covariance> fmt::Display for Component<'_, T, D, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.weight == T::ZERO {
            return f.write_str("dead");
        }
        let digits = f.precision().unwrap_or(4);
        write!(f, "weight {:.digits$}  mean [", self.weight)?;
        list(f, digits, self.mean.iter().copied())?;
        f.write_str("]  deviation [")?;
        let deviation = |j| C::Shape::variance::<T, D>(&self.covariance, j).root();
        list(f, digits, (0..D).map(deviation))?;
        f.write_str("]")?;
        // More parameters than features are those of a matrix with products.
        if f.alternate() && C::Shape::parameter_count(D) > D {
            f.write_str("  correlation [")?;
            let matrix = self.covariance_matrix();
            for i in 1..D {
                f.write_str(if i > 1 { ", [" } else { "[" })?;
                // Divided one by one: a product of variances may leave the range.
                list(f, digits, (0..i).map(|j| matrix[(i, j)] / deviation(i) / deviation(j)))?;
                f.write_str("]")?;
            }
            f.write_str("]")?;
        }
        Ok(())
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
        if let Some(noise) = self.extra.noise() {
            defmt::write!(f, "noise: weight {}  log-volume {}", noise.weight, noise.log_volume());
        }
    }
}
