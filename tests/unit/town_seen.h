/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a simulated town, reads every message and the truth as a consumer would, and keeps what
 * tests ask about: town_run, town_was, town_each_draw. Aborts the test on anything malformed.
 */
#ifndef ANBU_TESTS_TOWN_SEEN_H
#define ANBU_TESTS_TOWN_SEEN_H

#include <check.h>

#include "ingest/decode.h"
#include "town/town.h"

#define DAY_S     86400
#define HOMES_MAX 200
#define FNV_START UINT64_C(0xcbf29ce484222325)

/* ck_assert reports each call to its parent process: too dear for a million messages. */
#define MUST(condition, ...)           \
    do {                               \
        if (!(condition))              \
            ck_abort_msg(__VA_ARGS__); \
    } while (0)
#define NEED(condition) MUST(condition, "not true: %s", #condition)

struct seen_reading {
    int64_t at_s, arrived_s, milli; /* interval: its start */
    int home, minutes;              /* 0: register */
    long meter;
    int dials;
    enum utility utility;
    enum quality quality;
    int version;
    bool has_value;
};

struct seen_truth {
    int home;
    char kind[16], utility[16];
    int64_t from_s, to_s; /* to INT64_MAX: not over */
};

struct seen_limit {
    int home;
    int64_t from_s, to_s;
    double watts;
};

struct seen {
    struct seen_reading *readings;
    struct seen_truth *truths;
    struct seen_limit *limits;
    size_t reading_count, reading_room, truth_count, truth_room, limit_count, limit_room;
    int64_t last_arrived_s;
    int temperatures, types[MESSAGE_TYPE_COUNT], billing[BILLING_EVENT_COUNT],
        events[HOUSEHOLD_EVENT_COUNT];
    int channels[REPORT_CHANNEL_COUNT], qualities[QUALITY_COUNT];
    int residents[HOMES_MAX], months[HOMES_MAX][UTILITY_COUNT];
    bool tenants_changed[HOMES_MAX], opted_out[HOMES_MAX];
    uint64_t hash, home_hash[HOMES_MAX];
    size_t home_begins[HOMES_MAX + 1]; /* among readings, when sorted */
    int messages;
    struct decoder *decoder;
    bool parse; /* look into messages, not only at their bytes */
};

struct run {
    uint32_t homes;
    int32_t days;
    uint64_t seed;
    const char *scenario, *timezone;
    int32_t start_day;
    bool parse;
};

struct seen *town_run(const struct run *run);
void seen_free(struct seen *seen);

/* Whether one of these kinds (separated by spaces) was true of the home in [from, to). */
bool town_was(const struct seen *seen, int home, const char *kinds, int64_t from_s, int64_t to_s);

/* What was used between two reads of a register, or in an interval. */
struct draw {
    const struct seen_reading *reading;
    int64_t from_s, to_s, milli;
};

/* Calls `each` for whatever a measured reading says about use. */
void town_each_draw(const struct seen *seen, void (*each)(void *context, const struct draw *draw),
                    void *context);

#endif
