/* SPDX-License-Identifier: Apache-2.0
 *
 * Sign in by the agency's provider: off to it, and back.
 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "console/admission.h"
#include "console/away.h"
#include "console/oidc.h"
#include "console/routes.h"
#include "console/session.h"

#define SHELF        "signin" /* those that were used */
#define CALLBACK     "/api/v1/session/oidc/callback"
#define COOKIE_PATH  "/api/v1/session/oidc"
#define SECRET_BYTES 32
#define LIFE_MS      600000 /* from the first request to the last */
#define NOT_CHANGED  "nobody was signed in"

enum err oidc_start(struct api *api, const struct settings *settings, struct fault *fault)
{
    if (!settings->oidc.issuer[0])
        return ERR_OK;
    (void)snprintf(api->redirect_url, sizeof api->redirect_url, "%s" CALLBACK,
                   settings->console.public_url);
    const struct provider_options options = {
        .issuer = settings->oidc.issuer,
        .client_id = settings->oidc.client_id,
        .client_secret = settings->oidc.client_secret,
        .redirect_url = api->redirect_url,
        .scope = settings->oidc.scope,
        .claim = settings->oidc.account_claim,
        .groups_claim = settings->oidc.groups_claim,
        .ca = settings->oidc.ca,
        .timeout_ms = settings->oidc.timeout_s * 1000,
        .clock = api->clock,
    };
    return sign_ins_new(&options, &api->sign_ins, fault);
}

/* ---- the browser's secret ---- */

static void derive(const char *purpose, const char *cookie, char out[PROVIDER_HASH])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[160];
    int n = snprintf(text, sizeof text, "oidc %s:%s", purpose, cookie);
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, (unsigned long long)n);
    (void)sodium_bin2hex(out, PROVIDER_HASH, hash, sizeof hash);
}

static void secrets_of(const char *cookie, struct provider_secrets *out)
{
    derive("state", cookie, out->state);
    derive("nonce", cookie, out->nonce);
    derive("verifier", cookie, out->verifier);
}

/* "<64 hex>.<milliseconds>": when it began is part of the secret, so that nobody makes it younger.
 */
static void cookie_make(int64_t now_ms, char *out, size_t out_bytes)
{
    unsigned char bytes[SECRET_BYTES];
    char hex[SECRET_BYTES * 2 + 1];
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(hex, sizeof hex, bytes, sizeof bytes);
    (void)snprintf(out, out_bytes, "%s.%lld", hex, (long long)now_ms);
}

static bool cookie_read(const char *value, int64_t now_ms, char *out, size_t out_bytes)
{
    size_t bytes = value ? strcspn(value, "; ") : 0;
    if (bytes < SECRET_BYTES * 2 + 2 || value[SECRET_BYTES * 2] != '.' ||
        !text_copy((struct text){value, bytes}, out, out_bytes))
        return false;
    char *end;
    long long begun_ms = strtoll(out + SECRET_BYTES * 2 + 1, &end, 10);
    return *end == '\0' && begun_ms <= now_ms && now_ms < begun_ms + LIFE_MS;
}

static void cookie_set(const struct door *door, const char *value, int seconds,
                       struct answer *answer)
{
    /* Lax: the provider's page leads back here. */
    (void)snprintf(answer->sign_in_cookie, sizeof answer->sign_in_cookie,
                   OIDC_COOKIE "=%s; Path=" COOKIE_PATH "; HttpOnly; SameSite=Lax; Max-Age=%d%s",
                   value, seconds, door->secure ? "; Secure" : "");
}

/* ---- off to the provider ---- */

static enum err check_set_up(const struct request *request, struct fault *fault)
{
    return request->api->sign_ins ? ERR_OK
                                  : fault_set(fault, ERR_NOT_FOUND,
                                              "no provider is set up to sign in by (oidc.issuer)");
}

