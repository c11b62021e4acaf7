/* SPDX-License-Identifier: Apache-2.0 */
#include <check.h>
#include <stdio.h>
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

/* ---- docs/record.md ------------------------------------------------------------------------ */

struct row {
    const char *of, *field; /* field NULL: the whole */
    size_t offset, bytes;
};

#define STRUCT(s)                     \
    {                                 \
#s, NULL, 0, sizeof(struct s) \
    }
#define FIELD(s, f)                                               \
    {                                                             \
#s, #f, offsetof(struct s, f), sizeof(((struct s *)0)->f) \
    }

static const struct row rows[] = {
    STRUCT(record_header),
    FIELD(record_header, magic),
    FIELD(record_header, version),
    FIELD(record_header, detectors),
    FIELD(record_header, meters),
    FIELD(record_header, bytes),
    FIELD(record_header, checksum),
    STRUCT(record_home),
    FIELD(record_home, applied),
    FIELD(record_home, settle_ms),
    FIELD(record_home, moved_in_s),
    FIELD(record_home, absent_from_s),
    FIELD(record_home, absent_to_s),
    FIELD(record_home, support_ended_s),
    FIELD(record_home, report_s),
    FIELD(record_home, last_life_s),
    FIELD(record_home, last_reading_s),
    FIELD(record_home, first_seen_s),
    FIELD(record_home, newest_event_s),
    FIELD(record_home, messages),
    FIELD(record_home, flags),
    FIELD(record_home, watched_hours),
    FIELD(record_home, settle_from_min),
    FIELD(record_home, residents),
    FIELD(record_home, occupied),
    FIELD(record_home, opted_out),
    FIELD(record_home, support),
    FIELD(record_home, area_bytes),
    FIELD(record_home, feeder_bytes),
    FIELD(record_home, zone_bytes),
    FIELD(record_home, spare),
    FIELD(record_home, layout),
    FIELD(record_home, counted_hour),
    FIELD(record_home, moved),
    FIELD(record_home, quiet),
    FIELD(record_home, arrears),
    FIELD(record_home, outlook_day),
    FIELD(record_home, outlook_h),
    FIELD(record_home, spare2),
    STRUCT(record_quiet),
    FIELD(record_quiet, hour),
    FIELD(record_quiet, month),
    FIELD(record_quiet, now),
    FIELD(record_quiet, longest),
    FIELD(record_quiet, away),
    STRUCT(record_arrears),
    FIELD(record_arrears, old_minor),
    FIELD(record_arrears, average_minor),
    FIELD(record_arrears, changed_s),
    FIELD(record_arrears, plan_until_s),
    FIELD(record_arrears, old_due_day),
    FIELD(record_arrears, quarter_day),
    FIELD(record_arrears, old_months),
    FIELD(record_arrears, months_before),
    FIELD(record_arrears, months_noted),
    FIELD(record_arrears, notice),
    FIELD(record_arrears, bills),
    FIELD(record_arrears, supply),
    FIELD(record_arrears, currency),
    FIELD(record_arrears, plan_day),
    FIELD(record_arrears, last_print),
    FIELD(record_arrears, bill),
    STRUCT(record_bill),
    FIELD(record_bill, due_day),
    FIELD(record_bill, id),
    FIELD(record_bill, amount_minor),
    STRUCT(record_slot),
    FIELD(record_slot, since_s),
    FIELD(record_slot, on),
    FIELD(record_slot, grade),
    FIELD(record_slot, stage),
    FIELD(record_slot, spare),
    FIELD(record_slot, price),
    STRUCT(record_meter),
    FIELD(record_meter, id),
    FIELD(record_meter, last_read_s),
    FIELD(record_meter, last_read_milli),
    FIELD(record_meter, modulus_milli),
    FIELD(record_meter, newest_s),
    FIELD(record_meter, hour_milli),
    FIELD(record_meter, back_s),
    FIELD(record_meter, back_milli),
    FIELD(record_meter, life_s),
    FIELD(record_meter, left_milli),
    FIELD(record_meter, newest_hour),
    FIELD(record_meter, judged_hour),
    FIELD(record_meter, first_hour),
    FIELD(record_meter, open_hour),
    FIELD(record_meter, newest_day),
    FIELD(record_meter, interval_minutes),
    FIELD(record_meter, valid_days),
    FIELD(record_meter, flow_hours),
    FIELD(record_meter, utility),
    FIELD(record_meter, measure),
    FIELD(record_meter, kind),
    FIELD(record_meter, flags),
    FIELD(record_meter, delay_minutes),
    FIELD(record_meter, parts),
    FIELD(record_meter, hours),
    FIELD(record_meter, estimated),
    FIELD(record_meter, splits),
    FIELD(record_meter, days),
    FIELD(record_meter, routine),
    STRUCT(record_hour),
    FIELD(record_hour, hour),
    FIELD(record_hour, minutes),
    FIELD(record_hour, spare),
    FIELD(record_hour, seen),
    FIELD(record_hour, part),
    STRUCT(routine),
    FIELD(routine, usual),
    FIELD(routine, awake),
    FIELD(routine, overall),
    FIELD(routine, night),
    FIELD(routine, empty),
    FIELD(routine, lowest),
    FIELD(routine, highest),
    FIELD(routine, floor),
    FIELD(routine, halves),
    FIELD(routine, learnt_hours),
};
#define ROWS (sizeof rows / sizeof rows[0])

