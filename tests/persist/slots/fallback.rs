//! A newest record that is whole and sealed, and whose numbers are no value: the older one counts.

use gaussmix::persist::{Persist, PersistError, SlotsError};

use super::{Model, RECORD, load, model, renumber, save, saved};
use crate::crc;

/// The flash after two saves, the newest record's first weight made negative and everything sealed again.
fn spoiled() -> super::Flash<8> {
    let mut flash = saved(2);
    spoil(&mut flash, 1, 1);
    flash
}

fn spoil(flash: &mut super::Flash<8>, sector: usize, sequence: u32) {
    let record = &mut flash.sectors[sector];
    record[16..20].copy_from_slice(&(-0.25f32).to_le_bytes());
    let checksum = crc(&record[..Model::ENCODED_LEN - 4]);
    record[Model::ENCODED_LEN - 4..Model::ENCODED_LEN].copy_from_slice(&checksum.to_le_bytes());
    renumber(flash, sector, sequence);
}

#[test]
fn a_sealed_record_of_no_value_gives_way_to_the_older_one() {
    assert_eq!(load(&spoiled()), Ok(model(0)));
    // In either sector, and on either side of the turn of the sequence numbers.
    let mut flash = saved(2);
    renumber(&mut flash, 1, u32::MAX);
    spoil(&mut flash, 0, 0);
    assert_eq!(load(&flash), Ok(model(1)));
}

/// What is wrong with the newest is said if the older one is of no use either.
#[test]
fn two_records_of_no_value_are_refused_for_the_newest() {
    let mut flash = spoiled();
    let refused = |flash: &_| match load(flash) {
        Err(SlotsError::Value(error)) => error,
        other => panic!("{other:?}"),
    };
    flash.sectors[0].fill(0xFF);
    assert!(matches!(refused(&flash), PersistError::Invalid(_)));
    let mut flash = spoiled();
    flash.sectors[0][20] ^= 1;
    assert!(matches!(refused(&flash), PersistError::Invalid(_)));
    let mut flash = spoiled();
    spoil(&mut flash, 0, 0);
    assert!(matches!(refused(&flash), PersistError::Invalid(_)));
}

/// What a save erases is the record that is of no use, not the one that a load returns.
#[test]
fn a_save_spares_what_a_load_returns() {
    let steps = saved(0).sectors[0].len() + RECORD;
    for cut in 0..=steps {
        let mut flash = spoiled().with_power(cut);
        assert_eq!(save(&mut flash, &model(9)).is_ok(), cut == steps);
        let loaded = load(&flash.with_power(usize::MAX));
        assert!(loaded == Ok(model(0)) || loaded == Ok(model(9)), "cut at byte {cut}: {loaded:?}");
    }
}
