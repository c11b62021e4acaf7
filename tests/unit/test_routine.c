/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detectors/num.h"
#include "detectors/routine.h"

#define SEED 20260118U

static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
    return *state >> 33;
}

static double next_unit(uint64_t *state)
{
    return (double)next_random(state) / 2147483648.0;
}

/* ---- codes --------------------------------------------------------------------------------- */

START_TEST(an_hour_s_code_is_eight_steps_an_octave)
{
    ck_assert_uint_eq(routine_code(0), ROUTINE_ZERO);
    ck_assert_uint_eq(routine_code(-5), ROUTINE_ZERO);
    ck_assert_uint_eq(routine_code(INT64_MIN), ROUTINE_ZERO);
    ck_assert_uint_eq(routine_code(1), 2);
    ck_assert_uint_eq(routine_code(INT64_MAX), 255);
    for (int64_t milli = 1; milli < INT64_C(3000000000); milli += 1 + milli / 97) {
        int want = 2 + (int)floor(8.0 * log2((double)milli) + 0.5);
        ck_assert_msg(routine_code(milli) == want, "code of %lld is %u, not %d", (long long)milli,
                      routine_code(milli), want);
    }
}
END_TEST

START_TEST(codes_rise_with_use)
{
    uint8_t before = routine_code(0);
    uint16_t day_before = routine_day_code(0);
    for (int64_t milli = 1; milli < INT64_C(900000000000000000); milli += 1 + milli / 53) {
        uint8_t code = routine_code(milli);
        uint16_t day_code = routine_day_code(milli);
        ck_assert_uint_ge(code, before);
        ck_assert_uint_ge(day_code, day_before);
        before = code;
        day_before = day_code;
    }
}
END_TEST

START_TEST(a_code_comes_back_as_the_middle_of_its_step)
{
    ck_assert_int_eq(routine_milli(ROUTINE_MISSING), 0);
    ck_assert_int_eq(routine_milli(ROUTINE_ZERO), 0);
    for (int code = 2; code < 256; code++) {
        double exact = exp2((code - 2) / 8.0);
        ck_assert_msg(fabs((double)routine_milli((uint8_t)code) - exact) <= 0.5 + exact * 1e-9,
                      "code %d is %lld, not %.2f", code, (long long)routine_milli((uint8_t)code),
                      exact);
        if (code >= 2 + 8 * 4) /* below, steps are finer than a milli-unit */
            ck_assert_uint_eq(routine_code(routine_milli((uint8_t)code)), code);
    }
}
END_TEST

START_TEST(an_hour_is_known_to_half_a_step)
{
    for (int64_t milli = 16; milli < INT64_C(3000000000); milli += 1 + milli / 97) {
        double back = (double)routine_milli(routine_code(milli));
        ck_assert_double_le(fabs(log2(back / (double)milli)), 1.0 / 16 + 0.05);
        if (milli > 1000)
            ck_assert_double_le(fabs(log2(back / (double)milli)), 1.0 / 16 + 0.001);
    }
}
END_TEST

START_TEST(a_day_s_total_is_known_to_a_tenth_of_a_percent)
{
    ck_assert_uint_eq(routine_day_code(0), 1);
    ck_assert_uint_eq(routine_day_code(INT64_MIN), 1);
    ck_assert_int_eq(routine_day_milli(0), 0);
    ck_assert_int_eq(routine_day_milli(1), 0);
    for (int64_t milli = 1; milli < INT64_C(900000000000000000); milli += 1 + milli / 53) {
        double back = (double)routine_day_milli(routine_day_code(milli));
        ck_assert_double_le(fabs(back - (double)milli), 0.5 + 0.001 * (double)milli);
    }
}
END_TEST

