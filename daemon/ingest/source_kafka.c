/* SPDX-License-Identifier: Apache-2.0
 *
 * How a partition runs: the group gives it (all four lanes), the owner is asked for its offsets,
 * again and again until it has them, and only then are its lanes read; not while the owner
 * holds it. Positions change in one way alone: `moved` is set and the next poll assigns every
 * running lane anew, at the offset that follows what was taken from it.
 */
#include "ingest/source_kafka.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "ingest/source_weather.h"
#include "kafka/consumer.h"
#include "kafka/ends.h"

#define LANE_BUFFER       128
#define ASK_AGAIN_MS      500
#define ASK_REST_TIMES    4
#define ASK_TURN_MS       200
#define WAIT_SLICE_MS     100
#define COMMITTED_ASK_MS  5000
#define JUDGE_AGAIN_MS    500
#define ENDS_ASK_MS       1000
#define ENDS_ASK_AGAIN_MS 5000 /* after no answer */

struct lane {
    struct kafka_message waiting[LANE_BUFFER];
    uint32_t first, count; /* of waiting, from the oldest */
    int64_t next;          /* the lowest offset that may come; OFFSET_NONE: not known yet */
    int64_t handed;        /* after the last one given out, else where it began; OFFSET_NONE */
    int64_t origin;        /* where kafka.start led, while nothing was stored; else OFFSET_NONE */
    bool at_end;           /* and no message came after that */
    bool gone;             /* `next` is not in the log: judged once all taken is dealt with */
    int64_t judge_ms;      /* when, at the earliest */
};

enum partition_state {
    PARTITION_ASKING, /* the group gave it, the owner has not taken it */
    PARTITION_RUNNING,
    PARTITION_HELD, /* the owner took it and has lost it: it will seek */
};

struct partition {
    uint32_t number;
    enum partition_state state;
    int64_t ask_ms; /* when its owner is asked again */
    bool lanes_given[TOPIC_COUNT];
    struct lane lanes[TOPIC_COUNT];
};

struct source_kafka {
    struct source source; /* first */
    struct source_owner owner;
    struct kafka_consumer *consumer;
    struct kafka_ends *ends;
    int64_t ends_ask_ms; /* when they may be asked again */
    const char *topics[TOPIC_COUNT];
    char names[TOPIC_COUNT][OPTION_TEXT_MAX];
    bool latest;
    uint32_t partition_count;
    struct partition **partitions; /* [partition_count]; NULL: not ours */
    uint32_t turn;                 /* the partition that is served first */
    bool moved;                    /* positions are to be assigned anew */
    bool given;                    /* the group has answered since the last `taken` */
    uint32_t ask_turn;             /* the partition whose owner is asked first */

    struct kafka_message *held; /* given out by the last poll */
    size_t held_count, held_room;

    struct source_weather *weather;
};

static int64_t now_ms(void)
{
    return clock_monotonic_ms(&clock_machine);
}

/* ---- partitions come and go ---- */

static void lane_drop(struct lane *lane)
{
    for (; lane->count; lane->count--, lane->first++)
        kafka_message_done(&lane->waiting[lane->first]);
    lane->first = 0;
    lane->at_end = lane->gone = false;
}

static void lane_move(struct lane *lane, int64_t next)
{
    lane_drop(lane);
    lane->next = lane->handed = next;
    lane->origin = OFFSET_NONE;
}

static void partitions_drop(struct source_kafka *source)
{
    for (uint32_t p = 0; p < source->partition_count; p++) {
        if (!source->partitions[p])
            continue;
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            lane_drop(&source->partitions[p]->lanes[lane]);
        free(source->partitions[p]);
        source->partitions[p] = NULL;
    }
}

static bool whole(const struct partition *partition)
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (!partition->lanes_given[lane])
            return false;
    return true;
}

static void lane_begin(struct lane *lane, int64_t offset)
{
    lane->next = lane->handed = lane->origin = offset;
}

/* Where nothing is stored and kafka.start is latest, the group's committed offsets say where
 * "latest" once was: what came while we were down is not lost. Else it is where the log ends now,
 * and stays that: asked for anew, what came between would be skipped. */
