/* SPDX-License-Identifier: Apache-2.0
 *
 * The snapshot of an alert as JSON, there and back, and the two messages made of it. Fields:
 * docs/alerts.md. Members are written in one fixed order.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alert/policy.h"
#include "base/json.h"
#include "base/zone.h"

#define SCORE_DECIMALS 2
#define NOTE_BYTES_MAX 8192 /* of any step; people's are shorter (ALERT_NOTE_MAX) */
#define TIME_SECONDS   19   /* bytes of "2026-01-15T13:00:00" */

/* RFC 3339 in the zone; milliseconds only when there are some, so that nothing is lost. */
static void put_time(struct buffer *out, const struct zone *zone, int64_t at_ms)
{
    int64_t ms = at_ms % 1000;
    if (ms < 0)
        ms += 1000;
    int64_t at_s = (at_ms - ms) / 1000;
    char whole[TIME_TEXT_MAX];
    (void)time_format(at_s, zone_offset_s(zone, at_s), whole);
    if (ms == 0)
        buffer_format(out, "\"%s\"", whole);
    else
        buffer_format(out, "\"%.*s.%03" PRId64 "%s\"", TIME_SECONDS, whole, ms,
                      whole + TIME_SECONDS);
}

/* 0: not known, null. */
static void member_time(struct buffer *out, const char *key, const struct zone *zone, int64_t at_ms)
{
    json_put_key(out, key);
    if (at_ms == 0)
        buffer_text(out, "null");
    else
        put_time(out, zone, at_ms);
}

static void member_unless_empty(struct buffer *out, const char *key, const char *value)
{
    json_member_text(out, key, value[0] ? value : NULL);
}

static void put_context(struct buffer *out, uint32_t context)
{
    json_put_key(out, "context");
    buffer_text(out, "[");
    for (size_t i = 0; i < policy_factor_count; i++)
        if (context >> i & 1) {
            json_put_item(out);
            json_put_string(out, text_of(policy_factors[i].name));
        }
    buffer_text(out, "]");
}

static void put_reason(struct buffer *out, const struct zone *zone,
                       const struct alert_reason *reason)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "detector", reason->detector);
    json_member_text(out, "utility", utility_names[reason->utility]);
    member_time(out, "since", zone, reason->since_s * 1000);
    json_member_number(out, "score", reason->score, SCORE_DECIMALS);
    json_member_bool(out, "active", reason->active);
    json_member_text(out, "summary", reason->summary);
    json_member_text(out, "grade", severity_names[reason->grade]);
    json_member_text(out, "severity", severity_names[reason->severity]);
    put_context(out, reason->context);
    json_member_text(out, "limit", reason->limit ? policy_limits[reason->limit - 1].name : NULL);
    json_member_text(out, "danger",
                     reason->danger ? policy_dangers[reason->danger - 1].name : NULL);
    json_member_int(out, "seq", reason->seq);
    member_time(out, "ended", zone, reason->ended_s * 1000);
    json_put_key(out, "evidence");
    if (reason->has_evidence)
        evidence_write(&reason->evidence, zone, out);
    else
        buffer_text(out, "null");
    buffer_text(out, "}");
}

static void put_contact(struct buffer *out, const struct contact *contact)
{
    json_put_key(out, "contact");
    buffer_text(out, "{");
    json_member_text(out, "channel", contact_channel_names[contact->channel]);
    json_member_text(out, "whom", contact_whom_names[contact->whom]);
    json_member_text(out, "result", contact_result_names[contact->result]);
    buffer_text(out, "}");
}

/* While a step is on, and before that when its first is due. */
static void put_climb(struct buffer *out, const struct zone *zone, const struct alert_climb *climb)
{
    if (!climb->ladder[0])
        return;
    json_put_key(out, climb->step ? "ladder" : "ladder_begins");
    buffer_text(out, "{");
    json_member_text(out, "name", climb->ladder);
    if (climb->step) {
        json_member_int(out, "step", climb->step);
        json_member_text(out, "channel", ladder_channel_names[climb->channel]);
        json_member_text(out, "whom", ladder_whom_names[climb->whom]);
        member_time(out, "since", zone, climb->since_ms);
    }
    member_time(out, climb->step ? "until" : "at", zone, climb->until_ms);
    buffer_text(out, "}");
}

