/* SPDX-License-Identifier: Apache-2.0 */
#include "ingest/source_weather.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define WAIT_MS      10000
#define ASK_AGAIN_MS 1000

/* A weather record outlives the reader's callback. */
struct weather_record {
    uint32_t partition;
    int64_t offset, timestamp_ms;
    char *bytes; /* key, then body */
    size_t key_bytes, body_bytes;
};

struct source_weather {
    struct kafka_reader *reader;
    struct weather_record *records; /* given out: the first `records_out` */
    size_t record_count, record_room, records_out;
    bool read, missed;
    int64_t give_up_ms, ask_ms;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

enum err source_weather_new(const struct kafka_common *common, const char *topic,
                            struct source_weather **out, struct fault *fault)
{
    struct source_weather *weather = memory_get(sizeof *weather);
    enum err err = kafka_reader_new(common, topic, -1, KAFKA_FROM_START, &weather->reader, fault);
    weather->give_up_ms = now_ms() + WAIT_MS;
    if (err)
        source_weather_free(weather);
    else
        *out = weather;
    return err;
}

void source_weather_free(struct source_weather *weather)
{
    if (!weather)
        return;
    kafka_reader_free(weather->reader);
    weather->records_out = weather->record_count;
    source_weather_done(weather);
    free(weather->records);
    free(weather);
}

static void on_weather(void *context, const struct kafka_record *from)
{
    struct source_weather *weather = context;
    if (weather->record_count == weather->record_room) {
        weather->record_room = weather->record_room ? weather->record_room * 2 : 64;
        weather->records =
            memory_grow(weather->records, weather->record_room * sizeof *weather->records);
    }
    struct weather_record *record = &weather->records[weather->record_count++];
    *record = (struct weather_record){
        .partition = from->partition,
        .offset = from->offset,
        .timestamp_ms = from->timestamp_ms,
        .bytes = memory_get(from->key.bytes + from->body.bytes),
        .key_bytes = from->key.bytes,
        .body_bytes = from->body.bytes,
    };
    if (from->key.bytes)
        memcpy(record->bytes, from->key.at, from->key.bytes);
    if (from->body.bytes)
        memcpy(record->bytes + from->key.bytes, from->body.at, from->body.bytes);
}

void source_weather_done(struct source_weather *weather)
{
    for (size_t i = 0; i < weather->records_out; i++)
        free(weather->records[i].bytes);
    weather->record_count -= weather->records_out;
    if (weather->records_out)
        memmove(weather->records, weather->records + weather->records_out,
                weather->record_count * sizeof *weather->records);
    weather->records_out = 0;
}

/* Rules depend on weather, so it is read to its end before the first household; a topic that does
 * not answer must not keep households waiting for ever. */
static void weather_poll(struct source_weather *weather)
{
    struct fault fault = {0};
    bool at_end = false;
    if (now_ms() < weather->ask_ms)
        return;
    if (kafka_reader_poll(weather->reader, 0, on_weather, weather, &at_end, &fault))
        weather->ask_ms = now_ms() + (weather->missed ? WAIT_MS : ASK_AGAIN_MS);
    if (at_end)
        weather->read = true;
    if (weather->read || weather->missed || now_ms() < weather->give_up_ms)
        return;
    weather->missed = true;
    log_line(LOG_WARNING, "weather was not read to its end",
             "waited_s=%d detail=\"%s\" remedy=\"households go on without it; is the topic "
             "there?\"",
             WAIT_MS / 1000, fault.text);
}

size_t source_weather_take(struct source_weather *weather, struct delivery *out, size_t max)
{
    size_t count = 0;
    if (!weather->record_count)
        weather_poll(weather);
    for (size_t i = weather->records_out; i < weather->record_count && count < max; i++) {
        const struct weather_record *record = &weather->records[i];
        out[count++] = (struct delivery){
            .partition = SOURCE_EVERYWHERE,
            .topic = MESSAGE_WEATHER,
            .lane = record->partition,
            .offset = record->offset,
            .arrived_ms = record->timestamp_ms,
            .key = {record->bytes, record->key_bytes},
            .payload = {record->bytes + record->key_bytes, record->body_bytes},
        };
    }
    weather->records_out += count;
    return count;
}

bool source_weather_settled(const struct source_weather *weather)
{
    return (weather->read && weather->records_out == weather->record_count) || weather->missed;
}
