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
//! A new detector is [`Learning`](State::Learning). It passes over the first window, since signals begin with transients.
//! The next ten are the start: a component with their mean, and with 11/7 of their variances, the variance that the
//! eleventh has (Student's t with nine degrees of freedom). Each window after that is scored, and then learnt. All
//! windows weigh the same. A [life cycle](crate::lifecycle::LifeCycle) lets components be born where three windows lie far
//! from all others. In the second half of the learning the threshold learns too, from scores of windows that the mixture
//! had not seen.
//!
//! Once the threshold has learnt from 1/rate windows, the detector is [`Watching`](State::Watching). By default nothing is
//! learnt any more: the same window has the same score for ever. With [adaptation](Detector::with_adaptation) mixture
//! and threshold follow what changes slowly. A window that is novel does not teach the mixture, and **while the alarm
//! stands, nothing is learnt**: a machine that fails for a week does not become normal. [`learn`](Detector::learn) is how
//! a person says that it is normal.
//!
//! A sensor that gives no numbers gives errors, and no window: count the errors of [`observe`](Detector::observe).
//!
//! # In a `static`
//! [`new`](Detector::new) computes a quantile of χ², so a detector is no constant. Put it into a cell that is filled when the
//! program starts: `static_cell::StaticCell`, which hands out a `&'static mut` once; what RTIC's `init` returns; or, where
//! an interrupt and a task share it, `critical_section::Mutex<RefCell<Option<…>>>`. None needs `unsafe` or a heap. The
//! repository's `examples/tasks` does the first two.
//!
//! # A reset
//! All of it is one [stored value](crate::persist): mixture, threshold, votes, and the window that is half full. Load it after
//! a reset, and the detector goes on bit for bit. The settings are part of it: those of the last firmware come back, too.
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

mod judge;
#[cfg(feature = "defmt")]
mod logged;
mod report;
mod window;

use crate::covariance::{Covariance, Full};
use crate::error::{Error, require};
use crate::lifecycle::{Birth, LifeCycle};
use crate::model::Gmm;
use crate::novelty::Novelty;
use crate::observation::{Observation, check_range, checked_weight, complete};
use crate::real::{Compensated, Real};
use crate::stream::{OnlineEm, StepSize};

use judge::START;
pub use report::{Event, State, Window};
pub(crate) use window::Sums;

/// Tells whether a signal of `AXES` axes is as usual, from `D / AXES` features of each axis, by a mixture of at most `K`
/// components over the `D` features. See the [module](self) for how.
///
/// Means are in the unit of the signal, and all else is in nats: a [`Spherical`](crate::Spherical) structure suits one
/// feature an axis only.
///
/// A `D` that is not 1 to 4 times `AXES` does not compile:
/// ```compile_fail
/// let detector = gaussmix::detector::Detector::<f32, 3, 8, 4>::new(20);
/// ```
#[doc(alias("anomaly", "condition monitoring", "vibration", "NanoEdge", "feature extraction"))]
#[doc(alias("RMS", "crest factor", "zero-crossing rate", "M-of-N", "debounce"))]
#[derive(Clone, Debug, PartialEq)]
pub struct Detector<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance = Full> {
    pub(crate) sums: Sums<T, AXES>,
    /// Samples of a window.
    pub(crate) window: u32,
    /// The variance of rounding a sample to its unit.
    pub(crate) rounding: T,
    /// Windows to come that are passed over.
    pub(crate) settling: u32,
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

impl<T: Real, const AXES: usize, const D: usize, const K: usize, C: Covariance> Detector<T, AXES, D, K, C> {
    const FEATURES: usize = {
        assert!(AXES > 0 && D.is_multiple_of(AXES) && D / AXES <= 4, "D is 1, 2, 3 or 4 times AXES");
        D / AXES
    };

