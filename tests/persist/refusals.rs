//! What is not a valid value of the type asked for is a typed error.

use core::fmt::Debug;

use gaussmix::persist::Persist;
use gaussmix::persist::PersistError;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, OnlineEm, Real, Spherical, SufficientStats, Tied};

use super::{fitted, for_every_type, observed, running, seal};

const HEADER: usize = 16;

fn bytes<V: Persist>(value: &V) -> Vec<u8> {
    let mut buffer = vec![0; V::ENCODED_LEN];
    value.encode(&mut buffer).unwrap();
    buffer
}

/// Refused by both calls, with the value in place as it was, bit for bit.
#[track_caller]
fn refused<V: Persist + PartialEq + Clone + Debug>(present: &V, bytes: &[u8]) -> PersistError {
    let mut value = present.clone();
    let error = value.decode_from(bytes).unwrap_err();
    assert_eq!(value.digest(), present.digest());
    assert_eq!(V::decode(bytes), Err(error));
    error
}

fn every_truncation_is_refused<T: Real, C: Covariance>() {
    let (gmm, stats) = (fitted::<T, C>(), observed::<T, C>());
    let (model, statistics) = (bytes(&gmm), bytes(&stats));
    for length in 0..model.len() {
        let needed = if length < HEADER { HEADER + 4 } else { model.len() };
        assert_eq!(refused(&gmm, &model[..length]), PersistError::Truncated { needed });
    }
    for length in (0..statistics.len()).step_by(7) {
        assert!(matches!(refused(&stats, &statistics[..length]), PersistError::Truncated { .. }));
    }
}

fn every_flipped_bit_is_refused<T: Real, C: Covariance>() {
    let stats = observed::<T, C>();
    let mut stored = bytes(&stats);
    for bit in 0..8 * stored.len() {
        stored[bit / 8] ^= 1 << (bit % 8);
        let error = refused(&stats, &stored);
        match bit / 8 {
            0..4 => assert_eq!(error, PersistError::NotStored),
            // A length that is wrong makes the checksum another, or more bytes due than there are.
            12..16 => assert!(matches!(error, PersistError::Corrupted | PersistError::Truncated { .. })),
            _ => assert_eq!(error, PersistError::Corrupted),
        }
        stored[bit / 8] ^= 1 << (bit % 8);
    }
    assert_eq!(SufficientStats::decode(&stored), Ok(stats));
}

for_every_type!(every_truncation_is_refused, every_flipped_bit_is_refused);

#[test]
fn another_type_is_refused_by_what_differs() {
    let stored = bytes(&fitted::<f32, Full>());
    let kind = SufficientStats::<f32, 6, 3>::decode(&stored);
    assert_eq!(kind, Err(PersistError::WrongKind { found: 1 }));
    assert_eq!(Gmm::<f64, 6, 3>::decode(&stored), Err(PersistError::WrongScalar { found: 4 }));
    let structure = PersistError::WrongStructure { found: 1 };
    assert_eq!(Gmm::<f32, 6, 3, Diagonal>::decode(&stored), Err(structure));
    assert_eq!(Gmm::<f32, 6, 3, Spherical>::decode(&stored), Err(structure));
    assert_eq!(Gmm::<f32, 6, 3, Tied<Full>>::decode(&stored), Err(structure));
    let shape = PersistError::WrongShape { features: 6, components: 3 };
    assert_eq!(Gmm::<f32, 6, 4>::decode(&stored), Err(shape));
    assert_eq!(Gmm::<f32, 3, 6>::decode(&stored), Err(shape));
    // One component, one feature: the same numbers, and yet another structure.
    let one: Gmm<f32, 1, 1, Diagonal> = Gmm::new([1.0], [[0.0]], [[1.0].into()]).unwrap();
    let tied = Gmm::<f32, 1, 1, Tied<Diagonal>>::decode(&bytes(&one));
    assert_eq!(tied, Err(PersistError::WrongStructure { found: 2 }));
}

#[test]
fn a_newer_version_is_refused_and_told_from_a_broken_one() {
    let gmm = fitted::<f64, Full>();
    let mut stored = bytes(&gmm);
    stored[4] = 3;
    assert_eq!(refused(&gmm, &stored), PersistError::Corrupted);
    seal(&mut stored);
    assert_eq!(refused(&gmm, &stored), PersistError::UnknownVersion { found: 3 });
    // A newer version may be of any length.
    stored.splice(HEADER..HEADER, [0; 5]);
    let payload = (stored.len() - HEADER - 4) as u32;
    stored[12..16].copy_from_slice(&payload.to_le_bytes());
    seal(&mut stored);
    assert_eq!(refused(&gmm, &stored), PersistError::UnknownVersion { found: 3 });
    stored[4] = 2;
    seal(&mut stored);
    assert_eq!(refused(&gmm, &stored), PersistError::WrongLength { found: payload });
    stored[4] = 0;
    seal(&mut stored);
    assert_eq!(refused(&gmm, &stored), PersistError::UnknownVersion { found: 0 });
}

