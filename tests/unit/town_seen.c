/* SPDX-License-Identifier: Apache-2.0 */
#include "town_seen.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define HOME_FIRST 10000

static void *grow(void *items, size_t count, size_t *room, size_t bytes)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 1024;
    return memory_grow(items, *room * bytes);
}

static uint64_t fnv(uint64_t hash, struct text text)
{
    for (size_t i = 0; i < text.bytes; i++)
        hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    MUST(text, "no text \"%s\"", key);
    return text;
}

static int64_t time_at(const json_t *object, const char *key)
{
    int64_t ms = 0;
    bool has_offset = false;
    const char *text = text_at(object, key);
    MUST(!time_parse(text_of(text), &ms, &has_offset) && has_offset, "%s is no time", text);
    return ms / 1000;
}

static int word(const char *const *names, int count, const char *name)
{
    int i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    MUST(i < count, "unknown word %s", name);
    return i;
}

static int home_of(const char *household)
{
    char *end;
    NEED(strncmp(household, "H-", 2) == 0);
    long number = strtol(household + 2, &end, 10);
    NEED(*end == 0);
    NEED(number >= HOME_FIRST && number < HOME_FIRST + HOMES_MAX);
    return (int)(number - HOME_FIRST);
}

static void see_reading(struct seen *seen, const json_t *m, int home)
{
    static const struct {
        const char *name;
        double milli;
    } units[] = {{"kWh", 1e6}, {"Wh", 1e3}, {"L", 1e3}, {"m3", 1e6}};
    seen->readings =
        grow(seen->readings, seen->reading_count, &seen->reading_room, sizeof *seen->readings);
    struct seen_reading *r = &seen->readings[seen->reading_count++];
    *r = (struct seen_reading){.home = home};
    r->utility = (enum utility)word(utility_names, UTILITY_COUNT, text_at(m, "utility"));
    r->quality = (enum quality)word(quality_names, QUALITY_COUNT, text_at(m, "quality"));
    bool interval = strcmp(text_at(m, "kind"), "interval") == 0;
    r->at_s = time_at(m, interval ? "start" : "at");
    r->arrived_s = time_at(m, "arrived");
    r->minutes = interval ? (int)json_integer_value(json_object_get(m, "minutes")) : 0;
    r->meter = strtol(text_at(m, "meter") + 2, NULL, 10);
    r->dials = (int)json_integer_value(json_object_get(m, "dials"));
    r->version = (int)json_integer_value(json_object_get(m, "version"));
    seen->qualities[r->quality]++;
    MUST(r->at_s + r->minutes * 60 <= r->arrived_s, "it arrives before it is over");
    unsigned unit = 0;
    while (unit < 4 && strcmp(units[unit].name, text_at(m, "unit")) != 0)
        unit++;
    NEED(unit < 4);
    const json_t *value = json_object_get(m, "value");
    r->has_value = json_is_number(value);
    NEED(r->has_value == (r->quality != QUALITY_MISSING));
    double milli = json_number_value(value) * units[unit].milli;
    r->milli = (int64_t)(milli + (milli < 0 ? -0.5 : 0.5));
}

static void see_limit(struct seen *seen, int home, int64_t at_s, enum billing_event event,
                      double watts)
{
    for (size_t i = 0; i < seen->limit_count; i++)
        if (seen->limits[i].home == home && seen->limits[i].to_s == INT64_MAX)
            seen->limits[i].to_s = at_s;
    if (event == BILLING_RECONNECTED)
        return;
    seen->limits = grow(seen->limits, seen->limit_count, &seen->limit_room, sizeof *seen->limits);
    seen->limits[seen->limit_count++] =
        (struct seen_limit){.home = home, .from_s = at_s, .to_s = INT64_MAX, .watts = watts};
}

static void see_billing(struct seen *seen, const json_t *m, int home)
{
    int event = word(billing_event_names, BILLING_EVENT_COUNT, text_at(m, "event"));
    int utility = word(utility_names, UTILITY_COUNT, text_at(m, "utility"));
    int64_t at_s = time_at(m, "at");
    seen->billing[event]++;
    if (event == BILLING_ARREARS)
        seen->months[home][utility] = (int)json_integer_value(json_object_get(m, "months"));
    if (utility == UTILITY_ELECTRICITY &&
        (event == BILLING_LIMITED || event == BILLING_DISCONNECTED || event == BILLING_RECONNECTED))
        see_limit(seen, home, at_s, (enum billing_event)event,
                  json_number_value(json_object_get(m, "watts")));
}

