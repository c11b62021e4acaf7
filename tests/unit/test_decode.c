/* SPDX-License-Identifier: Apache-2.0
 *
 * Golden files hold payloads ("< ...") and what becomes of them ("> ..."). After an intended change
 * ANBU_GOLDEN_WRITE=1 writes them anew, for a person to read the difference.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "ingest/decode_parts.h"
#include "message_text.h"

static const char *const golden_files[] = {
    "tests/golden/messages/reading.cases",   "tests/golden/messages/billing.cases",
    "tests/golden/messages/household.cases", "tests/golden/messages/report_weather.cases",
    "tests/golden/messages/hostile.cases",
};
#define GOLDEN_COUNT ((int)(sizeof golden_files / sizeof *golden_files))
#define CASES_MIN    20

#define READING(rest)                                                                \
    "{\"household\":\"H-1\",\"meter\":\"E-1\",\"utility\":\"electricity\",\"kind\":" \
    "\"interval\",\"start\":\"2026-01-15T04:00:00Z\",\"minutes\":60,\"unit\":\"kWh\"" rest "}"

/* Decodes a copy that has no byte to spare, so that a sanitizer sees every read beyond it. */
static void decode_exact(struct decoder *decoder, struct text payload, enum message_type assumed,
                         struct buffer *out)
{
    char *exact = malloc(payload.bytes ? payload.bytes : 1);
    struct message message;
    const char *detail = NULL;
    if (payload.bytes)
        memcpy(exact, payload.at, payload.bytes);
    decoder_batch_start(decoder);
    enum reject reject =
        decode(decoder, (struct text){exact, payload.bytes}, assumed, &message, &detail);
    ck_assert_ptr_nonnull(detail);
    message_text(reject, detail, &message, out);
    free(exact);
}

static struct buffer decoded(struct decoder *decoder, const char *payload,
                             enum message_type assumed)
{
    struct buffer out = {0};
    decode_exact(decoder, text_of(payload), assumed, &out);
    return out;
}

static void expect(struct decoder *decoder, const char *payload, enum message_type assumed,
                   const char *expected)
{
    struct buffer out = decoded(decoder, payload, assumed);
    ck_assert_msg(strcmp(out.at, expected) == 0, "%s\nis       %s\nexpected %s", payload, out.at,
                  expected);
    buffer_done(&out);
}

static bool next_line(struct text *rest, struct text *line)
{
    const char *end = rest->bytes ? memchr(rest->at, '\n', rest->bytes) : NULL;
    if (!end)
        return false;
    *line = (struct text){rest->at, (size_t)(end - rest->at)};
    *rest = (struct text){end + 1, rest->bytes - line->bytes - 1};
    return true;
}

static void golden_case(struct decoder *decoder, struct text line, struct text expected,
                        struct buffer *written)
{
    struct text payload = {line.at + 2, line.bytes - 2};
    struct buffer got = {0};
    decode_exact(decoder, payload, MESSAGE_TYPE_COUNT, &got);
    buffer_add(written, line.at, line.bytes);
    buffer_format(written, "\n> %s\n", got.at);
    if (!getenv("ANBU_GOLDEN_WRITE"))
        ck_assert_msg(
            text_equal(buffer_view(&got), (struct text){expected.at + 2, expected.bytes - 2}),
            "%.*s\nis %s\n%.*s", (int)line.bytes, line.at, got.at, (int)expected.bytes,
            expected.at);
    buffer_done(&got);
}

/* Where jansson skips it: behind a number. */
START_TEST(a_nul_byte_is_bad_json_wherever_it_stands)
{
    static const char good[] = READING(",\"value\":0.412,\"version\":3,\"x\":true");
    struct decoder *decoder = decoder_new(NULL, 0);
    for (size_t at = 0; at < sizeof good; at++) {
        struct buffer payload = {0}, out = {0};
        buffer_add(&payload, good, at);
        buffer_add(&payload, "", 1);
        buffer_add(&payload, good + at, sizeof good - 1 - at);
        decode_exact(decoder, buffer_view(&payload), MESSAGE_READING, &out);
        ck_assert_msg(strcmp(out.at, "bad_json ") == 0 || strcmp(out.at, "bad_json") == 0,
                      "at %zu: %s", at, out.at);
        buffer_done(&payload);
        buffer_done(&out);
    }
    decoder_free(decoder);
}
END_TEST

