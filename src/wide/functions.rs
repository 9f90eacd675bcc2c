//! The scalar functions that the kernel applies to whole rows: branch-free, so that flat loops over them become
//! vector code.

#[cfg(not(feature = "std"))]
use super::Plain;
#[cfg(feature = "std")]
use super::dispatch;
#[cfg(feature = "simd")]
use super::pass::Passes as PanelOf;
use super::{Isa, Job, Panel};
#[cfg(not(feature = "simd"))]
use super::{Panels as PanelOf, in_order};
use crate::real::Real;

/// What panels need of `f32` and `f64`. Part of [`Real`](crate::Real), sealed with it.
pub trait Scalar: nalgebra::RealField + Copy {
    /// The panel of this scalar: a block, and with the feature `simd` rows of 1280 bytes.
    type Panel<const D: usize, const K: usize>: PanelOf<Self, D, K>
    where
        Self: Real;
    /// Below this argument the exponential is exactly 0.
    const EXP_CUTOFF: Self;

    /// `self`·a + b, rounded once.
    #[cfg(feature = "simd")]
    fn fused(self, a: Self, b: Self) -> Self;
    /// √`self`
    #[cfg(feature = "simd")]
    fn square_root(self) -> Self;
    /// e^`self` for `self` ≤ 0, and 0 where it is below `cutoff` or −∞.
    fn exp_lane<I: Isa>(self, cutoff: Self) -> Self;
    /// ln `self` for normal numbers.
    #[cfg(feature = "simd")]
    fn ln_lane<I: Isa>(self) -> Self;
    /// ln `self` for normal numbers of at least 1, with the bits of libm.
    #[cfg(not(feature = "simd"))]
    fn log_lane(self) -> Self;
    /// Runs `job` with the widest instructions that this machine has.
    fn dispatch<J: Job>(job: J) -> J::Outcome;
}

impl Scalar for f32 {
    #[cfg(not(feature = "simd"))]
    type Panel<const D: usize, const K: usize> = Panel<f32, { in_order::N }, D, K>;
    #[cfg(feature = "simd")]
    type Panel<const D: usize, const K: usize> = Panel<f32, 320, D, K>;
    const EXP_CUTOFF: f32 = -87.0;

    #[cfg(feature = "simd")]
    #[inline(always)]
    fn fused(self, a: f32, b: f32) -> f32 {
        f32::mul_add(self, a, b)
    }
    #[cfg(feature = "simd")]
    #[inline(always)]
    fn square_root(self) -> f32 {
        f32::sqrt(self)
    }
    /// As the exponential of [`Real`], with a select where that returns early.
    #[inline(always)]
    fn exp_lane<I: Isa>(self, cutoff: f32) -> f32 {
        const ROUND: f32 = 12_582_912.0;
        let shifted = I::fma(self, core::f32::consts::LOG2_E, ROUND);
        let n = shifted - ROUND;
        let r = I::fma(n, 2.121_944_4e-4, I::fma(n, -0.693_359_4, self));
        let r2 = r * r;
        let even = I::fma(r2, I::fma(r2, 0.001_381_453_8, 0.041_668_39), 0.499_999_93);
        let odd = I::fma(r2, 0.008_368_745, 0.166_665_2);
        let e = 1.0 + I::fma(r2, I::fma(r, odd, even), r);
        let e = f32::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 23));
        if self < cutoff { 0.0 } else { e }
    }
    /// The polynomial of Cephes' `logf` on [√½, √2).
    #[cfg(feature = "simd")]
    #[inline(always)]
    fn ln_lane<I: Isa>(self) -> f32 {
        const ROOT_HALF: u32 = 0x3f35_04f3;
        let bits = self.to_bits().wrapping_add(0x3f80_0000 - ROOT_HALF);
        let e = f32::from_bits(0x4b00_0000 | (bits >> 23)) - (8_388_608.0 + 127.0);
        let f = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF) - 1.0;
        let f2 = f * f;
        let mut p = 7.037_683_6e-2;
        for c in [-0.115_146_1, 0.116_769_99, -0.124_201_41, 0.142_493_23] {
            p = I::fma(p, f, c);
        }
        for c in [-0.166_680_58, 0.200_007_15, -0.249_999_94, 0.333_333_3] {
            p = I::fma(p, f, c);
        }
        let tail = I::fma(f2, -0.5, I::fma(e, -2.121_944_4e-4, p * (f * f2)));
        I::fma(e, 0.693_359_4, f + tail)
    }
    #[cfg(not(feature = "simd"))]
    #[inline(always)]
    fn log_lane(self) -> f32 {
        const ROOT_HALF: u32 = 0x3f35_04f3;
        let bits = self.to_bits().wrapping_add(0x3f80_0000 - ROOT_HALF);
        let e = f32::from_bits(0x4b00_0000 | (bits >> 23)) - (8_388_608.0 + 127.0);
        let f = f32::from_bits((bits & 0x007f_ffff) + ROOT_HALF) - 1.0;
        let s = f / (2.0 + f);
        let z = s * s;
        let w = z * z;
        let odd = z * (0.666_666_6 + w * 0.284_987_87);
        let even = w * (0.400_009_72 + w * 0.242_790_79);
        let half_square = 0.5 * f * f;
        s * (half_square + (odd + even)) + e * 9.058_001e-6 - half_square + f + e * 0.693_138_1
    }
    #[inline(always)]
    fn dispatch<J: Job>(job: J) -> J::Outcome {
        #[cfg(feature = "std")]
        return dispatch::enter::<J, 4, 8, 16>(job);
        #[cfg(not(feature = "std"))]
        job.run::<Plain, 4>()
    }
}

