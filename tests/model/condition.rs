//! Some features, alone or once others are known.

use gaussmix::covariance::Factor;
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Diagonal, Error, Full, Gmm, Real, Spherical, Tied};

use crate::support::closeness::assert_close;
use crate::support::dense::{Structure, covariances};
use crate::support::naive::{Mixture, inverse_and_determinant};
use crate::support::rearranged::{samples, three};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{CONDITION_F32, ROUNDING};

/// p(x) = p(given) p(wanted | given), also where features stand in another order.
fn a_density_is_that_of_the_given_times_that_of_the_rest<C: Structure>() {
    let gmm = three::<f64, C>(0.0);
    for x in samples(&gmm, 20) {
        let due = gmm.log_density(x).unwrap();
        let given = gmm.marginal([2]).unwrap().log_density([x[2]]).unwrap();
        let rest = gmm.condition([2], [x[2]], [1, 0]).unwrap().log_density([x[1], x[0]]).unwrap();
        assert_close(given + rest, due, ROUNDING, "one given");
        let given = gmm.marginal([2, 0]).unwrap().log_density([x[2], x[0]]).unwrap();
        let rest = gmm.condition([2, 0], [x[2], x[0]], [1]).unwrap().log_density([x[1]]).unwrap();
        assert_close(given + rest, due, ROUNDING, "two given");
    }
}

/// Against inverses of blocks, which share no code with the crate; also where one feature is neither given nor wanted.
fn conditional_mixtures_agree_with_schur_complements<C: Structure>() {
    let gmm = three::<f64, C>(0.0);
    for x in samples(&gmm, 5) {
        agrees_with_schur(&Mixture::of(&gmm), &gmm.condition([1], [x[1]], [2]).unwrap(), [1], [x[1]], [2]);
        let (given, known) = ([2, 0], [x[2], x[0]]);
        agrees_with_schur(&Mixture::of(&gmm), &gmm.condition(given, known, [1]).unwrap(), given, known, [1]);
    }
}

for_typical_structures!(
    a_density_is_that_of_the_given_times_that_of_the_rest,
    conditional_mixtures_agree_with_schur_complements,
);

fn agrees_with_schur<C: Structure, const A: usize, const B: usize>(
    naive: &Mixture,
    found: &Gmm<f64, B, 4, C>,
    given: [usize; A],
    x: [f64; A],
    wanted: [usize; B],
) {
    let block = |k: usize, rows: &[usize], columns: &[usize]| -> Vec<Vec<f64>> {
        rows.iter().map(|i| columns.iter().map(|j| naive.covariances[k][*i][*j]).collect()).collect()
    };
    let part =
        |k: usize, features: &[usize]| -> Vec<f64> { features.iter().map(|j| naive.means[k][*j]).collect() };
    let marginal = Mixture {
        weights: naive.weights.clone(),
        means: (0..4).map(|k| part(k, &given)).collect(),
        covariances: (0..4).map(|k| block(k, &given, &given)).collect(),
    };
    let (_, weights) = marginal.posterior(&x);
    for k in 0..4 {
        assert_close(found.weights()[k], weights[k], ROUNDING, "weight");
        let (inverse, _) = inverse_and_determinant(&block(k, &given, &given));
        let (across, rest) = (block(k, &wanted, &given), block(k, &wanted, &wanted));
        for i in 0..B {
            let gain: Vec<f64> = (0..A).map(|b| (0..A).map(|a| across[i][a] * inverse[a][b]).sum()).collect();
            let shift: f64 = (0..A).map(|a| gain[a] * (x[a] - naive.means[k][given[a]])).sum();
            assert_close(found.means()[k][i], naive.means[k][wanted[i]] + shift, ROUNDING, "mean");
            for j in 0..B {
                let explained: f64 = (0..A).map(|a| gain[a] * across[j][a]).sum();
                let (found, due) = (covariances(found)[k][i][j], rest[i][j] - explained);
                assert_close(found, due, ROUNDING, "covariance");
            }
        }
    }
    assert_eq!(found.weights()[3], 0.0, "a dead component came to life");
    found.validate().unwrap();
}

/// Features that lead in order need no rotation: their factors are blocks, bit for bit.
#[test]
fn a_marginal_of_a_marginal_is_a_marginal() {
    let gmm = three::<f64, Full>(0.0);
    assert_eq!(gmm.marginal([0, 1, 2]).unwrap(), gmm);
    assert_eq!(gmm.marginal([0, 1]).unwrap().marginal([0]).unwrap(), gmm.marginal([0]).unwrap());
    let (twice, once) = (gmm.marginal([2, 0]).unwrap().marginal([1]).unwrap(), gmm.marginal([0]).unwrap());
    for k in 0..4 {
        assert_eq!((twice.weights()[k], twice.means()[k]), (once.weights()[k], once.means()[k]));
        assert_close(covariances(&twice)[k][0][0], covariances(&once)[k][0][0], ROUNDING, "variance");
        assert_eq!(covariances(&once)[k][0][0], covariances(&gmm)[k][0][0]);
    }
}

