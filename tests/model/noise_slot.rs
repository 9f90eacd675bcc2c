//! Models with a noise slot: density, posterior, scores, units, draws, criteria.

use core::f64::consts::TAU;

use gaussmix::covariance::{Noise as Slot, Variance};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{
    Covariance, Diagonal, Error, Full, Gmm, MStep, Masked, Posterior, Spherical, SufficientStats, Tied,
    WithNoise, init,
};
use rand_pcg::Pcg64;

use crate::support::closeness::assert_close;
use crate::support::noise::Noise;
use crate::support::tolerance::{CAST_F32, NAIVE_F64, ROUNDING, STANDARD_ERRORS};

type Model = Gmm<f64, 2, 2, WithNoise<Full>>;

const VARIANCES: [[f64; 2]; 2] = [[1.0, 4.0], [2.25, 0.25]];
const MEANS: [[f64; 2]; 2] = [[0.0, 0.0], [7.0, 3.0]];

/// Two Gaussians of weight 0.54 and 0.36, and noise of weight 0.1 in 20 × 15.
fn model() -> Model {
    let covariances = VARIANCES.map(|[a, b]| [[a, 0.0], [0.0, b]]);
    let gmm: Gmm<f64, 2, 2> = Gmm::from_arrays([0.6, 0.4], MEANS, covariances).unwrap();
    gmm.with_noise(Slot::in_box(0.1, [20.0, 15.0]).unwrap()).unwrap()
}

/// π_0/V, and both weighted densities.
fn terms(x: &[f64; 2]) -> [f64; 3] {
    let joint = [0, 1].map(|k| {
        let ([m0, m1], [v0, v1]) = (MEANS[k], VARIANCES[k]);
        let square = (x[0] - m0).powi(2) / v0 + (x[1] - m1).powi(2) / v1;
        [0.54, 0.36][k] * (-0.5 * square).exp() / (TAU * (v0 * v1).sqrt())
    });
    [0.1 / 300.0, joint[0], joint[1]]
}

fn points(n: usize) -> Vec<[f64; 2]> {
    let mut noise = Noise::new(31);
    (0..n).map(|_| core::array::from_fn(|_| 24.0 * noise.uniform() - 8.0)).collect()
}

#[test]
fn the_density_has_one_constant_term_more() {
    let (gmm, points) = (model(), points(200));
    assert_close(gmm.weights().iter().sum::<f64>() + gmm.noise().weight(), 1.0, ROUNDING, "weights");
    let mut noisy = 0;
    let (mut densities, mut labels) = ([0.0; 200], [0; 200]);
    let mut posteriors = [Posterior::default(); 200];
    gmm.log_densities(&points, &mut densities).unwrap();
    gmm.posteriors(&points, &mut posteriors).unwrap();
    gmm.predictions(&points, &mut labels).unwrap();
    for (n, x) in points.iter().enumerate() {
        let terms = terms(x);
        let sum: f64 = terms.iter().sum();
        let posterior = gmm.posterior(x).unwrap();
        let r = gmm.noise_responsibility(&posterior);
        assert_close(posterior.log_density, sum.ln(), NAIVE_F64, "log-density");
        assert_close(gmm.log_density(x).unwrap(), posterior.log_density, 0.0, "the same bits");
        assert_close(r, terms[0] / sum, NAIVE_F64, "noise");
        assert_close(posterior.responsibilities.iter().sum::<f64>() + r, 1.0, ROUNDING, "sum");
        for k in 0..2 {
            assert_close(posterior.responsibilities[k], terms[k + 1] / sum, NAIVE_F64, "responsibility");
        }
        let likeliest = (0..3).max_by(|a, b| terms[*a].total_cmp(&terms[*b])).unwrap();
        let due = if likeliest == 0 { 2 } else { likeliest - 1 };
        assert_eq!((gmm.predict(x).unwrap(), labels[n]), (due, due));
        noisy += usize::from(due == 2);
        assert_close(densities[n], posterior.log_density, ROUNDING, "of a slice");
        assert_close(
            posteriors[n].responsibilities[1],
            posterior.responsibilities[1],
            ROUNDING,
            "of a slice",
        );
    }
    assert!((50..180).contains(&noisy), "{noisy}");
    // However far out.
    assert_close(gmm.log_density([1e9, -1e9]).unwrap(), (0.1f64 / 300.0).ln(), ROUNDING, "far");
    assert_eq!(gmm.noise_responsibility(&gmm.posterior([1e9, -1e9]).unwrap()), 1.0);
}

