//! Slots over `NorFlash`, blocking and async, keep to its contract and survive power cuts as those over `Sectors` do.

use core::fmt::Debug;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use gaussmix::Error;
use gaussmix::persist::{AsyncSlots, NorSectors, PersistError, Slots, SlotsError};

use super::nor::{Fault, Nor, Torn, Waiting};
use super::{Model, model};

type Outcome<T> = Result<T, SlotsError<Fault>>;

/// Polls a future so many times, then drops it.
fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let (mut future, mut context) = (pin!(future), Context::from_waker(Waker::noop()));
    (0..times).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

fn wait<F: Future>(future: F) -> F::Output {
    polled(future, 100).expect("a future that never ends")
}

/// Flash, with one block of other contents before the two sectors of `sector_len` bytes, and one behind them.
#[derive(Clone, Debug)]
struct Part<const R: usize, const W: usize, const E: usize> {
    flash: Nor<R, W, E>,
    sector_len: usize,
}

/// How a part is saved to and loaded from: blocking or async.
struct Way<const R: usize, const W: usize, const E: usize> {
    save: fn(&mut Part<R, W, E>, &Model) -> Outcome<()>,
    load: fn(&Part<R, W, E>) -> Outcome<Model>,
}

impl<const R: usize, const W: usize, const E: usize> Part<R, W, E> {
    const BLOCKING: Way<R, W, E> = Way { save: Self::save, load: Self::load };
    const ASYNC: Way<R, W, E> = Way { save: Self::save_async, load: Self::load_async };
    const RECORD: usize = Slots::<NorSectors<Nor<R, W, E>>>::record_len::<Model>();

    fn new(blocks: usize) -> Self {
        Self { flash: Nor::new(2 * blocks + 2), sector_len: blocks * E }
    }

    fn slots(&self) -> Slots<NorSectors<Nor<R, W, E>>> {
        Slots::new(NorSectors::new(self.flash.clone(), E as u32, self.sector_len as u32).unwrap())
    }

    fn async_slots(&self) -> AsyncSlots<Waiting<Nor<R, W, E>>> {
        AsyncSlots::new(Waiting(self.flash.clone()), E as u32, self.sector_len as u32).unwrap()
    }

    fn save(&mut self, model: &Model) -> Outcome<()> {
        let mut slots = self.slots();
        let outcome = slots.save(model, &mut [0; 128]);
        self.flash = slots.into_inner().into_inner();
        outcome
    }

    fn load(&self) -> Outcome<Model> {
        let mut model = Model::unfitted();
        self.slots().load(&mut model, &mut [0; 128]).map(|()| model)
    }

    fn save_async(&mut self, model: &Model) -> Outcome<()> {
        let mut slots = self.async_slots();
        let outcome = wait(slots.save(model, &mut [0; 128]));
        self.flash = slots.into_inner().0;
        outcome
    }

    fn load_async(&self) -> Outcome<Model> {
        let mut model = Model::unfitted();
        wait(self.async_slots().load(&mut model, &mut [0; 128])).map(|()| model)
    }

    /// The power goes at every byte that a save erases or writes.
    fn is_cut_everywhere(blocks: usize, way: &Way<R, W, E>) {
        let torn =
            [Torn::Partly, Torn::Bits(0x55), Torn::Bits(0xFF), Torn::Undefined(1), Torn::Undefined(77)];
        let mut before = Self::new(blocks);
        assert_eq!((way.load)(&before), Err(SlotsError::Value(PersistError::NotStored)));
        for last in 0..4 {
            let steps = before.sector_len + Self::RECORD;
            let mut new = 0;
            for (cut, torn) in (0..=steps).flat_map(|cut| torn.map(|torn| (cut, torn))) {
                let mut part = Self { flash: before.flash.clone().with_power(cut, torn), ..before };
                let expected = if cut == steps { Ok(()) } else { Err(SlotsError::Device(Fault::PowerCut)) };
                assert_eq!((way.save)(&mut part, &model(99)), expected, "{cut} {torn:?}");
                part.flash.reset();
                part.is_alone();

                let loaded = (way.load)(&part);
                new += usize::from(loaded == Ok(model(99)));
                let old = if last == 0 { loaded.is_err() } else { loaded == Ok(model(last)) };
                assert!(old || loaded == Ok(model(99)), "cut at byte {cut}, {torn:?}: {loaded:?}");

                // The next save is whole, and one that is cut again costs nothing.
                let mut again = Self { flash: part.flash.clone().with_power(cut / 2, torn), ..part };
                (way.save)(&mut again, &model(101)).unwrap_err();
                again.flash.reset();
                assert_eq!((way.load)(&again).ok(), loaded.ok());
                (way.save)(&mut part, &model(100)).unwrap();
                assert_eq!((way.load)(&part), Ok(model(100)));
            }
            assert!(new >= torn.len(), "the new value was never loaded");
            (way.save)(&mut before, &model(last + 1)).unwrap();
            assert_eq!((way.load)(&before), Ok(model(last + 1)));
        }
    }

