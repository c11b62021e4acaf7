/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated town: same bytes, believable numbers, messages that agree with the truth.
 */
#include <stdlib.h>
#include <string.h>

#include "delivery/directory.h"
#include "town_seen.h"

/* ---- the runs that the cases look at ---- */

/* As it comes, and a town where everything happens. */
static struct seen *usual, *harsh;
#define USUAL_HOMES 120
#define USUAL_DAYS  42
#define HARSH_HOMES 70
#define HARSH_DAYS  50

static const char harsh_scenario[] =
    "{\"people\":{\"moves_per_year\":1,\"opt_outs_per_year\":0.5,\"support_share\":1,"
    "\"declared_share\":0.6},"
    "\"collapse\":{\"collapses_per_home_week\":0.06,\"found_after_hours\":200,"
    "\"water_running_share\":0.2},"
    "\"meters\":{\"disturbances_per_month\":2,\"duplicate_share\":0.01,\"correction_share\":0.01,"
    "\"exchanges_per_year\":1.5,\"rollover_share\":0.5},"
    "\"leaks\":{\"drips_per_year\":1,\"bursts_per_year\":0.5},"
    "\"outages\":{\"outages_per_feeder_month\":4,\"homes_per_feeder\":10},"
    "\"billing\":{\"falling_share\":0.4,\"late_share\":0.3,\"falling_months_before_max\":11,"
    "\"recovery_per_month\":0.4},"
    "\"reports\":{\"reports_per_home_year\":2},\"weather\":{\"cold_waves_per_month\":4}}";

static void setup(void)
{
    usual =
        town_run(&(struct run){.homes = USUAL_HOMES, .days = USUAL_DAYS, .seed = 7, .parse = true});
    harsh = town_run(&(struct run){.homes = HARSH_HOMES,
                                   .days = HARSH_DAYS,
                                   .seed = 11,
                                   .scenario = harsh_scenario,
                                   .parse = true});
}

static void teardown(void)
{
    seen_free(usual);
    seen_free(harsh);
}

/* ---- cases ---- */

START_TEST(the_same_seed_gives_the_same_bytes_and_another_seed_others)
{
    struct run options = {.homes = 40, .days = 20, .seed = 3, .scenario = harsh_scenario};
    struct seen *first = town_run(&options), *second = town_run(&options);
    options.seed = 4;
    struct seen *other = town_run(&options);
    ck_assert_int_gt(first->messages, 20000);
    ck_assert_uint_eq(first->hash, second->hash);
    ck_assert_uint_ne(first->hash, other->hash);
    seen_free(first);
    seen_free(second);
    seen_free(other);
}
END_TEST

START_TEST(a_home_lives_the_same_life_whatever_the_number_of_homes)
{
    struct run options = {.homes = 50, .days = 25, .seed = 5, .scenario = harsh_scenario};
    struct seen *few = town_run(&options);
    options.homes = 100;
    struct seen *many = town_run(&options);
    for (int i = 0; i < 50; i++)
        MUST(few->home_hash[i] == many->home_hash[i], "home %d differs", i);
    ck_assert_uint_ne(many->home_hash[50], FNV_START);
    ck_assert_uint_ne(many->home_hash[50], many->home_hash[51]);
    seen_free(few);
    seen_free(many);
}
END_TEST

START_TEST(every_kind_of_message_comes)
{
    for (int i = 0; i < MESSAGE_TYPE_COUNT; i++)
        MUST(harsh->types[i] > 0, "no %s", message_type_names[i]);
    for (int i = 0; i < BILLING_EVENT_COUNT; i++)
        MUST(harsh->billing[i] > 0, "no %s", billing_event_names[i]);
    for (int i = 0; i < HOUSEHOLD_EVENT_COUNT; i++)
        if (i != HOUSEHOLD_OUTCOME) /* Anbu's own */
            MUST(harsh->events[i] > 0, "no %s", household_event_names[i]);
    for (int i = 0; i < QUALITY_COUNT; i++)
        MUST(usual->qualities[i] > 0, "no %s", quality_names[i]);
    ck_assert_int_eq(usual->temperatures, USUAL_DAYS * 24);
    ck_assert_int_gt(harsh->channels[REPORT_NEIGHBOUR], 0);
    ck_assert_int_gt(harsh->channels[REPORT_CONVENIENCE_STORE], 0);
    ck_assert_int_eq(usual->events[HOUSEHOLD_PROFILE] - usual->events[HOUSEHOLD_MOVED_IN],
                     USUAL_HOMES);
}
END_TEST

