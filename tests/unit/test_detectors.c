/* SPDX-License-Identifier: Apache-2.0
 *
 * What the contract (detectors/detector.h) asks of every detector in the registry.
 */
#include <check.h>
#include <ctype.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "detector_case.h"

START_TEST(a_detector_names_itself_and_its_options)
{
    const struct detector *detector = detectors[_i];
    ck_assert_uint_gt(strlen(detector->summary), 10);
    ck_assert_int_lt(detector->team, TEAM_COUNT);
    ck_assert_uint_eq(detector->state_bytes % 8, 0);
    for (int other = 0; other < _i; other++)
        ck_assert_str_ne(detectors[other]->name, detector->name);
    for (size_t i = 0; i < detector->option_count; i++) {
        const struct option *row = &detector->options[i];
        size_t length = strlen(detector->name);
        ck_assert_msg(strncmp(row->name, detector->name, length) == 0 && row->name[length] == '.',
                      "%s is not named %s.*", row->name, detector->name);
        ck_assert_msg(isupper((unsigned char)row->help[0]), "%s: %s", row->name, row->help);
        ck_assert_uint_lt(row->offset, detector->options_bytes);
        if (row->min < row->max) {
            double initial = strtod(row->initial, NULL);
            ck_assert_msg(initial >= row->min && initial <= row->max, "%s", row->name);
        }
    }
}
END_TEST

static int64_t some_moment(uint64_t *seed)
{
    static const int64_t moments[] = {0, 1, 1768449600, 1768449600 - 86400, INT32_MAX, 4102444800};
    return moments[case_random(seed) % (sizeof moments / sizeof moments[0])];
}

/* A view as no home has it, but every field within its type. */
static void shake(struct detector_case *it, uint64_t *seed)
{
    struct household_view *view = &it->view;
    view->meter_count = (uint8_t)(case_random(seed) % (VIEW_METERS_MAX + 1));
    view->utc_offset_s = (int32_t)(case_random(seed) % 100000) - 50000;
    view->flags = (uint32_t)case_random(seed) & (uint32_t)case_random(seed);
    view->occupied = case_random(seed) % 8 != 0;
    view->in_season = case_random(seed) % 2;
    view->moved_in_s = some_moment(seed);
    view->absent_from_s = case_random(seed) % 4 ? 0 : some_moment(seed);
    view->absent_to_s = case_random(seed) % 4 ? 0 : some_moment(seed);
    view->last_life_s = some_moment(seed);
    view->acute_per_year = 6.0;
    for (unsigned m = 0; m < VIEW_METERS_MAX; m++) {
        struct meter_view *meter = &view->meters[m];
        meter->utility = (enum utility)(case_random(seed) % UTILITY_COUNT);
        meter->continuous = case_random(seed) % 8 == 0;
        meter->newest_day = (int32_t)(case_random(seed) % 40000);
        meter->newest_hour = meter->newest_day * 24 + 23;
        meter->last_life_s = some_moment(seed);
        for (unsigned d = 0; d < VIEW_DAYS; d++)
            it->days[m][d] = (uint16_t)(case_random(seed) % 30000);
    }
    for (unsigned u = 0; u < UTILITY_COUNT; u++) {
        view->supply[u] = (enum supply)(case_random(seed) % SUPPLY_COUNT);
        view->arrears[u] = (struct arrears_view){
            .months = (uint8_t)case_random(seed),
            .amount_minor = (int64_t)case_random(seed),
            .average_minor = (int64_t)case_random(seed),
            .oldest_due_s = some_moment(seed),
            .months_before = (uint8_t)case_random(seed),
            .arrangement = case_random(seed) % 4 == 0,
            .notice = case_random(seed) % 2,
            .changed_s = some_moment(seed),
        };
    }
}

static void check_verdict(const struct detector_case *it, uint64_t seed)
{
    const struct verdict *verdict = &it->verdict;
    if (!verdict->active || !verdict->since_s)
        return;
    ck_assert_msg(verdict->grade < SEVERITY_COUNT && verdict->utility < UTILITY_COUNT &&
                      verdict->utilities < 1u << UTILITY_COUNT &&
                      verdict->utilities >> verdict->utility & 1 && verdict->score >= 0.0,
                  "%s, seed %llu: utility %u of 0x%x, grade %u", it->detector->name,
                  (unsigned long long)seed, verdict->utility, verdict->utilities, verdict->grade);
    size_t room = 1 + seed % FINDING_SUMMARY_MAX;
    char *said = malloc(room);
    ck_assert_ptr_nonnull(said);
    it->detector->describe(it->options, it->state, &it->view, verdict, said, room);
    ck_assert_uint_lt(strlen(said), room);
    free(said);
}