static enum err may_try(struct request *request, struct answer *answer, struct fault *fault)
{
    int wait_s = 0;
    if (session_may_try(request, SESSION_TRY_PROVIDER, &wait_s))
        return ERR_OK;
    answer->status = 429;
    answer->retry_after_s = request->visit.wait_s = wait_s;
    return fault_set(fault, ERR_BUSY,
                     "too many failed sign-ins from this address: try again in %d s", wait_s);
}

static enum err hand_over(struct request *request, struct sign_in *sign_in, struct answer *answer,
                          struct fault *fault)
{
    enum err err = sign_ins_ask(request->api->sign_ins, sign_in, fault);
    if (err)
        sign_in_free(sign_in);
    else
        answer->waits = sign_in;
    return err;
}

/* The provider's being away is not the visitor's mistake; what it refuses is. */
static enum err answered(const struct sign_in *sign_in, struct answer *answer, struct fault *fault)
{
    if (!sign_in->err)
        return ERR_OK;
    if (sign_in->err == ERR_DENIED) {
        answer->status = 401;
        return fault_set(fault, ERR_DENIED, NOT_CHANGED ": %s", sign_in->fault.text);
    }
    answer->status = 503;
    return fault_set(fault, sign_in->err,
                     NOT_CHANGED ": the provider cannot be used now. Try again in a minute; if it "
                                 "stays so, tell whoever runs Anbu (%s)",
                     sign_in->fault.text);
}

enum err handle_oidc_begin(struct request *request, struct answer *answer, struct fault *fault)
{
    enum err err = check_set_up(request, fault);
    if (!err)
        err = may_try(request, answer, fault);
    if (err)
        return err;
    if (!request->sign_in) {
        struct sign_in *sign_in = memory_get(sizeof *sign_in);
        cookie_make(clock_wall_ms(request->api->clock), sign_in->cookie, sizeof sign_in->cookie);
        secrets_of(sign_in->cookie, &sign_in->secrets);
        return hand_over(request, sign_in, answer, fault);
    }
    err = answered(request->sign_in, answer, fault);
    if (err)
        return err;
    cookie_set(&request->api->door, request->sign_in->cookie, LIFE_MS / 1000, answer);
    buffer_add(&answer->location, request->sign_in->url.at, request->sign_in->url.bytes);
    answer->status = 303;
    return ERR_OK;
}

/* ---- and back ---- */

/* Once, by whichever daemon of the fleet. */
static enum err use_up(struct request *request, const char *cookie, struct fault *fault)
{
    char name[PROVIDER_HASH];
    struct store *store = request->api->store;
    derive("used", cookie, name);
    struct store_document document = {SHELF, name, 0, 1, TEXT("{}"), LIFE_MS};
    enum err err = store->ops->document_set(store, &document, fault);
    return err == ERR_CONFLICT
               ? fault_set(fault, ERR_INVALID, "this sign-in has been used: begin anew")
               : away_say(err, NOT_CHANGED, fault);
}

static enum err check_answer(struct request *request, const char *cookie,
                             const struct provider_secrets *secrets, struct fault *fault)
{
    const char *state = request_query(request, "state"), *code = request_query(request, "code"),
               *error = request_query(request, "error");
    if (!cookie[0])
        return fault_set(fault, ERR_INVALID,
                         "this browser has begun no sign-in in the last ten minutes: begin anew");
    if (!state || strlen(state) != sizeof secrets->state - 1 ||
        sodium_memcmp(state, secrets->state, sizeof secrets->state - 1) != 0)
        return fault_set(fault, ERR_INVALID,
                         "this answer is of another sign-in than this browser began: begin anew");
    if (error)
        return fault_set(fault, ERR_INVALID, "the provider refused: %.40s", error);
    if (!code || !code[0])
        return fault_set(fault, ERR_INVALID, "the provider's answer has no code");
    return ERR_OK;
}

static enum err check_issuer(struct request *request, struct sign_in *sign_in, struct fault *fault)
{
    const char *issuer = request_query(request, "iss");
    sign_in->issuer_told = issuer != NULL;
    if (issuer && strcmp(sign_ins_issuer(request->api->sign_ins), issuer) != 0)
        return fault_set(fault, ERR_INVALID, "this answer is of another provider");
    return ERR_OK;
}

