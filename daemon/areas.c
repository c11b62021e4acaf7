/* SPDX-License-Identifier: Apache-2.0 */
#include "areas.h"

#include <stdlib.h>
#include <string.h>

#include "partition.h"
#include "reports.h"

#define EXCHANGE_MS          5000
#define EXCHANGE_ARRIVALS_MS 300000   /* by the arrival clock, which runs as fast as it is read */
#define STEPPED_BACK_MS      86400000 /* likewise: partitions differ, but not by that much */
#define HOUR_S               3600
#define DAYS_BEFORE          3    /* that the store still has: STORE_AREA_HOURS */
#define SLOTS_AT_FIRST       1024 /* powers of two */
#define SLOTS_MAX            65536

struct areas {
    struct store_area_hour *counted; /* since the last exchange, by group and hour; "" free */
    size_t count, slots;
    struct incident *incidents; /* as of the last exchange */
    size_t incident_count, incident_room;
    struct buffer listed; /* what the store said of them */
    unsigned changes;     /* incidents that opened or closed here: alerts follow at once */
    bool urgent;          /* enough is counted for an incident */
    bool readable;        /* the last exchange succeeded: what holds nothing is known, too */
    int64_t due_ms;
};

struct areas *areas_new(void)
{
    struct areas *areas = memory_get(sizeof *areas);
    areas->slots = SLOTS_AT_FIRST;
    areas->counted = memory_get(areas->slots * sizeof *areas->counted);
    return areas;
}

void areas_free(struct areas *areas)
{
    if (!areas)
        return;
    free(areas->incidents);
    buffer_done(&areas->listed);
    free(areas->counted);
    free(areas);
}

struct incident_rules areas_rules(const struct settings *settings)
{
    return (struct incident_rules){settings->incidents.homes_min, settings->incidents.share,
                                   settings->incidents.grace_s, settings->incidents.hold_max_s,
                                   (settings->incidents.window_s + HOUR_S - 1) / HOUR_S};
}

/* ---- counting ---- */

/* The one of that group and hour, or the free one where it belongs. */
static struct store_area_hour *place_of(const struct areas *areas, const char *group, int32_t hour)
{
    uint64_t hash = record_hash(text_of(group)) + (uint64_t)hour * UINT64_C(0x9e3779b97f4a7c15);
    size_t i = (size_t)(hash >> 32) % areas->slots;
    while (areas->counted[i].group[0] &&
           !(areas->counted[i].hour == hour && strcmp(areas->counted[i].group, group) == 0))
        i = (i + 1) % areas->slots;
    return &areas->counted[i];
}

/* A morning's batch of a large town has many areas and hours. */
static void make_room(struct areas *areas)
{
    struct areas larger = {.slots = areas->slots * 2};
    larger.counted = memory_get(larger.slots * sizeof *larger.counted);
    for (size_t i = 0; i < areas->slots; i++) {
        const struct store_area_hour *one = &areas->counted[i];
        if (one->group[0])
            *place_of(&larger, one->group, one->hour) = *one;
    }
    free(areas->counted);
    areas->counted = larger.counted;
    areas->slots = larger.slots;
}

static bool is_full(const struct areas *areas)
{
    return areas->count >= areas->slots * 3 / 4;
}

/* NULL: there is no room until the next exchange. */
static struct store_area_hour *slot_of(struct areas *areas, const char *group, int32_t hour)
{
    struct store_area_hour *slot = place_of(areas, group, hour);
    if (slot->group[0])
        return slot;
    if (is_full(areas) && areas->slots < SLOTS_MAX) {
        make_room(areas);
        slot = place_of(areas, group, hour);
    }
    if (is_full(areas))
        return NULL;
    areas->count++;
    slot->hour = hour;
    (void)text_copy(text_of(group), slot->group, sizeof slot->group);
    return slot;
}

static void add_sums(struct store_area_sums *sums, const struct store_area_sums *more)
{
    sums->metered += more->metered;
    sums->dark += more->dark;
    sums->watched += more->watched;
    sums->expected_milli += more->expected_milli;
    sums->seen += more->seen;
}

