//! Which components die, what their parameters cost, and where their mass goes.

use gaussmix::lifecycle::{self, Merging, Pruning, Splitting};
use gaussmix::{Diagonal, Error, Full, Gmm, Spherical, SufficientStats, Tied, reduce};

use crate::support::dense::{Dense, Structure, covariances, model, spread};
use crate::support::structures::for_typical_structures;
use crate::support::tolerance::REARRANGED;

const UNIT: [[f64; 1]; 1] = [[1.0]];

/// Components over one feature with these weights, and statistics with these masses about their means.
fn line<const K: usize, C: Structure>(
    weights: [f64; K],
    masses: [f64; K],
) -> (SufficientStats<f64, 1, K, C>, Gmm<f64, 1, K, C>) {
    let gmm = model(weights, core::array::from_fn(|k| [10.0 * k as f64]), [UNIT; K]);
    let mut stats = SufficientStats::new();
    for k in 0..K {
        for side in [-1.0, 1.0] {
            let mut r = [0.0; K];
            r[k] = masses[k] / 2.0;
            stats.assign([gmm.means()[k][0] + side], &r).unwrap();
        }
    }
    (stats, gmm)
}

/// Half a sample for each parameter of a component's own. A shared covariance is nobody's own.
#[test]
fn a_component_is_charged_for_its_own_parameters() {
    let charged = |p: f64| Pruning::default().with_share(p / 900.0);
    assert_eq!(Pruning::for_samples::<3, Full>(450.0), charged(9.0));
    assert_eq!(Pruning::for_samples::<3, Diagonal>(450.0), charged(6.0));
    assert_eq!(Pruning::for_samples::<3, Spherical>(450.0), charged(4.0));
    assert_eq!(Pruning::for_samples::<3, Tied<Full>>(450.0), charged(3.0));
    assert_eq!(Pruning::for_samples::<3, Tied<Diagonal>>(450.0), charged(3.0));
    assert_eq!(Pruning::for_samples::<3, Tied<Spherical>>(450.0), charged(3.0));
}

/// Mass that lies in a dead slot goes to the live ones; it revives nothing, and nothing dies of it.
fn a_dead_slot_stays_dead_whatever_mass_it_has<C: Structure>() {
    let (mut stats, mut gmm) = line::<2, C>([1.0, 0.0], [5.0, 5.0]);
    assert_eq!(Pruning::default().apply(&mut stats, &mut gmm), Ok(0));
    assert_eq!(gmm.weights(), &[1.0, 0.0]);
    assert_eq!(stats.masses()[1], 0.0);
    assert!((stats.masses()[0] - 10.0).abs() < REARRANGED, "{:?}", stats.masses());
    gmm.validate().unwrap();
}

/// Weights in proportion to max(0, W_k/W − c), with c itself a death; masses keep their proportions and their sum.
fn weights_lose_the_share_and_masses_do_not<C: Structure>() {
    let (mut stats, mut gmm) = line::<4, C>([0.25; 4], [8.0, 1.0, 5.0, 2.0]);
    let pruning = Pruning::default().with_share(0.0625).unwrap();
    assert_eq!(pruning.apply(&mut stats, &mut gmm), Ok(1));
    let due = [0.4375, 0.0, 0.25, 0.0625].map(|w| w / 0.75);
    let masses = [8.0, 0.0, 5.0, 2.0].map(|w| w * 16.0 / 15.0);
    for k in 0..4 {
        assert!((gmm.weights()[k] - due[k]).abs() < REARRANGED, "{:?}", gmm.weights());
        assert!((stats.masses()[k] - masses[k]).abs() < 16.0 * REARRANGED, "{:?}", stats.masses());
    }
    assert_eq!(gmm.means().map(|[m]| m), [0.0, 10.0, 20.0, 30.0]);
    gmm.validate().unwrap();
    // Again: the dead one is dead, and is not counted again.
    assert_eq!(pruning.apply(&mut stats, &mut gmm), Ok(0));
}

