//! What an accelerometer reads while its wearer stands, walks and runs, and then plays badminton; and the detector that
//! learns the first three. The images watch it in tasks, and `check` on the host in a loop.
//!
//! BasicMotions (Clements 2016, UEA multivariate archive, training part): a smart watch at 10 Hz, ten recordings of 100
//! samples of each activity, in counts of a converter that has a thousand to the unit of the file.

#![no_std]
#![forbid(unsafe_code)]

mod saves;

use core::mem::replace;

use gaussmix::Error;
use gaussmix::detector::Detector;
use gaussmix::novelty::Novelty;
pub use saves::Saves;

/// The converter's counts of three axes.
pub type Reading = [i16; 3];

/// What the sensor writes where it has no number.
pub const NO_NUMBER: i16 = i16::MIN;

/// Readings in one half of the buffer that DMA fills. No multiple of a window, which the detector need not know.
pub const HALF: usize = 16;

/// One half of that buffer.
pub type Half = [Reading; HALF];

/// Mean and ln standard deviation of each axis in windows of two seconds, four components.
pub type Watch = Detector<f32, 3, 6, 4>;

/// Samples of a window.
pub const WINDOW: u32 = 20;

include!(concat!(env!("OUT_DIR"), "/motions.rs"));

/// Samples of an activity: ten recordings. The file has them in the order standing, running, walking, badminton.
const ACTIVITY: usize = 1000;
/// Of an activity, as many are learnt, and the others are watched.
const LEARNT: usize = 500;
/// The place in the signal where the sensor fails for one reading.
const FAILURE: u32 = 2020;

/// Readings of the whole signal: of three activities what is learnt, then of these and of badminton what is watched.
pub const READINGS: u32 = (3 * LEARNT + 4 * (ACTIVITY - LEARNT)) as u32;
/// The first reading of badminton.
pub const BADMINTON: u32 = READINGS - (ACTIVITY - LEARNT) as u32;

/// The reading of this number; `None` after the last.
#[must_use]
pub fn reading(number: u32) -> Option<Reading> {
    const ORDER: [usize; 7] = [0, 2, 1, 0, 2, 1, 3];
    let part = ORDER.get(number as usize / LEARNT)?;
    let behind = if number < 3 * LEARNT as u32 { 0 } else { LEARNT };
    let x = MOTIONS.get(part * ACTIVITY + behind + number as usize % LEARNT)?;
    Some(if number == FAILURE { [x[0], NO_NUMBER, x[2]] } else { *x })
}

/// The detector's sample: what is no number is NaN.
#[must_use]
pub fn sample(reading: &Reading) -> [f32; 3] {
    reading.map(|count| if count == NO_NUMBER { f32::NAN } else { f32::from(count) })
}

/// Call it before the readings of each half, with the count of halves that were lost so far. If it is not `known`, the
/// signal has a gap: the detector forgets the window that is begun, so that no window joins samples that were apart.
pub fn mind_gap(detector: &mut Watch, known: &mut u32, lost: u32) {
    if replace(known, lost) != lost {
        detector.discard_window();
    }
}

/// Four windows in a hundred are novel.
///
/// # Errors
/// None.
pub fn novelty() -> Result<Novelty<f32>, Error> {
    Novelty::new(0.04)
}

/// A detector that learns 74 windows, and follows what changes slowly.
///
/// # Errors
/// None.
pub fn detector() -> Result<Watch, Error> {
    let detector = Watch::new(WINDOW)?.with_novelty(novelty()?).with_resolution(1.0)?;
    detector.with_learning(74)?.with_adaptation(0.02)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::ops::Range;
    use gaussmix::persist::Persist;

    fn observe(detector: &mut Watch, numbers: Range<u32>) -> Result<(), Error> {
        for reading in numbers.filter(|number| *number != FAILURE).map_while(reading) {
            detector.observe(sample(&reading))?;
        }
        Ok(())
    }

    /// A lost half leaves no trace in any window: the detector is as though the window that it cut had never begun.
    #[test]
    fn no_window_joins_the_samples_around_a_gap() -> Result<(), Error> {
        const HALVES: u32 = READINGS / HALF as u32;
        for lost in [1, 4, 5, HALVES / 2, HALVES - 2] {
            let [before, after] = [lost, lost + 1].map(|half| half * HALF as u32);
            let [mut whole, mut cut] = [detector()?, detector()?];
            let mut known = 0;
            for half in (0..HALVES).filter(|half| *half != lost) {
                mind_gap(&mut cut, &mut known, u32::from(half > lost));
                observe(&mut cut, half * HALF as u32..(half + 1) * HALF as u32)?;
            }
            // Of a reading that fails, the detector takes no sample.
            let begun = (before - u32::from(before > FAILURE)) % WINDOW;
            observe(&mut whole, 0..before - begun)?;
            observe(&mut whole, after..HALVES * HALF as u32)?;
            assert_eq!(cut.digest(), whole.digest(), "half {lost} is lost");
        }
        Ok(())
    }
}
