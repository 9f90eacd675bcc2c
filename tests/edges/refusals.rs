//! Every error, from every call that can give it, with everything that was passed by reference as it was before.

use gaussmix::covariance::Variance;
use gaussmix::init::{Covering, KMeans};
use gaussmix::rand_core::Rng;
use gaussmix::{Diagonal, Em, Error, Full, Gmm, MStep, Spherical, SufficientStats, Tied, init};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_same_statistics;
use crate::support::clouds::{COVARIANCES, MEANS, WEIGHTS, clouds, guess, pass};
use crate::support::dense::{Structure, model};
use crate::support::structures::for_typical_structures;

type Model<C> = Gmm<f64, 3, 3, C>;
type Sample = ([f64; 3], f64);

const BAD: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// Data that is wrong in one place, and what the calls over data say of it.
fn bad_data() -> Vec<(Vec<Sample>, Error)> {
    let good = || clouds(100, 151).into_iter().map(|x| (x, 1.0)).collect::<Vec<Sample>>();
    let mut all = Vec::new();
    for (position, value) in [0, 40, 99].into_iter().zip(BAD) {
        let sample = position as u64;
        let mut feature = good();
        feature[position].0[2] = value;
        all.push((feature, Error::NonFiniteSample { sample, feature: 2 }));
        for weight in [value, -1.0, -f64::MIN_POSITIVE] {
            let mut weights = good();
            weights[position].1 = weight;
            all.push((weights, Error::InvalidSampleWeight { sample }));
        }
        let mut far = good();
        far[position].0[1] = -1e200;
        all.push((far, Error::OutOfRange { sample }));
    }
    all
}

/// Data without mass.
fn empty_data() -> [Vec<Sample>; 2] {
    [Vec::new(), clouds(10, 152).into_iter().map(|x| (x, 0.0)).collect()]
}

fn queries_refuse_bad_samples<C: Structure>() {
    let gmm = guess::<f64, C>();
    let far = Error::OutOfRange { sample: 0 };
    for (x, error) in
        [([f64::NAN, 0.0, f64::NAN], Error::NonFiniteSample { sample: 0, feature: 0 }), ([1e200; 3], far)]
    {
        assert_eq!(gmm.posterior(x).err(), Some(error));
        assert_eq!(gmm.log_density(x).err(), Some(error));
        assert_eq!(gmm.predict(x).err(), Some(error));
        assert_eq!(gmm.mahalanobis_squared(x).err(), Some(error));
    }
    let passes = |data: &Vec<Sample>, error| {
        assert_eq!(gmm.mean_log_likelihood(data).err(), Some(error));
        assert_eq!(gmm.lower_bound(data, &gmm).err(), Some(error));
        assert_eq!(gmm.criteria(data).err(), Some(error));
    };
    bad_data().iter().for_each(|(data, error)| passes(data, *error));
    empty_data().iter().for_each(|data| passes(data, Error::EmptyData));
}

fn statistics_refuse_and_stay<C: Structure>() {
    let gmm = guess::<f64, C>();
    let before = pass(&gmm, &clouds(150, 153));
    let mut stats = before.clone();
    for (data, error) in bad_data() {
        let position = data
            .iter()
            .position(|(x, w)| !(*w > 0.0 && *w < f64::INFINITY && x.iter().all(|v| v.abs() < 1e100)));
        let (position, single) = (position.unwrap(), single(error));
        assert_eq!(stats.observe(&gmm, data[position]).err(), Some(single));
        assert_eq!(stats.assign(data[position], &[0.1, 0.2, 0.7]).err(), Some(single));
        assert_eq!(stats, before);
        assert_eq!(stats.observe_all(&gmm, &data).err(), Some(error));
        let mut due = before.clone();
        due.observe_all(&gmm, &data[..position]).unwrap();
        // The samples before the bad one count.
        assert_same_statistics(&stats, &due);
        stats.clone_from(&before);
    }
    for (component, value) in [f64::NAN, f64::INFINITY, -0.1].into_iter().enumerate() {
        let mut r = [0.5; 3];
        r[component] = value;
        let error = Error::InvalidResponsibility { sample: 0, component };
        assert_eq!(stats.assign([1.0; 3], &r).err(), Some(error));
        assert_eq!(stats.assign(([1.0; 3], 0.0), &r).err(), Some(error));
    }
    // The sample, the weight and the responsibility are each in range, their product is not.
    let far = Some(Error::OutOfRange { sample: 0 });
    assert_eq!(stats.observe(&gmm, ([1e100; 3], 1e150)).err(), far);
    assert_eq!(stats.observe(&gmm, ([1e3; 3], 1e298)).err(), far);
    assert_eq!(stats.assign(([1e100; 3], 1e50), &[0.0, 1e60, 0.0]).err(), far);
    for factor in [-0.1, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
        assert_eq!(
            stats.discount(factor),
            Err(Error::InvalidParameter { name: "factor", expected: "within [0, 1]" })
        );
    }
    assert_eq!(stats, before);
    for weight in [-1.0, f64::NAN, f64::INFINITY, 1e306] {
        let found = SufficientStats::<f64, 3, 3, C>::from_model(&gmm, weight);
        assert_eq!(
            found.err(),
            Some(Error::InvalidParameter {
                name: "weight",
                expected: "0 or more, and small enough for sums not to overflow"
            })
        );
    }
}

