/* SPDX-License-Identifier: Apache-2.0
 *
 * A household as it was: its own messages go once more through the daemon's pipeline, in memory, up
 * to a moment. The record keeps no earlier state, so this is the one honest way; what is no longer
 * retained is missing in it, the configuration is today's, and a batch is judged when it had
 * settled by its arrivals, which the daemon's own clock may have done a message sooner or later.
 * One thread.
 */
#ifndef ANBU_CTL_PAST_H
#define ANBU_CTL_PAST_H

#include "config/config.h"
#include "ingest/source.h"
#include "kafka/kafka.h"

struct past {
    const struct config *config;
    /* The messages from their beginning; asked for each pass. */
    enum err (*open)(void *context, struct source **out, struct fault *fault);
    void *context;
    const char *household; /* "": not known, `alert` says which */
    int64_t at_ms;         /* what had arrived by then; INT64_MAX: all */
    const char *alert;     /* its id or how that begins: to where it was raised; NULL */
    int64_t alert_ms;      /* when the daemon raised it; 0 not known */
    int64_t first_seen_s;  /* as its record in the store says now; 0 not known */
    int64_t gone_ms;       /* of retention: what arrived before is not there; 0 nothing is gone */
    /* Of its partition, as the store has them (household/census.h): prices. None: the training's,
     * or, where the alert alone is known, those of all homes that are there. */
    struct text counts;
};

/* {"household","at","alert","reproduced","messages","from","since"} and what household_show has.
 * `at`: the moment asked for, or of the raising; `reproduced`: whether the alert was raised here as
 * well: where the prices of its week are no longer kept, or under this configuration, it may not
 * be, and is then shown as of when the daemon raised it (null without an alert); `from`: arrival of
 * the first message; `since`: what arrived before is no longer there, null when nothing is missing.
 * ERR_NOT_FOUND with a fault that says what is there instead; ERR_REFUSED when the household opted
 * out then or later, whoever lives there now. */
NODISCARD enum err past_show(const struct past *past, struct buffer *json, struct fault *fault);

/* Where a household's messages lie, as the daemon tells. */
struct past_place {
    const char *topics[TOPIC_COUNT];
    const char *weather;
    uint32_t partition;
    const char *household;
};
struct past_messages;
/* Reads the partition, and all of the weather, from the oldest retained message to its end now;
 * keeps the household's. */
NODISCARD enum err past_messages_read(const struct kafka_common *common,
                                      const struct past_place *place, struct past_messages **out,
                                      struct fault *fault);
void past_messages_free(struct past_messages *messages);
/* As struct past has it: arrival of the oldest of a partition whose beginning is gone. */
int64_t past_messages_gone_ms(const struct past_messages *messages);
/* A source over them, merged by timestamp; the weather as well, for of temperatures no more is kept
 * than the latest days. `messages` (a struct past_messages) must outlive it. */
NODISCARD enum err past_messages_open(void *messages, struct source **out, struct fault *fault);

#endif