/* What a stranger can make fail costs the store and the provider nothing before it is checked. */
static enum err finish_ask(struct request *request, struct answer *answer, struct fault *fault)
{
    struct sign_in *sign_in = memory_get(sizeof *sign_in);
    enum err err = may_try(request, answer, fault);
    if (err)
        goto out;
    sign_in->finish = true;
    if (!cookie_read(request->visit.sign_in, clock_wall_ms(request->api->clock), sign_in->cookie,
                     sizeof sign_in->cookie))
        sign_in->cookie[0] = '\0';
    secrets_of(sign_in->cookie, &sign_in->secrets);
    err = check_answer(request, sign_in->cookie, &sign_in->secrets, fault);
    if (!err)
        err = check_issuer(request, sign_in, fault);
    if (!err)
        err = use_up(request, sign_in->cookie, fault);
    /* Without the cookie nothing was tried: any site's page makes this office's browsers ask. */
    if (err == ERR_INVALID && request->visit.sign_in)
        session_count_wrong(request, SESSION_TRY_PROVIDER);
    if (!err)
        (void)text_copy(text_of(request_query(request, "code")), sign_in->code,
                        sizeof sign_in->code);
out:
    if (!err)
        return hand_over(request, sign_in, answer, fault);
    sign_in_free(sign_in);
    return err;
}

enum err handle_oidc_finish(struct request *request, struct answer *answer, struct fault *fault)
{
    struct account account = {.version = 0};
    const struct sign_in *sign_in = request->sign_in;
    enum err err = check_set_up(request, fault);
    if (err)
        return err;
    if (!sign_in)
        return finish_ask(request, answer, fault);
    cookie_set(&request->api->door, "", 0, answer);
    err = answered(sign_in, answer, fault);
    if (err) {
        if (err == ERR_DENIED)
            session_count_wrong(request, SESSION_TRY_PROVIDER);
        return err;
    }
    buffer_text(&request->subject, sign_in->person.name);
    err = admission_ask(request, &sign_in->person, &account, answer, fault);
    if (!err)
        err = away_say(session_begin(request, &account, answer, fault), NOT_CHANGED, fault);
    if (err)
        return err;
    (void)text_copy(text_of(account.name), request->peer.who, sizeof request->peer.who);
    buffer_text(&answer->location, "/"); /* nowhere else: nobody can lead people away */
    answer->status = 303;
    return ERR_OK;
}

/* ---- what a person sees when it fails ---- */

bool oidc_is_by_browser(const struct request *request)
{
    const struct route *route = request->route;
    return request->accept && strstr(request->accept, "text/html") && route &&
           (route->handle == handle_oidc_begin || route->handle == handle_oidc_finish);
}

static void put_plain(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<' || *text == '>' || *text == '&' || *text == '"')
            buffer_format(out, "&#%d;", *text);
        else
            buffer_add(out, text, 1);
    }
}

void oidc_page(struct answer *answer)
{
    struct buffer page = {0};
    json_t *problem = json_loadb(answer->body.at, answer->body.bytes, 0, NULL);
    const char *title = json_string_value(json_object_get(problem, "title"));
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    buffer_text(&page, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta "
                       "name=\"viewport\" content=\"width=device-width\"><meta "
                       "name=\"color-scheme\" content=\"light dark\"><title>Anbu</title>"
                       "<main><h1>");
    put_plain(&page, title ? title : "");
    buffer_text(&page, "</h1><p>");
    put_plain(&page, detail ? detail : "");
    buffer_text(&page,
                "</p><p><a href=\"/\">Back to the desk / <span lang=\"ko\">"
                "\xec\xb2\x98\xec\x9d\x8c\xec\x9c\xbc\xeb\xa1\x9c</span></a></p></main></html>");
    json_decref(problem);
    buffer_done(&answer->body);
    answer->body = page;
    answer->type = "text/html; charset=utf-8";
    answer->problem = false;
}