START_TEST(no_code_of_a_day_is_beyond_what_a_number_holds)
{
    int64_t before = 0;
    ck_assert_int_gt(routine_day_milli(routine_day_code(INT64_MAX)), INT64_MAX / 2);
    for (int code = 0; code <= UINT16_MAX; code++) {
        int64_t milli = routine_day_milli((uint16_t)code);
        ck_assert_int_ge(milli, before);
        before = milli;
    }
}
END_TEST

START_TEST(a_slot_is_the_hour_and_the_kind_of_day)
{
    ck_assert_uint_eq(routine_slot(0, 0), 0);
    ck_assert_uint_eq(routine_slot(23, 4), 23);
    ck_assert_uint_eq(routine_slot(0, 5), 24);
    ck_assert_uint_eq(routine_slot(23, 6), 47);
}
END_TEST

/* ---- evidence ------------------------------------------------------------------------------ */

static uint32_t sum8(const uint8_t *row)
{
    uint32_t sum = 0;
    for (int j = 0; j < ROUTINE_BINS; j++)
        sum += row[j];
    return sum;
}

#define LOW  80  /* a night's use */
#define HIGH 130 /* a busy hour's */

static bool busy(unsigned hour)
{
    return (hour >= 7 && hour < 9) || (hour >= 18 && hour < 22);
}

/* Sixty days of a home that lives by the clock. */
static void live_by_the_clock(struct routine *routine, enum utility utility)
{
    routine_reset(routine);
    routine_widen(routine, 70, 140);
    if (utility != UTILITY_ELECTRICITY)
        routine->floor = 90;
    for (unsigned hour = 0; hour < 60 * 24; hour++) {
        unsigned slot = routine_slot(hour % 24, hour / 24 % 7);
        uint8_t code = busy(hour % 24) ? HIGH : LOW, halves[2] = {code, code};
        routine_learn(routine, utility, slot, code, halves, busy(hour % 24), LESSON_FULL, hour);
    }
}

START_TEST(a_routine_that_knows_nothing_says_nothing)
{
    struct routine routine;
    routine_reset(&routine);
    const uint8_t halves[2] = {HIGH, HIGH};
    struct hour_evidence hour = routine_evidence(&routine, UTILITY_WATER, 8, HIGH, halves);
    ck_assert(hour.increment == 0.0 && !hour.awake);
    ck_assert_int_eq(routine_usual_milli(&routine, UTILITY_WATER, 8), 0);
    struct routine before = routine;
    routine_learn(&routine, UTILITY_WATER, 8, HIGH, halves, true, LESSON_FULL, 1);
    ck_assert_mem_eq(&routine, &before, sizeof before);
}
END_TEST

START_TEST(a_missing_hour_says_and_teaches_nothing)
{
    for (int u = 0; u < UTILITY_COUNT; u++) {
        struct routine routine;
        live_by_the_clock(&routine, (enum utility)u);
        const uint8_t halves[2] = {0, 0};
        struct hour_evidence hour =
            routine_evidence(&routine, (enum utility)u, 8, ROUTINE_MISSING, halves);
        ck_assert(hour.increment == 0.0 && !hour.awake);
        struct routine before = routine;
        routine_learn(&routine, (enum utility)u, 8, ROUTINE_MISSING, halves, false, LESSON_FULL, 1);
        ck_assert_mem_eq(&routine, &before, sizeof before);
    }
}
END_TEST

START_TEST(quiet_in_a_busy_hour_speaks_for_silence_and_use_against_it)
{
    for (int u = 0; u < UTILITY_COUNT; u++) {
        struct routine routine;
        live_by_the_clock(&routine, (enum utility)u);
        const uint8_t low[2] = {LOW, LOW}, high[2] = {HIGH, HIGH};
        struct hour_evidence quiet = routine_evidence(&routine, (enum utility)u, 8, LOW, low);
        struct hour_evidence used = routine_evidence(&routine, (enum utility)u, 8, HIGH, high);
        struct hour_evidence night = routine_evidence(&routine, (enum utility)u, 3, LOW, low);
        struct hour_evidence odd = routine_evidence(&routine, (enum utility)u, 3, HIGH, high);
        ck_assert_double_gt(quiet.increment, 1.0);
        ck_assert(!quiet.awake);
        ck_assert_double_lt(used.increment, -1.0);
        ck_assert(used.awake);
        /* In the night quiet is what always is: next to nothing either way. */
        ck_assert_double_lt(fabs(night.increment), 0.3);
        ck_assert(!night.awake);
        ck_assert_double_lt(odd.increment, quiet.increment);
    }
}
END_TEST