static enum err resolve_latest(struct source_kafka *source, struct partition *partition,
                               struct fault *fault)
{
    struct kafka_place places[TOPIC_COUNT];
    struct kafka_end ends[TOPIC_COUNT];
    struct lane *unknown[TOPIC_COUNT];
    size_t count = 0, end_count = 0;
    for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++)
        if (partition->lanes[lane].next == OFFSET_NONE)
            places[count++] = (struct kafka_place){lane, partition->number, OFFSET_NONE};
    if (!count)
        return ERR_OK;
    enum err err =
        kafka_consumer_committed(source->consumer, places, count, COMMITTED_ASK_MS, fault);
    for (size_t i = 0; i < count && !err; i++) {
        uint32_t lane = places[i].topic;
        if (places[i].offset >= 0) {
            lane_begin(&partition->lanes[lane], places[i].offset);
            continue;
        }
        unknown[end_count] = &partition->lanes[lane];
        ends[end_count++] = (struct kafka_end){source->topics[lane], partition->number, -1};
    }
    if (!err && end_count)
        err = kafka_ends_ask(source->ends, KAFKA_FROM_END, ends, end_count, ENDS_ASK_MS, fault);
    for (size_t i = 0; i < end_count && !err; i++)
        lane_begin(unknown[i], ends[i].offset);
    return err;
}

static void ask_owner(struct source_kafka *source, struct partition *partition)
{
    int64_t resume[TOPIC_COUNT];
    struct fault fault;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        resume[lane] = OFFSET_NONE;
    if (!source->owner.assigned(source->owner.owner, partition->number, resume))
        return;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        lane_move(&partition->lanes[lane], resume[lane] < 0 ? OFFSET_NONE : resume[lane]);
    partition->state = PARTITION_RUNNING;
    source->moved = true;
    if (source->latest && resolve_latest(source, partition, &fault)) {
        /* Better late than past what was never read. */
        log_line(LOG_WARNING, "partition waits to know where it begins",
                 "partition=%u detail=\"%s\"", partition->number, fault.text);
        partition->state = PARTITION_ASKING;
        source->owner.revoked(source->owner.owner, partition->number, false);
    }
}

/* Taking a partition may take seconds, for its alerts log is read. So a turn is short, nothing is
 * asked from within a rebalance, and who takes long and refuses waits longer than it took: the
 * others' lanes are read in between, and the group hears from us. */
static void ask_owners(struct source_kafka *source)
{
    int64_t began_ms = now_ms(), from_ms = began_ms;
    uint32_t start = source->ask_turn;
    for (uint32_t i = 0; i < source->partition_count; i++) {
        uint32_t p = (start + i) % source->partition_count;
        struct partition *partition = source->partitions[p];
        if (!partition || partition->state != PARTITION_ASKING || from_ms < partition->ask_ms)
            continue;
        if (from_ms - began_ms >= ASK_TURN_MS)
            return;
        ask_owner(source, partition);
        source->ask_turn = (p + 1) % source->partition_count;
        int64_t rest_ms = (now_ms() - from_ms) * ASK_REST_TIMES;
        from_ms = now_ms();
        partition->ask_ms = from_ms + (rest_ms > ASK_AGAIN_MS ? rest_ms : ASK_AGAIN_MS);
    }
}

static enum err assign(struct source_kafka *source, struct fault *fault)
{
    struct kafka_place *places =
        memory_get((size_t)source->partition_count * TOPIC_COUNT * sizeof *places);
    size_t count = 0;
    for (uint32_t p = 0; p < source->partition_count; p++) {
        struct partition *partition = source->partitions[p];
        if (!partition || partition->state != PARTITION_RUNNING)
            continue;
        for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++) {
            int64_t next = partition->lanes[lane].next;
            if (next == OFFSET_NONE)
                next = KAFKA_FROM_START;
            places[count++] = (struct kafka_place){lane, p, next};
        }
    }
    enum err err = kafka_consumer_assign(source->consumer, places, count, fault);
    source->moved = err != ERR_OK;
    free(places);
    return err;
}

static void on_given(void *context, const struct kafka_place *places, size_t count)
{
    struct source_kafka *source = context;
    struct fault fault;
    partitions_drop(source);
    for (size_t i = 0; i < count; i++) {
        struct partition **partition = &source->partitions[places[i].partition];
        if (!*partition) {
            *partition = memory_get(sizeof **partition);
            (*partition)->number = places[i].partition;
        }
        (*partition)->lanes_given[places[i].topic] = true;
    }
    for (uint32_t p = 0; p < source->partition_count; p++) {
        if (!source->partitions[p] || whole(source->partitions[p]))
            continue;
        log_line(LOG_ERROR, "partition is not in all topics",
                 "partition=%u remedy=\"household-keyed topics need equal partition counts\"", p);
        free(source->partitions[p]);
        source->partitions[p] = NULL;
    }
    source->given = true;
    /* The group waits for an answer: an empty one, for nobody has been asked. */
    if (assign(source, &fault)) {
        log_line(LOG_ERROR, "kafka assignment", "detail=\"%s\"", fault.text);
        source->moved = true;
    }
}

