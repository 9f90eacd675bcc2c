//! Everything that can be a sample.

use gaussmix::columns::{Bits, Columns, Row, Rows};
use gaussmix::nalgebra::SVector;
use gaussmix::{Error, Full, Gmm, Masked, NanIsMissing, Observation, SufficientStats};

use crate::{D, Model, forget, index, keep, number, opaque, same};

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
    by_feature(&gmm)
}

#[inline(never)]
fn by_feature(gmm: &Model<Full>) -> Result<(), Error> {
    let (features, bytes) = (opaque([[number(); 9]; D]), opaque([index() as u8; 3]));
    let columns = Columns::new(features.each_ref().map(|feature| &feature[..index().min(9)]))?;
    let bits = Bits::new(&bytes, index());
    keep(Bits::clone(&bits));
    keep((Bits::get(&bits, index()), Bits::len(&bits), Bits::is_empty(&bits)));
    let columns = Columns::with_observed(columns, opaque([Some(bits); D]))?;
    let columns = Columns::with_weights(columns, opaque(&features[0][..]))?;
    keep((Columns::clone(&columns), Columns::len(&columns), Columns::is_empty(&columns)));
    let mut stats = SufficientStats::new();
    keep(SufficientStats::observe_columns(&mut stats, gmm, columns));
    keep(stats);
    let mut rows = Columns::into_iter(columns);
    keep((Rows::clone(&rows), Rows::size_hint(&rows)));
    while let Some(row) = Rows::next(&mut rows) {
        same::<Row<_, _>>(&row);
        keep((Row::features(&row), Row::weight(&row), Row::observed(&row)));
        keep(Gmm::posterior(gmm, row));
    }
    for row in &columns {
        keep(row);
    }
    Ok(())
}
