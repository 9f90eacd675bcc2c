//! What several images share.

#![no_std]
#![forbid(unsafe_code)]

pub mod calls;

use board::{Hex, check, fail, say};
use core::convert::Infallible;
use core::hint::black_box;
use gaussmix::fit::{Fit, Outcome};
use gaussmix::rand_core::TryRng;
use gaussmix::{Error, Gmm};
use jobs::digest;

/// Numbers from a linear congruential generator (Knuth's, of 64 bits).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A sequence of this number.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(black_box(seed))
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok((self.0 >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(self.try_next_u32()?) << 32 | u64::from(self.try_next_u32()?))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(0);
        Ok(())
    }
}

/// An index that only the run knows.
#[must_use]
pub fn any() -> usize {
    black_box(1)
}

/// The value, or the end of the program.
pub fn done<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(value) => value,
        // Without the error's text, whose formatting would bring panics and kilobytes with it.
        Err(_) => fail("refused"),
    }
}

/// Compares a digest with the host's.
pub fn same_bits(digest: u64, host: u64) {
    say!("digest ", Hex(digest), ", on the host ", Hex(host));
    check!(digest == host, "not the host's bits");
}

/// Prints a fit and its model, and compares the model with the host's.
pub fn report<const D: usize, const K: usize>(fit: &Fit<f32, K>, gmm: &Gmm<f32, D, K>, host: u64) {
    say!(fit.count, " samples, ", fit.iterations, " iterations");
    say!("mean log-likelihood ", fit.mean_log_likelihood());
    let outcomes = fit.last_update.iter().flat_map(|update| &update.outcomes);
    for ((component, mean), outcome) in gmm.components().zip(gmm.means()).zip(outcomes) {
        board::print("weight ");
        board::print(&component.weight);
        board::print(", mean");
        for x in mean {
            board::print(" ");
            board::print(x);
        }
        say!(if *outcome == Outcome::Floored { ", at the variance floor" } else { "" });
    }
    check!(fit.converged, "not converged");
    same_bits(digest::of(gmm), host);
}
