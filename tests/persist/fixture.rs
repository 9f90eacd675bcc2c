//! Files of format version 2, written by a program that is not this crate (`tests/data/stored_v2.py`): every later
//! version has to read them. Version 1 was never released, and is refused.

use gaussmix::covariance::Factor;
use gaussmix::fit::Frozen;
use gaussmix::fit::Outcome;
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::{Persist, PersistError};
use gaussmix::stream::StepSize;
use gaussmix::{Diagonal, Gmm, MStep, OnlineEm, Spherical, SufficientStats, Tied};

const MODEL: &[u8] = include_bytes!("../data/stored_v2_model.bin");
const ONLINE: &[u8] = include_bytes!("../data/stored_v2_online.bin");
const STATISTICS: &[u8] = include_bytes!("../data/stored_v2_statistics.bin");

#[test]
fn a_model_of_version_2_loads() {
    let gmm = Gmm::<f32, 2, 3>::decode(MODEL).unwrap();
    assert_eq!(gmm.weights(), &[0.25, 0.75, 0.0]);
    assert_eq!(gmm.means(), &[[-1.5, 2.0], [1000.0, 0.1], [7.0, -7.0]]);
    let factor = |a, b, c| Factor(SMatrix::from([[a, b], [0.0, c]])); // columns
    assert_eq!(gmm.factors(), &[factor(0.5, -3.0, 4.0), factor(2.0, 0.125, 1.0), factor(1.0, 0.0, 1.0)]);
    assert_eq!(gmm.offsets()[2], f32::NEG_INFINITY);
    assert_eq!(gmm.covariances()[0], SMatrix::from([[4.0, -6.0], [-6.0, 9.0625]]));

    let mut buffer = [0; Gmm::<f32, 2, 3>::ENCODED_LEN];
    assert_eq!(gmm.encode(&mut buffer).unwrap(), MODEL);
}

#[test]
fn statistics_of_version_2_load() {
    type Stats = SufficientStats<f64, 1, 2, Tied<Spherical>>;
    let stats = Stats::decode(STATISTICS).unwrap();
    assert_eq!(stats.count(), 8);
    assert_eq!(stats.log_likelihood(), -12.5);
    assert_eq!(stats.masses(), [3.0, 4.5]);
    assert_eq!(stats.means(), [[0.1], [-1e6]]);
    assert_eq!(stats.covariance(1).unwrap().0, 6.75 / 7.5);

    let mut buffer = [0; Stats::ENCODED_LEN];
    assert_eq!(stats.encode(&mut buffer).unwrap(), STATISTICS);
}

#[test]
fn an_online_run_of_version_2_loads() {
    type Online = OnlineEm<f32, 1, 1, Diagonal>;
    let online = Online::decode(ONLINE).unwrap();
    assert_eq!(online.steps(), (1 << 40) + 1);
    assert_eq!(online.last_update().unwrap().outcomes, [Outcome::Floored]);
    assert_eq!(online.model().means(), &[[21.5]]);
    assert_eq!(online.model().covariances()[0][0], 16.0);
    assert_eq!(online.statistics().log_likelihood(), -2.5);

    // Its settings are in what it is equal to when they are set.
    let m_step = MStep::default().with_ridge(0.5).unwrap().with_least_share(1e-7).unwrap();
    let frozen = Frozen::NONE.with_means([true]);
    let mut same = online
        .clone()
        .with_m_step(m_step)
        .with_frozen(frozen)
        .with_warm_up(16)
        .with_interval(5)
        .with_inertia(10);
    same.set_step(StepSize::decaying(0.75, 2.0).unwrap());
    assert_eq!(same, online);

    let mut buffer = [0; Online::ENCODED_LEN];
    assert_eq!(online.encode(&mut buffer).unwrap(), ONLINE);
}

#[test]
fn version_1_is_refused() {
    let mut old = MODEL.to_vec();
    old[4] = 1;
    let end = old.len() - 4;
    let checksum = super::crc(&old[..end]);
    old[end..].copy_from_slice(&checksum.to_le_bytes());
    assert_eq!(Gmm::<f32, 2, 3>::decode(&old), Err(PersistError::UnknownVersion { found: 1 }));
}
