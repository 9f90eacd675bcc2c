//! Values as bytes, for flash, a file or a message.
//!
//! Models, statistics, online runs, averages, alarms, life cycles and detectors have a binary form of fixed length. Nothing is
//! lost: a decoded value has every bit of the encoded value, so its scores and all its further sums are the same.
//! Everything else is refused with a [`PersistError`]: bytes that are truncated, corrupted, of another shape, written by
//! a newer release, or not the numbers of a valid value.
//!
//! [`Slots`] keep a value in flash, through power cuts. With the feature `embedded-storage` they do so over any flash that
//! implements `NorFlash`: `NorSectors` where its calls block, `AsyncSlots` where they are async.
//!
//! # The binary form, version 2
//! All numbers are little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | `GMix` |
//! | 4 | 1 | version of the format: 2 |
//! | 5 | 1 | kind: 1 model, 2 statistics, 3 online run, 4 average, 5 online run with a regularizer, 6 novelty, 7 life cycle, 8 detector |
//! | 6 | 1 | bytes of a scalar: 4 `f32`, 8 `f64` |
//! | 7 | 1 | structure: the shape, 1 full, 2 diagonal, 3 spherical, and 8 with a noise slot, and what components share (below); 0 of kinds 6 and 7 |
//! | 8 | 2 | D, or 0 |
//! | 10 | 2 | K, or 0 |
//! | 12 | 4 | n, bytes of the payload |
//! | 16 | n | the payload |
//! | 16 + n | 4 | CRC-32 (IEEE 802.3) of all bytes before it |
//!
//! Magic, length and checksum have the same place in every version, so that a newer version can be told from corrupted
//! bytes. Version 1 is older than the first release, and is refused.
//!
//! What components share is 0x10 a whole matrix (tied), 0x20 EVI, 0x30 VEI, 0x40 EEV, 0x50 VEE, 0x60 VEV, 0x70 EVV, 0x80
//! VVE, 0x90 EVE.
//!
//! The payload of each kind is listed below. A matrix is the lower triangle by columns, the diagonal, or one number; a
//! tied structure has one matrix.
//!
//! - Model: K weights, K offsets, K means of D numbers, the factors; of a [noise slot](crate::WithNoise) its weight, its
//!   offset and D logarithms of ranges.
//! - Statistics: the count (64 bits), the log-likelihood (two words, high and low), for each component its mass (two
//!   words), mean (D) and the mean's low words (D), then the scatters, and of a noise slot its mass (two words).
//! - Online run: t and the warm-up (64 bits each); the interval, the steps since the last M-step, how many more steps
//!   may update the factors, the inertia, and the cap on inner iterations (32 bits each); a byte for each component;
//!   constant step, exponent, t₀; relative floor, absolute floor, ridge, least share, inner tolerance; D variances that
//!   floors refer to; a model; statistics. Bits 0, 1 and 2 of a component's byte say that weight, mean and covariance
//!   are frozen. The other bits say what the last update did (0 no update, 1 updated, 2 floored, 3 starved, 4 kept, 5
//!   improved, 6 dead). With a [regularizer](crate::fit::Regularizer), kind 5, what it stores follows the inner
//!   tolerance: a code byte and its numbers, one after the other in a pair. `&R` is not stored.
//! - Average: how many statistics were added (64 bits), their mean.
//! - Novelty: the count (64 bits), rate, step, threshold (two words).
//! - Life cycle: a byte whose bits 0 to 4 say whether births are on, have a candidate, and whether removals, mergers and
//!   splits are on; interval, samples since the last search, support, within, outliers, samples that they are counted
//!   over, the candidate's supporters, outliers elsewhere and age (32 bits each); threshold, share and displaced of births,
//!   the candidate's position (D), the share of removals, the loss of mergers, above, separation and starved of splits.
//!   −∞ stands for ∞. What is off has zeros.
//! - Detector: a byte that is 1 while the alarm stands; the axes, samples of a window, which of the last windows were novel
//!   (a bit each, the last in bit 0), samples in the window so far, windows to be passed over, windows of the learning, those to come, m and n of the
//!   votes (32 bits each); the variance of rounding, the three numbers of the adaptation's step; for each axis its crossings
//!   (32 bits), the mean of blocks of 64 samples and the sum of squares about it, the first sample of this block, sum and
//!   sum of squares of differences from it, least, largest and last sample, the last
//!   window's mean; then a novelty, a life cycle and an online run.
//!
//! The length in bytes is [`Persist::ENCODED_LEN`]: 20 and size(T)·(2K + KD + Mm) for a model, 28 and
//! size(T)·(2 + 2K + 2KD + Mm) for statistics, with M matrices (K, or 1 if tied) of m numbers (D(D+1)/2, D or 1). An
//! online run has the payload of both and 36 + K + size(T)·(8 + D) bytes more. A noise slot adds size(T)·(2 + D) to a
//! model and size(T)·2 to statistics. A novelty has 28 and size(T)·4, a life cycle 57 and size(T)·(8 + D); a detector
//! has the payload of both, that of a run, and 57 + 4A + size(T)·(4 + 9A) bytes, A for its axes.
//!
//! # serde
//! With the feature `serde`, the same values implement `Serialize` and `Deserialize`, without allocation. There is no
//! checksum; the checks of the content are the same.
//!
//! **A model in a format that people read,** such as JSON, has its parameters by scikit-learn's names:
//! ```json
//! {
//!   "version": 2,
//!   "covariance_type": "diag",
//!   "weights": [0.25, 0.75],
//!   "means": [[1.5, 80.0], [4.25, 54.0]],
//!   "covariances": [[0.0625, 36.0], [0.25, 25.0]],
//!   "scalar": "f64",
//!   "bits": "3fd0000000000000…"
//! }
//! ```
//! Any program can read it: `import json; print(json.load(open("model.json"))["means"])`. Any hand can write it, too:
//! the four fields from `covariance_type` to `covariances` are enough. They are checked, and factors are computed, as
//! by [`Gmm::new`](crate::Gmm::new).
//!
//! `bits` are the numbers of the binary form, each as 16 hexadecimal digits (`f32`: 8), highest first. They bring the
//! model back bit by bit, whoever prints and parses the decimals. If a decimal differs from them by more than 1e-12 of
//! itself (`f32`: by more than ε = 1.2e-7), or an element of a matrix by as much of √(Σ_ii Σ_jj), the
//! file was edited: reading fails, and the error names the number. Without `scalar` and `bits` the decimals count, in
//! either scalar type. Fields of other names are ignored, so a program may add the names of its columns.
//!
//! | `covariance_type` | type | shape of `covariances` | in scikit-learn |
//! |---|---|---|---|
//! | `full` | [`Full`](crate::Full) | K × D × D | `full` |
//! | `tied` | [`Tied<Full>`](crate::Tied) | D × D | `tied` |
//! | `diag` | [`Diagonal`](crate::Diagonal) | K × D | `diag` |
//! | `spherical` | [`Spherical`](crate::Spherical) | K | `spherical` |
//! | `tied_diag` | [`Tied<Diagonal>`](crate::Tied) | D | – |
//! | `tied_spherical` | [`Tied<Spherical>`](crate::Tied) | one number | – |
//! | `EVI` | [`Evi`](crate::covariance::Evi) | K × D | – |
//! | `VEI` | [`Vei`](crate::covariance::Vei) | K × D | – |
//! | `EEV` | [`Eev`](crate::covariance::Eev) | K × D × D | – |
//! | `VEE` | [`Vee`](crate::covariance::Vee) | K × D × D | – |
//! | `VEV` | [`Vev`](crate::covariance::Vev) | K × D × D | – |
//! | `EVV` | [`Evv`](crate::covariance::Evv) | K × D × D | – |
//! | `VVE` | [`Vve`](crate::covariance::Vve) | K × D × D | – |
//! | `EVE` | [`Eve`](crate::covariance::Eve) | K × D × D | – |
//!
//! A model with a [noise slot](crate::WithNoise) has the `covariance_type` of the structure within, and one field more,
//! `"noise": {"weight": 0.05, "ranges": [4.0, 60.0]}`, whose weight and `weights` sum to 1. A structure without noise
//! refuses the field.
//!
//! These names stay as they are. `weights` has shape K and `means` K × D. A dead component has weight 0, and its mean
//! and covariance as any other.
//!
#![cfg_attr(feature = "serde", doc = "```")]
#![cfg_attr(not(feature = "serde"), doc = "```ignore")]
//! use gaussmix::{Diagonal, Gmm};
//!
//! let text = r#"{
//!     "covariance_type": "diag",
//!     "weights": [0.25, 0.75],
//!     "means": [[1.5, 80], [4.25, 54]],
//!     "covariances": [[0.0625, 36], [0.25, 25]]
//! }"#;
//! let gmm: Gmm<f64, 2, 2, Diagonal> = serde_json::from_str(text)?;
//! assert_eq!(gmm.predict(&[4.0, 60.0])?, 1);
//! let error = serde_json::from_str::<Gmm<f64, 3, 2, Diagonal>>(text).unwrap_err();
//! assert!(error.to_string().starts_with("holds 2 features, 2 components; expected 3"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Everything else** is a struct of header and numbers: models in formats that are not for people, such as postcard,
//! and statistics, runs, averages, alarms, life cycles and detectors in all. Text formats write kind, scalar and structure by name,
//! and an infinite offset as a string.