static void put_on_call(struct buffer *out, const struct on_call *on_call)
{
    if (!on_call->who[0])
        return;
    json_put_key(out, "on_call");
    buffer_text(out, "{");
    json_member_text(out, "who", on_call->who);
    member_unless_empty(out, "then", on_call->then);
    if (on_call->person_count) {
        json_put_key(out, "persons");
        buffer_text(out, "[");
        for (size_t i = 0; i < on_call->person_count; i++) {
            json_put_item(out);
            json_put_string(out, text_of(on_call->persons[i]));
        }
        buffer_text(out, "]");
    }
    buffer_text(out, "}");
}

static void put_value(struct buffer *out, const struct zone *zone, const struct noted *noted,
                      size_t place)
{
    enum note_value value = note_rows[noted->note].values[place];
    const char *name = note_value_names[value];
    if (note_kind_is_text(note_value_kinds[value]))
        json_member_text(out, name, noted->values[place].text);
    else if (note_value_kinds[value] == NOTE_NUMBER)
        json_member_int(out, name, noted->values[place].number);
    else
        member_time(out, name, zone, noted->values[place].number);
}

static void put_noted(struct buffer *out, const struct zone *zone, const struct alert_step *step)
{
    const struct noted *noted = step->noted;
    const struct note_row *row = &note_rows[noted->note];
    json_member_text(out, "code", row->code);
    json_put_key(out, "values");
    buffer_text(out, "{");
    for (size_t i = 0; row->values[i] != NOTED_NOTHING; i++)
        put_value(out, zone, noted, i);
    if (noted->term_count) {
        json_put_key(out, "terms");
        buffer_text(out, "{");
        for (size_t i = 0; i < noted->term_count; i++)
            json_member_number(out, noted->terms[i].name, noted->terms[i].value, SCORE_DECIMALS);
        buffer_text(out, "}");
    }
    buffer_text(out, "}");
    if (step->words)
        json_member_text(out, "words", step->words);
}

static void put_step(struct buffer *out, const struct zone *zone, const struct alert_step *step)
{
    json_put_item(out);
    buffer_text(out, "{");
    json_member_text(out, "what", step->what);
    json_member_text(out, "who", step->who);
    json_put_key(out, "at");
    put_time(out, zone, step->at_ms);
    json_member_text(out, "note", step->note);
    if (step->noted)
        put_noted(out, zone, step);
    if (step->has_contact)
        put_contact(out, &step->contact);
    if (step->is_due) {
        if (step->step)
            json_member_int(out, "step", step->step);
        json_member_text(out, "channel", ladder_channel_names[step->channel]);
        json_member_text(out, "whom", ladder_whom_names[step->whom]);
    }
    buffer_text(out, "}");
}

void alert_write(const struct alert *alert, struct buffer *out)
{
    const struct zone *zone = alert_zone(alert);
    buffer_text(out, "{");
    json_member_text(out, "alert", alert->id);
    json_member_int(out, "version", alert->version);
    json_member_text(out, "household", alert->household);
    json_member_text(out, "team", team_names[alert->team]);
    json_member_text(out, "severity", severity_names[alert->severity]);
    json_member_text(out, "state", alert_state_names[alert->state]);
    if (alert->desk != alert->team || alert->state == ALERT_REFERRED)
        json_member_text(out, "desk", team_names[alert->desk]);
    if (alert->state == ALERT_REFERRED) {
        json_member_text(out, "referred_from", team_names[alert->referred_from]);
        member_time(out, "accept_by", zone, alert->accept_by_ms);
    }
    member_unless_empty(out, "area", alert->area);
    member_unless_empty(out, "timezone", alert->timezone);
    member_unless_empty(out, "held_by", alert->held_by);
    if (alert->held_by[0])
        member_time(out, "held_until", zone, alert->held_until_ms);
    json_put_key(out, "raised");
    put_time(out, zone, alert->raised_s * 1000);
    json_put_key(out, "learnt");
    put_time(out, zone, alert->raised_wall_ms);
    member_time(out, "last_sign_of_life", zone, alert->last_life_s * 1000);
    member_unless_empty(out, "owner", alert->owner);
    member_time(out, "expires", zone, alert->expires_ms);
    put_climb(out, zone, &alert->climb);
    put_on_call(out, &alert->on_call);
    json_member_int(out, "escalations", alert->escalations);
    json_member_text(out, "outcome", alert->has_outcome ? outcome_names[alert->outcome] : NULL);
    json_put_key(out, "reasons");
    buffer_text(out, "[");
    for (size_t i = 0; i < alert->reason_count; i++)
        put_reason(out, zone, &alert->reasons[i]);
    buffer_text(out, "]");
    json_put_key(out, "steps");
    buffer_text(out, "[");
    for (size_t i = 0; i < alert->step_count; i++)
        put_step(out, zone, &alert->steps[i]);
    buffer_text(out, "]}");
}

