/* SPDX-License-Identifier: Apache-2.0
 *
 * What anbuctl prints, against tests/golden/cli. GOLDEN_WRITE=1 writes the files anew: read the
 * difference before you keep it.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ctl/absence_view.h"
#include "ctl/alerts_view.h"
#include "ctl/areas_view.h"
#include "ctl/audit_view.h"
#include "ctl/budget_view.h"
#include "ctl/config_diff_view.h"
#include "ctl/dead_letters_view.h"
#include "ctl/directory_view.h"
#include "ctl/explain_view.h"
#include "ctl/handover_view.h"
#include "ctl/hours_view.h"
#include "ctl/household_view.h"
#include "ctl/households_view.h"
#include "ctl/incidents_view.h"
#include "ctl/rosters_view.h"
#include "ctl/sinks_view.h"
#include "ctl/stats_view.h"

#define FOLDER "tests/golden/cli/"
#define NOW_MS 1768524000000 /* 2026-01-16T09:40:00+09:00 */

typedef void view_fn(const struct screen *screen, const json_t *body, int64_t now_ms,
                     struct buffer *out);

static const struct screen unicode = {.utf8 = true, .foreign = true};
static const struct screen ascii = {0};
static const struct screen terminal = {.colour = true, .utf8 = true, .foreign = true, .width = 140};
static const struct screen narrow = {.utf8 = true, .foreign = true, .width = 80};

static const struct golden {
    const char *name, *input;
    view_fn *view;
    const struct screen *screen;
} goldens[] = {
    {"alerts-list.txt", "alerts.json", alerts_view_list, &unicode},
    {"alerts-list-terminal.txt", "alerts.json", alerts_view_list, &terminal},
    {"alerts-list-narrow.txt", "alerts.json", alerts_view_list, &narrow},
    {"alerts-show.txt", "alert.json", alerts_view_show, &unicode},
    {"alerts-show-ascii.txt", "alert.json", alerts_view_show, &ascii},
    {"alerts-show-ladder.txt", "alert-ladder.json", alerts_view_show, &unicode},
    {"alerts-list-ladder.txt", "alerts-ladder.json", alerts_view_list, &unicode},
    {"handover.txt", "handover.json", handover_view, &unicode},
    {"handover-terminal.txt", "handover.json", handover_view, &terminal},
    {"rosters.txt", "rosters.json", rosters_view, &unicode},
    {"incidents-list.txt", "incidents.json", incidents_view_list, &unicode},
    {"incidents-list-narrow.txt", "incidents.json", incidents_view_list, &narrow},
    {"households-list.txt", "households.json", households_view_list, &unicode},
    {"households-list-narrow.txt", "households.json", households_view_list, &narrow},
    {"budget.txt", "budget.json", budget_view, &unicode},
    {"budget-terminal.txt", "budget.json", budget_view, &terminal},
    {"budget-new.txt", "budget-new.json", budget_view, &unicode},
    {"budget-off.txt", "budget-off.json", budget_view, &unicode},
    {"absence.txt", "absence.json", absence_view, &unicode},
    {"areas.txt", "areas.json", areas_view, &unicode},
    {"meters-dark.txt", "meters-dark.json", areas_view_meters, &unicode},
    {"dead-letters.txt", "dead-letters.json", dead_letters_view, &unicode},
    {"dead-letters-count.txt", "dead-letters.json", dead_letters_view_count, &unicode},
    {"dead-letters-none.txt", "dead-letters-none.json", dead_letters_view, &unicode},
    {"dead-letters-reading.txt", "dead-letters-reading.json", dead_letters_view_count, &unicode},
    {"audit-list.txt", "audit.json", audit_view, &unicode},
    {"directory.txt", "directory.json", directory_view, &unicode},
    {"hours.txt", "hours.json", hours_view, &unicode},
    {"config-diff.txt", "config-diff.json", config_diff_view, &unicode},
    {"stats.txt", "stats.json", stats_view, &unicode},
    {"sinks-list.txt", "sinks.json", sinks_view_list, &unicode},
    {"household-show.txt", "household.json", household_view, &unicode},
    {"household-show-ascii.txt", "household.json", household_view, &ascii},
    {"household-show-terminal.txt", "household.json", household_view, &terminal},
    {"household-show-bare.txt", "household-bare.json", household_view, &unicode},
    {"household-show-new.txt", "household-new.json", household_view, &unicode},
    {"explain-alert.txt", "explain-alert.json", explain_view, &unicode},
    {"explain-alert-ascii.txt", "explain-alert.json", explain_view, &ascii},
    {"explain-household.txt", "explain-household.json", explain_view, &unicode},
    {"explain-past.txt", "explain-past.json", explain_view, &unicode},
    {"explain-days.txt", "explain-days.json", explain_view, &unicode},
    {"explain-otherwise.txt", "explain-otherwise.json", explain_view, &unicode},
};

