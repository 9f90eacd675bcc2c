//! Panels give the bits of samples one by one.

#![allow(clippy::unwrap_used, clippy::panic)] // a test that cannot go on should stop

extern crate std;

use std::format;
use std::vec::Vec;

use super::narrow;
#[cfg(every_structure)]
use crate::covariance::Evi;
use crate::covariance::{Covariance, Eev, Extra, Vei};
use crate::fit::m_step::MStep;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::{Diagonal, Error, Full, Masked, Posterior, Spherical, Tied, WithNoise};
use rand_core::Rng;
use rand_pcg::Pcg32;

/// A normal number, nearly: the sum of twelve uniform ones.
fn normal(rng: &mut Pcg32) -> f64 {
    (0..12).map(|_| uniform(rng)).sum::<f64>() - 6.0
}

pub(super) fn uniform(rng: &mut Pcg32) -> f64 {
    f64::from(rng.next_u32()) / 4_294_967_296.0
}

pub(super) fn below(rng: &mut Pcg32, n: u32) -> usize {
    (rng.next_u32() % n) as usize
}

/// Up to 300 samples: mixed, sorted, or with an outlier first in every block, some of them twice, with weights or
/// without, now and then one that is refused.
pub(super) fn data<T: Real, const D: usize>(rng: &mut Pcg32) -> Vec<([T; D], T)> {
    let count = 1 + below(rng, 300);
    let offset = [0.0, 0.0, 1e3, 1e5][below(rng, 4)];
    let (order, weights, bad, apart) = (below(rng, 4), below(rng, 5), below(rng, 12), 10.0 * uniform(rng));
    let mut data: Vec<([T; D], T)> = Vec::new();
    for i in 0..count {
        let cluster = match order {
            0 | 1 => below(rng, 3),
            2 => 3 * i / count,
            _ => usize::from(i % 64 == 0) * 30,
        };
        let mut x = [T::ZERO; D];
        for v in &mut x {
            *v = T::narrow(offset + apart * cluster as f64 + normal(rng));
        }
        if let (0, Some((twice, _))) = (below(rng, 10), data.last()) {
            x = *twice;
        }
        let weight = match weights {
            0 | 1 => 1.0,
            2 => uniform(rng),
            3 => [0.0, 1.0, 1e-6, 1e6][below(rng, 4)],
            _ => 3.9f64.powi((i % 64) as i32 - 32),
        };
        data.push((x, T::narrow(weight)));
    }
    let worst = [T::narrow(f64::NAN), T::INFINITY, T::narrow(1e30), T::narrow(1e16)];
    if bad < 4 {
        data[below(rng, count as u32)].0[D - 1] = worst[bad];
    } else if bad == 4 {
        data[below(rng, count as u32)].1 = -T::ONE;
    }
    data
}

/// The same samples, in some data sets with missing features.
pub(super) fn masked<T: Real, const D: usize>(
    rng: &mut Pcg32,
    data: &[([T; D], T)],
) -> Vec<(Masked<T, D>, T)> {
    let rate = [0, 0, 1, 6][below(rng, 4)];
    let with_mask = |(features, weight): &([T; D], T)| {
        let observed = core::array::from_fn(|_| below(rng, 8) >= rate);
        (Masked { features: *features, observed }, *weight)
    };
    data.iter().map(with_mask).collect()
}

/// A model of such data, or of data far away, or with dead components.
fn model<T: Real, const D: usize, const K: usize, C: Covariance>(rng: &mut Pcg32) -> Gmm<T, D, K, C> {
    let mut gmm: Gmm<T, D, K, C> = Gmm::unfitted();
    let mut stats = SufficientStats::new();
    let offset = [0.0, 0.0, 1e3, 1e5][below(rng, 4)];
    for i in 0..40 * K {
        let mut responsibilities = [T::narrow(0.1); K];
        responsibilities[i % K] = T::ONE;
        let mut x = [T::ZERO; D];
        for v in &mut x {
            *v = T::narrow(offset + 5.0 * (i % K) as f64 + normal(rng));
        }
        stats.assign(x, &responsibilities).unwrap();
    }
    MStep::default().maximize(&stats, &mut gmm).unwrap();
    if below(rng, 4) == 0 {
        // One at least is live, often a late one.
        let kept = below(rng, K as u32);
        for (k, weight) in gmm.weights.iter_mut().enumerate() {
            if k != kept && below(rng, 2) == 0 {
                *weight = T::ZERO;
            }
        }
        gmm.refresh_offsets();
    }
    let mut extra: C::Extra<T, D, K> = gmm.extra;
    if let Some(noise) = extra.noise_mut() {
        noise.weight = T::narrow([0.0, 0.05, 0.5, 1.0][below(rng, 4)]);
        noise.log_ranges = [T::narrow(1.0 + 3.0 * uniform(rng)); D];
        gmm.take_share(extra);
    }
    gmm
}

