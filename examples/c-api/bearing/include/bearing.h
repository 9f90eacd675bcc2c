/* Gaussian mixtures by gaussmix, for C. Written by a program: change the Rust library, not this file.
 *
 * Objects are memory of the caller, best a `static`. One that is all 0 is empty: start it or load it. It may be copied
 * like any struct. No call allocates, none panics or waits, none keeps a pointer, and nothing is to be freed.
 *
 * Every call returns a gaussmix_status; null and misaligned pointers are refused, and all objects are as before. C has
 * to see to the rest:
 *
 * - A pointer that is not null points to what its type says, and to as many elements as the call says.
 * - An object was all 0 before its first use. In a `static` it is; on the stack, write `= {0}`.
 * - No object outlives a reset in memory that a reset leaves alone (`.noinit`, backup SRAM): a reset amid a call would
 *   leave it half changed, and no call could tell. Clear such memory at start. What a device has learnt crosses a reset
 *   as a record, by a save and a load.
 * - What a call writes does not overlap with what it reads.
 * - A call is not re-entrant on one object. While it works on an object, no interrupt and no other task uses that
 *   object; but calls that take it as `const` may run beside each other. Calls on different objects do not touch each
 *   other, since there are no globals.
 * - Calls use the FPU. Where an interrupt does so too, its registers are saved, which is the default on a Cortex-M4F.
 *
 * It needs C11 or C++11.
 */

#ifndef BEARING_H
#define BEARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define GAUSSMIX_ASSERT static_assert
#else
#define GAUSSMIX_ASSERT _Static_assert
#endif

/// Numbers of a sample.
#define BEARING_FEATURES 3

/// Components of the mixture.
#define BEARING_COMPONENTS 4

/// Bytes of a model's record.
#define BEARING_MODEL_RECORD 196

/// Bytes of a run's record.
#define BEARING_RUN_RECORD 520

/// Axes: numbers of a sample.
#define PUMP_AXES 3

/// Features of a window.
#define PUMP_FEATURES 6

/// Components of the mixture, at most.
#define PUMP_COMPONENTS 4

/// Bytes of a detector's record.
#define PUMP_RECORD 966

/// What a call returns. After anything but GAUSSMIX_OK all objects are as before, unless the call says otherwise.
enum gaussmix_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Done.
  GAUSSMIX_OK = 0,
  /// A pointer is null, or not aligned as its type requires.
  GAUSSMIX_BAD_POINTER = 1,
  /// The object holds nothing yet: start it or load it.
  GAUSSMIX_EMPTY = 2,
  /// A number of the sample is NaN or infinite, or too large for the arithmetic.
  GAUSSMIX_BAD_SAMPLE = 3,
  /// The parameters are not those of a mixture: a weight, a mean or a covariance is wrong.
  GAUSSMIX_BAD_MODEL = 4,
  /// A setting is outside its range.
  GAUSSMIX_BAD_SETTING = 5,
  /// The samples are too few, or too much alike, to fit a mixture to them.
  GAUSSMIX_TOO_FEW_SAMPLES = 6,
  /// The buffer is shorter than the record.
  GAUSSMIX_TOO_SMALL = 7,
  /// There is no record: flash that was erased, for example.
  GAUSSMIX_NOT_STORED = 8,
  /// The record is cut off or damaged: its checksum does not match.
  GAUSSMIX_CORRUPTED = 9,
  /// A record of something else: of another object, other sizes, another covariance or a newer version.
  GAUSSMIX_OTHER_RECORD = 10,
  /// The record is whole, but its numbers are not those of a valid object.
  GAUSSMIX_INVALID_RECORD = 11,
  /// Refused for another reason.
  GAUSSMIX_REFUSED = 12,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gaussmix_status gaussmix_status;
#else
typedef int32_t gaussmix_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// What changed with a window.
enum gaussmix_event
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /// Nothing.
  GAUSSMIX_EVENT_NONE = 0,
  /// The first windows gave the mixture its start. Scores begin with the next window.
  GAUSSMIX_EVENT_STARTED = 1,
  /// The learning is over: a good moment to save.
  GAUSSMIX_EVENT_LEARNT = 2,
  /// The alarm stands from now on.
  GAUSSMIX_EVENT_RAISED = 3,
  /// The alarm is over.
  GAUSSMIX_EVENT_CLEARED = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum gaussmix_event gaussmix_event;
