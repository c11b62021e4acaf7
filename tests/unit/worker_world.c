/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_ports.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "base/zone.h"
#include "picture.h"

struct worker_world ww;

/* ---- clock ---- */

static int64_t wall_ms(const struct clock *clock)
{
    return clock->set_ms;
}

static int64_t monotonic_ms(const struct clock *clock)
{
    return ((const struct ww_clock *)clock)->monotonic_ms;
}

/* ---- the log ---- */

void ww_put_bytes(uint32_t partition, unsigned lane, int64_t arrived_s, const char *key,
                  struct text payload)
{
    struct ww_lane *to = &ww.lanes[partition][lane];
    if (to->count == to->room) {
        to->room = to->room ? to->room * 2 : 64;
        to->messages = memory_grow(to->messages, to->room * sizeof *to->messages);
    }
    to->messages[to->count++] = (struct ww_message){
        arrived_s * 1000, memory_text(text_of(key)), {memory_text(payload), payload.bytes}};
}

void ww_put(uint32_t partition, unsigned lane, int64_t arrived_s, const char *key,
            const char *format, ...)
{
    char body[1024];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(body, sizeof body, format, arguments);
    va_end(arguments);
    ww_put_bytes(partition, lane, arrived_s, key, text_of(body));
}

void ww_billing(const char *household, const char *event, int64_t at_s)
{
    char at[TIME_TEXT_MAX];
    ww_put(ww_partition_of(text_of(household), ww.partitions), MESSAGE_BILLING, at_s + 60,
           household, "{\"household\":\"%s\",\"utility\":\"gas\",\"event\":\"%s\",\"at\":\"%s\"}",
           household, event, time_format(at_s, 0, at));
}

void ww_reading(const char *household, const char *meter, const char *utility, int64_t start_s,
                int64_t arrived_s, int value)
{
    char at[TIME_TEXT_MAX];
    ww_put(ww_partition_of(text_of(household), ww.partitions), MESSAGE_READING, arrived_s,
           household,
           "{\"household\":\"%s\",\"meter\":\"%s\",\"utility\":\"%s\",\"kind\":\"interval\","
           "\"start\":\"%s\",\"minutes\":60,\"value\":%d,\"unit\":\"%s\",\"quality\":\"actual\"}",
           household, meter, utility, time_format(start_s, 0, at), value,
           strcmp(utility, "electricity") == 0 ? "Wh" : "L");
}

void ww_append_alert(const char *household, struct text event, const char *event_id)
{
    if (ww.sent_count == ww.sent_room) {
        ww.sent_room = ww.sent_room ? ww.sent_room * 2 : 64;
        ww.sent = memory_grow(ww.sent, ww.sent_room * sizeof *ww.sent);
    }
    char headers[96];
    (void)snprintf(headers, sizeof headers, "ce_id=%s\n", event_id);
    ww.sent[ww.sent_count++] = (struct ww_sent){.topic = PUBLISH_ALERTS,
                                                .offset = ww.sent_ends[PUBLISH_ALERTS][0]++,
                                                .key = memory_text(text_of(household)),
                                                .body = {memory_text(event), event.bytes},
                                                .headers = memory_text(text_of(headers))};
}

void ww_made_anew(uint32_t partition)
{
    for (int lane = 0; lane < TOPIC_COUNT; lane++) {
        for (size_t i = 0; i < ww.lanes[partition][lane].count; i++) {
            free(ww.lanes[partition][lane].messages[i].key);
            free((void *)(uintptr_t)ww.lanes[partition][lane].messages[i].payload.at);
        }
        ww.lanes[partition][lane].count = 0;
    }
}

uint32_t ww_partition_of(struct text key, uint32_t partitions)
{
    return key.bytes > 2 ? (uint32_t)(key.at[2] - '0') % partitions : 0;
}

static unsigned rolled;
static int roll(int below)
{
    rolled = rolled * 1103515245u + 12345u;
    return (int)((rolled >> 16) % (unsigned)below);
}