START_TEST(each_golden_message_has_its_outcome)
{
    struct decoder *decoder = decoder_new(NULL, 0);
    struct buffer file = {0}, written = {0};
    struct fault fault;
    ck_assert_msg(file_read(golden_files[_i], 1 << 22, &file, &fault) == ERR_OK, "%s", fault.text);
    struct text rest = buffer_view(&file), line, expected;
    int cases = 0;
    while (next_line(&rest, &line)) {
        if (line.bytes < 2 || line.at[0] != '<') {
            buffer_add(&written, line.at, line.bytes);
            buffer_text(&written, "\n");
            continue;
        }
        ck_assert_msg(next_line(&rest, &expected) && expected.bytes >= 2 && expected.at[0] == '>',
                      "%s: a case without an outcome", golden_files[_i]);
        golden_case(decoder, line, expected, &written);
        cases++;
    }
    ck_assert_int_ge(cases, CASES_MIN);
    if (getenv("ANBU_GOLDEN_WRITE")) {
        FILE *out = fopen(golden_files[_i], "wb");
        ck_assert_ptr_nonnull(out);
        ck_assert_uint_eq(fwrite(written.at, 1, written.bytes, out), written.bytes);
        ck_assert_int_eq(fclose(out), 0);
    }
    buffer_done(&file);
    buffer_done(&written);
    decoder_free(decoder);
}
END_TEST

static void fields_text(const struct fields *fields, struct buffer *out)
{
    struct message message;
    const char *detail;
    enum reject reject = fields_message(fields, MESSAGE_TYPE_COUNT, &message, &detail);
    message_text(reject, detail, &message, out);
}

START_TEST(both_readers_agree)
{
    struct scratch *scratch = scratch_new();
    struct buffer file = {0};
    struct fault fault;
    struct keys keys;
    int fast = 0;
    keys_init(&keys, NULL, 0);
    ck_assert_msg(file_read(golden_files[_i], 1 << 22, &file, &fault) == ERR_OK, "%s", fault.text);
    struct text rest = buffer_view(&file), line;
    while (next_line(&rest, &line)) {
        struct text payload = {line.at + 2, line.bytes - 2};
        struct fields scanned, full;
        if (line.bytes < 2 || line.at[0] != '<' || !decode_scan(&keys, payload, &scanned))
            continue;
        struct buffer a = {0}, b = {0};
        fast++;
        ck_assert_msg(decode_full(&keys, scratch, payload, &full) == REJECT_NONE, "%.*s",
                      (int)line.bytes, line.at);
        fields_text(&scanned, &a);
        fields_text(&full, &b);
        ck_assert_msg(strcmp(a.at, b.at) == 0, "%.*s\nfast %s\nfull %s", (int)line.bytes, line.at,
                      a.at, b.at);
        scratch_clear(scratch);
        buffer_done(&a);
        buffer_done(&b);
    }
    ck_assert_int_gt(fast, 5);
    buffer_done(&file);
    scratch_free(scratch);
}
END_TEST

START_TEST(the_usual_messages_take_the_fast_way)
{
    static const char *const usual[] = {
        READING(",\"value\":0.412"),
        READING(",\"value\":412,\"quality\":\"estimated\",\"id\":\"e-1\",\"version\":2"),
        ("{\"type\": \"reading\", \"household\": \"H-10231\", \"meter\": \"W-5512\", \"utility\": "
         "\"water\", \"kind\": \"register\", \"at\": \"2026-01-15T13:19:43+09:00\", \"value\": "
         "68321, \"unit\": \"L\", \"quality\": \"actual\", \"arrived\": "
         "\"2026-01-15T04:20:00Z\"}\n"),
        ("{\"type\":\"billing\",\"household\":\"H-1\",\"utility\":\"gas\",\"event\":\"arrears\","
         "\"at\":\"2026-04-01T00:00:00+09:00\",\"months\":3,\"amount\":129300,\"currency\":"
         "\"KRW\"}"),
    };
    struct keys keys;
    struct fields fields;
    keys_init(&keys, NULL, 0);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        ck_assert_msg(decode_scan(&keys, text_of(usual[i]), &fields), "%s", usual[i]);
}
END_TEST