    /// Nothing outside the two sectors has changed.
    fn is_alone(&self) {
        let (before, rest) = self.flash.bytes.split_at(E);
        let behind = &rest[2 * self.sector_len..];
        assert!(behind.len() == E && before.iter().chain(behind).all(|&byte| byte == 0xA5));
    }
}

#[test]
fn a_power_cut_at_any_byte_leaves_the_old_or_the_new_value() {
    type Small = Part<4, 8, 64>; // a record lies in two blocks
    Small::is_cut_everywhere(2, &Small::BLOCKING);
    type Bytewise = Part<1, 4, 256>;
    Bytewise::is_cut_everywhere(1, &Bytewise::BLOCKING);
    type Wide = Part<4, 16, 256>;
    Wide::is_cut_everywhere(1, &Wide::BLOCKING);
    type Large = Part<1, 32, 4096>;
    Large::is_cut_everywhere(1, &Large::BLOCKING);
    // What is read at once and what is written at once are not multiples of each other.
    type Odd = Part<12, 16, 96>;
    assert_eq!(Odd::RECORD, 96);
    Odd::is_cut_everywhere(1, &Odd::BLOCKING);
}

#[test]
fn a_power_cut_at_any_byte_of_an_async_save_leaves_the_old_or_the_new_value() {
    type Small = Part<4, 8, 64>;
    Small::is_cut_everywhere(2, &Small::ASYNC);
    type Odd = Part<12, 16, 96>;
    Odd::is_cut_everywhere(1, &Odd::ASYNC);
}

#[test]
fn blocking_and_async_slots_write_the_same_bytes_and_read_each_other() {
    let mut parts = [Part::<4, 8, 64>::new(2), Part::new(2)];
    for number in 0..5 {
        parts[0].save(&model(number)).unwrap();
        parts[1].save_async(&model(number)).unwrap();
        assert_eq!(parts[0].flash.bytes, parts[1].flash.bytes);
        assert_eq!(parts[0].load_async(), Ok(model(number)));
        assert_eq!(parts[1].load(), Ok(model(number)));
        parts.swap(0, 1); // what one wrote, the other goes on with
    }
}

/// The future of a save is dropped wherever it waits; the slots stay in use.
#[test]
fn a_save_that_is_dropped_leaves_the_old_or_the_new_value() {
    let mut before = Part::<4, 8, 64>::new(2);
    for last in 0..4 {
        before.save(&model(last)).unwrap();
        let (mut news, mut polls) = (0, 0);
        loop {
            let mut slots = before.async_slots();
            let mut buffer = [0; 128];
            let ended = polled(slots.save(&model(99), &mut buffer), polls);
            let mut loaded = Model::unfitted();
            wait(slots.load(&mut loaded, &mut buffer)).unwrap();
            assert!(loaded == model(last) || loaded == model(99), "dropped after {polls}: {loaded}");
            news += usize::from(loaded == model(99));
            wait(slots.save(&model(100), &mut buffer)).unwrap();
            wait(slots.load(&mut loaded, &mut buffer)).unwrap();
            assert_eq!(loaded, model(100));
            let flash = slots.into_inner().0;
            Part { flash, ..before }.is_alone();
            if ended.is_some() {
                break;
            }
            polls += 1;
        }
        // Two reads or three, erasing and writing in two parts each, and reading back.
        assert_eq!(polls, if last == 0 { 8 } else { 9 });
        assert_eq!(news, 2, "the new value is there before and after it is read back, and not before");
    }
}

