//! The model in integers, and its scores.

use super::FixedError;
use super::format::{
    DEAD, LARGEST_DEVIATION, LARGEST_OFFSET, MOST_COMPONENTS, MOST_FEATURES, dropped, log_add,
};
use super::quantise::row_fits;

/// A mixture of `K` Gaussians over `D` features in integers: it scores raw `i16` readings with 32-bit arithmetic only,
/// for processors without an FPU. `W` is how many factors a row has: `D` of full covariances (the default), 1 of diagonal
/// and spherical ones. There are at most 32 features.
///
/// [The module](super) says how exact it is, and what its formats are. It has no panic and no overflow for any reading:
/// no model exists for which a sum could leave 32 bits.
///
/// ```
/// use gaussmix::fixed::{FixedGmm, from_nats, to_nats};
/// use gaussmix::{Diagonal, Gmm};
///
/// // Fitted to volts. A reading r of the converter stands for 1.5 + 0.001 r volts.
/// let gmm: Gmm<f64, 1, 2, Diagonal> =
///     Gmm::from_arrays([0.25, 0.75], [[1.0], [2.0]], [[0.01], [0.04]])?;
/// let fixed: FixedGmm<1, 2> = FixedGmm::from_model(&gmm, &[0.001], &[1.5])?;
///
/// let score = fixed.log_density(&[480]);
/// assert!((to_nats(score) - gmm.log_density(&[1.98])?).abs() < 0.002);
/// assert_eq!(fixed.predict(&[480]), 1);
/// assert!(fixed.log_density(&[-3000]) < from_nats(-20.0), "an alarm");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// It has no noise slot, so a model with one does not compile:
/// ```compile_fail
/// # use gaussmix::{Full, Gmm, WithNoise, fixed::FixedGmm};
/// let gmm: Gmm<f64, 1, 1, WithNoise<Full>> = Gmm::unfitted();
/// let fixed: FixedGmm<1, 1> = FixedGmm::from_model(&gmm, &[1.0], &[0.0]).unwrap();
/// ```
#[doc(alias("fixed point", "fixed-point", "quantised", "quantized", "int16", "integer"))]
#[derive(Clone, Debug, PartialEq)]
pub struct FixedGmm<const D: usize, const K: usize, const W: usize = D> {
    pub(super) components: [FixedComponent<D, W>; K],
}

/// The numbers of one component. [The module](super) says what they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FixedComponent<const D: usize, const W: usize = D> {
    /// ln π − ½ ln |Σ| − (D/2) ln 2π
    pub offset: i32,
    /// c̃_i
    pub constants: [i32; D],
    /// Ã_ij by rows; only those with j ≤ i count.
    pub factors: [[i16; W]; D],
    /// s_i
    pub shifts: [u8; D],
}

impl<const D: usize, const W: usize> FixedComponent<D, W> {
    /// A free slot.
    pub const DEAD: Self = Self { offset: DEAD, constants: [0; D], factors: [[0; W]; D], shifts: [0; D] };

    /// offset − ½ |z|², or more where a deviation clamps.
    #[inline(always)]
    fn score(&self, x: &[i32; D]) -> i32 {
        // Squares have 20 binary places less those dropped, the score 16; one more is the half.
        let places = 5 - dropped(D);
        let mut sum = 1 << (places - 1);
        for i in 0..D {
            let row = self.factors[i].iter().zip(x.iter().skip(if W == D { 0 } else { i })).take(i + 1);
            let product = row.fold(self.constants[i], |sum, (factor, x)| sum + i32::from(*factor) * x);
            let deviation = product >> (self.shifts[i] & 31);
            let clamped = deviation.unsigned_abs().min(LARGEST_DEVIATION);
            sum += (clamped * clamped) >> dropped(D);
        }
        self.offset - (sum >> places) as i32
    }
}

impl<const D: usize, const K: usize, const W: usize> FixedGmm<D, K, W> {
    /// A model from its numbers, for a `static` in flash. `gaussmix-export --fixed` writes it.
    ///
    /// # Errors
    /// [`FixedError::OutOfRange`] if a reading could take a sum out of 32 bits, if a dead component has other rows than
    /// [`FixedComponent::DEAD`], or if all are dead. Let that panic in a `static`: then wrong numbers do not compile.
    pub const fn from_parts(components: [FixedComponent<D, W>; K]) -> Result<Self, FixedError> {
        const { assert!(D > 0 && K > 0, "a mixture has at least one feature and one component") };
        const { assert!(W == D || W == 1, "a row has D factors or one") };
        const { assert!(D <= MOST_FEATURES && K <= MOST_COMPONENTS, "sums would leave 32 bits") };
        let (mut component, mut lives) = (0, false);
        while component < K {
            let FixedComponent { offset, constants, factors, shifts } = &components[component];
            let is_dead = *offset == DEAD;
            let mut fits = is_dead || offset.unsigned_abs() <= LARGEST_OFFSET as u32;
            let mut i = 0;
            while i < D {
                fits &= row_fits(&factors[i], constants[i], shifts[i]);
                // Below its offset there is no room for a distance.
                fits &= !is_dead || is_blank(&factors[i]) && constants[i] == 0;
                i += 1;
            }
            if !fits {
                return Err(FixedError::OutOfRange { component });
            }
            lives |= *offset != DEAD;
            component += 1;
        }
        if lives { Ok(Self { components }) } else { Err(FixedError::OutOfRange { component: 0 }) }
    }

    /// The numbers of all components.
    #[must_use]
    pub const fn components(&self) -> &[FixedComponent<D, W>; K] {
        &self.components
    }

    /// ln p(x) in nats with 16 binary places ([`to_nats`](super::to_nats)), in the units of the model that it was made
    /// from. A deviation of more than 32 standard deviations counts as 32: so far out the score stays far below any
    /// threshold. It never wraps.
    #[must_use]
    pub fn log_density(&self, x: &[i16; D]) -> i32 {
        let x = x.map(i32::from);
        let mut scores = self.components.iter().map(|component| component.score(&x));
        let first = scores.next().unwrap_or(DEAD);
        scores.fold(first, log_add)
    }

    /// The component of the largest score, the first of equals, never a dead one.
    #[must_use]
    pub fn predict(&self, x: &[i16; D]) -> usize {
        let x = x.map(i32::from);
        let scores = self.components.iter().map(|component| component.score(&x)).enumerate();
        scores.fold((0, i32::MIN), |best, (k, score)| if score > best.1 { (k, score) } else { best }).0
    }
}

const fn is_blank(row: &[i16]) -> bool {
    let mut j = 0;
    while j < row.len() {
        if row[j] != 0 {
            return false;
        }
        j += 1;
    }
    true
}