#[test]
fn structures_keep_what_features_can_share() {
    let tied: Gmm<f64, 1, 4, Tied<Full>> = three::<f64, Tied<Full>>(0.0).marginal([1]).unwrap();
    let diagonal: Gmm<f64, 2, 4, Diagonal> =
        three::<f64, gaussmix::covariance::Evi>(0.0).condition([1], [0.5], [2, 0]).unwrap();
    let spherical = three::<f64, Spherical>(0.0);
    let two: Gmm<f64, 2, 4, Spherical> = spherical.condition([1], [0.5], [2, 0]).unwrap();
    assert_eq!(two.factors(), spherical.factors());
    assert!(tied.validate().is_ok() && diagonal.validate().is_ok());
    let full: Gmm<f64, 2, 4> = three::<f64, gaussmix::covariance::Vve>(0.0).marginal([0, 2]).unwrap();
    let again: Gmm<f64, 1, 4> = full.marginal([1]).unwrap();
    assert!(again.validate().is_ok());
}

#[test]
fn to_be_given_nothing_is_the_marginal_and_order_permutes() {
    let gmm = three::<f64, Full>(0.0);
    assert_eq!(gmm.condition([], [], [2, 1]).unwrap(), gmm.marginal([2, 1]).unwrap());
    let there = gmm.condition([1], [0.3], [0, 2]).unwrap();
    let back = gmm.condition([1], [0.3], [2, 0]).unwrap();
    assert_eq!(there.weights(), back.weights());
    for k in 0..4 {
        assert_eq!(there.means()[k], [back.means()[k][1], back.means()[k][0]]);
        let ([[a, b], [_, c]], [[z, y], [_, x]]) = (covariances(&there)[k], covariances(&back)[k]);
        for (found, due) in [(a, x), (b, y), (c, z)] {
            assert_close(found, due, ROUNDING, "covariance");
        }
    }
    let swapped = gmm.condition([1, 0], [0.3, -0.7], [2]).unwrap();
    let straight = gmm.condition([0, 1], [-0.7, 0.3], [2]).unwrap();
    for k in 0..4 {
        assert_close(swapped.weights()[k], straight.weights()[k], ROUNDING, "weight");
        assert_close(swapped.means()[k][0], straight.means()[k][0], ROUNDING, "mean");
    }
    let line: Gmm<f64, 1, 2> = Gmm::from_arrays([0.25, 0.75], [[1.0], [4.0]], [[[2.0]], [[0.5]]]).unwrap();
    assert_eq!(line.marginal([0]).unwrap(), line);
    let one = line.regress([], [], [0]).unwrap();
    let all = line.collapse().unwrap();
    assert_close(one.means()[0][0], all.means()[0][0], ROUNDING, "mean");
    assert_close(one.covariances()[0][0], all.covariances()[0][0], ROUNDING, "variance");
}

#[test]
fn a_regression_is_the_collapse_of_the_conditional_mixture() {
    fn check<C: Structure>() {
        let gmm = three::<f64, C>(0.0);
        for x in samples(&gmm, 10) {
            let found = gmm.regress([1], [x[1]], [2, 0]).unwrap();
            let conditional = gmm.condition([1], [x[1]], [2, 0]).unwrap();
            // With full covariances, so that it keeps what is between the components.
            let matrices = covariances(&conditional).map(SMatrix::from);
            let full: Gmm<f64, 2, 4> =
                Gmm::new(*conditional.weights(), *conditional.means(), matrices).unwrap();
            let due = full.collapse().unwrap();
            for i in 0..2 {
                assert_close(found.means()[0][i], due.means()[0][i], ROUNDING, "mean");
                for j in 0..2 {
                    let (found, due) = (found.covariances()[0][(i, j)], due.covariances()[0][(i, j)]);
                    assert_close(found, due, ROUNDING, "covariance");
                }
            }
        }
    }
    check::<Full>();
    check::<Diagonal>();
    check::<Tied<Spherical>>();
}

#[test]
fn a_change_of_units_commutes() {
    let (gmm, scale, offset) = (three::<f64, Full>(0.0), [2.0, -0.5, 10.0], [7.0, -3.0, 0.25]);
    let there = gmm.affine(&scale, &offset).unwrap().condition([1], [0.4 * scale[1] + offset[1]], [2, 0]);
    let back =
        gmm.condition([1], [0.4], [2, 0]).unwrap().affine(&[scale[2], scale[0]], &[offset[2], offset[0]]);
    let (there, back) = (there.unwrap(), back.unwrap());
    for k in 0..4 {
        assert_close(there.weights()[k], back.weights()[k], ROUNDING, "weight");
        for i in 0..2 {
            assert_close(there.means()[k][i], back.means()[k][i], ROUNDING, "mean");
            for j in 0..2 {
                assert_close(
                    covariances(&there)[k][i][j],
                    covariances(&back)[k][i][j],
                    ROUNDING,
                    "covariance",
                );
            }
        }
    }
}

