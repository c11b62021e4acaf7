/* SPDX-License-Identifier: Apache-2.0
 *
 * Alerts of the memory store: the twin of the transition script (redis_scripts.c), in the same
 * order: owner, finding, version, the team's other alert; then the writes.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/memory_partition.h"
#include "store/store_check.h"

static int compare_timers(const struct store_due *a, const struct store_due *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms < b->due_ms ? -1 : 1;
    /* As Redis orders "alert|kind". */
    char left[64], right[64];
    (void)snprintf(left, sizeof left, "%s|%s", a->alert, a->kind);
    (void)snprintf(right, sizeof right, "%s|%s", b->alert, b->kind);
    return strcmp(left, right);
}

/* kind NULL: all of the alert. */
static void drop_timers(struct memory_partition *partition, const char *alert, const char *kind)
{
    size_t kept = 0;
    for (size_t i = 0; i < partition->timer_count; i++) {
        const struct store_due *timer = &partition->timers[i];
        if (strcmp(timer->alert, alert) != 0 || (kind && strcmp(timer->kind, kind) != 0))
            partition->timers[kept++] = *timer;
    }
    partition->timer_count = kept;
}

static void add_timer(struct memory_partition *partition, const char *alert,
                      const struct store_timer *timer)
{
    struct store_due due = {.due_ms = timer->due_ms};
    (void)text_copy(text_of(alert), due.alert, sizeof due.alert);
    (void)text_copy(text_of(timer->kind), due.kind, sizeof due.kind);
    partition->timers = memory_room(partition->timers, partition->timer_count,
                                    &partition->timer_room, sizeof *partition->timers);
    size_t at = partition->timer_count++;
    for (; at > 0 && compare_timers(&due, &partition->timers[at - 1]) < 0; at--)
        partition->timers[at] = partition->timers[at - 1];
    partition->timers[at] = due;
}

static void set_timers(struct memory_partition *partition, const struct store_transition *step)
{
    if (!step->live)
        drop_timers(partition, step->alert, NULL);
    for (size_t i = 0; step->live && i < step->timer_count; i++) {
        drop_timers(partition, step->alert, step->timers[i].kind);
        if (step->timers[i].due_ms > 0)
            add_timer(partition, step->alert, &step->timers[i]);
    }
}

static void add_entry(struct memory_partition *partition, enum outbox_topic topic,
                      const struct store_transition *step, struct text id, struct text body)
{
    if (body.bytes == 0)
        return;
    partition->outbox = memory_room(partition->outbox, partition->outbox_count,
                                    &partition->outbox_room, sizeof *partition->outbox);
    partition->outbox[partition->outbox_count++] = (struct memory_entry){
        .number = ++partition->outbox_last,
        .topic = topic,
        .key = memory_text_copy(step->household),
        .id = memory_text_copy(id),
        .body = memory_text_copy(body),
    };
}

static void set_open(struct store_case *open, const struct store_transition *step)
{
    for (size_t team = 0; team < TEAM_COUNT; team++)
        if (strcmp(open->open[team], step->alert) == 0)
            open->open[team][0] = '\0';
    if (step->live)
        (void)text_copy(text_of(step->alert), open->open[step->team], STORE_ALERT_ID_MAX);
}

static void set_alert(struct memory_partition *partition, struct memory_alert *alert,
                      const struct store_transition *step)
{
    if (!alert) {
        alert = memory_get(sizeof *alert);
        alert->item.key = memory_text_copy(text_of(step->alert));
        memory_table_put(&partition->alerts, &alert->item);
    } else {
        memory_unlist_alert(partition, alert);
        memory_text_done(&alert->household);
        memory_text_done(&alert->snapshot);
    }
    alert->household = memory_text_copy(step->household);
    alert->snapshot = memory_text_copy(step->snapshot);
    alert->version = step->version;
    alert->raised_s = step->raised_s;
    alert->live = step->live;
    memory_list_alert(partition, alert);
}

static enum err check_step(struct memory_partition *partition, const struct store_transition *step,
                           const struct memory_alert *alert, struct fault *fault)
{
    const struct memory_case *one = memory_table_find(&partition->cases, step->household);
    int64_t known = one && step->detector >= 0 ? one->open.finding_seq[step->detector] : 0;
    if (step->detector >= 0 && step->finding_seq <= known)
        return store_say_duplicate(step, known, fault);
    if (!step->alert)
        return ERR_OK;
    int64_t present = alert ? alert->version : 0;
    if (present != step->expected_version)
        return store_say_version(step->alert, step->expected_version, present, fault);
    const struct memory_gone *gone = memory_table_find(&partition->gone, text_of(step->alert));
    if (step->restores && step->expected_version == 0 && gone && gone->version >= step->version)
        return store_say_gone(step, fault);
    const char *other = one ? one->open.open[step->team] : "";
    if (step->live && other[0] && strcmp(other, step->alert) != 0)
        return store_say_open(step, other, fault);
    return ERR_OK;
}