/// The same error for the one sample of a call.
fn single(error: Error) -> Error {
    match error {
        Error::NonFiniteSample { feature, .. } => Error::NonFiniteSample { sample: 0, feature },
        Error::InvalidSampleWeight { .. } => Error::InvalidSampleWeight { sample: 0 },
        _ => Error::OutOfRange { sample: 0 },
    }
}

#[test]
fn an_m_step_refuses_settings_that_are_no_variance_or_share() {
    for value in [-1e-9, f64::NAN, f64::INFINITY] {
        for (m_step, name) in [
            (MStep::default().with_relative_floor(value), "relative_floor"),
            (MStep::default().with_absolute_floor(value), "absolute_floor"),
            (MStep::default().with_ridge(value), "ridge"),
            (MStep::default().with_least_share(value), "least_share"),
            (MStep::default().with_inner_tolerance(value), "inner_tolerance"),
        ] {
            assert_eq!(m_step, Err(Error::InvalidParameter { name, expected: "finite, 0 or more" }));
        }
    }
}

fn the_m_step_refuses_and_leaves_the_model<C: Structure>() {
    let mut gmm = guess::<f64, C>();
    let empty = SufficientStats::new();
    assert_eq!(MStep::default().maximize(&empty, &mut gmm), Err(Error::EmptyData));
    let point = pass(&gmm, &[[2.0; 3]; 10]);
    assert_eq!(MStep::default().maximize(&point, &mut gmm), Err(Error::ConstantFeature { feature: 0 }));
    assert_eq!(gmm, guess::<f64, C>());
}

fn fits_refuse_and_leave_the_model<C: Structure>() {
    let (mut gmm, mut rng) = (guess::<f64, C>(), Pcg64::new(1, 1));
    let good: Vec<Sample> = clouds(60, 155).into_iter().map(|x| (x, 1.0)).collect();
    let mut refuses = |em: Em<f64>, data: &Vec<Sample>, error: Error| {
        assert_eq!(em.fit(&mut gmm, data), Err(error));
        let same = |_: &mut Model<C>, _: &Vec<Sample>, _: &mut Pcg64| Ok(());
        assert_eq!(em.fit_best_of(&mut gmm, 2, same, data, &mut rng), Err(error));
        assert_eq!(gmm, guess::<f64, C>());
    };
    bad_data().iter().for_each(|(data, error)| refuses(Em::default(), data, *error));
    empty_data().iter().for_each(|data| refuses(Em::default(), data, Error::EmptyData));
    refuses(Em::default(), &vec![([1.0; 3], 1.0); 9], Error::ConstantFeature { feature: 0 });
    for tolerance in [-1e-9, f64::NAN, f64::NEG_INFINITY] {
        let error = Error::InvalidParameter { name: "tolerance", expected: "0 or more" };
        assert_eq!(Em::default().with_tolerance(tolerance), Err(error));
    }
    let none = Em::default().fit_best_of(&mut gmm, 0, init::k_means_plus_plus, &good, &mut rng);
    assert_eq!(none, Err(Error::InvalidParameter { name: "restarts", expected: "1 or more" }));
    assert_eq!(gmm, guess::<f64, C>());
}