START_TEST(every_kind_of_meter_comes)
{
    int intervals[UTILITY_COUNT][61] = {{0}}, registers[UTILITY_COUNT] = {0};
    int next_morning = 0, versions = 0, dials = 0;
    for (size_t i = 0; i < usual->reading_count; i++) {
        const struct seen_reading *r = &usual->readings[i];
        intervals[r->utility][r->minutes]++;
        registers[r->utility] += r->minutes == 0;
        versions += r->version == 2;
        dials += r->dials > 0;
        next_morning += r->minutes && r->arrived_s - r->at_s > 6 * 3600;
    }
    ck_assert_int_gt(intervals[UTILITY_ELECTRICITY][15], 0);
    ck_assert_int_gt(intervals[UTILITY_ELECTRICITY][30], 0);
    for (int u = 0; u < UTILITY_COUNT; u++) {
        ck_assert_int_gt(intervals[u][60], 0);
        ck_assert_int_gt(registers[u], 0);
    }
    ck_assert_int_gt(next_morning, 1000);
    ck_assert_int_gt(versions, 0);
    ck_assert_int_gt(dials, 0);
}
END_TEST

struct totals {
    double milli[HOMES_MAX][UTILITY_COUNT], seconds[HOMES_MAX][UTILITY_COUNT];
    int rollovers;
};

static void add_up(void *context, const struct draw *draw)
{
    struct totals *totals = context;
    const struct seen_reading *r = draw->reading;
    if (draw->milli < 0 && !r->minutes) {
        MUST(r->dials > 0, "home %d: the register of meter %ld went back", r->home, r->meter);
        totals->rollovers++;
        return;
    }
    totals->milli[r->home][r->utility] += (double)draw->milli;
    totals->seconds[r->home][r->utility] += (double)(draw->to_s - draw->from_s);
}

START_TEST(homes_use_what_homes_use)
{
    struct totals *totals = memory_get(sizeof *totals);
    town_each_draw(usual, add_up, totals);
    double electricity = 0, water = 0, gas = 0;
    int electricity_homes = 0, water_homes = 0, gas_homes = 0;
    for (int i = 0; i < USUAL_HOMES; i++) {
        double days[UTILITY_COUNT];
        for (int u = 0; u < UTILITY_COUNT; u++)
            days[u] = totals->seconds[i][u] / DAY_S;
        if (days[UTILITY_ELECTRICITY] > 7) {
            electricity += totals->milli[i][UTILITY_ELECTRICITY] / 1e6 / days[UTILITY_ELECTRICITY];
            electricity_homes++;
        }
        if (days[UTILITY_WATER] > 7 && !usual->tenants_changed[i]) {
            water +=
                totals->milli[i][UTILITY_WATER] / 1e3 / days[UTILITY_WATER] / usual->residents[i];
            water_homes++;
        }
        if (days[UTILITY_GAS] > 7) {
            gas += totals->milli[i][UTILITY_GAS] / 1e6 / days[UTILITY_GAS];
            gas_homes++;
        }
    }
    free(totals);
    ck_assert_int_gt(electricity_homes, USUAL_HOMES * 9 / 10);
    ck_assert_int_gt(water_homes, USUAL_HOMES * 7 / 10);
    ck_assert_double_gt(electricity / electricity_homes, 3);
    ck_assert_double_lt(electricity / electricity_homes, 15);
    ck_assert_double_gt(water / water_homes, 60);
    ck_assert_double_lt(water / water_homes, 200);
    /* In winter; a part are kWh meters, whose numbers are ten times larger. */
    ck_assert_double_gt(gas / gas_homes, 1);
    ck_assert_double_lt(gas / gas_homes, 30);
}
END_TEST

