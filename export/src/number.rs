//! The scalar that is written, with the operations of gaussmix's `Real`: the same functions, so the same bits.

use core::ops::{Add, Div, Mul, Neg, Sub};

/// `f32` or `f64`, chosen while the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    F32,
    F64,
}

impl Scalar {
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }

    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    pub fn round(self, number: f64) -> f64 {
        match self {
            Self::F32 => (number as f32).into(),
            Self::F64 => number,
        }
    }
}

/// `f32` or `f64` as a type.
pub trait Number:
    Copy
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    const ZERO: Self;
    const ONE: Self;
    const EPSILON: Self;
    const SMALLEST_NORMAL: Self;
    /// ½ ln 2π
    const HALF_LN_2PI: Self;
    /// How far the sum of weights may be from 1, and an offset from what it is due to be.
    const TOLERANCE: Self;

    fn narrow(x: f64) -> Self;
    fn widen(self) -> f64;
    fn natural_log(self) -> Self;
    fn root(self) -> Self;

    fn magnitude(self) -> Self {
        if self < Self::ZERO { -self } else { self }
    }

    /// Whether a variance and its reciprocal are normal numbers.
    fn is_variance(self) -> bool {
        self >= Self::SMALLEST_NORMAL && self <= Self::ONE / Self::SMALLEST_NORMAL
    }
}

const HALF_LN_2PI: f64 = 0.918_938_533_204_672_7;

macro_rules! number {
    ($t:ident, $log:ident, $sqrt:ident, $tolerance:expr) => {
        impl Number for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $t::EPSILON;
            const SMALLEST_NORMAL: Self = $t::MIN_POSITIVE;
            const HALF_LN_2PI: Self = HALF_LN_2PI as $t;
            const TOLERANCE: Self = $tolerance;

            fn narrow(x: f64) -> Self {
                x as $t
            }
            fn widen(self) -> f64 {
                self.into()
            }
            fn natural_log(self) -> Self {
                libm::$log(self)
            }
            fn root(self) -> Self {
                libm::$sqrt(self)
            }
        }
    };
}
number!(f32, logf, sqrtf, 1e-4);
number!(f64, log, sqrt, 1e-6);
