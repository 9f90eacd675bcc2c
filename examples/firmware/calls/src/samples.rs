//! Everything that can be a sample.

use gaussmix::nalgebra::SVector;
use gaussmix::{Error, Full, Gmm, Masked, NanIsMissing, Observation};

use crate::{D, Model, forget, keep, number, opaque, same};

pub(crate) fn all() -> Result<(), Error> {
    let x = opaque([number(); D]);
    let mut gmm = Model::<Full>::unfitted();
    forget(&mut gmm);
    let masked = Masked { features: x, observed: opaque([true; D]) };
    same::<Masked<_, _>>(&masked);
    keep((Masked::features(&masked), Masked::observed(&masked)));
    same::<NanIsMissing<_>>(&NanIsMissing(x));
    keep((NanIsMissing::<[f32; D]>::features(&NanIsMissing(x)), NanIsMissing::observed(&NanIsMissing(x))));
    keep(NanIsMissing::<[f32; D]>::weight(&NanIsMissing(x)));
    keep(Gmm::posterior(&gmm, masked));
    keep(Gmm::posterior(&gmm, (masked, number())));
    keep(Gmm::posterior(&gmm, SVector::from(x)));
    keep(Gmm::posterior(&gmm, (&x, &number())));
    keep(Gmm::posterior(&gmm, ((x, number()), number())));
    Ok(())
}