    /// A detector that knows nothing, for windows of so many samples.
    ///
    /// By default it passes over one window and learns 400, calls the share 0.01 of the windows novel, raises the alarm
    /// if three of five are, lets components be born, and does not adapt.
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
        const { assert!(Self::FEATURES > 0, "D is 1, 2, 3 or 4 times AXES") };
        Self {
            sums: Sums::EMPTY,
            window: 2,
            rounding: T::ZERO,
            settling: 1,
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

    /// Sets how many windows are learnt at first. The second half of them calibrates the threshold; if those are fewer
    /// than 1/rate, the learning goes on until there are so many. Few windows say little of a small rate: of
    /// detectors that calibrated on 2/rate windows and do not adapt, eight in ten call between a quarter and three times
    /// the share novel. Take 10/rate where there is time: a third to two and a half times.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] with fewer than 11 windows: ten are the start.
    pub fn with_learning(mut self, windows: u32) -> Result<Self, Error> {
        require(u64::from(windows) > START, "windows", "11 or more")?;
        self.learning = [windows; 2];
        Ok(self)
    }

    /// Sets how many windows are passed over before the first that is learnt, 1 by default: while a machine starts up. With
    /// 0, the crossings of the first window are counted about 0, since no mean is known yet.
    #[must_use]
    pub fn with_settling(mut self, windows: u32) -> Self {
        self.settling = windows;
        self
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

    /// Sets the unit in which samples are written, such as one count of a converter. No window then has a standard
    /// deviation below that of rounding, unit/√12.
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
        self.history &= u32::MAX >> (32 - n);
        self.is_alarm = self.history.count_ones() >= m;
        Ok(self)
    }

    /// Learns the next windows, as usual whatever they are, and ends the alarm, without an event. The mixture goes on from
    /// what it knows; with adaptation, that counts as 1/step windows. The threshold is learnt anew.
    pub fn learn(&mut self, windows: u32) {
        self.learning = [windows; 2];
        (self.history, self.is_alarm) = (0, false);
        (self.novelty.threshold, self.novelty.count) = (Compensated::ZERO, 0);
        if self.adapts() {
            let memory = T::ONE / self.adaptation.at(1);
            self.run.t = self.run.t.min(memory.widen() as u64);
        }
        self.run.set_step(self.equal_steps());
    }

    /// Forgets the samples of the window that is not full, after a gap in the signal.
    pub fn discard_window(&mut self) {
        self.sums.discard();
    }

    /// Takes the next sample. Returns the window, if the sample fills it. A sample of weight 0 is ignored; every weight above
    /// 0 counts as 1.
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
            Window { features, log_density: None, is_novel: false, is_alarm: false, event: None, born: None };
        if self.settling > 0 {
            self.settling -= 1;
            return Ok(Some(window));
        }
        match self.state() {
            State::Learning if self.run.model().is_unfitted() => self.begin(&mut window),
            State::Learning => self.teach(&mut window),
            State::Watching => self.watch(&mut window),
        }
        window.is_alarm = self.is_alarm;
        Ok(Some(window))
    }

    /// What it does with windows now.
    #[must_use]
    pub fn state(&self) -> State {
        let is_learnt = self.learning[1] == 0 && self.novelty.threshold() > T::NEG_INFINITY;
        let is_learning = !is_learnt || self.run.model().is_unfitted();
        if is_learning { State::Learning } else { State::Watching }
    }

    /// Whether the alarm stands.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.is_alarm
    }

    /// The run that learns: statistics, steps, the last update.
    #[must_use]
    pub fn run(&self) -> &OnlineEm<T, D, K, C> {
        &self.run
    }

    /// The mixture of windows.
    #[must_use]
    pub fn model(&self) -> &Gmm<T, D, K, C> {
        self.run.model()
    }

    /// The log-density below which a window is novel: −∞ until the threshold has learnt from 1/rate windows.
    ///
    /// A signal that never changes has one score, and the threshold may end just above it. So without adaptation it is
    /// lowered by one of its last rises.
    #[must_use]
    pub fn threshold(&self) -> T {
        let threshold = self.novelty.threshold();
        if self.adapts() { threshold } else { threshold - self.novelty.rise() }
    }

    fn adapts(&self) -> bool {
        self.adaptation != StepSize::ZERO
    }
}
