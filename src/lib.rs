#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(not(feature = "simd"), forbid(unsafe_code))]
#![cfg_attr(feature = "simd", deny(unsafe_code))]

#[cfg(feature = "std")]
extern crate std;

mod average;
mod blend;
pub mod chi_squared;
mod covariance;
mod covering;
mod criteria;
mod display;
mod effective_size;
mod em;
mod error;
mod gmm;
pub mod init;
#[cfg(doc)]
#[doc = include_str!("simd/kernel.md")]
pub mod kernel {}
mod kmeans;
pub mod lifecycle;
mod likelihood;
mod m_step;
mod moments;
pub mod novelty;
mod observation;
mod online;
#[cfg(feature = "rayon")]
mod parallel;
pub mod persist;
mod real;
mod reservoir;
mod sample;
mod scoring;
mod seeding;
#[cfg(feature = "simd")]
mod simd;
mod statistics;
mod step;
mod trace;
mod transform;

pub use average::Average;
pub use covariance::{Covariance, Diagonal, Full, Shape, Spherical, Tied, Variance};
pub use covering::Covering;
pub use criteria::Criteria;
pub use effective_size::EffectiveSize;
pub use em::{BestOf, Em, Fit, Hook, Iteration, Workspace};
pub use error::Error;
pub use gmm::{Component, Gmm, Posterior};
pub use kmeans::{KMeans, KMeansFit};
pub use m_step::{MStep, Outcome, Update};
pub use observation::Observation;
pub use online::OnlineEm;
#[cfg(feature = "rayon")]
pub use parallel::CHUNK;
pub use persist::Persist;
pub use real::Real;
pub use reservoir::Reservoir;
pub use statistics::SufficientStats;
pub use step::StepSize;
pub use trace::Trace;

pub use {heapless, nalgebra, rand_core};
