//! The M-step of a stream in parts, each of which takes a bounded time.

use super::OnlineEm;
use crate::covariance::Covariance;
use crate::error::Error;
use crate::fit::{Outcome, maximize_weights};
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> OnlineEm<T, D, K, C> {
    /// The M-step for the mean and the covariance of component `k` alone. With [`maximize_weights`](Self::maximize_weights)
    /// it divides an M-step into K + 1 calls, so that the samples between them wait for one part only. The time of a call
    /// is bounded: see below.
    ///
    /// The expected log-likelihood is a sum of parts, one for the weights and one for each component. Each call maximises
    /// one of them for the newest statistics, and leaves the others (Meng & Rubin 1993, doi:10.1093/biomet/80.2.267), up to
    /// floors and ridge. The weights first and then all components, with no sample between them, give the model of
    /// [`maximize`](Self::maximize), bit for bit.
    ///
    /// Whose turn it is, the caller knows: a program that stores the run stores that beside it. A
    /// [`LifeCycle`](crate::lifecycle::LifeCycle) acts after M-steps that a sample brings; here call its
    /// [`apply`](crate::lifecycle::LifeCycle::apply) after the last part. [`last_update`](Self::last_update) stays as it is.
    ///
    /// ```
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Gmm, OnlineEm};
    ///
    /// let start: Gmm<f32, 1, 2> = Gmm::new([0.5; 2], [[0.0], [9.0]], [[[4.0]].into(); 2])?;
    /// // No sample brings a whole M-step.
    /// let mut run = OnlineEm::new(start, StepSize::constant(0.02)?)?.with_interval(0);
    /// let mut turn = 0;
    /// for i in 0..1000u16 {
    ///     run.observe([f32::from(i % 7) + if i % 2 == 0 { 0.0 } else { 20.0 }])?;
    ///     match turn {
    ///         0 => run.maximize_weights()?,
    ///         k => _ = run.maximize_component(k - 1)?,
    ///     }
    ///     turn = (turn + 1) % 3; // K + 1
    /// }
    /// assert!((run.model().means()[1][0] - 23.0).abs() < 0.5);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// A component whose mass has faded to 0 is [`Starved`](Outcome::Starved) for `maximize`, which looks at its weight
    /// before it changes that. If the weights came first, its weight is 0 here too, and it is [`Dead`](Outcome::Dead).
    ///
    /// # Time
    /// All covariances that are clearly above their floors take the same time. One that is not takes eigenvectors: sweeps
    /// of D(D − 1)/2 rotations, usually three to nine, sixteen at most. Estimated cycles of a Cortex-M4F (`f32`,
    /// [`Full`](crate::Full)):
    ///
    /// | D, K | above the floors | raised to them | bound: sixteen full sweeps | a whole M-step above the floors |
    /// |---|---|---|---|---|
    /// | 3, 4 | 1,600 | 6,300 | 25,000 | 5,900 |
    /// | 8, 8 | 7,300 | 117,000 | 370,000 | 57,400 |
    ///
    /// [`Diagonal`](crate::Diagonal) and [`Spherical`](crate::Spherical) covariances have no eigenvectors, and take no
    /// longer on their floors.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if there is no component `k`, [`Error::EmptyData`] if the statistics hold no mass. The
    /// run is then as before.
    ///
    /// # Structures
    /// Components that share a covariance, or a part of it, have no parts of their own:
    /// ```compile_fail
    /// use gaussmix::stream::StepSize;
    /// use gaussmix::{Error, Full, Gmm, OnlineEm, Tied};
    ///
    /// fn of_tied(mut run: OnlineEm<f32, 1, 2, Tied<Full>>) -> Result<(), Error> {
    ///     run.maximize_component(0)?;
    ///     Ok(())
    /// }
    /// # let start = Gmm::new([0.5; 2], [[0.0], [9.0]], [[[4.0]].into()])?;
    /// # of_tied(OnlineEm::new(start, StepSize::default())?)?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn maximize_component(&mut self, k: usize) -> Result<Outcome, Error> {
        const {
            assert!(K == 1 || !(C::SHARED || C::COUPLED), "the components share no part of their covariances")
        };
        let Self { m_step, spread, frozen, stats, gmm, .. } = self;
        let outcome = m_step.maximize_component(k, spread, frozen, stats, gmm)?;
        self.fresh = 0;
        Ok(outcome)
    }

    /// The M-step for the weights alone: see [`maximize_component`](Self::maximize_component). The floors of the components
    /// follow the variances of the data here.
    ///
    /// # Errors
    /// [`Error::EmptyData`] if the statistics hold no mass. The run is then as before.
    pub fn maximize_weights(&mut self) -> Result<(), Error> {
        if !(self.stats.total_weight() > T::ZERO) {
            return Err(Error::EmptyData);
        }
        self.spread = self.next_spread();
        maximize_weights(&self.frozen.weights, &self.stats, &mut self.gmm);
        self.gmm.refresh_offsets();
        (self.pending, self.fresh) = (0, 0);
        Ok(())
    }
}
