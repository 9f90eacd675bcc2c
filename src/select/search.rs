//! Fits with every number of components in a range.

use core::ops::{ControlFlow, RangeInclusive};

use super::{Candidate, Selection};
use crate::covariance::Covariance;
use crate::error::{Error, require};
use crate::fit::{BestOf, Em, Fitting, Iteration, Method, Regularizer, Stop};
use crate::init::{Rule, Start};
use crate::model::{Criterion, Gmm};
use crate::observation::Observation;
use crate::real::Real;
use rand_core::Rng;

/// Which numbers of components to try, and how.
///
/// ```
/// use gaussmix::select::Search;
/// use gaussmix::{Em, Gmm};
/// use rand_pcg::Pcg32;
///
/// // Two clusters.
/// let noise = |i: u32| f64::from(i * 7 % 10 + i * 3 % 11 + i * 5 % 13);
/// let centre = |i| if i % 3 == 0 { 90.0 } else { 0.0 };
/// let data: Vec<[f64; 1]> = (0..90).map(|i| [noise(i) + centre(i)]).collect();
/// // Room for six components.
/// let mut gmm: Gmm<f64, 1, 6> = Gmm::unfitted();
/// let search = Search::new(1..=6)?.with_restarts(10)?;
/// let generator = |components| Pcg32::new(42, components as u64);
/// let selection = Em::default().fitting().select(&mut gmm, &search, &data, generator)?;
/// assert_eq!(selection.chosen(), Some(2));
/// assert_eq!(gmm.live().count(), 2);
/// println!("{selection}");
/// # Ok::<(), gaussmix::Error>(())
/// ```
#[doc(alias("n_components", "model selection", "mclustBIC"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Search {
    least: usize,
    most: usize,
    restarts: u32,
    rule: Rule,
    criterion: Criterion,
}

impl Search {
    /// Tries these numbers of components, each from 20 [mixed](Rule::Mixed) starts, and compares them by BIC.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for an empty range, or one that begins with 0.
    pub fn new(components: RangeInclusive<usize>) -> Result<Self, Error> {
        let (least, most) = components.into_inner();
        require(least >= 1 && least <= most, "components", "a range from 1 or more")?;
        Ok(Self { least, most, restarts: 20, rule: Rule::Mixed, criterion: Criterion::Bic })
    }

    /// Sets the number of starts for each number of components.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for 0.
    pub fn with_restarts(mut self, restarts: u32) -> Result<Self, Error> {
        require(restarts > 0, "restarts", "1 or more")?;
        self.restarts = restarts;
        Ok(self)
    }

    /// Sets how starts choose their means.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rule = rule;
        self
    }

    /// Sets the criterion that decides.
    #[must_use]
    pub fn with_criterion(mut self, criterion: Criterion) -> Self {
        self.criterion = criterion;
        self
    }
}