static void count_by_hour(void *context, const struct draw *draw)
{
    double *hours = context;
    const struct seen_reading *r = draw->reading;
    if (r->utility == UTILITY_WATER && draw->to_s - draw->from_s < 5400 && draw->milli > 0)
        hours[(draw->from_s + 9 * 3600) % DAY_S / 3600]++;
}

START_TEST(nights_are_quieter_than_mornings_and_evenings)
{
    double hours[24] = {0};
    town_each_draw(usual, count_by_hour, hours);
    double night = hours[1] + hours[2] + hours[3], morning = hours[7] + hours[8] + hours[9],
           evening = hours[18] + hours[19] + hours[20];
    ck_assert_double_gt(night, 0); /* elders get up */
    ck_assert_double_gt(morning, 3 * night);
    ck_assert_double_gt(evening, 3 * night);
}
END_TEST

START_TEST(people_are_away_and_behind_with_bills_as_often_as_the_scenario_says)
{
    double away_s = 0;
    int behind = 0;
    int64_t end_s = ((int64_t)civil_day(2026, 1, 5) + USUAL_DAYS) * DAY_S - 9 * 3600;
    for (size_t i = 0; i < usual->truth_count; i++) {
        const struct seen_truth *t = &usual->truths[i];
        if (strcmp(t->kind, "absence") == 0)
            away_s += (double)((t->to_s < end_s ? t->to_s : end_s) - t->from_s);
    }
    for (int i = 0; i < USUAL_HOMES; i++)
        for (int u = 0; u < UTILITY_COUNT; u++)
            if (usual->months[i][u] >= 2) {
                behind++;
                break;
            }
    double share = away_s / DAY_S / USUAL_DAYS / USUAL_HOMES;
    ck_assert_double_gt(share, 0.03);
    ck_assert_double_lt(share, 0.25);
    ck_assert_int_gt(behind, 0);
    ck_assert_int_lt(behind, USUAL_HOMES * 15 / 100);
}
END_TEST

START_TEST(collapses_come_after_the_quiet_days_to_those_who_live_alone)
{
    int collapses = 0;
    int64_t quiet_s = ((int64_t)civil_day(2026, 1, 5) + USUAL_DAYS / 2) * DAY_S - 9 * 3600;
    for (size_t i = 0; i < usual->truth_count; i++) {
        const struct seen_truth *t = &usual->truths[i];
        if (strcmp(t->kind, "collapse") != 0)
            continue;
        collapses++;
        ck_assert_int_ge(t->from_s, quiet_s);
        ck_assert(t->to_s == INT64_MAX);
        ck_assert(usual->residents[t->home] == 1 || usual->tenants_changed[t->home]);
        ck_assert(!town_was(usual, t->home, "absence moved_out", t->from_s, t->from_s + 60));
    }
    /* 1 % of 120 homes in each of 3 weeks: 3.6. */
    ck_assert_int_gt(collapses, 0);
    ck_assert_int_lt(collapses, 14);
}
END_TEST

struct after {
    struct seen *seen;
    int looked_at, collapsed_homes;
};

static const struct seen_truth *collapse_of(const struct seen *seen, int home)
{
    for (size_t i = 0; i < seen->truth_count; i++)
        if (seen->truths[i].home == home && strcmp(seen->truths[i].kind, "collapse") == 0)
            return &seen->truths[i];
    return NULL;
}

static void no_water_after(void *context, const struct draw *draw)
{
    struct after *after = context;
    const struct seen_reading *r = draw->reading;
    const struct seen_truth *t = collapse_of(after->seen, r->home);
    /* Visits are booked at the beginning of their quarter of an hour. */
    if (r->utility != UTILITY_WATER || !t || draw->from_s < t->from_s + 900)
        return;
    after->looked_at++;
    if (town_was(after->seen, r->home, "leak burst tap_running", draw->from_s, draw->to_s))
        return;
    /* A coarse meter may still show what was drawn before: less than one step. */
    MUST(draw->milli <= 10000 && (draw->milli == 0 || r->milli % 10000 == 0),
         "home %d drew %lld mL after its collapse", r->home, (long long)draw->milli);
}

