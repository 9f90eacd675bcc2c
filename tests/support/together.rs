//! The covariances of all components at once, as Celeux & Govaert (1995) have them: slow, plain, and no code of the
//! crate.
#![allow(dead_code)] // no room uses all of it

use gaussmix::{MStep, Real};

use super::dense::{Common, Dense, Structure};

type Matrix = Vec<Vec<f64>>;

/// Iterations for a shape: each leaves a part of the error, the more the less the components agree.
const ITERATIONS: u32 = 10_000;

/// The M-step to compare with: no floor, and inner iterations run to rounding.
pub(crate) fn m_step<T: Real>() -> MStep<T> {
    to_rounding(MStep::exact())
}

/// The M-step with its inner iterations run to rounding.
pub(crate) fn to_rounding<T: Real>(m_step: MStep<T>) -> MStep<T> {
    m_step.with_inner_tolerance(T::EPSILON).unwrap().with_inner_iterations(ITERATIONS).unwrap()
}

/// The maximum likelihood covariances where each by itself would be `own`, estimated on a mass of `masses`. A component
/// of mass 0 has no say: of `own` it keeps what is not in common.
pub(crate) fn maximum(common: Common, masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    match common {
        Common::Nothing => own.to_vec(),
        Common::Matrix => vec![mean(masses, own); own.len()],
        Common::Volume => one_volume(masses, own),
        Common::Shape => one_shape(masses, own),
        Common::Eigenvalues => same_eigenvalues(masses, own),
    }
}

/// [`maximum`] of the structure `C`, whose matrices are what it keeps of `full` ones.
pub(crate) fn maximum_of<const D: usize, const K: usize, C: Structure>(
    masses: &[f64; K],
    full: &[Dense<D>; K],
) -> [Dense<D>; K] {
    let mut own = Vec::new();
    for matrix in full {
        own.push(C::restrict(matrix).iter().map(|row| row.to_vec()).collect());
    }
    let due = maximum(C::common(), masses, &own);
    let mut dense = [[[0.0; D]; D]; K];
    for k in 0..K {
        for i in 0..D {
            dense[k][i].copy_from_slice(&due[k][i]);
        }
    }
    dense
}

fn mean(masses: &[f64], own: &[Matrix]) -> Matrix {
    let (d, total) = (own[0].len(), masses.iter().sum::<f64>());
    let entry = |i: usize, j: usize| own.iter().zip(masses).map(|(b, n)| n / total * b[i][j]).sum();
    (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
}

fn diagonal(values: &[f64]) -> Matrix {
    let entry = |i: usize, j: usize| if i == j { values[i] } else { 0.0 };
    (0..values.len()).map(|i| (0..values.len()).map(|j| entry(i, j)).collect()).collect()
}

fn variances(matrix: &Matrix) -> Vec<f64> {
    (0..matrix.len()).map(|j| matrix[j][j]).collect()
}

/// |B|^(1/D) of a diagonal matrix.
pub(crate) fn volume(variances: &[f64]) -> f64 {
    variances.iter().product::<f64>().powf(1.0 / variances.len() as f64)
}

/// EVI: A_k = B_k / |B_k|^(1/D), λ = Σ n_k |B_k|^(1/D) / n.
fn one_volume(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let total: f64 = masses.iter().sum();
    let volumes: Vec<f64> = own.iter().map(|b| volume(&variances(b))).collect();
    let common: f64 = volumes.iter().zip(masses).map(|(v, n)| v * n / total).sum();
    let scaled =
        |(b, v): (&Matrix, &f64)| diagonal(&variances(b).iter().map(|b| common * b / v).collect::<Vec<_>>());
    own.iter().zip(&volumes).map(scaled).collect()
}

/// VEI: λ_k = tr(B_k A⁻¹)/D and A ∝ Σ n_k B_k/λ_k with |A| = 1, in turn.
fn one_shape(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let d = own[0].len();
    let own: Vec<Vec<f64>> = own.iter().map(variances).collect();
    let size = |b: &[f64], a: &[f64]| (0..d).map(|j| b[j] / a[j]).sum::<f64>() / d as f64;
    let mut shape = vec![1.0; d];
    for _ in 0..ITERATIONS {
        let mut sum = vec![0.0; d];
        for (b, n) in own.iter().zip(masses).filter(|(_, n)| **n > 0.0) {
            let size = size(b, &shape);
            (0..d).for_each(|j| sum[j] += n * b[j] / size);
        }
        let volume = volume(&sum);
        shape = sum.iter().map(|a| a / volume).collect();
    }
    let of = |(b, n): (&Vec<f64>, &f64)| {
        // What has no say keeps its |Σ|.
        let size = if *n > 0.0 { size(b, &shape) } else { volume(b) };
        diagonal(&shape.iter().map(|a| size * a).collect::<Vec<_>>())
    };
    own.iter().zip(masses).map(of).collect()
}

/// EEV: B_k = D_k Ω_k D_kᵀ with eigenvalues in descending order, λA = Σ n_k Ω_k / n.
fn same_eigenvalues(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let (d, total) = (own[0].len(), masses.iter().sum::<f64>());
    let each: Vec<_> = own.iter().map(eigen).collect();
    let mut common = vec![0.0; d];
    for ((values, _), n) in each.iter().zip(masses) {
        (0..d).for_each(|i| common[i] += n / total * values[i]);
    }
    let entry =
        |axes: &Matrix, i: usize, j: usize| (0..d).map(|m| axes[m][i] * common[m] * axes[m][j]).sum::<f64>();
    each.iter()
        .map(|(_, axes)| (0..d).map(|i| (0..d).map(|j| entry(axes, i, j)).collect()).collect())
        .collect()
}

/// Eigenvalues in descending order, and the eigenvector of each, by Jacobi's own method: the largest element off the
/// diagonal is turned away until none is left.
pub(crate) fn eigen(matrix: &Matrix) -> (Vec<f64>, Vec<Vec<f64>>) {
    let d = matrix.len();
    let (mut a, mut axes) = (matrix.clone(), diagonal(&vec![1.0; d]));
    for _ in 0..100 * d * d {
        let pairs = (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q)));
        let Some((p, q)) = pairs.max_by(|s, t| a[s.0][s.1].abs().total_cmp(&a[t.0][t.1].abs())) else {
            break;
        };
        if a[p][q].abs() <= 1e-300 {
            break;
        }
        let angle = 0.5 * (2.0 * a[p][q]).atan2(a[p][p] - a[q][q]);
        let (sine, cosine) = angle.sin_cos();
        let turn = |x: f64, y: f64| (cosine * x + sine * y, cosine * y - sine * x);
        for i in 0..d {
            (a[i][p], a[i][q]) = turn(a[i][p], a[i][q]);
        }
        for i in 0..d {
            (a[p][i], a[q][i]) = turn(a[p][i], a[q][i]);
            (axes[p][i], axes[q][i]) = turn(axes[p][i], axes[q][i]);
        }
    }
    let mut order: Vec<usize> = (0..d).collect();
    order.sort_by(|i, j| a[*j][*j].total_cmp(&a[*i][*i]));
    (order.iter().map(|i| a[*i][*i]).collect(), order.iter().map(|i| axes[*i].clone()).collect())
}
