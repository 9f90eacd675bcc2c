//! EM on a stream: one sample at a time, in fixed memory.

mod average;
mod blend;
mod effective_size;
mod follow;
mod learn;
#[cfg(feature = "defmt")]
mod logged;
pub(crate) mod online;
mod slices;
mod step;

pub use average::Average;
pub use effective_size::EffectiveSize;
pub(crate) use online::OnlineEm;
pub(crate) use online::REFRESH;
pub(crate) use step::Schedule;
pub use step::StepSize;