START_TEST(every_cut_of_a_message_is_bad_json)
{
    static const char whole[] = READING(",\"value\":0.412,\"quality\":\"actual\",\"x\":[true,{}]");
    struct decoder *decoder = decoder_new(NULL, 0);
    for (size_t cut = 0; cut + 1 < sizeof whole; cut++) {
        struct buffer out = {0};
        decode_exact(decoder, (struct text){whole, cut}, MESSAGE_READING, &out);
        ck_assert_msg(strcmp(out.at, "bad_json") == 0, "cut at %zu: %s", cut, out.at);
        buffer_done(&out);
    }
    decoder_free(decoder);
}
END_TEST

START_TEST(length_of_the_payload_does_not_matter_to_the_scanner)
{
    struct decoder *decoder = decoder_new(NULL, 0);
    static const char head[] = "{\"type\":\"reading\",\"household\":\"H-1\",\"meter\":\"E-1\","
                               "\"utility\":\"electricity\",\"kind\":\"interval\",\"start\":"
                               "\"2026-01-15T04:00:00Z\",\"minutes\":60,\"unit\":\"kWh\",\"x\":\"";
    for (size_t pad = 0; pad < 6000; pad += pad < 200 ? 1 : 97) {
        struct buffer payload = {0};
        buffer_text(&payload, head);
        for (size_t i = 0; i < pad; i++)
            buffer_text(&payload, "x");
        buffer_text(&payload, "\",\"value\":2}");
        expect(decoder, payload.at, MESSAGE_TYPE_COUNT,
               "reading household=H-1 at=2026-01-15T04:00:00Z end=2026-01-15T05:00:00Z meter=E-1 "
               "electricity interval actual start=2026-01-15T04:00:00Z minutes=60 value=2000000 "
               "mWh");
        buffer_done(&payload);
    }
    decoder_free(decoder);
}
END_TEST

START_TEST(a_message_beyond_64_kib_is_too_large)
{
    struct decoder *decoder = decoder_new(NULL, 0);
    struct buffer payload = {0};
    buffer_text(&payload, "{\"type\":\"report\",\"x\":\"");
    while (payload.bytes < MESSAGE_BYTES_MAX - 2)
        buffer_text(&payload, "x");
    buffer_text(&payload, "\"}");
    ck_assert_uint_eq(payload.bytes, MESSAGE_BYTES_MAX);
    expect(decoder, payload.at, MESSAGE_TYPE_COUNT, "missing_field household");
    buffer_text(&payload, " ");
    expect(decoder, payload.at, MESSAGE_TYPE_COUNT, "too_large");
    buffer_done(&payload);
    expect(decoder, "", MESSAGE_READING, "bad_json");
    struct message message;
    const char *detail;
    ck_assert_int_eq(decode(decoder, (struct text){NULL, 0}, MESSAGE_READING, &message, &detail),
                     REJECT_BAD_JSON);
    decoder_free(decoder);
}
END_TEST

START_TEST(the_topic_says_the_type_or_agrees_with_it)
{
    struct decoder *decoder = decoder_new(NULL, 0);
    static const char report[] = "{\"household\":\"H-1\",\"channel\":\"school\",\"at\":"
                                 "\"2026-01-16T19:10:00Z\",\"type\":\"report\"}";
    static const char untyped[] =
        "{\"household\":\"H-1\",\"channel\":\"school\",\"at\":\"2026-01-16T19:10:00Z\"}";
    static const char expected[] =
        "report household=H-1 at=2026-01-16T19:10:00Z end=2026-01-16T19:10:00Z school";
    expect(decoder, report, MESSAGE_REPORT, expected);
    expect(decoder, report, MESSAGE_TYPE_COUNT, expected);
    expect(decoder, report, MESSAGE_BILLING, "wrong_topic type");
    expect(decoder, untyped, MESSAGE_REPORT, expected);
    expect(decoder, untyped, MESSAGE_TYPE_COUNT, "unknown_type type");
    expect(decoder, "{\"type\":\"x\"}", MESSAGE_REPORT, "unknown_type type");
    decoder_free(decoder);
}
END_TEST

