/* SPDX-License-Identifier: Apache-2.0
 *
 * The template language: fields, lines that are left out, errors with their place; the program's
 * own templates; a directory of others.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/internal.h"

static const char *values[TEMPLATE_FIELD_COUNT];

static void setup(void)
{
    for (int i = 0; i < TEMPLATE_FIELD_COUNT; i++)
        values[i] = "";
    values[FIELD_WHAT] = "New alert";
    values[FIELD_AREA] = "A-1";
}

static void expect_body(const char *source, const char *wanted)
{
    struct buffer out = {0};
    template_body(text_of(source), values, &out);
    ck_assert_str_eq(buffer_view(&out).at, wanted);
    buffer_done(&out);
}

START_TEST(fields_are_filled_and_braces_can_be_written)
{
    expect_body("Subject: x\n\n{what} in {area}, {{area} }\n", "New alert in A-1, {area} }\n");
    values[FIELD_AREA] = "{what}"; /* a value is no template */
    expect_body("Subject: x\n\n{area}", "{what}\n");
}
END_TEST

START_TEST(a_line_that_says_nothing_is_left_out)
{
    expect_body("Subject: x\n\n{what}\nTaken: {owner}\n{owner}{area}\n", "New alert\nA-1\n");
    expect_body("Subject: x\n\na\n\n{owner}\n\nb\r\n", "a\n\nb\n");
}
END_TEST

START_TEST(the_subject_stays_one_line)
{
    struct buffer out = {0};
    values[FIELD_AREA] = "A\r\nBcc: x@y";
    template_subject(TEXT("Subject: {what}: {area}\n\nbody\n"), values, &out);
    ck_assert_str_eq(out.at, "New alert: A  Bcc: x@y");
    buffer_done(&out);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place)
{
    static const struct {
        const char *source, *wanted;
    } cases[] = {
        {"", "t:1:1: is empty"},
        {"Hello\n\nx\n", "t:1:1: the first line is 'Subject: ...'"},
        {"Subject: x\ny\n", "t:2:1: a blank line stands behind the subject"},
        {"Subject: {sevrity}\n\n", "t:1:10: no such field; did you mean severity?"},
        {"Subject: x\n\nab {what} {\n", "t:3:11: '{' begins no {field} (write {{)"},
        {"Subject: x\n\n{}\n", "t:3:1: no such field"},
        {"Subject: x\n\n\xff\n", "t:1:1: is not UTF-8 text"},
        {"Subject: {sender}\n\n", "t:1:10: {sender} is for messages alone"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {""};
        ck_assert_int_eq(template_check("t", TEMPLATE_ALERT, text_of(cases[i].source), &fault),
                         ERR_INVALID);
        ck_assert_str_eq(fault.text, cases[i].wanted);
    }
}
END_TEST

START_TEST(a_message_says_who_writes_and_nothing_else)
{
    struct fault fault = {""};
    struct buffer out = {0};
    enum err err = template_check("t", TEMPLATE_RESIDENT, TEXT("Hello\n\n{reasons}"), &fault);
    ck_assert_int_eq(err, ERR_INVALID);
    ck_assert_str_eq(fault.text, "t:3:1: {reasons} is not for messages, which say who writes "
                                 "({sender}) alone");
    ck_assert_int_eq(template_check("t", TEMPLATE_CONTACT, TEXT("{sender}: hello\n"), &fault),
                     ERR_OK);
    values[FIELD_SENDER] = "City";
    template_message(TEXT("{sender}: are you well?\nAnswer 1 or 2.\n\n"), values, &out);
    ck_assert_str_eq(out.at, "City: are you well?\nAnswer 1 or 2.");
    buffer_done(&out);
}
END_TEST

START_TEST(the_programs_own_are_good_in_every_language)
{
    for (int kind = 0; kind < TEMPLATE_KIND_COUNT; kind++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            struct fault fault = {""};
            struct text source =
                template_default((enum template_kind)kind, (enum language)language);
            ck_assert_msg(!template_check("own", (enum template_kind)kind, source, &fault), "%s",
                          fault.text);
        }
}
END_TEST

static void write_template(const char *directory, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_ge(fputs(text, file), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static enum err read_with(const char *directory, struct config **out, struct config_errors *errors)
{
    char yaml[256];
    (void)snprintf(yaml, sizeof yaml, "delivery:\n  templates: %s\n", directory);
    struct config_input input = {.path = "t.yaml", .text = text_of(yaml)};
    *out = NULL;
    return config_read(detectors, detector_count, &input, out, errors);
}

START_TEST(a_directory_takes_the_place_of_what_it_has)
{
    char directory[] = "/tmp/anbu-template-XXXXXX", ko[64], file[96];
    struct config *config;
    struct config_errors errors = {0};
    struct buffer changed = {0};
    ck_assert_ptr_nonnull(mkdtemp(directory));
    (void)snprintf(ko, sizeof ko, "%s/ko", directory);
    ck_assert_int_eq(read_with(directory, &config, &errors), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(errors.text.at, "has no template"));
    config_errors_done(&errors);
    ck_assert_int_eq(mkdir(ko, 0700), 0);
    write_template(ko, "alert.txt", "Subject: {what}\n\n{reason}\n");
    ck_assert_int_eq(read_with(directory, &config, &errors), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(errors.text.at, "ko/alert.txt:3:1: no such field; did you mean"));
    config_errors_done(&errors);
    write_template(ko, "alert.txt", "Subject: {what}\n\n{reasons}\n");
    ck_assert_int_eq(read_with(directory, &config, &errors), ERR_OK);
    ck_assert(text_is(config_template(config, TEMPLATE_ALERT, LANGUAGE_KO),
                      "Subject: {what}\n\n{reasons}\n"));
    ck_assert(text_equal(config_template(config, TEMPLATE_ALERT, LANGUAGE_EN),
                         template_default(TEMPLATE_ALERT, LANGUAGE_EN)));
    write_template(ko, "alert.txt", "Subject: {what}\n\n{area}\n");
    struct config *next;
    ck_assert_int_eq(read_with(directory, &next, &errors), ERR_OK);
    ck_assert_uint_eq(config_restart_needed(config, next, &changed), 1);
    (void)snprintf(file, sizeof file, "%s/alert.txt", ko);
    ck_assert_int_eq(unlink(file), 0);
    ck_assert_int_eq(rmdir(ko) + rmdir(directory), 0);
    ck_assert_int_eq(read_with(directory, &(struct config *){NULL}, &errors), ERR_CONFIG);
    ck_assert_ptr_nonnull(strstr(errors.text.at, "there is no directory"));
    buffer_done(&changed);
    config_free(next);
    config_free(config);
    config_errors_done(&errors);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("template");
    TCase *cases = tcase_create("template");
    tcase_add_checked_fixture(cases, setup, NULL);
    tcase_add_test(cases, fields_are_filled_and_braces_can_be_written);
    tcase_add_test(cases, a_line_that_says_nothing_is_left_out);
    tcase_add_test(cases, the_subject_stays_one_line);
    tcase_add_test(cases, what_is_wrong_is_told_with_its_place);
    tcase_add_test(cases, a_message_says_who_writes_and_nothing_else);
    tcase_add_test(cases, the_programs_own_are_good_in_every_language);
    tcase_add_test(cases, a_directory_takes_the_place_of_what_it_has);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
