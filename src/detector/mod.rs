//! A detector of anomalies in windows of a signal, in one value of fixed size.
//!
//! From samples to an alarm:
//!
//! 1. **Window.** So many samples of every axis are one window. The detector sums them up as they come.
//! 2. **Features.** Each axis gives the same D / AXES features, the first of these four:
//!
//!    | | feature | what it shows |
//!    |---|---|---|
//!    | 1 | mean | where the signal stands |
//!    | 2 | ln standard deviation | how strong it is, in nats |
//!    | 3 | ln (1 + crest factor); the crest factor is the largest distance from the mean, in standard deviations | shocks |
//!    | 4 | crossings of the last window's mean, a sample | how fast it is |
//!
//! 3. **Score.** A mixture that learns windows says how likely a window is: its log-density, in nats.
//! 4. **Novelty.** A threshold is [learnt](crate::novelty::Novelty) such that a chosen share of windows lies below it.
//! 5. **Alarm.** It stands while at least m of the last n windows are novel.
//!
//! # States
//! A new detector is [`Learning`](State::Learning). Its first ten windows are the start: a component with their mean, and
//! with 11/7 of their variances, the variance that the eleventh has (Student's t with nine degrees of freedom). Each
//! window after that is scored, and then learnt. All windows weigh the same. A [life cycle](crate::lifecycle::LifeCycle) lets components be
//! born where three windows lie far from all others. In the second half of the learning the threshold learns too, from
//! scores of windows that the mixture had not seen.
//!
//! Then it is [`Watching`](State::Watching). By default nothing is learnt any more: the same window has the same score for
//! ever. With [adaptation](Detector::with_adaptation) mixture and threshold follow what changes slowly. A window that
//! is novel does not teach the mixture, and **while the alarm stands, nothing is learnt**: a machine that fails for a
//! week does not become normal. [`learn`](Detector::learn) is how a person says that it is normal.
//!
//! # A reset
//! All of it is one [stored value](crate::persist): mixture, threshold, votes, and the window that is half full. Load it after
//! a reset, and the detector goes on bit for bit.
//!
//! ```
//! use gaussmix::detector::{Detector, Event, State};
//!
//! // Two axes, the first two features of each, up to two regimes; 25 samples a window.
//! let mut detector: Detector<f32, 2, 4, 2> = Detector::new(25)?.with_learning(400)?;
//! # let mut noise = 1_u32;
//! # let mut sample = |scale: f32| core::array::from_fn(|_| {
//! #     noise = noise.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
//! #     1000.0 + scale * ((noise >> 16) as f32 / 65536.0 - 0.5)
//! # });
//! while detector.state() == State::Learning {
//!     detector.observe(&sample(1.0))?;
//! }
//! // A bearing wears out: the vibration grows by half.
//! let raised = (0..200).find_map(|t| {
//!     let window = detector.observe(&sample(1.5)).ok()??;
//!     (window.event == Some(Event::Raised)).then_some(t)
//! });
//! assert_eq!(raised, Some(74)); // at the end of the third window: three of five are novel
//! # Ok::<(), gaussmix::Error>(())
//! ```

mod window;

use crate::covariance::{Covariance, Full, Shape, factorise_all};
use crate::error::{Error, require};
use crate::lifecycle::{Birth, LifeCycle};
use crate::model::Gmm;
use crate::novelty::Novelty;
use crate::observation::{Observation, check_range, checked_weight, complete};
use crate::real::Real;
use crate::stream::{OnlineEm, StepSize};

use core::slice::{from_mut, from_ref};
use nalgebra::SMatrix;

pub(crate) use window::Sums;

/// How many windows make the start. Their variances say little with fewer; regimes would mix with more.
const START: u64 = 10;

