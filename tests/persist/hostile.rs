//! Bytes of any kind: no panic, and what is taken for a value is one.

use gaussmix::persist::Persist;
use gaussmix::{Covariance, Diagonal, Full, Gmm, Spherical, SufficientStats, Tied};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use proptest::{collection, num, sample};

use super::{fitted, observed, seal};

/// Checks `law` on `cases` values of the strategy, the same ones in every run.
fn for_all<S: Strategy>(cases: u32, strategy: S, law: impl Fn(S::Value)) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let outcome = TestRunner::new_with_rng(config, rng).run(&strategy, |value| {
        law(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Decodes; what it gives is valid by `check`, and the bytes are the only ones that stand for it. Whether there was
/// a value.
fn decodes<V: Persist>(bytes: &[u8], check: impl Fn(&V) -> bool) -> bool {
    let Ok(value) = V::decode(bytes) else { return false };
    assert!(check(&value), "an invalid value");
    let mut again = vec![0; V::ENCODED_LEN];
    value.encode(&mut again).unwrap();
    assert_eq!(again, bytes[..V::ENCODED_LEN]);
    true
}

fn model<C: Covariance>(bytes: &[u8]) -> bool {
    let sound = |gmm: &Gmm<f64, 6, 3, C>| {
        let score = gmm.log_density([0.5; 6]);
        gmm.validate().is_ok() && score.is_ok_and(|p| !p.is_nan()) | score.is_err()
    };
    decodes(bytes, sound)
}

fn statistics<C: Covariance>(bytes: &[u8]) -> bool {
    decodes(bytes, |stats: &SufficientStats<f64, 6, 3, C>| {
        let mut twice = stats.clone();
        twice.merge(stats);
        stats.validate().is_ok()
            && !twice.total_weight().is_nan()
            && twice.means().iter().flatten().all(|m| m.is_finite())
    })
}

fn anything(bytes: &[u8]) -> bool {
    let models = [model::<Full>, model::<Diagonal>, model::<Spherical>, model::<Tied<Full>>];
    let others = [statistics::<Full>, statistics::<Tied<Diagonal>>, statistics::<Tied<Spherical>>];
    models.iter().chain(&others).any(|decode| decode(bytes))
}

#[test]
fn random_bytes_are_never_a_value() {
    for_all(2000, collection::vec(num::u8::ANY, 0..900), |mut bytes| {
        assert!(!anything(&bytes));
        // Nor behind a true beginning.
        for (byte, header) in bytes.iter_mut().zip(*b"GMix\x01\x01\x08\x01\x06\x00\x03\x00") {
            *byte = header;
        }
        assert!(!anything(&bytes));
    });
}

#[test]
fn several_flipped_bits_are_never_a_value() {
    let mut stored = vec![0; Gmm::<f64, 6, 3>::ENCODED_LEN];
    fitted::<f64, Full>().encode(&mut stored).unwrap();
    let bits = 8 * stored.len();
    for_all(2000, collection::btree_set(0..bits, 1..20), |flips| {
        let mut bytes = stored.clone();
        flips.iter().for_each(|bit| bytes[bit / 8] ^= 1 << (bit % 8));
        assert!(!anything(&bytes));
    });
}

/// Numbers that break checks, under a checksum that is right.
#[test]
fn well_sealed_rubbish_is_refused_or_valid() {
    let mut stored =
        [vec![0; Gmm::<f64, 6, 3>::ENCODED_LEN], vec![0; SufficientStats::<f64, 6, 3>::ENCODED_LEN]];
    fitted::<f64, Full>().encode(&mut stored[0]).unwrap();
    observed::<f64, Full>().encode(&mut stored[1]).unwrap();
    let numbers =
        [0.0, -0.0, 5e-324, 1e-300, 1e-16, 1.0, -1.0, 1e16, 1e149, 1e154, 1e300, f64::MAX, f64::NAN];
    let change = (0..80usize, sample::select(numbers.to_vec()));
    let taken = core::cell::Cell::new(0);
    for_all(4000, (0..2usize, collection::vec(change, 1..4)), |(which, changes)| {
        let mut bytes = stored[which].clone();
        for (index, number) in changes {
            let at = 16 + 8 * index;
            if let Some(place) = bytes.get_mut(at..at + 8) {
                place.copy_from_slice(&number.to_le_bytes());
            }
        }
        seal(&mut bytes);
        taken.set(taken.get() + u32::from(anything(&bytes)));
    });
    assert!(taken.get() > 100, "only {} were taken: the numbers test nothing", taken.get());
}
