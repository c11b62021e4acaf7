/* SPDX-License-Identifier: Apache-2.0
 *
 * What is kept no longer: alerts by age, and of people who have opted out or moved at once
 * (docs/decisions/0018-privacy.md). A household's message erases before its record is written, so a
 * replay erases again; what is gone already does no harm.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/retention.h"
#include "base/log.h"
#include "partition.h"

#define PIECE     16                     /* alerts looked at in one turn */
#define PASS_MS   (INT64_C(3600) * 1000) /* from one pass over a partition's alerts to the next */
#define TRIES_MAX 8

#define NAME(constant, name) [constant] = name,
const char *const erased_names[ERASED_COUNT] = {ERASED(NAME)};

static struct retention retention_of(const struct worker *worker)
{
    return (struct retention){.alerts_s = worker->settings->retention.alerts_s,
                              .notes_s = worker->settings->retention.notes_s,
                              .evidence_s = worker->settings->retention.evidence_s};
}

static enum err write_erasure(struct worker *worker, struct partition *partition,
                              const struct alert *alert, enum retained left, struct fault *fault)
{
    struct buffer snapshot = {0};
    if (left == RETAINED_LESS)
        alert_write(alert, &snapshot);
    const struct store_erasure erasure = {alert->id, text_of(alert->household), alert->version,
                                          left == RETAINED_LESS ? buffer_view(&snapshot)
                                                                : (struct text){NULL, 0}};
    enum err err = worker->store->ops->erase(worker->store, &partition->head, &erasure, fault);
    buffer_done(&snapshot);
    return err;
}

/* One alert as far as it goes; one that is live, or gone, stays as it is. */
static enum err erase_one(struct worker *worker, struct partition *partition, const char *id,
                          enum erased why, int64_t now_ms, struct fault *fault)
{
    struct alert alert;
    struct retention retention = retention_of(worker);
    enum retained left = RETAINED_WHOLE;
    enum err err = casework_load(worker, partition, id, &alert, fault);
    if (err)
        return err == ERR_NOT_FOUND ? ERR_OK : err;
    if (why == ERASED_AGE)
        left = retention_trim(&alert, &retention, now_ms);
    else if (why == ERASED_OPT_OUT && !alert_is_live(&alert))
        left = RETAINED_NOT;
    else if (why == ERASED_MOVE && retention_strip(&alert))
        left = RETAINED_LESS;
    if (left != RETAINED_WHOLE)
        err = write_erasure(worker, partition, &alert, left, fault);
    if (!err && left != RETAINED_WHOLE)
        metric_add(&worker->counts.erased[why], 1);
    worker_beat(&worker->counts);
    alert_done(&alert);
    return err;
}

/* ---- by age ---- */

struct piece {
    struct retention retention;
    int64_t now_ms, least_s;
    bool young; /* those that follow cannot have been closed long enough */
    size_t count, gone;
    char ids[PIECE][STORE_ALERT_ID_MAX];
};

static bool look_at_age(void *context, uint32_t partition, struct text snapshot)
{
    struct piece *piece = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault))
        return true; /* whoever lists it is told */
    piece->young = alert.raised_s > piece->now_ms / 1000 - piece->least_s;
    enum retained left = retention_trim(&alert, &piece->retention, piece->now_ms);
    piece->gone += left == RETAINED_NOT;
    if (left != RETAINED_WHOLE)
        (void)text_copy(text_of(alert.id), piece->ids[piece->count++], STORE_ALERT_ID_MAX);
    alert_done(&alert);
    return !piece->young;
}

/* Ages are counted to the newest message's time: a clock that jumps ahead must not erase years. */
static int64_t age_until_ms(const struct worker *worker, int64_t wall_ms)
{
    int64_t event_ms = atomic_load_explicit(&worker->counts.event_ms, memory_order_relaxed);
    return event_ms < wall_ms ? event_ms : wall_ms;
}

bool erase_turn(struct worker *worker, struct partition *partition, int64_t wall_ms)
{
    struct piece piece = {.retention = retention_of(worker),
                          .now_ms = age_until_ms(worker, wall_ms)};
    int64_t now = clock_monotonic_ms(worker->options.clock);
    size_t count = 0;
    struct fault fault = {""};
    if (now < partition->erase_ms || piece.now_ms <= 0 ||
        !worker->source->ops->at_end(worker->source, partition->number))
        return true;
    piece.least_s = piece.retention.notes_s < piece.retention.evidence_s
                        ? piece.retention.notes_s
                        : piece.retention.evidence_s;
    enum err err =
        worker->store->ops->alerts_from(worker->store, partition->number, partition->erase_from,
                                        PIECE, &count, look_at_age, &piece, &fault);
    for (size_t i = 0; i < piece.count && !err; i++) {
        err = erase_one(worker, partition, piece.ids[i], ERASED_AGE, piece.now_ms, &fault);
        if (err == ERR_CONFLICT) /* somebody has reopened it */
            err = ERR_OK;
    }
    if (err) {
        partition_fail(worker, partition, err, &fault);
        return false;
    }
    partition->erase_from += count - piece.gone;
    if (count < PIECE || piece.young) {
        partition->erase_from = 0;
        partition->erase_ms = now + PASS_MS;
    }
    return true;
}

