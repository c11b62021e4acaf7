/* SPDX-License-Identifier: Apache-2.0
 *
 * From fields to a message: what each type needs and what each field may say. The first fault is
 * the one that is told; after it the takers hand out harmless values.
 */
#include <math.h>
#include <string.h>

#include "base/zone.h"
#include "ingest/decode_parts.h"

#define MINUTES_MIN           5
#define MINUTES_MAX           44640 /* 31 days */
#define DIALS_MAX             12
#define MONTHS_MAX            120
#define RESIDENTS_MAX         9999
#define TEMPERATURE_MAX       100.0
#define TEMPERATURE_HOURS_MAX 48 /* a mean of more tells of no day */

#define TERM(constant, name) [constant] = {name, sizeof(name) - 1},

static const struct text type_terms[] = {MESSAGE_TYPES(TERM)};
static const struct text utility_terms[] = {UTILITIES(TERM)};
static const struct text quality_terms[] = {QUALITIES(TERM)};
static const struct text billing_terms[] = {BILLING_EVENTS(TERM)};
static const struct text event_terms[] = {HOUSEHOLD_EVENTS(TERM)};
static const struct text channel_terms[] = {REPORT_CHANNELS(TERM)};
static const struct text flag_terms[] = {PROFILE_FLAGS(TERM)};
static const struct text outcome_terms[] = {OUTCOMES(TERM)};
static const struct text kind_terms[] = {
    [READING_INTERVAL] = {"interval", 8},
    [READING_REGISTER] = {"register", 8},
};

struct taker {
    const struct fields *fields;
    enum reject reject;
    enum field field; /* at fault */
};

enum need { OPTIONAL, NEEDED };

static void fail(struct taker *taker, enum reject reject, enum field field)
{
    if (taker->reject)
        return;
    taker->reject = reject;
    taker->field = field;
}

static const struct value *take(struct taker *taker, enum field field, enum need need)
{
    if (taker->fields->said & UINT64_C(1) << field)
        return &taker->fields->of[field];
    if (need == NEEDED)
        fail(taker, REJECT_MISSING_FIELD, field);
    return NULL;
}

/* The text of a field, empty when it is not there or at fault. */
static struct text take_string(struct taker *taker, enum field field, enum need need,
                               size_t bytes_max)
{
    const struct value *value = take(taker, field, need);
    if (!value)
        return (struct text){"", 0};
    if (value->kind == VALUE_TEXT && value->text.bytes <= bytes_max)
        return value->text;
    fail(taker, value->kind == VALUE_TEXT ? REJECT_TOO_LONG : REJECT_BAD_VALUE, field);
    return (struct text){"", 0};
}

/* C0, DEL or C1 (two bytes in UTF-8); a free text may have line ends and tabs. */
static bool has_control(struct text text, bool free_text)
{
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c >= 0x20 && c < 0x7f)
            continue;
        if (c < 0x20 && !(free_text && (c == '\n' || c == '\r' || c == '\t')))
            return true;
        if (c == 0x7f || (c == 0xc2 && i + 1 < text.bytes && (unsigned char)text.at[i + 1] < 0xa0))
            return true;
    }
    return false;
}

static struct text take_id(struct taker *taker, enum field field, enum need need)
{
    struct text text = take_string(taker, field, need, MESSAGE_ID_MAX);
    if (has_control(text, false) || (text.bytes == 0 && take(taker, field, OPTIONAL)))
        fail(taker, REJECT_BAD_VALUE, field);
    return text;
}

static struct text take_free_text(struct taker *taker, enum field field)
{
    struct text text = take_string(taker, field, OPTIONAL, MESSAGE_TEXT_MAX);
    if (has_control(text, true))
        fail(taker, REJECT_BAD_VALUE, field);
    return text;
}

static int term_find(struct text text, const struct text *terms, int count)
{
    for (int i = 0; i < count; i++) /* most differ in length or at once: spare the call */
        if (text.bytes == terms[i].bytes && text.bytes && *text.at == *terms[i].at &&
            memcmp(text.at, terms[i].at, text.bytes) == 0)
            return i;
    return count;
}

#define TAKE_TERM(taker, field, need, absent, terms) \
    take_term(taker, field, need, absent, terms, (int)(sizeof(terms) / sizeof *(terms)))

