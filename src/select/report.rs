//! What a choice was made from.

use core::fmt;

use crate::error::Error;
use crate::fit::{BestOf, Outcome};
use crate::model::{Criteria, Criterion};
use crate::real::Real;

/// The best fit with one number of components.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Candidate<T, const K: usize> {
    /// The number of components that the starts had.
    pub components: usize,
    /// The best of the restarts.
    pub best_of: BestOf<T, K>,
    /// What the criteria are computed from.
    pub criteria: Criteria<T>,
}

/// Why a candidate cannot be chosen.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum LeftOut {
    /// A component is [spurious](crate::fit::Fit::spurious): the likelihood means little.
    Spurious,
    /// A component starved: these are fewer components than asked for.
    Starved,
    /// A component kept its covariance, since its new one was not positive definite.
    Kept,
    /// A hook stopped its search, or it ended before its first M-step.
    Unfinished,
}

impl<T: Real, const K: usize> Candidate<T, K> {
    /// Why it cannot be chosen, if it cannot.
    #[must_use]
    pub fn left_out(&self) -> Option<LeftOut> {
        let has =
            |outcome| self.best_of.fit.last_update.is_some_and(|update| update.outcomes.contains(&outcome));
        if self.best_of.stopped || self.best_of.fit.last_update.is_none() {
            Some(LeftOut::Unfinished)
        } else if self.best_of.fit.is_spurious() {
            Some(LeftOut::Spurious)
        } else if has(Outcome::Starved) {
            Some(LeftOut::Starved)
        } else if has(Outcome::Kept) {
            Some(LeftOut::Kept)
        } else {
            None
        }
    }

    /// Whether any component rests on a floor, with few samples or many. With few it is also
    /// [spurious](LeftOut::Spurious). With many it is no ill health, but a fit of rounded data should be told
    /// [their resolution](crate::fit::Fitting::with_resolution).
    #[must_use]
    pub fn is_floored(&self) -> bool {
        self.best_of.fit.last_update.is_some_and(|update| update.outcomes.contains(&Outcome::Floored))
    }

    /// The criterion of the likeliest restart that was [passed over](BestOf::passed_over) for a spurious component, if
    /// one was. It takes only ℓ from that restart; the number of parameters and, for ICL, the certainty are those of
    /// the best restart, since nothing else is kept.
    #[must_use]
    pub fn passed_over(&self, criterion: Criterion) -> Option<T> {
        let criteria = |log_likelihood| Criteria { log_likelihood, ..self.criteria };
        self.best_of.passed_over.map(|l| criteria(l).value(criterion))
    }

    fn is_unfinished(&self) -> bool {
        self.left_out() == Some(LeftOut::Unfinished)
    }

    /// Whether it is better: one that can be chosen before one that cannot, then the smaller criterion.
    pub(super) fn precedes(&self, other: &Self, criterion: Criterion) -> bool {
        match (self.left_out(), other.left_out()) {
            (None, Some(_)) => true,
            (Some(_), None) => false,
            _ => self.criteria.value(criterion) < other.criteria.value(criterion),
        }
    }
}

/// What was left out or passed over puts the choice in doubt if its criterion is smaller by more than this: "very
/// strong" evidence by BIC (Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572).
const VERY_STRONG: f64 = 10.0;

/// All candidates, and the best of them.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection<T, const K: usize> {
    /// The criterion that decides.
    pub criterion: Criterion,
    /// By the number of components less one: the best fit, or the error of the last restart if all failed. `None`
    /// outside the range.
    pub candidates: [Option<Result<Candidate<T, K>, Error>>; K],
    /// The candidate whose model was returned: that with the smallest criterion of those that are not left out, or, if
    /// all are, of all.
    pub best: Candidate<T, K>,
}

