//! Greedy reduction: the closest pairs merge until few components are left.

use super::merge::{Pair, closest};
use super::operations::{check_component, put};
use crate::covariance::{Constant, Covariance, Extra};
use crate::error::Error;
use crate::model::Gmm;
use crate::real::Real;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Reduces the mixture to at most `L` live components. The [closest](crate::reduce::closest) pair merges, again and
    /// again, and gets the weight, mean and covariance of both (Runnalls 2007, doi:10.1109/TAES.2007.4383588).
    ///
    /// The mean and covariance of the whole mixture stay the same, as far as the structure holds them: a diagonal
    /// structure keeps the variances, a spherical structure their mean. Where components share a volume or a shape, the
    /// merged covariances are fitted to each other once, at the end.
    ///
    /// Noise stays as it is. Components keep their order. A pair has the place of its first component; dead slots come
    /// last. To reduce to one component, [`collapse`](Self::collapse) does the same in less time. This takes about K³/6
    /// factorisations.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let means = [[-1.0], [8.0], [1.0]];
    /// let gmm: Gmm<f64, 1, 3> = Gmm::from_arrays([0.3, 0.4, 0.3], means, [[[3.0]]; 3])?;
    /// let two = gmm.reduce::<2>()?;
    /// assert_eq!((two.weights(), two.means()), (&[0.6, 0.4], &[[0.0], [8.0]]));
    /// assert!((two.covariances()[0][0] - 4.0).abs() < 1e-14);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    /// It does not compile to more components than there are:
    /// ```compile_fail
    /// let gmm: gaussmix::Gmm<f64, 1, 2> = gaussmix::Gmm::unfitted();
    /// let more = gmm.reduce::<3>();
    /// ```
    ///
    /// # Errors
    /// [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if a merged mean or covariance leaves the range of
    /// `T`.
    #[doc(alias("mixture reduction", "GMM reduction"))]
    pub fn reduce<const L: usize>(&self) -> Result<Gmm<T, D, L, C>, Error> {
        const { assert!(L <= K, "a mixture cannot be reduced to more components than it has") };
        let mut gmm = self.clone();
        let surplus = self.live().count().saturating_sub(L);
        for _ in 0..surplus {
            let pair = closest(&gmm).ok_or(Error::NotPositiveDefinite { component: 0 })?;
            join(&mut gmm, pair.first, pair.second)?;
        }

        let dead = (0..K).filter(|k| gmm.weights.get(*k) == Some(&T::ZERO));
        let mut kept = gmm.live().chain(dead);
        let mut few: Gmm<T, D, L, C> =
            Gmm::from_parts([T::ZERO; L], [T::ZERO; L], [[T::ZERO; D]; L], Constant::ZERO);
        // A plain loop: with iterator adaptors the compiler does not see that places are below L.
        for place in 0..L {
            if let Some(k) = kept.next()
                && let (Some(weight), Some(mean)) = (gmm.weights.get(k), gmm.means.get(k))
                && let Some(factor) = gmm.factors.as_ref().get(C::slot(k))
            {
                (few.weights[place], few.means[place]) = (*weight, *mean);
                put::<T, D, L, C>(&mut few.factors, &[place], factor);
            }
        }
        if let (Some(to), Some(from)) = (few.extra.noise_mut(), self.extra.noise()) {
            *to = *from;
        }
        let weights = few.weights;
        if surplus > 0 && !C::restore(&weights, &mut few.factors) {
            return Err(Error::NotPositiveDefinite { component: 0 });
        }
        few.refresh_offsets();
        few.validate().map(|()| few)
    }
}

/// Merges component `from` into component `into`. Offsets are left as they are, and a coupled structure is not
/// restored: only weights, means and factors are right afterwards.
fn join<T: Real, const D: usize, const K: usize, C: Covariance>(
    gmm: &mut Gmm<T, D, K, C>,
    into: usize,
    from: usize,
) -> Result<(), Error> {
    // Both are below K, which the compiler does not know. (Of one test for both it would not learn it either.)
    check_component::<K>(into, "into")?;
    check_component::<K>(from, "from")?;
    let pair = Pair::of(gmm, into, from);
    let (mean, factor) = pair.merged(gmm)?;
    (gmm.weights[into], gmm.weights[from]) = (pair.weight, T::ZERO);
    gmm.means[into] = mean;
    put::<T, D, K, C>(&mut gmm.factors, &[into], &factor);
    Ok(())
}