/* ---- people who have left ---- */

struct theirs {
    int64_t until_s;
    bool opts_out;
    char (*ids)[STORE_ALERT_ID_MAX];
    size_t count;
};

static bool note_theirs(void *context, uint32_t partition, struct text snapshot)
{
    struct theirs *theirs = context;
    struct alert alert;
    struct fault fault = {""};
    if (alert_read(snapshot, &alert, &fault)) {
        log_line(LOG_ERROR, "alert of people who have left cannot be read, and stays",
                 "partition=%u error=\"%s\"", partition, fault.text);
        return true;
    }
    /* Of a move, what was closed by then: a replay may find closed what was live when it came. */
    if (theirs->opts_out
            ? alert.raised_s <= theirs->until_s
            : !alert_is_live(&alert) && retention_closed_ms(&alert) / 1000 <= theirs->until_s) {
        theirs->ids = array_room(theirs->ids, theirs->count, sizeof *theirs->ids);
        (void)text_copy(text_of(alert.id), theirs->ids[theirs->count++], STORE_ALERT_ID_MAX);
    }
    alert_done(&alert);
    return true;
}

/* False: the partition was lost over it. */
static bool leave_one(struct worker *worker, struct partition *partition, const char *id,
                      enum erased why)
{
    const struct change change = {
        .kind = CHANGE_OPT_OUT, .who = ALERT_WHO_MACHINE, .at_ms = worker->context.wall_ms};
    struct fault fault = {""};
    enum err err = ERR_CONFLICT; /* a person's step in this moment */
    for (int tries = 0; err == ERR_CONFLICT && tries < TRIES_MAX; tries++) {
        if (why == ERASED_OPT_OUT && !casework_change(worker, partition, id, &change))
            return false;
        err = erase_one(worker, partition, id, why, 0, &fault);
    }
    if (err)
        partition_fail(worker, partition, err, &fault);
    return !err;
}

/* The register of their absences (console/absence.h): words of people, too. */
static enum err forget_absences(struct store *store, struct text household, struct fault *fault)
{
    char name[STORE_DOCUMENT_NAME_MAX];
    struct buffer body = {0};
    enum err err = ERR_CONFLICT;
    if (!text_copy(household, name, sizeof name))
        return ERR_OK; /* no document has such a name */
    for (int tries = 0; err == ERR_CONFLICT && tries < TRIES_MAX; tries++) {
        int64_t version = 0;
        buffer_clear(&body);
        err = store->ops->document(store, STORE_SHELF_ABSENCE, name, &version, &body, fault);
        const struct store_document none = {
            .shelf = STORE_SHELF_ABSENCE, .name = name, .expected_version = version};
        if (!err)
            err = store->ops->document_set(store, &none, fault);
    }
    buffer_done(&body);
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

bool erase_leavers(struct worker *worker, struct partition *partition,
                   const struct message *message, int64_t known_s)
{
    if (message->type != MESSAGE_HOUSEHOLD)
        return true;
    enum household_event event = message->event.event;
    bool opts_out = event == HOUSEHOLD_OPTED_OUT;
    if (!opts_out && event != HOUSEHOLD_MOVED_OUT && event != HOUSEHOLD_MOVED_IN)
        return true;
    /* Who lives there later may have opted in: of a rebuild their alerts are there already. */
    int64_t at_s = message->at_ms / 1000;
    struct theirs theirs = {.until_s = opts_out && known_s > at_s ? known_s : at_s,
                            .opts_out = opts_out};
    struct fault fault = {""};
    struct store *store = worker->store;
    enum err err = store->ops->alerts_of(store, partition->number, message->household, 0,
                                         note_theirs, &theirs, &fault);
    if (!err && event != HOUSEHOLD_MOVED_IN)
        err = forget_absences(store, message->household, &fault);
    if (err)
        partition_fail(worker, partition, err, &fault);
    bool kept = !err;
    for (size_t i = 0; i < theirs.count && kept; i++)
        kept = leave_one(worker, partition, theirs.ids[i], opts_out ? ERASED_OPT_OUT : ERASED_MOVE);
    free(theirs.ids);
    return kept;
}
