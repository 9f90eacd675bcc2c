#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(not(feature = "simd"), forbid(unsafe_code))]
#![cfg_attr(feature = "simd", deny(unsafe_code))]

#[cfg(feature = "std")]
extern crate std;

pub mod chi_squared;
mod covariance;
mod error;
mod fit;
pub mod init;
#[cfg(doc)]
#[doc = include_str!("simd/kernel.md")]
pub mod kernel {}
pub mod lifecycle;
mod model;
mod moments;
pub mod novelty;
mod observation;
pub mod persist;
mod real;
mod reduce;
#[cfg(feature = "simd")]
mod simd;
mod statistics;
mod stream;

pub use covariance::{Covariance, Diagonal, Full, Shape, Spherical, Tied, Variance};
pub use error::Error;
pub use fit::{BestOf, Em, Fit, Hook, Iteration, MStep, Outcome, Trace, Update, Workspace};
pub use init::{Covering, KMeans, KMeansFit, Reservoir};
#[cfg(feature = "rayon")]
pub use model::CHUNK;
pub use model::{Component, Criteria, Gmm, Posterior};
pub use observation::Observation;
pub use persist::Persist;
pub use real::Real;
pub use statistics::SufficientStats;
pub use stream::{Average, EffectiveSize, OnlineEm, StepSize};

pub use {heapless, nalgebra, rand_core};