static int take_term(struct taker *taker, enum field field, enum need need, int absent,
                     const struct text *terms, int count)
{
    if (!take(taker, field, need))
        return absent;
    int term = term_find(take_string(taker, field, need, MESSAGE_TEXT_MAX), terms, count);
    if (term < count)
        return term;
    fail(taker, REJECT_BAD_VALUE, field);
    return absent;
}

/* Milliseconds since 1970; 0 when not there. */
static int64_t take_time(struct taker *taker, enum field field, enum need need)
{
    const struct value *value = take(taker, field, need);
    int64_t ms = 0;
    bool has_offset = true;
    if (!value)
        return 0;
    if (value->kind == VALUE_TEXT && value->text.bytes > MESSAGE_TEXT_MAX)
        fail(taker, REJECT_TOO_LONG, field);
    else if (value->kind != VALUE_TEXT || time_parse(value->text, &ms, &has_offset) != ERR_OK)
        fail(taker, has_offset ? REJECT_BAD_TIME : REJECT_NO_OFFSET, field);
    else if (ms < 0)
        fail(taker, REJECT_BAD_VALUE, field);
    return ms;
}

static int64_t take_time_s(struct taker *taker, enum field field, enum need need)
{
    return take_time(taker, field, need) / 1000;
}

/* Days since 1970; 0 when not there, and for 1970-01-01, which databases write for "unknown". */
static int32_t take_date(struct taker *taker, enum field field)
{
    const struct value *value = take(taker, field, OPTIONAL);
    int32_t day = 0;
    if (value && (value->kind != VALUE_TEXT || date_parse(value->text, &day) != ERR_OK))
        fail(taker, REJECT_BAD_TIME, field);
    return day;
}

static bool take_number(struct taker *taker, enum field field, enum need need, struct decimal *out)
{
    const struct value *value = take(taker, field, need);
    if (!value)
        return false;
    if (value->kind != VALUE_NUMBER) {
        fail(taker, REJECT_BAD_VALUE, field);
        return false;
    }
    *out = value->number;
    return true;
}

struct range {
    int64_t low, high, absent;
};

static int64_t take_whole(struct taker *taker, enum field field, enum need need, struct range range)
{
    struct decimal number;
    int64_t whole = range.absent;
    if (take_number(taker, field, need, &number) &&
        !decimal_whole(number, range.low, range.high, &whole))
        fail(taker, REJECT_BAD_VALUE, field);
    return whole;
}

/* A number of that unit in milli-units; false when it is not there. */
static bool take_measured(struct taker *taker, enum field field, enum need need,
                          const struct unit *unit, int64_t *out_milli)
{
    struct decimal number;
    if (!take_number(taker, field, need, &number) || !unit)
        return false;
    if (!decimal_scale(number, unit->factor, unit->exponent, out_milli))
        fail(taker, REJECT_BAD_VALUE, field);
    return true;
}

static const struct unit *take_unit(struct taker *taker, enum need need, enum utility utility)
{
    if (!take(taker, FIELD_UNIT, need))
        return NULL;
    struct text name = take_string(taker, FIELD_UNIT, need, MESSAGE_TEXT_MAX);
    const struct unit *unit = unit_find(name, utility);
    if (!unit)
        fail(taker, REJECT_UNKNOWN_UNIT, FIELD_UNIT);
    return unit;
}

static enum utility take_utility(struct taker *taker)
{
    return (enum utility)TAKE_TERM(taker, FIELD_UTILITY, NEEDED, UTILITY_ELECTRICITY,
                                   utility_terms);
}

/* --- reading --- */

static void take_interval(struct taker *taker, struct message *out)
{
    int64_t minutes = take_whole(taker, FIELD_MINUTES, NEEDED,
                                 (struct range){MINUTES_MIN, MINUTES_MAX, MINUTES_MIN});
    if (minutes < 60 && 60 % minutes != 0)
        fail(taker, REJECT_BAD_VALUE, FIELD_MINUTES);
    out->at_ms = take_time(taker, FIELD_START, NEEDED);
    out->end_ms = out->at_ms + minutes * 60000;
    out->reading.minutes = (int32_t)minutes;
}