/// Tells whether a signal of `AXES` axes is as usual, from `D / AXES` features of each axis, by a mixture of at most `K`
/// components over the `D` features. See the [module](self) for how.
///
/// A `D` that is not 1 to 4 times `AXES` does not compile:
/// ```compile_fail
/// let detector = gaussmix::detector::Detector::<f32, 3, 8, 4>::new(20);
/// let window = detector.unwrap().observe([0.0; 3]);
/// ```
#[doc(alias("anomaly", "condition monitoring", "vibration", "NanoEdge"))]
#[derive(Clone, Debug, PartialEq)]
pub struct Detector<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) sums: Sums<T, AXES>,
    /// Samples of a window.
    pub(crate) window: u32,
    /// The variance of rounding a sample to its unit.
    pub(crate) rounding: T,
    /// Windows of the learning, and how many of them are still to come.
    pub(crate) learning: [u32; 2],
    pub(crate) adaptation: StepSize<T>,
    /// m and n: so many of so many windows.
    pub(crate) votes: [u32; 2],
    /// Which of the last windows were novel, the last of them in bit 0.
    pub(crate) history: u32,
    pub(crate) is_alarm: bool,
    pub(crate) run: OnlineEm<T, D, K, C>,
    pub(crate) life: LifeCycle<T, D>,
    pub(crate) novelty: Novelty<T>,
}

/// What a detector does with windows.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum State {
    /// It learns what is usual. Nothing raises an alarm.
    Learning,
    /// It compares, and adapts if it was told to.
    Watching,
}

/// What changed with a window.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Event {
    /// The first windows gave the mixture its start. Scores begin with the next window.
    Started,
    /// A component was born in this slot.
    Born(usize),
    /// The learning is over.
    Learnt,
    /// Enough windows are novel: the alarm stands from now on.
    Raised,
    /// Enough windows are usual again.
    Cleared,
}

/// A window that is full.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Window<T, const D: usize> {
    /// Its features: the means of all axes, then their ln standard deviations, and so on.
    pub features: [T; D],
    /// ln p of the features under the mixture before it learnt from them, in nats; `None` before the start. The lower,
    /// the less usual.
    pub log_density: Option<T>,
    /// Whether the log-density is below the threshold. Nothing is while the detector learns.
    pub is_novel: bool,
    /// Whether the alarm stands.
    pub is_alarm: bool,
    /// What changed.
    pub event: Option<Event>,
}

impl<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance> Detector<T, AXES, D, K, C> {
    const FEATURES: usize = {
        assert!(AXES > 0 && D.is_multiple_of(AXES) && D / AXES <= 4, "D is 1, 2, 3 or 4 times AXES");
        D / AXES
    };

    /// A detector that knows nothing, for windows of so many samples.
    ///
    /// By default it learns 400 windows, calls the share 0.01 of the windows novel, raises the alarm if three of five
    /// are, lets components be born, and does not adapt.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless `window` is 2 to 65536.
    pub fn new(window: u32) -> Result<Self, Error> {
        Self::require_window(window)?;
        Ok(Self { window, ..Self::unset() })
    }

    pub(crate) fn require_window(window: u32) -> Result<(), Error> {
        require(window > 1 && window <= 1 << 16, "window", "2 to 65536 samples")
    }

    pub(crate) fn require_votes(m: u32, n: u32) -> Result<(), Error> {
        require(m > 0 && m <= n && n <= 32, "votes", "m of n windows, 1 <= m <= n <= 32")
    }

    pub(crate) fn unset() -> Self {
        Self {
            sums: Sums::EMPTY,
            window: 2,
            rounding: T::ZERO,
            learning: [400; 2],
            adaptation: StepSize::ZERO,
            votes: [3, 5],
            history: 0,
            is_alarm: false,
            run: OnlineEm::unfitted(),
            life: LifeCycle::default().with_birth(Birth::default()),
            novelty: Novelty::at(T::narrow(0.01)),
        }
    }

    /// Sets how many windows are learnt at first. The second half of them, and at least 1/rate windows, calibrate the
    /// threshold: twice as many as 1/rate, or more, leave nothing to do later.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] with fewer than 11 windows: ten are the start.
    pub fn with_learning(mut self, windows: u32) -> Result<Self, Error> {
        require(u64::from(windows) > START, "windows", "11 or more")?;
        self.learning = [windows; 2];
        Ok(self)
    }