static void town_hour(unsigned p, int64_t hour_s, int day, int days)
{
    char name[3][16];
    int hour = (int)(hour_s / WW_HOUR_S % 24);
    bool awake = hour >= 7 && hour < 23;
    for (int i = 0; i < 3; i++)
        (void)snprintf(name[i], sizeof name[i], "H-%u-%d", p, i);
    /* Live, and then nobody moves any more. */
    bool moves = day < days - 2 && awake && roll(4) > 0;
    ww_reading(name[0], "E-1", "electricity", hour_s, hour_s + WW_HOUR_S + 60,
               moves ? 300 + roll(900) : 60);
    ww_reading(name[0], "W-1", "water", hour_s, hour_s + WW_HOUR_S + 61, moves ? roll(60) : 0);
    /* Late: the day before arrives at eight. */
    if (hour == 8)
        for (int h = 0; h < 24; h++) {
            int64_t start = hour_s - 32 * WW_HOUR_S + h * WW_HOUR_S;
            bool lives = day < days - 3 && h >= 6 && h < 23 && roll(3) > 0;
            ww_reading(name[1], "W-2", "water", start, hour_s + h, lives ? 1 + roll(80) : 0);
        }
    /* A register, read every hour, that goes back now and then. */
    static int64_t count[WW_PARTITIONS_MAX];
    char at[TIME_TEXT_MAX];
    count[p] = hour_s == WW_START_S ? 1000 : count[p] + roll(30);
    ww_put(p, MESSAGE_READING, hour_s + 62, name[2],
           "{\"household\":\"%s\",\"meter\":\"G-3\",\"utility\":\"water\",\"kind\":\"register\","
           "\"at\":\"%s\",\"value\":%" PRId64 ",\"unit\":\"L\",\"quality\":\"actual\"}",
           name[2], time_format(hour_s, 0, at), roll(20) ? count[p] : count[p] - 900);
}

static void town_day(unsigned p, int64_t day_s, int day)
{
    static const char *const events[] = {"disconnected", "reconnected", "disconnection_notice",
                                         "limited"};
    char name[16], at[TIME_TEXT_MAX];
    (void)snprintf(name, sizeof name, "H-%u-3", p);
    ww_billing(name, events[roll(4)], day_s + roll(12) * WW_HOUR_S);
    ww_billing(name, events[roll(4)], day_s + (12 + roll(12)) * WW_HOUR_S);
    (void)snprintf(name, sizeof name, "H-%u-4", p);
    ww_put(p, MESSAGE_HOUSEHOLD, day_s + 7, name,
           "{\"household\":\"%s\",\"event\":\"%s\",\"at\":\"%s\"}", name,
           day % 4 == 2   ? "opted_out"
           : day % 4 == 0 ? "moved_in"
                          : "support_started",
           time_format(day_s, 0, at));
    ww_reading(name, "E-4", "electricity", day_s, day_s + WW_HOUR_S + 5, 500);
    ww_reading(name, "E-4", "electricity", day_s - 20 * WW_DAY_S, day_s + WW_HOUR_S + 6, 500);
    ww_put(p, MESSAGE_REPORT, day_s + 9 * WW_HOUR_S, name, "{\"household\":\"%s\", oh dear", name);
    ww_put(p, MESSAGE_REPORT, day_s + 10 * WW_HOUR_S, name,
           "{\"household\":\"%s\",\"channel\":\"school\",\"at\":\"%s\"}", name,
           time_format(day_s + 10 * WW_HOUR_S, 0, at));
    /* Equipment at home: a cut of electricity is the police's as well. */
    static const char *const cuts[] = {"disconnection_notice", "disconnected", "reconnected"};
    (void)snprintf(name, sizeof name, "H-%u-5", p);
    ww_put(p, MESSAGE_HOUSEHOLD, day_s + 8, name,
           "{\"household\":\"%s\",\"event\":\"profile\",\"at\":\"%s\",\"flags\":[\"medical\"]}",
           name, time_format(day_s, 0, at));
    ww_put(p, MESSAGE_BILLING, day_s + 9, name,
           "{\"household\":\"%s\",\"utility\":\"electricity\",\"event\":\"%s\",\"at\":\"%s\"}",
           name, cuts[day % 3], time_format(day_s, 0, at));
}

void ww_town(uint32_t partitions, int days, unsigned seed)
{
    rolled = seed;
    for (unsigned p = 0; p < partitions; p++)
        for (int day = 0; day < days; day++) {
            int64_t day_s = WW_START_S + (int64_t)day * WW_DAY_S;
            town_day(p, day_s, day);
            for (int hour = 0; hour < 24; hour++)
                town_hour(p, day_s + hour * WW_HOUR_S, day, days);
        }
}

/* ---- shifts ---- */

