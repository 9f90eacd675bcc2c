//! The path that plain passes take, and where it leads.

use crate::covariance::{Covariance, Extra, Factor, MatrixOf, Shape, places};
use crate::fit::{Frozen, Regularizer, Usual};
use crate::model::Gmm;
use crate::observation::check_finite;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// Two models of plain passes in a row. A third follows them.
pub(super) struct Path<'a, T: Real, const D: usize, const K: usize, C: Covariance> {
    pub(super) from: &'a Gmm<T, D, K, C>,
    pub(super) to: &'a Gmm<T, D, K, C>,
    /// What plain passes leave as it is, also what starves.
    pub(super) frozen: &'a Frozen<K>,
}

/// How one parameter moves: the first step, and what the second differs from it.
#[derive(Clone, Copy)]
struct Move<T> {
    r: T,
    v: T,
}

impl<T: Real> Move<T> {
    fn linear(a: T, b: T, c: T) -> Self {
        let r = b - a;
        Self { r, v: (c - b) - r }
    }

    /// Of the logarithm of a number.
    fn of_logarithm(a: T, b: T, c: T) -> Self {
        let r = (b / a).natural_log();
        Self { r, v: (c / b).natural_log() - r }
    }

    /// 2αr + α²v
    fn by(&self, length: T) -> T {
        length * (self.r + self.r + length * self.v)
    }
}

/// |r|² and |v|².
struct Norms<T> {
    r: T,
    v: T,
}

impl<T: Real> Norms<T> {
    fn add(&mut self, part: Move<T>, scale: T) {
        let (r, v) = (part.r * scale, part.v * scale);
        self.r += r * r;
        self.v += v * v;
    }
}

/// e^x where that is a positive number.
fn exponential<T: Real>(x: T) -> Option<T> {
    let found = if x.abs() < T::INFINITY { x.exponential() } else { T::ZERO };
    (found > T::ZERO && found < T::INFINITY).then_some(found)
}

