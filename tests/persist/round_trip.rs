//! What was stored is what is read, to the bit.

use gaussmix::persist::Persist;
use gaussmix::stream::{Average, StepSize};
use gaussmix::{Covariance, Full, Gmm, MStep, OnlineEm, Real, SufficientStats, Tied};

use super::{fitted, for_every_type, observed, readings, running};

fn through<V: Persist>(value: &V) -> V {
    let mut buffer = vec![0xA5; V::ENCODED_LEN + 3];
    let bytes = value.encode(&mut buffer).unwrap();
    assert_eq!(bytes.len(), V::ENCODED_LEN);
    let decoded = V::decode(bytes).unwrap();
    assert_eq!(decoded.digest(), value.digest());
    let mut again = vec![0; V::ENCODED_LEN];
    decoded.encode(&mut again).unwrap();
    assert_eq!(again, bytes);
    assert_eq!(&buffer[V::ENCODED_LEN..], [0xA5; 3], "written beyond the end");
    decoded
}

fn round_trip_gives_bit_equal_scores<T: Real, C: Covariance>() {
    let gmm = fitted::<T, C>();
    let decoded = through(&gmm);
    assert_eq!(decoded, gmm);
    for x in &readings::<T>() {
        assert_eq!(decoded.posterior(x), gmm.posterior(x));
        assert_eq!(decoded.mahalanobis_squared(x), gmm.mahalanobis_squared(x));
    }
}

fn round_trip_of_statistics_changes_no_sum_to_come<T: Real, C: Covariance>() {
    let (mut gmm, stats) = (fitted::<T, C>(), observed::<T, C>());
    let mut decoded = through(&stats);
    assert_eq!(decoded, stats);
    let mut original = stats.clone();
    decoded.observe_all(&gmm, &readings::<T>()).unwrap();
    original.observe_all(&gmm, &readings::<T>()).unwrap();
    assert_eq!(decoded, original);
    let mut other = gmm.clone();
    MStep::default().maximize(&decoded, &mut gmm).unwrap();
    MStep::default().maximize(&original, &mut other).unwrap();
    assert_eq!(gmm, other);
}

fn a_run_goes_on_as_if_it_had_not_stopped<T: Real, C: Covariance>() {
    let (online, average) = running::<T, C>();
    goes_on(online, average);
    // Plain, so that M-steps update full factors, and stopped between two that make them anew.
    let mut plain = OnlineEm::<T, 6, 3, C>::new(fitted(), StepSize::default()).unwrap();
    readings::<T>()[..100].iter().for_each(|x| assert!(plain.observe(x).is_ok()));
    goes_on(plain, Average::new());

    let blank = OnlineEm::<T, 2, 2, C>::unfitted();
    assert_eq!(through(&blank), blank);
}

fn goes_on<T: Real, C: Covariance>(mut online: OnlineEm<T, 6, 3, C>, mut average: Average<T, 6, 3, C>) {
    let (mut resumed, mut resumed_average) = (through(&online), through(&average));
    assert_eq!(resumed, online);
    assert_eq!(resumed_average, average);
    for x in &readings::<T>()[300..] {
        assert_eq!(resumed.observe(x), online.observe(x));
        resumed_average.observe(resumed.statistics());
        average.observe(online.statistics());
    }
    assert_eq!(resumed.digest(), online.digest());
    assert_eq!(resumed.last_update(), online.last_update());
    assert_eq!(resumed_average.digest(), average.digest());
}

fn the_extremes_of_valid_values_come_back<T: Real, C: Covariance>() {
    let unfitted = Gmm::<T, 3, 4, C>::unfitted();
    assert_eq!(through(&unfitted), unfitted);
    let nothing = SufficientStats::<T, 3, 4, C>::new();
    assert_eq!(through(&nothing), nothing);
    let prior = SufficientStats::from_model(&unfitted, T::narrow(1e3)).unwrap();
    assert_eq!(through(&prior), prior);

    // Forgotten down to numbers below the normal range, and through them to zero.
    let mut fading = observed::<T, C>();
    for _ in 0..1200 {
        fading.discount(T::HALF).unwrap();
        fading.validate().unwrap();
    }
    assert_eq!(through(&fading), fading);

    // As far out as samples may lie.
    let far = T::LARGEST_SQUARE.root() * T::narrow(0.9);
    let mut distant = SufficientStats::<T, 1, 2, C>::new();
    for i in 0..100 {
        let x = [if i % 3 == 0 { far } else { -far }];
        distant.assign(x, &[T::ONE, T::ZERO]).unwrap();
    }
    assert_eq!(through(&distant), distant);
}