#else
typedef int32_t gaussmix_event;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A mixture of 4 Gaussians over 3 features. Empty while it is all 0, as every `static` is at first.
typedef struct {
  uint64_t private_memory[232 / 8];
} bearing_model;
GAUSSMIX_ASSERT(sizeof(bearing_model) == 232, "bearing_model has 232 bytes");

/// A run that learns a mixture, sample by sample. Empty while it is all 0, as every `static` is at first.
typedef struct {
  uint64_t private_memory[616 / 8];
} bearing_run;
GAUSSMIX_ASSERT(sizeof(bearing_run) == 616, "bearing_run has 616 bytes");

/// How a detector works. The call `defaults` fills it.
typedef struct {
  /// Samples of a window: 2 to 65536.
  uint32_t window;
  /// Windows that are passed over at first, while a machine starts up. Default: 1.
  uint32_t settling;
  /// Windows that are learnt: 11 or more. Default: 400.
  uint32_t learning;
  /// The alarm stands while so many windows ... Default: 3.
  uint32_t votes;
  /// ... of the last so many are novel: at most 32. Default: 5.
  uint32_t of;
  /// The share of usual windows that may be called novel: between 0 and 1. Default: 0.01.
  float rate;
  /// How fast it follows slow changes: the last 1/adaptation windows count. 0, the default: not at all.
  float adaptation;
  /// The unit in which samples are written, one count of a converter say. Default: 0, not known.
  float resolution;
} gaussmix_settings;
GAUSSMIX_ASSERT(sizeof(gaussmix_settings) == 32, "gaussmix_settings has 32 bytes");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, window) == 0, "window is at 0");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, settling) == 4, "settling is at 4");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, learning) == 8, "learning is at 8");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, votes) == 12, "votes is at 12");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, of) == 16, "of is at 16");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, rate) == 20, "rate is at 20");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, adaptation) == 24, "adaptation is at 24");
GAUSSMIX_ASSERT(offsetof(gaussmix_settings, resolution) == 28, "resolution is at 28");

/// A detector over 3 axes. Empty while it is all 0, as every `static` is at first.
typedef struct {
  uint64_t private_memory[984 / 8];
} pump_detector;
GAUSSMIX_ASSERT(sizeof(pump_detector) == 984, "pump_detector has 984 bytes");

/// What a sample did.
typedef struct {
  /// The features of the window: the mean of each axis, then the ln standard deviation of each,
  /// the ln (1 + crest factor) and the crossings of the mean. 0 if it is not full.
  float features[6];
  /// ln p of the features, in nats. NaN if the window is not full, and before the start.
  float log_density;
  /// What changed.
  gaussmix_event event;
  /// Whether the sample filled the window.
  bool is_full;
  /// Whether the window is novel.
  bool is_novel;
  /// Whether the alarm stands.
  bool is_alarm;
  /// Whether the learning is over.
  bool is_watching;
} pump_window;
GAUSSMIX_ASSERT(sizeof(pump_window) == 36, "pump_window has 36 bytes");
GAUSSMIX_ASSERT(offsetof(pump_window, features) == 0, "features is at 0");
GAUSSMIX_ASSERT(offsetof(pump_window, log_density) == 24, "log_density is at 24");
GAUSSMIX_ASSERT(offsetof(pump_window, event) == 28, "event is at 28");
GAUSSMIX_ASSERT(offsetof(pump_window, is_full) == 32, "is_full is at 32");
GAUSSMIX_ASSERT(offsetof(pump_window, is_novel) == 33, "is_novel is at 33");
GAUSSMIX_ASSERT(offsetof(pump_window, is_alarm) == 34, "is_alarm is at 34");
GAUSSMIX_ASSERT(offsetof(pump_window, is_watching) == 35, "is_watching is at 35");

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/// A model in flash: ready to be used.
extern const bearing_model bearing_standing;

/// Reads a model from a record, in flash say. The record is not needed afterwards. If it is refused,
/// the model is as before, but empty after GAUSSMIX_INVALID_RECORD.
/// `record` has `length` bytes.
gaussmix_status bearing_model_load(bearing_model *model,
                                   const uint8_t *record,
                                   size_t length);

