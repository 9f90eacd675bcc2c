/* Learns real data through the C interface, loses power in between, and compares every bit with the host. */
#include "job.h"

#include "board.h"

#include <string.h>

static bearing_model model;
static bearing_run run, other_run;
static pump_detector pump, other_pump;

static uint64_t digest;

static void begin(void)
{
    digest = 0xCBF29CE484222325;
}

/* FNV-1a */
static void add(const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i++)
        digest = (digest ^ bytes[i]) * 0x100000001B3;
}

static void check(bool is_well, const char *what)
{
    if (!is_well) {
        say("FAILED: ");
        say(what);
        say("\n");
        finish(0);
    }
}

static void done(gaussmix_status status)
{
    if (status != GAUSSMIX_OK) {
        say("status ");
        say_decimal((uint64_t)status);
        check(false, ": a call was refused");
    }
}

static void compare(const char *name, uint64_t host)
{
    say(name);
    say(": digest ");
    say_hex(digest);
    say(", on the host ");
    say_hex(host);
    say("\n");
    check(digest == host, "not the host's bits");
}

/* A model from flash, and a run that begins with it and goes on in another object after a save and a load. */
static void learn(void)
{
    static uint8_t record[BEARING_RUN_RECORD];
    bearing_run *now = &run;
    begin();
    done(bearing_model_load(&model, job_model, sizeof job_model));
    done(bearing_run_start(now, &model, 0.01f, 10));
    for (size_t t = 0; t < JOB_SAMPLES; t++) {
        const float *x = job_samples + 3 * t;
        float log_density, responsibilities[BEARING_COMPONENTS];
        done(bearing_run_observe(now, x, &log_density));
        add(&log_density, sizeof log_density);
        if (t == 0) { /* the model is also there as such */
            float again;
            done(bearing_score(&bearing_standing, x, &again));
            check(again == log_density, "the model in flash and its record differ");
        }
        if (t % 100 == 0) {
            float again;
            done(bearing_run_model(now, &model));
            done(bearing_posterior(&model, x, &log_density, responsibilities));
            add(&log_density, sizeof log_density);
            add(responsibilities, sizeof responsibilities);
            done(bearing_score(&model, x, &again));
            check(again == log_density, "score and posterior differ");
            done(bearing_run_score(now, x, &again));
            check(again == log_density, "run and model differ");
        }
        if (t == 1234) { /* between two M-steps */
            done(bearing_run_save(now, record, sizeof record));
            memset(now, 0, sizeof *now);
            now = &other_run;
            done(bearing_run_load(now, record, sizeof record));
        }
        if (t == 2345) /* also between two */
            done(bearing_run_maximize(now));
    }
    done(bearing_run_save(now, record, sizeof record));
    add(record, sizeof record);
    compare("run", job_run);
}

