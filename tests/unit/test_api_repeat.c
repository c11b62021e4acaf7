/* SPDX-License-Identifier: Apache-2.0
 *
 * Idempotency-Key: a change that is sent twice is made once, whatever dies in between.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/lifecycle.h"
#include "api_visitor.h"

#define KEY   "Idempotency-Key: 1f2b7c1e-77aa-4a8e-9d7b-0a4f7d1f9a10"
#define OTHER "Idempotency-Key: 5b0f6a1c-0d0b-4c3e-8f57-9b1f2f6f3c11"

static struct visitor kim;
static struct store_ops bent;
static bool away, lost; /* the store: before an answer is kept, behind a step */
static int64_t kept_for_ms;

static void begin(void)
{
    kim = (struct visitor){.cookie = ""};
    away = lost = false;
    aw_set_up();
}

static void end(void)
{
    visitor_done(&kim);
    aw_tear_down();
}

static int64_t version_now(const char *id)
{
    struct buffer snapshot = {0};
    struct alert alert;
    uint32_t partition = kafka_partition(TEXT("H-1"), AW_PARTITIONS);
    ck_assert(!aw_store->ops->alert(aw_store, partition, id, &snapshot, &aw_fault));
    ck_assert(!alert_read(buffer_view(&snapshot), &alert, &aw_fault));
    int64_t version = alert.version;
    alert_done(&alert);
    buffer_done(&snapshot);
    return version;
}

static const char *note_path(const char *id)
{
    return aw_path(id, "note");
}

START_TEST(the_same_request_has_the_same_answer_and_is_done_once)
{
    struct buffer first = {0};
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 200);
    buffer_text(&first, aw_answer.body.at);
    aw_expect(200, note_path(id), "{\"note\":\"by somebody else\"}");
    aw_now.set_ms += 23 * 3600000;
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 200);
    ck_assert_str_eq(aw_answer.body.at, first.at);
    ck_assert_int_eq(version_now(id), 3);
    aw_audit_says("ok: the same as before", 1);
    buffer_done(&first);
}
END_TEST

START_TEST(a_key_is_of_one_request_and_one_person)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 200);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"another\"}", KEY), 422);
    aw_says("urn:anbu:problem:key-reused");
    aw_says("each change has a key of its own");
    ck_assert_int_eq(aw_ask(aw_path(id, "acknowledge"), "{\"note\":\"calling\"}", KEY), 422);
    ck_assert_int_eq(version_now(id), 2);
    visitor_account("kim", ROLE_OFFICER, TEAM_POLICE);
    visitor_sign_in(&kim, "kim");
    ck_assert_int_eq(visitor_ask(&kim, "POST", note_path(id), "{\"note\":\"calling\"}", KEY "\r\n"),
                     200);
    ck_assert_ptr_null(strstr(kim.answer.at, "Idempotency-Replayed"));
    ck_assert_int_eq(visitor_ask(&kim, "POST", note_path(id), "{\"note\":\"calling\"}", KEY "\r\n"),
                     200);
    ck_assert_ptr_nonnull(strstr(kim.answer.at, "Idempotency-Replayed: true\r\n"));
    ck_assert_ptr_nonnull(strstr(kim.answer.at, "ETag: \"3\"\r\n"));
    ck_assert_int_eq(version_now(id), 3);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"x\"}", "Idempotency-Key: a b"), 400);
    ck_assert_int_eq(aw_ask("/api/v1/alerts", NULL, "Idempotency-Key: a b"), 200); /* no change */
}
END_TEST

/* What was refused has done nothing: sent again it is looked at again. */
START_TEST(a_refusal_is_not_kept)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    ck_assert_int_eq(aw_ask(aw_path(id, "accept"), "{}", KEY), 409);
    aw_expect(200, aw_path(id, "refer"), "{\"team\":\"welfare\",\"note\":\"arrears\"}");
    ck_assert_int_eq(aw_ask(aw_path(id, "accept"), "{}", KEY), 200);
    ck_assert_int_eq(aw_ask(aw_path(id, "accept"), "{}", KEY), 200);
    ck_assert_int_eq(version_now(id), 3);
}
END_TEST

/* ---- what dies ---- */

static enum err document_dies(struct store *mine, const struct store_document *document,
                              struct fault *why)
{
    kept_for_ms = document->expires_in_ms;
    if (away && document->expected_version == 1)
        return fault_set(why, ERR_UNREACHABLE, "connection lost");
    return aw_store->ops->document_set(mine, document, why);
}

static enum err transition_lost(struct store *mine, struct store_head *head,
                                const struct store_transition *step, struct fault *why)
{
    enum err err = aw_store->ops->transition(mine, head, step, why);
    lost = true;
    return err ? err : fault_set(why, ERR_UNREACHABLE, "connection lost");
}

