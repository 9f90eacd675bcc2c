#![doc = include_str!("kernel.md")]

mod closest;
#[cfg(feature = "std")]
mod dispatch;
mod distances;
#[cfg(feature = "simd")]
mod e_step;
#[cfg(feature = "simd")]
mod features;
mod feed;
mod functions;
#[cfg(not(feature = "simd"))]
mod in_order;
mod joint;
mod lanes;
mod limits;
mod live;
#[cfg(all(test, not(feature = "simd")))]
#[path = "../narrow.rs"]
#[allow(dead_code, unreachable_pub)] // tests compare what devices run, and need no more of it
mod narrow;
#[cfg(feature = "simd")]
mod nearest;
mod panel;
#[cfg(feature = "simd")]
mod pass;
#[cfg(not(feature = "simd"))]
mod runs;
#[cfg(all(test, not(feature = "simd")))]
mod same_bits;
#[cfg(all(test, not(feature = "simd")))]
mod same_starts;
mod score;
#[cfg(feature = "simd")]
mod sums;
#[cfg(feature = "simd")]
mod tiles;
#[cfg(not(feature = "simd"))]
mod whole;

pub(crate) use closest::each_nearest;
pub(crate) use functions::Scalar;
#[cfg(not(feature = "simd"))]
pub(crate) use in_order::Block;
#[cfg(feature = "simd")]
pub(crate) use lanes::Fused;
pub(crate) use lanes::Isa;
pub(crate) use lanes::Plain;
#[cfg(feature = "simd")]
pub(crate) use nearest::{assign_to_nearest, offer};
pub(crate) use panel::{Panel, Panels};
#[cfg(feature = "simd")]
pub(crate) use pass::Block;
#[cfg(not(feature = "simd"))]
pub(crate) use runs::Runs as Kernel;
pub(crate) use score::{log_densities, posteriors, predictions};
#[cfg(feature = "simd")]
pub(crate) use tiles::Tiles as Kernel;
#[cfg(not(feature = "simd"))]
pub(crate) use whole::assign_to_nearest;

/// Work that is compiled once per set of instructions.
pub trait Job {
    /// The result.
    type Outcome;

    /// Whether the widest vectors pay. They do not where tiles are the larger part: the compiler cuts tiles up at that
    /// width.
    #[cfg(feature = "simd")]
    fn is_wide() -> bool;

    /// Does the work in vectors of `W` lanes. `#[inline(always)]`, and so is all that it calls in its loops.
    fn run<I: Isa, const W: usize>(self) -> Self::Outcome;
}
