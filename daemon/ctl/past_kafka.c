/* SPDX-License-Identifier: Apache-2.0
 *
 * One household's messages out of Kafka, kept in memory and given out as a source.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ctl/past.h"
#include "ingest/source_weather.h"

#define POLL_MS 100
#define IDLE_MS 10000

struct kept {
    int64_t offset, timestamp_ms;
    char *payload;
    size_t bytes;
};

struct lane {
    struct kept *kept;
    size_t count, room;
};

enum { LANE_WEATHER = TOPIC_COUNT, LANE_COUNT };

struct past_messages {
    struct lane lanes[LANE_COUNT];
    int64_t gone_ms;
};

struct source_kept {
    struct source source; /* first */
    const struct past_messages *messages;
    size_t next[LANE_COUNT];
};

/* One topic while it is read. */
struct lane_reading {
    const char *household; /* NULL: everybody's */
    struct lane *lane;
    bool begun;
    int64_t gone_ms, heard_ms;
};

static void keep(void *context, const struct kafka_record *record)
{
    struct lane_reading *reading = context;
    struct lane *lane = reading->lane;
    if (!reading->begun && record->offset > 0)
        reading->gone_ms = record->timestamp_ms;
    reading->begun = true;
    reading->heard_ms = clock_monotonic_ms(&clock_machine);
    if (reading->household && !text_is(record->key, reading->household))
        return;
    if (lane->count == lane->room) {
        lane->room = lane->room ? lane->room * 2 : 256;
        lane->kept = memory_grow(lane->kept, lane->room * sizeof *lane->kept);
    }
    char *payload = memory_get(record->body.bytes + 1);
    if (record->body.bytes)
        memcpy(payload, record->body.at, record->body.bytes);
    lane->kept[lane->count++] =
        (struct kept){record->offset, record->timestamp_ms, payload, record->body.bytes};
}

static enum err read_topic(const struct kafka_common *common, const char *topic, int32_t partition,
                           struct lane_reading *reading, struct fault *fault)
{
    struct kafka_reader *reader = NULL;
    bool at_end = false;
    enum err err = kafka_reader_new(common, topic, partition, KAFKA_FROM_START, &reader, fault);
    reading->heard_ms = clock_monotonic_ms(&clock_machine);
    while (!err && !at_end) {
        err = kafka_reader_poll(reader, POLL_MS, keep, reading, &at_end, fault);
        bool waits = clock_monotonic_ms(&clock_machine) - reading->heard_ms <= IDLE_MS;
        if (err == ERR_UNREACHABLE && waits) /* a busy broker, or TLS, needs longer than a poll */
            err = ERR_OK;
        else if (!err && !at_end && !waits)
            err = fault_set(fault, ERR_TIMEOUT, "kafka topic %s: nothing comes for %d s", topic,
                            IDLE_MS / 1000);
    }
    kafka_reader_free(reader);
    return err;
}

static int compare_kept(const void *a, const void *b)
{
    const struct kept *one = a, *two = b;
    if (one->timestamp_ms != two->timestamp_ms)
        return one->timestamp_ms < two->timestamp_ms ? -1 : 1;
    return (one->offset > two->offset) - (one->offset < two->offset);
}

/* Its partitions were read as they came. */
static enum err read_weather(const struct kafka_common *common, const char *topic,
                             struct lane *lane, struct fault *fault)
{
    struct lane_reading reading = {.lane = lane};
    enum err err = read_topic(common, topic, -1, &reading, fault);
    if (lane->count)
        qsort(lane->kept, lane->count, sizeof *lane->kept, compare_kept);
    return err;
}

enum err past_messages_read(const struct kafka_common *common, const struct past_place *place,
                            struct past_messages **out, struct fault *fault)
{
    struct past_messages *messages = memory_get(sizeof *messages);
    enum err err = read_weather(common, place->weather, &messages->lanes[LANE_WEATHER], fault);
    for (int i = 0; i < TOPIC_COUNT && !err; i++) {
        struct lane_reading reading = {.household = place->household, .lane = &messages->lanes[i]};
        err = read_topic(common, place->topics[i], (int32_t)place->partition, &reading, fault);
        if (reading.gone_ms > messages->gone_ms)
            messages->gone_ms = reading.gone_ms;
    }
    if (err)
        past_messages_free(messages);
    else
        *out = messages;
    return err;
}

static void lane_done(struct lane *lane)
{
    for (size_t i = 0; i < lane->count; i++)
        free(lane->kept[i].payload);
    free(lane->kept);
}

void past_messages_free(struct past_messages *messages)
{
    if (!messages)
        return;
    for (int i = 0; i < LANE_COUNT; i++)
        lane_done(&messages->lanes[i]);
    free(messages);
}

int64_t past_messages_gone_ms(const struct past_messages *messages)
{
    return messages->gone_ms;
}

/* ---- the source ---- */

static const struct kept *head(const struct source_kept *own, int lane)
{
    const struct lane *from = &own->messages->lanes[lane];
    return own->next[lane] < from->count ? &from->kept[own->next[lane]] : NULL;
}

/* Weather of the same moment is known by then. */
static int earliest(const struct source_kept *own)
{
    int best = LANE_WEATHER;
    for (int i = 0; i < TOPIC_COUNT; i++)
        if (head(own, i) &&
            (!head(own, best) || head(own, i)->timestamp_ms < head(own, best)->timestamp_ms))
            best = i;
    return best;
}

static struct delivery delivery_of(const struct kept *kept, int lane)
{
    bool weather = lane == LANE_WEATHER;
    return (struct delivery){.partition = weather ? SOURCE_EVERYWHERE : 0,
                             .topic = weather ? MESSAGE_WEATHER : (enum message_type)lane,
                             .lane = weather ? 0 : (uint32_t)lane,
                             .offset = kept->offset,
                             .arrived_ms = kept->timestamp_ms,
                             .payload = {kept->payload, kept->bytes}};
}

static enum err kept_poll(struct source *port, struct delivery *out, size_t max, int timeout_ms,
                          size_t *count, struct fault *fault)
{
    struct source_kept *own = (struct source_kept *)port;
    (void)timeout_ms;
    (void)fault;
    for (*count = 0; *count < max; (*count)++) {
        int lane = earliest(own);
        const struct kept *kept = head(own, lane);
        if (!kept)
            return *count ? ERR_OK : ERR_END;
        own->next[lane]++;
        out[*count] = delivery_of(kept, lane);
    }
    return ERR_OK;
}

static void kept_free(struct source *port)
{
    free(port);
}

static const struct source_ops kept_ops = {.poll = kept_poll, .free = kept_free};

enum err past_messages_open(void *messages, struct source **out, struct fault *fault)
{
    struct source_kept *own = memory_get(sizeof *own);
    (void)fault;
    own->source.ops = &kept_ops;
    own->messages = messages;
    *out = &own->source;
    return ERR_OK;
}