#[test]
fn what_is_no_stored_value_is_refused() {
    let gmm = fitted::<f32, Full>();
    let erased = [0xFF; Gmm::<f32, 6, 3>::ENCODED_LEN];
    assert_eq!(refused(&gmm, &erased), PersistError::NotStored);
    assert_eq!(refused(&gmm, &[0; 400]), PersistError::NotStored);
    assert_eq!(refused(&gmm, b"GM?"), PersistError::NotStored);
    assert!(matches!(refused(&gmm, b"GM"), PersistError::Truncated { .. }));
    // A length beyond the address space.
    let mut stored = bytes(&gmm);
    stored[12..16].fill(0xFF);
    assert!(matches!(refused(&gmm, &stored), PersistError::Truncated { .. }));
}

#[test]
fn a_buffer_too_small_is_refused_and_not_written_to() {
    let gmm = fitted::<f32, Full>();
    let needed = Gmm::<f32, 6, 3>::ENCODED_LEN;
    for length in [0, 1, HEADER, needed - 1] {
        let mut buffer = vec![7; length];
        assert_eq!(gmm.encode(&mut buffer), Err(PersistError::TooSmall { needed }));
        assert!(buffer.iter().all(|b| *b == 7));
    }
}

/// `value` with its number at `index` replaced, well sealed.
fn with_number<V: Persist>(value: &V, index: usize, number: f64) -> Vec<u8> {
    let mut stored = bytes(value);
    let at = HEADER + 8 * index;
    stored[at..at + 8].copy_from_slice(&number.to_le_bytes());
    seal(&mut stored);
    stored
}

