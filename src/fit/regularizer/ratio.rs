//! A bound on how far the eigenvalues of covariances lie apart.

use super::{Regularizer, Units, sealed};
use crate::covariance::{Constant, CovarianceUpdate, Floors, Outcome, Shape, Truncation, Uncoupled};
use crate::error::{Error, require};
use crate::model::Gmm;
use crate::real::Real;

/// No eigenvalue of a covariance is more than c times another, over all components: max λ ≤ c min λ (Fritz,
/// García-Escudero & Mayo-Iscar 2013, doi:10.1016/j.csda.2012.11.018). So no component collapses, the likelihood of
/// more than K different samples is bounded, and its largest maximum means something; and no component spreads over the
/// others. It takes the place of floors: relative ones are off.
/// [`MStep::with_eigenvalue_ratio`](crate::MStep::with_eigenvalue_ratio) sets it.
///
/// The M-step is exact. Of all covariances within the ratio, the likelihood is largest for the usual estimates with
/// eigenvalues truncated to an interval [m, c m], with one m for all. c = 1 makes all components balls of one size,
/// whatever the structure, as [`Tied<Spherical>`](crate::Tied) does. c = ∞ is no constraint: M-steps are those of
/// [`MStep::exact`](crate::MStep::exact). A finite c above 9·10¹⁸ (`f32`) or 6·10¹⁵³ (`f64`) counts as that. A component
/// whose eigenvalues are raised to m is [`Floored`](crate::fit::Outcome::Floored).
///
/// - **Units.** Eigenvalues mix the units of the features, so c has a meaning only where units are alike. Bring features
///   into like units before a fit, and the model [back](crate::Gmm::affine) after it, as below. A unit that all features
///   share makes no difference.
/// - **Structures.** [`Full`](crate::Full), [`Diagonal`](crate::Diagonal), [`Spherical`](crate::Spherical) and these
///   [`Tied`](crate::Tied): those that are [`Uncoupled`](crate::covariance::Uncoupled). With others it does not compile.
/// - **Monotone.** No M-step lowers the likelihood of a model within the ratio. A start may lie outside, and its first
///   M-step may lose likelihood.
/// - **Who takes part.** What an M-step estimates. A component that starves or is dead, or whose covariance is
///   [frozen](crate::fit::Frozen), keeps it as it is, also outside the ratio.
/// - **Floors.** m is never below an absolute floor, nor below the largest variance of a
///   [resolution](crate::fit::Fitting::with_resolution). A ridge is added before eigenvalues are truncated.
/// - **Cost.** An M-step computes the eigenvalues of each covariance, and where it truncates also the axes. It takes K·D
///   numbers and up to three matrices more on the stack. On a stream choose [an
///   interval](crate::OnlineEm::with_interval): M-steps then never update factors rank by rank.
///
/// ```
/// use gaussmix::{Diagonal, Em, Gmm, MStep, init};
///
/// // Metres and millimetres, and one reading that belongs to nobody.
/// let data = [[1.2, 110.0], [1.9, 700.0], [1.5, 400.0], [8.1, 300.0], [8.8, 9000.0]];
/// // Both in metres for the fit, and the model in metres and millimetres again.
/// let metres = data.map(|[x, y]| [x, y / 1000.0]);
/// let mut gmm: Gmm<f64, 2, 2, Diagonal> = Gmm::unfitted();
/// init::farthest_first(&mut gmm, &metres)?;
/// let m_step = MStep::exact().with_eigenvalue_ratio(10.0)?;
/// Em::default().with_m_step(m_step).fit(&mut gmm, &metres)?;
/// let [a, b] = gmm.covariances();
/// assert!(a.max().max(b.max()) < 10.001 * a.min().min(b.min()));
/// let in_units = gmm.affine(&[1.0, 1000.0], &[0.0; 2])?;
/// assert_eq!(in_units.means()[0][1], 1000.0 * gmm.means()[0][1]);
/// # Ok::<(), gaussmix::Error>(())
/// ```
///
/// Components that share part of a covariance cannot have it truncated alone:
/// ```compile_fail,E0277
/// use gaussmix::covariance::Vve;
/// use gaussmix::{Em, Gmm, MStep};
///
/// let m_step = MStep::exact().with_eigenvalue_ratio(10.0)?;
/// let mut gmm: Gmm<f64, 2, 2, Vve> = Gmm::unfitted();
/// Em::default().with_m_step(m_step).fit(&mut gmm, &[[0.0, 1.0]; 9])?;
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("restr.fact", "tclust", "eigenvalue constraint"))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EigenvalueRatio<T> {
    pub(crate) ratio: T,
}

