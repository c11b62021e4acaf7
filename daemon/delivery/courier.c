/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/courier.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "delivery/told.h"
#include "delivery/webhook.h"
#include "ingest/reject.h"
#include "kafka/consumer.h"
#include "kafka/ends.h"
#include "kafka/producer.h"

#define WAIT_MS      200
#define ASK_MS       5000
#define ASK_AGAIN_MS 1000
#define LETTER_MS    10000
#define TRIES_MIN    3 /* an old event has as many chances after a start */
/* A sink that fails for days must not fill the disk. */
#define QUOTA_LINES     5
#define QUOTA_WINDOW_MS 600000

/* Instead of the offset where a partition goes on. */
enum { NEXT_NOT_OURS = -1, NEXT_UNKNOWN = -2, NEXT_GONE = -3 };

struct parcel {
    bool here, dead, posted; /* posted: as a dead letter, which is under way */
    uint32_t partition;
    int64_t offset, timestamp_ms, due_ms; /* due: monotonic */
    unsigned tries;
    struct buffer key, body;
    struct fault why; /* of the last try */
};

struct courier {
    struct courier_options options;
    pthread_t thread;
    char group[2 * OPTION_TEXT_MAX + 8];
    const char *topics[1];
    struct kafka_consumer *consumer;
    struct kafka_ends *ends;
    struct kafka_producer *letters;
    int64_t *next; /* [partitions] */
    uint32_t turn; /* the partition that is asked first */
    bool moved;    /* what is read is not what `next` says */
    int64_t ask_from_ms;
    struct parcel event;
    uint64_t chance;
    struct sink_counts counts;
    struct log_quota quota;
    pthread_mutex_t lock; /* of what others may read: */
    struct courier_state state;
};

static const struct settings *settings_of(const struct courier *courier)
{
    return config_settings(courier->options.config);
}

/* A line about trouble, unless there were many; and for people who ask. */
static void say_trouble(struct courier *courier, const char *what, const char *why)
{
    const struct clock *clock = courier->options.clock;
    const struct parcel *event = &courier->event;
    unsigned withheld;
    (void)pthread_mutex_lock(&courier->lock);
    (void)utf8_copy(text_of(why), courier->state.trouble, sizeof courier->state.trouble);
    courier->state.trouble_ms = clock_wall_ms(clock);
    (void)pthread_mutex_unlock(&courier->lock);
    if (!log_quota_take(&courier->quota, clock_monotonic_ms(clock), &withheld))
        return;
    log_line(LOG_WARNING, what,
             "sink=%s partition=%lld offset=%lld tries=%u withheld=%u detail=\"%s\"",
             courier->options.rules->name, event->here ? (long long)event->partition : -1LL,
             event->here ? (long long)event->offset : -1LL, event->here ? event->tries : 0,
             withheld, why);
}

static void drop_all(struct courier *courier)
{
    for (uint32_t p = 0; p < courier->options.partitions; p++)
        courier->next[p] = NEXT_NOT_OURS;
    courier->event.here = false;
    courier->moved = false;
}

static void on_given(void *context, const struct kafka_place *places, size_t count)
{
    struct courier *courier = context;
    drop_all(courier);
    for (size_t i = 0; i < count; i++)
        courier->next[places[i].partition] = NEXT_UNKNOWN;
    courier->moved = true;
}

static void on_taken(void *context, bool lost)
{
    (void)lost;
    drop_all(context);
}

static enum err ask_end(struct courier *courier, int64_t which, uint32_t partition, int64_t *offset,
                        struct fault *fault)
{
    struct kafka_end end = {courier->topics[0], partition, -1};
    enum err err = kafka_ends_ask(courier->ends, which, &end, 1, ASK_MS, fault);
    if (!err)
        *offset = end.offset;
    return err;
}

/* A new sink is not told of what was before it; from now on the group remembers that. */
static enum err begin_at_end(struct courier *courier, uint32_t partition, struct fault *fault)
{
    enum err err = ask_end(courier, KAFKA_FROM_END, partition, &courier->next[partition], fault);
    if (err)
        return err;
    const struct kafka_place place = {0, partition, courier->next[partition]};
    kafka_consumer_commit(courier->consumer, &place, 1);
    return ERR_OK;
}