void alert_event(const struct alert *alert, const char *what, int64_t time_s, struct buffer *out)
{
    buffer_text(out, "{");
    json_member_text(out, "specversion", "1.0");
    json_put_key(out, "id");
    buffer_format(out, "\"%s.%" PRId64 "\"", alert->id, alert->version);
    json_member_text(out, "source", "anbu");
    json_put_key(out, "type");
    buffer_format(out, "\"anbu.alert.%s\"", what);
    json_member_text(out, "subject", alert->household);
    json_put_key(out, "time");
    put_time(out, alert_zone(alert), time_s * 1000);
    json_member_text(out, "datacontenttype", "application/json");
    json_put_key(out, "data");
    alert_write(alert, out);
    buffer_text(out, "}");
}

/* No note and no name in it: the household's record has no use for them. */
void alert_outcome_message(const struct alert *alert, int64_t at_ms, int64_t absent_until_s,
                           struct buffer *out)
{
    const struct zone *zone = alert_zone(alert);
    buffer_text(out, "{");
    json_member_text(out, "type", "household");
    json_put_key(out, "id");
    buffer_format(out, "\"%s.%" PRId64 "\"", alert->id, alert->version);
    json_member_text(out, "household", alert->household);
    json_member_text(out, "event", "outcome");
    json_put_key(out, "at");
    put_time(out, zone, at_ms);
    json_member_text(out, "alert", alert->id);
    json_member_text(out, "outcome", outcome_names[alert->outcome]);
    if (absent_until_s)
        member_time(out, "until", zone, absent_until_s * 1000);
    buffer_text(out, "}");
}

/* Reading. The first thing that is wrong is kept and everything after it is skipped. */
struct reading_place {
    struct fault *fault;
    enum err err;
    const char *list; /* "reasons", "steps"; NULL outside */
    size_t index;
};

static void wrong(struct reading_place *place, const char *key, const char *what)
{
    if (place->err)
        return;
    if (place->list)
        place->err = fault_set(place->fault, ERR_CORRUPT, "alert snapshot: %s[%zu].%s %s",
                               place->list, place->index, key, what);
    else
        place->err = fault_set(place->fault, ERR_CORRUPT, "alert snapshot: %s %s", key, what);
}

/* NULL when it is null, where that may be, or when something is wrong. */
static const char *get_string(struct reading_place *place, const json_t *object, const char *key,
                              bool nullable)
{
    const json_t *value = json_object_get(object, key);
    if (nullable && json_is_null(value))
        return NULL;
    if (!json_is_string(value))
        wrong(place, key, value ? "is no string" : "is missing");
    return json_string_value(value);
}

static void get_text(struct reading_place *place, const json_t *object, const char *key,
                     bool nullable, char *out, size_t out_bytes)
{
    const char *value = get_string(place, object, key, nullable);
    if (!value)
        return;
    if (!nullable && !value[0])
        wrong(place, key, "is empty");
    if (!text_copy(text_of(value), out, out_bytes))
        wrong(place, key, "is too long");
}

static int64_t get_int(struct reading_place *place, const json_t *object, const char *key,
                       int64_t min, int64_t max)
{
    const json_t *value = json_object_get(object, key);
    int64_t number = json_integer_value(value);
    if (!json_is_integer(value))
        wrong(place, key, value ? "is no whole number" : "is missing");
    else if (number < min || number > max)
        wrong(place, key, "is out of range");
    return number;
}