static enum err alert_away(struct store *mine, uint32_t partition, const char *id,
                           struct buffer *out, struct fault *why)
{
    return lost ? fault_set(why, ERR_UNREACHABLE, "connection lost")
                : aw_store->ops->alert(mine, partition, id, out, why);
}

static void bend(void)
{
    struct store *own = store_memory_again(aw_store);
    api_stop(aw_api);
    aw_api = NULL;
    own->ops = &bent;
    struct api_options options = aw_options(own);
    ck_assert_msg(!api_start(&options, &aw_api, &aw_fault), "%s", aw_fault.text);
}

/* The daemon dies after the change and before its answer is kept, as far as the store can tell. */
START_TEST(after_a_crash_in_between_it_is_not_done_twice)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    bent = *aw_store->ops;
    bent.document_set = document_dies;
    bend();
    away = true;
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 200);
    away = false;
    bend(); /* the next daemon */
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 409);
    aw_says("urn:anbu:problem:unfinished");
    aw_says("the request with this Idempotency-Key of 2026-01-16T01:03:04Z has not ended");
    ck_assert_int_eq(version_now(id), 2);
    ck_assert_int_eq(kept_for_ms, 24 * 3600 * 1000);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", OTHER), 200);
    ck_assert_int_eq(version_now(id), 3);
}
END_TEST

START_TEST(what_is_not_known_to_be_done_is_not_done_again)
{
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    bent = *aw_store->ops;
    bent.transition = transition_lost;
    bent.alert = alert_away;
    bend();
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 503);
    aw_says("it is not known whether this was done");
    lost = false;
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 409);
    ck_assert_int_eq(version_now(id), 2);
}
END_TEST

START_TEST(an_answer_too_large_to_be_kept_is_said)
{
    static char body[ALERT_NOTE_MAX + 20];
    const char *id = aw_raise("H-1", &aw_quiet, SEVERITY_HIGH, AW_RAISED_S);
    uint32_t dice = 1;
    for (int i = 0; i < 30; i++) { /* notes that do not shrink */
        size_t used = (size_t)snprintf(body, sizeof body, "{\"note\":\"");
        for (int c = 0; c < ALERT_NOTE_MAX; c++) {
            dice = dice * 1664525u + 1013904223u;
            body[used++] = (char)('#' + (dice >> 24) % 56);
        }
        (void)snprintf(body + used, sizeof body - used, "\"}");
        aw_expect(200, note_path(id), body);
    }
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 200);
    ck_assert_int_eq(aw_ask(note_path(id), "{\"note\":\"calling\"}", KEY), 409);
    aw_says("the answer was too large to be kept");
    ck_assert_int_eq(version_now(id), 32);
}
END_TEST

static void find_text(void *context, struct text name, struct text body)
{
    struct buffer *all = context;
    buffer_add(all, name.at, name.bytes);
    buffer_add(all, body.at, body.bytes);
}

START_TEST(of_passwords_nothing_is_kept)
{
    struct buffer all = {0};
    ck_assert_int_eq(
        aw_ask("/api/v1/users",
               "{\"name\":\"lee\",\"role\":\"ops\",\"password\":\"a long quiet winter\"}", KEY),
        201);
    ck_assert_int_eq(aw_store->ops->documents(aw_store, "repeat", find_text, &all, &aw_fault),
                     ERR_OK);
    ck_assert_uint_eq(all.bytes, 0);
    ck_assert_int_eq(
        aw_ask("/api/v1/tokens",
               "{\"name\":\"dispatch\",\"team\":\"police\",\"scopes\":\"alerts:read\"}", KEY),
        201);
    ck_assert_int_eq(aw_store->ops->documents(aw_store, "repeat", find_text, &all, &aw_fault),
                     ERR_OK);
    ck_assert_uint_eq(all.bytes, 0);
    ck_assert_int_eq(aw_ask("/api/v1/users/lee/disable", "{}", KEY), 200);
    ck_assert_int_eq(aw_ask("/api/v1/users/lee/disable", "{}", KEY), 200);
    ck_assert_int_eq(aw_store->ops->documents(aw_store, "repeat", find_text, &all, &aw_fault),
                     ERR_OK);
    ck_assert_ptr_null(strstr(all.at, "1f2b7c1e")); /* nor is the key itself */
    buffer_done(&all);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("api, repeat");
    TCase *tcase = tcase_create("repeat");
    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, begin, end);
    tcase_add_test(tcase, the_same_request_has_the_same_answer_and_is_done_once);
    tcase_add_test(tcase, a_key_is_of_one_request_and_one_person);
    tcase_add_test(tcase, a_refusal_is_not_kept);
    tcase_add_test(tcase, after_a_crash_in_between_it_is_not_done_twice);
    tcase_add_test(tcase, what_is_not_known_to_be_done_is_not_done_again);
    tcase_add_test(tcase, an_answer_too_large_to_be_kept_is_said);
    tcase_add_test(tcase, of_passwords_nothing_is_kept);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