static enum err begin_at_oldest(struct courier *courier, uint32_t partition, struct fault *fault)
{
    enum err err = ask_end(courier, KAFKA_FROM_START, partition, &courier->next[partition], fault);
    if (!err)
        log_line(LOG_ERROR, "sink goes on at the oldest event",
                 "sink=%s partition=%u offset=%" PRId64
                 " remedy=\"retention took what lay before, or the topic was made anew\"",
                 courier->options.rules->name, partition, courier->next[partition]);
    return err;
}

static enum err find_positions(struct courier *courier, struct fault *fault)
{
    enum err err = ERR_OK;
    for (uint32_t p = 0; p < courier->options.partitions && !err; p++) {
        struct kafka_place place = {0, p, -1};
        if (courier->next[p] == NEXT_GONE)
            err = begin_at_oldest(courier, p, fault);
        if (err || courier->next[p] != NEXT_UNKNOWN)
            continue;
        err = kafka_consumer_committed(courier->consumer, &place, 1, ASK_MS, fault);
        if (!err && place.offset >= 0)
            courier->next[p] = place.offset;
        else if (!err)
            err = begin_at_end(courier, p, fault);
    }
    return err;
}

static enum err assign(struct courier *courier, struct fault *fault)
{
    struct kafka_place *places = memory_get((courier->options.partitions + 1) * sizeof *places);
    size_t count = 0;
    enum err err = find_positions(courier, fault);
    for (uint32_t p = 0; p < courier->options.partitions; p++)
        if (courier->next[p] >= 0)
            places[count++] = (struct kafka_place){0, p, courier->next[p]};
    if (!err)
        err = kafka_consumer_assign(courier->consumer, places, count, fault);
    courier->moved = err != ERR_OK;
    free(places);
    return err;
}

static bool take_from(struct courier *courier, uint32_t partition)
{
    struct kafka_message message;
    struct parcel *event = &courier->event;
    int64_t end;
    size_t got = kafka_consumer_take(courier->consumer, 0, partition, &message, 1, &end);
    if (end == KAFKA_NOT_THERE) {
        courier->next[partition] = NEXT_GONE;
        courier->moved = true;
    }
    if (!got)
        return false;
    bool mine = message.offset >= courier->next[partition];
    if (mine) {
        buffer_clear(&event->key);
        buffer_clear(&event->body);
        buffer_add(&event->key, message.key.at, message.key.bytes);
        buffer_add(&event->body, message.body.at, message.body.bytes);
        event->partition = partition;
        event->offset = message.offset;
        event->timestamp_ms = message.timestamp_ms;
        event->due_ms = 0;
        event->tries = 0;
        event->dead = event->posted = false;
        event->here = true;
        courier->next[partition] = message.offset + 1;
    }
    kafka_message_done(&message);
    return mine;
}

/* One partition after the other, so that none waits for another's backlog. */
static void take(struct courier *courier)
{
    uint32_t partitions = courier->options.partitions;
    for (uint32_t i = 0; i < partitions && !courier->event.here; i++) {
        uint32_t p = (courier->turn + i) % partitions;
        if (courier->next[p] >= 0 && take_from(courier, p))
            courier->turn = (p + 1) % partitions;
    }
}

static void done(struct courier *courier)
{
    const struct parcel *event = &courier->event;
    const struct kafka_place place = {0, event->partition, event->offset + 1};
    kafka_consumer_commit(courier->consumer, &place, 1);
    courier->event.here = false;
}

static int64_t age_ms(const struct courier *courier)
{
    int64_t age = clock_wall_ms(courier->options.clock) - courier->event.timestamp_ms;
    return courier->event.here && age > 0 ? age : 0;
}

static void try_later(struct courier *courier)
{
    struct parcel *event = &courier->event;
    const struct sink_ops *ops = courier->options.ops;
    int64_t asked_s = ops->retry_after_s ? ops->retry_after_s(courier->options.sink) : 0;
    event->due_ms = clock_monotonic_ms(courier->options.clock) +
                    sink_wait_ms(courier->options.rules, event->tries, asked_s, &courier->chance);
}

