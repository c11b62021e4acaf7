/* SPDX-License-Identifier: Apache-2.0
 *
 * A simulated town: believable homes, their meters, bills and misfortunes, as the messages that
 * utilities would send, in the order of their arrival, and the truth beside them. The same options
 * give the same bytes; home k lives the same life whatever the number of homes. A town lives on one
 * thread, hour by hour; memory grows with homes (1.6 kB each, and 56 bytes a message on its way),
 * not with days. docs/simulator.md.
 */
#ifndef ANBU_TOWN_TOWN_H
#define ANBU_TOWN_TOWN_H

#include "base/zone.h"
#include "ingest/message.h"
#include "town/scenario.h"

#define TOWN_HOUSEHOLDS_MAX 20000000
#define TOWN_DAYS_MAX       3660

struct town_options {
    uint32_t households;
    int32_t days;
    uint64_t seed;
    int32_t start_day;  /* local days since 1970 */
    int32_t quiet_days; /* without collapses; -1: half of the days */
    const struct zone *zone;
    const struct scenario *scenario; /* borrowed for the town's life */
    bool say_arrived;                /* `arrived` in each message: for files */
};

/* Borrowed for the call. */
struct town_message {
    enum message_type type;
    int64_t arrived_s;
    struct text key, body;
};

/* Where a town's messages and its truth (JSON objects) go. An error ends the hour. */
struct town_sink {
    enum err (*message)(void *context, const struct town_message *message, struct fault *fault);
    enum err (*truth)(void *context, struct text line, struct fault *fault); /* may be NULL */
    void *context;
};

struct town;
struct town *town_new(const struct town_options *options, const struct town_sink *sink);
void town_free(struct town *town);

/* Lives the next hour; ERR_END when the days are over and every late message has been sent. */
NODISCARD enum err town_hour(struct town *town, struct fault *fault);

/* Who lives there at the moment, for a directory: one JSON object a home, as docs/formats.md has
 * it. Names and numbers are invented, and look it. */
NODISCARD enum err town_directory(const struct town *town,
                                  enum err (*each)(void *context, struct text line,
                                                   struct fault *fault),
                                  void *context, struct fault *fault);

/* UTC of the hour that comes next, and the share of the run behind it. */
int64_t town_now_s(const struct town *town);
double town_progress(const struct town *town);
/* UTC of the moment before which nobody collapses. */
int64_t town_quiet_until_s(const struct town *town);

#endif
