/* SPDX-License-Identifier: Apache-2.0 */
#include "console/token.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/zone.h"
#include "console/grant.h"
#include "console/session.h"

#define SHELF        "token"
#define PREFIX       "anbu_"
#define SECRET_BYTES 32
#define SECRET_TEXT  (SECRET_BYTES * 2)
#define USED_STEP_MS 60000 /* its last use is written down this often */
#define REVOKE_TRIES 5     /* against a use that is written down meanwhile */

_Static_assert(ALERT_WHO_MAX >= sizeof TOKEN_WHO + TOKEN_NAME_MAX, "a service's name fits");
_Static_assert(TOKEN_TEXT_MAX >= sizeof PREFIX + TOKEN_NAME_MAX + 1 + SECRET_TEXT, "a token fits");

#define WORD(constant, word, said) [constant] = (word),
#define HELP(constant, word, said) [constant] = (said),
static const char *const stop_words[TOKEN_STOP_COUNT] = {TOKEN_STOPS(WORD)};
static const char *const stop_helps[TOKEN_STOP_COUNT] = {TOKEN_STOPS(HELP)};

bool token_name_fits(const char *name)
{
    size_t bytes = strlen(name);
    return bytes > 0 && bytes <= TOKEN_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-") == bytes;
}

static void hash_of(const char *secret, char out[SESSION_NAME])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char text[SECRET_TEXT + 8];
    int n = snprintf(text, sizeof text, "token:%.*s", SECRET_TEXT, secret);
    (void)crypto_hash_sha256(hash, (const unsigned char *)text, (unsigned long long)n);
    (void)sodium_bin2hex(out, SESSION_NAME, hash, sizeof hash);
    sodium_memzero(text, sizeof text);
}

void token_make(struct token *token, char text[TOKEN_TEXT_MAX])
{
    unsigned char bytes[SECRET_BYTES];
    char secret[SECRET_TEXT + 1];
    randombytes_buf(bytes, sizeof bytes);
    (void)sodium_bin2hex(secret, sizeof secret, bytes, sizeof bytes);
    hash_of(secret, token->hash);
    (void)snprintf(text, TOKEN_TEXT_MAX, PREFIX "%s_%s", token->name, secret);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(secret, sizeof secret);
}

/* ---- scopes ---- */

enum err token_scopes_read(const char *text, uint32_t *out, struct fault *fault)
{
    uint32_t scopes = 0;
    for (const char *at = text; *at;) {
        size_t bytes = strcspn(at, ",");
        int scope = 0;
        while (scope < SCOPE_COUNT &&
               (strlen(scope_names[scope]) != bytes || memcmp(scope_names[scope], at, bytes) != 0))
            scope++;
        if (scope == SCOPE_COUNT)
            break;
        scopes |= 1u << scope;
        at += bytes + (at[bytes] == ',');
        text = at;
    }
    if (scopes && !*text) {
        *out = scopes;
        return ERR_OK;
    }
    struct buffer known = {0};
    for (int i = 0; i < SCOPE_COUNT; i++)
        buffer_format(&known, "%s%s", i ? ", " : "", scope_names[i]);
    (void)fault_set(fault, ERR_INVALID, "scopes: some of %s, commas between, not \"%.40s\"",
                    known.at, text);
    buffer_done(&known);
    return ERR_INVALID;
}

static void scopes_put(uint32_t scopes, struct buffer *out)
{
    struct buffer text = {0};
    for (int i = 0; i < SCOPE_COUNT; i++)
        if (scopes & 1u << i)
            buffer_format(&text, "%s%s", text.bytes ? "," : "", scope_names[i]);
    json_member_text(out, "scopes", buffer_view(&text).at);
    buffer_done(&text);
}

/* ---- as the store has it ---- */

static void members_put(const struct token *token, struct buffer *out)
{
    json_member_text(out, "name", token->name);
    json_member_text(out, "team", token->team == ACCOUNT_ANY_TEAM ? NULL : team_names[token->team]);
    json_member_text(out, "areas", token->areas);
    scopes_put(token->scopes, out);
    json_member_text(out, "by", token->by);
}