impl<T: Real, const K: usize> Selection<T, K> {
    /// The number of components, if the data decide. `None` if the best candidate is left out itself or has a
    /// [rival](Self::rival), if a much better restart was [passed over](Self::passed_over), or if a candidate is
    /// [unfinished](LeftOut::Unfinished), as after a hook stopped the search.
    #[must_use]
    pub fn chosen(&self) -> Option<usize> {
        let is_decided = !self.is_unfinished()
            && self.best.left_out().is_none()
            && self.rival().is_none()
            && self.passed_over().is_none();
        is_decided.then_some(self.best.components)
    }

    fn is_unfinished(&self) -> bool {
        self.candidates.iter().flatten().flatten().any(Candidate::is_unfinished)
    }

    /// The second best of the candidates that are not left out.
    #[must_use]
    pub fn runner_up(&self) -> Option<&Candidate<T, K>> {
        let is_second = |candidate: &Candidate<T, K>| {
            candidate.components != self.best.components && candidate.left_out().is_none()
        };
        self.least(|candidate| is_second(candidate).then(|| self.value(candidate)))
    }

    /// How much larger the criterion of the runner-up is.
    #[must_use]
    pub fn lead(&self) -> Option<T> {
        self.runner_up().map(|second| self.value(second) - self.value(&self.best))
    }

    /// A candidate that was left out for its health, although its criterion is smaller than the best one's by more than
    /// 10. Look at it before you trust the choice. A few samples close together may be strays, to be removed, or a
    /// cluster that was hardly sampled; a component that kept its covariance needs a floor. An
    /// [unfinished](LeftOut::Unfinished) candidate is no rival.
    #[must_use]
    pub fn rival(&self) -> Option<&Candidate<T, K>> {
        let is_rival = |candidate: &Candidate<T, K>| {
            candidate.components != self.best.components
                && candidate.left_out().is_some_and(|reason| reason != LeftOut::Unfinished)
        };
        self.least(|candidate| is_rival(candidate).then(|| self.value(candidate)))
            .filter(|rival| self.is_doubt(self.value(rival)))
    }

    /// The candidate, perhaps the best one, of which a restart was passed over for a spurious component, although
    /// [its criterion](Candidate::passed_over) is smaller than the best one's by more than 10. Of several, the one
    /// where it is smallest. It says what a [rival](Self::rival) says, but here other restarts with as many components
    /// had none that is spurious.
    #[must_use]
    pub fn passed_over(&self) -> Option<&Candidate<T, K>> {
        let value = |candidate: &Candidate<T, K>| candidate.passed_over(self.criterion);
        self.least(|candidate| value(candidate).filter(|_| !candidate.is_unfinished()))
            .filter(|candidate| value(candidate).is_some_and(|value| self.is_doubt(value)))
    }

    /// Whether a criterion of this value puts the choice in doubt.
    fn is_doubt(&self, value: T) -> bool {
        value < self.value(&self.best) - T::narrow(VERY_STRONG)
    }

    fn value(&self, candidate: &Candidate<T, K>) -> T {
        candidate.criteria.value(self.criterion)
    }

    /// From samples that were divided to samples as they were: the log-density of each falls by `volume`, the logarithm
    /// of the volume of the unit.
    pub(super) fn rescale(&mut self, volume: T) {
        for candidate in self.candidates.iter_mut().flatten().flatten().chain([&mut self.best]) {
            let lost = candidate.criteria.total_weight * volume;
            candidate.criteria.log_likelihood -= lost;
            candidate.best_of.fit.log_likelihood -= lost;
            if let Some(log_likelihood) = &mut candidate.best_of.passed_over {
                *log_likelihood -= lost;
            }
        }
    }

    /// The candidate of smallest value among those that have one, the first of equals.
    fn least(&self, value: impl Fn(&Candidate<T, K>) -> Option<T>) -> Option<&Candidate<T, K>> {
        let mut least: Option<(T, &Candidate<T, K>)> = None;
        for candidate in self.candidates.iter().flatten().flatten() {
            if let Some(value) = value(candidate)
                && least.is_none_or(|(least, _)| value < least)
            {
                least = Some((value, candidate));
            }
        }
        least.map(|(_, candidate)| candidate)
    }
}

