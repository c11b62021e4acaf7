/* SPDX-License-Identifier: Apache-2.0 */
#include "oidc/id_token.h"

#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

#define RSA_BITS_MIN 2048

static enum err deny(struct fault *fault, const char *why)
{
    return fault_set(fault, ERR_DENIED, "the provider's ID token %s", why);
}

/* ---- who signed it ---- */

/* THE algorithms, and the kind of key that each needs. */
static const struct {
    const char *name;
    cjose_jwk_kty_t key;
} algorithms[] = {
    {"RS256", CJOSE_JWK_KTY_RSA}, {"RS384", CJOSE_JWK_KTY_RSA}, {"RS512", CJOSE_JWK_KTY_RSA},
    {"PS256", CJOSE_JWK_KTY_RSA}, {"PS384", CJOSE_JWK_KTY_RSA}, {"PS512", CJOSE_JWK_KTY_RSA},
    {"ES256", CJOSE_JWK_KTY_EC},  {"ES384", CJOSE_JWK_KTY_EC},  {"ES512", CJOSE_JWK_KTY_EC},
};

struct head {
    const char *algorithm, *key; /* key NULL: not said */
    cjose_jwk_kty_t kind;
};

/* Borrows from the JWS. */
static enum err head_read(cjose_jws_t *jws, struct head *out, struct fault *fault)
{
    const json_t *head = (const json_t *)cjose_jws_get_protected(jws);
    out->algorithm = json_string_value(json_object_get(head, CJOSE_HDR_ALG));
    out->key = json_string_value(json_object_get(head, CJOSE_HDR_KID));
    if (json_object_get(head, "crit"))
        return deny(fault, "has extensions that must be understood, and are not");
    for (size_t i = 0; out->algorithm && i < sizeof algorithms / sizeof algorithms[0]; i++)
        if (strcmp(algorithms[i].name, out->algorithm) == 0) {
            out->kind = algorithms[i].key;
            return ERR_OK;
        }
    return deny(fault, "is signed by an algorithm that is not taken (RS, PS or ES are)");
}

static bool says(const json_t *key, const char *member, const char *word, bool if_absent)
{
    const json_t *value = json_object_get(key, member);
    return value ? json_is_string(value) && strcmp(json_string_value(value), word) == 0 : if_absent;
}

static bool key_fits(const json_t *key, const struct head *head)
{
    return says(key, "use", "sig", true) && says(key, "alg", head->algorithm, true) &&
           (!head->key || says(key, "kid", head->key, false));
}

static bool key_verifies(const json_t *key, const struct head *head, cjose_jws_t *jws)
{
    cjose_err ignored;
    char *text = json_dumps(key, JSON_COMPACT);
    cjose_jwk_t *jwk = text ? cjose_jwk_import(text, strlen(text), &ignored) : NULL;
    bool good =
        jwk && cjose_jwk_get_kty(jwk, &ignored) == head->kind &&
        (head->kind != CJOSE_JWK_KTY_RSA || cjose_jwk_get_keysize(jwk, &ignored) >= RSA_BITS_MIN) &&
        cjose_jws_verify(jws, jwk, &ignored);
    if (jwk)
        (void)cjose_jwk_release(jwk);
    free(text);
    return good;
}

static enum err verify(cjose_jws_t *jws, const json_t *keys, struct fault *fault)
{
    struct head head = {0};
    const json_t *list = json_object_get(keys, "keys");
    size_t count = json_array_size(list), tried = 0;
    enum err err = head_read(jws, &head, fault);
    if (err)
        return err;
    for (size_t i = 0; i < count && i < ID_TOKEN_KEYS_MAX; i++) {
        const json_t *key = json_array_get(list, i);
        if (!key_fits(key, &head))
            continue;
        tried++;
        if (key_verifies(key, &head, jws))
            return ERR_OK;
    }
    if (!tried)
        return fault_set(fault, ERR_NOT_FOUND,
                         "the provider's ID token is signed with a key that it does not publish");
    return deny(fault, "has a wrong signature");
}

/* ---- what it says ---- */

static bool is(const json_t *claims, const char *claim, const char *wanted)
{
    const char *value = json_string_value(json_object_get(claims, claim));
    return value && strcmp(value, wanted) == 0;
}

static bool is_for(const json_t *claims, const char *client_id)
{
    const json_t *audience = json_object_get(claims, "aud");
    bool among = is(claims, "aud", client_id);
    for (size_t i = 0; i < json_array_size(audience); i++) {
        const char *one = json_string_value(json_array_get(audience, i));
        among = among || (one && strcmp(one, client_id) == 0);
    }
    bool party = json_object_get(claims, "azp") != NULL;
    return among && (party ? is(claims, "azp", client_id) : json_array_size(audience) < 2);
}

