//! The macros: C names and C types for one size.

mod detector;

/// A C interface to a mixture and to the run that learns it, in `f32`.
///
/// ```
/// interface::c_interface! {
///     prefix = bearing, features = 3, components = 4, covariance = gaussmix::Full,
///     model = [232, 196], run = [616, 520],
/// }
/// ```
///
/// makes a module `bearing` with the types `bearing_model` and `bearing_run` and the calls `bearing_score`,
/// `bearing_run_observe` and so on. The header `bearing/include/bearing.h` shows them all. `covariance` is any
/// structure without noise.
///
/// `model` and `run` are the bytes of the object, and those of its record: C has to know them, and a header cannot
/// compute them. Wrong numbers do not compile, and the error says the right ones: "expected an array with a size of
/// 232".
#[macro_export]
macro_rules! c_interface {
    (
        prefix = $prefix:ident, features = $d:tt, components = $k:tt, covariance = $c:ty,
        model = [$model:tt, $model_record:tt], run = [$run:tt, $run_record:tt] $(,)?
    ) => {
        $crate::pastey::paste! {
            #[doc = "The C interface `" $prefix "`."]
            #[allow(non_camel_case_types, unused_imports)]
            #[allow(clippy::missing_safety_doc)] // the head of the header says it for all
            pub mod $prefix {
                use super::*;
                use $crate::gaussmix::{Gmm, OnlineEm, persist::Persist};
                use $crate::{Header, Status, described, mixture};

                type Mixture = Gmm<f32, $d, $k, $c>;
                type Online = OnlineEm<f32, $d, $k, $c>;
                #[doc = "A mixture of " $k " components over " $d " features."]
                pub type [<$prefix _model>] = mixture::Model<$d, $k, $c>;
                #[doc = "A run that learns it."]
                pub type [<$prefix _run>] = mixture::Run<$d, $k, $c>;

                const _: [(); size_of::<[<$prefix _model>]>()] = [(); $model];
                const _: [(); Mixture::ENCODED_LEN] = [(); $model_record];
                const _: [(); size_of::<[<$prefix _run>]>()] = [(); $run];
                const _: [(); Online::ENCODED_LEN] = [(); $run_record];
                const _: [(); align_of::<[<$prefix _model>]>()] = [(); align_of::<u64>()];
                const _: [(); align_of::<[<$prefix _run>]>()] = [(); align_of::<u64>()];

                /// The interface, for the header.
                pub const HEADER: Header = Header {
                    source: SOURCE,
                    objects: &[
                        (stringify!([<$prefix _model>]), $model),
                        (stringify!([<$prefix _run>]), $run),
                    ],
                    structs: &[],
                };

                fn unfitted() -> Result<Mixture, Status> {
                    Ok(Gmm::unfitted())
                }

                fn idle() -> Result<Online, Status> {
                    Ok(OnlineEm::unfitted())
                }

                described! {
                    const SOURCE = {
                        #[doc = " A mixture of " $k " Gaussians over " $d " features. Empty while it is all 0, as every `static` is at first."]
                        #[repr(C)]
                        pub struct [<$prefix _model>] {
                            private_memory: [u64; $model],
                        }
                        #[doc = " A run that learns a mixture, sample by sample. Empty while it is all 0, as every `static` is at first."]
                        #[repr(C)]
                        pub struct [<$prefix _run>] {
                            private_memory: [u64; $run],
                        }
                    }

                    /// Numbers of a sample.
                    pub const [<$prefix:upper _FEATURES>]: usize = $d;
                    /// Components of the mixture.
                    pub const [<$prefix:upper _COMPONENTS>]: usize = $k;
                    /// Bytes of a model's record.
                    pub const [<$prefix:upper _MODEL_RECORD>]: usize = $model_record;
                    /// Bytes of a run's record.
                    pub const [<$prefix:upper _RUN_RECORD>]: usize = $run_record;

                    /// Reads a model from a record, in flash say. The record is not needed afterwards. If it is refused,
                    /// the model is as before, but empty after GAUSSMIX_INVALID_RECORD.
                    /// `record` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _model_load>](
                        model: *mut [<$prefix _model>],
                        record: *const u8,
                        length: usize,
                    ) -> Status {
                        // SAFETY: the caller's promise, as in all that follow.
                        unsafe { mixture::load(model, unfitted, record, length) }.into()
                    }

                    /// Makes a model from weights (which sum to 1), means and covariances. The structure takes from the
                    /// covariances what it holds: a diagonal one their diagonals. If the numbers are refused, the model
                    /// is empty.
                    #[doc = " cbindgen:ptrs-as-arrays=[[weights; " $k "], [means; " $k "], [covariances; " $k "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _model_make>](
                        model: *mut [<$prefix _model>],
                        weights: *const f32,
                        means: *const [f32; $d],
                        covariances: *const [[f32; $d]; $d],
                    ) -> Status {
                        unsafe { mixture::make(model, weights.cast(), means.cast(), covariances.cast()) }.into()
                    }

                    /// Fits a model to samples that the caller keeps in a window: a farthest-first start, then EM to
                    /// convergence. It takes long. If the samples are refused, the model is empty. There are `count` samples.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _model_fit>](
                        model: *mut [<$prefix _model>],
                        samples: *const [f32; $d],
                        count: usize,
                    ) -> Status {
                        unsafe { mixture::fit(model, samples, count) }.into()
                    }

                    #[doc = " Writes a model's record, " $prefix:upper "_MODEL_RECORD bytes."]
                    /// `buffer` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _model_save>](
                        model: *const [<$prefix _model>],
                        buffer: *mut u8,
                        length: usize,
                    ) -> Status {
                        unsafe { mixture::save(model, buffer, length) }.into()
                    }

                    /// ln p(x), the logarithm of a sample's density, in nats: the lower, the less usual.
                    #[doc = " cbindgen:ptrs-as-arrays=[[sample; " $d "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _score>](
                        model: *const [<$prefix _model>],
                        sample: *const f32,
                        log_density: *mut f32,
                    ) -> Status {
                        unsafe { mixture::score(model, sample.cast(), log_density) }.into()
                    }

                    /// The same, and the probability that each component produced the sample.
                    #[doc = " cbindgen:ptrs-as-arrays=[[sample; " $d "], [responsibilities; " $k "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _posterior>](
                        model: *const [<$prefix _model>],
                        sample: *const f32,
                        log_density: *mut f32,
                        responsibilities: *mut f32,
                    ) -> Status {
                        unsafe { mixture::posterior(model, sample.cast(), log_density, responsibilities.cast()) }.into()
                    }

                    /// Begins a run from a model. The last 1/`step` samples count: 0.005 remembers 200, 0 learns nothing.
                    /// The model follows after every `interval` samples; with 0, by
                    #[doc = " " $prefix "_run_maximize only. If a setting or the model's numbers are refused, the run is empty;"]
                    /// if `model` is empty, the run is as before.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_start>](
                        run: *mut [<$prefix _run>],
                        model: *const [<$prefix _model>],
                        step: f32,
                        interval: u32,
                    ) -> Status {
                        unsafe { mixture::start(run, model, step, interval) }.into()
                    }

                    /// Learns a sample. Writes what its ln p(x) was before.
                    #[doc = " cbindgen:ptrs-as-arrays=[[sample; " $d "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_observe>](
                        run: *mut [<$prefix _run>],
                        sample: *const f32,
                        log_density: *mut f32,
                    ) -> Status {
                        unsafe { mixture::observe(run, sample.cast(), log_density) }.into()
                    }

                    /// Lets the model follow what was learnt, now: the longest part of learning.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_maximize>](run: *mut [<$prefix _run>]) -> Status {
                        unsafe { mixture::maximize(run) }.into()
                    }

                    /// ln p(x) under the model of a run, without learning.
                    #[doc = " cbindgen:ptrs-as-arrays=[[sample; " $d "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_score>](
                        run: *const [<$prefix _run>],
                        sample: *const f32,
                        log_density: *mut f32,
                    ) -> Status {
                        unsafe { mixture::run_score(run, sample.cast(), log_density) }.into()
                    }

                    /// Copies the model of a run, for an interrupt that scores while the main program learns, say.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_model>](
                        run: *const [<$prefix _run>],
                        model: *mut [<$prefix _model>],
                    ) -> Status {
                        unsafe { mixture::model(run, model) }.into()
                    }

                    #[doc = " Writes a run's record, " $prefix:upper "_RUN_RECORD bytes: all that it has learnt, and its settings."]
                    /// `buffer` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_save>](
                        run: *const [<$prefix _run>],
                        buffer: *mut u8,
                        length: usize,
                    ) -> Status {
                        unsafe { mixture::save(run, buffer, length) }.into()
                    }

                    /// Reads a run from a record; it goes on bit for bit. If the record is refused, the run is as before,
                    /// but empty after GAUSSMIX_INVALID_RECORD.
                    /// `record` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _run_load>](
                        run: *mut [<$prefix _run>],
                        record: *const u8,
                        length: usize,
                    ) -> Status {
                        unsafe { mixture::load(run, idle, record, length) }.into()
                    }
                }
            }
        }
    };
}

