/* SPDX-License-Identifier: Apache-2.0
 *
 * The configuration in force: what a reload puts there reaches whoever holds the one before, and of
 * two reloads at once the newest file wins.
 */
#include "in_force.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROUNDS 50 /* which of two threads is first is chance */

static char folder[32];
static char path[64], other[64];
static struct in_force in_force;
static struct app_options options;

static void write_to(FILE *file, double budget)
{
    ck_assert_ptr_nonnull(file);
    ck_assert_int_gt(fprintf(file, "budget: {acute_per_household_year: %g}\n", budget), 0);
    ck_assert_int_eq(fclose(file), 0);
}

static void set_up(void)
{
    struct config_errors errors = {0};
    (void)snprintf(folder, sizeof folder, "/tmp/anbu-in-force-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/anbu.yaml", folder);
    (void)snprintf(other, sizeof other, "%s/other", folder);
    write_to(fopen(path, "w"), 1);
    options.config_path = path;
    ck_assert_int_eq(in_force_load(&in_force, &options, &errors), ERR_OK);
    config_errors_done(&errors);
}

static void tear_down(void)
{
    in_force_done(&in_force);
    (void)unlink(path);
    (void)unlink(other);
    (void)rmdir(folder);
}

static double budget_of(const struct held_config *held)
{
    return config_settings(held->config)->budget.acute_per_household_year;
}

static void *reload(void *unused)
{
    struct config_errors errors = {0};
    struct buffer restart = {0};
    (void)unused;
    ck_assert_int_eq(in_force_reload(&in_force, &errors, &restart), ERR_OK);
    config_errors_done(&errors);
    buffer_done(&restart);
    return NULL;
}

START_TEST(a_reload_reaches_whoever_held_before_it)
{
    struct held_config *before = in_force_hold(&in_force);
    ck_assert_ptr_null(in_force_newer(&in_force, before));
    write_to(fopen(path, "w"), 2);
    (void)reload(NULL);
    struct held_config *newer = in_force_newer(&in_force, before);
    ck_assert_ptr_nonnull(newer);
    ck_assert_double_eq(budget_of(newer), 2);
    ck_assert_double_eq(budget_of(before), 1); /* until it is let go */
    ck_assert_ptr_null(in_force_newer(&in_force, newer));
    in_force_release(&in_force, before);
    in_force_release(&in_force, newer);
}
END_TEST

/* The first one has its file open, and another comes in its place. */
static void reload_twice(double older, double newer)
{
    pthread_t first, second;
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(pthread_create(&first, NULL, reload, NULL), 0);
    FILE *file = fopen(path, "w"); /* waits for its reader */
    write_to(fopen(other, "w"), newer);
    ck_assert_int_eq(rename(other, path), 0);
    ck_assert_int_eq(pthread_create(&second, NULL, reload, NULL), 0);
    write_to(file, older);
    ck_assert_int_eq(pthread_join(first, NULL), 0);
    ck_assert_int_eq(pthread_join(second, NULL), 0);
}

START_TEST(of_two_reloads_at_once_the_newest_file_is_in_force)
{
    for (unsigned i = 1; i <= ROUNDS; i++) {
        reload_twice(2, 3);
        struct held_config *held = in_force_hold(&in_force);
        ck_assert_double_eq(budget_of(held), 3);
        ck_assert_uint_eq(held->number, 2 * i);
        in_force_release(&in_force, held);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("in_force");
    TCase *tcase = tcase_create("in_force");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_reload_reaches_whoever_held_before_it);
    tcase_add_test(tcase, of_two_reloads_at_once_the_newest_file_is_in_force);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
