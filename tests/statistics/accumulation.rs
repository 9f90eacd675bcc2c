//! Statistics of parts and of the whole.

use gaussmix::strategies::{samples, weighted_samples};
use gaussmix::{Gmm, MStep, Observation, SufficientStats};

use crate::support::closeness::{
    assert_close, assert_matrices_close, assert_models_close, assert_moments_close, assert_same_statistics,
    assert_stats_close,
};
use crate::support::clouds::{COVARIANCES, clouds, guess, pass};
use crate::support::dense::{Structure, covariances, model, spread};
use crate::support::for_all::for_all;
use crate::support::naive::Mixture;
use crate::support::structures::for_typical_structures;
use crate::support::together::m_step;
use crate::support::tolerance::ROUNDING;

type Stats<C> = SufficientStats<f64, 3, 3, C>;

fn one_by_one<const K: usize, C: Structure>(
    stats: &mut SufficientStats<f64, 3, K, C>,
    gmm: &Gmm<f64, 3, K, C>,
    data: &[impl Observation<f64, 3>],
) {
    for sample in data {
        stats.observe(gmm, sample).unwrap();
    }
}

/// Kaldi's threads test, bob's addition test, pomegranate's partial fits.
fn accumulate_in_any_split_order_equals_one_pass<C: Structure>() {
    let gmm = guess::<f64, C>();
    let cut = (samples::<f64, 3>(0..300), 0usize..300, 0usize..300);
    for_all(64, cut, &|(mut data, a, b)| {
        let whole = pass(&gmm, &data);
        let (a, b) = (a.min(b).min(data.len()), a.max(b).min(data.len()));
        let mut continued = pass(&gmm, &data[..a]);
        continued.observe_all(&gmm, &data[a..b]).unwrap();
        let mut merged = pass(&gmm, &data[b..]);
        merged.merge(&continued);
        assert_stats_close(&merged, &whole, ROUNDING);

        let mut single = Stats::<C>::new();
        one_by_one(&mut single, &gmm, &data);
        assert_stats_close(&single, &whole, ROUNDING);

        data.rotate_left(a);
        data[..b - a].reverse();
        assert_stats_close(&pass(&gmm, &data), &whole, ROUNDING);
    });
}

fn the_same_blocks_in_the_same_order_give_the_same_bits<C: Structure>() {
    let gmm = guess::<f64, C>();
    let data = clouds(1000, 21);
    let whole = pass(&gmm, &data);
    for blocks in [1, 2, 7] {
        let (mut continued, mut merged) = (Stats::<C>::new(), Stats::<C>::new());
        for chunk in data.chunks(64 * blocks) {
            continued.observe_all(&gmm, chunk).unwrap();
        }
        assert_same_statistics(&continued, &whole);
        for block in data.chunks(64) {
            merged.merge(&pass(&gmm, block));
        }
        assert_same_statistics(&merged, &whole);
    }
}

fn a_block_of_one_sample_is_that_sample_observed<C: Structure>() {
    let gmm = guess::<f64, C>();
    for x in clouds(20, 25) {
        for weight in [1.0, 0.75, 3.0] {
            let (mut single, mut block) = (Stats::<C>::new(), Stats::<C>::new());
            single.observe(&gmm, (x, weight)).unwrap();
            block.observe_all(&gmm, [(x, weight)]).unwrap();
            assert_same_statistics(&block, &single);
        }
    }
}

/// Kaldi's TestComponentAcc.
fn component_wise_accumulation_equals_joint<C: Structure>() {
    let gmm = guess::<f64, C>();
    let (mut joint, mut parts) = (Stats::<C>::new(), Stats::<C>::new());
    let data = clouds(300, 22);
    for k in 0..3 {
        let mut part = Stats::<C>::new();
        for x in &data {
            let mut r = [0.0; 3];
            r[k] = gmm.posterior(x).unwrap().responsibilities[k];
            part.assign(x, &r).unwrap();
        }
        parts.merge(&part);
    }
    for x in &data {
        joint.assign(x, &gmm.posterior(x).unwrap().responsibilities).unwrap();
    }
    assert_moments_close(&parts, &joint, ROUNDING);
    let mut observed = Stats::<C>::new();
    one_by_one(&mut observed, &gmm, &data);
    assert_moments_close(&joint, &observed, 0.0);
    assert_eq!(joint.log_likelihood(), 0.0);
}

