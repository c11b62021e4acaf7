/* SPDX-License-Identifier: Apache-2.0
 *
 * Accounts in the store, and what a password opens.
 */
#include "console/account.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW  INT64_C(1768525384005)
#define GOOD "a quiet river at night"

static struct store *store;
static struct fault fault;

static void set_up(void)
{
    store = store_memory_new();
}

static void tear_down(void)
{
    store->ops->free(store);
}

static struct account made(const char *name)
{
    struct account account = {.role = ROLE_OFFICER,
                              .team = TEAM_WELFARE,
                              .areas = "A-1,A-22",
                              .display = "Kim",
                              .must_change = true,
                              .generation = 7};
    (void)snprintf(account.name, sizeof account.name, "%s", name);
    ck_assert_msg(!account_password_set(&account, GOOD, &fault), "%s", fault.text);
    ck_assert_msg(!account_save(store, &account, &fault), "%s", fault.text);
    return account;
}

static enum err try(const char *name, const char *password, int64_t now_ms, int *wait_s)
{
    struct account out;
    return account_try(store, name, password, now_ms, &out, wait_s, &fault);
}

START_TEST(an_account_is_kept_as_it_was_made)
{
    struct account account = made("kim"), back;
    ck_assert_int_eq(account_load(store, "kim", &back, &fault), ERR_OK);
    ck_assert_str_eq(back.name, "kim");
    ck_assert_int_eq(back.role, ROLE_OFFICER);
    ck_assert_int_eq(back.team, TEAM_WELFARE);
    ck_assert_str_eq(back.areas, "A-1,A-22");
    ck_assert_str_eq(back.display, "Kim");
    ck_assert_str_eq(back.hash, account.hash);
    ck_assert(strncmp(back.hash, "$argon2id$", 10) == 0);
    ck_assert(back.must_change && !back.disabled);
    ck_assert_int_eq(back.generation, 7);
    back.disabled = true;
    ck_assert_int_eq(account_save(store, &back, &fault), ERR_OK);
    ck_assert_int_eq(account_save(store, &account, &fault), ERR_CONFLICT);
    ck_assert_int_eq(account_load(store, "lee", &back, &fault), ERR_NOT_FOUND);
    ck_assert_int_eq(account_load(store, "a b", &back, &fault), ERR_NOT_FOUND);
    ck_assert_int_eq(account_read(TEXT("{\"name\":\"kim\"}"), &back, &fault), ERR_CORRUPT);
}
END_TEST

START_TEST(wrong_passwords_lock_an_account_out_for_longer_and_longer)
{
    int wait_s = 0;
    (void)made("kim");
    ck_assert_int_eq(try("kim", GOOD, NOW, &wait_s), ERR_OK);
    for (int i = 0; i < ACCOUNT_TRIES_FREE; i++)
        ck_assert_int_eq(try("kim", "wrong", NOW, &wait_s), ERR_DENIED);
    ck_assert_int_eq(try("kim", GOOD, NOW, &wait_s), ERR_OK);
    for (int i = 0; i <= ACCOUNT_TRIES_FREE; i++)
        ck_assert_int_eq(try("kim", "wrong", NOW, &wait_s), ERR_DENIED);
    ck_assert_int_eq(try("kim", GOOD, NOW, &wait_s), ERR_BUSY);
    ck_assert_int_eq(wait_s, 60);
    ck_assert_int_eq(try("kim", GOOD, NOW + 59999, &wait_s), ERR_BUSY);
    ck_assert_int_eq(wait_s, 1);
    ck_assert_int_eq(try("kim", "wrong", NOW + 60000, &wait_s), ERR_DENIED);
    ck_assert_int_eq(try("kim", GOOD, NOW + 60000, &wait_s), ERR_BUSY);
    ck_assert_int_eq(wait_s, 120);
    ck_assert_int_eq(try("kim", GOOD, NOW + 180000, &wait_s), ERR_OK);
    ck_assert_int_eq(try("kim", "wrong", NOW + 180000, &wait_s), ERR_DENIED);
    ck_assert_int_eq(try("kim", GOOD, NOW + 180000, &wait_s), ERR_OK);
}
END_TEST

