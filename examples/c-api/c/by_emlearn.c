/* emlearn, as its converter would write the model: it has scores, and full covariances only. */
#include "measure.h"

#include <eml_mixture.h>

static EmlMixtureModel model = {K, D, EmlCovarianceFull, means, precisions, log_dets, log_weights};

void begin_score(void)
{
}

float score(const float *x)
{
    float probabilities[K], result = 0;
    eml_mixture_score(&model, x, D, probabilities, &result);
    return result;
}

uint32_t ram_of_score(void)
{
    return sizeof model;
}