static void on_taken(void *context, bool lost)
{
    struct source_kafka *source = context;
    for (uint32_t p = 0; p < source->partition_count; p++)
        if (source->partitions[p] && source->partitions[p]->state != PARTITION_ASKING)
            source->owner.revoked(source->owner.owner, p, lost);
    partitions_drop(source);
    source->given = false;
    source->moved = false;
}

/* ---- the merge ---- */

static void lane_end(struct lane *lane, int64_t end_offset)
{
    if (lane->next == OFFSET_NONE)
        lane->origin = end_offset;
    if (end_offset > lane->next)
        lane->next = end_offset; /* past what only marks transactions */
    lane->at_end = true;
}

static enum err ask_ends(struct source_kafka *source, uint32_t partition, uint32_t lane,
                         int64_t *low, int64_t *high, struct fault *fault)
{
    struct kafka_end first = {source->topics[lane], partition, -1}, end = first;
    enum err err = kafka_ends_ask(source->ends, KAFKA_FROM_START, &first, 1, ENDS_ASK_MS, fault);
    if (!err)
        err = kafka_ends_ask(source->ends, KAFKA_FROM_END, &end, 1, ENDS_ASK_MS, fault);
    *low = first.offset;
    *high = end.offset;
    return err;
}

/* Retention took what nobody has read. */
static void lane_lost(struct source_kafka *source, const struct partition *partition,
                      uint32_t number, int64_t low)
{
    int64_t next = partition->lanes[number].next;
    log_line(LOG_ERROR, "messages lost before they were read",
             "topic=%s partition=%u from=%lld to=%lld remedy=\"retention took them; keep more of "
             "the topic, and let the sender send them again\"",
             source->topics[number], partition->number, (long long)next, (long long)low - 1);
    if (source->owner.lost)
        source->owner.lost(source->owner.owner, partition->number, number, next, low);
}

/* The topic was made anew, or cut by an unclean election. False: the owner is not ready for it. */
static bool lane_anew(struct source_kafka *source, const struct partition *partition,
                      uint32_t number, int64_t low, int64_t high)
{
    const struct source_owner *owner = &source->owner;
    int64_t next = partition->lanes[number].next;
    if (owner->anew && !owner->anew(owner->owner, partition->number, number, low))
        return false;
    log_line(LOG_ERROR, "topic made anew or cut",
             "topic=%s partition=%u expected=%lld end=%lld remedy=\"%s\"", source->topics[number],
             partition->number, (long long)next, (long long)high,
             owner->anew ? "all of it is read as new; if senders repeat, it counts once"
                         : "what stands at known offsets is skipped");
    return true;
}

/* The offset to go on at is not in the log: below it or above it. The lane goes on at the oldest
 * there is. Nobody is asked about it more than twice a second, nor is it fetched. */
static void lane_judge(struct source_kafka *source, struct partition *partition, uint32_t number)
{
    struct lane *lane = &partition->lanes[number];
    struct fault fault;
    int64_t low = lane->next, high = lane->next;
    lane->judge_ms = now_ms() + JUDGE_AGAIN_MS;
    if (lane->next != OFFSET_NONE &&
        ask_ends(source, partition->number, number, &low, &high, &fault)) {
        kafka_consumer_warn(source->consumer, "kafka offsets not known", number, partition->number,
                            fault.text);
        return;
    }
    if (lane->next < low)
        lane_lost(source, partition, number, low);
    else if (lane->next > high && !lane_anew(source, partition, number, low, high))
        return;
    if (lane->next < low || lane->next > high)
        lane_move(lane, low);
    lane->gone = false;
    source->moved = true;
}

