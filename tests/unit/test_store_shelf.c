/* SPDX-License-Identifier: Apache-2.0
 *
 * Documents in the store port: every case against the memory store and against a real Redis (_i is
 * the kind).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "store_world.h"

static enum err set(const char *name, int64_t expected, int64_t version, const char *body,
                    int64_t expires_in_ms)
{
    struct store_document document = {"account", name,          expected,
                                      version,   text_of(body), expires_in_ms};
    return world.store->ops->document_set(world.store, &document, &world.fault);
}

static enum err get(const char *shelf, const char *name, char *out, size_t out_bytes)
{
    struct buffer body = {0};
    int64_t version = 0;
    enum err err =
        world.second->ops->document(world.second, shelf, name, &version, &body, &world.fault);
    (void)snprintf(out, out_bytes, "%d %s", (int)version, buffer_view(&body).at);
    buffer_done(&body);
    return err;
}

static void seen_document(void *context, struct text name, struct text body)
{
    struct seen *seen = context;
    ck_assert_uint_lt(seen->count, SEEN_MAX);
    (void)snprintf(seen->at[seen->count++], sizeof seen->at[0], "%.*s %.*s", (int)name.bytes,
                   name.at, (int)body.bytes, body.at);
}

static struct seen list(const char *shelf)
{
    struct seen seen = {0};
    must(world.second->ops->documents(world.second, shelf, seen_document, &seen, &world.fault));
    return seen;
}

START_TEST(a_document_is_written_by_who_saw_its_version)
{
    char text[100];
    world_begin(_i);
    ck_assert_int_eq(get("account", "kim", text, sizeof text), ERR_NOT_FOUND);
    must(set("kim", 0, 1, "one", 0));
    ck_assert_int_eq(set("kim", 0, 1, "another", 0), ERR_CONFLICT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "account kim is at version 1, not 0"));
    must(set("kim", 1, 2, "two\nlines", 0));
    ck_assert_int_eq(set("kim", 1, 2, "late", 0), ERR_CONFLICT);
    must(get("account", "kim", text, sizeof text));
    ck_assert_str_eq(text, "2 two\nlines");
    ck_assert_int_eq(get("session", "kim", text, sizeof text), ERR_NOT_FOUND);
}
END_TEST

START_TEST(documents_are_listed_by_name_and_leave_the_list)
{
    world_begin(_i);
    ck_assert_uint_eq(list("account").count, 0);
    must(set("lee", 0, 1, "b", 0));
    must(set("kim", 0, 1, "a", 0));
    struct seen seen = list("account");
    ck_assert_uint_eq(seen.count, 2);
    ck_assert_str_eq(seen.at[0], "kim a");
    ck_assert_str_eq(seen.at[1], "lee b");
    ck_assert_uint_eq(list("accoun").count, 0);
    must(set("kim", 1, 0, "", 0));
    seen = list("account");
    ck_assert_uint_eq(seen.count, 1);
    ck_assert_str_eq(seen.at[0], "lee b");
    must(set("kim", 0, 1, "anew", 0));
}
END_TEST

START_TEST(a_document_expires)
{
    char text[100];
    const struct timespec wait = {0, 30000000};
    world_begin(_i);
    must(set("kim", 0, 1, "short", 10));
    must(set("lee", 0, 1, "long", 600000));
    (void)nanosleep(&wait, NULL);
    ck_assert_int_eq(get("account", "kim", text, sizeof text), ERR_NOT_FOUND);
    ck_assert_uint_eq(list("account").count, 1);
    must(set("kim", 0, 1, "again", 0));
    must(get("account", "kim", text, sizeof text));
    ck_assert_str_eq(text, "1 again");
    ck_assert_uint_eq(list("account").count, 2);
}
END_TEST

START_TEST(what_does_not_fit_on_a_shelf_is_refused)
{
    static char large[STORE_DOCUMENT_MAX + 2];
    char name[STORE_DOCUMENT_NAME_MAX + 1];
    world_begin(_i);
    memset(large, 'x', sizeof large - 1);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    ck_assert_int_eq(set("kim", 0, 1, large, 0), ERR_TOO_LARGE);
    ck_assert_int_eq(set("", 0, 1, "x", 0), ERR_INVALID);
    ck_assert_int_eq(set(name, 0, 1, "x", 0), ERR_INVALID);
    name[sizeof name - 2] = '\0';
    must(set(name, 0, 1, large + 1, 0));
}
END_TEST

START_TEST(a_damaged_document_is_an_error_that_names_the_key)
{
    char text[100];
    world_begin(WORLD_REDIS);
    (void)redis_server_say(&world.shared, "SET anbu:{shelf:account}:d:kim x");
    ck_assert_int_eq(get("account", "kim", text, sizeof text), ERR_CORRUPT);
    ck_assert_ptr_nonnull(strstr(world.fault.text, "{shelf:account}:d:kim"));
}
END_TEST

static void add_cases(TCase *cases)
{
    tcase_add_loop_test(cases, a_document_is_written_by_who_saw_its_version, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, documents_are_listed_by_name_and_leave_the_list, 0,
                        WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, a_document_expires, 0, WORLD_KIND_COUNT);
    tcase_add_loop_test(cases, what_does_not_fit_on_a_shelf_is_refused, 0, WORLD_KIND_COUNT);
    tcase_add_test(cases, a_damaged_document_is_an_error_that_names_the_key);
}

int main(void)
{
    return world_main("store: documents", add_cases);
}
