//! Alarms of a signal.

use gaussmix::detector::{Detector, Event, State, Window};
use gaussmix::novelty::Novelty;
use gaussmix::{Covariance, Error};

use crate::{D, K, count, forget, keep, lifecycle, number, opaque, persist, same};

/// Of each axis one feature, or three.
#[inline(never)]
pub(crate) fn all<const AXES: usize, C: Covariance>() -> Result<(), Error> {
    let mut detector: Detector<f32, AXES, D, K, C> = Detector::new(count())?;
    detector = Detector::with_learning(detector, count())?;
    detector = Detector::with_settling(detector, count());
    detector = Detector::with_adaptation(detector, number())?;
    detector = Detector::with_resolution(detector, number())?;
    detector = Detector::with_votes(detector, count(), count())?;
    detector = Detector::with_novelty(detector, Novelty::new(number())?);
    detector = Detector::with_life_cycle(detector, lifecycle::life()?);
    same::<Detector<_, _, _, _, _>>(&detector);
    keep(persist::store(&mut detector));
    Detector::learn(&mut detector, count());
    forget(&mut detector);
    if let Some(window) = Detector::observe(&mut detector, opaque([number(); AXES]))? {
        same::<Window<_, _>>(&window);
        if let Some(event) = window.event {
            same::<Event>(&event);
        }
    }
    same::<State>(&Detector::state(&detector));
    keep((Detector::is_alarm(&detector), Detector::threshold(&detector)));
    keep(Detector::model(&detector));
    keep(Detector::run(&detector));
    Detector::discard_window(&mut detector);
    Ok(())
}