/* Between two polls: the owner has dealt with all that was handed out, in the old numbering. */
static void judge_gone(struct source_kafka *source)
{
    for (uint32_t p = 0; p < source->partition_count; p++) {
        struct partition *partition = source->partitions[p];
        for (uint32_t i = 0; i < TOPIC_COUNT && partition; i++) {
            const struct lane *lane = &partition->lanes[i];
            if (partition->state == PARTITION_RUNNING && lane->gone && !lane->count &&
                now_ms() >= lane->judge_ms)
                lane_judge(source, partition, i);
        }
    }
}

/* Takes what has come into an empty lane. Offsets that step back are records that the household has
 * applied: an alarm, not data. */
static void lane_fill(struct source_kafka *source, struct partition *partition, uint32_t number)
{
    struct lane *lane = &partition->lanes[number];
    int64_t end_offset;
    size_t kept = 0;
    size_t got = kafka_consumer_take(source->consumer, number, partition->number, lane->waiting,
                                     LANE_BUFFER, &end_offset);
    for (size_t i = 0; i < got; i++) {
        struct kafka_message *message = &lane->waiting[i];
        if (message->offset < lane->next) {
            kafka_consumer_warn(source->consumer, "kafka offsets went back", number,
                                partition->number, "record skipped");
            kafka_message_done(message);
            continue;
        }
        if (lane->next == OFFSET_NONE)
            lane->origin = message->offset;
        lane->next = message->offset + 1;
        lane->waiting[kept++] = *message;
    }
    lane->first = 0;
    lane->count = (uint32_t)kept;
    if (end_offset == KAFKA_NOT_THERE)
        lane->gone = true;
    if (got || lane->gone)
        lane->at_end = false;
    if (end_offset >= 0)
        lane_end(lane, end_offset);
}

/* The lane whose oldest message is the earliest; TOPIC_COUNT when there is none, or when a lane
 * that is not at its end has not arrived yet. */
static uint32_t earliest(struct source_kafka *source, struct partition *partition)
{
    uint32_t best = TOPIC_COUNT;
    int64_t best_ms = INT64_MAX;
    for (uint32_t i = 0; i < TOPIC_COUNT; i++) {
        struct lane *lane = &partition->lanes[i];
        if (!lane->count && !lane->at_end)
            lane_fill(source, partition, i);
        if (!lane->count) {
            if (!lane->at_end)
                return TOPIC_COUNT;
            continue;
        }
        int64_t at_ms = lane->waiting[lane->first].timestamp_ms;
        if (best == TOPIC_COUNT || at_ms < best_ms) {
            best = i;
            best_ms = at_ms;
        }
    }
    return best;
}

static struct delivery hand_out(struct source_kafka *source, uint32_t partition, uint32_t number,
                                struct lane *lane)
{
    struct kafka_message message = lane->waiting[lane->first++];
    lane->count--;
    lane->handed = message.offset + 1;
    assert(source->held_count < source->held_room);
    source->held[source->held_count++] = message;
    return (struct delivery){
        .partition = partition,
        .topic = (enum message_type)number,
        .lane = number,
        .offset = message.offset,
        .arrived_ms = message.timestamp_ms,
        .key = message.key,
        .payload = message.body,
    };
}

static size_t merge_partition(struct source_kafka *source, struct partition *partition,
                              struct delivery *out, size_t max)
{
    size_t count = 0;
    /* A lane at its end holds nobody back, but is looked at once a poll. */
    for (uint32_t i = 0; i < TOPIC_COUNT; i++)
        if (!partition->lanes[i].count)
            lane_fill(source, partition, i);
    while (count < max) {
        uint32_t lane = earliest(source, partition);
        if (lane == TOPIC_COUNT)
            break;
        out[count++] = hand_out(source, partition->number, lane, &partition->lanes[lane]);
    }
    return count;
}

static size_t merge(struct source_kafka *source, struct delivery *out, size_t max)
{
    size_t count = 0;
    uint32_t start = source->turn;
    for (uint32_t i = 0; i < source->partition_count && count < max; i++) {
        uint32_t p = (start + i) % source->partition_count;
        struct partition *partition = source->partitions[p];
        if (!partition || partition->state != PARTITION_RUNNING)
            continue;
        size_t got = merge_partition(source, partition, out + count, max - count);
        if (got)
            source->turn = (p + 1) % source->partition_count;
        count += got;
    }
    return count;
}

/* ---- the port ---- */

static void release_held(struct source_kafka *source, size_t room)
{
    for (size_t i = 0; i < source->held_count; i++)
        kafka_message_done(&source->held[i]);
    source->held_count = 0;
    if (source->held_room < room) {
        source->held = memory_grow(source->held, room * sizeof *source->held);
        source->held_room = room;
    }
}