/// Refused as invalid, and what is left is the blank value.
#[track_caller]
fn invalid<V: Persist + PartialEq + Clone + Debug>(present: &V, blank: &V, bytes: &[u8]) -> Error {
    let mut value = present.clone();
    let error = value.decode_from(bytes).unwrap_err();
    assert_eq!(&value, blank);
    assert_eq!(V::decode(bytes).as_ref(), Err(&error));
    match error {
        PersistError::Invalid(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn numbers_that_are_no_model_are_refused() {
    let gmm = Gmm::<f64, 2, 2>::new(
        [0.5, 0.5],
        [[0.0, 1.0], [2.0, 3.0]],
        [[[2.0, 0.5], [0.5, 1.0]].into(), [[1.0, 0.0], [0.0, 1.0]].into()],
    )
    .unwrap();
    // Weights 0 and 1, offsets 2 and 3, means 4 to 7, factors 8 to 10 and 11 to 13.
    let refusal = |index, number| invalid(&gmm, &Gmm::unfitted(), &with_number(&gmm, index, number));
    assert_eq!(refusal(0, -0.5), Error::InvalidWeight { component: 0 });
    assert_eq!(refusal(1, 0.6), Error::WeightsNotNormalized);
    assert_eq!(refusal(3, gmm.offsets()[1] + 1e-3), Error::InconsistentOffset { component: 1 });
    assert_eq!(refusal(9, f64::INFINITY), Error::NotPositiveDefinite { component: 0 });
    assert_eq!(refusal(8, -1.0), Error::NotPositiveDefinite { component: 0 });
    assert_eq!(refusal(11, 0.0), Error::NotPositiveDefinite { component: 1 });
    assert_eq!(refusal(11, 1.1), Error::InconsistentOffset { component: 1 });
    for bad in [f64::NAN, -f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        (0..14).for_each(|index| assert_ne!(refusal(index, bad), Error::EmptyData));
        assert_eq!(refusal(5, bad), Error::NonFiniteMean { component: 0 });
    }
}

#[test]
fn a_dead_component_has_no_finite_offset() {
    let gmm = Gmm::<f64, 1, 2>::new([1.0, 0.0], [[0.0], [5.0]], [[[1.0]].into(); 2]).unwrap();
    for offset in [0.0, -5.0, -1e300, f64::INFINITY] {
        let stored = with_number(&gmm, 3, offset);
        let error = invalid(&gmm, &Gmm::unfitted(), &stored);
        assert_eq!(error, Error::InconsistentOffset { component: 1 });
    }
}

#[test]
fn numbers_that_are_no_statistics_are_refused() {
    let gmm = Gmm::<f64, 2, 1>::new([1.0], [[0.0, 1.0]], [[[1.0, 0.0], [0.0, 1.0]].into()]).unwrap();
    let mut stats = SufficientStats::new();
    stats.observe_all(&gmm, [[1.0, 2.0], [3.0, 1.0], [0.5, 0.1]]).unwrap();
    // The count 0, ℓ 1 and 2, mass 3 and 4, mean 5 and 6, its low words 7 and 8, scatter 9 to 11.
    let refusal = |index, number| {
        let stored = with_number(&stats, index, number);
        match invalid(&stats, &SufficientStats::new(), &stored) {
            Error::InvalidParameter { name, .. } => name,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refusal(0, -1.0), "count"); // all ones and then some, as a whole number
    assert_eq!(refusal(2, 1e-3), "log_likelihood");
    assert_eq!(refusal(1, -f64::MAX / 1.5), "log_likelihood");
    assert_eq!(refusal(3, -1.0), "masses");
    // Such masses would overflow when they are merged, and then the mean would be a NaN.
    assert_eq!(refusal(3, f64::MAX), "masses");
    assert_eq!(refusal(11, f64::MAX), "scatters");
    assert_eq!(refusal(4, 0.1), "masses");
    assert_eq!(refusal(5, 1e160), "means");
    assert_eq!(refusal(6, f64::MAX), "means");
    assert_eq!(refusal(8, 0.5), "means");
    assert_eq!(refusal(9, -1e-9), "scatters");
    assert_eq!(refusal(11, -1.0), "scatters");
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let names = (1..12).map(|index| refusal(index, bad));
        let (l, w, m, s) = ("log_likelihood", "masses", "means", "scatters");
        assert!(names.eq([l, l, w, w, m, m, m, m, s, s, s]));
    }
    // An off-diagonal number may have any sign.
    assert!(SufficientStats::<f64, 2, 1>::decode(&with_number(&stats, 10, -0.25)).is_ok());
}

/// One component over one feature; from the header on: t, warm-up (8 bytes each), interval, pending, fresh, inertia,
/// cap (4 each), the component's byte, then numbers: step 0 to 2, floors and such 3 to 7, lowest floor 8, model from 9,
/// statistics.
#[test]
fn what_is_no_online_run_is_refused() {
    let gmm = Gmm::<f64, 1, 1>::new([1.0], [[0.5]], [[[1.0]].into()]).unwrap();
    let step = StepSize::decaying(0.6, 2.0).unwrap();
    let mut online = OnlineEm::new(gmm, step).unwrap();
    for x in [[0.1], [0.7], [-2.0]] {
        online.observe(x).unwrap();
    }
    let stored = bytes(&online);
    let numbers = HEADER + 2 * 8 + 5 * 4 + 1;
    let refusal = |at: usize, bytes: &[u8]| {
        let mut stored = stored.clone();
        stored[at..at + bytes.len()].copy_from_slice(bytes);
        seal(&mut stored);
        invalid(&online, &OnlineEm::unfitted(), &stored)
    };
    let number = |index: usize, number: f64| match refusal(numbers + 8 * index, &number.to_le_bytes()) {
        Error::InvalidParameter { name, .. } => name,
        other => panic!("{other}"),
    };
    let outcome =
        Error::InvalidParameter { name: "outcome", expected: "known, and of all components or of none" };
    assert_eq!(refusal(numbers - 1, &[7 << 3]), outcome);
    assert_eq!(refusal(numbers - 1, &[0xFF]), outcome);
    assert_eq!(
        refusal(numbers - 13, &[65]),
        Error::InvalidParameter { name: "steps since the last factorisation", expected: "at most 64" }
    );
    assert_eq!(number(0, 0.1), "step");
    assert_eq!(number(1, 0.5), "alpha");
    assert_eq!(number(1, 1.5), "alpha");
    assert_eq!(number(2, -1.0), "t0");
    assert_eq!(number(3, -1.0), "relative_floor");
    assert_eq!(number(4, f64::NAN), "absolute_floor");
    assert_eq!(number(5, f64::INFINITY), "ridge");
    assert_eq!(number(6, -1e-9), "least_share");
    assert_eq!(number(7, -1e-9), "inner_tolerance");
    assert_eq!(number(8, -1e-9), "variance of a feature");
    assert_eq!(number(8, f64::INFINITY), "variance of a feature");
    assert_eq!(refusal(numbers + 8 * 11, &f64::NAN.to_le_bytes()), Error::NonFiniteMean { component: 0 });
    // Behind the model's four numbers and the count.
    assert_eq!(number(9 + 4 + 1 + 2, -1.0), "masses");
    assert_eq!(number(9 + 4 + 1 + 6, -1.0), "scatters");
}

#[test]
fn an_update_is_one_of_all_components() {
    let (online, _) = running::<f64, Full>();
    let stored = bytes(&online);
    let first = HEADER + 2 * 8 + 5 * 4;
    for k in 0..3 {
        let mut stored = stored.clone();
        stored[first + k] &= 7;
        seal(&mut stored);
        let error = invalid(&online, &OnlineEm::unfitted(), &stored);
        assert_eq!(
            error,
            Error::InvalidParameter { name: "outcome", expected: "known, and of all components or of none" }
        );
    }
}
