//! Two slots survive a power cut at any byte.

use gaussmix::covariance::Factor;
use gaussmix::persist::Persist;
use gaussmix::persist::{PersistError, Slots, SlotsError};
use gaussmix::{Diagonal, Error, Gmm, SufficientStats};

pub(super) mod device;
mod fallback;
#[cfg(feature = "embedded-storage")]
mod nor;
#[cfg(feature = "embedded-storage")]
mod nor_flash;
use device::{Flash, PowerCut};

type Model = Gmm<f32, 2, 2, Diagonal>;
const RECORD: usize = Slots::<Flash<8>>::record_len::<Model>();

/// One of many models.
fn model(number: u32) -> Model {
    let x = number as f32;
    Gmm::new([0.25, 0.75], [[x, -x], [x + 0.1, 1.0 / (1.0 + x)]], [[1.0 + x, 2.0].into(), [0.5, 0.1].into()])
        .unwrap()
}

fn save(flash: &mut Flash<8>, model: &Model) -> Result<(), SlotsError<PowerCut>> {
    let mut slots = Slots::new(flash.clone());
    let outcome = slots.save(model, &mut [0; RECORD]);
    *flash = slots.into_inner();
    outcome
}

fn load(flash: &Flash<8>) -> Result<Model, SlotsError<PowerCut>> {
    let mut model = Model::unfitted();
    Slots::new(flash.clone()).load(&mut model, &mut [0; RECORD]).map(|()| model)
}

/// A flash after so many saves.
fn saved(times: u32) -> Flash<8> {
    let mut flash = Flash::new(RECORD + 5);
    (0..times).for_each(|i| save(&mut flash, &model(i)).unwrap());
    flash
}

#[test]
fn the_last_value_saved_is_loaded() {
    for times in 1..12 {
        assert_eq!(load(&saved(times)), Ok(model(times - 1)));
    }
    assert_eq!(load(&saved(0)), Err(SlotsError::Value(PersistError::NotStored)));
}

#[test]
fn a_power_cut_at_any_byte_leaves_the_old_or_the_new_value() {
    for times in 1..4 {
        let before = saved(times);
        let steps = before.sectors[0].len() + RECORD;
        let mut new = 0;
        for cut in 0..=steps {
            for half_done in [0, 0xFF, 0x55, 0xAA, 0x01, 0x80] {
                let mut flash = before.clone().with_power(cut);
                flash.half_done = half_done;
                let outcome = save(&mut flash, &model(99));
                assert_eq!(outcome.is_ok(), cut == steps, "the power was cut elsewhere");

                // Power is back.
                let flash = flash.with_power(usize::MAX);
                let loaded = load(&flash).unwrap();
                assert!(loaded == model(times - 1) || loaded == model(99), "cut at byte {cut}: {loaded}");
                new += u32::from(loaded == model(99));

                // Whatever lies there, the next save is whole, and so is one that is cut again.
                let mut next = flash.clone();
                save(&mut next, &model(100)).unwrap();
                assert_eq!(load(&next), Ok(model(100)));
                let mut again = flash.with_power(cut / 2);
                again.half_done = half_done;
                save(&mut again, &model(101)).unwrap_err();
                assert_eq!(load(&again), Ok(loaded));
            }
        }
        assert!(new >= 6, "the new value was never loaded");
    }
}

#[test]
fn the_first_save_cut_short_leaves_nothing_or_the_value() {
    let steps = saved(0).sectors[0].len() + RECORD;
    for cut in 0..steps {
        let mut flash = saved(0).with_power(cut);
        flash.half_done = 0x0F;
        save(&mut flash, &model(5)).unwrap_err();
        match load(&flash) {
            Ok(loaded) => assert_eq!(loaded, model(5)),
            Err(SlotsError::Value(error)) => assert!(
                matches!(
                    error,
                    PersistError::NotStored | PersistError::Truncated { .. } | PersistError::Corrupted
                ),
                "{error}"
            ),
            Err(other) => panic!("{other:?}"),
        }
    }
}

