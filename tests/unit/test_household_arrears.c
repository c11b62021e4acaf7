/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "household/arrears.h"

#define SEED  20260120U
#define TODAY 20468 /* 2026-01-15 */
#define LARGE INT64_C(900000000000000000)

static int64_t at(int32_t day)
{
    return day * INT64_C(86400) + 3600;
}

static struct billing event(enum billing_event what, int64_t amount)
{
    return (struct billing){.utility = UTILITY_GAS,
                            .event = what,
                            .amount_minor = amount,
                            .has_amount = true,
                            .currency = "KRW",
                            .months = -1};
}

static struct billing named(struct billing billing, const char *bill, int32_t due_day)
{
    billing.bill = text_of(bill);
    billing.due_day = due_day;
    return billing;
}

static void apply(struct record_arrears *arrears, struct billing billing, int32_t day)
{
    arrears_apply(arrears, &billing, at(day), day);
}

static struct arrears_view view_on(const struct record_arrears *arrears, int32_t day)
{
    struct arrears_view view;
    memset(&view, 0xff, sizeof view); /* every field is to be filled */
    arrears_view(arrears, day, at(day), &view);
    return view;
}

static void owes(const struct record_arrears *arrears, int32_t day, int months, int64_t amount)
{
    struct arrears_view view = view_on(arrears, day);
    ck_assert_msg(view.months == months && view.amount_minor == amount,
                  "%u months and %lld, not %d and %lld", view.months, (long long)view.amount_minor,
                  months, (long long)amount);
}

/* Bills of so many months, named "0", "1" ..., each due 30 days after the one before. */
static struct record_arrears bills(int count, int64_t amount, int32_t first_due)
{
    struct record_arrears arrears = {0};
    for (int i = 0; i < count; i++) {
        char name[8];
        (void)snprintf(name, sizeof name, "%d", i);
        apply(&arrears, named(event(BILLING_BILL_ISSUED, amount), name, first_due + 30 * i),
              first_due + 30 * i - 20);
    }
    return arrears;
}

START_TEST(a_bill_is_unpaid_from_the_day_after_it_was_due)
{
    struct record_arrears arrears = bills(1, 43100, TODAY);
    owes(&arrears, TODAY - 1, 0, 0);
    owes(&arrears, TODAY, 0, 0);
    owes(&arrears, TODAY + 1, 1, 43100);
    struct arrears_view view = view_on(&arrears, TODAY + 1);
    ck_assert_int_eq(view.oldest_due_s, TODAY * INT64_C(86400));
    ck_assert_int_eq(view.average_minor, 43100);
    ck_assert_str_eq(view.currency, "KRW");
    ck_assert(!view.arrangement && !view.notice);
    ck_assert_int_eq(view_on(&arrears, TODAY).oldest_due_s, 0);
}
END_TEST

START_TEST(a_bill_without_a_due_date_is_due_in_thirty_days)
{
    struct record_arrears arrears = {0};
    apply(&arrears, event(BILLING_BILL_ISSUED, 100), TODAY);
    owes(&arrears, TODAY + 30, 0, 0);
    owes(&arrears, TODAY + 31, 1, 100);
}
END_TEST

START_TEST(a_bill_issued_again_is_a_correction)
{
    struct record_arrears arrears = bills(2, 100, TODAY);
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 70), "0", TODAY), TODAY);
    owes(&arrears, TODAY + 31, 2, 170);
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 0), "0", TODAY), TODAY);
    owes(&arrears, TODAY + 31, 1, 100); /* cancelled */
    apply(&arrears, named(event(BILLING_BILL_ISSUED, -20), "1", TODAY + 30), TODAY);
    owes(&arrears, TODAY + 31, 0, 0);
}
END_TEST

START_TEST(a_payment_settles_the_bill_that_it_names)
{
    struct record_arrears arrears = bills(3, 100, TODAY);
    apply(&arrears, named(event(BILLING_PAYMENT, 100), "1", 0), TODAY + 90);
    owes(&arrears, TODAY + 91, 2, 200);
    ck_assert_int_eq(view_on(&arrears, TODAY + 91).oldest_due_s, TODAY * INT64_C(86400));
    struct billing whole = named(event(BILLING_PAYMENT, 0), "0", 0);
    whole.has_amount = false; /* "paid" */
    apply(&arrears, whole, TODAY + 91);
    owes(&arrears, TODAY + 91, 1, 100);
    ck_assert_int_eq(view_on(&arrears, TODAY + 91).oldest_due_s, (TODAY + 60) * INT64_C(86400));
}
END_TEST

