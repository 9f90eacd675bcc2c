//! Calls on models, statistics, runs, averages, life cycles and starts, with numbers from the ends of the range.

use gaussmix::fit::Frozen;
use gaussmix::lifecycle::{self, Birth, LifeCycle, Merging, Pruning, Splitting};
use gaussmix::nalgebra::SMatrix;
use gaussmix::stream::{Average, EffectiveSize, StepSize};
use gaussmix::{Em, Error, Gmm, MStep, OnlineEm, Real, SufficientStats, init, reduce};

use super::sound;
use crate::support::dense::Structure;
use crate::support::noise::Noise;

/// The numbers of one call.
pub(super) struct Numbers(Noise);

impl Numbers {
    pub(super) fn new(seed: u64) -> Self {
        Self(Noise::new(seed))
    }

    fn below(&mut self, n: usize) -> usize {
        (self.0.uniform() * n as f64) as usize
    }

    fn rarely(&mut self) -> bool {
        self.below(6) == 0
    }

    fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())]
    }

    fn feature<T: Real>(&mut self) -> T {
        let root = T::LARGEST_SQUARE.widen().sqrt();
        let (tiny, least) = (T::SMALLEST_NORMAL.widen(), T::from_raw_bits(1).widen());
        let ends = [0.0, 1.0, root * 0.99, -root * 0.6, 1e4, -1e7, 1e-20, tiny, least, root, 1.0 / root];
        let never = [f64::NAN, f64::INFINITY, T::LARGEST_SQUARE.widen()];
        let (end, never, normal) = (self.one_of(&ends), self.one_of(&never), 3.0 * self.0.normal());
        T::narrow(match self.below(60) {
            0 => never,
            1..8 => end,
            _ => normal,
        })
    }

    fn sample<T: Real, const D: usize>(&mut self) -> [T; D] {
        if self.rarely() {
            return [self.feature(); D];
        }
        core::array::from_fn(|_| self.feature())
    }

    /// 0 or more, now and then no weight.
    fn weight<T: Real>(&mut self) -> T {
        let (largest, least) = (T::LARGEST_SQUARE.widen(), T::from_raw_bits(1).widen());
        let ends = [0.0, 1e-30, 1e30, 100.0, 1e10, 0.5, 1e-10, least, largest * 0.9, 1.0 / largest];
        let (end, never) = (self.one_of(&ends), self.one_of(&[-1.0, f64::NAN, f64::INFINITY]));
        T::narrow(match self.below(60) {
            0 => never,
            1..20 => end,
            _ => 1.0,
        })
    }

    /// Within [0, 1], now and then not.
    fn share<T: Real>(&mut self) -> T {
        let (epsilon, least) = (T::EPSILON.widen(), T::from_raw_bits(1).widen());
        let ends = [0.0, 1.0, 1.0 - epsilon, epsilon, 1e-30, 1e-12, 1e-3, least, 2.0, f64::NAN];
        let (end, within) = (self.one_of(&ends), self.0.uniform());
        T::narrow(if self.below(3) == 0 { end } else { within })
    }

    fn variance<T: Real>(&mut self) -> f64 {
        let root = T::LARGEST_SQUARE.widen().sqrt();
        let end = self.one_of(&[1e-12, 1e12, root, 1.0 / root, root * root * 0.5, 4.0 / root / root]);
        if self.rarely() { end } else { 0.5 + self.0.uniform() }
    }

    pub(super) fn model<T: Real, const D: usize, const K: usize, C: Structure>(&mut self) -> Gmm<T, D, K, C> {
        loop {
            let mut weights: [T; K] = core::array::from_fn(|_| match self.below(8) {
                0 => T::ZERO,
                1 => self.share::<T>(),
                _ => T::narrow(self.0.uniform()),
            });
            let sum = weights.iter().fold(T::ZERO, |sum, w| sum + *w);
            weights = weights.map(|w| w / sum);
            let means = core::array::from_fn(|_| self.sample());
            let common = self.variance::<T>();
            let correlation = self.one_of(&[0.0, 0.3, 0.999]);
            let matrices = core::array::from_fn(|_| {
                let scales: [f64; D] = if self.rarely() || C::COUPLED {
                    [common.sqrt(); D]
                } else {
                    core::array::from_fn(|_| self.variance::<T>().sqrt())
                };
                SMatrix::from_fn(|i, j| {
                    T::narrow(scales[i] * scales[j] * if i == j { 1.0 } else { correlation })
                })
            });
            let Some(covariances) = C::from_matrices(&weights, &matrices) else { continue };
            if let Ok(gmm) = Gmm::new(weights, means, covariances) {
                return gmm;
            }
        }
    }

    fn m_step<T: Real>(&mut self) -> MStep<T> {
        let some = T::narrow(1e-6);
        match self.below(6) {
            0 => MStep::exact(),
            1 => MStep::exact().with_least_share(T::ZERO).unwrap(),
            2 => MStep::default().with_absolute_floor(some).unwrap(),
            3 => MStep::exact().with_ridge(some).unwrap(),
            4 => MStep::default().with_relative_floor(T::narrow(1e-30)).unwrap(),
            _ => MStep::default(),
        }
    }

    fn step<T: Real>(&mut self) -> StepSize<T> {
        match self.below(3) {
            0 => StepSize::decaying(T::narrow(0.6), T::narrow(2.0)).unwrap(),
            1 => StepSize::constant(self.share()).unwrap_or_default(),
            _ => StepSize::constant(self.one_of(&[T::HALF, T::narrow(0.01), T::narrow(0.999)])).unwrap(),
        }
    }

    fn life<T: Real, const D: usize>(&mut self) -> LifeCycle<T, D> {
        let birth = Birth::default().with_support(1 + self.below(2) as u32, 4).unwrap();
        let birth = birth.with_share(self.share()).unwrap_or_default();
        let birth = birth.with_displaced(self.share()).unwrap_or_default();
        LifeCycle::default()
            .with_birth(birth)
            .with_pruning(Pruning::default().with_share(T::narrow(0.2)).unwrap())
            .with_merging(Merging::default().with_loss(self.share()).unwrap_or_default())
            .with_splitting(Splitting::default().with_above(self.share()).unwrap_or_default())
            .with_interval(1 + self.below(4) as u32)
    }
}

