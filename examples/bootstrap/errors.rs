//! Standard errors of weights and means.

use crate::ratio::null;
use crate::replicate::{Run, draw, each, fit};
use gaussmix::{Error, Gmm};

/// Keeps these draws apart from those of the tests.
const STREAM: u64 = 1 << 16;

/// A number with its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

/// What is known of one component.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) weight: Estimate,
    pub(crate) mean: [Estimate; 2],
}

/// What is known of all, by the first feature's mean; and the means of every replicate, in the same order.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Errors {
    pub(crate) components: Vec<Component>,
    pub(crate) replicates: Vec<Vec<[f64; 2]>>,
}

/// Fits `K` components to the data, and to samples of that model.
pub(crate) fn of<const K: usize>(data: &[[f64; 2]], run: &Run) -> Result<Errors, Error> {
    let (mut model, _) = null::<K>(data, run)?;
    model.permute(&model.canonical_order())?;
    let replicates = each(run, |i| {
        let mut rng = run.generator(STREAM, i);
        let (mut replicate, _) = fit::<K>(&draw(&model, data.len(), &mut rng), &mut rng)?;
        align(&model, &mut replicate)?;
        Ok(replicate)
    })?;
    let estimate = |of: &dyn Fn(&Gmm<f64, 2, K>) -> f64| {
        let n = replicates.len() as f64;
        let mean = replicates.iter().map(of).sum::<f64>() / n;
        let squares: f64 = replicates.iter().map(|gmm| (of(gmm) - mean).powi(2)).sum();
        Estimate { value: of(&model), error: (squares / (n - 1.0)).sqrt() }
    };
    let components = (0..K)
        .map(|k| Component {
            weight: estimate(&|gmm| gmm.weights()[k]),
            mean: [0, 1].map(|j| estimate(&|gmm| gmm.means()[k][j])),
        })
        .collect();
    Ok(Errors { components, replicates: replicates.iter().map(|gmm| gmm.means().to_vec()).collect() })
}

/// Gives the components of `other` the order of `model`'s: of all orders, that of the least sum of Hellinger distances.
fn align<const K: usize>(model: &Gmm<f64, 2, K>, other: &mut Gmm<f64, 2, K>) -> Result<(), Error> {
    let mut distances = [[0.0; K]; K];
    for (k, row) in distances.iter_mut().enumerate() {
        for (i, place) in row.iter_mut().enumerate() {
            *place = model.gaussian(k)?.hellinger(&other.gaussian(i)?);
        }
    }
    let mut best = (f64::INFINITY, [0; K]);
    try_orders(&distances, 0, 0.0, &mut [0; K], &mut best);
    other.permute(&best.1)
}

/// Extends the first `k` places of `order`, of the distance `sum`, in every way.
fn try_orders<const K: usize>(
    distances: &[[f64; K]; K],
    k: usize,
    sum: f64,
    order: &mut [usize; K],
    best: &mut (f64, [usize; K]),
) {
    if k == K {
        if sum < best.0 {
            *best = (sum, *order);
        }
        return;
    }
    for i in 0..K {
        if !order[..k].contains(&i) {
            order[k] = i;
            try_orders(distances, k + 1, sum + distances[k][i], order, best);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)] // a test that cannot go on should stop
    use super::*;

    #[test]
    fn components_are_matched_with_the_ones_that_they_are_like() {
        let means = [[0.0, 0.0], [3.0, 0.0], [0.0, 0.1]];
        let round = [[1.0, 0.0], [0.0, 1.0]];
        // The first and the last differ by their spread only.
        let covariances = [round, round, [[9.0, 0.0], [0.0, 9.0]]];
        let model: Gmm<f64, 2, 3> = Gmm::from_arrays([0.5, 0.3, 0.2], means, covariances).unwrap();
        for order in [[0, 1, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut other = model.affine(&[1.01, 0.99], &[0.1, -0.1]).unwrap();
            let due = other.clone();
            other.permute(&order).unwrap();
            align(&model, &mut other).unwrap();
            assert_eq!(other, due);
        }
    }
}