/// Units of another size: the density has those of one by the volume.
#[test]
fn a_change_of_units_carries_the_volume_along() {
    let (gmm, scale, offset) = (model(), [-0.01, 25.0], [3.0, -700.0]);
    let there = gmm.affine(&scale, &offset).unwrap();
    let back = there.affine(&[-100.0, 0.04], &[300.0, 28.0]).unwrap();
    let volume = (0.01f64 * 25.0).ln();
    assert_close(there.noise().log_volume(), gmm.noise().log_volume() + volume, ROUNDING, "ln V");
    for x in points(50) {
        let moved = [x[0] * scale[0] + offset[0], x[1] * scale[1] + offset[1]];
        let due = gmm.log_density(x).unwrap();
        assert_close(there.log_density(moved).unwrap(), due - volume, NAIVE_F64, "there");
        assert_close(back.log_density(x).unwrap(), due, NAIVE_F64, "and back");
        assert_eq!(there.predict(moved).unwrap(), gmm.predict(x).unwrap());
    }
    // The range of a feature leaves that of the scalar.
    assert!(gmm.affine(&[1e308, 1.0], &[0.0; 2]).is_err());
}

#[test]
fn a_model_is_cast_with_its_noise_and_goes_without_it() {
    let gmm = model();
    let narrow: Gmm<f32, 2, 2, WithNoise<Full>> = gmm.cast().unwrap();
    narrow.validate().unwrap();
    for x in points(20) {
        let density = narrow.log_density(x.map(|v| v as f32)).unwrap();
        assert_close(density.into(), gmm.log_density(x).unwrap(), CAST_F32, "f32");
    }
    let plain = gmm.without_noise().unwrap();
    plain.validate().unwrap();
    assert_close(plain.weights()[0], 0.6, ROUNDING, "weight");
    let again = plain.with_noise(*gmm.noise()).unwrap();
    assert_close(
        again.log_density([4.0, 2.0]).unwrap(),
        gmm.log_density([4.0, 2.0]).unwrap(),
        ROUNDING,
        "again",
    );
    let mut none = plain.with_noise(Slot::new(0.0, 300.0).unwrap()).unwrap();
    assert_eq!(none.log_density([4.0, 2.0]), plain.log_density([4.0, 2.0]), "noise of weight 0 is none");
    assert_eq!(none.predict([99.0, 0.0]).unwrap(), plain.predict([99.0, 0.0]).unwrap());
    none.set_noise(*gmm.noise()).unwrap();
    assert_close(none.weights()[1], gmm.weights()[1], ROUNDING, "set");
}

/// Uniform in the box about the mean of all Gaussians, and labelled K.
#[test]
fn draws_from_the_noise_are_uniform_in_its_box() {
    let (gmm, mut rng) = (model(), Pcg64::new(5, 5));
    let (mut counts, mut inner) = ([0.0; 3], 0.0);
    let centre = [0.4 * 7.0, 0.4 * 3.0];
    for _ in 0..20_000 {
        let (k, x) = gmm.sample_labelled(&mut rng);
        counts[k] += 1.0 / 20_000.0;
        if k == 2 {
            let d = [(x[0] - centre[0]).abs() / 20.0, (x[1] - centre[1]).abs() / 15.0];
            assert!(d[0] <= 0.5 && d[1] <= 0.5, "{x:?}");
            inner += f64::from(u8::from(d[0] < 0.25 && d[1] < 0.25)) / 20_000.0;
        }
    }
    for (found, due) in counts.into_iter().chain([inner]).zip([0.54, 0.36, 0.1, 0.025]) {
        let error = (due * (1.0 - due) / 20_000.0_f64).sqrt();
        assert!((found - due).abs() <= STANDARD_ERRORS * error, "{found} instead of {due}");
    }
    // The mean log-density of draws is that of the entropy, and finite.
    assert!(gmm.monte_carlo_kl(&gmm, 10, &mut rng).unwrap().mean == 0.0);
}

