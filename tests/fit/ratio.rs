//! The eigenvalue ratio: the best covariances within it, and what fits make of it.

use gaussmix::covariance::{Shape, Uncoupled};
use gaussmix::fit::{EigenvalueRatio, Frozen, Outcome};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Diagonal, Em, Error, Full, Gmm, MStep, Real, Spherical, SufficientStats, Tied};

use crate::support::closeness::assert_close;
use crate::support::clouds::{clouds, guess, narrowed, pass};
use crate::support::data::{faithful, spike};
use crate::support::dense::{Structure, covariances, model};
use crate::support::noise::Noise;
use crate::support::together::eigen;
use crate::support::tolerance::{RATIO_F32, RATIO_OPTIMUM, ROUNDING};

pub(super) fn bounded<T: Real>(ratio: f64) -> MStep<T, EigenvalueRatio<T>> {
    MStep::default().with_eigenvalue_ratio(T::narrow(ratio)).unwrap()
}

/// Three groups far apart, of few to many samples, in sizes that differ by up to four magnitudes.
pub(super) fn groups(seed: u64) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(seed);
    let mut data = Vec::new();
    for centre in [[0.0, 0.0], [1e5, 0.0], [0.0, 1e5]] {
        let count = 1 + (40.0 * noise.uniform()) as usize;
        let [a, b] = [(); 2].map(|()| 10f64.powf(4.0 * noise.uniform() - 2.0));
        let slope = noise.normal();
        data.extend((0..count).map(|_| {
            let (x, y) = (a * noise.normal(), b * noise.normal());
            [centre[0] + x, centre[1] + y + slope * x]
        }));
    }
    data
}

pub(super) fn of_groups<C: Structure>() -> Gmm<f64, 2, 3, C> {
    model([1.0 / 3.0; 3], [[0.0, 0.0], [1e5, 0.0], [0.0, 1e5]], [[[1e4, 0.0], [0.0, 1e4]]; 3])
}

pub(super) fn dense<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [SMatrix<f64, D, D>; K] {
    covariances(gmm).map(|rows| SMatrix::from_fn(|i, j| rows[i][j]))
}

fn inverse<const D: usize>(matrix: &SMatrix<f64, D, D>) -> SMatrix<f64, D, D> {
    let rows = |j: usize| {
        let gaussian: Gmm<f64, D, 1> = Gmm::new([1.0], [[0.0; D]], [*matrix]).unwrap();
        let mut axis = [0.0; D];
        axis[j] = 1.0;
        Full::solve(&gaussian.factors()[0], axis)
    };
    SMatrix::from_fn(|i, j| rows(j)[i])
}

pub(super) fn eigenvalues<const D: usize>(matrix: &SMatrix<f64, D, D>) -> Vec<f64> {
    eigen(&(0..D).map(|i| (0..D).map(|j| matrix[(i, j)]).collect()).collect()).0
}

/// The least and largest eigenvalue of all covariances.
pub(super) fn extremes<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
) -> [f64; 2] {
    let values = dense(gmm).map(|covariance| eigenvalues(&covariance));
    let values = values.iter().flatten();
    values.fold([f64::INFINITY, 0.0], |[least, most], value| [value.min(least), value.max(most)])
}

#[track_caller]
pub(super) fn assert_within<T: Real, const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<T, D, K, C>,
    ratio: f64,
) {
    let [least, most] = extremes(gmm);
    let slack = 1.0 + 1e3 * T::EPSILON.widen();
    assert!(least > 0.0 && most <= ratio * slack * least, "{most} / {least}");
}

