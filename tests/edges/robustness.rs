//! Data that breaks naive implementations.

use gaussmix::init::KMeans;
use gaussmix::{Em, Error, Gmm, MStep, Real, SufficientStats, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_same_statistics;
use crate::support::clouds::{MEANS, clouds, guess, narrowed, pass};
use crate::support::dense::{Structure, covariances, model};
use crate::support::naive::Mixture;
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::{FAR_DENSITY, FAR_VARIANCE_F32, SUM_TO_ONE_ULPS};

/// scikit-learn #30382. In `f32`, against the direct formulas in `f64` on the same rounded samples.
fn far_offset_data_in_f32_keeps_variance<C: Structure>() {
    for offset in [1e2, 1e3, 1e4, 1e5] {
        let mut data = clouds(600, 121);
        data.iter_mut().flatten().for_each(|v| *v += offset);
        let single = narrowed::<f32, 3>(&data);
        let rounded: Vec<([f64; 3], f64)> = single.iter().map(|x| (x.map(f64::from), 1.0)).collect();
        let mut gmm = guess::<f32, C>().affine(&[1.0; 3], &[offset as f32; 3]).unwrap();
        let due = Mixture::of(&gmm).statistics(&rounded).maximize::<3, C>();
        MStep::exact().maximize(&pass(&gmm, &single), &mut gmm).unwrap();
        for (k, found) in covariances(&gmm).iter().enumerate() {
            for j in 0..3 {
                let due = due.covariances[k][j][j];
                assert!(
                    (found[j][j] / due - 1.0).abs() <= FAR_VARIANCE_F32,
                    "{offset} {k} {j} {}",
                    found[j][j]
                );
            }
        }
    }
}

fn sums_to_one<T: Real, C: Structure>(distances: &[f64]) {
    let gmm = guess::<T, C>();
    let directions = [[1.0, 0.0, 0.0], [-0.3, 0.8, 0.5], [0.1, -1.0, 0.6]];
    for (distance, direction) in distances.iter().flat_map(|d| directions.map(|x| (*d, x))) {
        let x = direction.map(|v| T::narrow(v * distance));
        let p = gmm.posterior(x).unwrap();
        let sum: f64 = p.responsibilities.iter().map(|r| r.widen()).sum();
        assert!((sum - 1.0).abs() <= SUM_TO_ONE_ULPS * T::EPSILON.widen(), "{distance}: {sum}");
        assert!(p.log_density.widen().is_finite());
        let due = Mixture::of(&gmm).posterior(&x.map(|v| v.widen())).0;
        let relative = (p.log_density.widen() / due - 1.0).abs();
        assert!(relative <= FAR_DENSITY * T::EPSILON.widen(), "{distance}: off by {relative:e}");
        let mut stats = SufficientStats::new();
        stats.observe(&gmm, x).unwrap();
        assert!((stats.total_weight().widen() - 1.0).abs() <= SUM_TO_ONE_ULPS * T::EPSILON.widen());
    }
}

/// gmr's robust responsibilities; scikit-learn #29989.
fn responsibilities_sum_to_one_at_extreme_distance<C: Structure>() {
    sums_to_one::<f64, C>(&[30.0, 1e3, 1e8, 1e15, 1e50, 1e140]);
    sums_to_one::<f32, C>(&[30.0, 1e3, 1e8, 1e12]);
}

/// Midway between two like components everything cancels but the weights, however far out.
fn responsibilities_of_equidistant_samples_are_the_weights<C: Structure>() {
    let means = [[1.0, 0.0, 0.0], [-1.0, 0.0, 0.0]];
    let ball = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let gmm: Gmm<f64, 3, 2, C> = model([0.5, 0.5], means, [ball, ball]);
    for distance in [0.0, 10.0, 1e6, 1e100] {
        let p = gmm.posterior([0.0, distance, -distance]).unwrap();
        assert_eq!(p.responsibilities, [0.5, 0.5]);
    }
}

/// Every way to train: none may panic, and what it leaves must be usable.
fn outcomes<C: Structure>(data: &[[f64; 3]]) -> Vec<Result<Gmm<f64, 3, 3, C>, Error>> {
    let mut rng = Pcg64::new(122, 1);
    let em = Em::default().with_max_iterations(20);
    type Start<C> = fn(&mut Gmm<f64, 3, 3, C>, &[[f64; 3]], &mut Pcg64) -> Result<(), Error>;
    let starts: [Start<C>; 5] = [
        |g, d, _| init::farthest_first(g, d),
        |g, d, r| init::k_means_plus_plus(g, d, r),
        |g, d, r| init::random_samples(g, d, r),
        |g, d, r| init::k_means(g, d, r, 5),
        |g, d, r| init::agglomerate(g, d, r),
    ];
    let mut found: Vec<_> = starts
        .iter()
        .map(|start| {
            let mut gmm = guess();
            em.fit_best_of(&mut gmm, 2, start, data, &mut rng).map(|_| gmm)
        })
        .collect();
    let mut gmm = guess();
    found.push(em.fit(&mut gmm, data).map(|_| gmm));
    for gmm in found.iter().flatten() {
        gmm.validate().unwrap();
        assert!(gmm.mean_log_likelihood(data).unwrap().is_finite());
    }
    found
}

/// scikit-learn's test_regularisation; GaussianMixtures.jl #21; linfa's constant data.
fn repeated_rows_constant_columns_n_below_d_or_k_give_an_error_or_a_floored_fit<C: Structure>() {
    let row = [1.0, -2.0, 0.5];
    let fits = |data: &[[f64; 3]]| outcomes::<C>(data);
    assert!(fits(&[]).iter().all(|r| *r == Err(Error::EmptyData)));
    for n in [1, 2, 5, 100] {
        let found = fits(&vec![row; n]);
        let alike = |r: &Result<_, _>| matches!(r, Err(Error::TooFewDistinctSamples { found: 1 }));
        assert!(found[..5].iter().all(alike), "{n} {found:?}");
        assert_eq!(found[5], Err(Error::ConstantFeature { feature: 0 }));
    }
    let mut column = clouds(80, 123);
    column.iter_mut().for_each(|x| x[1] = 7.0);
    // The starts accept it, the fits do not, unless one variance serves all features.
    let due = |r: &Result<_, _>| {
        if C::SPHERICAL { r.is_ok() } else { *r == Err(Error::ConstantFeature { feature: 1 }) }
    };
    assert!(fits(&column).iter().all(due));
    let two = [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]];
    for data in [two.to_vec(), two.repeat(20)] {
        let found = fits(&data);
        assert!(found[..5].iter().all(|r| *r == Err(Error::TooFewDistinctSamples { found: 2 })), "{found:?}");
        assert!(found[5].is_ok());
    }
    let three = [[0.0, 0.0, 0.0], [1.0, 2.0, 3.0], [4.0, -1.0, 2.0]];
    for data in [three.to_vec(), three.repeat(20)] {
        assert!(fits(&data).iter().all(Result::is_ok));
    }
    let mut plane = clouds(80, 124);
    plane.iter_mut().for_each(|x| x[2] = x[0] - 2.0 * x[1]);
    assert!(fits(&plane).iter().all(Result::is_ok));
    fits(&clouds(2, 125));
    fits(&clouds(4, 125));
}