#[test]
fn criteria_charge_the_weight_and_the_volume() {
    let (gmm, data) = (model(), points(40));
    // 2·(2 + 3) for the Gaussians, their weights and that of the noise less one, and V.
    assert_eq!((gmm.free_parameters(), Model::parameter_count()), (13, 13));
    let criteria = gmm.criteria(&data).unwrap();
    assert_eq!(criteria.parameter_count, 13);
    let certainty: f64 = data
        .iter()
        .map(|x| terms(x).iter().fold(0.0f64, |a, b| a.max(*b)) / terms(x).iter().sum::<f64>())
        .map(f64::ln)
        .sum();
    assert_close(criteria.log_certainty, certainty, NAIVE_F64, "certainty");
    let none = gmm.without_noise().unwrap().with_noise(Slot::new(0.0, 1.0).unwrap()).unwrap();
    assert_eq!(none.free_parameters(), 11, "noise of weight 0 is dead");
    let bound = gmm.lower_bound(&data, &none).unwrap();
    assert!(bound < gmm.mean_log_likelihood(&data).unwrap());
    assert_eq!(none.lower_bound(&data, &gmm).unwrap(), f64::NEG_INFINITY);
    let touching = gmm.lower_bound(&data, &gmm).unwrap();
    assert_close(touching, gmm.mean_log_likelihood(&data).unwrap(), ROUNDING, "bound");
}

#[test]
fn noise_has_a_line_of_its_own() {
    let text = format!("{:.2}", model());
    assert_eq!(text.lines().last(), Some("noise: weight 0.10  log-volume 5.70"));
    assert_eq!(text.lines().count(), 3);
}

/// A mixture reduced or collapsed keeps its noise, and the moments of its Gaussians.
#[test]
fn reduction_leaves_the_noise() {
    let gmm = model();
    let (one, plain) = (gmm.collapse().unwrap(), gmm.without_noise().unwrap().collapse().unwrap());
    assert_close(one.weights()[0], 0.9, ROUNDING, "weight");
    assert_eq!(one.noise().log_ranges(), gmm.noise().log_ranges());
    assert_close(one.means()[0][0], plain.means()[0][0], ROUNDING, "mean");
    assert_close(one.covariances()[0][(0, 1)], plain.covariances()[0][(0, 1)], ROUNDING, "covariance");
    let tied: Gmm<f64, 2, 2, Tied<Diagonal>> = Gmm::from_arrays([0.6, 0.4], MEANS, [[1.0, 4.0]]).unwrap();
    let noisy = tied.with_noise(*gmm.noise()).unwrap();
    let (few, due) = (noisy.reduce::<1>().unwrap(), tied.reduce::<1>().unwrap());
    assert_close(few.weights()[0], 0.9, ROUNDING, "weight");
    assert_close(few.covariances()[0][1], due.covariances()[0][1], ROUNDING, "tied");
    few.validate().unwrap();
}

