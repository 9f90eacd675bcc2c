#![doc = include_str!("kernel.md")]

mod dispatch;
mod e_step;
mod features;
mod functions;
mod joint;
mod lanes;
mod nearest;
mod panel;
mod score;
mod sums;
mod tiles;

pub(crate) use functions::Scalar;
#[cfg(any(test, not(target_arch = "aarch64")))]
pub(crate) use lanes::Plain;
pub(crate) use lanes::{Fused, Isa};
pub(crate) use nearest::{assign, assign_to_nearest, offer};
pub(crate) use panel::{Panel, Panels};
pub(crate) use score::{WORTHWHILE, log_densities, posteriors, predictions};
pub(crate) use sums::Sums;
pub(crate) use tiles::Tiles;

/// Work that is compiled once per set of instructions.
pub trait Job {
    /// The result.
    type Outcome;

    /// Whether the widest vectors pay. They do not where tiles are the larger part: the compiler cuts tiles up at that
    /// width.
    fn is_wide() -> bool;

    /// Does the work in vectors of `W` lanes. `#[inline(always)]`, and so is all that it calls in its loops.
    fn run<I: Isa, const W: usize>(self) -> Self::Outcome;
}
