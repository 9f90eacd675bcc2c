//! Components come and go within the K slots of a model: birth, removal, split, merger.
//!
//! A slot of weight 0 is dead: scoring skips it, and it can be used again. Every operation takes a model and the
//! statistics that it is estimated from, and keeps both consistent. It therefore fits into any loop of
//! [`observe`](SufficientStats::observe), [`maximize`](crate::MStep::maximize) and
//! [`discount`](SufficientStats::discount), at any scale of the masses. The total mass stays as it is.
//!
//! For an [`OnlineEm`](crate::OnlineEm) run, a [`LifeCycle`] beside it applies the policies.
//!
//! | operation | policy | what the policy does |
//! |---|---|---|
//! | [`seed`] | [`Birth`] | samples far from all components start a new one |
//! | [`remove`] | [`Pruning`] | components that too few samples support are removed |
//! | [`split`] | [`Splitting`] | a free or starved slot is re-seeded with half of the heaviest component |
//! | [`reduce::merge`](crate::reduce::merge()) | [`Merging`] | the two components whose merger costs least become one |
//!
//! A tied structure has one covariance for all components, and its pooled scatter does not record the part of each. A
//! removed component therefore takes its expected share, S·W_k/W, with it. A new component adds the share that leaves
//! the covariance as it is. A split takes the variance between the two means out of the common matrix, and a merger
//! puts it back.
//!
//! ```
//! use gaussmix::lifecycle::{Birth, Pruning, Verdict};
//! use gaussmix::{Gmm, MStep, SufficientStats};
//!
//! // Two slots, one of them dead; then the stream changes.
//! let mut gmm: Gmm<f32, 1, 2> = Gmm::new([1.0, 0.0], [[0.0], [0.0]], [[[1.0]].into(); 2])?;
//! let mut stats = SufficientStats::from_model(&gmm, 100.0)?;
//! let (mut birth, pruning) = (Birth::default(), Pruning::default());
//! for t in 0..200 {
//!     let x = [if t < 100 { 0.0 } else { 20.0 } + (t % 7 - 3) as f32 / 2.0];
//!     if birth.consider(&mut stats, &mut gmm, x)? == Verdict::Observe {
//!         stats.observe(&gmm, x)?;
//!         MStep::default().maximize(&stats, &mut gmm)?;
//!         pruning.apply(&mut stats, &mut gmm)?;
//!         stats.discount(0.99)?;
//!     }
//! }
//! assert_eq!(gmm.live().count(), 2);
//! assert!((gmm.means()[1][0] - 20.0).abs() < 0.5);
//! # Ok::<(), gaussmix::Error>(())
//! ```

mod birth;
mod cycle;
mod death;
mod merging;
mod split;

pub(crate) use birth::Candidate;
pub use birth::{Birth, Verdict, seed};
pub use cycle::{Changes, LifeCycle, Report};
pub use death::{Pruning, remove};
pub use merging::Merging;
pub use split::{Splitting, split};

use crate::covariance::Covariance;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The slot that can best be spared: the first dead slot, else the slot of least mass if that is at most `limit` of the
/// total. `None` if no other component is live or has any mass.
fn vacant<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    limit: T,
) -> Option<usize> {
    let weakest = || {
        let (mut weakest, mut least) = (0, T::INFINITY);
        for (k, moments) in stats.moments.iter().enumerate() {
            if moments.mass() < least {
                (weakest, least) = (k, moments.mass());
            }
        }
        (least <= limit * stats.total_weight()).then_some(weakest)
    };
    let slot = gmm.weights.iter().position(|w| *w == T::ZERO).or_else(weakest);
    slot.filter(|k| gmm.live().any(|i| i != *k) && stats.mass_beside(*k) > T::ZERO)
}

/// The component of the largest weight, the first of equals.
fn heaviest<T: Real, const D: usize, const K: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> usize {
    let mut heaviest = 0;
    for k in 1..K {
        if gmm.weights[k] > gmm.weights[heaviest] {
            heaviest = k;
        }
    }
    heaviest
}