static void take_register(struct taker *taker, const struct unit *unit, struct message *out)
{
    int64_t dials = take_whole(taker, FIELD_DIALS, OPTIONAL, (struct range){1, DIALS_MAX, 0});
    struct reading *reading = &out->reading;
    struct decimal one = {1, (int32_t)dials};

    out->end_ms = out->at_ms = take_time(taker, FIELD_AT, NEEDED);
    /* A roll-over beyond every value that we accept cannot happen: unknown. */
    if (dials && unit &&
        decimal_scale(one, unit->factor, unit->exponent, &reading->modulus_milli) &&
        reading->value_milli >= reading->modulus_milli)
        fail(taker, REJECT_BAD_VALUE, FIELD_VALUE);
}

static void take_reading(struct taker *taker, struct message *out)
{
    struct reading *reading = &out->reading;

    *reading = (struct reading){.meter = take_id(taker, FIELD_METER, NEEDED)};
    reading->utility = take_utility(taker);
    reading->kind = (enum reading_kind)TAKE_TERM(taker, FIELD_KIND, NEEDED, 0, kind_terms);
    reading->quality =
        (enum quality)TAKE_TERM(taker, FIELD_QUALITY, OPTIONAL, QUALITY_ACTUAL, quality_terms);

    /* The number of a missing reading is a placeholder: no reading is not no use. */
    bool missing = reading->quality == QUALITY_MISSING;
    enum need need = missing ? OPTIONAL : NEEDED;
    const struct unit *unit = take_unit(taker, need, reading->utility);
    reading->measure = unit ? unit->measure : unit_usual(reading->utility);
    if (!missing)
        reading->has_value = take_measured(taker, FIELD_VALUE, NEEDED, unit, &reading->value_milli);
    if (reading->value_milli < 0 &&
        (reading->kind == READING_REGISTER || reading->utility != UTILITY_ELECTRICITY))
        fail(taker, REJECT_BAD_VALUE, FIELD_VALUE);

    if (reading->kind == READING_INTERVAL)
        take_interval(taker, out);
    else
        take_register(taker, unit, out);
    reading->start_s = out->at_ms / 1000;
}

/* --- billing --- */

static void take_amount(struct taker *taker, struct billing *billing)
{
    struct decimal number;

    if (take(taker, FIELD_CURRENCY, OPTIONAL)) {
        struct text code = take_string(taker, FIELD_CURRENCY, OPTIONAL, MESSAGE_TEXT_MAX);
        bool good = code.bytes == 3;
        for (size_t i = 0; good && i < code.bytes; i++)
            good = code.at[i] >= 'A' && code.at[i] <= 'Z';
        if (!good)
            fail(taker, REJECT_BAD_VALUE, FIELD_CURRENCY);
        else
            (void)text_copy(code, billing->currency, sizeof billing->currency);
    }
    if (!take_number(taker, FIELD_AMOUNT, OPTIONAL, &number))
        return;
    (void)take(taker, FIELD_CURRENCY, NEEDED);
    /* A credit note and a balance in credit are below zero; what is paid never is. */
    bool may_be_credit = billing->event == BILLING_BILL_ISSUED || billing->event == BILLING_ARREARS;
    if (!decimal_scale(number, 1, 2, &billing->amount_minor) ||
        (billing->amount_minor < 0 && !may_be_credit))
        fail(taker, REJECT_BAD_VALUE, FIELD_AMOUNT);
    billing->has_amount = true;
}

static void take_billing(struct taker *taker, struct message *out)
{
    struct billing *billing = &out->billing;

    *billing = (struct billing){.utility = take_utility(taker)};
    billing->event = (enum billing_event)TAKE_TERM(taker, FIELD_EVENT, NEEDED, 0, billing_terms);
    out->end_ms = out->at_ms = take_time(taker, FIELD_AT, NEEDED);
    billing->bill = take_id(taker, FIELD_BILL, OPTIONAL);
    take_amount(taker, billing);
    billing->due_day = take_date(taker, FIELD_DUE);
    billing->months =
        (int32_t)take_whole(taker, FIELD_MONTHS, OPTIONAL, (struct range){0, MONTHS_MAX, -1});
    billing->until_s = take_time_s(taker, FIELD_UNTIL, OPTIONAL);
    /* A snapshot of arrears that says neither would be read as "nothing owed". */
    if (billing->event == BILLING_ARREARS && !billing->has_amount)
        (void)take(taker, FIELD_MONTHS, NEEDED);
}

