/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory store behind faults. Beside each write stands an oracle that knows the log and asks
 * what the guarantees say: a fenced owner writes nothing; no record goes ahead of its findings; no
 * resume offset goes ahead of the records and dead letters.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "household/record.h"
#include "sim.h"

struct sim_store {
    struct store store; /* first */
    struct sim_worker *worker;
    struct store *real;
};

enum fate { FATE_HAPPENS, FATE_NOTHING, FATE_UNTOLD, FATE_REFUSED };

static struct sim *sim_of(const struct store *store)
{
    return ((const struct sim_store *)store)->worker->sim;
}

static enum fate fate_of(struct sim_store *store, bool write)
{
    struct sim_worker *worker = store->worker;
    struct sim *sim = worker->sim;
    if (worker->dead)
        return FATE_NOTHING;
    sim->steps++;
    if (sim->depth == 0 && sim_happens(sim, SIM_PAUSED))
        sim_overtake(worker);
    if (sim_happens(sim, SIM_CRASH_BEFORE)) {
        worker->dead = true;
        return FATE_NOTHING;
    }
    if (sim_happens(sim, SIM_CRASH_AFTER)) {
        worker->dead = true;
        return FATE_UNTOLD;
    }
    if (sim_happens(sim, SIM_LOST_BEFORE))
        return FATE_NOTHING;
    if (sim_happens(sim, SIM_LOST_AFTER))
        return FATE_UNTOLD;
    return write && sim_happens(sim, SIM_REFUSED) ? FATE_REFUSED : FATE_HAPPENS;
}

static enum err tell(enum fate fate, enum err err, struct fault *fault)
{
    if (fate == FATE_REFUSED)
        return fault_set(fault, ERR_BUSY, "OOM command not allowed");
    return fate == FATE_HAPPENS ? err : fault_set(fault, ERR_UNREACHABLE, "connection lost");
}

#define FORWARD(write, call)                                                      \
    enum fate fate = fate_of((struct sim_store *)store, write);                   \
    enum err err = fate == FATE_HAPPENS || fate == FATE_UNTOLD ? (call) : ERR_OK; \
    return tell(fate, err, fault)

#define REAL (((struct sim_store *)store)->real)

/* ---- the oracle ---- */

/* Over another connection an owner takes again: store_redis.c does so, and so does its stand-in. */
static enum err over_connection(const struct store *store, const struct store_head *head,
                                struct fault *fault)
{
    if (!head || head->connection == sim_of(store)->rewinds)
        return ERR_OK;
    return fault_set(fault, ERR_REWOUND, "connected anew");
}

static void owner_wrote(struct sim *sim, const struct store_head *head, const char *what)
{
    sim->writes++;
    if (head && strcmp(head->token, sim->taker[head->partition]) != 0)
        sim_fail(sim, "partition %u: a fenced owner has written %s", head->partition, what);
}

/* Its findings are in the store before the record is: those that any worker has had of the messages
 * that the record has applied. */
static void check_record(struct sim *sim, uint32_t p, const struct store_record *written)
{
    struct record record;
    struct store_case seen;
    struct fault fault;
    if (text_equal(written->household, STORE_NOBODY))
        return;
    record_view((void *)(uintptr_t)written->bytes, &record);
    int64_t applied = record.home->messages;
    if (sim->store->ops->load_case(sim->store, p, written->household, &seen, &fault))
        sim_fail(sim, "%s", fault.text);
    /* By the wall clock another life may find something else. */
    for (size_t i = 0; i < sim->noted_count && !sim->people; i++) {
        const struct sim_noted *noted = &sim->noted[i];
        /* The record of a batch that is not settled yet is ahead of nothing. */
        bool waits = noted->seq / 4 == applied && noted->seq % 4 == 2 && record.home->settle_ms;
        if (text_is(written->household, noted->household) && noted->seq / 4 <= applied && !waits &&
            noted->seq > seen.finding_seq[noted->detector])
            sim_fail(sim,
                     "partition %u: the record of %s is flushed with finding %" PRId64
                     " of %s, the store knows %" PRId64,
                     p, noted->household, noted->seq, detectors[noted->detector]->name,
                     seen.finding_seq[noted->detector]);
    }
}

