//! The exponential, against more digits than it has.

use gaussmix::Real;
use rand_pcg::Pcg64;

use crate::support::noise::Noise;
use crate::support::tolerance::EXP_ULPS;

/// Error of `found` in units in the last place of `due`, for normal results.
fn ulps_f32(found: f32, due: f64) -> f64 {
    // 2^(23 − exponent of due), from its bits.
    let exponent = due.to_bits() >> 52;
    let per_ulp = f64::from_bits((2 * 1023 + 23 - exponent) << 52);
    (f64::from(found) - due).abs() * per_ulp
}

/// The worst error over all floats whose bits lie in the range.
fn worst_of(bits: core::ops::Range<u32>) -> f64 {
    bits.fold(0.0, |worst, bits| {
        let x = -f32::from_bits(bits);
        let error = ulps_f32(x.exp_nonpositive(), f64::from(x).exp());
        if error > worst { error } else { worst }
    })
}

/// All 3.1·10⁸ of them. The platform's `f64` exponential is good to an ulp of its own, 2⁻²⁹ of ours.
#[test]
fn every_f32_from_minus_87_to_minus_1e_10_is_within_2_ulp() {
    let (first, end) = (1e-10f32.to_bits(), 87f32.to_bits() + 1);
    let middle = first + (end - first) / 2;
    let (low, high) = std::thread::scope(|scope| {
        let low = scope.spawn(|| worst_of(first..middle));
        let high = worst_of(middle..end);
        (low.join().unwrap(), high)
    });
    let worst = low.max(high);
    println!("worst error of the f32 exponential: {worst} ulp");
    assert!(worst <= EXP_ULPS, "{worst}");
}

#[test]
fn the_ends_of_the_range_are_exact() {
    fn ends<T: Real>(last: f64, tiny: f64) {
        let one_less = T::narrow(last) * (T::ONE + T::EPSILON);
        assert!(T::narrow(last).exp_nonpositive() > T::ZERO);
        for x in [one_less, T::narrow(2.0 * last), -T::max_value().unwrap(), T::NEG_INFINITY] {
            assert_eq!(x.exp_nonpositive(), T::ZERO);
        }
        for x in [T::ZERO, -T::ZERO, -T::narrow(tiny), -T::narrow(f64::MIN_POSITIVE)] {
            assert_eq!(x.exp_nonpositive(), T::ONE);
        }
    }
    ends::<f32>(-87.0, 1e-10);
    ends::<f64>(-708.0, 1e-18);
}

/// An unevaluated sum of two `f64`: 106 bits.
#[derive(Clone, Copy, Debug)]
struct Wide {
    high: f64,
    low: f64,
}

/// a + b exactly (Knuth).
fn two_sum(a: f64, b: f64) -> Wide {
    let high = a + b;
    let part = high - a;
    Wide { high, low: (a - (high - part)) + (b - part) }
}

/// a · b exactly (Dekker, by splitting each into halves).
fn two_product(a: f64, b: f64) -> Wide {
    let split = |v: f64| {
        let c = 134_217_729.0 * v;
        let high = c - (c - v);
        (high, v - high)
    };
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    let high = a * b;
    Wide { high, low: ((ah * bh - high) + ah * bl + al * bh) + al * bl }
}

impl Wide {
    fn plus(self, other: Self) -> Self {
        let (high, low) = (two_sum(self.high, other.high), two_sum(self.low, other.low));
        let sum = two_sum(high.high, high.low + low.high);
        two_sum(sum.high, sum.low + low.low)
    }

    fn times(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        two_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }

    fn over(self, n: f64) -> Self {
        let high = self.high / n;
        let back = two_product(high, n);
        two_sum(high, ((self.high - back.high) - back.low + self.low) / n)
    }
}

/// ln 2 to 159 bits.
const LN_2: [f64; 3] = [core::f64::consts::LN_2, 2.319_046_813_846_299_6e-17, 5.707_708_438_416_212e-34];
const TERMS: usize = 26;

/// 1/n!
fn taylor_coefficients() -> [Wide; TERMS] {
    let mut coefficients = [Wide { high: 1.0, low: 0.0 }; TERMS];
    for n in 1..TERMS {
        coefficients[n] = coefficients[n - 1].over(n as f64);
    }
    coefficients
}

/// e^x as (n, m) with e^x = 2^n m and m about 1: x = n ln 2 + r, and the Taylor series of e^r.
fn exp_wide(x: f64, coefficients: &[Wide; TERMS]) -> (i32, Wide) {
    let n = (x / LN_2[0]).round();
    let [first, second] = [two_product(n, LN_2[0]), two_product(n, LN_2[1])];
    let negative = |w: Wide| Wide { high: -w.high, low: -w.low };
    let r = Wide { high: x, low: -n * LN_2[2] }.plus(negative(first)).plus(negative(second));
    let mut sum = coefficients[TERMS - 1];
    for c in coefficients.iter().rev().skip(1) {
        sum = sum.times(r).plus(*c);
    }
    (n as i32, sum)
}

#[test]
fn the_reference_has_thirty_digits() {
    // From Python's decimal module at 60 digits: 2^n, high and low part.
    let known = [
        (-1.0, -1, (0.735_758_882_342_884_7, -2.485_750_734_557_672_5e-17)),
        (-0.1, 0, (0.904_837_418_035_959_5, 5.055_984_668_733_208e-17)),
        (-700.5, -1011, (1.312_323_914_503_054_3, -6.297_503_162_446_053e-17)),
        (-37.25, -54, (1.197_154_810_432_579_3, -1.061_369_497_224_085_8e-17)),
    ];
    let coefficients = taylor_coefficients();
    for (x, n, due) in known {
        let (found_n, found) = exp_wide(x, &coefficients);
        assert_eq!(found_n, n);
        let error = (found.high - due.0) + (found.low - due.1);
        assert!(error.abs() < 1e-30, "{x}: {error:e}");
    }
}

fn ulps_f64(x: f64, coefficients: &[Wide; TERMS]) -> f64 {
    let (n, due) = exp_wide(x, coefficients);
    let found = x.exp_nonpositive();
    let scaled = f64::from_bits(found.to_bits().wrapping_sub((i64::from(n) << 52).cast_unsigned()));
    let ulp = if due.high >= 1.0 { f64::EPSILON } else { 0.5 * f64::EPSILON };
    ((scaled - due.high) - due.low).abs() / ulp
}

/// 2·10⁶ points: even over the range, even in the logarithm, and close to where the reduction turns over.
#[test]
fn f64_is_within_2_ulp_of_the_reference() {
    let coefficients = taylor_coefficients();
    let mut random = Noise(Pcg64::new(1, 2));
    let mut worst: f64 = 0.0;
    for i in 0..2_000_000u32 {
        let u = random.uniform();
        let x = match i % 4 {
            0 | 1 => -708.0 * u,
            2 => -(-40.0 * u).exp(),
            _ => -LN_2[0] * (f64::from(i % 1021) + 0.5 + 1e-6 * (u - 0.5)),
        };
        worst = worst.max(ulps_f64(x, &coefficients));
    }
    worst = worst.max(ulps_f64(-708.0, &coefficients));
    println!("worst error of the f64 exponential: {worst} ulp");
    assert!(worst <= EXP_ULPS, "{worst}");
}