START_TEST(a_payment_without_a_name_settles_the_oldest_debt_first)
{
    struct record_arrears arrears = bills(3, 100, TODAY);
    apply(&arrears, event(BILLING_PAYMENT, 130), TODAY + 90);
    owes(&arrears, TODAY + 91, 2, 170);
    ck_assert_int_eq(view_on(&arrears, TODAY + 91).oldest_due_s, (TODAY + 30) * INT64_C(86400));
    apply(&arrears, event(BILLING_PAYMENT, 1000), TODAY + 91);
    owes(&arrears, TODAY + 91, 0, 0);
}
END_TEST

START_TEST(the_oldest_debt_is_that_which_was_due_first)
{
    struct record_arrears arrears = {0};
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 300), "b", TODAY + 30), TODAY - 5);
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), "a", TODAY), TODAY - 4);
    apply(&arrears, event(BILLING_PAYMENT, 100), TODAY + 40);
    owes(&arrears, TODAY + 40, 1, 300);
    ck_assert_int_eq(view_on(&arrears, TODAY + 40).oldest_due_s, (TODAY + 30) * INT64_C(86400));
}
END_TEST

START_TEST(a_reversed_payment_is_owed_again)
{
    struct record_arrears arrears = bills(2, 100, TODAY);
    apply(&arrears, named(event(BILLING_PAYMENT, 100), "0", 0), TODAY + 40);
    owes(&arrears, TODAY + 40, 1, 100);
    apply(&arrears, named(event(BILLING_PAYMENT_REVERSED, 100), "0", TODAY), TODAY + 41);
    owes(&arrears, TODAY + 42, 2, 200);
    ck_assert_int_eq(view_on(&arrears, TODAY + 42).oldest_due_s, TODAY * INT64_C(86400));
    /* of a bill that is still there in part: one month, not two */
    apply(&arrears, named(event(BILLING_PAYMENT, 60), "1", 0), TODAY + 42);
    apply(&arrears, named(event(BILLING_PAYMENT_REVERSED, 60), "1", 0), TODAY + 43);
    owes(&arrears, TODAY + 44, 2, 200);
    /* and what was due first is paid first */
    apply(&arrears, event(BILLING_PAYMENT, 100), TODAY + 44);
    ck_assert_int_eq(view_on(&arrears, TODAY + 44).oldest_due_s, (TODAY + 30) * INT64_C(86400));
}
END_TEST

START_TEST(more_than_six_bills_become_an_older_sum)
{
    struct record_arrears arrears = bills(10, 100, TODAY);
    owes(&arrears, TODAY + 300, 10, 1000);
    ck_assert_int_eq(view_on(&arrears, TODAY + 300).oldest_due_s, TODAY * INT64_C(86400));
    apply(&arrears, event(BILLING_PAYMENT, 150), TODAY + 300);
    owes(&arrears, TODAY + 300, 9, 850); /* one and a half of the older four */
    apply(&arrears, event(BILLING_PAYMENT, 250), TODAY + 300);
    owes(&arrears, TODAY + 300, 6, 600);
    ck_assert_int_eq(view_on(&arrears, TODAY + 300).oldest_due_s, (TODAY + 120) * INT64_C(86400));
    apply(&arrears, event(BILLING_PAYMENT, 600), TODAY + 300);
    owes(&arrears, TODAY + 300, 0, 0);
}
END_TEST

START_TEST(no_number_of_bills_is_too_many)
{
    struct record_arrears arrears = bills(400, 100, TODAY);
    struct arrears_view view = view_on(&arrears, TODAY + 400 * 30);
    ck_assert_uint_eq(view.months, 255);
    ck_assert_int_eq(view.amount_minor, 40000);
}
END_TEST

