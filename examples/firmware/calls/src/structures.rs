//! Covariance structures: what each does by itself, and for the others an M-step and a score.

use gaussmix::covariance::{Eev, Eve, Evi, Evv, Factor, Shape, Vee, Vei, Vev, Vve};
use gaussmix::fit::Prior;
use gaussmix::nalgebra::{SMatrix, SVector};
use gaussmix::{Covariance, Diagonal, Error, Full, Gmm, MStep, Spherical, SufficientStats, Tied, WithNoise};

use crate::{D, K, Model, Stats, forget, keep, number, opaque};

pub(crate) fn all() -> Result<(), Error> {
    shapes();
    keep(arrays());
    keep(estimate::<Diagonal>());
    keep(estimate::<Spherical>());
    keep(estimate::<Tied<Full>>());
    keep(estimate::<Tied<Spherical>>());
    keep(estimate::<Evi>());
    keep(estimate::<Vei>());
    keep(estimate::<Vev>());
    keep(estimate::<Vee>());
    keep(estimate::<Vve>());
    keep(estimate::<Eve>());
    keep(estimate::<Evv>());
    let (weights, matrices) = &opaque(([0.25; K], [SMatrix::<f32, D, D>::identity(); K]));
    keep((Tied::<Full>::from_matrices(weights, matrices), Tied::<Full>::free_parameters(D, K)));
    keep((WithNoise::<Full>::from_matrices(weights, matrices), WithNoise::<Full>::free_parameters(D, K)));
    keep((Eev::from_matrices(weights, matrices), Eev::free_parameters(D, K)));
    keep((Evi::from_matrices(weights, matrices), Evi::free_parameters(D, K)));
    keep((Vei::from_matrices(weights, matrices), Vei::free_parameters(D, K)));
    keep((Vev::from_matrices(weights, matrices), Vev::free_parameters(D, K)));
    keep((Vee::from_matrices(weights, matrices), Vee::free_parameters(D, K)));
    keep((Vve::from_matrices(weights, matrices), Vve::free_parameters(D, K)));
    keep((Eve::from_matrices(weights, matrices), Eve::free_parameters(D, K)));
    keep((Evv::from_matrices(weights, matrices), Evv::free_parameters(D, K)));
    Ok(())
}

/// From plain numbers, whose form depends on the structure.
fn arrays() -> Result<(), Error> {
    let (weights, means) = opaque(([0.25; K], [[0.0; D]; K]));
    let full: Model<Full> = Gmm::from_arrays(weights, means, opaque([[[1.0; D]; D]; K]))?;
    let tied: Model<Tied<Diagonal>> = Gmm::from_arrays(weights, means, opaque([[1.0; D]]))?;
    let eev: Model<Eev> = Gmm::from_arrays(weights, means, opaque([[[1.0; D]; D]; K]))?;
    keep((full, tied, eev));
    let (matrices, variances) = opaque(([SMatrix::identity(); K], [SVector::from([1.0; D])]));
    keep(Prior::validate(&prior::<Full>(matrices)));
    keep(Prior::validate(&prior::<Tied<Diagonal>>(variances)));
    keep(Prior::validate(&prior::<Eev>(matrices)));
    Ok(())
}

fn prior<C: Covariance>(scales: C::Scatters<f32, D, K>) -> Prior<f32, D, K, C> {
    let [weights, strength] = [number(); 2];
    Prior::from_parts([[number(); D]; K], strength, scales, opaque(Some(strength)), [weights; K])
}

fn shapes() {
    keep((Full::parameter_count(D), Diagonal::parameter_count(D), Spherical::parameter_count(D)));
    let matrix = opaque(SMatrix::<f32, D, D>::identity());
    let (full, diagonal) = (Full::from_matrix(&matrix), Diagonal::from_matrix(&matrix));
    let spherical = Spherical::from_matrix(&matrix);
    keep((Full::to_matrix(&full), Diagonal::to_matrix(&diagonal)));
    keep(Spherical::to_matrix::<f32, D>(&spherical));
    let d = opaque([1.0; D]);
    keep((Full::solve(&Factor(full), d), Diagonal::solve(&Factor(diagonal), d)));
    keep(Spherical::solve(&Factor(spherical), d));
}

#[inline(never)]
fn estimate<C: Covariance>() -> Result<(), Error> {
    let (gmm, stats) = (&mut Model::<C>::unfitted(), &mut Stats::<C>::new());
    forget(gmm);
    forget(stats);
    keep(SufficientStats::observe(stats, gmm, opaque([0.0; D])));
    keep(MStep::maximize(&MStep::default(), stats, gmm));
    keep(Gmm::log_density(gmm, opaque([0.0; D]))?);
    Ok(())
}
