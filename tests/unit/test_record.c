/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "household/record.h"

#define METERS 2

static void *bytes;
static uint32_t size;

static void set_up(void)
{
    bytes = record_new(&size);
    for (int i = 0; i < METERS; i++)
        (void)record_add_meter(&bytes, &size);
    record_set_texts(&bytes, &size, TEXT("11140-sindang"), TEXT("F-201"), TEXT("Asia/Seoul"));
}

static void tear_down(void)
{
    free(bytes);
}

static enum err opened(struct record *record, struct fault *fault)
{
    record_seal(bytes);
    return record_open(bytes, size, record, fault);
}

static void is_corrupt(const char *why)
{
    struct record record;
    struct fault fault = {0};
    ck_assert_int_eq(opened(&record, &fault), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(fault.text, why));
}

START_TEST(a_sealed_record_opens_with_its_meters_and_texts)
{
    struct record record;
    ck_assert_int_eq(opened(&record, NULL), ERR_OK);
    ck_assert_uint_eq(record.header->meters, METERS);
    ck_assert(text_is(record_area(&record), "11140-sindang"));
    ck_assert(text_is(record_feeder(&record), "F-201"));
    ck_assert(text_is(record_zone(&record), "Asia/Seoul"));
}
END_TEST

START_TEST(any_flipped_bit_is_seen)
{
    struct record record;
    record_seal(bytes);
    for (uint32_t i = 0; i < size; i++) {
        ((uint8_t *)bytes)[i] ^= 1u << i % 8;
        ck_assert_msg(record_open(bytes, size, &record, NULL) != ERR_OK, "byte %u", i);
        ((uint8_t *)bytes)[i] ^= 1u << i % 8;
    }
    ck_assert_int_eq(record_open(bytes, size, &record, NULL), ERR_OK);
}
END_TEST

START_TEST(any_shorter_record_is_refused)
{
    struct record record;
    record_seal(bytes);
    for (uint32_t cut = 0; cut < size; cut++)
        ck_assert_int_eq(record_open(bytes, cut, &record, NULL), ERR_CORRUPT);
}
END_TEST

START_TEST(another_version_is_incompatible_not_corrupt)
{
    struct record record;
    record_view(bytes, &record);
    record.header->version = RECORD_VERSION + 1;
    ck_assert_int_eq(opened(&record, NULL), ERR_INCOMPATIBLE);
}
END_TEST

START_TEST(impossible_counts_are_corrupt_whatever_the_checksum_says)
{
    struct record record;
    record_view(bytes, &record);
    uint8_t *counts[] = {&record.home->arrears[UTILITY_COUNT - 1].bills,
                         &record.meters[METERS - 1].utility};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint8_t before = *counts[i];
        *counts[i] = 200;
        is_corrupt("impossible");
        *counts[i] = before;
    }
    record.header->meters = METERS + 1;
    is_corrupt("3 meters");
    record.header->meters = METERS;
    ck_assert_int_eq(opened(&record, NULL), ERR_OK);
}
END_TEST

START_TEST(a_text_longer_than_a_message_can_carry_is_corrupt)
{
    struct record record;
    uint32_t wanted = record_bytes(METERS, MESSAGE_ID_MAX + 1);
    bytes = memory_grow(bytes, wanted);
    record_view(bytes, &record);
    memset(record.texts, 'a', wanted - (uint32_t)(record.texts - (char *)bytes));
    record.header->bytes = size = wanted;
    record.home->area_bytes = MESSAGE_ID_MAX + 1;
    record.home->feeder_bytes = record.home->zone_bytes = 0;
    is_corrupt("impossible");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *cases = tcase_create("record");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_sealed_record_opens_with_its_meters_and_texts);
    tcase_add_test(cases, any_flipped_bit_is_seen);
    tcase_add_test(cases, any_shorter_record_is_refused);
    tcase_add_test(cases, another_version_is_incompatible_not_corrupt);
    tcase_add_test(cases, impossible_counts_are_corrupt_whatever_the_checksum_says);
    tcase_add_test(cases, a_text_longer_than_a_message_can_carry_is_corrupt);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
