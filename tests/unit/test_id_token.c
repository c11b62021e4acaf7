/* SPDX-License-Identifier: Apache-2.0
 *
 * ID tokens that are good, and all the ways in which they are not.
 */
#include "oidc/id_token.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "jose.h"

#define NOW 1768525384
#define GOOD                                                                                   \
    "\"iss\":\"https://id.city.example\",\"aud\":\"anbu\",\"sub\":\"f00\",\"exp\":1768525984," \
    "\"iat\":1768525380,\"nonce\":\"n-1\""
#define LONG  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" /* 64 bytes */
#define NAMED ",\"preferred_username\":\"kim\""

static const struct id_token_rules usual = {.issuer = "https://id.city.example",
                                            .client_id = "anbu",
                                            .nonce = "n-1",
                                            .claim = "preferred_username",
                                            .groups_claim = "groups",
                                            .now_s = NOW};
static struct jose_key *rsa, *curve;
static json_t *keys;
static struct id_token_person person;
static struct fault fault;

/* Both keys are published. */
static void set_up(void)
{
    rsa = jose_rsa(2048, "r");
    curve = jose_curve("c");
    keys = jose_public(rsa);
    json_t *more = jose_public(curve);
    ck_assert_int_eq(
        json_array_extend(json_object_get(keys, "keys"), json_object_get(more, "keys")), 0);
    json_decref(more);
    person = (struct id_token_person){0};
}

static void tear_down(void)
{
    id_token_person_done(&person);
    json_decref(keys);
    jose_free(rsa);
    jose_free(curve);
}

static json_t *head(const char *algorithm, const char *key)
{
    json_t *json = json_pack("{s:s}", "alg", algorithm);
    if (key)
        ck_assert_int_eq(json_object_set_new(json, "kid", json_string(key)), 0);
    return json;
}

static enum err check_as(char *token, const struct id_token_rules *rules)
{
    id_token_person_done(&person);
    enum err err = id_token_check(text_of(token), keys, rules, &person, &fault);
    free(token);
    return err;
}

static enum err check_claims(const char *payload)
{
    return check_as(jose_sign(curve, head("ES256", "c"), payload), &usual);
}

START_TEST(a_good_one_names_its_account)
{
    static const char *const algorithms[] = {"RS256", "RS384", "RS512", "PS256"};
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        person.name[0] = '\0';
        ck_assert_msg(
            !check_as(jose_sign(rsa, head(algorithms[i], "r"), "{" GOOD NAMED "}"), &usual),
            "%s: %s", algorithms[i], fault.text);
        ck_assert_str_eq(person.name, "kim");
        ck_assert_str_eq(person.subject, "f00");
    }
    ck_assert_int_eq(check_claims("{" GOOD NAMED "}"), ERR_OK);
    ck_assert_int_eq(check_as(jose_sign(rsa, head("RS256", NULL), "{" GOOD NAMED "}"), &usual),
                     ERR_OK);
}
END_TEST

START_TEST(only_the_providers_own_keys_sign)
{
    struct jose_key *other = jose_rsa(2048, "r"), *weak = jose_rsa(1024, "w");
    ck_assert_int_eq(check_as(jose_sign(other, head("RS256", "r"), "{" GOOD NAMED "}"), &usual),
                     ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(fault.text, "wrong signature"));
    ck_assert_int_eq(check_as(jose_sign(other, head("RS256", "x"), "{" GOOD NAMED "}"), &usual),
                     ERR_NOT_FOUND);
    json_t *more = jose_public(weak);
    ck_assert_int_eq(
        json_array_extend(json_object_get(keys, "keys"), json_object_get(more, "keys")), 0);
    ck_assert_int_eq(check_as(jose_sign(weak, head("RS256", "w"), "{" GOOD NAMED "}"), &usual),
                     ERR_DENIED);
    /* A key that says what it is for is for nothing else. */
    json_t *first = json_array_get(json_object_get(keys, "keys"), 0);
    ck_assert_int_eq(json_object_set_new(first, "use", json_string("enc")), 0);
    ck_assert_int_eq(check_as(jose_sign(rsa, head("RS256", "r"), "{" GOOD NAMED "}"), &usual),
                     ERR_NOT_FOUND);
    ck_assert_int_eq(json_object_set_new(first, "use", json_string("sig")), 0);
    ck_assert_int_eq(json_object_set_new(first, "alg", json_string("PS256")), 0);
    ck_assert_int_eq(check_as(jose_sign(rsa, head("RS256", "r"), "{" GOOD NAMED "}"), &usual),
                     ERR_NOT_FOUND);
    json_decref(more);
    jose_free(other);
    jose_free(weak);
}
END_TEST

