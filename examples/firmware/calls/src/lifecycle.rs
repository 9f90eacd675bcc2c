//! Births, deaths, merges, splits and alarms.

use gaussmix::lifecycle::{self, Birth, Changes, LifeCycle, Merging, Pruning, Report, Splitting, Verdict};
use gaussmix::novelty::{self, DistanceTest, Novelty};
use gaussmix::reduce::{self, Closest};
use gaussmix::{Covariance, Error, OnlineEm};

use crate::{D, Model, Row, Stats, count, forget, index, keep, number, opaque, same};

pub(crate) fn all<C: Covariance>(gmm: &mut Model<C>, rows: &[Row]) -> Result<(), Error> {
    let stats = &mut Stats::<C>::new();
    forget(stats);
    keep(functions(gmm, stats));
    forget(gmm);
    keep(policies(gmm, stats, rows));
    let mut run = OnlineEm::new(gmm.clone(), Default::default())?;
    let mut life = life()?;
    for row in rows {
        if let Ok(report) = LifeCycle::observe(&mut life, &mut run, row) {
            same::<Report<_, _>>(&report);
            same::<Changes<_>>(&report.changes);
        }
        keep(LifeCycle::observe(&mut life, &mut run, row.0.0));
    }
    keep(LifeCycle::apply(&mut life, &mut run));
    same::<LifeCycle<_, _>>(&life);
    alarms(gmm, rows)
}

#[inline(never)]
fn functions<C: Covariance>(gmm: &mut Model<C>, stats: &mut Stats<C>) -> Result<(), Error> {
    keep(lifecycle::remove(stats, gmm, index()));
    keep(lifecycle::seed(stats, gmm, index(), &[number(); D], number()));
    keep(lifecycle::split(stats, gmm, index(), index(), number()));
    keep(reduce::merge(stats, gmm, index(), index()));
    if let Some(pair) = reduce::closest(gmm) {
        same::<Closest<_>>(&pair);
    }
    Ok(())
}

pub(crate) fn life() -> Result<LifeCycle<f32, D>, Error> {
    let birth = Birth::with_test(Birth::default(), DistanceTest::new(number())?);
    let birth = Birth::with_displaced(Birth::with_share(birth, number())?, number())?;
    let birth = Birth::with_support(birth, count(), count())?;
    let splitting = Splitting::with_above(Splitting::default(), number())?;
    let splitting = Splitting::with_starved(Splitting::with_separation(splitting, number())?, number())?;
    same::<Birth<_, _>>(&birth);
    same::<Splitting<_>>(&splitting);
    let life = LifeCycle::with_birth(LifeCycle::default(), birth);
    let life = LifeCycle::with_pruning(life, Pruning::with_share(Pruning::default(), number())?);
    let life = LifeCycle::with_merging(life, Merging::with_loss(Merging::default(), number())?);
    Ok(LifeCycle::with_interval(LifeCycle::with_splitting(life, splitting), count()))
}

#[inline(never)]
fn policies<C: Covariance>(gmm: &mut Model<C>, stats: &mut Stats<C>, rows: &[Row]) -> Result<(), Error> {
    let mut birth = Birth::default();
    for row in rows {
        if let Ok(verdict) = Birth::consider(&mut birth, stats, gmm, row) {
            same::<Verdict>(&verdict);
        }
    }
    let pruning = Pruning::for_samples::<D, C>(number())?;
    keep(Pruning::apply(&pruning, stats, gmm));
    same::<Pruning<_>>(&pruning);
    let merging = Merging::default();
    keep(Merging::apply(&merging, stats, gmm));
    same::<Merging<_>>(&merging);
    keep(Splitting::apply(&Splitting::default(), stats, gmm));
    keep(Changes::<f32>::default());
    Ok(())
}

#[inline(never)]
fn alarms<C: Covariance>(gmm: &Model<C>, rows: &[Row]) -> Result<(), Error> {
    let test = DistanceTest::new(number())?;
    for row in rows {
        keep(DistanceTest::is_novel(&test, gmm, row));
        keep(DistanceTest::is_novel(&test, gmm, row.0.0));
    }
    keep(DistanceTest::threshold(&DistanceTest::<f32, D>::beyond(number())?));
    keep(DistanceTest::<f32, D>::default());
    same::<DistanceTest<_, _>>(&test);
    let mut novelty = Novelty::with_step(Novelty::new(number())?, number())?;
    keep(Novelty::observe(&mut novelty, number()));
    keep((Novelty::threshold(&novelty), Novelty::count(&novelty)));
    same::<Novelty<_>>(&novelty);
    keep(novelty::threshold(opaque(&[0.0; D][..]), number()));
    Ok(())
}