/// All starts on the same data.
fn starts<C: Structure>(data: &Vec<Sample>) -> [(Result<(), Error>, Model<C>); 6] {
    let mut rng = Pcg64::new(1, 1);
    let _ = rng.next_u64();
    let mut all: [_; 6] = core::array::from_fn(|_| (Ok(()), guess::<f64, C>()));
    all[0].0 = init::farthest_first(&mut all[0].1, data);
    all[1].0 = init::k_means_plus_plus(&mut all[1].1, data, &mut rng);
    all[2].0 = init::random_samples(&mut all[2].1, data, &mut rng);
    all[3].0 = init::k_means(&mut all[3].1, data, &mut rng, 5);
    all[4].0 = init::agglomerate(&mut all[4].1, data, &mut rng);
    all[5].0 = init::from_means(&mut all[5].1, &MEANS, data);
    all
}

fn starts_refuse_and_leave_the_model<C: Structure>() {
    let refuse = |data: &Vec<Sample>, error: Error, how_many: usize| {
        for (found, gmm) in starts::<C>(data).into_iter().take(how_many) {
            assert_eq!((found, gmm), (Err(error), guess::<f64, C>()));
        }
    };
    bad_data().iter().for_each(|(data, error)| refuse(data, *error, 6));
    empty_data().iter().for_each(|data| refuse(data, Error::EmptyData, 6));
    // The squares of these underflow.
    let faint: Vec<Sample> =
        clouds(30, 156).into_iter().map(|x| ([x[0], x[1], 1e-170 * x[2]], 1.0)).collect();
    refuse(&faint, Error::NotPositiveDefinite { component: 0 }, 6);
    let two = vec![([0.0; 3], 1.0), ([1.0; 3], 1.0), ([0.0; 3], 2.0), ([9.0, 8.0, 7.0], 0.0)];
    refuse(&two, Error::TooFewDistinctSamples { found: 2 }, 5);

    let mut gmm = guess::<f64, C>();
    let data = clouds(30, 157);
    for (component, value) in BAD.into_iter().enumerate() {
        let mut means = MEANS;
        means[component][1] = value;
        assert_eq!(init::from_means(&mut gmm, &means, &data), Err(Error::NonFiniteMean { component }));
    }
    let rows =
        |n: usize, value: f64| (0..n).map(move |i| if i == 7 { [0.0, value, 1.0] } else { [0.2, 0.3, 0.5] });
    let mut from = |n, value, error| {
        assert_eq!(init::from_responsibilities(&mut gmm, &data, rows(n, value)), Err(error));
    };
    from(29, 1.0, Error::InvalidParameter { name: "rows", expected: "one for each sample" });
    from(31, 1.0, Error::InvalidParameter { name: "rows", expected: "one for each sample" });
    from(30, -1.0, Error::InvalidResponsibility { sample: 7, component: 1 });
    from(30, f64::NAN, Error::InvalidResponsibility { sample: 7, component: 1 });
    let none: [[f64; 3]; 0] = [];
    assert_eq!(init::from_responsibilities(&mut gmm, none, []), Err(Error::EmptyData));
    for (data, error) in bad_data() {
        let found = init::from_responsibilities(&mut gmm, &data, rows(100, 1.0));
        assert_eq!(found, Err(error));
    }
    assert_eq!(gmm, guess::<f64, C>());
}

fn models_refuse_bad_parameters<C: Structure>() {
    let sound = guess::<f64, C>();
    let covariances = sound.covariances();
    let new = |w, m| Gmm::<f64, 3, 3, C>::new(w, m, covariances).err();
    let stored =
        |w, m| Gmm::<f64, 3, 3, C>::from_parts(w, *sound.offsets(), m, *sound.factors()).validate().err();
    for (component, value) in [f64::NAN, f64::INFINITY, -0.1].into_iter().enumerate() {
        let (mut weights, mut means) = (WEIGHTS, MEANS);
        weights[component] = value;
        means[component][0] = if value < 0.0 { f64::NEG_INFINITY } else { value };
        assert_eq!(new(weights, MEANS), Some(Error::InvalidWeight { component }));
        assert_eq!(stored(weights, MEANS), Some(Error::InvalidWeight { component }));
        assert_eq!(new(WEIGHTS, means), Some(Error::NonFiniteMean { component }));
        assert_eq!(stored(WEIGHTS, means), Some(Error::NonFiniteMean { component }));
    }
    for weights in [[0.0; 3], [0.5, 0.3, 0.2 + 2e-6], [0.5, 0.3, 0.2 - 2e-6], [1.0; 3], [f64::MAX; 3]] {
        assert_eq!(new(weights, MEANS), Some(Error::WeightsNotNormalized));
        assert_eq!(stored(weights, MEANS), Some(Error::WeightsNotNormalized));
    }
    for component in 0..3 {
        let mut offsets = *sound.offsets();
        offsets[component] += 1e-3;
        let off = Gmm::<f64, 3, 3, C>::from_parts(*sound.weights(), offsets, MEANS, *sound.factors());
        assert_eq!(off.validate(), Err(Error::InconsistentOffset { component }));
        offsets[component] = f64::NAN;
        let off = Gmm::<f64, 3, 3, C>::from_parts(*sound.weights(), offsets, MEANS, *sound.factors());
        assert_eq!(off.validate(), Err(Error::InconsistentOffset { component }));
    }
}

