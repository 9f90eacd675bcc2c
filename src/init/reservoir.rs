//! A fair sample of a stream, in fixed memory.

use crate::error::Error;
use crate::observation::{Observation, check_range, checked_weight, filled, mask};
use crate::real::Real;
use heapless::Vec;
use rand_core::Rng;

/// Holds up to `N` samples of a stream of any length. Every sample of the stream is equally likely to be among them
/// (algorithm R of Waterman, in Vitter 1985, doi:10.1145/3147.3165).
///
/// A start has to read its data more than once, but a stream passes once. Let the first samples of the stream fill a
/// reservoir, [start](crate::init) a model from it, and go on with [`OnlineEm`](crate::OnlineEm).
///
/// ```
/// use gaussmix::init::Reservoir;
/// use gaussmix::stream::StepSize;
/// use gaussmix::{Diagonal, Em, Gmm, OnlineEm, init};
/// use rand_pcg::Pcg32;
///
/// let mut rng = Pcg32::new(1, 1);
/// let mut reservoir: Reservoir<f32, 1, 64> = Reservoir::new();
/// let centre = |t| if t % 3 == 0 { 9.0 } else { 0.0 };
/// let stream = (0..1000).map(|t| [centre(t) + (t % 7) as f32 / 7.0]);
/// for x in stream {
///     reservoir.observe(x, &mut rng)?;
/// }
/// let mut gmm: Gmm<f32, 1, 2, Diagonal> = Gmm::unfitted();
/// init::k_means_plus_plus(&mut gmm, reservoir.samples(), &mut rng)?;
/// Em::default().fit(&mut gmm, reservoir.samples())?;
/// let online = OnlineEm::new(gmm, StepSize::constant(0.005)?)?;
/// assert!(online.model().means().iter().any(|m| (m[0] - 9.4).abs() < 0.3));
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Reservoir<T: Real, const D: usize, const N: usize> {
    samples: Vec<[T; D], N>,
    count: u64,
}

impl<T: Real, const D: usize, const N: usize> Reservoir<T, D, N> {
    /// An empty reservoir.
    #[must_use]
    pub const fn new() -> Self {
        const { assert!(D > 0 && N > 0, "a reservoir holds at least one sample of one feature") };
        Self { samples: Vec::new(), count: 0 }
    }

    /// Takes the next sample of the stream. Once the reservoir is full, this takes one number of the generator and a
    /// bounded time. A sample of weight 0 is ignored; other weights make no difference.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`]; the reservoir, and the
    /// generator, are then as before.
    pub fn observe<R: Rng + ?Sized>(
        &mut self,
        sample: impl Observation<T, D>,
        rng: &mut R,
    ) -> Result<(), Error> {
        let weight = checked_weight(&sample)?;
        let mut x = *sample.features();
        if let Some(observed) = mask(&sample) {
            check_range(&filled(&x, &observed, &[T::ZERO; D]), T::ONE)?;
            x = filled(&x, &observed, &[T::narrow(f64::NAN); D]);
        } else {
            check_range(&x, T::ONE)?;
        }
        if weight == T::ZERO {
            return Ok(());
        }
        self.count = self.count.saturating_add(1);
        if self.samples.push(x).is_err() {
            // Uniform below `count`, by the high word of a product. Its error is less than `count`/2⁶⁴.
            let index = (u128::from(rng.next_u64()) * u128::from(self.count)) >> 64;
            if let Some(sample) = usize::try_from(index).ok().and_then(|i| self.samples.get_mut(i)) {
                *sample = x;
            }
        }
        Ok(())
    }

    /// The samples that it holds, as data for any start and fit. Features that were missing are NaN: read such samples by
    /// [`NanIsMissing`](crate::NanIsMissing).
    #[must_use]
    pub fn samples(&self) -> &[[T; D]] {
        &self.samples
    }

    /// How many samples it has seen.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Empties it.
    pub fn reset(&mut self) {
        self.samples.clear();
        self.count = 0;
    }
}

impl<T: Real, const D: usize, const N: usize> Default for Reservoir<T, D, N> {
    fn default() -> Self {
        Self::new()
    }
}
