/* A mixture by hand, as plain C that a compiler can do its best with: sizes are constants, factors are inverted
 * beforehand. It checks nothing. Calls are as those of gaussmix: a function of its own that writes the score to memory,
 * behind the wrapper that the measurement calls. */
#include "measure.h"

#include <math.h>

typedef struct {
    mixture model;
    float mass[K];
    float mean[K][D];
    float covariance[K][TRIANGLE];
    uint32_t interval, pending;
} learner;

static learner run;

static void m_step(void);

/* ln p(x); `share` becomes the terms over their largest, and `*sum` their sum. */
static float terms(const mixture *m, const float x[D], float share[K], float *sum)
{
    float largest = -INFINITY;
    for (int k = 0; k < K; k++) {
        float d[D], square = 0;
        for (int i = 0; i < D; i++)
            d[i] = x[i] - m->mean[k][i];
        const float *a = m->inverse[k];
        for (int i = 0; i < D; i++) {
#ifdef DIAGONAL_3_4
            const float z = *a++ * d[i];
#else
            float z = 0;
            for (int j = 0; j <= i; j++)
                z += *a++ * d[j];
#endif
            square += z * z;
        }
        share[k] = m->offset[k] - 0.5f * square;
        if (share[k] > largest)
            largest = share[k];
    }
    *sum = 0;
    for (int k = 0; k < K; k++) {
        share[k] = expf(share[k] - largest);
        *sum += share[k];
    }
    return largest + logf(*sum);
}

void begin_score(void)
{
}

__attribute__((noinline)) static void hand_score(const float *x, float *log_density)
{
    float share[K], sum;
    *log_density = terms(&by_hand, x, share, &sum);
}

float score(const float *x)
{
    float log_density = 0;
    hand_score(x, &log_density);
    return log_density;
}

/* The model's own masses, means and covariances: Sigma = L L^T, from L^-1 by substitution. */
void begin_learning(uint32_t interval)
{
    run.model = by_hand;
    run.interval = interval;
    run.pending = 0;
    for (int k = 0; k < K; k++) {
        run.mass[k] = weights[k];
        for (int i = 0; i < D; i++)
            run.mean[k][i] = by_hand.mean[k][i];
#ifdef DIAGONAL_3_4
        for (int i = 0; i < D; i++)
            run.covariance[k][i] = 1 / (by_hand.inverse[k][i] * by_hand.inverse[k][i]);
#else
        float l[D][D] = {{0}};
        for (int j = 0; j < D; j++)
            for (int i = j; i < D; i++) {
                const float *a = by_hand.inverse[k] + i * (i + 1) / 2;
                float sum = i == j;
                for (int n = j; n < i; n++)
                    sum -= a[n] * l[n][j];
                l[i][j] = sum / a[i];
            }
        float *c = run.covariance[k];
        for (int i = 0; i < D; i++)
            for (int j = 0; j <= i; j++, c++) {
                *c = 0;
                for (int n = 0; n <= j; n++)
                    *c += l[i][n] * l[j][n];
            }
#endif
    }
}

/* West's update of weighted means and covariances, with a memory of 100 samples. */
__attribute__((noinline)) static void hand_observe(const float *x, float *out)
{
    const float step = 0.01f;
    float share[K], sum;
    const float log_density = terms(&run.model, x, share, &sum);
    for (int k = 0; k < K; k++) {
        const float mass = (1 - step) * run.mass[k] + step * share[k] / sum;
        const float gain = step * share[k] / sum / mass;
        float d[D];
        run.mass[k] = mass;
        for (int i = 0; i < D; i++) {
            d[i] = x[i] - run.mean[k][i];
            run.mean[k][i] += gain * d[i];
        }
        float *c = run.covariance[k];
        for (int i = 0; i < D; i++) {
#ifdef DIAGONAL_3_4
            *c = (1 - gain) * (*c + gain * d[i] * d[i]), c++;
#else
            for (int j = 0; j <= i; j++, c++)
                *c = (1 - gain) * (*c + gain * d[i] * d[j]);
#endif
        }
    }
    if (run.interval && ++run.pending == run.interval) {
        run.pending = 0;
        m_step();
    }
    *out = log_density;
}

float observe(const float *x)
{
    float log_density = 0;
    hand_observe(x, &log_density);
    return log_density;
}

/* Cholesky factors, their inverses and the offsets. */
static void m_step(void)
{
    for (int k = 0; k < K; k++) {
        float *a = run.model.inverse[k];
        float determinant = 1;
#ifdef DIAGONAL_3_4
        for (int i = 0; i < D; i++) {
            a[i] = 1 / sqrtf(run.covariance[k][i]);
            determinant *= a[i];
        }
#else
        float l[D][D];
        for (int i = 0; i < D; i++)
            for (int j = 0; j <= i; j++) {
                float sum = run.covariance[k][i * (i + 1) / 2 + j];
                for (int n = 0; n < j; n++)
                    sum -= l[i][n] * l[j][n];
                l[i][j] = i == j ? 1 / sqrtf(sum) : sum * l[j][j]; /* the diagonal as reciprocals */
            }
        for (int i = 0; i < D; i++) {
            for (int j = 0; j < i; j++) {
                float sum = 0;
                for (int n = j; n < i; n++)
                    sum -= l[i][n] * a[n * (n + 1) / 2 + j];
                a[i * (i + 1) / 2 + j] = sum * l[i][i];
            }
            a[i * (i + 1) / 2 + i] = l[i][i];
            determinant *= l[i][i];
        }
#endif
        for (int i = 0; i < D; i++)
            run.model.mean[k][i] = run.mean[k][i];
        run.model.offset[k] = logf(run.mass[k] * determinant) - 0.918938533f * D;
    }
}

__attribute__((noinline)) static void hand_maximize(void)
{
    m_step();
}

void maximize(void)
{
    hand_maximize();
}

uint32_t ram_of_score(void)
{
    return 0; /* it lies in flash */
}

uint32_t ram_of_learning(void)
{
    return sizeof run;
}
