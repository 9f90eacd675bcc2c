//! Records that the C calls refuse, and what the object is then.

use bearing::bearing::*;
use bearing::model::STANDING;
use bearing::pump::*;
use gaussmix::persist::Persist;
use interface::detector::Settings;
use interface::{Place, Status};

type Load<V> = unsafe extern "C" fn(*mut Place<V>, *const u8, usize) -> Status;
type Save<V> = unsafe extern "C" fn(*const Place<V>, *mut u8, usize) -> Status;

fn record<V>(save: Save<V>, object: &Place<V>, length: usize) -> Vec<u8> {
    let mut record = vec![0; length];
    assert_eq!(unsafe { save(object, record.as_mut_ptr(), length) }, Status::Ok);
    record
}

/// CRC-32 as in zip (IEEE 802.3), bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    })
}

/// A record whose last number is NaN, with the checksum that belongs to it.
fn invalid(record: &[u8]) -> Vec<u8> {
    let mut bytes = record.to_vec();
    let end = bytes.len() - 4;
    bytes[end - 4..end].copy_from_slice(&f32::NAN.to_le_bytes());
    let sum = crc(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

/// What holds of every object: `full` has a record of `length` bytes; `other` is the record of another object.
fn obeys<V: Persist>(load: Load<V>, save: Save<V>, mut full: Place<V>, length: usize, other: &[u8]) {
    let before = record(save, &full, length);
    let mut flipped = before.clone();
    flipped[length / 2] ^= 1;
    let refused = [
        (flipped.as_slice(), Status::Corrupted),
        (&before[..length - 1], Status::Corrupted),
        (&before[..0], Status::Corrupted),
        (other, Status::OtherRecord),
        (&[0xFF; 2000], Status::NotStored),
    ];
    let mut empty = Place::EMPTY;
    let mut unused = vec![0; length];
    for (bytes, status) in refused {
        assert_eq!(unsafe { load(&mut full, bytes.as_ptr(), bytes.len()) }, status);
        assert_eq!(record(save, &full, length), before, "it is as before");
        assert_eq!(unsafe { load(&mut empty, bytes.as_ptr(), bytes.len()) }, status);
        assert_eq!(unsafe { save(&empty, unused.as_mut_ptr(), length) }, Status::Empty, "it is as before");
    }

    let bytes = invalid(&before);
    for object in [&mut full, &mut empty] {
        assert_eq!(unsafe { load(object, bytes.as_ptr(), bytes.len()) }, Status::InvalidRecord);
        assert_eq!(unsafe { save(object, unused.as_mut_ptr(), length) }, Status::Empty);
        assert_eq!(unsafe { load(object, before.as_ptr(), before.len()) }, Status::Ok);
        assert_eq!(record(save, object, length), before);
    }
}

#[test]
fn models_runs_and_detectors_refuse_damaged_and_invalid_records() {
    let model: bearing_model = Place::holding(STANDING.clone());
    let (mut run, mut pump) = (bearing_run::EMPTY, pump_detector::EMPTY);
    unsafe {
        assert_eq!(bearing_run_start(&mut run, &model, 0.01, 1), Status::Ok);
        assert_eq!(pump_start(&mut pump, &Settings::new(20)), Status::Ok);
    }
    let of_model = record(bearing_model_save, &model, BEARING_MODEL_RECORD);
    let of_run = record(bearing_run_save, &run, BEARING_RUN_RECORD);
    obeys(bearing_model_load, bearing_model_save, model, BEARING_MODEL_RECORD, &of_run);
    obeys(bearing_run_load, bearing_run_save, run, BEARING_RUN_RECORD, &of_model);
    obeys(pump_load, pump_save, pump, PUMP_RECORD, &of_run);
}
