//! A feature that does not vary where it was observed: floors relative to its variance are none.

use gaussmix::fit::{Acceleration, Outcome, Prior, Update, Usual};
use gaussmix::{Em, Error, Full, Gmm, MStep, NanIsMissing, SufficientStats, init};

use crate::support::closeness::assert_close;
use crate::support::clouds::{clouds, guess};
use crate::support::missing::without;
use crate::support::tolerance::STAYS_PUT;

type Row = NanIsMissing<[f64; 2]>;

/// The second feature is 3, and missing in one row of `each`.
fn rows(each: usize) -> Vec<Row> {
    let of = |(i, x): (usize, &[f64; 3])| [x[0], if i % each == 0 { f64::NAN } else { 3.0 }];
    clouds(60, 85).iter().enumerate().map(of).map(NanIsMissing).collect()
}

fn start(data: &[Row]) -> Gmm<f64, 2, 2> {
    let mut gmm = Gmm::unfitted();
    init::farthest_first(&mut gmm, data).unwrap();
    gmm
}

/// As it is without gaps, and where the same calls allow it there.
#[test]
fn a_feature_that_is_constant_between_its_gaps_is_refused() {
    let due = Error::ConstantFeature { feature: 1 };
    for each in [100, 2, 4, 50] {
        let data = &rows(each)[usize::from(each == 100)..];
        let mut gmm = start(data);
        let em = Em::default();
        assert_eq!(em.fit(&mut gmm, data).unwrap_err(), due, "{each}");
        assert_eq!(gmm, start(data));
        let begin = |gmm: &mut Gmm<f64, 2, 2>, data, _: &mut ()| init::farthest_first(gmm, data);
        assert_eq!(em.fit_best_of(&mut gmm, 2, begin, data, &mut ()).unwrap_err(), due);
        let floored =
            |m_step: MStep<f64>| Em::default().with_m_step(m_step).fit(&mut start(data), data).unwrap();
        assert!(floored(MStep::default().with_absolute_floor(1e-6).unwrap()).converged);
        assert!(floored(MStep::default().with_ridge(1e-6).unwrap()).converged);
        let resolved = em.fitting().with_resolution([0.0, 0.1]).unwrap().fit(&mut start(data), data);
        assert!(resolved.unwrap().converged);
        // A prior of weights alone holds no variance, and a step that asks for none needs none.
        let weights = Prior::new([[0.0; 2]; 2], 0.0, None, [2.0; 2]).unwrap();
        let em_of_weights = Em::default().with_m_step(MStep::default().with_regularizer(&weights));
        assert_eq!(em_of_weights.fit(&mut start(data), data).unwrap_err(), due);
        let stay = |_: &Usual<'_, f64, 2, 2>, _: &SufficientStats<f64, 2, 2>, _: &mut Gmm<f64, 2, 2>| {
            Ok(Update::new([Outcome::Updated; 2]))
        };
        assert!(em.fitting().with_m_step(stay).fit(&mut start(data), data).is_ok());
        assert!(Em::default().with_max_iterations(0).fit(&mut start(data), data).is_ok());
        let ratio = MStep::default().with_eigenvalue_ratio(100.0).unwrap();
        assert!(Em::default().with_m_step(ratio).fit(&mut start(data), data).unwrap().converged);
    }
    // One that varies by less than its square can say.
    let tiny: Vec<Row> =
        (0..20).map(|i| NanIsMissing([f64::from(i), [f64::NAN, 0.0, 1e-170][i as usize % 3]])).collect();
    assert_eq!(Em::default().fit(&mut start(&tiny), &tiny).unwrap_err(), due);
    // Absent samples do not vary it, and what is not finite is the pass's to refuse.
    let mut weighted: Vec<(Row, f64)> = rows(4).into_iter().map(|row| (row, 1.0)).collect();
    weighted.push((NanIsMissing([0.0, 9.0]), 0.0));
    assert_eq!(Em::default().fit(&mut start(&rows(4)), &weighted).unwrap_err(), due);
    weighted.push((NanIsMissing([0.0, f64::INFINITY]), 1.0));
    let error = Error::NonFiniteSample { sample: 61, feature: 1 };
    assert_eq!(Em::default().fit(&mut start(&rows(4)), &weighted).unwrap_err(), error);
}

/// Steps of SQUAREM over gaps climb the likelihood of what was observed, and end where plain passes end.
#[test]
fn acceleration_ends_where_plain_passes_end() {
    let data = without(&clouds(200, 86), 0.25, 87);
    let em = Em::default().with_m_step(MStep::exact()).with_tolerance(1e-12).unwrap();
    let (mut plain, mut fast, mut memory) = (guess::<f64, Full>(), guess::<f64, Full>(), Acceleration::new());
    let slow = em.fit(&mut plain, &data).unwrap();
    let fit = em.fitting().with_acceleration(&mut memory).fit(&mut fast, &data).unwrap();
    assert!(slow.converged && fit.converged && fit.iterations < slow.iterations, "{slow}, {fit}");
    assert_close(fit.log_likelihood, slow.log_likelihood, STAYS_PUT, "log-likelihood");
}

/// It keeps what the start says of it.
#[test]
fn a_feature_that_nobody_has_keeps_its_place_and_variance() {
    let data = rows(1);
    let (mut gmm, before) = (start(&data), start(&data));
    let fit = Em::default().fit(&mut gmm, &data).unwrap();
    assert!(fit.converged && fit.is_healthy());
    for k in 0..2 {
        assert_eq!(gmm.means()[k][1], before.means()[k][1]);
        let [now, then] = [&gmm, &before].map(|gmm| gmm.covariances()[k][(1, 1)]);
        assert!((now / then - 1.0).abs() < 1e-12, "{now} for {then}");
    }
}
