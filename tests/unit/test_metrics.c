/* SPDX-License-Identifier: Apache-2.0
 *
 * The text that Prometheus reads, and the daemon's table of metrics.
 */
#include "base/metrics.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"

enum { SCOPE_ONE, SCOPE_EACH, SCOPE_COUNT };

struct holder {
    atomic_ullong plain, by[2][3];
    atomic_llong gauge, largest, later;
    struct metric_histogram took[2];
};

static const char *colour_value(size_t i)
{
    static const char *const names[] = {"red", "blue"};
    return names[i];
}

static const char *odd_value(size_t i)
{
    static const char *const names[] = {NULL, "back\\slash", "a \"quote\"\nline"};
    return names[i];
}

static const struct metric_label colour = {"colour", 2, colour_value};
static const struct metric_label odd = {"odd", 3, odd_value};

static const struct metric rows[] = {
    {.name = "plain_total",
     .type = METRIC_COUNTER,
     .offset = offsetof(struct holder, plain),
     .help = "Plain."},
    {.name = "by_total",
     .type = METRIC_COUNTER,
     .labels = {&colour, &odd},
     .offset = offsetof(struct holder, by),
     .help = "By two."},
    {.name = "gauge_seconds",
     .type = METRIC_GAUGE,
     .scale = METRIC_MILLISECONDS,
     .offset = offsetof(struct holder, gauge),
     .help = "Added up."},
    {.name = "largest",
     .type = METRIC_GAUGE,
     .merge = METRIC_MAX,
     .offset = offsetof(struct holder, largest),
     .help = "The largest."},
    {.name = "later",
     .type = METRIC_GAUGE,
     .offset = offsetof(struct holder, later),
     .help = "Not known yet."},
    {.name = "each",
     .type = METRIC_GAUGE,
     .scope = SCOPE_EACH,
     .labels = {&colour},
     .offset = offsetof(struct holder, gauge),
     .help = "One by one."},
    {.name = "took_seconds",
     .type = METRIC_HISTOGRAM,
     .labels = {&colour},
     .offset = offsetof(struct holder, took),
     .help = "How long."},
};

static struct holder one, two;

static void set_up(void)
{
    memset(&one, 0, sizeof one);
    memset(&two, 0, sizeof two);
}

static void nothing(void)
{
}

static void write_rows(size_t first, size_t count, struct buffer *out)
{
    const struct metric_holder merged[] = {{&one, NULL}, {&two, NULL}};
    const struct metric_holder each[] = {{&one, "partition=\"0\""}, {&two, "partition=\"7\""}};
    const struct metric_scope scopes[SCOPE_COUNT] = {{merged, 2}, {each, 2}};
    metrics_write(rows + first, count, scopes, out);
}

static void expect(size_t first, size_t count, const char *wanted)
{
    struct buffer out = {0};
    write_rows(first, count, &out);
    ck_assert_str_eq(out.at, wanted);
    buffer_done(&out);
}

START_TEST(counters_of_several_holders_are_added_up)
{
    metric_add(&one.plain, 40);
    metric_add(&two.plain, 2);
    metric_add(&one.by[0][1], 5);
    metric_add(&two.by[1][2], 18446744073709551615u);
    expect(0, 2,
           "# HELP plain_total Plain.\n# TYPE plain_total counter\nplain_total 42\n"
           "# HELP by_total By two.\n# TYPE by_total counter\n"
           "by_total{colour=\"red\",odd=\"back\\\\slash\"} 5\n"
           "by_total{colour=\"red\",odd=\"a \\\"quote\\\"\\nline\"} 0\n"
           "by_total{colour=\"blue\",odd=\"back\\\\slash\"} 0\n"
           "by_total{colour=\"blue\",odd=\"a \\\"quote\\\"\\nline\"} 18446744073709551615\n");
}
END_TEST

START_TEST(gauges_are_added_up_or_the_largest_and_left_out_while_unknown)
{
    metric_set(&one.gauge, 1500);
    metric_set(&two.gauge, -250);
    metric_set(&one.largest, METRIC_UNKNOWN);
    metric_set(&two.largest, -3);
    metric_set(&one.later, METRIC_UNKNOWN);
    metric_set(&two.later, METRIC_UNKNOWN);
    expect(2, 3,
           "# HELP gauge_seconds Added up.\n# TYPE gauge_seconds gauge\ngauge_seconds 1.25\n"
           "# HELP largest The largest.\n# TYPE largest gauge\nlargest -3\n"
           "# HELP later Not known yet.\n# TYPE later gauge\n");
}
END_TEST

START_TEST(holders_with_a_label_are_told_one_by_one)
{
    metric_set(&one.gauge, 1);
    metric_set(&two.gauge, 2);
    expect(5, 1,
           "# HELP each One by one.\n# TYPE each gauge\n"
           "each{colour=\"red\",partition=\"0\"} 1\neach{colour=\"blue\",partition=\"0\"} 0\n"
           "each{colour=\"red\",partition=\"7\"} 2\neach{colour=\"blue\",partition=\"7\"} 0\n");
}
END_TEST

static void expect_line(const struct buffer *page, const char *line)
{
    char wanted[128];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
    ck_assert_msg(strstr(page->at, wanted) != NULL, "%s is not in %s", line, page->at);
}