static enum err serve(struct source_kafka *source, struct fault *fault)
{
    enum err err = kafka_consumer_serve(source->consumer, fault);
    if (err)
        return err;
    if (kafka_consumer_strayed(source->consumer))
        source->moved = true;
    if (source->given)
        ask_owners(source);
    judge_gone(source);
    /* What cannot be assigned now is tried again at the next poll. */
    if (source->given && source->moved && assign(source, fault))
        log_line(LOG_WARNING, "kafka assignment", "detail=\"%s\"", fault->text);
    return ERR_OK;
}

static enum err poll_messages(struct source *port, struct delivery *out, size_t max, int timeout_ms,
                              size_t *count, struct fault *fault)
{
    struct source_kafka *source = (struct source_kafka *)port;
    int64_t give_up_ms = now_ms() + timeout_ms;
    struct fault ignored;
    release_held(source, max);
    source_weather_done(source->weather);
    *count = 0;
    for (;;) {
        enum err err = serve(source, fault ? fault : &ignored);
        if (err)
            return err;
        *count = source_weather_take(source->weather, out, max);
        if (*count < max && source_weather_settled(source->weather))
            *count += merge(source, out + *count, max - *count);
        int64_t left_ms = give_up_ms - now_ms();
        if (*count || left_ms <= 0)
            return ERR_OK;
        kafka_consumer_wait(source->consumer,
                            left_ms < WAIT_SLICE_MS ? (int)left_ms : WAIT_SLICE_MS);
    }
}

/* The owner has taken it: it is running, or held. */
static struct partition *taken(struct source_kafka *source, uint32_t number)
{
    if (number >= source->partition_count || !source->partitions[number] ||
        source->partitions[number]->state == PARTITION_ASKING)
        return NULL;
    return source->partitions[number];
}

static struct partition *running(struct source_kafka *source, uint32_t number)
{
    struct partition *partition = taken(source, number);
    return partition && partition->state == PARTITION_RUNNING ? partition : NULL;
}

static enum err seek(struct source *port, uint32_t number, const int64_t resume[TOPIC_COUNT],
                     struct fault *fault)
{
    struct source_kafka *source = (struct source_kafka *)port;
    struct partition *partition = taken(source, number);
    if (!partition)
        return fault_set(fault, ERR_NOT_FOUND, "kafka: partition %u is not ours to seek", number);
    for (int i = 0; i < TOPIC_COUNT; i++) {
        struct lane *lane = &partition->lanes[i];
        /* Nothing stored: not where "latest" is now, but where it was. */
        int64_t origin = resume[i] < 0 ? lane->origin : OFFSET_NONE;
        lane_move(lane, resume[i] < 0 ? origin : resume[i]);
        lane->origin = origin;
    }
    partition->state = PARTITION_HELD;
    source->moved = true;
    enum err err = source->latest ? resolve_latest(source, partition, fault) : ERR_OK;
    if (!err)
        partition->state = PARTITION_RUNNING;
    return err;
}

static void hold(struct source *port, uint32_t number)
{
    struct source_kafka *source = (struct source_kafka *)port;
    struct partition *partition = running(source, number);
    if (!partition)
        return;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        lane_drop(&partition->lanes[lane]);
    partition->state = PARTITION_HELD;
    source->moved = true;
}

static void commit(struct source *port, uint32_t number, const int64_t resume[TOPIC_COUNT])
{
    struct source_kafka *source = (struct source_kafka *)port;
    struct partition *partition = running(source, number);
    struct kafka_place places[TOPIC_COUNT];
    size_t count = 0;
    if (!partition)
        return;
    for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++) {
        int64_t offset = resume[lane] >= 0 ? resume[lane] : partition->lanes[lane].origin;
        if (offset >= 0)
            places[count++] = (struct kafka_place){lane, number, offset};
    }
    kafka_consumer_commit(source->consumer, places, count);
}

static bool at_end(struct source *port, uint32_t number)
{
    struct source_kafka *source = (struct source_kafka *)port;
    struct partition *partition = running(source, number);
    if (!partition || source->moved)
        return false;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        if (partition->lanes[lane].count || !partition->lanes[lane].at_end)
            return false;
    return true;
}

