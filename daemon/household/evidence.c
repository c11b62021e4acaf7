/* SPDX-License-Identifier: Apache-2.0 */
#include "household/evidence.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "household/judge.h"
#include "household/mask.h"
#include "household/quiet.h"

#define TERM_DECIMALS 2
#define DAILY_MINUTES 720 /* a meter that is read less often has no hours */

static void take_hour(const struct judgement *judgement, const struct record_meter *meter,
                      int32_t hour, int8_t *expected, int8_t *seen)
{
    int64_t local = zone_local_s(judgement->household->zone, (int64_t)hour * 3600);
    unsigned slot =
        routine_slot((unsigned)local_hour(local), judge_weekday(judgement, local_day(local)));
    uint8_t code = meter_hour(meter, hour), halves[2];
    *expected = (int8_t)(routine_awake(&meter->routine, slot) * 100.0 + 0.5);
    bool open = judgement->view.supply[meter->utility] == SUPPLY_OPEN;
    if (code == ROUTINE_MISSING || meter_estimated(meter, hour) || !open ||
        mask_hides(meter, (unsigned)local_hour(local), slot, code)) {
        *seen = EVIDENCE_UNKNOWN;
        return;
    }
    meter_halves(meter, hour, halves);
    *seen = routine_evidence(&meter->routine, meter->utility, slot, code, halves).awake;
}

static void take_hours(const struct judgement *judgement, struct evidence *out)
{
    int32_t until = (int32_t)(judgement->view.now_s / 3600);
    unsigned meters = judgement->record.header->meters;
    /* A register is read within its hour, which it vouches for; the others' is not missing yet. */
    int64_t arrived_s = judgement->context->arrived_ms / 1000;
    for (unsigned i = 0; i < meters && out->meter_count < EVIDENCE_METERS_MAX; i++) {
        const struct record_meter *meter = &judgement->record.meters[i];
        if (meter->interval_minutes >= DAILY_MINUTES || !meter->routine.highest)
            continue;
        struct evidence_meter *taken = &out->meters[out->meter_count++];
        taken->utility = meter->utility;
        for (int h = 0; h < EVIDENCE_HOURS; h++) {
            take_hour(judgement, meter, until - EVIDENCE_HOURS + h, &taken->expected[h],
                      &taken->seen[h]);
            bool over = (int64_t)(until - EVIDENCE_HOURS + h + 1) * 3600 <= arrived_s;
            out->missing_hours += over && taken->seen[h] == EVIDENCE_UNKNOWN;
        }
    }
    if (out->meter_count)
        out->until_s = (int64_t)until * 3600;
}

static void take_terms(const struct judgement *judgement, size_t index, struct evidence *out)
{
    const struct detector *detector = detectors[index];
    double values[TERMS_MAX];
    if (!detector->explain)
        return;
    for (size_t i = 0; i < TERMS_MAX; i++)
        values[i] = NAN;
    detector->explain(judgement->tuning->options[index], judgement->record.states[index],
                      &judgement->view, values);
    for (size_t i = 0; i < detector->term_count; i++) {
        if (!isfinite(values[i]))
            continue;
        struct evidence_term *term = &out->terms[out->term_count++];
        (void)text_copy(text_of(detector->terms[i].name), term->name, sizeof term->name);
        term->value = values[i];
    }
}

void evidence_take(const struct judgement *judgement, size_t index, struct evidence *out)
{
    *out = (struct evidence){.longest_hours = EVIDENCE_UNKNOWN, .away_times = EVIDENCE_UNKNOWN};
    if (detectors[index]->detects == DETECTS_USE || detectors[index]->detects == DETECTS_HABITS) {
        const struct record_quiet *quiet = &judgement->record.home->quiet;
        take_hours(judgement, out);
        out->longest_hours = quiet->longest;
        out->away_times = quiet_away(quiet, (int32_t)(judgement->view.now_s / 3600));
    }
    if (!out->until_s)
        out->missing_hours = EVIDENCE_UNKNOWN;
    take_terms(judgement, index, out);
}

static void put_numbers(struct buffer *out, const char *key, const int8_t *numbers)
{
    json_put_key(out, key);
    for (size_t i = 0; i < EVIDENCE_HOURS; i++) {
        buffer_text(out, i ? "," : "[");
        if (numbers[i] == EVIDENCE_UNKNOWN)
            buffer_text(out, "null");
        else
            buffer_format(out, "%d", numbers[i]);
    }
    buffer_text(out, "]");
}

static void member_known(struct buffer *out, const char *key, int64_t number)
{
    if (number == EVIDENCE_UNKNOWN)
        json_member_null(out, key);
    else
        json_member_int(out, key, number);
}

void evidence_write(const struct evidence *evidence, const struct zone *zone, struct buffer *out)
{
    char text[TIME_TEXT_MAX];
    int64_t until_s = evidence->until_s;
    buffer_text(out, "{");
    json_member_text(out, "until",
                     until_s ? time_format(until_s, zone_offset_s(zone, until_s), text) : NULL);
    json_put_key(out, "hours");
    buffer_text(out, "[");
    for (size_t i = 0; i < evidence->meter_count; i++) {
        json_put_item(out);
        buffer_text(out, "{");
        json_member_text(out, "utility", utility_names[evidence->meters[i].utility]);
        put_numbers(out, "expected", evidence->meters[i].expected);
        put_numbers(out, "seen", evidence->meters[i].seen);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
    member_known(out, "missing_hours", evidence->missing_hours);
    member_known(out, "longest_hours", evidence->longest_hours);
    member_known(out, "away_times", evidence->away_times);
    json_put_key(out, "terms");
    buffer_text(out, "{");
    for (size_t i = 0; i < evidence->term_count; i++)
        json_member_number(out, evidence->terms[i].name, evidence->terms[i].value, TERM_DECIMALS);
    buffer_text(out, "}}");
}