START_TEST(no_signature_and_shared_secrets_count_for_nothing)
{
    char *public = json_dumps(json_array_get(json_object_get(keys, "keys"), 0), JSON_COMPACT);
    ck_assert_int_eq(check_as(jose_forge("{\"alg\":\"none\"}", "{" GOOD NAMED "}", ""), &usual),
                     ERR_DENIED);
    ck_assert_int_eq(
        check_as(jose_forge("{\"alg\":\"none\",\"kid\":\"r\"}", "{" GOOD NAMED "}", "AAAA"),
                 &usual),
        ERR_DENIED);
    ck_assert_int_eq(
        check_as(jose_sign_secret(public, "{\"alg\":\"HS256\",\"kid\":\"r\"}", "{" GOOD NAMED "}"),
                 &usual),
        ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(fault.text, "algorithm that is not taken"));
    ck_assert_int_eq(
        check_as(jose_forge("{\"alg\":\"ES256\",\"kid\":\"r\"}", "{" GOOD NAMED "}", "AAAA"),
                 &usual),
        ERR_DENIED);
    ck_assert_int_eq(check_as(jose_forge("{\"alg\":\"RS256\",\"kid\":\"r\",\"crit\":[\"b64\"],"
                                         "\"b64\":false}",
                                         "{" GOOD NAMED "}", "AAAA"),
                              &usual),
                     ERR_DENIED);
    free(public);
}
END_TEST

