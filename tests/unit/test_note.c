/* SPDX-License-Identifier: Apache-2.0
 *
 * What Anbu notes in a history: each code has its English, its words on the page in each language
 * and its row in docs/alerts.md, all with the values that it has, and comes back as it was written.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alerts.h"
#include "base/file.h"

#define FILE_BYTES 200000

/* Whether the text has {name}. */
static bool has(const char *text, const char *name)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "{%s}", name);
    return strstr(text, wanted) != NULL;
}

static bool takes(const struct note_row *row, enum note_value value)
{
    for (const enum note_value *one = row->values; *one; one++)
        if (*one == value)
            return true;
    return false;
}

/* Its values and no others; {:words} is no value. */
static void check_values(const struct note_row *row, const char *text, const char *where)
{
    size_t braces = 0, values = 0;
    for (const char *at = text; (at = strchr(at, '{')); at++)
        braces += at[1] != ':';
    for (enum note_value value = NOTED_NOTHING + 1; value < NOTED_COUNT; value++) {
        ck_assert_msg(has(text, note_value_names[value]) == takes(row, value),
                      "%s, %s: {%s} is in one of table and words", where, row->code,
                      note_value_names[value]);
        values += takes(row, value);
    }
    ck_assert_msg(braces == values, "%s, %s: a {name} that is no value", where, row->code);
}

START_TEST(each_language_says_each_code_with_its_values)
{
    static const char *const paths[] = {"daemon/console/page/en.json",
                                        "daemon/console/page/ko.json"};
    for (size_t p = 0; p < 2; p++) {
        json_t *page = json_load_file(paths[p], 0, NULL);
        ck_assert_ptr_nonnull(page);
        for (size_t i = 0; i < NOTE_COUNT; i++) {
            char key[64];
            (void)snprintf(key, sizeof key, "note.%s", note_rows[i].code);
            const char *text = json_string_value(json_object_get(page, key));
            ck_assert_msg(text != NULL, "%s has no %s", paths[p], key);
            check_values(&note_rows[i], text, paths[p]);
        }
        json_decref(page);
    }
    for (size_t i = 0; i < NOTE_COUNT; i++)
        if (note_rows[i].english)
            check_values(&note_rows[i], note_rows[i].english, "the table");
}
END_TEST

START_TEST(the_page_on_alerts_has_the_table)
{
    struct buffer page = {0}, rows = {0};
    struct fault fault = {""};
    ck_assert_msg(!file_read("docs/alerts.md", FILE_BYTES, &page, &fault), "%s", fault.text);
    buffer_text(&rows, "| Code | Values | `note` |\n|---|---|---|\n");
    for (size_t i = 0; i < NOTE_COUNT; i++) {
        const struct note_row *row = &note_rows[i];
        buffer_format(&rows, "| `%s` | ", row->code);
        for (const enum note_value *value = row->values; *value; value++)
            buffer_format(&rows, "%s`%s`", value == row->values ? "" : ", ",
                          note_value_names[*value]);
        buffer_format(&rows, " | %s |\n", row->english ? row->english : "the reason's `summary`");
    }
    ck_assert_msg(strstr(page.at, rows.at) != NULL, "docs/alerts.md lacks:\n%s", rows.at);
    buffer_done(&page);
    buffer_done(&rows);
}
END_TEST

static struct noted filled(enum note note)
{
    struct noted noted = {.note = note};
    for (const enum note_value *value = note_rows[note].values; *value; value++)
        if (note_kind_is_text(note_value_kinds[*value]))
            note_put(&noted, *value, "contact_person");
        else
            note_put_number(&noted, *value, MORNING_MS);
    return noted;
}

static void check_back(const struct alert *alert)
{
    struct alert again;
    struct buffer first = {0}, second = {0};
    struct fault fault = {""};
    alert_write(alert, &first);
    ck_assert_msg(!alert_read(buffer_view(&first), &again, &fault), "%s", fault.text);
    alert_write(&again, &second);
    ck_assert_str_eq(first.at, second.at);
    alert_done(&again);
    buffer_done(&first);
    buffer_done(&second);
}

START_TEST(each_code_is_said_in_english_and_reads_back)
{
    enum note note = (enum note)_i;
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S);
    struct alert_step *step = &alert.steps[0];
    *step->noted = filled(note);
    if (note_rows[note].english) {
        struct buffer said = {0};
        note_say(step->noted, "at \"her\" son's", &alert, &said);
        ck_assert_ptr_null(strpbrk(said.at, "{}"));
        ck_assert(strstr(note_rows[note].english, "{:words}")
                      ? strstr(said.at, ": at \"her\" son's") != NULL
                      : strchr(said.at, '"') == NULL);
        buffer_done(&said);
    }
    check_back(&alert);
    step->words = memory_text(text_of("at \"her\" son's"));
    check_back(&alert);
    alert_done(&alert);
}
END_TEST