/// Sets the number of a sector's record and seals it again.
fn renumber(flash: &mut Flash<8>, sector: usize, sequence: u32) {
    let record = &mut flash.sectors[sector];
    let mut covered = record[..Model::ENCODED_LEN - 4].to_vec();
    covered.extend(sequence.to_le_bytes());
    let seal = super::crc(&covered);
    record[Model::ENCODED_LEN..][..4].copy_from_slice(&sequence.to_le_bytes());
    record[Model::ENCODED_LEN + 4..][..4].copy_from_slice(&seal.to_le_bytes());
}

#[test]
fn sequence_numbers_wrap() {
    let mut flash = saved(2);
    renumber(&mut flash, 0, u32::MAX - 2);
    renumber(&mut flash, 1, u32::MAX - 1);
    for number in 10..16 {
        assert_eq!(load(&flash), Ok(model(if number == 10 { 1 } else { number - 1 })));
        save(&mut flash, &model(number)).unwrap();
    }
    let numbers = flash.sectors.map(|s| s[Model::ENCODED_LEN..][..4].to_vec());
    assert_eq!(numbers, [3u32.to_le_bytes(), 4u32.to_le_bytes()]);

    // The newer of two, on either side of the turn.
    for (first, second, newest) in [(0, u32::MAX, 0), (u32::MAX, 0, 1), (5, 3, 0), (3, 5, 1), (1 << 31, 1, 0)]
    {
        let mut flash = saved(2);
        renumber(&mut flash, 0, first);
        renumber(&mut flash, 1, second);
        assert_eq!(load(&flash), Ok(model(newest)), "{first} {second}");
    }
}

#[test]
fn a_number_or_value_that_rots_is_no_record() {
    for bit in 0..8 * (RECORD - 8) {
        let mut flash = saved(2);
        flash.sectors[1][bit / 8] ^= 1 << (bit % 8);
        let is_padding = bit / 8 >= Model::ENCODED_LEN + 8;
        assert_eq!(load(&flash), Ok(model(u32::from(is_padding))));
    }
    // A number from the other record, with its seal.
    let mut flash = saved(4);
    let (end, rest) = (Model::ENCODED_LEN, flash.sectors[0][Model::ENCODED_LEN..][..8].to_vec());
    flash.sectors[1][end..end + 8].copy_from_slice(&rest);
    assert_eq!(load(&flash), Ok(model(2)));
}

#[test]
fn what_cannot_be_loaded_is_never_what_a_save_spares() {
    // A newer release wrote the newest record.
    let mut flash = saved(2);
    flash.sectors[1][4] = 3;
    let (covered, checksum) = flash.sectors[1].split_at_mut(Model::ENCODED_LEN - 4);
    checksum[..4].copy_from_slice(&super::crc(covered).to_le_bytes());
    renumber(&mut flash, 1, 7);
    assert_eq!(load(&flash), Ok(model(0)));
    save(&mut flash.clone().with_power(20), &model(9)).unwrap_err();
    let mut cut = flash.clone().with_power(20);
    save(&mut cut, &model(9)).unwrap_err();
    assert_eq!(load(&cut), Ok(model(0)));
    // And if there is none but such, that is said.
    flash.sectors[0].fill(0xFF);
    assert_eq!(load(&flash), Err(SlotsError::Value(PersistError::UnknownVersion { found: 3 })));
    flash.sectors.swap(0, 1);
    assert_eq!(load(&flash), Err(SlotsError::Value(PersistError::UnknownVersion { found: 3 })));
}

#[test]
fn another_type_is_no_record() {
    type Stats = SufficientStats<f32, 2, 2, Diagonal>;
    let mut slots = Slots::new(Flash::<4>::new(300));
    let mut buffer = [0; 300];
    slots.save(&model(3), &mut buffer).unwrap();
    let error = slots.load(&mut Stats::new(), &mut buffer);
    assert!(matches!(
        error,
        Err(SlotsError::Value(PersistError::Truncated { .. } | PersistError::WrongKind { .. }))
    ));
    slots.save(&Stats::new(), &mut buffer).unwrap();
    slots.load(&mut Stats::new(), &mut buffer).unwrap();
}