START_TEST(after_a_collapse_nobody_draws_water)
{
    struct after after = {.seen = harsh};
    town_each_draw(harsh, no_water_after, &after);
    ck_assert_int_gt(after.looked_at, 500);
    after = (struct after){.seen = usual};
    town_each_draw(usual, no_water_after, &after);
    ck_assert_int_gt(after.looked_at, 100);
}
END_TEST

struct levels {
    const struct seen *seen;
    double wh[HOMES_MAX][2], hours[HOMES_MAX][2]; /* day use before, any use after */
};

static void electricity_levels(void *context, const struct draw *draw)
{
    struct levels *levels = context;
    const struct seen_reading *r = draw->reading;
    const struct seen_truth *t = collapse_of(levels->seen, r->home);
    if (r->utility != UTILITY_ELECTRICITY || !t || !r->minutes || draw->to_s > t->to_s ||
        town_was(levels->seen, r->home, "absence outage moved_out", draw->from_s, draw->to_s))
        return;
    int64_t hour = (draw->from_s + 9 * 3600) % DAY_S / 3600;
    int after = draw->from_s >= t->from_s;
    if (hour < 17 || hour >= 22)
        return;
    levels->wh[r->home][after] += (double)draw->milli / 1000;
    levels->hours[r->home][after] += r->minutes / 60.0;
}

START_TEST(after_a_collapse_evenings_are_like_nights)
{
    struct levels *levels = memory_get(sizeof *levels);
    levels->seen = harsh;
    town_each_draw(harsh, electricity_levels, levels);
    int homes = 0, quieter = 0;
    for (int i = 0; i < HARSH_HOMES; i++) {
        if (levels->hours[i][0] < 20 || levels->hours[i][1] < 10)
            continue;
        homes++;
        quieter +=
            levels->wh[i][1] / levels->hours[i][1] < 0.85 * levels->wh[i][0] / levels->hours[i][0];
    }
    free(levels);
    ck_assert_int_gt(homes, 5);
    /* Electric heating and a lamp left on hide some. */
    ck_assert_int_ge(quieter * 10, homes * 7);
}
END_TEST

static void empty_homes_draw_nothing(void *context, const struct draw *draw)
{
    struct after *after = context;
    const struct seen_reading *r = draw->reading;
    if (r->utility != UTILITY_WATER)
        return;
    for (size_t i = 0; i < after->seen->truth_count; i++) {
        const struct seen_truth *t = &after->seen->truths[i];
        bool gone = strcmp(t->kind, "moved_out") == 0 || strcmp(t->kind, "absence") == 0;
        /* A washing machine may still run for an hour. */
        if (!gone || t->home != r->home || draw->from_s < t->from_s + 5400 ||
            draw->to_s > t->to_s ||
            town_was(after->seen, r->home, "leak burst tap_running", draw->from_s, draw->to_s))
            continue;
        after->looked_at++;
        MUST(draw->milli <= 10000, "home %d drew %lld mL while nobody was there", r->home,
             (long long)draw->milli);
    }
}

START_TEST(homes_whose_people_are_away_draw_no_water)
{
    struct after after = {.seen = harsh};
    town_each_draw(harsh, empty_homes_draw_nothing, &after);
    ck_assert_int_gt(after.looked_at, 1000);
}
END_TEST

