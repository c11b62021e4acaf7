/* SPDX-License-Identifier: Apache-2.0 */
#include "jose.h"

#include <check.h>
#include <cjose/cjose.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define VARIANT sodium_base64_VARIANT_URLSAFE_NO_PADDING

struct jose_key {
    cjose_jwk_t *jwk;
};

static struct jose_key *made(cjose_jwk_t *jwk, const char *id)
{
    cjose_err error;
    struct jose_key *key = memory_get(sizeof *key);
    ck_assert_ptr_nonnull(jwk);
    if (id)
        ck_assert(cjose_jwk_set_kid(jwk, id, strlen(id), &error));
    key->jwk = jwk;
    return key;
}

struct jose_key *jose_rsa(size_t bits, const char *id)
{
    cjose_err error;
    static const uint8_t exponent[] = {1, 0, 1};
    return made(cjose_jwk_create_RSA_random(bits, exponent, sizeof exponent, &error), id);
}

struct jose_key *jose_curve(const char *id)
{
    cjose_err error;
    return made(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &error), id);
}

void jose_free(struct jose_key *key)
{
    (void)cjose_jwk_release(key->jwk);
    free(key);
}

json_t *jose_public(const struct jose_key *key)
{
    cjose_err error;
    char *text = cjose_jwk_to_json(key->jwk, false, &error);
    ck_assert_ptr_nonnull(text);
    json_t *set = json_object(), *list = json_array();
    ck_assert_int_eq(json_array_append_new(list, json_loads(text, 0, NULL)), 0);
    ck_assert_int_eq(json_object_set_new(set, "keys", list), 0);
    free(text);
    return set;
}

char *jose_sign(const struct jose_key *key, json_t *head, const char *payload)
{
    cjose_err error;
    const char *text = NULL;
    cjose_jws_t *jws = cjose_jws_sign(key->jwk, (cjose_header_t *)head, (const uint8_t *)payload,
                                      strlen(payload), &error);
    ck_assert_msg(jws != NULL, "%s", error.message);
    ck_assert(cjose_jws_export(jws, &text, &error));
    char *copy = strdup(text);
    cjose_jws_release(jws);
    json_decref(head);
    return copy;
}

static void put(struct buffer *out, const void *bytes, size_t count)
{
    size_t room = sodium_base64_encoded_len(count, VARIANT);
    char *text = memory_get(room);
    buffer_text(out, sodium_bin2base64(text, room, bytes, count, VARIANT));
    free(text);
}

char *jose_forge(const char *head, const char *payload, const char *signature)
{
    struct buffer out = {0};
    put(&out, head, strlen(head));
    buffer_text(&out, ".");
    put(&out, payload, strlen(payload));
    buffer_format(&out, ".%s", signature);
    return out.at;
}

char *jose_sign_secret(const char *secret, const char *head, const char *payload)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    struct buffer signature = {0};
    char *unsigned_text = jose_forge(head, payload, "");
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)unsigned_text,
                                        strlen(unsigned_text) - 1);
    (void)crypto_auth_hmacsha256_final(&state, mac);
    put(&signature, mac, sizeof mac);
    free(unsigned_text);
    char *text = jose_forge(head, payload, signature.at);
    buffer_done(&signature);
    return text;
}
