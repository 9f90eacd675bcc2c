//! Scores in integers, for processors without an FPU: [`FixedGmm`].
//!
//! A Cortex-M0 takes 15,854 instructions for one `log_density` in `f32` at D = 3, K = 4 (diagonal), since every addition
//! is a call of software. A [`FixedGmm`] takes a raw `i16` reading and 313 instructions, none of them a 64-bit product or a
//! division. Fit a model in floating point, on the host or on the device, and convert it where there is time:
//! `gaussmix-export --fixed` writes one as Rust source. Integers have the same bits everywhere.
//!
//! # Readings
//! A raw reading r stands for the value `scale · r + offset` of its feature, as in [`Gmm::affine`](crate::Gmm::affine);
//! the model is that of values. Scores are ln p of the value, so that thresholds carry over.
//!
//! # Formats
//! | number | format | range |
//! |---|---|---|
//! | reading | `i16` | all |
//! | factor Ã_ij: row i of L⁻¹ in units of readings | `i16`, s_i + 10 binary places | Σ_j \|Ã_ij\|·2¹⁵ + \|c̃_i\| < 2³¹ |
//! | constant c̃_i = ½·2^s_i − Σ_j Ã_ij μ_j (no half where s_i = 0) | `i32`, likewise | |
//! | shift s_i | `u8` | 0 to 24, the largest that fits |
//! | deviation z_i = (Σ_j Ã_ij r_j + c̃_i) >> s_i | 10 binary places | ±32, clamped |
//! | offset | `i32`, 16 binary places | ±2048 nats, or −20480 of a dead component |
//! | score | `i32`, 16 binary places | −18432 to 2057 nats |
//!
//! The mean enters by the constants: an `i16` mean with the `i16` fraction that small deviations need would take as many
//! bytes, and one subtraction a product more. ln Σ_k comes of a table of ln(1 + e^−t), one component after another. The
//! squares of z add up in 32 bits without sign, D of them below 2³²: from four features on they lose their last two
//! places, from sixteen on three, with 32 four.
//!
//! # How exact it is
//! [`FixedGmm::error_bound`] *computes* a bound for the model at hand, and [`FixedGmm::from_model`] refuses one above 0.02
//! nat·(1 + |ln p|/30) for any |ln p| ≤ 300. With z = L⁻¹(x − μ), the integers compute (before rounding) z + E z + e,
//! where E = Ã L − I and e is what the constant is off. Both are known. With the rounding of each deviation by at most
//! 2⁻¹¹ in |e|, a component that lies r standard deviations away (r = |z|) is off by at most
//!
//! δ(r) = ½|e|² + |e|(1 + |E|) r + |E|(1 + |E|/2) r²
//!
//! and by what its offset and its sum lose. δ is concave in the depth r²/2 = o_k − ln p − ln r_k(x) (o_k the offset), so
//! with K components of any responsibilities the error of ln p is at most δ at the depth max_k o_k + ln K − ln p: for a
//! tangent of slope σ < 1 there, Σ_k r_k^(1−σ) ≤ K^σ. The table adds its own error K − 1 times: that of its entries, the
//! sag below its chords, and one unit dropped. Components with a clamped deviation lie so far below that their share in p
//! is bounded by itself.
//!
//! # Far away
//! Along a ray from the mean of a component no deviation shrinks, rounding, shift, clamp and sum are monotone, and so is
//! the logarithm of the sum in each score. So a component's score never rises with the distance.

mod convert;
mod format;
mod model;
mod quantise;

pub use convert::FixedError;
pub use model::{FixedComponent, FixedGmm};
pub use quantise::ErrorBound;

/// A log-density in nats as [`FixedGmm::log_density`] gives it, to compare with. Beyond ±32768 the nearest that there is.
#[must_use]
pub const fn from_nats(nats: f64) -> i32 {
    let half = if nats < 0.0 { -0.5 } else { 0.5 };
    (nats * (1u32 << format::PLACES) as f64 + half) as i32
}

/// A score in nats.
#[must_use]
pub const fn to_nats(score: i32) -> f64 {
    score as f64 / (1u32 << format::PLACES) as f64
}
