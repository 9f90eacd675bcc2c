//! What no sensor should deliver.

use std::vec;
use std::vec::Vec;

use crate::real::Real;
use proptest::collection::SizeRange;
use proptest::strategy::{Just, Strategy, Union};
use proptest::{array, collection, sample};

/// Numbers that break sums, squares, quotients or roots: 0, the ends of both scalars' ranges, their roots, numbers far
/// from 1, infinities and NaN. In `f32` many become 0 or infinite.
pub fn extreme_numbers<T: Real>() -> impl Strategy<Value = T> {
    extremes().prop_map(T::narrow)
}

fn extremes() -> impl Strategy<Value = f64> {
    let magnitudes = [
        0.0,
        5e-324,
        1e-310,
        1e-200,
        1e-45,
        1e-40,
        1e-30,
        1e-8,
        1.0,
        1e4,
        1e8,
        1e15,
        1e18,
        1e19,
        1e30,
        3e38,
        1e100,
        1e150,
        1e154,
        1e300,
        f64::MAX,
        f64::INFINITY,
        f64::NAN,
    ];
    (sample::select(magnitudes.to_vec()), sample::select(vec![1.0, -1.0])).prop_map(|(m, s)| m * s)
}

/// Mostly ordinary numbers, now and then an extreme one.
fn feature() -> impl Strategy<Value = f64> {
    Union::new_weighted(vec![(12, (-5.0..5.0f64).boxed()), (1, extremes().boxed()), (2, Just(1.0).boxed())])
}

fn weight() -> impl Strategy<Value = f64> {
    let weights = vec![1.0, 1.0, 1.0, 0.5, 0.0, 1e-30, 1e-300, 5e-324, 1e20, 1e30, 1e300];
    Union::new_weighted(vec![
        (40, sample::select(weights).boxed()),
        (1, sample::select(vec![-1.0, f64::NAN]).boxed()),
    ])
}

/// Samples with weights, as they should not come: ordinary ones among which a feature is [extreme](extreme_numbers) or a
/// weight wrong, tiny or huge; all alike; with a feature that does not vary; in duplicates; all far out, or all tiny.
pub fn hostile_samples<T: Real, const D: usize>(
    size: impl Into<SizeRange>,
) -> impl Strategy<Value = Vec<([T; D], T)>> {
    let row = (array::uniform::<_, D>(feature()), weight());
    (collection::vec(row, size), 0..9u8, extremes()).prop_map(|(mut rows, shape, number)| {
        let first = rows.first().copied();
        for (i, (x, w)) in rows.iter_mut().enumerate() {
            let sane = |v: f64| if v.abs() < 1e3 { v } else { 1.0 };
            match shape {
                0 => *x = first.map_or(*x, |f| f.0),
                1 => {
                    if let Some(v) = x.get_mut(D / 2) {
                        *v = number;
                    }
                }
                2 => *x = [if i % 2 == 0 { 0.0 } else { 1.0 }; D],
                3 => *x = x.map(|v| sane(v) * number),
                4 => *x = x.map(|v| sane(v) + number),
                5 => (*x, *w) = (x.map(sane), number.abs()),
                6 => (*x, *w) = (x.map(sane), 1.0),
                _ => {}
            }
        }
        rows.into_iter().map(|(x, w)| (x.map(T::narrow), T::narrow(w))).collect()
    })
}