START_TEST(evidence_stays_within_its_bounds)
{
    uint64_t random = SEED;
    for (int round = 0; round < 300; round++) {
        struct routine routine;
        enum utility utility = (enum utility)(round % UTILITY_COUNT);
        routine_reset(&routine);
        uint8_t lowest = (uint8_t)next_random(&random), highest = (uint8_t)next_random(&random);
        routine_widen(&routine, lowest < highest ? lowest : highest,
                      lowest < highest ? highest : lowest);
        routine.halves = round % 2;
        routine.floor = (uint8_t)next_random(&random);
        for (unsigned i = 0; i < 500; i++) {
            uint8_t code = (uint8_t)next_random(&random);
            uint8_t halves[2] = {code, (uint8_t)next_random(&random)};
            unsigned slot = (unsigned)next_random(&random) % ROUTINE_SLOTS;
            struct hour_evidence hour = routine_evidence(&routine, utility, slot, code, halves);
            ck_assert_double_ge(hour.increment, -3.75);
            ck_assert_double_le(hour.increment, 2.5);
            routine_learn(&routine, utility, slot, code, halves, hour.awake,
                          (enum lesson)(next_random(&random) % 3), i);
            ck_assert_double_le(routine_awake(&routine, slot), 0.985);
        }
    }
}
END_TEST

START_TEST(a_drip_up_to_the_floor_is_nobody)
{
    struct routine routine;
    live_by_the_clock(&routine, UTILITY_WATER);
    uint8_t at[2] = {90, 90}, above[2] = {91, 91};
    ck_assert(!routine_evidence(&routine, UTILITY_WATER, 8, 90, at).awake);
    ck_assert(routine_evidence(&routine, UTILITY_WATER, 8, 91, above).awake);
    /* and counts as no use at all */
    uint8_t none[2] = {ROUTINE_ZERO, ROUTINE_ZERO};
    ck_assert(routine_evidence(&routine, UTILITY_WATER, 8, 90, at).increment ==
              routine_evidence(&routine, UTILITY_WATER, 8, ROUTINE_ZERO, none).increment);
}
END_TEST

START_TEST(two_quiet_halves_say_more_than_one_quiet_hour)
{
    struct routine hours, halved;
    live_by_the_clock(&hours, UTILITY_ELECTRICITY);
    halved = hours;
    halved.halves = 1;
    const uint8_t low[2] = {LOW, LOW}, mixed[2] = {HIGH, LOW};
    double whole = routine_evidence(&hours, UTILITY_ELECTRICITY, 8, LOW, low).increment;
    double both = routine_evidence(&halved, UTILITY_ELECTRICITY, 8, LOW, low).increment;
    ck_assert(both == 2.5 || fabs(both - 1.2 * whole) < 1e-9);
    ck_assert_double_gt(both, whole);
    /* one busy half is enough to speak against silence */
    struct hour_evidence one = routine_evidence(&halved, UTILITY_ELECTRICITY, 8, 124, mixed);
    ck_assert_double_lt(one.increment, both);
}
END_TEST

START_TEST(the_usual_use_of_a_slot_is_its_median)
{
    struct routine routine;
    live_by_the_clock(&routine, UTILITY_ELECTRICITY);
    double busy_code = routine_code(routine_usual_milli(&routine, UTILITY_ELECTRICITY, 8));
    double quiet_code = routine_code(routine_usual_milli(&routine, UTILITY_ELECTRICITY, 3));
    /* a bin is (140 - 70) / 8 codes wide */
    ck_assert_double_eq_tol(busy_code, HIGH, 9);
    ck_assert_double_eq_tol(quiet_code, LOW, 9);
}
END_TEST

