//! One component as plain numbers. What has to be computed of it, the library computes on a mixture of one: that
//! takes code for 8 numbers of features and 3 shapes, not for 8 numbers of components as well.

use gaussmix::covariance::Shape;
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Diagonal, Error, Full, Gmm, Real, Spherical};

use super::model::Scalar;
use super::structure::{self, Structure};

/// The numbers of a component in the type that is written; `f32` numbers are widened, which is exact.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Component {
    pub(crate) mean: Vec<f64>,
    /// Of L with reciprocal diagonal D columns of D numbers; of 1/σ one column of D, or one number.
    pub(crate) factor: Vec<f64>,
    /// − ½ ln |Σ| − (D/2) ln 2π
    pub(crate) offset: f64,
}

/// z = (x − mean) / scale
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scaling {
    pub(crate) mean: Vec<f64>,
    pub(crate) scale: Vec<f64>,
}

/// A component as it was estimated: on samples that went through `scalings` in this order.
pub(crate) struct Estimate<'a> {
    pub(crate) mean: &'a [f64],
    /// Σ by rows, its diagonal, or one variance.
    pub(crate) covariance: &'a [f64],
    pub(crate) scalings: &'a [Scaling],
}

impl Estimate<'_> {
    /// The component of the raw samples, over 1 to 8 features.
    pub(crate) fn finish(&self, structure: Structure, scalar: Scalar) -> Result<Component, Error> {
        match self.mean.len() {
            1 => self.shape::<1>(structure, scalar),
            2 => self.shape::<2>(structure, scalar),
            3 => self.shape::<3>(structure, scalar),
            4 => self.shape::<4>(structure, scalar),
            5 => self.shape::<5>(structure, scalar),
            6 => self.shape::<6>(structure, scalar),
            7 => self.shape::<7>(structure, scalar),
            8 => self.shape::<8>(structure, scalar),
            _ => Err(Error::InvalidParameter { name: "features", expected: "1 to 8" }),
        }
    }

    fn shape<const D: usize>(&self, structure: Structure, scalar: Scalar) -> Result<Component, Error> {
        match structure.shape() {
            structure::Shape::Full => self.raw::<D, Full>(scalar),
            structure::Shape::Diagonal => self.raw::<D, Diagonal>(scalar),
            structure::Shape::Spherical => self.raw::<D, Spherical>(scalar),
        }
    }

    fn raw<const D: usize, S: Shape>(&self, scalar: Scalar) -> Result<Component, Error> {
        let covariance = S::from_matrix(&dense(self.covariance));
        let mut gmm: Gmm<f64, D, 1, S> = Gmm::new([1.0], [vector(self.mean)], [covariance])?;
        // The scaling that a sample meets last is the first to be undone.
        for scaling in self.scalings.iter().rev() {
            gmm = gmm.affine(&vector(&scaling.scale), &vector(&scaling.mean))?;
        }
        Component::of(&gmm, scalar)
    }
}

/// Of a component that fits into `f64` but not into the type that is written.
pub(crate) fn out_of_range(component: usize, error: Error) -> String {
    let what = match error {
        Error::NonFiniteMean { .. } => "mean",
        _ => "covariance",
    };
    format!("the {what} of component {component} is out of range for f32; --type f64 has more")
}

/// The caller has checked the length.
fn vector<const D: usize>(numbers: &[f64]) -> [f64; D] {
    core::array::from_fn(|j| numbers[j])
}

/// A covariance from its D·D numbers by rows, its diagonal, or one variance. The caller has checked the length.
fn dense<const D: usize>(numbers: &[f64]) -> SMatrix<f64, D, D> {
    match *numbers {
        [variance] => SMatrix::from_diagonal_element(variance),
        _ if numbers.len() == D => SMatrix::from_diagonal(&SVector::from_row_slice(numbers)),
        _ => SMatrix::from_row_slice(numbers),
    }
}

impl Component {
    /// The component of a mixture of one, in the type that is written. Its offset is computed anew.
    pub(crate) fn of<const D: usize, S: Shape>(
        gmm: &Gmm<f64, D, 1, S>,
        scalar: Scalar,
    ) -> Result<Self, Error> {
        match scalar {
            Scalar::F32 => Ok(Self::numbers(&gmm.cast::<f32>()?)),
            Scalar::F64 => Ok(Self::numbers(&gmm.cast::<f64>()?)),
        }
    }

    fn numbers<T: Real, const D: usize, S: Shape>(gmm: &Gmm<T, D, 1, S>) -> Self {
        let ([mean], [factor], [offset]) = (gmm.means(), gmm.factors(), gmm.offsets());
        let dense = S::to_matrix(&factor.0);
        let factor = match size_of_val(factor) / size_of::<T>() {
            1 => widen(&dense.as_slice()[..1]),
            n if n == D => widen(dense.diagonal().as_slice()),
            _ => widen(dense.as_slice()),
        };
        Self { mean: widen(mean), factor, offset: offset.widen() }
    }
}

fn widen<T: Real>(numbers: &[T]) -> Vec<f64> {
    numbers.iter().map(|v| v.widen()).collect()
}