/// A share of 1/K would end all components of one that are alike.
fn a_share_of_one_in_k_is_refused<C: Structure>() {
    let (mut stats, mut gmm) = line::<4, C>([0.25; 4], [4.0; 4]);
    let before = (stats.clone(), gmm.clone());
    let refused = Pruning::default().with_share(0.25).unwrap().apply(&mut stats, &mut gmm);
    assert!(matches!(refused, Err(Error::InvalidParameter { name: "share", .. })), "{refused:?}");
    assert_eq!((stats.clone(), gmm.clone()), before);
    assert_eq!(Pruning::default().with_share(0.24).unwrap().apply(&mut stats, &mut gmm), Ok(0));
    // Where the rule leaves nobody, nothing is done.
    let (mut stats, mut gmm) = line::<4, C>([0.0, 0.5, 0.5, 0.0], [10.0, 3.0, 3.0, 0.0]);
    let before = (stats.clone(), gmm.clone());
    let pruning = Pruning::default().with_share(0.2).unwrap();
    assert_eq!(pruning.apply(&mut stats, &mut gmm), Err(Error::EmptyData));
    assert_eq!((stats, gmm), before);
}

/// Of equals the first takes the other in, of unequals the heavier; a loss of 0 merges what is the same.
fn equals_merge_into_the_first<C: Structure>() {
    for (weights, into) in [([0.25, 0.5, 0.25], 0), ([0.125, 0.5, 0.375], 2), ([0.375, 0.5, 0.125], 0)] {
        let mut gmm: Gmm<f64, 1, 3, C> = model(weights, [[1.0], [9.0], [1.0]], [UNIT; 3]);
        let mut stats = SufficientStats::from_model(&gmm, 8.0).unwrap();
        let merged = Merging::default().with_loss(0.0).unwrap().apply(&mut stats, &mut gmm).unwrap().unwrap();
        assert_eq!((merged.first, merged.second, merged.loss), (0, 2, 0.0));
        let mut due = [0.0, 0.5, 0.0];
        due[into] = 0.5;
        assert_eq!(gmm.weights(), &due);
        assert_eq!(stats.masses(), due.map(|w| 8.0 * w));
        assert_eq!(Merging::default().with_loss(0.0).unwrap().apply(&mut stats, &mut gmm), Ok(None));
    }
}

/// Above the weight, not at it; the heaviest, and of equals the first.
fn a_component_splits_above_its_weight<C: Structure>() {
    let (mut stats, mut gmm) = line::<3, C>([0.5, 0.5, 0.0], [5.0, 5.0, 0.0]);
    let before = (stats.clone(), gmm.clone());
    assert_eq!(Splitting::default().apply(&mut stats, &mut gmm), Ok(None));
    assert_eq!((&stats, &gmm), (&before.0, &before.1));
    assert_eq!(Splitting::default().with_above(0.49).unwrap().apply(&mut stats, &mut gmm), Ok(Some([0, 2])));
    assert_eq!(gmm.weights(), &[0.25, 0.5, 0.25]);
    // A slot with exactly the starved share of the mass counts as starved; the next heavier does not.
    let (stats, gmm) = line::<3, C>([0.75, 0.125, 0.125], [12.0, 3.0, 1.0]);
    let split = |starved: f64| {
        let (mut stats, mut gmm) = (stats.clone(), gmm.clone());
        Splitting::default().with_starved(starved).unwrap().apply(&mut stats, &mut gmm).unwrap()
    };
    assert_eq!(split(0.0625), Some([0, 2]));
    assert_eq!(split(0.0624), None);
}

