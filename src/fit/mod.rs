//! Fits to data that can be read repeatedly: the M-step, and EM until convergence.

mod acceleration;
mod climb;
mod convergence;
mod display;
pub(crate) mod em;
mod fitting;
mod frozen;
mod health;
pub(crate) mod m_step;
mod method;
#[cfg(feature = "rayon")]
mod parallel;
mod pass;
mod regularizer;
mod report;
mod slice;
mod steps;
mod trace;
mod update;

pub use acceleration::Acceleration;
pub use climb::Climb;
pub(crate) use em::Em;
pub use em::Workspace;
pub(crate) use fitting::rounding_variances;
pub use fitting::{Fitting, NoHook};
pub use frozen::Frozen;
pub(crate) use m_step::{Base, MStep, is_dead, maximize_weights};
pub use method::{Method, Plain, Usual};
pub use pass::Pass;
pub use regularizer::{EigenvalueRatio, Prior, Regularizer, adapt};
pub(crate) use regularizer::{Terms, Units};
pub use report::{BestOf, Fit, Hook, Iteration, Stop};
pub use steps::{BoundedWeights, Damped, EqualAlong, Watch};
pub use trace::Trace;
pub use update::Update;

pub use crate::covariance::update::Outcome;
