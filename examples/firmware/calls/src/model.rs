//! The model: parameters, scores, conditional models, criteria, draws.

use gaussmix::{Component, Covariance, Criteria, Criterion, Error, Gmm, Imputation, Posterior};

use crate::{D, K, Model, Random, Row, forget, index, keep, number, same};

pub(crate) fn all<C: Covariance>(
    gmm: &mut Model<C>,
    rows: &[Row],
    data: &[[f32; D]],
    rng: &mut Random,
) -> Result<(), Error> {
    parameters(gmm)?;
    forget(gmm);
    if let Some(row) = rows.get(index()) {
        scores(gmm, row, rng);
    }
    keep(Gmm::mean_log_likelihood(gmm, rows));
    keep(Gmm::lower_bound(gmm, rows, gmm));
    let criteria = Gmm::criteria(gmm, rows)?;
    keep([Criteria::aic(&criteria), Criteria::bic(&criteria), Criteria::icl(&criteria)]);
    keep(Criteria::value(&criteria, crate::opaque(Criterion::Bic)));
    same::<Criteria<_>>(&criteria);
    let (mut scores, mut labels) = ([0.0; 64], [0; 64]);
    let mut posteriors = [const { Posterior { log_density: 0.0, responsibilities: [0.0; K] } }; 64];
    keep(Gmm::log_densities(gmm, data, &mut scores));
    keep(Gmm::posteriors(gmm, data, &mut posteriors));
    keep(Gmm::predictions(gmm, data, &mut labels));
    keep((scores, labels, posteriors));
    conditions(gmm)
}

#[inline(never)]
fn parameters<C: Covariance>(gmm: &mut Model<C>) -> Result<(), Error> {
    same::<Gmm<_, _, _, _>>(gmm);
    let other = Gmm::affine(gmm, &[number(); D], &[number(); D])?;
    Gmm::clone_from(gmm, &other);
    keep(Gmm::cast::<f64>(gmm)?);
    let again: Model<C> = Gmm::new(*Gmm::weights(gmm), *Gmm::means(gmm), Gmm::covariances(gmm))?;
    keep(again);
    let raw: Model<C> =
        Gmm::from_parts(*Gmm::weights(gmm), *Gmm::offsets(gmm), *Gmm::means(gmm), *Gmm::factors(gmm));
    keep(Gmm::validate(&raw));
    let unfitted: Model<C> = Gmm::default();
    keep(unfitted);
    keep((Gmm::<f32, D, K, C>::parameter_count(), Gmm::free_parameters(gmm)));
    for component in Gmm::components(gmm) {
        keep(Component::covariance_matrix(&component));
        same::<Component<_, _, _>>(&component);
    }
    Gmm::live(gmm).for_each(keep);
    let order = Gmm::order_by(gmm, |component| component.weight);
    keep(Gmm::permute(gmm, &order));
    let order = Gmm::canonical_order(gmm);
    Gmm::permute(gmm, &order)
}

#[inline(never)]
fn scores<C: Covariance>(gmm: &Model<C>, row: &Row, rng: &mut Random) {
    let (plain, weighted) = (row.0.0, row);
    keep(Gmm::log_density(gmm, plain));
    keep(Gmm::log_density(gmm, weighted));
    keep(Gmm::posterior(gmm, plain));
    if let Ok(posterior) = Gmm::posterior(gmm, weighted) {
        same::<Posterior<_, _>>(&posterior);
    }
    keep(Gmm::predict(gmm, plain));
    keep(Gmm::predict(gmm, weighted));
    keep(Gmm::mahalanobis_squared(gmm, plain));
    keep(Gmm::mahalanobis_squared(gmm, weighted));
    if let Ok(imputation) = Gmm::impute(gmm, weighted) {
        same::<Imputation<_, _>>(&imputation);
    }
    keep(Gmm::sample_missing(gmm, weighted, rng));
    keep(Gmm::sample(gmm, rng));
    keep(Gmm::sample_labelled(gmm, rng));
}

#[inline(never)]
fn conditions<C: Covariance>(gmm: &Model<C>) -> Result<(), Error> {
    let (a, b, c) = (index(), index(), index());
    keep(Gmm::marginal(gmm, [a])?);
    keep(Gmm::marginal(gmm, [a, b])?);
    keep(Gmm::condition(gmm, [a], [number()], [b, c])?);
    keep(Gmm::condition(gmm, [a, b], [number(); 2], [c])?);
    keep(Gmm::regress(gmm, [a, b], [number(); 2], [c])?);
    keep(Gmm::regress(gmm, [a], [number()], [b, c])?);
    Ok(())
}