START_TEST(a_reject_leaves_the_message_untouched)
{
    struct decoder *decoder = decoder_new(NULL, 0);
    struct message message, before;
    const char *detail;
    memset(&message, 0x5a, sizeof message);
    memcpy(&before, &message, sizeof before);
    ck_assert_int_eq(
        decode(decoder, text_of(READING(",\"value\":\"x\"")), MESSAGE_READING, &message, &detail),
        REJECT_BAD_VALUE);
    ck_assert_str_eq(detail, "value");
    ck_assert_int_eq(memcmp(&message, &before, sizeof before), 0);
    decoder_free(decoder);
}
END_TEST

START_TEST(texts_of_the_full_reader_live_until_the_next_batch)
{
    enum { MESSAGES = 500 };
    struct decoder *decoder = decoder_new(NULL, 0);
    struct message messages[MESSAGES];
    const char *detail;
    for (int batch = 0; batch < 3; batch++) {
        decoder_batch_start(decoder);
        for (int i = 0; i < MESSAGES; i++) {
            struct buffer payload = {0};
            buffer_format(&payload,
                          "{\"household\":\"\\u0048-%d-%d\",\"channel\":\"school\","
                          "\"at\":\"2026-01-16T19:10:00Z\",\"summary\":\"",
                          batch, i);
            for (int n = 0; n < 300; n++)
                buffer_text(&payload, "x");
            buffer_text(&payload, "\"}");
            ck_assert_int_eq(
                decode(decoder, buffer_view(&payload), MESSAGE_REPORT, &messages[i], &detail),
                REJECT_NONE);
            buffer_done(&payload);
        }
        for (int i = 0; i < MESSAGES; i++) {
            struct buffer household = {0};
            buffer_format(&household, "H-%d-%d", batch, i);
            ck_assert(text_equal(messages[i].household, buffer_view(&household)));
            ck_assert_uint_eq(messages[i].report.summary.bytes, 300);
            buffer_done(&household);
        }
    }
    decoder_free(decoder);
}
END_TEST

START_TEST(a_utility_may_keep_its_own_names)
{
    static const struct field_mapping mapping[] = {
        {"household", "premiseId"},
        {"meter", "device.serial"},
        {"value", "reading.kwh"},
        {"start", "ts"},
        {"at", "ts"},
        {"kind", "unit"},
        {"unit", "kind"},
        {"value", "ignored"},
        {"nonsense", "x"},
    };
    static const char *const payloads[] = {
        "{\"premiseId\":\"H-1\",\"device\":{\"serial\":\"E-1\"},\"reading\":{\"kwh\":0.5},\"ts\":"
        "\"2026-01-15T04:00:00Z\",\"unit\":\"interval\",\"kind\":\"kWh\",\"minutes\":60,"
        "\"utility\":\"electricity\",\"ignored\":7}",
        /* The dotted names as they are written, flat: the fast way. */
        "{\"premiseId\":\"H-1\",\"device.serial\":\"E-1\",\"reading.kwh\":0.5,\"ts\":"
        "\"2026-01-15T04:00:00Z\",\"unit\":\"interval\",\"kind\":\"kWh\",\"minutes\":60,"
        "\"utility\":\"electricity\"}",
        /* Theirs wins over ours, before or after it. */
        "{\"household\":\"no\",\"premiseId\":\"H-1\",\"device.serial\":\"E-1\",\"meter\":\"no\","
        "\"reading.kwh\":0.5,\"value\":9,\"ts\":\"2026-01-15T04:00:00Z\",\"unit\":\"interval\","
        "\"kind\":\"kWh\",\"minutes\":60,\"utility\":\"electricity\"}",
        /* Ours still counts where theirs is not there: Anbu's own messages on the same topic. */
        "{\"household\":\"H-1\",\"meter\":\"E-1\",\"value\":0.5,\"start\":"
        "\"2026-01-15T04:00:00Z\",\"unit\":\"interval\",\"kind\":\"kWh\",\"minutes\":60,"
        "\"utility\":\"electricity\",\"premiseId\":null}",
    };
    struct decoder *decoder = decoder_new(mapping, sizeof mapping / sizeof *mapping);
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++)
        expect(decoder, payloads[i], MESSAGE_READING,
               "reading household=H-1 at=2026-01-15T04:00:00Z end=2026-01-15T05:00:00Z meter=E-1 "
               "electricity interval actual start=2026-01-15T04:00:00Z minutes=60 value=500000 "
               "mWh");
    decoder_free(decoder);
    ck_assert(decode_knows_field(TEXT("value")));
    ck_assert(!decode_knows_field(TEXT("valu")));
}
END_TEST