mod crc;
mod detector;
mod error;
mod format;
mod model;
#[cfg(feature = "embedded-storage")]
mod nor_flash;
mod online;
mod policies;
mod prior;
mod ratio;
#[cfg(feature = "serde")]
mod serde;
mod slots;
mod statistics;
mod value;

pub use error::PersistError;
#[cfg(feature = "embedded-storage")]
pub use nor_flash::{AsyncSlots, NorSectors};
pub use slots::{Sectors, Slots, SlotsError};

use value::Value;

/// A value that can be stored as bytes of a fixed length: [`Gmm`](crate::Gmm),
/// [`SufficientStats`](crate::SufficientStats), [`OnlineEm`](crate::OnlineEm), [`Average`](crate::stream::Average), and what
/// stands beside a run: [`Novelty`](crate::novelty::Novelty), which would have to learn its threshold again after a reset,
/// and [`LifeCycle`](crate::lifecycle::LifeCycle), and a [`Detector`](crate::detector::Detector), which holds all three.
/// A run that borrows its prior is none of them, since who reads it would have no prior:
/// ```compile_fail,E0277
/// # use gaussmix::{Full, OnlineEm, fit::Prior, persist::Persist};
/// let length = <OnlineEm<f64, 1, 1, Full, &Prior<f64, 1, 1>> as Persist>::ENCODED_LEN;
/// ```
///
/// ```
/// use gaussmix::persist::Persist;
/// use gaussmix::Gmm;
///
/// type Model = Gmm<f32, 2, 3>;
/// let gmm = Model::unfitted();
/// let mut buffer = [0; Model::ENCODED_LEN];
/// gmm.encode(&mut buffer)?;
/// assert_eq!(Model::decode(&buffer)?, gmm);
///
/// buffer[40] ^= 4;
/// assert_eq!(Model::decode(&buffer), Err(gaussmix::persist::PersistError::Corrupted));
/// # Ok::<(), gaussmix::persist::PersistError>(())
/// ```
#[doc(alias("save", "load", "pickle", "joblib"))]
pub trait Persist: Value {
    /// Bytes of the binary form.
    const ENCODED_LEN: usize = {
        let payload = Self::LAYOUT.payload();
        // In 64 bits: where an address has 16, the limit would not be what it says.
        assert!(payload as u64 <= i32::MAX as u64, "too large to be stored");
        format::HEADER + payload + format::CHECKSUM
    };