static enum err read_log(void *context, uint32_t partition, int64_t from,
                         void (*each)(void *, struct text event, int64_t offset),
                         void *each_context, struct fault *fault)
{
    (void)context;
    ww.log_reads++;
    if (from > ww.sent_ends[PUBLISH_ALERTS][partition])
        return fault_set(fault, ERR_END, "the log ends before %lld", (long long)from);
    for (size_t i = 0; i < ww.sent_count; i++) {
        const struct ww_sent *sent = &ww.sent[i];
        if (sent->topic == PUBLISH_ALERTS && sent->partition == partition && sent->offset >= from)
            each(each_context, sent->body, sent->offset);
    }
    return ERR_OK;
}

static void rejected(void *context, const struct delivery *delivery, enum reject reject,
                     const char *detail)
{
    (void)context, (void)delivery;
    (void)snprintf(ww.refused, sizeof ww.refused, "%s %s", reject_names[reject],
                   detail ? detail : "");
}

struct shift shift_begin(uint32_t assigned_mask)
{
    struct worker_options options = {.config = ww.config,
                                     .store = ww_probe_new(),
                                     .clock = &ww.clock.clock,
                                     .partitions = ww.partitions,
                                     .partition_of = ww_partition_of,
                                     .timers = ww.timers,
                                     .staff_read = ww.staff_read,
                                     .arrival_clock = ww.arrival_clock,
                                     .epochs = ww.new_log ? ww.epochs : NULL,
                                     .read_log = ww.read_log ? read_log : NULL,
                                     .rejected = rejected};
    struct shift shift = {worker_new(&options), NULL};
    struct source_owner owner = worker_owner(shift.worker);
    shift.source = ww_source_new(&owner);
    for (uint32_t p = 0; p < ww.partitions; p++)
        shift.source->wanted[p] = assigned_mask >> p & 1;
    worker_set_publisher(shift.worker, ww_publisher_new(shift.worker));
    worker_set_source(shift.worker, &shift.source->source);
    return shift;
}

enum err shift_step(struct shift *shift)
{
    ww.clock.monotonic_ms += 500;
    return worker_step(shift->worker, 0, &ww.fault);
}

bool shift_at_end(const struct shift *shift)
{
    for (uint32_t p = 0; p < ww.partitions; p++)
        if (shift->source->wanted[p] &&
            (!shift->source->running[p] || ww_earliest_lane(shift->source, p) >= 0))
            return false;
    return true;
}

static size_t outbox_left(void)
{
    static struct seen seen;
    seen.count = 0;
    for (uint32_t p = 0; p < ww.partitions; p++)
        must(world.store->ops->outbox(world.store, p, "", SEEN_MAX, seen_entry, &seen,
                                      &world.fault));
    return seen.count;
}

void shift_run(struct shift *shift)
{
    /* Settling by the wall clock, failures' back-off and sweeps need a while after the last line.
     */
    for (int quiet = 0, turns = 0; quiet < 40; turns++) {
        enum err err = shift_step(shift);
        ck_assert_msg(err == ERR_OK, "step: %s", ww.fault.text);
        ck_assert_msg(turns < 20000, "it never ends");
        const struct worker_counts *counts = worker_counts(shift->worker);
        bool idle =
            shift_at_end(shift) && counts->dirty == 0 &&
            counts->partitions == (long long)(shift->source->wanted[0] + shift->source->wanted[1]);
        quiet = idle ? quiet + 1 : 0;
        if (quiet == 39 && outbox_left())
            quiet = 0;
    }
}

void shift_crash(struct shift *shift)
{
    worker_free(shift->worker);
    shift->worker = NULL;
}

void shift_stop(struct shift *shift)
{
    worker_stop(shift->worker, 1000);
    shift_crash(shift);
}

void shift_revoke(struct shift *shift, uint32_t p, bool lost)
{
    shift->source->wanted[p] = false;
    if (shift->source->running[p])
        shift->source->owner.revoked(shift->source->owner.owner, p, lost);
    shift->source->running[p] = false;
}

void shift_assign(struct shift *shift, uint32_t p)
{
    shift->source->wanted[p] = true;
}

/* ---- what is left behind ---- */

static char *line_of(const struct ww_sent *sent)
{
    struct buffer line = {0};
    buffer_text(&line, sent->headers);
    for (size_t i = 0; i < line.bytes; i++)
        if (line.at[i] == '\n')
            line.at[i] = ' ';
    buffer_add(&line, sent->body.at, sent->body.bytes);
    return line.at;
}

