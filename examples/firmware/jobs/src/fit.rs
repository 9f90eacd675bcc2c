//! Batch fits of data that lies in flash.

use crate::data::{FAITHFUL_F32, MOTIONS};
use gaussmix::fit::Fit;
use gaussmix::{Em, Error, Gmm, init};

/// Four components of all 4000 samples of BasicMotions, six features.
///
/// # Errors
/// None, unless the fit is broken.
pub fn motions(gmm: &mut Gmm<f32, 6, 4>) -> Result<Fit<f32, 4>, Error> {
    init::farthest_first(gmm, &MOTIONS)?;
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