/* Index in `names`. */
static int get_name(struct reading_place *place, const json_t *object, const char *key,
                    const char *const *names, int count)
{
    const char *value = get_string(place, object, key, false);
    for (int i = 0; value && i < count; i++)
        if (strcmp(value, names[i]) == 0)
            return i;
    wrong(place, key, "is not one of its words");
    return 0;
}

/* Milliseconds; 0 for null. */
static int64_t get_time_ms(struct reading_place *place, const json_t *object, const char *key,
                           bool nullable)
{
    const char *value = get_string(place, object, key, nullable);
    int64_t at_ms = 0;
    bool has_offset = false;
    if (value && (time_parse(text_of(value), &at_ms, &has_offset) || !has_offset))
        wrong(place, key, "is no time with an offset");
    return at_ms;
}

static int64_t get_time_s(struct reading_place *place, const json_t *object, const char *key,
                          bool nullable)
{
    int64_t at_ms = get_time_ms(place, object, key, nullable);
    if (at_ms % 1000)
        wrong(place, key, "has a fraction of a second");
    return at_ms / 1000;
}

static void get_numbers(struct reading_place *place, const json_t *object, const char *key,
                        int64_t max, int8_t out[EVIDENCE_HOURS])
{
    const json_t *list = json_object_get(object, key);
    if (json_array_size(list) != EVIDENCE_HOURS)
        wrong(place, key, "is no list of as many numbers as there are hours");
    for (size_t i = 0; i < EVIDENCE_HOURS; i++) {
        const json_t *number = json_array_get(list, i);
        int64_t value = json_is_null(number) ? EVIDENCE_UNKNOWN : json_integer_value(number);
        if (number && !json_is_null(number) &&
            (!json_is_integer(number) || value < 0 || value > max))
            wrong(place, key, "has a number out of range");
        out[i] = place->err ? EVIDENCE_UNKNOWN : (int8_t)value;
    }
}

static int64_t get_known(struct reading_place *place, const json_t *object, const char *key)
{
    return json_is_null(json_object_get(object, key)) ? EVIDENCE_UNKNOWN
                                                      : get_int(place, object, key, 0, INT32_MAX);
}

static void get_terms(struct reading_place *place, json_t *terms, struct evidence *out)
{
    const char *name;
    json_t *value;
    if (!json_is_object(terms) || json_object_size(terms) > TERMS_MAX)
        wrong(place, "evidence.terms", "is no object, or too large");
    else
        json_object_foreach(terms, name, value)
        {
            struct evidence_term *term = &out->terms[out->term_count++];
            if (!json_is_number(value) || !text_copy(text_of(name), term->name, TERM_NAME_MAX))
                wrong(place, "evidence.terms", "has a name that is too long, or no number");
            term->value = json_number_value(value);
        }
}

static void get_evidence(struct reading_place *place, const json_t *object, struct evidence *out)
{
    const json_t *hours = json_object_get(object, "hours");
    if (!json_is_object(object) || !json_is_array(hours) ||
        json_array_size(hours) > EVIDENCE_METERS_MAX) {
        wrong(place, "evidence", "is no object with hours of a few meters");
        return;
    }
    out->until_s = get_time_s(place, object, "until", true);
    for (size_t i = 0; i < json_array_size(hours); i++) {
        const json_t *meter = json_array_get(hours, i);
        struct evidence_meter *taken = &out->meters[out->meter_count++];
        taken->utility =
            (enum utility)get_name(place, meter, "utility", utility_names, UTILITY_COUNT);
        get_numbers(place, meter, "expected", 100, taken->expected);
        get_numbers(place, meter, "seen", 1, taken->seen);
    }
    out->missing_hours = get_known(place, object, "missing_hours");
    out->longest_hours = get_known(place, object, "longest_hours");
    out->away_times = get_known(place, object, "away_times");
    get_terms(place, json_object_get(object, "terms"), out);
}