/* ---- learning ------------------------------------------------------------------------------ */

/* The same routine with doubles: what rounding must not take away. */
struct reference {
    double usual[ROUTINE_SLOTS][ROUTINE_BINS], overall[ROUTINE_BINS], night[ROUTINE_BINS];
    double awake[ROUTINE_SLOTS];
};

static int plain_bin(const struct routine *routine, uint8_t code)
{
    double at =
        (double)(code - routine->lowest) * ROUTINE_BINS / (routine->highest - routine->lowest);
    return at < 0 ? 0 : at >= ROUTINE_BINS ? ROUTINE_BINS - 1 : (int)at;
}

static void learn_slowly(struct reference *reference, const struct routine *routine, unsigned slot,
                         const uint8_t codes[2], int parts, bool awake, enum lesson lesson)
{
    double weight = lesson == LESSON_QUARTER ? 0.25 : 1.0;
    double fade = 1.0 - log(2.0) / 30.0 * weight, fade_all = 1.0 - log(2.0) / 720.0 * weight;
    double fade_night = 1.0 - log(2.0) / 42.0;
    bool night = lesson == LESSON_FULL && slot % 24 >= 2 && slot % 24 < 5;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        reference->usual[slot][j] *= fade;
        reference->overall[j] *= fade_all;
        if (night)
            reference->night[j] *= fade_night;
    }
    for (int part = 0; part < parts; part++) {
        int bin = plain_bin(routine, codes[part]);
        reference->usual[slot][bin] += 5.0 * weight / parts;
        reference->overall[bin] += ROUTINE_OVERALL_UNIT * weight / parts;
        if (night)
            reference->night[bin] += (double)ROUTINE_NIGHT_UNIT / parts;
    }
    reference->awake[slot] += ((awake ? 255.0 : 0.0) - reference->awake[slot]) * 0.04 * weight;
}

/* Total variation between two histograms: the largest difference of probability of any event. */
static double apart(const double *a, const double *b)
{
    double sum_a = 0, sum_b = 0, off = 0;
    for (int j = 0; j < ROUTINE_BINS; j++) {
        sum_a += a[j];
        sum_b += b[j];
    }
    for (int j = 0; j < ROUTINE_BINS; j++)
        off += fabs(a[j] / sum_a - b[j] / sum_b);
    return off / 2.0;
}

static void wide(const uint16_t *from, double *out)
{
    for (int j = 0; j < ROUTINE_BINS; j++)
        out[j] = from[j];
}

/* A seeded year: rounding to bytes must stay within 0.06 of probability in any slot, 0.02 in the
 * mean of the slots, 0.01 in the histograms of 16 bits, and 0.08 (mean 0.02) in awake. */
