/* SPDX-License-Identifier: Apache-2.0
 *
 * What silence's score looks at, hour by hour, as the daemon itself computes it: homes' readings
 * come in, rows of features go out. tests/train/train writes the input and reads the output.
 *
 * Input, lines:
 *   home UTILITY KIND MINUTES ZONE FROM_S   begins a home; rows are written from FROM_S on
 *   prior N ...                             reached, lasted, began of other homes (48 numbers)
 *   r SECONDS MILLI                         a reading: an interval's start, or a register's read
 *   fork                                    what follows happens to a copy of the home ...
 *   back                                    ... and now to the home itself again
 *   end                                     its own record is written
 *
 * Output: how many features, and their names, a line each; then binary, little-endian, rows of
 * int32 {kind, fork, hour} and the features as floats. Kind 1: an hour with evidence; 2: one
 * without, that ends an excursion; 3: the home's end, whose record goes to the standard error
 * stream as a line: years, reached, lasted, began.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/arrears/arrears.h"
#include "detectors/cutoff/cutoff.h"
#include "detectors/drop/drop.h"
#include "detectors/flow/flow.h"
#include "detectors/silence/features.h"
#include "detectors/silence/silence.h"
#include "household/household.h"

enum { ROW_ODD = 1, ROW_EVEN, ROW_END };

struct row {
    int32_t kind, fork, hour;
    float feature[FEATURE_COUNT];
};

static struct {
    struct silence_prior prior;
    int64_t from_s;
    int32_t forks, fork;
    long rejected;
    bool odd; /* of the last row */
} at;

static void put(const void *bytes, size_t size)
{
    if (fwrite(bytes, size, 1, stdout) != 1) {
        (void)fputs("features: cannot write\n", stderr);
        exit(EXIT_FAILURE);
    }
}

/* The detector as it is, watched. */
static void watch(const void *options, void *state_in, const struct household_view *view,
                  const struct event *event, struct verdict *verdict)
{
    const struct silence_state *state = state_in;
    detector_silence.observe(options, state_in, view, event, verdict);
    if (event->kind != EVENT_HOUR || !event->vouched || event->at_s < at.from_s)
        return;
    struct row row = {.kind = ROW_ODD, .fork = at.fork, .hour = event->hour};
    bool odd = state->now.evidence > SILENCE_REARM;
    if (odd) {
        silence_features(state, view, &at.prior, event, row.feature);
    } else {
        row.kind = ROW_EVEN;
        if (!at.odd)
            return;
    }
    at.odd = odd;
    put(&row, sizeof row);
}

static struct detector watched;
const struct detector *const detectors[] = {&watched, &detector_drop, &detector_arrears,
                                            &detector_cutoff, &detector_flow};
const size_t detector_count = sizeof detectors / sizeof detectors[0];

static void keep_nothing(void *owner, uint32_t partition, const struct finding *finding)
{
    (void)owner, (void)partition, (void)finding;
}

struct home {
    struct household household;
    struct message message;
    int64_t offset;
    bool odd;
};

static void apply(struct home *home, struct household_context *context, struct message *message)
{
    bool skipped;
    const char *detail;
    context->arrived_ms = context->wall_ms = message->end_ms;
    /* Real registers step back now and then; the daemon would reject that, too. */
    if (household_apply(&home->household, message, message->type, home->offset++, context, &skipped,
                        &detail) != REJECT_NONE)
        at.rejected++;
}

