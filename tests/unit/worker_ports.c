/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_ports.h"

#include <stdlib.h>
#include <string.h>

/* ---- the source ---- */

static void place(struct ww_source *source, uint32_t p, const int64_t resume[TOPIC_COUNT])
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        source->at[p][lane] = resume[lane] < 0 ? 0 : resume[lane];
}

static void ask_owner(struct ww_source *source, uint32_t p)
{
    int64_t resume[TOPIC_COUNT];
    if (!source->owner.assigned(source->owner.owner, p, resume))
        return;
    source->running[p] = true;
    place(source, p, resume);
}

int ww_earliest_lane(const struct ww_source *source, uint32_t p)
{
    int best = -1;
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        const struct ww_lane *from = &ww.lanes[p][lane];
        if ((size_t)source->at[p][lane] >= from->count)
            continue;
        if (best < 0 || from->messages[source->at[p][lane]].arrived_ms <
                            ww.lanes[p][best].messages[source->at[p][best]].arrived_ms)
            best = lane;
    }
    return best;
}

static size_t serve(struct ww_source *source, uint32_t p, struct delivery *out, size_t max)
{
    size_t count = 0;
    for (int lane; count < max && (lane = ww_earliest_lane(source, p)) >= 0; count++) {
        int64_t offset = source->at[p][lane]++;
        const struct ww_message *message = &ww.lanes[p][lane].messages[offset];
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

static size_t serve_weather(struct ww_source *source, struct delivery *out, size_t max)
{
    size_t count = serve(source, WW_WEATHER, out, max);
    for (size_t i = 0; i < count; i++) {
        out[i].partition = UINT32_MAX;
        out[i].topic = MESSAGE_WEATHER;
    }
    return count;
}

static void source_hold(struct source *port, uint32_t p)
{
    (void)port, (void)p;
}

static bool source_at_end(struct source *port, uint32_t p)
{
    return ww_earliest_lane((struct ww_source *)port, p) < 0;
}

/* A lane that ends before where it was read is another log; what is in it comes with a later poll.
 */
static bool same_logs(struct ww_source *source, uint32_t p)
{
    bool same = true;
    for (uint32_t lane = 0; lane < TOPIC_COUNT; lane++) {
        if (source->at[p][lane] <= (int64_t)ww.lanes[p][lane].count)
            continue;
        same = false;
        if (source->owner.anew(source->owner.owner, p, lane, 0))
            source->at[p][lane] = 0;
    }
    return same;
}

static enum err source_poll(struct source *port, struct delivery *out, size_t max, int timeout_ms,
                            size_t *count, struct fault *fault)
{
    struct ww_source *source = (struct ww_source *)port;
    bool all = true;
    (void)timeout_ms, (void)fault;
    ww.polls++;
    *count = serve_weather(source, out, max);
    if (*count)
        return ERR_OK;
    for (uint32_t p = 0; p < ww.partitions; p++) {
        if (source->wanted[p] && !source->running[p])
            ask_owner(source, p);
        if (!source->running[p])
            continue;
        for (int lane = 0; ww.stutters && ww.polls % 3 == 0 && lane < TOPIC_COUNT; lane++)
            source->at[p][lane] -= source->at[p][lane] < 5 ? source->at[p][lane] : 5;
        if (!same_logs(source, p)) {
            all = false;
            continue;
        }
        *count += serve(source, p, out + *count, (max - *count) / (ww.partitions - p));
        all = all && source_at_end(port, p);
    }
    ww.given += (unsigned)*count;
    return ww.ends && all && !*count ? ERR_END : ERR_OK;
}

static enum err source_seek(struct source *port, uint32_t p, const int64_t resume[TOPIC_COUNT],
                            struct fault *fault)
{
    struct ww_source *source = (struct ww_source *)port;
    ww.seeks++;
    memcpy(ww.sought, resume, sizeof ww.sought);
    if (!source->running[p])
        return fault_set(fault, ERR_NOT_FOUND, "partition %u is not ours to seek", p);
    if (ww.seek_fails) {
        ww.seek_fails--;
        return fault_set(fault, ERR_UNREACHABLE, "no seeking now");
    }
    place(source, p, resume);
    return ERR_OK;
}

static void source_commit(struct source *port, uint32_t p, const int64_t resume[TOPIC_COUNT])
{
    (void)port;
    ww.commits++;
    memcpy(ww.committed[p], resume, sizeof ww.committed[p]);
}

static void source_free(struct source *port)
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
    .free = source_free,
};

/* ---- the publisher ---- */

struct pending {
    void *token;
    struct ww_sent sent;
};

struct ww_publisher {
    struct publisher publisher; /* first */
    struct worker *worker;
    struct pending *pending;
    size_t count, room;
};

void ww_sent_done(struct ww_sent *sent)
{
    free(sent->key);
    free((void *)(uintptr_t)sent->body.at);
    free(sent->headers);
}

static enum err publish(struct publisher *port, enum publisher_topic topic, struct text key,
                        struct text body, const struct publisher_header *headers,
                        size_t header_count, void *token, struct fault *fault)
{
    struct ww_publisher *publisher = (struct ww_publisher *)port;
    struct buffer lines = {0};
    if (ww.busy) {
        ww.busy--;
        return fault_set(fault, ERR_BUSY, "the queue is full");
    }
    if (publisher->count == publisher->room) {
        publisher->room = publisher->room ? publisher->room * 2 : 64;
        publisher->pending =
            memory_grow(publisher->pending, publisher->room * sizeof *publisher->pending);
    }
    buffer_text(&lines, "");
    for (size_t i = 0; i < header_count; i++) {
        buffer_format(&lines, "%s=", headers[i].name);
        buffer_add(&lines, headers[i].value.at, headers[i].value.bytes);
        buffer_text(&lines, "\n");
    }
    publisher->pending[publisher->count++] =
        (struct pending){token,
                         {.topic = topic,
                          .partition = ww_partition_of(key, ww.partitions),
                          .key = memory_text(key),
                          .body = {memory_text(body), body.bytes},
                          .headers = lines.at}};
    return ERR_OK;
}

static void keep_sent(struct ww_sent *sent)
{
    if (ww.sent_count == ww.sent_room) {
        ww.sent_room = ww.sent_room ? ww.sent_room * 2 : 64;
        ww.sent = memory_grow(ww.sent, ww.sent_room * sizeof *ww.sent);
    }
    sent->offset = ww.sent_ends[sent->topic][sent->partition]++;
    ww.sent[ww.sent_count++] = *sent;
}

static void publisher_poll(struct publisher *port, int timeout_ms)
{
    struct ww_publisher *publisher = (struct ww_publisher *)port;
    (void)timeout_ms;
    while (publisher->count && !ww.holds) {
        struct pending one = publisher->pending[0];
        memmove(publisher->pending, publisher->pending + 1, --publisher->count * sizeof one);
        enum err err = ERR_OK;
        if (ww.bytes_max && one.sent.body.bytes > ww.bytes_max) {
            err = ERR_TOO_LARGE;
        } else if (ww.fails && one.sent.topic == ww.why) {
            ww.fails--;
            err = ERR_UNREACHABLE;
        }
        if (err)
            ww_sent_done(&one.sent);
        else
            keep_sent(&one.sent);
        worker_published(publisher->worker, one.token, err, one.sent.partition,
                         err ? -1 : one.sent.offset);
    }
}

static enum err publisher_flush(struct publisher *port, int timeout_ms)
{
    publisher_poll(port, timeout_ms);
    return ((struct ww_publisher *)port)->count ? ERR_TIMEOUT : ERR_OK;
}

static void publisher_free(struct publisher *port)
{
    struct ww_publisher *publisher = (struct ww_publisher *)port;
    for (size_t i = 0; i < publisher->count; i++)
        ww_sent_done(&publisher->pending[i].sent);
    free(publisher->pending);
    free(publisher);
}

static const struct publisher_ops publisher_ops = {publish, publisher_poll, publisher_flush,
                                                   publisher_free};

/* ---- the store in between ---- */

struct probe {
    struct store store; /* first */
    struct store *real;
};

static struct store *real_of(struct store *store)
{
    return ((struct probe *)store)->real;
}

/* Nested by a macro: the call happens before or after the failure, or plainly. */
static bool fails_now(enum probe_op op)
{
    ww.calls[op]++;
    ww.calls_all++;
    if (ww.before) {
        void (*before)(enum probe_op) = ww.before;
        before(op);
    }
    return ww.fail_at && ww.calls_all == ww.fail_at;
}

#define FORWARD(op, call)                                     \
    bool fails = fails_now(op);                               \
    enum err err = fails && !ww.fail_after ? ERR_OK : (call); \
    return fails ? fault_set(fault, ww.fail_with, "made to fail by the test") : err

static enum err probe_take(struct store *store, uint32_t p, struct store_head *out,
                           store_settle_fn *settle, void *context, struct fault *fault)
{
    FORWARD(PROBE_TAKE, real_of(store)->ops->take(real_of(store), p, out, settle, context, fault));
}

static enum err probe_open(struct store *store, struct store_head *head, struct fault *fault)
{
    FORWARD(PROBE_OPEN, real_of(store)->ops->open(real_of(store), head, fault));
}

static uint64_t probe_connection(const struct store *store)
{
    const struct store *real = ((const struct probe *)store)->real;
    return real->ops->connection(real);
}

static enum err probe_load(struct store *store, uint32_t p, const struct text *households,
                           size_t count, store_record_fn *got, void *context, struct fault *fault)
{
    FORWARD(PROBE_LOAD,
            real_of(store)->ops->load(real_of(store), p, households, count, got, context, fault));
}

static enum err probe_flush(struct store *store, struct store_head *head,
                            const struct store_record *records, size_t count,
                            const int64_t offsets[TOPIC_COUNT], struct fault *fault)
{
    ck_assert_uint_le(count, STORE_BATCH_RECORDS_MAX);
    FORWARD(PROBE_FLUSH,
            real_of(store)->ops->flush(real_of(store), head, records, count, offsets, fault));
}

static enum err probe_load_case(struct store *store, uint32_t p, struct text household,
                                struct store_case *out, struct fault *fault)
{
    FORWARD(PROBE_LOAD_CASE,
            real_of(store)->ops->load_case(real_of(store), p, household, out, fault));
}

static enum err probe_transition(struct store *store, struct store_head *head,
                                 const struct store_transition *step, struct fault *fault)
{
    FORWARD(PROBE_TRANSITION, real_of(store)->ops->transition(real_of(store), head, step, fault));
}

static enum err probe_alert(struct store *store, uint32_t p, const char *id, struct buffer *out,
                            struct fault *fault)
{
    FORWARD(PROBE_ALERT, real_of(store)->ops->alert(real_of(store), p, id, out, fault));
}

static enum err probe_due(struct store *store, uint32_t p, int64_t now_ms, struct store_due *out,
                          size_t max, size_t *count, struct fault *fault)
{
    FORWARD(PROBE_DUE, real_of(store)->ops->due(real_of(store), p, now_ms, out, max, count, fault));
}

static enum err probe_outbox(struct store *store, uint32_t p, const char *after, size_t max,
                             store_outbox_fn *each, void *context, struct fault *fault)
{
    FORWARD(PROBE_OUTBOX,
            real_of(store)->ops->outbox(real_of(store), p, after, max, each, context, fault));
}

static enum err probe_outbox_done(struct store *store, struct store_head *head, uint32_t p,
                                  const char *const *entries, size_t count, int64_t log_offset,
                                  struct fault *fault)
{
    FORWARD(PROBE_OUTBOX_DONE, real_of(store)->ops->outbox_done(real_of(store), head, p, entries,
                                                                count, log_offset, fault));
}

static enum err probe_alerts(struct store *store, uint32_t p, bool live_only, size_t limit,
                             store_alert_fn *each, void *context, struct fault *fault)
{
    FORWARD(PROBE_ALERTS,
            real_of(store)->ops->alerts(real_of(store), p, live_only, limit, each, context, fault));
}

static enum err probe_alerts_of(struct store *store, uint32_t p, struct text household,
                                size_t limit, store_alert_fn *each, void *context,
                                struct fault *fault)
{
    FORWARD(PROBE_ALERTS, real_of(store)->ops->alerts_of(real_of(store), p, household, limit, each,
                                                         context, fault));
}

static enum err probe_alerts_from(struct store *store, uint32_t p, size_t from, size_t max,
                                  size_t *count, store_alert_fn *each, void *context,
                                  struct fault *fault)
{
    FORWARD(PROBE_ALERTS, real_of(store)->ops->alerts_from(real_of(store), p, from, max, count,
                                                           each, context, fault));
}

static enum err probe_erase(struct store *store, struct store_head *head,
                            const struct store_erasure *erasure, struct fault *fault)
{
    FORWARD(PROBE_ERASE, real_of(store)->ops->erase(real_of(store), head, erasure, fault));
}

static enum err probe_document(struct store *store, const char *shelf, const char *name,
                               int64_t *version, struct buffer *out, struct fault *fault)
{
    FORWARD(PROBE_DOCUMENT,
            real_of(store)->ops->document(real_of(store), shelf, name, version, out, fault));
}

static enum err probe_document_set(struct store *store, const struct store_document *document,
                                   struct fault *fault)
{
    FORWARD(PROBE_DOCUMENT, real_of(store)->ops->document_set(real_of(store), document, fault));
}

static enum err probe_documents(struct store *store, const char *shelf, store_document_fn *each,
                                void *context, struct fault *fault)
{
    FORWARD(PROBE_DOCUMENT,
            real_of(store)->ops->documents(real_of(store), shelf, each, context, fault));
}

static enum err probe_area_add(struct store *store, const struct store_area_hour *adds,
                               size_t count, unsigned window_hours, struct store_area_total *totals,
                               struct fault *fault)
{
    FORWARD(PROBE_AREA_ADD, real_of(store)->ops->area_add(real_of(store), adds, count, window_hours,
                                                          totals, fault));
}

static enum err probe_incident_set(struct store *store, const char *group, int64_t expected,
                                   int64_t version, struct text incident, int64_t opened_s,
                                   struct fault *fault)
{
    FORWARD(PROBE_INCIDENT_SET,
            real_of(store)->ops->incident_set(real_of(store), group, expected, version, incident,
                                              opened_s, fault));
}

static enum err probe_incidents(struct store *store, store_incident_fn *each, void *context,
                                struct fault *fault)
{
    FORWARD(PROBE_INCIDENTS, real_of(store)->ops->incidents(real_of(store), each, context, fault));
}

static enum err probe_clock(struct store *store, int64_t *out, struct fault *fault)
{
    if (fails_now(PROBE_CLOCK))
        return fault_set(fault, ERR_UNREACHABLE, "made to fail by the test");
    enum err err = real_of(store)->ops->clock_ms(real_of(store), out, fault);
    if (ww.hand_clock)
        *out = ww.clock.clock.set_ms;
    *out += ww.clock_off_ms;
    return err;
}

static void probe_free(struct store *store)
{
    real_of(store)->ops->free(real_of(store));
    free(store);
}

static const struct store_ops probe_ops = {
    .name = "probe",
    .take = probe_take,
    .open = probe_open,
    .connection = probe_connection,
    .load = probe_load,
    .flush = probe_flush,
    .load_case = probe_load_case,
    .transition = probe_transition,
    .alert = probe_alert,
    .due = probe_due,
    .outbox = probe_outbox,
    .outbox_done = probe_outbox_done,
    .alerts = probe_alerts,
    .alerts_of = probe_alerts_of,
    .alerts_from = probe_alerts_from,
    .erase = probe_erase,
    .document = probe_document,
    .documents = probe_documents,
    .document_set = probe_document_set,
    .area_add = probe_area_add,
    .incident_set = probe_incident_set,
    .incidents = probe_incidents,
    .clock_ms = probe_clock,
    .free = probe_free,
};

struct store *ww_probe_new(void)
{
    struct probe *probe = memory_get(sizeof *probe);
    const char *address = world.own.dir[0] ? world.own.address : world.shared.address;
    probe->store.ops = &probe_ops;
    probe->real =
        world.kind == WORLD_MEMORY ? store_memory_again(world.store) : world_redis(address);
    return &probe->store;
}

struct ww_source *ww_source_new(const struct source_owner *owner)
{
    struct ww_source *source = memory_get(sizeof *source);
    source->source.ops = &source_ops;
    source->owner = *owner;
    return source;
}

struct publisher *ww_publisher_new(struct worker *worker)
{
    struct ww_publisher *publisher = memory_get(sizeof *publisher);
    publisher->publisher.ops = &publisher_ops;
    publisher->worker = worker;
    return &publisher->publisher;
}