START_TEST(what_it_says_must_be_of_this_sign_in)
{
    static const struct {
        const char *claims, *why;
    } bad[] = {
        {"\"iss\":\"https://id.city.example/\"", "another issuer"},
        {"\"iss\":null", "another issuer"},
        {"\"aud\":\"anbu2\"", "somebody else"},
        {"\"aud\":[\"other\"]", "somebody else"},
        {"\"aud\":[\"anbu\",\"other\"]", "somebody else"},
        {"\"azp\":\"other\"", "somebody else"},
        {"\"exp\":1768525300", "expired"},
        {"\"exp\":\"1768525984\"", "expired"},
        {"\"iat\":1768525500", "expired"},
        {"\"iat\":1768524700", "expired"},
        {"\"nbf\":1768525500", "expired"},
        {"\"nonce\":\"n-2\"", "another sign-in"},
        {"\"nonce\":null", "another sign-in"},
        {"\"sub\":\"\"", "nobody"},
        {"\"sub\":7", "nobody"},
        {"\"sub\":[\"f00\"]", "nobody"},
        {"\"sub\":\"" LONG LONG LONG LONG "\"", "nobody"},
        {"\"preferred_username\":[\"kim\"]", "no usable claim"},
        {"\"preferred_username\":{\"kim\":true}", "no usable claim"},
        {"\"preferred_username\":\"\"", "no usable claim preferred_username"},
        {"\"preferred_username\":7", "no usable claim"},
        {"\"preferred_username\":\"a\\u0000b\"", "no usable claim"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct buffer text = {0};
        json_t *claims = json_loads("{" GOOD NAMED "}", 0, NULL);
        buffer_format(&text, "{%s}", bad[i].claims);
        json_t *change = json_loads(text.at, JSON_ALLOW_NUL, NULL);
        ck_assert_ptr_nonnull(change);
        ck_assert_int_eq(json_object_update(claims, change), 0);
        char *payload = json_dumps(claims, JSON_COMPACT);
        ck_assert_msg(check_claims(payload) == ERR_DENIED, "%s", bad[i].claims);
        /* A NUL in a text is refused by the reader of JSON already. */
        ck_assert_msg(strstr(fault.text, bad[i].why) || strstr(fault.text, "no JSON"), "%s: %s",
                      bad[i].claims, fault.text);
        free(payload);
        json_decref(change);
        json_decref(claims);
        buffer_done(&text);
    }
    ck_assert_str_eq(person.name, "");
    ck_assert_int_eq(check_claims("{" GOOD "}"), ERR_DENIED);
    ck_assert_int_eq(check_claims("{" GOOD NAMED NAMED "}"), ERR_DENIED);
    ck_assert_int_eq(check_claims("[]"), ERR_DENIED);
    ck_assert_int_eq(check_claims("kim"), ERR_DENIED);
    ck_assert_int_eq(check_claims("{\"aud\":[\"other\",\"anbu\"],\"azp\":\"anbu\","
                                  "\"iss\":\"https://id.city.example\",\"sub\":\"f\","
                                  "\"exp\":1768525984,\"iat\":1768525380,\"nonce\":\"n-1\"" NAMED
                                  "}"),
                     ERR_OK);
}
END_TEST

START_TEST(an_address_counts_when_somebody_has_verified_it)
{
    struct id_token_rules rules = usual;
    rules.claim = "email";
    ck_assert_int_eq(
        check_as(jose_sign(curve, head("ES256", "c"), "{" GOOD ",\"email\":\"kim@city.example\"}"),
                 &rules),
        ERR_DENIED);
    ck_assert_int_eq(check_as(jose_sign(curve, head("ES256", "c"),
                                        "{" GOOD ",\"email\":\"kim@city.example\","
                                        "\"email_verified\":true}"),
                              &rules),
                     ERR_OK);
    ck_assert_str_eq(person.name, "kim@city.example");
}
END_TEST

START_TEST(groups_are_texts_and_nothing_else_is_one)
{
    ck_assert_int_eq(check_claims("{" GOOD NAMED ",\"groups\":[\"desk\",7,null,\"\",[\"ops\"],"
                                  "{\"heads\":true},true,\"night\"]}"),
                     ERR_OK);
    ck_assert(id_token_in_group(&person, "desk") && id_token_in_group(&person, "night"));
    static const char *const none[] = {"", "ops", "heads", "7", "true", "des", "esk", "desk night"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_msg(!id_token_in_group(&person, none[i]), "%s", none[i]);
    ck_assert_int_eq(check_claims("{" GOOD NAMED ",\"groups\":\"desk\"}"), ERR_OK);
    ck_assert(id_token_in_group(&person, "desk"));
    static const char *const odd[] = {"7", "null", "{\"desk\":true}", "[]", "\"\""};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        struct buffer text = {0};
        buffer_format(&text, "{" GOOD NAMED ",\"groups\":%s}", odd[i]);
        ck_assert_int_eq(check_claims(text.at), ERR_OK);
        ck_assert(!id_token_in_group(&person, "desk") && !id_token_in_group(&person, ""));
        buffer_done(&text);
    }
}
END_TEST

/* All that fits is read, and what does not is refused before it is looked at. */
START_TEST(thousands_of_groups_are_read_and_ten_thousand_refused)
{
    struct buffer text = {0};
    buffer_text(&text, "{" GOOD NAMED ",\"groups\":[");
    for (int i = 0; i < 5000; i++)
        buffer_format(&text, "\"g%d\",", i);
    buffer_text(&text, "\"desk\"]}");
    ck_assert_int_eq(check_claims(text.at), ERR_OK);
    ck_assert(id_token_in_group(&person, "g4999") && id_token_in_group(&person, "desk"));
    text.bytes -= 2;
    for (int i = 5000; i < 10000; i++)
        buffer_format(&text, ",\"g%d\"", i);
    buffer_text(&text, "]}");
    ck_assert_int_eq(check_claims(text.at), ERR_DENIED);
    ck_assert_ptr_nonnull(strstr(fault.text, "all groups there are"));
    buffer_done(&text);
}
END_TEST

START_TEST(bytes_that_are_no_token_are_refused)
{
    static const char *const texts[] = {"", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.e30"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_int_eq(check_as(strdup(texts[i]), &usual), ERR_DENIED);
    struct buffer big = {0};
    for (int i = 0; i <= ID_TOKEN_MAX; i++)
        buffer_text(&big, "A");
    ck_assert_int_eq(check_as(big.at, &usual), ERR_DENIED);
    json_decref(keys);
    keys = json_array();
    ck_assert_int_eq(check_claims("{" GOOD NAMED "}"), ERR_NOT_FOUND);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("id token");
    TCase *tcase = tcase_create("id token");
    tcase_set_timeout(tcase, 60); /* RSA keys under sanitizers */
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, a_good_one_names_its_account);
    tcase_add_test(tcase, only_the_providers_own_keys_sign);
    tcase_add_test(tcase, no_signature_and_shared_secrets_count_for_nothing);
    tcase_add_test(tcase, what_it_says_must_be_of_this_sign_in);
    tcase_add_test(tcase, an_address_counts_when_somebody_has_verified_it);
    tcase_add_test(tcase, groups_are_texts_and_nothing_else_is_one);
    tcase_add_test(tcase, thousands_of_groups_are_read_and_ten_thousand_refused);
    tcase_add_test(tcase, bytes_that_are_no_token_are_refused);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
