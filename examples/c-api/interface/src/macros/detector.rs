//! The macro of a detector.

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
                use $crate::{Header, Status, described, layout, mixture};

                type Inner = Detector<f32, $axes, $d, $k, $c>;
                #[doc = "A detector over " $axes " axes."]
                pub type [<$prefix _detector>] = detector::Watch<$axes, $d, $k, $c>;

                const _: [(); size_of::<[<$prefix _detector>]>()] = [(); $size];
                const _: [(); Inner::ENCODED_LEN] = [(); $record];
                const _: [(); align_of::<[<$prefix _detector>]>()] = [(); align_of::<u64>()];

                /// The interface, for the header.
                pub const HEADER: Header = Header {
                    source: SOURCE,
                    objects: &[(stringify!([<$prefix _detector>]), $size)],
                    structs: &[detector::SETTINGS, WINDOW],
                };

                /// A window, as C sees it.
                pub type [<$prefix _window>] = detector::Window<$d>;

                layout! {
                    /// Where C finds what came of a window.
                    WINDOW = [<$prefix _window>], stringify!([<$prefix _window>]), 4 * $d + 12,
                    {
                        features: 0, log_density: 4 * $d, event: 4 * $d + 4, is_full: 4 * $d + 8,
                        is_novel: 4 * $d + 9, is_alarm: 4 * $d + 10, is_watching: 4 * $d + 11,
                    }
                }

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

                    /// Takes the next sample. Writes `window` at each: with features, score and event if the sample fills a
                    /// window.
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
                    /// before, but empty after GAUSSMIX_INVALID_RECORD.
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
