//! Bytes to samples: whatever a stream brings, nothing panics, no state holds a NaN, and what is refused changes no
//! bit.
#![no_main]

use gaussmix::persist::Persist;
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Diagonal, Full, Gmm, MStep, OnlineEm, Real, Spherical, SufficientStats, Tied};
use libfuzzer_sys::fuzz_target;

/// Reads bytes as numbers: half of them raw bits, the others of a size that data have.
struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn real<T: Real>(&mut self) -> Option<T> {
        match self.byte()? {
            kind @ 0..128 => {
                let scale = [1.0, 1e-3, 1e4, 1e15, -1e15, 1e30, -1e30, 1e-310][usize::from(kind) % 8];
                Some(T::narrow(scale * (f64::from(self.byte()?) - 128.0) / 32.0))
            }
            128..160 => Some(T::ZERO),
            _ => {
                let (bits, rest) = self.0.split_first_chunk()?;
                self.0 = rest;
                Some(T::narrow(f64::from(f32::from_bits(u32::from_le_bytes(*bits)))))
            }
        }
    }
}

/// A valid value, since it is read back through all checks, to the same bits.
fn check<V: Persist>(value: &V) {
    let mut bytes = vec![0; V::ENCODED_LEN];
    let decoded = V::decode(value.encode(&mut bytes).unwrap()).unwrap();
    assert_eq!(decoded.digest(), value.digest());
}

fn run<T: Real, C: Covariance>(mut input: Input<'_>) -> Option<()> {
    let mut gmm = Gmm::<T, 2, 2, C>::unfitted();
    let starts = [[input.real()?, input.real()?], [input.real()?, input.real()?], [T::ZERO, T::ONE]];
    if gaussmix::init::farthest_first(&mut gmm, &starts).is_err() {
        assert_eq!(gmm, Gmm::unfitted());
    }
    let settings = input.byte()?;
    let step = match settings % 4 {
        0 => StepSize::constant(input.real()?),
        1 => StepSize::constant(T::narrow(f64::from(input.byte()?) / 256.0)),
        2 => StepSize::decaying(T::narrow(0.6), T::narrow(2.0)),
        _ => StepSize::decaying(input.real()?, input.real()?),
    };
    let m_step = match settings / 4 % 4 {
        0 => Ok(MStep::exact()),
        1 => MStep::default().with_absolute_floor(input.real()?),
        2 => MStep::default().with_ridge(input.real()?),
        _ => Ok(MStep::default()),
    };
    let m_step = m_step.unwrap_or_default();
    let online = step.and_then(|step| OnlineEm::new(gmm.clone(), step)).ok();
    let mut online =
        online.map(|o| o.with_interval((settings / 16 % 4).into()).with_inertia((settings / 64 * 5).into()));
    online = online.map(|o| o.with_m_step(m_step));
    let mut stats = SufficientStats::new();
    while let Some(order) = input.byte() {
        let (Some(a), Some(b)) = (input.real(), input.real()) else { break };
        let weight = if order % 8 == 7 { input.real()? } else { T::ONE };
        let before = stats.digest();
        if stats.observe(&gmm, ([a, b], weight)).is_err() {
            assert_eq!(stats.digest(), before);
        }
        if order % 16 == 3 {
            let before = gmm.digest();
            match m_step.maximize(&stats, &mut gmm) {
                Ok(_) => check(&gmm),
                Err(_) => assert_eq!(gmm.digest(), before),
            }
        }
        if order % 32 == 5 {
            let before = stats.digest();
            if stats.discount(b).is_err() {
                assert_eq!(stats.digest(), before);
            }
        }
        // As many samples as sums have room for.
        if order % 64 == 6 && stats.count() < 1 << 30 {
            let other = stats.clone();
            stats.merge(&other);
        }
        if let Some(online) = &mut online {
            let before = online.digest();
            let outcome = if order / 32 == 7 {
                online.observe_batch([[a, b], [b, a]])
            } else {
                online.observe(([a, b], weight)).map(|_| ())
            };
            if outcome.is_err() {
                assert_eq!(online.digest(), before);
            }
            assert!(online.model().validate().is_ok());
        }
    }
    check(&stats);
    if let Some(online) = online {
        check(&online);
    }
    Some(())
}

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let input = Input(rest);
    let _ = match first % 12 {
        0 => run::<f32, Full>(input),
        1 => run::<f32, Diagonal>(input),
        2 => run::<f32, Spherical>(input),
        3 => run::<f32, Tied<Full>>(input),
        4 => run::<f32, Tied<Diagonal>>(input),
        5 => run::<f32, Tied<Spherical>>(input),
        6 => run::<f64, Full>(input),
        7 => run::<f64, Diagonal>(input),
        8 => run::<f64, Spherical>(input),
        9 => run::<f64, Tied<Full>>(input),
        10 => run::<f64, Tied<Diagonal>>(input),
        _ => run::<f64, Tied<Spherical>>(input),
    };
});