/// A line for each candidate, and the verdict.
impl<T: Real, const K: usize> fmt::Display for Selection<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.criterion;
        writeln!(f, "  components  log-likelihood  parameters  {name:>12}")?;
        for (index, candidate) in self.candidates.iter().enumerate() {
            let k = index + 1;
            match candidate {
                None => continue,
                Some(Err(error)) => writeln!(f, "  {k:>10}  failed: {error}")?,
                Some(Ok(candidate)) => {
                    let mark = if k == self.best.components { '*' } else { ' ' };
                    let Criteria { log_likelihood, parameter_count, .. } = candidate.criteria;
                    let value = self.value(candidate);
                    write!(
                        f,
                        "{mark} {k:>10}  {log_likelihood:>14.2}  {parameter_count:>10}  {value:>12.2}"
                    )?;
                    match candidate.left_out() {
                        Some(reason) => write!(f, "  left out: {reason}")?,
                        None if candidate.is_floored() => f.write_str("  a component rests on its floor")?,
                        None => {}
                    }
                    if let Some(value) = candidate.passed_over(name) {
                        write!(f, "  passed over: {value:.2}, with a spurious component")?;
                    }
                    f.write_str("\n")?;
                }
            }
        }
        if self.is_unfinished() {
            f.write_str("unfinished, so far ")?;
        }
        let best = self.best.components;
        if let Some(rival) = self.rival() {
            let lead = self.value(&self.best) - self.value(rival);
            let k = rival.components;
            return write!(
                f,
                "undecided: {k} components, left out, would be better than {best} by {lead:.2}"
            );
        }
        if let Some(candidate) = self.passed_over() {
            let lead = candidate.passed_over(name).map_or(T::ZERO, |value| self.value(&self.best) - value);
            let k = candidate.components;
            return write!(
                f,
                "undecided: {k} components, passed over, would be better than {best} by {lead:.2}"
            );
        }
        if self.best.left_out().is_some() {
            return write!(f, "undecided: all are left out, {best} components are the least bad");
        }
        match (self.runner_up(), self.lead()) {
            (Some(second), Some(lead)) => {
                write!(f, "{best} components, by {lead:.2} before {}", second.components)
            }
            _ => write!(f, "{best} components, and nothing to compare them with"),
        }
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spurious => "a component is spurious",
            Self::Starved => "a component starved",
            Self::Kept => "a component kept its covariance",
            Self::Unfinished => "it was stopped",
        })
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::fit::{Em, MStep};
    use crate::init;
    use crate::model::Gmm;
    use rand_pcg::Pcg32;
    use std::string::ToString;

    /// Fits of one and two components, with these values of BIC.
    fn selection(bics: [f64; 2], left_out: [bool; 2]) -> Selection<f64, 2> {
        let data = [[0.0], [1.0], [2.0], [10.0], [11.0], [12.5]];
        let candidate = |index: usize| {
            let mut gmm: Gmm<f64, 1, 2> = Gmm::unfitted();
            let start = init::Start::new(init::Rule::Mixed).with_components(index + 1);
            let em = Em::default().with_m_step(MStep::exact());
            let rng = &mut Pcg32::new(1, 1);
            let mut best_of = em.fit_best_of(&mut gmm, 5, start?.rule(), &data, rng)?;
            best_of.fit.spurious = [left_out[index], false];
            let mut criteria = gmm.criteria(data)?;
            criteria.log_likelihood += (criteria.bic() - bics[index]) / 2.0;
            Ok(Candidate { components: index + 1, best_of, criteria })
        };
        let candidates = [Some(candidate(0)), Some(candidate(1))];
        let [Some(Ok(one)), Some(Ok(two))] = candidates else { unreachable!("both are fitted") };
        let best = if two.precedes(&one, Criterion::Bic) { two } else { one };
        Selection { criterion: Criterion::Bic, candidates, best }
    }

    #[test]
    fn the_smaller_criterion_is_chosen() {
        let selection = selection([50.0, 41.5], [false; 2]);
        assert_eq!((selection.chosen(), selection.best.components), (Some(2), 2));
        assert_eq!(selection.runner_up().map(|second| second.components), Some(1));
        assert!(selection.lead().is_some_and(|lead| (lead - 8.5).abs() < 1e-9));
        assert!(selection.to_string().ends_with("\n2 components, by 8.50 before 1"), "{selection}");
    }

    #[test]
    fn health_comes_before_the_criterion_but_a_strong_rival_is_named() {
        for (bic, chosen) in [(41.0, Some(1)), (39.0, None)] {
            let selection = selection([50.0, bic], [false, true]);
            assert_eq!((selection.chosen(), selection.best.components), (chosen, 1));
            assert_eq!(selection.rival().is_some(), chosen.is_none());
            assert_eq!(selection.runner_up(), None);
            let text = selection.to_string();
            assert!(text.contains("left out: a component is spurious"), "{text}");
            let verdict = match chosen {
                Some(_) => "1 components, and nothing to compare them with",
                None => "undecided: 2 components, left out, would be better than 1 by 11.00",
            };
            assert!(text.ends_with(verdict), "{text}");
        }
    }

    #[test]
    fn a_much_better_restart_that_was_passed_over_leaves_nothing_chosen() {
        for (index, gain, chosen) in [(1, 4.9, Some(2)), (1, 5.1, None), (0, 9.0, Some(2)), (0, 9.5, None)] {
            let mut selection = selection([50.0, 41.5], [false; 2]);
            let Some(Ok(mut candidate)) = selection.candidates[index] else {
                unreachable!("both are fitted")
            };
            candidate.best_of.passed_over = Some(candidate.criteria.log_likelihood + gain);
            selection.candidates[index] = Some(Ok(candidate));
            assert_eq!((selection.chosen(), selection.rival()), (chosen, None));
            let text = selection.to_string();
            assert!(text.contains("  passed over: "), "{text}");
            let Some(doubt) = selection.passed_over() else {
                assert!(chosen.is_some() && text.ends_with("\n2 components, by 8.50 before 1"), "{text}");
                continue;
            };
            assert_eq!((doubt.components, chosen), (index + 1, None));
            let lead = 41.5 - doubt.passed_over(Criterion::Bic).unwrap_or(f64::NAN);
            let verdict = std::format!(
                "\nundecided: {} components, passed over, would be better than 2 by {lead:.2}",
                index + 1
            );
            assert!(lead > 10.0 && text.ends_with(&verdict), "{text}");
            // In other units, doubts are the same.
            selection.rescale(3.0);
            let shift = 2.0 * 3.0 * selection.best.criteria.total_weight;
            let rescaled = selection.passed_over().and_then(|doubt| doubt.passed_over(Criterion::Bic));
            assert!((rescaled.unwrap_or(f64::NAN) - (41.5 - lead) - shift).abs() < 1e-9);
        }
    }

    #[test]
    fn what_is_unfinished_is_no_rival_and_decides_nothing() {
        let mut selection = selection([50.0, 30.0], [false; 2]);
        let [Some(Ok(one)), Some(Ok(two))] = &mut selection.candidates else {
            unreachable!("both are fitted")
        };
        two.best_of.stopped = true;
        two.best_of.passed_over = Some(two.criteria.log_likelihood + 20.0);
        selection.best = *one;
        assert_eq!((selection.chosen(), selection.rival(), selection.passed_over()), (None, None, None));
        let text = selection.to_string();
        let verdict = "\nunfinished, so far 1 components, and nothing to compare them with";
        assert!(text.contains("left out: it was stopped") && text.ends_with(verdict), "{text}");
    }

    #[test]
    fn where_all_are_left_out_nothing_is_chosen() {
        let selection = selection([50.0, 49.0], [true; 2]);
        assert_eq!((selection.chosen(), selection.best.components, selection.rival()), (None, 2, None));
        assert!(selection.to_string().ends_with("all are left out, 2 components are the least bad"));
    }
}
