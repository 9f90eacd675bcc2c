//! The random numbers of all tests.
#![allow(dead_code)] // no room uses all of it

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// Uniform and standard normal numbers, in `f64`.
#[derive(Clone, Debug)]
pub(crate) struct Noise(pub(crate) Pcg64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::new(u128::from(seed), 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96))
    }

    /// Uniform on (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// By the polar transformation.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}