for_every_type!(
    round_trip_gives_bit_equal_scores,
    round_trip_of_statistics_changes_no_sum_to_come,
    a_run_goes_on_as_if_it_had_not_stopped,
    the_extremes_of_valid_values_come_back,
);

#[test]
fn the_sign_of_zero_is_kept() {
    let gmm: Gmm<f32, 1, 1> = Gmm::new([1.0], [[-0.0]], [[[1.0]].into()]).unwrap();
    assert!(through(&gmm).means()[0][0].is_sign_negative());
}

#[test]
fn statistics_of_a_long_stream_are_valid_at_every_step() {
    let gmm: Gmm<f32, 6, 3, Full> = fitted();
    let mut stats = SufficientStats::<f32, 6, 3>::new();
    for (i, x) in readings::<f32>().into_iter().cycle().take(20_000).enumerate() {
        // Data that wander through zero and far away: means change sign, low words turn over.
        let x = x.map(|v| v + ((i / 500) as f32 - 20.0) * 1e3);
        stats.discount(if i % 7 == 0 { 0.97 } else { 1.0 }).unwrap();
        stats.observe(&gmm, x).unwrap();
        stats.validate().unwrap();
    }
}

#[test]
fn lengths_are_those_of_the_documentation() {
    assert_eq!(Gmm::<f32, 3, 4>::ENCODED_LEN, 20 + 4 * (2 * 4 + 12 + 4 * 6));
    assert_eq!(Gmm::<f64, 3, 4, Tied<Full>>::ENCODED_LEN, 20 + 8 * (2 * 4 + 12 + 6));
    assert_eq!(SufficientStats::<f32, 3, 4>::ENCODED_LEN, 28 + 4 * (2 + 2 * 4 + 24 + 24));
    assert_eq!(
        SufficientStats::<f64, 3, 4, Tied<gaussmix::Diagonal>>::ENCODED_LEN,
        28 + 8 * (2 + 8 + 24 + 3)
    );
    let parts = Gmm::<f32, 3, 4>::ENCODED_LEN + SufficientStats::<f32, 3, 4>::ENCODED_LEN - 2 * 20;
    assert_eq!(OnlineEm::<f32, 3, 4>::ENCODED_LEN, 20 + parts + 36 + 4 + 4 * (8 + 3));
}

#[test]
fn digests_tell_types_and_bits_apart() {
    let gmm: Gmm<f32, 1, 2> = Gmm::new([0.5, 0.5], [[1.0], [2.0]], [[[1.0]].into(); 2]).unwrap();
    let other: Gmm<f32, 1, 2> =
        Gmm::new([0.5, 0.5], [[1.0], [2.0f32.next_up()]], [[[1.0]].into(); 2]).unwrap();
    let diagonal: Gmm<f32, 1, 2, gaussmix::Diagonal> =
        Gmm::new([0.5, 0.5], [[1.0], [2.0]], [[1.0].into(); 2]).unwrap();
    assert_eq!(gmm.digest(), gmm.clone().digest());
    assert_ne!(gmm.digest(), other.digest());
    assert_ne!(gmm.digest(), diagonal.digest());
}

#[test]
fn a_factor_is_decoded_over_whatever_was_there() {
    let gmm: Gmm<f64, 6, 3> = fitted();
    let mut buffer = [0; Gmm::<f64, 6, 3>::ENCODED_LEN];
    let rubbish = gaussmix::nalgebra::SMatrix::repeat(7.0);
    let mut other =
        Gmm::from_parts([1.0; 3], [2.0; 3], [[3.0; 6]; 3], [gaussmix::covariance::Factor(rubbish); 3]);
    other.decode_from(gmm.encode(&mut buffer).unwrap()).unwrap();
    assert_eq!(other, gmm);
}
