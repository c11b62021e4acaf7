/* SPDX-License-Identifier: Apache-2.0
 *
 * An alert without the hours of its evidence: everything else stays as it was, byte for byte as the
 * alert itself would write it.
 */
#include "alert/redact.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"
#include "base/file.h"

#define EVENTS "tests/golden/events/"

static const char *const with_hours[] = {"raised", "updated", "escalated", "resolved", "referred"};

static void read_event(const char *name, struct buffer *out)
{
    char path[128];
    struct fault fault = {""};
    (void)snprintf(path, sizeof path, EVENTS "%s.json", name);
    ck_assert_msg(!file_read(path, 100000, out, &fault), "%s", fault.text);
}

/* The snapshot in an event, as it stands there: its last member. */
static struct text data_of(const struct buffer *event)
{
    const char *at = strstr(event->at, "\"data\":") + 7;
    const char *end = strrchr(event->at, '}');
    return (struct text){at, (size_t)(end - at)};
}

static void write_without(struct text snapshot, struct buffer *out)
{
    struct alert alert;
    struct fault fault = {""};
    ck_assert_msg(!alert_read(snapshot, &alert, &fault), "%s", fault.text);
    for (size_t i = 0; i < alert.reason_count; i++) {
        alert.reasons[i].evidence.until_s = 0;
        alert.reasons[i].evidence.meter_count = 0;
    }
    alert_write(&alert, out);
    alert_done(&alert);
}

START_TEST(an_alert_loses_its_hours_and_nothing_else)
{
    struct buffer event = {0}, redacted = {0}, wanted = {0};
    struct fault fault = {""};
    read_event(with_hours[_i], &event);
    struct text snapshot = data_of(&event);
    ck_assert_ptr_nonnull(strstr(snapshot.at, "\"seen\":["));
    ck_assert_int_eq(redact_alert(snapshot, &redacted, &fault), ERR_OK);
    write_without(snapshot, &wanted);
    ck_assert_str_eq(redacted.at, wanted.at);
    ck_assert_ptr_null(strstr(redacted.at, "\"seen\":"));
    ck_assert_ptr_null(strstr(redacted.at, "\"expected\":"));
    ck_assert_ptr_nonnull(strstr(redacted.at, "\"until\":null,\"hours\":[],\"missing_hours\":"));
    buffer_done(&event);
    buffer_done(&redacted);
    buffer_done(&wanted);
}
END_TEST

START_TEST(an_event_keeps_its_envelope)
{
    struct buffer event = {0}, redacted = {0}, wanted = {0};
    struct fault fault = {""};
    read_event(with_hours[_i], &event);
    struct text snapshot = data_of(&event);
    buffer_add(&wanted, event.at, (size_t)(snapshot.at - event.at));
    write_without(snapshot, &wanted);
    buffer_text(&wanted, "}");
    ck_assert_int_eq(redact_event(buffer_view(&event), &redacted, &fault), ERR_OK);
    ck_assert_str_eq(redacted.at, wanted.at);
    buffer_done(&event);
    buffer_done(&redacted);
    buffer_done(&wanted);
}
END_TEST

START_TEST(what_has_no_hours_stays_as_it_is)
{
    static const char *const events[] = {
        "{\"id\":\"x.1\",\"data\":{\"incident\":\"x\",\"kind\":\"dark\",\"dark\":12}}",
        "{\"data\":{\"reasons\":[{\"detector\":\"arrears\",\"score\":9.1,\"evidence\":null},7]}}",
        "{\"id\":\"a.1\",\"data\":{\"reasons\":\"한국어\"}}",
        "{\"data\":7}",
    };
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct buffer out = {0};
        struct fault fault = {""};
        ck_assert_int_eq(redact_event(text_of(events[i]), &out, &fault), ERR_OK);
        ck_assert_str_eq(out.at, events[i]);
        buffer_done(&out);
    }
}
END_TEST

START_TEST(what_cannot_be_read_is_refused_and_does_not_go_out)
{
    static const char *const events[] = {"", "{", "[]", "7", "{\"data\":{}} more"};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        struct buffer out = {0};
        struct fault fault = {""};
        ck_assert_int_eq(redact_event(text_of(events[i]), &out, &fault), ERR_INVALID);
        ck_assert_uint_eq(out.bytes, 0);
        ck_assert_str_ne(fault.text, "");
        buffer_done(&out);
    }
}
END_TEST

int main(void)
{
    enum { EVENTS_COUNT = sizeof with_hours / sizeof with_hours[0] };
    Suite *suite = suite_create("redact");
    TCase *cases = tcase_create("redact");
    tcase_add_loop_test(cases, an_alert_loses_its_hours_and_nothing_else, 0, EVENTS_COUNT);
    tcase_add_loop_test(cases, an_event_keeps_its_envelope, 0, EVENTS_COUNT);
    tcase_add_test(cases, what_has_no_hours_stays_as_it_is);
    tcase_add_test(cases, what_cannot_be_read_is_refused_and_does_not_go_out);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
