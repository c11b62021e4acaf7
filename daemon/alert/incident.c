/* SPDX-License-Identifier: Apache-2.0 */
#include "alert/incident.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"

#define HOUR_S 3600
/* Beyond chance: so many times the square root of what was usual, as Poisson counts scatter. */
#define CHANCE_ROOTS 4

#define NAME(constant, word) [constant] = (word),
const char *const incident_kind_names[INCIDENT_KIND_COUNT] = {INCIDENT_KINDS(NAME)};

/* ---- when ---- */

static double missing_milli(const struct store_area_sums *sums)
{
    return (double)sums->expected_milli - 1000.0 * (double)sums->seen;
}

static bool is_enough(enum incident_kind kind, const struct incident_rules *rules,
                      const struct store_area_sums *sums)
{
    if (kind != INCIDENT_SILENT)
        return sums->metered >= rules->homes_min;
    /* While workers catch up, the hours of few homes are there: all of the window's must be. */
    return sums->expected_milli >= rules->homes_min * 1000 &&
           sums->watched >= rules->homes_min * rules->window_hours;
}

/* People sleep in on Saturdays, all of them: silence must be deeper than darkness. */
static double share_of(enum incident_kind kind, const struct incident_rules *rules)
{
    return kind == INCIDENT_SILENT ? (1 + rules->share) / 2 : rules->share;
}

static bool is_missing(enum incident_kind kind, double share, const struct store_area_sums *sums)
{
    return kind == INCIDENT_SILENT ? missing_milli(sums) >= share * (double)sums->expected_milli
                                   : (double)sums->dark >= share * (double)sums->metered;
}

/* Squared, so that no root is needed: missing > 4 sqrt(expected), in signs of life. */
static bool is_beyond_chance(const struct store_area_sums *sums)
{
    double missing = missing_milli(sums) / 1000, expected = (double)sums->expected_milli / 1000;
    return missing > 0 && missing * missing > CHANCE_ROOTS * CHANCE_ROOTS * expected;
}

static bool shows(enum incident_kind kind, const struct incident_rules *rules,
                  const struct store_area_sums *sums)
{
    return is_enough(kind, rules, sums) && is_missing(kind, share_of(kind, rules), sums) &&
           (kind != INCIDENT_SILENT || is_beyond_chance(sums));
}

bool incident_is_dark(const struct incident_rules *rules, const struct store_area_sums *sums)
{
    return shows(INCIDENT_DARK, rules, sums);
}

bool incident_may_be_silent(const struct incident *incident, const struct incident_rules *rules,
                            const struct store_area_sums *window)
{
    bool goes_on = incident->version && !incident->end_hour && incident->kind == INCIDENT_SILENT;
    return goes_on || shows(INCIDENT_SILENT, rules, window);
}

void incident_scale(const struct incident_rules *rules, const struct store_area_sums *before,
                    struct store_area_sums *window)
{
    double scale = 0;
    if (is_enough(INCIDENT_SILENT, rules, before))
        scale = 1000.0 * (double)before->seen / (double)before->expected_milli;
    if (scale < 1)
        window->expected_milli = (int64_t)((double)window->expected_milli * scale);
}

/* Darkness is seen in the hour; silence, in which few signs are expected, over a window. */
static const struct store_area_sums *sums_for(enum incident_kind kind,
                                              const struct store_area_total *total)
{
    return kind == INCIDENT_DARK ? &total->hour : &total->window;
}

static void open_incident(struct incident *incident, enum incident_kind kind,
                          const struct incident_rules *rules, const char *group, int32_t hour,
                          int64_t now_ms)
{
    int64_t version = incident->version + 1;
    *incident = (struct incident){.kind = kind,
                                  .version = version,
                                  .from_hour = hour,
                                  .last_hour = hour,
                                  .opened_ms = now_ms,
                                  .held_until_ms = now_ms + rules->hold_max_s * 1000};
    (void)text_copy(text_of(group), incident->group, sizeof incident->group);
    /* The same for whoever opens it; a group's name is no household's. */
    alert_id(text_of(group), TEAM_POLICE, (int64_t)hour * HOUR_S, incident->id);
}

static enum incident_change try_open(struct incident *incident, const struct incident_rules *rules,
                                     const char *group, int32_t hour,
                                     const struct store_area_total *total, int64_t now_ms)
{
    if (incident->version && hour <= incident->end_hour)
        return INCIDENT_SAME;
    static const enum incident_kind kinds[] = {INCIDENT_DARK, INCIDENT_SILENT};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct store_area_sums *sums = sums_for(kinds[i], total);
        if (!shows(kinds[i], rules, sums))
            continue;
        open_incident(incident, kinds[i], rules, group, hour, now_ms);
        incident->sums = *sums;
        return INCIDENT_OPENED;
    }
    return INCIDENT_SAME;
}