static void learn_a_year(int parts)
{
    struct routine routine;
    struct reference reference = {0};
    uint64_t random = SEED;
    routine_reset(&routine);
    routine_widen(&routine, 60, 150);
    routine.halves = parts == 2;
    for (int slot = 0; slot < ROUTINE_SLOTS; slot++)
        reference.awake[slot] = routine.awake[slot];
    for (unsigned hour = 0; hour < 365 * 24; hour++) {
        unsigned slot = routine_slot(hour % 24, hour / 24 % 7);
        double centre = busy(hour % 24) ? 120 : 85;
        uint8_t halves[2];
        for (int part = 0; part < 2; part++)
            halves[part] = (uint8_t)(centre + 40.0 * (next_unit(&random) - 0.5) +
                                     (next_unit(&random) < 0.03 ? 25 : 0));
        enum lesson lesson = next_unit(&random) < 0.1   ? LESSON_QUARTER
                             : next_unit(&random) < 0.1 ? LESSON_NO_NIGHT
                                                        : LESSON_FULL;
        bool awake = next_unit(&random) < (busy(hour % 24) ? 0.9 : 0.1);
        routine_learn(&routine, UTILITY_ELECTRICITY, slot, halves[0], halves, awake, lesson,
                      (uint64_t)hour * 8);
        learn_slowly(&reference, &routine, slot, halves, parts, awake, lesson);
    }
    double mean = 0.0, awake_mean = 0.0, row[ROUTINE_BINS];
    for (int slot = 0; slot < ROUTINE_SLOTS; slot++) {
        for (int j = 0; j < ROUTINE_BINS; j++)
            row[j] = routine.usual[slot][j];
        double off = apart(row, reference.usual[slot]);
        double awake_off = fabs(routine.awake[slot] - reference.awake[slot]) / 255.0;
        ck_assert_msg(off < 0.06, "slot %d is %.3f off", slot, off);
        ck_assert_msg(awake_off < 0.08, "awake of slot %d is %.3f off", slot, awake_off);
        mean += off / ROUTINE_SLOTS;
        awake_mean += awake_off / ROUTINE_SLOTS;
    }
    wide(routine.overall, row);
    double overall = apart(row, reference.overall);
    wide(routine.night, row);
    double night = apart(row, reference.night);
    (void)printf("%d parts: slots %.4f, awake %.4f, overall %.4f, night %.4f\n", parts, mean,
                 awake_mean, overall, night);
    ck_assert_double_lt(mean, 0.02);
    ck_assert_double_lt(awake_mean, 0.02);
    ck_assert_double_lt(overall, 0.01);
    ck_assert_double_lt(night, 0.01);
    ck_assert_uint_eq(routine.learnt_hours, 365 * 24);
}

START_TEST(a_year_of_bytes_is_a_year_of_doubles)
{
    learn_a_year(1);
}
END_TEST

START_TEST(a_year_of_halves_is_a_year_of_doubles)
{
    learn_a_year(2);
}
END_TEST

START_TEST(what_happens_rarely_is_forgotten_no_faster_than_it_should)
{
    /* A bin that is never fed again: its count halves in 720 hours, whatever its size. */
    for (int start = 8; start <= 2048; start *= 4) {
        double left = 0.0;
        const uint8_t halves[2] = {60, 60};
        for (unsigned seed = 0; seed < 100; seed++) {
            struct routine routine;
            routine_reset(&routine);
            routine_widen(&routine, 60, 150);
            routine.overall[7] = (uint16_t)start;
            for (unsigned hour = 0; hour < 720; hour++)
                routine_learn(&routine, UTILITY_ELECTRICITY, 12, 60, halves, false, LESSON_FULL,
                              seed * 100000 + hour);
            left += routine.overall[7] / 100.0;
        }
        ck_assert_msg(left > 0.44 * start && left < 0.56 * start,
                      "of %d are left %.2f after the half-life", start, left);
    }
}
END_TEST

START_TEST(a_strange_hour_teaches_a_quarter)
{
    struct routine full, quarter;
    live_by_the_clock(&full, UTILITY_WATER);
    quarter = full;
    const uint8_t halves[2] = {LOW, LOW};
    double lost_full = 0, lost_quarter = 0;
    for (unsigned dice = 0; dice < 400; dice++) {
        struct routine a = full, b = quarter;
        routine_learn(&a, UTILITY_WATER, 8, LOW, halves, false, LESSON_FULL, dice);
        routine_learn(&b, UTILITY_WATER, 8, LOW, halves, false, LESSON_QUARTER, dice);
        lost_full += full.awake[8] - a.awake[8];
        lost_quarter += full.awake[8] - b.awake[8];
    }
    ck_assert_double_eq_tol(lost_quarter / lost_full, 0.25, 0.03);
}
END_TEST

