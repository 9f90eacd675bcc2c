//! From the numbers of a component to its integers, and a bound on the error that they make.
//!
//! A factor is that of a covariance in the units of the readings: L by columns, reciprocals on its diagonal.

use super::format::{
    DEAD, DEVIATION_PLACES, LARGEST_DEVIATION, LARGEST_OFFSET, LARGEST_SHIFT, MOST_FEATURES, PLACES, dropped,
    log_add_error,
};

/// The largest share of a nat that a score may be off, at ln p = 0 …
pub(super) const TOLERANCE: f64 = 0.02;
/// … and the |ln p| at which it is twice that.
const DOUBLED_AT: f64 = 30.0;
/// The |ln p| up to which the tolerance holds.
const RANGE: f64 = 300.0;

/// Rounds to the nearest integer.
fn nearest(x: f64) -> f64 {
    libm::floor(x + 0.5)
}

/// Half a unit of the result of a shift, which the constant of a row brings with it.
fn half(shift: u8) -> f64 {
    f64::from((1 << shift) >> 1)
}

/// What one unit of a deviation is before the shift of its row.
fn unit(shift: u8) -> f64 {
    f64::from(1u32 << DEVIATION_PLACES) * f64::from(1u32 << shift)
}

/// Whether the sum over a row stays in 32 bits for every reading and in every order.
pub(super) const fn row_fits(factors: &[i16], constant: i32, shift: u8) -> bool {
    let (mut largest, mut j) = (constant.unsigned_abs() as u64, 0);
    while j < factors.len() {
        largest += (factors[j].unsigned_abs() as u64) << 15;
        j += 1;
    }
    shift <= LARGEST_SHIFT && largest <= i32::MAX as u64
}

/// The feature of the first factor of row `i`, which has `width` of them: one, or one for each of `d` features.
fn first(width: usize, d: usize, i: usize) -> usize {
    if width == d { 0 } else { i }
}

/// Row `i` of the whitening matrix L⁻¹ as factors of the readings, with its constant and shift: the finest that fit.
/// `None` if none does. Each factor makes up for the rounding of those after it (Babai 1986,
/// doi:10.1007/BF02579403).
pub(super) fn row(factor: &[f64], mean: &[f64], i: usize, factors: &mut [i16]) -> Option<(i32, u8)> {
    let (d, first) = (mean.len(), first(factors.len(), mean.len(), i));
    (0..=LARGEST_SHIFT).rev().find_map(|shift| {
        let mut centre = 0.0;
        for j in (first..=i).rev() {
            let column = factor.get(j * d..)?;
            let made = factors.iter().zip(column.iter().skip(first)).skip(j + 1 - first).take(i - j);
            let made = made.map(|(factor, l)| f64::from(*factor) * l).sum::<f64>();
            let due = if i == j { unit(shift) } else { 0.0 };
            let rounded = nearest((due - made) * column.get(j)?);
            if !(rounded.abs() <= f64::from(i16::MAX)) {
                return None;
            }
            *factors.get_mut(j - first)? = rounded as i16;
            centre += rounded * mean.get(j)?;
        }
        let constant = half(shift) - nearest(centre);
        let fits = constant.abs() <= f64::from(i32::MAX) && row_fits(factors, constant as i32, shift);
        fits.then_some((constant as i32, shift))
    })
}

/// The offset of a component in integers; −∞ is that of a dead one. `None` if it does not fit.
pub(super) fn offset(exact: f64) -> Option<i32> {
    if exact == f64::NEG_INFINITY {
        return Some(DEAD);
    }
    let rounded = nearest(exact * f64::from(1 << PLACES));
    (rounded.abs() <= f64::from(LARGEST_OFFSET)).then_some(rounded as i32)
}

/// A bound on the error of scores against ln p(x) of a model: how it is made up stands in the docs of the module.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ErrorBound {
    features: usize,
    live: f64,
    /// Of one sum of two components.
    sum_error: f64,
    /// The largest offset of a live component, and how far the integer offsets are from the exact.
    highest: f64,
    offset_error: f64,
    /// Of all components the largest relative and absolute error of the vector of deviations.
    relative: f64,
    absolute: f64,
}

impl ErrorBound {
    /// The bound for no component yet.
    pub(super) fn of(features: usize) -> Self {
        Self { features, sum_error: log_add_error(), highest: f64::NEG_INFINITY, ..Self::default() }
    }

