//! How far apart two Gaussians or two mixtures are.
//!
//! A Gaussian is a mixture of one component: a `Gmm<T, D, 1, C>` of any structure.
//! [`Gmm::gaussian`](crate::Gmm::gaussian) takes one component out of a mixture;
//! [`Gmm::collapse`](crate::Gmm::collapse) makes one of all. With a [noise slot](crate::WithNoise) it is none, and only
//! `monte_carlo_kl` compiles, whose draws of the noise are those of [`sample`](crate::Gmm::sample).
//!
//! ```compile_fail,E0080
//! # use gaussmix::{Full, Gmm, WithNoise};
//! let gmm: Gmm<f64, 1, 1, WithNoise<Full>> = Gmm::unfitted();
//! gmm.hellinger(&gmm);
//! ```
//!
//! | call | what it is | range | symmetric | triangle inequality | unit |
//! |---|---|---|---|---|---|
//! | [`kl_divergence`](crate::Gmm::kl_divergence) | KL(p‖q) = ∫ p ln(p/q) | 0 to ∞ | no | no | nats |
//! | [`symmetric_kl`](crate::Gmm::symmetric_kl) | KL(p‖q) + KL(q‖p) | 0 to ∞ | yes | no | nats |
//! | [`bhattacharyya`](crate::Gmm::bhattacharyya) | −ln ∫ √(p q) | 0 to ∞ | yes | no | nats |
//! | [`hellinger`](crate::Gmm::hellinger) | √(1 − ∫ √(p q)) | 0 to 1 | yes | yes | – |
//! | [`wasserstein`](crate::Gmm::wasserstein) | root of the least mean squared distance that carries p into q | 0 to ∞ | yes | yes | that of the data |
//! | [`monte_carlo_kl`](crate::Gmm::monte_carlo_kl) | KL(p‖q) of mixtures, from draws, with its standard error | – | no | no | nats |
//!
//! Each is 0 exactly where p = q. All but `wasserstein` are the same in other units of the features, and after any
//! other invertible affine map of the data.
//!
//! # Precision
//! None of these is a difference of large numbers. A divergence is a sum of terms that are not negative, and each term
//! keeps its digits where the Gaussians hardly differ. Let κ be the larger condition number of the two factors (the
//! root of the covariance's). A divergence v has an error of about ε κ (√v + v), and `wasserstein` of ε (σ +
//! distance), with σ² the larger trace. The tests hold 16 hard pairs, nine of them in `f32` too, to twice that: nearly
//! equal, nearly singular, far apart, at an offset of 10⁴. What leaves the range of `T` is ∞.
//!
//! ```
//! use gaussmix::Gmm;
//!
//! let at = |mean| Gmm::<f64, 1, 1>::from_arrays([1.0], [[mean]], [[[1.0]]]);
//! let v = at(1e-10)?.kl_divergence(&at(0.0)?);
//! assert!((v / 5e-21 - 1.0).abs() < 1e-15);
//! # Ok::<(), gaussmix::Error>(())
//! ```

mod gaussian;
mod monte_carlo;
mod transport;

pub use monte_carlo::Estimate;