impl Scalar for f64 {
    #[cfg(not(feature = "simd"))]
    type Panel<const D: usize, const K: usize> = Panel<f64, { in_order::N }, D, K>;
    #[cfg(feature = "simd")]
    type Panel<const D: usize, const K: usize> = Panel<f64, 160, D, K>;
    const EXP_CUTOFF: f64 = -708.0;

    #[cfg(feature = "simd")]
    #[inline(always)]
    fn fused(self, a: f64, b: f64) -> f64 {
        f64::mul_add(self, a, b)
    }
    #[cfg(feature = "simd")]
    #[inline(always)]
    fn square_root(self) -> f64 {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn exp_lane<I: Isa>(self, cutoff: f64) -> f64 {
        const ROUND: f64 = 6_755_399_441_055_744.0;
        let shifted = I::fma(self, core::f64::consts::LOG2_E, ROUND);
        let n = shifted - ROUND;
        let r = I::fma(n, -1.908_214_929_270_587_7e-10, I::fma(n, -0.693_147_180_369_123_8, self));
        let r2 = r * r;
        let even = I::fma(r2, 2.763_030_617_862_653_7e-7, 2.480_149_294_987_594e-5);
        let even = I::fma(r2, I::fma(r2, even, 0.001_388_888_894_375_968_8), 0.041_666_666_666_529_73);
        let even = I::fma(r2, even, 0.500_000_000_000_001_1);
        let odd = I::fma(r2, 2.500_001_551_071_958_6e-8, 2.755_758_681_289_492_5e-6);
        let odd = I::fma(r2, I::fma(r2, odd, 1.984_126_950_576_586e-4), 0.008_333_333_333_494_98);
        let odd = I::fma(r2, odd, 0.166_666_666_666_664_12);
        let e = 1.0 + I::fma(r2, I::fma(r, odd, even), r);
        let e = f64::from_bits(e.to_bits().wrapping_add(shifted.to_bits() << 52));
        if self < cutoff { 0.0 } else { e }
    }
    /// The series of fdlibm's `log`: ln(1+f) by s = f/(2+f) on [√½, √2).
    #[cfg(feature = "simd")]
    #[inline(always)]
    fn ln_lane<I: Isa>(self) -> f64 {
        const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
        let bits = self.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF);
        let e = f64::from_bits(0x4330_0000_0000_0000 | (bits >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
        let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + ROOT_HALF) - 1.0;
        let s = f / (2.0 + f);
        let z = s * s;
        let mut p = 0.147_981_986_051_165_86;
        for c in [0.153_138_376_992_093_73, 0.181_835_721_616_180_5, 0.222_221_984_321_497_84] {
            p = I::fma(p, z, c);
        }
        for c in [0.285_714_287_436_623_9, 0.399_999_999_994_094_2, 0.666_666_666_666_673_5] {
            p = I::fma(p, z, c);
        }
        let half_square = 0.5 * f * f;
        let small = I::fma(s, I::fma(p, z, half_square), e * 1.908_214_929_270_587_7e-10);
        I::fma(e, 0.693_147_180_369_123_8, f - (half_square - small))
    }
    #[cfg(not(feature = "simd"))]
    #[inline(always)]
    fn log_lane(self) -> f64 {
        const ROOT_HALF: u64 = 0x3fe6_a09e_0000_0000;
        let bits = self.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - ROOT_HALF);
        let e = f64::from_bits(0x4330_0000_0000_0000 | (bits >> 52)) - (4_503_599_627_370_496.0 + 1023.0);
        let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff) + ROOT_HALF) - 1.0;
        let half_square = 0.5 * f * f;
        let s = f / (2.0 + f);
        let z = s * s;
        let w = z * z;
        let even = w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73);
        let even = w * (0.399_999_999_994_094_2 + even);
        let odd = w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86);
        let odd = z * (0.666_666_666_666_673_5 + w * (0.285_714_287_436_623_9 + odd));
        s * (half_square + (odd + even)) + e * 1.908_214_929_270_587_7e-10 - half_square
            + f
            + e * 0.693_147_180_369_123_8
    }
    #[inline(always)]
    fn dispatch<J: Job>(job: J) -> J::Outcome {
        #[cfg(feature = "std")]
        return dispatch::enter::<J, 2, 4, 8>(job);
        #[cfg(not(feature = "std"))]
        job.run::<Plain, 2>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(feature = "simd")]
    use crate::wide::Fused;
    use crate::wide::Plain;

    /// How far `value` is from `due`, in units of the last place of the former's type.
    #[cfg(feature = "simd")]
    fn ulps<T: Real>(value: T, due: f64) -> f64 {
        (value.widen() - due).abs() / (due.abs() * T::EPSILON.widen() * 0.5).max(f64::MIN_POSITIVE)
    }

    #[test]
    fn exp_lane_without_fusing_is_the_crates_exponential() {
        for i in 0..200_000 {
            let x = -f64::from(i) * 0.004;
            assert_eq!(x.exp_lane::<Plain>(f64::EXP_CUTOFF), x.exp_nonpositive());
            let x = -(i as f32) * 0.000_5;
            assert_eq!(x.exp_lane::<Plain>(f32::EXP_CUTOFF), x.exp_nonpositive());
        }
        for x in [f32::NEG_INFINITY, f32::MIN] {
            assert_eq!(x.exp_lane::<Plain>(f32::EXP_CUTOFF), 0.0);
            #[cfg(feature = "simd")]
            assert_eq!(x.exp_lane::<Fused>(f32::EXP_CUTOFF), 0.0);
        }
    }

    /// Every third `f32` between 1 and 2²⁴, and two million `f64`.
    #[cfg(not(feature = "simd"))]
    #[test]
    fn log_lane_is_the_logarithm_of_libm() {
        for bits in (1.0f32.to_bits()..=16_777_216.0f32.to_bits()).step_by(3) {
            let x = f32::from_bits(bits);
            assert_eq!(x.log_lane().to_bits(), x.natural_log().to_bits(), "{x}");
        }
        let mut bits = 1.0f64.to_bits();
        for _ in 0..2_000_000 {
            let x = f64::from_bits(bits);
            assert_eq!(x.log_lane().to_bits(), x.natural_log().to_bits(), "{x}");
            bits += 54_086_391_277;
        }
        assert_eq!((1.0f32.log_lane().to_bits(), 1.0f64.log_lane().to_bits()), (0, 0));
    }

    #[cfg(feature = "simd")]
    #[test]
    fn lane_functions_are_accurate_in_f32() {
        let (mut exp, mut ln) = (0.0f64, 0.0f64);
        for bits in (0x2f00_0000u32..0x42ae_0000).step_by(61) {
            let x = -f32::from_bits(bits);
            let due = libm::exp(f64::from(x));
            exp = exp.max(ulps(x.exp_lane::<Fused>(f32::EXP_CUTOFF), due));
            exp = exp.max(ulps(x.exp_lane::<Plain>(f32::EXP_CUTOFF), due));
        }
        for bits in (0x3f80_0001u32..0x5780_0000).step_by(61) {
            let x = f32::from_bits(bits);
            ln = ln.max(ulps(x.ln_lane::<Fused>(), libm::log(f64::from(x))));
        }
        // In half units of the last place of 1: twice what an ulp of the value may be.
        assert!(exp <= 4.0 && ln <= 4.0, "exp {exp}, ln {ln}");
        assert_eq!((0.0f32.exp_lane::<Fused>(-87.0), 1.0f32.ln_lane::<Fused>()), (1.0, 0.0));
    }

    #[cfg(feature = "simd")]
    #[test]
    fn lane_functions_agree_with_libm_in_f64() {
        let (mut exp, mut ln) = (0.0f64, 0.0f64);
        for i in 0..2_000_000 {
            let x = -f64::from(i) * 0.000_353_9;
            exp = exp.max(ulps(x.exp_lane::<Fused>(f64::EXP_CUTOFF), libm::exp(x)));
            let x = (1.0 + f64::from(i) * 0.000_511_7) * f64::from(1u32 << (i % 32));
            ln = ln.max(ulps(x.ln_lane::<Fused>(), libm::log(x)));
        }
        // libm itself is good to 1 ulp, which is up to two of these.
        assert!(exp <= 6.0 && ln <= 6.0, "exp {exp}, ln {ln}");
        assert_eq!((0.0f64.exp_lane::<Fused>(-708.0), 1.0f64.ln_lane::<Fused>()), (1.0, 0.0));
    }
}
