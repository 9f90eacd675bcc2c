/* What example.c takes for given. Here the sensor reads the samples of the job: 1000 of standing, then running.
 * The program fails if no alarm is raised, or before running begins, or later than in its first ten readings. */
#ifndef SENSOR_H
#define SENSOR_H

#include "job.h"

bool read_sensor(float reading[BEARING_FEATURES]);
void raise_alarm(void);

#endif