static json_t *load(const char *name)
{
    char path[128];
    json_error_t error;
    (void)snprintf(path, sizeof path, FOLDER "%s", name);
    json_t *body = json_load_file(path, 0, &error);
    ck_assert_msg(body != NULL, "%s:%d: %s", path, error.line, error.text);
    return body;
}

static void keep(const char *path, const struct buffer *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(text->at, 1, text->bytes, file), text->bytes);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(what_is_printed_is_what_was_agreed)
{
    const struct golden *golden = &goldens[_i];
    struct buffer out = {0}, expected = {0};
    struct fault fault = {0};
    char path[128];
    json_t *body = load(golden->input);
    golden->view(golden->screen, body, NOW_MS, &out);
    (void)snprintf(path, sizeof path, FOLDER "%s", golden->name);
    if (getenv("GOLDEN_WRITE"))
        keep(path, &out);
    enum err err = file_read(path, 1 << 20, &expected, &fault);
    ck_assert_msg(!err, "%s", fault.text);
    ck_assert_msg(text_equal(buffer_view(&out), buffer_view(&expected)), "%s differs:\n%s", path,
                  out.at);
    json_decref(body);
    buffer_done(&out);
    buffer_done(&expected);
}
END_TEST

/* Whatever a daemon of another version sends, nothing crashes and no control character passes. */
START_TEST(any_part_may_be_missing_or_of_another_type)
{
    static const char *const inputs[] = {"alerts.json",     "alert.json",  "household.json",
                                         "households.json", "budget.json", "sinks.json"};
    static view_fn *const views[] = {alerts_view_list,     alerts_view_show, household_view,
                                     households_view_list, budget_view,      sinks_view_list};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        json_t *body = load(inputs[i]), *value;
        const char *name;
        json_object_foreach(body, name, value)
        {
            static const char *const others[] = {
                "null", "[[]]", "{\"a\":1}", "\"\\u001b[31m\"", "[{\"start\":7,\"use\":\"x\"}]",
                "-1"};
            for (size_t k = 0; k < sizeof others / sizeof others[0]; k++) {
                json_t *bent = json_copy(body);
                struct buffer out = {0};
                ck_assert_int_eq(
                    json_object_set_new(bent, name, json_loads(others[k], JSON_DECODE_ANY, NULL)),
                    0);
                views[i](&unicode, bent, NOW_MS, &out);
                ck_assert_msg(out.at && !strchr(out.at, '\x1b'), "%s = %s", name, others[k]);
                buffer_done(&out);
                json_decref(bent);
            }
        }
        json_decref(body);
    }
}
END_TEST

START_TEST(a_test_of_a_sink_is_told_in_a_line)
{
    static const struct {
        const char *test, *line;
    } cases[] = {
        {"{\"id\":\"test.desk.7\",\"taken\":true,\"answer\":204,\"detail\":null}",
         "desk: taken, answer 204 (test.desk.7)\n"},
        {"{\"id\":\"test.desk.7\",\"taken\":true,\"answer\":null,\"detail\":null}",
         "desk: taken (test.desk.7)\n"},
        {"{\"id\":\"test.desk.7\",\"taken\":true,\"answer\":550,\"detail\":\"RCPT with 550\"}",
         "desk: taken: RCPT with 550 (test.desk.7)\n"},
        {"{\"id\":\"test.desk.7\",\"taken\":false,\"answer\":410,\"detail\":\"answered 410\"}",
         "desk: not taken: answered 410 (test.desk.7)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buffer out = {0};
        json_t *test = json_loads(cases[i].test, 0, NULL);
        sinks_view_test("desk", test, &out);
        ck_assert_str_eq(out.at, cases[i].line);
        json_decref(test);
        buffer_done(&out);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ctl_view");
    TCase *tcase = tcase_create("ctl_view");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, what_is_printed_is_what_was_agreed, 0,
                        (int)(sizeof goldens / sizeof goldens[0]));
    tcase_add_test(tcase, any_part_may_be_missing_or_of_another_type);
    tcase_add_test(tcase, a_test_of_a_sink_is_told_in_a_line);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
