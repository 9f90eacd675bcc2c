#include "bearing.h"
#include "sensor.h" /* yours: the sensor and the alarm */

static bearing_run run; /* your memory: 616 bytes */

int main(void)
{
    float reading[BEARING_FEATURES], log_density;
    /* From a model in flash; the last 200 readings count. */
    if (bearing_run_start(&run, &bearing_standing, 0.005f, 10) != GAUSSMIX_OK)
        return 1;
    while (read_sensor(reading))
        if (bearing_run_observe(&run, reading, &log_density) == GAUSSMIX_OK && log_density < -25)
            raise_alarm(); /* unlike anything seen */
    return 0;
}