/// Of all intervals [m, c m], by trying many: the least Σ n (ln λ' + λ/λ') of eigenvalues λ truncated to one.
fn by_search(values: &[(f64, f64)], ratio: f64) -> f64 {
    let cost = |log: f64| {
        let m = log.exp();
        let of = |(n, value): &(f64, f64)| {
            let kept = value.max(m).min(ratio * m);
            n * (kept.ln() + value / kept)
        };
        values.iter().map(of).sum::<f64>()
    };
    let most = values.iter().fold(0.0f64, |most, (_, value)| most.max(*value)).ln();
    let steps = 4000;
    let place = |i: usize| most + 1.0 - 60.0 * i as f64 / f64::from(steps);
    let best = (1..steps as usize).min_by(|i, j| cost(place(*i)).total_cmp(&cost(place(*j)))).unwrap();
    let (mut left, mut right) = (place(best + 1), place(best - 1));
    for _ in 0..100 {
        let third = (right - left) / 3.0;
        if cost(left + third) < cost(right - third) {
            right -= third;
        } else {
            left += third;
        }
    }
    cost(left)
}

/// No interval is better for the estimates `own` on these masses than that of `found`.
#[track_caller]
pub(super) fn is_least<const D: usize>(
    masses: &[f64; 3],
    own: &[SMatrix<f64, D, D>; 3],
    found: &[SMatrix<f64, D, D>; 3],
    ratio: f64,
) {
    let (mut values, mut cost) = (Vec::new(), 0.0);
    for k in 0..3 {
        values.extend(eigenvalues(&own[k]).iter().map(|value| (masses[k], value.max(0.0))));
        let logs: f64 = eigenvalues(&found[k]).iter().map(|value| value.ln()).sum();
        cost += masses[k] * (logs + (own[k] * inverse(&found[k])).trace());
    }
    let due = by_search(&values, ratio);
    let slack = RATIO_OPTIMUM * due.abs().max(masses.iter().sum());
    assert!((cost - due).abs() <= slack, "ratio {ratio}: {cost} by the M-step, {due} by search");
}

fn is_optimal<C: Structure + Uncoupled>() {
    for seed in 0..40 {
        let (data, start) = (groups(seed), of_groups::<C>());
        let stats = pass(&start, &data);
        // With a ridge too small to matter, one sample has an estimate.
        let (mut free, mut found) = (start.clone(), start);
        MStep::exact().with_ridge(1e-12).unwrap().maximize(&stats, &mut free).unwrap();
        let ratio = [1.0, 1.5, 12.0, 400.0, 1e6][seed as usize % 5];
        bounded(ratio).maximize(&stats, &mut found).unwrap();
        assert_within(&found, ratio);
        is_least(&stats.masses(), &dense(&free), &dense(&found), ratio);
    }
}

#[test]
fn no_interval_is_better_than_that_of_the_m_step() {
    is_optimal::<Full>();
    is_optimal::<Diagonal>();
    is_optimal::<Spherical>();
    is_optimal::<Tied<Full>>();
    is_optimal::<Tied<Diagonal>>();
    is_optimal::<Tied<Spherical>>();
}

/// The theorem behind the interval: no other covariances within the ratio are better either.
#[test]
fn no_covariances_within_the_ratio_are_better() {
    let mut noise = Noise::new(5);
    for seed in 0..10 {
        let (data, start) = (groups(seed), of_groups::<Full>());
        let (stats, mut found) = (pass(&start, &data), start.clone());
        bounded(7.0).maximize(&stats, &mut found).unwrap();
        let due = stats.expected_log_likelihood(&found);
        let [least, _] = extremes(&found);
        for _ in 0..200 {
            let least = least * (0.3 * noise.normal()).exp();
            let other = dense(&found).map(|covariance| {
                let mut eigen = covariance.symmetric_eigen();
                let angle = 0.3 * noise.normal();
                let turn = SMatrix::from([[angle.cos(), angle.sin()], [-angle.sin(), angle.cos()]]);
                eigen.eigenvectors *= turn;
                let mut value = |v: f64| (v * (0.3 * noise.normal()).exp()).clamp(least, 7.0 * least);
                eigen.eigenvalues.apply(|v| *v = value(*v));
                let matrix = eigen.recompose();
                (matrix + matrix.transpose()) * 0.5
            });
            let other: Gmm<f64, 2, 3> = Gmm::new(*found.weights(), *found.means(), other).unwrap();
            assert!(stats.expected_log_likelihood(&other) <= due + RATIO_OPTIMUM * due.abs());
        }
    }
}