/// All entries of the last matrix become `value`: no such matrix is a covariance or a factor.
fn models_refuse_matrices_that_are_no_covariance<C: Structure>() {
    let sound = guess::<f64, C>();
    let component = if C::SHARED { 0 } else { 2 };
    for value in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let rubbish = crate::support::dense::nearest::<f64, 3, C::Shape>(&[[value; 3]; 3]);
        let (mut covariances, mut factors) = (sound.covariances(), *sound.factors());
        covariances.as_mut()[component] = rubbish;
        factors.as_mut()[component] = gaussmix::covariance::Factor(rubbish);
        let error = Error::NotPositiveDefinite { component };
        assert_eq!(Model::<C>::new(WEIGHTS, MEANS, covariances).err(), Some(error), "{value}");
        let stored = Model::<C>::from_parts(WEIGHTS, *sound.offsets(), MEANS, factors);
        assert_eq!(stored.validate(), Err(error), "{value}");
    }
}

fn transformations_refuse_what_leaves_the_range<C: Structure>() {
    let gmm = guess::<f64, C>();
    let scale = Some(Error::InvalidParameter { name: "scale", expected: "finite and not 0" });
    for value in [0.0, f64::NAN, f64::INFINITY] {
        assert_eq!(gmm.affine(&[value; 3], &[0.0; 3]).err(), scale);
        assert_eq!(gmm.affine(&[1.0, 1.0, value], &[0.0; 3]).err(), scale);
    }
    for value in BAD {
        let offset = Some(Error::InvalidParameter { name: "offset", expected: "finite" });
        assert_eq!(gmm.affine(&[1.0; 3], &[0.0, value, 0.0]).err(), offset);
    }
    if C::has_one_unit() {
        let uneven = Error::InvalidParameter { name: "scale", expected: "of one size for all features" };
        assert_eq!(gmm.affine(&[1.0, 2.0, 1.0], &[0.0; 3]), Err(uneven));
    }
    assert!(matches!(gmm.affine(&[1e308; 3], &[f64::MAX; 3]), Err(Error::NonFiniteMean { .. })));
    let at_zero: Model<C> =
        model(WEIGHTS, [[0.0; 3]; 3], COVARIANCES.map(|m| m.map(|r| r.map(|v| v * 1e-10))));
    let vanished = at_zero.affine(&[1e-306; 3], &[0.0; 3]).err();
    assert_eq!(vanished, Some(Error::NotPositiveDefinite { component: 0 }));
    let remote: Model<C> = model(WEIGHTS, [MEANS[0], [1e39; 3], MEANS[2]], COVARIANCES);
    assert_eq!(remote.cast::<f32>().err(), Some(Error::NonFiniteMean { component: 1 }));
    for size in [1e-40f64, 1e40] {
        let extreme: Model<C> =
            model(WEIGHTS, [[0.0; 3]; 3], COVARIANCES.map(|m| m.map(|r| r.map(|v| v * size * size))));
        assert!(matches!(extreme.cast::<f32>(), Err(Error::NotPositiveDefinite { component: 0 })), "{size}");
    }
}

for_typical_structures!(
    queries_refuse_bad_samples,
    statistics_refuse_and_stay,
    the_m_step_refuses_and_leaves_the_model,
    fits_refuse_and_leave_the_model,
    starts_refuse_and_leave_the_model,
    models_refuse_bad_parameters,
    models_refuse_matrices_that_are_no_covariance,
    transformations_refuse_what_leaves_the_range,
);

