//! The entry of the kernel: it chooses the widest instructions that the machine has, while the program runs.
//!
//! # Why the `unsafe` here is sound
//! A function that enables a target feature may only be called where the processor has it: that is the one condition,
//! and each call below stands directly under the test for exactly the features of the function that it calls. The
//! functions themselves are safe code. All they call is `#[inline(always)]` down to the loops, so that it is compiled
//! with their features; nothing else in the crate is `unsafe`.
#![allow(unsafe_code)]

#[cfg(not(target_arch = "aarch64"))]
use super::Plain;
use super::{Fused, Job};

/// Runs `job` in vectors of `W128`, `W256` or `W512` lanes, whichever fits the machine.
#[cfg(target_arch = "x86_64")]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    #[target_feature(enable = "avx2,fma")]
    fn avx2<J: Job, const W: usize>(job: J) -> J::Outcome {
        job.run::<Fused, W>()
    }
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
    fn avx512<J: Job, const W: usize>(job: J) -> J::Outcome {
        job.run::<Fused, W>()
    }
    if J::is_wide()
        && std::is_x86_feature_detected!("avx512f")
        && std::is_x86_feature_detected!("avx512dq")
        && std::is_x86_feature_detected!("avx512bw")
        && std::is_x86_feature_detected!("avx512vl")
        && std::is_x86_feature_detected!("avx2")
        && std::is_x86_feature_detected!("fma")
    {
        // SAFETY: all six features were detected in the lines above.
        return unsafe { avx512::<J, W512>(job) };
    }
    if std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") {
        // SAFETY: both features were detected in the line above.
        return unsafe { avx2::<J, W256>(job) };
    }
    job.run::<Plain, W128>()
}

/// Runs `job` in vectors of `W128` lanes: on 64-bit Arm, NEON and its fused multiply-add are part of the base.
#[cfg(target_arch = "aarch64")]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    job.run::<Fused, W128>()
}

/// Runs `job` with what the compiler makes of plain arrays.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    job.run::<Plain, W128>()
}