void areas_add(struct worker *worker, const char *group, int32_t hour,
               const struct store_area_sums *sums)
{
    struct areas *areas = worker->areas;
    const struct incident_rules rules = areas_rules(worker->settings);
    struct store_area_hour *slot = slot_of(areas, group, hour);
    if (!slot) {
        metric_add(&worker->counts.area_hours_uncounted, 1);
        areas->urgent = true;
        return;
    }
    add_sums(&slot->sums, sums);
    areas->urgent = areas->urgent || incident_is_dark(&rules, &slot->sums);
}

static void count_in(struct worker *worker, const char *kind, struct text name,
                     const struct area_hour *hour)
{
    char group[STORE_GROUP_MAX];
    if (incident_group(kind, name, group))
        areas_add(worker, group, hour->hour,
                  &(struct store_area_sums){.metered = hour->metered,
                                            .dark = hour->dark,
                                            .watched = hour->watched,
                                            .expected_milli = hour->expected_milli,
                                            .seen = hour->seen});
}

void areas_measured(void *owner, const struct area_hour *hour)
{
    struct worker *worker = owner;
    if (!worker->settings->incidents.enabled)
        return;
    count_in(worker, "area", hour->area, hour);
    count_in(worker, "feeder", hour->feeder, hour);
}

static int by_hour(const void *one, const void *other)
{
    const struct store_area_hour *a = one, *b = other;
    if (a->hour != b->hour)
        return a->hour < b->hour ? -1 : 1;
    return strcmp(a->group, b->group);
}

/* What has been counted, in the order of time; the caller frees. Nothing is counted from here. */
static struct store_area_hour *take_counted(struct areas *areas, size_t *count)
{
    struct store_area_hour *taken = memory_get((areas->count + 1) * sizeof *taken);
    size_t left = areas->count;
    *count = 0;
    for (size_t i = 0; left > 0; i++) {
        if (!areas->counted[i].group[0])
            continue;
        taken[(*count)++] = areas->counted[i];
        areas->counted[i] = (struct store_area_hour){0};
        left--;
    }
    if (areas->slots > SLOTS_AT_FIRST) {
        areas->slots = SLOTS_AT_FIRST;
        free(areas->counted);
        areas->counted = memory_get(areas->slots * sizeof *areas->counted);
    }
    areas->count = 0;
    areas->urgent = false;
    qsort(taken, *count, sizeof *taken, by_hour);
    return taken;
}

/* ---- incidents ---- */

static struct incident *find(const struct areas *areas, const char *group)
{
    for (size_t i = 0; i < areas->incident_count; i++)
        if (strcmp(areas->incidents[i].group, group) == 0)
            return &areas->incidents[i];
    return NULL;
}

const struct incident *areas_incident(const struct worker *worker, const char *group)
{
    return find(worker->areas, group);
}

static void remember(struct areas *areas, const struct incident *incident)
{
    struct incident *known = find(areas, incident->group);
    if (!known) {
        if (areas->incident_count == areas->incident_room) {
            areas->incident_room = areas->incident_room ? areas->incident_room * 2 : 16;
            areas->incidents =
                memory_grow(areas->incidents, areas->incident_room * sizeof *areas->incidents);
        }
        known = &areas->incidents[areas->incident_count++];
    }
    *known = *incident;
}

static void complain(struct worker *worker, const char *what, enum err err,
                     const struct fault *fault)
{
    unsigned withheld;
    metric_add(&worker->counts.area_failures, 1);
    if (log_quota_take(&worker->area_quota, clock_monotonic_ms(worker->options.clock), &withheld))
        log_line(LOG_WARNING, what, "kind=%s error=\"%s\" withheld=%u", err_name(err),
                 fault->text[0] ? fault->text : err_text(err), withheld);
}

static void forget_incidents(struct areas *areas)
{
    buffer_done(&areas->listed);
    areas->listed = (struct buffer){0};
    areas->incident_count = 0;
}

