//! The likelihood-ratio test of K components against one more.

use crate::replicate::{Run, draw, each, fit};
use gaussmix::{Error, Gmm};

/// A test of `components` against one more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Test {
    pub(crate) components: usize,
    /// −2 ln λ of the data.
    pub(crate) observed: f64,
    /// The same of samples from the model of `components`, in ascending order.
    pub(crate) replicates: Vec<f64>,
}

impl Test {
    /// The share of samples of the smaller model that speak as loudly against it; the data count as one of them.
    pub(crate) fn p_value(&self) -> f64 {
        let louder = self.replicates.iter().filter(|ratio| **ratio >= self.observed).count();
        (louder + 1) as f64 / (self.replicates.len() + 1) as f64
    }

    /// The least number that a share of the replicates does not exceed.
    pub(crate) fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.replicates.len() as f64).ceil() as usize;
        self.replicates.get(rank.max(1) - 1).copied().unwrap_or(f64::NAN)
    }
}

/// Tests `K` against `L` = K + 1 components.
pub(crate) fn test<const K: usize, const L: usize>(data: &[[f64; 2]], run: &Run) -> Result<Test, Error> {
    const { assert!(L == K + 1) };
    let (model, small) = null::<K>(data, run)?;
    let (_, large) = fit::<L>(data, &mut run.generator(L as u64, u32::MAX))?;
    let mut replicates = each(run, |i| of_draws::<K, L>(&model, data.len(), run, i))?;
    replicates.sort_by(f64::total_cmp);
    Ok(Test { components: K, observed: ratio(small, large), replicates })
}

/// The model of K components, from which replicates are drawn.
pub(crate) fn null<const K: usize>(data: &[[f64; 2]], run: &Run) -> Result<(Gmm<f64, 2, K>, f64), Error> {
    fit::<K>(data, &mut run.generator(K as u64, u32::MAX))
}

/// The ratio of one replicate.
fn of_draws<const K: usize, const L: usize>(
    model: &Gmm<f64, 2, K>,
    count: usize,
    run: &Run,
    index: u32,
) -> Result<f64, Error> {
    let mut rng = run.generator(K as u64, index);
    let drawn = draw(model, count, &mut rng);
    let (_, small) = fit::<K>(&drawn, &mut rng)?;
    let (_, large) = fit::<L>(&drawn, &mut rng)?;
    Ok(ratio(small, large))
}

/// −2 ln λ. Nested models lose nothing, so only a search that missed the better maximum makes it negative.
fn ratio(small: f64, large: f64) -> f64 {
    (2.0 * (large - small)).max(0.0)
}

/// One replicate by itself.
#[cfg(test)]
pub(crate) fn replicate<const K: usize, const L: usize>(
    data: &[[f64; 2]],
    run: &Run,
    index: u32,
) -> Result<f64, Error> {
    of_draws::<K, L>(&null::<K>(data, run)?.0, data.len(), run, index)
}