enum err token_save(struct store *store, struct token *token, struct fault *fault)
{
    struct buffer body = {0};
    buffer_text(&body, "{");
    members_put(token, &body);
    json_member_bool(&body, "by_account", token->by_account);
    json_member_text(&body, "hash", token->hash);
    json_member_int(&body, "made_ms", token->made_ms);
    json_member_int(&body, "expires_ms", token->expires_ms);
    json_member_int(&body, "used_ms", token->used_ms);
    json_member_int(&body, "version", token->version + 1);
    buffer_text(&body, "}");
    struct store_document document = {
        SHELF, token->name, token->version, token->version + 1, buffer_view(&body), 0};
    enum err err = store->ops->document_set(store, &document, fault);
    if (!err)
        token->version++;
    buffer_done(&body);
    return err;
}

static bool text_take(const json_t *json, const char *name, char *out, size_t out_bytes)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text && text_copy(text_of(text), out, out_bytes);
}

static bool members_read(const json_t *json, struct token *out)
{
    struct fault ignored;
    const char *team = json_string_value(json_object_get(json, "team"));
    const char *scopes = json_string_value(json_object_get(json, "scopes"));
    bool good = text_take(json, "name", out->name, sizeof out->name) &&
                text_take(json, "areas", out->areas, sizeof out->areas) &&
                text_take(json, "hash", out->hash, sizeof out->hash) &&
                text_take(json, "by", out->by, sizeof out->by) && scopes &&
                !token_scopes_read(scopes, &out->scopes, &ignored);
    out->team = ACCOUNT_ANY_TEAM;
    for (int i = 0; team && i < TEAM_COUNT; i++)
        if (strcmp(team, team_names[i]) == 0)
            out->team = i;
    /* A team that is not known must not become all of them. */
    good = good &&
           (team ? out->team != ACCOUNT_ANY_TEAM : json_is_null(json_object_get(json, "team")));
    /* Older documents do not say; a name that is no account's is of the machine. */
    out->by_account = !json_is_false(json_object_get(json, "by_account"));
    out->made_ms = json_integer_value(json_object_get(json, "made_ms"));
    out->expires_ms = json_integer_value(json_object_get(json, "expires_ms"));
    out->used_ms = json_integer_value(json_object_get(json, "used_ms"));
    out->version = json_integer_value(json_object_get(json, "version"));
    return good && out->version > 0;
}

enum err token_read(const char *name, struct text text, struct token *out, struct fault *fault)
{
    json_t *json = json_loadb(text.at, text.bytes, 0, NULL);
    struct token token = {.version = 0};
    bool good = json && members_read(json, &token);
    json_decref(json);
    if (!good)
        return fault_set(fault, ERR_CORRUPT,
                         "token %.24s in the store cannot be read: anbuctl token revoke %.24s",
                         name, name);
    *out = token;
    return ERR_OK;
}

enum err token_load(struct store *store, const char *name, struct token *out, struct fault *fault)
{
    struct buffer body = {0};
    int64_t version = 0;
    if (!token_name_fits(name))
        return fault_set(fault, ERR_NOT_FOUND, "there is no token %.60s", name);
    enum err err = store->ops->document(store, SHELF, name, &version, &body, fault);
    if (!err)
        err = token_read(name, buffer_view(&body), out, fault);
    if (!err)
        out->version = version;
    buffer_done(&body);
    return err;
}

enum err token_each(struct store *store, store_document_fn *take, void *context,
                    struct fault *fault)
{
    return store->ops->documents(store, SHELF, take, context, fault);
}

enum err token_revoke(struct store *store, const char *name, struct fault *fault)
{
    enum err err = ERR_CONFLICT;
    if (!token_name_fits(name))
        return fault_set(fault, ERR_NOT_FOUND, "there is no token %.60s", name);
    for (int i = 0; err == ERR_CONFLICT && i < REVOKE_TRIES; i++) {
        struct buffer body = {0}; /* not read: a damaged one is revoked as well */
        struct store_document document = {SHELF, name, 0, 0, TEXT(""), 0};
        err = store->ops->document(store, SHELF, name, &document.expected_version, &body, fault);
        if (!err)
            err = store->ops->document_set(store, &document, fault);
        buffer_done(&body);
    }
    return err;
}

