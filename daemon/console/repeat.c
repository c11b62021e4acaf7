/* SPDX-License-Identifier: Apache-2.0 */
#include "console/repeat.h"

#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/json.h"
#include "base/log.h"
#include "base/zone.h"
#include "console/away.h"
#include "console/routes.h"

#define SHELF            "repeat"
#define KEPT_MS          (24 * 3600 * 1000)
#define ANSWER_BYTES_MAX (4 * 1024 * 1024) /* that a kept one may grow to again */
#define NOT_CHANGED      "nothing was changed"

/* A kept document: this as a line of JSON, then the answer's body, deflated. */
struct kept {
    char request[65]; /* hash of what was asked */
    int64_t begun_ms;
    int64_t status; /* 0: not ended */
    int64_t version;
    int64_t bytes; /* of the body; 0: it was too large to be kept */
    int64_t document;
};

/* Passwords are in none of what is kept, nor are cookies and tokens: those changes can be made
 * twice without harm. */
static bool is_secret(const struct route *route)
{
    return route->handle == handle_session_begin || route->handle == handle_session_end ||
           route->handle == handle_session_password || route->handle == handle_user_add ||
           route->handle == handle_user_password || route->handle == handle_token_add;
}

static void hash_into(char out[65], struct text text)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    (void)crypto_hash_sha256(hash, (const unsigned char *)text.at, text.bytes);
    (void)sodium_bin2hex(out, 65, hash, sizeof hash);
}

/* Of one person; an account and a user of the machine may share a name. */
static void name_make(struct request *request)
{
    struct buffer text = {0};
    buffer_format(&text, "%s\n%s\n%s", request->account ? "account" : "machine", request->peer.who,
                  request->key);
    hash_into(request->key_name, buffer_view(&text));
    buffer_done(&text);
}

static void request_hash(struct request *request)
{
    struct buffer text = {0};
    /* The key is part of it: the store's reader cannot try bodies without knowing it. */
    buffer_format(&text, "%s\n%s\n%s\n%s\n%" PRId64 "\n", request->key, request->method,
                  request->route->path, request->id, request->if_match);
    for (size_t i = 0; i < request->query_count; i++)
        buffer_format(&text, "%s=%s\n", request->query[i].name, request->query[i].value);
    buffer_add(&text, request->body.at, request->body.bytes);
    hash_into(request->key_request, buffer_view(&text));
    buffer_done(&text);
}

/* In quotes, as the draft standard writes it, or bare. */
static enum err key_check(struct request *request, struct fault *fault)
{
    size_t bytes = strlen(request->key);
    bool fits = bytes >= 1 && bytes <= REPEAT_KEY_MAX;
    for (size_t i = 0; i < bytes && fits; i++)
        fits = request->key[i] > ' ' && request->key[i] < 0x7f;
    if (fits)
        return ERR_OK;
    return fault_set(
        fault, ERR_INVALID,
        "Idempotency-Key: 1 to %d characters of ASCII, no blank; a random UUID is best",
        REPEAT_KEY_MAX);
}

/* ---- the document ---- */

static enum err document_write(struct request *request, const struct kept *kept, struct text body,
                               int64_t expected, struct fault *fault)
{
    struct buffer text = {0};
    buffer_text(&text, "{");
    json_member_text(&text, "request", kept->request);
    json_member_int(&text, "begun_ms", kept->begun_ms);
    json_member_int(&text, "status", kept->status);
    json_member_int(&text, "version", kept->version);
    json_member_int(&text, "bytes", kept->bytes);
    buffer_text(&text, "}\n");
    buffer_add(&text, body.at, body.bytes);
    struct store *store = request->api->store;
    const struct store_document document = {SHELF,          request->key_name,  expected,
                                            kept->document, buffer_view(&text), KEPT_MS};
    enum err err = store->ops->document_set(store, &document, fault);
    buffer_done(&text);
    return err;
}

static enum err document_read(struct text text, struct kept *out, struct text *body,
                              struct fault *fault)
{
    const char *line = memchr(text.at, '\n', text.bytes);
    json_t *json = line ? json_loadb(text.at, (size_t)(line - text.at), 0, NULL) : NULL;
    const char *hash = json_string_value(json_object_get(json, "request"));
    enum err err = ERR_OK;
    if (!hash || !text_copy(text_of(hash), out->request, sizeof out->request))
        err = fault_set(fault, ERR_CORRUPT, "what was kept of this Idempotency-Key is unreadable");
    out->begun_ms = json_integer_value(json_object_get(json, "begun_ms"));
    out->status = json_integer_value(json_object_get(json, "status"));
    out->version = json_integer_value(json_object_get(json, "version"));
    out->bytes = json_integer_value(json_object_get(json, "bytes"));
    json_decref(json);
    if (!err)
        *body = (struct text){line + 1, text.bytes - (size_t)(line + 1 - text.at)};
    return err;
}

