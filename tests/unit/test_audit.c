/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit.h"

#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/utf8.h"

static char folder[64], path[96];
static struct fault fault;

static void set_up(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/anbu-audit-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/audit.ndjson", folder);
}

static void tear_down(void)
{
    char name[128];
    (void)unlink(path);
    for (int i = 1; i < 4; i++) {
        (void)snprintf(name, sizeof name, "%s.torn-%d", path, i);
        (void)unlink(name);
    }
    (void)rmdir(folder);
}

static struct audit *open_log(void)
{
    struct audit *audit = NULL;
    enum err err = audit_open(path, &audit, &fault);
    ck_assert_msg(!err, "%s", fault.text);
    return audit;
}

static struct audit_entry entry(const char *action)
{
    return (struct audit_entry){.at_ms = 1768525384005,
                                .who = "kim",
                                .from = "unix:uid=1000,pid=7",
                                .action = action,
                                .subject = "abcdef",
                                .household = "H-10231",
                                .why = "",
                                .result = "ok"};
}

static void append(struct audit *audit, const char *action)
{
    struct audit_entry one = entry(action);
    enum err err = audit_append(audit, &one, &fault);
    ck_assert_msg(!err, "%s", fault.text);
}

static void three_lines(void)
{
    struct audit *audit = open_log();
    append(audit, "alerts.list");
    append(audit, "alerts.show");
    append(audit, "alerts.acknowledge");
    audit_close(audit);
}

static uint64_t verified(enum err expected)
{
    uint64_t lines = 0;
    enum err err = audit_verify(path, &lines, &fault);
    ck_assert_msg(err == expected, "%s: %s", err_text(err), err ? fault.text : "");
    return lines;
}

static void read_log(struct buffer *out)
{
    ck_assert_int_eq(file_read(path, 1 << 20, out, &fault), ERR_OK);
}

static void write_log(const char *at, size_t bytes)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(at, 1, bytes, file), bytes);
    ck_assert_int_eq(fclose(file), 0);
}

START_TEST(a_chain_goes_on_after_a_restart)
{
    three_lines();
    struct audit *audit = open_log();
    append(audit, "households.show");
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 4);
    struct buffer log = {0};
    read_log(&log);
    ck_assert_ptr_nonnull(strstr(log.at,
                                 "{\"seq\":4,\"at\":\"2026-01-16T01:03:04.005Z\","
                                 "\"who\":\"kim\",\"from\":\"unix:uid=1000,pid=7\","
                                 "\"action\":\"households.show\",\"subject\":\"abcdef\","
                                 "\"household\":\"H-10231\",\"why\":\"\",\"result\":\"ok\""));
    buffer_done(&log);
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_torn_last_line_is_kept_aside_and_the_chain_goes_on)
{
    three_lines();
    struct buffer log = {0}, torn = {0};
    read_log(&log);
    write_log(log.at, log.bytes - 20);
    ck_assert_uint_eq(verified(ERR_CORRUPT), 2);
    ck_assert_ptr_nonnull(strstr(fault.text, ":3: the last line is torn"));

    struct audit *audit = open_log();
    append(audit, "alerts.note");
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 3);

    char aside[128];
    (void)snprintf(aside, sizeof aside, "%s.torn-1", path);
    ck_assert_int_eq(file_read(aside, 1 << 20, &torn, &fault), ERR_OK);
    ck_assert_int_eq(strncmp(torn.at, "{\"seq\":3,", 9), 0);
    ck_assert_ptr_nonnull(strstr(torn.at, "alerts.acknowledge"));
    buffer_done(&torn);
    buffer_done(&log);
}
END_TEST

START_TEST(every_changed_byte_breaks_the_chain)
{
    three_lines();
    struct buffer log = {0};
    read_log(&log);
    for (size_t i = 0; i + 1 < log.bytes; i++) {
        char was = log.at[i];
        log.at[i] = was == 'x' ? 'y' : 'x';
        write_log(log.at, log.bytes);
        log.at[i] = was;
        uint64_t lines = verified(ERR_CORRUPT);
        ck_assert_uint_lt(lines, 3);
    }
    write_log(log.at, log.bytes);
    ck_assert_uint_eq(verified(ERR_OK), 3);
    buffer_done(&log);
}
END_TEST