/// y = 2x, off by 1e-9: of 4 + 1e-18 − 4, an `f64` would keep nothing.
#[test]
fn features_on_a_line_keep_the_digits_of_what_is_left() {
    let factor = Factor(SMatrix::from([[1.0, 2.0], [0.0, 1e9]]));
    let mut line: Gmm<f64, 2, 1> = Gmm::from_parts([1.0], [0.0], [[3.0, 6.0]], [factor]);
    line = line.affine(&[1.0, 1.0], &[0.0, 0.0]).unwrap();
    for (given, x, wanted, mean, variance) in
        [(0, 5.0, 1, 10.0, 1e-18), (1, 10.0, 0, 5.0, 1e-18 / (4.0 + 1e-18))]
    {
        let found = line.condition([given], [x], [wanted]).unwrap();
        assert_close(found.means()[0][0], mean, ROUNDING, "mean");
        assert_close(found.covariances()[0][0] / variance, 1.0, ROUNDING, "variance");
        assert_eq!(line.regress([given], [x], [wanted]).unwrap().means(), found.means());
    }
}

/// Means and samples are whole sixty-fourths, which an `f32` near 1e4 holds.
#[test]
fn an_offset_costs_no_more_than_its_own_rounding_in_single_precision() {
    let (near, far) = (three::<f64, Full>(0.0), three::<f32, Full>(1e4));
    for x in [0.25, -1.5, 2.0, 3.625] {
        let due = near.condition([1], [x], [2, 0]).unwrap();
        let found = far.condition([1], [x as f32 + 1e4], [2, 0]).unwrap();
        let predicted = far.regress([1], [x as f32 + 1e4], [2, 0]).unwrap();
        let prediction = near.regress([1], [x], [2, 0]).unwrap();
        let ulp = 1.0 / 1024.0;
        for j in 0..2 {
            let off = predicted.means()[0][j].widen() - 1e4 - prediction.means()[0][j];
            assert!(off.abs() <= ulp, "prediction: {off}");
            for k in 0..4 {
                let off = found.means()[k][j].widen() - 1e4 - due.means()[k][j];
                assert!(off.abs() <= ulp, "mean: {off}");
            }
        }
        for k in 0..4 {
            assert_close(found.weights()[k].widen(), due.weights()[k], CONDITION_F32, "weight");
        }
        let single = covariances(&found).into_iter().flatten().flatten();
        for (found, due) in single.zip(covariances(&due).into_iter().flatten().flatten()) {
            assert_close(found, due, CONDITION_F32, "covariance");
        }
        // What lies between means is off by an ulp of theirs.
        let off = predicted.covariances()[0][(0, 0)].widen() - prediction.covariances()[0][(0, 0)];
        assert!(off.abs() <= 4.0 * ulp, "spread: {off}");
    }
}

#[test]
fn what_lies_far_out_underflows_to_dead_components_and_never_to_nan() {
    fn check<T: Real, C: Structure>(far: f64) {
        let gmm = three::<T, C>(0.0);
        for x in [far, -far] {
            let found = gmm.condition([0], [T::narrow(x)], [1, 2]).unwrap();
            assert!(found.validate().is_ok(), "{x:e}: {:?}", found.validate());
            assert_eq!(found.live().count(), 1, "{x:e}: {:?}", found.weights());
            assert!(gmm.regress([0], [T::narrow(x)], [1, 2]).is_ok());
        }
    }
    check::<f64, Full>(1e150);
    check::<f64, Diagonal>(1e150);
    check::<f32, Full>(1e18);
    // What a dead component expects there overflows: it keeps its mean.
    let (wide, steep) = ([[1e200, 0.0], [0.0, 1.0]], [[1e-200, 0.6], [0.6, 1e200]]);
    let gmm: Gmm<f64, 2, 2> = Gmm::from_arrays([1.0, 0.0], [[0.0, 0.0], [0.0, 7.0]], [wide, steep]).unwrap();
    let found = gmm.condition([0], [1e150], [1]).unwrap();
    assert_eq!((found.weights(), found.means()), (&[1.0, 0.0], &[[0.0], [7.0]]));
}

#[test]
fn what_is_no_feature_or_no_number_is_refused() {
    let gmm = three::<f64, Full>(0.0);
    let expected = "features, each less than D and named once";
    let invalid = |name| Some(Error::InvalidParameter { name, expected });
    assert_eq!(gmm.marginal([3]).err(), invalid("wanted"));
    assert_eq!(gmm.marginal([1, 1]).err(), invalid("wanted"));
    assert_eq!(gmm.condition([usize::MAX], [0.0], [1]).err(), invalid("given"));
    assert_eq!(gmm.condition([1, 1], [0.0, 0.0], [2]).err(), invalid("given"));
    assert_eq!(gmm.condition([1], [0.0], [1]).err(), invalid("wanted"));
    for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = Some(Error::NonFiniteSample { sample: 0, feature: 1 });
        assert_eq!(gmm.condition([2, 1], [0.0, x], [0]).err(), error);
        assert_eq!(gmm.regress([2, 1], [0.0, x], [0]).err(), error);
    }
    assert_eq!(gmm.condition([0], [1e200], [1]).err(), Some(Error::OutOfRange { sample: 0 }));
    assert_eq!(gmm.condition([0], [f64::MAX], [1]).err(), Some(Error::OutOfRange { sample: 0 }));
}