START_TEST(nobody_learns_which_accounts_there_are)
{
    int wait_s = 0;
    struct fault wrong;
    struct account account = made("kim");
    ck_assert_int_eq(try("kim", "wrong", NOW, &wait_s), ERR_DENIED);
    wrong = fault;
    ck_assert_int_eq(try("nobody.here", GOOD, NOW, &wait_s), ERR_DENIED);
    ck_assert_str_eq(fault.text, wrong.text);
    ck_assert_int_eq(account_load(store, "kim", &account, &fault), ERR_OK);
    account.disabled = true;
    ck_assert_int_eq(account_save(store, &account, &fault), ERR_OK);
    ck_assert_int_eq(try("kim", GOOD, NOW, &wait_s), ERR_DENIED);
    ck_assert_str_eq(fault.text, wrong.text);
}
END_TEST

START_TEST(poor_passwords_and_names_are_refused)
{
    struct account account = made("kim.younghee");
    char long_one[ACCOUNT_PASSWORD_MAX + 2];
    memset(long_one, 'x', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    long_one[1] = 'y';
    ck_assert_int_eq(account_password_set(&account, "elevenbytes", &fault), ERR_INVALID);
    ck_assert_int_eq(account_password_set(&account, "", &fault), ERR_INVALID);
    ck_assert_int_eq(account_password_set(&account, long_one, &fault), ERR_INVALID);
    ck_assert_int_eq(account_password_set(&account, "xxxxxxxxxxxxxxxx", &fault), ERR_INVALID);
    ck_assert_int_eq(account_password_set(&account, "i am kim.younghee", &fault), ERR_INVALID);
    static const char *const bad[] = {
        "",     "Kim", "kim lee",      "anbu",
        "root", "a/b", "\xea\xb9\x80", "0123456789012345678901234567890123456789x"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ck_assert_msg(!account_name_fits(bad[i]), "%s", bad[i]);
    ck_assert(account_name_fits("kim@jung-gu.seoul"));
}
END_TEST

START_TEST(an_account_sees_its_team_in_its_areas)
{
    struct account account = {.team = TEAM_WELFARE, .areas = "A-1,A-22"};
    ck_assert(account_sees(&account, 1u << TEAM_WELFARE, "A-1"));
    ck_assert(account_sees(&account, 1u << TEAM_WELFARE, "A-22"));
    ck_assert(!account_sees(&account, 1u << TEAM_WELFARE, "A-2"));
    ck_assert(!account_sees(&account, 1u << TEAM_WELFARE, ""));
    ck_assert(!account_sees(&account, 1u << TEAM_POLICE, "A-1"));
    /* Referred from one to the other: both deal with it. */
    ck_assert(account_sees(&account, 1u << TEAM_POLICE | 1u << TEAM_WELFARE, "A-1"));
    account.areas[0] = '\0';
    ck_assert(account_sees(&account, 1u << TEAM_WELFARE, "elsewhere"));
    account.team = ACCOUNT_ANY_TEAM;
    ck_assert(account_sees(&account, 1u << TEAM_POLICE, "elsewhere"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("account");
    TCase *tcase = tcase_create("account");
    tcase_set_timeout(tcase, 60); /* argon2id under sanitizers */
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_account_is_kept_as_it_was_made);
    tcase_add_test(tcase, wrong_passwords_lock_an_account_out_for_longer_and_longer);
    tcase_add_test(tcase, nobody_learns_which_accounts_there_are);
    tcase_add_test(tcase, poor_passwords_and_names_are_refused);
    tcase_add_test(tcase, an_account_sees_its_team_in_its_areas);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