START_TEST(a_removed_or_moved_line_breaks_the_chain)
{
    three_lines();
    struct buffer log = {0}, cut = {0};
    read_log(&log);
    const char *second = strchr(log.at, '\n') + 1;
    const char *third = strchr(second, '\n') + 1;
    struct audit *audit = NULL;

    write_log(second, log.bytes - (size_t)(second - log.at)); /* first gone */
    ck_assert_uint_eq(verified(ERR_CORRUPT), 0);
    buffer_add(&cut, log.at, (size_t)(second - log.at)); /* middle gone */
    buffer_text(&cut, third);
    write_log(cut.at, cut.bytes);
    ck_assert_uint_eq(verified(ERR_CORRUPT), 1);
    ck_assert_ptr_nonnull(strstr(fault.text, "audit.ndjson:2: "));
    ck_assert_int_eq(audit_open(path, &audit, &fault), ERR_CORRUPT);
    ck_assert_ptr_null(audit);
    buffer_done(&cut);
    buffer_done(&log);
}
END_TEST

START_TEST(a_second_writer_is_refused)
{
    struct audit *audit = open_log(), *second = NULL;
    ck_assert_int_eq(audit_open(path, &second, &fault), ERR_BUSY);
    ck_assert_ptr_nonnull(strstr(fault.text, path));
    audit_close(audit);
    audit_close(open_log());
}
END_TEST

START_TEST(hostile_text_stays_one_line_of_json)
{
    struct audit *audit = open_log();
    struct audit_entry one = entry("alerts.note");
    one.why = "a\"b\\c\nd\x01\x7f\xff\xc0\xaf\xed\xa0\x80 \xec\x95\x88";
    one.subject = NULL;
    ck_assert_int_eq(audit_append(audit, &one, &fault), ERR_OK);
    char *long_text = memory_get(AUDIT_FIELD_MAX + 100);
    memset(long_text, '"', AUDIT_FIELD_MAX + 99);
    one.why = long_text;
    ck_assert_int_eq(audit_append(audit, &one, &fault), ERR_OK);
    audit_close(audit);
    free(long_text);
    ck_assert_uint_eq(verified(ERR_OK), 2);
    struct buffer log = {0};
    read_log(&log);
    json_t *line = json_loads(log.at, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(line, "why")),
                     "a\"b\\c\nd\x01\x7f" UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT
                         UTF8_REPLACEMENT UTF8_REPLACEMENT UTF8_REPLACEMENT " \xec\x95\x88");
    ck_assert_str_eq(json_string_value(json_object_get(line, "subject")), "");
    json_decref(line);
    ck_assert_ptr_nonnull(strstr(log.at, " [cut]\""));
    buffer_done(&log);
}
END_TEST

START_TEST(a_line_that_cannot_be_written_leaves_the_log_as_it_was)
{
    three_lines();
    struct audit *audit = open_log();
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    /* A full disk: the file may grow by 100 bytes, less than a line. */
    struct rlimit old, tight;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    tight = old;
    tight.rlim_cur = (rlim_t)status.st_size + 100;
    ck_assert_ptr_ne(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
    struct audit_entry one = entry("alerts.list");
    enum err err = audit_append(audit, &one, &fault);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    ck_assert_int_eq(err, ERR_IO);
    ck_assert_ptr_nonnull(strstr(fault.text, "cannot be written"));
    append(audit, "alerts.resolve");
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 4);
}
END_TEST

static void *append_fifty(void *context)
{
    for (int i = 0; i < 50; i++)
        append(context, "alerts.list");
    return NULL;
}

START_TEST(threads_share_one_chain)
{
    struct audit *audit = open_log();
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, append_fifty, audit), 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 200);
}
END_TEST

START_TEST(a_log_that_is_no_plain_file_is_refused)
{
    struct audit *audit = NULL;
    char other[128];
    (void)snprintf(other, sizeof other, "%s.torn-1", path);
    ck_assert_int_eq(symlink("/dev/null", path), 0);
    ck_assert_int_eq(audit_open(path, &audit, &fault), ERR_IO);
    ck_assert_int_eq(audit_open("/nowhere/at/all", &audit, &fault), ERR_IO);
    ck_assert_int_eq(verified(ERR_OK), 0);
    ck_assert_int_eq(unlink(path), 0);
    verified(ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("audit");
    TCase *tcase = tcase_create("audit");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_chain_goes_on_after_a_restart);
    tcase_add_test(tcase, a_torn_last_line_is_kept_aside_and_the_chain_goes_on);
    tcase_add_test(tcase, every_changed_byte_breaks_the_chain);
    tcase_add_test(tcase, a_removed_or_moved_line_breaks_the_chain);
    tcase_add_test(tcase, a_second_writer_is_refused);
    tcase_add_test(tcase, hostile_text_stays_one_line_of_json);
    tcase_add_test(tcase, a_line_that_cannot_be_written_leaves_the_log_as_it_was);
    tcase_add_test(tcase, threads_share_one_chain);
    tcase_add_test(tcase, a_log_that_is_no_plain_file_is_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