static enum incident_change go_on(struct incident *incident, const struct incident_rules *rules,
                                  int32_t hour, const struct store_area_sums *sums, int64_t now_ms)
{
    if (hour <= incident->last_hour || !is_enough(incident->kind, rules, sums))
        return INCIDENT_SAME;
    if (shows(incident->kind, rules, sums)) {
        incident->last_hour = hour;
        incident->sums = *sums;
        incident->version++;
        return INCIDENT_GOES_ON;
    }
    if (is_missing(incident->kind, share_of(incident->kind, rules) / 2, sums))
        return INCIDENT_SAME;
    incident->end_hour = hour;
    incident->closed_ms = now_ms;
    incident->sums = *sums;
    incident->version++;
    /* Of a day-old outage the grace is over: its readings came after everybody was up again. */
    int64_t light_ms = (hour + 1) * INT64_C(1000) * HOUR_S;
    int64_t until_ms = (light_ms < now_ms ? light_ms : now_ms) + rules->grace_s * 1000;
    if (until_ms < incident->held_until_ms)
        incident->held_until_ms = until_ms;
    return INCIDENT_CLOSED;
}

enum incident_change incident_count(struct incident *incident, const struct incident_rules *rules,
                                    const char *group, int32_t hour,
                                    const struct store_area_total *total, int64_t now_ms)
{
    if (!incident->version || incident->end_hour)
        return try_open(incident, rules, group, hour, total, now_ms);
    return go_on(incident, rules, hour, sums_for(incident->kind, total), now_ms);
}

enum incident_change incident_report(struct incident *incident, const struct incident_rules *rules,
                                     const char *group, int32_t hour,
                                     const struct store_area_sums *sums, int64_t now_ms)
{
    if (incident->version && !incident->end_hour)
        return go_on(incident, rules, hour, sums, now_ms);
    if (hour <= incident->end_hour || !shows(INCIDENT_UNREPORTED, rules, sums))
        return INCIDENT_SAME;
    open_incident(incident, INCIDENT_UNREPORTED, rules, group, hour, now_ms);
    /* So many of its hours are missing. */
    int64_t hours = (rules->window_hours * sums->dark + sums->metered / 2) / sums->metered;
    incident->from_hour = hour - (int32_t)hours + 1;
    incident->held_until_ms = now_ms;
    incident->sums = *sums;
    return INCIDENT_OPENED;
}

bool incident_set_back(struct incident *incident, int64_t now_ms, int64_t slack_ms)
{
    int64_t by_ms = incident->opened_ms - now_ms;
    if (by_ms < incident->closed_ms - now_ms)
        by_ms = incident->closed_ms - now_ms;
    if (by_ms <= slack_ms)
        return false;
    if (incident->opened_ms > now_ms)
        incident->opened_ms = now_ms;
    if (incident->closed_ms > now_ms)
        incident->closed_ms = now_ms;
    incident->held_until_ms -= by_ms;
    /* Its hours are of the clock, too: those that are still to come would not be looked at. */
    int32_t hour = (int32_t)(now_ms / 1000 / HOUR_S);
    int32_t *hours[] = {&incident->from_hour, &incident->last_hour, &incident->end_hour};
    for (size_t i = 0; incident->kind == INCIDENT_UNREPORTED && i < 3; i++)
        if (*hours[i] > hour)
            *hours[i] = hour;
    incident->version++;
    return true;
}

bool incident_is_of_reports(const char *group)
{
    return memchr(group, '.', strcspn(group, ":")) != NULL;
}

bool incident_group(const char *kind, struct text name, char out[STORE_GROUP_MAX])
{
    size_t bytes = strlen(kind);
    if (!name.bytes || bytes + 1 + name.bytes >= STORE_GROUP_MAX)
        return false;
    memcpy(out, kind, bytes);
    out[bytes++] = ':';
    memcpy(out + bytes, name.at, name.bytes);
    out[bytes + name.bytes] = '\0';
    return true;
}

/* ---- as JSON ---- */

/* An area has no zone of its own: UTC. 0: null. */
static void member_time(struct buffer *out, const char *key, int64_t at_s)
{
    char text[TIME_TEXT_MAX];
    json_member_text(out, key, at_s ? time_format(at_s, 0, text) : NULL);
}

void incident_write(const struct incident *incident, struct buffer *out)
{
    buffer_text(out, "{");
    json_member_text(out, "incident", incident->id);
    json_member_int(out, "version", incident->version);
    json_member_text(out, "group", incident->group);
    json_member_text(out, "kind", incident_kind_names[incident->kind]);
    json_member_text(out, "state", incident->end_hour ? "closed" : "open");
    member_time(out, "from", (int64_t)incident->from_hour * HOUR_S);
    member_time(out, "last", (int64_t)incident->last_hour * HOUR_S);
    member_time(out, "to", (int64_t)incident->end_hour * HOUR_S);
    member_time(out, "opened", incident->opened_ms / 1000);
    member_time(out, "closed", incident->closed_ms / 1000);
    member_time(out, "held_until", incident->held_until_ms / 1000);
    json_member_int(out, "metered", incident->sums.metered);
    json_member_int(out, "dark", incident->sums.dark);
    json_member_int(out, "watched", incident->sums.watched);
    json_member_number(out, "expected", (double)incident->sums.expected_milli / 1000, 3);
    json_member_int(out, "seen", incident->sums.seen);
    buffer_text(out, "}");
}

