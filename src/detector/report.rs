//! What a detector says.

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
    /// The learning is over. A good moment to store the detector.
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
    /// the less usual. A window whose distance overflows has −8e28 (`f32`) or −4e298 (`f64`).
    pub log_density: Option<T>,
    /// Whether the log-density is below the threshold. Nothing is while the detector learns.
    pub is_novel: bool,
    /// Whether the alarm stands.
    pub is_alarm: bool,
    /// What changed.
    pub event: Option<Event>,
    /// The slot of the component that was born with this window.
    pub born: Option<usize>,
}