static void read_incident(struct worker *worker, struct text group, struct text json)
{
    struct incident incident;
    struct fault fault = {""}, named = {""};
    enum err err = incident_read(json, &incident, &fault);
    if (!err && text_is(group, incident.group)) {
        remember(worker->areas, &incident);
    } else if (err) {
        (void)fault_set(&named, err, "%.*s: %s", (int)group.bytes, group.at, fault.text);
        complain(worker, "an incident cannot be read: it holds nothing", err, &named);
    }
}

static void list_incident(void *context, struct text group, struct text json)
{
    struct buffer *listed = context;
    const size_t bytes[2] = {group.bytes, json.bytes};
    buffer_add(listed, (const char *)bytes, sizeof bytes);
    buffer_add(listed, group.at, group.bytes);
    buffer_add(listed, json.at, json.bytes);
}

/* Mostly nothing has changed, and reading is the dearest part. */
static enum err list_incidents(struct worker *worker, struct fault *fault)
{
    struct areas *areas = worker->areas;
    struct buffer now = {0};
    enum err err = worker->store->ops->incidents(worker->store, list_incident, &now, fault);
    if (!err && now.bytes == areas->listed.bytes &&
        (!now.bytes || memcmp(now.at, areas->listed.at, now.bytes) == 0)) {
        buffer_done(&now);
        return ERR_OK;
    }
    forget_incidents(areas);
    if (err) {
        buffer_done(&now);
        return err;
    }
    areas->listed = now;
    for (const char *at = now.at; at < now.at + now.bytes;) {
        size_t bytes[2];
        memcpy(bytes, at, sizeof bytes);
        at += sizeof bytes;
        read_incident(worker, (struct text){at, bytes[0]}, (struct text){at + bytes[0], bytes[1]});
        at += bytes[0] + bytes[1];
    }
    return ERR_OK;
}

/* Once, by whoever has set it: it may be lost, for the incident itself is what counts. */
static void announce(struct worker *worker, const struct incident *incident, const char *what)
{
    struct buffer event = {0}, id = {0};
    struct fault fault = {""};
    incident_event(incident, what, &event);
    buffer_format(&id, "%s.%lld", incident->id, (long long)incident->version);
    const struct publisher_header header = {"ce_id", buffer_view(&id)};
    enum err err =
        worker->publisher->ops->publish(worker->publisher, PUBLISH_ALERTS, text_of(incident->group),
                                        buffer_view(&event), &header, 1, worker->areas, &fault);
    log_line(LOG_WARNING, incident->closed_ms ? "incident closed" : "incident opened",
             "group=%s kind=%s incident=%s metered=%lld dark=%lld seen=%lld", incident->group,
             incident_kind_names[incident->kind], incident->id, (long long)incident->sums.metered,
             (long long)incident->sums.dark, (long long)incident->sums.seen);
    if (err)
        complain(worker, "an incident could not be announced", err, &fault);
    buffer_done(&event);
    buffer_done(&id);
}

enum err areas_change(struct worker *worker, const struct incident *next, int64_t before,
                      enum incident_change change, struct fault *fault)
{
    if (change == INCIDENT_SAME)
        return ERR_OK;
    struct buffer json = {0};
    incident_write(next, &json);
    enum err err = worker->store->ops->incident_set(worker->store, next->group, before,
                                                    next->version, buffer_view(&json),
                                                    (int64_t)next->from_hour * HOUR_S, fault);
    buffer_done(&json);
    if (err == ERR_CONFLICT) /* somebody was faster: the next exchange shows it */
        return ERR_OK;
    if (err)
        return err;
    remember(worker->areas, next);
    worker->areas->changes++;
    if (change != INCIDENT_GOES_ON)
        announce(worker, next, change == INCIDENT_CLOSED ? "closed" : "opened");
    return ERR_OK;
}

