//! M-steps under constraints, damped M-steps, and a watch over the steps of others: users of
//! [`Fitting::with_m_step`](super::Fitting::with_m_step).

mod damped;
mod direction;
mod watch;
mod weights;

pub use damped::Damped;
pub use direction::EqualAlong;
pub use watch::Watch;
pub use weights::BoundedWeights;