/* Alerts of older versions do not say; words of other ones are passed over. */
static void get_severity(struct reading_place *place, const json_t *object,
                         struct alert_reason *out)
{
    const json_t *context = json_object_get(object, "context");
    const char *limit = json_string_value(json_object_get(object, "limit"));
    const char *danger = json_string_value(json_object_get(object, "danger"));
    out->severity = out->grade;
    if (json_object_get(object, "severity"))
        out->severity =
            (enum severity)get_name(place, object, "severity", severity_names, SEVERITY_COUNT);
    for (size_t i = 0; i < json_array_size(context); i++) {
        const char *factor = json_string_value(json_array_get(context, i));
        out->context |= factor ? policy_factor_named(factor) : 0;
    }
    out->limit = limit ? policy_limit_named(limit) : 0;
    out->danger = danger ? policy_danger_named(danger) : 0;
}

static void get_reason(struct reading_place *place, const json_t *object, struct alert_reason *out)
{
    get_text(place, object, "detector", false, out->detector, sizeof out->detector);
    out->utility = (enum utility)get_name(place, object, "utility", utility_names, UTILITY_COUNT);
    out->since_s = get_time_s(place, object, "since", true);
    const json_t *score = json_object_get(object, "score");
    if (!json_is_number(score))
        wrong(place, "score", score ? "is no number" : "is missing");
    out->score = json_number_value(score);
    const json_t *active = json_object_get(object, "active");
    if (!json_is_boolean(active))
        wrong(place, "active", active ? "is neither true nor false" : "is missing");
    out->active = json_is_true(active);
    const char *summary = get_string(place, object, "summary", false);
    if (summary && !text_copy(text_of(summary), out->summary, sizeof out->summary))
        wrong(place, "summary", "is too long");
    out->grade = (enum severity)get_name(place, object, "grade", severity_names, SEVERITY_COUNT);
    get_severity(place, object, out);
    out->seq = get_int(place, object, "seq", 0, INT64_MAX);
    out->ended_s = get_time_s(place, object, "ended", true);
    const json_t *evidence = json_object_get(object, "evidence");
    out->has_evidence = evidence && !json_is_null(evidence); /* none before they had it */
    if (out->has_evidence)
        get_evidence(place, evidence, &out->evidence);
}

static void get_contact(struct reading_place *place, const json_t *object, struct contact *out)
{
    out->channel = (enum contact_channel)get_name(place, object, "channel", contact_channel_names,
                                                  CONTACT_CHANNEL_COUNT);
    out->whom =
        (enum contact_whom)get_name(place, object, "whom", contact_whom_names, CONTACT_WHOM_COUNT);
    out->result = (enum contact_result)get_name(place, object, "result", contact_result_names,
                                                CONTACT_RESULT_COUNT);
}

static void get_ladder_step(struct reading_place *place, const json_t *object,
                            enum ladder_channel *channel, enum ladder_whom *whom)
{
    *channel = (enum ladder_channel)get_name(place, object, "channel", ladder_channel_names,
                                             LADDER_CHANNEL_COUNT);
    *whom = (enum ladder_whom)get_name(place, object, "whom", ladder_whom_names, LADDER_WHOM_COUNT);
}

static void get_climb(struct reading_place *place, const json_t *root, struct alert_climb *out)
{
    const json_t *on = json_object_get(root, "ladder");
    const json_t *climb = on ? on : json_object_get(root, "ladder_begins");
    if (!climb)
        return;
    place->list = on ? "ladder" : "ladder_begins";
    get_text(place, climb, "name", false, out->ladder, sizeof out->ladder);
    out->until_ms = get_time_ms(place, climb, on ? "until" : "at", true);
    if (on) {
        out->step = (uint8_t)get_int(place, climb, "step", 1, LADDER_STEPS_MAX);
        get_ladder_step(place, climb, &out->channel, &out->whom);
        out->since_ms = get_time_ms(place, climb, "since", false);
    }
    place->list = NULL;
}

static void get_value(struct reading_place *place, const json_t *values, enum note_value value,
                      struct noted *out)
{
    const char *name = note_value_names[value];
    enum note_kind kind = note_value_kinds[value];
    if (note_kind_is_text(kind)) {
        char text[NOTE_TEXT_MAX] = "";
        get_text(place, values, name, false, text, sizeof text);
        note_put(out, value, text);
    } else if (kind == NOTE_NUMBER)
        note_put_number(out, value, get_int(place, values, name, 0, INT64_MAX));
    else
        note_put_number(out, value, get_time_ms(place, values, name, true));
}

