//! When outliers found a component and when they are forgotten, sample by sample.

use gaussmix::covariance::Variance;
use gaussmix::lifecycle::{Birth, Verdict};
use gaussmix::{Error, Gmm, Spherical, SufficientStats};

use crate::support::dense::{Structure, model};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::REARRANGED;

/// A policy that watches a stream about N(0, I), with three free slots. Samples are considered, never observed.
struct Watch<C: Structure> {
    birth: Birth<f64, 2>,
    stats: SufficientStats<f64, 2, 4, C>,
    gmm: Gmm<f64, 2, 4, C>,
}

impl<C: Structure> Watch<C> {
    fn new(support: u32, within: u32) -> Self {
        let gmm = model([1.0, 0.0, 0.0, 0.0], [[0.0; 2]; 4], [[[1.0, 0.0], [0.0, 1.0]]; 4]);
        let stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
        Self { birth: Birth::default().with_support(support, within).unwrap(), stats, gmm }
    }

    fn see(&mut self, x: [f64; 2]) -> Verdict {
        self.birth.consider(&mut self.stats, &mut self.gmm, x).unwrap()
    }

    /// So many samples that the live component explains.
    fn wait(&mut self, samples: u32) {
        (0..samples).for_each(|_| assert_eq!(self.see([0.5, -0.5]), Verdict::Observe));
    }

    #[track_caller]
    fn assert_mean(&self, k: usize, due: [f64; 2]) {
        let mean = self.gmm.means()[k];
        assert!((0..2).all(|j| (mean[j] - due[j]).abs() < REARRANGED), "{mean:?} for {due:?}");
    }
}

/// The next candidate begins with one supporter, itself, and at its own place.
fn a_birth_uses_up_its_support<C: Structure>() {
    let mut watch = Watch::<C>::new(2, 100);
    assert_eq!(watch.see([0.0, 20.0]), Verdict::Withhold);
    assert_eq!(watch.see([1.0, 20.0]), Verdict::Born(1));
    watch.assert_mean(1, [0.5, 20.0]);
    assert_eq!(watch.see([40.0, -40.0]), Verdict::Withhold);
    assert_eq!(watch.see([40.0, -41.0]), Verdict::Born(2));
    watch.assert_mean(2, [40.0, -40.5]);
}

/// The first candidate came alone and ran out of time. That must not shorten the patience with the next.
fn a_new_candidate_begins_without_outliers_elsewhere<C: Structure>() {
    let mut watch = Watch::<C>::new(3, 10);
    assert_eq!(watch.see([-50.0, 0.0]), Verdict::Withhold);
    watch.wait(10);
    assert_eq!(watch.see([0.0, 20.0]), Verdict::Withhold);
    assert_eq!(watch.see([70.0, 0.0]), Verdict::Withhold, "one elsewhere");
    assert_eq!(watch.see([0.0, 21.0]), Verdict::Withhold);
    assert_eq!(watch.see([0.0, 22.0]), Verdict::Born(1));
    watch.assert_mean(1, [0.0, 21.0]);
}

/// The quantile is 13.8, of a difference of two samples 27.6: 5.26 σ.
fn outliers_support_each_other_within_the_doubled_quantile<C: Structure>() {
    for (apart, verdict) in
        [(3.6, Verdict::Born(1)), (4.2, Verdict::Born(1)), (5.2, Verdict::Born(1)), (5.3, Verdict::Withhold)]
    {
        for direction in [[1.0, 0.0], [0.0, -1.0], [0.6, 0.8]] {
            let mut watch = Watch::<C>::new(2, 100);
            assert_eq!(watch.see([0.0, 20.0]), Verdict::Withhold);
            let x = [apart * direction[0], 20.0 + apart * direction[1]];
            assert_eq!(watch.see(x), verdict, "{apart} σ apart");
        }
    }
}