/// What a slot held goes to all others before its neighbour splits: mean and covariance of the rest stay. A tied
/// covariance gives what lies between the two in proportion to the weight that the parent then has.
fn a_split_keeps_the_moments_of_the_rest<C: Structure>() {
    let gmm: Gmm<f64, 2, 3, C> =
        model([0.5, 0.25, 0.25], [[0.0; 2], [6.0, 1.0], [-3.0, 8.0]], [[[2.0, 0.0], [0.0, 2.0]]; 3]);
    let stats = SufficientStats::from_model(&gmm, 4.0).unwrap();
    let (mut left, mut removed) = (stats.clone(), gmm.clone());
    lifecycle::remove(&mut left, &mut removed, 2).unwrap();
    let (mut kept, mut split) = (stats, gmm);
    lifecycle::split(&mut kept, &mut split, 0, 2, 0.5).unwrap();
    let (found, due) = (split.collapse().unwrap(), removed.collapse().unwrap());
    for j in 0..2 {
        assert!((found.means()[0][j] - due.means()[0][j]).abs() < 10.0 * REARRANGED);
    }
    if C::COUPLED {
        // The model is what the structure can hold; the statistics hold the rest.
        close(&whole(&kept), &whole(&left));
    } else {
        close(&covariances(&found)[0], &covariances(&due)[0]);
    }
    for k in 0..3 {
        assert!((kept.masses()[k] - 4.0 * split.weights()[k]).abs() < 10.0 * REARRANGED);
    }
}

/// The covariance of all samples together.
fn whole<C: Structure>(stats: &SufficientStats<f64, 2, 3, C>) -> Dense<2> {
    let (masses, means, total) = (stats.masses(), stats.means(), stats.total_weight());
    let centre = [0, 1].map(|j| (0..3).map(|k| masses[k] * means[k][j]).sum::<f64>() / total);
    let mut sum = [[0.0; 2]; 2];
    for k in 0..3 {
        let within = spread(stats, k);
        let away = [0, 1].map(|j| means[k][j] - centre[j]);
        for j in 0..2 {
            for i in 0..2 {
                sum[j][i] += masses[k] / total * (within[j][i] + away[i] * away[j]);
            }
        }
    }
    sum
}

fn close(found: &Dense<2>, due: &Dense<2>) {
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 40.0 * REARRANGED;
    assert!(found.as_flattened().iter().zip(due.as_flattened()).all(near), "{found:?} {due:?}");
}

/// Whatever goes, the others keep their covariances: their scatters grow with their masses.
fn a_removal_keeps_the_covariances_of_the_rest<C: Structure>() {
    let (mut stats, mut gmm) = line::<3, C>([0.5, 0.25, 0.25], [8.0, 4.0, 4.0]);
    lifecycle::remove(&mut stats, &mut gmm, 0).unwrap();
    for k in [1, 2] {
        let [[variance]] = spread(&stats, k);
        assert!((variance - 1.0).abs() < REARRANGED, "{variance}");
        assert!((stats.masses()[k] - 8.0).abs() < 10.0 * REARRANGED);
    }
}

/// Pairs that lose the same: the first, which a loss above 0 of rounding alone must not hide.
fn the_first_of_equally_close_pairs_merges<C: Structure>() {
    for x in [0.0, 0.1, 1e3, -7.3] {
        let gmm: Gmm<f64, 1, 4, C> = model([0.25; 4], [[x]; 4], [[[0.3]]; 4]);
        let pair = reduce::closest(&gmm).unwrap();
        assert_eq!((pair.first, pair.second), (0, 1));
        assert!(pair.loss >= 0.0 && pair.loss < REARRANGED, "{}", pair.loss);
    }
}

for_typical_structures!(
    a_removal_keeps_the_covariances_of_the_rest,
    the_first_of_equally_close_pairs_merges,
    a_dead_slot_stays_dead_whatever_mass_it_has,
    weights_lose_the_share_and_masses_do_not,
    a_share_of_one_in_k_is_refused,
    equals_merge_into_the_first,
    a_component_splits_above_its_weight,
    a_split_keeps_the_moments_of_the_rest,
);