static void see_household(struct seen *seen, const json_t *m, int home)
{
    int event = word(household_event_names, HOUSEHOLD_EVENT_COUNT, text_at(m, "event"));
    seen->events[event]++;
    (void)time_at(m, "at");
    if (event == HOUSEHOLD_PROFILE) {
        const json_t *flags = json_object_get(m, "flags");
        seen->residents[home] = (int)json_integer_value(json_object_get(m, "residents"));
        for (size_t i = 0; i < json_array_size(flags); i++)
            (void)word(profile_flag_names, PROFILE_FLAG_COUNT,
                       json_string_value(json_array_get(flags, i)));
        int32_t day;
        NEED(date_parse(text_of(text_at(m, "moved_in")), &day) == ERR_OK);
    } else if (event == HOUSEHOLD_MOVED_OUT) {
        seen->tenants_changed[home] = true;
    } else if (event == HOUSEHOLD_OPTED_OUT) {
        seen->opted_out[home] = true;
    } else if (event == HOUSEHOLD_ABSENCE) {
        NEED(time_at(m, "from") < time_at(m, "to"));
    }
}

/* Anbu itself understands it. */
static void decode_message(struct seen *seen, const struct town_message *message)
{
    struct message decoded;
    const char *detail = "";
    decoder_batch_start(seen->decoder);
    enum reject reject =
        decode(seen->decoder, message->body, MESSAGE_TYPE_COUNT, &decoded, &detail);
    MUST(reject == REJECT_NONE, "%s (%s): %.*s", reject_names[reject], detail,
         (int)message->body.bytes, message->body.at);
    NEED(decoded.type == message->type);
    NEED(decoded.arrived_ms == message->arrived_s * 1000);
}

static void see_message(struct seen *seen, const struct town_message *message)
{
    decode_message(seen, message);
    json_error_t error;
    json_t *m = json_loadb(message->body.at, message->body.bytes, JSON_REJECT_DUPLICATES, &error);
    MUST(m, "%s: %.*s", error.text, (int)message->body.bytes, message->body.at);
    int type = word(message_type_names, MESSAGE_TYPE_COUNT, text_at(m, "type"));
    NEED(type == (int)message->type);
    seen->types[type]++;
    NEED(time_at(m, "arrived") == message->arrived_s);
    const char *key = text_at(m, type == MESSAGE_WEATHER ? "area" : "household");
    NEED(text_is(message->key, key));
    if (type == MESSAGE_WEATHER) {
        bool measured = strcmp(text_at(m, "event"), WEATHER_TEMPERATURE) == 0;
        NEED(measured ? time_at(m, "to") < message->arrived_s
                      : time_at(m, "from") > message->arrived_s);
        seen->temperatures += measured;
    } else {
        int home = home_of(key);
        if (type == MESSAGE_READING)
            see_reading(seen, m, home);
        else if (type == MESSAGE_BILLING)
            see_billing(seen, m, home);
        else if (type == MESSAGE_HOUSEHOLD)
            see_household(seen, m, home);
        else
            seen->channels[word(report_channel_names, REPORT_CHANNEL_COUNT,
                                text_at(m, "channel"))]++;
    }
    json_decref(m);
}

static enum err on_message(void *context, const struct town_message *message, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    MUST(message->arrived_s >= seen->last_arrived_s, "out of order of arrival: %.*s",
         (int)message->body.bytes, message->body.at);
    seen->last_arrived_s = message->arrived_s;
    seen->messages++;
    seen->hash = fnv(seen->hash, message->body);
    if (message->type != MESSAGE_WEATHER) {
        char household[16];
        NEED(text_copy(message->key, household, sizeof household));
        uint64_t *hash = &seen->home_hash[home_of(household)];
        *hash = fnv(*hash, message->body);
    }
    if (seen->parse)
        see_message(seen, message);
    return ERR_OK;
}

static enum err on_truth(void *context, struct text line, struct fault *fault)
{
    struct seen *seen = context;
    (void)fault;
    seen->hash = fnv(seen->hash, line);
    json_t *m = json_loadb(line.at, line.bytes, JSON_REJECT_DUPLICATES, NULL);
    MUST(m, "%.*s", (int)line.bytes, line.at);
    seen->truths = grow(seen->truths, seen->truth_count, &seen->truth_room, sizeof *seen->truths);
    struct seen_truth *t = &seen->truths[seen->truth_count++];
    *t = (struct seen_truth){.home = home_of(text_at(m, "household")), .to_s = INT64_MAX};
    NEED(text_copy(text_of(text_at(m, "kind")), t->kind, sizeof t->kind));
    if (json_object_get(m, "utility"))
        NEED(text_copy(text_of(text_at(m, "utility")), t->utility, sizeof t->utility));
    t->from_s = time_at(m, "from");
    if (!json_is_null(json_object_get(m, "to")))
        t->to_s = time_at(m, "to");
    NEED(t->from_s <= t->to_s);
    json_decref(m);
    return ERR_OK;
}