void incident_event(const struct incident *incident, const char *what, struct buffer *out)
{
    bool closed = incident->closed_ms != 0;
    buffer_text(out, "{");
    json_member_text(out, "specversion", "1.0");
    json_put_key(out, "id");
    buffer_format(out, "\"%s.%" PRId64 "\"", incident->id, incident->version);
    json_member_text(out, "source", "anbu");
    json_put_key(out, "type");
    buffer_format(out, "\"anbu.incident.%s\"", what);
    json_member_text(out, "subject", incident->group);
    member_time(out, "time", (closed ? incident->closed_ms : incident->opened_ms) / 1000);
    json_member_text(out, "datacontenttype", "application/json");
    json_put_key(out, "data");
    incident_write(incident, out);
    buffer_text(out, "}");
}

/* False: it is no time; null is 0 where that may be. */
static bool get_time(const json_t *root, const char *key, bool nullable, int64_t *out_s)
{
    const json_t *value = json_object_get(root, key);
    int64_t at_ms = 0;
    bool has_offset = false;
    *out_s = 0;
    if (nullable && json_is_null(value))
        return true;
    if (!json_is_string(value) ||
        time_parse(text_of(json_string_value(value)), &at_ms, &has_offset) || !has_offset)
        return false;
    *out_s = at_ms / 1000;
    return true;
}

static bool get_hour(const json_t *root, const char *key, bool nullable, int32_t *out)
{
    int64_t at_s;
    bool good = get_time(root, key, nullable, &at_s);
    *out = (int32_t)(at_s / HOUR_S);
    return good;
}

static bool get_wall(const json_t *root, const char *key, bool nullable, int64_t *out_ms)
{
    int64_t at_s;
    bool good = get_time(root, key, nullable, &at_s);
    *out_ms = at_s * 1000;
    return good;
}

static bool get_text(const json_t *root, const char *key, char *out, size_t out_bytes)
{
    const char *value = json_string_value(json_object_get(root, key));
    return value && value[0] && text_copy(text_of(value), out, out_bytes);
}

static bool get_kind(const json_t *root, enum incident_kind *out)
{
    const char *value = json_string_value(json_object_get(root, "kind"));
    for (int kind = 0; value && kind < INCIDENT_KIND_COUNT; kind++)
        if (strcmp(value, incident_kind_names[kind]) == 0) {
            *out = (enum incident_kind)kind;
            return true;
        }
    return false;
}

static void get_sums(const json_t *root, struct store_area_sums *out)
{
    out->metered = json_integer_value(json_object_get(root, "metered"));
    out->dark = json_integer_value(json_object_get(root, "dark"));
    out->watched = json_integer_value(json_object_get(root, "watched"));
    out->expected_milli =
        (int64_t)(json_number_value(json_object_get(root, "expected")) * 1000 + 0.5);
    out->seen = json_integer_value(json_object_get(root, "seen"));
}

#define VERSION_MAX  (INT64_C(1) << 53)
#define EXPECTED_MAX 1e12

static bool get_incident(const json_t *root, struct incident *out)
{
    double expected = json_number_value(json_object_get(root, "expected"));
    if (!(expected >= 0) || expected > EXPECTED_MAX)
        return false;
    out->version = json_integer_value(json_object_get(root, "version"));
    get_sums(root, &out->sums);
    return out->version > 0 && out->version < VERSION_MAX &&
           get_text(root, "incident", out->id, sizeof out->id) &&
           get_text(root, "group", out->group, sizeof out->group) && get_kind(root, &out->kind) &&
           get_hour(root, "from", false, &out->from_hour) &&
           get_hour(root, "last", false, &out->last_hour) &&
           get_hour(root, "to", true, &out->end_hour) &&
           get_wall(root, "opened", false, &out->opened_ms) &&
           get_wall(root, "closed", true, &out->closed_ms) &&
           get_wall(root, "held_until", false, &out->held_until_ms);
}

enum err incident_read(struct text json, struct incident *out, struct fault *fault)
{
    json_error_t why;
    struct incident read = {.version = 0};
    enum err err = ERR_OK;
    json_t *root = json_loadb(json.at, json.bytes, JSON_REJECT_DUPLICATES, &why);
    if (!root || !get_incident(root, &read))
        err = fault_set(fault, ERR_CORRUPT,
                        "stored incident \"%.*s\" is damaged or of another program; delete its "
                        "key, it is soft state",
                        json.bytes < 80 ? (int)json.bytes : 80, json.at);
    else
        *out = read;
    json_decref(root);
    return err;
}