/* --- household --- */

static void take_flags(struct taker *taker, struct household_message *event)
{
    const struct value *value = take(taker, FIELD_FLAGS, OPTIONAL);
    if (!value)
        return;
    if (value->kind != VALUE_LIST) {
        fail(taker, REJECT_BAD_VALUE, FIELD_FLAGS);
        return;
    }
    event->has_flags = true;
    for (uint32_t i = 0; i < value->count; i++) {
        int flag = term_find(value->list[i], flag_terms, PROFILE_FLAG_COUNT);
        if (flag < PROFILE_FLAG_COUNT)
            event->flags |= 1U << flag;
        else
            event->flags_unknown++;
    }
}

static void take_profile(struct taker *taker, struct household_message *event)
{
    const struct zone *zone;

    event->area = take_id(taker, FIELD_AREA, OPTIONAL);
    event->feeder = take_id(taker, FIELD_FEEDER, OPTIONAL);
    event->timezone = take_id(taker, FIELD_TIMEZONE, OPTIONAL);
    if (!taker->reject && event->timezone.bytes && zone_find(event->timezone, &zone) != ERR_OK)
        fail(taker, REJECT_BAD_VALUE, FIELD_TIMEZONE);
    event->residents =
        (int32_t)take_whole(taker, FIELD_RESIDENTS, OPTIONAL, (struct range){0, RESIDENTS_MAX, -1});
    take_flags(taker, event);
    event->moved_in_day = take_date(taker, FIELD_MOVED_IN);
}

static void take_exchange(struct taker *taker, struct household_message *event)
{
    event->meter = take_id(taker, FIELD_METER, NEEDED);
    event->utility = take_utility(taker);
    event->new_meter = take_id(taker, FIELD_NEW_METER, OPTIONAL);
    bool measured =
        take(taker, FIELD_OLD_VALUE, OPTIONAL) || take(taker, FIELD_NEW_VALUE, OPTIONAL);
    const struct unit *unit = take_unit(taker, measured ? NEEDED : OPTIONAL, event->utility);
    event->measure = unit ? unit->measure : unit_usual(event->utility);
    event->has_old = take_measured(taker, FIELD_OLD_VALUE, OPTIONAL, unit, &event->old_milli);
    event->has_new = take_measured(taker, FIELD_NEW_VALUE, OPTIONAL, unit, &event->new_milli);
    if (event->old_milli < 0)
        fail(taker, REJECT_BAD_VALUE, FIELD_OLD_VALUE);
    if (event->new_milli < 0)
        fail(taker, REJECT_BAD_VALUE, FIELD_NEW_VALUE);
}

static void take_span(struct taker *taker, int64_t *from_s, int64_t *to_s)
{
    *from_s = take_time_s(taker, FIELD_FROM, NEEDED);
    *to_s = take_time_s(taker, FIELD_TO, NEEDED);
    if (*to_s <= *from_s)
        fail(taker, REJECT_BAD_VALUE, FIELD_TO);
}

/* A sender's "for ever" (9999-12-31) would leave a home unwatched for good. */
static void shorten(struct household_message *event, int64_t from_s, int64_t *to_s)
{
    int64_t last_s = from_s + ABSENCE_DAYS_MAX * INT64_C(86400);
    event->shortened = *to_s > last_s;
    if (event->shortened)
        *to_s = last_s;
}

static void take_household(struct taker *taker, struct message *out)
{
    struct household_message *event = &out->event;

    *event = (struct household_message){.residents = -1};
    event->event = (enum household_event)TAKE_TERM(taker, FIELD_EVENT, NEEDED,
                                                   HOUSEHOLD_EVENT_COUNT, event_terms);
    out->end_ms = out->at_ms = take_time(taker, FIELD_AT, NEEDED);
    event->reason = take_free_text(taker, FIELD_REASON);
    switch (event->event) {
    case HOUSEHOLD_PROFILE: take_profile(taker, event); break;
    case HOUSEHOLD_METER_EXCHANGED: take_exchange(taker, event); break;
    case HOUSEHOLD_ABSENCE:
        take_span(taker, &event->from_s, &event->to_s);
        shorten(event, event->from_s, &event->to_s);
        break;
    case HOUSEHOLD_OUTCOME:
        event->alert = take_id(taker, FIELD_ALERT, NEEDED);
        event->outcome =
            (enum outcome)TAKE_TERM(taker, FIELD_OUTCOME, NEEDED, OUTCOME_OTHER, outcome_terms);
        event->until_s = take_time_s(taker, FIELD_UNTIL, OPTIONAL);
        shorten(event, out->at_ms / 1000, &event->until_s);
        break;
    default: break;
    }
}