/// Makes a model from weights (which sum to 1), means and covariances. The structure takes from the
/// covariances what it holds: a diagonal one their diagonals. If the numbers are refused, the model
/// is empty.
gaussmix_status bearing_model_make(bearing_model *model,
                                   const float weights[4],
                                   const float means[4][3],
                                   const float covariances[4][3][3]);

/// Fits a model to samples that the caller keeps in a window: a farthest-first start, then EM to
/// convergence. It takes long. If the samples are refused, the model is empty. There are `count` samples.
gaussmix_status bearing_model_fit(bearing_model *model,
                                  const float (*samples)[3],
                                  size_t count);

/// Writes a model's record, BEARING_MODEL_RECORD bytes.
/// `buffer` has `length` bytes.
gaussmix_status bearing_model_save(const bearing_model *model, uint8_t *buffer, size_t length);

/// ln p(x), the logarithm of a sample's density, in nats: the lower, the less usual.
gaussmix_status bearing_score(const bearing_model *model,
                              const float sample[3],
                              float *log_density);

/// The same, and the probability that each component produced the sample.
gaussmix_status bearing_posterior(const bearing_model *model,
                                  const float sample[3],
                                  float *log_density,
                                  float responsibilities[4]);

/// Begins a run from a model. The last 1/`step` samples count: 0.005 remembers 200, 0 learns nothing.
/// The model follows after every `interval` samples; with 0, by
/// bearing_run_maximize only. If a setting or the model's numbers are refused, the run is empty;
/// if `model` is empty, the run is as before.
gaussmix_status bearing_run_start(bearing_run *run,
                                  const bearing_model *model,
                                  float step,
                                  uint32_t interval);

/// Learns a sample. Writes what its ln p(x) was before.
gaussmix_status bearing_run_observe(bearing_run *run, const float sample[3], float *log_density);

/// Lets the model follow what was learnt, now: the longest part of learning.
gaussmix_status bearing_run_maximize(bearing_run *run);

/// ln p(x) under the model of a run, without learning.
gaussmix_status bearing_run_score(const bearing_run *run,
                                  const float sample[3],
                                  float *log_density);

/// Copies the model of a run, for an interrupt that scores while the main program learns, say.
gaussmix_status bearing_run_model(const bearing_run *run, bearing_model *model);

/// Writes a run's record, BEARING_RUN_RECORD bytes: all that it has learnt, and its settings.
/// `buffer` has `length` bytes.
gaussmix_status bearing_run_save(const bearing_run *run, uint8_t *buffer, size_t length);

/// Reads a run from a record; it goes on bit for bit. If the record is refused, the run is as before,
/// but empty after GAUSSMIX_INVALID_RECORD.
/// `record` has `length` bytes.
gaussmix_status bearing_run_load(bearing_run *run,
                                 const uint8_t *record,
                                 size_t length);

/// Fills settings with the defaults, for windows of so many samples.
gaussmix_status pump_defaults(gaussmix_settings *settings, uint32_t window);

/// Begins to learn. If a setting is refused, the detector is empty.
gaussmix_status pump_start(pump_detector *detector, const gaussmix_settings *settings);

/// Takes the next sample. Writes `window` at each: with features, score and event if the sample fills a
/// window.
gaussmix_status pump_observe(pump_detector *detector,
                             const float sample[3],
                             pump_window *window);

/// Learns the next windows as usual ones, and ends the alarm: a person says that all is well.
gaussmix_status pump_learn(pump_detector *detector, uint32_t windows);

/// Forgets the samples of the window that is not full, after a gap in the signal.
gaussmix_status pump_discard_window(pump_detector *detector);

/// The log-density below which a window is novel, −∞ while it is not known.
gaussmix_status pump_threshold(const pump_detector *detector, float *threshold);

/// Writes the record, PUMP_RECORD bytes: all that it knows, the half-full window included.
/// `buffer` has `length` bytes.
gaussmix_status pump_save(const pump_detector *detector, uint8_t *buffer, size_t length);

/// Reads a record; the detector goes on bit for bit. If the record is refused, the detector is as
/// before, but empty after GAUSSMIX_INVALID_RECORD.
/// `record` has `length` bytes.
gaussmix_status pump_load(pump_detector *detector, const uint8_t *record, size_t length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* BEARING_H */
