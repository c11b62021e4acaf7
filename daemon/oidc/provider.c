/* SPDX-License-Identifier: Apache-2.0 */
#include "oidc/provider.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/client.h"

#define DOCUMENT_BYTES_MAX (256 * 1024)
#define FRESH_MS           (60 * 60 * 1000) /* discovery and keys are asked for anew after this */
#define KEYS_AGAIN_MS      10000            /* not sooner, whoever sends unknown keys */
#define URL_MAX            1024

struct provider {
    struct provider_options options;
    const atomic_bool *stopping;
    char authorize[URL_MAX], token[URL_MAX], keys_url[URL_MAX];
    bool tells_issuer; /* its answers always name it (RFC 9207) */
    bool secret_in_form;
    int64_t known_ms; /* 0 never */
    json_t *keys;
    int64_t keys_ms;
};

struct provider *provider_new(const struct provider_options *options, const atomic_bool *stopping)
{
    struct provider *provider = memory_get(sizeof *provider);
    provider->options = *options;
    provider->stopping = stopping;
    return provider;
}

void provider_free(struct provider *provider)
{
    if (!provider)
        return;
    json_decref(provider->keys);
    free(provider);
}

const char *provider_issuer(const struct provider *provider)
{
    return provider->options.issuer;
}

/* ---- asking ---- */

/* A clock that went back makes it old. */
static bool is_fresh(const struct provider *provider, int64_t at_ms, int64_t for_ms)
{
    int64_t now_ms = clock_wall_ms(provider->options.clock);
    return at_ms && now_ms >= at_ms && now_ms < at_ms + for_ms;
}

/* A JSON object, or a fault that says what was asked for. */
static enum err ask(const struct provider *provider, const struct http_ask *asked, const char *what,
                    long *status, json_t **out, struct fault *fault)
{
    struct buffer body = {0};
    struct fault why = {0};
    enum err err = http_ask(asked, status, &body, &why);
    if (err)
        err = fault_set(fault, err == ERR_TOO_LARGE ? ERR_CONFIG : err, "%s of %s: %s", what,
                        provider->options.issuer, why.text);
    json_t *json =
        err ? NULL : json_loadb(buffer_view(&body).at, body.bytes, JSON_REJECT_DUPLICATES, NULL);
    if (!err && *status >= 500)
        err = fault_set(fault, ERR_UNREACHABLE, "%s of %s: status %ld", what,
                        provider->options.issuer, *status);
    else if (!err && !json_is_object(json))
        err = fault_set(fault, ERR_CONFIG, "%s of %s: no JSON object, status %ld", what,
                        provider->options.issuer, *status);
    if (err)
        json_decref(json);
    else
        *out = json;
    if (body.at)
        sodium_memzero(body.at, body.room);
    buffer_done(&body);
    return err;
}

static enum err get(const struct provider *provider, const char *url, const char *what,
                    json_t **out, struct fault *fault)
{
    long status = 0;
    struct http_ask asked = {.url = url,
                             .ca = provider->options.ca,
                             .timeout_ms = provider->options.timeout_ms,
                             .bytes_max = DOCUMENT_BYTES_MAX,
                             .stopping = provider->stopping};
    enum err err = ask(provider, &asked, what, &status, out, fault);
    if (err || status == 200)
        return err;
    json_decref(*out);
    *out = NULL;
    return fault_set(fault, ERR_CONFIG, "%s of %s: status %ld; is oidc.issuer right?", what,
                     provider->options.issuer, status);
}

/* ---- what it says of itself ---- */

/* It goes into a header and to the network: https, or as plain as the issuer is on this machine. */
static bool url_take(const json_t *document, const char *member, bool plain, char out[URL_MAX])
{
    const json_t *value = json_object_get(document, member);
    const char *url = json_string_value(value);
    if (!url || strlen(url) != json_string_length(value) ||
        !(strncmp(url, "https://", 8) == 0 || (plain && strncmp(url, "http://", 7) == 0)))
        return false;
    for (const char *at = url; *at; at++)
        if (*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("\"<>\\^`{|}#", *at))
            return false;
    return text_copy(text_of(url), out, URL_MAX);
}

static bool lists(const json_t *document, const char *member, const char *word)
{
    const json_t *list = json_object_get(document, member);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (one && strcmp(one, word) == 0)
            return true;
    }
    return false;
}

