//! Memory that C owns, for a value of Rust.

use crate::status::Status;
use core::mem::MaybeUninit;

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
    /// What the marker says while there is a value, of that size. Memory that is all 0, as every `static` of C, holds
    /// none.
    const FILLED: u32 = 0x4D47_6D58 ^ size_of::<V>() as u32;

    /// An object that holds nothing.
    pub const EMPTY: Self = Self { marker: 0, value: MaybeUninit::uninit() };

    /// An object that holds this value: for a `static` in flash.
    pub const fn holding(value: V) -> Self {
        Self { marker: Self::FILLED, value: MaybeUninit::new(value) }
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
        if place.marker != Self::FILLED {
            return Err(Status::Empty);
        }
        // SAFETY: the marker is set after the value, and never without it.
        Ok(unsafe { place.value.assume_init_ref() })
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
        if place.marker != Self::FILLED {
            return Err(Status::Empty);
        }
        // SAFETY: as in `get`.
        Ok(unsafe { place.value.assume_init_mut() })
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
        place.marker = Self::FILLED;
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
        let value = if place.marker == Self::FILLED {
            // SAFETY: as in `get`.
            unsafe { place.value.assume_init_mut() }
        } else {
            place.value.write(blank()?)
        };
        let (filled, result) = change(value);
        if let Some(filled) = filled {
            place.marker = if filled { Self::FILLED } else { 0 };
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
/// As [`reference()`]
///
/// # Safety
/// As [`reference()`], and nobody else uses the `T` while it is borrowed.
pub unsafe fn reference_mut<'a, T>(pointer: *mut T) -> Result<&'a mut T, Status> {
    if !pointer.is_aligned() {
        return Err(Status::BadPointer);
    }
    // SAFETY: as above.
    unsafe { pointer.as_mut() }.ok_or(Status::BadPointer)
}

/// Where C wants a result. It need not have been written before.
///
/// # Errors
/// As [`reference()`]
///
/// # Safety
/// As [`reference_mut`], but for what the memory holds.
pub unsafe fn out<'a, T>(pointer: *mut T) -> Result<&'a mut MaybeUninit<T>, Status> {
    // SAFETY: the caller's promise; any bytes are a `MaybeUninit`.
    unsafe { reference_mut(pointer.cast()) }
}

/// `length` elements from a pointer of C.
///
/// # Errors
/// As [`reference()`]; also if they would be more bytes than an object may have.
///
/// # Safety
/// As [`reference()`], for all elements.
pub unsafe fn elements<'a, T>(pointer: *const T, length: usize) -> Result<&'a [T], Status> {
    let fits = length <= isize::MAX as usize / size_of::<T>().max(1);
    if pointer.is_null() || !pointer.is_aligned() || !fits {
        return Err(Status::BadPointer);
    }
    // SAFETY: aligned, not null, not too long; the rest is the caller's promise.
    Ok(unsafe { core::slice::from_raw_parts(pointer, length) })
}

/// The first `needed` of `length` bytes to write to, which become 0. They need not have been written before.
///
/// # Errors
/// [`Status::BadPointer`] as in [`elements`]; [`Status::TooSmall`] if there are fewer
///
/// # Safety
/// As [`out`], for all bytes.
pub unsafe fn buffer<'a>(pointer: *mut u8, length: usize, needed: usize) -> Result<&'a mut [u8], Status> {
    if pointer.is_null() || length > isize::MAX as usize {
        return Err(Status::BadPointer);
    }
    if length < needed {
        return Err(Status::TooSmall);
    }
    // SAFETY: there are as many, and after the zeros they are initialised.
    unsafe {
        pointer.write_bytes(0, needed);
        Ok(core::slice::from_raw_parts_mut(pointer, needed))
    }
}