static void get_said(struct reading_place *place, json_t *terms, struct noted *out)
{
    const char *name;
    json_t *value;
    if (json_object_size(terms) > NOTE_TERMS_MAX)
        wrong(place, "values.terms", "is too large");
    else
        json_object_foreach(terms, name, value)
        {
            struct evidence_term *term = &out->terms[out->term_count++];
            if (!json_is_number(value) || !text_copy(text_of(name), term->name, TERM_NAME_MAX))
                wrong(place, "values.terms", "has a name that is too long, or no number");
            term->value = json_number_value(value);
        }
}

/* Not in alerts of older versions; a code of a newer one is passed over: its note says it. */
static void get_noted(struct reading_place *place, const json_t *object, struct alert_step *out)
{
    const json_t *values = json_object_get(object, "values");
    const char *code = json_string_value(json_object_get(object, "code"));
    struct noted noted = {.note = code ? note_named(code) : NOTE_COUNT};
    if (noted.note == NOTE_COUNT)
        return;
    for (const enum note_value *value = note_rows[noted.note].values; *value; value++)
        get_value(place, values, *value, &noted);
    get_said(place, json_object_get(values, "terms"), &noted);
    const char *words =
        json_object_get(object, "words") ? get_string(place, object, "words", false) : NULL;
    if (words && strlen(words) > NOTE_BYTES_MAX)
        wrong(place, "words", "is too long");
    if (place->err)
        return;
    out->noted = memory_get(sizeof noted);
    *out->noted = noted;
    if (words)
        out->words = memory_text(text_of(words));
}

static void get_step(struct reading_place *place, const json_t *object, struct alert_step *out)
{
    get_text(place, object, "what", false, out->what, sizeof out->what);
    get_text(place, object, "who", false, out->who, sizeof out->who);
    out->at_ms = get_time_ms(place, object, "at", false);
    const char *note = get_string(place, object, "note", true);
    if (note && strlen(note) > NOTE_BYTES_MAX)
        wrong(place, "note", "is too long");
    const json_t *contact = json_object_get(object, "contact");
    out->has_contact = contact != NULL;
    if (contact)
        get_contact(place, contact, &out->contact);
    out->is_due = json_object_get(object, "channel") != NULL;
    if (out->is_due)
        get_ladder_step(place, object, &out->channel, &out->whom);
    if (out->is_due && json_object_get(object, "step"))
        out->step = (uint8_t)get_int(place, object, "step", 1, LADDER_STEPS_MAX);
    if (!place->err && note)
        out->note = memory_text(text_of(note));
    get_noted(place, object, out);
}

/* NULL when it is not there, no list, or too long. */
static const json_t *get_list(struct reading_place *place, const json_t *root, const char *key,
                              size_t max)
{
    const json_t *list = json_object_get(root, key);
    if (!json_is_array(list))
        wrong(place, key, list ? "is no list" : "is missing");
    else if (json_array_size(list) > max)
        wrong(place, key, "has too many entries");
    return place->err ? NULL : list;
}

static void get_lists(struct reading_place *place, const json_t *root, struct alert *out)
{
    const json_t *reasons = get_list(place, root, "reasons", ALERT_REASONS_MAX);
    const json_t *steps = get_list(place, root, "steps", ALERT_STEPS_MAX);
    place->list = "reasons";
    for (size_t i = 0; !place->err && i < json_array_size(reasons); i++) {
        place->index = i;
        get_reason(place, json_array_get(reasons, i), &out->reasons[out->reason_count++]);
    }
    place->list = "steps";
    for (size_t i = 0; !place->err && i < json_array_size(steps); i++) {
        place->index = i;
        get_step(place, json_array_get(steps, i), &out->steps[out->step_count++]);
    }
    place->list = NULL;
}