START_TEST(a_histogram_counts_up_to_each_bound_and_no_bound_is_lost)
{
    struct buffer page = {0};
    metric_observe(&one.took[1], 100000);               /* on the bound: within it */
    metric_observe(&two.took[1], 100001);               /* just above */
    metric_observe(&one.took[1], 2500000000);           /* 2.5 s */
    metric_observe_shared(&one.took[1], 3600000000000); /* an hour: above all */
    metric_observe(&one.took[1], -1);                   /* a clock that was set back */
    for (int i = 1; i < METRIC_BUCKETS; i++)
        ck_assert_int_gt(metric_bounds_ns[i], metric_bounds_ns[i - 1]);
    write_rows(6, 1, &page);
    expect_line(&page, "took_seconds_bucket{colour=\"red\",le=\"+Inf\"} 0");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"0.0001\"} 2");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"0.00025\"} 3");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"1\"} 3");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"2.5\"} 4");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"10\"} 4");
    expect_line(&page, "took_seconds_bucket{colour=\"blue\",le=\"+Inf\"} 5");
    expect_line(&page, "took_seconds_sum{colour=\"blue\"} 3602.5002");
    expect_line(&page, "took_seconds_count{colour=\"blue\"} 5");
    buffer_done(&page);
}
END_TEST

/* ---- the daemon's table ---- */

static bool ends_with(const char *name, const char *suffix)
{
    size_t bytes = strlen(name), tail = strlen(suffix);
    return bytes > tail && strcmp(name + bytes - tail, suffix) == 0;
}

START_TEST(names_follow_the_conventions)
{
    for (size_t i = 0; i < measure_count; i++) {
        const struct metric *row = &measure_rows[i];
        bool ours = strncmp(row->name, "anbu_", 5) == 0;
        bool seconds = ends_with(row->name, "_seconds") || ends_with(row->name, "_seconds_total");
        ck_assert_msg(ours || strncmp(row->name, "process_", 8) == 0, "%s", row->name);
        for (const char *at = row->name; *at; at++)
            ck_assert_msg(islower((unsigned char)*at) || *at == '_', "%s", row->name);
        ck_assert_msg((row->type == METRIC_COUNTER) == ends_with(row->name, "_total"), "%s",
                      row->name);
        ck_assert_msg(row->type != METRIC_HISTOGRAM || seconds, "%s", row->name);
        /* Milliseconds inside are seconds outside; what fades is in thousandths inside. */
        bool fades = strncmp(row->name, "anbu_budget_", 12) == 0;
        ck_assert_msg(row->scale == 0 || seconds || fades, "%s", row->name);
        ck_assert_msg(!strchr(row->help, '\n') && !strchr(row->help, '\\') &&
                          !strchr(row->help, '|') && ends_with(row->help, "."),
                      "%s", row->name);
        for (size_t k = 0; k < i; k++)
            ck_assert_str_ne(row->name, measure_rows[k].name);
    }
}
END_TEST

START_TEST(series_are_few_and_no_label_tells_of_a_household)
{
    static const char *const never[] = {"household", "meter", "area", "alert", "owner", "feeder"};
    size_t all = 0;
    for (size_t i = 0; i < measure_count; i++) {
        size_t series = 1;
        for (size_t k = 0; k < METRIC_LABELS_MAX && measure_rows[i].labels[k]; k++) {
            const struct metric_label *label = measure_rows[i].labels[k];
            series *= label->count;
            for (size_t n = 0; n < sizeof never / sizeof never[0]; n++)
                ck_assert_str_ne(label->name, never[n]);
        }
        all += series * (measure_rows[i].type == METRIC_HISTOGRAM ? METRIC_BUCKETS + 3 : 1);
    }
    ck_assert_uint_le(all, 1300); /* and six a partition */
}
END_TEST

START_TEST(a_page_of_a_daemon_without_workers_is_whole)
{
    struct buffer page = {0};
    struct daemon_counts daemon = {.build = 1};
    struct kafka_counts kafka = {.delivered = 0};
    const struct watch_options options = {.clock = &clock_machine, .partitions = 4};
    struct watch *watch = watch_new(&options);
    const struct measured from = {.partitions = 4,
                                  .watch = watch,
                                  .kafka = &kafka,
                                  .daemon = &daemon,
                                  .clock = &clock_machine};
    measure_write(&from, &page);
    expect_line(&page, "anbu_build_info{version=\"" ANBU_VERSION "\"} 1");
    ck_assert_ptr_null(strstr(page.at, "\nanbu_redis_up ")); /* not asked yet */
    ck_assert_ptr_null(strstr(page.at, "\nanbu_alerts_live{"));
    ck_assert_ptr_nonnull(strstr(page.at, "\nprocess_resident_memory_bytes "));
    watch_free(watch);
    buffer_done(&page);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("metrics");
    TCase *cases = tcase_create("metrics");
    tcase_add_checked_fixture(cases, set_up, nothing);
    tcase_add_test(cases, counters_of_several_holders_are_added_up);
    tcase_add_test(cases, gauges_are_added_up_or_the_largest_and_left_out_while_unknown);
    tcase_add_test(cases, holders_with_a_label_are_told_one_by_one);
    tcase_add_test(cases, a_histogram_counts_up_to_each_bound_and_no_bound_is_lost);
    tcase_add_test(cases, names_follow_the_conventions);
    tcase_add_test(cases, series_are_few_and_no_label_tells_of_a_household);
    tcase_add_test(cases, a_page_of_a_daemon_without_workers_is_whole);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
