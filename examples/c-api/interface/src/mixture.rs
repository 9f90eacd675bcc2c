//! A mixture and the run that learns it: what the calls of [`c_interface!`](crate::c_interface) do, for any size.
//!
//! # Safety
//! Of every call here: a pointer is null or points to what its type says, for the time of the call; objects were all 0
//! before their first use; nobody else uses, during the call, what it changes; nobody changes what it reads; what it
//! changes does not overlap with what it reads.

use crate::place::{Place, buffer, elements, out, reference};
use crate::status::Status;
use gaussmix::nalgebra::SMatrix;
use gaussmix::persist::{Persist, PersistError};
use gaussmix::stream::StepSize;
use gaussmix::{Covariance, Em, Gmm, OnlineEm, Posterior, init};

/// A model as C sees it.
pub type Model<const D: usize, const K: usize, C> = Place<Gmm<f32, D, K, C>>;
/// A run as C sees it.
pub type Run<const D: usize, const K: usize, C> = Place<OnlineEm<f32, D, K, C>>;

type Done = Result<(), Status>;

/// Reads a record into an object. If the record is refused, the object is as before; it is empty if the record is
/// [invalid](Status::InvalidRecord).
///
/// # Errors
/// Those of pointers and records
///
/// # Safety
/// [See above](self).
pub unsafe fn load<V: Persist>(
    object: *mut Place<V>,
    blank: fn() -> Result<V, Status>,
    record: *const u8,
    length: usize,
) -> Done {
    // SAFETY: the caller's promise.
    let record = unsafe { elements(record, length) }?;
    let decode = |value: &mut V| match value.decode_from(record) {
        Ok(()) => (Some(true), Ok(())),
        // The value is blank.
        Err(error @ PersistError::Invalid(_)) => (Some(false), Err(error.into())),
        Err(error) => (None, Err(error.into())),
    };
    // SAFETY: the caller's promise.
    unsafe { Place::renew(object, blank, decode) }
}

/// Writes an object's record to the beginning of a buffer.
///
/// # Errors
/// Those of pointers; [`Status::Empty`], [`Status::TooSmall`]
///
/// # Safety
/// [See above](self).
pub unsafe fn save<V: Persist>(object: *const Place<V>, pointer: *mut u8, length: usize) -> Done {
    // SAFETY: the caller's promise.
    let (value, buffer) = unsafe { (Place::get(object)?, buffer(pointer, length, V::ENCODED_LEN)?) };
    value.encode(buffer)?;
    Ok(())
}

