//! Scores in integers.

use gaussmix::fixed::{self, ErrorBound, FixedComponent, FixedError, FixedGmm};
use gaussmix::{Diagonal, Error, Full};

use crate::{D, K, Model, forget, keep, number, opaque, same};

pub(crate) fn all() -> Result<(), FixedError> {
    keep(score::<Full, 3>());
    keep(score::<Diagonal, 1>());
    keep((fixed::to_nats(opaque(1)), fixed::from_nats(f64::from(number()))));
    let error = FixedError::from(opaque(Error::EmptyData));
    same::<FixedError>(&error);
    Err(error)
}

fn score<C: gaussmix::Covariance, const W: usize>() -> Result<(), FixedError> {
    let mut gmm = Model::<C>::unfitted();
    forget(&mut gmm);
    let (scale, offset) = (opaque([number(); D]), opaque([number(); D]));
    let model: FixedGmm<D, K, W> = FixedGmm::from_model(&gmm, &scale, &offset)?;
    same::<FixedGmm<_, _, _>>(&model);
    let bound = FixedGmm::error_bound(&model, &gmm, &scale, &offset)?;
    keep((ErrorBound::at(&bound, f64::from(number())), ErrorBound::worst(&bound)));
    same::<ErrorBound>(&bound);
    keep(ErrorBound::default());
    for component in FixedGmm::components(&model) {
        same::<FixedComponent<_, _>>(component);
    }
    let model = FixedGmm::from_parts(*opaque(FixedGmm::components(&model)))?;
    let x = opaque([1; D]);
    keep((FixedGmm::log_density(&model, &x), FixedGmm::predict(&model, &x)));
    Ok(())
}