static enum err post_letter(struct courier *courier, struct fault *fault)
{
    const struct parcel *event = &courier->event;
    char partition[24], offset[24];
    (void)snprintf(partition, sizeof partition, "%u", event->partition);
    (void)snprintf(offset, sizeof offset, "%" PRId64, event->offset);
    const struct kafka_header headers[] = {
        {"reason", TEXT(REJECT_UNDELIVERED)}, {"field", text_of(courier->options.rules->name)},
        {"help", text_of(event->why.text)},   {"source", text_of(courier->topics[0])},
        {"partition", text_of(partition)},    {"offset", text_of(offset)},
    };
    const struct kafka_outgoing letter = {.topic = settings_of(courier)->kafka.dead_letters,
                                          .key = buffer_view(&event->key),
                                          .body = buffer_view(&event->body),
                                          .headers = headers,
                                          .header_count = sizeof headers / sizeof headers[0]};
    return kafka_producer_push(courier->letters, &letter, fault);
}

/* Only once the topic of dead letters has it, the event is left behind. What is under way arrives
 * or is given up: until then no other copy is sent. */
static void bury(struct courier *courier)
{
    struct parcel *event = &courier->event;
    struct fault fault = {""};
    event->dead = true;
    enum err err = event->posted ? ERR_OK : post_letter(courier, &fault);
    if (!err) {
        err = kafka_producer_flush(courier->letters, LETTER_MS, &fault);
        event->posted = err == ERR_TIMEOUT;
    }
    if (err) {
        say_trouble(courier, "dead letter not published",
                    fault.text[0] ? fault.text : err_text(err));
        try_later(courier);
        return;
    }
    metric_add(&courier->counts.dead, 1);
    log_line(LOG_ERROR, "alert is a dead letter",
             "sink=%s partition=%u offset=%" PRId64 " tries=%u detail=\"%s\"",
             courier->options.rules->name, event->partition, event->offset, event->tries,
             event->why.text);
    done(courier);
}

static void failed(struct courier *courier, enum err err)
{
    struct parcel *event = &courier->event;
    const struct config_sink *rules = courier->options.rules;
    enum disposition what = err_disposition(err);
    if (!event->why.text[0])
        (void)fault_set(&event->why, err, "%s", err_text(err));
    metric_add(&courier->counts.failed, 1);
    if (what == DISPOSITION_FATAL) {
        metric_set(&courier->counts.disabled, 1);
        log_line(LOG_ERROR, "sink is told no more",
                 "sink=%s detail=\"%s\" remedy=\"it goes on "
                 "from here after a restart\"",
                 rules->name, event->why.text);
        return;
    }
    bool old = age_ms(courier) > rules->give_up_s * 1000 && event->tries >= TRIES_MIN;
    if (what == DISPOSITION_REJECT || old) {
        bury(courier);
        return;
    }
    try_later(courier);
    say_trouble(courier, "alert not delivered", event->why.text);
}

/* It is told all the same: whoever runs the gateway sees that somebody waits. */
static void say_unaddressed(struct courier *courier, enum addressee_lack lack)
{
    unsigned withheld;
    metric_add(&courier->counts.unaddressed, 1);
    if (log_quota_take(&courier->quota, clock_monotonic_ms(courier->options.clock), &withheld))
        log_line(LOG_WARNING, "a step has nobody to write to",
                 "sink=%s partition=%u offset=%" PRId64 " because=%s withheld=%u",
                 courier->options.rules->name, courier->event.partition, courier->event.offset,
                 addressee_lacks[lack], withheld);
}

/* Whom it goes to stands in this copy alone. */
static enum err deliver(struct courier *courier, struct text event, struct fault *why)
{
    const struct courier_options *options = &courier->options;
    struct addressees to;
    const struct told told = {options->config, options->rules, options->finder ? &to : NULL};
    struct buffer copy = {0};
    enum err err = options->finder ? addressee_find(options->finder, event, &to, why) : ERR_OK;
    if (!err)
        err = told_write(&told, event, &copy, why);
    if (!err)
        err = options->ops->deliver(options->sink, buffer_view(&copy), why);
    if (!err && told.to && to.lack > LACKS_STEP)
        say_unaddressed(courier, to.lack);
    if (told.to)
        addressees_wipe(&to);
    if (copy.at)
        explicit_bzero(copy.at, copy.room);
    buffer_done(&copy);
    return err;
}

