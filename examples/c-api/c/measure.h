/* One contender, one size: what the images `measure` and `flash` call. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>

#if defined(FULL_3_4) || defined(DIAGONAL_3_4)
#define D 3
#define K 4
#else
#define D 8
#define K 8
#endif

#ifdef DIAGONAL_3_4
#define TRIANGLE D /* numbers of a factor */
#else
#define TRIANGLE (D * (D + 1) / 2)
#endif

#define SAMPLES 512

/* A model by hand. */
typedef struct {
    float offset[K];            /* ln pi - 1/2 ln |Sigma| - D/2 ln 2 pi */
    float mean[K][D];
    float inverse[K][TRIANGLE]; /* of the lower Cholesky factor, by rows; or of its diagonal */
} mixture;

/* data, written by the host */
extern const float samples[SAMPLES * D];
extern const double exact_scores[SAMPLES];
extern const mixture by_hand;
extern const float weights[], means[], precisions[], log_dets[], log_weights[]; /* for emlearn */

/* the contender */
void begin_score(void);
float score(const float *x);
void begin_learning(uint32_t interval); /* an M-step after so many samples, or none */
float observe(const float *x);
void maximize(void);
uint32_t ram_of_score(void), ram_of_learning(void);

#endif