/// What a call did, as it says.
#[derive(Debug)]
pub(super) enum Said {
    /// It is done.
    Done,
    /// It was refused, so nothing changed.
    Refused(Error),
    /// Some of it was done, by its contract, before the rest was refused.
    Partly,
}

impl<R> From<Result<R, Error>> for Said {
    fn from(outcome: Result<R, Error>) -> Self {
        outcome.map_or_else(Self::Refused, |_| Self::Done)
    }
}

/// What the calls of a sequence work on.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct World<T: Real, const D: usize, const K: usize, C: Structure> {
    gmm: Gmm<T, D, K, C>,
    stats: SufficientStats<T, D, K, C>,
    other: SufficientStats<T, D, K, C>,
    run: OnlineEm<T, D, K, C>,
    average: Average<T, D, K, C>,
    birth: Birth<T, D>,
    life: LifeCycle<T, D>,
    size: EffectiveSize<T>,
}

/// How many calls there are.
pub(super) const CALLS: u8 = 34;

impl<T: Real, const D: usize, const K: usize, C: Structure> World<T, D, K, C> {
    pub(super) fn new(numbers: &mut Numbers) -> Self {
        Self {
            gmm: numbers.model(),
            stats: SufficientStats::new(),
            other: SufficientStats::new(),
            run: OnlineEm::unfitted(),
            average: Average::new(),
            birth: Birth::default(),
            life: numbers.life(),
            size: EffectiveSize::new(),
        }
    }

    /// What holds of it, whatever happened.
    pub(super) fn is_sound(&self) {
        sound::model(&self.gmm);
        sound::statistics(&self.stats);
        sound::statistics(&self.other);
        sound::run(&self.run);
        sound::statistics(self.average.statistics());
        sound::stored(&self.average);
        assert!(self.size.value().widen().is_finite() && self.size.total_weight().widen().is_finite());
    }

