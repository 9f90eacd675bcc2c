//! Six sensors, a model of what they read together, and some of them that may fail.

use crate::motions::D;
use gaussmix::novelty::DistanceTest;
use gaussmix::{Error, Gmm, Masked};

/// Components of the model.
pub(crate) const K: usize = 8;
/// The share of readings for which an alarm is due, if the model is right.
pub(crate) const RATE: f64 = 1e-3;
/// No sensor reads beyond this, in g or radians a second.
const RANGE: f64 = 100.0;
/// A sensor that repeats one number so often is stuck. The watch itself repeats one up to four times.
const STUCK: u32 = 6;

/// What a monitor makes of a reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Judged {
    /// The reading, that of a failed sensor replaced by what the others let expect.
    pub(crate) x: [f64; D],
    /// The standard deviations of what was replaced; 0 for sensors that work.
    pub(crate) spread: [f64; D],
    /// Whether the reading is unlike the model, by the sensors that work.
    pub(crate) is_novel: bool,
}

/// Finds out that sensors failed, and goes on without them.
#[derive(Clone, Debug)]
pub(crate) struct Monitor<'a> {
    gmm: &'a Gmm<f64, D, K>,
    /// Its threshold is that of as many sensors as work.
    test: DistanceTest<f64, D>,
    works: [bool; D],
    last: [f64; D],
    repeats: [u32; D],
}

impl<'a> Monitor<'a> {
    pub(crate) fn new(gmm: &'a Gmm<f64, D, K>) -> Result<Self, Error> {
        let test = DistanceTest::new(RATE)?;
        Ok(Self { gmm, test, works: [true; D], last: [f64::NAN; D], repeats: [0; D] })
    }

    /// Takes a reading.
    pub(crate) fn observe(&mut self, features: [f64; D]) -> Result<Judged, Error> {
        self.check(&features);
        let sample = Masked { features, observed: self.works };
        let imputed = self.gmm.impute(sample)?;
        Ok(Judged {
            x: imputed.mean,
            spread: core::array::from_fn(|j| imputed.covariance[(j, j)].sqrt()),
            is_novel: self.test.is_novel(self.gmm, sample)?,
        })
    }

    /// A sensor fails if its reading is no number, out of range, or the same for too long.
    fn check(&mut self, x: &[f64; D]) {
        for j in 0..D {
            self.repeats[j] = if x[j] == self.last[j] { self.repeats[j] + 1 } else { 1 };
            self.works[j] &= x[j].abs() <= RANGE && self.repeats[j] < STUCK;
        }
        self.last = *x;
    }
}
