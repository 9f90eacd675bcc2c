//! Storage: everything that can be stored, as bytes and in two sectors.

use core::error::Error as _;

use gaussmix::fit::Prior;
use gaussmix::novelty::Novelty;
use gaussmix::persist::{Persist, PersistError, Sectors, Slots, SlotsError};
use gaussmix::stream::Average;
use gaussmix::{Covariance, Error, MStep, OnlineEm};

use crate::{D, K, Model, Stats, forget, keep, number, opaque, same};

pub(crate) fn all<C: Covariance>(gmm: &mut Model<C>) -> Result<(), PersistError> {
    keep(store(gmm));
    keep(store(&mut Stats::<C>::new()));
    keep(store(&mut Average::<f32, D, K, C>::new()));
    keep(store(&mut crate::lifecycle::life()?));
    keep(store(&mut Novelty::new(number())?));
    let run = OnlineEm::new(gmm.clone(), Default::default())?;
    let m_step = MStep::exact().with_regularizer(Prior::from_model(gmm, number())?);
    keep(store(&mut run.clone().with_m_step(m_step)));
    slots(run)
}

/// To bytes and back.
#[inline(never)]
pub(crate) fn store<V: Persist>(value: &mut V) -> Result<(), PersistError> {
    forget(value);
    let mut buffer = [0; 2048];
    let buffer = opaque(&mut buffer[..]);
    keep(Persist::encode(value, buffer));
    keep(Persist::decode_from(value, buffer));
    keep(Persist::digest(value));
    let decoded: V = Persist::decode(buffer)?;
    keep(decoded);
    Ok(())
}

#[inline(never)]
fn slots<C: Covariance>(mut run: OnlineEm<f32, D, K, C>) -> Result<(), PersistError> {
    forget(&mut run);
    keep(store(&mut run));
    let mut slots = Slots::new(Ram([0; 4096]));
    let mut buffer = [0; 2048];
    let buffer = opaque(&mut buffer[..]);
    keep(Slots::<Ram>::record_len::<OnlineEm<f32, D, K, C>>());
    keep(Slots::load(&mut slots, &mut run, buffer));
    if let Err(error) = Slots::save(&mut slots, &run, buffer) {
        same::<SlotsError<_>>(&error);
    }
    keep(Slots::clone(&slots));
    keep(Slots::into_inner(slots));
    errors()
}

fn errors() -> Result<(), PersistError> {
    let error = PersistError::from(opaque(Error::EmptyData));
    same::<PersistError>(&error);
    keep(PersistError::source(&error).is_some());
    keep(SlotsError::<()>::from(error));
    Ok(())
}

/// Two sectors.
#[derive(Clone)]
struct Ram([u8; 4096]);

impl Ram {
    fn area(&mut self, sector: usize, len: usize) -> Result<&mut [u8], ()> {
        self.0.get_mut(2048 * sector..).and_then(|area| area.get_mut(..len)).ok_or(())
    }
}

impl Sectors for Ram {
    type Error = ();
    const WRITE_SIZE: usize = 4;

    fn sector_len(&self) -> usize {
        2048
    }

    fn read(&mut self, sector: usize, bytes: &mut [u8]) -> Result<(), ()> {
        let area = self.area(sector, bytes.len())?;
        bytes.iter_mut().zip(area).for_each(|(byte, stored)| *byte = *stored);
        Ok(())
    }

    fn erase(&mut self, sector: usize) -> Result<(), ()> {
        self.area(sector, 2048).map(|area| area.fill(0xFF))
    }

    fn write(&mut self, sector: usize, bytes: &[u8]) -> Result<(), ()> {
        let area = self.area(sector, bytes.len())?;
        area.iter_mut().zip(bytes).for_each(|(stored, byte)| *stored = *byte);
        Ok(())
    }
}