#[test]
fn what_does_not_fit_or_is_invalid_is_refused_before_anything_is_erased() {
    let mut flash = saved(2);
    let sectors = flash.sectors.clone();
    let mut slots = Slots::new(flash.clone());
    let too_small = Err(SlotsError::Value(PersistError::TooSmall { needed: RECORD }));
    assert_eq!(slots.save(&model(1), &mut [0; RECORD - 1]), too_small);
    assert_eq!(slots.load(&mut model(1), &mut [0; RECORD - 1]), too_small);
    assert_eq!(Slots::new(Flash::<8>::new(RECORD - 1)).save(&model(1), &mut [0; RECORD]), too_small);
    let invalid = Model::from_parts([0.5; 2], [0.0; 2], [[0.0; 2]; 2], [Factor([1.0, 1.0].into()); 2]);
    let inconsistent = PersistError::Invalid(Error::InconsistentOffset { component: 0 });
    assert_eq!(save(&mut flash, &invalid), Err(SlotsError::Value(inconsistent)));
    assert_eq!(flash.sectors, sectors);
}

/// A cell that is stuck.
#[test]
fn what_reads_back_otherwise_is_reported_and_the_old_value_stays() {
    struct Worn(Flash<8>);
    impl gaussmix::persist::Sectors for Worn {
        type Error = PowerCut;
        const WRITE_SIZE: usize = 8;
        fn sector_len(&self) -> usize {
            self.0.sector_len()
        }
        fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), PowerCut> {
            self.0.read(sector, bytes)
        }
        fn erase(&mut self, sector: usize) -> Result<(), PowerCut> {
            self.0.erase(sector)
        }
        fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), PowerCut> {
            self.0.write(sector, bytes)?;
            self.0.sectors[sector][33] ^= 4;
            Ok(())
        }
    }
    let mut slots = Slots::new(Worn(saved(2)));
    assert_eq!(slots.save(&model(9), &mut [0; RECORD]), Err(SlotsError::Unverified));
    assert_eq!(load(&slots.into_inner().0), Ok(model(1)));
}

/// Flash that checks what it reads, and refuses a sector whose write was cut short.
#[test]
fn a_sector_that_cannot_be_read_costs_only_itself() {
    struct Checked(Flash<8>, [bool; 2]);
    impl gaussmix::persist::Sectors for Checked {
        type Error = PowerCut;
        const WRITE_SIZE: usize = 8;
        fn sector_len(&self) -> usize {
            self.0.sector_len()
        }
        fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), PowerCut> {
            if self.1[sector] { Err(PowerCut) } else { self.0.read(sector, bytes) }
        }
        fn erase(&mut self, sector: usize) -> Result<(), PowerCut> {
            self.1[sector] = false;
            self.0.erase(sector)
        }
        fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), PowerCut> {
            self.0.write(sector, bytes)
        }
    }
    for bad in [0, 1] {
        let mut cut = [false; 2];
        cut[bad] = true;
        let mut slots = Slots::new(Checked(saved(2), cut));
        let mut value = model(0);
        slots.load(&mut value, &mut [0; RECORD]).unwrap();
        assert!(value == model(0) || value == model(1));
        slots.save(&model(9), &mut [0; RECORD]).unwrap();
        slots.load(&mut value, &mut [0; RECORD]).unwrap();
        assert_eq!(value, model(9));
    }
    // Whatever the other one is without a good record, the device is the reason.
    for (bad, other) in [(0, 1), (1, 0)] {
        for (mut flash, spoil) in [(saved(0), 0), (saved(2), 1)] {
            flash.sectors[other][20] ^= spoil;
            let mut cut = [false; 2];
            cut[bad] = true;
            let mut slots = Slots::new(Checked(flash, cut));
            assert_eq!(slots.load(&mut model(0), &mut [0; RECORD]), Err(SlotsError::Device(PowerCut)));
        }
    }
    let mut blind = Slots::new(Checked(saved(2), [true; 2]));
    assert_eq!(blind.load(&mut model(0), &mut [0; RECORD]), Err(SlotsError::Device(PowerCut)));
}