    /// One call, with its numbers.
    pub(super) fn call(&mut self, call: u8, n: &mut Numbers) -> Said {
        let Self { gmm, stats, other, run, average, birth, life, size } = self;
        let (x, weight): ([T; D], T) = (n.sample(), n.weight());
        let few: Vec<([T; D], T)> = (0..n.below(9)).map(|_| (n.sample(), n.weight())).collect();
        match call {
            0..2 => stats.observe(gmm, (x, weight)).into(),
            2 => {
                let shares = core::array::from_fn(|_| if n.rarely() { n.weight() } else { n.share() });
                stats.assign((x, weight), &shares).into()
            }
            3 => match stats.observe_all(gmm, &few) {
                Ok(()) => Said::Done,
                Err(_) => Said::Partly,
            },
            4 => {
                stats.merge(other);
                Said::Done
            }
            5 => {
                core::mem::swap(stats, other);
                Said::Done
            }
            6 => stats.discount(n.share()).into(),
            7 => {
                for _ in 0..n.below(140) {
                    let same = stats.clone();
                    stats.merge(&same);
                }
                Said::Done
            }
            8 => n.m_step().maximize(stats, gmm).into(),
            9 => {
                let frozen = Frozen::NONE.with_means(core::array::from_fn(|_| n.rarely()));
                let frozen = frozen.with_weights(core::array::from_fn(|_| n.rarely()));
                n.m_step().maximize_with(&frozen, stats, gmm).into()
            }
            10 => SufficientStats::from_model(gmm, weight).map(|made| *stats = made).into(),
            11 => {
                *gmm = n.model();
                Said::Done
            }
            12..17 => change(call - 12, n, stats, gmm).into(),
            17 => birth.consider(stats, gmm, (x, weight)).into(),
            18..20 => run.observe((x, weight)).into(),
            20 => {
                for _ in 0..n.below(100) {
                    let x: [T; D] = core::array::from_fn(|_| T::narrow(n.0.normal()));
                    if run.observe(x).is_err() {
                        return Said::Partly;
                    }
                }
                Said::Done
            }
            21 => run.observe_batch(&few).into(),
            22 => run.maximize().into(),
            23 => run.reset(gmm).into(),
            24 => match run.edit(|stats, gmm| change(n.below(5) as u8, n, stats, gmm)) {
                Ok(()) => Said::Done,
                // The run cannot know what an edit changed before it refused: factors are made anew.
                Err(_) => Said::Partly,
            },
            25 => {
                run.set_step(n.step());
                Said::Done
            }
            26 => {
                let next = run.clone().with_m_step(n.m_step()).with_inertia(n.one_of(&[0, 1, 10]));
                *run = next.with_interval(n.one_of(&[1, 1, 1, 5]));
                Said::Done
            }
            27..29 => match life.observe(run, (x, weight)) {
                Ok(_) => Said::Done,
                Err(Error::NonFiniteSample { .. } | Error::InvalidSampleWeight { .. }) => {
                    Said::Refused(Error::EmptyData)
                }
                Err(_) => Said::Partly,
            },
            29 => match life.apply(run) {
                Ok(_) => Said::Done,
                Err(_) => Said::Partly,
            },
            30 => {
                average.observe(if n.rarely() { stats } else { run.statistics() });
                Said::Done
            }
            31 => n.m_step().maximize(average.statistics(), gmm).into(),
            32 => {
                if n.rarely() {
                    // An edit may leave whatever statistics there are.
                    run.edit(|held, _| {
                        held.clone_from(stats);
                        Ok::<(), Error>(())
                    })
                    .into()
                } else {
                    start(n, gmm, &few).into()
                }
            }
            _ => match n.below(3) {
                0 => size.observe(weight).into(),
                1 => size.discount(n.share()).into(),
                _ => {
                    (0..n.below(140)).for_each(|_| size.merge(&size.clone()));
                    Said::Done
                }
            },
        }
    }
}

/// What changes the set of components.
fn change<T: Real, const D: usize, const K: usize, C: Structure>(
    operation: u8,
    n: &mut Numbers,
    stats: &mut SufficientStats<T, D, K, C>,
    gmm: &mut Gmm<T, D, K, C>,
) -> Result<(), Error> {
    let (k, other) = (n.below(K), n.below(K));
    match operation {
        0 => lifecycle::remove(stats, gmm, k),
        1 => lifecycle::seed(stats, gmm, k, &n.sample(), n.share()),
        2 => lifecycle::split(stats, gmm, k, other, n.share()),
        3 => reduce::merge(stats, gmm, k, other),
        _ => match n.below(3) {
            0 => Pruning::default().with_share(n.share())?.apply(stats, gmm).map(|_| ()),
            1 => Merging::default().with_loss(n.weight())?.apply(stats, gmm).map(|_| ()),
            _ => Splitting::default().with_above(n.share())?.apply(stats, gmm).map(|_| ()),
        },
    }
}

fn start<T: Real, const D: usize, const K: usize, C: Structure>(
    n: &mut Numbers,
    gmm: &mut Gmm<T, D, K, C>,
    few: &[([T; D], T)],
) -> Result<(), Error> {
    match n.below(5) {
        0 => init::farthest_first(gmm, few),
        1 => init::k_means_plus_plus(gmm, few, &mut n.0.0),
        2 => init::from_means(gmm, &core::array::from_fn(|_| n.sample()), few),
        3 => gmm.collapse().map(|_| ()),
        _ => Em::default().with_m_step(n.m_step()).with_max_iterations(3).fit(gmm, few).map(|_| ()),
    }
}
