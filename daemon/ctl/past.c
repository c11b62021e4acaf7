/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/policy.h"
#include "base/json.h"
#include "base/zone.h"
#include "household/household.h"
#include "household/show.h"
#include "worker.h"

/* One pass over the messages, and what came of it. The source lets one message through a poll, so
 * that it ends where it is to end. */
struct pass {
    struct source source; /* first */
    struct source *inner;
    const struct past *past;
    struct decoder *decoder;
    const char *household; /* "": everybody's messages pass */
    unsigned long long limit, messages;
    int64_t until_ms; /* of others' messages, the weather's */
    bool settle;      /* what waits for the rest of its batch is judged at the end */
    bool through;
    int64_t first_ms, oldest_ms; /* arrivals: of the first that passed; of the oldest there is */
    int64_t newest_ms;           /* of the last that passed */
    struct buffer record;        /* the household's */
    struct text prices;          /* counts that it is judged by; none: the training's, or its own */
    struct buffer counts;        /* what a pass over everybody's homes came to */
    /* Of the alert's raising. */
    bool raised, settled; /* settled: by a batch, before the last message */
    int64_t raised_ms;    /* here, or else elsewhere; 0 not known */
    char raised_of[MESSAGE_ID_MAX + 1];
};

static void note_arrival(int64_t *first_ms, int64_t arrived_ms)
{
    if (!*first_ms || arrived_ms < *first_ms)
        *first_ms = arrived_ms;
}

static int64_t arrival_ms(const struct delivery *delivery, const struct message *message)
{
    return delivery->arrived_ms  ? delivery->arrived_ms
           : message->arrived_ms ? message->arrived_ms
                                 : message->end_ms;
}

/* Weather is everybody's. What cannot be read is nobody's. */
static bool passes(struct pass *own, const struct delivery *delivery)
{
    const struct past *past = own->past;
    struct message message;
    const char *detail;
    decoder_batch_start(own->decoder);
    if (decode(own->decoder, delivery->payload, delivery->topic, &message, &detail))
        return false;
    int64_t arrived_ms = arrival_ms(delivery, &message);
    bool ours = text_is(message.household, own->household);
    if (ours)
        note_arrival(&own->oldest_ms, arrived_ms);
    if (arrived_ms > past->at_ms ||
        (ours ? own->messages == own->limit : arrived_ms > own->until_ms))
        return false;
    own->newest_ms = arrived_ms;
    if (ours) {
        own->messages++;
        note_arrival(&own->first_ms, arrived_ms);
    }
    return ours || message.type == MESSAGE_WEATHER || !own->household[0];
}

static enum err pass_poll(struct source *port, struct delivery *out, size_t max, int timeout_ms,
                          size_t *count, struct fault *fault)
{
    struct pass *own = (struct pass *)port;
    enum err err = ERR_OK;
    *count = 0;
    while (max && !*count && !err && !own->raised && !own->through) {
        err = own->inner->ops->poll(own->inner, out, 1, timeout_ms, count, fault);
        if (*count && !passes(own, out))
            *count = 0;
    }
    if (err != ERR_END && !own->raised)
        return err;
    own->through = true;
    return own->settle ? ERR_END : ERR_OK;
}

static enum err pass_seek(struct source *port, uint32_t partition,
                          const int64_t resume[TOPIC_COUNT], struct fault *fault)
{
    (void)port; /* a store in memory loses nothing */
    (void)partition;
    (void)resume;
    return fault_set(fault, ERR_REFUSED, "a pass does not go back");
}

static void pass_hold(struct source *port, uint32_t partition)
{
    (void)port; /* nobody fetches ahead */
    (void)partition;
}

static void pass_commit(struct source *port, uint32_t partition, const int64_t resume[TOPIC_COUNT])
{
    (void)port; /* nobody watches */
    (void)partition;
    (void)resume;
}

static bool pass_at_end(struct source *port, uint32_t partition)
{
    (void)partition;
    return ((struct pass *)port)->through;
}