/// mlpack's one Gaussian; the error of the FIGMN recursion shows here.
fn streaming_covariance_equals_batch_weighted_covariance<C: Structure>() {
    let gmm: Gmm<f64, 3, 1, C> = model([1.0], [[0.0; 3]], [COVARIANCES[0]]);
    for_all(64, (weighted_samples::<f64, 3>(5..200), -1e3..1e3), &|(mut data, offset)| {
        data.iter_mut().for_each(|(x, _)| x[1] += offset);
        let due = Mixture::of(&gmm).statistics(&data);
        let mut stats = SufficientStats::new();
        one_by_one(&mut stats, &gmm, &data);
        let mut fitted = gmm.clone();
        m_step().maximize(&stats, &mut fitted).unwrap();
        let due_covariance = due.covariance::<3, C>(0);
        assert_close(stats.total_weight(), due.weights[0], ROUNDING, "mass");
        assert_matrices_close(&spread(&stats, 0), &due_covariance, ROUNDING, "covariance");
        assert_matrices_close(&covariances(&fitted)[0], &due_covariance, ROUNDING, "covariance");
        for j in 0..3 {
            assert_close(stats.means()[0][j], due.means[0][j], ROUNDING, "mean");
        }
    });
}

/// Kaldi's test_io.
fn stats_read_twice_added_and_halved_equal_read_once<C: Structure>() {
    let gmm = guess::<f64, C>();
    let once = pass(&gmm, &clouds(200, 23));
    let mut twice = once.clone();
    twice.merge(&once);
    twice.discount(0.5).unwrap();
    assert_eq!(twice.count(), 2 * once.count());
    assert_moments_close(&twice, &once, ROUNDING);
    assert_close(twice.log_likelihood(), once.log_likelihood(), ROUNDING, "log-likelihood");
}

fn scale_then_add_is_linear<C: Structure>() {
    let gmm = guess::<f64, C>();
    for_all(32, (samples(1..100), samples(1..100), 0.01..1.0f64), &|(a, b, factor)| {
        let (mut a, mut b) = (pass(&gmm, &a), pass(&gmm, &b));
        let mut late = a.clone();
        late.merge(&b);
        late.discount(factor).unwrap();
        a.discount(factor).unwrap();
        b.discount(factor).unwrap();
        a.merge(&b);
        assert_stats_close(&a, &late, ROUNDING);
    });
}

fn discount_by_one_changes_no_bit_and_by_zero_forgets_all<C: Structure>() {
    let stats = pass(&guess::<f64, C>(), &clouds(100, 24));
    let (mut kept, mut forgotten) = (stats.clone(), stats.clone());
    kept.discount(1.0).unwrap();
    assert_eq!(kept, stats);
    forgotten.discount(0.0).unwrap();
    assert_eq!((forgotten.total_weight(), forgotten.count()), (0.0, 100));
    forgotten.merge(&stats);
    assert_moments_close(&forgotten, &stats, 0.0);
    kept.reset();
    assert_eq!(kept, Stats::<C>::new());
}

/// bob and Kaldi, which refuse other sizes at run time; here they do not compile.
fn merging_empty_statistics_is_identity<C: Structure>() {
    let gmm = guess::<f64, C>();
    for_all(32, samples(0..200), &|data| {
        let stats = pass(&gmm, &data);
        let mut right = stats.clone();
        right.merge(&Stats::<C>::new());
        assert_eq!(right, stats);
        let mut left = Stats::<C>::new();
        left.merge(&stats);
        assert_eq!(left, stats);
        left.observe_all(&gmm, &[] as &[[f64; 3]]).unwrap();
        assert_eq!(left, stats);
    });
}

/// The statistics a model would leave give the model back.
fn statistics_from_a_model_maximize_to_it<C: Structure>() {
    let gmm = guess::<f64, C>();
    let stats = Stats::<C>::from_model(&gmm, 250.0).unwrap();
    assert_close(stats.total_weight(), 250.0, ROUNDING, "mass");
    assert_eq!((stats.count(), stats.log_likelihood()), (0, 0.0));
    let mut again = Gmm::unfitted();
    MStep::exact().maximize(&stats, &mut again).unwrap();
    assert_models_close(&again, &gmm, ROUNDING);
}

for_typical_structures!(
    accumulate_in_any_split_order_equals_one_pass,
    the_same_blocks_in_the_same_order_give_the_same_bits,
    a_block_of_one_sample_is_that_sample_observed,
    component_wise_accumulation_equals_joint,
    streaming_covariance_equals_batch_weighted_covariance,
    stats_read_twice_added_and_halved_equal_read_once,
    scale_then_add_is_linear,
    discount_by_one_changes_no_bit_and_by_zero_forgets_all,
    merging_empty_statistics_is_identity,
    statistics_from_a_model_maximize_to_it,
);