static void add_sent(struct buffer *out, enum publisher_topic topic, const char *title)
{
    char **lines = memory_get((ww.sent_count + 1) * sizeof *lines);
    size_t count = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].topic == topic)
            lines[count++] = line_of(&ww.sent[i]);
    picture_add(out, title, lines, count);
}

static void record_line(void *context, size_t index, const void *bytes, uint32_t size)
{
    char **line = context;
    struct buffer text = {0};
    (void)index;
    buffer_format(&text, "%u bytes %08x", size, size ? crc32c(bytes, size) : 0);
    *line = text.at;
}

static void add_records(struct buffer *out)
{
    char **lines = NULL;
    size_t count = 0, all = 0;
    for (uint32_t p = 0; p < ww.partitions; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            all += ww.lanes[p][lane].count;
    lines = memory_get((all + 1) * sizeof *lines);
    for (uint32_t p = 0; p < ww.partitions; p++)
        for (int lane = 0; lane < TOPIC_COUNT; lane++)
            for (size_t i = 0; i < ww.lanes[p][lane].count; i++) {
                struct text household = text_of(ww.lanes[p][lane].messages[i].key);
                char *found = NULL;
                struct buffer line = {0};
                if (i > 200 || !household.bytes)
                    continue; /* everybody has been there by then */
                must(world.store->ops->load(world.store, p, &household, 1, record_line, &found,
                                            &world.fault));
                buffer_format(&line, "%s %s", household.at, found);
                free(found);
                lines[count++] = line.at;
            }
    picture_add(out, "records", lines, count);
    buffer_text(out, "== what was counted of them\n");
    for (uint32_t p = 0; p < ww.partitions; p++) {
        const struct text nobody = STORE_NOBODY;
        char *found = NULL;
        must(world.store->ops->load(world.store, p, &nobody, 1, record_line, &found, &world.fault));
        buffer_format(out, "%s\n", found);
        free(found);
    }
}

static bool alert_line(void *context, uint32_t partition, struct text snapshot)
{
    (void)partition;
    buffer_add(context, snapshot.at, snapshot.bytes);
    buffer_text(context, "\n");
    return true;
}

/* An event came again as it was; an alert's versions came without gaps. */
static void check_events(void)
{
    for (size_t i = 0; i < ww.sent_count; i++) {
        const struct ww_sent *event = &ww.sent[i];
        if (event->topic == PUBLISH_DEAD_LETTERS)
            continue;
        bool before = false;
        char alert[64];
        long version = 0;
        ck_assert_int_eq(sscanf(event->headers, "ce_id=%31[^.].%ld", alert, &version), 2);
        for (size_t k = 0; k < (ww.reorders ? ww.sent_count : i); k++) {
            const struct ww_sent *other = &ww.sent[k];
            if (other->topic != event->topic)
                continue;
            if (strcmp(other->headers, event->headers) == 0)
                ck_assert_msg(text_equal(other->body, event->body),
                              "event %s came twice, differently:\n%s\n%s", event->headers,
                              other->body.at, event->body.at);
            char other_alert[64];
            long other_version = 0;
            (void)sscanf(other->headers, "ce_id=%31[^.].%ld", other_alert, &other_version);
            if (strcmp(alert, other_alert) == 0 && other_version == version - 1)
                before = true;
        }
        ck_assert_msg(event->topic != PUBLISH_ALERTS || version == 1 || before,
                      "version %ld of %s came before the one before it", version, alert);
    }
}

void ww_picture(struct buffer *out)
{
    check_events();
    buffer_clear(out);
    add_records(out);
    buffer_text(out, "== alerts\n");
    for (uint32_t p = 0; p < ww.partitions; p++)
        must(world.store->ops->alerts(world.store, p, false, 0, alert_line, out, &world.fault));
    add_sent(out, PUBLISH_ALERTS, "events");
    add_sent(out, PUBLISH_HOUSEHOLD, "household messages");
    add_sent(out, PUBLISH_DEAD_LETTERS, "dead letters");
}

void ww_same(const struct buffer *quiet, const struct buffer *now, const char *what)
{
    struct buffer how = {0};
    if (!picture_same(quiet, now, &how))
        ck_abort_msg("%s: not as in a quiet run\n%s", what, how.at);
}

size_t ww_sent_of(enum publisher_topic topic)
{
    size_t count = 0;
    for (size_t i = 0; i < ww.sent_count; i++)
        count += ww.sent[i].topic == topic;
    return count;
}

void ww_forget_sent(enum team team)
{
    size_t kept = 0;
    char member[32];
    (void)snprintf(member, sizeof member, "\"team\":\"%s\"", team_names[team]);
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].topic == PUBLISH_ALERTS && strstr(ww.sent[i].body.at, member)) {
            ww_sent_done(&ww.sent[i]);
        } else {
            ww.sent[kept] = ww.sent[i];
            ww.sent[kept].offset = (int64_t)kept;
            kept++;
        }
    ww.sent_count = kept;
}

