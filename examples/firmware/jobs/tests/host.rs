//! What the images assert on their boards, asserted on the host.

use gaussmix::Gmm;
use gaussmix::persist::Persist;
use jobs::adapt::{Adaptive, follow};
use jobs::data::{Activity, recordings};
use jobs::detect::{MODEL, rates, standing};
use jobs::{digest, expected, fit, fixed, fleet, interrupt, watch};

type Outcome = Result<(), gaussmix::Error>;

#[track_caller]
fn same(name: &str, digest: u64, expected: u64) {
    assert_eq!(digest, expected, "{name}: the digest is now {digest:#018x}");
}

#[test]
fn digest_of_all_structures() -> Outcome {
    same("ALL_STRUCTURES", digest::all_structures()?, expected::ALL_STRUCTURES);
    Ok(())
}

#[test]
fn digest_of_coupled_structures() -> Outcome {
    same("COUPLED_STRUCTURES", digest::coupled_structures()?, expected::COUPLED_STRUCTURES);
    Ok(())
}

#[test]
fn digest_of_iterated_structures() -> Outcome {
    same("ITERATED_STRUCTURES", digest::iterated_structures()?, expected::ITERATED_STRUCTURES);
    Ok(())
}

#[test]
fn motions() -> Outcome {
    let mut gmm = Gmm::unfitted();
    let fit = fit::motions(&mut gmm)?;
    println!("{fit:?}");
    same("MOTIONS", digest::of(&gmm), expected::MOTIONS);
    assert!(fit.converged);
    Ok(())
}

#[test]
fn faithful() -> Outcome {
    let mut gmm = Gmm::unfitted();
    let fit = fit::faithful(&mut gmm)?;
    println!("{fit:?}");
    same("FAITHFUL", digest::of(&gmm), expected::FAITHFUL);
    assert!(fit.converged);
    Ok(())
}

#[test]
fn adapted() -> Outcome {
    let mut adaptive = Adaptive::new(jobs::adapt::standing()?)?;
    let report = follow(&mut adaptive)?;
    println!("{report:?}");
    same("ADAPTED", digest::of(adaptive.model()), expected::ADAPTED);
    assert!(report.after > report.before + 1.0);
    assert!(report.alarms >= 10 && report.false_alarms <= 27 && report.births >= 1);
    Ok(())
}

#[test]
fn fleet_model_adapted() -> Outcome {
    assert_eq!(fleet::MODEL.validate(), Ok(()));
    let (report, alone) = (fleet::compare()?, fleet::alone()?);
    println!("{report:?}, alone {alone}");
    same("FLEET", report.digest, expected::FLEET);
    // As the guide for devices says.
    assert!((report.fleet + 9.17).abs() < 0.006 && (report.adapted + 8.14).abs() < 0.006);
    assert!((alone + 71.9).abs() < 0.06);
    Ok(())
}

#[test]
fn sensor() -> Outcome {
    assert_eq!(jobs::sensor::MODEL.validate(), Ok(()));
    let report = jobs::sensor::fail()?;
    println!("{report:?}");
    same("SENSOR", report.digest, expected::SENSOR);
    let ([imputed, mean, last], [before, six, five]) = (report.errors, report.alarms);
    assert!(imputed < 0.75 * mean && imputed < 0.4 * last);
    assert!(six == report.readings && five <= 7 && before <= 6);
    Ok(())
}

#[test]
fn detector() {
    assert_eq!(MODEL.validate(), Ok(()));
    let (trained, held_out) = standing();
    for (name, data) in [("trained", trained), ("badminton", recordings(Activity::Badminton))] {
        println!("{name}: {:?}", rates(data));
    }
    let [standing, running, walking] =
        [held_out, recordings(Activity::Running), recordings(Activity::Walking)].map(rates);
    println!("standing {standing:?}, running {running:?}, walking {walking:?}");
    assert!(running.samples >= 0.97 && walking.samples >= 0.7 && standing.samples <= 0.03);
    assert!(running.windows >= 0.95 && walking.windows >= 0.95 && standing.windows <= 0.06);
}

#[test]
fn watched() -> Outcome {
    fn law<C: gaussmix::Covariance>(digest: u64) -> Outcome {
        let mut detector: watch::Three<C> = watch::new()?;
        let report = watch::follow(&mut detector, |_| ())?;
        println!("{report:?}");
        same("WATCHED", report.digest, digest);
        assert!(report.components > 1);
        let [learnt, badminton] = report.alarms;
        assert!(badminton > learnt);
        Ok(())
    }
    let [full, diagonal] = expected::WATCHED;
    law::<gaussmix::Full>(full)?;
    law::<gaussmix::Diagonal>(diagonal)
}

#[test]
fn interrupted() -> Outcome {
    let mut run = interrupt::start()?;
    for x in recordings(Activity::Standing) {
        run.observe(interrupt::accelerometer(x))?;
    }
    same("INTERRUPTED", run.model().digest(), expected::INTERRUPTED);
    Ok(())
}

#[test]
fn fixed_point() -> Outcome {
    let [full, diagonal] = expected::FIXED;
    same("FIXED", fixed::digest(&fixed::FIXED_FULL), full);
    same("FIXED", fixed::digest(&fixed::FIXED_DIAGONAL), diagonal);
    let errors = [
        fixed::errors(&fixed::FIXED_FULL, &fixed::FULL, 1)?,
        fixed::errors(&fixed::FIXED_DIAGONAL, &fixed::DIAGONAL, 1)?,
    ];
    println!("{errors:?}");
    // As the guide for devices says.
    assert!(errors.iter().all(|[mean, largest]| (*mean - 0.0003).abs() < 0.0001 && *largest < 0.002));
    Ok(())
}
