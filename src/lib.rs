#![doc = include_str!("lib.md")]
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))] // badges: which feature an item needs
#![cfg_attr(not(feature = "std"), forbid(unsafe_code))]
#![cfg_attr(feature = "std", deny(unsafe_code))]

#[cfg(any(feature = "std", feature = "proptest"))]
extern crate std;

pub mod chi_squared;
pub mod columns;
pub mod covariance;
pub mod detector;
pub mod distance;
mod error;
pub mod fit;
pub mod fixed;
pub mod gradient;
#[cfg(doc)]
pub mod guide;
pub mod init;
#[cfg(doc)]
#[doc = include_str!("wide/kernel.md")]
pub mod kernel {}
pub mod lifecycle;
mod model;
mod moments;
pub mod novelty;
mod observation;
pub mod persist;
mod real;
pub mod reduce;
pub mod select;
mod statistics;
#[cfg(feature = "proptest")]
pub mod strategies;
pub mod stream;
// Panels need some KB of stack more than samples one by one: an operating system has them.
#[cfg(any(
    feature = "simd",
    target_os = "linux",
    target_os = "macos",
    target_os = "windows",
    target_family = "wasm"
))]
mod wide;
#[cfg(not(any(
    feature = "simd",
    target_os = "linux",
    target_os = "macos",
    target_os = "windows",
    target_family = "wasm"
)))]
#[path = "narrow.rs"]
mod wide;

pub use columns::Columns;
pub use covariance::diagonal::Diagonal;
pub use covariance::full::Full;
pub use covariance::spherical::Spherical;
pub use covariance::structure::Covariance;
pub use covariance::tied::Tied;
pub use covariance::with_noise::WithNoise;
pub use error::Error;
pub use fit::em::Em;
pub use fit::m_step::MStep;
#[cfg(feature = "rayon")]
pub use model::CHUNK;
pub use model::{Component, Criteria, Criterion, Gmm, Imputation, Posterior};
pub use observation::{Masked, NanIsMissing, Observation};
pub use real::Real;
pub use statistics::SufficientStats;
pub use stream::online::OnlineEm;

pub use {nalgebra, rand_core};

// The examples of the README run with those of the docs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
