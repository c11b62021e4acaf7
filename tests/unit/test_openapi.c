/* SPDX-License-Identifier: Apache-2.0
 *
 * The API's own document, and the table that it and the checks of requests are made from.
 */
#include "console/openapi.h"

#include <check.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console/shapes.h"

static json_t *document(void)
{
    struct buffer text = {0};
    openapi_write(&text);
    json_t *json = json_loadb(text.at, text.bytes, JSON_REJECT_DUPLICATES, NULL);
    ck_assert_msg(json, "%s", text.at);
    buffer_done(&text);
    return json;
}

static const json_t *operation(const json_t *json, const char *path, const char *method)
{
    return json_object_get(json_object_get(json_object_get(json, "paths"), path), method);
}

START_TEST(every_route_stands_in_it_with_its_roles)
{
    json_t *json = document();
    size_t operations = 0;
    const char *path;
    json_t *methods;
    json_object_foreach(json_object_get(json, "paths"), path, methods) operations +=
        json_object_size(methods);
    ck_assert_uint_eq(operations, route_count);
    for (size_t i = 0; i < route_count; i++) {
        const char *method = strcmp(routes[i].method, "GET") == 0    ? "get"
                             : strcmp(routes[i].method, "POST") == 0 ? "post"
                                                                     : "delete";
        const json_t *roles =
            json_object_get(operation(json, routes[i].path, method), "x-anbu-roles");
        size_t open = 0;
        for (int role = 0; role < ROLE_COUNT; role++)
            open += routes[i].roles >> role & 1;
        ck_assert_msg(json_array_size(roles) == open, "%s %s", method, routes[i].path);
    }
    json_decref(json);
}
END_TEST

/* A $ref that leads nowhere makes a document that no tool takes. */
static void follow(const json_t *json, const json_t *at)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_array(at))
        json_array_foreach(at, i, value) follow(json, value);
    json_object_foreach((json_t *)(uintptr_t)at, key, value)
    {
        if (strcmp(key, "$ref") == 0) {
            char kind[32], name[64];
            ck_assert_int_eq(
                sscanf(json_string_value(value), "#/components/%31[^/]/%63s", kind, name), 2);
            ck_assert_msg(
                json_object_get(json_object_get(json_object_get(json, "components"), kind), name),
                "%s", json_string_value(value));
        }
        follow(json, value);
    }
}

START_TEST(what_it_refers_to_is_there)
{
    json_t *json = document();
    follow(json, json);
    ck_assert_str_eq(json_string_value(json_object_get(json, "openapi")), "3.1.0");
    json_decref(json);
}
END_TEST

START_TEST(a_change_says_what_its_body_and_headers_are)
{
    json_t *json = document();
    const json_t *contact = operation(json, "/api/v1/alerts/{id}/contact", "post");
    char *said = json_dumps(contact, JSON_COMPACT);
    ck_assert_ptr_nonnull(strstr(said, "\"required\":[\"channel\",\"whom\",\"result\"]"));
    ck_assert_ptr_nonnull(strstr(said, "\"enum\":[\"message\",\"call\",\"visit\"]"));
    ck_assert_ptr_nonnull(strstr(said, "\"name\":\"Idempotency-Key\""));
    ck_assert_ptr_nonnull(strstr(said, "\"name\":\"If-Match\""));
    ck_assert_ptr_nonnull(strstr(said, "\"412\""));
    free(said);
    said = json_dumps(operation(json, "/api/v1/alerts", "get"), JSON_COMPACT);
    ck_assert_ptr_null(strstr(said, "requestBody"));
    ck_assert_ptr_null(strstr(said, "Idempotency-Key"));
    ck_assert_ptr_nonnull(strstr(said, "\"minimum\":1,\"maximum\":1000"));
    free(said);
    json_decref(json);
}
END_TEST

static void look_at(const struct shape *shape)
{
    struct fault fault = {0};
    size_t known = 0, named = 0;
    for (size_t i = 0; i < route_count; i++)
        known += shape->of && shape_is_of(shape, &routes[i]);
    for (const char *at = shape->of; at && *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        named += *at != '\0';
    }
    ck_assert_msg(known >= named, "%s is of a route that is not there: %s", shape->name, shape->of);
    if (shape->example)
        ck_assert_msg(!shape_check(shape, shape->example, &fault), "%s: %s", shape->name,
                      fault.text);
    ck_assert_msg(shape->help && (shape->type != SHAPE_WORD || shape->count > shape->first), "%s",
                  shape->name);
}

START_TEST(each_row_is_of_routes_that_are_there_and_its_example_fits)
{
    for (size_t i = 0; i < query_shape_count; i++)
        look_at(&query_shapes[i]);
    for (size_t i = 0; i < body_shape_count; i++)
        look_at(&body_shapes[i]);
}
END_TEST

START_TEST(a_value_is_held_against_its_row)
{
    const char *const words[] = {"open", "closed"};
    const struct shape number = {.name = "limit", .type = SHAPE_NUMBER, .least = 1, .most = 10};
    const struct shape flag = {.name = "all", .type = SHAPE_FLAG};
    const struct shape list = {.name = "state", .type = SHAPE_WORDS, .words = words, .count = 2};
    const struct shape word = {.name = "format", .type = SHAPE_WORD, .words = words, .count = 2};
    const struct shape text = {.name = "why", .most = 3};
    const struct {
        const struct shape *shape;
        const char *value;
        enum err err;
    } cases[] = {{&number, "1", ERR_OK},
                 {&number, "10", ERR_OK},
                 {&number, "0", ERR_INVALID},
                 {&number, "11", ERR_INVALID},
                 {&number, "", ERR_INVALID},
                 {&number, "2x", ERR_INVALID},
                 {&number, "99999999999999999999", ERR_INVALID},
                 {&flag, "1", ERR_OK},
                 {&flag, "yes", ERR_INVALID},
                 {&list, "open,closed", ERR_OK},
                 {&list, "", ERR_OK},
                 {&list, "open,gone", ERR_INVALID},
                 {&word, "open,closed", ERR_INVALID},
                 {&word, "", ERR_INVALID},
                 {&text, "abc", ERR_OK},
                 {&text, "abcd", ERR_TOO_LARGE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fault fault = {0};
        ck_assert_msg(shape_check(cases[i].shape, cases[i].value, &fault) == cases[i].err, "%s=%s",
                      cases[i].shape->name, cases[i].value);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("openapi");
    TCase *tcase = tcase_create("openapi");
    tcase_add_test(tcase, every_route_stands_in_it_with_its_roles);
    tcase_add_test(tcase, what_it_refers_to_is_there);
    tcase_add_test(tcase, a_change_says_what_its_body_and_headers_are);
    tcase_add_test(tcase, each_row_is_of_routes_that_are_there_and_its_example_fits);
    tcase_add_test(tcase, a_value_is_held_against_its_row);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