    /// Lets mixture and threshold follow the signal after the learning, with a memory of 1/`step` windows. 0 is no
    /// adaptation.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 0 ≤ `step` < 1.
    pub fn with_adaptation(mut self, step: T) -> Result<Self, Error> {
        self.adaptation = StepSize::constant(step)?;
        Ok(self)
    }

    /// Sets the unit in which samples are written, such as one count of a converter. A window whose samples are all
    /// equal then has the standard deviation of rounding, unit/√12, and not next to none.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if the unit is negative or NaN, or its square leaves the range.
    pub fn with_resolution(mut self, unit: T) -> Result<Self, Error> {
        [self.rounding] = crate::fit::rounding_variances(&[unit])?;
        Ok(self)
    }

    /// Sets how the threshold is learnt: its rate is the share of windows called novel.
    #[must_use]
    pub fn with_novelty(mut self, novelty: Novelty<T>) -> Self {
        self.novelty = novelty;
        self
    }

    /// Sets what becomes of components during the learning.
    #[must_use]
    pub fn with_life_cycle(mut self, life: LifeCycle<T, D>) -> Self {
        self.life = life;
        self
    }

    /// Raises the alarm if `m` of the last `n` windows are novel.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] unless 1 ≤ `m` ≤ `n` ≤ 32.
    pub fn with_votes(mut self, m: u32, n: u32) -> Result<Self, Error> {
        Self::require_votes(m, n)?;
        self.votes = [m, n];
        Ok(self)
    }

    /// Learns the next windows, as usual whatever they are, and ends the alarm. The mixture goes on from what it knows.
    pub fn learn(&mut self, windows: u32) {
        self.learning = [windows; 2];
        (self.history, self.is_alarm) = (0, false);
    }

    /// Takes the next sample. Returns what became of the window, if the sample fills it. A sample of weight 0 is ignored;
    /// other weights make no difference.
    ///
    /// # Errors
    /// [`Error::NonFiniteSample`], [`Error::MissingFeature`], [`Error::InvalidSampleWeight`] or [`Error::OutOfRange`];
    /// the detector is then as before.
    pub fn observe(&mut self, sample: impl Observation<T, AXES>) -> Result<Option<Window<T, D>>, Error> {
        let weight = checked_weight(&sample)?;
        let Some(x) = complete(&sample)? else { return Ok(None) };
        check_range(x, T::ONE)?;
        if weight > T::ZERO {
            self.sums.add(x, Self::FEATURES);
        }
        if self.sums.count < self.window {
            return Ok(None);
        }
        let features = self.sums.take(self.rounding);
        let mut window =
            Window { features, log_density: None, is_novel: false, is_alarm: false, event: None };
        match self.state() {
            State::Learning if self.run.model().is_unfitted() => self.begin(&mut window),
            State::Learning => self.teach(&mut window),
            State::Watching => self.watch(&mut window),
        }
        window.is_alarm = self.is_alarm;
        Ok(Some(window))
    }

    /// One of the windows of the start. They are summed up in the statistics of the run.
    #[inline(never)] // its memory is not that of the windows to come
    fn begin(&mut self, window: &mut Window<T, D>) {
        let mut first = [T::ZERO; K];
        first[0] = T::ONE;
        // One whose square is too large for sums is passed over.
        if self.run.edit(|stats, _| stats.assign(window.features, &first)).is_err() {
            return;
        }
        self.count_down();
        if self.run.statistics().count() < START {
            return;
        }
        if self.start(first).is_ok() {
            window.event = Some(Event::Started);
        } else {
            // Their variances are too large: ten others.
            self.run.stats.reset();
            self.run.gmm = Gmm::unfitted();
        }
    }

