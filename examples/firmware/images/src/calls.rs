//! The crate's calls as a program makes them, kept apart from the code that measures them.

use gaussmix::fit::{Fit, Frozen, Outcome, Pass, Update, Workspace, adapt};
use gaussmix::{Covariance, Em, Error, Gmm, MStep, Masked, OnlineEm, Posterior, SufficientStats, init};

/// Samples to measure with.
pub const SAMPLES: usize = 256;

/// A measured shape of model.
#[derive(Clone, Copy, Debug)]
pub struct Calls<const D: usize, const K: usize, C>(C);

#[allow(missing_docs, reason = "the methods are the calls of the same name")]
#[allow(clippy::missing_errors_doc, reason = "as theirs")]
impl<const D: usize, const K: usize, C: Covariance> Calls<D, K, C> {
    #[inline(never)]
    pub fn log_density(gmm: &Gmm<f32, D, K, C>, x: &[f32; D]) -> f32 {
        gmm.log_density(x).unwrap_or(f32::NAN)
    }

    #[inline(never)]
    pub fn posterior(gmm: &Gmm<f32, D, K, C>, x: &[f32; D]) -> Result<Posterior<f32, K>, Error> {
        gmm.posterior(x)
    }

    /// The last feature from all others.
    #[inline(never)]
    pub fn impute(gmm: &Gmm<f32, D, K, C>, x: &[f32; D], observed: [bool; D]) -> f32 {
        let imputed = gmm.impute(Masked { features: *x, observed });
        imputed.map_or(f32::NAN, |imputed| imputed.mean.last().copied().unwrap_or(f32::NAN))
    }

    /// ln p(x) of the observed features.
    #[inline(never)]
    pub fn log_density_of(gmm: &Gmm<f32, D, K, C>, x: &[f32; D], observed: [bool; D]) -> f32 {
        gmm.log_density(Masked { features: *x, observed }).unwrap_or(f32::NAN)
    }

    /// One feature from `A` others.
    #[inline(never)]
    pub fn regress<const A: usize>(
        gmm: &Gmm<f32, D, K, C>,
        given: [usize; A],
        x: [f32; A],
        wanted: usize,
    ) -> f32 {
        gmm.regress(given, x, [wanted]).map_or(f32::NAN, |one| one.means()[0][0])
    }

    #[inline(never)]
    pub fn observe(stats: &mut SufficientStats<f32, D, K, C>, gmm: &Gmm<f32, D, K, C>, x: &[f32; D]) -> f32 {
        stats.observe(gmm, x).map_or(f32::NAN, |posterior| posterior.log_density)
    }

    #[inline(never)]
    pub fn pass(pass: &mut Pass<f32, D, K, C>, gmm: &Gmm<f32, D, K, C>, x: &[f32; D]) -> bool {
        pass.observe(gmm, x).is_ok()
    }

    /// A sample that lacks features.
    #[inline(never)]
    pub fn observe_of(
        stats: &mut SufficientStats<f32, D, K, C>,
        gmm: &Gmm<f32, D, K, C>,
        x: &[f32; D],
        observed: [bool; D],
    ) -> f32 {
        stats
            .observe(gmm, Masked { features: *x, observed })
            .map_or(f32::NAN, |posterior| posterior.log_density)
    }

    /// An M-step with the model itself as prior, worth 16 samples a component.
    #[inline(never)]
    pub fn adapt(
        stats: &SufficientStats<f32, D, K, C>,
        gmm: &mut Gmm<f32, D, K, C>,
    ) -> Result<Update<K>, Error> {
        adapt(gmm, stats, 16.0, &Frozen::NONE)
    }

    #[inline(never)]
    pub fn maximize(
        stats: &SufficientStats<f32, D, K, C>,
        gmm: &mut Gmm<f32, D, K, C>,
    ) -> Result<Update<K>, Error> {
        MStep::default().maximize(stats, gmm)
    }

    /// One sample of a stepwise run.
    #[inline(never)]
    pub fn step(online: &mut OnlineEm<f32, D, K, C>, x: &[f32; D]) -> f32 {
        online.observe(x).map_or(f32::NAN, |posterior| posterior.log_density)
    }

    #[inline(never)]
    pub fn maximize_weights(online: &mut OnlineEm<f32, D, K, C>) -> bool {
        online.maximize_weights().is_ok()
    }

    /// Whether its covariance was raised to a floor.
    #[inline(never)]
    pub fn maximize_component(online: &mut OnlineEm<f32, D, K, C>, k: usize) -> bool {
        online.maximize_component(k) == Ok(Outcome::Floored)
    }

    /// One E-step, one M-step, and the E-step that tells how good they were.
    #[inline(never)]
    pub fn fit(gmm: &mut Gmm<f32, D, K, C>, data: &[[f32; D]; SAMPLES]) -> Result<Fit<f32, K>, Error> {
        Em::default().with_max_iterations(1).fit(gmm, data)
    }

    #[inline(never)]
    pub fn fit_in(
        memory: &mut Workspace<f32, D, K, C>,
        gmm: &mut Gmm<f32, D, K, C>,
        data: &[[f32; D]; SAMPLES],
    ) -> Result<Fit<f32, K>, Error> {
        Em::default().with_max_iterations(1).fitting().with_workspace(memory).fit(gmm, data)
    }

    /// A model to measure: the start and a few iterations.
    #[inline(never)]
    pub fn start(gmm: &mut Gmm<f32, D, K, C>, data: &[[f32; D]; SAMPLES]) -> Result<(), Error> {
        init::farthest_first(gmm, data)?;
        for _ in 0..5 {
            Self::fit(gmm, data)?;
        }
        Ok(())
    }
}
