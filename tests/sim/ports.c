/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define NESTED_STEPS_MAX 20

/* ---- the source, and what the consumer group does to it ---- */

struct sim_source {
    struct source source; /* first */
    struct source_owner owner;
    struct sim_worker *worker;
    bool running[SIM_PARTITIONS_MAX];
    int64_t at[SIM_PARTITIONS_MAX][TOPIC_COUNT];
};

bool sim_source_runs(const struct sim_source *source, uint32_t p)
{
    return source->running[p];
}

static int earliest(const struct sim_source *source, uint32_t p)
{
    const struct sim *sim = source->worker->sim;
    int best = -1;
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        const struct sim_lane *from = &sim->lanes[p][lane];
        if ((size_t)source->at[p][lane] >= from->count)
            continue;
        if (best < 0 || from->messages[source->at[p][lane]].arrived_ms <
                            sim->lanes[p][best].messages[source->at[p][best]].arrived_ms)
            best = lane;
    }
    return best;
}

bool sim_lanes_read(const struct sim_source *source, uint32_t p)
{
    return earliest(source, p) < 0;
}

static void place(struct sim_source *source, uint32_t p, const int64_t resume[TOPIC_COUNT])
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        source->at[p][lane] = resume[lane] < 0 ? 0 : resume[lane];
}

static bool is_held(const struct sim *sim, uint32_t p, const struct sim_worker *but)
{
    for (int w = 0; w < SIM_WORKERS_MAX; w++) {
        const struct sim_worker *other = &sim->workers[w];
        if (other != but && other->worker && !other->dead && other->source->running[p])
            return true;
    }
    return false;
}

/* In order, the old owner lets go before the new one is told; over an expired session not. */
static void follow_group(struct sim_source *source, uint32_t p)
{
    struct sim *sim = source->worker->sim;
    bool ours = sim->owner_of[p] == source->worker->number;
    if (source->running[p] && (!ours || sim->expired[p])) {
        source->running[p] = false;
        source->owner.revoked(source->owner.owner, p, sim->expired[p]);
        if (ours)
            sim->expired[p] = false;
    }
    if (!ours || source->running[p] || (!sim->expired[p] && is_held(sim, p, source->worker)))
        return;
    int64_t resume[TOPIC_COUNT];
    if (!source->owner.assigned(source->owner.owner, p, resume))
        return;
    source->running[p] = true;
    place(source, p, resume);
}

static size_t serve(struct sim_source *source, uint32_t p, struct delivery *out, size_t max)
{
    struct sim *sim = source->worker->sim;
    size_t count = 0;
    for (int lane = 0; sim_happens(sim, SIM_STUTTER) && lane < TOPIC_COUNT; lane++) {
        int64_t back = sim_roll(sim, 8);
        source->at[p][lane] -= source->at[p][lane] < back ? source->at[p][lane] : back;
    }
    for (int lane; count < max && (lane = earliest(source, p)) >= 0; count++) {
        int64_t offset = source->at[p][lane]++;
        const struct sim_message *message = &sim->lanes[p][lane].messages[offset];
        out[count] = (struct delivery){.partition = p,
                                       .topic = (enum message_type)lane,
                                       .lane = (uint32_t)lane,
                                       .offset = offset,
                                       .arrived_ms = message->arrived_ms,
                                       .key = text_of(message->key),
                                       .payload = message->payload};
    }
    return count;
}

static enum err source_poll(struct source *port, struct delivery *out, size_t max, int timeout_ms,
                            size_t *count, struct fault *fault)
{
    struct sim_source *source = (struct sim_source *)port;
    struct sim *sim = source->worker->sim;
    (void)timeout_ms;
    *count = 0;
    for (uint32_t p = 0; p < sim->partitions; p++) {
        follow_group(source, p);
        if (source->worker->dead)
            return fault_set(fault, ERR_UNREACHABLE, "crashed");
    }
    uint32_t first = sim_roll(sim, sim->partitions);
    for (uint32_t i = 0; i < sim->partitions; i++) {
        uint32_t p = (first + i) % sim->partitions;
        if (source->running[p] && sim->hidden_turns[p] == 0)
            *count += serve(source, p, out + *count, sim_roll(sim, (uint32_t)(max - *count) + 1));
    }
    return ERR_OK;
}

static enum err source_seek(struct source *port, uint32_t p, const int64_t resume[TOPIC_COUNT],
                            struct fault *fault)
{
    struct sim_source *source = (struct sim_source *)port;
    if (!source->running[p])
        return fault_set(fault, ERR_NOT_FOUND, "partition %u is not ours to seek", p);
    place(source, p, resume);
    return ERR_OK;
}