START_TEST(a_snapshot_replaces_what_was_added_up)
{
    struct record_arrears arrears = bills(2, 100, TODAY);
    struct billing snapshot = event(BILLING_ARREARS, 12930000);
    snapshot.months = 3;
    apply(&arrears, snapshot, TODAY + 90);
    owes(&arrears, TODAY + 90, 3, 12930000);
    /* A date that nobody gave is not told. */
    ck_assert_int_eq(view_on(&arrears, TODAY + 90).oldest_due_s, 0);
    snapshot.due_day = TODAY;
    apply(&arrears, snapshot, TODAY + 90);
    ck_assert_int_eq(view_on(&arrears, TODAY + 90).oldest_due_s, TODAY * INT64_C(86400));
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), "n", TODAY + 100), TODAY + 91);
    owes(&arrears, TODAY + 101, 4, 12930100);
    snapshot.months = 0;
    snapshot.amount_minor = 0;
    apply(&arrears, snapshot, TODAY + 102);
    owes(&arrears, TODAY + 102, 0, 0);
    ck_assert_int_eq(view_on(&arrears, TODAY + 102).oldest_due_s, 0);
}
END_TEST

START_TEST(a_snapshot_of_an_amount_is_at_least_one_month)
{
    static const struct {
        int64_t average, amount;
        int months;
    } cases[] = {{100, 350, 3}, {100, 40, 1},  {0, 40, 1},
                 {100, 0, 0},   {100, -30, 0}, {1, LARGE, 255}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record_arrears arrears = {.average_minor = cases[i].average};
        apply(&arrears, event(BILLING_ARREARS, cases[i].amount), TODAY);
        struct arrears_view view = view_on(&arrears, TODAY);
        ck_assert_msg(view.months == cases[i].months, "case %zu: %u months, not %d", i, view.months,
                      cases[i].months);
    }
}
END_TEST

START_TEST(a_snapshot_of_months_alone_has_the_amount_of_average_bills)
{
    struct record_arrears arrears = {.average_minor = 500};
    struct billing snapshot = event(BILLING_ARREARS, 0);
    snapshot.has_amount = false;
    snapshot.months = 4;
    apply(&arrears, snapshot, TODAY);
    owes(&arrears, TODAY, 4, 2000);
}
END_TEST

START_TEST(a_payment_on_a_debt_of_unknown_amount_does_not_clear_it)
{
    struct record_arrears arrears = {0};
    struct billing snapshot = event(BILLING_ARREARS, 0);
    snapshot.has_amount = false;
    snapshot.months = 4;
    apply(&arrears, snapshot, TODAY);
    apply(&arrears, event(BILLING_PAYMENT, 10), TODAY + 1);
    ck_assert_uint_eq(view_on(&arrears, TODAY + 1).months, 3);
}
END_TEST

START_TEST(a_payment_paid_twice_over_leaves_no_credit_behind)
{
    struct record_arrears arrears = bills(1, 100, TODAY);
    apply(&arrears, event(BILLING_PAYMENT, 500), TODAY + 1);
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), "n", TODAY + 30), TODAY + 2);
    owes(&arrears, TODAY + 31, 1, 100);
}
END_TEST

START_TEST(the_same_billing_message_twice_counts_once)
{
    struct record_arrears arrears = bills(3, 100, TODAY), before;
    apply(&arrears, event(BILLING_PAYMENT, 100), TODAY + 90);
    before = arrears;
    apply(&arrears, event(BILLING_PAYMENT, 100), TODAY + 90);
    ck_assert_mem_eq(&arrears, &before, sizeof before);
    apply(&arrears, event(BILLING_PAYMENT, 100), TODAY + 91); /* another day: another payment */
    owes(&arrears, TODAY + 91, 1, 100);
    apply(&arrears, named(event(BILLING_PAYMENT, 100), "2", 0), TODAY + 92);
    apply(&arrears, named(event(BILLING_PAYMENT, 100), "2", 0), TODAY + 92);
    apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), "3", TODAY + 95), TODAY + 92);
    owes(&arrears, TODAY + 96, 1, 100);
}
END_TEST

START_TEST(an_arrangement_holds_until_its_end)
{
    struct record_arrears arrears = bills(3, 100, TODAY);
    struct billing plan = event(BILLING_ARRANGEMENT, 0);
    plan.until_s = at(TODAY + 100);
    apply(&arrears, plan, TODAY + 90);
    ck_assert(view_on(&arrears, TODAY + 99).arrangement);
    ck_assert(!view_on(&arrears, TODAY + 100).arrangement);
    owes(&arrears, TODAY + 99, 3, 300); /* owed all the same */
    plan.until_s = 0;
    apply(&arrears, plan, TODAY + 101);
    ck_assert(view_on(&arrears, TODAY + 30000).arrangement);
}
END_TEST

