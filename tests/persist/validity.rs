//! Where numbers stop to be those of a value: at the edge, on either side of it.

use gaussmix::fit::Prior;
use gaussmix::persist::Persist;
use gaussmix::persist::PersistError;
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Error, Gmm, MStep, OnlineEm, Real, SufficientStats};

use super::seal;

const HEADER: usize = 16;

fn bytes<V: Persist>(value: &V) -> Vec<u8> {
    let mut buffer = vec![0; V::ENCODED_LEN];
    value.encode(&mut buffer).unwrap();
    buffer
}

/// `value` with numbers replaced, each at so many bytes behind the header; the name of what is refused, if it is.
fn refusal<V: Persist>(value: &V, numbers: &[(usize, [u8; 8])]) -> Option<&'static str> {
    let mut stored = bytes(value);
    for (at, number) in numbers {
        stored[HEADER + at..HEADER + at + 8].copy_from_slice(number);
    }
    seal(&mut stored);
    match V::decode(&stored) {
        Ok(_) => None,
        Err(PersistError::Invalid(Error::InvalidParameter { name, .. })) => Some(name),
        Err(other) => panic!("{other}"),
    }
}

/// Statistics of one component over one feature: the count, ℓ 1 and 2, mass 3 and 4, mean 5, its low word 6, scatter 7.
fn statistics(numbers: &[(usize, f64)]) -> Option<&'static str> {
    let mut stats: SufficientStats<f64, 1, 1, Diagonal> = SufficientStats::new();
    for x in [[1.0], [3.0], [0.5]] {
        stats.assign(x, &[1.0]).unwrap();
    }
    let numbers: Vec<_> = numbers.iter().map(|(index, v)| (8 * index, v.to_le_bytes())).collect();
    refusal(&stats, &numbers)
}

/// A mass that its low word cancels would divide by 0 in the next merger.
#[test]
fn a_mass_keeps_what_its_low_word_takes() {
    let tiny = f64::MIN_POSITIVE / 100.0;
    assert_eq!(statistics(&[(3, tiny), (4, -tiny)]), Some("masses"));
    assert_eq!(statistics(&[(3, f64::MIN_POSITIVE), (4, -f64::MIN_POSITIVE)]), Some("masses"));
    assert_eq!(statistics(&[(3, 0.0), (4, tiny)]), Some("masses"));
    assert_eq!(statistics(&[(3, tiny), (4, 0.0)]), None);
    for (low, due) in [(3.9, None), (-3.9, None), (4.1, Some("masses")), (-4.1, Some("masses"))] {
        assert_eq!(statistics(&[(3, 8.0), (4, 8.0 * low * f64::EPSILON)]), due, "{low} ε");
    }
}

/// Two such sets can be merged: neither a mass, nor a mean's square, nor mass times square reaches the limit.
#[test]
fn sums_leave_room_for_a_merger() {
    let limit = f64::LARGEST_SQUARE * 2_147_483_648.0;
    let zero = [(4, 0.0), (5, 0.0), (6, 0.0)];
    let mass = |mass: f64| statistics(&[&zero[..], &[(3, mass)]].concat());
    assert_eq!((mass(limit * 0.99), mass(limit)), (None, Some("masses")));
    assert_eq!((statistics(&[(7, limit * 0.99)]), statistics(&[(7, limit)])), (None, Some("scatters")));
    for sign in [1.0, -1.0] {
        let l = |l: f64| statistics(&[(1, sign * l), (2, 0.0)]);
        assert_eq!((l(limit * 0.99), l(limit)), (None, Some("log_likelihood")));
    }
    // A mean whose square is in range, of so much mass that the sum of squares is not.
    let mean = |mean: f64, mass: f64| statistics(&[(3, mass), (4, 0.0), (5, mean), (6, 0.0)]);
    let far = f64::LARGEST_SQUARE.sqrt();
    assert_eq!((mean(far, 1e9), mean(far, 3e9)), (None, Some("means")));
    assert_eq!((mean(far * 1.4, 1.0), mean(far * 1.5, 1.0)), (None, Some("means")));
    assert_eq!(mean(-far * 1.5, 0.0), Some("means"));
    let low = |low: f64| statistics(&[(5, 8.0), (6, low * 8.0 * f64::EPSILON)]);
    assert_eq!((low(-3.9), low(4.1)), (None, Some("means")));
    assert_eq!((statistics(&[(7, 0.0)]), statistics(&[(7, -f64::MIN_POSITIVE)])), (None, Some("scatters")));
}