START_TEST(the_table_names_every_byte_of_the_record)
{
    for (size_t i = 0; i < ROWS; i++) {
        size_t ends = rows[i].offset + rows[i].bytes;
        if (!rows[i].field)
            continue;
        bool last = i + 1 == ROWS || !rows[i + 1].field;
        if (!last)
            ck_assert_msg(rows[i + 1].offset == ends, "%s.%s: something follows that is not named",
                          rows[i].of, rows[i].field);
        else
            for (size_t s = 0; s < ROWS; s++)
                if (!rows[s].field && strcmp(rows[s].of, rows[i].of) == 0)
                    ck_assert_uint_eq(ends, rows[s].bytes);
    }
}
END_TEST

static char *docs(void)
{
    FILE *in = fopen("docs/record.md", "r");
    ck_assert_msg(in != NULL, "docs/record.md: run from the top of the tree");
    char *text = calloc(1, 65536);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_gt(fread(text, 1, 65535, in), 0);
    (void)fclose(in);
    return text;
}

/* The part of the text about a struct, terminated at the next heading; the caller frees it. */
static char *chapter(const char *text, const struct row *whole)
{
    char heading[96];
    (void)snprintf(heading, sizeof heading, "`struct %s`, %zu bytes\n", whole->of, whole->bytes);
    const char *from = strstr(text, heading);
    ck_assert_msg(from != NULL, "docs/record.md: no heading says %s", heading);
    const char *to = strstr(from, "\n## ");
    char *copy = strndup(from, to ? (size_t)(to - from) : strlen(from));
    ck_assert_ptr_nonnull(copy);
    return copy;
}

START_TEST(the_byte_table_of_the_docs_is_that_of_the_code)
{
    char *text = docs(), *now = NULL;
    for (size_t i = 0; i < ROWS; i++) {
        if (!rows[i].field) {
            free(now);
            now = chapter(text, &rows[i]);
            size_t said = 0, fields = 0;
            for (const char *at = now; (at = strstr(at, "\n| `")); at++)
                said++;
            for (size_t f = i + 1; f < ROWS && rows[f].field; f++)
                fields++;
            ck_assert_msg(said == fields, "%s: %zu rows for %zu fields", rows[i].of, said, fields);
            continue;
        }
        char want[128];
        (void)snprintf(want, sizeof want, "\n| `%s` | %zu | %zu | ", rows[i].field, rows[i].offset,
                       rows[i].bytes);
        ck_assert_msg(strstr(now, want) != NULL, "docs/record.md, %s: not there: %s", rows[i].of,
                      want + 1);
    }
    free(now);
    free(text);
}
END_TEST

START_TEST(the_sizes_of_the_docs_are_measured)
{
    char *text = docs(), want[64];
    for (unsigned meters = 0; meters <= VIEW_METERS_MAX; meters++) {
        (void)snprintf(want, sizeof want, "\n| %u | %u |\n", meters, record_bytes(meters, 0));
        ck_assert_msg(strstr(text, want) != NULL, "docs/record.md: not there: %s", want + 1);
    }
    free(text);
    ck_assert_uint_le(record_bytes(VIEW_METERS_MAX, 3 * MESSAGE_ID_MAX), RECORD_BYTES_MAX);
}
END_TEST

/* ---- growing ------------------------------------------------------------------------------- */

START_TEST(a_new_record_knows_nothing_and_nobody)
{
    uint32_t new_size;
    void *new_bytes = record_new(&new_size);
    struct record record;
    record_seal(new_bytes);
    ck_assert_uint_eq(new_size, record_bytes(0, 0));
    ck_assert_int_eq(record_open(new_bytes, new_size, &record, NULL), ERR_OK);
    for (int lane = 0; lane < TOPIC_COUNT; lane++)
        ck_assert_int_eq(record.home->applied[lane], OFFSET_NONE);
    ck_assert_uint_eq(record.home->occupied, 1);
    ck_assert_uint_eq(record.home->opted_out, 0);
    ck_assert_uint_eq(record_area(&record).bytes, 0);
    for (size_t i = 0; i < detector_count; i++) {
        ck_assert_uint_eq((size_t)record.states[i] % 8, 0);
        for (size_t b = 0; b < detectors[i]->state_bytes; b++)
            ck_assert_uint_eq(((const uint8_t *)record.states[i])[b], 0);
    }
    free(new_bytes);
}
END_TEST

