//! A pass whose samples come one at a time, against one over an iterator.

use gaussmix::fit::Pass;
#[cfg(not(feature = "simd"))]
use gaussmix::{Diagonal, Masked, WithNoise, covariance::Noise};
use gaussmix::{Error, Full, Gmm, Observation, SufficientStats};

use crate::support::clouds::{clouds, guess};
use crate::support::dense::Structure;
#[cfg(not(feature = "simd"))]
use crate::support::missing::{Sample, without};

/// Weights of 1, others, and 0.
const WEIGHTS: [f32; 5] = [1.0, 1.0, 0.25, 0.0, 3.0];

fn one_by_one<const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<f32, D, K, C>,
    data: impl IntoIterator<Item: Observation<f32, D>>,
) -> SufficientStats<f32, D, K, C> {
    let mut pass = Pass::new();
    for x in data {
        pass.observe(gmm, x).unwrap();
    }
    pass.finish().clone()
}

#[cfg(not(feature = "simd"))] // with which a whole pass rounds in another way
fn whole<const D: usize, const K: usize, C: Structure>(
    gmm: &Gmm<f32, D, K, C>,
    data: impl IntoIterator<Item: Observation<f32, D>>,
) -> SufficientStats<f32, D, K, C> {
    let mut stats = SufficientStats::new();
    stats.observe_all(gmm, data).unwrap();
    stats
}

/// Samples far from 0, with weights.
fn weighted(n: usize) -> Vec<([f32; 3], f32)> {
    let samples = clouds(n, 17).into_iter().map(|x| x.map(|v| (v + 1000.0) as f32));
    samples.zip(WEIGHTS.into_iter().cycle()).collect()
}

#[cfg(not(feature = "simd"))]
fn the_bits_are_those_of_a_whole_pass<C: Structure>() {
    let gmm = guess::<f32, C>();
    // Less than a block, blocks that end with the data, one more sample, and many blocks.
    for n in [0, 1, 63, 64, 65, 80, 160, 700] {
        let data = weighted(n);
        assert_eq!(one_by_one(&gmm, &data), whole(&gmm, &data), "{n} weighted samples");
        let data: Vec<Sample<3>> = without(&clouds(n, 18), 0.1, 19);
        let narrow = |x: &Sample<3>| Masked { features: x.features.map(|v| v as f32), observed: x.observed };
        let data: Vec<_> = data.iter().map(narrow).collect();
        assert_eq!(one_by_one(&gmm, &data), whole(&gmm, &data), "{n} samples, some with gaps");
    }
}
#[cfg(not(feature = "simd"))]
crate::support::structures::for_typical_structures!(the_bits_are_those_of_a_whole_pass);

#[cfg(not(feature = "simd"))]
#[test]
fn noise_takes_its_part() {
    let noise = Noise::in_box(0.1, [20.0; 3]).unwrap();
    let gmm = guess::<f32, Diagonal>().with_noise(noise).unwrap();
    let data = weighted(200);
    let stats = one_by_one::<3, 3, WithNoise<Diagonal>>(&gmm, &data);
    assert!(stats.noise_mass() > 0.0);
    assert_eq!(stats, whole(&gmm, &data));
}

/// A refused sample changes nothing, and does not end the block: the others alone give the same bits.
#[test]
fn a_refused_sample_leaves_no_trace() {
    let gmm = guess::<f32, Full>();
    let data = weighted(100);
    let mut pass = Pass::new();
    for x in &data {
        assert!(matches!(
            pass.observe(&gmm, [0.0, f32::NAN, 0.0]),
            Err(Error::NonFiniteSample { feature: 1, .. })
        ));
        assert!(matches!(pass.observe(&gmm, [1e25; 3]), Err(Error::OutOfRange { .. })));
        assert!(matches!(pass.observe(&gmm, ([0.0; 3], -1.0)), Err(Error::InvalidSampleWeight { .. })));
        pass.observe(&gmm, x).unwrap();
    }
    assert_eq!(*pass.finish(), one_by_one(&gmm, &data));
}

/// Each sample counts under the model it came with; so the parts, each a whole number of blocks, merge to the whole.
#[test]
fn the_model_may_change_between_samples() {
    let first = guess::<f32, Full>();
    let then = first.affine(&[1.0; 3], &[1.0; 3]).unwrap();
    let data = weighted(160);
    let (head, tail) = data.split_at(80); // 64 of positive weight
    let mut pass = Pass::new();
    head.iter().for_each(|x| pass.observe(&first, x).unwrap());
    tail.iter().for_each(|x| pass.observe(&then, x).unwrap());
    let mut parts = one_by_one(&first, head);
    parts.merge(&one_by_one(&then, tail));
    assert_eq!(*pass.finish(), parts);
}

/// Nothing of one pass is left for the next, not even of a block that has not ended.
#[test]
fn a_pass_begins_anew() {
    let gmm = guess::<f32, Full>();
    let data = weighted(100);
    let mut pass = Pass::new();
    data.iter().for_each(|x| pass.observe(&gmm, x).unwrap());
    pass.reset();
    assert_eq!(*pass.finish(), SufficientStats::new());
    data.iter().for_each(|x| pass.observe(&gmm, x).unwrap());
    assert_eq!(*pass.finish(), one_by_one(&gmm, &data));
    assert_eq!(*pass.finish(), one_by_one(&gmm, &data), "a second end changes nothing");
}