static void source_commit(struct source *port, uint32_t p, const int64_t resume[TOPIC_COUNT])
{
    struct sim_source *source = (struct sim_source *)port;
    struct sim *sim = source->worker->sim;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (resume[lane] > (int64_t)sim->lanes[p][lane].count)
            sim_fail(sim,
                     "Kafka is told of offset %lld in lane %d of partition %u, which ends at "
                     "%zu",
                     (long long)resume[lane], lane, p, sim->lanes[p][lane].count);
}

static void source_hold(struct source *port, uint32_t p)
{
    (void)port, (void)p;
}

static bool source_at_end(struct source *port, uint32_t p)
{
    return sim_lanes_read((struct sim_source *)port, p);
}

static void port_free(struct source *port)
{
    free(port);
}

static const struct source_ops source_ops = {
    .poll = source_poll,
    .seek = source_seek,
    .hold = source_hold,
    .commit = source_commit,
    .at_end = source_at_end,
    .caught_up = source_at_end,
    .free = port_free,
};

struct sim_source *sim_source_new(struct sim_worker *worker, const struct source_owner *owner)
{
    struct sim_source *source = memory_get(sizeof *source);
    source->source.ops = &source_ops;
    source->owner = *owner;
    source->worker = worker;
    return source;
}

/* ---- the publisher ---- */

struct pending {
    void *token;
    struct sim_sent sent;
};

struct sim_publisher {
    struct publisher publisher; /* first */
    struct sim_worker *worker;
    struct pending *pending;
    size_t count, room;
};

static char *id_of(const struct publisher_header *headers, size_t count)
{
    struct buffer id = {0};
    for (size_t i = 0; i < count; i++) {
        if (i)
            buffer_text(&id, " ");
        buffer_add(&id, headers[i].value.at, headers[i].value.bytes);
    }
    return id.at;
}

static enum err publish(struct publisher *port, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault)
{
    struct sim_publisher *publisher = (struct sim_publisher *)port;
    struct sim *sim = publisher->worker->sim;
    if (publisher->worker->dead)
        return fault_set(fault, ERR_UNREACHABLE, "crashed");
    if (sim_happens(sim, SIM_BUSY))
        return fault_set(fault, ERR_BUSY, "the queue is full");
    if (publisher->count == publisher->room) {
        publisher->room = publisher->room ? publisher->room * 2 : 64;
        publisher->pending =
            memory_grow(publisher->pending, publisher->room * sizeof *publisher->pending);
    }
    publisher->pending[publisher->count++] =
        (struct pending){token,
                         {.topic = topic,
                          .partition = sim_partition_of(key, sim->partitions),
                          .key = memory_text(key),
                          .id = id_of(headers, header_count),
                          .body = {memory_text(body), body.bytes}}};
    return ERR_OK;
}

/* What goes to the household topic comes back as a message. */
static void feed_back(struct sim *sim, const struct sim_sent *sent)
{
    if (sent->topic != PUBLISH_HOUSEHOLD)
        return;
    int home = SIM_NOBODY;
    for (int i = 0; i < sim->home_count[sent->partition]; i++)
        if (strcmp(sim->homes[sent->partition][i], sent->key) == 0)
            home = i;
    sim_put(sim, sent->partition, MESSAGE_HOUSEHOLD, sim->clock.clock.set_ms, home, "%s",
            sent->body.at);
}

static void deliver(struct sim_publisher *publisher, struct pending *one)
{
    struct sim *sim = publisher->worker->sim;
    bool arrives = !sim_happens(sim, SIM_UNSENT);
    bool told = arrives && !sim_happens(sim, SIM_UNTOLD);
    struct sim_sent sent = one->sent;
    uint32_t partition = sent.partition;
    int64_t offset = sim->sent_ends[sent.topic][partition];
    if (arrives) {
        feed_back(sim, &sent);
        sim_keep_sent(sim, &sent);
    } else {
        sim_sent_done(&sent);
    }
    worker_published(publisher->worker->worker, one->token, told ? ERR_OK : ERR_UNREACHABLE,
                     partition, told ? offset : -1);
}

