//! M-steps, regularizers and fits.

use core::ops::ControlFlow;

use gaussmix::covariance::Uncoupled;
use gaussmix::fit::{
    Acceleration, BestOf, BoundedWeights, Climb, Damped, EigenvalueRatio, EqualAlong, Fit, Fitting, Frozen,
    Iteration, Prior, Stop, Trace, Update, Usual, Watch, Workspace,
};
use gaussmix::init::{Rule, Start};
use gaussmix::{Covariance, Em, Error, MStep, OnlineEm, fit};

use crate::{D, K, Model, Random, Row, Stats, count, forget, index, keep, number, opaque, same, statistics};

pub(crate) fn all<C: Covariance>(
    gmm: &mut Model<C>,
    rows: &[Row],
    data: &[[f32; D]],
    rng: &mut Random,
) -> Result<(), Error> {
    let stats = &mut Stats::<C>::new();
    forget(stats);
    keep(m_step(gmm, stats));
    forget(gmm);
    keep(priors(gmm, stats, rows));
    forget(gmm);
    fits(gmm, rows, data, rng)?;
    forget(gmm);
    by_passes(gmm, stats)?;
    forget(gmm);
    own_steps(gmm, rows)
}

#[inline(never)]
fn by_passes<C: Covariance>(gmm: &mut Model<C>, stats: &Stats<C>) -> Result<(), Error> {
    let mut climb = Fitting::begin(Em::fitting(&Em::default()), gmm)?;
    keep(Climb::step(&mut climb, stats, gmm)?);
    Ok(())
}

/// A setting for each that there is.
fn settings<R>(m_step: MStep<f32, R>) -> Result<MStep<f32, R>, Error> {
    let m_step = MStep::with_relative_floor(m_step, number())?;
    let m_step = MStep::with_absolute_floor(m_step, number())?;
    let m_step = MStep::with_ridge(m_step, number())?;
    let m_step = MStep::with_least_share(m_step, number())?;
    let m_step = MStep::with_inner_tolerance(m_step, number())?;
    MStep::with_inner_iterations(m_step, count())
}

pub(crate) fn frozen() -> Frozen<K> {
    let frozen = Frozen::with_weights(Frozen::default(), opaque([false; K]));
    Frozen::with_covariances(Frozen::with_means(frozen, opaque([false; K])), opaque([false; K]))
}

#[inline(never)]
fn m_step<C: Covariance>(gmm: &mut Model<C>, stats: &Stats<C>) -> Result<(), Error> {
    let m_step = settings(MStep::default())?;
    same::<MStep<_, _>>(&m_step);
    keep(MStep::<f32>::exact());
    let update = MStep::maximize(&m_step, stats, gmm)?;
    keep(Update::is_healthy(&update));
    same::<Update<_>>(&Update::new(opaque(update.outcomes)));
    keep(MStep::maximize_with(&m_step, &frozen(), stats, gmm));
    keep(fit::adapt(gmm, stats, number(), &frozen()));
    BoundedWeights::apply(&BoundedWeights::new(number(), number())?, stats, gmm)
}

#[inline(never)]
fn priors<C: Covariance>(gmm: &mut Model<C>, stats: &Stats<C>, rows: &[Row]) -> Result<(), Error> {
    let prior: Prior<f32, D, K, C> = Prior::new(
        *gmm.means(),
        number(),
        opaque(Some((gmm.covariances(), number()))),
        opaque([number(); K]),
    )?;
    same::<Prior<_, _, _, _>>(&prior);
    keep(Prior::validate(&prior));
    keep(Prior::<f32, D, K, C>::from_data(rows));
    keep(Prior::<f32, D, K, C>::from_statistics(stats));
    let m_step = MStep::with_regularizer(settings(MStep::exact())?, &prior);
    keep(MStep::log_prior(&m_step, gmm));
    keep(MStep::regularizer(&m_step));
    keep(MStep::maximize(&m_step, stats, gmm));
    let m_step = MStep::with_regularizer(MStep::exact(), Prior::from_model(gmm, number())?);
    let em = Em::with_m_step(Em::default(), m_step);
    let mut memory: Acceleration<f32, D, K, C> = Acceleration::new();
    keep(Fitting::fit(Fitting::with_acceleration(Em::fitting(&em), &mut memory), gmm, rows));
    keep((Acceleration::taken(&memory), Acceleration::refused(&memory)));
    keep(Acceleration::clone(&memory));
    keep(Acceleration::<f32, D, K, C>::default());
    Ok(())
}

