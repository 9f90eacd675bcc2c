/* gaussmix through its C interface. */
#include "measure.h"
#include "measured.h"

#if defined(FULL_3_4)
#define CALL(name) full_3_4_##name
#elif defined(DIAGONAL_3_4)
#define CALL(name) diagonal_3_4_##name
#else
#define CALL(name) full_8_8_##name
#endif

static CALL(run) run;

void begin_score(void)
{
}

float score(const float *x)
{
    float log_density = 0;
    CALL(score)(&CALL(fitted), x, &log_density);
    return log_density;
}

void begin_learning(uint32_t interval)
{
    CALL(run_start)(&run, &CALL(fitted), 0.01f, interval);
}

float observe(const float *x)
{
    float log_density = 0;
    CALL(run_observe)(&run, x, &log_density);
    return log_density;
}

void maximize(void)
{
    CALL(run_maximize)(&run);
}

uint32_t ram_of_score(void)
{
    return 0; /* it lies in flash */
}

uint32_t ram_of_learning(void)
{
    return sizeof run;
}