/// Armadillo, Spark; Kaldi #1482.
fn nan_or_infinite_sample_is_refused_and_state_is_unchanged<C: Structure>() {
    for (feature, bad) in (0..3).flat_map(|j| [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(|v| (j, v))) {
        let mut x = [0.5; 3];
        x[feature] = bad;
        let at = |sample| Error::NonFiniteSample { sample, feature };
        let gmm = guess::<f64, C>();
        assert_eq!(gmm.posterior(x).err(), Some(at(0)));
        assert_eq!(gmm.log_density(x).err(), Some(at(0)));
        assert_eq!(gmm.predict(x).err(), Some(at(0)));
        assert_eq!(gmm.mahalanobis_squared(x).err(), Some(at(0)));

        let mut data = clouds(100, 127);
        let mut stats = pass(&gmm, &data);
        let before = stats.clone();
        assert_eq!(stats.observe(&gmm, x).err(), Some(at(0)));
        assert_eq!(stats.assign(x, &[0.2, 0.3, 0.5]).err(), Some(at(0)));
        assert_eq!(stats, before);

        data[70] = x;
        assert_eq!(stats.observe_all(&gmm, &data).err(), Some(at(70)));
        let mut due = before;
        due.observe_all(&gmm, &data[..70]).unwrap();
        // The samples before the bad one count.
        assert_same_statistics(&stats, &due);
        assert_eq!(gmm.mean_log_likelihood(&data).err(), Some(at(70)));
        assert_eq!(gmm.lower_bound(&data, &gmm).err(), Some(at(70)));
        assert_eq!(gmm.criteria(&data).err(), Some(at(70)));
        assert!(outcomes::<C>(&data).iter().all(|r| *r == Err(at(70))));
        let mut centres = MEANS;
        assert_eq!(KMeans::default().fit(&mut centres, &data).err(), Some(at(70)));
        assert_eq!(centres, MEANS);
    }
}

for_typical_structures!(
    far_offset_data_in_f32_keeps_variance,
    responsibilities_sum_to_one_at_extreme_distance,
    responsibilities_of_equidistant_samples_are_the_weights,
    repeated_rows_constant_columns_n_below_d_or_k_give_an_error_or_a_floored_fit,
    nan_or_infinite_sample_is_refused_and_state_is_unchanged,
);