    /// Begins the run, with a component of the mean and the variances of the windows so far.
    fn start(&mut self, weights: [T; K]) -> Result<(), Error> {
        let stats = self.run.statistics();
        let means = [stats.means()[0]; K];
        let mut variances = SMatrix::<T, D, D>::zeros();
        let found = stats.feature_variances();
        for j in 0..D {
            let written = T::narrow(64.0) * T::EPSILON * means[0][j];
            // What never varied may yet: by as much as it is rounded, or by a hundredth of a nat.
            let floor = if j < AXES { self.rounding + written * written } else { T::narrow(1e-4) };
            variances.data.0[j][j] = T::narrow(11.0 / 7.0) * found[j] + floor.larger(T::SMALLEST_NORMAL);
        }
        let covariance = C::Shape::from_matrix(&variances);
        // In place: a second model does not lie on the stack.
        self.run.edit(|_, gmm| {
            for factor in gmm.factors.as_mut() {
                factorise_all::<T, D, C::Shape>(from_ref(&covariance), from_mut(factor))?;
            }
            (gmm.weights, gmm.means) = (weights, means);
            gmm.refresh_offsets();
            gmm.validate()
        })?;
        self.run.begin()?;
        self.run.set_step(StepSize::decaying(T::ONE, T::from_count(START))?);
        Ok(())
    }

    /// Scores a window, and learns it.
    fn teach(&mut self, window: &mut Window<T, D>) {
        let [windows, left] = self.learning;
        // One that is too far away to be scored says nothing of the others.
        let report = self.life.observe(&mut self.run, window.features);
        let log_density = report.as_ref().map_or(Self::lowest(), |report| report.posterior.log_density);
        window.log_density = Some(log_density);
        if left <= windows / 2 {
            self.calibrate(log_density);
        }
        window.event = report.ok().and_then(|report| report.born).map(Event::Born);
        self.count_down();
        if self.state() == State::Watching {
            window.event = Some(Event::Learnt);
        }
    }

    /// Scores a window, votes, and adapts.
    fn watch(&mut self, window: &mut Window<T, D>) {
        let scored = self.run.score(&window.features, &mut { T::INFINITY });
        let log_density = scored.as_ref().map_or(Self::lowest(), |posterior| posterior.log_density);
        window.log_density = Some(log_density);
        let adapts = self.adapts();
        let is_open = (adapts && !self.is_alarm) || self.novelty.threshold() == T::NEG_INFINITY;
        let is_novel = if is_open { self.calibrate(log_density) } else { log_density < self.threshold() };
        if let Ok(posterior) = scored
            && adapts
            && !self.is_alarm
            && !is_novel
        {
            self.run.set_step(self.adaptation);
            self.run.take(&window.features, T::ONE, &posterior);
        }
        let [m, n] = self.votes;
        self.history = (self.history << 1 | u32::from(is_novel)) & (u32::MAX >> (32 - n));
        let is_alarm = self.history.count_ones() >= m;
        window.is_novel = is_novel;
        window.event = match (self.is_alarm, is_alarm) {
            (false, true) => Some(Event::Raised),
            (true, false) => Some(Event::Cleared),
            _ => None,
        };
        self.is_alarm = is_alarm;
    }

    /// Lets the threshold learn. Returns whether the window is novel.
    fn calibrate(&mut self, log_density: T) -> bool {
        self.novelty.observe(log_density).unwrap_or(true)
    }

    fn count_down(&mut self) {
        let [_, left] = &mut self.learning;
        *left = left.saturating_sub(1);
    }

    /// Stands for the log-density of a window so far away that its distance overflows.
    fn lowest() -> T {
        -T::LARGEST_SQUARE
    }

    /// What it does with windows now.
    #[must_use]
    pub fn state(&self) -> State {
        let is_learning = self.learning[1] > 0 || self.run.model().is_unfitted();
        if is_learning { State::Learning } else { State::Watching }
    }

    /// Whether the alarm stands.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.is_alarm
    }

    /// The mixture of windows.
    #[must_use]
    pub fn model(&self) -> &Gmm<T, D, K, C> {
        self.run.model()
    }

    /// The log-density below which a window is novel: −∞ until the threshold has learnt from 1/rate windows. Without
    /// adaptation it is lower by one of the threshold's last rises: what is always the same, and so has always the same
    /// score, may have been passed by that much.
    #[must_use]
    pub fn threshold(&self) -> T {
        let threshold = self.novelty.threshold();
        if self.adapts() { threshold } else { threshold - self.novelty.rise() }
    }

    fn adapts(&self) -> bool {
        self.adaptation != StepSize::ZERO
    }
}
