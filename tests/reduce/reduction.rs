//! What a reduction to fewer components keeps.

use gaussmix::reduce;
use gaussmix::{Error, Gmm, Real, SufficientStats};

use crate::moments::assert_same_overall;
use crate::support::dense::{Dense, Structure, covariances, model};
use crate::support::rearranged::{COVARIANCES, MEANS, close, three};
use crate::support::structures::{for_every_structure, for_typical_structures};
use crate::support::together::maximum_of;
use crate::support::tolerance::{REARRANGED, REARRANGED_F32};

const WEIGHTS: [f64; 4] = [0.4, 0.3, 0.2, 0.1];

fn four<C: Structure>() -> Gmm<f64, 3, 4, C> {
    model(WEIGHTS, MEANS, COVARIANCES)
}

/// To one component, it is the collapse: in coupled structures too, of which one component is unrestricted.
fn a_reduction_to_one_is_the_collapse<C: Structure>() {
    for gmm in [four::<C>(), three::<f64, C>(0.0), three::<f64, C>(1e4)] {
        let (one, due) = (gmm.reduce::<1>().unwrap(), gmm.collapse().unwrap());
        assert_eq!(one.weights(), &[1.0]);
        for i in 0..3 {
            close(one.means()[0][i], due.means()[0][i], REARRANGED, "mean");
            for j in 0..3 {
                // At an offset, a mean's last digit is 2e-12.
                let tolerance = if due.means()[0][0] > 1e3 { 1e4 * REARRANGED } else { REARRANGED };
                let [found, due] = [&one, &due].map(|gmm| covariances(gmm)[0][i][j]);
                close(found, due, tolerance, "covariance");
            }
        }
    }
    let (far, near) = (three::<f32, C>(1e4).reduce::<1>().unwrap(), three::<f64, C>(0.0).collapse().unwrap());
    for i in 0..3 {
        close(far.means()[0][i].widen(), near.means()[0][i] + 1e4, REARRANGED_F32, "mean");
        for j in 0..3 {
            close(
                covariances(&far)[0][i][j],
                covariances(&near)[0][i][j],
                100.0 * REARRANGED_F32,
                "covariance",
            );
        }
    }
}

/// The weights, means and covariances that two mergers leave.
struct Left {
    weights: [f64; 2],
    means: [[f64; 3]; 2],
    full: [Dense<3>; 2],
}

fn merge_twice<C: Structure>(mut gmm: Gmm<f64, 3, 4, C>) -> Left {
    let mut stats = SufficientStats::from_model(&gmm, 1.0).unwrap();
    for _ in 0..2 {
        let pair = reduce::closest(&gmm).unwrap();
        reduce::merge(&mut stats, &mut gmm, pair.first, pair.second).unwrap();
    }
    let live: Vec<usize> = gmm.live().collect();
    let (a, b, full) = (live[0], live[1], covariances(&gmm));
    let (weights, means) = (gmm.weights(), gmm.means());
    Left { weights: [weights[a], weights[b]], means: [means[a], means[b]], full: [full[a], full[b]] }
}

/// Step by step, the closest pair merges. Where components share something in part, they are brought together once, at
/// the end: of the mergers of what each was.
fn a_reduction_is_mergers_of_the_closest<C: Structure>() {
    let gmm = four::<C>();
    let two = gmm.reduce::<2>().unwrap();
    two.validate().unwrap();
    assert_same_overall(&two, &gmm, REARRANGED);
    let due = if C::common().is_coupled() {
        let free: Gmm<f64, 3, 4, C::Shape> = model(WEIGHTS, MEANS, covariances(&gmm));
        let left = merge_twice(free);
        Left { full: maximum_of::<3, 2, C>(&left.weights, &left.full), ..left }
    } else {
        merge_twice(gmm)
    };
    for k in 0..2 {
        close(two.weights()[k], due.weights[k], REARRANGED, "weight");
        for i in 0..3 {
            close(two.means()[k][i], due.means[k][i], REARRANGED, "mean");
            for j in 0..3 {
                close(covariances(&two)[k][i][j], due.full[k][i][j], REARRANGED, "covariance");
            }
        }
    }
}

/// Nothing is merged where there is room; free slots come last.
fn a_reduction_to_what_fits_changes_no_bit<C: Structure>() {
    let gmm = four::<C>();
    assert_eq!(gmm.reduce::<4>().unwrap(), gmm);
    let mut holes: Gmm<f64, 3, 4, C> = model([0.0, 0.6, 0.0, 0.4], MEANS, COVARIANCES);
    let packed = holes.reduce::<3>().unwrap();
    assert_eq!(packed.weights(), &[0.6, 0.4, 0.0]);
    assert_eq!(packed.means(), &[MEANS[1], MEANS[3], MEANS[0]]);
    let [found, own] = [covariances(&packed)[1], covariances(&holes)[3]];
    assert_eq!(found, own);
    holes = holes.reduce::<4>().unwrap();
    assert_eq!(holes.weights(), &[0.6, 0.4, 0.0, 0.0]);
    holes.validate().unwrap();
}

/// Twice the same component is one of them.
fn duplicates_merge_first_and_at_no_loss<C: Structure>() {
    let (mut means, mut full) = (MEANS, COVARIANCES);
    (means[3], full[3]) = (means[0], full[0]);
    let twice: Gmm<f64, 3, 4, C> = model([0.3, 0.3, 0.2, 0.2], means, full);
    let once = twice.reduce::<3>().unwrap();
    close(once.weights()[0], 0.5, REARRANGED, "weight");
    assert_eq!(once.means(), &[MEANS[0], MEANS[1], MEANS[2]]);
    let mut rng = rand_pcg::Pcg32::new(3, 5);
    for _ in 0..100 {
        let x = twice.sample(&mut rng);
        close(once.log_density(x).unwrap(), twice.log_density(x).unwrap(), REARRANGED, "density");
    }
}

fn a_reduction_out_of_range_is_refused<C: Structure>() {
    let mut means = MEANS.map(|mean| mean.map(|v| v as f32));
    means[2] = [1e30; 3];
    let near: Gmm<f32, 3, 4, C> = model(WEIGHTS, MEANS, COVARIANCES);
    let far = Gmm::<f32, 3, 4, C>::new(*near.weights(), means, near.covariances()).unwrap();
    assert_eq!(far.reduce::<1>(), Err(Error::NotPositiveDefinite { component: 0 }));
    assert!(far.reduce::<2>().is_ok(), "the far one needs no merger");
}

for_every_structure!(a_reduction_is_mergers_of_the_closest);
for_typical_structures!(
    a_reduction_to_one_is_the_collapse,
    a_reduction_to_what_fits_changes_no_bit,
    duplicates_merge_first_and_at_no_loss,
    a_reduction_out_of_range_is_refused,
);
