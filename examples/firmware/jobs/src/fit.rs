//! Batch fits of data that lies in flash.

use crate::data::{Activity, FAITHFUL_F32, MOTIONS, recordings};
use gaussmix::fit::Fit;
use gaussmix::init::{self, KMeans};
use gaussmix::{Em, Error, Gmm};

/// Four components of all 4000 samples of BasicMotions, six features, from the clusters of k-means.
///
/// # Errors
/// None, unless the fit is broken.
pub fn motions(gmm: &mut Gmm<f32, 6, 4>) -> Result<Fit<f32, 4>, Error> {
    let activities = [Activity::Standing, Activity::Running, Activity::Walking, Activity::Badminton];
    let mut centres = activities.map(|activity| recordings(activity).first().copied().unwrap_or_default());
    KMeans::default().fit(&mut centres, &MOTIONS)?;
    init::from_means(gmm, &centres, &MOTIONS)?;
    Em::default().fit(gmm, &MOTIONS)
}

/// Three components of Old Faithful.
///
/// # Errors
/// None, unless the fit is broken.
pub fn faithful(gmm: &mut Gmm<f32, 2, 3>) -> Result<Fit<f32, 3>, Error> {
    init::farthest_first(gmm, &FAITHFUL_F32)?;
    Em::default().fit(gmm, &FAITHFUL_F32)
}
