//! Every public function of the crate is called here, in `f32` with four components over three features, for full,
//! shared diagonal and EEV covariances. The image need not run. It is linked with a panic handler that keeps it from
//! linking if a panic can be reached.
//!
//! Every call is written as a path, `Gmm::posterior(gmm, x)`, so that the list of them can be read here:
//! `host/tests/calls.rs` compares it with the index of the documentation.

#![no_std]
#![no_main]

mod detector;
mod distances;
mod fit;
mod fixed;
mod lifecycle;
mod model;
mod noise;
mod persist;
mod samples;
mod scalar;
mod select;
mod start;
mod statistics;
mod stream;
mod structures;
mod values;

use board::{entry, succeed};
use core::convert::Infallible;
use core::hint::black_box;
use gaussmix::covariance::Eev;
use gaussmix::rand_core::TryRng;
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, NanIsMissing, SufficientStats, Tied, WithNoise};

const D: usize = 3;
const K: usize = 4;

type Model<C> = Gmm<f32, D, K, C>;
type Stats<C> = SufficientStats<f32, D, K, C>;
/// A sample with everything that one can have: a weight, and gaps.
type Row = (NanIsMissing<[f32; D]>, f32);

/// Of whatever the value is, only the run knows it.
fn opaque<T>(value: T) -> T {
    black_box(value)
}

/// The value is used.
fn keep<T>(value: T) {
    black_box(&value);
}

/// Whatever was known of the value is forgotten.
fn forget<T>(value: &mut T) {
    black_box(value);
}

fn index() -> usize {
    black_box(1)
}

fn number() -> f32 {
    black_box(0.5)
}

fn count() -> u32 {
    black_box(2)
}

/// `Clone` and `PartialEq`.
fn same<T: Clone + PartialEq>(value: &T) {
    let value = opaque(value);
    keep(T::eq(&T::clone(value), value));
}

/// Numbers from a linear congruential generator (Knuth's, of 64 bits).
#[derive(Clone)]
struct Random(u64);

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

/// What is called for every structure.
fn all<C: Covariance>(rows: &[Row], data: &[[f32; D]], rng: &mut Random) -> Result<(), Error> {
    let gmm: &mut Model<C> = &mut Gmm::unfitted();
    forget(gmm);
    keep(start::all(gmm, rows, rng));
    forget(gmm);
    keep(fit::all(gmm, rows, data, rng));
    forget(gmm);
    keep(select::all(gmm, rows));
    forget(gmm);
    keep(noise::all(gmm, rows));
    keep(detector::all::<1, C>());
    fitted(gmm, rows, data, rng)
}

/// What is called once there is a model.
fn fitted<C: Covariance>(
    gmm: &mut Model<C>,
    rows: &[Row],
    data: &[[f32; D]],
    rng: &mut Random,
) -> Result<(), Error> {
    keep(model::all(gmm, rows, data, rng));
    keep(statistics::all(gmm, rows));
    keep(distances::all(gmm, rng));
    keep(lifecycle::all(gmm, rows));
    forget(gmm);
    keep(stream::all(gmm, rows));
    keep(persist::all(gmm));
    Ok(())
}

#[entry]
fn main() -> ! {
    let rng = &mut Random(opaque(1));
    let rows: &[Row] = opaque(&[(NanIsMissing([0.0; D]), 1.0); 64]);
    let data: &[[f32; D]] = opaque(&[[0.0; D]; 64]);
    keep(all::<Full>(rows, data, rng));
    keep(all::<Tied<Diagonal>>(rows, data, rng));
    keep(all::<Eev>(rows, data, rng));
    let noisy: &mut Model<WithNoise<Tied<Diagonal>>> = &mut Gmm::unfitted();
    forget(noisy);
    keep(fitted(noisy, rows, data, rng));
    keep(detector::all::<D, Full>());
    keep(fit::uncoupled::<Full>(rows));
    keep(fit::uncoupled::<Tied<Diagonal>>(rows));
    keep(stream::in_parts::<Full>());
    keep(structures::all());
    keep(samples::all());
    keep(fixed::all());
    scalar::all();
    keep(values::all());
    succeed()
}
