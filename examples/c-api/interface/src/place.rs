//! Memory that C owns, for a value of Rust.

use crate::status::Status;
use core::mem::MaybeUninit;

/// What the marker of an object says that holds a value. Memory that is all 0, as every `static` of C, holds none.
const FILLED: u32 = 0x4D47_6D58;

/// An object as C declares it: so many bytes, in a `static`, that hold a value or none.
///
/// It is empty while it is all 0, so a call on an object that nobody started is refused.
#[derive(Debug)]
#[repr(C, align(8))]
pub struct Place<V> {
    marker: u32,
    value: MaybeUninit<V>,
}

impl<V> Place<V> {
    /// An object that holds nothing.
    pub const EMPTY: Self = Self { marker: 0, value: MaybeUninit::uninit() };

    /// An object that holds this value: for a `static` in flash.
    pub const fn holding(value: V) -> Self {
        Self { marker: FILLED, value: MaybeUninit::new(value) }
    }

    /// The value in an object.
    ///
    /// # Errors
    /// [`Status::BadPointer`], [`Status::Empty`]
    ///
    /// # Safety
    /// `place` is null, or memory of a `Place` that was all 0 before its first use. Nobody changes it while the value
    /// is borrowed.
    pub unsafe fn get<'a>(place: *const Self) -> Result<&'a V, Status> {
        // SAFETY: the caller's promise.
        let place = unsafe { reference(place) }?;
        match place.marker {
            // SAFETY: the marker is set after the value, and never without it.
            FILLED => Ok(unsafe { place.value.assume_init_ref() }),
            _ => Err(Status::Empty),
        }
    }

    /// The value in an object, to change it.
    ///
    /// # Errors
    /// [`Status::BadPointer`], [`Status::Empty`]
    ///
    /// # Safety
    /// As [`get`](Self::get), and nobody else uses the object while the value is borrowed.
    pub unsafe fn get_mut<'a>(place: *mut Self) -> Result<&'a mut V, Status> {
        // SAFETY: the caller's promise.
        let place = unsafe { reference_mut(place) }?;
        match place.marker {
            // SAFETY: as in `get`.
            FILLED => Ok(unsafe { place.value.assume_init_mut() }),
            _ => Err(Status::Empty),
        }
    }

    /// Puts a value into an object and lets `change` finish it in place. If `change` refuses, the object is empty.
    ///
    /// # Errors
    /// [`Status::BadPointer`], or that of `value` or `change`
    ///
    /// # Safety
    /// As [`get_mut`](Self::get_mut).
    pub unsafe fn begin(
        place: *mut Self,
        value: impl FnOnce() -> Result<V, Status>,
        change: impl FnOnce(&mut V) -> Result<(), Status>,
    ) -> Result<(), Status> {
        // SAFETY: the caller's promise.
        let place = unsafe { reference_mut(place) }?;
        place.marker = 0;
        change(place.value.write(value()?))?;
        place.marker = FILLED;
        Ok(())
    }

    /// Lets `change` work on the value of an object, or on `blank` if it is empty. `change` says whether the object
    /// then holds a value; without an answer, it holds one if it held one before.
    ///
    /// # Errors
    /// [`Status::BadPointer`], or that of `blank` or `change`
    ///
    /// # Safety
    /// As [`get_mut`](Self::get_mut).
    pub unsafe fn renew(
        place: *mut Self,
        blank: impl FnOnce() -> Result<V, Status>,
        change: impl FnOnce(&mut V) -> (Option<bool>, Result<(), Status>),
    ) -> Result<(), Status> {
        // SAFETY: the caller's promise.
        let place = unsafe { reference_mut(place) }?;
        let value = match place.marker {
            // SAFETY: as in `get`.
            FILLED => unsafe { place.value.assume_init_mut() },
            _ => place.value.write(blank()?),
        };
        let (filled, result) = change(value);
        if let Some(filled) = filled {
            place.marker = if filled { FILLED } else { 0 };
        }
        result
    }
}

/// What a pointer of C points to.
///
/// # Errors
/// [`Status::BadPointer`] if it is null or not aligned
///
/// # Safety
/// Otherwise it points to a `T` that nobody changes while it is borrowed.
pub unsafe fn reference<'a, T>(pointer: *const T) -> Result<&'a T, Status> {
    if !pointer.is_aligned() {
        return Err(Status::BadPointer);
    }
    // SAFETY: aligned, and what else is asked of it is the caller's promise.
    unsafe { pointer.as_ref() }.ok_or(Status::BadPointer)
}

/// The same, to change it.
///
/// # Errors
/// As [`reference`]
///
/// # Safety
/// As [`reference`], and nobody else uses the `T` while it is borrowed.
pub unsafe fn reference_mut<'a, T>(pointer: *mut T) -> Result<&'a mut T, Status> {
    if !pointer.is_aligned() {
        return Err(Status::BadPointer);
    }
    // SAFETY: as above.
    unsafe { pointer.as_mut() }.ok_or(Status::BadPointer)
}

/// `length` elements from a pointer of C.
///
/// # Errors
/// As [`reference`]; also if they would be more bytes than an object may have.
///
/// # Safety
/// As [`reference`], for all elements.
pub unsafe fn elements<'a, T>(pointer: *const T, length: usize) -> Result<&'a [T], Status> {
    let fits = length <= isize::MAX as usize / size_of::<T>().max(1);
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Status::BadPointer);
    }
    // SAFETY: aligned, not null, not too long; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// The same, to change them.
///
/// # Errors
/// As [`elements`]
///
/// # Safety
/// As [`reference_mut`], for all elements.
pub unsafe fn elements_mut<'a, T>(pointer: *mut T, length: usize) -> Result<&'a mut [T], Status> {
    let fits = length <= isize::MAX as usize / size_of::<T>().max(1);
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Status::BadPointer);
    }
    // SAFETY: as above.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, length) })
}
