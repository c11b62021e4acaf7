/* SPDX-License-Identifier: Apache-2.0
 *
 * A person's action, told to Kafka before it is confirmed.
 */
#include <string.h>

#include "base/log.h"
#include "console/anchor.h"
#include "console/server.h"
#include "ingest/source.h"

#define OUTBOX_PAGE      64
#define OUTBOX_PAGES_MAX 64
#define ENTRY_BYTES      64
#define BACKLOG_MAX      64 /* of one household */

void announce_done(void *context, void *token, enum err err, uint32_t partition, int64_t offset)
{
    struct announcement *now = &((struct api *)context)->announcement;
    (void)partition;
    (void)offset;
    if (anchor_done(token, err))
        return;
    if ((uintptr_t)token != now->serial)
        return; /* one that was given up: its outbox entry is still there */
    now->waiting--;
    if (err)
        now->failed = true;
}

static int64_t left_ms(int64_t deadline_ms)
{
    int64_t left = deadline_ms - clock_monotonic_ms(&clock_machine);
    return left > 0 ? left : 0;
}

/* Waits for room in the producer's queue; false when it was refused or time is up. */
static bool publish(struct api *api, enum publisher_topic topic, struct text key, struct text body,
                    int64_t deadline_ms)
{
    struct publisher *publisher = api->publisher;
    struct fault fault = {0};
    /* The serial is a token: it is compared, never followed. */
    void *token = (void *)api->announcement.serial; /* NOLINT(performance-no-int-to-ptr) */
    enum err err;
    while ((err = publisher->ops->publish(publisher, topic, key, body, NULL, 0, token, &fault)) ==
               ERR_BUSY &&
           left_ms(deadline_ms) > 0)
        publisher->ops->poll(publisher, 50);
    if (err) {
        log_line(LOG_WARNING, "a person's action waits in the outbox", "fault=\"%s\"", fault.text);
        return false;
    }
    api->announcement.waiting++;
    return true;
}

/* What the outbox has of a household, oldest first: the step that is announced and those before
 * it that Kafka may not have yet. */
struct told {
    char entry[ENTRY_BYTES];
    enum publisher_topic topic;
    struct buffer body;
};
struct backlog {
    struct text household;
    struct told told[BACKLOG_MAX];
    size_t count;
    bool cut; /* there is more than is told at once */
    char last[ENTRY_BYTES];
    size_t seen;
};

static void backlog_take(void *context, const struct store_outbox_entry *entry)
{
    struct backlog *backlog = context;
    backlog->seen++;
    (void)text_copy(text_of(entry->entry), backlog->last, sizeof backlog->last);
    if (!text_equal(entry->key, backlog->household))
        return;
    if (backlog->count == BACKLOG_MAX) {
        backlog->cut = true;
        return;
    }
    struct told *told = &backlog->told[backlog->count++];
    (void)text_copy(text_of(entry->entry), told->entry, sizeof told->entry);
    told->topic = entry->topic == OUTBOX_ALERTS ? PUBLISH_ALERTS : PUBLISH_HOUSEHOLD;
    buffer_add(&told->body, entry->body.at, entry->body.bytes);
}

static enum err backlog_read(struct api *api, const struct store_transition *step,
                             struct backlog *out, struct fault *fault)
{
    enum err err = ERR_OK;
    bool at_end = false;
    *out = (struct backlog){.household = step->household};
    for (int page = 0; page < OUTBOX_PAGES_MAX && !err && !at_end; page++) {
        char after[ENTRY_BYTES];
        (void)text_copy(text_of(out->last), after, sizeof after);
        out->seen = 0;
        err = api->store->ops->outbox(api->store, step->partition, after, OUTBOX_PAGE, backlog_take,
                                      out, fault);
        at_end = out->seen < OUTBOX_PAGE;
    }
    out->cut = out->cut || !at_end;
    return err;
}

static void backlog_done(struct backlog *backlog)
{
    for (size_t i = 0; i < backlog->count; i++)
        buffer_done(&backlog->told[i].body);
}

/* One message, and the answer: the next step is not sent before. */
static bool tell(struct api *api, enum publisher_topic topic, struct text key, struct text body,
                 int64_t deadline_ms)
{
    struct announcement *now = &api->announcement;
    *now = (struct announcement){.serial = now->serial + 1};
    if (!publish(api, topic, key, body, deadline_ms))
        return false;
    while (now->waiting > 0 && left_ms(deadline_ms) > 0)
        api->publisher->ops->poll(api->publisher, (int)left_ms(deadline_ms));
    if (now->waiting == 0 && !now->failed)
        return true;
    now->serial++; /* an answer that still comes is too late for this person */
    return false;
}

bool announce(struct api *api, const struct store_transition *step)
{
    int64_t deadline_ms = clock_monotonic_ms(&clock_machine) + api->announce_wait_ms;
    struct backlog backlog;
    struct fault fault = {0};
    const char *entries[BACKLOG_MAX];
    size_t told = 0;
    enum err err = backlog_read(api, step, &backlog, &fault);
    bool whole = !err;
    for (; told < backlog.count && whole; told++) {
        const struct told *one = &backlog.told[told];
        whole = tell(api, one->topic, step->household, buffer_view(&one->body), deadline_ms);
        entries[told] = one->entry;
        if (!whole)
            break;
    }
    /* What was delivered leaves the outbox. A failure only means that it is published once more. */
    if (told > 0 && (err = api->store->ops->outbox_done(api->store, NULL, step->partition, entries,
                                                        told, OFFSET_NONE, &fault)))
        log_line(LOG_WARNING, "a delivered event stays in the outbox",
                 "household=%.*s fault=\"%s\"", (int)step->household.bytes, step->household.at,
                 fault.text);
    else if (err)
        log_line(LOG_WARNING, "a person's action waits in the outbox", "fault=\"%s\"", fault.text);
    backlog_done(&backlog);
    return whole && !backlog.cut;
}
