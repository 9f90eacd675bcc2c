//! Drawing from a model.

use super::Gmm;
use crate::covariance::{Covariance, Extra, Shape};
use crate::real::Real;
use rand_core::Rng;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// Draws a sample of the mixture. It takes D + 1 numbers of the generator, or D + 2 for odd D. No loop depends on
    /// their values, so the time is bounded.
    ///
    /// Noise has the same density everywhere, and so no place of its own: a draw from it is uniform in the box of its
    /// ranges about the mean of all Gaussians.
    ///
    /// ```
    /// use gaussmix::Gmm;
    /// use rand_pcg::Pcg32;
    ///
    /// let covariance = [[1e-6, 0.0], [0.0, 1e-6]].into();
    /// let gmm: Gmm<f64, 2, 1> = Gmm::new([1.0], [[3.0, 4.0]], [covariance])?;
    /// let [x, y] = gmm.sample(&mut Pcg32::new(1, 1));
    /// assert!((x - 3.0).abs() < 0.01 && (y - 4.0).abs() < 0.01);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    #[doc(alias("sim", "rvs"))]
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> [T; D] {
        self.sample_labelled(rng).1
    }

    /// Draws a sample, and returns it after the index of the component that produced it; K for noise.
    pub fn sample_labelled<R: Rng + ?Sized>(&self, rng: &mut R) -> (usize, [T; D]) {
        // Compares u in (0, 1] with the cumulated weights. A dead component adds nothing and is never chosen.
        let u = T::from_random_bits(rng.next_u64());
        let factors = self.factors.as_ref();
        let (mut component, mut cumulated) = (0, T::ZERO);
        let (mut mean, mut factor) = (&self.means[0], &factors[0]);
        // Looked up in here, since the compiler does not see everywhere that what comes out is below K.
        for k in 0..K {
            let w = self.weights[k];
            if w > T::ZERO && cumulated < u {
                (component, mean, factor) = (k, &self.means[k], &factors[C::slot(k)]);
                cumulated += w;
            }
        }
        if let Some(noise) = self.extra.noise()
            && noise.weight > T::ZERO
            && cumulated < u
        {
            return (K, self.draw_noise(&noise.ranges(), cumulated, rng));
        }
        let mut x = C::Shape::colour(factor, &normals(rng));
        for (x, m) in x.iter_mut().zip(mean) {
            *x += *m;
        }
        (component, x)
    }

    /// A point of the box of these ranges about the mean of the Gaussians, whose weights sum to `share`.
    fn draw_noise<R: Rng + ?Sized>(&self, ranges: &[T; D], share: T, rng: &mut R) -> [T; D] {
        let mut x = [T::ZERO; D];
        for (weight, mean) in self.weights.iter().zip(&self.means).filter(|(w, _)| **w > T::ZERO) {
            for j in 0..D {
                x[j] += *weight / share * mean[j];
            }
        }
        for (pair, ranges) in x.chunks_mut(2).zip(ranges.chunks(2)) {
            let units = [T::from_random_bits(rng.next_u64()), T::from_random_bits(rng.next_u64())];
            for ((x, range), unit) in pair.iter_mut().zip(ranges).zip(units) {
                *x += *range * (unit - T::HALF);
            }
        }
        x
    }
}

/// Independent standard normal numbers.
#[inline(always)]
pub(super) fn normals<T: Real, const D: usize, R: Rng + ?Sized>(rng: &mut R) -> [T; D] {
    let mut z = [T::ZERO; D];
    for pair in z.chunks_mut(2) {
        for (to, from) in pair.iter_mut().zip(standard_normals(rng)) {
            *to = from;
        }
    }
    z
}

/// Two independent standard normal numbers (Box & Muller 1958, doi:10.1214/aoms/1177706645).
fn standard_normals<T: Real, R: Rng + ?Sized>(rng: &mut R) -> [T; 2] {
    let minus_two = -(T::ONE + T::ONE);
    let radius = (minus_two * T::from_random_bits(rng.next_u64()).natural_log()).root();
    let (sin, cos) = T::from_random_bits(rng.next_u64()).sin_cos_turns();
    [radius * cos, radius * sin]
}
