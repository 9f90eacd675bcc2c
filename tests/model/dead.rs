//! Slots that a model does not use.

use gaussmix::covariance::Shape;
use gaussmix::{Diagonal, Error, Full, Gmm, Posterior, Real, SufficientStats, Tied};

use crate::support::clouds::{clouds, guess, narrowed};
use crate::support::dense::Structure;
use crate::support::structures::for_typical_structures;

/// The components of `gmm` in the slots `at` of seven.
fn among_dead_slots<T: Real, C: Structure>(gmm: &Gmm<T, 3, 3, C>, at: [usize; 3]) -> Gmm<T, 3, 7, C> {
    let (mut weights, mut offsets, mut means) = ([T::ZERO; 7], [T::NEG_INFINITY; 7], [[T::ONE; 3]; 7]);
    let mut factors = *Gmm::<T, 3, 7, C>::unfitted().factors();
    for (k, slot) in at.into_iter().enumerate() {
        (weights[slot], offsets[slot], means[slot]) = (gmm.weights()[k], gmm.offsets()[k], gmm.means()[k]);
        factors.as_mut()[C::slot(slot)] = gmm.factors().as_ref()[C::slot(k)];
    }
    Gmm::from_parts(weights, offsets, means, factors)
}

/// The outcomes of all scores of a slice.
type Scores<T, const K: usize> = ([Result<(), Error>; 3], Vec<T>, Vec<Posterior<T, K>>, Vec<usize>);

fn scores<T: Real, const K: usize, C: Structure>(gmm: &Gmm<T, 3, K, C>, data: &[[T; 3]]) -> Scores<T, K> {
    let (mut densities, mut predictions) = (vec![T::ZERO; data.len()], vec![K; data.len()]);
    let mut posteriors = vec![Posterior { log_density: T::ONE, responsibilities: [T::ONE; K] }; data.len()];
    let outcomes = [
        gmm.log_densities(data, &mut densities),
        gmm.posteriors(data, &mut posteriors),
        gmm.predictions(data, &mut predictions),
    ];
    (outcomes, densities, posteriors, predictions)
}

/// Scores, statistics and refusals of the same components with dead slots about them and without.
fn agree<T: Real, C: Structure>(data: &[[T; 3]], good: usize) {
    let gmm = guess::<T, C>();
    for at in [[0, 1, 2], [4, 5, 6], [1, 3, 5], [0, 2, 6]] {
        let sparse = among_dead_slots(&gmm, at);
        let spread = |r: &[T; 3]| {
            let mut all = [T::ZERO; 7];
            (0..3).for_each(|k| all[at[k]] = r[k]);
            all
        };
        for x in data {
            assert_eq!(sparse.log_density(x), gmm.log_density(x));
            assert_eq!(sparse.predict(x), gmm.predict(x).map(|k| at[k]));
            let due = gmm.posterior(x).map(|p| (p.log_density, spread(&p.responsibilities)));
            assert_eq!(sparse.posterior(x).map(|p| (p.log_density, p.responsibilities)), due);
        }
        // In slices, also in ones that are too short for the kernels of `simd`.
        for data in [data, &data[data.len() - 20..]] {
            let (found, due) = (scores(&sparse, data), scores(&gmm, data));
            assert_eq!(found.0, due.0);
            for n in 0..good.min(data.len()) {
                assert_eq!(found.1[n], due.1[n]);
                assert_eq!(found.2[n].log_density, due.2[n].log_density);
                assert_eq!(found.2[n].responsibilities, spread(&due.2[n].responsibilities));
                assert_eq!(found.3[n], at[due.3[n]]);
            }
        }
        let (mut found, mut due) = (SufficientStats::new(), SufficientStats::new());
        assert_eq!(found.observe_all(&sparse, data), due.observe_all(&gmm, data));
        assert_eq!((found.count(), found.log_likelihood()), (due.count(), due.log_likelihood()));
        assert_eq!(found.masses(), spread(&due.masses()));
        for k in 0..3 {
            assert_eq!(found.means()[at[k]], due.means()[k]);
            let matrices = [found.covariance(at[k]), due.covariance(k)];
            let [a, b] = matrices.map(|m| C::Shape::to_matrix::<T, 3>(&m.unwrap()));
            assert_eq!(a, b);
        }
    }
}

fn dead_slots_change_no_bit<C: Structure>() {
    let mut data = clouds(700, 107);
    agree::<f64, C>(&data, 700);
    data[689][1] = f64::NAN;
    agree::<f64, C>(&data, 9);
}

fn change_no_bit_in_single_precision<C: Structure>() {
    let mut data = clouds(700, 107);
    agree::<f32, C>(&narrowed(&data), 700);
    // A sample whose distance overflows.
    data[690] = [1e30, -1e30, 0.0];
    agree::<f32, C>(&narrowed(&data), 10);
}

#[test]
fn dead_slots_change_no_bit_in_single_precision() {
    change_no_bit_in_single_precision::<Full>();
    change_no_bit_in_single_precision::<Tied<Diagonal>>();
}

for_typical_structures!(dead_slots_change_no_bit);
