//! A component of constant density beside the others.

use gaussmix::covariance::Noise;
use gaussmix::{Covariance, Error, Gmm, MStep, SufficientStats, WithNoise};

use crate::{D, Model, Row, forget, keep, number, same};

#[inline(never)]
pub(crate) fn all<C: Covariance>(gmm: &Model<C>, rows: &[Row]) -> Result<(), Error> {
    keep(Noise::<f32, D>::new(number(), number()));
    keep(Noise::in_box(number(), [number(); D]));
    let noise = Noise::robust(number(), rows)?;
    same::<Noise<_, _>>(&noise);
    let raw = Noise::from_parts(Noise::weight(&noise), Noise::offset(&noise), *Noise::log_ranges(&noise));
    keep(Noise::log_volume(&raw));
    let mut model = Gmm::with_noise(gmm, noise)?;
    keep(Gmm::set_noise(&mut model, raw));
    keep(Gmm::without_noise(&model));
    let raw: Model<WithNoise<C>> = Gmm::from_parts_with_noise(
        *gmm.weights(),
        *gmm.offsets(),
        *gmm.means(),
        *gmm.factors(),
        *Gmm::noise(&model),
    );
    keep(raw);
    forget(&mut model);
    let mut stats = SufficientStats::new();
    for row in rows {
        let posterior = SufficientStats::observe(&mut stats, &model, row)?;
        keep(Gmm::noise_responsibility(&model, &posterior));
    }
    keep(MStep::maximize(&MStep::default(), &stats, &mut model));
    Ok(())
}