static bool letter_sent(const struct sim *sim, uint32_t p, int lane, int64_t offset)
{
    char place[64];
    (void)snprintf(place, sizeof place, " %u %lld", p, (long long)offset);
    for (size_t i = 0; i < sim->sent_count; i++) {
        const struct sim_sent *sent = &sim->sent[i];
        const struct sim_message *message = &sim->lanes[p][lane].messages[offset];
        size_t bytes = strlen(sent->id), tail = strlen(place);
        if (sent->topic == PUBLISH_DEAD_LETTERS && text_equal(sent->body, message->payload) &&
            bytes >= tail && strcmp(sent->id + bytes - tail, place) == 0)
            return true;
    }
    return false;
}

struct applied {
    int64_t at[TOPIC_COUNT];
};

static void look_at_applied(void *context, size_t index, const void *bytes, uint32_t size)
{
    struct applied *applied = (struct applied *)context + index;
    struct record record;
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        applied->at[lane] = -1;
    if (!size)
        return;
    record_view((void *)(uintptr_t)bytes, &record);
    memcpy(applied->at, record.home->applied, sizeof applied->at);
}

/* Whoever goes on from here has lost nothing: what lies before is in the records, or a dead
 * letter. */
static void check_resume(struct sim *sim, uint32_t p, const int64_t before[TOPIC_COUNT],
                         const int64_t resume[TOPIC_COUNT])
{
    struct applied applied[SIM_HOMES_MAX];
    struct text homes[SIM_HOMES_MAX];
    struct fault fault;
    for (int home = 0; home < sim->home_count[p]; home++)
        homes[home] = text_of(sim->homes[p][home]);
    if (sim->store->ops->load(sim->store, p, homes, (size_t)sim->home_count[p], look_at_applied,
                              applied, &fault))
        sim_fail(sim, "%s", fault.text);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        for (int64_t at = before[lane] < 0 ? 0 : before[lane]; at < resume[lane]; at++) {
            const struct sim_message *message = &sim->lanes[p][lane].messages[at];
            if ((size_t)at >= sim->lanes[p][lane].count)
                sim_fail(sim, "partition %u, lane %d: goes on at %lld, behind the end", p, lane,
                         (long long)resume[lane]);
            else if ((message->home == SIM_NOBODY || applied[message->home].at[lane] < at) &&
                     !letter_sent(sim, p, lane, at))
                sim_fail(sim,
                         "partition %u, lane %d: goes on at %lld, but %s has not applied %lld, "
                         "nor is it among the dead letters",
                         p, lane, (long long)resume[lane], message->key, (long long)at);
        }
}

/* ---- the port ---- */

static enum err really_take(struct store *store, uint32_t p, struct store_head *out,
                            store_settle_fn *settle, void *context, struct fault *fault)
{
    struct sim *sim = sim_of(store);
    enum err err = REAL->ops->take(REAL, p, out, settle, context, fault);
    if (err)
        return err;
    out->connection = sim->rewinds;
    ((struct sim_store *)store)->worker->taken_over[p] = sim->rewinds;
    memcpy(sim->taker[p], out->token, sizeof sim->taker[p]);
    return ERR_OK;
}

static enum err sim_take(struct store *store, uint32_t p, struct store_head *out,
                         store_settle_fn *settle, void *context, struct fault *fault)
{
    FORWARD(true, really_take(store, p, out, settle, context, fault));
}

static enum err really_open(struct store *store, struct store_head *head, struct fault *fault)
{
    enum err err = over_connection(store, head, fault);
    if (!err)
        err = REAL->ops->open(REAL, head, fault);
    if (!err)
        owner_wrote(sim_of(store), head, "that it is open");
    return err;
}

static enum err sim_open(struct store *store, struct store_head *head, struct fault *fault)
{
    FORWARD(true, really_open(store, head, fault));
}

static uint64_t sim_connection(const struct store *store)
{
    return sim_of(store)->rewinds;
}

static enum err sim_load(struct store *store, uint32_t p, const struct text *households,
                         size_t count, store_record_fn *got, void *context, struct fault *fault)
{
    FORWARD(false, REAL->ops->load(REAL, p, households, count, got, context, fault));
}