#[test]
fn noise_out_of_range_is_refused() {
    for weight in [-0.1, 1.0, f64::NAN] {
        assert!(Slot::<f64, 2>::new(weight, 1.0).is_err(), "{weight}");
        assert!(Slot::robust(weight, points(20)).is_err(), "{weight}");
    }
    for size in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(Slot::<f64, 2>::new(0.1, size).is_err() && Slot::in_box(0.1, [1.0, size]).is_err(), "{size}");
    }
    for size in [1e-300, 1e300] {
        Slot::<f64, 1>::new(0.1, size).unwrap();
    }
    let gmm = model();
    let with = |noise| {
        Gmm::from_parts_with_noise(*gmm.weights(), *gmm.offsets(), *gmm.means(), *gmm.factors(), noise)
    };
    let (offset, ranges) = (gmm.noise().offset(), *gmm.noise().log_ranges());
    let faults: [(Slot<f64, 2>, Error); 4] = [
        (Slot::from_parts(0.2, offset, ranges), Error::WeightsNotNormalized),
        (Slot::from_parts(0.1, offset + 1.0, ranges), Error::InconsistentOffset { component: 2 }),
        (Slot::from_parts(f64::NAN, offset, ranges), Error::WeightsNotNormalized),
        (
            Slot::from_parts(0.1, offset, [1e4, ranges[1]]),
            Error::InvalidParameter { name: "ranges", expected: "normal numbers, as 1/range" },
        ),
    ];
    assert!(with(*gmm.noise()).validate().is_ok());
    for (noise, due) in faults {
        let found: Gmm<f64, 2, 2, WithNoise<Full>> = with(noise);
        assert_eq!(found.validate(), Err(due));
    }
    // A model that is all noise has nothing to give.
    let mut all: Gmm<f64, 1, 1, WithNoise<Spherical>> = Gmm::from_parts_with_noise(
        [0.0],
        [f64::NEG_INFINITY],
        [[0.0]],
        [gaussmix::covariance::Factor(Variance(1.0))],
        Slot::from_parts(1.0, 0.0, [0.0]),
    );
    all.validate().unwrap();
    assert_eq!((all.log_density([5.0]), all.predict([0.0])), (Ok(0.0), Ok(1)));
    assert!(all.set_noise(Slot::new(0.5, 1.0).unwrap()).is_err() && all.without_noise().is_err());
    // What is taken unchecked is checked where a model takes it.
    let plain = gmm.without_noise().unwrap();
    let normal = Error::InvalidParameter { name: "ranges", expected: "normal numbers, as 1/range" };
    let share = Error::InvalidParameter { name: "weight", expected: "within [0, 1)" };
    let faults = [(1.0, 0.0, share), (-0.1, 0.0, share), (f64::NAN, 0.0, share), (0.1, 1e4, normal)];
    for (weight, range, due) in faults.into_iter().chain([(0.1, f64::NAN, normal)]) {
        let noise = Slot::from_parts(weight, 0.0, [range, 0.0]);
        assert_eq!(plain.with_noise(noise), Err(due));
        let mut changed = gmm.clone();
        assert_eq!(changed.set_noise(noise), Err(due));
        assert_eq!(changed, gmm, "as before");
    }
    let given = plain.with_noise(Slot::from_parts(0.1, 99.0, ranges)).unwrap();
    assert_eq!(given.noise().offset(), offset, "the offset is computed");
}

/// Covariances come from the Gaussians alone: their share of the weight is 1 among themselves.
#[test]
fn a_common_covariance_does_not_shrink_by_the_noise() {
    let full = [[[2.0, 0.3], [0.3, 1.0]], [[4.0, 0.0], [0.0, 3.0]]].map(SMatrix::from);
    let [due] = Tied::<Full>::from_matrices(&[0.75, 0.25], &full).unwrap();
    let [found] = WithNoise::<Tied<Full>>::from_matrices(&[0.375, 0.125], &full).unwrap();
    assert_eq!(found, due);
    assert!(WithNoise::<Tied<Full>>::from_matrices(&[0.0; 2], &full).is_none());
}

/// Densities are sums of logarithms: only the ranges have to be numbers, and their product may be far beyond.
#[test]
fn the_volume_may_leave_the_range_of_the_scalar() {
    for exponent in [-37.0f32, -20.0, 20.0, 37.0] {
        let gmm: Gmm<f32, 6, 1, Spherical> = Gmm::from_arrays([1.0], [[0.0; 6]], [1.0]).unwrap();
        let gmm = gmm.with_noise(Slot::in_box(0.1, [10f32.powf(exponent); 6]).unwrap()).unwrap();
        gmm.validate().unwrap();
        let due = 0.1f32.ln() - 6.0 * exponent * 10f32.ln();
        for x in [[0.0; 6], [9.0; 6]] {
            let posterior = gmm.posterior(x).unwrap();
            let gauss = 0.9f32.ln() - 0.5 * 6.0 * (x[0] * x[0] + (TAU as f32).ln());
            assert_close(posterior.log_density.into(), due.max(gauss).into(), CAST_F32, "density");
            let is_noise = f64::from(u8::from(due > gauss));
            assert_close(gmm.noise_responsibility(&posterior).into(), is_noise, CAST_F32, "noise");
            let mut stats = SufficientStats::new();
            stats.observe_all(&gmm, [x; 80]).unwrap();
            assert_close(stats.log_likelihood().into(), f64::from(due.max(gauss)) * 80.0, CAST_F32, "sum");
            assert_close(stats.noise_mass().into(), 80.0 * is_noise, CAST_F32, "mass");
        }
    }
    for range in [1e-39f32, 1e38] {
        let due = Error::InvalidParameter { name: "ranges", expected: "normal numbers, as 1/range" };
        assert_eq!(Slot::in_box(0.1, [1.0, range]), Err(due), "{range}");
    }
    Slot::in_box(0.1f64, [1e-307, 1e307]).unwrap();
    assert!(Slot::in_box(0.1f64, [1.0, 1e-309]).is_err() && Slot::in_box(0.1f64, [1e308]).is_err());
}

