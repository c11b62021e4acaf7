/* SPDX-License-Identifier: Apache-2.0 */
#include "delivery/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum flight_state { FLIGHT_FREE, FLIGHT_FLYING, FLIGHT_DELIVERED };

struct flight {
    enum flight_state state;
    uint32_t round; /* of the outbox when it was published */
    enum outbox_topic topic;
    int64_t offset;
    char entry[64], id[64], household[MESSAGE_ID_MAX + 1];
};

struct outbox {
    uint32_t partition, round;
    bool failed; /* something came back: begin anew once all are back */
    size_t flying, delivered;
    char after[64];   /* the last entry that is in flight */
    char refused[64]; /* the event that was complained of last */
    struct flight flights[OUTBOX_IN_FLIGHT_MAX];
};

struct outbox *outbox_new(uint32_t partition)
{
    struct outbox *outbox = memory_get(sizeof *outbox);
    outbox->partition = partition;
    return outbox;
}

void outbox_free(struct outbox *outbox)
{
    free(outbox);
}

bool outbox_owns(const struct outbox *outbox, const void *token)
{
    return (const struct flight *)token >= outbox->flights &&
           (const struct flight *)token < outbox->flights + OUTBOX_IN_FLIGHT_MAX;
}

/* Nothing may overtake it, so ops must know what holds the rest back. Once an entry. */
static void say_refusal(struct outbox *outbox, struct text id, enum err err,
                        const struct fault *fault)
{
    char name[64];
    if (err == ERR_BUSY || !text_copy(id, name, sizeof name) || strcmp(name, outbox->refused) == 0)
        return;
    memcpy(outbox->refused, name, sizeof name);
    log_line(LOG_ERROR, "event cannot be published and holds back the ones after it",
             "partition=%u event=%s error=\"%s\"", outbox->partition, name,
             fault->text[0] ? fault->text : err_text(err));
}

void outbox_delivered(struct outbox *outbox, void *token, enum err err, int64_t offset)
{
    struct flight *flight = token;
    outbox->flying--;
    if (flight->round != outbox->round) { /* of an ownership that has ended */
        flight->state = FLIGHT_FREE;
        return;
    }
    if (err) {
        const struct fault none = {""};
        say_refusal(outbox, text_of(flight->id), err, &none);
        flight->state = FLIGHT_FREE;
        outbox->failed = true;
        return;
    }
    flight->state = FLIGHT_DELIVERED;
    flight->offset = offset;
    outbox->delivered++;
}

size_t outbox_in_flight(const struct outbox *outbox)
{
    return outbox->flying;
}

bool outbox_idle(const struct outbox *outbox)
{
    return outbox->flying == 0 && outbox->delivered == 0;
}

void outbox_restart(struct outbox *outbox)
{
    outbox->round++;
    outbox->after[0] = '\0';
    outbox->failed = false;
    for (size_t i = 0; i < OUTBOX_IN_FLIGHT_MAX; i++)
        if (outbox->flights[i].state == FLIGHT_DELIVERED)
            outbox->flights[i].state = FLIGHT_FREE;
    outbox->delivered = 0;
}

struct pump {
    struct outbox *outbox;
    struct publisher *publisher;
    bool full;
    size_t published;
};

/* Nothing of a household is sent before what came before it is in Kafka: if that failed, and the
 * store then forgot it, the log would have a gap for ever, or two live alerts. */
static bool follows_one_in_flight(const struct outbox *outbox, enum outbox_topic topic,
                                  struct text household)
{
    for (size_t i = 0; i < OUTBOX_IN_FLIGHT_MAX; i++)
        if (outbox->flights[i].state == FLIGHT_FLYING &&
            outbox->flights[i].round == outbox->round && outbox->flights[i].topic == topic &&
            text_is(household, outbox->flights[i].household))
            return true;
    return false;
}

static void publish_entry(void *context, const struct store_outbox_entry *entry)
{
    struct pump *pump = context;
    struct outbox *outbox = pump->outbox;
    if (pump->full)
        return;
    if (follows_one_in_flight(outbox, entry->topic, entry->key)) {
        pump->full = true;
        return;
    }
    struct flight *flight = NULL;
    for (size_t i = 0; i < OUTBOX_IN_FLIGHT_MAX && !flight; i++)
        if (outbox->flights[i].state == FLIGHT_FREE)
            flight = &outbox->flights[i];
    if (!flight) {
        pump->full = true;
        return;
    }
    *flight = (struct flight){FLIGHT_FLYING, outbox->round, entry->topic, -1, "", "", ""};
    (void)text_copy(entry->id, flight->id, sizeof flight->id);
    (void)text_copy(entry->key, flight->household, sizeof flight->household);
    (void)text_copy(text_of(entry->entry), flight->entry, sizeof flight->entry);
    const struct publisher_header id = {"ce_id", entry->id};
    outbox->flying++;
    struct fault fault = {""};
    enum err err = pump->publisher->ops->publish(
        pump->publisher, entry->topic == OUTBOX_ALERTS ? PUBLISH_ALERTS : PUBLISH_HOUSEHOLD,
        entry->key, entry->body, &id, 1, flight, &fault);
    if (err) {
        say_refusal(outbox, entry->id, err, &fault);
        outbox->flying--;
        flight->state = FLIGHT_FREE;
        pump->full = true;
        return;
    }
    (void)text_copy(text_of(entry->entry), outbox->after, sizeof outbox->after);
    pump->published++;
}

/* What was delivered leaves the store. */
static enum err remove_delivered(struct outbox *outbox, struct store *store,
                                 struct store_head *head, int64_t log_base, struct fault *fault)
{
    const char *entries[OUTBOX_IN_FLIGHT_MAX];
    size_t count = 0;
    int64_t log = OFFSET_NONE;
    for (size_t i = 0; i < OUTBOX_IN_FLIGHT_MAX; i++) {
        struct flight *flight = &outbox->flights[i];
        if (flight->state != FLIGHT_DELIVERED)
            continue;
        entries[count++] = flight->entry;
        if (flight->topic == OUTBOX_ALERTS && flight->offset >= 0 &&
            log_base + flight->offset + 1 > log)
            log = log_base + flight->offset + 1;
    }
    enum err err =
        store->ops->outbox_done(store, head, outbox->partition, entries, count, log, fault);
    if (err)
        return err;
    for (size_t i = 0; i < OUTBOX_IN_FLIGHT_MAX; i++)
        if (outbox->flights[i].state == FLIGHT_DELIVERED)
            outbox->flights[i].state = FLIGHT_FREE;
    outbox->delivered = 0;
    return ERR_OK;
}

enum err outbox_pump(struct outbox *outbox, struct store *store, struct store_head *head,
                     struct publisher *publisher, int64_t log_base, bool *moved,
                     struct fault *fault)
{
    *moved = false;
    publisher->ops->poll(publisher, 0);
    if (outbox->delivered) {
        enum err err = remove_delivered(outbox, store, head, log_base, fault);
        if (err)
            return err;
        *moved = true;
    }
    if (outbox->failed) {
        if (outbox->flying)
            return ERR_OK;
        outbox_restart(outbox);
    }
    if (outbox->flying >= OUTBOX_IN_FLIGHT_MAX)
        return ERR_OK;
    struct pump pump = {.outbox = outbox, .publisher = publisher};
    enum err err =
        store->ops->outbox(store, outbox->partition, outbox->after,
                           OUTBOX_IN_FLIGHT_MAX - outbox->flying, publish_entry, &pump, fault);
    if (pump.published)
        *moved = true;
    return err;
}