/// A model in flash, for C: no record, no memory, no call before the first score.
///
/// ```
/// # interface::c_interface! {
/// #     prefix = bearing, features = 3, components = 4, covariance = gaussmix::Full,
/// #     model = [232, 196], run = [616, 520],
/// # }
/// mod model {
///     // include!("model.rs"), which gaussmix-export wrote
/// #     pub static STANDING: gaussmix::Gmm<f32, 3, 4> = gaussmix::Gmm::unfitted();
/// }
/// interface::c_model! { prefix = bearing, name = standing, model = model::STANDING }
/// # fn main() {}
/// ```
///
/// makes `extern const bearing_model bearing_standing;`. Call it where the interface `prefix` was made.
#[macro_export]
macro_rules! c_model {
    (prefix = $prefix:ident, name = $name:ident, model = $model:path $(,)?) => {
        $crate::pastey::paste! {
            #[doc = "The model `" $prefix "_" $name "`, for C."]
            #[allow(non_camel_case_types, non_upper_case_globals, unused_imports)]
            pub mod [<$prefix _ $name>] {
                use super::*;
                use super::$prefix::[<$prefix _model>];
                use $crate::{Header, Place, described};

                /// The model, for the header.
                pub const HEADER: Header = Header { source: SOURCE, objects: &[], structs: &[] };

                described! {
                    const SOURCE = {}

                    /// A model in flash: ready to be used.
                    #[unsafe(no_mangle)]
                    pub static [<$prefix _ $name>]: [<$prefix _model>] =
                        // SAFETY: a model has no destructor, so two of the same bits are no harm.
                        Place::holding(unsafe { core::ptr::read(&raw const $model) });
                }
            }
        }
    };
}