impl<T: Real, const D: usize, const K: usize, C: Covariance> Path<'_, T, D, K, C> {
    /// Moves `gmm`, the third model, on along the path by a step of the length |r|/|v|, of at most `cap`. Returns the
    /// length; with 1, the model stays. `None`, and the model spoilt, where the path leads out of range or ends.
    pub(super) fn extend<R>(
        &self,
        cap: T,
        usual: &Usual<'_, T, D, K, R>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Option<T>
    where
        R: Regularizer<T, D, K, C>,
    {
        let mut is_live = [false; K];
        for k in 0..K {
            is_live[k] = gmm.weights[k] > T::ZERO;
            if is_live[k] != (self.from.weights[k] > T::ZERO) || is_live[k] != (self.to.weights[k] > T::ZERO)
            {
                return None;
            }
        }
        let noise = [self.from, self.to, gmm].map(Gmm::noise_weight);
        let is_noisy = noise.iter().all(|weight| *weight > T::ZERO);
        if !is_noisy && noise.iter().any(|weight| *weight > T::ZERO) {
            return None;
        }
        let mut scales = stats.feature_variances();
        for scale in &mut scales {
            *scale = if *scale > T::ZERO { T::ONE / scale.root() } else { T::ZERO };
        }
        // Where all weights are frozen, that of the noise does not move either.
        let is_free = is_noisy && self.frozen.weights.iter().any(|frozen| !frozen);
        let (weights, own) = self.weight_moves(&is_live, is_free.then_some(noise), gmm);
        let mut norms = self.norms(&is_live, &weights, &scales, gmm);
        if let Some(own) = own {
            norms.add(own, T::ONE);
        }
        let length = (norms.r / norms.v).root().larger(T::ONE).smaller(cap);
        // Without a second difference the ratio is infinite, or, at rest, no number.
        if !(norms.r > T::ZERO && length > T::ONE) {
            return Some(T::ONE);
        }
        self.step(length, &is_live, &weights, own, gmm)?;
        self.restore(&is_live, usual, stats, gmm)?;
        gmm.refresh_offsets();
        Some(length)
    }

    /// The moves of ln π_k less their mean, of weights that are live and not frozen; and that of `noise`, if there is any.
    fn weight_moves(
        &self,
        is_live: &[bool; K],
        noise: Option<[T; 3]>,
        gmm: &Gmm<T, D, K, C>,
    ) -> ([Move<T>; K], Option<Move<T>>) {
        let mut moves = [Move { r: T::ZERO, v: T::ZERO }; K];
        let (mut count, mut r, mut v) = (T::ZERO, T::ZERO, T::ZERO);
        let own = noise.map(|[a, b, c]| Move::of_logarithm(a, b, c));
        if let Some(own) = own {
            (count, r, v) = (T::ONE, own.r, own.v);
        }
        for k in 0..K {
            if is_live[k] && !self.frozen.weights[k] {
                moves[k] = Move::of_logarithm(self.from.weights[k], self.to.weights[k], gmm.weights[k]);
                (count, r, v) = (count + T::ONE, r + moves[k].r, v + moves[k].v);
            }
        }
        for k in 0..K {
            if is_live[k] && !self.frozen.weights[k] {
                moves[k] = Move { r: moves[k].r - r / count, v: moves[k].v - v / count };
            }
        }
        (moves, own.map(|own| Move { r: own.r - r / count, v: own.v - v / count }))
    }

    fn norms(
        &self,
        is_live: &[bool; K],
        weights: &[Move<T>; K],
        scales: &[T; D],
        gmm: &Gmm<T, D, K, C>,
    ) -> Norms<T> {
        let mut norms = Norms { r: T::ZERO, v: T::ZERO };
        for k in 0..K {
            norms.add(weights[k], T::ONE);
            for j in 0..D {
                if is_live[k] {
                    let part = Move::linear(self.from.means[k][j], self.to.means[k][j], gmm.means[k][j]);
                    norms.add(part, scales[j]);
                }
            }
        }
        let numbers = C::Shape::parameter_count(D);
        let [from, to, now] = [self.from, self.to, gmm].map(|gmm| gmm.factors.as_ref());
        for (slot, ((a, b), c)) in from.iter().zip(to).zip(now).enumerate() {
            if !C::SHARED && !is_live.get(slot).is_some_and(|live| *live) {
                continue;
            }
            let [a, b, c] = [&a.0, &b.0, &c.0].map(C::Shape::numbers::<T, D>);
            for (((row, is_diagonal), a), (b, c)) in places::<D>(numbers).zip(a).zip(b.zip(c)) {
                match is_diagonal {
                    true => norms.add(Move::of_logarithm(*a, *b, *c), T::ONE),
                    false => norms.add(Move::linear(*a, *b, *c), scales.get(row).copied().unwrap_or(T::ZERO)),
                }
            }
        }
        norms
    }

    /// Takes the step. What did not move keeps its bits.
    fn step(
        &self,
        length: T,
        is_live: &[bool; K],
        weights: &[Move<T>; K],
        own: Option<Move<T>>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Option<()> {
        let (mut share, mut sum) = (T::ONE, T::ZERO);
        if let Some((own, noise)) = own.zip(gmm.extra.noise_mut()) {
            noise.weight = self.from.noise_weight() * exponential(own.by(length))?;
            sum = noise.weight;
        }
        for k in 0..K {
            if is_live[k] && !self.frozen.weights[k] {
                gmm.weights[k] = self.from.weights[k] * exponential(weights[k].by(length))?;
                sum += gmm.weights[k];
            } else {
                share -= gmm.weights[k];
            }
            for j in 0..D {
                if is_live[k] {
                    let a = self.from.means[k][j];
                    gmm.means[k][j] = a + Move::linear(a, self.to.means[k][j], gmm.means[k][j]).by(length);
                }
            }
            check_finite(&gmm.means[k]).ok()?;
        }
        if sum > T::ZERO {
            gmm.set_noise_weight(share * (gmm.noise_weight() / sum));
            for k in 0..K {
                if is_live[k] && !self.frozen.weights[k] {
                    gmm.weights[k] = share * (gmm.weights[k] / sum);
                    if !(gmm.weights[k] > T::ZERO && gmm.weights[k] <= T::ONE) {
                        return None;
                    }
                }
            }
        }
        let numbers = C::Shape::parameter_count(D);
        let [from, to] = [self.from, self.to].map(|gmm| gmm.factors.as_ref());
        let is_frozen = |k: usize| self.frozen.covariances.get(k).is_some_and(|frozen| *frozen);
        for (slot, ((a, b), c)) in from.iter().zip(to).zip(gmm.factors.as_mut()).enumerate() {
            if !C::SHARED && (!is_live.get(slot).is_some_and(|live| *live) || is_frozen(slot)) {
                continue;
            }
            let [a, b] = [&a.0, &b.0].map(C::Shape::numbers::<T, D>);
            let c = C::Shape::numbers_mut::<T, D>(&mut c.0);
            for (((_, is_diagonal), a), (b, c)) in places::<D>(numbers).zip(a).zip(b.zip(c)) {
                *c = match is_diagonal {
                    true => *a * exponential(Move::of_logarithm(*a, *b, *c).by(length))?,
                    false => *a + Move::linear(*a, *b, *c).by(length),
                };
            }
        }
        Some(())
    }

    /// Brings covariances back into the structure and above the floors. `None` if that is not possible.
    fn restore<R>(
        &self,
        is_live: &[bool; K],
        usual: &Usual<'_, T, D, K, R>,
        stats: &SufficientStats<T, D, K, C>,
        gmm: &mut Gmm<T, D, K, C>,
    ) -> Option<()>
    where
        R: Regularizer<T, D, K, C>,
    {
        let is_frozen = |k: usize| self.frozen.covariances.get(k).is_some_and(|frozen| *frozen);
        // One frozen covariance freezes what is shared.
        let rests = (C::SHARED || C::COUPLED) && self.frozen.covariances.contains(&true);
        if rests {
            return Some(());
        }
        if C::COUPLED && !C::restore(&gmm.weights, &mut gmm.factors) {
            return None;
        }
        let mut floors = usual.m_step.floors(&usual.base(), stats).ok()?;
        floors.absolute = floors.absolute.larger(usual.m_step.ridge);
        if R::CONSTRAINS {
            return usual.m_step.regularizer.restore(&floors, &self.frozen.covariances, gmm);
        }
        // The rounding of what lies on a floor.
        let most = T::ONE + T::narrow(64.0) * T::EPSILON;
        for (slot, factor) in gmm.factors.as_mut().iter_mut().enumerate() {
            if !C::SHARED && (!is_live.get(slot).is_some_and(|live| *live) || is_frozen(slot)) {
                continue;
            }
            if !C::Shape::is_factor::<T, D>(factor) {
                return None;
            }
            if C::COUPLED {
                // It cannot be raised alone.
                if C::Shape::shortfall(factor, &floors) > most {
                    return None;
                }
            } else {
                let mut raised: MatrixOf<T, D, C> = C::Shape::covariance::<T, D>(factor);
                if C::Shape::factorise(&mut raised, &floors)? {
                    *factor = Factor(raised);
                }
            }
        }
        Some(())
    }
}