START_TEST(units_are_exact)
{
    static const struct {
        struct decimal number;
        const char *unit;
        enum utility utility;
        int64_t milli;
    } cases[] = {
        {{1, 0}, "gal", UTILITY_WATER, 3785},
        {{1000000, 0}, "gal", UTILITY_WATER, 3785411784},
        {{1, 6}, "ft3", UTILITY_GAS, 28316846592},
        {{-5, -1}, "Wh", UTILITY_ELECTRICITY, -500},
        {{5, -4}, "Wh", UTILITY_ELECTRICITY, 1},
        {{-5, -4}, "Wh", UTILITY_ELECTRICITY, -1},
        {{49, -5}, "Wh", UTILITY_ELECTRICITY, 0},
        {{9, 8}, "MWh", UTILITY_GAS, MILLI_MAX},
        {{0, 999999}, "MWh", UTILITY_GAS, 0},
        {{INT64_MAX, -400}, "gal", UTILITY_WATER, 0},
        {{INT64_MAX, -30}, "m3", UTILITY_WATER, 0},
        {{INT64_MAX, -25}, "m3", UTILITY_WATER, 1},
        {{INT64_MIN, -25}, "m3", UTILITY_WATER, -1},
    };
    int64_t out;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct unit *unit = unit_find(text_of(cases[i].unit), cases[i].utility);
        ck_assert_ptr_nonnull(unit);
        ck_assert(decimal_scale(cases[i].number, unit->factor, unit->exponent, &out));
        ck_assert_msg(out == cases[i].milli, "case %zu is %lld", i, (long long)out);
    }
    ck_assert(!decimal_scale((struct decimal){9, 17}, 1, 1, &out));
    ck_assert(!decimal_scale((struct decimal){INT64_MIN, 0}, 1, 0, &out));
    ck_assert(!decimal_scale((struct decimal){1, INT32_MAX}, 1, 9, &out));
    ck_assert(!decimal_whole((struct decimal){15, -1}, 0, 100, &out));
    ck_assert(!decimal_whole((struct decimal){1, 30}, 0, 100, &out));
    ck_assert(decimal_whole((struct decimal){150, -1}, 0, 100, &out));
    ck_assert_int_eq(out, 15);
    ck_assert_ptr_null(unit_find(TEXT("kWh"), UTILITY_WATER));
    ck_assert_ptr_null(unit_find(TEXT("L"), UTILITY_ELECTRICITY));
}
END_TEST

static void documented(const struct buffer *page, const char *word)
{
    struct buffer quoted = {0};
    buffer_format(&quoted, "`%s`", word);
    ck_assert_msg(strstr(page->at, quoted.at) != NULL, "docs/formats.md does not say %s",
                  quoted.at);
    buffer_done(&quoted);
}

static void all_documented(const struct buffer *page, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        documented(page, names[i]);
}