#[test]
fn matrices_that_are_not_symmetric_or_definite_are_named() {
    let full = |m: [[f64; 2]; 2]| {
        Gmm::<f64, 2, 2>::new([0.5; 2], [[0.0; 2]; 2], [[[1.0, 0.0], [0.0, 1.0]].into(), m.into()]).err()
    };
    assert_eq!(full([[1.0, 0.3], [0.3 + 1e-12, 1.0]]), Some(Error::NotSymmetric { component: 1 }));
    assert_eq!(full([[1e-6, 0.3], [0.1, 1e6]]), Some(Error::NotSymmetric { component: 1 }));
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for m in [[[1.0, 0.3], [value, 1.0]], [[1.0, value], [0.3, 1.0]]] {
            assert_eq!(full(m), Some(Error::NotSymmetric { component: 1 }), "{value}");
        }
    }
    assert_eq!(full([[1.0, 0.3], [0.3 + 1e-16, 1.0]]), None);
    let indefinite = Some(Error::NotPositiveDefinite { component: 1 });
    assert_eq!(full([[1.0, 1.5], [1.5, 1.0]]), indefinite);
    assert_eq!(full([[1.0, 1.0], [1.0, 1.0]]), indefinite);
    assert_eq!(full([[1.0, f64::NAN], [f64::NAN, 1.0]]), indefinite);
    assert_eq!(full([[1.0, 0.0], [0.0, -1.0]]), indefinite);
    let tied = Gmm::<f64, 2, 2, Tied<Full>>::new([0.5; 2], [[0.0; 2]; 2], [[[1.0, 0.5], [0.0, 1.0]].into()]);
    assert_eq!(tied.err(), Some(Error::NotSymmetric { component: 0 }));
    let axes =
        Gmm::<f32, 2, 2, Diagonal>::new([0.5; 2], [[0.0; 2]; 2], [[1.0, 1.0].into(), [1.0, 0.0].into()]);
    assert_eq!(axes.err(), Some(Error::NotPositiveDefinite { component: 1 }));
    let ball = Gmm::<f32, 2, 2, Spherical>::new([0.5; 2], [[0.0; 2]; 2], [Variance(-1.0), Variance(1.0)]);
    assert_eq!(ball.err(), Some(Error::NotPositiveDefinite { component: 0 }));
    let loose = Gmm::<f32, 2, 2, Spherical>::new([0.5, 0.5 + 2e-4], [[0.0; 2]; 2], [Variance(1.0); 2]);
    assert_eq!(loose.err(), Some(Error::WeightsNotNormalized));
}

#[test]
fn k_means_refuses_and_leaves_the_centres() {
    let mut centres = MEANS;
    for (data, error) in bad_data() {
        assert_eq!(KMeans::default().fit(&mut centres, &data).err(), Some(error));
    }
    for data in empty_data() {
        assert_eq!(KMeans::default().fit(&mut centres, &data).err(), Some(Error::EmptyData));
    }
    let data = clouds(30, 158);
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-320] {
        let refusal = Error::InvalidParameter { name: "scales", expected: "finite, above 0" };
        assert_eq!(KMeans::default().with_scales([1.0, scale, 1.0]), Err(refusal));
        assert_eq!(Covering::<f64, 3, 4, Full>::new().with_scales([1.0, scale, 1.0]), Err(refusal));
    }
    assert_eq!(centres, MEANS);
    let heavy = ([[1e3; 3], [0.0; 3]], [1e300, 1.0]);
    let weighted = heavy.0.iter().zip(&heavy.1);
    assert_eq!(KMeans::default().fit(&mut centres, weighted).err(), Some(Error::OutOfRange { sample: 0 }));
    for (component, value) in BAD.into_iter().enumerate() {
        let mut centres = MEANS;
        centres[component][2] = value;
        let found = KMeans::default().fit(&mut centres, &data).err();
        assert_eq!(found, Some(Error::NonFiniteMean { component }));
    }
}

#[test]
fn errors_say_where() {
    let at = Error::NonFiniteSample { sample: 17, feature: 2 };
    assert_eq!(at.to_string(), "sample 17: feature 2 is not finite");
    assert!(Error::NotPositiveDefinite { component: 3 }.to_string().contains('3'));
    assert!(
        Error::InvalidParameter { name: "ridge", expected: "finite, 0 or more" }
            .to_string()
            .contains("ridge")
    );
    fn is_error<E: core::error::Error + Copy + Send + Sync + 'static>(_: E) {}
    is_error(at);
}
