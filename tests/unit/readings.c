/* SPDX-License-Identifier: Apache-2.0 */
#include "readings.h"

#include <check.h>

struct reading interval_of(enum utility utility, int64_t start_s, int minutes, int64_t milli)
{
    return (struct reading){.meter = TEXT("M-1"),
                            .utility = utility,
                            .kind = READING_INTERVAL,
                            .quality = QUALITY_ACTUAL,
                            .measure = utility == UTILITY_WATER ? MEASURE_VOLUME : MEASURE_ENERGY,
                            .start_s = start_s,
                            .minutes = minutes,
                            .value_milli = milli,
                            .has_value = true};
}

struct reading read_at(int64_t at_s, int64_t milli)
{
    struct reading reading = interval_of(UTILITY_WATER, at_s, 0, milli);
    reading.kind = READING_REGISTER;
    return reading;
}

struct reading of_quality(struct reading reading, enum quality quality)
{
    reading.quality = quality;
    reading.has_value = quality != QUALITY_MISSING;
    if (!reading.has_value)
        reading.value_milli = 0;
    return reading;
}

struct record_meter new_meter(struct reading reading)
{
    struct record_meter meter;
    meter_init(&meter, &reading);
    return meter;
}

struct meter_change meter_takes(struct record_meter *meter, struct reading reading)
{
    struct meter_change change;
    enum reject reject = meter_apply(meter, &reading, &change);
    ck_assert_msg(reject == REJECT_NONE, "rejected: %s", reject_names[reject]);
    return change;
}

void meter_refuses(struct record_meter *meter, struct reading reading, enum reject want)
{
    struct meter_change change;
    enum reject reject = meter_apply(meter, &reading, &change);
    ck_assert_msg(reject == want, "%s, not %s", reject_names[reject], reject_names[want]);
    ck_assert(!change.ready && !change.corrected && !change.has_day);
}

/* As if everything known had been judged. */
void meter_was_judged(struct record_meter *meter)
{
    meter->judged_hour = meter->newest_hour;
}

void hour_is(const struct record_meter *meter, int32_t hour, int64_t milli)
{
    uint8_t got = meter_hour(meter, hour), want = routine_code(milli);
    ck_assert_msg(got == want, "hour %d is code %u, not %u (%lld)", hour - H0, got, want,
                  (long long)milli);
}

void hour_is_unknown(const struct record_meter *meter, int32_t hour)
{
    ck_assert_msg(meter_hour(meter, hour) == ROUTINE_MISSING, "hour %d is known: code %u",
                  hour - H0, meter_hour(meter, hour));
}

bool changed_nothing(struct meter_change change)
{
    return !change.ready && !change.corrected && !change.has_day;
}