static enum err describe(struct provider *provider, const json_t *document, struct fault *fault)
{
    const char *issuer = json_string_value(json_object_get(document, "issuer"));
    bool plain = strncmp(provider->options.issuer, "http://", 7) == 0;
    if (!issuer || strcmp(issuer, provider->options.issuer) != 0)
        return fault_set(fault, ERR_CONFIG,
                         "oidc.issuer is %s, but what answers there is another: write it exactly "
                         "as the provider does",
                         provider->options.issuer);
    if (!url_take(document, "authorization_endpoint", plain, provider->authorize) ||
        !url_take(document, "token_endpoint", plain, provider->token) ||
        !url_take(document, "jwks_uri", plain, provider->keys_url))
        return fault_set(
            fault, ERR_CONFIG,
            "discovery of %s: authorization_endpoint, token_endpoint and jwks_uri must "
            "be https",
            provider->options.issuer);
    provider->tells_issuer =
        json_is_true(json_object_get(document, "authorization_response_iss_parameter_supported"));
    provider->secret_in_form =
        lists(document, "token_endpoint_auth_methods_supported", "client_secret_post") &&
        !lists(document, "token_endpoint_auth_methods_supported", "client_secret_basic");
    return ERR_OK;
}

static enum err discover(struct provider *provider, struct fault *fault)
{
    struct buffer url = {0};
    json_t *document = NULL;
    size_t bytes = strlen(provider->options.issuer);
    if (is_fresh(provider, provider->known_ms, FRESH_MS))
        return ERR_OK;
    buffer_format(&url, "%.*s/.well-known/openid-configuration",
                  (int)(bytes - (provider->options.issuer[bytes - 1] == '/')),
                  provider->options.issuer);
    enum err err = get(provider, url.at, "discovery", &document, fault);
    if (!err)
        err = describe(provider, document, fault);
    if (!err)
        provider->known_ms = clock_wall_ms(provider->options.clock);
    json_decref(document);
    buffer_done(&url);
    return err;
}

static enum err keys_get(struct provider *provider, struct fault *fault)
{
    json_t *keys = NULL;
    enum err err = get(provider, provider->keys_url, "keys", &keys, fault);
    if (err)
        return err;
    json_decref(provider->keys);
    provider->keys = keys;
    provider->keys_ms = clock_wall_ms(provider->options.clock);
    return ERR_OK;
}

/* ---- where a browser is sent ---- */

static void add(struct buffer *out, const char *name, const char *value)
{
    bool first = out->bytes == 0 || strchr("?&", out->at[out->bytes - 1]);
    buffer_format(out, "%s%s=", first ? "" : "&", name);
    http_escape(text_of(value), out);
}