fn check<T: Real, const D: usize, const K: usize, C: Covariance>() {
    let mut rng = Pcg32::new(D as u64, K as u64);
    for _ in 0..30 {
        let gmm: Gmm<T, D, K, C> = model(&mut rng);
        let data: Vec<([T; D], T)> = data(&mut rng);
        let samples = masked(&mut rng, &data);
        let (mut wide, mut narrow) = (SufficientStats::new(), SufficientStats::new());
        let (mut panels, mut singles) = (super::Block::new(), narrow::Block::new());
        for _ in 0..2 {
            let outcomes =
                (panels.observe(&mut wide, &gmm, &samples), singles.observe(&mut narrow, &gmm, &samples));
            assert_eq!(outcomes.0, outcomes.1);
            // As text, so that 0 and −0 differ.
            assert_eq!(format!("{wide:?}"), format!("{narrow:?}"));
        }
        let rows: Vec<[T; D]> = data.iter().map(|(x, _)| *x).collect();
        let blank = Posterior { log_density: T::ZERO, responsibilities: [T::ZERO; K] };
        compare(
            &rows,
            T::ZERO,
            |rows, out| gmm.log_densities(rows, out),
            |rows, out| narrow::log_densities(&gmm, rows, out),
        );
        compare(
            &rows,
            blank,
            |rows, out| gmm.posteriors(rows, out),
            |rows, out| narrow::posteriors(&gmm, rows, out),
        );
        compare(
            &rows,
            0,
            |rows, out| gmm.predictions(rows, out),
            |rows, out| narrow::predictions(&gmm, rows, out),
        );
    }
}

/// Scores of both ways, up to the first sample that is refused.
fn compare<T, O: Copy + core::fmt::Debug>(
    rows: &[T],
    blank: O,
    wide: impl Fn(&[T], &mut [O]) -> Result<(), Error>,
    narrow: impl Fn(&[T], &mut [O]) -> Result<(), Error>,
) {
    let (mut a, mut b) = (std::vec![blank; rows.len()], std::vec![blank; rows.len()]);
    let outcomes = (wide(rows, &mut a), narrow(rows, &mut b));
    assert_eq!(outcomes.0, outcomes.1);
    let scored = match outcomes.0 {
        Ok(()) => rows.len(),
        Err(Error::NonFiniteSample { sample, .. } | Error::OutOfRange { sample }) => sample as usize,
        Err(other) => panic!("{other:?}"),
    };
    assert_eq!(format!("{:?}", &a[..scored]), format!("{:?}", &b[..scored]));
}

macro_rules! same_bits {
    ($($name:ident: $t:ty, $c:ty, [$($d:literal $k:literal),*];)*) => {$(
        #[test]
        fn $name() {
            $(check::<$t, $d, $k, $c>();)*
        }
    )*};
}
same_bits! {
    full: f32, Full, [1 3, 2 3, 3 4, 4 8, 5 3, 7 3, 8 8, 17 3, 33 2];
    diagonal: f32, Diagonal, [1 3, 3 4, 4 8, 5 3, 9 3, 33 2];
    spherical: f32, Spherical, [1 3, 3 4, 5 3, 17 3];
    tied_full: f32, Tied<Full>, [2 3, 4 8, 5 3, 8 8, 17 9];
    tied_diagonal: f32, Tied<Diagonal>, [4 8, 5 3, 9 9];
    tied_spherical: f32, Tied<Spherical>, [2 3, 5 3, 9 9];
    vei: f32, Vei, [3 3];
    eev: f32, Eev, [6 2];
    many: f32, Diagonal, [1 255, 2 300];
    many_tied: f32, Tied<Diagonal>, [1 65];
    many_tied_full: f32, Tied<Full>, [5 33, 5 65];
    full_f64: f64, Full, [1 3, 3 4, 5 3, 8 8, 9 3];
    diagonal_f64: f64, Diagonal, [3 4, 9 3];
    spherical_f64: f64, Spherical, [5 3];
    tied_full_f64: f64, Tied<Full>, [2 3, 9 3];
    tied_diagonal_f64: f64, Tied<Diagonal>, [3 4];
    noise: f32, WithNoise<Full>, [2 3, 5 3];
    noise_many: f32, WithNoise<Diagonal>, [1 65];
    noise_tied_f64: f64, WithNoise<Tied<Full>>, [2 3, 5 9];
}

/// Sizes between those, which take no other way: `.ci/long`.
#[cfg(every_structure)]
mod more {
    use super::*;

    same_bits! {
        full: f32, Full, [6 2, 9 3, 16 3];
        diagonal: f32, Diagonal, [2 3, 6 2, 7 3, 8 8, 16 3, 17 3];
        spherical: f32, Spherical, [2 3, 4 8, 8 2, 9 3];
        tied_full: f32, Tied<Full>, [1 3, 3 4, 6 2, 7 3, 9 3];
        tied_diagonal: f32, Tied<Diagonal>, [1 3, 2 3, 3 4, 8 2, 17 3];
        tied_spherical: f32, Tied<Spherical>, [1 3, 3 4, 4 8, 8 2, 17 3];
        evi: f32, Evi, [3 3, 6 2];
        vei: f32, Vei, [6 2];
        eev: f32, Eev, [3 3];
        many: f32, Diagonal, [1 65];
        many_tied: f32, Tied<Diagonal>, [2 63];
        many_tied_full: f32, Tied<Full>, [5 64];
        many_tied_spherical: f32, Tied<Spherical>, [5 65];
        full_f64: f64, Full, [2 3, 4 8, 6 2, 7 3, 16 3, 17 3, 33 2];
        diagonal_f64: f64, Diagonal, [1 3, 4 8, 5 3, 8 8];
        spherical_f64: f64, Spherical, [2 3];
        tied_full_f64: f64, Tied<Full>, [4 8, 5 3];
        tied_diagonal_f64: f64, Tied<Diagonal>, [5 3, 8 8];
        tied_spherical_f64: f64, Tied<Spherical>, [3 4, 5 3];
    }
}
