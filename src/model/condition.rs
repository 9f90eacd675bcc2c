//! What a model says of some features: their distribution, alone or once others are known, and their regression.

use super::Gmm;
use super::posterior::exponentials;
use crate::covariance::{Covariance, Extra, Factor, FactorOf, Full, Noise, Order, Shape};
use crate::error::{Error, require};
use crate::real::Real;
use nalgebra::SMatrix;

impl<T: Real, const D: usize, const K: usize, C: Covariance> Gmm<T, D, K, C> {
    /// The mixture of the features `wanted`, in this order, whatever the others are.
    ///
    /// The structure is [`C::Conditional`](Covariance::Conditional): the same, except that components which share a part
    /// of their covariances do not share it in some of the features.
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let covariance = [[4.0, 1.0], [1.0, 2.0]];
    /// let gmm: Gmm<f64, 2, 1> = Gmm::from_arrays([1.0], [[3.0, 7.0]], [covariance])?;
    /// let second = gmm.marginal([1])?;
    /// assert_eq!(second.means(), &[[7.0]]);
    /// assert!((second.covariances()[0][0] - 2.0).abs() < 1e-14);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a feature is not below D or named twice.
    #[doc(alias("marginalize", "marginalise", "marginal distribution"))]
    pub fn marginal<const B: usize>(
        &self,
        wanted: [usize; B],
    ) -> Result<Gmm<T, B, K, C::Conditional>, Error> {
        self.condition([], [], wanted)
    }

    /// The mixture of the features `wanted`, in this order, once those named in `given` are known to be `x`. Features
    /// in neither list are unknown.
    ///
    /// With o the given features and m the wanted ones, component k has the weight π_k N(x; μ_o, Σ_oo) / p(x), the mean
    /// μ_m + Σ_mo Σ_oo⁻¹ (x − μ_o) and the covariance Σ_mm − Σ_mo Σ_oo⁻¹ Σ_om (Anderson 2003, *An Introduction to
    /// Multivariate Statistical Analysis*, 2.5), which is not computed as a difference: see below. How the structure
    /// changes says [`marginal`](Self::marginal).
    ///
    /// ```
    /// use gaussmix::Gmm;
    ///
    /// let (up, down) = ([[1.0, 0.9], [0.9, 1.0]], [[1.0, -0.9], [-0.9, 1.0]]);
    /// let gmm: Gmm<f64, 2, 2> =
    ///     Gmm::from_arrays([0.5, 0.5], [[0.0, 0.0], [4.0, 0.0]], [up, down])?;
    /// let y = gmm.condition([0], [1.0], [1])?; // the second feature where the first is 1
    /// assert!((y.means()[0][0] - 0.9).abs() < 1e-15);
    /// assert!((y.covariances()[0][0] - 0.19).abs() < 1e-15);
    /// assert!(y.weights()[0] > 0.98);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    ///
    /// More features than there are do not compile:
    /// ```compile_fail
    /// let gmm: gaussmix::Gmm<f64, 2, 1> = gaussmix::Gmm::unfitted();
    /// let three = gmm.condition([0], [1.0], [1, 1]);
    /// ```
    ///
    /// # Precision
    /// Weights are ratios of logarithms, so they are right however far out `x` lies. A component whose weight is below
    /// the range of [`exp_nonpositive`](Real::exp_nonpositive) is dead in the result; its mean and covariance are still
    /// those given `x`. One that was dead remains so. Covariances come of factors, whose rows are put in order and made
    /// lower triangles again by rotations: every conditional variance is a sum of squares, above 0 and with its digits
    /// however close the features are to a line.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if a feature is not below D, or named twice in both lists. [`Error::NonFiniteSample`]
    /// with the feature where `x` is NaN or infinite. [`Error::OutOfRange`] if the squared distance to a live component,
    /// or what is expected there, overflows.
    #[doc(alias("conditional", "conditional distribution", "GMR"))]
    pub fn condition<const A: usize, const B: usize>(
        &self,
        given: [usize; A],
        x: [T; A],
        wanted: [usize; B],
    ) -> Result<Gmm<T, B, K, C::Conditional>, Error> {
        self.condition_beside(self.extra.noise(), given, x, wanted)
    }