START_TEST(the_utility_s_next_step_ends_an_arrangement)
{
    static const enum billing_event steps[] = {BILLING_DISCONNECTION_NOTICE, BILLING_LIMITED,
                                               BILLING_DISCONNECTED};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct record_arrears arrears = bills(3, 100, TODAY);
        apply(&arrears, event(BILLING_ARRANGEMENT, 0), TODAY + 91);
        apply(&arrears, event(steps[i], 0), TODAY + 90); /* late: it is why they agreed */
        ck_assert(view_on(&arrears, TODAY + 92).arrangement);
        apply(&arrears, event(steps[i], 0), TODAY + 150);
        ck_assert(!view_on(&arrears, TODAY + 150).arrangement);
        apply(&arrears, event(BILLING_ARRANGEMENT, 0), TODAY + 151);
        ck_assert(view_on(&arrears, TODAY + 151).arrangement);
    }
}
END_TEST

START_TEST(a_notice_from_before_a_reconnection_is_over)
{
    struct record_arrears arrears = bills(3, 100, TODAY);
    apply(&arrears, event(BILLING_DISCONNECTED, 0), TODAY + 95);
    apply(&arrears, event(BILLING_RECONNECTED, 0), TODAY + 96);
    apply(&arrears, event(BILLING_DISCONNECTION_NOTICE, 0), TODAY + 90);
    ck_assert(!view_on(&arrears, TODAY + 96).notice);
    apply(&arrears, event(BILLING_DISCONNECTION_NOTICE, 0), TODAY + 97);
    ck_assert(view_on(&arrears, TODAY + 97).notice);
}
END_TEST

START_TEST(supply_follows_the_last_word_about_it)
{
    struct record_arrears arrears = {0};
    apply(&arrears, event(BILLING_LIMITED, 0), TODAY);
    ck_assert_uint_eq(arrears.supply, SUPPLY_LIMITED);
    ck_assert_int_eq(view_on(&arrears, TODAY).changed_s, at(TODAY));
    apply(&arrears, event(BILLING_LIMITED, 0), TODAY + 5); /* still: nothing changed */
    ck_assert_int_eq(view_on(&arrears, TODAY + 5).changed_s, at(TODAY));
    apply(&arrears, event(BILLING_DISCONNECTED, 0), TODAY + 9);
    ck_assert_uint_eq(arrears.supply, SUPPLY_CUT);
    apply(&arrears, event(BILLING_LIMITED, 0), TODAY + 1); /* late, and overtaken */
    ck_assert_uint_eq(arrears.supply, SUPPLY_CUT);
    ck_assert_int_eq(view_on(&arrears, TODAY + 9).changed_s, at(TODAY + 9));
    apply(&arrears, event(BILLING_RECONNECTED, 0), TODAY + 10);
    ck_assert_uint_eq(arrears.supply, SUPPLY_OPEN);
    ck_assert_int_eq(view_on(&arrears, TODAY + 10).changed_s, at(TODAY + 10));
}
END_TEST

START_TEST(a_notice_stands_until_it_is_paid_or_reconnected)
{
    /* also where the utility sends no bills, only the notice */
    for (int known = 0; known < 2; known++) {
        struct record_arrears arrears = known ? bills(2, 100, TODAY) : (struct record_arrears){0};
        int32_t day = TODAY + 60;
        apply(&arrears, event(BILLING_DISCONNECTION_NOTICE, 0), day);
        ck_assert(view_on(&arrears, day).notice);
        apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), "n", day + 40), day + 1);
        apply(&arrears, event(BILLING_LIMITED, 0), day + 2);
        ck_assert(view_on(&arrears, day + 2).notice);
        apply(&arrears, event(BILLING_PAYMENT, 1000), day + 3);
        ck_assert(!view_on(&arrears, day + 3).notice);
        apply(&arrears, event(BILLING_DISCONNECTION_NOTICE, 0), day + 4);
        apply(&arrears, event(BILLING_RECONNECTED, 0), day + 5);
        ck_assert(!view_on(&arrears, day + 5).notice);
    }
}
END_TEST