    /// Writes the binary form at the beginning of `buffer` and returns the bytes written. This does not check the
    /// value; decoding does.
    ///
    /// # Errors
    /// [`PersistError::TooSmall`] if the buffer is shorter than [`ENCODED_LEN`](Self::ENCODED_LEN).
    fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], PersistError> {
        format::write(self, buffer)
    }

    /// Reads the binary form, of any released version, from the beginning of `bytes`. Bytes after it, as in a sector of
    /// flash, are ignored.
    ///
    /// # Errors
    /// Any [`PersistError`] but `TooSmall`.
    fn decode(bytes: &[u8]) -> Result<Self, PersistError> {
        let mut value = Self::blank();
        value.decode_from(bytes)?;
        Ok(value)
    }

    /// Decodes in place, as [`decode`](Self::decode) does but without a second value on the stack: into a `static`,
    /// say.
    ///
    /// ```
    /// use gaussmix::persist::Persist;
    /// use gaussmix::{Gmm, SufficientStats};
    ///
    /// let gmm: Gmm<f64, 1, 2> = Gmm::new([0.5, 0.5], [[-1.0], [1.0]], [[[1.0]].into(); 2])?;
    /// let mut sent: SufficientStats<f64, 1, 2> = SufficientStats::new();
    /// sent.observe_all(&gmm, [[-1.5], [0.5], [2.5]])?;
    /// let mut message = [0; SufficientStats::<f64, 1, 2>::ENCODED_LEN];
    ///
    /// let mut received = SufficientStats::new();
    /// received.decode_from(sent.encode(&mut message)?)?;
    /// assert_eq!(received, sent);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`decode`](Self::decode). The value is then as before, with one exception: bytes whose checksum is right but
    /// whose numbers are invalid ([`PersistError::Invalid`]) leave it blank: a model or run is then unfitted,
    /// statistics are empty, an alarm has the rate 0.001 and no threshold, a life cycle no policy,
    /// a detector knows nothing. `encode` writes such
    /// bytes only for an invalid value. To avoid this, decode into a second value.
    fn decode_from(&mut self, bytes: &[u8]) -> Result<(), PersistError> {
        let mut numbers = format::open::<Self>(bytes)?;
        let outcome = self.take(&mut numbers).and_then(|()| self.check().map_err(PersistError::Invalid));
        if outcome.is_err() {
            self.clear();
        }
        outcome
    }

    /// A hash of the type and bits of a value (FNV-1a, 64 bits, over header and numbers). Equal values share it, and
    /// different values hardly ever do. It compares a device with a host by one line of a log.
    fn digest(&self) -> u64 {
        format::Fnv::of(self)
    }
}
