//! Sufficient statistics, gradients and standard errors.

use gaussmix::covariance::Uncoupled;
use gaussmix::fit::Pass;
use gaussmix::gradient::{StandardErrors, Unconstrained};
use gaussmix::{Covariance, Error, SufficientStats};

use crate::{D, K, Model, Row, Stats, forget, index, keep, number, same};

pub(crate) fn all<C: Covariance>(gmm: &Model<C>, rows: &[Row]) -> Result<(), Error> {
    let mut stats: Stats<C> = SufficientStats::new();
    keep(SufficientStats::observe_all(&mut stats, gmm, rows));
    for row in rows {
        keep(SufficientStats::observe(&mut stats, gmm, row));
        keep(SufficientStats::observe(&mut stats, gmm, row.0.0));
        keep(SufficientStats::assign(&mut stats, row, &[number(); K]));
    }
    combine(&mut stats, gmm)?;
    one_by_one(gmm, rows);
    Ok(())
}

#[inline(never)]
fn one_by_one<C: Covariance>(gmm: &Model<C>, rows: &[Row]) {
    let mut pass: Pass<f32, D, K, C> = Pass::new();
    for row in rows {
        keep(Pass::observe(&mut pass, gmm, row));
    }
    keep(Pass::finish(&mut pass));
    keep(Pass::clone(&pass));
    Pass::reset(&mut pass);
    let empty: Pass<f32, D, K, C> = Pass::default();
    keep(empty);
    forget(&mut pass);
}

#[inline(never)]
fn combine<C: Covariance>(stats: &mut Stats<C>, gmm: &Model<C>) -> Result<(), Error> {
    let mut other = SufficientStats::from_model(gmm, number())?;
    same::<SufficientStats<_, _, _, _>>(&other);
    SufficientStats::merge(&mut other, stats);
    SufficientStats::discount(&mut other, number())?;
    keep(SufficientStats::permute(&mut other, &[index(); K]));
    keep(SufficientStats::validate(&other));
    keep((SufficientStats::count(&other), SufficientStats::total_weight(&other)));
    keep((SufficientStats::noise_mass(&other), SufficientStats::log_likelihood(&other)));
    keep((SufficientStats::masses(&other), SufficientStats::means(&other)));
    keep(SufficientStats::covariance(&other, index()));
    keep(SufficientStats::expected_log_likelihood(&other, gmm));
    SufficientStats::reset(&mut other);
    keep(other);
    let empty: Stats<C> = SufficientStats::default();
    keep(empty);
    forget(stats);
    Ok(())
}

/// Gradients and standard errors are of structures without common parts.
pub(crate) fn ascend<C: Uncoupled>(gmm: &Model<C>, stats: &Stats<C>, rows: &[Row]) -> Result<(), Error> {
    let gradient = SufficientStats::gradient(stats, gmm);
    let mut point = Unconstrained::of(gmm)?;
    same::<Unconstrained<_, _, _, _>>(&point);
    Unconstrained::add_scaled(&mut point, number(), &gradient);
    keep(Unconstrained::dot(&point, &gradient));
    Unconstrained::numbers(&point).for_each(keep);
    for number in Unconstrained::numbers_mut(&mut point) {
        forget(number);
    }
    keep(Unconstrained::<f32, D, K, C>::count());
    keep(Unconstrained::<f32, D, K, C>::zero());
    keep(Unconstrained::to_model(&point)?);
    let mut memory = [0.0; 1024];
    keep(StandardErrors::<f32, D, K>::memory::<C>());
    let errors = StandardErrors::<f32, D, K>::estimate(gmm, rows, &mut memory)?;
    same::<StandardErrors<_, _, _>>(&errors);
    Ok(())
}
