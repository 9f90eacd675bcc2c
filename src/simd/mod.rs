//! The kernel (feature `simd`): the E-step with its statistics, and scoring of slices, in panels of samples.
//!
//! # Layout
//! Samples arrive row by row; the arithmetic wants many samples side by side. A panel holds N of them feature by feature,
//! `[[T; N]; D]`, a row being 1 KB whatever the scalar (N = 256 in `f32`, 128 in `f64`): long enough for the sums over a
//! row to cost little, short enough for the rows of one component's work to stay in the first-level cache. Everything
//! else is rows of the same length: K rows of log-densities that become responsibilities, D rows of scratch, three more.
//! Samples are copied into the scratch rows as the iterator yields them and transposed once per panel. A panel that is not
//! full repeats its last sample with weight 0, so that no loop needs a remainder.
//!
//! # One source for all widths
//! A vector is [`Lane`](lanes::Lane), a plain array of W scalars, and the work is a [`Job`] generic over W and over how
//! a multiply-add is done. `dispatch` asks the processor once per panel and enters the job through a function that has
//! the instructions enabled; all below is `#[inline(always)]`, so that it is compiled with them. Two kinds of loop, each
//! where the compiler is reliable: what works on each sample by itself (exponentials, logarithms, scaling) is a flat loop
//! over a row, which the loop vectoriser takes; products are tiles of lanes, which become registers.
//!
//! # Tiles
//! The squared distance |L⁻¹(x − μ)|² is forward substitution, two rows of L and four vectors of samples at a time: eight
//! independent chains of multiply-adds, which is what hides their latency, for two loads of factors and four of finished
//! rows. Only a pair's own corner waits for a result. Up to four features all fits into registers and a flat loop is best.
//!
//! A full scatter is Σ r d dᵀ with d the deviation from a point. The E-step leaves √r rather than r (half of the
//! log-densities are exponentiated, and normalised by one square root a sample), so that e = √r d is written once and the
//! scatter is Σ e eᵀ: one set of rows to write and to read instead of d and r·d. Tiles of two rows by four columns read
//! six vectors for eight multiply-adds. The lanes of a tile are added up in a function of its own, from a copy: inlined,
//! that sum is cut into pairs and drags the tile with it, and sums whose address is taken are stored in every round.
//!
//! Diagonal and spherical shapes need no products between features: two features at a time, straight from the panel.
//!
//! # Precision
//! Sums are about a point per component: the model's mean. If, for some component, a panel's samples turn out to lie more
//! than four standard deviations from it, the panel's sums for that component are made again about their own mean and
//! merged straight into the totals, unless what would cancel is no more than an average panel's share. Other sums are
//! collected over sixteen panels, then moved to their own mean and merged. Lane by lane is a pairwise summation, so that
//! `f32` loses less than in blocks of 64 samples one after another.
//!
//! The exponential is the crate's own, with a select where that returns early, and like the logarithm on
//! [1, 1024] within about 2 ulp (the tests of `functions` measure both). Without weights one logarithm serves eight samples: the
//! sums of K terms that it is taken of lie between 1 and K.
//!
//! # Refusals
//! One comparison a panel, of the sum of all squares against what the model can bear, excludes everything that is
//! refused: NaN, infinities, overflowing distances. Where it fails, each sample is looked at; where that fails too, the
//! panel's samples are observed one by one, which finds the culprit and keeps those before it.

mod dispatch;
mod e_step;
mod features;
mod functions;
mod lanes;
mod nearest;
mod panel;
mod score;
mod tiles;

pub(crate) use functions::Scalar;
#[cfg(any(test, not(target_arch = "aarch64")))]
pub(crate) use lanes::Plain;
pub(crate) use lanes::{Fused, Isa};
pub(crate) use nearest::{assign, offer};
pub(crate) use panel::{Panel, Panels};
pub(crate) use score::{WORTHWHILE, log_densities, posteriors, predictions};
pub(crate) use tiles::Tiles;

/// Work that is compiled once per set of instructions.
pub trait Job {
    /// What comes of it.
    type Outcome;

    /// Whether the widest vectors pay: not where tiles are the larger part, which the compiler cuts up at that width.
    fn is_wide() -> bool;

    /// Does it in vectors of `W` lanes. `#[inline(always)]`, and so is all that it calls in its loops.
    fn run<I: Isa, const W: usize>(self) -> Self::Outcome;
}