START_TEST(a_dark_feeder_has_no_electricity)
{
    int silent = 0, zeros = 0;
    for (size_t k = 0; k < harsh->truth_count; k++) {
        const struct seen_truth *t = &harsh->truths[k];
        if (strcmp(t->kind, "outage") != 0)
            continue;
        int said = 0;
        for (size_t i = harsh->home_begins[t->home]; i < harsh->home_begins[t->home + 1]; i++) {
            const struct seen_reading *r = &harsh->readings[i];
            if (r->utility != UTILITY_ELECTRICITY || !r->minutes ||
                r->quality == QUALITY_ESTIMATED || r->version || r->at_s < t->from_s ||
                r->at_s + r->minutes * 60 > t->to_s)
                continue;
            said++;
            /* A reading that is wrong at first is none of ours; feed-in stops as well. */
            zeros += r->milli < 100000;
            MUST(r->milli < 100000, "home %d drew %lld mWh in the dark", r->home,
                 (long long)r->milli);
            NEED(r->arrived_s >= t->to_s);
        }
        silent += said == 0;
    }
    ck_assert_int_gt(silent, 0);
    ck_assert_int_gt(zeros, 0);
}
END_TEST

START_TEST(the_limiter_caps_electricity_and_a_cut_ends_it)
{
    int checked = 0;
    for (size_t k = 0; k < harsh->limit_count; k++) {
        const struct seen_limit *limit = &harsh->limits[k];
        int home = limit->home;
        for (size_t i = harsh->home_begins[home]; i < harsh->home_begins[home + 1]; i++) {
            const struct seen_reading *r = &harsh->readings[i], *next = r + 1;
            if (r->utility != UTILITY_ELECTRICITY || !r->minutes ||
                r->quality == QUALITY_ESTIMATED || !r->has_value || r->at_s < limit->from_s ||
                r->at_s + r->minutes * 60 > limit->to_s - DAY_S)
                continue;
            if (i + 1 < harsh->home_begins[home + 1] && next->at_s == r->at_s &&
                next->utility == r->utility)
                continue; /* sent again, or wrong at first */
            checked++;
            double wh = (double)r->milli / 1000, most = limit->watts * r->minutes / 60;
            MUST(wh <= most + 1.01, "home %d: %.1f Wh, limited to %.1f", r->home, wh, most);
        }
    }
    ck_assert_int_gt(checked, 1000);
}
END_TEST

START_TEST(registers_only_go_back_when_they_roll_over)
{
    struct totals *totals = memory_get(sizeof *totals);
    town_each_draw(harsh, add_up, totals);
    ck_assert_int_gt(totals->rollovers, 0);
    free(totals);
}
END_TEST

START_TEST(a_day_of_23_hours_has_23_readings)
{
    /* New York puts its clocks forward on 8 March 2026. */
    struct seen *seen = town_run(&(struct run){
        .homes = 20,
        .days = 4,
        .seed = 2,
        .timezone = "America/New_York",
        .start_day = civil_day(2026, 3, 7),
        .scenario = "{\"meters\":{\"disturbances_per_month\":0,\"exchanges_per_year\":0,"
                    "\"duplicate_share\":0,\"correction_share\":0,\"gas_interval\":1,"
                    "\"gas_daily\":0},\"outages\":{\"outages_per_feeder_month\":0}}",
        .parse = true});
    int64_t start_s = civil_day(2026, 3, 8) * (int64_t)DAY_S + 5 * 3600;
    int hours[HOMES_MAX] = {0}, homes = 0;
    for (size_t i = 0; i < seen->reading_count; i++) {
        const struct seen_reading *r = &seen->readings[i];
        if (r->utility == UTILITY_GAS && r->minutes == 60 && r->at_s >= start_s &&
            r->at_s < start_s + 23 * 3600)
            hours[r->home]++;
    }
    for (int i = 0; i < 20; i++)
        if (hours[i]) {
            homes++;
            ck_assert_int_eq(hours[i], 23);
        }
    ck_assert_int_gt(homes, 5);
    seen_free(seen);
}
END_TEST

static enum err full(void *context, const struct town_message *message, struct fault *fault)
{
    int *left = context;
    (void)message;
    return --*left > 0 ? ERR_OK : fault_set(fault, ERR_IO, "no space left");
}