    /// Takes a component: what it should be, and what it is in integers. A dead one
    /// counts as exact.
    pub(super) fn add(
        &mut self,
        (factor, mean, exact): (&[f64], &[f64], f64),
        (factors, constants, shifts, offset): (&[i16], &[i32], &[u8], i32),
    ) {
        if exact == f64::NEG_INFINITY && offset == DEAD {
            return;
        }
        let d = mean.len();
        let (mut squares, mut longest_row, mut absolute) = (0.0, 0.0, 0.0);
        let mut columns = [0.0; MOST_FEATURES];
        let width = factors.len() / d.max(1);
        for (i, (shift, constant)) in shifts.iter().zip(constants).enumerate() {
            let row = factors.get(i * width..(i + 1) * width).unwrap_or_default();
            let (unit, first) = (unit(*shift), first(width, d, i));
            // z̃ = Ã x + c̃ against z = L⁻¹ (x − μ): the error is (Ã L − I) z + (Ã μ + c̃).
            let mut row_sum = 0.0;
            for (c, column) in columns.iter_mut().enumerate().take(d) {
                let (mut sum, mut size) = (if c == i { -1.0 } else { 0.0 }, 1.0);
                let entries = row.iter().zip(factor.iter().skip(c * d + first)).zip(first..=i);
                for ((made, l), j) in entries.filter(|(_, j)| *j >= c) {
                    let l = if j == c { 1.0 / l } else { *l };
                    let term = f64::from(*made) * l / unit;
                    (sum, size) = (sum + term, size + term.abs());
                }
                let error = sum.abs() + size * rounding(d);
                (row_sum, squares) = (row_sum + error, squares + error * error);
                *column += error;
            }
            longest_row = row_sum.max(longest_row);
            let terms = row.iter().zip(mean.iter().skip(first)).take(i + 1 - first);
            let terms = terms.map(|(made, mean)| f64::from(*made) * mean);
            let constant = f64::from(*constant) - half(*shift);
            let (sum, size) =
                terms.fold((constant, constant.abs()), |(sum, size), t| (sum + t, size + t.abs()));
            let error = (sum.abs() + size * rounding(d)) / unit + 0.5 / f64::from(1u32 << DEVIATION_PLACES);
            absolute += error * error;
        }
        // Both bound the spectral norm.
        let between = libm::sqrt(longest_row * columns.into_iter().fold(0.0, f64::max));
        self.relative = libm::sqrt(squares).min(between).max(self.relative);
        self.absolute = libm::sqrt(absolute).max(self.absolute);
        let given = f64::from(offset) / f64::from(1 << PLACES);
        self.offset_error = (given - exact).abs().max(self.offset_error);
        self.highest = exact.max(self.highest);
        self.live += 1.0;
        // A NaN gets lost in a maximum.
        if !(squares + absolute + (given - exact).abs() < f64::INFINITY) {
            self.relative = f64::INFINITY;
        }
    }

    /// The largest error of a score where the model has ln p(x) = `log_density`, in nats. It grows without limit where
    /// deviations clamp.
    #[must_use]
    pub fn at(&self, log_density: f64) -> f64 {
        if self.live == 0.0 {
            return f64::INFINITY;
        }
        let (e, f) = (self.relative, self.absolute);
        let places = |n: u32| 1.0 / f64::from(1u32 << n);
        let dropped = self.features as f64 * places(2 * DEVIATION_PLACES + 1 - dropped(self.features));
        let fixed = f * f / 2.0
            + self.offset_error
            + dropped
            + places(PLACES + 1)
            + (self.live - 1.0) * self.sum_error;
        let depth = (self.highest + libm::log(self.live) - log_density).max(0.0) + f * f;
        let score = fixed + f * (1.0 + e) * libm::sqrt(2.0 * depth) + e * (2.0 + e) * depth;
        // Where a deviation clamps, the component is at least this far below its offset, in truth and in integers.
        let reach = (f64::from(LARGEST_DEVIATION) * places(DEVIATION_PLACES) - f) / (1.0 + e);
        let clamped = 4.0 * self.live * libm::exp(self.highest - reach * reach / 2.0 - log_density);
        (score + clamped) * (1.0 + 1e-9)
    }

    /// The least b for which every score is within b·(1 + |ln p|/30) of ln p, as long as |ln p| ≤ 300: the bound is
    /// taken in steps of an eighth of a nat.
    #[must_use]
    pub fn worst(&self) -> f64 {
        let step = 0.125;
        let mut worst = self.at(0.0);
        for i in 0..(RANGE / step) as u32 {
            let near = f64::from(i) * step;
            worst = (self.at(-near - step) / (1.0 + near / DOUBLED_AT)).max(worst);
        }
        worst
    }
}

/// What the roundings of a sum of `d` products may come to, as a share of the sum of their sizes.
fn rounding(d: usize) -> f64 {
    (d + 8) as f64 * f64::EPSILON
}