#[inline(never)]
fn fits<C: Covariance>(
    gmm: &mut Model<C>,
    rows: &[Row],
    data: &[[f32; D]],
    rng: &mut Random,
) -> Result<(), Error> {
    let em = Em::with_max_iterations(Em::with_tolerance(Em::default(), number())?, count());
    let em = Em::with_m_step(em, settings(MStep::default())?);
    same::<Em<_, _>>(&em);
    let fit = Em::fit(&em, gmm, data)?;
    keep((Fit::mean_log_likelihood(&fit), Fit::is_healthy(&fit), Fit::is_spurious(&fit)));
    same::<Fit<_, _>>(&fit);
    let start = Start::with_components(Start::new(opaque(Rule::Mixed)), index())?;
    keep(Fitting::fit_best_of(Em::fitting(&em), gmm, count(), Start::rule(start), rows, rng));
    let best = Em::fit_best_of(&em, gmm, count(), Start::rule(start), rows, rng)?;
    same::<BestOf<_, _>>(&best);
    Ok(())
}

/// With every setting, a hook and every other M-step.
#[inline(never)]
fn own_steps<C: Covariance>(gmm: &mut Model<C>, rows: &[Row]) -> Result<(), Error> {
    let weights = BoundedWeights::new(number(), number())?;
    let (along, damped) = (EqualAlong::new([number(); D])?, Damped::new(number())?);
    same::<BoundedWeights<_>>(&weights);
    same::<EqualAlong<_, _>>(&along);
    same::<Damped<_>>(&damped);
    let (weights, along) = (BoundedWeights::step(weights), EqualAlong::step(along));
    let damped = Damped::step(damped);
    let each = |usual: &Usual<'_, f32, D, K>, stats: &Stats<C>, gmm: &mut Model<C>| {
        weights(usual, stats, gmm)?;
        along(usual, stats, gmm)?;
        damped(usual, stats, gmm)?;
        keep((Usual::m_step(usual), Usual::frozen(usual), Usual::clone(usual)));
        Usual::maximize(usual, stats, gmm)
    };
    let mut watch = Watch::with_tolerance(Watch::always(Watch::new()), number())?;
    let mut trace: Trace<f32, 8> = Trace::new();
    let mut workspace = Workspace::new();
    keep(Workspace::<f32, D, K, C>::default());
    keep(Workspace::clone(opaque(&workspace)));
    let fitting = Fitting::with_m_step(Em::fitting(&Em::default()), Watch::over(&mut watch, each));
    let fitting = Fitting::with_resolution(Fitting::with_frozen(fitting, frozen()), [number(); D])?;
    let fitting = Fitting::with_workspace(fitting, &mut workspace);
    keep(Fitting::fit(Fitting::with_hook(fitting, hook(&mut trace)), gmm, rows));
    keep((Watch::checked(&watch), Watch::lowered(&watch), Watch::largest_fall(&watch)));
    same::<Watch<_>>(&watch);
    keep(Trace::values(&trace).len());
    same::<Trace<_, _>>(&trace);
    Ok(())
}

/// Records, and may end all.
fn hook(trace: &mut Trace<f32, 8>) -> impl FnMut(&Iteration<f32>) -> ControlFlow<Stop> {
    let mut hook = Trace::hook(trace);
    move |iteration| {
        same::<Iteration<_>>(iteration);
        if opaque(false) { ControlFlow::Break(opaque(Stop::Search)) } else { hook(iteration) }
    }
}

/// Gradients and a ratio of eigenvalues, which structures with common parts do not have.
pub(crate) fn uncoupled<C: Uncoupled>(rows: &[Row]) -> Result<(), Error> {
    let (gmm, stats) = (&mut Model::<C>::unfitted(), &mut Stats::<C>::new());
    forget(gmm);
    forget(stats);
    keep(statistics::ascend(gmm, stats, rows));
    let ratio = EigenvalueRatio::new(number())?;
    keep(EigenvalueRatio::ratio(&ratio));
    same::<EigenvalueRatio<_>>(&ratio);
    let m_step = MStep::with_eigenvalue_ratio(MStep::exact(), number())?;
    keep(MStep::maximize_with(&m_step, &frozen(), stats, gmm));
    let mut run = OnlineEm::with_m_step(OnlineEm::new(gmm.clone(), Default::default())?, m_step);
    for row in rows {
        keep(OnlineEm::observe(&mut run, row));
    }
    let pair = (ratio, Prior::from_model(gmm, number())?);
    keep(MStep::maximize(&MStep::with_regularizer(MStep::exact(), pair), stats, gmm));
    Ok(())
}
