//! Components come and go within the K slots of a model: birth, death, split, merge.
//!
//! A slot of weight 0 is dead: scoring skips it, and it waits to be used again. Every operation takes a model with the
//! statistics that it is being estimated from, and leaves both in step, so that it fits into any loop of
//! [`observe`](SufficientStats::observe), [`maximize`](crate::MStep::maximize) and
//! [`discount`](SufficientStats::discount), whatever the scale of the masses. The total mass stays as it is.
//!
//! For an [`OnlineEm`](crate::OnlineEm) run, a [`LifeCycle`] beside it applies the policies.
//!
//! | operation | policy | what the policy does |
//! |---|---|---|
//! | [`seed`] | [`Birth`] | samples far from all components found a new one |
//! | [`remove`] | [`Pruning`] | components that too few samples support die |
//! | [`split`] | [`Splitting`] | a free or starved slot is re-seeded with half of the heaviest component |
//! | [`reduce::merge`](crate::reduce::merge()) | [`Merging`] | the two components whose merger costs least become one |
//!
//! A tied structure has one covariance for all. Its pooled scatter does not say whose it is: what is removed takes
//! along its expected share, S·W_k/W; what is born adds the share that leaves the covariance as it is; a split takes
//! from the common matrix what lies between the two means, and a merger puts it back.
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

pub use birth::{Birth, Verdict, seed};
pub use cycle::{Changes, LifeCycle, Report};
pub use death::{Pruning, remove};
pub use merging::Merging;
pub use split::{Splitting, split};

use crate::covariance::Covariance;
use crate::model::Gmm;
use crate::real::Real;
use crate::statistics::SufficientStats;

/// The slot that can best be spared: the first dead one, else the one of least mass, if that is at most `limit` of the
/// total. None where no other component has any mass.
fn vacant<T: Real, const D: usize, const K: usize, C: Covariance>(
    stats: &SufficientStats<T, D, K, C>,
    gmm: &Gmm<T, D, K, C>,
    limit: T,
) -> Option<usize> {
    let mass = |k: usize| stats.moments[k].mass();
    let mut slot = gmm.weights.iter().position(|w| *w == T::ZERO);
    if slot.is_none() {
        let mut weakest = 0;
        for k in 1..K {
            if mass(k) < mass(weakest) {
                weakest = k;
            }
        }
        slot = Some(weakest).filter(|k| mass(*k) <= limit * stats.total_weight());
    }
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
