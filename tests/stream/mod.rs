//! Models that follow a stream.

mod birth;
mod chi_squared;
mod endurance;
mod fleet;
mod hostile;
mod lifecycle;
mod lifecycle_edges;
mod novelty;
mod online;
mod oracle;
mod p_squared;
mod persist;
mod slots;
mod starts;
mod step;
#[allow(dead_code)] // shared with the laws
#[path = "../laws/structure.rs"]
mod structure;
mod tracking;

use rand_pcg::Pcg64;
use rand_pcg::rand_core::Rng;

/// Uniform and standard normal numbers, in `f64`.
#[derive(Clone, Debug)]
pub(crate) struct Noise(Pcg64);

impl Noise {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Pcg64::new(u128::from(seed), 0x0a02_bdbf_7bb3_c0a7_ac28_fa16_a64a_bf96))
    }

    /// Uniform on (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// By the polar transformation.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (core::f64::consts::TAU * self.uniform()).cos()
    }
}

/// Makes a module of tests of a generic function `law<C: Structure>()`, one per structure, under the law's name.
macro_rules! for_every_structure {
    ($($law:ident),* $(,)?) => {$(
        mod $law {
            use gaussmix::{Diagonal, Full, Spherical, Tied};
            #[test]
            fn full() {
                super::$law::<Full>();
            }
            #[test]
            fn diagonal() {
                super::$law::<Diagonal>();
            }
            #[test]
            fn spherical() {
                super::$law::<Spherical>();
            }
            #[test]
            fn tied_full() {
                super::$law::<Tied<Full>>();
            }
            #[test]
            fn tied_diagonal() {
                super::$law::<Tied<Diagonal>>();
            }
            #[test]
            fn tied_spherical() {
                super::$law::<Tied<Spherical>>();
            }
        }
    )*};
}
pub(crate) use for_every_structure;
