//! An alarm and a life cycle, stored beside the run that they watch.

use core::num::NonZeroU32;

use super::Persist;
use super::value::{Layout, Sink, Source, Value};
use crate::error::{Error, require};
use crate::lifecycle::{Birth, Candidate, LifeCycle, Merging, Pruning, Splitting};
use crate::novelty::{DistanceTest, Novelty};
use crate::observation::check_range;
use crate::real::{Compensated, Real};

impl<T: Real> Persist for Novelty<T> {}

impl<T: Real> Value for Novelty<T> {
    type Scalar = T;

    const LAYOUT: Layout = Layout::new::<T, 0, 0>(6, 0, 4, [1, 0, 0]);

    fn blank() -> Self {
        Self { rate: T::narrow(0.001), step: T::narrow(0.2), threshold: Compensated::ZERO, count: 0 }
    }

    fn clear(&mut self) {
        *self = Self::blank();
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        sink.count(self.count)?;
        sink.reals([&self.rate, &self.step, &self.threshold.high, &self.threshold.low])
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        self.count = source.count()?;
        source.reals([&mut self.rate, &mut self.step, &mut self.threshold.high, &mut self.threshold.low])
    }

    fn check(&self) -> Result<(), Error> {
        Self::new(self.rate)?.with_step(self.step)?;
        let Compensated { high, low } = self.threshold;
        // Log-densities are held within half of the largest number, and steps add to it.
        let is_learnt = high.abs() <= T::LARGEST_SQUARE * T::narrow(3e9)
            && low.abs() <= T::narrow(4.0) * T::EPSILON * high.abs();
        require(is_learnt, "threshold", "in range, with the low word of a sum")?;
        require(self.count > 0 || high == T::ZERO, "threshold", "0 before the first sample")
    }
}

/// Bits of the byte that says which parts there are.
const BIRTH: u8 = 1;
const CANDIDATE: u8 = 2;
const PRUNING: u8 = 4;
const MERGING: u8 = 8;
const SPLITTING: u8 = 16;

impl<T: Real, const D: usize> Persist for LifeCycle<T, D> {}

impl<T: Real, const D: usize> Value for LifeCycle<T, D> {
    type Scalar = T;

    const LAYOUT: Layout = Layout::new::<T, D, 0>(7, 0, 8 + D, [0, 9, 1]);

    fn blank() -> Self {
        Self::default()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }

    fn give<S: Sink<T>>(&self, sink: &mut S) -> Result<(), S::Error> {
        let Self { birth, pruning, merging, splitting, interval, pending } = self;
        let candidate = birth.as_ref().and_then(|birth| birth.candidate);
        let parts = [
            (birth.is_some(), BIRTH),
            (candidate.is_some(), CANDIDATE),
            (pruning.is_some(), PRUNING),
            (merging.is_some(), MERGING),
            (splitting.is_some(), SPLITTING),
        ];
        sink.byte(parts.iter().fold(0, |byte, (is, bit)| if *is { byte | bit } else { byte }))?;
        // What is switched off has zeros.
        let counts = birth.as_ref().map_or([0; 4], |b| [b.support, b.within, b.outliers, b.elapsed]);
        let candidates = candidate.map_or([0; 3], |c| [c.supporters.get(), c.elsewhere, c.age]);
        for n in [*interval, *pending].into_iter().chain(counts).chain(candidates) {
            sink.small(n)?;
        }
        let zeros = [T::ZERO; 3];
        let births = birth.as_ref().map_or(zeros, |b| [b.test.threshold(), b.share, b.displaced]);
        let splits = splitting.map_or(zeros, |s| [s.above, s.separation, s.starved]);
        let [removals, mergers] = [pruning.map(|p| p.share), merging.map(|m| m.loss)];
        sink.reals(&births.map(without_infinity))?;
        sink.reals(&candidate.map_or([T::ZERO; D], |candidate| candidate.position))?;
        sink.reals(&[removals, mergers].map(|number| without_infinity(number.unwrap_or(T::ZERO))))?;
        sink.reals(&splits.map(without_infinity))
    }

    fn take<S: Source<T>>(&mut self, source: &mut S) -> Result<(), S::Error> {
        let parts = source.byte()?;
        let has = |bit| parts & bit != 0;
        let are_parts = parts < 2 * SPLITTING && (has(BIRTH) || !has(CANDIDATE));
        require(are_parts, "policies", "bits of known policies, with births if there is a candidate")
            .map_err(|e| source.refuse(e))?;
        let mut counts = [0; 9];
        for n in &mut counts {
            *n = source.small()?;
        }
        let [interval, pending, support, within, outliers, elapsed, supporters, elsewhere, age] = counts;
        let test = DistanceTest { threshold: with_infinity(source.real()?) };
        let [share, displaced] = [source.real()?, source.real()?];
        let mut position = [T::ZERO; D];
        source.reals(&mut position)?;
        let mut candidate = None;
        if has(CANDIDATE) {
            let found = Error::InvalidParameter { name: "supporters", expected: "one at least" };
            let supporters = NonZeroU32::new(supporters).ok_or_else(|| source.refuse(found))?;
            candidate = Some(Candidate { position, supporters, elsewhere, age });
        }
        // From its parts: the default would solve for a quantile.
        let birth = Birth { test, share, displaced, support, within, candidate, outliers, elapsed };
        (self.interval, self.pending) = (interval, pending);
        let (pruning, merging) =
            (Pruning { share: source.real()? }, Merging { loss: with_infinity(source.real()?) });
        let above = with_infinity(source.real()?);
        let splitting = Splitting { above, separation: source.real()?, starved: source.real()? };
        self.birth = has(BIRTH).then_some(birth);
        self.pruning = has(PRUNING).then_some(pruning);
        self.merging = has(MERGING).then_some(merging);
        self.splitting = has(SPLITTING).then_some(splitting);
        Ok(())
    }

    fn check(&self) -> Result<(), Error> {
        if let Some(birth) = &self.birth {
            let Birth { test, share, displaced, support, within, candidate, .. } = birth;
            DistanceTest::<T, D>::beyond(test.threshold())?;
            let again = birth.clone().with_share(*share)?.with_displaced(*displaced)?;
            again.with_support(*support, *within)?;
            if let Some(Candidate { position, .. }) = candidate {
                check_range(position, T::ONE)?;
            }
        }
        if let Some(Pruning { share }) = self.pruning {
            Pruning::default().with_share(share)?;
        }
        if let Some(Merging { loss }) = self.merging {
            Merging::default().with_loss(loss)?;
        }
        if let Some(Splitting { above, separation, starved }) = self.splitting {
            Splitting::default().with_above(above)?.with_separation(separation)?.with_starved(starved)?;
        }
        Ok(())
    }
}

/// Text formats have no number for ∞, only for −∞, which stands for it.
fn without_infinity<T: Real>(x: T) -> T {
    if x == T::INFINITY { T::NEG_INFINITY } else { x }
}

fn with_infinity<T: Real>(x: T) -> T {
    if x == T::NEG_INFINITY { T::INFINITY } else { x }
}