static enum err really_flush(struct store *store, struct store_head *head,
                             const struct store_record *records, size_t count,
                             const int64_t offsets[TOPIC_COUNT], struct fault *fault)
{
    struct sim *sim = sim_of(store);
    int64_t before[TOPIC_COUNT];
    memcpy(before, head->offsets, sizeof before);
    enum err err = over_connection(store, head, fault);
    if (!err)
        err = REAL->ops->flush(REAL, head, records, count, offsets, fault);
    if (err)
        return err;
    owner_wrote(sim, head, "records");
    for (size_t i = 0; i < count; i++)
        check_record(sim, head->partition, &records[i]);
    check_resume(sim, head->partition, before, offsets);
    return ERR_OK;
}

static enum err sim_flush(struct store *store, struct store_head *head,
                          const struct store_record *records, size_t count,
                          const int64_t offsets[TOPIC_COUNT], struct fault *fault)
{
    FORWARD(true, really_flush(store, head, records, count, offsets, fault));
}

static enum err sim_load_case(struct store *store, uint32_t p, struct text household,
                              struct store_case *out, struct fault *fault)
{
    FORWARD(false, REAL->ops->load_case(REAL, p, household, out, fault));
}

static enum err really_step(struct store *store, struct store_head *head,
                            const struct store_transition *step, struct fault *fault)
{
    enum err err = over_connection(store, head, fault);
    if (!err)
        err = REAL->ops->transition(REAL, head, step, fault);
    if (!err)
        owner_wrote(sim_of(store), head, "a step of an alert");
    sim_trace("sim: step of %s to %lld with finding %lld of detector %d: %s",
              step->alert ? step->alert : "no alert", (long long)step->version,
              (long long)step->finding_seq, step->detector, err_text(err));
    return err;
}

static enum err sim_transition(struct store *store, struct store_head *head,
                               const struct store_transition *step, struct fault *fault)
{
    FORWARD(true, really_step(store, head, step, fault));
}

static enum err sim_alert(struct store *store, uint32_t p, const char *id, struct buffer *out,
                          struct fault *fault)
{
    FORWARD(false, REAL->ops->alert(REAL, p, id, out, fault));
}

static enum err sim_alerts(struct store *store, uint32_t p, bool live_only, size_t limit,
                           store_alert_fn *each, void *context, struct fault *fault)
{
    FORWARD(false, REAL->ops->alerts(REAL, p, live_only, limit, each, context, fault));
}

static enum err sim_alerts_of(struct store *store, uint32_t p, struct text household, size_t limit,
                              store_alert_fn *each, void *context, struct fault *fault)
{
    FORWARD(false, REAL->ops->alerts_of(REAL, p, household, limit, each, context, fault));
}

static enum err sim_alerts_from(struct store *store, uint32_t p, size_t from, size_t max,
                                size_t *count, store_alert_fn *each, void *context,
                                struct fault *fault)
{
    FORWARD(false, REAL->ops->alerts_from(REAL, p, from, max, count, each, context, fault));
}

bool sim_was_erased(const struct sim *sim, const char *alert)
{
    for (size_t i = 0; i < sim->erased_count; i++)
        if (strcmp(sim->erased[i], alert) == 0)
            return true;
    return false;
}

static void note_erased(struct sim *sim, const char *alert)
{
    if (sim_was_erased(sim, alert))
        return;
    if (sim->erased_count == sim->erased_room) {
        sim->erased_room = sim->erased_room ? sim->erased_room * 2 : 16;
        sim->erased = memory_grow(sim->erased, sim->erased_room * sizeof *sim->erased);
    }
    (void)text_copy(text_of(alert), sim->erased[sim->erased_count++], sizeof sim->erased[0]);
}

static enum err really_erase(struct store *store, struct store_head *head,
                             const struct store_erasure *erasure, struct fault *fault)
{
    enum err err = over_connection(store, head, fault);
    if (!err)
        err = REAL->ops->erase(REAL, head, erasure, fault);
    if (!err)
        owner_wrote(sim_of(store), head, "an erasure");
    if (!err && !erasure->snapshot.at)
        note_erased(sim_of(store), erasure->alert);
    return err;
}

