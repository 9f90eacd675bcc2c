//! The kernel (feature `simd`): a pass over the data, and scoring of slices, in panels of samples. DOCS
mod dispatch;
mod e_step;
mod functions;
mod lanes;
mod panel;
mod score;
mod tiles;

pub(crate) use functions::Scalar;
pub(crate) use lanes::{Fused, Isa, Plain};
pub(crate) use panel::{Panel, Panels};
pub(crate) use score::{WORTHWHILE, log_densities, posteriors, predictions};
pub(crate) use tiles::Tiles;

/// Work that is compiled once per set of instructions.
pub trait Job {
    /// What comes of it.
    type Outcome;

    /// Does it in vectors of `W` lanes. `#[inline(always)]`, and so is all that it calls in its loops.
    fn run<I: Isa, const W: usize>(self) -> Self::Outcome;
}