#[test]
fn errors_of_the_device_are_passed_on() {
    let unread = SlotsError::Device(Fault::NoRead);
    for (save, load) in [
        (
            Part::<4, 8, 64>::save as fn(&mut Part<4, 8, 64>, &Model) -> _,
            Part::load as fn(&Part<4, 8, 64>) -> _,
        ),
        (Part::save_async, Part::load_async),
    ] {
        let mut part = Part::new(2);
        save(&mut part, &model(1)).unwrap();
        save(&mut part, &model(2)).unwrap();
        part.flash.reads = 0;
        assert_eq!(load(&part), Err(unread));
        part.flash.reads = 2; // both are good, and then the newest cannot be read
        assert_eq!(load(&part), Err(unread));
        part.flash.reads = 3; // what was written cannot be read back
        assert_eq!(save(&mut part, &model(3)), Err(unread));
        part.flash.reset();
        assert_eq!(load(&part), Ok(model(3)));
    }
}

#[test]
fn areas_that_do_not_fit_the_flash_are_refused() {
    fn refused(result: Result<impl Debug, Error>) -> &'static str {
        match result {
            Err(Error::InvalidParameter { name, .. }) => name,
            other => panic!("{other:?}"),
        }
    }
    type Flash = Nor<4, 8, 64>;
    let of = |capacity: usize, start: u32, sector_len: u32| {
        let flash = Flash::new(0).with_capacity(capacity);
        let blocking = NorSectors::new(flash.clone(), start, sector_len).map(drop);
        assert_eq!(AsyncSlots::new(Waiting(flash), start, sector_len).map(drop), blocking);
        blocking
    };
    for start in [1, 4, 8, 32, 63, 65] {
        assert_eq!(refused(of(1024, start, 64)), "start");
    }
    for sector_len in [0, 1, 8, 63, 65, 96] {
        assert_eq!(refused(of(1024, 64, sector_len)), "sector_len");
    }
    // Up to the last byte, and not beyond.
    assert_eq!(of(1024, 0, 512), Ok(()));
    assert_eq!(of(1024, 896, 64), Ok(()));
    assert_eq!(refused(of(1023, 896, 64)), "sector_len");
    for (start, sector_len) in [(960, 64), (64, 512), (1024, 64), (0, 576), (0, 1 << 31), (1 << 31, 1 << 31)]
    {
        assert_eq!(refused(of(1024, start, sector_len)), "sector_len", "{start} {sector_len}");
    }
    // Where 32 bits end, so does what can be erased.
    for (start, sector_len) in [(u32::MAX - 127, 64), (0, 1 << 31), (u32::MAX - 63, 64), (64, u32::MAX - 63)]
    {
        assert_eq!(refused(of(usize::MAX, start, sector_len)), "sector_len", "{start} {sector_len}");
    }
    assert_eq!(of(usize::MAX, u32::MAX - 191, 64), Ok(()));

    // A sector begins where words do, also where a block holds no whole number of them.
    let flash = Nor::<4, 8, 4>::new(0).with_capacity(1024);
    assert_eq!(refused(NorSectors::new(flash.clone(), 4, 128)), "start");
    assert_eq!(refused(NorSectors::new(flash, 8, 132)), "sector_len");
    // A sector too short for a record is refused by the slots, before anything is erased.
    let mut part = Part::<4, 8, 64>::new(1);
    let too_small = SlotsError::Value(PersistError::TooSmall { needed: 80 });
    assert_eq!(part.save(&model(1)), Err(too_small));
    assert_eq!(part.save_async(&model(1)), Err(too_small));
    assert!(part.flash.bytes.iter().all(|&byte| byte == 0xA5));
}