static void ends(struct source *port, uint32_t number, int64_t first[TOPIC_COUNT],
                 int64_t end[TOPIC_COUNT])
{
    struct source_kafka *source = (struct source_kafka *)port;
    const struct partition *partition = running(source, number);
    for (uint32_t i = 0; i < TOPIC_COUNT; i++) {
        first[i] = end[i] = -1;
        if (!partition || source->moved)
            continue;
        const struct lane *lane = &partition->lanes[i];
        if (lane->at_end && !lane->count) /* what follows marks transactions at most */
            first[i] = end[i] = lane->handed < 0 ? 0 : lane->handed;
        else
            kafka_consumer_ends(source->consumer, i, number, &first[i], &end[i]);
        if (lane->origin >= 0 && end[i] >= 0)
            first[i] = lane->origin;
        if (first[i] > end[i])
            first[i] = end[i];
    }
}

static int given(struct source *port)
{
    struct source_kafka *source = (struct source_kafka *)port;
    int count = 0;
    for (uint32_t p = 0; p < source->partition_count; p++)
        count += source->partitions[p] != NULL;
    return source->given ? count : -1;
}

/* EOF marks are old news while nothing is fetched; the broker knows. An end before ours is no end:
 * that log is another one. Brokers that did not answer are not waited for by every partition. */
static bool caught_up(struct source *port, uint32_t number)
{
    struct source_kafka *source = (struct source_kafka *)port;
    struct kafka_end asked[TOPIC_COUNT];
    struct fault fault = {""};
    if (!at_end(port, number) || now_ms() < source->ends_ask_ms)
        return false;
    for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++)
        asked[lane] = (struct kafka_end){source->topics[lane], number, -1};
    if (kafka_ends_ask(source->ends, KAFKA_FROM_END, asked, TOPIC_COUNT, ENDS_ASK_MS, &fault)) {
        source->ends_ask_ms = now_ms() + ENDS_ASK_AGAIN_MS;
        log_line(LOG_INFO, "kafka: not known whether all is read", "partition=%u detail=\"%s\"",
                 number, fault.text);
        return false;
    }
    bool all = true;
    for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++)
        all = all && asked[lane].offset == source->partitions[number]->lanes[lane].next;
    return all;
}

static void source_free(struct source *port)
{
    struct source_kafka *source = (struct source_kafka *)port;
    if (!source)
        return;
    /* librdkafka waits for every message to be given back. */
    release_held(source, 0);
    if (source->partitions)
        partitions_drop(source);
    kafka_consumer_free(source->consumer);
    source_weather_free(source->weather);
    kafka_ends_free(source->ends);
    free(source->held);
    free(source->partitions);
    free(source);
}

static const struct source_ops ops = {
    .poll = poll_messages,
    .seek = seek,
    .hold = hold,
    .commit = commit,
    .at_end = at_end,
    .ends = ends,
    .given = given,
    .caught_up = caught_up,
    .free = source_free,
};

enum err source_kafka_new(const struct kafka_common *common, const struct settings *settings,
                          uint32_t partitions, const struct source_owner *owner,
                          struct source **out, struct fault *fault)
{
    struct source_kafka *source = memory_get(sizeof *source);
    const char *const names[TOPIC_COUNT] = {
        [MESSAGE_READING] = settings->kafka.readings,
        [MESSAGE_BILLING] = settings->kafka.billing,
        [MESSAGE_HOUSEHOLD] = settings->kafka.household,
        [MESSAGE_REPORT] = settings->kafka.report,
    };
    source->source.ops = &ops;
    source->owner = *owner;
    source->latest = settings->kafka.start == KAFKA_START_LATEST;
    source->partition_count = partitions;
    source->ends = kafka_ends_new(common);
    source->partitions = memory_get(partitions * sizeof *source->partitions);
    for (int i = 0; i < TOPIC_COUNT; i++) {
        (void)text_copy(text_of(names[i]), source->names[i], sizeof source->names[i]);
        source->topics[i] = source->names[i];
    }
    const struct kafka_consumer_options options = {
        .group = settings->kafka.group,
        .topics = source->topics,
        .topic_count = TOPIC_COUNT,
        .partitions = partitions,
        .given = on_given,
        .taken = on_taken,
        .context = source,
    };
    enum err err = source_weather_new(common, settings->kafka.weather, &source->weather, fault);
    if (!err)
        err = kafka_consumer_new(common, &options, &source->consumer, fault);
    if (err)
        source_free(&source->source);
    else
        *out = &source->source;
    return err;
}