static void get_referral(struct reading_place *place, const json_t *root, struct alert *out)
{
    out->desk = json_object_get(root, "desk")
                    ? (enum team)get_name(place, root, "desk", team_names, TEAM_COUNT)
                    : out->team;
    if (out->state != ALERT_REFERRED)
        return;
    out->referred_from = (enum team)get_name(place, root, "referred_from", team_names, TEAM_COUNT);
    out->accept_by_ms = get_time_ms(place, root, "accept_by", false);
}

static void get_on_call(struct reading_place *place, const json_t *root, struct on_call *out)
{
    const json_t *on_call = json_object_get(root, "on_call");
    const json_t *persons = json_object_get(on_call, "persons");
    if (!on_call)
        return;
    get_text(place, on_call, "who", false, out->who, sizeof out->who);
    get_text(place, on_call, "then", true, out->then, sizeof out->then);
    if (persons)
        persons = get_list(place, on_call, "persons", ON_CALL_PERSONS_MAX);
    for (size_t i = 0; i < json_array_size(persons) && !place->err; i++) {
        const char *name = json_string_value(json_array_get(persons, i));
        if (!name || !name[0] ||
            !text_copy(text_of(name), out->persons[out->person_count++], ROSTER_WHO_BYTES))
            wrong(place, "persons", "has one that is no name");
    }
}

static void get_alert(struct reading_place *place, const json_t *root, struct alert *out)
{
    get_text(place, root, "alert", false, out->id, sizeof out->id);
    out->version = get_int(place, root, "version", 1, INT64_MAX);
    get_text(place, root, "household", false, out->household, sizeof out->household);
    out->team = (enum team)get_name(place, root, "team", team_names, TEAM_COUNT);
    out->severity =
        (enum severity)get_name(place, root, "severity", severity_names, SEVERITY_COUNT);
    out->state =
        (enum alert_state)get_name(place, root, "state", alert_state_names, ALERT_STATE_COUNT);
    get_text(place, root, "area", true, out->area, sizeof out->area);
    get_text(place, root, "timezone", true, out->timezone, sizeof out->timezone);
    out->raised_s = get_time_s(place, root, "raised", false);
    out->raised_wall_ms = get_time_ms(place, root, "learnt", false);
    out->last_life_s = get_time_s(place, root, "last_sign_of_life", true);
    get_text(place, root, "owner", true, out->owner, sizeof out->owner);
    out->expires_ms = get_time_ms(place, root, "expires", true);
    out->escalations = (uint8_t)get_int(place, root, "escalations", 0, UINT8_MAX);
    out->has_outcome = !json_is_null(json_object_get(root, "outcome"));
    if (out->has_outcome)
        out->outcome = (enum outcome)get_name(place, root, "outcome", outcome_names, OUTCOME_COUNT);
    get_text(place, root, "held_by", true, out->held_by, sizeof out->held_by);
    if (out->held_by[0])
        out->held_until_ms = get_time_ms(place, root, "held_until", false);
    get_referral(place, root, out);
    get_climb(place, root, &out->climb);
    get_on_call(place, root, &out->on_call);
    get_lists(place, root, out);
    if (out->held_by[0] && out->state != ALERT_OPEN)
        wrong(place, "held_by", "is of an alert that is not open");
    if (alert_is_owned(out) != (out->owner[0] != '\0') ||
        alert_is_owned(out) != (out->expires_ms != 0))
        wrong(place, "state", "does not agree with owner and expires");
    if ((out->state == ALERT_RESOLVED) != out->has_outcome)
        wrong(place, "state", "does not agree with outcome");
    if (out->climb.ladder[0] && !alert_is_live(out))
        wrong(place, "state", "is over, and it climbs a ladder");
}

enum err alert_read(struct text json, struct alert *out, struct fault *fault)
{
    struct reading_place place = {.fault = fault};
    struct alert alert = {0};
    json_error_t why;
    json_t *root = json_loadb(json.at, json.bytes, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        place.err = fault_set(fault, ERR_CORRUPT, "alert snapshot: no JSON at byte %d: %s",
                              why.position, why.text);
    else if (!json_is_object(root))
        place.err = fault_set(fault, ERR_CORRUPT, "alert snapshot: no JSON object");
    else
        get_alert(&place, root, &alert);
    json_decref(root);
    if (place.err)
        alert_done(&alert);
    else
        *out = alert;
    return place.err;
}
