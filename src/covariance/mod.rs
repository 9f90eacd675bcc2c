//! Covariance structures as types: what one matrix looks like ([`Shape`]), whether components share it ([`Tied`]), and
//! how they are estimated ([`Covariance`]).
//!
//! Both traits are sealed, and most of their methods are internal. Users only name the types.
//!
//! | type | covariances | parameters | scikit-learn | mclust |
//! |---|---|---|---|---|
//! | [`Full`] | one matrix each | K·D(D+1)/2 | `full` | VVV |
//! | [`Tied<Full>`](crate::Tied) | one matrix for all | D(D+1)/2 | `tied` | EEE |
//! | [`Diagonal`] | variances each | K·D | `diag` | VVI |
//! | [`Tied<Diagonal>`](crate::Tied) | variances for all | D | – | EEI |
//! | [`Spherical`] | one variance each | K | `spherical` | VII |
//! | [`Tied<Spherical>`](crate::Tied) | one variance for all | 1 | – | EII |
//! | [`Evi`] | along the axes, one volume | 1 + K(D−1) | – | EVI |
//! | [`Vei`] | along the axes, one shape | K + D − 1 | – | VEI |
//! | [`Eev`] | one volume and shape, each turned its own way | D + K·D(D−1)/2 | – | EEV |
//! | [`Vev`] | one shape, each turned its own way | K + D − 1 + K·D(D−1)/2 | – | VEV |
//! | [`Vee`] | one shape and orientation | K + D(D+1)/2 − 1 | – | VEE |
//! | [`Vve`] | one orientation | K·D + D(D−1)/2 | – | VVE |
//! | [`Eve`] | one volume and orientation | 1 + K(D−1) + D(D−1)/2 | – | EVE |
//! | [`Evv`] | one volume | 1 + K(D(D+1)/2 − 1) | – | EVV |
//! | [`WithNoise<C>`](crate::WithNoise) | those of C, beside one component of constant density | 1 more | – | `initialization$noise` |
//!
//! Their names in JSON are listed in [`persist`](crate::persist#serde).

mod cholesky;
mod conditional;
mod coupled;
pub(crate) mod diagonal;
mod eev;
mod eigen;
mod eve;
mod evi;
mod evv;
mod factor;
pub(crate) mod full;
mod noise;
mod orientation;
mod shape;
pub(crate) mod spherical;
mod storage;
pub(crate) mod structure;
pub(crate) mod tied;
mod truncation;
pub(crate) mod update;
mod vee;
mod vei;
mod vev;
mod vve;
pub(crate) mod with_noise;

pub(crate) use conditional::Order;
pub use diagonal::Diagonal;
pub use eev::Eev;
pub use eve::Eve;
pub use evi::Evi;
pub use evv::Evv;
pub use factor::Factor;
pub use full::Full;
pub use noise::Noise;
pub(crate) use noise::rest_of;
pub use shape::Shape;
pub(crate) use shape::places;
pub use spherical::Spherical;
pub use spherical::Variance;
pub(crate) use storage::Constant;
use structure::is_definite;
pub(crate) use structure::{Covariance, FactorOf, MatrixOf, factorise_all};
pub use tied::Tied;
pub(crate) use truncation::Truncation;
pub use truncation::Uncoupled;
use update::replace_if_definite;
pub(crate) use update::{CovarianceUpdate, Floors, Inner, Outcome};
pub use vee::Vee;
pub use vei::Vei;
pub use vev::Vev;
pub use vve::Vve;
pub use with_noise::WithNoise;
pub(crate) use with_noise::{Extra, ExtraMass, MassOf};

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Full {}
    impl Sealed for super::Diagonal {}
    impl Sealed for super::Spherical {}
    impl<S> Sealed for super::Tied<S> {}
    impl<C> Sealed for super::WithNoise<C> {}
    impl Sealed for super::Evi {}
    impl Sealed for super::Vei {}
    impl Sealed for super::Eev {}
    impl Sealed for super::Evv {}
    impl Sealed for super::Vee {}
    impl Sealed for super::Vev {}
    impl Sealed for super::Vve {}
    impl Sealed for super::Eve {}
}