static void attempt(struct courier *courier)
{
    struct parcel *event = &courier->event;
    const struct courier_options *options = &courier->options;
    bool takes = false;
    if (event->dead) {
        bury(courier);
        return;
    }
    event->why.text[0] = '\0';
    event->tries++;
    enum err err = sink_takes(options->rules, buffer_view(&event->body), &takes, &event->why);
    if (!err && !takes) {
        metric_add(&courier->counts.passed_over, 1);
        done(courier);
        return;
    }
    if (!err)
        err = deliver(courier, buffer_view(&event->body), &event->why);
    if (atomic_load(options->stopping) && err)
        return; /* given up, not failed */
    if (err) {
        failed(courier, err);
        return;
    }
    metric_add(&courier->counts.delivered, 1);
    (void)pthread_mutex_lock(&courier->lock);
    courier->state.delivered_ms = clock_wall_ms(options->clock);
    (void)pthread_mutex_unlock(&courier->lock);
    done(courier);
}

static bool test_is_wanted(struct courier *courier, struct courier_test *out)
{
    (void)pthread_mutex_lock(&courier->lock);
    *out = courier->state.test;
    (void)pthread_mutex_unlock(&courier->lock);
    return out->id[0] && !out->ended_ms;
}

static void try_test(struct courier *courier)
{
    const struct courier_options *options = &courier->options;
    struct courier_test test;
    struct buffer event = {0};
    struct fault why = {""};
    if (!test_is_wanted(courier, &test))
        return;
    sink_test_event(options->rules->name, test.id, test.asked_ms / 1000, &event);
    test.err = deliver(courier, buffer_view(&event), &why);
    test.answer = options->ops->answered ? options->ops->answered(options->sink) : 0;
    if (test.err && !why.text[0])
        (void)fault_set(&why, test.err, "%s", err_text(test.err));
    (void)utf8_copy(text_of(why.text), test.detail, sizeof test.detail);
    test.ended_ms = clock_wall_ms(options->clock);
    log_line(LOG_INFO, "sink tested", "sink=%s id=%s taken=%s detail=\"%s\"", options->rules->name,
             test.id, test.err ? "false" : "true", why.text);
    (void)pthread_mutex_lock(&courier->lock);
    courier->state.test = test;
    (void)pthread_mutex_unlock(&courier->lock);
    buffer_done(&event);
}

enum err courier_try(struct courier *courier, struct fault *fault)
{
    const char *name = courier->options.rules->name;
    struct courier_test test = {.asked_ms = clock_wall_ms(courier->options.clock)};
    enum err err = ERR_OK;
    (void)snprintf(test.id, sizeof test.id, "test.%.*s.%" PRId64, CONFIG_SINK_NAME_MAX, name,
                   test.asked_ms);
    (void)pthread_mutex_lock(&courier->lock);
    if (courier->state.test.id[0] && !courier->state.test.ended_ms)
        err = fault_set(fault, ERR_CONFLICT,
                        "sink %s is being tested: GET /api/v1/sinks tells what came of it", name);
    else
        courier->state.test = test;
    (void)pthread_mutex_unlock(&courier->lock);
    return err;
}

static void measure(struct courier *courier)
{
    int64_t lag = courier->event.here;
    long long partitions = 0;
    for (uint32_t p = 0; p < courier->options.partitions; p++) {
        int64_t first, end;
        if (courier->next[p] < 0)
            continue;
        partitions++;
        kafka_consumer_ends(courier->consumer, 0, p, &first, &end);
        lag += end > courier->next[p] ? end - courier->next[p] : 0;
    }
    metric_set(&courier->counts.lag, lag);
    metric_set(&courier->counts.partitions, partitions);
    metric_set(&courier->counts.waiting_ms, age_ms(courier));
    (void)pthread_mutex_lock(&courier->lock);
    for (uint32_t p = 0; p < courier->options.partitions; p++)
        courier->state.next[p] = courier->next[p];
    if (courier->event.here) /* not told yet */
        courier->state.next[courier->event.partition] = courier->event.offset;
    (void)pthread_mutex_unlock(&courier->lock);
}