START_TEST(an_empty_home_teaches_what_it_uses_and_nothing_else)
{
    struct routine routine;
    live_by_the_clock(&routine, UTILITY_ELECTRICITY);
    struct routine before = routine;
    const uint8_t halves[2] = {72, 72};
    ck_assert(routine_empty_evidence(&routine, UTILITY_ELECTRICITY, 72, halves) == 0.0);
    for (unsigned hour = 0; hour < 7 * 24; hour++)
        routine_learn(&routine, UTILITY_ELECTRICITY, hour % 24, 72, halves, false, LESSON_EMPTY,
                      hour);
    routine_learn(&routine, UTILITY_ELECTRICITY, 8, HIGH, halves, true, LESSON_EMPTY, 200);
    uint32_t empty = sum8(routine.empty);
    ck_assert_uint_ge(empty, 90); /* 0.8 an hour, half of it forgotten after 200 */
    ck_assert_uint_le(empty, 115);
    ck_assert_uint_eq(empty, routine.empty[0]);
    /* below its nights: empty; as at night: somebody lies there */
    ck_assert_double_gt(routine_empty_evidence(&routine, UTILITY_ELECTRICITY, 72, halves), 0.0);
    const uint8_t night[2] = {LOW, LOW};
    ck_assert_double_lt(routine_empty_evidence(&routine, UTILITY_ELECTRICITY, LOW, night), 0.0);
    memset(routine.empty, 0, sizeof routine.empty);
    ck_assert_mem_eq(&routine, &before, sizeof before);
}
END_TEST

START_TEST(an_odd_night_is_no_night_like_others)
{
    struct routine routine;
    live_by_the_clock(&routine, UTILITY_WATER);
    const uint8_t halves[2] = {HIGH, HIGH};
    for (int lesson = 0; lesson < 3; lesson++) {
        struct routine after = routine;
        routine_learn(&after, UTILITY_WATER, 3, HIGH, halves, true, (enum lesson)lesson, 9);
        bool same = memcmp(after.night, routine.night, sizeof after.night) == 0;
        ck_assert_int_eq(same, lesson != LESSON_FULL);
    }
}
END_TEST

START_TEST(the_same_lesson_gives_the_same_bytes)
{
    struct routine a, b;
    live_by_the_clock(&a, UTILITY_GAS);
    live_by_the_clock(&b, UTILITY_GAS);
    ck_assert_mem_eq(&a, &b, sizeof a);
}
END_TEST

/* ---- range --------------------------------------------------------------------------------- */

static uint32_t sum16(const uint16_t *row)
{
    uint32_t sum = 0;
    for (int j = 0; j < ROUTINE_BINS; j++)
        sum += row[j];
    return sum;
}

START_TEST(widening_keeps_what_was_counted)
{
    uint64_t random = SEED;
    for (int round = 0; round < 200; round++) {
        struct routine routine;
        live_by_the_clock(&routine, UTILITY_ELECTRICITY);
        memset(routine.empty, round % 100, sizeof routine.empty / 4);
        struct routine before = routine;
        uint8_t low = (uint8_t)(next_random(&random) % 100);
        uint8_t high = (uint8_t)(100 + next_random(&random) % 156);
        routine_widen(&routine, low, high);
        ck_assert_uint_eq(routine.lowest, low < before.lowest ? low : before.lowest);
        ck_assert_uint_eq(routine.highest, high > before.highest ? high : before.highest);
        for (int slot = 0; slot < ROUTINE_SLOTS; slot++)
            ck_assert_uint_eq(sum8(routine.usual[slot]), sum8(before.usual[slot]));
        ck_assert_uint_eq(sum16(routine.overall), sum16(before.overall));
        ck_assert_uint_eq(sum16(routine.night), sum16(before.night));
        ck_assert_uint_eq(sum8(routine.empty), sum8(before.empty));
        /* what was busy stays busier than what was quiet */
        ck_assert_int_gt(routine_usual_milli(&routine, UTILITY_ELECTRICITY, 8),
                         routine_usual_milli(&routine, UTILITY_ELECTRICITY, 3));
    }
}
END_TEST

