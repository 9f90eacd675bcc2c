#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(not(feature = "simd"), forbid(unsafe_code))]
#![cfg_attr(feature = "simd", deny(unsafe_code))]

#[cfg(feature = "std")]
extern crate std;

mod average;
mod blend;
mod covariance;
mod criteria;
mod display;
mod em;
mod error;
mod gmm;
pub mod init;
mod kmeans;
mod likelihood;
mod m_step;
mod moments;
mod observation;
mod online;
pub mod persist;
mod real;
mod sample;
mod scoring;
#[cfg(feature = "simd")]
mod simd;
mod statistics;
mod step;
mod trace;
mod transform;

pub use average::Average;
pub use covariance::{Covariance, Diagonal, Full, Shape, Spherical, Tied, Variance};
pub use criteria::Criteria;
pub use em::{BestOf, Em, Fit, Hook, Iteration, Workspace};
pub use error::Error;
pub use gmm::{Component, Gmm, Posterior};
pub use kmeans::{KMeans, KMeansFit};
pub use m_step::{MStep, Outcome, Update};
pub use observation::Observation;
pub use online::OnlineEm;
pub use persist::Persist;
pub use real::Real;
pub use statistics::SufficientStats;
pub use step::StepSize;
pub use trace::Trace;

pub use {heapless, nalgebra, rand_core};
