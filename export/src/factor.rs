//! Factors of covariances: Cholesky's L by columns with reciprocal diagonal, or 1/σ. Each function takes the operations
//! of its counterpart in gaussmix in the same order, so that the bits are the same. `tests/suite/bits.rs` compares
//! them.

use crate::number::Number;
use crate::structure::Shape;

/// The factor of a covariance, or `None` if it is not positive definite. A full matrix comes and goes by columns, and
/// its lower triangle is read. (`Shape::factorise` without floors.)
pub fn factorise(shape: Shape, covariance: &[f64], features: usize) -> Option<Vec<f64>> {
    if shape == Shape::Full {
        return cholesky(covariance, features);
    }
    covariance.iter().map(|v| v.is_variance().then(|| 1.0 / v.root())).collect()
}

fn cholesky(covariance: &[f64], d: usize) -> Option<Vec<f64>> {
    let mut l = covariance.to_vec();
    for j in 0..d {
        let (pivot, variance) = (l[j * d + j], covariance[j * d + j]);
        // A smaller share of a variance is lost in rounding.
        if pivot < f64::EPSILON * variance || !(pivot.is_variance() && variance.is_variance()) {
            return None;
        }
        let reciprocal = 1.0 / pivot.root();
        l[j * d + j] = reciprocal;
        for i in j + 1..d {
            l[j * d + i] *= reciprocal;
            l[i * d + j] = 0.0;
        }
        for c in j + 1..d {
            for i in c..d {
                l[c * d + i] -= l[j * d + c] * l[j * d + i];
            }
        }
    }
    l.iter().all(|v| v.is_finite()).then_some(l)
}

/// Turns the factor of Σ into that of S Σ S, for scales S above 0. (`Shape::stretch`.) A sphere takes the first scale:
/// the caller sees to it that all are the same.
pub fn stretch(shape: Shape, factor: &mut [f64], scale: &[f64]) {
    match shape {
        Shape::Full => {
            for (j, column) in factor.chunks_mut(scale.len()).enumerate() {
                column[j] /= scale[j];
                for i in j + 1..scale.len() {
                    column[i] *= scale[i];
                }
            }
        }
        Shape::Diagonal => factor.iter_mut().zip(scale).for_each(|(f, s)| *f /= s),
        Shape::Spherical => factor[0] /= scale[0],
    }
}

/// Whether it is the factor of a covariance in range. (`Shape::is_factor`)
pub fn is_factor<T: Number>(shape: Shape, factor: &[f64], d: usize) -> bool {
    let factor: Vec<T> = factor.iter().map(|v| T::narrow(*v)).collect();
    if shape != Shape::Full {
        return factor.iter().all(|v| *v > T::ZERO && (*v * *v).is_variance());
    }
    let mut variances = vec![T::ZERO; d];
    for (j, column) in factor.chunks(d).enumerate() {
        let precision = column[j] * column[j];
        if !(column[j] > T::ZERO && precision.is_variance()) {
            return false;
        }
        variances[j] = variances[j] + T::ONE / precision;
        for i in j + 1..d {
            variances[i] = variances[i] + column[i] * column[i];
        }
    }
    let slack = T::ONE + T::narrow(64.0) * T::EPSILON;
    variances.iter().all(|v| *v * T::SMALLEST_NORMAL <= slack)
}

/// The covariance of a factor. (`Shape::covariance`)
pub fn covariance<T: Number>(shape: Shape, factor: &[f64], d: usize) -> Vec<f64> {
    let mut factor: Vec<T> = factor.iter().map(|v| T::narrow(*v)).collect();
    if shape != Shape::Full {
        return factor.iter().map(|v| (T::ONE / (*v * *v)).widen()).collect();
    }
    for j in 0..d {
        factor[j * d + j] = T::ONE / factor[j * d + j];
    }
    let element = |i: usize, j: usize| {
        factor.chunks(d).take(i.min(j) + 1).fold(T::ZERO, |sum, column| sum + column[i] * column[j])
    };
    (0..d * d).map(|at| element(at % d, at / d).widen()).collect()
}

/// ln π − ½ ln |Σ| − (D/2) ln 2π (`Gmm::offset`)
pub fn offset<T: Number>(shape: Shape, weight: f64, factor: &[f64], d: usize) -> f64 {
    let log = |v: f64| T::narrow(v).natural_log();
    let half_log_determinant = match shape {
        Shape::Full => (0..d).fold(T::ZERO, |sum, j| sum - log(factor[j * d + j])),
        Shape::Diagonal => factor.iter().fold(T::ZERO, |sum, v| sum - log(*v)),
        Shape::Spherical => -(T::narrow(d as f64) * log(factor[0])),
    };
    (log(weight) - half_log_determinant - T::narrow(d as f64) * T::HALF_LN_2PI).widen()
}
