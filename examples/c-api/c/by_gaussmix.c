/* gaussmix through its C interface. */
#include "measure.h"
#include "measured.h"

#if defined(FULL_3_4)
#define CALL(name) full_3_4_##name
#define RECORD FULL_3_4_MODEL_RECORD
#elif defined(DIAGONAL_3_4)
#define CALL(name) diagonal_3_4_##name
#define RECORD DIAGONAL_3_4_MODEL_RECORD
#else
#define CALL(name) full_8_8_##name
#define RECORD FULL_8_8_MODEL_RECORD
#endif

static CALL(model) model;
static CALL(run) run;

void begin_score(void)
{
    CALL(model_load)(&model, record, RECORD);
}

float score(const float *x)
{
    float log_density = 0;
    CALL(score)(&model, x, &log_density);
    return log_density;
}

void begin_learning(uint32_t interval)
{
    CALL(run_start)(&run, &model, 0.01f, interval);
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
    return sizeof model;
}

uint32_t ram_of_learning(void)
{
    return sizeof run;
}