static enum err sim_erase(struct store *store, struct store_head *head,
                          const struct store_erasure *erasure, struct fault *fault)
{
    FORWARD(true, really_erase(store, head, erasure, fault));
}

static enum err sim_document(struct store *store, const char *shelf, const char *name,
                             int64_t *version, struct buffer *out, struct fault *fault)
{
    FORWARD(false, REAL->ops->document(REAL, shelf, name, version, out, fault));
}

static enum err sim_document_set(struct store *store, const struct store_document *document,
                                 struct fault *fault)
{
    FORWARD(true, REAL->ops->document_set(REAL, document, fault));
}

static enum err sim_area_add(struct store *store, const struct store_area_hour *adds, size_t count,
                             unsigned window_hours, struct store_area_total *totals,
                             struct fault *fault)
{
    FORWARD(true, REAL->ops->area_add(REAL, adds, count, window_hours, totals, fault));
}

static enum err sim_incident_set(struct store *store, const char *group, int64_t expected,
                                 int64_t version, struct text incident, int64_t opened_s,
                                 struct fault *fault)
{
    FORWARD(true,
            REAL->ops->incident_set(REAL, group, expected, version, incident, opened_s, fault));
}

static enum err sim_incidents(struct store *store, store_incident_fn *each, void *context,
                              struct fault *fault)
{
    FORWARD(false, REAL->ops->incidents(REAL, each, context, fault));
}

static enum err sim_due(struct store *store, uint32_t p, int64_t now_ms, struct store_due *out,
                        size_t max, size_t *count, struct fault *fault)
{
    FORWARD(false, REAL->ops->due(REAL, p, now_ms, out, max, count, fault));
}

static enum err sim_outbox(struct store *store, uint32_t p, const char *after, size_t max,
                           store_outbox_fn *each, void *context, struct fault *fault)
{
    FORWARD(false, REAL->ops->outbox(REAL, p, after, max, each, context, fault));
}

static enum err really_done(struct store *store, struct store_head *head, uint32_t p,
                            const char *const *entries, size_t count, int64_t log_offset,
                            struct fault *fault)
{
    enum err err = over_connection(store, head, fault);
    if (!err)
        err = REAL->ops->outbox_done(REAL, head, p, entries, count, log_offset, fault);
    if (!err)
        owner_wrote(sim_of(store), head, "to the outbox");
    return err;
}

static enum err sim_outbox_done(struct store *store, struct store_head *head, uint32_t p,
                                const char *const *entries, size_t count, int64_t log_offset,
                                struct fault *fault)
{
    FORWARD(true, really_done(store, head, p, entries, count, log_offset, fault));
}

static enum err sim_clock_ms(struct store *store, int64_t *out, struct fault *fault)
{
    (void)fault;
    *out = sim_of(store)->clock.clock.set_ms;
    return ERR_OK;
}

static void sim_free(struct store *store)
{
    REAL->ops->free(REAL);
    free(store);
}

static const struct store_ops ops = {
    .name = "simulated",
    .take = sim_take,
    .open = sim_open,
    .connection = sim_connection,
    .load = sim_load,
    .flush = sim_flush,
    .load_case = sim_load_case,
    .transition = sim_transition,
    .alert = sim_alert,
    .alerts = sim_alerts,
    .alerts_of = sim_alerts_of,
    .alerts_from = sim_alerts_from,
    .erase = sim_erase,
    .document = sim_document,
    .document_set = sim_document_set,
    .area_add = sim_area_add,
    .incident_set = sim_incident_set,
    .incidents = sim_incidents,
    .due = sim_due,
    .outbox = sim_outbox,
    .outbox_done = sim_outbox_done,
    .clock_ms = sim_clock_ms,
    .free = sim_free,
};

struct store *sim_store_new(struct sim_worker *worker)
{
    struct sim_store *store = memory_get(sizeof *store);
    store->store.ops = &ops;
    store->worker = worker;
    store->real = store_memory_again(worker->sim->store);
    return &store->store;
}
