/* SPDX-License-Identifier: Apache-2.0 */
#include "household/household.h"

#include <stdlib.h>
#include <string.h>

#include "household/arrears.h"
#include "household/judge.h"
#include "household/meter.h"

#define SECONDS_A_DAY   86400
#define HOSPITAL_DAYS   14
#define ABSENCE_DAYS    7
#define BACKFILL_MAX_MS INT64_C(63072000000) /* two years: what came before teaches nothing */
#define METER_GONE_S    (60 * SECONDS_A_DAY)
#define DELAY_MAX_MIN   4320 /* three days */
#define DELAY_SLOWNESS  32   /* readings: a next-morning batch has 24 of all ages */
#define SETTLES_MAX     6    /* waits in a row */
#define BACKFILL_ROOM_H 48   /* hours of the ring kept free while a batch is waited for */

const struct zone *household_zone(const struct record *record, const char *usual)
{
    const struct zone *zone;
    struct text name = record_zone(record);
    if ((!name.bytes || zone_find(name, &zone)) && zone_find(text_of(usual), &zone))
        return zone_utc();
    return zone;
}

static void find_zone(struct household *household, const struct household_context *context)
{
    if (household->zone)
        return;
    struct record record;
    record_view(household->bytes, &record);
    household->zone = household_zone(&record, config_settings(context->config)->ingest.timezone);
}

static int find_meter(const struct record *record, const struct reading *reading)
{
    uint64_t id = record_hash(reading->meter);
    for (int i = 0; i < record->header->meters; i++)
        if (record->meters[i].id == id && record->meters[i].utility == reading->utility)
            return i;
    return -1;
}

static bool is_late(const struct record_meter *meter, const struct message *message,
                    int64_t arrived_ms)
{
    int64_t interval_s = (int64_t)meter->interval_minutes * 60;
    if (interval_s > SECONDS_A_DAY) /* a monthly total says nothing about an hour anyway */
        interval_s = SECONDS_A_DAY;
    return arrived_ms / 1000 - message->end_ms / 1000 > 2 * interval_s;
}

/* Late lines are waited for until none has come for a while, but not for ever: a slow channel sends
 * them all day. */
static void put_off(struct record_home *home, int64_t arrived_ms, int64_t settle_s)
{
    if (!home->settle_ms)
        home->settle_from_min = (uint32_t)(arrived_ms / 60000);
    int64_t last_ms = home->settle_from_min * INT64_C(60000) + SETTLES_MAX * settle_s * 1000;
    home->settle_ms = arrived_ms + settle_s * 1000;
    if (home->settle_ms > last_ms)
        home->settle_ms = last_ms;
}

/* How late readings usually are; what is sent days later to make up for a gap is not usual. */
static void note_delay(struct record_meter *meter, const struct message *message,
                       int64_t arrived_ms)
{
    int64_t minutes = (arrived_ms - message->end_ms) / 60000;
    bool again = message->end_ms / 1000 <= meter->newest_s;
    if (again || minutes < 0 || minutes > DELAY_MAX_MIN)
        return;
    int64_t before = meter->newest_s ? meter->delay_minutes : minutes;
    meter->delay_minutes = (uint16_t)(before + (minutes - before) / DELAY_SLOWNESS);
}

/* A place for one more meter: a new one, or that of the meter not heard of for longest, if that is
 * long. -1: all are in use. */
static int new_meter(struct household *household, const struct message *message)
{
    struct record record;
    record_view(household->bytes, &record);
    if (record.header->meters < VIEW_METERS_MAX)
        return (int)record_add_meter(&household->bytes, &household->size);
    int oldest = 0;
    for (int i = 1; i < VIEW_METERS_MAX; i++)
        if (record.meters[i].newest_s < record.meters[oldest].newest_s)
            oldest = i;
    return record.meters[oldest].newest_s < message->end_ms / 1000 - METER_GONE_S ? oldest : -1;
}

/* A day in one batch comes hour by hour; a register that is read once tells of them all. */
static void tell_heard(const struct record *record, const struct record_meter *meter,
                       const struct reading *reading, int64_t before_s,
                       const struct household_context *context)
{
    int64_t hours = meter->newest_s / 3600 - before_s / 3600;
    if (!context->heard || hours <= 0 || reading->quality == QUALITY_MISSING)
        return;
    const struct heard heard = {.area = record_area(record),
                                .feeder = record_feeder(record),
                                .utility = meter->utility,
                                .arrived_hour = (int32_t)(context->arrived_ms / 3600000),
                                .hours = !before_s    ? 1
                                         : hours < 24 ? (int32_t)hours
                                                      : 24};
    context->heard(context->owner, &heard);
}

