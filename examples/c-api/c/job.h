/* What the host gives the job: samples, a model's record, and the digests of its own run. */
#ifndef JOB_H
#define JOB_H

#include "bearing.h"

#define JOB_SAMPLES 4000

extern const float job_samples[JOB_SAMPLES * 3];
extern const uint8_t job_model[BEARING_MODEL_RECORD];
extern const uint64_t job_run, job_made, job_fit, job_detector;

#endif
