//! The likelihood as a function that one may climb by gradients: parameters that may take any value, the gradient from
//! statistics, and standard errors.
//!
//! EM needs none of this. It is for an optimiser of the caller's own, for M-steps without a closed form, and to see how
//! well the data determine the parameters. The gradient comes from the statistics of one pass, so it streams, merges and
//! takes weights as they do.
//!
//! The structures with a matrix of their own or one for all have it: [`Full`](crate::Full),
//! [`Diagonal`](crate::Diagonal), [`Spherical`](crate::Spherical) and their [`Tied`](crate::Tied) kinds. Structures that
//! share something in part do not compile: their covariances are no free numbers. Nor does a
//! [noise slot](crate::WithNoise), which has no place among these numbers.
//!
//! ```compile_fail,E0080
//! # use gaussmix::{covariance::Vve, gradient::Unconstrained};
//! let point: Unconstrained<f64, 1, 1, Vve> = Unconstrained::zero();
//! ```
//! ```compile_fail,E0080
//! # use gaussmix::{Full, WithNoise, gradient::Unconstrained};
//! let point: Unconstrained<f64, 1, 1, WithNoise<Full>> = Unconstrained::zero();
//! ```

mod of_statistics;
mod standard_errors;
mod unconstrained;

pub use standard_errors::StandardErrors;
pub use unconstrained::Unconstrained;