    /// [`condition`](Self::condition), with this noise.
    fn condition_beside<const A: usize, const B: usize>(
        &self,
        noise: Option<&Noise<T, D>>,
        given: [usize; A],
        x: [T; A],
        wanted: [usize; B],
    ) -> Result<Gmm<T, B, K, C::Conditional>, Error> {
        const { assert!(A + B <= D, "more features are given and wanted than there are") };
        let order = order_of(&given, &wanted)?;
        if let Some((feature, _)) = given.iter().zip(&x).find(|(_, v)| !v.is_finite()) {
            return Err(Error::NonFiniteSample { sample: 0, feature: *feature });
        }
        let mut conditional: Gmm<T, B, K, C::Conditional> = Gmm::BLANK;
        let mut joint = [T::NEG_INFINITY; K];
        let factors = self.factors.as_ref();
        let mut arranged = C::Shape::arrange::<T, D>(&factors[0], &order.features);
        for k in 0..K {
            if k > 0 && !C::SHARED {
                arranged = C::Shape::arrange::<T, D>(&factors[C::slot(k)], &order.features);
            }
            let mut d = [T::ZERO; D];
            for (j, x) in given.iter().zip(&x) {
                if let (Some(d), Some(m)) = (d.get_mut(*j), self.means[k].get(*j)) {
                    *d = *x - *m;
                }
            }
            let z = order.whiten::<T, C::Shape>(&arranged, &d);
            let shift = order.colour::<T, C::Shape>(&arranged, &z);
            let mut in_range = true;
            for (to, j) in conditional.means[k].iter_mut().zip(&wanted) {
                if let (Some(m), Some(s)) = (self.means[k].get(*j), shift.get(*j)) {
                    let expected = *m + *s;
                    in_range &= expected.is_finite();
                    *to = if expected.is_finite() { expected } else { *m };
                }
            }
            if self.weights[k] > T::ZERO {
                let log = log_share::<T, D, A, C>(self.weights[k], &arranged, &z);
                joint[k] = log.filter(|_| in_range).ok_or(Error::OutOfRange { sample: 0 })?;
            }
            conditional.factors.as_mut()[C::slot(k)] = block::<T, D, B, C>(&arranged, A);
        }
        self.weigh(&mut conditional, noise, &mut joint, &given, &wanted);
        conditional.refresh_offsets();
        Ok(conditional)
    }

    /// Sets the weights of the conditional mixture from the logarithms of its shares, but for a constant, and its noise.
    #[inline(always)]
    fn weigh<const A: usize, const B: usize>(
        &self,
        conditional: &mut Gmm<T, B, K, C::Conditional>,
        noise: Option<&Noise<T, D>>,
        joint: &mut [T; K],
        given: &[usize; A],
        wanted: &[usize; B],
    ) {
        let mut noise_weight = noise.map_or(T::ZERO, |noise| noise.weight);
        if A == 0 {
            let share = if noise.is_some() { T::ONE } else { self.gaussian_share() };
            conditional.weights = self.weights.map(|weight| weight / share);
        } else {
            let volume = |noise: &Noise<T, D>| {
                let mut is_given = [false; D];
                given.iter().for_each(|j| is_given.iter_mut().skip(*j).take(1).for_each(|is| *is = true));
                noise.offset_of(&is_given) + T::from_count(A as u64) * T::HALF_LN_2PI
            };
            let (own, _, sum) = exponentials(joint, noise.map(volume));
            conditional.weights = joint.map(|share| share / sum);
            noise_weight = own / sum;
        }
        if let Some((to, from)) = conditional.extra.noise_mut().zip(self.extra.noise()) {
            to.weight = noise_weight;
            for (to, j) in to.log_ranges.iter_mut().zip(wanted) {
                *to = from.log_ranges.get(*j).copied().unwrap_or(T::ZERO);
            }
        }
    }

