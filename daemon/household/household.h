/* SPDX-License-Identifier: Apache-2.0
 *
 * A household: applies messages to its record, judges what is ripe, and hands over findings. Owned
 * by the worker that owns its partition; no I/O in here, time comes in with the message.
 *
 * Live readings are judged as they come. A reading older than two intervals at arrival leaves its
 * meter unsettled: the batch is judged as a whole (household_settle) once nothing late has come for
 * ingest.settle, so that life at 08:00 cancels silence at 03:00.
 */
#ifndef ANBU_HOUSEHOLD_HOUSEHOLD_H
#define ANBU_HOUSEHOLD_HOUSEHOLD_H

#include "base/zone.h"
#include "config/config.h"
#include "household/area_hour.h"
#include "household/census.h"
#include "household/finding.h"
#include "household/heard.h"
#include "household/record.h"
#include "ingest/message.h"
#include "ingest/reject.h"

struct weather_table; /* weather.h */

/* What messages are judged in: one a worker, its times set for each message. */
struct household_context {
    const struct config *config;
    struct tuning_cache *tuning;
    const struct weather_table *weather;
    int64_t arrived_ms; /* of the message, or the settling moment */
    int64_t wall_ms;
    void (*found)(void *owner, uint32_t partition, const struct finding *finding);
    /* Told of each measured hour of a home whose area or feeder is known; may be NULL. */
    void (*measured)(void *owner, const struct area_hour *hour);
    /* Told of each reading that says something new; may be NULL. */
    void (*heard)(void *owner, const struct heard *heard);
    /* What prices are in the partition; NULL: as in the training. */
    struct census *census;
    /* Told what the home comes to; may be NULL. */
    void (*counted)(void *owner, const struct census_count *count);
    void *owner;
};

struct household {
    struct text id; /* borrowed from the cache entry */
    uint32_t partition;
    void *bytes; /* the record */
    uint32_t size;
    const struct zone *zone; /* NULL: not looked up yet */
};

/* Applies one message at (lane, offset). REJECT_NONE when applied, or skipped because its offset
 * was applied before or the household has opted out (*skipped). *detail names a field. */
NODISCARD enum reject household_apply(struct household *household, const struct message *message,
                                      unsigned lane, int64_t offset,
                                      const struct household_context *context, bool *skipped,
                                      const char **detail);

/* Judges what has been waiting; no-op when nothing is. */
void household_settle(struct household *household, const struct household_context *context);

/* The zone of the profile, else the usual one (ingest.timezone), else UTC. */
const struct zone *household_zone(const struct record *record, const char *usual);

/* Hours from a collapse in it to an alert, OUTLOOK_UNKNOWN, or 0 where nobody asks. */
int household_outlook_h(const struct household *household);

/* When it wants household_settle (arrival time); 0 never. */
int64_t household_settle_ms(const struct household *household);

#endif