enum err memory_transition(struct memory_partition *partition, struct store_head *head,
                           const struct store_transition *step, struct fault *fault)
{
    struct store_head *now = &partition->head;
    enum err err = ERR_OK;
    if (head)
        err = store_compare_owner(head, now->counter, now->token, now->seq, fault);
    struct memory_alert *alert =
        step->alert ? memory_table_find(&partition->alerts, text_of(step->alert)) : NULL;
    if (err == ERR_OK)
        err = check_step(partition, step, alert, fault);
    if (err != ERR_OK)
        return err;

    struct store_case *open = &memory_case_of(partition, step->household)->open;
    if (head)
        head->seq = ++now->seq;
    if (step->detector >= 0)
        open->finding_seq[step->detector] = step->finding_seq;
    if (step->alert) {
        set_alert(partition, alert, step);
        set_open(open, step);
        set_timers(partition, step);
        add_entry(partition, OUTBOX_ALERTS, step, step->event_id, step->event);
    }
    add_entry(partition, OUTBOX_HOUSEHOLD, step, step->message_id, step->message);
    return ERR_OK;
}

void memory_alerts(const struct memory_partition *partition, bool live_only,
                   const struct text *household, size_t limit, store_alert_fn *each, void *context)
{
    size_t given = 0;
    for (size_t i = partition->listed_count; i-- > 0 && (limit == 0 || given < limit);) {
        const struct memory_alert *alert = partition->listed[i];
        if ((live_only && !alert->live) || (household && !text_equal(alert->household, *household)))
            continue;
        given++;
        if (!each(context, partition->head.partition, alert->snapshot))
            return;
    }
}

size_t memory_alerts_from(const struct memory_partition *partition, size_t from, size_t max,
                          store_alert_fn *each, void *context)
{
    size_t count = 0;
    bool go = true;
    for (size_t i = from; i < partition->listed_count && count < max; i++, count++)
        if (go)
            go = each(context, partition->head.partition, partition->listed[i]->snapshot);
    return count;
}

void memory_note_gone(struct memory_partition *partition, struct text alert, int64_t version)
{
    struct memory_gone *gone = memory_table_find(&partition->gone, alert);
    if (!gone) {
        gone = memory_get(sizeof *gone);
        gone->item.key = memory_text_copy(alert);
        memory_table_put(&partition->gone, &gone->item);
    }
    gone->version = version;
}

enum err memory_erase(struct memory_partition *partition, struct store_head *head,
                      const struct store_erasure *erasure, struct fault *fault)
{
    struct store_head *now = &partition->head;
    enum err err = store_compare_owner(head, now->counter, now->token, now->seq, fault);
    if (err != ERR_OK)
        return err;
    struct memory_alert *alert = memory_table_find(&partition->alerts, text_of(erasure->alert));
    int64_t present = alert ? alert->version : 0;
    if (present != erasure->version || !alert)
        return store_say_version(erasure->alert, erasure->version, present, fault);
    if (alert->live)
        return store_say_live(erasure, fault);
    head->seq = ++now->seq;
    if (erasure->snapshot.at) {
        memory_text_done(&alert->snapshot);
        alert->snapshot = memory_text_copy(erasure->snapshot);
        return ERR_OK;
    }
    memory_note_gone(partition, text_of(erasure->alert), alert->version);
    memory_unlist_alert(partition, alert);
    (void)memory_table_drop(&partition->alerts, text_of(erasure->alert));
    memory_alert_free(alert);
    return ERR_OK;
}

size_t memory_due(const struct memory_partition *partition, int64_t now_ms, struct store_due *out,
                  size_t max)
{
    size_t count = 0;
    for (; count < max && count < partition->timer_count; count++) {
        if (partition->timers[count].due_ms > now_ms)
            break;
        out[count] = partition->timers[count];
    }
    return count;
}

static size_t first_after(const struct memory_partition *partition, uint64_t number)
{
    size_t low = 0, high = partition->outbox_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (partition->outbox[middle].number <= number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void memory_outbox(const struct memory_partition *partition, const char *after, size_t max,
                   store_outbox_fn *each, void *context)
{
    size_t at = first_after(partition, strtoull(after, NULL, 10));
    for (size_t given = 0; at < partition->outbox_count && given < max; at++, given++) {
        const struct memory_entry *entry = &partition->outbox[at];
        char id[64];
        (void)snprintf(id, sizeof id, "%" PRIu64 "-0", entry->number);
        each(context,
             &(struct store_outbox_entry){id, entry->topic, entry->key, entry->id, entry->body});
    }
}

void memory_outbox_done(struct memory_partition *partition, const char *const *entries,
                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t number = strtoull(entries[i], NULL, 10);
        size_t at = first_after(partition, number);
        if (at == 0 || partition->outbox[at - 1].number != number)
            continue;
        struct memory_entry *entry = &partition->outbox[at - 1];
        memory_text_done(&entry->key);
        memory_text_done(&entry->id);
        memory_text_done(&entry->body);
        memmove(partition->outbox + at - 1, partition->outbox + at,
                (partition->outbox_count - at) * sizeof *entry);
        partition->outbox_count--;
    }
}