/* What came of it is still to be read: pass_run frees the rest. */
static void pass_free(struct source *port)
{
    (void)port;
}

static const struct source_ops pass_ops = {
    .poll = pass_poll,
    .seek = pass_seek,
    .hold = pass_hold,
    .commit = pass_commit,
    .at_end = pass_at_end,
    .caught_up = pass_at_end,
    .free = pass_free,
};

static bool raises(const struct past *past, const struct finding *finding, enum team team)
{
    char id[ALERT_ID_MAX];
    alert_id(text_of(finding->household), team, finding->at_s, id);
    return strncmp(id, past->alert, strlen(past->alert)) == 0;
}

static void noted(void *context, const struct finding *finding)
{
    struct pass *own = context;
    if (!own->past->alert || own->raised || !finding->active)
        return;
    own->raised = raises(own->past, finding, finding->detector->team) ||
                  (policy_police_too(finding) && raises(own->past, finding, TEAM_POLICE));
    if (!own->raised)
        return;
    own->raised_ms = finding->wall_ms;
    own->settled = own->through || finding->wall_ms < own->newest_ms;
    (void)text_copy(text_of(finding->household), own->raised_of, sizeof own->raised_of);
}

/* A household alone is judged by what others came to elsewhere; NULL: all are there. */
static struct census *prices_of(const struct pass *own)
{
    struct fault unsaid = {""}; /* damaged, or of another anbud: none */
    struct census *prices = own->household[0] ? census_new() : NULL;
    if (prices && own->prices.bytes)
        (void)!census_read(prices, own->prices.at, own->prices.bytes, &unsaid);
    return prices;
}

/* To the end of the source, or to where the alert was raised. */
static enum err run(struct pass *own, FILE *nowhere, struct fault *fault)
{
    struct census *prices = prices_of(own);
    struct clock hand = clock_by_hand(0);
    struct store *store = store_memory_new();
    struct worker_options setup = {.config = own->past->config,
                                   .store = store,
                                   .clock = &hand,
                                   .partitions = 1,
                                   .arrival_clock = true,
                                   .prices = prices,
                                   .once = true,
                                   .hand = &hand,
                                   .noted = noted,
                                   .context = own};
    struct worker *worker = worker_new(&setup);
    worker_set_publisher(worker, publisher_file_new(nowhere, NULL, worker_published, worker));
    worker_set_source(worker, &own->source);
    int64_t resume[TOPIC_COUNT];
    struct source_owner owner = worker_owner(worker);
    (void)owner.assigned(owner.owner, 0, resume);
    enum err err = ERR_OK;
    while (!err && (!own->through || own->settle))
        err = worker_step(worker, 0, fault);
    err = err == ERR_END ? ERR_OK : err;
    worker_stop(worker, 0);
    struct text household = text_of(own->household);
    if (!err) /* whose record is nobody's is the counts' */
        err = store->ops->load(store, 0, &household, 1, store_record_into,
                               household.bytes ? &own->record : &own->counts, fault);
    worker_free(worker);
    census_free(prices);
    return err;
}

static enum err pass_run(struct pass *own, struct fault *fault)
{
    size_t field_count;
    const struct field_mapping *fields = config_fields(own->past->config, &field_count);
    FILE *nowhere = fopen("/dev/null", "we");
    if (!nowhere)
        return fault_set(fault, ERR_IO, "/dev/null cannot be opened");
    own->source.ops = &pass_ops;
    own->decoder = decoder_new(fields, field_count);
    enum err err = own->past->open(own->past->context, &own->inner, fault);
    if (!err) {
        err = run(own, nowhere, fault);
        own->inner->ops->free(own->inner);
    }
    decoder_free(own->decoder);
    (void)fclose(nowhere);
    return err;
}

/* ---- where to stop -------------------------------------------------------------------------- */

static struct pass pass_of(const struct past *past, const char *household)
{
    return (struct pass){.past = past,
                         .household = household,
                         .limit = UINT64_MAX,
                         .until_ms = INT64_MAX,
                         .raised_ms = past->alert_ms,
                         .prices = past->counts};
}