static enum err body_unpack(struct text packed, int64_t bytes, struct buffer *out,
                            struct fault *fault)
{
    uLongf room = bytes > 0 && bytes <= ANSWER_BYTES_MAX ? (uLongf)bytes : 0;
    char *body = memory_get(room + 1);
    enum err err = ERR_OK;
    if (!room || uncompress((Bytef *)body, &room, (const Bytef *)packed.at, packed.bytes) != Z_OK ||
        room != (uLongf)bytes)
        err = fault_set(fault, ERR_CORRUPT, "what was kept of this Idempotency-Key is unreadable");
    else
        buffer_add(out, body, room);
    free(body);
    return err;
}

/* ---- before and after ---- */

static enum err say_unended(const struct kept *kept, struct answer *answer, struct fault *fault)
{
    char at[TIME_TEXT_MAX];
    answer->problem_type = "unfinished";
    return fault_set(
        fault, ERR_CONFLICT,
        "the request with this Idempotency-Key of %s has not ended, or it is not known "
        "how: look whether it was done, and if not send it with a new key",
        time_format(kept->begun_ms / 1000, 0, at));
}

static enum err give_again(struct request *request, struct text document, struct answer *answer,
                           struct fault *fault)
{
    struct kept kept = {.status = 0};
    struct text packed = {0};
    char at[TIME_TEXT_MAX];
    enum err err = document_read(document, &kept, &packed, fault);
    if (err)
        return err;
    if (strcmp(kept.request, request->key_request) != 0) {
        answer->status = 422;
        answer->problem_type = "key-reused";
        return fault_set(fault, ERR_REFUSED,
                         "this Idempotency-Key was another request's: each change has a key of its "
                         "own");
    }
    if (!kept.status)
        return say_unended(&kept, answer, fault);
    if (!kept.bytes) {
        answer->problem_type = "unfinished";
        return fault_set(fault, ERR_CONFLICT,
                         "this was done at %s; the answer was too large to be kept: look at it",
                         time_format(kept.begun_ms / 1000, 0, at));
    }
    err = body_unpack(packed, kept.bytes, &answer->body, fault);
    if (err)
        return err;
    answer->status = (unsigned)kept.status;
    answer->version = kept.version;
    answer->repeated = true;
    buffer_text(&request->result, "the same as before");
    return ERR_OK;
}

enum err repeat_begin(struct request *request, struct answer *answer, bool *repeated,
                      struct fault *fault)
{
    struct buffer document = {0};
    struct store *store = request->api->store;
    int64_t version = 0;
    *repeated = false;
    if (!request->key || strcmp(request->method, "GET") == 0)
        return ERR_OK;
    enum err err = key_check(request, fault);
    if (err || is_secret(request->route) || request->peer.role == ROLE_NOBODY)
        return err;
    name_make(request);
    request_hash(request);
    err = store->ops->document(store, SHELF, request->key_name, &version, &document, fault);
    if (!err) {
        err = give_again(request, buffer_view(&document), answer, fault);
        *repeated = !err;
    } else if (err == ERR_NOT_FOUND) {
        struct kept kept = {.begun_ms = clock_wall_ms(request->api->clock), .document = 1};
        memcpy(kept.request, request->key_request, sizeof kept.request);
        err = document_write(request, &kept, TEXT(""), 0, fault);
        request->key_begun_ms = err ? 0 : kept.begun_ms;
        if (err == ERR_CONFLICT) /* at another daemon, in this moment */
            err = say_unended(&kept, answer, fault);
    }
    buffer_done(&document);
    return away_say(err, NOT_CHANGED, fault);
}

static void keep_answer(struct request *request, const struct answer *answer, struct kept *kept,
                        struct fault *fault)
{
    uLongf packed = compressBound(answer->body.bytes);
    char *room = memory_get(packed);
    struct text body = {0};
    kept->status = answer->status;
    kept->version = answer->version;
    if (compress((Bytef *)room, &packed, (const Bytef *)buffer_view(&answer->body).at,
                 answer->body.bytes) == Z_OK &&
        answer->body.bytes <= ANSWER_BYTES_MAX) {
        kept->bytes = (int64_t)answer->body.bytes;
        body = (struct text){room, packed};
    }
    enum err err = document_write(request, kept, body, 1, fault);
    if (err == ERR_TOO_LARGE) {
        kept->bytes = 0;
        err = document_write(request, kept, TEXT(""), 1, fault);
    }
    if (err)
        log_line(LOG_WARNING, "an answer is not kept for a repeated request",
                 "route=\"%s\" fault=\"%s\"", request->route->path, fault->text);
    free(room);
}

void repeat_end(struct request *request, const struct answer *answer)
{
    struct fault fault = {0};
    struct kept kept = {.begun_ms = request->key_begun_ms, .document = 2};
    struct store *store = request->api->store;
    if (!request->key_begun_ms || answer->unsure)
        return;
    if (answer->status < 400) {
        memcpy(kept.request, request->key_request, sizeof kept.request);
        keep_answer(request, answer, &kept, &fault);
        return;
    }
    const struct store_document away = {SHELF, request->key_name, 1, 0, TEXT(""), 0};
    if (store->ops->document_set(store, &away, &fault))
        log_line(LOG_WARNING, "a refused request keeps its key", "route=\"%s\" fault=\"%s\"",
                 request->route->path, fault.text);
}