START_TEST(values_are_said_as_people_say_them)
{
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S);
    struct noted noted = filled(NOTE_TO_POLICE_HELP);
    struct buffer said = {0};
    note_put_number(&noted, NOTED_LIFE, 0);
    note_say(&noted, NULL, &alert, &said);
    ck_assert_str_eq(
        said.at, "to the police: the contact person asks for help; last sign of life: none known");
    buffer_clear(&said);
    noted = filled(NOTE_REFERRED_ALSO);
    note_put(&noted, NOTED_TEAM, "police");
    note_put(&noted, NOTED_ALERT, ID_MORNING);
    note_say(&noted, "look in", &alert, &said);
    ck_assert_str_eq(said.at, "to the police: look in (they have p7s13gzx of this home already)");
    buffer_clear(&said);
    noted = filled(NOTE_CLOSED_UNTIL);
    note_put(&noted, NOTED_OUTCOME, "absence");
    note_say(&noted, " \n", &alert, &said);
    ck_assert_str_eq(said.at, "absence until 2026-01-16 07:00");
    buffer_done(&said);
    alert_done(&alert);
}
END_TEST

/* The numbers of its sentence, of those behind its score. */
START_TEST(a_finding_is_noted_with_what_its_sentence_says)
{
    static const struct detector talks = {
        .name = "arrears", .team = TEAM_WELFARE, .said = {"allowed", "nothing"}};
    struct alert alert = alerts_raised(&talks, MORNING_S);
    const struct noted *noted = alert.steps[0].noted;
    ck_assert_str_eq(alert.steps[0].note, alert.reasons[0].summary);
    ck_assert_int_eq(noted->note, NOTE_FOUND);
    ck_assert_uint_eq(noted->term_count, 1);
    ck_assert_str_eq(noted->terms[0].name, "allowed");
    ck_assert_double_eq(noted->terms[0].value, 6);
    check_back(&alert);
    alert_done(&alert);
}
END_TEST

/* The snapshot with its first step's members as given. */
static enum err read_with(const char *members, struct alert *out, struct fault *fault)
{
    struct alert alert = alerts_raised(&alerts_silence, MORNING_S);
    struct buffer bytes = {0};
    alert_write(&alert, &bytes);
    json_t *root = json_loads(bytes.at, 0, NULL), *given = json_loads(members, 0, NULL);
    json_t *step = json_array_get(json_object_get(root, "steps"), 0);
    ck_assert_ptr_nonnull(given);
    (void)json_object_del(step, "code");
    (void)json_object_del(step, "values");
    (void)json_object_update(step, given);
    char *text = json_dumps(root, 0);
    enum err err = alert_read(text_of(text), out, fault);
    free(text);
    json_decref(given);
    json_decref(root);
    buffer_done(&bytes);
    alert_done(&alert);
    return err;
}

/* Of an older version, and of a later one. */
START_TEST(a_step_without_a_code_that_is_known_has_its_note)
{
    static const char *const steps[] = {"{}", "{\"code\":\"raining\",\"values\":{},\"words\":7}"};
    for (size_t i = 0; i < 2; i++) {
        struct alert alert;
        struct fault fault = {""};
        ck_assert_msg(!read_with(steps[i], &alert, &fault), "%s", fault.text);
        ck_assert_ptr_null(alert.steps[0].noted);
        ck_assert_str_eq(alert.steps[0].note, alert.reasons[0].summary);
        check_back(&alert);
        alert_done(&alert);
    }
}
END_TEST

START_TEST(a_wrong_value_is_refused_by_name)
{
    static const struct {
        const char *step, *why;
    } cases[] = {
        {"{\"code\":\"held\"}", "incident is missing"},
        {"{\"code\":\"held\",\"values\":{\"incident\":7}}", "incident is no string"},
        {"{\"code\":\"not_taken\",\"values\":{\"n\":1,\"max\":-1}}", "max is out of range"},
        {"{\"code\":\"to_police\",\"values\":{\"life\":\"soon\"}}",
         "life is no time with an offset"},
        {"{\"code\":\"opted_out\",\"words\":7}", "words is no string"},
        {"{\"code\":\"opted_out\",\"values\":{\"terms\":{\"a\":1,\"b\":1,\"c\":1,\"d\":1}}}",
         "values.terms is too large"},
        {"{\"code\":\"opted_out\",\"values\":{\"terms\":{\"a\":\"b\"}}}",
         "values.terms has a name that is too long, or no number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct alert alert;
        struct fault fault = {""};
        char want[128];
        (void)snprintf(want, sizeof want, "alert snapshot: steps[0].%s", cases[i].why);
        ck_assert_int_eq(read_with(cases[i].step, &alert, &fault), ERR_CORRUPT);
        ck_assert_str_eq(fault.text, want);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("note");
    TCase *cases = tcase_create("note");
    tcase_add_test(cases, each_language_says_each_code_with_its_values);
    tcase_add_test(cases, the_page_on_alerts_has_the_table);
    tcase_add_loop_test(cases, each_code_is_said_in_english_and_reads_back, 0, NOTE_COUNT);
    tcase_add_test(cases, values_are_said_as_people_say_them);
    tcase_add_test(cases, a_finding_is_noted_with_what_its_sentence_says);
    tcase_add_test(cases, a_step_without_a_code_that_is_known_has_its_note);
    tcase_add_test(cases, a_wrong_value_is_refused_by_name);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
