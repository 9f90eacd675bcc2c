#include "sensor.h"

#include "board.h"

#include <string.h>

static size_t next;

bool read_sensor(float reading[BEARING_FEATURES])
{
    if (next == JOB_SAMPLES) {
        say("no alarm\n");
        finish(0);
    }
    memcpy(reading, job_samples + BEARING_FEATURES * next, BEARING_FEATURES * sizeof *reading);
    next++;
    return true;
}

/* It may be raised after the change, and not before. */
void raise_alarm(void)
{
    say("an alarm at reading ");
    say_decimal(next);
    say("\n");
    finish(next > 1000 && next <= 1010);
}
