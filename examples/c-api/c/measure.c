/* Instructions, stack and error of one contender. */
#include "board.h"
#include "measure.h"

static volatile float sink;

static uint32_t a_million(void)
{
    counter_start();
    __asm__ volatile("1: subs %0, #1\n bne 1b" ::"r"(1000000) : "cc");
    return counter_instructions();
}

/* Mean instructions of a call: those of the loop without it are taken off. */
static uint32_t mean(float (*call)(const float *))
{
    counter_start();
    for (int t = 0; t < SAMPLES; t++)
        sink = call(samples + t * D);
    const uint32_t with = counter_instructions();
    counter_start();
    for (int t = 0; t < SAMPLES; t++)
        sink = samples[t * D];
    return (with - counter_instructions() + SAMPLES / 2) / SAMPLES;
}

static void print(const char *name, uint32_t value)
{
    say(name);
    say("=");
    say_decimal(value);
    say("\n");
}

static uint32_t stack_of(float (*call)(const float *))
{
    uint32_t most = 0;
    for (int t = 0; t < SAMPLES; t += 8) {
        stack_paint();
        sink = call(samples + t * D);
        const uint32_t used = stack_used();
        most = used > most ? used : most;
    }
    return most;
}

int main(void)
{
    const uint32_t two_million = a_million();
    if (two_million < 1999900 || two_million > 2000100) {
        say("the counter does not count instructions\n");
        return 1;
    }
    begin_score();
    double worst = 0;
    for (int t = 0; t < SAMPLES; t++) {
        const double off = score(samples + t * D) - exact_scores[t];
        worst = off > worst ? off : -off > worst ? -off : worst;
    }
    print("nanonat", (uint32_t)(worst * 1e9));
    print("score", mean(score));
    print("score_stack", stack_of(score));
    print("score_ram", ram_of_score());
#ifdef LEARNING
    begin_learning(0);
    print("observe", mean(observe));
    counter_start();
    maximize();
    print("maximize", counter_instructions());
    begin_learning(10);
    print("sample", mean(observe));
    begin_learning(1);
    print("learn_stack", stack_of(observe));
    print("learn_ram", ram_of_learning());
    float last = 0;
    for (int t = 0; t < SAMPLES; t++)
        last += observe(samples + t * D);
    print("minus_mean_score", (uint32_t)(-last / SAMPLES * 1e6f));
#endif
    return 0;
}
