/* SPDX-License-Identifier: Apache-2.0
 *
 * Any sequence of readings and exchanges that a message could carry, on one meter: nothing
 * overflows, a refused reading says nothing, and the same reading twice changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "household/meter.h"

#define T0        INT64_C(1768435200) /* 2026-01-15T00:00:00Z */
#define LAST_S    INT64_C(253402300799)
#define VALUE_MAX INT64_C(900000000000000000) /* the largest number that messages may carry */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct input {
    const uint8_t *at, *end;
};

static void expect(bool holds)
{
    if (!holds)
        abort();
}

static uint64_t take(struct input *input, size_t count)
{
    uint64_t out = 0;
    for (; count > 0 && input->at < input->end; count--)
        out = out << 8 | *input->at++;
    return out;
}

/* Mostly near the last one, seldom anywhere. */
static int64_t take_time(struct input *input, int64_t last_s)
{
    unsigned how = (unsigned)take(input, 1);
    int64_t at = how < 100   ? last_s + (int64_t)take(input, 1) * 60
                 : how < 180 ? last_s - (int64_t)take(input, 2)
                 : how < 240 ? T0 + (int64_t)take(input, 3)
                             : (int64_t)(take(input, 8) % (uint64_t)LAST_S) - LAST_S / 4;
    return at > LAST_S - 44640 * 60 ? LAST_S - 44640 * 60 : at < -LAST_S / 4 ? -LAST_S / 4 : at;
}

static int64_t take_value(struct input *input, int64_t last_milli)
{
    unsigned how = (unsigned)take(input, 1);
    int64_t value = how < 150   ? last_milli + (int64_t)take(input, 3)
                    : how < 200 ? last_milli - (int64_t)take(input, 2)
                    : how < 240 ? (int64_t)take(input, 4)
                                : (int64_t)(take(input, 8) % (uint64_t)VALUE_MAX);
    return value < 0 ? 0 : value > VALUE_MAX ? VALUE_MAX : value;
}

static struct reading take_reading(struct input *input, int64_t *last_s, int64_t *last_milli)
{
    static const int lengths[] = {5,  6,  10,  12,   15,   20,   30,    60,
                                  61, 90, 720, 1380, 1440, 1500, 10080, 44640};
    static const enum quality qualities[] = {QUALITY_ACTUAL, QUALITY_ACTUAL, QUALITY_EDITED,
                                             QUALITY_ESTIMATED, QUALITY_MISSING};
    unsigned how = (unsigned)take(input, 1);
    struct reading reading = {
        .meter = TEXT("M-1"),
        .utility = how & 1 ? UTILITY_WATER : UTILITY_ELECTRICITY,
        .kind = how & 2 ? READING_REGISTER : READING_INTERVAL,
        .quality = qualities[take(input, 1) % (sizeof qualities / sizeof *qualities)],
        .measure = how & 1 ? MEASURE_VOLUME : MEASURE_ENERGY,
        .start_s = take_time(input, *last_s),
        .value_milli = take_value(input, *last_milli),
    };
    if (reading.kind == READING_INTERVAL)
        reading.minutes = lengths[take(input, 1) % (sizeof lengths / sizeof *lengths)];
    else if (how & 4)
        reading.modulus_milli = (int64_t)(how >> 3) * 100000 + 1000;
    if (reading.kind == READING_INTERVAL && reading.utility == UTILITY_ELECTRICITY && how & 8)
        reading.value_milli = -reading.value_milli; /* feeds in */
    reading.has_value = reading.quality != QUALITY_MISSING;
    if (!reading.has_value)
        reading.value_milli = 0;
    *last_s = reading.start_s + reading.minutes * 60;
    *last_milli = reading.value_milli < 0 ? 0 : reading.value_milli;
    return reading;
}

static void look(const struct record_meter *meter)
{
    expect(meter->interval_minutes >= 1 && meter->interval_minutes <= 44640);
    expect(meter->hour_milli >= 0 && meter->last_read_milli >= 0);
    for (int i = 0; i < VIEW_HOURS + 4; i++) {
        uint8_t halves[2];
        meter_halves(meter, meter->newest_hour + 2 - i, halves);
        (void)meter_estimated(meter, meter->newest_hour + 2 - i);
    }
}

static void apply(struct record_meter *meter, const struct reading *reading)
{
    struct meter_change change;
    enum reject reject = meter_apply(meter, reading, &change);
    expect(reject < REJECT_COUNT);
    expect(reject == REJECT_NONE || (!change.ready && !change.corrected && !change.has_day));
    look(meter);
    meter->judged_hour = meter->newest_hour;
    struct record_meter before = *meter;
    expect(meter_apply(meter, reading, &change) < REJECT_COUNT);
    expect(!change.ready && !change.corrected);
    expect(memcmp(meter, &before, sizeof before) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct input input = {data, bytes ? data + bytes : data};
    struct record_meter meter;
    int64_t last_s = T0, last_milli = 0;
    struct reading reading = take_reading(&input, &last_s, &last_milli);
    meter_init(&meter, &reading);
    apply(&meter, &reading);
    while (input.at < input.end) {
        unsigned what = (unsigned)take(&input, 1);
        if (what < 250) {
            reading = take_reading(&input, &last_s, &last_milli);
            apply(&meter, &reading);
        } else {
            int64_t at_s = take_time(&input, last_s), old = take_value(&input, last_milli);
            meter_exchange(&meter, at_s, what & 1, old, what & 2, take_value(&input, 0));
            look(&meter);
        }
    }
    return 0;
}
