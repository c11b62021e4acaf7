/* SPDX-License-Identifier: Apache-2.0 */
#include "message_text.h"

#include <inttypes.h>

#include "base/zone.h"

static void add_text(struct buffer *out, const char *name, struct text text)
{
    if (text.bytes == 0)
        return;
    buffer_format(out, " %s=", name);
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7f)
            buffer_format(out, "%%%02x", c);
        else
            buffer_add(out, &text.at[i], 1);
    }
}

static void add_ms(struct buffer *out, const char *name, int64_t ms)
{
    char time[TIME_TEXT_MAX];
    if (ms == 0)
        return;
    buffer_format(out, " %s=%s", name, time_format(ms / 1000, 0, time));
    if (ms % 1000)
        buffer_format(out, "+%dms", (int)(ms % 1000));
}

static void add_day(struct buffer *out, const char *name, int32_t day)
{
    char date[TIME_TEXT_MAX];
    if (day != 0)
        buffer_format(out, " %s=%s", name, date_format(day, date));
}

static const char *measure_name(enum measure measure)
{
    return measure == MEASURE_ENERGY ? "mWh" : "mL";
}

static void add_reading(struct buffer *out, const struct reading *reading)
{
    add_text(out, "meter", reading->meter);
    buffer_format(out, " %s %s %s", utility_names[reading->utility],
                  reading->kind == READING_INTERVAL ? "interval" : "register",
                  quality_names[reading->quality]);
    add_ms(out, "start", reading->start_s * 1000);
    if (reading->minutes)
        buffer_format(out, " minutes=%d", reading->minutes);
    if (reading->has_value)
        buffer_format(out, " value=%" PRId64, reading->value_milli);
    if (reading->modulus_milli)
        buffer_format(out, " modulus=%" PRId64, reading->modulus_milli);
    buffer_format(out, " %s", measure_name(reading->measure));
}

static void add_billing(struct buffer *out, const struct billing *billing)
{
    buffer_format(out, " %s %s", utility_names[billing->utility],
                  billing_event_names[billing->event]);
    add_text(out, "bill", billing->bill);
    if (billing->has_amount)
        buffer_format(out, " amount=%" PRId64, billing->amount_minor);
    add_text(out, "currency", text_of(billing->currency));
    add_day(out, "due", billing->due_day);
    if (billing->months >= 0)
        buffer_format(out, " months=%d", billing->months);
    add_ms(out, "until", billing->until_s * 1000);
}

static void add_event(struct buffer *out, const struct household_message *event)
{
    buffer_format(out, " %s", household_event_names[event->event]);
    add_text(out, "area", event->area);
    add_text(out, "feeder", event->feeder);
    add_text(out, "timezone", event->timezone);
    if (event->residents >= 0)
        buffer_format(out, " residents=%d", event->residents);
    for (int flag = 0; event->has_flags && flag < PROFILE_FLAG_COUNT; flag++)
        if (event->flags & 1U << flag)
            buffer_format(out, " +%s", profile_flag_names[flag]);
    if (event->has_flags)
        buffer_text(out, " flags");
    if (event->flags_unknown)
        buffer_format(out, " flags_unknown=%" PRIu32, event->flags_unknown);
    add_day(out, "moved_in", event->moved_in_day);
    add_text(out, "meter", event->meter);
    add_text(out, "new_meter", event->new_meter);
    if (event->event == HOUSEHOLD_METER_EXCHANGED)
        buffer_format(out, " %s %s", utility_names[event->utility], measure_name(event->measure));
    if (event->has_old)
        buffer_format(out, " old=%" PRId64, event->old_milli);
    if (event->has_new)
        buffer_format(out, " new=%" PRId64, event->new_milli);
    add_ms(out, "from", event->from_s * 1000);
    add_ms(out, "to", event->to_s * 1000);
    add_text(out, "reason", event->reason);
    add_text(out, "alert", event->alert);
    if (event->event == HOUSEHOLD_OUTCOME)
        buffer_format(out, " %s", outcome_names[event->outcome]);
    add_ms(out, "until", event->until_s * 1000);
    if (event->shortened)
        buffer_text(out, " shortened");
}

static void add_weather(struct buffer *out, const struct weather *weather)
{
    add_text(out, "area", weather->area);
    add_text(out, "event", weather->event);
    add_ms(out, "from", weather->from_s * 1000);
    add_ms(out, "to", weather->to_s * 1000);
    if (weather->has_temperature)
        buffer_format(out, " temperature=%.17g", weather->temperature_c);
}

void message_text(enum reject reject, const char *detail, const struct message *message,
                  struct buffer *out)
{
    if (reject) {
        buffer_format(out, "%s%s%s", reject_names[reject], *detail ? " " : "", detail);
        return;
    }
    buffer_text(out, message_type_names[message->type]);
    add_text(out, "household", message->household);
    add_ms(out, "at", message->at_ms);
    add_ms(out, "end", message->end_ms);
    add_ms(out, "arrived", message->arrived_ms);
    add_text(out, "id", message->id);
    if (message->version)
        buffer_format(out, " version=%" PRId64, message->version);
    switch (message->type) {
    case MESSAGE_READING: add_reading(out, &message->reading); break;
    case MESSAGE_BILLING: add_billing(out, &message->billing); break;
    case MESSAGE_HOUSEHOLD: add_event(out, &message->event); break;
    case MESSAGE_REPORT:
        buffer_format(out, " %s", report_channel_names[message->report.channel]);
        add_text(out, "summary", message->report.summary);
        break;
    case MESSAGE_WEATHER: add_weather(out, &message->weather); break;
    case MESSAGE_TYPE_COUNT: break;
    }
}