fn is_one_ball<C: Structure + Uncoupled>(data: &[[f64; 3]]) {
    let start: Gmm<f64, 3, 3> = guess();
    let responsibilities: Vec<_> =
        data.iter().map(|x| start.posterior(x).unwrap().responsibilities).collect();
    let (mut found, mut due): (Gmm<f64, 3, 3, C>, Gmm<f64, 3, 3, Tied<Spherical>>) = (guess(), guess());
    let (mut own, mut balls) = (SufficientStats::new(), SufficientStats::new());
    for (x, r) in data.iter().zip(&responsibilities) {
        own.assign(x, r).unwrap();
        balls.assign(x, r).unwrap();
    }
    bounded(1.0).maximize(&own, &mut found).unwrap();
    MStep::exact().maximize(&balls, &mut due).unwrap();
    for (found, due) in dense(&found).iter().zip(dense(&due)) {
        assert!((found - due).amax() <= ROUNDING * due.amax(), "{found} for {due}");
    }
}

#[test]
fn with_the_ratio_1_all_components_are_balls_of_one_size() {
    let data = clouds(300, 3);
    is_one_ball::<Full>(&data);
    is_one_ball::<Diagonal>(&data);
    is_one_ball::<Spherical>(&data);
    is_one_ball::<Tied<Full>>(&data);
    is_one_ball::<Tied<Diagonal>>(&data);
    is_one_ball::<Tied<Spherical>>(&data);
}

/// Nor one that no estimate exceeds.
#[test]
fn a_ratio_without_bound_changes_no_bit() {
    let data = clouds(300, 4);
    let mut due: Gmm<f64, 3, 3> = guess();
    let fit = Em::default().with_m_step(MStep::exact()).fit(&mut due, &data);
    for ratio in [f64::INFINITY, 1e4] {
        let mut gmm: Gmm<f64, 3, 3> = guess();
        assert_eq!(Em::default().with_m_step(bounded(ratio)).fit(&mut gmm, &data), fit);
        assert_eq!(gmm, due);
    }
    // A component on one sample has no estimate: it is kept, and with any bound it is not.
    let (data, start) = ([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1e5, 0.0]], of_groups::<Full>());
    let stats = pass(&start, &data);
    let [mut due, mut gmm, mut other] = [(); 3].map(|()| start.clone());
    let update = MStep::exact().maximize(&stats, &mut due).unwrap();
    assert_eq!(update.outcomes[1], Outcome::Kept);
    assert_eq!((bounded(f64::INFINITY).maximize(&stats, &mut gmm), gmm), (Ok(update), due));
    let update = bounded(1e4).maximize(&stats, &mut other).unwrap();
    assert_eq!(update.outcomes[..2], [Outcome::Updated, Outcome::Floored]);
    // One component of one feature has one eigenvalue.
    let (data, mut due): (_, Gmm<f64, 1, 1>) =
        (spike(), Gmm::from_arrays([1.0], [[0.0]], [[[1.0]]]).unwrap());
    let mut gmm = due.clone();
    let (a, b) = (bounded(1.0), MStep::exact());
    assert_eq!(a.maximize(&pass(&gmm, &data), &mut gmm), b.maximize(&pass(&due, &data), &mut due));
    assert_eq!(gmm, due);
}

#[test]
fn in_f32_far_from_0_it_is_that_of_f64() {
    let data: Vec<_> = clouds(300, 6).iter().map(|x| x.map(|v| v + 1e4)).collect();
    let rounded: Vec<[f32; 3]> = narrowed(&data);
    let exact: Vec<_> = rounded.iter().map(|x| x.map(f64::from)).collect();
    let far = |gmm: Gmm<f64, 3, 3>| gmm.affine(&[1.0; 3], &[1e4; 3]).unwrap();
    let mut found: Gmm<f32, 3, 3> = far(guess()).cast().unwrap();
    let mut due: Gmm<f64, 3, 3> = found.cast().unwrap();
    let em = Em::default().with_m_step(bounded(2.0)).with_max_iterations(1);
    em.fit(&mut due, &exact).unwrap();
    Em::default().with_m_step(bounded(2.0)).with_max_iterations(1).fit(&mut found, &rounded).unwrap();
    assert_within(&found, 2.0);
    for (found, due) in dense(&found).iter().zip(dense(&due)) {
        assert!((found - due).amax() <= RATIO_F32 * due.amax(), "{found} for {due}");
    }
}

