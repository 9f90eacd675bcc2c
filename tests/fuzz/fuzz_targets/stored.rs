//! Bytes to stored values: decoding does not panic, and what it takes for a value is one, of just those bytes.
#![no_main]

use gaussmix::persist::Persist;
use gaussmix::stream::Average;
use gaussmix::{Covariance, Diagonal, Full, Gmm, MStep, OnlineEm, Real, Spherical, SufficientStats, Tied};
use libfuzzer_sys::fuzz_target;

/// CRC-32 bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in bytes {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            remainder = if remainder & 1 == 1 { (remainder >> 1) ^ 0xEDB8_8320 } else { remainder >> 1 };
        }
    }
    !remainder
}

/// The value that `bytes` stand for, if they do.
fn decoded<V: Persist>(bytes: &[u8]) -> Option<V> {
    let value = V::decode(bytes).ok()?;
    let mut again = vec![0; V::ENCODED_LEN];
    value.encode(&mut again).unwrap();
    assert_eq!(again, bytes[..V::ENCODED_LEN]);
    Some(value)
}

/// Decodes the numbers behind a header and a checksum that are right.
fn sealed<V: Persist>(blank: &V, numbers: &[u8]) -> Option<V> {
    let mut bytes = vec![0; V::ENCODED_LEN];
    blank.encode(&mut bytes).unwrap();
    let end = V::ENCODED_LEN - 4;
    for (byte, number) in bytes[16..end].iter_mut().zip(numbers) {
        *byte ^= number;
    }
    let checksum = crc(&bytes[..end]);
    bytes[end..].copy_from_slice(&checksum.to_le_bytes());
    decoded(&bytes)
}

fn all<T: Real, C: Covariance>(bytes: &[u8]) {
    let x = [T::HALF, T::ONE];
    let gmm = Gmm::<T, 2, 2, C>::unfitted();
    for gmm in [decoded(bytes), sealed(&gmm, bytes)].into_iter().flatten() {
        gmm.validate().unwrap();
        if let Ok(posterior) = gmm.posterior(&x) {
            assert!(!posterior.log_density.widen().is_nan());
        }
    }
    let stats = SufficientStats::<T, 2, 2, C>::new();
    for mut stats in [decoded(bytes), sealed(&stats, bytes)].into_iter().flatten() {
        stats.validate().unwrap();
        let mut fitted = gmm.clone();
        if MStep::default().maximize(&stats, &mut fitted).is_ok() {
            fitted.validate().unwrap();
        } else {
            assert_eq!(fitted, gmm);
        }
        stats.merge(&stats.clone());
        assert!(stats.means().iter().flatten().all(|m| m.widen().is_finite()));
    }
    let online = OnlineEm::<T, 2, 2, C>::unfitted();
    for mut online in [decoded(bytes), sealed(&online, bytes)].into_iter().flatten() {
        let _ = online.observe(x);
        online.model().validate().unwrap();
    }
    let average = Average::<T, 2, 2, C>::new();
    for mut average in [decoded(bytes), sealed(&average, bytes)].into_iter().flatten() {
        average.observe(&stats);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    match first % 12 {
        0 => all::<f32, Full>(rest),
        1 => all::<f32, Diagonal>(rest),
        2 => all::<f32, Spherical>(rest),
        3 => all::<f32, Tied<Full>>(rest),
        4 => all::<f32, Tied<Diagonal>>(rest),
        5 => all::<f32, Tied<Spherical>>(rest),
        6 => all::<f64, Full>(rest),
        7 => all::<f64, Diagonal>(rest),
        8 => all::<f64, Spherical>(rest),
        9 => all::<f64, Tied<Full>>(rest),
        10 => all::<f64, Tied<Diagonal>>(rest),
        _ => all::<f64, Tied<Spherical>>(rest),
    }
});
