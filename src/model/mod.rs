//! The model: parameters, density and posterior, with criteria, drawing, scoring and transformations.

// The docs list the calls of `Gmm` in this order.
mod gmm;

mod posterior;
mod scoring;

mod condition;
mod criteria;
mod display;
#[cfg(feature = "rand")]
mod distribution;
mod likelihood;
mod noise;
mod order;
#[cfg(feature = "std")]
mod owned;
#[cfg(feature = "rayon")]
mod parallel;
mod partial;
mod sample;
mod transform;

pub use criteria::{Criteria, Criterion};
pub use gmm::{Component, Gmm};
pub(crate) use likelihood::checked_gain;
pub(crate) use noise::share_of;
pub(crate) use order::check_order;
#[cfg(feature = "rayon")]
pub use parallel::CHUNK;
pub use partial::Imputation;
pub(crate) use partial::Partial;
pub use posterior::Posterior;
pub(crate) use posterior::posterior_of;
#[cfg(not(feature = "simd"))]
#[allow(unused_imports)] // only panels name it, which a device does not have
pub(crate) use posterior::refusal;
pub(crate) use scoring::one_by_one;