START_TEST(a_sink_that_fails_ends_the_hour_with_its_fault)
{
    int left = 100;
    struct scenario *scenario = memory_get(sizeof *scenario);
    struct fault fault = {{0}};
    scenario_init(scenario);
    const struct town_sink sink = {.message = full, .context = &left};
    struct town *town = town_new(&(struct town_options){.households = 50,
                                                        .days = 2,
                                                        .start_day = civil_day(2026, 1, 5),
                                                        .zone = zone_utc(),
                                                        .scenario = scenario},
                                 &sink);
    enum err err;
    while (!(err = town_hour(town, &fault)))
        ;
    ck_assert_int_eq(err, ERR_IO);
    ck_assert_str_eq(fault.text, "no space left");
    town_free(town);
    free(scenario);
}
END_TEST

struct people {
    int homes, residents, contacts, korean, english;
    struct directory_entry entry;
};

static enum err meet(void *context, struct text line, struct fault *fault)
{
    struct people *people = context;
    char household[24];
    (void)snprintf(household, sizeof household, "H-%d", 10000 + people->homes++);
    enum err err = directory_read(line, text_of(household), &people->entry, fault);
    ck_assert(!people->entry.incomplete && strstr(people->entry.address, "(invented)"));
    people->residents += (int)people->entry.resident_count;
    people->contacts += (int)people->entry.contact_count;
    people->korean += strcmp(people->entry.language, "ko") == 0;
    people->english += strcmp(people->entry.language, "en") == 0;
    return err;
}

START_TEST(a_towns_directory_can_be_read_and_is_invented)
{
    struct scenario *scenario = memory_get(sizeof *scenario);
    struct people people = {0};
    const struct zone *zone;
    struct fault fault;
    const struct town_sink sink = {.message = NULL};
    ck_assert(!zone_find(TEXT("Asia/Seoul"), &zone));
    scenario_init(scenario);
    struct town *town = town_new(
        &(struct town_options){
            .households = 50, .days = 1, .seed = 7, .zone = zone, .scenario = scenario},
        &sink);
    ck_assert_int_eq(town_directory(town, meet, &people, &fault), ERR_OK);
    ck_assert_int_eq(people.homes, 50);
    ck_assert_int_gt(people.residents, 50);
    ck_assert_int_gt(people.contacts, 5);
    ck_assert_int_eq(people.korean + people.english, 50);
    ck_assert_int_gt(people.korean, people.english);
    ck_assert_int_gt(people.english, 0);
    town_free(town);
    free(scenario);
}
END_TEST

int main(void)
{
    TCase *cases = tcase_create("town");
    tcase_set_timeout(cases, 600); /* none of our business; sanitizers are slow */
    tcase_add_unchecked_fixture(cases, setup, teardown);
    tcase_add_test(cases, the_same_seed_gives_the_same_bytes_and_another_seed_others);
    tcase_add_test(cases, a_home_lives_the_same_life_whatever_the_number_of_homes);
    tcase_add_test(cases, every_kind_of_message_comes);
    tcase_add_test(cases, every_kind_of_meter_comes);
    tcase_add_test(cases, homes_use_what_homes_use);
    tcase_add_test(cases, nights_are_quieter_than_mornings_and_evenings);
    tcase_add_test(cases, people_are_away_and_behind_with_bills_as_often_as_the_scenario_says);
    tcase_add_test(cases, collapses_come_after_the_quiet_days_to_those_who_live_alone);
    tcase_add_test(cases, after_a_collapse_nobody_draws_water);
    tcase_add_test(cases, after_a_collapse_evenings_are_like_nights);
    tcase_add_test(cases, homes_whose_people_are_away_draw_no_water);
    tcase_add_test(cases, a_dark_feeder_has_no_electricity);
    tcase_add_test(cases, the_limiter_caps_electricity_and_a_cut_ends_it);
    tcase_add_test(cases, registers_only_go_back_when_they_roll_over);
    tcase_add_test(cases, a_day_of_23_hours_has_23_readings);
    tcase_add_test(cases, a_sink_that_fails_ends_the_hour_with_its_fault);
    tcase_add_test(cases, a_towns_directory_can_be_read_and_is_invented);
    Suite *suite = suite_create("town");
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
