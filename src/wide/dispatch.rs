//! The entry of the kernel: it chooses the widest instructions that the machine has, while the program runs.
//!
//! # Why the `unsafe` here is sound
//! A function that enables a target feature may only be called where the processor has it: that is the one condition,
//! and each call below stands directly under the test for exactly the features of the function that it calls. The
//! functions themselves are safe code. All they call is `#[inline(always)]` down to the loops, so that it is compiled
//! with their features; nothing else in the crate is `unsafe`.
#![allow(unsafe_code)]

#[cfg(feature = "simd")]
use super::Fused;
use super::Job;
#[cfg(not(all(feature = "simd", target_arch = "aarch64")))]
use super::Plain;

/// Runs `job` in vectors of `W128`, `W256` or `W512` lanes, whichever fits the machine. Without the feature `simd` all
/// do the same arithmetic, and nothing is gained by the widest.
#[cfg(target_arch = "x86_64")]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    #[cfg(feature = "simd")]
    {
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
    }
    #[cfg(not(feature = "simd"))]
    {
        // The feature `fma` is not enabled: products stay rounded.
        #[target_feature(enable = "avx2")]
        fn avx2<J: Job, const W: usize>(job: J) -> J::Outcome {
            job.run::<Plain, W>()
        }
        if std::is_x86_feature_detected!("avx2") {
            // SAFETY: the feature was detected in the line above.
            return unsafe { avx2::<J, W256>(job) };
        }
    }
    job.run::<Plain, W128>()
}

/// Runs `job` in vectors of `W128` lanes: on 64-bit Arm, NEON and its fused multiply-add are part of the base.
#[cfg(all(feature = "simd", target_arch = "aarch64"))]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    job.run::<Fused, W128>()
}

/// Runs `job` with what the compiler makes of plain arrays.
#[cfg(not(any(target_arch = "x86_64", all(feature = "simd", target_arch = "aarch64"))))]
pub(super) fn enter<J: Job, const W128: usize, const W256: usize, const W512: usize>(job: J) -> J::Outcome {
    job.run::<Plain, W128>()
}
