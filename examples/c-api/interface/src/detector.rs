//! A detector, from the samples of a signal to an alarm: what the calls of [`c_detector!`](crate::c_detector) do, for
//! any size.
//!
//! # Safety
//! As in [`mixture`](crate::mixture).

use crate::place::{Place, out, reference};
use crate::status::Status;
use crate::{described, layout};
use gaussmix::Covariance;
use gaussmix::detector::{Detector, Event as Happened, State};
use gaussmix::novelty::Novelty;

described! {
    /// The types that detectors share, as the header shows them.
    pub const DETECTORS = {}

    /// How a detector works. The call `defaults` fills it.
    #[repr(C)]
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Settings {
        /// Samples of a window: 2 to 65536.
        pub window: u32,
        /// Windows that are passed over at first, while a machine starts up. Default: 1.
        pub settling: u32,
        /// Windows that are learnt: 11 or more. Default: 400.
        pub learning: u32,
        /// The alarm stands while so many windows ... Default: 3.
        pub votes: u32,
        /// ... of the last so many are novel: at most 32. Default: 5.
        pub of: u32,
        /// The share of usual windows that may be called novel: between 0 and 1. Default: 0.01.
        pub rate: f32,
        /// How fast it follows slow changes: the last 1/adaptation windows count. 0, the default: not at all.
        pub adaptation: f32,
        /// The unit in which samples are written, one count of a converter say. Default: 0, not known.
        pub resolution: f32,
    }

    /// What changed with a window.
    #[repr(i32)]
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Event {
        /// Nothing.
        None = 0,
        /// The first windows gave the mixture its start. Scores begin with the next window.
        Started = 1,
        /// The learning is over: a good moment to save.
        Learnt = 2,
        /// The alarm stands from now on.
        Raised = 3,
        /// The alarm is over.
        Cleared = 4,
    }
}

layout! {
    /// Where C finds the settings.
    SETTINGS = Settings, "gaussmix_settings", 32,
    { window: 0, settling: 4, learning: 8, votes: 12, of: 16, rate: 20, adaptation: 24, resolution: 28 }
}

/// A window as C sees it.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window<const D: usize> {
    /// Its features.
    pub features: [f32; D],
    /// ln p of the features, NaN before the start.
    pub log_density: f32,
    /// What changed.
    pub event: Event,
    /// Whether the sample filled a window.
    pub is_full: bool,
    /// Whether it is novel.
    pub is_novel: bool,
    /// Whether the alarm stands.
    pub is_alarm: bool,
    /// Whether the learning is over.
    pub is_watching: bool,
}

impl Settings {
    /// The defaults of the crate.
    #[must_use]
    pub const fn new(window: u32) -> Self {
        let (settling, learning, votes, of) = (1, 400, 3, 5);
        Self { window, settling, learning, votes, of, rate: 0.01, adaptation: 0.0, resolution: 0.0 }
    }

    fn build<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
        &self,
    ) -> Result<Detector<f32, AXES, D, K, C>, Status> {
        Ok(Detector::new(self.window)?
            .with_settling(self.settling)
            .with_learning(self.learning)?
            .with_votes(self.votes, self.of)?
            .with_novelty(Novelty::new(self.rate)?)
            .with_adaptation(self.adaptation)?
            .with_resolution(self.resolution)?)
    }
}

/// A detector in memory that C owns.
pub type Watch<const AXES: usize, const D: usize, const K: usize, C> = Place<Detector<f32, AXES, D, K, C>>;

type Done = Result<(), Status>;

/// Fills settings with the defaults.
///
/// # Errors
/// [`Status::BadPointer`]
///
/// # Safety
/// [See above](self).
pub unsafe fn defaults(settings: *mut Settings, window: u32) -> Done {
    // SAFETY: the caller's promise.
    unsafe { out(settings) }?.write(Settings::new(window));
    Ok(())
}

/// Begins to learn. If a setting is refused, the detector is empty.
///
/// # Errors
/// Those of pointers; [`Status::BadSetting`]
///
/// # Safety
/// [See above](self).
pub unsafe fn start<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
    detector: *mut Watch<AXES, D, K, C>,
    settings: *const Settings,
) -> Done {
    // SAFETY: the caller's promise.
    let settings = unsafe { reference(settings) }?;
    // SAFETY: the caller's promise.
    unsafe { Place::begin(detector, || settings.build(), |_| Ok(())) }
}

/// A detector to load another into.
///
/// # Errors
/// None.
pub fn blank<const AXES: usize, const D: usize, const K: usize, C: Covariance>()
-> Result<Detector<f32, AXES, D, K, C>, Status> {
    Ok(Detector::new(2)?)
}

/// Takes the next sample, and says what came of the window if it fills one.
///
/// # Errors
/// Those of pointers; [`Status::Empty`], [`Status::BadSample`]
///
/// # Safety
/// [See above](self).
pub unsafe fn observe<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
    detector: *mut Watch<AXES, D, K, C>,
    sample: *const [f32; AXES],
    window: *mut Window<D>,
) -> Done {
    // SAFETY: the caller's promise.
    let (detector, sample) = unsafe { (Place::get_mut(detector)?, reference(sample)?) };
    // SAFETY: the caller's promise.
    let out = unsafe { out(window) }?;
    let full = detector.observe(sample)?;
    let is_watching = detector.state() == State::Watching;
    out.write(match full {
        None => Window {
            features: [0.0; D],
            log_density: f32::NAN,
            event: Event::None,
            is_full: false,
            is_novel: false,
            is_alarm: detector.is_alarm(),
            is_watching,
        },
        Some(window) => Window {
            features: window.features,
            log_density: window.log_density.unwrap_or(f32::NAN),
            event: window.event.map_or(Event::None, Event::from),
            is_full: true,
            is_novel: window.is_novel,
            is_alarm: window.is_alarm,
            is_watching,
        },
    });
    Ok(())
}

impl From<Happened> for Event {
    fn from(event: Happened) -> Self {
        match event {
            Happened::Started => Self::Started,
            Happened::Learnt => Self::Learnt,
            Happened::Raised => Self::Raised,
            Happened::Cleared => Self::Cleared,
            _ => Self::None,
        }
    }
}

/// Learns the next windows as usual ones, and ends the alarm.
///
/// # Errors
/// Those of pointers; [`Status::Empty`]
///
/// # Safety
/// [See above](self).
pub unsafe fn learn<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
    detector: *mut Watch<AXES, D, K, C>,
    windows: u32,
) -> Done {
    // SAFETY: the caller's promise.
    unsafe { Place::get_mut(detector) }?.learn(windows);
    Ok(())
}

/// Forgets the samples of the window that is not full.
///
/// # Errors
/// Those of pointers; [`Status::Empty`]
///
/// # Safety
/// [See above](self).
pub unsafe fn discard<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
    detector: *mut Watch<AXES, D, K, C>,
) -> Done {
    // SAFETY: the caller's promise.
    unsafe { Place::get_mut(detector) }?.discard_window();
    Ok(())
}

/// The log-density below which a window is novel.
///
/// # Errors
/// Those of pointers; [`Status::Empty`]
///
/// # Safety
/// [See above](self).
pub unsafe fn threshold<const AXES: usize, const D: usize, const K: usize, C: Covariance>(
    detector: *const Watch<AXES, D, K, C>,
    threshold: *mut f32,
) -> Done {
    // SAFETY: the caller's promise.
    let (detector, out) = unsafe { (Place::get(detector)?, out(threshold)?) };
    out.write(detector.threshold());
    Ok(())
}