void token_show(const struct token *token, enum token_stop stop, int64_t now_ms, struct buffer *out)
{
    char time[TIME_TEXT_MAX];
    buffer_text(out, "{");
    members_put(token, out);
    json_member_text(out, "stopped", stop ? stop_words[stop] : NULL);
    json_member_text(out, "made", time_format(token->made_ms / 1000, 0, time));
    json_member_text(out, "expires", time_format(token->expires_ms / 1000, 0, time));
    json_member_text(out, "used",
                     token->used_ms ? time_format(token->used_ms / 1000, 0, time) : NULL);
    json_member_bool(out, "expired", token->expires_ms <= now_ms);
    buffer_text(out, "}");
}

/* ---- at the door ---- */

/* "anbu_NAME_SECRET" */
static bool take_apart(const char *text, char name[TOKEN_NAME_MAX + 1], const char **secret)
{
    size_t prefix = sizeof PREFIX - 1;
    if (strncmp(text, PREFIX, prefix) != 0)
        return false;
    size_t bytes = strcspn(text + prefix, "_");
    if (!text_copy((struct text){text + prefix, bytes}, name, TOKEN_NAME_MAX + 1))
        return false;
    *secret = text + prefix + bytes + (text[prefix + bytes] == '_');
    return strlen(*secret) == SECRET_TEXT && token_name_fits(name);
}

/* ERR_NOT_FOUND: there is none, it is over, or the secret is another. */
static enum err look_up(struct request *request, struct token *out, struct fault *fault)
{
    char name[TOKEN_NAME_MAX + 1], hash[SESSION_NAME];
    const char *secret = NULL;
    if (!take_apart(request->visit.bearer, name, &secret))
        return ERR_NOT_FOUND;
    enum err err = token_load(request->api->store, name, out, fault);
    hash_of(secret, hash);
    if (!err && (strlen(out->hash) != strlen(hash) ||
                 sodium_memcmp(out->hash, hash, sizeof hash - 1) != 0 ||
                 out->expires_ms <= clock_wall_ms(request->api->clock)))
        err = ERR_NOT_FOUND;
    return err;
}

static void let_in(struct request *request, const struct token *token)
{
    struct account *account = memory_get(sizeof *account);
    account->role = ROLE_SERVICE;
    account->team = token->team;
    (void)text_copy(text_of(token->areas), account->areas, sizeof account->areas);
    (void)snprintf(account->name, sizeof account->name, TOKEN_WHO "%s", token->name);
    request->account = account;
    request->scopes = token->scopes;
    request->peer.role = ROLE_SERVICE;
    (void)text_copy(text_of(account->name), request->peer.who, sizeof request->peer.who);
}

enum err token_identify(struct request *request, struct fault *fault)
{
    int64_t now_ms = clock_wall_ms(request->api->clock);
    struct token token = {.version = 0};
    int wait_s = 0;
    if (!session_may_try(request, SESSION_TRY_TOKEN, &wait_s)) {
        request->visit.wait_s = wait_s;
        return ERR_OK;
    }
    enum err err = look_up(request, &token, fault);
    if (err == ERR_NOT_FOUND) {
        session_count_wrong(request, SESSION_TRY_TOKEN);
        return ERR_OK;
    }
    enum token_stop stop = TOKEN_GOES_ON;
    if (!err)
        err = grant_stop(request->api->store, &token, &stop, fault);
    if (!err && stop) {
        request->visit.stopped = stop_helps[stop]; /* known, so it counts as no guess */
        return ERR_OK;
    }
    if (!err && now_ms >= token.used_ms + USED_STEP_MS) {
        token.used_ms = now_ms;
        err = token_save(request->api->store, &token, fault);
        if (err == ERR_CONFLICT) /* another request has, or it was revoked a moment ago */
            err = ERR_OK;
    }
    if (!err)
        let_in(request, &token);
    return err;
}