/* The window before the hour that is counted: who reports an hour first is not everybody. */
static unsigned window_hours(const struct worker *worker)
{
    return 1 + (unsigned)((worker->settings->incidents.window_s + HOUR_S - 1) / HOUR_S);
}

static void without_hour(struct store_area_total *total)
{
    total->window.metered -= total->hour.metered;
    total->window.dark -= total->hour.dark;
    total->window.watched -= total->hour.watched;
    total->window.expected_milli -= total->hour.expected_milli;
    total->window.seen -= total->hour.seen;
}

/* By the quietest of the days before. Adding nothing to their hours says what they have come to. */
static enum err scale(struct worker *worker, const struct store_area_hour *counted,
                      struct store_area_sums *window, struct fault *fault)
{
    const struct incident_rules rules = areas_rules(worker->settings);
    struct store_area_hour asked[DAYS_BEFORE];
    struct store_area_total totals[DAYS_BEFORE];
    int64_t least = window->expected_milli;
    for (int i = 0; i < DAYS_BEFORE; i++) {
        asked[i] = (struct store_area_hour){.hour = counted->hour - 24 * (i + 1)};
        memcpy(asked[i].group, counted->group, sizeof asked[i].group);
    }
    enum err err = worker->store->ops->area_add(worker->store, asked, DAYS_BEFORE,
                                                window_hours(worker), totals, fault);
    if (err)
        return err;
    for (int i = 0; i < DAYS_BEFORE; i++) {
        struct store_area_sums by_day = *window;
        without_hour(&totals[i]);
        incident_scale(&rules, &totals[i].window, &by_day);
        if (by_day.expected_milli < least)
            least = by_day.expected_milli;
    }
    window->expected_milli = least;
    return ERR_OK;
}

static enum err judge(struct worker *worker, const struct store_area_hour *counted,
                      struct store_area_total *total, int64_t now_ms, struct fault *fault)
{
    const struct incident_rules rules = areas_rules(worker->settings);
    const struct incident *known = find(worker->areas, counted->group);
    struct incident next = known ? *known : (struct incident){.version = 0};
    int64_t before = next.version;
    without_hour(total);
    enum err err = incident_may_be_silent(&next, &rules, &total->window)
                       ? scale(worker, counted, &total->window, fault)
                       : ERR_OK;
    if (err)
        return err;
    enum incident_change change =
        incident_count(&next, &rules, counted->group, counted->hour, total, now_ms);
    return areas_change(worker, &next, before, change, fault);
}

/* Incidents of a clock that was ahead: they would hold alerts for as much longer. */
static enum err bring_back(struct worker *worker, int64_t now_ms, struct fault *fault)
{
    struct areas *areas = worker->areas;
    enum err err = ERR_OK;
    if (worker->options.arrival_clock || worker->skewed)
        return ERR_OK;
    for (size_t i = 0; i < areas->incident_count && !err; i++) {
        struct incident next = areas->incidents[i];
        if (incident_set_back(&next, now_ms, clocks_slack_ms(worker)))
            err = areas_change(worker, &next, areas->incidents[i].version, INCIDENT_GOES_ON, fault);
    }
    return err;
}

static enum err exchange(struct worker *worker, const struct store_area_hour *counted, size_t count,
                         int64_t now_ms, struct fault *fault)
{
    struct store *store = worker->store;
    unsigned window = window_hours(worker);
    struct store_area_total *totals = memory_get(STORE_AREA_ADDS_MAX * sizeof *totals);
    int64_t from_ns = clock_monotonic_ns(worker->options.clock);
    enum err err = list_incidents(worker, fault);
    if (!err)
        err = bring_back(worker, now_ms, fault);
    for (size_t from = 0; from < count && !err; from += STORE_AREA_ADDS_MAX) {
        size_t part = count - from < STORE_AREA_ADDS_MAX ? count - from : STORE_AREA_ADDS_MAX;
        err = store->ops->area_add(store, counted + from, part, window, totals, fault);
        for (size_t i = 0; i < part && !err; i++)
            if (!incident_is_of_reports(counted[from + i].group))
                err = judge(worker, &counted[from + i], &totals[i], now_ms, fault);
    }
    if (!err)
        err = reports_look(worker, now_ms, fault);
    free(totals);
    trip_over(&worker->counts, TRIP_AREAS, worker->options.clock, from_ns);
    return err;
}