impl<T: Real> EigenvalueRatio<T> {
    /// max λ ≤ `ratio` · min λ.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `ratio` is 1 or more.
    pub fn new(ratio: T) -> Result<Self, Error> {
        require(ratio >= T::ONE, "ratio", "1 or more")?;
        Ok(Self { ratio })
    }

    /// c
    #[must_use]
    pub fn ratio(&self) -> T {
        self.ratio
    }

    fn truncation<const D: usize, const K: usize>(
        &self,
        floors: &Floors<T, D>,
        masses: [T; K],
    ) -> Truncation<T, K> {
        let least = floors.relative.iter().fold(floors.absolute, |least, floor| least.larger(*floor));
        // Beyond it, squared distances over the least variance would overflow.
        let most = if self.ratio < T::INFINITY { T::ONE / T::SMALLEST_NORMAL.root() } else { self.ratio };
        Truncation { ratio: self.ratio.smaller(most), least, masses }
    }
}

impl<T> sealed::Sealed for EigenvalueRatio<T> {}

impl<T: Real, const D: usize, const K: usize, C: Uncoupled> Regularizer<T, D, K, C> for EigenvalueRatio<T> {
    const CONSTRAINS: bool = true;
    const UNITS: Units = Units::Common;

    fn covariances(
        &self,
        update: &CovarianceUpdate<'_, T, D, K>,
        scatters: &C::Scatters<T, D, K>,
        factors: &mut C::Factors<T, D, K>,
        outcomes: &mut [Outcome; K],
    ) -> Result<(), Error> {
        if self.ratio == T::INFINITY {
            C::maximize(update, scatters, factors, outcomes);
            return Ok(());
        }
        if C::SHARED && update.frozen.contains(&true) {
            return Ok(());
        }
        let mut masses = [T::ZERO; K];
        for k in 0..K {
            let starves = outcomes[k] == Outcome::Starved;
            if C::SHARED || !(starves || update.frozen[k]) {
                masses[C::slot(k)] += update.divisor(k);
            }
        }
        let estimate = |slot: usize, mass: T, _: &_| {
            let mut matrix = scatters.as_ref().get(slot).copied().unwrap_or(Constant::ZERO);
            for k in 0..K {
                if C::slot(k) == slot && update.moments[k].mass() > T::ZERO {
                    C::Shape::add_outer(&mut matrix, update.moments[k].mass(), &update.deviation(k));
                }
            }
            C::Shape::normalise(&mut matrix, mass, update.ridge);
            matrix
        };
        self.truncation(update.floors, masses).apply::<D, C>(factors, estimate, |slot| {
            for k in 0..K {
                if C::slot(k) == slot && outcomes[k] == Outcome::Updated {
                    outcomes[k] = Outcome::Floored;
                }
            }
        })
    }

    fn restore(&self, floors: &Floors<T, D>, frozen: &[bool; K], gmm: &mut Gmm<T, D, K, C>) -> Option<()> {
        let mut masses = [T::ZERO; K];
        for k in 0..K {
            if C::SHARED || !frozen[k] {
                masses[C::slot(k)] += gmm.weights[k];
            }
        }
        let covariance = |_: usize, _: T, factor: &_| C::Shape::covariance::<T, D>(factor);
        self.truncation(floors, masses).apply::<D, C>(&mut gmm.factors, covariance, |_| {}).ok()
    }
}