static void publisher_poll(struct publisher *port, int timeout_ms)
{
    struct sim_publisher *publisher = (struct sim_publisher *)port;
    struct sim *sim = publisher->worker->sim;
    /* Whoever waits gets something; else it is a matter of luck how much is told by now. */
    size_t most = sim->faulty && !timeout_ms ? sim_roll(sim, 8) : publisher->count;
    while (publisher->count && most-- > 0 && !publisher->worker->dead) {
        struct pending one = publisher->pending[0];
        memmove(publisher->pending, publisher->pending + 1, --publisher->count * sizeof one);
        deliver(publisher, &one);
    }
}

static enum err publisher_flush(struct publisher *port, int timeout_ms)
{
    publisher_poll(port, timeout_ms);
    return ((struct sim_publisher *)port)->count ? ERR_TIMEOUT : ERR_OK;
}

/* What was under way when the process ended may have arrived, from the first on. */
static void publisher_free(struct publisher *port)
{
    struct sim_publisher *publisher = (struct sim_publisher *)port;
    struct sim *sim = publisher->worker->sim;
    size_t arrive = sim_roll(sim, (uint32_t)publisher->count + 1);
    for (size_t i = 0; i < publisher->count; i++) {
        struct sim_sent *sent = &publisher->pending[i].sent;
        if (i < arrive) {
            feed_back(sim, sent);
            sim_keep_sent(sim, sent);
        } else {
            sim_sent_done(sent);
        }
    }
    free(publisher->pending);
    free(publisher);
}

static const struct publisher_ops publisher_ops = {publish, publisher_poll, publisher_flush,
                                                   publisher_free};

struct publisher *sim_publisher_new(struct sim_worker *worker)
{
    struct sim_publisher *publisher = memory_get(sizeof *publisher);
    publisher->publisher.ops = &publisher_ops;
    publisher->worker = worker;
    return &publisher->publisher;
}

/* ---- a worker ---- */

enum err sim_read_log(void *context, uint32_t partition, int64_t from,
                      void (*each)(void *, struct text event, int64_t offset), void *each_context,
                      struct fault *fault)
{
    const struct sim_worker *worker = context;
    const struct sim *sim = worker->sim;
    if (worker->dead)
        return fault_set(fault, ERR_UNREACHABLE, "crashed");
    for (size_t i = 0; i < sim->sent_count; i++) {
        const struct sim_sent *sent = &sim->sent[i];
        if (sent->topic == PUBLISH_ALERTS && sent->partition == partition && sent->offset >= from)
            each(each_context, sent->body, sent->offset);
    }
    return ERR_OK;
}

static void note(void *context, const struct finding *finding)
{
    const struct sim_worker *worker = context;
    struct sim *sim = worker->sim;
    uint32_t p = sim_partition_of(text_of(finding->household), sim->partitions);
    sim_trace("sim: worker %d has finding %lld of %s for %s", worker->number,
              (long long)finding->seq, finding->detector->name, finding->household);
    /* Of a record that has gone back in time, by a worker that has not noticed: the next write is
     * refused, and all of it forgotten. */
    if (worker->taken_over[p] != sim->rewinds)
        return;
    if (sim->noted_count == sim->noted_room) {
        sim->noted_room = sim->noted_room ? sim->noted_room * 2 : 64;
        sim->noted = memory_grow(sim->noted, sim->noted_room * sizeof *sim->noted);
    }
    struct sim_noted *noted = &sim->noted[sim->noted_count++];
    *noted = (struct sim_noted){.detector = finding->detector_index, .seq = finding->seq};
    (void)text_copy(text_of(finding->household), noted->household, sizeof noted->household);
}

void sim_worker_start(struct sim *sim, int number)
{
    struct sim_worker *worker = &sim->workers[number];
    *worker = (struct sim_worker){.sim = sim, .number = number};
    struct worker_options options = {.config = sim->config,
                                     .store = sim_store_new(worker),
                                     .clock = &sim->clock.clock,
                                     .partitions = sim->partitions,
                                     .partition_of = sim_partition_of,
                                     .timers = true,
                                     .arrival_clock = !sim->people,
                                     .read_log = sim_read_log,
                                     .read_log_context = worker,
                                     .noted = note,
                                     .context = worker};
    worker->worker = worker_new(&options);
    struct source_owner owner = worker_owner(worker->worker);
    worker->source = sim_source_new(worker, &owner);
    worker_set_publisher(worker->worker, sim_publisher_new(worker));
    worker_set_source(worker->worker, &worker->source->source);
}

void sim_worker_end(struct sim_worker *worker)
{
    worker_free(worker->worker);
    worker->worker = NULL;
    worker->source = NULL;
}
