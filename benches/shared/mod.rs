//! What the benches have in common: a clock, a median, data.
#![allow(dead_code)] // no bench needs all of it

use gaussmix::covariance::Variance;
use gaussmix::{Gmm, Real, Spherical};
use rand_pcg::Pcg32;

/// Seconds of CPU time of this process.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(crate) fn cpu_time() -> f64 {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    let mut time = Timespec { seconds: 0, nanoseconds: 0 };
    // SAFETY: the struct is the C library's `timespec` of a 64-bit Linux; 2 is CLOCK_PROCESS_CPUTIME_ID.
    unsafe { clock_gettime(2, &raw mut time) };
    time.seconds as f64 + time.nanoseconds as f64 * 1e-9
}
#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(crate) fn cpu_time() -> f64 {
    wall_time()
}

/// Seconds since the first call.
pub(crate) fn wall_time() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64()
}

/// How long `work` takes by `clock`.
pub(crate) fn timed<R>(clock: fn() -> f64, work: impl FnOnce() -> R) -> f64 {
    let begin = clock();
    core::hint::black_box(work());
    clock() - begin
}

pub(crate) fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// K spherical components about 3.5 sigma from their neighbours, in random order, without end and without storage.
pub(crate) struct Source<T, const D: usize, const K: usize> {
    means: [[T; D]; K],
}

impl<T: Real, const D: usize, const K: usize> Source<T, D, K> {
    pub(crate) fn new() -> Self {
        let mut rng = Pcg32::new(7, 11);
        let unit: Gmm<f64, D, 1, Spherical> =
            Gmm::new([1.0], [[0.0; D]], [Variance(1.0)]).expect("a standard normal");
        let apart = 3.5 * 1.4 / (2.0 * D as f64).sqrt();
        Self { means: core::array::from_fn(|_| unit.sample(&mut rng).map(|v| T::narrow(v * apart))) }
    }

    pub(crate) fn means(&self) -> &[[T; D]; K] {
        &self.means
    }

    /// The same samples each time it is asked.
    pub(crate) fn samples(&self) -> impl Iterator<Item = [T; D]> + Clone {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        core::iter::repeat_with(move || {
            let mean = &self.means[(random(&mut state) >> 32) as usize % K];
            core::array::from_fn(|j| mean[j] + normal(&mut state))
        })
    }
}

/// Marsaglia (2003, doi:10.18637/jss.v008.i14): xorshift, 64 bits.
#[inline(always)]
fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

/// About normal, of variance 1: the sum of four uniform numbers of 16 bits each. Cheap, since a stream is made as it is
/// read.
#[inline(always)]
fn normal<T: Real>(state: &mut u64) -> T {
    let bits = random(state);
    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
    // Variance 4·(2³² − 1)/12.
    T::narrow((sum as f64 - 131_070.0) / 37_837.23)
}