/* The messages that had been applied when the alert was raised, and whether it was a batch that
 * raised it: then the message that came after it does not belong to it. */
static enum err find_raising(struct pass *first, struct fault *fault)
{
    enum err err = ERR_OK;
    first->settle = true;
    if (!first->household[0]) {
        err = pass_run(first, fault);
        if (err || !first->raised)
            return err;
        struct pass again = pass_of(first->past, first->raised_of);
        again.raised_ms = first->raised_ms;
        (void)text_copy(text_of(first->raised_of), again.raised_of, sizeof again.raised_of);
        again.settle = true;
        again.counts = first->counts; /* what its passes are judged by */
        again.prices = buffer_view(&again.counts);
        *first = again;
        first->household = first->raised_of;
    }
    return pass_run(first, fault);
}

/* A batch that lies there may have been judged by then. */
static bool was_settled(const struct pass *pass)
{
    struct household household = {.bytes = pass->record.at, .size = (uint32_t)pass->record.bytes};
    int64_t settle_ms = pass->record.bytes ? household_settle_ms(&household) : 0;
    return settle_ms && settle_ms <= pass->past->at_ms;
}

/* ---- who has opted out ---------------------------------------------------------------------- */

static bool opts_out(struct decoder *decoder, const struct delivery *delivery,
                     const char *household, int64_t since_ms)
{
    struct message message;
    const char *detail;
    decoder_batch_start(decoder);
    return !decode(decoder, delivery->payload, delivery->topic, &message, &detail) &&
           message.type == MESSAGE_HOUSEHOLD && message.event.event == HOUSEHOLD_OPTED_OUT &&
           text_is(message.household, household) && arrival_ms(delivery, &message) >= since_ms;
}

/* The record knows only of the people who live there now: whoever lived there before them may have
 * opted out as well. */
static enum err refuse_opted_out(const struct pass *pass, int64_t since_ms, struct fault *fault)
{
    size_t field_count, count = 0;
    const struct field_mapping *fields = config_fields(pass->past->config, &field_count);
    struct source *source = NULL;
    struct delivery delivery;
    bool out = false;
    enum err err = pass->past->open(pass->past->context, &source, fault);
    if (err)
        return err;
    struct decoder *decoder = decoder_new(fields, field_count);
    while (!err && !out) {
        err = source->ops->poll(source, &delivery, 1, 0, &count, fault);
        out = !err && count && opts_out(decoder, &delivery, pass->household, since_ms);
    }
    decoder_free(decoder);
    source->ops->free(source);
    if (out)
        return fault_set(fault, ERR_REFUSED,
                         "household %s has opted out: what was before is not shown either",
                         pass->household);
    return err == ERR_END ? ERR_OK : err;
}

/* ---- the answer ----------------------------------------------------------------------------- */

static void member_time(struct buffer *out, const char *key, const struct zone *zone, int64_t at_ms)
{
    char text[TIME_TEXT_MAX];
    int64_t at_s = at_ms / 1000;
    json_member_text(out, key, at_ms ? time_format(at_s, zone_offset_s(zone, at_s), text) : NULL);
}

/* What the record learnt from messages that are gone cannot be in this one. */
static int64_t missing_before_ms(const struct pass *pass, const struct record *record)
{
    const struct past *past = pass->past;
    if (!past->first_seen_s)
        return 0;
    int64_t since_ms = record->home->first_seen_s > past->first_seen_s ? pass->first_ms : 0;
    bool gone = past->gone_ms > past->first_seen_s * 1000;
    return gone && past->gone_ms > since_ms ? past->gone_ms : since_ms;
}

