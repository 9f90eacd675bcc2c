//! What starts read their data for, in panels: the bits of samples one by one.

extern crate std;

use std::format;
use std::string::String;
use std::vec::Vec;

use super::narrow;
use super::same_bits::{below, data, masked, uniform};
use crate::covariance::{Covariance, Shape};
use crate::init::{Blank, Scales};
use crate::model::checked_gain;
use crate::real::Real;
use crate::statistics::SufficientStats;
use crate::{Diagonal, Error, Full, Spherical, Tied};
use rand_pcg::Pcg32;

/// Samples, some of them twice, or a point far away, or one that no distance reaches.
fn points<T: Real, const D: usize, const K: usize>(rng: &mut Pcg32, data: &[([T; D], T)]) -> [[T; D]; K] {
    let mut points = [[T::ZERO; D]; K];
    for k in 0..K {
        points[k] = match below(rng, 10) {
            0 => [T::narrow(1e5); D],
            1 => [T::narrow(1e30); D],
            2 => points[k / 2],
            _ => data[below(rng, data.len() as u32)].0,
        };
    }
    points
}

/// All that a visitor is told, as text: 0 and −0 differ. Distances too large for sums are refused, as by k-means.
fn visits<T: Real, const D: usize>(
    each: impl FnOnce(&mut dyn FnMut(&[T; D], T, (usize, T)) -> Result<(), Error>) -> Result<(), Error>,
    check: bool,
) -> String {
    let mut text = String::new();
    let outcome = each(&mut |x, weight, (index, distance)| {
        if check {
            checked_gain(weight, distance)?;
            text += &format!("{index} ");
        }
        text += &format!("{x:?} {weight:?} {distance:?}\n");
        Ok(())
    });
    text + &format!("{outcome:?}")
}

fn check<T: Real, const D: usize, const K: usize, S: Shape + Covariance>() {
    let mut rng = Pcg32::new(D as u64, K as u64);
    for _ in 0..60 {
        let data: Vec<([T; D], T)> = data(&mut rng);
        let means: [[T; D]; K] = points(&mut rng, &data);
        let live = 1 + below(&mut rng, K as u32);
        let mut scales = Scales::ONE;
        for reciprocal in &mut scales.reciprocals {
            *reciprocal = T::narrow([0.0, 1.0, 1e-3, 3.0 * uniform(&mut rng)][below(&mut rng, 4)]);
        }
        let masked = masked(&mut rng, &data);
        let samples = || masked.iter();

        let mut wide = SufficientStats::<T, D, 1, S>::new();
        let mut single = wide.clone();
        let zero = [[T::ZERO; D]];
        let outcomes = (
            super::assign_to_nearest(&mut wide, samples(), &zero, &Scales::ONE, |_, _, _| Ok(())),
            narrow::assign_to_nearest(&mut single, samples(), &zero, &Scales::ONE, |_, _, _| Ok(())),
        );
        assert_eq!(outcomes.0, outcomes.1);
        // A start that is refused drops its sums.
        assert!(outcomes.0.is_err() || format!("{wide:?}") == format!("{single:?}"));

        let chosen = &means[..live];
        let mut wide = SufficientStats::<T, D, K, Tied<S>>::new();
        let mut single = wide.clone();
        let outcomes = (
            super::assign_to_nearest(&mut wide, samples(), chosen, &scales, |stats, sample, observed| {
                scales.assign_partial(stats, sample, observed, chosen)
            }),
            narrow::assign_to_nearest(&mut single, samples(), chosen, &scales, |stats, sample, observed| {
                scales.assign_partial(stats, sample, observed, chosen)
            }),
        );
        assert_eq!(outcomes.0, outcomes.1);
        // A start that is refused drops its sums.
        assert!(outcomes.0.is_err() || format!("{wide:?}") == format!("{single:?}"));

        for (points, check) in [(chosen, true), (chosen, false), (&[], false)] {
            let blank = if check { Blank::Nearest } else { Blank::Filled(&means[0]) };
            assert_eq!(
                visits(|visit| super::each_nearest(samples(), points, &scales, blank, check, visit), check),
                visits(|visit| narrow::each_nearest(samples(), points, &scales, blank, check, visit), check),
            );
        }
    }
}

macro_rules! same_starts {
    ($($name:ident: $t:ty, $s:ty, [$($d:literal $k:literal),*];)*) => {$(
        #[test]
        fn $name() {
            $(check::<$t, $d, $k, $s>();)*
        }
    )*};
}
same_starts! {
    full: f32, Full, [1 3, 2 3, 3 4, 4 8, 5 3, 8 8, 17 3];
    diagonal: f32, Diagonal, [3 4, 5 3, 9 70];
    spherical: f32, Spherical, [3 4, 9 5];
    full_f64: f64, Full, [3 4, 5 3, 9 5];
    diagonal_f64: f64, Diagonal, [2 3, 33 2];
    spherical_f64: f64, Spherical, [8 8];
}

/// Sizes between those, which take no other way: `.ci/long`.
#[cfg(every_structure)]
mod more {
    use super::*;

    same_starts! {
        full: f32, Full, [6 2, 7 3, 9 5, 16 3, 33 2];
        diagonal: f32, Diagonal, [1 3, 8 8, 17 3];
        spherical: f32, Spherical, [1 3, 5 3, 8 8, 17 3];
        full_f64: f64, Full, [1 3, 8 8, 17 3];
        diagonal_f64: f64, Diagonal, [5 3, 8 8, 9 5];
        spherical_f64: f64, Spherical, [2 3, 5 3, 9 5];
    }
}