const struct ww_sent *ww_letter(size_t index)
{
    for (size_t i = 0; i < ww.sent_count; i++)
        if (ww.sent[i].topic == PUBLISH_DEAD_LETTERS && index-- == 0)
            return &ww.sent[i];
    ck_abort_msg("there are only %zu dead letters", ww_sent_of(PUBLISH_DEAD_LETTERS));
}

bool ww_live_alert(const char *household, enum team team, char id[STORE_ALERT_ID_MAX])
{
    struct store_case seen;
    uint32_t p = ww_partition_of(text_of(household), ww.partitions);
    must(world.store->ops->load_case(world.store, p, text_of(household), &seen, &world.fault));
    (void)text_copy(text_of(seen.open[team]), id, STORE_ALERT_ID_MAX);
    return id[0] != '\0';
}

static bool count_alert(void *context, uint32_t partition, struct text snapshot)
{
    (void)partition, (void)snapshot;
    ++*(size_t *)context;
    return true;
}

size_t ww_alerts(bool live_only)
{
    size_t count = 0;
    for (uint32_t p = 0; p < ww.partitions; p++)
        must(world.store->ops->alerts(world.store, p, live_only, 0, count_alert, &count,
                                      &world.fault));
    return count;
}

/* By taking it: whoever owned the partition is fenced by this. */
int64_t ww_stored_offset(uint32_t p, unsigned lane)
{
    return world_taken(world.second, p).offsets[lane];
}

/* ---- begin and end ---- */

void ww_begin(uint32_t partitions, const char *const *sets)
{
    /* Each step of a story is made to fail in turn: few alerts keep it short. */
    const char *all[16] = {"silence.learning_days=14", "silence.first_days=14", "daemon.batch=64",
                           "daemon.flush_interval=1s", "daemon.log_level=error"};
    size_t count = 5;
    struct config_errors errors = {0};
    while (sets && sets[count - 5]) {
        all[count] = sets[count - 5];
        count++;
    }
    ww_end();
    ww = (struct worker_world){
        .partitions = partitions, .fail_with = ERR_UNREACHABLE, .hand_clock = true};
    ww.clock.clock = (struct clock){.wall_ms = wall_ms,
                                    .monotonic_ms = monotonic_ms,
                                    .set_ms = (WW_START_S + 30 * WW_DAY_S) * 1000};
    ww.clock.monotonic_ms = 1000000;
    for (size_t p = 0; p < WW_PARTITIONS_MAX; p++)
        ww.epochs[p] = -1;
    ck_assert_msg(config_load(NULL, all, count, &ww.config, &errors) == ERR_OK, "%s",
                  errors.text.at);
}

void ww_end(void)
{
    for (size_t p = 0; p <= WW_WEATHER; p++)
        for (size_t lane = 0; lane < TOPIC_COUNT; lane++) {
            struct ww_lane *from = &ww.lanes[p][lane];
            for (size_t i = 0; i < from->count; i++) {
                free(from->messages[i].key);
                free((void *)(uintptr_t)from->messages[i].payload.at);
            }
            free(from->messages);
        }
    for (size_t i = 0; i < ww.sent_count; i++)
        ww_sent_done(&ww.sent[i]);
    free(ww.sent);
    config_free(ww.config);
    memset(&ww, 0, sizeof ww);
}

struct alert ww_alert(const char *id)
{
    struct buffer json = {0};
    struct alert alert;
    must(world.store->ops->alert(world.store, 0, id, &json, &world.fault));
    must(alert_read(buffer_view(&json), &alert, &world.fault));
    buffer_done(&json);
    return alert;
}

void ww_later(int64_t ms)
{
    ww.clock.clock.set_ms += ms;
}

void shift_steps(struct shift *shift, int count)
{
    while (count--)
        ck_assert_msg(shift_step(shift) == ERR_OK, "%s", ww.fault.text);
}
