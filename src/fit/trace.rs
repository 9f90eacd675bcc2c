//! A record of the log-likelihood during a fit.

use core::ops::ControlFlow;

use super::{Iteration, Stop};
use crate::real::Real;

/// Records the mean log-likelihood after each of the first `N` E-steps of a fit.
///
/// ```
/// use gaussmix::fit::Trace;
/// use gaussmix::{Em, Gmm, init};
///
/// let data = [[-2.1], [-1.9], [-0.3], [0.2], [1.7], [2.4]];
/// let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &data)?;
/// let mut trace: Trace<f64, 100> = Trace::new();
/// let fit = Em::default().fitting().with_hook(trace.hook()).fit(&mut gmm, &data)?;
/// assert_eq!(trace.values().len(), fit.iterations as usize + 1);
/// assert!(trace.values().windows(2).all(|w| w[0] <= w[1]));
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("lower_bounds_"))]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace<T, const N: usize> {
    values: heapless::Vec<T, N>,
}

impl<T: Real, const N: usize> Trace<T, N> {
    /// An empty trace.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: heapless::Vec::new() }
    }

    /// The hook that fills the trace. It drops values after the first `N`.
    pub fn hook(&mut self) -> impl FnMut(&Iteration<T>) -> ControlFlow<Stop> + '_ {
        |iteration| {
            // A push to a full trace fails and changes nothing.
            let _ = self.values.push(iteration.mean_log_likelihood);
            ControlFlow::Continue(())
        }
    }

    /// The recorded ℓ/n after 0, 1, 2, … M-steps.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }
}