static void begin(struct home *home, struct household_context *context, const char *line)
{
    char utility[16], kind[16], zone[64];
    int minutes;
    free(home->household.bytes);
    memset(home, 0, sizeof *home);
    if (sscanf(line, "home %15s %15s %d %63s %ld", utility, kind, &minutes, zone, &at.from_s) != 5)
        exit(EXIT_FAILURE);
    home->household = (struct household){.id = TEXT("H")};
    home->household.bytes = record_new(&home->household.size);
    at.forks = at.fork = 0;
    at.odd = false;
    struct message profile = {.type = MESSAGE_HOUSEHOLD, .household = TEXT("H")};
    profile.event.event = HOUSEHOLD_PROFILE;
    profile.event.timezone = text_of(zone);
    profile.event.residents = -1;
    apply(home, context, &profile);
    struct reading *reading = &home->message.reading;
    home->message.type = MESSAGE_READING;
    home->message.household = TEXT("H");
    reading->meter = TEXT("M");
    reading->utility = UTILITY_ELECTRICITY;
    for (int u = 0; u < UTILITY_COUNT; u++)
        if (strcmp(utility_names[u], utility) == 0)
            reading->utility = (enum utility)u;
    reading->kind = strcmp(kind, "register") == 0 ? READING_REGISTER : READING_INTERVAL;
    reading->measure = reading->utility == UTILITY_ELECTRICITY ? MEASURE_ENERGY : MEASURE_VOLUME;
    reading->minutes = reading->kind == READING_INTERVAL ? minutes : 0;
    reading->has_value = true;
}

static void take(struct home *home, struct household_context *context, const char *line)
{
    struct reading *reading = &home->message.reading;
    char *rest;
    reading->start_s = strtoll(line + 2, &rest, 10);
    reading->value_milli = strtoll(rest, NULL, 10);
    home->message.at_ms = reading->start_s * 1000;
    home->message.end_ms = (reading->start_s + reading->minutes * 60) * 1000;
    apply(home, context, &home->message);
}

static void take_prior(const char *line)
{
    float *number = at.prior.reached;
    _Static_assert(sizeof at.prior == 48 * sizeof(float), "read as one row of numbers");
    char *rest;
    line += strlen("prior");
    for (int i = 0; i < 48; i++, line = rest)
        number[i] = strtof(line, &rest);
}

static void tell(const uint16_t counts[SILENCE_GRID])
{
    for (int i = 0; i < SILENCE_GRID; i++)
        (void)fprintf(stderr, " %u", counts[i]);
}

static void end(const struct home *home)
{
    struct record record;
    record_view(home->household.bytes, &record);
    const struct silence_state *state = record.states[0];
    struct row row = {.kind = ROW_END, .hour = state->newest_hour};
    put(&row, sizeof row);
    (void)fprintf(stderr, "%.6f", state->watched_hours / 8766.0);
    tell(state->habit.reached);
    tell(state->habit.lasted);
    tell(state->habit.began);
    (void)fputc('\n', stderr);
}

static void fork_off(struct home *home, struct home *copy)
{
    free(copy->household.bytes);
    *copy = *home;
    copy->household.bytes = malloc(home->household.size);
    if (!copy->household.bytes)
        exit(EXIT_FAILURE);
    memcpy(copy->household.bytes, home->household.bytes, home->household.size);
    home->odd = at.odd;
    at.fork = ++at.forks;
}

int main(void)
{
    watched = detector_silence;
    watched.observe = watch;
    struct config *config = config_default();
    struct household_context context = {
        .config = config, .tuning = tuning_cache_new(config), .found = keep_nothing};
    struct home home = {0}, copy = {0};
    char line[2048];
    if (printf("%d\n", FEATURE_COUNT) < 0)
        return EXIT_FAILURE;
    for (int i = 0; i < FEATURE_COUNT; i++)
        (void)printf("%s\n", silence_feature_names[i]);
    while (fgets(line, sizeof line, stdin))
        if (line[0] == 'r') {
            take(at.fork ? &copy : &home, &context, line);
        } else if (line[0] == 'h') {
            begin(&home, &context, line);
        } else if (line[0] == 'p') {
            take_prior(line);
        } else if (line[0] == 'f') {
            fork_off(&home, &copy);
        } else if (line[0] == 'b') {
            at.fork = 0;
            at.odd = home.odd;
        } else if (line[0] == 'e') {
            end(&home);
        }
    free(home.household.bytes);
    free(copy.household.bytes);
    tuning_cache_free(context.tuning);
    config_free(config);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
