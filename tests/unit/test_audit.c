/* SPDX-License-Identifier: Apache-2.0 */
#include "console/audit.h"
#include "console/audit_find.h"

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
#include "base/zone.h"

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
                                .role = "officer",
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
    enum err err = audit_verify(path, NULL, 0, &lines, &fault);
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
                                 "\"role\":\"officer\","
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

static void append_at(struct audit *audit, const char *when)
{
    struct audit_entry one = entry("alerts.list");
    bool has_offset;
    ck_assert_int_eq(time_parse(text_of(when), &one.at_ms, &has_offset), ERR_OK);
    ck_assert_msg(!audit_append(audit, &one, &fault), "%s", fault.text);
}

static void month_path(const char *month, char out[160])
{
    (void)snprintf(out, 160, "%.*s-%s.ndjson", (int)(strlen(path) - strlen(".ndjson")), path,
                   month);
}

START_TEST(a_month_that_is_over_lies_beside_and_the_chain_goes_on)
{
    char january[160], again[160];
    struct audit *audit = open_log();
    append_at(audit, "2026-01-31T23:59:59.999Z");
    append_at(audit, "2026-02-01T00:00:00Z");
    append_at(audit, "2026-01-15T00:00:00Z"); /* a clock that goes back */
    append_at(audit, "2026-02-02T00:00:00Z");
    audit_close(audit);
    month_path("2026-01", january);
    month_path("2026-01.2", again);
    ck_assert_int_eq(access(january, F_OK), 0);
    ck_assert_int_eq(access(again, F_OK), 0);
    ck_assert_uint_eq(verified(ERR_OK), 4);
    ck_assert_int_eq(rename(path, again), 0); /* killed between two files */
    audit = open_log();
    append_at(audit, "2026-02-03T00:00:00Z");
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_CORRUPT), 1); /* lines 2 and 3 were in the file that is gone */
    ck_assert_int_eq(unlink(january), 0);
    verified(ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "no record of it says"));
    ck_assert_int_eq(unlink(again), 0);
}
END_TEST

#define MONTHS 48

static void *append_months(void *context)
{
    for (int i = 0; i < MONTHS; i++) {
        char when[32];
        (void)snprintf(when, sizeof when, "20%02d-%02d-01T00:00:00Z", 26 + i / 12, 1 + i % 12);
        append_at(context, when);
    }
    return NULL;
}

static bool line_is_whole(void *context, struct text line)
{
    size_t *whole = context;
    *whole += line.bytes > 0 && line.at[0] == '{' && line.at[line.bytes - 1] == '}';
    return true;
}

START_TEST(who_looks_lines_up_meets_whole_ones_whoever_writes_and_at_a_months_turn)
{
    struct audit *audit = open_log();
    struct audit_head head;
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, append_months, audit), 0);
    do {
        const struct audit_query query = {.limit = 5};
        size_t whole = 0;
        uint64_t next;
        audit_head(audit, &head);
        enum err err = audit_find(audit, &query, line_is_whole, &whole, &next, &fault);
        ck_assert_msg(!err, "%s", fault.text);
        ck_assert_uint_ge(whole, head.lines < 5 ? head.lines : 5);
    } while (head.lines < MONTHS);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), MONTHS);
    for (int i = 0; i < MONTHS - 1; i++) {
        char month[8], name[160];
        (void)snprintf(month, sizeof month, "20%02d-%02d", 26 + i / 12, 1 + i % 12);
        month_path(month, name);
        ck_assert_int_eq(unlink(name), 0);
    }
}
END_TEST

START_TEST(a_crash_between_two_months_loses_nothing)
{
    char january[160];
    three_lines();
    month_path("2026-01", january);
    ck_assert_int_eq(rename(path, january), 0);
    struct audit *audit = open_log();
    append_at(audit, "2026-02-01T00:00:00Z");
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 4);
    ck_assert_int_eq(unlink(january), 0);
}
END_TEST

START_TEST(months_that_are_too_old_go_and_the_chain_says_so)
{
    static const char *const left[] = {"2024-03", "2024-04", "2026-01"};
    char month[160];
    struct audit *audit = open_log();
    audit_keep(audit, INT64_C(730) * 86400000);
    append_at(audit, "2024-01-05T00:00:00Z");
    append_at(audit, "2024-02-05T00:00:00Z");
    append_at(audit, "2024-03-05T00:00:00Z");
    append_at(audit, "2024-04-05T00:00:00Z");
    append_at(audit, "2026-01-05T00:00:00Z"); /* nothing is two years old yet */
    month_path("2024-01", month);
    ck_assert_int_eq(access(month, F_OK), 0);
    append_at(audit, "2026-03-10T00:00:00Z"); /* January and February are: one a month goes */
    ck_assert_int_eq(access(month, F_OK), -1);
    month_path("2024-02", month);
    ck_assert_int_eq(access(month, F_OK), 0);
    append_at(audit, "2026-04-01T00:00:00Z");
    ck_assert_int_eq(access(month, F_OK), -1);
    audit_close(audit);
    ck_assert_uint_eq(verified(ERR_OK), 7); /* 5 of those above, and 2 that say what went */
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        month_path(left[i], month);
        ck_assert_msg(access(month, F_OK) == 0, "%s", month);
        if (i == 0) {
            ck_assert_int_eq(unlink(month), 0); /* by hand: nothing says why */
            verified(ERR_CORRUPT);
            ck_assert_ptr_nonnull(strstr(fault.text, "no record of it says"));
        } else {
            ck_assert_int_eq(unlink(month), 0);
        }
    }
    month_path("2026-03", month);
    ck_assert_int_eq(unlink(month), 0);
}
END_TEST

START_TEST(heads_that_were_kept_show_a_log_that_is_new_or_cut)
{
    struct audit_head heads[2];
    struct buffer log = {0};
    uint64_t lines;
    three_lines();
    read_log(&log);
    struct audit *audit = open_log();
    audit_head(audit, &heads[0]);
    append(audit, "alerts.note");
    audit_head(audit, &heads[1]);
    audit_close(audit);
    ck_assert_uint_eq(heads[0].lines, 3);
    ck_assert_int_eq(audit_verify(path, heads, 2, &lines, &fault), ERR_OK);
    write_log(log.at, log.bytes);
    ck_assert_int_eq(audit_verify(path, heads, 1, &lines, &fault), ERR_OK);
    ck_assert_int_eq(audit_verify(path, heads, 2, &lines, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "its end was cut"));
    ck_assert_int_eq(unlink(path), 0);
    audit = open_log();
    for (int i = 0; i < 4; i++)
        append(audit, "households.show");
    audit_close(audit);
    ck_assert_int_eq(audit_verify(path, heads, 2, &lines, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, "written anew"));
    buffer_done(&log);
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
    tcase_add_test(tcase, a_month_that_is_over_lies_beside_and_the_chain_goes_on);
    tcase_add_test(tcase, who_looks_lines_up_meets_whole_ones_whoever_writes_and_at_a_months_turn);
    tcase_add_test(tcase, a_crash_between_two_months_loses_nothing);
    tcase_add_test(tcase, months_that_are_too_old_go_and_the_chain_says_so);
    tcase_add_test(tcase, heads_that_were_kept_show_a_log_that_is_new_or_cut);
    tcase_add_test(tcase, a_log_that_is_no_plain_file_is_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