/// The box of what is left when the outermost are left out, whatever the outliers and the order.
#[test]
fn a_robust_box_does_not_hold_the_outlier() {
    let mut data: Vec<[f64; 2]> =
        (0..101).map(|i| [f64::from(i * 37 % 101), -f64::from(i * 11 % 101)]).collect();
    let ranges = |weight, data: &[[f64; 2]]| {
        let noise = Slot::robust(weight, data).unwrap();
        noise.log_ranges().map(|v| (v.exp() * 1e6).round() / 1e6)
    };
    assert_eq!(ranges(0.0, &data), [98.0; 2], "one at each end");
    assert_eq!(ranges(0.1, &data), [90.0; 2], "five at each end");
    data[50] = [9999.0, f64::MAX.sqrt() / 1e9];
    assert!(ranges(0.1, &data).iter().all(|r| (89.0..91.5).contains(r)));
    // A sample of weight 2 counts as two.
    let weighted: Vec<_> = data.iter().map(|x| (*x, 2.0)).chain([([-1e6, 0.5], 0.0)]).collect();
    assert_eq!(Slot::robust(0.1, &weighted).unwrap(), Slot::robust(0.1, &data).unwrap());
    // Nor does it matter in which unit weights are, however a sum of them is rounded.
    let doubled = |data: &[[f64; 2]]| -> Vec<_> { data.iter().flat_map(|x| [*x, *x]).collect() };
    for weight in [0.0, 0.1, 0.3] {
        for (data, share) in [(&data, 0.0), (&data, weight), (&doubled(&data[..40]), weight)] {
            let due = Slot::robust(share, data).unwrap();
            for unit in [0.1, 0.3, 1.0 / 3.0, 1e-3, 7.7] {
                let weighted = data.iter().map(|x| (*x, unit));
                assert_eq!(Slot::robust(share, weighted).unwrap(), due, "{share} of {unit}");
                let narrow = data.iter().map(|x| (x.map(|v| v.min(1e9) as f32), unit as f32));
                let [a, b] = Slot::robust(share as f32, narrow).unwrap().log_ranges().map(f64::from);
                assert!((a - due.log_ranges()[0]).abs() < 1e-4, "{share} of {unit}: {a}");
                assert!((b - due.log_ranges()[1]).abs() < 1e-4, "{share} of {unit}: {b}");
            }
        }
    }
    assert_eq!(Slot::robust(0.1, &[[1.0], [1.0], [1.0]]), Err(Error::ConstantFeature { feature: 0 }));
    assert_eq!(Slot::robust(0.1, &[] as &[[f64; 1]]), Err(Error::EmptyData));
    assert_eq!(
        Slot::robust(0.1, &[[0.0], [f64::NAN]]),
        Err(Error::NonFiniteSample { sample: 1, feature: 0 })
    );
}

/// π_0, its offset and D ranges; one mass of two words. Others have none of it.
#[test]
fn noise_takes_a_few_numbers() {
    let size = size_of::<Gmm<f32, 2, 3>>();
    assert_eq!(size_of::<Gmm<f32, 2, 3, WithNoise<Full>>>(), size + 4 * (2 + 2));
    let size = size_of::<SufficientStats<f32, 2, 3>>();
    assert_eq!(size_of::<SufficientStats<f32, 2, 3, WithNoise<Full>>>(), size + 4 * 2);
    assert_eq!(size_of::<Gmm<f32, 2, 3>>(), 4 * (3 + 3 + 6 + 12));
}

