//! The macros: C names and C types for one size.

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
                    /// the model is as before; after GAUSSMIX_INVALID_RECORD it is empty.
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
                    /// covariances what it holds: a diagonal one their diagonals. If they are refused, the model is empty.
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
                    /// convergence. It takes long, and 1.5 to 10 KB of stack. If they are refused, the model is empty.
                    /// There are `count` samples.
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
                    #[doc = " " $prefix "_run_maximize only. If a setting is refused, the run is empty."]
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

                    /// Reads a run from a record; it goes on bit for bit. If the record is refused, the run is as before;
                    /// after GAUSSMIX_INVALID_RECORD it is empty.
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
                pub const HEADER: Header = Header { source: SOURCE, objects: &[] };

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

/// A C interface to a detector, in `f32`.
///
/// ```
/// interface::c_detector! {
///     prefix = pump, axes = 3, features = 6, components = 4, covariance = gaussmix::Diagonal,
///     detector = [984, 966],
/// }
/// ```
///
/// makes a module `pump` with the type `pump_detector` and the calls `pump_observe` and so on. `features` is 1 to 4
/// times `axes`. `detector` is the bytes of the object and those of its record, as in
/// [`c_interface!`](crate::c_interface).
#[macro_export]
macro_rules! c_detector {
    (
        prefix = $prefix:ident, axes = $axes:tt, features = $d:tt, components = $k:tt, covariance = $c:ty,
        detector = [$size:tt, $record:tt] $(,)?
    ) => {
        $crate::pastey::paste! {
            #[doc = "The C interface `" $prefix "`."]
            #[allow(non_camel_case_types, unused_imports)]
            #[allow(clippy::missing_safety_doc)] // the head of the header says it for all
            pub mod $prefix {
                use super::*;
                use $crate::detector::{self, Event, Settings};
                use $crate::gaussmix::{detector::Detector, persist::Persist};
                use $crate::{Header, Status, described, mixture};

                type Inner = Detector<f32, $axes, $d, $k, $c>;
                #[doc = "A detector over " $axes " axes."]
                pub type [<$prefix _detector>] = detector::Watch<$axes, $d, $k, $c>;

                const _: [(); size_of::<[<$prefix _detector>]>()] = [(); $size];
                const _: [(); Inner::ENCODED_LEN] = [(); $record];
                const _: [(); align_of::<[<$prefix _detector>]>()] = [(); align_of::<u64>()];

                /// The interface, for the header.
                pub const HEADER: Header =
                    Header { source: SOURCE, objects: &[(stringify!([<$prefix _detector>]), $size)] };

                /// A window, as C sees it.
                pub type [<$prefix _window>] = detector::Window<$d>;

                described! {
                    const SOURCE = {
                        #[doc = " A detector over " $axes " axes. Empty while it is all 0, as every `static` is at first."]
                        #[repr(C)]
                        pub struct [<$prefix _detector>] {
                            private_memory: [u64; $size],
                        }
                        /// What a sample did.
                        #[repr(C)]
                        pub struct [<$prefix _window>] {
                            /// The features of the window: the mean of each axis, then the ln standard deviation of each,
                            /// the ln (1 + crest factor) and the crossings of the mean. 0 if it is not full.
                            features: [f32; $d],
                            /// ln p of the features, in nats. NaN if the window is not full, and before the start.
                            log_density: f32,
                            /// What changed.
                            event: Event,
                            /// Whether the sample filled the window.
                            is_full: bool,
                            /// Whether the window is novel.
                            is_novel: bool,
                            /// Whether the alarm stands.
                            is_alarm: bool,
                            /// Whether the learning is over.
                            is_watching: bool,
                        }
                    }

                    /// Axes: numbers of a sample.
                    pub const [<$prefix:upper _AXES>]: usize = $axes;
                    /// Features of a window.
                    pub const [<$prefix:upper _FEATURES>]: usize = $d;
                    /// Components of the mixture, at most.
                    pub const [<$prefix:upper _COMPONENTS>]: usize = $k;
                    /// Bytes of a detector's record.
                    pub const [<$prefix:upper _RECORD>]: usize = $record;

                    /// Fills settings with the defaults, for windows of so many samples.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _defaults>](settings: *mut Settings, window: u32) -> Status {
                        // SAFETY: the caller's promise, as in all that follow.
                        unsafe { detector::defaults(settings, window) }.into()
                    }

                    /// Begins to learn. If a setting is refused, the detector is empty.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _start>](
                        detector: *mut [<$prefix _detector>],
                        settings: *const Settings,
                    ) -> Status {
                        unsafe { detector::start(detector, settings) }.into()
                    }

                    /// Takes the next sample. Writes what came of the window, if it fills one.
                    #[doc = " cbindgen:ptrs-as-arrays=[[sample; " $axes "]]"]
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _observe>](
                        detector: *mut [<$prefix _detector>],
                        sample: *const f32,
                        window: *mut [<$prefix _window>],
                    ) -> Status {
                        unsafe { detector::observe(detector, sample.cast(), window) }.into()
                    }

                    /// Learns the next windows as usual ones, and ends the alarm: a person says that all is well.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _learn>](
                        detector: *mut [<$prefix _detector>],
                        windows: u32,
                    ) -> Status {
                        unsafe { detector::learn(detector, windows) }.into()
                    }

                    /// Forgets the samples of the window that is not full, after a gap in the signal.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _discard_window>](
                        detector: *mut [<$prefix _detector>],
                    ) -> Status {
                        unsafe { detector::discard(detector) }.into()
                    }

                    /// The log-density below which a window is novel, −∞ while it is not known.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _threshold>](
                        detector: *const [<$prefix _detector>],
                        threshold: *mut f32,
                    ) -> Status {
                        unsafe { detector::threshold(detector, threshold) }.into()
                    }

                    #[doc = " Writes the record, " $prefix:upper "_RECORD bytes: all that it knows, the half-full window included."]
                    /// `buffer` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _save>](
                        detector: *const [<$prefix _detector>],
                        buffer: *mut u8,
                        length: usize,
                    ) -> Status {
                        unsafe { mixture::save(detector, buffer, length) }.into()
                    }

                    /// Reads a record; the detector goes on bit for bit. If the record is refused, the detector is as
                    /// before; after GAUSSMIX_INVALID_RECORD it is empty.
                    /// `record` has `length` bytes.
                    #[unsafe(no_mangle)]
                    pub unsafe extern "C" fn [<$prefix _load>](
                        detector: *mut [<$prefix _detector>],
                        record: *const u8,
                        length: usize,
                    ) -> Status {
                        unsafe { mixture::load(detector, detector::blank, record, length) }.into()
                    }
                }
            }
        }
    };
}