    /// Mean and covariance of the features `wanted`, once those named in `given` are known to be `x`: Gaussian mixture
    /// regression (Ghahramani & Jordan 1994). It is the [collapse](Self::collapse) of the
    /// [conditional](Self::condition) mixture, as one Gaussian with a full covariance, whatever the structure. The mean
    /// is what to predict for the least squared error.
    ///
    /// ```
    /// use gaussmix::{Em, Gmm, init};
    /// use rand_pcg::Pcg32;
    ///
    /// // y = |x|, with a wave in place of noise.
    /// let data: [[f64; 2]; 101] = core::array::from_fn(|i| {
    ///     let x = (i as f64 - 50.0) / 25.0;
    ///     [x, x.abs() + 0.05 * (i as f64).sin()]
    /// });
    /// let mut gmm: Gmm<f64, 2, 2> = Gmm::unfitted();
    /// Em::default().fit_best_of(&mut gmm, 10, init::mixed, &data, &mut Pcg32::new(1, 1))?;
    ///
    /// let y = gmm.regress([0], [-1.2], [1])?; // the second column from the first
    /// assert!((y.means()[0][0] - 1.2).abs() < 0.05);
    /// assert!(y.covariances()[0][0].sqrt() < 0.1);
    /// # Ok::<(), gaussmix::Error>(())
    /// ```
    /// Noise, which is everywhere, predicts nothing: the prediction is that of the Gaussians.
    ///
    /// `y.covariances()[0]` is the spread of single values about the prediction, not the error of the prediction.
    ///
    /// # Errors
    /// As [`condition`](Self::condition); [`Error::NonFiniteMean`] or [`Error::NotPositiveDefinite`] if the result
    /// leaves the range of `T`; [`Error::InvalidParameter`] for a model that is nothing but noise.
    #[doc(alias("predict", "GMR", "gmr", "Gaussian mixture regression", "regression"))]
    pub fn regress<const A: usize, const B: usize>(
        &self,
        given: [usize; A],
        x: [T; A],
        wanted: [usize; B],
    ) -> Result<Gmm<T, B, 1>, Error> {
        self.require_gaussians()?;
        let conditional = self.condition_beside(None, given, x, wanted)?;
        let (weights, means) = (&conditional.weights, &conditional.means);
        let factor = |k: usize| {
            let of_shape = conditional.factors.as_ref()[C::slot(k)].0;
            Factor(C::Shape::to_matrix::<T, B>(&of_shape))
        };
        // Without an index that the compiler does not see below K.
        let (mut heaviest, mut most, mut about) = (0, T::ZERO, [T::ZERO; B]);
        let mut one: Gmm<T, B, 1> = Gmm::unfitted();
        for k in 0..K {
            if weights[k] > most {
                (heaviest, most, about, one.factors[0]) = (k, weights[k], means[k], factor(k));
            }
        }
        // About one of the means, so that an offset of the data costs no digits.
        let deviation = |k: usize, from: &[T; B]| {
            let mut d = means[k];
            for j in 0..B {
                d[j] = (d[j] - about[j]) - from[j];
            }
            d
        };
        let mut centre = [T::ZERO; B];
        for k in 0..K {
            if weights[k] > T::ZERO {
                let d = deviation(k, &[T::ZERO; B]);
                for j in 0..B {
                    centre[j] += weights[k] * d[j];
                }
            }
        }
        // Rotations add all columns of the other factors to the heaviest one's.
        Full::rank_one(&mut one.factors[0], most, most, &centre);
        for k in 0..K {
            if k != heaviest && weights[k] > T::ZERO {
                Full::rank_one(&mut one.factors[0], T::ONE, weights[k], &deviation(k, &centre));
                for j in 0..B {
                    let column = Full::column(&factor(k), j);
                    Full::rank_one(&mut one.factors[0], T::ONE, weights[k], &column);
                }
            }
        }
        for j in 0..B {
            one.means[0][j] = about[j] + centre[j];
        }
        one.refresh_offsets();
        one.validate().map(|()| one)
    }
}

/// ln π_k N(x; μ_o, Σ_oo) of the first `A` features of a factor, whitened, but for a constant that all components have;
/// `None` if their squared distance overflows.
#[inline(always)]
fn log_share<T: Real, const D: usize, const A: usize, C: Covariance>(
    weight: T,
    arranged: &FactorOf<T, D, C>,
    z: &[T; D],
) -> Option<T> {
    let (mut log, mut distance) = (weight.natural_log(), T::ZERO);
    for (j, z) in z.iter().enumerate().take(A) {
        // By `get`, since the compiler does not see everywhere that j < D.
        let column = C::Shape::column::<T, D>(arranged, j);
        log -= column.get(j).map_or(T::ZERO, |pivot| pivot.natural_log());
        distance += *z * *z;
    }
    (distance < T::INFINITY).then_some(log - T::HALF * distance)
}

/// The factor of the `B` features from place `from` on, once those before are known.
fn block<T: Real, const D: usize, const B: usize, C: Covariance>(
    arranged: &FactorOf<T, D, C>,
    from: usize,
) -> FactorOf<T, B, C> {
    // Numbers of a factor stand where those of a full one do.
    let all = C::Shape::to_matrix::<T, D>(&arranged.0);
    let block = SMatrix::from_fn(|i, j| all.get((from + i, from + j)).copied().unwrap_or(T::ZERO));
    Factor(C::Shape::from_matrix::<T, B>(&block))
}

/// The features given, those wanted, and the rest. An error if one is no feature or named twice.
fn order_of<const D: usize>(given: &[usize], wanted: &[usize]) -> Result<Order<D>, Error> {
    let (mut named, mut features) = ([false; D], [0; D]);
    for (at, feature) in given.iter().chain(wanted).enumerate() {
        let is_new = named.get_mut(*feature).is_some_and(|named| !core::mem::replace(named, true));
        let name = if at < given.len() { "given" } else { "wanted" };
        require(is_new, name, "features, each less than D and named once")?;
        if let Some(place) = features.get_mut(at) {
            *place = *feature;
        }
    }
    let rest = (0..D).zip(named).filter(|(_, named)| !named);
    for (place, (feature, _)) in features.iter_mut().skip(given.len() + wanted.len()).zip(rest) {
        *place = feature;
    }
    Ok(Order { features, given: given.len() })
}