static int by_meter_and_time(const void *left, const void *right)
{
    const struct seen_reading *a = left, *b = right;
    if (a->home != b->home)
        return a->home < b->home ? -1 : 1;
    if (a->utility != b->utility)
        return a->utility < b->utility ? -1 : 1;
    if (a->meter != b->meter)
        return a->meter < b->meter ? -1 : 1;
    if (a->at_s != b->at_s)
        return a->at_s < b->at_s ? -1 : 1;
    return (a->version > b->version) - (a->version < b->version);
}

static void sort_readings(struct seen *seen)
{
    if (seen->reading_count)
        qsort(seen->readings, seen->reading_count, sizeof *seen->readings, by_meter_and_time);
    size_t at = 0;
    for (int home = 0; home <= HOMES_MAX; home++) {
        while (at < seen->reading_count && seen->readings[at].home < home)
            at++;
        seen->home_begins[home] = at;
    }
}

struct seen *town_run(const struct run *run)
{
    struct seen *seen = memory_get(sizeof *seen);
    struct scenario *scenario = memory_get(sizeof *scenario);
    struct fault fault = {{0}};
    struct town_options options = {.households = run->homes,
                                   .days = run->days,
                                   .seed = run->seed,
                                   .quiet_days = -1,
                                   .scenario = scenario,
                                   .say_arrived = true};
    options.start_day = run->start_day ? run->start_day : civil_day(2026, 1, 5);
    MUST(!scenario_parse(text_of(run->scenario ? run->scenario : "{}"), "test", scenario, &fault),
         "%s", fault.text);
    ck_assert_int_eq(
        zone_find(text_of(run->timezone ? run->timezone : "Asia/Seoul"), &options.zone), ERR_OK);
    const struct town_sink sink = {.message = on_message, .truth = on_truth, .context = seen};
    seen->parse = run->parse;
    seen->decoder = decoder_new(NULL, 0);
    seen->hash = FNV_START;
    for (int i = 0; i < HOMES_MAX; i++)
        seen->home_hash[i] = FNV_START;
    struct town *town = town_new(&options, &sink);
    enum err err;
    while (!(err = town_hour(town, &fault)))
        ;
    ck_assert_int_eq(err, ERR_END);
    ck_assert_double_eq(town_progress(town), 1);
    sort_readings(seen);
    town_free(town);
    free(scenario);
    return seen;
}

void seen_free(struct seen *seen)
{
    if (!seen)
        return;
    decoder_free(seen->decoder);
    free(seen->readings);
    free(seen->truths);
    free(seen->limits);
    free(seen);
}

bool town_was(const struct seen *seen, int home, const char *kinds, int64_t from_s, int64_t to_s)
{
    for (size_t i = 0; i < seen->truth_count; i++) {
        const struct seen_truth *t = &seen->truths[i];
        if (t->home == home && strstr(kinds, t->kind) && t->from_s < to_s && t->to_s > from_s)
            return true;
    }
    return false;
}

void town_each_draw(const struct seen *seen, void (*each)(void *context, const struct draw *draw),
                    void *context)
{
    const struct seen_reading *last = NULL;
    for (size_t i = 0; i < seen->reading_count; i++) {
        const struct seen_reading *r = &seen->readings[i], *next = r + 1;
        bool corrected = i + 1 < seen->reading_count && next->home == r->home &&
                         next->utility == r->utility && next->meter == r->meter &&
                         next->at_s == r->at_s;
        if (!r->has_value || corrected || r->quality == QUALITY_ESTIMATED)
            continue;
        struct draw draw = {.reading = r, .from_s = r->at_s, .milli = r->milli};
        if (r->minutes) {
            draw.to_s = r->at_s + r->minutes * 60;
            each(context, &draw);
            continue;
        }
        if (last && last->home == r->home && last->utility == r->utility &&
            last->meter == r->meter) {
            draw.from_s = last->at_s;
            draw.to_s = r->at_s;
            draw.milli = r->milli - last->milli;
            each(context, &draw);
        }
        last = r;
    }
}
