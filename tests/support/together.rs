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
        Common::Ratios => same_ratios(masses, own),
        Common::Axes => same_axes(masses, own),
        Common::AxesAndVolume => one_volume(masses, &same_axes_of_one_volume(masses, own)),
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

/// |B|^(1/D) of a diagonal matrix, or of eigenvalues.
pub(crate) fn volume(variances: &[f64]) -> f64 {
    variances.iter().product::<f64>().powf(1.0 / variances.len() as f64)
}

/// |B|^(1/D)
pub(crate) fn size(matrix: &Matrix) -> f64 {
    volume(&eigen(matrix).0)
}

fn scaled(matrix: &Matrix, factor: f64) -> Matrix {
    matrix.iter().map(|row| row.iter().map(|v| factor * v).collect()).collect()
}

/// Σ_m values_m axes_m axes_mᵀ
pub(crate) fn composed(values: &[f64], axes: &Matrix) -> Matrix {
    let d = values.len();
    let entry = |i: usize, j: usize| (0..d).map(|m| axes[m][i] * values[m] * axes[m][j]).sum::<f64>();
    (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect()
}

/// aᵀ B b
fn between(matrix: &Matrix, a: &[f64], b: &[f64]) -> f64 {
    (0..a.len()).map(|i| (0..b.len()).map(|j| a[i] * matrix[i][j] * b[j]).sum::<f64>()).sum()
}

/// EVI and EVV: C_k = B_k / |B_k|^(1/D), λ = Σ n_k |B_k|^(1/D) / n.
fn one_volume(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let total: f64 = masses.iter().sum();
    let sizes: Vec<f64> = own.iter().map(size).collect();
    let common: f64 = sizes.iter().zip(masses).map(|(v, n)| v * n / total).sum();
    own.iter().zip(&sizes).map(|(b, size)| scaled(b, common / size)).collect()
}

/// VEI and VEE: λ_k = tr(B_k C⁻¹)/D and C ∝ Σ n_k B_k/λ_k, in turn.
fn one_shape(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let d = own[0].len();
    let ratio = |b: &Matrix, c: &Matrix| {
        let (values, axes) = eigen(c);
        (0..d).map(|m| between(b, &axes[m], &axes[m]) / values[m]).sum::<f64>() / d as f64
    };
    let mut shape = diagonal(&vec![1.0; d]);
    let mut sizes = vec![1.0; own.len()];
    for _ in 0..ITERATIONS {
        let before = sizes.clone();
        let shares: Vec<f64> =
            masses.iter().zip(&sizes).map(|(n, v)| if *n > 0.0 { n / v } else { 0.0 }).collect();
        shape = mean(&shares, own);
        shape = scaled(&shape, 1.0 / size(&shape));
        sizes = own.iter().map(|b| ratio(b, &shape)).collect();
        if before == sizes {
            break;
        }
    }
    let of = |((b, n), ratio): ((&Matrix, &f64), &f64)| {
        // What has no say keeps its |Σ|.
        scaled(&shape, if *n > 0.0 { *ratio } else { size(b) })
    };
    own.iter().zip(masses).zip(&sizes).map(of).collect()
}

/// EEV: B_k = D_k Ω_k D_kᵀ with eigenvalues in descending order, λA = Σ n_k Ω_k / n.
fn same_eigenvalues(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let (d, total) = (own[0].len(), masses.iter().sum::<f64>());
    let each: Vec<_> = own.iter().map(eigen).collect();
    let mut common = vec![0.0; d];
    for ((values, _), n) in each.iter().zip(masses) {
        (0..d).for_each(|i| common[i] += n / total * values[i]);
    }
    each.iter().map(|(_, axes)| composed(&common, axes)).collect()
}

/// VEV: the eigenvalues as the variances of VEI.
fn same_ratios(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let each: Vec<_> = own.iter().map(eigen).collect();
    let values: Vec<Matrix> = each.iter().map(|(values, _)| diagonal(values)).collect();
    let of = |(values, (_, axes)): (Matrix, &(Vec<f64>, Matrix))| composed(&variances(&values), axes);
    one_shape(masses, &values).into_iter().zip(&each).map(of).collect()
}

/// VVE: D minimises Σ n_k Σ_j ln b_kj, where b_k is the diagonal of DᵀB_kD.
fn same_axes(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let axes = turned(masses, own, |b| b.iter().map(|v| v.ln()).sum(), |_| 1.0);
    along(own, &axes)
}

/// EVE but for the volume: D minimises Σ n_k |b_k|^(1/D).
fn same_axes_of_one_volume(masses: &[f64], own: &[Matrix]) -> Vec<Matrix> {
    let axes = turned(masses, own, volume, |b| volume(b) / b.len() as f64);
    along(own, &axes)
}

/// The matrices without what is off the diagonal in these axes.
fn along(own: &[Matrix], axes: &Matrix) -> Vec<Matrix> {
    own.iter().map(|b| composed(&axes.iter().map(|a| between(b, a, a)).collect::<Vec<_>>(), axes)).collect()
}

/// Axes that minimise Σ n_k f(b_k), where ∂f/∂b_kj is `slope`(b_k)/b_kj. From the eigenvectors of the mean, in each plane
/// in turn: the best of many angles, and from there to where the derivative is 0.
fn turned(
    masses: &[f64],
    own: &[Matrix],
    f: impl Fn(&[f64]) -> f64,
    slope: impl Fn(&[f64]) -> f64,
) -> Matrix {
    const ANGLES: usize = 64;
    let d = own[0].len();
    let (_, mut axes) = eigen(&mean(masses, own));
    let live = || own.iter().zip(masses).filter(|(_, n)| **n > 0.0);
    let at = |axes: &Matrix, p: usize, q: usize, angle: f64| {
        let (sine, cosine) = angle.sin_cos();
        let mut axes = axes.clone();
        for i in 0..d {
            let (a, b) = (axes[p][i], axes[q][i]);
            (axes[p][i], axes[q][i]) = (cosine * a + sine * b, cosine * b - sine * a);
        }
        axes
    };
    let values = |b: &Matrix, axes: &Matrix| axes.iter().map(|a| between(b, a, a)).collect::<Vec<_>>();
    for _ in 0..300 {
        let mut most: f64 = 0.0;
        for (p, q) in (0..d).flat_map(|p| (p + 1..d).map(move |q| (p, q))) {
            let objective = |angle: f64| {
                let axes = at(&axes, p, q, angle);
                live().map(|(b, n)| n * f(&values(b, &axes))).sum::<f64>()
            };
            let derivative = |angle: f64| {
                let axes = at(&axes, p, q, angle);
                let of = |(b, n): (&Matrix, &f64)| {
                    let v = values(b, &axes);
                    n * slope(&v) * 2.0 * between(b, &axes[p], &axes[q]) * (1.0 / v[p] - 1.0 / v[q])
                };
                live().map(of).sum::<f64>()
            };
            let step = core::f64::consts::FRAC_PI_2 / ANGLES as f64;
            let angles = (0..ANGLES as i32).map(|i| f64::from(i - ANGLES as i32 / 2) * step);
            let best = angles.min_by(|a, b| objective(*a).total_cmp(&objective(*b))).unwrap();
            let (mut low, mut high) = (best - step, best + step);
            for _ in 0..80 {
                let middle = 0.5 * (low + high);
                *if derivative(middle) > 0.0 { &mut high } else { &mut low } = middle;
            }
            let angle = 0.5 * (low + high);
            most = most.max(angle.abs());
            axes = at(&axes, p, q, angle);
        }
        if most < 1e-15 {
            break;
        }
    }
    axes
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