START_TEST(a_range_never_narrows)
{
    struct routine routine;
    live_by_the_clock(&routine, UTILITY_ELECTRICITY);
    struct routine before = routine;
    routine_widen(&routine, 90, 100);
    ck_assert_mem_eq(&routine, &before, sizeof before);
}
END_TEST

START_TEST(any_first_range_can_be_used_and_widened)
{
    for (int lowest = 1; lowest < 256; lowest++)
        for (int highest = lowest; highest < 256; highest += 7) {
            struct routine routine;
            routine_reset(&routine);
            routine_widen(&routine, (uint8_t)lowest, (uint8_t)highest);
            ck_assert_int_ge(routine.highest - routine.lowest, 12);
            const uint8_t halves[2] = {255, 1};
            for (unsigned i = 0; i < 20; i++)
                routine_learn(&routine, UTILITY_WATER, 8, i % 2 ? 255 : 1, halves, i % 2,
                              LESSON_FULL, i);
            uint32_t counted = sum8(routine.usual[8]);
            ck_assert_uint_gt(counted, 0);
            routine_widen(&routine, 1, 255);
            ck_assert_uint_eq(sum8(routine.usual[8]), counted);
        }
}
END_TEST

static Suite *the_suite(void)
{
    TCase *codes = tcase_create("codes");
    tcase_add_test(codes, an_hour_s_code_is_eight_steps_an_octave);
    tcase_add_test(codes, codes_rise_with_use);
    tcase_add_test(codes, a_code_comes_back_as_the_middle_of_its_step);
    tcase_add_test(codes, an_hour_is_known_to_half_a_step);
    tcase_add_test(codes, a_day_s_total_is_known_to_a_tenth_of_a_percent);
    tcase_add_test(codes, no_code_of_a_day_is_beyond_what_a_number_holds);
    tcase_add_test(codes, a_slot_is_the_hour_and_the_kind_of_day);
    TCase *evidence = tcase_create("evidence");
    tcase_add_test(evidence, a_routine_that_knows_nothing_says_nothing);
    tcase_add_test(evidence, a_missing_hour_says_and_teaches_nothing);
    tcase_add_test(evidence, quiet_in_a_busy_hour_speaks_for_silence_and_use_against_it);
    tcase_add_test(evidence, evidence_stays_within_its_bounds);
    tcase_add_test(evidence, a_drip_up_to_the_floor_is_nobody);
    tcase_add_test(evidence, two_quiet_halves_say_more_than_one_quiet_hour);
    tcase_add_test(evidence, the_usual_use_of_a_slot_is_its_median);
    TCase *learning = tcase_create("learning");
    tcase_add_test(learning, a_year_of_bytes_is_a_year_of_doubles);
    tcase_add_test(learning, a_year_of_halves_is_a_year_of_doubles);
    tcase_add_test(learning, what_happens_rarely_is_forgotten_no_faster_than_it_should);
    tcase_add_test(learning, a_strange_hour_teaches_a_quarter);
    tcase_add_test(learning, an_odd_night_is_no_night_like_others);
    tcase_add_test(learning, an_empty_home_teaches_what_it_uses_and_nothing_else);
    tcase_add_test(learning, the_same_lesson_gives_the_same_bytes);
    TCase *range = tcase_create("range");
    tcase_add_test(range, widening_keeps_what_was_counted);
    tcase_add_test(range, a_range_never_narrows);
    tcase_add_test(range, any_first_range_can_be_used_and_widened);
    Suite *suite = suite_create("routine");
    suite_add_tcase(suite, codes);
    suite_add_tcase(suite, evidence);
    suite_add_tcase(suite, learning);
    suite_add_tcase(suite, range);
    return suite;
}

int main(void)
{
    (void)printf("seed %u\n", SEED);
    SRunner *runner = srunner_create(the_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
