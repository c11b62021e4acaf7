/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/internal.h"
#include "sim.h"

#define FAULTS_MAX 40

#define TEXT_OF(name, what, rate) [SIM_##name] = (what),
const char *const sim_fault_texts[SIM_FAULT_COUNT] = {SIM_FAULTS(TEXT_OF)};
#define RATE_OF(name, what, rate) [SIM_##name] = (rate),
static const unsigned rates_max[SIM_FAULT_COUNT] = {SIM_FAULTS(RATE_OF)};

/* splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t sim_roll(struct sim *sim, uint32_t below)
{
    return (uint32_t)(mix(&sim->rolled) >> 32) % below;
}

bool sim_happens(struct sim *sim, enum sim_fault fault)
{
    if (!sim->faulty || sim->faults_left <= 0 || !sim->rates[fault] ||
        sim_roll(sim, 1000) >= sim->rates[fault])
        return false;
    sim->faults[fault]++;
    sim->faults_left--;
    return true;
}

void sim_trace(const char *format, ...)
{
    va_list arguments;
    if (!getenv("ANBU_SIM_LOG"))
        return;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
}

void sim_fail(struct sim *sim, const char *format, ...)
{
    char text[4096];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!sim->failure.bytes)
        buffer_text(&sim->failure, text);
}

uint32_t sim_partition_of(struct text key, uint32_t partitions)
{
    return key.bytes > 2 ? (uint32_t)(key.at[2] - '0') % partitions : 0;
}

void sim_put(struct sim *sim, uint32_t partition, unsigned lane, int64_t arrived_ms, int home,
             const char *format, ...)
{
    char body[2048];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    struct sim_lane *to = &sim->lanes[partition][lane];
    if (to->count == to->room) {
        to->room = to->room ? to->room * 2 : 64;
        to->messages = memory_grow(to->messages, to->room * sizeof *to->messages);
    }
    const char *key = home == SIM_NOBODY ? sim->homes[partition][0] : sim->homes[partition][home];
    to->messages[to->count++] = (struct sim_message){
        arrived_ms, home, memory_text(text_of(key)), {memory_text(text_of(body)), strlen(body)}};
}

void sim_sent_done(struct sim_sent *sent)
{
    free(sent->key);
    free(sent->id);
    free((void *)(uintptr_t)sent->body.at);
}

/* One event id, one content: whatever was sent again. */
void sim_keep_sent(struct sim *sim, struct sim_sent *sent)
{
    for (size_t i = sim->sent_count; i-- > 0;) {
        const struct sim_sent *other = &sim->sent[i];
        if (other->topic != sent->topic || strcmp(other->id, sent->id) != 0)
            continue;
        if (!text_equal(other->body, sent->body))
            sim_fail(sim, "event %s has two contents:\n%s\n%s", sent->id, other->body.at,
                     sent->body.at);
        break;
    }
    if (sim->sent_count == sim->sent_room) {
        sim->sent_room = sim->sent_room ? sim->sent_room * 2 : 64;
        sim->sent = memory_grow(sim->sent, sim->sent_room * sizeof *sim->sent);
    }
    sim_trace("sim: %s has got %s", sent->topic == PUBLISH_ALERTS ? "alerts" : "a topic", sent->id);
    sent->offset = sim->sent_ends[sent->topic][sent->partition]++;
    sim->sent[sim->sent_count++] = *sent;
}

static int64_t wall_ms(const struct clock *clock)
{
    return clock->set_ms;
}

static int64_t monotonic_ms(const struct clock *clock)
{
    return ((const struct sim_clock *)clock)->monotonic_ms;
}

/* Every alert climbs one; those of the night wait first, and go on in somebody's hand. */
static const char ladders[] = "ladders:\n"
                              "  - {name: day, hours: 08:00-20:00, steps: [\n"
                              "      {channel: message, whom: resident, wait: 20m},\n"
                              "      {channel: phone, whom: contact_person, wait: 40m},\n"
                              "      {channel: police, whom: police}]}\n"
                              "  - {name: night, after: 30m, when_taken: go_on, steps: [\n"
                              "      {channel: message, whom: resident, wait: 1h},\n"
                              "      {channel: visit, whom: community_officer, wait: 3h}]}\n";

void sim_begin(struct sim *sim, uint64_t seed, uint64_t town)
{
    static const char *const sets[] = {"silence.learning_days=14", "daemon.flush_interval=2s",
                                       "daemon.takeover_grace=3s", "ingest.settle=30m"};
    const char *all[8];
    char batch[32], cache[32];
    size_t count = sizeof sets / sizeof sets[0];
    struct config_errors errors = {0};
    struct config_input input = {
        .path = "simulation", .text = {ladders, sizeof ladders - 1}, .sets = all};
    *sim = (struct sim){.seed = seed, .rolled = seed, .faults_left = FAULTS_MAX};
    memcpy(all, sets, sizeof sets);
    uint64_t state = town;
    sim->partitions = 1 + (uint32_t)(mix(&state) % SIM_PARTITIONS_MAX);
    (void)snprintf(batch, sizeof batch, "daemon.batch=%u", 1 + sim_roll(sim, 60));
    (void)snprintf(cache, sizeof cache, "daemon.cache=4M");
    all[count++] = batch;
    all[count++] = cache;
    input.set_count = count;
    if (config_read(detectors, detector_count, &input, &sim->config, &errors))
        sim_fail(sim, "configuration: %s", errors.text.at);
    config_errors_done(&errors);
    sim->clock.clock = (struct clock){.wall_ms = wall_ms,
                                      .monotonic_ms = monotonic_ms,
                                      .set_ms = (SIM_START_S + 60 * SIM_DAY_S) * 1000};
    sim->clock.monotonic_ms = 1000000;
    sim->store = store_memory_new();
    for (int p = 0; p < SIM_PARTITIONS_MAX; p++)
        sim->owner_of[p] = SIM_NOBODY;
    for (int w = 0; w < SIM_WORKERS_MAX; w++)
        sim->workers[w] = (struct sim_worker){.sim = sim, .number = w};
    /* Half of the kinds of fault, each at a rate of its own: some only show when others are away.
     */
    for (int f = 0; f < SIM_FAULT_COUNT; f++)
        sim->rates[f] = sim_roll(sim, 2) ? 1 + sim_roll(sim, rates_max[f]) : 0;
    sim_town(sim, town);
}

void sim_end(struct sim *sim)
{
    for (int w = 0; w < SIM_WORKERS_MAX; w++)
        sim_worker_end(&sim->workers[w]);
    for (int p = 0; p < SIM_PARTITIONS_MAX; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++) {
            struct sim_lane *from = &sim->lanes[p][lane];
            for (size_t i = 0; i < from->count; i++) {
                free(from->messages[i].key);
                free((void *)(uintptr_t)from->messages[i].payload.at);
            }
            free(from->messages);
        }
    for (size_t i = 0; i < sim->sent_count; i++)
        sim_sent_done(&sim->sent[i]);
    free(sim->sent);
    free(sim->deeds);
    free(sim->erased);
    free(sim->noted);
    store_memory_image_free(sim->image);
    sim->store->ops->free(sim->store);
    config_free(sim->config);
    buffer_done(&sim->failure);
}
