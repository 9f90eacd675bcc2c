//! The scalar type, `f32` or `f64`, with the few functions whose bits must not depend on the target.

use nalgebra::RealField;
use num_traits::AsPrimitive;

mod sealed {
    pub trait Sealed: crate::wide::Scalar {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f32` or `f64`.
///
/// The trait adds to nalgebra's field operations the functions whose results must be the same bits on every target.
/// The logarithm and the square root call `libm` directly; the exponential is this crate's own. (nalgebra's `exp` and
/// `ln` switch to the platform's functions as soon as any crate in the build turns on `nalgebra/std`.)
///
/// # Precision
/// [`exp_nonpositive`](Real::exp_nonpositive) is within 2 ulp wherever its result is a normal number: every `f32`
/// and a dense sweep of `f64` arguments are tested against higher precision.
pub trait Real: RealField + Copy + Default + sealed::Sealed {
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// 1/2
    const HALF: Self;
    /// +∞
    const INFINITY: Self;
    /// −∞
    const NEG_INFINITY: Self;
    /// 1/1000 and 1/10,000, as [`narrow`](Self::narrow) rounds them: defaults.
    #[doc(hidden)]
    const THOUSANDTH: Self;
    #[doc(hidden)]
    const TEN_THOUSANDTH: Self;
    /// Distance from 1 to the next larger number.
    const EPSILON: Self;
    /// ½ ln 2π
    const HALF_LN_2PI: Self;
    /// √(2π)
    const SQRT_2PI: Self;
    /// Default variance floor as a share of a feature's variance: 1e-5 in `f32`, 1e-6 in `f64`.
    const RELATIVE_FLOOR: Self;
    /// Default tolerance of iterations within an M-step: 1024 ε.
    #[doc(hidden)]
    const INNER_TOLERANCE: Self;
    /// Mixing weights are renormalised if their sum differs from 1 by at most this: 1e-4 in `f32`, 1e-6 in `f64`.
    const WEIGHT_TOLERANCE: Self;
    /// Upper bound on the weighted squared norm of one sample. A sum of 2³² such norms still does not overflow.
    const LARGEST_SQUARE: Self;
    /// Smallest positive number of full precision.
    #[doc(hidden)]
    const SMALLEST_NORMAL: Self;

    /// The nearest representable number.
    fn narrow(x: f64) -> Self;
    /// The nearest representable number.
    fn from_count(n: u64) -> Self;
    /// The same number in `f64`, exactly.
    fn widen(self) -> f64;

    /// e^`self` for `self` ≤ 0, exactly 1 at 0 and exactly 0 below −87 (`f32`) or −708 (`f64`) and at −∞.
    /// The caller must exclude positive and NaN arguments: their result is meaningless.
    fn exp_nonpositive(self) -> Self;
    /// e^`self`, ∞ or 0 beyond the range. It is [`exp_nonpositive`](Self::exp_nonpositive) or its reciprocal, so within
    /// 3 ulp.
    fn exponential(self) -> Self {
        if self > Self::ZERO { Self::ONE / (-self).exp_nonpositive() } else { self.exp_nonpositive() }
    }
    /// ln `self`, from libm; −∞ at 0.
    fn natural_log(self) -> Self;
    /// 1 − (1 − `self`)^`n` for `self` in [0, 1) and `n` ≥ 0, without cancellation; from libm.
    fn compound(self, n: Self) -> Self;
    /// The larger of two numbers; `other` if `self` is NaN.
    #[inline(always)]
    fn larger(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
    /// The smaller of two numbers; `other` if `self` is NaN.
    #[inline(always)]
    fn smaller(self, other: Self) -> Self {
        if self < other { self } else { other }
    }
    /// √`self`, correctly rounded.
    fn root(self) -> Self;
    /// ln Γ(`self`) for `self` > 0, from libm.
    fn log_gamma(self) -> Self;
    /// (sin, cos) of 2π·`self`, from libm.
    fn sin_cos_turns(self) -> (Self, Self);
    /// Uniform on (0, 1], from 64 random bits.
    fn from_random_bits(bits: u64) -> Self;

    /// The number's bit pattern, extended with zeros to 64 bits.
    #[doc(hidden)]
    fn to_raw_bits(self) -> u64;
    /// The number with this bit pattern. An `f32` takes the low 32 bits and ignores the others.
    #[doc(hidden)]
    fn from_raw_bits(bits: u64) -> Self;
}

const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;
const SQRT_2PI: f64 = 2.506_628_274_631_000_7;

macro_rules! real {
    ($t:ident, $exp:ident, $log:ident, $log1p:ident, $expm1:ident, $sqrt:ident, $gamma:ident, $sin:ident, $cos:ident, $floor:expr, $sum:expr, $mantissa:expr) => {
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const HALF: Self = 0.5;
            const THOUSANDTH: Self = 1e-3_f64 as $t;
            const TEN_THOUSANDTH: Self = 1e-4_f64 as $t;
            const INFINITY: Self = $t::INFINITY;
            const NEG_INFINITY: Self = $t::NEG_INFINITY;
            const EPSILON: Self = $t::EPSILON;
            const HALF_LN_2PI: Self = HALF_LN_2PI as $t;
            const SQRT_2PI: Self = SQRT_2PI as $t;
            const RELATIVE_FLOOR: Self = $floor;
            const INNER_TOLERANCE: Self = 1024.0 * $t::EPSILON;
            const WEIGHT_TOLERANCE: Self = $sum;
            const LARGEST_SQUARE: Self = $t::MAX / 4_294_967_296.0;
            const SMALLEST_NORMAL: Self = $t::MIN_POSITIVE;

            fn narrow(x: f64) -> Self {
                x.as_()
            }
            fn from_count(n: u64) -> Self {
                n.as_()
            }
            fn widen(self) -> f64 {
                self.as_()
            }
            #[inline(always)]
            fn exp_nonpositive(self) -> Self {
                $exp(self)
            }
            fn natural_log(self) -> Self {
                libm::$log(self)
            }
            fn compound(self, n: Self) -> Self {
                -libm::$expm1(n * libm::$log1p(-self))
            }
            fn root(self) -> Self {
                libm::$sqrt(self)
            }
            fn log_gamma(self) -> Self {
                libm::$gamma(self)
            }
            fn sin_cos_turns(self) -> (Self, Self) {
                let angle = self * core::$t::consts::TAU;
                (libm::$sin(angle), libm::$cos(angle))
            }
            fn from_random_bits(bits: u64) -> Self {
                let top: $t = (bits >> (64 - $mantissa)).as_();
                let unit: $t = (1u64 << $mantissa).as_();
                (top + 1.0) / unit
            }
            fn to_raw_bits(self) -> u64 {
                self.to_bits().into()
            }
            fn from_raw_bits(bits: u64) -> Self {
                $t::from_bits(bits.as_())
            }
        }
    };
}
real!(f32, exp_f32, logf, log1pf, expm1f, sqrtf, lgammaf, sinf, cosf, 1e-5, 1e-4, 24);
real!(f64, exp_f64, log, log1p, expm1, sqrt, lgamma, sin, cos, 1e-6, 1e-6, 53);

/// Cody–Waite reduction to |r| ≤ ½ ln 2, then a minimax polynomial of degree 6 in even and odd parts; the power of
/// two is added to the exponent bits, which the rounding sum already holds.
#[inline(always)]
fn exp_f32(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5·2²³: adding it leaves the nearest integer in the low bits
    if x < -87.0 {
        return 0.0;
    }
    let shifted = x * core::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * (355.0 / 512.0)) - n * -2.121_944_4e-4;
    let r2 = r * r;
    let even = 0.499_999_93 + r2 * (0.041_668_39 + r2 * 0.001_381_453_8);
    let odd = 0.166_665_2 + r2 * 0.008_368_745;
    let e = 1.0 + (r + r2 * (even + r * odd));
    f32::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// As [`exp_f32`], with a polynomial of degree 11.
#[inline(always)]
fn exp_f64(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5·2⁵²
    if x < -708.0 {
        return 0.0;
    }
    let shifted = x * core::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * 0.693_147_180_369_123_8) - n * 1.908_214_929_270_587_7e-10;
    let r2 = r * r;
    let even = 0.500_000_000_000_001_1
        + r2 * (0.041_666_666_666_529_73
            + r2 * (0.001_388_888_894_375_968_8
                + r2 * (2.480_149_294_987_594e-5 + r2 * 2.763_030_617_862_653_7e-7)));
    let odd = 0.166_666_666_666_664_12
        + r2 * (0.008_333_333_333_494_98
            + r2 * (1.984_126_950_576_586e-4
                + r2 * (2.755_758_681_289_492_5e-6 + r2 * 2.500_001_551_071_958_6e-8)));
    let e = 1.0 + (r + r2 * (even + r * odd));
    f64::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// A sum that adds the rounding error of each addition to the next term (Kahan 1965, doi:10.1145/363707.363723).
///
/// `high` is the sum rounded once. `high + low` has about twice the digits of `T` as long as no term exceeds the sum.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(unreachable_pub)] // an associated type of structures is one
pub struct Compensated<T> {
    pub(crate) high: T,
    pub(crate) low: T,
}

impl<T: Real> Compensated<T> {
    pub(crate) const ZERO: Self = Self { high: T::ZERO, low: T::ZERO };

    #[inline(always)]
    pub(crate) fn add(&mut self, term: T) {
        (self.high, self.low) = carry(self.high, self.low + term);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.add(other.high);
        self.add(other.low);
    }

    pub(crate) fn scale(&mut self, factor: T) {
        self.high *= factor;
        self.low *= factor;
        // A product below the normal range may round up every time. The low word would then outlast the high one.
        if self.high.abs() < T::SMALLEST_NORMAL / T::EPSILON {
            self.low = T::ZERO;
        }
    }
}

/// `high + term` rounded, and its rounding error (Dekker 1971, doi:10.1007/BF01397083). The error is exact for
/// |high| ≥ |term|, and within an ulp of the sum otherwise.
#[inline(always)]
pub(crate) fn carry<T: Real>(high: T, term: T) -> (T, T) {
    let sum = high + term;
    (sum, term - (sum - high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_at_zero_and_vanishes_below_its_range() {
        assert_eq!(0.0f32.exp_nonpositive(), 1.0);
        assert_eq!((-0.0f64).exp_nonpositive(), 1.0);
        for x in [-87.000_01f32, -1e30, f32::MIN, f32::NEG_INFINITY] {
            assert_eq!(x.exp_nonpositive(), 0.0);
        }
        for x in [-708.000_000_1f64, -1e300, f64::MIN, f64::NEG_INFINITY] {
            assert_eq!(x.exp_nonpositive(), 0.0);
        }
    }

    #[test]
    fn compensated_sum_does_not_stall() {
        let mut sum = Compensated::<f32>::ZERO;
        sum.add(16_777_216.0);
        (0..1000).for_each(|_| sum.add(1.0));
        assert_eq!(sum.high, 16_778_216.0);
    }
}
