//! What the README of the firmware says of the detector.

use host::{all_activities, fit_activity, fit_fleet, fixed_source, fleet_source, sensor_source, source};
use jobs::data::{Activity, RECORDING, recordings};
use jobs::detect::{TRAINING, standing};

type Outcome = Result<(), Box<dyn std::error::Error>>;

/// The model in the detector's source file is the one that the program beside it fits.
#[test]
fn the_exported_model_is_reproduced() -> Outcome {
    let (gmm, best) = fit_activity(standing().0)?;
    assert!(best.fit.converged && best.fit.is_healthy(), "{best:?}");
    assert_eq!(source(&gmm)?, include_str!("../../jobs/src/detect/model.rs"));
    Ok(())
}

/// And so is that of the job with a sensor that fails.
#[test]
fn the_model_of_all_activities_is_reproduced() -> Outcome {
    let (gmm, best) = fit_activity(&all_activities())?;
    assert!(best.fit.converged && best.fit.is_healthy(), "{best:?}");
    assert_eq!(sensor_source(&gmm)?, include_str!("../../jobs/src/sensor/model.rs"));
    Ok(())
}

/// And so is the fleet's.
#[test]
fn the_model_of_the_fleet_is_reproduced() -> Outcome {
    assert_eq!(fleet_source(&fit_fleet()?)?, include_str!("../../jobs/src/fleet/model.rs"));
    Ok(())
}

/// And so are those in integers.
#[test]
fn the_models_in_integers_are_reproduced() -> Outcome {
    assert_eq!(fixed_source()?, include_str!("../../jobs/src/fixed/model.rs"));
    Ok(())
}

/// With badminton as the normal state single samples mislead: others are likelier than badminton itself.
#[test]
fn badminton_is_no_normal_state() -> Outcome {
    let (training, held_out) = recordings(Activity::Badminton).split_at(TRAINING * RECORDING);
    let (gmm, _) = fit_activity(training)?;
    let scores = |data: &[[f32; 6]]| -> Result<Vec<f64>, gaussmix::Error> {
        data.iter().map(|x| gmm.log_density(x.map(f64::from))).collect()
    };
    let normal = scores(held_out)?;
    let (mut below, mut pairs) = (0_u32, 0_u32);
    for activity in [Activity::Standing, Activity::Running, Activity::Walking] {
        for other in scores(recordings(activity))? {
            below += normal.iter().map(|n| u32::from(other < *n)).sum::<u32>();
            pairs += normal.len() as u32;
        }
    }
    let auc = f64::from(below) / f64::from(pairs);
    assert!((auc - 0.35).abs() < 0.01, "area under the curve: {auc}");
    Ok(())
}