/* The group's callbacks and what they ask for. */
static enum err serve(struct courier *courier, struct fault *fault)
{
    enum err err = kafka_consumer_serve(courier->consumer, fault);
    int64_t now = clock_monotonic_ms(courier->options.clock);
    if (!err && kafka_consumer_strayed(courier->consumer))
        courier->moved = true;
    if (err || !courier->moved || now < courier->ask_from_ms)
        return err;
    courier->ask_from_ms = now + ASK_AGAIN_MS;
    return assign(courier, fault);
}

static void *carry(void *context)
{
    struct courier *courier = context;
    const struct clock *clock = courier->options.clock;
    while (!atomic_load(courier->options.stopping)) {
        struct fault fault = {""};
        if (serve(courier, &fault))
            say_trouble(courier, "sink cannot follow", fault.text);
        try_test(courier);
        bool disabled = atomic_load(&courier->counts.disabled) != 0;
        if (!courier->event.here && !courier->moved && !disabled)
            take(courier);
        bool due = courier->event.here && clock_monotonic_ms(clock) >= courier->event.due_ms;
        if (due && !disabled)
            attempt(courier);
        measure(courier);
        if (!due || disabled || courier->event.here)
            kafka_consumer_wait(courier->consumer, WAIT_MS);
    }
    return NULL;
}

void courier_free(struct courier *courier)
{
    kafka_consumer_free(courier->consumer);
    kafka_producer_free(courier->letters);
    kafka_ends_free(courier->ends);
    courier->options.ops->free(courier->options.sink);
    addressee_finder_free(courier->options.finder);
    buffer_done(&courier->event.key);
    buffer_done(&courier->event.body);
    (void)pthread_mutex_destroy(&courier->lock);
    free(courier->state.next);
    free(courier->next);
    free(courier);
}

/* Signals are the main thread's. */
static int start_thread(struct courier *courier)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&courier->thread, NULL, carry, courier);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

enum err courier_start(const struct courier_options *options, struct courier **out,
                       struct fault *fault)
{
    struct courier *courier = memory_get(sizeof *courier);
    courier->options = *options;
    courier->chance = options->seed;
    courier->topics[0] = config_settings(options->config)->kafka.alerts;
    courier->quota = (struct log_quota){.lines = QUOTA_LINES, .window_ms = QUOTA_WINDOW_MS};
    (void)pthread_mutex_init(&courier->lock, NULL);
    courier->next = memory_get(options->partitions * sizeof *courier->next);
    courier->state.next = memory_get(options->partitions * sizeof *courier->next);
    courier->state.partitions = options->partitions;
    for (uint32_t p = 0; p < options->partitions; p++)
        courier->state.next[p] = NEXT_NOT_OURS;
    drop_all(courier);
    courier->ends = kafka_ends_new(options->common);
    (void)snprintf(courier->group, sizeof courier->group, "%s.sink.%s",
                   config_settings(options->config)->kafka.group, options->rules->name);
    const struct kafka_producer_options letters = {.name = "sink"};
    const struct kafka_consumer_options consumer = {.group = courier->group,
                                                    .topics = courier->topics,
                                                    .topic_count = 1,
                                                    .partitions = options->partitions,
                                                    .given = on_given,
                                                    .taken = on_taken,
                                                    .context = courier};
    enum err err = kafka_producer_open(options->common, &letters, &courier->letters, fault);
    if (!err)
        err = kafka_consumer_new(options->common, &consumer, &courier->consumer, fault);
    int error = err ? 0 : start_thread(courier);
    if (error)
        err = fault_set(fault, ERR_BUSY, "sink %s: no thread: %s", options->rules->name,
                        strerror(error));
    if (err)
        courier_free(courier);
    else
        *out = courier;
    return err;
}

void courier_stop(struct courier *courier)
{
    (void)pthread_join(courier->thread, NULL);
}

const struct sink_counts *courier_counts(const struct courier *courier)
{
    return &courier->counts;
}

void courier_state(struct courier *courier, struct courier_state *out)
{
    (void)pthread_mutex_lock(&courier->lock);
    *out = courier->state;
    out->next = memory_get(out->partitions * sizeof *out->next);
    memcpy(out->next, courier->state.next, out->partitions * sizeof *out->next);
    (void)pthread_mutex_unlock(&courier->lock);
}

void courier_state_done(struct courier_state *state)
{
    free(state->next);
    state->next = NULL;
}