START_TEST(another_meter_keeps_what_was_there)
{
    struct record record;
    record_view(bytes, &record);
    for (int m = 0; m < METERS; m++)
        memset(&record.meters[m].hours, m + 1, sizeof record.meters[m].hours);
    memset(record.states[1], 7, detectors[1]->state_bytes);
    record.home->flags = 5;
    for (unsigned m = METERS; m < VIEW_METERS_MAX; m++) {
        ck_assert_uint_eq(record_add_meter(&bytes, &size), m);
        static const struct record_meter none;
        ck_assert_int_eq(opened(&record, NULL), ERR_OK);
        ck_assert_uint_eq(size, record_bytes(m + 1, 28));
        ck_assert_mem_eq(&record.meters[m], &none, sizeof none);
        for (unsigned old = 0; old < METERS; old++)
            ck_assert_uint_eq(record.meters[old].hours[100], old + 1);
        ck_assert_uint_eq(*(const uint8_t *)record.states[1], 7);
        ck_assert_uint_eq(record.home->flags, 5);
        ck_assert(text_is(record_area(&record), "11140-sindang"));
        ck_assert(text_is(record_zone(&record), "Asia/Seoul"));
    }
}
END_TEST

START_TEST(other_texts_keep_what_was_there)
{
    static const char longest[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    struct record record;
    record_view(bytes, &record);
    memset(&record.meters[METERS - 1].hours, 9, sizeof record.meters[0].hours);
    ck_assert_uint_eq(sizeof longest - 1, MESSAGE_ID_MAX);
    record_set_texts(&bytes, &size, TEXT(""), TEXT(longest), TEXT(""));
    ck_assert_int_eq(opened(&record, NULL), ERR_OK);
    ck_assert(text_is(record_area(&record), "11140-sindang"));
    ck_assert(text_is(record_feeder(&record), longest));
    ck_assert(text_is(record_zone(&record), "Asia/Seoul"));
    record_set_texts(&bytes, &size, TEXT("a"), TEXT("b"), TEXT("c"));
    ck_assert_int_eq(opened(&record, NULL), ERR_OK);
    ck_assert(text_is(record_area(&record), "a"));
    ck_assert(text_is(record_feeder(&record), "b"));
    ck_assert(text_is(record_zone(&record), "c"));
    ck_assert_uint_eq(size, record_bytes(METERS, 3));
    ck_assert_uint_eq(record.meters[METERS - 1].hours[167], 9);
    for (int i = 3; i < 8; i++) /* what is not text is 0: the same record has the same bytes */
        ck_assert_int_eq(record.texts[i], 0);
}
END_TEST

START_TEST(other_detectors_or_states_are_incompatible_not_corrupt)
{
    struct record record;
    record_view(bytes, &record);
    record.header->detectors++;
    ck_assert_int_eq(opened(&record, NULL), ERR_INCOMPATIBLE);
    record.header->detectors--;
    record.home->layout ^= 1;
    ck_assert_int_eq(opened(&record, NULL), ERR_INCOMPATIBLE);
    /* also when their states were smaller, or larger */
    record.header->bytes = size -= 8;
    ck_assert_int_eq(opened(&record, NULL), ERR_INCOMPATIBLE);
    record.home->layout ^= 1;
    ck_assert_int_eq(opened(&record, NULL), ERR_CORRUPT);
}
END_TEST

START_TEST(names_have_the_published_hashes)
{
    ck_assert_uint_eq(record_hash(TEXT("")), 0xcbf29ce484222325ull);
    ck_assert_uint_eq(record_hash(TEXT("a")), 0xaf63dc4c8601ec8cull);
    ck_assert_uint_eq(record_hash(TEXT("foobar")), 0x85944171f73967e8ull);
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
    tcase_add_test(cases, the_table_names_every_byte_of_the_record);
    tcase_add_test(cases, the_byte_table_of_the_docs_is_that_of_the_code);
    tcase_add_test(cases, the_sizes_of_the_docs_are_measured);
    tcase_add_test(cases, a_new_record_knows_nothing_and_nobody);
    tcase_add_test(cases, another_meter_keeps_what_was_there);
    tcase_add_test(cases, other_texts_keep_what_was_there);
    tcase_add_test(cases, other_detectors_or_states_are_incompatible_not_corrupt);
    tcase_add_test(cases, names_have_the_published_hashes);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
