/* Not run: how large an image is that only scores, or that learns too. */
#include "board.h"
#include "measure.h"

int main(void)
{
    volatile float x[D] = {1};
    float sample[D];
    for (int i = 0; i < D; i++)
        sample[i] = x[i];
    begin_score();
    *x = score(sample);
#ifdef LEARNING
    begin_learning(10);
    *x = observe(sample);
#endif
    return *x > 0;
}
