//! Fits to data that can be read repeatedly: the M-step, and EM to convergence.

mod em;
mod m_step;
#[cfg(feature = "rayon")]
mod parallel;
mod trace;

pub use em::{BestOf, Em, Fit, Hook, Iteration, Workspace};
pub use m_step::{MStep, Update};
pub use trace::Trace;

pub use crate::covariance::Outcome;