/// Eigenvalues of 0, and of any size beside each other: the factor exists though the matrix has no digits for it.
#[test]
fn a_ratio_beyond_the_digits_of_the_scalar_leaves_factors() {
    let mut noise = Noise::new(8);
    let data: Vec<[f64; 2]> = (0..40).map(|_| noise.normal()).map(|x| [x, 3.0 * x]).collect();
    for ratio in [1e8, 1e15, 1e18, 1e25] {
        let (mut gmm, line): (Gmm<f64, 2, 1>, _) =
            (model([1.0], [[0.0; 2]], [[[1.0, 0.0], [0.0, 1.0]]]), data.clone());
        bounded(ratio).maximize(&pass(&gmm, &line), &mut gmm).unwrap();
        gmm.validate().unwrap();
        let along = gmm.log_density([1.0, 3.0]).unwrap();
        assert!(along.is_finite() && gmm.log_density([1.0, 3.1]).unwrap() < along);
    }
}

#[test]
fn eigenvalues_that_are_all_0_are_refused_and_a_floor_or_ridge_allows_them() {
    let data = [[1.0, 2.0], [1.0, 2.0], [5.0, 7.0], [5.0, 7.0]];
    let start: Gmm<f64, 2, 2> = model([0.5; 2], [[1.0, 2.0], [5.0, 7.0]], [[[1e-3, 0.0], [0.0, 1e-3]]; 2]);
    let stats = pass(&start, &data);
    let mut gmm = start.clone();
    let refused = Err(Error::NotPositiveDefinite { component: 0 });
    assert_eq!(bounded(4.0).maximize(&stats, &mut gmm), refused);
    assert_eq!(gmm, start);
    for allowed in [bounded(4.0).with_absolute_floor(0.01).unwrap(), bounded(4.0).with_ridge(0.01).unwrap()] {
        allowed.maximize(&stats, &mut gmm).unwrap();
        for covariance in dense(&gmm) {
            assert!((covariance - SMatrix::identity() * 0.01).amax() < 1e-15);
        }
    }
    let em = Em::default().with_m_step(bounded(4.0));
    assert_eq!(em.fit(&mut gmm, &data).map(|_| ()), Err(Error::NotPositiveDefinite { component: 0 }));
    em.fitting().with_resolution([0.5, 0.1]).unwrap().fit(&mut gmm, &data).unwrap();
    for covariance in dense(&gmm) {
        assert!((covariance - SMatrix::identity() * (0.25 / 12.0)).amax() < 1e-15);
    }
}

#[test]
fn an_absolute_floor_is_the_least_that_the_interval_begins_at() {
    let data = clouds(300, 9);
    let start: Gmm<f64, 3, 3> = guess();
    let stats = pass(&start, &data);
    let [mut free, mut floored] = [(); 2].map(|()| start.clone());
    bounded(2.0).maximize(&stats, &mut free).unwrap();
    let floor = 1.5 * extremes(&free)[0];
    bounded(2.0).with_absolute_floor(floor).unwrap().maximize(&stats, &mut floored).unwrap();
    let [least, most] = extremes(&floored);
    assert_close(least, floor, ROUNDING, "the least");
    assert!(most <= 2.0 * floor * (1.0 + ROUNDING));
}