#[test]
fn a_count_has_its_limit() {
    let stats: SufficientStats<f64, 1, 1, Diagonal> = SufficientStats::new();
    assert_eq!(refusal(&stats, &[(0, (1u64 << 63).to_le_bytes())]), None);
    assert_eq!(refusal(&stats, &[(0, ((1u64 << 63) + 1).to_le_bytes())]), Some("count"));
}

/// One component over one feature. Behind the header: t, warm-up (8 bytes each), interval, pending, fresh, inertia, cap
/// on inner iterations (4 each), the component's byte, then numbers: step 0 to 2, floors and such 3 to 7, variance of
/// the feature 8.
#[test]
fn a_run_is_refused_at_the_edge_of_its_settings() {
    let gmm = Gmm::<f64, 1, 1>::new([1.0], [[0.5]], [[[1.0]].into()]).unwrap();
    let mut online = OnlineEm::new(gmm, StepSize::constant(0.25).unwrap()).unwrap();
    online.observe([0.1]).unwrap();
    let number = |index: usize, v: f64| refusal(&online, &[(37 + 8 * index, v.to_le_bytes())]);
    assert_eq!((number(8, 0.0), number(8, f64::MAX)), (None, None));
    for bad in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -f64::MIN_POSITIVE] {
        assert_eq!(number(8, bad), Some("variance of a feature"), "{bad}");
        for (index, name) in [
            (3, "relative_floor"),
            (4, "absolute_floor"),
            (5, "ridge"),
            (6, "least_share"),
            (7, "inner_tolerance"),
        ] {
            assert_eq!(number(index, bad), Some(name), "{bad}");
        }
    }
    // A constant step has neither exponent nor shift.
    assert_eq!((number(0, 0.0), number(0, 1.0), number(0, -0.1)), (None, Some("step"), Some("step")));
    assert_eq!((number(1, 0.75), number(2, 1.0)), (Some("step"), Some("step")));
    // Interval, pending, fresh, inertia: two of 32 bits at a time.
    let fresh = |fresh: u64| refusal(&online, &[(24, (fresh | 10 << 32).to_le_bytes())]);
    assert_eq!((fresh(64), fresh(65)), (None, Some("steps since the last factorisation")));
}

/// As above, and behind the settings the regularizer: its code (101), then m₀, κ₀, Ψ₀, ν₀ and α.
#[test]
fn a_run_is_refused_with_what_is_no_prior() {
    let gmm = Gmm::<f64, 1, 1>::new([1.0], [[0.5]], [[[1.0]].into()]).unwrap();
    let with = |prior: &Prior<f64, 1, 1>| {
        let m_step = MStep::default().with_regularizer(prior.clone());
        OnlineEm::new(gmm.clone(), StepSize::default()).unwrap().with_m_step(m_step)
    };
    let (strength, scale, degrees, alpha) = (110, 118, 126, 134);
    let flat = with(&Prior::new([[0.0]], 1.0, None, [2.0]).unwrap());
    let of_flat = |at: usize, v: f64| refusal(&flat, &[(at, v.to_le_bytes())]);
    assert_eq!((of_flat(strength, 0.0), of_flat(strength, -1.0)), (None, Some("strength")));
    assert_eq!((of_flat(scale, 1.0), of_flat(alpha, 0.0)), (Some("scales"), Some("concentrations")));
    assert_eq!(refusal(&flat, &[(scale, 1f64.to_le_bytes()), (degrees, 3f64.to_le_bytes())]), None);
    let model = with(&Prior::from_model(&gmm, 16.0).unwrap());
    let of_model = |at: usize, v: f64| refusal(&model, &[(at, v.to_le_bytes())]);
    assert_eq!((of_model(alpha, 1.0 + 1e-7), of_model(alpha, 0.9)), (None, Some("concentrations")));
    assert_eq!((of_model(degrees, 3.0), of_model(strength, 0.0)), (Some("degrees"), Some("scales")));
    for bad in [0.0, -16.0_f64] {
        let mut stored = bytes(&model);
        stored[HEADER + scale..HEADER + scale + 8].copy_from_slice(&bad.to_le_bytes());
        seal(&mut stored);
        let refused = decoded(&model, &stored);
        assert_eq!(refused.err(), Some(PersistError::Invalid(Error::NotPositiveDefinite { component: 0 })));
    }
}

/// Decodes a value of the same type.
fn decoded<V: Persist>(_: &V, stored: &[u8]) -> Result<V, PersistError> {
    V::decode(stored)
}