/// A model from parameters; of the covariances its structure takes what it can hold. If they are refused, the object is
/// empty.
///
/// # Errors
/// Those of pointers; [`Status::BadModel`]
///
/// # Safety
/// [See above](self).
pub unsafe fn make<const D: usize, const K: usize, C: Covariance>(
    model: *mut Model<D, K, C>,
    weights: *const [f32; K],
    means: *const [[f32; D]; K],
    covariances: *const [[[f32; D]; D]; K],
) -> Done {
    // SAFETY: the caller's promise.
    let (weights, means, covariances) =
        unsafe { (reference(weights)?, reference(means)?, reference(covariances)?) };
    let set = |model: &mut Gmm<f32, D, K, C>| {
        let matrices = covariances.map(SMatrix::from);
        let covariances = C::from_matrices(weights, &matrices).ok_or(Status::BadModel)?;
        *model = Gmm::new(*weights, *means, covariances)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { Place::begin(model, || Ok(Gmm::unfitted()), set) }
}

/// A model that is fitted to samples: farthest-first, then EM. If they are refused, the object is empty.
///
/// # Errors
/// Those of pointers; [`Status::BadSample`], [`Status::TooFewSamples`]
///
/// # Safety
/// [See above](self).
pub unsafe fn fit<const D: usize, const K: usize, C: Covariance>(
    model: *mut Model<D, K, C>,
    samples: *const [f32; D],
    count: usize,
) -> Done {
    // SAFETY: the caller's promise.
    let samples = unsafe { elements(samples, count) }?;
    let learn = |model: &mut Gmm<f32, D, K, C>| {
        init::farthest_first(model, samples)?;
        Em::default().fit(model, samples)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { Place::begin(model, || Ok(Gmm::unfitted()), learn) }
}

/// ln p(x) under a model.
///
/// # Errors
/// Those of pointers; [`Status::Empty`], [`Status::BadSample`]
///
/// # Safety
/// [See above](self).
pub unsafe fn score<const D: usize, const K: usize, C: Covariance>(
    model: *const Model<D, K, C>,
    sample: *const [f32; D],
    log_density: *mut f32,
) -> Done {
    // SAFETY: the caller's promise.
    let (model, sample, out) = unsafe { (Place::get(model)?, reference(sample)?, out(log_density)?) };
    out.write(model.log_density(sample)?);
    Ok(())
}

/// ln p(x) under a model, and the probability of each component.
///
/// # Errors
/// As [`score`]
///
/// # Safety
/// [See above](self).
pub unsafe fn posterior<const D: usize, const K: usize, C: Covariance>(
    model: *const Model<D, K, C>,
    sample: *const [f32; D],
    log_density: *mut f32,
    responsibilities: *mut [f32; K],
) -> Done {
    // SAFETY: the caller's promise.
    let (model, sample) = unsafe { (Place::get(model)?, reference(sample)?) };
    // SAFETY: the caller's promise.
    let (out, shares) = unsafe { (out(log_density)?, out(responsibilities)?) };
    let Posterior { log_density, responsibilities } = model.posterior(sample)?;
    out.write(log_density);
    shares.write(responsibilities);
    Ok(())
}

/// Begins a run from a model. If it is refused, the run is empty.
///
/// # Errors
/// Those of pointers; [`Status::Empty`], [`Status::BadSetting`], [`Status::BadModel`]
///
/// # Safety
/// [See above](self).
pub unsafe fn start<const D: usize, const K: usize, C: Covariance>(
    run: *mut Run<D, K, C>,
    model: *const Model<D, K, C>,
    step: f32,
    interval: u32,
) -> Done {
    // SAFETY: the caller's promise.
    let model = unsafe { Place::get(model) }?;
    let begin = |run: &mut OnlineEm<f32, D, K, C>| {
        run.set_step(StepSize::constant(step)?);
        run.set_interval(interval);
        run.reset(model)?;
        Ok(())
    };
    // SAFETY: the caller's promise.
    unsafe { Place::begin(run, || Ok(OnlineEm::unfitted()), begin) }
}

/// Learns a sample, and says its ln p(x) before.
///
/// # Errors
/// Those of pointers; [`Status::Empty`], [`Status::BadSample`]
///
/// # Safety
/// [See above](self).
pub unsafe fn observe<const D: usize, const K: usize, C: Covariance>(
    run: *mut Run<D, K, C>,
    sample: *const [f32; D],
    log_density: *mut f32,
) -> Done {
    // SAFETY: the caller's promise.
    let (run, sample, out) = unsafe { (Place::get_mut(run)?, reference(sample)?, out(log_density)?) };
    out.write(run.observe(sample)?.log_density);
    Ok(())
}

/// Makes an M-step now.
///
/// # Errors
/// Those of pointers; [`Status::Empty`]; any if the M-step is refused
///
/// # Safety
/// [See above](self).
pub unsafe fn maximize<const D: usize, const K: usize, C: Covariance>(run: *mut Run<D, K, C>) -> Done {
    // SAFETY: the caller's promise.
    unsafe { Place::get_mut(run) }?.maximize()?;
    Ok(())
}

/// ln p(x) under the model of a run, without learning.
///
/// # Errors
/// As [`score`]
///
/// # Safety
/// [See above](self).
pub unsafe fn run_score<const D: usize, const K: usize, C: Covariance>(
    run: *const Run<D, K, C>,
    sample: *const [f32; D],
    log_density: *mut f32,
) -> Done {
    // SAFETY: the caller's promise.
    let (run, sample, out) = unsafe { (Place::get(run)?, reference(sample)?, out(log_density)?) };
    out.write(run.model().log_density(sample)?);
    Ok(())
}

/// Copies the model of a run.
///
/// # Errors
/// Those of pointers; [`Status::Empty`]
///
/// # Safety
/// [See above](self).
pub unsafe fn model<const D: usize, const K: usize, C: Covariance>(
    run: *const Run<D, K, C>,
    model: *mut Model<D, K, C>,
) -> Done {
    // SAFETY: the caller's promise.
    let run = unsafe { Place::get(run) }?;
    let copy = |model: &mut Gmm<f32, D, K, C>| {
        model.clone_from(run.model());
        (Some(true), Ok(()))
    };
    // SAFETY: the caller's promise.
    unsafe { Place::renew(model, || Ok(Gmm::unfitted()), copy) }
}