START_TEST(its_page_has_the_numbers_behind_its_score)
{
    const struct detector *detector = detectors[_i];
    char pattern[96];
    struct buffer page = {0}, rows = {0};
    struct fault fault = {""};
    ck_assert_msg(detector->explain && detector->term_count, "%s says no numbers", detector->name);
    glob_t pages;
    (void)snprintf(pattern, sizeof pattern, "detectors/*/%s.md", detector->name);
    ck_assert_int_eq(glob(pattern, 0, NULL, &pages), 0);
    ck_assert_uint_eq(pages.gl_pathc, 1);
    const char *path = pages.gl_pathv[0];
    ck_assert_msg(file_read(path, 100000, &page, &fault) == ERR_OK, "%s", fault.text);
    buffer_text(&rows, "| Number | Unit | What it says |\n|---|---|---|\n");
    ck_assert_uint_le(detector->term_count, TERMS_MAX);
    for (size_t i = 0; i < detector->term_count; i++) {
        const struct term *term = &detector->terms[i];
        ck_assert_uint_lt(strlen(term->name), TERM_NAME_MAX);
        for (size_t other = 0; other < i; other++)
            ck_assert_str_ne(detector->terms[other].name, term->name);
        buffer_format(&rows, "| `%s` | %s | %s |\n", term->name, term->unit ? term->unit : "",
                      term->text);
    }
    for (size_t i = 0; i < DETECTOR_SAID_MAX && detector->said[i]; i++) {
        (void)snprintf(pattern, sizeof pattern, "| `%s` |", detector->said[i]);
        ck_assert_msg(strstr(rows.at, pattern) != NULL, "%s says no %s", path, detector->said[i]);
    }
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "%s lacks:\n%s", path, rows.at);
    globfree(&pages);
    buffer_done(&page);
    buffer_done(&rows);
}
END_TEST

/* Finite or nothing, and the same when asked again. */
static void check_numbers(const struct detector_case *it)
{
    double values[2][TERMS_MAX];
    if (!it->detector->explain)
        return;
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < TERMS_MAX; i++)
            values[turn][i] = NAN;
        it->detector->explain(it->options, it->state, &it->view, values[turn]);
    }
    ck_assert_mem_eq(values[0], values[1], sizeof values[0]);
    for (size_t i = 0; i < TERMS_MAX; i++)
        ck_assert_msg(!isinf(values[0][i]), "%s: %s is infinite", it->detector->name,
                      it->detector->terms[i].name);
    for (size_t i = it->detector->term_count; i < TERMS_MAX; i++)
        ck_assert(isnan(values[0][i]));
}

START_TEST(nonsense_breaks_no_detector)
{
    static struct detector_case it;
    uint64_t seed = 77 + (uint64_t)_i;
    printf("%s: seed %llu\n", detectors[_i]->name, (unsigned long long)seed);
    for (int home = 0; home < 200; home++) {
        case_start(&it, detectors[_i]);
        for (int step = 0; step < 20; step++) {
            if (step % 4 == 0)
                shake(&it, &seed);
            unsigned meters = it.view.meter_count;
            struct event event = {
                .kind = (enum event_kind)(case_random(&seed) % EVENT_KIND_COUNT),
                .at_s = some_moment(&seed),
                .meter = (uint8_t)(meters ? case_random(&seed) % meters : 0),
                .vouched = case_random(&seed) % 2,
                .local_hour = (uint8_t)(case_random(&seed) % 24),
                .weekday = (uint8_t)(case_random(&seed) % 7),
                .use = (uint8_t)case_random(&seed),
                .household = (enum household_event)(case_random(&seed) % HOUSEHOLD_EVENT_COUNT),
                .billing = (enum billing_event)(case_random(&seed) % BILLING_EVENT_COUNT),
            };
            if (!meters && (event.kind == EVENT_HOUR || event.kind == EVENT_DAY))
                continue;
            event.hour = it.view.meters[event.meter].newest_hour;
            event.day = it.view.meters[event.meter].newest_day;
            case_show(&it, &event);
            check_verdict(&it, seed);
            check_numbers(&it);
        }
    }
}
END_TEST

int main(void)
{
    TCase *contract = tcase_create("contract");
    tcase_add_loop_test(contract, a_detector_names_itself_and_its_options, 0, (int)detector_count);
    tcase_add_loop_test(contract, its_page_has_the_numbers_behind_its_score, 0,
                        (int)detector_count);
    tcase_add_loop_test(contract, nonsense_breaks_no_detector, 0, (int)detector_count);
    Suite *suite = suite_create("detectors");
    suite_add_tcase(suite, contract);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