/// Under a mask V is the product of the observed ranges: the density is that of the marginal mixture.
#[test]
fn a_mask_marginalises_the_volume() {
    let gmm = model();
    let first = gmm.marginal([0]).unwrap();
    first.validate().unwrap();
    assert_close(first.noise().log_volume(), 20.0f64.ln(), ROUNDING, "ln V");
    for x in [-3.0, 0.5, 6.0, 1e6] {
        let sample = Masked { features: [x, f64::NAN], observed: [true, false] };
        let (posterior, due) = (gmm.posterior(sample).unwrap(), first.posterior([x]).unwrap());
        assert_close(posterior.log_density, due.log_density, NAIVE_F64, "density");
        let [r, r_due] = [gmm.noise_responsibility(&posterior), first.noise_responsibility(&due)];
        assert_close(r, r_due, NAIVE_F64, "noise");
        assert_eq!(gmm.predict(sample).unwrap(), first.predict([x]).unwrap());
        // Joint density = marginal density × conditional density.
        let given = gmm.condition([0], [x], [1]).unwrap();
        given.validate().unwrap();
        let whole = gmm.log_density([x, 2.0]).unwrap();
        assert_close(whole, due.log_density + given.log_density([2.0]).unwrap(), NAIVE_F64, "product");
        assert_close(given.noise().weight(), r_due, NAIVE_F64, "weight");
        // Noise says nothing of what is missing, however far out.
        let plain = gmm.without_noise().unwrap();
        let [a, b] = [gmm.impute(sample).unwrap(), plain.impute(sample).unwrap()].map(|found| found.mean[1]);
        assert_close(a, b, ROUNDING, "imputed");
        let [a, b] = [gmm.regress([0], [x], [1]), plain.regress([0], [x], [1])].map(|one| one.unwrap());
        assert_close(a.means()[0][0], b.means()[0][0], ROUNDING, "regression");
        let criteria = gmm.criteria([sample]).unwrap();
        assert_close(
            criteria.log_certainty,
            first.criteria([[x]]).unwrap().log_certainty,
            NAIVE_F64,
            "certainty",
        );
    }
    let data: Vec<_> = points(40)
        .into_iter()
        .enumerate()
        .map(|(i, x)| Masked { features: [x[0], [x[1], f64::NAN][i % 2]], observed: [true, i % 2 == 0] })
        .collect();
    let robust = Slot::robust(0.1, &data).unwrap();
    let seen: Vec<[f64; 1]> = data.iter().step_by(2).map(|sample| [sample.features[1]]).collect();
    assert_eq!(robust.log_ranges()[1], Slot::robust(0.1, &seen).unwrap().log_ranges()[0]);
}

/// Two samples that noise of a high density takes: a fit may end so.
#[test]
fn nothing_but_noise_predicts_nothing_and_starts_nothing() {
    let mut gmm: Gmm<f64, 2, 2, WithNoise<Full>> = model();
    let mut stats = SufficientStats::new();
    stats.assign([1.0, 2.0], &[0.0; 2]).unwrap();
    MStep::exact().maximize(&stats, &mut gmm).unwrap();
    assert_eq!((gmm.weights(), gmm.noise().weight()), (&[0.0; 2], 1.0));
    let x = Masked { features: [1.0, f64::NAN], observed: [true, false] };
    assert_eq!(gmm.predict(x), Ok(2));
    assert_close(gmm.log_density(x).unwrap(), -gmm.noise().log_ranges()[0], ROUNDING, "density");
    let no_model = Error::InvalidParameter { name: "gmm", expected: "a model with a live component" };
    assert_eq!(gmm.impute(x).unwrap_err(), no_model);
    assert_eq!(gmm.sample_missing(x, &mut Pcg64::new(1, 1)).unwrap_err(), no_model);
    assert_eq!(gmm.regress([0], [1.0], [1]).unwrap_err(), no_model);
    // A start leaves the weight of the noise, and here that is all.
    let (before, data) = (gmm.clone(), [[0.0, 1.0], [1.0, 0.0], [7.0, 5.0], [6.0, 7.0]]);
    let no_room = Error::InvalidParameter { name: "noise", expected: "of a weight below 1" };
    assert_eq!(init::farthest_first(&mut gmm, &data), Err(no_room));
    let rows = [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
    assert_eq!(init::from_responsibilities(&mut gmm, data, rows), Err(no_room));
    let mut covering: init::Covering<f64, 2, 4, Full> = init::Covering::new();
    data.iter().for_each(|x| covering.observe(x).unwrap());
    assert_eq!(covering.start(&mut gmm), Err(no_room));
    assert_eq!(gmm, before);
    // Rows that say what is noise say its weight too.
    init::from_responsibilities(&mut gmm, data, rows.map(|row| row.map(|r| 0.75 * r))).unwrap();
    assert_close(gmm.noise().weight(), 0.25, ROUNDING, "given");
}
