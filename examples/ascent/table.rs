//! What the methods came to, side by side.

use crate::climb::End;
use crate::methods::{self, Data, METHODS, Run};
use gaussmix::{Error, Gmm, init};
use rand_pcg::Pcg64;
use std::time::Duration;

/// Starts of each case.
pub(crate) const STARTS: u32 = 10;
/// A method has arrived where ℓ/n is nearer than this to the best that any method came to from the same start.
pub(crate) const GAP: f64 = 1e-6;

/// Data and a number of components, with what came of every start.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) starts: Vec<[Run; METHODS.len()]>,
}

/// What is said of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// After so many passes.
    Arrived(u32),
    /// It rests lower.
    Elsewhere,
    /// Its line search failed.
    Stuck,
    /// It ended in a singular covariance.
    Singular,
    /// It had not arrived after as many passes as it may have.
    Late,
}

impl Case {
    pub(crate) fn new<const D: usize, const K: usize>(name: &str, data: &Data<D>) -> Result<Self, Error> {
        let n = data.raw.len();
        let parameters = Gmm::<f64, D, K>::parameter_count();
        let name = format!("{name}, K = {K} ({n} samples, {parameters} parameters)");
        let starts = (0..STARTS).map(|i| {
            let mut start: Gmm<f64, D, K> = Gmm::unfitted();
            init::k_means_plus_plus(&mut start, &data.standard, &mut Pcg64::new(u128::from(i), 0))?;
            methods::all(data, &start)
        });
        Ok(Self { name, starts: starts.collect::<Result<_, Error>>()? })
    }

    /// All starts of all cases.
    pub(crate) fn whole(cases: &[Self]) -> Self {
        let starts: Vec<_> = cases.iter().flat_map(|case| case.starts.iter().cloned()).collect();
        Self { name: format!("all {} starts", starts.len()), starts }
    }

    /// The verdict on each method, start by start.
    pub(crate) fn verdicts(&self) -> Vec<[Verdict; METHODS.len()]> {
        let of_start = |runs: &[Run; METHODS.len()]| {
            let best = best(runs);
            runs.each_ref().map(|run| verdict(run, best))
        };
        self.starts.iter().map(of_start).collect()
    }

    /// The passes of a method from each start from which it arrives.
    fn passes(&self, method: usize) -> Vec<f64> {
        self.verdicts().iter().filter_map(|of_start| passes_of(of_start, method)).collect()
    }

    /// Their median.
    pub(crate) fn median(&self, method: usize) -> Option<f64> {
        median(self.passes(method))
    }

    /// How many times fewer passes a method takes than EM: the median over starts from which both arrive.
    pub(crate) fn ratio(&self, method: usize) -> Option<f64> {
        let verdicts = self.verdicts();
        let pairs = verdicts
            .iter()
            .filter_map(|of_start| Some((passes_of(of_start, 0)?, passes_of(of_start, method)?)));
        median(pairs.map(|(em, own)| em / own).collect())
    }

    /// The lines of the table, with times if they are wanted.
    pub(crate) fn lines(&self, times: bool) -> String {
        let mut text = format!("{}\n", self.name);
        let verdicts = self.verdicts();
        for (m, name) in METHODS.iter().enumerate() {
            let all: Vec<Verdict> = verdicts.iter().map(|of_start| of_start[m]).collect();
            let count = |of: Verdict| number(all.iter().filter(|verdict| **verdict == of).count());
            let passes = self.passes(m);
            text += &format!(
                "  {name:<22}{:>7}{:>9}{:>7}{:>8}{:>11}{:>7}{:>10}{:>6}",
                passes.len(),
                self.median(m).map_or("–".into(), |passes| format!("{passes:.0}")),
                passes.iter().copied().reduce(f64::max).map_or("–".into(), |most| format!("{most:.0}")),
                self.ratio(m).map_or("–".into(), |ratio| format!("{ratio:.2}")),
                count(Verdict::Elsewhere),
                count(Verdict::Stuck),
                count(Verdict::Singular),
                count(Verdict::Late),
            );
            if times {
                let time: Duration = self.starts.iter().map(|runs| runs[m].time).sum();
                text += &format!("{:>9.2}", time.as_secs_f64() * 1e3 / self.starts.len() as f64);
            }
            text.push('\n');
        }
        text
    }
}

/// The head of the table.
pub(crate) fn head(times: bool) -> String {
    let mut text = format!(
        "  {:<22}{:>7}{:>9}{:>7}{:>8}{:>11}{:>7}{:>10}{:>6}",
        "from each start", "arrived", "median", "most", "EM/own", "elsewhere", "stuck", "singular", "late"
    );
    text += if times { "  ms/fit\n" } else { "\n" };
    text
}

/// 0 as a dot, which leaves the eye free for the rest.
fn number(count: usize) -> String {
    if count == 0 { "·".into() } else { count.to_string() }
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let (low, high) = (numbers.len().checked_sub(1)? / 2, numbers.len() / 2);
    Some((numbers[low] + numbers[high]) / 2.0)
}

fn passes_of(verdicts: &[Verdict], method: usize) -> Option<f64> {
    if let Verdict::Arrived(passes) = verdicts.get(method)? { Some(f64::from(*passes)) } else { None }
}

/// The best ℓ/n that a method came to, singular ends aside.
pub(crate) fn best(runs: &[Run]) -> f64 {
    runs.iter().filter(|run| !run.is_singular).map(Run::last).fold(f64::NEG_INFINITY, f64::max)
}

fn verdict(run: &Run, best: f64) -> Verdict {
    let arrival = run.trace.iter().find(|(_, value)| *value >= best - GAP);
    match (run.is_singular, arrival, run.end) {
        (true, ..) => Verdict::Singular,
        (_, Some((passes, _)), _) => Verdict::Arrived(*passes),
        (_, None, End::Rest) => Verdict::Elsewhere,
        (_, None, End::Stuck) => Verdict::Stuck,
        (_, None, End::Cap) => Verdict::Late,
    }
}
