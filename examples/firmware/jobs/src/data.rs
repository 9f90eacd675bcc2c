//! The samples, as tables that end up in flash.
//!
//! `tests/data/faithful.csv` and `tests/data/basic_motions.csv` of the crate, converted when this package is built.
//! Old Faithful (272 samples): Azzalini & Bowman 1990, as distributed with R. BasicMotions (Clements 2016, UEA
//! multivariate archive, training part): a smart watch at 10 Hz, 40 recordings of 100 samples, 4 activities.

include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// Samples in one recording of BasicMotions.
pub const RECORDING: usize = 100;
/// Recordings of each activity.
pub const RECORDINGS: usize = 10;

/// What the wearer of the watch did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Standing still.
    Standing,
    /// Running.
    Running,
    /// Walking.
    Walking,
    /// Playing badminton.
    Badminton,
}

/// The recordings of an activity, one after the other: the file is sorted by activity.
#[must_use]
pub fn recordings(activity: Activity) -> &'static [[f32; 6]] {
    let place = match activity {
        Activity::Standing => 0,
        Activity::Running => 1,
        Activity::Walking => 2,
        Activity::Badminton => 3,
    };
    MOTIONS.chunks(RECORDING * RECORDINGS).nth(place).unwrap_or_default()
}
