/* SPDX-License-Identifier: Apache-2.0
 *
 * A person's action, told to Kafka before it is confirmed.
 */
#include <string.h>

#include "base/log.h"
#include "console/server.h"
#include "ingest/source.h"

#define OUTBOX_PAGE      64
#define OUTBOX_PAGES_MAX 64
#define ENTRY_BYTES      64
#define MESSAGES         2 /* event and outcome */

void announce_done(void *context, void *token, enum err err, uint32_t partition, int64_t offset)
{
    struct announcement *now = &((struct api *)context)->announcement;
    (void)partition;
    (void)offset;
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

struct own_entries {
    const struct store_transition *step;
    char found[MESSAGES][ENTRY_BYTES];
    size_t found_count;
    char last[ENTRY_BYTES];
    size_t seen;
};

static void own_entry(void *context, const struct store_outbox_entry *entry)
{
    struct own_entries *own = context;
    own->seen++;
    (void)text_copy(text_of(entry->entry), own->last, sizeof own->last);
    if (own->found_count < MESSAGES &&
        (text_equal(entry->id, own->step->event_id) ||
         (own->step->message.at && text_equal(entry->id, own->step->message_id))))
        (void)text_copy(text_of(entry->entry), own->found[own->found_count++], ENTRY_BYTES);
}

/* What was delivered leaves the outbox. A failure only means that it is published once more. */
static void outbox_clear(struct api *api, const struct store_transition *step)
{
    struct own_entries own = {.step = step};
    struct fault fault = {0};
    size_t want = (step->event.at ? 1 : 0) + (step->message.at ? 1 : 0);
    enum err err = ERR_OK;
    for (int page = 0; page < OUTBOX_PAGES_MAX && !err && own.found_count < want; page++) {
        char after[ENTRY_BYTES];
        (void)text_copy(text_of(own.last), after, sizeof after);
        own.seen = 0;
        err = api->store->ops->outbox(api->store, step->partition, after, OUTBOX_PAGE, own_entry,
                                      &own, &fault);
        if (own.seen < OUTBOX_PAGE)
            break;
    }
    const char *entries[MESSAGES] = {own.found[0], own.found[1]};
    if (!err && own.found_count > 0)
        err = api->store->ops->outbox_done(api->store, NULL, step->partition, entries,
                                           own.found_count, OFFSET_NONE, &fault);
    if (err)
        log_line(LOG_WARNING, "a delivered event stays in the outbox", "alert=%s fault=\"%s\"",
                 step->alert, fault.text);
}

bool announce(struct api *api, const struct store_transition *step)
{
    struct announcement *now = &api->announcement;
    int64_t deadline_ms = clock_monotonic_ms(&clock_machine) + api->announce_wait_ms;
    *now = (struct announcement){.serial = now->serial + 1};
    if (step->event.at && !publish(api, PUBLISH_ALERTS, step->household, step->event, deadline_ms))
        return false;
    if (step->message.at &&
        !publish(api, PUBLISH_HOUSEHOLD, step->household, step->message, deadline_ms))
        return false;
    while (now->waiting > 0 && !now->failed && left_ms(deadline_ms) > 0)
        api->publisher->ops->poll(api->publisher, (int)left_ms(deadline_ms));
    if (now->waiting > 0 || now->failed) {
        now->serial++; /* answers that still come are too late for this person */
        return false;
    }
    outbox_clear(api, step);
    return true;
}