/* A model from parameters: its scores and its record. */
static void make(void)
{
    static const float weights[] = {0.5f, 0.25f, 0.125f, 0.125f};
    static const float means[][3] = {{0, 0, 0}, {4, 1, 0}, {-4, 0, 1}, {0, 0, -8}};
    static const float covariances[][3][3] = {
        {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
        {{4, 1, 0}, {1, 2, 0.5f}, {0, 0.5f, 1}},
        {{2, 0, -1}, {0, 3, 0}, {-1, 0, 4}},
        {{9, 0, 0}, {0, 16, 2}, {0, 2, 25}},
    };
    uint8_t record[BEARING_MODEL_RECORD];
    begin();
    done(bearing_model_make(&model, weights, means, covariances));
    for (size_t t = 0; t < JOB_SAMPLES; t += 20) {
        float log_density;
        done(bearing_score(&model, job_samples + 3 * t, &log_density));
        add(&log_density, sizeof log_density);
    }
    done(bearing_model_save(&model, record, sizeof record));
    add(record, sizeof record);
    compare("model", job_made);
}

static void fit(void)
{
    static float window[JOB_SAMPLES / 20][BEARING_FEATURES];
    uint8_t record[BEARING_MODEL_RECORD];
    begin();
    for (size_t t = 0; t < JOB_SAMPLES / 20; t++)
        memcpy(window[t], job_samples + 3 * 20 * t, sizeof window[t]);
    done(bearing_model_fit(&model, window, JOB_SAMPLES / 20));
    done(bearing_model_save(&model, record, sizeof record));
    add(record, sizeof record);
    compare("fit", job_fit);
}

static void take(pump_detector *detector, const float *x)
{
    pump_window window;
    done(pump_observe(detector, x, &window));
    if (window.is_full) {
        float log_density = window.log_density == window.log_density ? window.log_density : 0, threshold;
        uint8_t said[3] = {(uint8_t)window.event, window.is_novel, window.is_alarm};
        add(window.features, sizeof window.features);
        add(&log_density, sizeof log_density);
        add(said, sizeof said);
        done(pump_threshold(detector, &threshold));
        add(&threshold, sizeof threshold);
    }
}

/* Learns standing, running and walking, and watches these and badminton, until it is told that this is usual too. Saved
 * and loaded amid a window; a gap in the signal amid another. */
static void watch(void)
{
    static uint8_t record[PUMP_RECORD];
    gaussmix_settings settings;
    begin();
    done(pump_defaults(&settings, 20));
    settings.learning = 149;
    settings.rate = 0.02f;
    settings.adaptation = 0.02f;
    settings.votes = 2;
    settings.of = 3;
    done(pump_start(&pump, &settings));
    for (size_t t = 0; t < 3000; t++)
        take(&pump, job_samples + 3 * t);
    for (size_t t = 0; t < 7; t++)
        take(&pump, job_samples + 3 * t);
    done(pump_save(&pump, record, sizeof record));
    memset(&pump, 0, sizeof pump);
    done(pump_load(&other_pump, record, sizeof record));
    for (size_t t = 7; t < JOB_SAMPLES; t++) {
        if (t == 1513)
            done(pump_discard_window(&other_pump));
        if (t == 3400)
            done(pump_learn(&other_pump, 15));
        take(&other_pump, job_samples + 3 * t);
    }
    done(pump_save(&other_pump, record, sizeof record));
    add(record, sizeof record);
    compare("detector", job_detector);
}

/* What is refused, and that it leaves all as it was. */
static void refuse(void)
{
    static bearing_run empty;
    static uint8_t record[BEARING_RUN_RECORD], after[BEARING_RUN_RECORD];
    const float x[3] = {0, 0, 0}, bad[3] = {0, __builtin_nanf(""), 0};
    float out;
    done(bearing_run_save(&other_run, record, sizeof record));
    check(bearing_run_observe(NULL, x, &out) == GAUSSMIX_BAD_POINTER, "no object");
    check(bearing_run_observe(&other_run, NULL, &out) == GAUSSMIX_BAD_POINTER, "no sample");
    check(bearing_run_observe(&other_run, x, NULL) == GAUSSMIX_BAD_POINTER, "no place for the score");
    check(bearing_run_observe(&empty, x, &out) == GAUSSMIX_EMPTY, "an empty object");
    check(bearing_run_observe(&other_run, bad, &out) == GAUSSMIX_BAD_SAMPLE, "a sample that is NaN");
    check(bearing_run_start(&empty, &model, 2, 1) == GAUSSMIX_BAD_SETTING, "a step of 2");
    check(bearing_run_save(&other_run, after, sizeof after - 1) == GAUSSMIX_TOO_SMALL, "a small buffer");
    check(bearing_run_load(&other_run, job_model, sizeof job_model) == GAUSSMIX_OTHER_RECORD, "a model's record");
    record[100] ^= 1;
    check(bearing_run_load(&other_run, record, sizeof record) == GAUSSMIX_CORRUPTED, "a flipped bit");
    record[100] ^= 1;
    memset(after, 0xFF, sizeof after);
    check(bearing_run_load(&other_run, after, sizeof after) == GAUSSMIX_NOT_STORED, "erased flash");
    done(bearing_run_save(&other_run, after, sizeof after));
    check(memcmp(record, after, sizeof record) == 0, "a refused call changed the run");
    say("refusals: as the header says\n");
}

#ifdef CONTROL
uint32_t bearing_control(size_t index);
#endif

int main(void)
{
    learn();
    make();
    fit();
    watch();
    refuse();
#ifdef CONTROL
    say_decimal(bearing_control((size_t)digest));
#endif
    return 0;
}
