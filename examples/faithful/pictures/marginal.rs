//! The mixture over one or two of its features.

use gaussmix::{Error, Gmm};

use crate::fit::Component;

/// A marginal of a mixture is the mixture of its components' marginals, which are Gaussian.
pub(crate) struct Marginal<const N: usize> {
    parts: Vec<(f64, Gmm<f64, N, 1>)>,
}

impl<const N: usize> Marginal<N> {
    pub(crate) fn new(components: &[Component], features: [usize; N]) -> Result<Self, Error> {
        let part = |component: &Component| {
            let mean = features.map(|j| component.mean[j]);
            let covariance = features.map(|j| features.map(|i| component.covariance_of(i, j)));
            Ok((component.weight, Gmm::new([1.0], [mean], [covariance.into()])?))
        };
        Ok(Self { parts: components.iter().map(part).collect::<Result<_, Error>>()? })
    }

    /// The density of component k times its weight.
    pub(crate) fn part(&self, k: usize, x: &[f64; N]) -> f64 {
        let (weight, gaussian) = &self.parts[k];
        // A point too far out to be squared has no density to speak of.
        weight * gaussian.log_density(x).map_or(0.0, f64::exp)
    }

    pub(crate) fn log_density(&self, x: &[f64; N]) -> f64 {
        let terms = self
            .parts
            .iter()
            .map(|(weight, gaussian)| weight.ln() + gaussian.log_density(x).unwrap_or(f64::NEG_INFINITY));
        let largest = terms.clone().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        largest + terms.map(|term| (term - largest).exp()).sum::<f64>().ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marginal_drops_rows_and_columns() {
        let component = Component {
            weight: 1.0,
            mean: vec![1.0, 2.0, 3.0],
            covariance: vec![4.0, 0.5, 0.2, 0.5, 9.0, 0.1, 0.2, 0.1, 1.0],
        };
        let marginal = Marginal::new(&[component], [1]).expect("positive definite");
        let at_mean = (1.0 / (9.0 * std::f64::consts::TAU).sqrt()).ln();
        assert!((marginal.log_density(&[2.0]) - at_mean).abs() < 1e-12);
        assert!((marginal.part(0, &[5.0]).ln() - (at_mean - 0.5)).abs() < 1e-12);
    }
}
