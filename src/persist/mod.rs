//! Values as bytes, for flash, a file or a line.
//!
//! Models, statistics, online runs and averages have a binary form of fixed length. Nothing is lost: what is decoded has every bit that the
//! encoded value had, the scores and all sums to come are the same. And nothing else gets in: what is truncated,
//! corrupted, of another shape, written by a newer release or not the numbers of a valid value is refused by a
//! [`PersistError`].
//!
//! # The binary form, version 2
//! All numbers little-endian.
//!
//! | offset | bytes | what |
//! |---|---|---|
//! | 0 | 4 | `GMix` |
//! | 4 | 1 | version of the format: 2 |
//! | 5 | 1 | kind: 1 model, 2 statistics, 3 online run, 4 average |
//! | 6 | 1 | bytes of a scalar: 4 `f32`, 8 `f64` |
//! | 7 | 1 | structure: the shape, 1 full, 2 diagonal, 3 spherical, and 0x10 more if tied, 0x20 EVI, 0x30 VEI, 0x40 EEV |
//! | 8 | 2 | D |
//! | 10 | 2 | K |
//! | 12 | 4 | n, bytes of the payload |
//! | 16 | n | the payload |
//! | 16 + n | 4 | CRC-32 (IEEE 802.3) of all bytes before it |
//!
//! Magic, length and checksum are where they are in every version, so that a newer version and a broken one can be told
//! apart. Version 1, of before the first release, is refused.
//!
//! The payload of each kind, where a matrix is the lower triangle by columns, the diagonal, or one number, and a tied
//! structure has one of them:
//!
//! - Model: K weights, K offsets, K means of D numbers, the factors.
//! - Statistics: the count (64 bits), the log-likelihood (two words, high and low), for each component its mass (two
//!   words), mean (D) and the mean's low words (D), then the scatters.
//! - Online run: t and the warm-up (64 bits each); the interval, the steps since the last M-step, how many more may
//!   update factors, the inertia, and the cap on inner iterations (32 bits each); for each component a byte, whose bits 0, 1 and 2 say that weight,
//!   mean and covariance are frozen, the others what the last update did (0 nothing, 1 updated, 2 floored, 3 starved, 4
//!   kept, 5 improved); constant step, exponent, t₀; relative floor, absolute floor, ridge, least share, inner tolerance; D
//!   lowest floors; a model; statistics.
//! - Average: how many (64 bits), statistics.
//!
//! The length in bytes is [`Persist::ENCODED_LEN`]: 20 and size(T)·(2K + KD + Mm) for a model, 28 and
//! size(T)·(2 + 2K + 2KD + Mm) for statistics, with M matrices (K, or 1 if tied) of m numbers (D(D+1)/2, D or 1). An
//! online run has the payload of both and 36 + K + size(T)·(8 + D) bytes more.
//!
//! # serde
//! With the feature `serde`, the same values implement `Serialize` and `Deserialize`: header and numbers, in a
//! struct. What is not binary names kind and structure and writes an infinite offset as a string. There is no checksum, the
//! checks of content are the same.

mod crc;
mod error;
mod format;
mod model;
mod online;
#[cfg(feature = "serde")]
mod serde;
mod slots;
mod statistics;
mod value;

pub use error::PersistError;
pub use slots::{Sectors, Slots, SlotsError};

use value::Value;

/// A value that can be stored as bytes of a fixed length: [`Gmm`](crate::Gmm),
/// [`SufficientStats`](crate::SufficientStats), [`OnlineEm`](crate::OnlineEm) and [`Average`](crate::stream::Average).
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
pub trait Persist: Value {
    /// Bytes of the binary form.
    const ENCODED_LEN: usize = {
        let payload = Self::LAYOUT.payload();
        assert!(payload <= i32::MAX as usize, "too large to be stored");
        format::HEADER + payload + format::CHECKSUM
    };

    /// Writes the binary form at the beginning of `buffer` and returns what it wrote. A value is not checked here but
    /// where it is decoded.
    ///
    /// # Errors
    /// [`PersistError::TooSmall`] if the buffer is shorter than [`ENCODED_LEN`](Self::ENCODED_LEN).
    fn encode<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], PersistError> {
        format::write(self, buffer)
    }

    /// Reads the binary form, of any version so far, from the beginning of `bytes`. What follows it, as in a sector of
    /// flash, is not looked at.
    ///
    /// # Errors
    /// Any [`PersistError`] but `TooSmall`.
    fn decode(bytes: &[u8]) -> Result<Self, PersistError> {
        let mut value = Self::blank();
        value.decode_from(bytes)?;
        Ok(value)
    }

    /// [`decode`](Self::decode) in place, without a second value on the stack: into a `static`, say.
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
    /// As [`decode`](Self::decode). The value is then as before, with one exception: bytes whose checksum is right
    /// but whose numbers are invalid ([`PersistError::Invalid`]; `encode` writes such only for an invalid value) leave it
    /// blank: a model or run unfitted, statistics empty. Who cannot bear that decodes into a
    /// second value.
    fn decode_from(&mut self, bytes: &[u8]) -> Result<(), PersistError> {
        let mut numbers = format::open::<Self>(bytes)?;
        let outcome = self.take(&mut numbers).and_then(|()| self.check().map_err(PersistError::Invalid));
        if outcome.is_err() {
            self.clear();
        }
        outcome
    }

    /// A number that two values share if type and bits are the same, and hardly otherwise (FNV-1a, 64 bits, over header
    /// and numbers): for comparing a device with a host by one line of a log.
    fn digest(&self) -> u64 {
        format::Fnv::of(self)
    }
}