/// What is not estimated stays, and has no say.
#[test]
fn frozen_dead_and_starved_components_keep_their_covariances() {
    let data = faithful();
    let narrow = [[1e-6, 0.0], [0.0, 1e-6]];
    let wide = [[0.3, 0.0], [0.0, 30.0]];
    let means = [[2.0, 55.0], [4.3, 80.0], [3.0, 70.0], [1e3, 1e3]];
    let start: Gmm<f64, 2, 4> = model([0.4, 0.5, 0.0, 0.1], means, [wide, wide, narrow, narrow]);
    let two: Gmm<f64, 2, 2> = model([0.4, 0.6], [means[0], means[1]], [wide, wide]);
    let stats = pass(&start, &data);
    let mut gmm = start.clone();
    let update = bounded(3.0).maximize(&stats, &mut gmm).unwrap();
    let due = [Outcome::Floored, Outcome::Floored, Outcome::Dead, Outcome::Starved];
    assert_eq!(update.outcomes, due);
    let (found, before) = (covariances(&gmm), covariances(&start));
    assert_eq!((found[2], found[3]), (before[2], before[3]));
    assert!(found[0] != before[0] && found[0][0][0] > 0.5);

    let frozen = Frozen::NONE.with_covariances([true, false]);
    let mut gmm = two.clone();
    bounded(3.0).maximize_with(&frozen, &pass(&two, &data), &mut gmm).unwrap();
    assert_eq!(covariances(&gmm)[0], covariances(&two)[0]);
    let values = dense(&gmm)[1].symmetric_eigen().eigenvalues;
    assert_close(values.max() / values.min(), 3.0, ROUNDING, "the ratio of the other");

    let tied: Gmm<f64, 2, 2, Tied<Full>> = model([0.4, 0.6], [means[0], means[1]], [wide, wide]);
    let mut gmm = tied.clone();
    bounded(3.0).maximize_with(&frozen, &pass(&tied, &data), &mut gmm).unwrap();
    assert_eq!(covariances(&gmm), covariances(&tied));
}

/// A component that starves has mass, but neither a say nor another covariance. Others have their ratio by themselves.
#[test]
fn a_component_that_starves_has_no_say() {
    let (data, start) = (clouds(300, 15), guess::<f64, Full>());
    let stats = pass(&start, &data);
    let least_share = stats.masses()[2] / stats.total_weight();
    let m_step = bounded(1.2).with_least_share(least_share).unwrap();
    let mut gmm = start.clone();
    let update = m_step.maximize(&stats, &mut gmm).unwrap();
    assert_eq!(update.outcomes, [Outcome::Floored, Outcome::Floored, Outcome::Starved]);
    assert_eq!(covariances(&gmm)[2], covariances(&start)[2]);
    let mut free = start;
    MStep::exact().maximize(&stats, &mut free).unwrap();
    let [one, two, _] = stats.masses();
    is_least(&[one, two, 0.0], &dense(&free), &dense(&gmm), 1.2);
}

/// About a mean that is frozen, the estimate has the distance of the means in it.
#[test]
fn the_interval_is_that_of_covariances_about_frozen_means() {
    let (data, start) = (clouds(300, 16), guess::<f64, Full>());
    let (stats, frozen) = (pass(&start, &data), Frozen::NONE.with_means([true, false, true]));
    let [mut free, mut found] = [(); 2].map(|()| start.clone());
    MStep::exact().maximize_with(&frozen, &stats, &mut free).unwrap();
    bounded(1.5).maximize_with(&frozen, &stats, &mut found).unwrap();
    assert_eq!(found.means(), free.means());
    is_least(&stats.masses(), &dense(&free), &dense(&found), 1.5);
}

#[test]
fn a_ratio_below_1_is_refused() {
    let refused = Error::InvalidParameter { name: "ratio", expected: "1 or more" };
    for ratio in [0.999, 0.0, -1.0, f64::NAN] {
        assert_eq!(EigenvalueRatio::new(ratio), Err(refused));
        assert_eq!(MStep::default().with_eigenvalue_ratio(ratio).map(|_| ()), Err(refused));
    }
    assert_eq!(EigenvalueRatio::new(1.0).unwrap().ratio(), 1.0);
}