/* ---- holding ---- */

static bool is_in_force(const struct incident *incident, int64_t now_ms)
{
    return now_ms < incident->held_until_ms;
}

static const struct incident *holding(const struct areas *areas, const char *kind, struct text name,
                                      int64_t now_ms)
{
    char group[STORE_GROUP_MAX];
    const struct incident *incident = incident_group(kind, name, group) ? find(areas, group) : NULL;
    return incident && is_in_force(incident, now_ms) ? incident : NULL;
}

bool areas_hold(const struct worker *worker, struct text area, struct text feeder, int64_t now_ms,
                struct hold *out)
{
    const struct incident *by = holding(worker->areas, "feeder", feeder, now_ms);
    if (!by)
        by = holding(worker->areas, "area", area, now_ms);
    if (!by)
        return false;
    /* Whatever stands in the store: no hold is longer than the configuration's. */
    int64_t most_ms = now_ms + worker->settings->incidents.hold_max_s * 1000;
    memcpy(out->incident, by->id, sizeof out->incident);
    out->until_ms = by->held_until_ms < most_ms ? by->held_until_ms : most_ms;
    out->opened_ms = by->opened_ms;
    return true;
}

/* An alert that is not as the incidents want it. */
struct stray {
    char id[ALERT_ID_MAX];
    char household[MESSAGE_ID_MAX + 1];
    int64_t raised_wall_ms;
    bool release;
};

struct search {
    const struct areas *areas;
    int64_t now_ms, since_ms; /* alerts that were raised before are of another cause */
    struct stray *strays;
    size_t count;
};

static bool is_held_rightly(const struct search *search, const char *id)
{
    for (size_t i = 0; i < search->areas->incident_count; i++)
        if (strcmp(search->areas->incidents[i].id, id) == 0)
            return is_in_force(&search->areas->incidents[i], search->now_ms);
    return false;
}

static bool look_at(void *context, uint32_t partition, struct text snapshot)
{
    struct search *search = context;
    struct alert alert;
    struct fault fault;
    (void)partition;
    if (alert_read(snapshot, &alert, &fault))
        return true; /* whoever needs it will say so */
    bool held = alert.held_by[0];
    bool stray = held ? !is_held_rightly(search, alert.held_by)
                      : alert.state == ALERT_OPEN && alert.raised_wall_ms >= search->since_ms;
    if (stray) {
        search->strays = array_room(search->strays, search->count, sizeof *search->strays);
        struct stray *one = &search->strays[search->count++];
        *one = (struct stray){.release = held, .raised_wall_ms = alert.raised_wall_ms};
        memcpy(one->id, alert.id, sizeof one->id);
        (void)text_copy(text_of(alert.household), one->household, sizeof one->household);
    }
    alert_done(&alert);
    return true;
}

/* False: the partition was lost over it. */
static bool bring_into_line(struct worker *worker, struct partition *partition,
                            const struct stray *stray, int64_t now_ms)
{
    struct hold hold;
    struct change change = {.kind = CHANGE_HOLD_END, .who = ALERT_WHO_MACHINE, .at_ms = now_ms};
    if (!stray->release) {
        struct record record;
        struct cache_entry *entry = batch_entry(worker, partition, text_of(stray->household));
        if (!entry)
            return false;
        record_view(entry->household.bytes, &record);
        int64_t window_ms = worker->settings->incidents.window_s * 1000;
        if (record.home->flags >> FLAG_MEDICAL & 1 ||
            !areas_hold(worker, record_area(&record), record_feeder(&record), now_ms, &hold) ||
            stray->raised_wall_ms < hold.opened_ms - window_ms)
            return true;
        change.kind = CHANGE_HOLD;
        change.hold = &hold;
    }
    return casework_change(worker, partition, stray->id, &change);
}

