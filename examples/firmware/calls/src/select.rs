//! The number of components, and a number of features that only the run knows.

use gaussmix::fit::Fitting;
use gaussmix::init::Rule;
use gaussmix::select::{self, Candidate, ColdStart, LeftOut, Search, Selection, VisitSize};
use gaussmix::{Covariance, Criterion, Em, Error, MStep};

use crate::{D, K, Model, Random, Row, count, index, keep, number, opaque, same};

pub(crate) fn all<C: Covariance>(gmm: &mut Model<C>, rows: &[Row]) -> Result<(), Error> {
    let search = Search::with_restarts(Search::new(index()..=index())?, count())?;
    let search = Search::with_rule(search, opaque(Rule::Mixed));
    let search = Search::with_criterion(search, opaque(Criterion::Icl));
    same::<Search>(&search);
    let generator = |components| Random(components as u64);
    let fitting = Fitting::with_resolution(Em::fitting(&Em::default()), [number(); D])?;
    if let Ok(selection) = Fitting::select(fitting, gmm, &search, rows, generator) {
        report(&selection);
    }
    keep(Em::select(&Em::default(), gmm, &search, rows, generator));
    let mut cold: ColdStart<f32, D, 8> = ColdStart::new();
    cold = ColdStart::with_criterion(cold, opaque(Criterion::Bic));
    cold = ColdStart::with_resolution(cold, [number(); D])?;
    cold = ColdStart::with_em(cold, Em::with_m_step(Em::default(), MStep::exact()));
    for row in rows {
        keep(ColdStart::observe(&mut cold, row));
    }
    keep(ColdStart::samples(&cold).len());
    same::<ColdStart<_, _, _, _>>(&cold);
    keep(ColdStart::<f32, D, 8>::default());
    keep(ColdStart::start(&cold, gmm));
    keep(select::visit_size::<D, _>(index(), Size));
    Ok(())
}

fn report(selection: &Selection<f32, K>) {
    keep((Selection::chosen(selection), Selection::lead(selection)));
    keep((Selection::runner_up(selection), Selection::rival(selection), Selection::passed_over(selection)));
    same::<Selection<_, _>>(selection);
    if let Some(candidate) = Selection::runner_up(selection) {
        keep((Candidate::is_floored(candidate), Candidate::passed_over(candidate, opaque(Criterion::Bic))));
        same::<Candidate<_, _>>(candidate);
        if let Some(reason) = Candidate::left_out(candidate) {
            same::<LeftOut>(&reason);
        }
    }
}

struct Size;

impl VisitSize for Size {
    type Output = usize;

    fn visit<const N: usize>(self) -> usize {
        N
    }
}