START_TEST(the_trend_is_what_was_unpaid_a_quarter_earlier)
{
    struct record_arrears arrears = {0};
    for (int month = 0; month < 8; month++) {
        char name[8];
        (void)snprintf(name, sizeof name, "%d", month);
        apply(&arrears, named(event(BILLING_BILL_ISSUED, 100), name, TODAY + 30 * month + 10),
              TODAY + 30 * month);
        arrears_note_quarter(&arrears, TODAY + 30 * month + 15, at(TODAY + 30 * month + 15));
    }
    struct arrears_view view = view_on(&arrears, TODAY + 230);
    ck_assert_uint_eq(view.months, 8);
    ck_assert_uint_ge(view.months_before, 3);
    ck_assert_uint_le(view.months_before, 5);
}
END_TEST

START_TEST(hostile_billing_does_no_harm)
{
    uint64_t random = SEED;
    static const int64_t amounts[] = {0, 1, -1, LARGE, -LARGE, 100};
    static const char *const names[] = {"", "a", "b", "c", "d", "e", "f", "g", "h"};
    struct record_arrears arrears = {0};
    for (int i = 0; i < 50000; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        uint32_t bits = (uint32_t)(random >> 32);
        struct billing billing =
            event((enum billing_event)(bits % BILLING_EVENT_COUNT), amounts[bits / 16 % 6]);
        billing.bill = text_of(names[bits / 128 % 9]);
        billing.has_amount = bits / 2048 % 4 != 0;
        billing.months = (int32_t)(bits / 8192 % 122) - 1;
        billing.due_day = bits % 7 ? 0 : bits % 3 ? -719162 : 2932896; /* years 1 and 9999 */
        billing.until_s = bits % 5 ? 0 : INT64_C(253402300799);
        int32_t day = bits % 11 ? TODAY : bits % 2 ? 0 : 2932896;
        apply(&arrears, billing, day);
        ck_assert_uint_le(arrears.bills, RECORD_BILLS);
        (void)view_on(&arrears, TODAY);
        for (int b = 1; b < arrears.bills; b++)
            ck_assert_int_le(arrears.bill[b - 1].due_day, arrears.bill[b].due_day);
    }
}
END_TEST

int main(void)
{
    (void)printf("seed %u\n", SEED);
    TCase *arrears = tcase_create("arrears");
    tcase_add_test(arrears, a_bill_is_unpaid_from_the_day_after_it_was_due);
    tcase_add_test(arrears, a_bill_without_a_due_date_is_due_in_thirty_days);
    tcase_add_test(arrears, a_bill_issued_again_is_a_correction);
    tcase_add_test(arrears, a_payment_settles_the_bill_that_it_names);
    tcase_add_test(arrears, a_payment_without_a_name_settles_the_oldest_debt_first);
    tcase_add_test(arrears, the_oldest_debt_is_that_which_was_due_first);
    tcase_add_test(arrears, a_reversed_payment_is_owed_again);
    tcase_add_test(arrears, more_than_six_bills_become_an_older_sum);
    tcase_add_test(arrears, no_number_of_bills_is_too_many);
    tcase_add_test(arrears, a_snapshot_replaces_what_was_added_up);
    tcase_add_test(arrears, a_snapshot_of_an_amount_is_at_least_one_month);
    tcase_add_test(arrears, a_snapshot_of_months_alone_has_the_amount_of_average_bills);
    tcase_add_test(arrears, a_payment_on_a_debt_of_unknown_amount_does_not_clear_it);
    tcase_add_test(arrears, a_payment_paid_twice_over_leaves_no_credit_behind);
    tcase_add_test(arrears, the_same_billing_message_twice_counts_once);
    tcase_add_test(arrears, an_arrangement_holds_until_its_end);
    tcase_add_test(arrears, the_utility_s_next_step_ends_an_arrangement);
    tcase_add_test(arrears, a_notice_from_before_a_reconnection_is_over);
    tcase_add_test(arrears, supply_follows_the_last_word_about_it);
    tcase_add_test(arrears, a_notice_stands_until_it_is_paid_or_reconnected);
    tcase_add_test(arrears, the_trend_is_what_was_unpaid_a_quarter_earlier);
    tcase_add_test(arrears, hostile_billing_does_no_harm);
    Suite *suite = suite_create("household_arrears");
    suite_add_tcase(suite, arrears);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