enum err provider_url(struct provider *provider, const struct provider_secrets *secrets,
                      struct buffer *out, struct fault *fault)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char
        challenge[sodium_base64_ENCODED_LEN(sizeof hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    enum err err = discover(provider, fault);
    if (err)
        return err;
    (void)crypto_hash_sha256(hash, (const unsigned char *)secrets->verifier,
                             strlen(secrets->verifier));
    (void)sodium_bin2base64(challenge, sizeof challenge, hash, sizeof hash,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    buffer_format(out, "%s%c", provider->authorize, strchr(provider->authorize, '?') ? '&' : '?');
    add(out, "response_type", "code");
    add(out, "client_id", provider->options.client_id);
    add(out, "redirect_uri", provider->options.redirect_url);
    add(out, "scope", provider->options.scope);
    add(out, "state", secrets->state);
    add(out, "nonce", secrets->nonce);
    add(out, "code_challenge", challenge);
    add(out, "code_challenge_method", "S256");
    return ERR_OK;
}

/* ---- whose a code is ---- */

/* "Authorization: Basic ...", as RFC 6749 2.3.1 has it. */
static void basic(const struct provider_options *options, struct buffer *out)
{
    struct buffer pair = {0};
    http_escape(text_of(options->client_id), &pair);
    buffer_text(&pair, ":");
    http_escape(text_of(options->client_secret), &pair);
    size_t room = sodium_base64_encoded_len(pair.bytes, sodium_base64_VARIANT_ORIGINAL);
    char *text = memory_get(room);
    (void)sodium_bin2base64(text, room, (const unsigned char *)pair.at, pair.bytes,
                            sodium_base64_VARIANT_ORIGINAL);
    buffer_format(out, "Authorization: Basic %s", text);
    sodium_memzero(text, room);
    sodium_memzero(pair.at, pair.room);
    free(text);
    buffer_done(&pair);
}

static void wipe(struct buffer *buffer)
{
    if (buffer->at)
        sodium_memzero(buffer->at, buffer->room);
    buffer_done(buffer);
}

static enum err refusal(const struct provider *provider, long status, const json_t *answer,
                        struct fault *fault)
{
    const char *word = json_string_value(json_object_get(answer, "error"));
    char plain[41] = "";
    for (size_t i = 0; word && word[i] && i < sizeof plain - 1; i++) /* a word, or nothing */
        plain[i] = strchr("abcdefghijklmnopqrstuvwxyz_", word[i]) ? word[i] : '?';
    if (status == 401 || strcmp(plain, "invalid_client") == 0 ||
        strcmp(plain, "unauthorized_client") == 0)
        return fault_set(fault, ERR_CONFIG,
                         "%s does not take oidc.client_id and oidc.client_secret (%s)",
                         provider->options.issuer, plain);
    return fault_set(fault, ERR_DENIED, "%s does not take the code (%s): sign in again",
                     provider->options.issuer, plain);
}

static enum err exchange(struct provider *provider, const struct provider_code *code,
                         const struct provider_secrets *secrets, json_t **out, struct fault *fault)
{
    struct buffer form = {0}, authorization = {0};
    const struct provider_options *options = &provider->options;
    long status = 0;
    add(&form, "grant_type", "authorization_code");
    add(&form, "code", code->code);
    add(&form, "redirect_uri", options->redirect_url);
    add(&form, "code_verifier", secrets->verifier);
    if (provider->secret_in_form) {
        add(&form, "client_id", options->client_id);
        add(&form, "client_secret", options->client_secret);
    } else {
        basic(options, &authorization);
    }
    struct http_ask asked = {.url = provider->token,
                             .ca = options->ca,
                             .form = buffer_view(&form),
                             .authorization = authorization.at,
                             .timeout_ms = options->timeout_ms,
                             .bytes_max = DOCUMENT_BYTES_MAX,
                             .stopping = provider->stopping};
    enum err err = ask(provider, &asked, "token endpoint", &status, out, fault);
    if (!err && status != 200) {
        err = refusal(provider, status, *out, fault);
        json_decref(*out);
        *out = NULL;
    }
    wipe(&form);
    wipe(&authorization);
    return err;
}

/* A key that is not known may be a new one. */
static enum err check(struct provider *provider, struct text token,
                      const struct id_token_rules *rules, struct id_token_person *out,
                      struct fault *fault)
{
    enum err err = ERR_OK;
    if (!is_fresh(provider, provider->keys_ms, FRESH_MS))
        err = keys_get(provider, fault);
    if (!err)
        err = id_token_check(token, provider->keys, rules, out, fault);
    if (err == ERR_NOT_FOUND && !is_fresh(provider, provider->keys_ms, KEYS_AGAIN_MS)) {
        err = keys_get(provider, fault);
        if (!err)
            err = id_token_check(token, provider->keys, rules, out, fault);
    }
    return err == ERR_NOT_FOUND ? ERR_DENIED : err;
}

enum err provider_person(struct provider *provider, const struct provider_code *code,
                         const struct provider_secrets *secrets, struct id_token_person *out,
                         struct fault *fault)
{
    json_t *answer = NULL;
    enum err err = discover(provider, fault);
    if (!err && provider->tells_issuer && !code->issuer_told)
        err = fault_set(fault, ERR_DENIED, "an answer that does not say that it is of %s",
                        provider->options.issuer);
    if (!err)
        err = exchange(provider, code, secrets, &answer, fault);
    const char *token = json_string_value(json_object_get(answer, "id_token"));
    if (!err && !token)
        err = fault_set(fault, ERR_DENIED, "%s gives no ID token", provider->options.issuer);
    struct id_token_rules rules = {.issuer = provider->options.issuer,
                                   .client_id = provider->options.client_id,
                                   .nonce = secrets->nonce,
                                   .claim = provider->options.claim,
                                   .groups_claim = provider->options.groups_claim,
                                   .now_s = clock_wall_ms(provider->options.clock) / 1000};
    if (!err)
        err = check(provider, text_of(token), &rules, out, fault);
    json_decref(answer);
    return err;
}