static enum reject apply_reading(struct household *household, const struct message *message,
                                 const struct household_context *context, const char **detail)
{
    const struct settings *settings = config_settings(context->config);
    const struct reading *reading = &message->reading;
    struct record record;
    record_view(household->bytes, &record);
    int index = find_meter(&record, reading);
    if (index < 0) {
        if (message->end_ms < context->arrived_ms - BACKFILL_MAX_MS) {
            *detail = "start"; /* a meter whose clock has not been set yet */
            return REJECT_TOO_LATE;
        }
        index = new_meter(household, message);
        if (index < 0) {
            *detail = "meter";
            return REJECT_TOO_MANY_METERS;
        }
        record_view(household->bytes, &record);
        meter_init(&record.meters[index], reading);
    }
    struct record_meter *meter = &record.meters[index];
    if (meter->measure != reading->measure) {
        *detail = "unit";
        return REJECT_UNIT_CHANGED;
    }
    note_delay(meter, message, context->arrived_ms);
    struct meter_change change;
    int64_t before_s = meter->newest_s;
    enum reject reject = meter_apply(meter, reading, &change);
    if (reject) {
        *detail = reject == REJECT_TOO_LATE ? "start" : "value";
        return reject;
    }
    tell_heard(&record, meter, reading, before_s, context);
    if (message->end_ms / 1000 > record.home->last_reading_s)
        record.home->last_reading_s = message->end_ms / 1000;
    if ((change.ready || change.corrected) && is_late(meter, message, context->arrived_ms)) {
        meter->flags |= change.ready ? METER_UNSETTLED : 0;
        meter->flags |= change.corrected ? METER_CORRECTED : 0;
        put_off(record.home, context->arrived_ms, settings->ingest.settle_s);
    }
    /* A back-fill longer than the ring: what is about to leave it is history, and teaches now. */
    if (meter->flags & METER_UNSETTLED &&
        meter->newest_hour - meter->judged_hour > VIEW_HOURS - BACKFILL_ROOM_H) {
        struct judgement history;
        int32_t until = meter->newest_hour - 2 * BACKFILL_ROOM_H;
        judge_start(&history, household, context, (int64_t)until * 3600);
        history.pass = JUDGE_HISTORY;
        judge_all(&history, until);
        judge_finish(&history);
    }
    bool ready = change.ready && !(meter->flags & METER_UNSETTLED);
    bool again = change.corrected && !(meter->flags & METER_CORRECTED);
    if (!ready && !again && !change.has_day)
        return REJECT_NONE;
    struct judgement judgement;
    judge_start(&judgement, household, context, message->end_ms / 1000);
    if (change.has_day)
        judge_day(&judgement, (unsigned)index, change.day_middle_s, change.day_milli);
    if (again)
        judge_again(&judgement);
    if (ready)
        judge_meter(&judgement, (unsigned)index);
    judge_finish(&judgement);
    return REJECT_NONE;
}

static void apply_billing(struct household *household, const struct message *message,
                          const struct household_context *context)
{
    const struct billing *billing = &message->billing;
    int64_t at_s = message->at_ms / 1000;
    struct record record;
    record_view(household->bytes, &record);
    arrears_apply(&record.home->arrears[billing->utility], billing, at_s,
                  local_day(zone_local_s(household->zone, at_s)));
    struct event event = {.kind = EVENT_BILLING, .at_s = at_s, .billing = billing->event};
    struct judgement judgement;
    judge_start(&judgement, household, context, record.home->newest_event_s);
    judge_event(&judgement, &event);
    judge_finish(&judgement);
}

/* What an outcome teaches at once: the desk knows why it is quiet. */
static void apply_outcome(struct record_home *home, const struct household_message *event,
                          int64_t at_s)
{
    /* Delivered again, or late: it speaks of whoever lived there then. */
    if (at_s < home->moved_in_s)
        return;
    switch (event->outcome) {
    case OUTCOME_MOVED:
    case OUTCOME_DECEASED: home->occupied = 0; break;
    case OUTCOME_ABSENCE:
    case OUTCOME_HOSPITAL:
        home->absent_from_s = at_s;
        home->absent_to_s =
            event->until_s
                ? event->until_s
                : at_s + (int64_t)SECONDS_A_DAY *
                             (event->outcome == OUTCOME_HOSPITAL ? HOSPITAL_DAYS : ABSENCE_DAYS);
        break;
    default: break; /* re-armed by the next life */
    }
}

