#include "bearing.h"
#include "sensor.h" /* yours: the sensor, the alarm, and a model in flash */

static bearing_model model; /* your memory: 232 bytes */
static bearing_run run;     /* 616 more, to learn as well */

int main(void)
{
    float reading[BEARING_FEATURES], log_density;
    if (bearing_model_load(&model, model_in_flash, sizeof model_in_flash) != GAUSSMIX_OK)
        return 1;
    bearing_run_start(&run, &model, 0.005f, 10); /* the last 200 readings count */
    while (read_sensor(reading))
        if (bearing_run_observe(&run, reading, &log_density) == GAUSSMIX_OK && log_density < -25)
            raise_alarm(); /* unlike anything seen */
    return 0;
}