static enum err write_answer(const struct pass *pass, const char *alert, int64_t at_ms,
                             struct buffer *json)
{
    const struct past *past = pass->past;
    struct record record;
    struct buffer shown = {0};
    struct prices prices;
    prices_at(&prices, pass->prices, config_settings(past->config)->budget.steer, at_ms);
    enum err err = household_show(pass->record.at, (uint32_t)pass->record.bytes, past->config,
                                  &prices, &shown);
    prices_done(&prices);
    if (!err) {
        record_view(pass->record.at, &record);
        const struct zone *zone =
            household_zone(&record, config_settings(past->config)->ingest.timezone);
        buffer_text(json, "{");
        json_member_text(json, "household", pass->household);
        member_time(json, "at", zone, at_ms);
        json_member_text(json, "alert", alert);
        if (alert)
            json_member_bool(json, "reproduced", past->alert != NULL);
        else
            json_member_null(json, "reproduced");
        json_member_int(json, "messages", (int64_t)pass->messages);
        member_time(json, "from", zone, pass->first_ms);
        member_time(json, "since", zone, missing_before_ms(pass, &record));
        buffer_text(json, ",");
        buffer_add(json, shown.at + 1, shown.bytes - 1);
    }
    buffer_done(&shown);
    return err;
}

static enum err say_nothing(const struct pass *pass, struct fault *fault)
{
    char oldest[TIME_TEXT_MAX];
    if (pass->past->alert)
        return fault_set(fault, ERR_NOT_FOUND,
                         "alert %s is not raised by the messages that are there, at the prices "
                         "that are still known and under this configuration; explain without --at "
                         "shows what was told",
                         pass->past->alert);
    if (pass->oldest_ms)
        return fault_set(fault, ERR_NOT_FOUND,
                         "no message of household %s had come by then; the oldest that is there "
                         "came at %s",
                         pass->household, time_format(pass->oldest_ms / 1000, 0, oldest));
    return fault_set(fault, ERR_NOT_FOUND, "no message of household %s is there", pass->household);
}

/* What a pass came to. */
static enum err answer(const struct pass *pass, const char *alert, int64_t at_ms,
                       struct buffer *json, struct fault *fault)
{
    enum err err = refuse_opted_out(pass, at_ms, fault);
    return err ? err : write_answer(pass, alert, at_ms, json);
}

static enum err show_moment(const struct past *past, const char *alert, struct buffer *json,
                            struct fault *fault)
{
    struct pass first = pass_of(past, past->household), second = first, *last = &first;
    enum err err = pass_run(&first, fault);
    if (!err && !first.record.bytes)
        err = say_nothing(&first, fault);
    if (!err && was_settled(&first)) {
        last = &second;
        second.settle = true;
        err = pass_run(&second, fault);
    }
    if (!err)
        err = answer(last, alert, past->at_ms, json, fault);
    buffer_done(&first.record);
    buffer_done(&second.record);
    return err;
}

static enum err show_raising(const struct pass *raising, struct buffer *json, struct fault *fault)
{
    const struct past *past = raising->past;
    struct pass pass = pass_of(past, raising->household);
    pass.settle = raising->settled;
    pass.prices = raising->prices;
    pass.limit = raising->messages - (raising->settled && !raising->through);
    pass.until_ms = raising->raised_ms;
    enum err err = pass_run(&pass, fault);
    if (!err)
        err = answer(&pass, past->alert, raising->raised_ms, json, fault);
    buffer_done(&pass.record);
    return err;
}

enum err past_show(const struct past *past, struct buffer *json, struct fault *fault)
{
    struct pass raising = pass_of(past, past->household);
    struct past then = *past;
    enum err err = past->alert ? find_raising(&raising, fault) : ERR_OK;
    then.alert = NULL;
    then.household = raising.household;
    then.counts = raising.prices;
    if (past->alert)
        then.at_ms = raising.raised_ms;
    if (!err && past->alert && !raising.raised_ms)
        err = say_nothing(&raising, fault);
    else if (!err && raising.raised)
        err = show_raising(&raising, json, fault);
    else if (!err)
        err = show_moment(&then, past->alert, json, fault);
    buffer_done(&raising.record);
    buffer_done(&raising.counts);
    return err;
}