static void exchange_meter(struct record *record, const struct household_message *event,
                           int64_t at_s)
{
    const struct reading old = {.meter = event->meter, .utility = event->utility};
    int index = find_meter(record, &old);
    if (index < 0)
        return;
    struct record_meter *meter = &record->meters[index];
    meter_exchange(meter, at_s, event->has_old, event->old_milli, event->has_new, event->new_milli);
    if (event->new_meter.bytes)
        meter->id = record_hash(event->new_meter);
}

/* Another household lives here now: what was learnt of the last one says nothing. */
static void forget_routines(struct record *record)
{
    for (int i = 0; i < record->header->meters; i++) {
        struct record_meter *meter = &record->meters[i];
        routine_reset(&meter->routine);
        meter->valid_days = meter->flow_hours = 0;
        meter->flags &= (uint8_t) ~(METER_RUNNING | METER_FEEDS_IN);
        meter->life_s = 0;
        meter->newest_day = 0;
        memset(meter->days, 0, sizeof meter->days);
        memset(meter->hours, ROUTINE_MISSING, sizeof meter->hours);
        memset(meter->estimated, 0, sizeof meter->estimated);
        meter->first_hour = meter->newest_hour ? meter->newest_hour + 1 : 0;
    }
    record->home->last_life_s = 0;
    record->home->watched_hours = 0;
}

/* Opt-out leaves a tombstone: a record that knows only that, and when. */
static void opt_out(struct household *household, int64_t at_s)
{
    struct record record;
    record_view(household->bytes, &record);
    int64_t applied[TOPIC_COUNT], messages = record.home->messages;
    memcpy(applied, record.home->applied, sizeof applied);
    free(household->bytes);
    household->bytes = record_new(&household->size);
    record_view(household->bytes, &record);
    memcpy(record.home->applied, applied, sizeof applied);
    record.home->messages = messages;
    record.home->opted_out = 1;
    record.home->newest_event_s = at_s;
    household->zone = NULL;
}

static void apply_profile(struct household *household, const struct household_message *event)
{
    record_set_texts(&household->bytes, &household->size, event->area, event->feeder,
                     event->timezone);
    struct record record;
    record_view(household->bytes, &record);
    if (event->residents >= 0)
        record.home->residents = (uint8_t)(event->residents > 255 ? 255 : event->residents);
    if (event->has_flags)
        record.home->flags = event->flags;
    if (event->moved_in_day)
        record.home->moved_in_s = (int64_t)event->moved_in_day * SECONDS_A_DAY;
    household->zone = NULL;
}

/* False: the move is of other people than those who live there now, or was told before; the former
 * tenant's account is often closed after the next one has moved in. */
static bool note_move(struct record_home *home, const struct household_message *event, int64_t at_s)
{
    bool in = event->event == HOUSEHOLD_MOVED_IN;
    if (!in && event->event != HOUSEHOLD_MOVED_OUT)
        return true;
    uint32_t moved = (uint32_t)(at_s / 60) * 2 + in;
    bool since = !in && at_s < home->moved_in_s && home->moved_in_s <= home->newest_event_s;
    if (moved <= home->moved || since)
        return false;
    home->moved = moved;
    return true;
}

static void change_home(struct household *household, const struct household_message *event,
                        int64_t at_s)
{
    if (event->event == HOUSEHOLD_PROFILE)
        apply_profile(household, event);
    struct record record;
    record_view(household->bytes, &record);
    struct record_home *home = record.home;
    switch (event->event) {
    case HOUSEHOLD_MOVED_IN:
        home->occupied = 1;
        home->moved_in_s = at_s;
        home->absent_from_s = home->absent_to_s = 0;
        home->quiet = (struct record_quiet){0};
        home->outlook_day = home->outlook_h = 0;
        forget_routines(&record);
        break;
    case HOUSEHOLD_MOVED_OUT:
        home->occupied = 0;
        forget_routines(&record);
        break;
    case HOUSEHOLD_METER_EXCHANGED: exchange_meter(&record, event, at_s); break;
    case HOUSEHOLD_ABSENCE:
        home->absent_from_s = event->from_s;
        home->absent_to_s = event->to_s;
        break;
    case HOUSEHOLD_SUPPORT_STARTED: home->support = 1; break;
    case HOUSEHOLD_SUPPORT_ENDED:
        home->support = 0;
        home->support_ended_s = at_s;
        break;
    case HOUSEHOLD_OUTCOME: apply_outcome(home, event, at_s); break;
    default: break;
    }
}

