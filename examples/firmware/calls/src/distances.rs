//! Fewer components, and how far apart models are.

use gaussmix::distance::Estimate;
use gaussmix::{Covariance, Error, Gmm};

use crate::{Model, Random, count, index, keep, same};

#[inline(never)]
pub(crate) fn all<C: Covariance>(gmm: &Model<C>, rng: &mut Random) -> Result<(), Error> {
    let two = Gmm::reduce::<2>(gmm)?;
    keep(Gmm::collapse(gmm)?);
    let (p, q) = (Gmm::gaussian(gmm, index())?, Gmm::gaussian(&two, index())?);
    keep((Gmm::kl_divergence(&p, &q), Gmm::symmetric_kl(&p, &q), Gmm::bhattacharyya(&p, &q)));
    keep((Gmm::hellinger(&p, &q), Gmm::wasserstein(&p, &q)));
    same::<Estimate<_>>(&Gmm::monte_carlo_kl(gmm, &two, count(), rng)?);
    Ok(())
}