/* --- report and weather --- */

static void take_report(struct taker *taker, struct message *out)
{
    out->report = (struct report){
        .channel = (enum report_channel)TAKE_TERM(taker, FIELD_CHANNEL, NEEDED, 0, channel_terms),
    };
    out->end_ms = out->at_ms = take_time(taker, FIELD_AT, NEEDED);
    out->report.summary = take_free_text(taker, FIELD_SUMMARY);
}

static void take_weather(struct taker *taker, struct message *out)
{
    struct weather *weather = &out->weather;
    struct decimal number;

    *weather = (struct weather){.area = take_id(taker, FIELD_AREA, NEEDED)};
    weather->event = take_id(taker, FIELD_EVENT, NEEDED);
    take_span(taker, &weather->from_s, &weather->to_s);
    bool measured = text_is(weather->event, WEATHER_TEMPERATURE);
    if (measured && weather->to_s - weather->from_s > TEMPERATURE_HOURS_MAX * INT64_C(3600))
        fail(taker, REJECT_BAD_VALUE, FIELD_TO);
    if (take_number(taker, FIELD_TEMPERATURE_C, measured ? NEEDED : OPTIONAL, &number)) {
        weather->temperature_c = decimal_double(number);
        weather->has_temperature = true;
        if (fabs(weather->temperature_c) > TEMPERATURE_MAX)
            fail(taker, REJECT_BAD_VALUE, FIELD_TEMPERATURE_C);
    }
    /* A forecast says when it was made; else it is news from its first moment on. */
    out->at_ms = take_time(taker, FIELD_AT, OPTIONAL);
    if (out->at_ms == 0)
        out->at_ms = weather->from_s * 1000;
    out->end_ms = out->at_ms;
}

/* --- all --- */

static enum message_type take_type(struct taker *taker, enum message_type assumed)
{
    const struct value *value = take(taker, FIELD_TYPE, OPTIONAL);
    int type = assumed;

    if (value)
        type = value->kind == VALUE_TEXT ? term_find(value->text, type_terms, MESSAGE_TYPE_COUNT)
                                         : MESSAGE_TYPE_COUNT;
    if (type == MESSAGE_TYPE_COUNT)
        fail(taker, REJECT_UNKNOWN_TYPE, FIELD_TYPE);
    else if (assumed != MESSAGE_TYPE_COUNT && type != (int)assumed)
        fail(taker, REJECT_WRONG_TOPIC, FIELD_TYPE);
    return (enum message_type)type;
}

enum reject fields_message(const struct fields *fields, enum message_type assumed,
                           struct message *out, const char **detail)
{
    struct taker taker = {fields, REJECT_NONE, FIELD_TYPE};
    struct message message;

    message.type = take_type(&taker, assumed);
    message.household = (struct text){"", 0};
    if (message.type != MESSAGE_WEATHER)
        message.household = take_id(&taker, FIELD_HOUSEHOLD, NEEDED);
    message.id = take_id(&taker, FIELD_ID, OPTIONAL);
    message.version = take_whole(&taker, FIELD_VERSION, OPTIONAL, (struct range){0, MILLI_MAX, 0});
    message.arrived_ms = take_time(&taker, FIELD_ARRIVED, OPTIONAL);
    if (taker.reject)
        goto out;
    switch (message.type) {
    case MESSAGE_READING: take_reading(&taker, &message); break;
    case MESSAGE_BILLING: take_billing(&taker, &message); break;
    case MESSAGE_HOUSEHOLD: take_household(&taker, &message); break;
    case MESSAGE_REPORT: take_report(&taker, &message); break;
    case MESSAGE_WEATHER: take_weather(&taker, &message); break;
    case MESSAGE_TYPE_COUNT: break;
    }
out:
    *detail = taker.reject ? field_names[taker.field].at : "";
    if (!taker.reject)
        *out = message;
    return taker.reject;
}