static void apply_event(struct household *household, const struct message *message,
                        const struct household_context *context)
{
    int64_t at_s = message->at_ms / 1000;
    struct record record;
    record_view(household->bytes, &record);
    int64_t now_s = record.home->newest_event_s; /* what is told late is judged as of now */
    if (!note_move(record.home, &message->event, at_s))
        return;
    change_home(household, &message->event, at_s);
    find_zone(household, context);
    struct event event = {.kind = EVENT_HOUSEHOLD,
                          .at_s = at_s,
                          .household = message->event.event,
                          .outcome = message->event.outcome};
    struct judgement judgement;
    judge_start(&judgement, household, context, now_s);
    judge_event(&judgement, &event);
    /* Whoever opted out is not watched: what was on ends. */
    if (message->event.event == HOUSEHOLD_OPTED_OUT)
        memset(judgement.active, 0, sizeof judgement.active);
    judge_finish(&judgement);
    if (message->event.event == HOUSEHOLD_OPTED_OUT)
        opt_out(household, at_s);
}

static void apply_report(struct household *household, const struct message *message,
                         const struct household_context *context)
{
    int64_t at_s = message->at_ms / 1000;
    struct record record;
    record_view(household->bytes, &record);
    if (at_s > record.home->report_s)
        record.home->report_s = at_s;
    struct event event = {.kind = EVENT_REPORT, .at_s = at_s, .channel = message->report.channel};
    struct judgement judgement;
    judge_start(&judgement, household, context, record.home->newest_event_s);
    judge_event(&judgement, &event);
    judge_finish(&judgement);
}

enum reject household_apply(struct household *household, const struct message *message,
                            unsigned lane, int64_t offset, const struct household_context *context,
                            bool *skipped, const char **detail)
{
    struct record record;
    record_view(household->bytes, &record);
    *skipped = false;
    if (record.home->applied[lane] >= offset) {
        *skipped = true;
        return REJECT_NONE;
    }
    record.home->applied[lane] = offset;
    record.home->messages++;
    /* Other people, who have not opted out; not a word from before that comes again. */
    bool comes_back = message->type == MESSAGE_HOUSEHOLD &&
                      message->event.event == HOUSEHOLD_MOVED_IN &&
                      message->at_ms / 1000 > record.home->newest_event_s;
    if (record.home->opted_out && !comes_back) {
        *skipped = true;
        return REJECT_NONE;
    }
    int64_t in_future_s = config_settings(context->config)->ingest.in_future_s;
    if (message->end_ms - in_future_s * 1000 > context->arrived_ms) {
        bool interval =
            message->type == MESSAGE_READING && message->reading.kind == READING_INTERVAL;
        *detail = interval ? "start" : "at";
        return REJECT_IN_FUTURE;
    }
    record.home->opted_out = 0;
    find_zone(household, context);
    if (!record.home->first_seen_s)
        record.home->first_seen_s = message->at_ms / 1000;
    if (message->end_ms / 1000 > record.home->newest_event_s)
        record.home->newest_event_s = message->end_ms / 1000;
    switch (message->type) {
    case MESSAGE_READING: return apply_reading(household, message, context, detail);
    case MESSAGE_BILLING: apply_billing(household, message, context); break;
    case MESSAGE_HOUSEHOLD: apply_event(household, message, context); break;
    case MESSAGE_REPORT: apply_report(household, message, context); break;
    default: break;
    }
    return REJECT_NONE;
}

int household_outlook_h(const struct household *household)
{
    struct record record;
    record_view(household->bytes, &record);
    return record.home->outlook_h;
}

int64_t household_settle_ms(const struct household *household)
{
    struct record record;
    record_view(household->bytes, &record);
    return record.home->settle_ms;
}

void household_settle(struct household *household, const struct household_context *context)
{
    struct record record;
    record_view(household->bytes, &record);
    if (!record.home->settle_ms)
        return;
    record.home->settle_ms = 0;
    find_zone(household, context);
    struct judgement judgement;
    judge_start(&judgement, household, context,
                record.home->last_reading_s ? record.home->last_reading_s
                                            : context->arrived_ms / 1000);
    judgement.pass = JUDGE_SETTLED;
    bool corrected = false;
    for (int i = 0; i < record.header->meters; i++) {
        corrected = corrected || record.meters[i].flags & METER_CORRECTED;
        record.meters[i].flags &= (uint8_t)~METER_CORRECTED;
    }
    judgement.late = true;
    if (corrected)
        judge_again(&judgement);
    judge_all(&judgement, INT32_MAX);
    judge_finish(&judgement);
}
