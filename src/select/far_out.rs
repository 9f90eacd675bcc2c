//! Readings so far from all others that they cannot be part of what the others show.

use crate::real::Real;
use heapless::Vec;

/// Which of M samples or fewer are far out in a feature: an eighth at most.
///
/// A few of the least or largest values are far out if the gap between them and the others is more than twice the range
/// of the others: a ratio of gap to whole range above 2/3 (Dixon 1950, doi:10.1214/aoms/1177729747). The others are
/// what remains when both ends are cut, so that several corrupt values do not hide each other, equal or not. In one
/// feature they are a sixteenth of the samples at most, a half rounded up: more are a cluster. Values may differ by a
/// feature's `grain` for no reason; where all others are equal and there is no grain, nothing is far.
#[inline(never)] // its memory is free again when the fits begin
pub(super) fn far_out<T: Real, const D: usize, const M: usize>(
    samples: &[[T; D]],
    grains: &[T; D],
) -> [bool; M] {
    let mut out = [false; M];
    let mut spare = samples.len() / 8;
    for (feature, grain) in grains.iter().enumerate() {
        let mut sorted: Vec<T, M> = Vec::new();
        for (x, _) in samples.iter().zip(&out).filter(|(_, out)| !**out) {
            insert(&mut sorted, x.get(feature));
        }
        let most = ((sorted.len() + 8) / 16).min(spare);
        let Some((least, largest)) = ends(&sorted, *grain, most) else { continue };
        for (x, out) in samples.iter().zip(&mut out) {
            if !*out && x.get(feature).is_some_and(|v| *v < least || *v > largest) {
                *out = true;
                spare = spare.saturating_sub(1);
            }
        }
    }
    out
}

/// Inserts a value where it belongs.
fn insert<T: Real, const M: usize>(sorted: &mut Vec<T, M>, value: Option<&T>) {
    let Some(mut value) = value.copied() else { return };
    for place in sorted.iter_mut() {
        if value < *place {
            core::mem::swap(place, &mut value);
        }
    }
    // There is room for all samples.
    let _ = sorted.push(value);
}

/// The least and the largest value that are not far out, if others are. Those are as many as possible, `most` at most.
fn ends<T: Real>(sorted: &[T], grain: T, most: usize) -> Option<(T, T)> {
    let two = T::ONE + T::ONE;
    for cut in (1..=most).rev() {
        for low in 0..=cut {
            let (below, rest) = sorted.split_at_checked(low)?;
            let (others, above) = rest.split_at_checked(rest.len().checked_sub(cut - low)?)?;
            let (least, largest) = (*others.first()?, *others.last()?);
            let reach = two * (largest - least + grain);
            let is_far = |gap: T| reach > T::ZERO && gap > reach;
            if below.last().is_none_or(|v| is_far(least - *v))
                && above.first().is_none_or(|v| is_far(*v - largest))
            {
                return Some((least, largest));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    /// How many of these, 64 at most, are not far out.
    fn kept(values: &[f32], grain: f32) -> usize {
        let samples: Vec<[f32; 1]> = values.iter().map(|v| [*v]).collect();
        let out: [bool; 64] = far_out(&samples, &[grain]);
        out.iter().take(values.len()).filter(|out| !**out).count()
    }

    /// `most` values from 0 to 10, and these.
    fn among(most: u16, others: &[f32]) -> Vec<f32> {
        let inner = (0..most).map(|i| f32::from(i * 7 % 11));
        others.iter().copied().chain(inner).collect()
    }

    #[test]
    fn a_gap_of_more_than_twice_the_range_is_far() {
        for (value, far) in [(30.0, 0), (30.1, 1), (-20.0, 0), (-20.1, 1), (3e13, 1)] {
            assert_eq!(kept(&among(63, &[value]), 0.0), 64 - far, "{value}");
        }
        assert_eq!(kept(&among(63, &[30.1]), 1.0), 64, "with a grain the range is wider");
    }

    #[test]
    fn corrupt_values_do_not_hide_each_other() {
        for values in
            [&[65535.0, 999.0, -127.0][..], &[3000.0, 2000.0, 999.0], &[999.0; 4], &[-999.0, 1e9, -1e9]]
        {
            assert_eq!(kept(&among(60, values), 0.0), 60, "{values:?}");
        }
    }

    #[test]
    fn more_than_a_sixteenth_is_a_cluster() {
        assert_eq!(kept(&among(59, &[1e3; 5]), 0.0), 64);
        assert_eq!(kept(&among(59, &[1e3, 1e3, 1e3, 1e3, 1e9]), 0.0), 63, "one more is still far from both");
        assert_eq!(kept(&among(7, &[1e3]), 0.0), 7);
        assert_eq!(kept(&among(6, &[1e3]), 0.0), 7, "too few samples to tell");
        assert_eq!(kept(&[], 0.0), 0);
    }

    #[test]
    fn where_all_others_are_equal_only_a_grain_tells_what_is_far() {
        let mut values = [5.0; 64];
        values[10] = 65535.0;
        assert_eq!((kept(&values, 0.0), kept(&values, 1.0), kept(&values, 4e4)), (64, 63, 64));
    }

    #[test]
    fn an_eighth_is_left_out_at_most() {
        let mut samples = [[0.0f32; 4]; 64];
        for (i, x) in samples.iter_mut().enumerate() {
            *x = [(i * 7 % 11) as f32; 4];
            if i < 12 {
                x[i / 3] = 1e6;
            }
        }
        let out: [bool; 64] = far_out(&samples, &[0.0; 4]);
        assert_eq!(out.iter().filter(|out| **out).count(), 6);
    }
}