/// `within` samples after it came, a candidate is forgotten: of 10 samples, the 9 after it may still support it.
fn a_candidate_is_forgotten_when_its_time_is_up<C: Structure>() {
    for (between, verdict) in [(0, Verdict::Born(1)), (8, Verdict::Born(1)), (9, Verdict::Withhold)] {
        let mut watch = Watch::<C>::new(2, 10);
        // Before it, the clock of no candidate runs.
        watch.wait(7);
        assert_eq!(watch.see([0.0, 20.0]), Verdict::Withhold);
        watch.wait(between);
        assert_eq!(watch.see([0.0, 21.0]), verdict, "{between} between");
    }
}

/// As many outliers elsewhere as make a birth replace the candidate by the last of them; fewer do not.
fn as_many_outliers_elsewhere_replace_the_candidate<C: Structure>() {
    let mut watch = Watch::<C>::new(3, 100);
    for x in [[0.0, 20.0], [90.0, 0.0], [0.0, -90.0], [0.0, 21.0]] {
        assert_eq!(watch.see(x), Verdict::Withhold);
    }
    assert_eq!(watch.see([0.0, 22.0]), Verdict::Born(1), "two elsewhere");
    let mut watch = Watch::<C>::new(3, 100);
    for x in [[0.0, 20.0], [90.0, 0.0], [0.0, -90.0], [-90.0, 0.0], [0.0, 21.0], [-91.0, 0.0]] {
        assert_eq!(watch.see(x), Verdict::Withhold);
    }
    assert_eq!(watch.see([-92.0, 0.0]), Verdict::Born(1), "three elsewhere, the last is the candidate");
    watch.assert_mean(1, [-91.0, 0.0]);
}

/// Five times the support, and never more than half of the time: the rest has to be learnt.
fn no_more_outliers_are_withheld_than_the_limit<C: Structure>() {
    for (support, within, limit) in [(2, 100, 10), (2, 12, 6), (3, 13, 6), (1000, 1000, 500)] {
        let mut watch = Watch::<C>::new(support, within);
        // Each far from all others, so that none is supported.
        let far = |i: u32| [100.0 * f64::from(i + 1), 0.0];
        for i in 0..limit {
            assert_eq!(watch.see(far(i)), Verdict::Withhold, "{i} of {limit}");
        }
        assert_eq!(watch.see(far(limit)), Verdict::Observe, "{limit} are enough");
        let withheld = (limit + 1..10 * within).filter(|i| watch.see(far(*i)) == Verdict::Withhold).count();
        let due = 9 * limit as usize;
        assert!((due..=due + limit as usize).contains(&withheld), "{withheld}: as many in every such time");
    }
}

for_typical_structures!(
    a_birth_uses_up_its_support,
    a_new_candidate_begins_without_outliers_elsewhere,
    outliers_support_each_other_within_the_doubled_quantile,
    a_candidate_is_forgotten_when_its_time_is_up,
    as_many_outliers_elsewhere_replace_the_candidate,
    no_more_outliers_are_withheld_than_the_limit,
);

/// Each sample is in range, a hundredth of all mass there is not.
#[test]
fn a_refused_birth_leaves_policy_model_and_statistics() {
    let mut gmm: Gmm<f32, 1, 2, Spherical> = Gmm::new([1.0, 0.0], [[0.0]; 2], [Variance(1.0); 2]).unwrap();
    let mut stats = SufficientStats::from_model(&gmm, 1e20).unwrap();
    let mut birth = Birth::default().with_support(2, 10).unwrap();
    assert_eq!(birth.consider(&mut stats, &mut gmm, [1e6]), Ok(Verdict::Withhold));
    let before = (birth.clone(), stats.clone(), gmm.clone());
    let refusal = Err(Error::OutOfRange { sample: 0 });
    assert_eq!(birth.consider(&mut stats, &mut gmm, [1e6]), refusal);
    assert_eq!((birth, stats, gmm), before);
}