impl<T: Real, const D: usize, const K: usize, C: Covariance, H, M, R> Fitting<'_, T, D, K, C, H, M, R>
where
    H: FnMut(&Iteration<T>) -> ControlFlow<Stop>,
    M: Method<T, D, K, C, R>,
    R: Regularizer<T, D, K, C>,
{
    /// Chooses the number of components: the best of several fits with each number in a range, and of these the one
    /// with the smallest criterion. K is the largest number for which the type has room; slots that a model does not
    /// use are dead. The structure is a type: to choose among structures, call this for each, and compare the criteria
    /// of what they return.
    ///
    /// `rng` makes the generator for each number of components. So a candidate does not depend on the range, and more
    /// restarts never give a worse one. The hook sees the iterations of all fits; if it stops the search, no larger
    /// number of components is tried.
    ///
    /// It takes one model and three [selections](Selection) more on the stack than
    /// [`fit_best_of`](crate::Em::fit_best_of) with [`init::mixed`](crate::init::mixed). A selection holds K reports of
    /// K outcomes each.
    ///
    /// # Errors
    /// As [`fit_best_of`](Self::fit_best_of), if no number of components can be fitted: the error of the last.
    /// [`Error::InvalidParameter`] if the range goes beyond K. The model is then as before.
    pub fn select<I, G: Rng>(
        mut self,
        gmm: &mut Gmm<T, D, K, C>,
        search: &Search,
        data: I,
        mut rng: impl FnMut(usize) -> G,
    ) -> Result<Selection<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
    {
        choose(gmm, search, data.clone(), |components, start, candidate| {
            self.search(candidate, search.restarts, start.rule(), data.clone(), &mut rng(components))
        })
    }

    /// [`select`](Self::select), with the restarts of each number of components on several threads, as
    /// [`par_fit_best_of`](Self::par_fit_best_of). `rng` makes a generator from the number of components and that of
    /// the restart.
    ///
    /// # Errors
    /// As [`select`](Self::select).
    #[cfg(feature = "rayon")]
    pub fn par_select<I, G: Rng>(
        mut self,
        gmm: &mut Gmm<T, D, K, C>,
        search: &Search,
        data: I,
        rng: impl Fn(usize, u32) -> G + Sync,
    ) -> Result<Selection<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone + Sync,
        H: Send,
        M: Clone + Send,
        R: Sync,
    {
        choose(gmm, search, data.clone(), |components, start, candidate| {
            let rng = |restart| rng(components, restart);
            self.par_search(candidate, search.restarts, start.rule(), data.clone(), rng)
        })
    }
}

/// Compares the candidates that `fit` makes.
pub(super) fn choose<T: Real, const D: usize, const K: usize, C: Covariance, I>(
    gmm: &mut Gmm<T, D, K, C>,
    search: &Search,
    data: I,
    mut fit: impl FnMut(usize, Start, &mut Gmm<T, D, K, C>) -> Result<BestOf<T, K>, Error>,
) -> Result<Selection<T, K>, Error>
where
    I: IntoIterator<Item: Observation<T, D>> + Clone,
{
    require(search.most <= K, "components", "K at most")?;
    let mut candidates = [const { None }; K];
    let mut best: Option<Candidate<T, K>> = None;
    let mut refused = Error::EmptyData;
    let (mut model, extra) = (Gmm::BLANK, gmm.extra);
    for components in search.least..=search.most {
        let start = Start::new(search.rule).with_components(components)?;
        model.extra = extra;
        let found = fit(components, start, &mut model).and_then(|best_of| {
            let criteria = model.criteria(data.clone())?;
            Ok(Candidate { components, best_of, criteria })
        });
        match &found {
            Ok(candidate) if best.is_none_or(|best| candidate.precedes(&best, search.criterion)) => {
                gmm.clone_from(&model);
                best = Some(*candidate);
            }
            Ok(_) => {}
            Err(error) => refused = *error,
        }
        if let Some(slot) = candidates.get_mut(components - 1) {
            *slot = Some(found);
        }
        if found.is_ok_and(|candidate| candidate.best_of.stopped) {
            break;
        }
    }
    let best = best.ok_or(refused)?;
    Ok(Selection { criterion: search.criterion, candidates, best })
}

impl<T: Real, R: Clone> Em<T, R> {
    /// [`Fitting::select`] without options.
    ///
    /// # Errors
    /// As [`Fitting::select`].
    #[doc(alias("Mclust"))]
    pub fn select<const D: usize, const K: usize, C: Covariance, I, G: Rng>(
        &self,
        gmm: &mut Gmm<T, D, K, C>,
        search: &Search,
        data: I,
        rng: impl FnMut(usize) -> G,
    ) -> Result<Selection<T, K>, Error>
    where
        I: IntoIterator<Item: Observation<T, D>> + Clone,
        R: Regularizer<T, D, K, C>,
    {
        self.fitting().select(gmm, search, data, rng)
    }
}
