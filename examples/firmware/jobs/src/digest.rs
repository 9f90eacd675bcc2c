//! One number for all bits of a model.

use crate::data::{FAITHFUL_F32, FAITHFUL_F64};
use gaussmix::covariance::{Eev, Eve, Evi, Factor, Variance, Vee, Vei, Vve};
use gaussmix::nalgebra::SMatrix;
use gaussmix::{Covariance, Diagonal, Em, Error, Full, Gmm, Observation, Real, Spherical, Tied, init};

/// FNV-1a, 64 bits (Fowler, Noll & Vo).
#[derive(Clone, Copy, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    /// The value so far.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }

    /// Takes in one number.
    pub fn add(&mut self, x: impl Real) {
        // An f32 widens without loss.
        for byte in x.widen().to_bits().to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }

    /// Takes in every parameter of a model.
    pub fn add_model<T: Real, const D: usize, const K: usize, C: Covariance>(&mut self, gmm: &Gmm<T, D, K, C>)
    where
        C::Factors<T, D, K>: Numbers<T>,
    {
        gmm.weights().iter().chain(gmm.offsets()).for_each(|x| self.add(*x));
        gmm.means().iter().flatten().for_each(|x| self.add(*x));
        gmm.factors().each(&mut |x| self.add(x));
    }
}

/// The digest of one model.
#[must_use]
pub fn of<T: Real, const D: usize, const K: usize, C: Covariance>(gmm: &Gmm<T, D, K, C>) -> u64
where
    C::Factors<T, D, K>: Numbers<T>,
{
    let mut digest = Digest::default();
    digest.add_model(gmm);
    digest.value()
}

/// Something that holds numbers: the matrix of any covariance structure, or an array of them.
pub trait Numbers<T> {
    /// Calls `f` with each.
    fn each(&self, f: &mut impl FnMut(T));
}

impl<T: Real, const R: usize, const C: usize> Numbers<T> for SMatrix<T, R, C> {
    fn each(&self, f: &mut impl FnMut(T)) {
        self.data.0.iter().flatten().for_each(|x| f(*x));
    }
}

impl<T, M: Numbers<T>> Numbers<T> for Factor<M> {
    fn each(&self, f: &mut impl FnMut(T)) {
        self.0.each(f);
    }
}

impl<T: Real> Numbers<T> for Variance<T> {
    fn each(&self, f: &mut impl FnMut(T)) {
        f(self.0);
    }
}

impl<T, M: Numbers<T>, const N: usize> Numbers<T> for [M; N] {
    fn each(&self, f: &mut impl FnMut(T)) {
        self.iter().for_each(|m| m.each(f));
    }
}

/// Fits three components to Old Faithful with each of the six structures that estimate a matrix by itself, in `f32` and
/// in `f64`: the digest of all twelve models.
///
/// # Errors
/// None, unless a fit is broken.
pub fn all_structures() -> Result<u64, Error> {
    let mut digest = Digest::default();
    scalar::<f32>(&mut digest, &FAITHFUL_F32)?;
    scalar::<f64>(&mut digest, &FAITHFUL_F64)?;
    Ok(digest.value())
}

fn scalar<T: Real>(digest: &mut Digest, data: &[[T; 2]]) -> Result<(), Error> {
    structure::<T, Full>(digest, data)?;
    structure::<T, Diagonal>(digest, data)?;
    structure::<T, Spherical>(digest, data)?;
    structure::<T, Tied<Full>>(digest, data)?;
    structure::<T, Tied<Diagonal>>(digest, data)?;
    structure::<T, Tied<Spherical>>(digest, data)
}

/// The same with EVI, VEI and EEV, whose components share something in part: the digest of all six models.
///
/// # Errors
/// None, unless a fit is broken.
pub fn coupled_structures() -> Result<u64, Error> {
    let mut digest = Digest::default();
    coupled::<f32>(&mut digest, &FAITHFUL_F32)?;
    coupled::<f64>(&mut digest, &FAITHFUL_F64)?;
    Ok(digest.value())
}

fn coupled<T: Real>(digest: &mut Digest, data: &[[T; 2]]) -> Result<(), Error> {
    structure::<T, Evi>(digest, data)?;
    structure::<T, Vei>(digest, data)?;
    structure::<T, Eev>(digest, data)
}

/// The same with VEE, VVE and EVE, whose M-steps iterate over full matrices: the digest of all six models.
///
/// # Errors
/// None, unless a fit is broken.
pub fn iterated_structures() -> Result<u64, Error> {
    let mut digest = Digest::default();
    iterated::<f32>(&mut digest, &FAITHFUL_F32)?;
    iterated::<f64>(&mut digest, &FAITHFUL_F64)?;
    Ok(digest.value())
}

fn iterated<T: Real>(digest: &mut Digest, data: &[[T; 2]]) -> Result<(), Error> {
    structure::<T, Vee>(digest, data)?;
    structure::<T, Vve>(digest, data)?;
    structure::<T, Eve>(digest, data)
}

fn structure<T: Real, C: Covariance>(digest: &mut Digest, data: &[[T; 2]]) -> Result<(), Error>
where
    C::Factors<T, 2, 3>: Numbers<T>,
    [T; 2]: Observation<T, 2>,
{
    let mut gmm: Gmm<T, 2, 3, C> = Gmm::unfitted();
    init::farthest_first(&mut gmm, data)?;
    Em::default().with_max_iterations(20).fit(&mut gmm, data)?;
    digest.add_model(&gmm);
    Ok(())
}