START_TEST(the_page_about_formats_knows_every_word)
{
    struct buffer page = {0};
    struct fault fault;
    ck_assert_msg(file_read("docs/formats.md", 1 << 20, &page, &fault) == ERR_OK, "%s", fault.text);
    for (enum field field = 0; field < FIELD_COUNT; field++)
        documented(&page, field_names[field].at);
    all_documented(&page, message_type_names, MESSAGE_TYPE_COUNT);
    all_documented(&page, utility_names, UTILITY_COUNT);
    all_documented(&page, quality_names, QUALITY_COUNT);
    all_documented(&page, billing_event_names, BILLING_EVENT_COUNT);
    all_documented(&page, household_event_names, HOUSEHOLD_EVENT_COUNT);
    all_documented(&page, report_channel_names, REPORT_CHANNEL_COUNT);
    all_documented(&page, profile_flag_names, PROFILE_FLAG_COUNT);
    all_documented(&page, outcome_names, OUTCOME_COUNT);
    all_documented(&page, reject_names + 1, REJECT_COUNT - 1);
    buffer_done(&page);
}
END_TEST

START_TEST(what_a_dead_letter_says_ends_with_what_to_do)
{
    for (int i = REJECT_NONE + 1; i < REJECT_COUNT; i++) {
        const char *way_out = strstr(reject_helps[i], "; ");
        ck_assert_msg(way_out && way_out[2], "%s: %s", reject_names[i], reject_helps[i]);
    }
}
END_TEST

START_TEST(random_damage_never_makes_the_readers_disagree)
{
    const uint32_t seed = 20260116;
    static const char whole[] = READING(",\"value\":0.412,\"type\":\"reading\",\"id\":\"e-1\"");
    static const char spice[] = "\"\\{}[]:,.0123456789eE-+ \ttfn\x01\x7f\xc3\xa9";
    struct scratch *scratch = scratch_new();
    struct keys keys;
    uint32_t state = seed;
    int fast = 0;
    keys_init(&keys, NULL, 0);
    for (int i = 0; i < 30000; i++) {
        char payload[sizeof whole];
        memcpy(payload, whole, sizeof whole);
        for (int n = i % 3; n >= 0; n--) {
            state = state * 1664525U + 1013904223U;
            payload[(state >> 8) % (sizeof whole - 1)] = spice[(state >> 16) % (sizeof spice - 1)];
        }
        struct text text = {payload, sizeof whole - 1};
        struct fields scanned, full;
        struct buffer a = {0}, b = {0};
        scratch_clear(scratch);
        if (!decode_scan(&keys, text, &scanned))
            continue;
        fast++;
        ck_assert_msg(decode_full(&keys, scratch, text, &full) == REJECT_NONE, "seed %u: %s", seed,
                      payload);
        fields_text(&scanned, &a);
        fields_text(&full, &b);
        ck_assert_msg(strcmp(a.at, b.at) == 0, "seed %u: %s\n%s\n%s", seed, payload, a.at, b.at);
        buffer_done(&a);
        buffer_done(&b);
    }
    ck_assert_int_gt(fast, 1000);
    scratch_free(scratch);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("decode");
    TCase *cases = tcase_create("decode");
    tcase_set_timeout(cases, 60);
    tcase_add_loop_test(cases, each_golden_message_has_its_outcome, 0, GOLDEN_COUNT);
    tcase_add_loop_test(cases, both_readers_agree, 0, GOLDEN_COUNT);
    tcase_add_test(cases, a_nul_byte_is_bad_json_wherever_it_stands);
    tcase_add_test(cases, the_usual_messages_take_the_fast_way);
    tcase_add_test(cases, every_cut_of_a_message_is_bad_json);
    tcase_add_test(cases, length_of_the_payload_does_not_matter_to_the_scanner);
    tcase_add_test(cases, a_message_beyond_64_kib_is_too_large);
    tcase_add_test(cases, the_topic_says_the_type_or_agrees_with_it);
    tcase_add_test(cases, a_reject_leaves_the_message_untouched);
    tcase_add_test(cases, texts_of_the_full_reader_live_until_the_next_batch);
    tcase_add_test(cases, a_utility_may_keep_its_own_names);
    tcase_add_test(cases, units_are_exact);
    tcase_add_test(cases, the_page_about_formats_knows_every_word);
    tcase_add_test(cases, what_a_dead_letter_says_ends_with_what_to_do);
    tcase_add_test(cases, random_damage_never_makes_the_readers_disagree);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
