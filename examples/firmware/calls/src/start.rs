//! Starts.

use gaussmix::init::{self, Agglomeration, Covering, KMeans, KMeansFit, Reservoir, Rule, Start};
use gaussmix::{Covariance, Error};

use crate::{D, K, Model, Random, Row, count, index, keep, number, opaque, same};

pub(crate) fn all<C: Covariance>(gmm: &mut Model<C>, rows: &[Row], rng: &mut Random) -> Result<(), Error> {
    keep(init::k_means_plus_plus(gmm, rows, rng));
    keep(init::random_samples(gmm, rows, rng));
    keep(init::k_means(gmm, rows, rng, count()));
    keep(init::agglomerate(gmm, rows, rng));
    keep(init::mixed(gmm, rows, rng));
    keep(init::farthest_first(gmm, rows));
    keep(init::from_means(gmm, &[[number(); D]; K], rows));
    keep(init::from_responsibilities(gmm, rows, [[number(); K]; 8]));
    keep(Agglomeration::<8>::start(gmm, rows, rng));
    let start = Start::with_components(Start::new(opaque(Rule::Mixed)), index())?;
    keep(Start::apply(&start, gmm, rows, rng));
    keep(Start::means::<f32, D, K, _, _>(&start, rows, rng));
    keep(memory(gmm, rows, rng));
    k_means(rows)
}

/// What keeps samples of a stream.
#[inline(never)]
fn memory<C: Covariance>(gmm: &mut Model<C>, rows: &[Row], rng: &mut Random) -> Result<(), Error> {
    let mut reservoir: Reservoir<f32, D, 8> = Reservoir::new();
    let mut covering: Covering<f32, D, 8, C::Shape> = Covering::with_scales(Covering::new(), [number(); D])?;
    for row in rows {
        keep(Reservoir::observe(&mut reservoir, row, rng));
        keep(Covering::observe(&mut covering, row));
    }
    keep((Reservoir::samples(&reservoir).len(), Reservoir::count(&reservoir)));
    same::<Reservoir<_, _, _>>(&reservoir);
    Reservoir::reset(&mut reservoir);
    keep(reservoir);
    keep(Covering::start(&covering, gmm));
    keep((Covering::centres(&covering).len(), Covering::radius(&covering)));
    same::<Covering<_, _, _, _>>(&covering);
    keep((Reservoir::<f32, D, 8>::default(), Covering::<f32, D, 8, C::Shape>::default()));
    Ok(())
}

#[inline(never)]
fn k_means(rows: &[Row]) -> Result<(), Error> {
    let k_means = KMeans::with_max_iterations(KMeans::default(), count());
    let k_means = KMeans::with_scales(k_means, [number(); D])?;
    same::<KMeans<_, _>>(&k_means);
    let mut centres = opaque([[0.0; D]; K]);
    same::<KMeansFit<_, _>>(&KMeans::fit(&k_means, &mut centres, rows)?);
    if let Some(row) = rows.get(index()) {
        keep(KMeans::nearest(&k_means, &centres, row));
    }
    Ok(())
}
