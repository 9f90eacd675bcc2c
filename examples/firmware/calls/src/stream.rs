//! Stepwise runs.

use gaussmix::stream::{Average, EffectiveSize, StepSize};
use gaussmix::{Covariance, Error, MStep, OnlineEm};

use crate::fit::frozen;
use crate::{D, K, Model, Row, count, forget, index, keep, number, opaque, same};

pub(crate) fn all<C: Covariance>(gmm: &Model<C>, rows: &[Row]) -> Result<(), Error> {
    let mut run = OnlineEm::new(gmm.clone(), StepSize::constant(number())?)?;
    run = OnlineEm::with_frozen(run, frozen());
    run = OnlineEm::with_interval(run, count());
    run = OnlineEm::with_warm_up(run, u64::from(count()));
    run = OnlineEm::with_inertia(run, count());
    run = OnlineEm::with_m_step(run, MStep::exact());
    same::<OnlineEm<_, _, _, _, _>>(&run);
    OnlineEm::set_step(&mut run, StepSize::decaying(number(), number())?);
    OnlineEm::set_m_step(&mut run, MStep::default());
    OnlineEm::set_interval(&mut run, count());
    forget(&mut run);
    for row in rows {
        keep(OnlineEm::observe(&mut run, row));
        keep(OnlineEm::observe(&mut run, row.0.0));
    }
    keep(OnlineEm::observe_batch(&mut run, rows));
    keep(OnlineEm::maximize(&mut run));
    keep(OnlineEm::edit(&mut run, |stats, _| stats.validate()));
    keep((OnlineEm::steps(&run), OnlineEm::last_update(&run)));
    keep(average(&run));
    keep(OnlineEm::reset(&mut run, gmm));
    keep(OnlineEm::model(&run));
    keep(OnlineEm::into_model(run));
    keep(OnlineEm::<f32, D, K, C>::unfitted());
    sizes()
}

/// M-steps in parts are for structures whose components share nothing.
pub(crate) fn in_parts<C: Covariance>() -> Result<(), Error> {
    let run: &mut OnlineEm<f32, D, K, C> = &mut OnlineEm::unfitted();
    forget(run);
    OnlineEm::maximize_weights(run)?;
    keep(OnlineEm::maximize_component(run, index())?);
    forget(run);
    Ok(())
}

fn average<C: Covariance>(run: &OnlineEm<f32, D, K, C>) -> Result<(), Error> {
    let mut average: Average<f32, D, K, C> = Average::new();
    Average::observe(&mut average, OnlineEm::statistics(run));
    keep((Average::statistics(&average), Average::count(&average)));
    same::<Average<_, _, _, _>>(&average);
    Average::reset(&mut average);
    keep(average);
    keep(Average::<f32, D, K, C>::default());
    Ok(())
}

fn sizes() -> Result<(), Error> {
    keep(StepSize::at(&StepSize::<f32>::default(), u64::from(count())));
    let step = StepSize::constant(number())?;
    keep(StepSize::at(&opaque(step), opaque(1)));
    same::<StepSize<_>>(&step);
    let mut size = EffectiveSize::new();
    EffectiveSize::observe(&mut size, number())?;
    EffectiveSize::discount(&mut size, number())?;
    EffectiveSize::merge(&mut size, &opaque(EffectiveSize::default()));
    keep((EffectiveSize::total_weight(&size), EffectiveSize::value(&size)));
    same::<EffectiveSize<_>>(&size);
    Ok(())
}