/* From the first moment that an incident in force explains; INT64_MAX: none is. */
static int64_t explained_since_ms(const struct worker *worker, int64_t now_ms)
{
    int64_t since_ms = INT64_MAX;
    for (size_t i = 0; i < worker->areas->incident_count; i++) {
        const struct incident *incident = &worker->areas->incidents[i];
        if (is_in_force(incident, now_ms) && incident->opened_ms < since_ms)
            since_ms = incident->opened_ms;
    }
    return since_ms == INT64_MAX ? since_ms
                                 : since_ms - worker->settings->incidents.window_s * 1000;
}

static void look(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    struct search search = {
        .areas = worker->areas, .now_ms = now_ms, .since_ms = explained_since_ms(worker, now_ms)};
    struct fault fault = {""};
    enum err err = worker->store->ops->alerts(worker->store, partition->number, true, 0, look_at,
                                              &search, &fault);
    if (err)
        partition_fail(worker, partition, err, &fault);
    for (size_t i = 0; i < search.count && !err; i++)
        if (!bring_into_line(worker, partition, &search.strays[i], now_ms))
            break;
    free(search.strays);
}

/* Whichever incidents hold at that time: a change shows. By the arrival clock each partition has a
 * time of its own. */
static void align(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    const struct areas *areas = worker->areas;
    uint64_t in_force = 0;
    if (!partition->owned || !areas->readable)
        return;
    for (size_t i = 0; i < areas->incident_count; i++)
        if (is_in_force(&areas->incidents[i], now_ms))
            in_force += record_hash(text_of(areas->incidents[i].id));
    bool changed = in_force != partition->in_force;
    partition->in_force = in_force;
    partition->aligned_ms = now_ms;
    partition->aligned_to = areas->changes;
    if (changed || partition->taken_anew)
        look(worker, partition, now_ms);
    partition->taken_anew = false;
}

/* ---- time ---- */

static void exchange_now(struct worker *worker, int64_t now_ms)
{
    struct areas *areas = worker->areas;
    struct fault fault = {""};
    size_t count;
    areas->due_ms = now_ms + (worker->options.arrival_clock ? EXCHANGE_ARRIVALS_MS : EXCHANGE_MS);
    struct store_area_hour *counted = take_counted(areas, &count);
    enum err err = exchange(worker, counted, count, now_ms, &fault);
    free(counted);
    areas->readable = !err;
    if (!err)
        return;
    forget_incidents(areas);
    complain(worker, "areas cannot be exchanged: nothing is held back", err, &fault);
}

static bool is_due(int64_t due_ms, int64_t now_ms, int64_t stepped_back_ms)
{
    return now_ms >= due_ms || now_ms < due_ms - stepped_back_ms;
}

void areas_turn(struct worker *worker, struct partition *partition, int64_t now_ms)
{
    struct areas *areas = worker->areas;
    int64_t back_ms = worker->options.arrival_clock ? STEPPED_BACK_MS : EXCHANGE_MS;
    if (!worker->settings->incidents.enabled) { /* what was held before is delivered */
        size_t forgotten;
        free(take_counted(areas, &forgotten));
        forget_incidents(areas);
        areas->readable = true;
    } else if (areas->urgent || is_due(areas->due_ms, now_ms, back_ms)) {
        exchange_now(worker, now_ms);
    }
    if (!partition)
        for (uint32_t p = 0; p < worker->options.partitions; p++)
            align(worker, &worker->partitions[p], now_ms);
    else if (partition->taken_anew || partition->aligned_to != areas->changes ||
             is_due(partition->aligned_ms + EXCHANGE_ARRIVALS_MS, now_ms, back_ms))
        align(worker, partition, now_ms);
}

void areas_before_findings(struct worker *worker)
{
    if (worker->settings->incidents.enabled && worker->areas->urgent)
        exchange_now(worker, worker->context.wall_ms);
}