static bool is_timely(const json_t *claims, int64_t now_s)
{
    const json_t *ends = json_object_get(claims, "exp"), *made = json_object_get(claims, "iat"),
                 *begins = json_object_get(claims, "nbf");
    double now = (double)now_s;
    if (!json_is_number(ends) || !json_is_number(made) || (begins && !json_is_number(begins)))
        return false;
    return json_number_value(ends) > now - ID_TOKEN_SKEW_S &&
           json_number_value(made) < now + ID_TOKEN_SKEW_S &&
           json_number_value(made) > now - ID_TOKEN_AGE_S &&
           (!begins || json_number_value(begins) < now + ID_TOKEN_SKEW_S);
}

static enum err name_read(const json_t *claims, const char *claim, char out[ID_TOKEN_NAME_MAX],
                          struct fault *fault)
{
    const json_t *value = json_object_get(claims, claim);
    const char *name = json_string_value(value);
    if (!name || !name[0] || strlen(name) != json_string_length(value) ||
        strlen(name) >= ID_TOKEN_NAME_MAX)
        return fault_set(fault, ERR_DENIED,
                         "the provider's ID token has no usable claim %s (oidc.account_claim)",
                         claim);
    if (strcmp(claim, "email") == 0 && !json_is_true(json_object_get(claims, "email_verified")))
        return deny(fault, "has an address that nobody has verified (email_verified)");
    (void)text_copy(text_of(name), out, ID_TOKEN_NAME_MAX);
    return ERR_OK;
}

static bool subject_read(const json_t *claims, char out[ID_TOKEN_SUBJECT_MAX])
{
    const json_t *value = json_object_get(claims, "sub");
    const char *subject = json_string_value(value);
    return subject && subject[0] && strlen(subject) == json_string_length(value) &&
           text_copy(text_of(subject), out, ID_TOKEN_SUBJECT_MAX);
}

static void group_add(const json_t *value, struct buffer *out)
{
    const char *group = json_string_value(value);
    if (group && group[0] && strlen(group) == json_string_length(value))
        buffer_add(out, group, strlen(group) + 1);
}

static void groups_read(const json_t *claims, const char *claim, struct buffer *out)
{
    const json_t *value = json_object_get(claims, claim);
    group_add(value, out);
    for (size_t i = 0; i < json_array_size(value); i++)
        group_add(json_array_get(value, i), out);
}

bool id_token_in_group(const struct id_token_person *person, const char *group)
{
    const struct buffer *groups = &person->groups;
    for (size_t at = 0; at < groups->bytes; at += strlen(groups->at + at) + 1)
        if (strcmp(groups->at + at, group) == 0)
            return true;
    return false;
}

void id_token_person_done(struct id_token_person *person)
{
    buffer_done(&person->groups);
}

static enum err claims_check(const json_t *claims, const struct id_token_rules *rules,
                             struct id_token_person *out, struct fault *fault)
{
    struct id_token_person person = {0};
    if (!is(claims, "iss", rules->issuer))
        return deny(fault, "is of another issuer");
    if (!is_for(claims, rules->client_id))
        return deny(fault, "is for somebody else");
    if (!is_timely(claims, rules->now_s))
        return deny(fault, "has expired, or the clocks differ");
    if (!is(claims, "nonce", rules->nonce))
        return deny(fault, "is of another sign-in");
    if (!subject_read(claims, person.subject))
        return deny(fault, "says of nobody that it is about");
    enum err err = name_read(claims, rules->claim, person.name, fault);
    if (err)
        return err;
    groups_read(claims, rules->groups_claim, &person.groups);
    *out = person;
    return ERR_OK;
}

enum err id_token_check(struct text token, const json_t *keys, const struct id_token_rules *rules,
                        struct id_token_person *out, struct fault *fault)
{
    cjose_err ignored;
    uint8_t *plain = NULL;
    size_t bytes = 0;
    json_t *claims = NULL;
    if (token.bytes > ID_TOKEN_MAX)
        return deny(fault, "is too long: does it tell of all groups there are?");
    cjose_jws_t *jws = cjose_jws_import(token.at, token.bytes, &ignored);
    if (!jws)
        return deny(fault, "is no signed token");
    enum err err = verify(jws, keys, fault);
    if (!err && cjose_jws_get_plaintext(jws, &plain, &bytes, &ignored))
        claims = json_loadb((const char *)plain, bytes, JSON_REJECT_DUPLICATES, NULL);
    if (!err)
        err = json_is_object(claims) ? claims_check(claims, rules, out, fault)
                                     : deny(fault, "is no JSON object");
    json_decref(claims);
    cjose_jws_release(jws);
    return err;
}
